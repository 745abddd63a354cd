"""Every kind of chart says the same as data, as a table and as a picture, in both languages, with whatever names and with nothing at all."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from fenji.language import Language
from fenji.reports.charts.axes import ACCENT, Axis, Series, Unit, day_labels, tier_color
from fenji.reports.charts.data import Areas, Bars, Chart, Lines, Multiples
from fenji.reports.charts.drawing import escaped, fitted, folded, width_of
from fenji.reports.charts.flows import Heat, Node, Sankey
from fenji.reports.charts.palette import Theme, tier_colors
from fenji.reports.charts.scales import Scale, log_ticks, nice_ticks, spaced
from fenji.reports.charts.spreads import Boxes, Dots, Histogram, Pareto, Points
from fenji.reports.charts.svg import svg_of
from fenji.reports.charts.svg_series import sparkline
from fixtures.charts import TIERS, charts

NAME = "{http://www.w3.org/2000/svg}"
KINDS = {Areas, Bars, Lines, Multiples, Heat, Sankey, Boxes, Dots, Histogram, Pareto, Points}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    '=HYPERLINK("http://x")',
    "javascript:alert(1)",
    "a\u202eb\x00\x1b[31m",
    "𠮷" * 120,
    "''\"&<>",
)

every = pytest.mark.parametrize(
    "chart",
    [
        pytest.param(each, id=f"{language}-{place}-{each.kind}")
        for language in Language
        for place, each in enumerate(charts(language))
    ],
)


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own text


def test_the_examples_hold_every_kind() -> None:
    assert {type(each) for each in charts(Language.EN)} == KINDS == set(Chart.__subclasses__())


@every
def test_a_picture_is_well_formed_and_says_what_is_seen(chart: Chart) -> None:
    for theme, width in ((Theme.LIGHT, 720), (Theme.DARK, 350)):
        root = read(svg_of(chart, theme=theme, width=width, name="one"))
        assert (root.tag, root.get("role"), root.get("aria-labelledby")) == (f"{NAME}svg", "img", "one-title one-desc")
        assert (root.findtext(f"{NAME}title"), root.findtext(f"{NAME}desc")) == (chart.title, chart.sentence)
        assert not re.search(r"\b(nan|inf|None)\b", ET.tostring(root, "unicode"))


@every
def test_no_text_leaves_the_sheet(chart: Chart) -> None:
    for width in (720, 350):
        root = read(svg_of(chart, width=width))
        for each in root.iter(f"{NAME}text"):
            wide = width_of(each.text or "", float(each.get("font-size", "12")))
            begins = float(each.get("x", "0")) - wide * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor", "start")]
            assert begins >= -1, each.text
            assert begins + wide <= width + 1, each.text
            assert 0 <= float(each.get("y", "0")) <= float(root.get("height", "0"))


@every
def test_the_data_of_a_page_are_plain_and_complete(chart: Chart) -> None:
    told = json.loads(json.dumps(chart.to_json(), allow_nan=False))
    assert (told["kind"], told["sentence"], told["title"]) == (chart.kind, chart.sentence, chart.title)
    assert set(told["words"]) == {"table", "chart", "png", "fullscreen", "leave", "forecast", "interval"}
    assert told["table"]["rows"] == chart.table().texts()
    assert all(len(row) == len(told["table"]["head"]) for row in told["table"]["rows"])


def test_words_of_a_page_are_in_its_language() -> None:
    zh, en = (charts(each)[0].to_json() for each in Language)
    assert (zh["words"]["table"], en["words"]["table"]) == ("数据表", "Data table")  # type: ignore[index]
    assert (zh["figures"]["steps"][0], en["figures"]["steps"][0]) == ([10**8, "亿"], [10**9, "B"])  # type: ignore[index]


def chart_of(language: Language, kind: type[Chart], title: str = "") -> Chart:
    return next(each for each in charts(language) if isinstance(each, kind) and (not title or each.title == title))


def test_the_table_holds_the_exact_numbers_and_their_lists() -> None:
    bars = chart_of(Language.ZH, Bars)
    table = bars.table()
    assert table.texts() == [
        [name, count] for name, count in zip(TIERS[Language.ZH], ("1,800", "1,634", "588", "158", "92"), strict=True)
    ]
    assert table.conditions == tuple((None, f"tier={each}") for each in "abcde")


def test_money_is_exact_in_the_table_and_short_on_the_axis() -> None:
    bars = chart_of(Language.ZH, Bars, "本次与上次的收入")
    assert bars.table().texts()[4] == ["VIP会员", "£3,015,687.15", "£2,900,000.00"]
    texts = [each.text for each in read(svg_of(bars)).iter(f"{NAME}text")]
    assert [each for each in texts if each and each.startswith("£")] == ["£0", "£100万", "£200万", "£300万", "£400万"]


def test_intervals_stand_in_the_table_and_unknown_is_a_dash() -> None:
    areas = chart_of(Language.EN, Areas)
    head = [each.title for each in areas.table().columns]
    assert head[-3:] == ["All", "All ≥", "All ≤"]
    assert areas.table().texts()[0][-3:] == ["1,355", "–", "–"]


def test_bars_are_as_long_as_their_numbers() -> None:
    bars = replace(chart_of(Language.EN, Bars), colors=())
    widths = [
        float(each.get("width", "0")) for each in read(svg_of(bars)).iter(f"{NAME}rect") if each.find(f"{NAME}title") is not None
    ]
    assert [round(each / widths[0], 3) for each in widths] == [round(count / 1800, 3) for count in (1800, 1634, 588, 158, 92)]


def test_flows_are_as_thick_as_their_numbers_and_fill_their_nodes() -> None:
    sankey = chart_of(Language.EN, Sankey)
    root = read(svg_of(sankey))
    paths = {each.findtext(f"{NAME}title"): each.get("d", "") for each in root.iter(f"{NAME}path")}
    thick = {}
    for name, way in paths.items():
        start, end = re.match(r"M[\d.]+,([\d.]+)C", way), re.search(r",([\d.]+)Z$", way)
        assert start is not None
        assert end is not None
        thick[name] = float(end[1]) - float(start[1])
    per_customer = thick["Entry → Entry: 1,031"] / 1031
    assert thick["Registered → Lost: 582"] == pytest.approx(582 * per_customer, abs=0.05)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", Language)
def test_a_hostile_name_stays_text(name: str, language: Language) -> None:
    found = [replace(chart, title=name, subtitle=name, sentence=name) for chart in charts(language)]
    found.append(
        Bars(
            language=language,
            title=name,
            sentence=name,
            categories=(name, name),
            category_title=name,
            axis=Axis(name),
            series=(Series(name, ACCENT, (1, 2)),) * 2,
        )
    )
    found.append(
        Sankey(
            language=language,
            title=name,
            sentence=name,
            axis=Axis(name),
            left=(Node(name, ACCENT),),
            right=(Node(name, ACCENT),),
            left_title=name,
            right_title=name,
            flows=(),
        )
    )
    for chart in found:
        svg = svg_of(chart)
        assert {each.tag.removeprefix(NAME) for each in read(svg).iter()} <= {
            "svg",
            "title",
            "desc",
            "rect",
            "line",
            "path",
            "circle",
            "text",
            "defs",
            "pattern",
        }
        assert not any(key.startswith("on") or "href" in key for each in read(svg).iter() for key in each.attrib)
        assert "\u202e" not in svg
        json.dumps(chart.to_json(), allow_nan=False)


EMPTY: dict[type[Chart], dict[str, object]] = {
    Multiples: {"charts": ()},
    Sankey: {"left": (), "right": (), "flows": ()},
    Heat: {"rows": (), "columns": (), "cells": ()},
    Boxes: {"spreads": ()},
    Pareto: {"categories": (), "shares": Series("", ACCENT, ()), "cumulative": Series("", ACCENT, ())},
    Areas: {"days": (), "series": (), "total": None, "forecast_from": None},
    Histogram: {"series": (), "thresholds": ()},
    Lines: {"places": (), "series": (), "forecast_from": None},
    Points: {"places": (), "series": ()},
    Bars: {"categories": (), "series": (), "colors": ()},
    Dots: {"categories": (), "series": ()},
}


@every
def test_a_chart_without_anything_is_still_a_picture(chart: Chart) -> None:
    empty = replace(chart, **EMPTY[type(chart)])
    assert read(svg_of(empty)).findtext(f"{NAME}desc") == chart.sentence
    assert json.loads(json.dumps(empty.to_json()))["kind"] == chart.kind


def test_print_has_a_pattern_for_each_tier_and_colors_stay() -> None:
    svg = svg_of(chart_of(Language.EN, Bars), is_hatched=True, name="p")
    patterns = {each.get("id"): each for each in read(svg).iter(f"{NAME}pattern")}
    assert len(patterns) == 5
    fills = [each.find(f"{NAME}rect") for each in patterns.values()]
    assert {each.get("fill") for each in fills if each is not None} == set(tier_colors(5, Theme.LIGHT))
    assert len({ET.tostring(each).split(b"</")[0].split(b"<path")[-1] for each in patterns.values()}) == 5


def test_a_gap_in_a_series_is_a_gap_in_its_line() -> None:
    days = tuple(date(2026, month, 1) for month in range(1, 6))
    series = Series("a", tier_color(0, 2), (1, 2, None, 4, 5))
    lines = Lines(
        language=Language.EN, title="t", sentence="s", x=Axis("day", Unit.DATE), places=days, axis=Axis("n"), series=(series,)
    )
    ways = [each.get("d", "") for each in read(svg_of(lines)).iter(f"{NAME}path")]
    assert [each.count("L") for each in ways] == [1, 1]


def test_what_stands_beside_values_stands_beside_each() -> None:
    with pytest.raises(AssertionError, match="2 beside 3 values"):
        Series("a", ACCENT, (1, 2, 3), conditions=("x", "y"))


def test_days_are_labelled_by_month_unless_a_month_comes_twice() -> None:
    assert day_labels((date(2026, 1, 31), date(2026, 2, 28))) == ("26/01", "26/02")
    assert day_labels((date(2026, 2, 14), date(2026, 2, 28))) == ("2026-02-14", "2026-02-28")


def test_scales_are_exact_at_their_ends_and_hold_what_lies_outside() -> None:
    scale = Scale(10, 1000, 0, 200, is_log=True)
    assert [scale(each) for each in (10, 100, 1000, 5, 5000)] == pytest.approx([0, 100, 200, 0, 200])
    assert Scale(0, 0, 0, 10)(0) == 5


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0, 92, (0, 20, 40, 60, 80, 100)), (-3, 3, (-4, -2, 0, 2, 4)), (0, 0, (0, 1)), (0, 0.37, (0, 0.1, 0.2, 0.3, 0.4))],
)
def test_marks_are_round_and_hold_the_values(low: float, high: float, marks: tuple[float, ...]) -> None:
    assert nice_ticks(low, high) == pytest.approx(marks)


def test_marks_of_powers_of_ten() -> None:
    assert log_ticks(20, 900) == (20, 50, 100, 200, 500)


def test_names_that_would_touch_are_moved_apart_in_their_order() -> None:
    assert spaced([98, 99, 10], 10, 0, 100) == [90, 100, 10]


def test_texts_are_measured_cut_and_folded() -> None:
    assert width_of("高级会员", 12) == 48
    assert fitted("高级会员", 12, 40) == "高级…"
    assert folded("a long title of words", 10, 60, most=2)[0] == "a long title"
    assert escaped("a\x00<b>") == "a&lt;b&gt;"


def test_a_small_line_has_no_axes_and_needs_two_values() -> None:
    assert sparkline([1, None]) == ""
    assert read(sparkline([1, 2, 3])).get("aria-hidden") == "true"
