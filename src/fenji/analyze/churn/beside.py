"""Value and churn judge the same customers: whose probability of another order is to be believed?

The order model of value, fitted to what was known on the date of evaluation, says how probable it is that an active customer does not
order within the horizon; that is what churn foretells by days. Both are measured on the same customers and the same outcome.

Reads   order histories and rows of ``examples.rows_of_customers``, of the date of evaluation
Writes  nothing stored: measures, which ``reporting`` puts beside those of churn's own models
Units   probabilities 0..1
Keeps   the customers of the sample who were active on that date
Source  decision 0044; Brier 1950
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa

from fenji.analyze.churn.examples import NEXT, Recipe, columns_of, could_do
from fenji.analyze.churn.features import Floats
from fenji.analyze.churn.figures import figures_of
from fenji.analyze.churn.learning import Judged
from fenji.analyze.value.agreeing import chance_within
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.domain.churn import Believed, ChurnRules, Part, ScoreModel, Target
from fenji.domain.contests import contest_of_means


def silent_probability(model: PurchaseModel, histories: pa.Table, *, days: int) -> Floats:
    """How probable it is that each customer of ``order_histories`` orders on none of the coming days."""
    return 1 - chance_within(model, histories, days=days)


def judged_beside(
    model: PurchaseModel, histories: pa.Table, rows: pa.Table, recipe: Recipe, rules: ChurnRules, *, on: date
) -> tuple[Judged, ...]:
    """The measures of value's order model on the customers that churn was evaluated on.

    Args:
        model: fitted on what was known at the date.
        histories: of the sampled customers at the date.
        rows: of the sample at the date, with what came after it.
        recipe: names the columns of the rows.
        rules: by days.
        on: the date of evaluation.
    """
    active = could_do(columns_of(rows, recipe), rules, Target.CHURN)
    keys = np.asarray(rows["customer_key"].to_numpy())[active]
    following = np.array([np.inf if each is None else each for each in rows[NEXT].to_pylist()], dtype=np.float64)[active]
    known = np.asarray(histories["customer_key"].to_numpy())
    order = np.argsort(known)
    place = order[np.minimum(np.searchsorted(known, keys, sorter=order), len(known) - 1)] if len(known) else np.zeros(0, np.int64)
    if not len(keys) or not len(known) or (known[place] != keys).any():
        return ()
    by_key = np.argsort(keys)
    chance = silent_probability(model, histories, days=rules.days)[place][by_key]
    figures = figures_of(chance, (following > rules.days).astype(np.float64)[by_key])
    return tuple(Judged(ScoreModel.ORDERS, Part.EVALUATE, on, name, value, len(keys)) for name, value in figures.items())


def believed(judged: Iterable[Judged], used: ScoreModel) -> Believed | None:
    """Which of churn and value is to be believed: the one decision that expected revenue, potential, priority and upgrade candidates follow.

    Args:
        judged: measures of all models.
        used: the model in use of churn.

    Returns:
        The one with the smaller Brier score on the date of evaluation, churn where both are equal; None where one was not measured.
    """
    found = {
        each.model: each for each in judged if (each.part, each.measure) == (Part.EVALUATE, "brier") and each.value is not None
    }
    if used not in found or ScoreModel.ORDERS not in found:
        return None
    errors = {str(Believed.CHURN): found[used].value, str(Believed.VALUE): found[ScoreModel.ORDERS].value}
    return Believed(contest_of_means(Believed.CHURN, errors, trials=found[used].customers).winner)
