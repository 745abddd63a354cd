"""Which contract does a stored table bear? All of them by their full names."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.tables import (
    clean,
    insight,
    insight_baskets,
    insight_churn,
    insight_forecasts,
    insight_priority,
    insight_segments,
    insight_trends,
    insight_value,
    insight_whatif,
    raw,
)
from fenji.tables.contract import Contract

_MODULES = (
    clean,
    insight,
    insight_baskets,
    insight_churn,
    insight_forecasts,
    insight_priority,
    insight_segments,
    insight_trends,
    insight_value,
    insight_whatif,
)

CONTRACTS: Mapping[str, Contract] = {
    each.full_name: each
    for each in (
        *raw.RAW.values(),
        raw.UNREADABLE,
        *(value for module in _MODULES for value in vars(module).values() if isinstance(value, Contract)),
    )
}
"""Without that of the panel, whose columns are the metrics of a workspace; see ``insight.customer_metric``."""
