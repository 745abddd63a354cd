"""What was known of each customer at a past date, and what came of it? Rows to learn from and to be judged on.

Reads   insight.customer_metric, clean.order_line, clean.contract
Units   days, money and counts as doubles; nothing known is NaN in memory and never stored
Keeps   customers who could do what is foretold: active ones may leave, those who have bought may buy again
Source  decision 0026
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.churn.features import Columns, Floats, features_for, matrix_of, numbers_of, plan_column
from fenji.domain.churn import PURCHASE_DAYS, ChurnBy, ChurnRules, Target

Booleans = npt.NDArray[np.bool_]

NEXT = "next_order_days"
CONTRACTS, CONTRACTS_LATER = "contracts", "contracts_later"
CONTRACT_NUMBERS = (CONTRACTS, "contract_days", "monthly_fee", CONTRACTS_LATER)


@dataclass(frozen=True)
class Recipe:
    """How rows become the input of a model; the same for past dates and for today."""

    metrics: tuple[str, ...]
    """Columns of the panel that are read."""
    plans: tuple[str, ...]
    """Plans that have a feature of their own; empty without contracts."""
    has_contracts: bool
    span_days: float
    """The longest age that counts: the history before the dates learned from."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns that are read as numbers."""
        return (*self.metrics, *(CONTRACT_NUMBERS if self.has_contracts else ()))

    @property
    def known(self) -> tuple[str, ...]:
        """The columns that features are made from."""
        return (*self.numbers, *(plan_column(each) for each in self.plans))


@dataclass(frozen=True)
class Examples:
    """Customers at one past date or several."""

    matrix: Floats
    outcome: Floats
    """1: did what is foretold. 0: did not."""
    silence: Floats
    """What the recency rule looks at; the larger, the likelier."""

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def outcomes(self) -> int:
        """How many did it."""
        return int(self.outcome.sum())


def rows_of_customers(
    panel: ir.Table, *, metrics: Sequence[str], following: ir.Table | None = None, contracts: ir.Table | None = None
) -> ir.Table:
    """The columns of the panel that features need, beside what came later.

    Args:
        panel: the panel at a date, with at least the metrics.
        metrics: columns to keep.
        following: ``outcomes.next_orders`` of the date; None where nobody can know.
        contracts: ``outcomes.contracts_at`` of the date.

    Grain: one row per customer of the panel.
    """
    rows = panel.select("customer_key", **{each: panel[each].cast("float64") for each in metrics})
    for other in (following, contracts):
        if other is None:
            continue
        names = [each for each in other.columns if each != "customer_key"]
        keyed = other.select(other_key="customer_key", **{each: each for each in names})
        rows = rows.left_join(keyed, rows.customer_key == keyed.other_key).select(*rows.columns, *names)
    if following is None:
        rows = rows.mutate(**{NEXT: ibis.null("int64")})
    return rows


def columns_of(rows: pa.Table, recipe: Recipe) -> dict[str, Floats]:
    """What features are made from; plans as 0 and 1."""
    columns = numbers_of(rows, recipe.numbers)
    if recipe.plans:
        plan = np.array(rows["plan"].to_pylist(), dtype=object)
        columns |= {plan_column(each): (plan == each).astype(np.float64) for each in recipe.plans}
    return columns


def matrix_for(columns: Columns, recipe: Recipe) -> Floats:
    """The input of a model."""
    return matrix_of(features_for(recipe.known, plans=recipe.plans), columns, span_days=recipe.span_days)


def examples_of(rows: pa.Table, recipe: Recipe, rules: ChurnRules, target: Target) -> Examples:
    """The customers of a date who could do what is foretold, ordered by key, so that the answer does not hang on the engine."""
    rows = rows.sort_by("customer_key")
    columns = columns_of(rows, recipe)
    following = numbers_of(rows, [NEXT])[NEXT]
    could = could_do(columns, rules, target)
    matrix = matrix_for(columns, recipe)
    outcome = _outcome(columns, following, rules, target)
    return Examples(matrix[could], outcome[could], silence_of(columns, rules, target)[could])


def together(parts: Sequence[Examples]) -> Examples:
    """The examples of several dates."""
    return Examples(
        np.concatenate([each.matrix for each in parts]),
        np.concatenate([each.outcome for each in parts]),
        np.concatenate([each.silence for each in parts]),
    )


def limits_of(columns: Columns, rules: ChurnRules) -> Floats:
    """Days without an order after which each customer has left."""
    last = columns["days_since_last_order"]
    if rules.by is not ChurnBy.RHYTHM:
        return np.full(len(last), float(rules.days))
    own = np.clip(columns["mean_days_between_orders"] * float(rules.intervals), rules.least_days, rules.most_days)
    return np.where(np.isnan(own), float(min(rules.days, rules.most_days)), own)


def could_do(columns: Columns, rules: ChurnRules, target: Target) -> Booleans:
    """Who can leave: the active; who can buy again: everyone who has bought."""
    if target is Target.CHURN and rules.by is ChurnBy.CONTRACT:
        return columns[CONTRACTS] > 0
    silent = columns["days_since_last_order"]
    return np.asarray(~np.isnan(silent) if target is not Target.CHURN else silent <= limits_of(columns, rules), dtype=np.bool_)


def silence_of(columns: Columns, rules: ChurnRules, target: Target) -> Floats:
    """What the recency rule goes by: the share of the limit that has passed; of contracts, how young they are."""
    if target is Target.CHURN and rules.by is ChurnBy.CONTRACT:
        return -np.log1p(np.nan_to_num(columns["contract_days"]))
    silent = columns["days_since_last_order"]
    return np.asarray(-np.log1p(silent) if target is not Target.CHURN else silent / limits_of(columns, rules), dtype=np.float64)


def _outcome(columns: Columns, following: Floats, rules: ChurnRules, target: Target) -> Floats:
    if target is not Target.CHURN:
        return (following <= PURCHASE_DAYS[target]).astype(np.float64)
    if rules.by is ChurnBy.CONTRACT:
        return np.where(columns[CONTRACTS_LATER] == 0, 1.0, 0.0)
    stayed = following <= limits_of(columns, rules)
    return np.where(stayed, 0.0, 1.0)
