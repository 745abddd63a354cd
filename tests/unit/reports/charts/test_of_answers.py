"""The charts of answers hold the numbers of the answers, and the lists behind them as many customers; world: a shop of twenty months, six reviews."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from fenji.analyze.structure.habits import Rhythm
from fenji.answers.churn import CalibratedTenth, TargetForecast
from fenji.answers.moves import MovesResult
from fenji.answers.structure import Part
from fenji.answers.tiers import TiersResult
from fenji.answers.views import OPEN, VIEWER
from fenji.language import Language
from fenji.reports.charts.axes import BAD, GOOD, tier_color
from fenji.reports.charts.data import Chart
from fenji.reports.charts.of_answers import churn, forecasts, moves, structure, tiers
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.svg import svg_of
from fenji.workflow.customers import customers_at
from fenji.workflow.forecast import forecast_at
from fenji.workflow.moves import moves_between
from fenji.workflow.structure import structure_of
from fenji.workflow.tiers import tiers_at
from fenji.workspace.customer_choice import Asked
from fixtures.monthly_shop import shop_of

EN, ZH = Reader(Language.EN, OPEN), Reader(Language.ZH, OPEN)
FEW = Reader(Language.EN, VIEWER)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop_of(tmp_path_factory.mktemp("charts") / "shop", months=20, as_of="2025-08-31", history=6)


@pytest.fixture(scope="module")
def standing(shop: Path) -> TiersResult:
    return tiers_at(shop)


@pytest.fixture(scope="module")
def moved(shop: Path) -> MovesResult:
    return moves_between(shop)


def counted(shop: Path, condition: str) -> int:
    """How many customers a list holds, asked as a page asks."""
    told = dict(parse_qsl(condition))
    days = {name: date.fromisoformat(told.pop(name)) for name in ("as_of", "earlier_on") if name in told}
    return customers_at(shop, Asked(**told, earlier_on=days.get("earlier_on")), limit=1, as_of=days["as_of"]).count


def pictured(*charts: Chart) -> None:
    for each in charts:
        assert each.sentence in svg_of(each).replace("&#39;", "'").replace("&lt;", "<")
        each.to_json()


def test_tiers_stand_from_the_highest_with_their_counts_shares_and_revenue(standing: TiersResult) -> None:
    bars = tiers.tier_bars(standing, EN)
    rows = tuple(reversed(standing.tiers))
    assert bars.categories == tuple(each.name.en for each in rows)
    assert bars.series[0].values == tuple(each.customers for each in rows)
    assert bars.colors[0] == tier_color(len(rows) - 1, len(rows))
    shares, revenue = tiers.share_bars(standing, ZH), tiers.revenue_bars(standing, ZH)
    assert [each.values for each in shares.series] == [
        tuple(each.share for each in rows),
        tuple(each.revenue_share for each in rows),
    ]
    assert revenue.series[0].values == tuple(each.net_revenue_12m for each in rows)
    assert revenue.axis.text(standing.net_revenue_12m) in revenue.sentence
    pictured(bars, shares, revenue)


def test_a_number_of_customers_has_as_many_on_its_list(shop: Path, standing: TiersResult, moved: MovesResult) -> None:
    bars, flows = tiers.tier_bars(standing, EN), moves.flow_sankey(moved, EN)
    marks = [
        *zip(bars.series[0].conditions, bars.series[0].values, strict=True),
        *((each.condition, each.value) for each in flows.flows),
    ]
    assert {condition: counted(shop, condition or "") for condition, _value in marks} == dict(marks)
    assert len(marks) > len(standing.tiers)


def test_flows_begin_with_opening_and_end_with_closing(moved: MovesResult) -> None:
    sankey = moves.flow_sankey(moved, EN)
    into, out = [0] * len(sankey.left), [0] * len(sankey.right)
    for each in sankey.flows:
        into[each.source] += int(each.value)
        out[each.target] += int(each.value)
    flows = tuple(reversed(moved.flows))
    assert into[: len(flows)] == [each.opening for each in flows]
    assert out[: len(flows)] == [each.closing for each in flows]
    assert sum(into[len(flows) :]) == sum(each.new + each.returned for each in flows)
    assert out[-1] == sum(each.lost for each in flows)
    pictured(sankey)


def test_the_matrix_has_the_movements_and_the_shares_decide_the_color(moved: MovesResult) -> None:
    heat = moves.flow_matrix(moved, ZH)
    found = {
        (row.name, column.name): cell
        for row, cells in zip(heat.rows, heat.cells, strict=True)
        for column, cell in zip(heat.columns, cells, strict=True)
    }
    names = {each.tier: each.name.zh for each in moved.tiers}
    for each in moved.movements:
        if each.from_tier is not None:
            cell = found[names[each.from_tier], names.get(each.to_tier or "", "流失")]
            assert cell is not None
            assert (cell.value, cell.weight) == (each.customers, each.share)
    pictured(heat)


def test_changes_causes_cohorts_and_retention_are_those_of_the_answer(moved: MovesResult) -> None:
    bars, causes, cohorts, kept = (
        make(moved, EN) for make in (moves.period_bars, moves.cause_bars, moves.cohort_heat, moves.retention_bars)
    )
    by_name = {each.name: each.values for each in bars.series}
    assert by_name["lost"] == tuple(-each.lost for each in moved.periods)
    assert by_name["upgraded"] == tuple(each.upgraded for each in moved.periods)
    assert sorted(map(int, filter(None, causes.series[0].values))) == sorted(moved.causes.values())
    known = {(each.cohort, each.as_of): each for each in moved.cohorts}
    for row, cells in zip(cohorts.rows, cohorts.cells, strict=True):
        for cell in filter(None, cells):
            assert cell.value in [each.standing / each.customers for (cohort, _day), each in known.items() if cohort == row.name]
    rates = tuple(reversed(moved.rates))
    assert kept.series[0].values == tuple(each.stayed_share for each in rates)
    sums = [sum(float(one.values[at] or 0) for one in kept.series) for at, each in enumerate(rates) if each.opening]
    assert sums == pytest.approx([1] * len(sums))
    pictured(bars, causes, cohorts, kept)


def test_a_forecast_goes_on_from_what_is_known(shop: Path) -> None:
    found = forecast_at(shop, reviews=3)
    history = tiers.TierHistory(found.tier_names, [(found.starts_on, found.customers)])
    areas = tiers.history_areas(history, found, EN)
    assert areas.forecast_from == 0
    assert areas.days == (found.starts_on, *(each.review_on for each in found.totals))
    assert areas.total is not None
    assert areas.total.values == (sum(found.customers.values()), *(each.customers for each in found.totals))
    assert areas.total.lower == (areas.total.values[0], *(each.lower for each in found.totals))
    small = forecasts.tier_multiples(found, None, ZH)
    top = list(found.tier_names)[-1]
    assert small.charts[0].series[0].values == (
        found.customers[top],
        *(each.customers for each in found.tiers if each.tier == top),
    )
    pictured(areas, small)


def test_a_history_alone_has_no_forecast(standing: TiersResult) -> None:
    names = {each.tier: each.name for each in standing.tiers}
    days = [(date(2025, month, 28), {each.tier: each.customers + month for each in standing.tiers}) for month in (1, 2, 3)]
    areas = tiers.history_areas(tiers.TierHistory(names, days), None, EN)
    assert (areas.forecast_from, areas.total) == (None, None)
    assert [each.values for each in areas.series] == [tuple(counts[tier] for _day, counts in days) for tier in names]
    lines = tiers.history_lines(tiers.TierHistory(names, days), tiers.TierHistory(names, days[1:]), next(iter(names)), EN)
    assert (lines.series[1].values[0], lines.series[1].is_dashed) == (None, True)
    assert tiers.history_areas(tiers.TierHistory(names, []), None, EN).sentence == "There has been no review yet."


def test_structure_is_shown_as_answered(shop: Path) -> None:
    profile = structure_of(shop, Part.PROFILE, metrics=["net_revenue_12m"])
    boxes = structure.profile_boxes(profile, "net_revenue_12m", EN)
    assert boxes is not None
    rows = [each for each in profile.profile or () if each.tier is not None]
    assert [each.values() for each in boxes.spreads] == [
        (each.p10, each.p25, each.median, each.p75, each.p90) for each in reversed(rows)
    ]
    assert structure.profile_boxes(profile, "orders_12m", EN) is None
    found = structure_of(shop, Part.CONCENTRATION)
    lines = structure.concentration_lines(found, ZH)
    assert lines is not None
    assert found.concentration is not None
    assert found.concentration.buyers is not None
    assert lines.series[0].values == (0.0, *(each.revenue_share for each in found.concentration.buyers.curve))
    habits = structure_of(shop, Part.HABITS)
    heat = structure.habit_heat(habits, Rhythm.MONTH, EN)
    assert heat is not None
    assert len(heat.columns) == 12
    pictured(boxes, lines, heat)


def test_groups_beyond_the_largest_make_each_bar_whole(shop: Path) -> None:
    found = structure_of(shop, Part.COMPOSITION, by="orders_12m:0,1,2,3,4,5,6,7,8,9")
    assert found.composition is not None
    bars = structure.composition_bars(found, found.composition[0], EN)
    filled = [at for at, each in enumerate(reversed(found.tiers)) if each.customers]
    assert [sum(float(each.values[at] or 0) for each in bars.series) for at in filled] == pytest.approx([1] * len(filled))
    heat = structure.index_heat(found, found.composition[0], EN)
    assert heat.middle == 100
    pictured(bars, heat)


def test_calibration_stands_as_it_was_found() -> None:
    tenths = tuple(
        CalibratedTenth(each, date(2025, 6, 30), 100, each * 9, each / 10, each * 0.09, each * 0.08, each * 0.1)
        for each in range(1, 11)
    )
    points = churn.calibration_points(TargetForecast(calibration=tenths), EN)
    assert points is not None
    assert points.places == tuple(each.expected_share for each in tenths)
    assert (points.series[0].values, points.series[0].upper) == (
        tuple(each.observed_share for each in tenths),
        tuple(each.upper for each in tenths),
    )
    assert "100%" in points.sentence
    assert churn.calibration_points(TargetForecast(), EN) is None


def small_groups(standing: TiersResult) -> TiersResult:
    """The lowest tier with 3 people, of whom nothing may be told."""
    few = replace(standing.tiers[0], customers=3, share=0.123456, net_revenue_12m=Decimal("7654.32"))
    return replace(standing, tiers=(few, *standing.tiers[1:]))


@pytest.mark.parametrize("make", [tiers.tier_bars, tiers.share_bars, tiers.revenue_bars])
def test_whoever_sees_no_small_groups_sees_none_in_charts(
    make: Callable[[TiersResult, Reader], Chart], standing: TiersResult
) -> None:
    few = small_groups(standing)
    open_text, veiled = str(make(few, EN).to_json()), make(few, FEW)
    told = ("12.3%", "7,654.32") if make is not tiers.tier_bars else ("12.3%",)
    assert any(each in open_text for each in told)
    for each in (*told, "0.123456", "7654.32"):
        assert each not in str(veiled.to_json())
        assert each not in svg_of(veiled)
    assert veiled.table().rows[-1][1] is None


def test_movements_of_few_people_are_not_drawn(moved: MovesResult) -> None:
    few = {(each.from_tier, each.to_tier) for each in moved.movements if 0 < each.customers < 5}
    assert few
    sankey, heat = moves.flow_sankey(moved, FEW), moves.flow_matrix(moved, FEW)
    assert all(each.value >= 5 for each in sankey.flows)
    assert all(cell.value is None or cell.value >= 5 for row in heat.cells for cell in row if cell is not None)


def test_good_and_bad_keep_their_colors(moved: MovesResult) -> None:
    colors = {each.name: each.color for each in moves.period_bars(moved, EN).series}
    assert (colors["upgraded"], colors["lost"]) == (GOOD, BAD)
