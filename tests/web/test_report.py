"""The numbers of a monthly report are those of the answers, in the record and in its HTML, as much of them as its reader may see.

World: the served shop, 160 customers whose ids are phones, twelve reviews and every analysis stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import html5lib
import pytest

from fenji.answers.views import SMALL_GROUP
from fenji.domain.access import Role
from fenji.domain.reporting import Audience, ReportComparison, ReportSection
from fenji.language import Language
from fenji.reports.monthly import html
from fenji.reports.monthly.making import Wanted, make_report
from fenji.reports.monthly.record import CellKind, MonthlyReport, Table, Unknown
from fenji.work.worker import work_once
from fenji.workflow.churn import churn_at
from fenji.workflow.forecast import forecast_at
from fenji.workflow.history import tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.quality import report_quality
from fenji.workflow.tiers import tiers_at
from fenji.workflow.value import value_at
from fenji.workspace.opening import reading_only
from fixtures.served import AS_OF, phone_of
from web.conftest import Web, token_in

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HTML = "{http://www.w3.org/1999/xhtml}"


def made(
    root: Path, audience: Audience, compare: ReportComparison = ReportComparison.MONTH, language: Language = Language.EN
) -> MonthlyReport:
    with reading_only():
        return make_report(root, Wanted(language, audience, compare), now=NOW)


@pytest.fixture(scope="module")
def report(served_root: Path) -> MonthlyReport:
    return made(served_root, Audience.MANAGER)


def table(report: MonthlyReport, slug: str) -> Table:
    (found,) = [each for each in report.tables if each.slug == slug]
    return found


def column(found: Table, slug: str) -> list[object]:
    place = [each.slug for each in found.columns].index(slug)
    return [row.cells[place] for row in found.rows]


def shown(document: bytes) -> dict[str, list[list[str]]]:
    """The bodies of the tables of a page, as they are read."""
    tree = html5lib.parse(document.decode())
    return {
        figure.get("data-table"): [
            ["".join(cell.itertext()).strip() for cell in row if cell.tag in (f"{HTML}th", f"{HTML}td")]
            for body in figure.iter(f"{HTML}tbody")
            for row in body.iter(f"{HTML}tr")
        ]
        for figure in tree.iter(f"{HTML}figure")
        if figure.get("data-table")
    }


def number_in(text: str) -> Decimal:
    """A number as a reader takes it from a cell."""
    sign = -1 if "−" in text else 1
    digits = Decimal(re.sub(r"[^0-9.]", "", text))
    return sign * (digits / 100 if "%" in text else digits)


def numbers(report: MonthlyReport) -> Iterator[tuple[str, str, object, str]]:
    """Every number of every table: table, column, cell, and its text on the page."""
    page = shown(html.render(report))
    for each in report.tables:
        for row, texts in zip(each.rows, page[each.slug], strict=True):
            for own, cell, text in zip(each.columns, row.cells, texts, strict=True):
                if own.is_number:
                    yield each.slug, own.slug, cell, text


def test_every_number_of_the_page_is_that_of_the_record(report: MonthlyReport) -> None:
    close = {CellKind.SHARE: Decimal("0.0005"), CellKind.RELATIVE_CHANGE: Decimal("0.0005"), CellKind.MONEY: Decimal("0.005")}
    kinds = {(each.slug, own.slug): own for each in report.tables for own in each.columns}
    found = list(numbers(report))
    assert len(found) > 400
    for slug, name, cell, text in found:
        own = kinds[slug, name]
        if isinstance(cell, Unknown):
            assert text == cell.text
        elif text[0] in "<>":
            assert own.kind is CellKind.SHARE
        else:
            room = close.get(own.kind, Decimal(0) if own.kind is not CellKind.NUMBER else Decimal(5) / 10 ** (own.digits + 1))
            assert abs(number_in(text) - Decimal(str(cell))) <= room, (slug, name, cell, text)


def test_the_record_holds_the_answers(served_root: Path, report: MonthlyReport) -> None:
    with reading_only():
        tiers, moves, past = tiers_at(served_root), moves_between(served_root), tier_history(served_root)
        worth, order, churn = value_at(served_root), priority_at(served_root, top=20), churn_at(served_root)
        ahead, quality = forecast_at(served_root), report_quality(served_root)
    ladder = table(report, "tiers")
    assert column(ladder, "customers") == [*(each.customers for each in reversed(tiers.tiers)), tiers.customers]
    assert column(ladder, "revenue") == [*(each.net_revenue_12m for each in reversed(tiers.tiers)), tiers.net_revenue_12m]
    last, before = past.reviews[-1], past.reviews[-2]
    changes = [each.customers - before.of(each.tier).customers for each in reversed(last.tiers)]
    assert column(ladder, "change_month") == [*changes, last.customers - before.customers]
    flow = table(report, "flow")
    for name in ("opening", "new", "returned", "upgraded_in", "downgraded_out", "lost", "closing"):
        own = [getattr(each, name) for each in reversed(moves.flows)]
        assert column(flow, name) == [*own, sum(own)]
    cells = {(each.from_tier, each.to_tier): each.customers for each in moves.movements if each.from_tier is not None}
    order_down = [each.tier for each in reversed(moves.tiers)]
    for to in order_down:
        assert column(table(report, "matrix"), f"to_{to}")[: len(order_down)] == [cells.get((tier, to), 0) for tier in order_down]
    assert column(table(report, "matrix"), "all")[-1] == moves.opening + sum(moves.ways()[way] for way in ("new", "returned"))
    assert column(table(report, "value_grid"), "all")[-1] == sum(each.customers for each in worth.grid)
    assert column(table(report, "marks"), "amount") == [each.amount for each in order.marks]
    assert column(table(report, "first_customers"), "customer") == [each.customer_id for each in order.order]
    assert column(table(report, "first_customers"), "score") == [each.score for each in order.order]
    assert column(table(report, "risk"), "high")[-1] == sum(each.high for each in churn.tiers)
    assert column(table(report, "risk"), "at_stake")[-1] == sum(each.net_revenue_12m_at_high for each in churn.tiers)
    steps = [each for each in ahead.tiers if each.step == 6]
    assert column(table(report, "forecast"), "expected_6")[:-1] == [each.customers for each in reversed(steps)]
    assert column(table(report, "forecast"), "upper") == [*(each.upper for each in reversed(steps)), ahead.totals[5].upper]
    assert column(table(report, "rows"), "rows")[-1] == quality.kept


def test_a_viewer_reads_masked_ids_and_no_few_customers(served_root: Path) -> None:
    everybody = made(served_root, Audience.VIEWER)
    page, managers = html.render(everybody).decode(), html.render(made(served_root, Audience.MANAGER)).decode()
    phones = [phone_of(f"c{number}") for number in range(200)]
    assert not any(each in page for each in phones)
    assert sum(each in managers for each in phones) == 20
    people = {"tiers": ("customers", "change_month", "change_year"), "risk": ("active", "high", "middle", "low")}
    people |= {"flow": tuple(each.slug for each in table(everybody, "flow").columns[1:])}
    people |= {"matrix": tuple(each.slug for each in table(everybody, "matrix").columns[1:])}
    for slug, names in people.items():
        for name in names:
            told = [each for each in column(table(everybody, slug), name) if isinstance(each, int)]
            assert not [each for each in told if 0 < abs(each) < SMALL_GROUP], (slug, name)
    assert any(isinstance(each, Unknown) for name in people["flow"] for each in column(table(everybody, "flow"), name))


def test_a_year_that_is_not_kept_is_not_compared(served_root: Path, report: MonthlyReport) -> None:
    year = made(served_root, Audience.MANAGER, ReportComparison.YEAR)
    assert (report.compared_on, year.compared_on) == (AS_OF.replace(month=11, day=30), None)
    (flows,) = [each for each in year.sections if each.name is ReportSection.FLOWS]
    assert flows.sentence == "The review of a year before is not kept, so nothing can be compared with it."
    assert not flows.tables
    assert all(isinstance(each, Unknown) for each in column(table(report, "tiers"), "change_year"))


def test_chinese_says_the_same_numbers(served_root: Path, report: MonthlyReport) -> None:
    chinese = made(served_root, Audience.MANAGER, language=Language.ZH)

    def cells(of: MonthlyReport) -> list[object]:
        return [
            cell
            for each in of.tables
            for row in each.rows
            for own, cell in zip(each.columns, row.cells, strict=True)
            if own.is_number and not isinstance(cell, Unknown)
        ]

    assert cells(chinese) == cells(report)
    names = [each.name for each in chinese.sections]
    assert names == [each.name for each in report.sections]
    assert set(ReportSection) - set(names) <= {ReportSection.POINTS}
    # English stands only in what the company and the program call things.
    told = [text for each in chinese.sections for text in (each.title, each.sentence, *each.notes)]
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in told)


def test_a_report_is_asked_for_on_its_page_and_taken_there(web: Web) -> None:
    manager, viewer = web.login(Role.MANAGER), web.login(Role.VIEWER)
    assert 'href="/reports"' in viewer.get("/").text
    token = token_in(manager.get("/reports").text)
    ask = {"csrf_token": token, "audience": "manager", "language": "zh", "shape": "html"}
    assert manager.post("/reports", data=ask).status_code == 422
    told = manager.post("/reports", data={**ask, "reason": "the board meets"})
    assert "it stands here when it is done" in told.text
    while work_once(web.root) is not None:
        pass
    page = manager.get("/reports").text
    (name,) = set(re.findall(r'name="name" value="(report_[^"]*_manager_zh_[^"]*)"', page))
    assert name not in viewer.get("/reports").text
    assert manager.get(f"/reports/{name}").status_code == 403
    plain = manager.post("/reports/plain", data={"csrf_token": token, "name": name, "reason": "the board meets"})
    assert "客户等级月报" in plain.text
    own = {"csrf_token": token_in(viewer.get("/reports").text), "name": name, "reason": "I want it"}
    assert viewer.post("/reports/plain", data=own).status_code == 404
    # A viewer who writes the other word into the form is refused, and no job is made.
    assert viewer.post("/reports", data={**own, **ask, "csrf_token": own["csrf_token"]}).status_code == 403
