"""What is a cluster called? Its largest differences from all customers, in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fenji.domain.metrics import Metric
from fenji.domain.words import Words

LEAST_DIFFERENCE = 0.35
"""Standard deviations below which a difference is not worth a word (between small, 0.2, and medium, 0.5, of Cohen 1988)."""
IN_NAME = 2

_WINDOW = re.compile(r"_(total|[0-9]+[dm])$")

_PHRASES: Mapping[str, tuple[Words, Words]] = {
    "net_revenue": (Words("消费高", "high spending"), Words("消费低", "low spending")),
    "sale_revenue": (Words("消费高", "high spending"), Words("消费低", "low spending")),
    "orders": (Words("购买频繁", "frequent orders"), Words("购买次数少", "few orders")),
    "units": (Words("件数多", "many pieces"), Words("件数少", "few pieces")),
    "average_order_value": (Words("客单价高", "large orders"), Words("客单价低", "small orders")),
    "largest_order_value": (Words("最大订单金额高", "very large orders"), Words("最大订单金额低", "no large order")),
    "days_since_last_order": (Words("久未购买", "long silent"), Words("近期有购买", "ordered lately")),
    "days_since_last_event": (Words("久无行为", "long inactive"), Words("近期有行为", "active lately")),
    "days_since_first_order": (Words("老客户", "long-standing"), Words("新近客户", "came recently")),
    "mean_days_between_orders": (Words("购买间隔长", "long intervals"), Words("购买间隔短", "short intervals")),
    "order_interval_variation": (Words("购买周期不稳定", "unsteady rhythm"), Words("购买周期稳定", "steady rhythm")),
    "categories": (Words("品类广", "many categories"), Words("品类少", "few categories")),
    "channels": (Words("渠道多", "many channels"), Words("渠道少", "few channels")),
    "active_months": (Words("活跃月数多", "many active months"), Words("活跃月数少", "few active months")),
    "refund_rate": (Words("退款多", "many refunds"), Words("退款少", "few refunds")),
    "returned_revenue": (Words("退款多", "many refunds"), Words("退款少", "few refunds")),
    "satisfaction": (Words("满意度高", "content"), Words("满意度低", "discontent")),
    "complaints": (Words("投诉多", "many complaints"), Words("投诉少", "few complaints")),
}
"""High and low of a metric, by its name without the window."""

_AVERAGE = Words("接近平均", "close to the average")


@dataclass(frozen=True)
class Difference:
    """One metric of a cluster beside all customers."""

    metric: str
    """The metric's slug."""
    difference: float
    """From all customers among whom it was looked for, in standard deviations."""
    median: float | None
    """Of the cluster's customers who have a value; null: nobody has one."""
    median_of_all: float | None
    """Of all customers among whom it was looked for; null: nobody has a value."""


def cluster_names(metrics: Sequence[str], differences: npt.NDArray[np.float64], known: Mapping[str, Metric]) -> tuple[Words, ...]:
    """A name for each cluster: its two largest differences; more where another cluster has the same two.

    Args:
        metrics: the columns of ``differences``.
        differences: cluster x metric, in standard deviations.
        known: the metrics of the workspace, for those that have no words of their own here.
    """
    told = [_phrases(metrics, row, known) for row in differences]
    lengths = [IN_NAME] * len(told)
    for _round in range(len(metrics)):
        names = [_joined(each[:length]) for each, length in zip(told, lengths, strict=True)]
        again = [number for number, name in enumerate(names) if names.count(name) > 1 and lengths[number] < len(told[number])]
        if not again:
            break
        for number in again:
            lengths[number] += 1
    names = [_joined(each[:length]) for each, length in zip(told, lengths, strict=True)]
    return tuple(_numbered(name, number, names) for number, name in enumerate(names))


def _phrases(metrics: Sequence[str], row: npt.NDArray[np.float64], known: Mapping[str, Metric]) -> list[Words]:
    """The differences worth a word, the largest first; of two metrics with the same words the larger one."""
    order = sorted(range(len(metrics)), key=lambda each: (-abs(float(row[each])), metrics[each]))
    large = [each for each in order if abs(float(row[each])) >= LEAST_DIFFERENCE]
    return list(dict.fromkeys(_phrase(metrics[each], float(row[each]) > 0, known) for each in large))


def _phrase(metric: str, is_high: bool, known: Mapping[str, Metric]) -> Words:  # noqa: FBT001 - private
    found = _PHRASES.get(_WINDOW.sub("", metric))
    if found is not None:
        return found[0] if is_high else found[1]
    name = known[metric].name if metric in known else Words(metric, metric)
    return Words(f"{name.zh}{'高' if is_high else '低'}", f"{'high' if is_high else 'low'} {name.en}")


def _joined(phrases: Sequence[Words]) -> Words:
    if not phrases:
        return _AVERAGE
    return Words("、".join(each.zh for each in phrases), ", ".join(each.en for each in phrases))


def _numbered(name: Words, number: int, names: Sequence[Words]) -> Words:
    """A name that others have too, told apart by its place among them."""
    if names.count(name) == 1:
        return name
    place = names[: number + 1].count(name)
    return Words(f"{name.zh}（{place}）", f"{name.en} ({place})")
