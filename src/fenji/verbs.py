"""How does somebody ask without a workspace? Four verbs over tables in memory: Arrow, pandas, Polars, Ibis, or whatever speaks Arrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from fenji.analyze.policies.lint import Finding
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.given_tables import findings_of, metrics_of_orders, tiers_of_metrics, values_of_orders

Frame = Any
"""A table of any library that speaks Arrow; the answer comes back as the same kind."""


def customer_metrics(orders: Frame, *, as_of: date, columns: Mapping[str, str] | None = None) -> Frame:
    """The metrics of every customer at a date, from orders alone.

    Args:
        orders: customer_id, ordered_on and net_revenue (below zero: a return); order_id where several rows are one order;
            product_id, category, channel and quantity where they are known.
        as_of: the last day that counts; later rows change nothing.
        columns: our name: yours, such as ``{"customer_id": "Customer ID"}``.

    Returns:
        One row per customer, as the kind of table that was given; amounts are exact decimals.

    Raises:
        InvalidArgument: columns are missing or hold something else; all problems at once.
    """
    return _like(orders, metrics_of_orders(_arrow(orders), as_of=as_of, columns=columns))


def value_customers(orders: Frame, *, as_of: date, columns: Mapping[str, str] | None = None) -> Frame:
    """What every customer has brought and is expected to bring.

    Args:
        orders: as for ``customer_metrics``.
        as_of: the last day that counts.
        columns: as for ``customer_metrics``.

    Returns:
        One row per customer with an order, as the kind of table that was given: order_days, revenue, and what is expected with
        its interval; null where too few customers come again for a model.

    Raises:
        InvalidArgument: as ``customer_metrics``.
    """
    return _like(orders, values_of_orders(_arrow(orders), as_of=as_of, columns=columns))


def assign_tiers(metrics: Frame, policy: str | Path) -> Frame:
    """The tier of every customer by a policy, as at a first review.

    Args:
        metrics: one row per customer: customer_id, and the metrics that the policy names.
        policy: the file of the policy, or its YAML text.

    Returns:
        customer_id, tier, qualified_tier and cause, as the kind of table that was given.

    Raises:
        InvalidArgument: a column is missing, or a customer stands in two rows.
        InvalidDocument: the policy cannot be used; all problems at once.
    """
    return _like(metrics, tiers_of_metrics(_arrow(metrics), _text(policy)))


def lint_policy(policy: str | Path) -> tuple[Finding, ...]:
    """Everything that is wrong with a policy or looks wrong, errors first; nothing where it is fine.

    Args:
        policy: the file of the policy, or its YAML text.
    """
    return findings_of(_text(policy))


def _text(policy: str | Path) -> str:
    return policy.read_text("utf-8-sig") if isinstance(policy, Path) else policy


def _arrow(table: Frame) -> pa.Table:
    """Any table as Arrow.

    Raises:
        InvalidArgument: it is none.
    """
    if hasattr(table, "to_pyarrow"):
        table = table.to_pyarrow()
    if isinstance(table, pa.Table):
        return table
    if not hasattr(table, "__arrow_c_stream__"):
        raise InvalidArgument.of(
            _("a table is expected, and {type} came."),
            advice=_("Give a table of pandas, Polars, Arrow or Ibis."),
            type=type(table).__name__,
        )
    found = pa.table(table)
    return found.drop_columns([each for each in found.column_names if each.startswith("__index_level_")])


def _like(given: Frame, answer: pa.Table) -> Frame:
    """The answer as the kind of table that was given."""
    library = type(given).__module__.partition(".")[0]
    if library == "pandas":
        return answer.to_pandas()
    if library == "polars":
        return import_module("polars").from_arrow(answer)
    return import_module("ibis").memtable(answer) if library == "ibis" else answer
