"""How likely is each customer to order within the next 30 and 90 days?

Reads   insight.customer_metric
Writes  insight.purchase_propensity: one row per customer known at as_of
Units   probabilities 0..1
Keeps   every customer of insight.customer_metric, exactly once; who never ordered has no probability
Source  decision 0026
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.churn.examples import Recipe, columns_of, could_do, matrix_for, silence_of
from fenji.analyze.churn.predicting import Fitted, predicted
from fenji.analyze.churn.scoring import ROWS_AT_ONCE
from fenji.domain.churn import DEFAULT_RULES, Target
from fenji.tables.insight_churn import PURCHASE_PROPENSITY

SCHEMA = ibis.schema({each.name: each.type for each in PURCHASE_PROPENSITY.columns if each.name != "as_of"})

Models = Mapping[Target, tuple[Recipe, Fitted | None]]


def chances_by(models: Models) -> Callable[[pa.Table], pa.Table]:
    """A batch function for ``engine.map_customers``: rows of ``examples.rows_of_customers`` in, rows of ``SCHEMA`` out."""
    return partial(_chances, models)


def purchase_propensity(scored: ir.Table, *, as_of: date) -> ir.Table:
    """The table of contract insight.purchase_propensity from what was scored."""
    day = ibis.literal(as_of, type="date")
    columns = PURCHASE_PROPENSITY.columns
    return scored.select(**{each.name: day if each.name == "as_of" else scored[each.name] for each in columns})


def _chances(models: Models, rows: pa.Table) -> pa.Table:
    parts = [_of_some(models, rows.slice(start, ROWS_AT_ONCE)) for start in range(0, max(rows.num_rows, 1), ROWS_AT_ONCE)]
    return pa.concat_tables(parts)


def _of_some(models: Models, rows: pa.Table) -> pa.Table:
    found = {"customer_key": rows["customer_key"]}
    for target, (recipe, fitted) in models.items():
        columns = columns_of(rows, recipe)
        could = could_do(columns, DEFAULT_RULES, target)
        chance = np.full(rows.num_rows, np.nan)
        if fitted is not None:
            silence = silence_of(columns, DEFAULT_RULES, target)[could]
            chance[could] = predicted(fitted, matrix_for(columns, recipe)[could], silence)
        found[target.replace("purchase_", "purchase_probability_")] = pa.array(chance, mask=np.isnan(chance))
    return pa.table(found).select(SCHEMA.names).cast(SCHEMA.to_pyarrow())
