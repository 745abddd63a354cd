"""What is each cluster like, in numbers that people know? Averages and medians of its customers beside those of all.

Reads   insight.segment, insight.customer_metric
Writes  insight.cluster: one row per cluster; insight.cluster_metric: one row per cluster and metric
Units   values in the unit of their metric; differences in standard deviations of the scaled metric
Keeps   every cluster, also one that nobody is in any more
Source  decision 0025; medians are exact
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.segments.cluster_names import cluster_names
from fenji.analyze.segments.clustering import Clusters, cluster_name
from fenji.domain.metrics import Metric
from fenji.domain.segments import Within
from fenji.tables.insight_segments import CLUSTER, CLUSTER_METRIC

EVERYONE = str(Within.EVERYONE)
_ROUNDED = 6


def comparable(panel: ir.Table, segments: ir.Table, *, metrics: Sequence[str], within: Within, has_orders: bool) -> ir.Table:
    """Those among whom clusters are looked for: who ever ordered, or everyone where no orders are known at all.

    Args:
        panel: insight.customer_metric at the date.
        segments: with the lifecycle_stage of everyone.
        metrics: of the panel.
        within: whether stages are kept apart.
        has_orders: whether the company's data know orders.

    Grain: one row per customer: customer_key, among (everyone, or the stage), the metrics as doubles.
    """
    found = panel.filter(panel.orders_total > 0) if has_orders else panel
    columns = {name: found[name].cast("float64") for name in metrics}
    if within is Within.EVERYONE or not has_orders:
        return found.select("customer_key", among=ibis.literal(EVERYONE), **columns)
    stages = segments.select(stage_key="customer_key", among="lifecycle_stage")
    joined = found.inner_join(stages, found.customer_key == stages.stage_key)
    return joined.select("customer_key", "among", **{name: joined[name].cast("float64") for name in metrics})


def cluster_averages(compared: ir.Table, clusters: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """Size, averages and medians of every cluster.

    Args:
        compared: ``comparable``.
        clusters: customer_key and cluster.
        metrics: of ``compared``.

    Grain: one row per cluster: among, cluster, customers, and average_N and median_N of the Nth metric.
    """
    placed = clusters.select(placed_key="customer_key", cluster="cluster")
    joined = compared.inner_join(placed, compared.customer_key == placed.placed_key)
    return joined.group_by("among", "cluster").aggregate(customers=joined.count().cast("int64"), **_middles(joined, metrics))


def averages_of_all(compared: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """The same of all customers among whom clusters were looked for.

    Grain: one row per group: among, customers, average_N and median_N.
    """
    return compared.group_by("among").aggregate(customers=compared.count().cast("int64"), **_middles(compared, metrics))


def cluster_tables(
    found: Mapping[str, tuple[Clusters, Sequence[str | None]]],
    rows: Iterable[Mapping[str, Any]],
    of_all: Iterable[Mapping[str, Any]],
    *,
    metrics: Sequence[str],
    names: Mapping[str, Metric],
    as_of: date,
) -> tuple[pa.Table, pa.Table]:
    """insight.cluster and insight.cluster_metric.

    Args:
        found: the clusters by the group among whom they were found, and for each the run that it is kept from.
        rows: fetched from ``cluster_averages``.
        of_all: fetched from ``averages_of_all``.
        metrics: those of the fetched columns, in order.
        names: the metrics of the workspace.
        as_of: the date.
    """
    own, whole = {each["cluster"]: each for each in rows}, {each["among"]: each for each in of_all}
    place = {metric: number for number, metric in enumerate(metrics)}
    clusters: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for among, (group, kept) in found.items():
        named = cluster_names(group.metrics, group.differences, names)
        for line, number in enumerate(group.numbers):
            slug = cluster_name(among, number)
            mine = own.get(slug, {})
            customers = mine.get("customers", 0)
            clusters.append(
                {
                    "as_of": as_of,
                    "cluster": slug,
                    "among": among,
                    "number": number,
                    "name_zh": named[line].zh,
                    "name_en": named[line].en,
                    "customers": customers,
                    "share": customers / whole[among]["customers"],
                    "silhouette": _finite(group.silhouettes[line]),
                    "stability": _finite(group.stabilities[line]),
                    "kept_from": kept[line],
                }
            )
            told = _metric_rows(group, line, mine, whole[among], place)
            values += [{"as_of": as_of, "cluster": slug, **each} for each in told]
    tables = ((clusters, CLUSTER), (values, CLUSTER_METRIC))
    first, second = (pa.Table.from_pylist(each, schema=contract.schema.to_pyarrow()) for each, contract in tables)
    return first, second


def _metric_rows(
    group: Clusters,
    line: int,
    mine: Mapping[str, Any],
    whole: Mapping[str, Any],
    place: Mapping[str, int],
) -> list[dict[str, Any]]:
    return [
        {
            "metric": scale.metric,
            "center": float(scale.unscaled(group.centers[line, column])),
            "scaled_center": float(group.centers[line, column]),
            "difference": float(group.differences[line, column]),
            "average": mine.get(f"average_{place[scale.metric]}"),
            "median": mine.get(f"median_{place[scale.metric]}"),
            "median_of_all": whole[f"median_{place[scale.metric]}"],
        }
        for column, scale in enumerate(group.scales)
    ]


def _middles(table: ir.Table, metrics: Sequence[str]) -> dict[str, ir.Scalar]:
    found = {}
    for number, name in enumerate(metrics):
        found[f"average_{number}"] = table[name].mean().round(_ROUNDED)
        found[f"median_{number}"] = table[name].median().round(_ROUNDED)
    return found


def _finite(value: float) -> float | None:
    return None if value != value else float(value)  # noqa: PLR0124 - NaN alone differs from itself
