"""A report of a company with little to tell says what is not there, and why, and hides nothing.

World: shops of a few customers in code. One with a single review, no categories, no analysis; one that keeps thirteen reviews, of which
an earlier review was forecast; one without a customer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fenji.domain.reporting import Audience, ReportComparison, ReportSection
from fenji.errors import Conflict, InvalidDocument, NotFound
from fenji.language import Language
from fenji.reports.monthly import making
from fenji.reports.monthly.html import render
from fenji.reports.monthly.making import Wanted, make_report
from fenji.reports.monthly.record import MonthlyReport, Section, Table, Unknown
from fenji.workflow.forecast import forecast_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.moves import moves_between
from fenji.workflow.running import run_all
from fenji.workflow.runs import list_runs
from fenji.workspace.opening import reading_only
from fixtures.kept_shop import by_hand, open_shop
from fixtures.monthly_shop import SOURCES, shop_of

NOW = datetime(2026, 4, 1, tzinfo=UTC)


def made(
    root: Path,
    *,
    compare: ReportComparison = ReportComparison.MONTH,
    language: Language = Language.EN,
    audience: Audience = Audience.MANAGER,
) -> MonthlyReport:
    with reading_only():
        report = make_report(root, Wanted(language, audience, compare), now=NOW)
    assert render(report)
    return report


def section(report: MonthlyReport, name: ReportSection) -> Section:
    (found,) = [each for each in report.sections if each.name is name]
    return found


def table(report: MonthlyReport, slug: str) -> Table:
    (found,) = [each for each in report.tables if each.slug == slug]
    return found


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_shop(tmp_path_factory.mktemp("single") / "shop", history=1)


def test_one_review_and_no_analysis_read_well(single: Path) -> None:
    report = made(single)
    # No program is published, so points are not spoken of.
    assert [each.name for each in report.sections] == [each for each in ReportSection if each is not ReportSection.POINTS]
    assert (report.compared_on, report.opens_on) == (None, None)
    assert "nothing to compare with" in report.period_line
    why = {(each.title, each.sentence) for part in report.sections for each in part.missing}
    computed = "This has not been computed yet for 2026-03-31."
    nobody = "Only one review is kept, so nobody can have moved yet."
    assert {
        ("Flows: who came, went, rose and fell", nobody),
        ("Customers by region", "No region is known of any customer, so nothing is told by region."),
        ("Customers by category", "No line of an order has a category, so nothing is told by category."),
        ("Marks A, B and C", computed),
        ("Risk of leaving", computed),
    } <= why
    assert [each.advice for each in section(report, ReportSection.RISK).missing] == [
        "Compute it with: fenji churn --as-of 2026-03-31"
    ]
    ladder = table(report, "tiers")
    # ann has brought 1,500 and bob 900: both stand in the tier from 500 on.
    assert [row.cells[1] for row in ladder.rows] == [0, 0, 0, 2, 0, 2]
    empty = [each for row in ladder.rows for each in row.cells if isinstance(each, Unknown)]
    assert list(dict.fromkeys((each.text, each.reason) for each in empty)) == [
        ("–¹", "No review of that day is kept."), ("–²", "Nothing is known of it."), ("–³", "Medians of tiers have no sum."),
    ]  # fmt: skip
    assert "–¹: No review of that day is kept. –²: Nothing is known of it. –³" in render(report).decode()
    chinese = made(single, language=Language.ZH)
    assert [each.sentence for each in section(chinese, ReportSection.FLOWS).missing] == ["只保存了一次复核，还谈不上变动。"]


def test_a_viewer_is_told_nothing_of_two_customers_and_that_it_is_so(single: Path) -> None:
    report = made(single, audience=Audience.VIEWER)
    sentences = {each.name: each.sentence for each in report.sections}
    few = "<5 customers stand in tiers at 2026-03-31; more is not told of so few in any tier."
    assert sentences[ReportSection.SUMMARY] == few
    nothing = "Fewer than five customers brought revenue in the 12 months; nothing is told of them."
    assert sentences[ReportSection.STRUCTURE] == nothing
    assert sentences[ReportSection.TIERS].startswith("<5 customers: ")
    assert all(isinstance(each, Unknown) for each in table(report, "tiers").rows[-1].cells[1:])
    assert not [each for each in ("2,400", "1,500", "¥900") if each in render(report).decode()]


def test_report_yaml_chooses_sections_and_adds_texts(single: Path) -> None:
    choices, logo = single / "report.yaml", single / "logo.png"
    try:
        choices.write_text(
            "company: {zh: 山海, en: Shanhai}\nmade_for: {zh: 董事会, en: the board}\nsections: [data, summary]\nlogo: logo.png\n"
            "texts: {summary: [{zh: 本月调价。, en: Prices changed.}]}\n",
            "utf-8",
        )
        with pytest.raises(InvalidDocument, match=r"no file logo\.png"):
            made(single)
        logo.write_bytes(b"<svg/>")
        with pytest.raises(InvalidDocument, match="not a picture"):
            made(single)
        logo.write_bytes(b"\x89PNG\r\n\x1a\n")
        report = made(single, language=Language.ZH)
        assert [each.name for each in report.sections] == [ReportSection.DATA, ReportSection.SUMMARY]
        assert section(report, ReportSection.SUMMARY).own_texts == ("本月调价。",)
        assert (report.company, report.made_for, report.logo.media_type) == ("山海", "董事会", "image/png")
    finally:
        choices.unlink()
        logo.unlink(missing_ok=True)


@pytest.mark.proof
def test_reviews_of_other_data_do_not_stand_beside_the_tiers(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "shop", history=2)
    by_hand(shop)
    (shop / "export" / "late.csv").write_text("order,customer,at,amount\n2,ann,2026-02-05,600\n", "utf-8")
    run_all(shop, as_of=date(2026, 3, 31), history=1)
    report = made(shop)
    assert (
        section(report, ReportSection.FLOWS).sentence
        == "The reviews that are kept are those of an older run, which read other data."
    )
    rows = table(report, "overrides").rows
    assert [row.cells[:4] for row in rows] == [("ann", table(report, "tiers").rows[0].cells[0], "2027-01-01", "li")]


@pytest.mark.proof
def test_a_year_is_compared_and_an_earlier_forecast_is_held_against_what_came(tmp_path: Path) -> None:
    shop = shop_of(tmp_path / "shop", months=25, as_of="2025-12-31", history=12)
    forecast_at(shop)
    run_all(shop, as_of=date(2026, 1, 31), history=13)
    year = made(shop, compare=ReportComparison.YEAR)
    assert year.compared_on == date(2025, 1, 31)
    with reading_only():
        moves = moves_between(shop, earlier_on=date(2025, 1, 31))
    assert table(year, "flow").rows[-1].cells[1] == moves.opening
    held = table(year, "last_forecast")
    with reading_only():
        then = {each.tier: each for each in forecast_at(shop, run_id=_earlier_run(shop)).tiers if each.step == 1}
    names = [each.customers for each in reversed(list(then.values()))]
    assert [row.cells[1] for row in held.rows] == names
    assert [row.cells[4] for row in held.rows] == [row.cells[1] for row in table(year, "tiers").rows[:-1]]


def _earlier_run(shop: Path) -> str:
    return next(each.run_id for each in list_runs(shop).runs if each.command == "run" and each.as_of == date(2025, 12, 31))


@pytest.mark.proof
def test_a_shop_without_a_customer_has_a_report(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    init_workspace(shop, template="spend", language=Language.EN)
    (shop / "sources.yaml").write_text(SOURCES, "utf-8")
    (shop / "orders.csv").write_text("order,customer,at,amount\n1,,2026-03-01,100\n", "utf-8")
    run_all(shop, as_of=date(2026, 3, 31), history=2)
    report = made(shop)
    assert section(report, ReportSection.SUMMARY).sentence == "At 2026-03-31 no customer stands in any tier."
    assert section(report, ReportSection.TIERS).sentence == "No customer stands in any tier on this day."
    assert "¥100.00 of revenue belongs to no customer" in section(report, ReportSection.DATA).sentence


def test_nothing_run_yet_and_a_run_meanwhile_are_said(single: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init_workspace(tmp_path / "new", template="spend", language=Language.EN)
    with pytest.raises(NotFound):
        made(tmp_path / "new")
    real = making.tiers_at
    monkeypatch.setattr(making, "tiers_at", lambda *a, **k: replace(real(*a, **k), run_id="another"))
    with pytest.raises(Conflict, match="published while"):
        made(single)
