"""What are the groups of a cross table called, and what are they groups of?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.analyze.structure.bands import Grouping, MetricBands
from fenji.analyze.structure.cross_products import GroupKey
from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.words import Words
from fenji.language import message as _
from fenji.language import translate
from fenji.tables.insight import metric_type
from fenji.wording.rules import Wording

_COLUMN_NAMES = {field.name: Words(field.zh, field.en) for field in FEEDS[Feed.CUSTOMER]} | {
    "registered_on": Words("注册年份", "year of registration"),
    "first_seen_on": Words("首次出现年份", "year first seen"),
    "birth_on": Words("出生年份", "year of birth"),
}

_LINE_COLUMNS = {"category": _("category"), "product_id": _("product"), "channel": _("channel")}


def band_label(bands: MetricBands, number: int, wording: Wording) -> str:
    """The band in words: under 500, 500 to under 2,000, 10,000 or more; whole numbers as 1 to 4."""
    shown = [wording.number(bands.metric, edge) for edge in bands.edges]
    if number == 0:
        return translate(_("under {high}"), wording.language, high=shown[0])
    if number == len(bands.edges):
        return translate(_("{low} or more"), wording.language, low=shown[-1])
    low, high = bands.edges[number - 1], bands.edges[number]
    metric = wording.metrics.get(bands.metric)
    if metric and metric_type(metric) == "int64" and low % 1 == 0 == high % 1:
        if high - low == 1:
            return shown[number - 1]
        last = wording.number(bands.metric, high - 1)
        return translate(_("{low} to {high}"), wording.language, low=shown[number - 1], high=last)
    return translate(_("{low} to under {high}"), wording.language, low=shown[number - 1], high=shown[number])


def group_label(grouping: Grouping, group: str | int | None, wording: Wording) -> str:
    """The name of a group for people; no value has a name of its own."""
    if group is None:
        return translate(_("(no value)"), wording.language)
    if isinstance(grouping, MetricBands):
        return band_label(grouping, int(group), wording)
    return str(group)


def cross_group_name(grouping: Grouping, key: GroupKey, product_names: Mapping[str, str], wording: Wording) -> str:
    """The name of a group beside the average: that of all others, or its label and what the product is called."""
    if key.is_rest:
        return translate(_("(all others)"), wording.language)
    label = group_label(grouping, key.value, wording)
    name = product_names.get(label)
    return f"{label} {name}" if name else label


def line_column_name(column: str, wording: Wording) -> str:
    """What a column of order lines is called."""
    return translate(_LINE_COLUMNS[column], wording.language)


def grouping_name(grouping: Grouping, wording: Wording) -> str:
    """What the customers are grouped by, such as 地区 or region."""
    if isinstance(grouping, MetricBands):
        return wording.name(grouping.metric)
    return _COLUMN_NAMES[grouping.column].in_language(wording.language)
