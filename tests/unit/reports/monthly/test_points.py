"""What the report says of points, worked by hand. World: ann has 100 points of January and 50 of February, and spends 30; no orders are needed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from fenji.answers.views import OPEN, VIEWER, View
from fenji.domain.reporting import ReportComparison
from fenji.language import Language
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import Asked
from fenji.reports.monthly.record import Section
from fenji.reports.monthly.sections.points import is_told, points
from fenji.workflow.initiating import init_workspace
from fenji.workflow.loyalty.points import PointsAsked, redeem_points
from fenji.workflow.loyalty.points_import import import_balances
from fenji.workflow.loyalty.points_rules import publish_program
from fixtures.four_customers import SOURCES

PROGRAM = """
program: {name}
version: 1
effective_on: 2025-01-01
author: a test
why: to count
earn: {{per: 100, points: 1}}
redeem: {{points: 1, worth: 1.00}}
cost_per_point: 0.90
expected_redemption: 0.85
"""
LATE, EARLY = date(2999, 12, 31), date(2026, 1, 30)
"""Reviews after every month of points, and before the first one has ended."""


def asked(root: Path, day: date = LATE, view: View = OPEN) -> Asked:
    found = Asked(root, Reader(Language.EN, view), ReportComparison.MONTH)
    found.__dict__["tiers"] = SimpleNamespace(as_of=day)  # the only thing of the run that the section asks for
    return found


def cells(section: Section, slug: str) -> list[tuple[object, ...]]:
    (found,) = [each for each in section.tables if each.slug == slug]
    return [row.cells for row in found.rows]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("points") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    balances = root / "balances.csv"
    balances.write_text("source,customer_id,points,earned_on\nshop,ann,100,2026-01-05\nshop,ann,50,2026-02-05\n", "utf-8")
    (root / "loyalty.yaml").write_text(PROGRAM.format(name="points"), "utf-8")
    publish_program(root, root / "loyalty.yaml")
    import_balances(root, balances)
    redeem_points(root, PointsAsked("shop:ann", 30, "till-1"))
    return root


def test_balance_roll_forward_and_liability_are_those_of_the_ledger(shop: Path) -> None:
    found = points(asked(shop))
    assert [row[1] for row in cells(found, "points_sheet")] == [0, 0, 150, -30, 0, 0, 120]
    months = cells(found, "points_flow")
    assert all(sum(row[1:-1]) == row[-1] for row in months)
    assert (sum(row[3] for row in months), sum(row[5] for row in months), months[-1][-1]) == (150, -30, 120)
    # 85 % of 100 and of 50 will be redeemed: 55 of the 70 that are left of January, 42.5 of February's 50, at 0.90 each.
    rows = cells(found, "points_liability")
    assert [row[:4] for row in rows] == [("2026-02", 50, 0, 50), ("2026-01", 100, 30, 70), ("All", 150, 30, 120)]
    assert [row[-1] for row in rows] == [Decimal("38.25"), Decimal("49.50"), Decimal("87.75")]
    assert "members hold 120 points and owe 0; those that will be redeemed cost ¥87.75" in found.sentence


def test_a_month_that_had_not_ended_by_the_review_stands_in_no_roll_forward(shop: Path) -> None:
    found = points(asked(shop, EARLY))
    assert [each.slug for each in found.tables] == ["points_sheet", "points_liability"]
    assert [each.sentence for each in found.missing] == ["No month with movements of points had ended by the review."]
    assert any("on which this report was made" in each for each in found.notes)


def test_whoever_sees_no_points_is_told_none(shop: Path) -> None:
    found = points(asked(shop, view=VIEWER))
    assert (is_told(asked(shop)), is_told(asked(shop, view=VIEWER))) == (True, False)
    assert (found.tables, found.sentence) == ((), "Points are told in reports for managers.")


def test_every_program_has_tables_of_its_own(shop: Path) -> None:
    (shop / "other.yaml").write_text(PROGRAM.format(name="stars"), "utf-8")
    publish_program(shop, shop / "other.yaml")
    found = points(asked(shop))
    slugs = ["points_sheet_points", "points_flow_points", "points_liability_points", "points_sheet_stars"]
    assert [each.slug for each in found.tables] == slugs
    assert [each.title for each in found.missing] == [
        "stars: Roll-forward of points by month",
        "stars: Liability by month of earning",
    ]
