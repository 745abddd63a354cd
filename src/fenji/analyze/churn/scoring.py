"""How likely is each customer to leave, and why?

Reads   insight.customer_metric, clean.contract
Writes  insight.churn_risk: one row per customer known at as_of
Units   probabilities 0..1; days are local calendar days
Keeps   every customer of insight.customer_metric, exactly once; only active customers have a probability
Source  decision 0026; reasons follow Lundberg et al. 2020 (TreeSHAP), as LightGBM computes them
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.churn.examples import CONTRACTS, Booleans, Recipe, columns_of, could_do, limits_of, matrix_for, silence_of
from fenji.analyze.churn.features import Columns, Feature, Floats, features_for
from fenji.analyze.churn.predicting import Fitted, contributions, predicted
from fenji.analyze.churn.reasons import MOST_REASONS, added_by_driver, drivers_of, holds, reasons_of, true_of
from fenji.domain.churn import ChurnBy, ChurnRules, Driver, RiskClass, ScoreModel, State, Target
from fenji.tables.insight_churn import CHURN_RISK

ROWS_AT_ONCE = 100_000
"""Customers whose contributions are in memory together: about 100 MB at 25 features."""
MICRO = 1_000_000
"""Contributions are summed as whole millionths: the sum of doubles would depend on the order of rows."""
SOON, GONE = 1 / 6, 2.0
"""Share of the limit in silence up to which nothing is held against a first order, and from which leaving is no longer a risk."""
HALF_OF_LIMIT = 0.5
SILENT_HIGH, SILENT_MIDDLE = 2 / 3, 1 / 3
"""Share of the limit passed in silence from which the risk is high, and middle, where nothing could be learned."""


@dataclass(frozen=True)
class Scorer:
    """All that a worker needs to score customers."""

    recipe: Recipe
    rules: ChurnRules
    fitted: Fitted | None

    @property
    def features(self) -> tuple[Feature, ...]:
        """The model's input."""
        return features_for(self.recipe.known, plans=self.recipe.plans)

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """The drivers that the model in use weighs; none for the recency rule."""
        return drivers_of(self.features) if self.explains else ()

    @property
    def explains(self) -> bool:
        """Whether the model in use weighs features at all."""
        return self.fitted is not None and self.fitted.chosen is not ScoreModel.RECENCY


def scored_schema(scorer: Scorer) -> sch.Schema:
    """What scoring gives: the columns of churn_risk but the date, and for each driver what it adds and whether it is true."""
    plain = {each.name: each.type for each in CHURN_RISK.columns if each.name != "as_of"}
    added = {f"added_{each}": "int64" for each in scorer.drivers}
    return ibis.schema({**plain, **added, **{f"true_{each}": "boolean" for each in scorer.drivers}})


def scored_by(scorer: Scorer) -> Callable[[pa.Table], pa.Table]:
    """A batch function for ``engine.map_customers``: rows of ``examples.rows_of_customers`` in, rows of ``scored_schema`` out."""
    return partial(_scored, scorer)


def churn_risk(scored: ir.Table, *, as_of: date) -> ir.Table:
    """The table of contract insight.churn_risk from what was scored."""
    day = ibis.literal(as_of, type="date")
    return scored.select(**{each.name: day if each.name == "as_of" else scored[each.name] for each in CHURN_RISK.columns})


def _scored(scorer: Scorer, rows: pa.Table) -> pa.Table:
    parts = [_of_some(scorer, rows.slice(start, ROWS_AT_ONCE)) for start in range(0, max(rows.num_rows, 1), ROWS_AT_ONCE)]
    return pa.concat_tables(parts)


def _of_some(scorer: Scorer, rows: pa.Table) -> pa.Table:
    rules, columns = scorer.rules, columns_of(rows, scorer.recipe)
    active = could_do(columns, rules, Target.CHURN)
    silence = silence_of(columns, rules, Target.CHURN)
    chance = np.full(rows.num_rows, np.nan)
    reasons = [np.full(rows.num_rows, None, dtype=object) for _ in range(MOST_REASONS)]
    added = np.zeros((rows.num_rows, len(scorer.drivers)))
    said = np.zeros((rows.num_rows, len(scorer.drivers)), dtype=bool)
    if scorer.fitted is not None:
        matrix = matrix_for(columns, scorer.recipe)[active]
        chance[active] = predicted(scorer.fitted, matrix, silence[active])
        if scorer.explains:
            parts, sides = contributions(scorer.fitted, matrix), holds(scorer.features, matrix, scorer.fitted.medians)
            added[active] = added_by_driver(scorer.features, parts)
            said[active] = true_of(scorer.features, sides)
            for place, found in enumerate(reasons_of(scorer.features, parts, sides)):
                reasons[place][active] = found
    if not scorer.explains and rules.by is not ChurnBy.CONTRACT:
        reasons[0][active & (silence > HALF_OF_LIMIT)] = str(Driver.LONGER_SILENCE)
    is_first = _is_first(columns, silence, rules, rows.num_rows)
    risk = _risk_class(chance, silence, active, rules)
    risk[is_first & (risk == str(RiskClass.HIGH))] = str(RiskClass.MIDDLE)
    given = {
        "customer_key": rows["customer_key"],
        "state": _state(columns, active, rules),
        "is_at_risk_set": active,
        "silent_days": _known(_column(columns, "days_since_last_order", rows.num_rows)),
        "limit_days": _known(np.full(rows.num_rows, np.nan) if rules.by is ChurnBy.CONTRACT else limits_of(columns, rules)),
        "churn_probability": _known(chance),
        "fading_probability": _known(_fading(scorer, columns, chance, silence, is_first)),
        "risk_class": risk,
        **{f"reason_{place + 1}": found for place, found in enumerate(reasons)},
        **{f"added_{each}": np.rint(added[:, place] * MICRO) for place, each in enumerate(scorer.drivers)},
        **{f"true_{each}": said[:, place] for place, each in enumerate(scorer.drivers)},
    }
    schema = scored_schema(scorer).to_pyarrow()
    return pa.table({each.name: _typed(given[each.name], each.type) for each in schema}, schema=schema)


def _is_first(columns: Columns, silence: Floats, rules: ChurnRules, rows: int) -> Booleans:
    """Whose only order day is so recent that a second one is not due: silence has not lasted a sixth of the limit."""
    if rules.by is ChurnBy.CONTRACT:
        return np.zeros(rows, dtype=np.bool_)
    since_first, since_last = (_column(columns, f"days_since_{each}_order", rows) for each in ("first", "last"))
    return np.asarray((since_first == since_last) & (silence < SOON), dtype=np.bool_)


def _fading(scorer: Scorer, columns: Columns, chance: Floats, silence: Floats, is_first: Booleans) -> Floats:
    """The probability of leaving as attention counts it, without steps in the days of silence.

    After a single order it grows in from 0 until a second one is due; after the limit it fades to 0 at twice the limit.
    """
    found = chance.copy()
    if scorer.rules.by is ChurnBy.CONTRACT or scorer.fitted is None:
        return found
    left = (silence > 1) & (silence <= GONE)
    if left.any():
        matrix = matrix_for(columns, scorer.recipe)[left]
        found[left] = predicted(scorer.fitted, matrix, np.ones(int(left.sum()))) * (GONE - silence[left])
    found[silence > GONE] = 0.0
    found[is_first] *= silence[is_first] / SOON
    return found


def _typed(values: object, kind: pa.DataType) -> object:
    if isinstance(values, pa.ChunkedArray | pa.Array):
        return values.cast(kind)
    return pa.array(values, from_pandas=False).cast(kind) if len(values) else pa.array([], kind)  # type: ignore[arg-type]


def _known(values: Floats) -> pa.Array:
    """Numbers with null for what is not known."""
    return pa.array(values, mask=np.isnan(values))


def _column(columns: Columns, name: str, rows: int) -> Floats:
    return columns.get(name, np.full(rows, np.nan))


def _state(columns: Columns, active: Booleans, rules: ChurnRules) -> npt.NDArray[np.object_]:
    tells = columns[CONTRACTS] if rules.by is ChurnBy.CONTRACT else columns["days_since_last_order"]
    others = np.where(np.isnan(tells), str(State.NEVER_BOUGHT), str(State.LEFT))
    return np.where(active, str(State.ACTIVE), others).astype(object)


def _risk_class(chance: Floats, silence: Floats, active: Booleans, rules: ChurnRules) -> npt.NDArray[np.object_]:
    """By the declared cuts; where there are no probabilities by how much of the limit has passed, and by contract none."""
    if not np.isnan(chance[active]).any():
        share, high, middle = chance, float(rules.high), float(rules.middle)
    elif rules.by is ChurnBy.CONTRACT:
        return np.full(len(chance), None, dtype=object)
    else:
        share, high, middle = silence, SILENT_HIGH, SILENT_MIDDLE
    found = np.where(share >= high, str(RiskClass.HIGH), np.where(share >= middle, str(RiskClass.MIDDLE), str(RiskClass.LOW)))
    found = found.astype(object)
    found[~active] = None
    return found
