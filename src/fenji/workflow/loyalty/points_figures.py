"""What do all points of a program come to? Their liability, the roll-forward by month, and whether every row keeps the laws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from fenji.act.flow import roll_forward
from fenji.act.liability import CohortLiability, deferral, liability
from fenji.answers.loyalty.points import FlowResult, LawsResult, LiabilityResult, LiabilityRow, SheetResult
from fenji.domain.loyalty.cohorts import FlowMonth
from fenji.domain.loyalty.kinds import PointsAccount
from fenji.domain.loyalty.law_names import Law, LawBroken
from fenji.domain.loyalty.program import Expiry
from fenji.domain.periods import end_of_month
from fenji.errors import ContractBroken, Problem
from fenji.language import message as _
from fenji.state.loyalty.laws import CHECKED
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import ProgramVersions

LONGEST_MONTHS = 120
"""Ages that are looked at where points never expire."""
DAYS_OF_A_MONTH = 28


def points_liability(root: Path, *, program: str | None = None) -> LiabilityResult:
    """What the outstanding points of a program will cost, by month of earning.

    Raises:
        NotFound: no workspace, or no such program.
    """
    workspace = open_workspace(root)
    return Desk(workspace, program).read(lambda points: _liability(points, workspace.settings.currency))


def points_flow(root: Path, *, program: str | None = None) -> FlowResult:
    """The roll-forward of a program, month by month; it closes at what members hold, or is no answer.

    Raises:
        NotFound: no workspace, or no such program.
        ContractBroken: it does not close.
    """
    return Desk(open_workspace(root), program).read(lambda points: FlowResult(points.program.slug, points.today, _months(points)))


def points_sheet(root: Path, *, program: str | None = None) -> SheetResult:
    """What stands on every account of a program today; its accounts and those of all members sum to 0.

    Raises:
        NotFound: no workspace, or no such program.
    """

    def work(points: Points) -> SheetResult:
        members = points.t.loyalty.figures.totals(points.program.slug)["members"]
        return SheetResult(points.program.slug, points.today, members, _outstanding(points), _sheet(points))

    return Desk(open_workspace(root), program).read(work)


def check_points(root: Path, *, program: str | None = None) -> LawsResult:
    """Checks all laws over all rows.

    Raises:
        NotFound: no workspace, or no such program.
    """
    return Desk(open_workspace(root), program).read(_laws)


def _months(points: Points) -> tuple[FlowMonth, ...]:
    figures, program = points.t.loyalty.figures, points.program.slug
    return roll_forward(figures.moves_by_month(program, until=date.max), outstanding=_outstanding(points))


def _outstanding(points: Points) -> int:
    totals = points.t.loyalty.figures.totals(points.program.slug)
    return totals["available"] + totals["pending"] + totals["held"] - totals["owed"]


def _laws(points: Points) -> LawsResult:
    program, loyalty = points.program.slug, points.t.loyalty
    broken = list(loyalty.laws.broken(program, points.program.rules, today=points.today))
    try:
        _months(points)
    except ContractBroken as error:
        broken.append(LawBroken(Law.F1, "roll_forward", 1, str(error.problems[0].values["closing"])))
    members = loyalty.figures.totals(program)["members"]
    return LawsResult(program, points.today, CHECKED, members, _outstanding(points), _sheet(points), tuple(broken))


def _sheet(points: Points) -> dict[PointsAccount, int]:
    figures, program = points.t.loyalty.figures, points.program.slug
    totals, sheet = figures.totals(program), dict.fromkeys(PointsAccount, 0)
    for each in figures.moves_by_month(program, until=date.max):
        sheet[each.account] += each.given - each.taken
    for name in ("available", "pending", "held"):
        sheet[PointsAccount(name)] = totals[name]
    sheet[PointsAccount.OWED] = -totals["owed"]
    return sheet


def _liability(points: Points, currency: str) -> LiabilityResult:
    program = points.program.on(points.today)
    cohorts = points.t.loyalty.figures.cohorts(program.slug, at=points.today)
    found = liability(cohorts, declared=program.expected_redemption, ages=_ages(program.expiry))
    revenue = points.t.loyalty.figures.revenue_by_month(program.slug)
    rows = tuple(
        _row(each, points.program, revenue.get(each.cohort.month_on, 0), program.cost_per_point)
        for each in found
        if each.cohort.outstanding
    )
    totals = points.t.loyalty.figures.totals(program.slug)
    warnings = []
    if any(each.is_declared for each in rows):
        text = _(
            "own months are too few, or none of their points were redeemed: {share} of all points are expected to be, as declared."
        )
        warnings.append(Problem(text, {"share": f"{program.expected_redemption:.0%}"}))
    if over := points.t.loyalty.figures.expired_unwritten(program.slug, points.today):
        text = _(
            "{points} of these points have expired since the last posting, and are counted until the next one takes them off."
        )
        warnings.append(Problem(text, {"points": f"{over:,}"}, advice=_("Post first: fenji points post")))
    return LiabilityResult(
        program.slug,
        points.today,
        currency,
        program.cost_per_point,
        totals["available"] + totals["pending"] + totals["held"],
        totals["owed"],
        sum((each.cost for each in rows), start=program.cost_per_point * 0),
        sum((each.deferred - each.recognized for each in rows), start=Decimal(0)),
        rows,
        tuple(warnings),
    )


def _row(found: CohortLiability, versions: ProgramVersions, cents: int, cost_per_point: Decimal) -> LiabilityRow:
    cohort = found.cohort
    # What was expected when the points were granted stays the ground of what was allocated to them.
    then = versions.on(max(end_of_month(cohort.month_on), versions.versions[0].effective_on))
    waits = deferral(
        found,
        revenue=Decimal(cents).scaleb(-2),
        worth_per_point=then.redeem.worth_of(1),
        share_at_sale=then.expected_redemption,
    )
    return LiabilityRow(
        cohort.month_on,
        cohort.granted,
        cohort.redeemed_by(cohort.age),
        cohort.outstanding,
        found.expected_share,
        found.is_declared,
        found.cost(cost_per_point),
        waits.revenue,
        waits.deferred,
        waits.recognized,
    )


def _ages(expiry: Expiry) -> int:
    """Months after that of earning in which points can be spent at most."""
    if expiry.on is not None:
        return 12 * expiry.years
    if expiry.months is not None:
        return expiry.months
    return LONGEST_MONTHS if expiry.days is None else -(-expiry.days // DAYS_OF_A_MONTH)
