"""Who went where between two reviews, why, and who stayed, as charts?"""

from __future__ import annotations

from collections.abc import Sequence

from fenji.answers.moves import CohortAt, MovementCell, MovesResult, ReviewFlow
from fenji.domain.policies import Cause
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, BAD, GOOD, INK, NEUTRAL, Axis, Color, Series, Unit
from fenji.reports.charts.data import Bars, Layout
from fenji.reports.charts.flows import Cell, Flow, Heat, Node, Sankey
from fenji.reports.charts.of_answers.parts import Reader, behind, colors_of, names_of
from fenji.wording import figures
from fenji.wording.reasons import CAUSE_NAMES

COHORTS = 24
"""Newest cohorts shown: two years of months."""
REVIEWS = 13
"""Last reviews at which cohorts are shown: a year and the one before."""

ARRIVED = (Cause.NEW, Cause.RETURNED)


def flow_sankey(found: MovesResult, say: Reader) -> Sankey:
    """From the tiers of the earlier review to those of the later one; who came below, who was lost below too."""
    order = [each.tier for each in reversed(found.tiers)]
    colors, names = colors_of(order[::-1]), names_of(found.tiers, say)
    nodes = tuple(Node(names[each], colors[each]) for each in order)
    return Sankey(
        language=say.language,
        title=say(_("Who went where")),
        subtitle=say(
            _("From {earlier} to {later}; the wider the band, the more customers."), earlier=found.earlier_on, later=found.as_of
        ),
        sentence=moves_sentence(found, say),
        axis=say.customers(),
        left_title=str(found.earlier_on),
        right_title=str(found.as_of),
        left=(*nodes, *(Node(say(CAUSE_NAMES[each]), GOOD) for each in ARRIVED)),
        right=(*nodes, Node(say(CAUSE_NAMES[Cause.LOST]), BAD)),
        flows=tuple(_flow(each, order, found) for each in found.movements if say.count(each.customers)),
    )


def _flow(cell: MovementCell, order: list[str], found: MovesResult) -> Flow:
    colors = colors_of(order[::-1])
    source = order.index(cell.from_tier) if cell.from_tier is not None else len(order) + ARRIVED.index(cell.cause or Cause.NEW)
    target = order.index(cell.to_tier) if cell.to_tier is not None else len(order)
    color = GOOD if cell.from_tier is None else BAD if cell.to_tier is None else colors[cell.from_tier]
    return Flow(source, target, cell.customers, color, _list_of(cell, found))


def _list_of(cell: MovementCell, found: MovesResult) -> str | None:
    """Who went this way; nobody is listed who stayed in no tier."""
    moved = None if cell.from_tier is not None and cell.to_tier is not None else cell.cause
    return behind(moved_from=cell.from_tier, moved_to=cell.to_tier, moved=moved, earlier_on=found.earlier_on, as_of=found.as_of)


def moves_sentence(found: MovesResult, say: Reader) -> str:
    """How many rose, fell, came and were lost; of several reviews every change counts."""
    total = {
        name: sum(getattr(each, name) for each in found.periods) for name in ("upgraded", "downgraded", "new", "returned", "lost")
    }
    text = _(
        "From {earlier} to {later}: {upgraded} promotions, {downgraded} demotions, {new} new, {returned} returned, {lost} lost."
    )
    return say(text, earlier=found.earlier_on, later=found.as_of, **{name: figures.count(each) for name, each in total.items()})


def flow_matrix(found: MovesResult, say: Reader) -> Heat:
    """Tiers by tiers, the highest first: the share of each tier's opening customers that went there."""
    order = [each.tier for each in reversed(found.tiers)]
    colors, names = colors_of(order[::-1]), names_of(found.tiers, say)
    cells = {(each.from_tier, each.to_tier): each for each in found.movements}
    tiers = tuple(Node(names[each], colors[each]) for each in order)
    return Heat(
        language=say.language,
        title=say(_("Where the customers of each tier went")),
        subtitle=say(_("Rows: {earlier}; columns: {later}."), earlier=found.earlier_on, later=found.as_of),
        sentence=moves_sentence(found, say),
        rows=tiers,
        row_title=say.tier(),
        columns=(*tiers, Node(say(CAUSE_NAMES[Cause.LOST]), BAD)),
        column_title=say.tier(),
        axis=say.customers(),
        cells=tuple(tuple(_matrix_cell(cells.get((one, other)), found, say) for other in (*order, None)) for one in order),
        most=1,
    )


def _matrix_cell(cell: MovementCell | None, found: MovesResult, say: Reader) -> Cell | None:
    if cell is None:
        return None
    customers, share = say.count(cell.customers), say.beside(cell, cell.share)
    text = f"{figures.count(customers)} · {figures.share(share)}"
    return Cell(customers, None if customers is None else _list_of(cell, found), text, 0 if share is None else share)


PERIOD_PARTS: tuple[tuple[str, str, Color, int], ...] = (
    ("upgraded", CAUSE_NAMES[Cause.UPGRADE], GOOD, 1),
    ("new", CAUSE_NAMES[Cause.NEW], ACCENT, 1),
    ("returned", CAUSE_NAMES[Cause.RETURNED], INK, 1),
    ("downgraded", CAUSE_NAMES[Cause.DOWNGRADE], NEUTRAL, -1),
    ("lost", CAUSE_NAMES[Cause.LOST], BAD, -1),
)
"""What happens from review to review: above the line who rose or came, below it who fell or was lost."""


def period_bars(found: MovesResult, say: Reader) -> Bars:
    """Review by review who rose, came, fell and was lost."""
    return changes_bars(found.periods, moves_sentence(found, say), say)


def changes_bars(periods: Sequence[ReviewFlow], sentence: str, say: Reader) -> Bars:
    """Review by review who rose, came, fell and was lost, with what is said of it."""
    return Bars(
        language=say.language,
        title=say(_("Changes by review")),
        subtitle=say(_("Above the line who rose or came, below it who fell or was lost.")),
        sentence=sentence,
        categories=tuple(figures.day(each.as_of) for each in periods),
        category_title=say(_("review")),
        axis=say.customers(),
        series=tuple(
            Series(say(name), color, tuple(_signed(say.count(getattr(each, part)), sign) for each in periods))
            for part, name, color, sign in PERIOD_PARTS
        ),
        layout=Layout.STACKED,
    )


def _signed(people: int | None, sign: int) -> int | None:
    return None if people is None else sign * people


def cause_bars(found: MovesResult, say: Reader) -> Bars:
    """Decisions by cause, the most frequent first; a customer counts once for every review."""
    causes = sorted(found.causes, key=lambda each: -found.causes[each])
    values = tuple(say.count(found.causes[each]) for each in causes)
    names = tuple(say(CAUSE_NAMES[each]) for each in causes)
    told = say(_(", ")).join(f"{name} {figures.count(value)}" for name, value in zip(names, values, strict=True))
    return Bars(
        language=say.language,
        title=say(_("Decisions by cause")),
        sentence=say(_("Decisions by cause: {causes}"), causes=told),
        categories=names,
        category_title=say(_("cause")),
        axis=Axis(say(_("decisions"))),
        series=(Series(say(_("decisions")), ACCENT, values),),
        is_horizontal=True,
    )


def cohort_heat(found: MovesResult, say: Reader) -> Heat:
    """Of the customers who arrived in a month, the share that still stands at each review: a triangle."""
    reviews = sorted({each.as_of for each in found.cohorts})[-REVIEWS:]
    cohorts = sorted({each.cohort for each in found.cohorts if each.cohort is not None})[-COHORTS:]
    cells = {(each.cohort, each.as_of): each for each in found.cohorts}
    return Heat(
        language=say.language,
        title=say(_("Cohort retention")),
        subtitle=say(_("Of the customers who arrived in a month, the share that is not lost at each review.")),
        sentence=say(_("Retention of {cohorts} cohorts at {reviews} reviews."), cohorts=len(cohorts), reviews=len(reviews)),
        rows=tuple(Node(each, NEUTRAL) for each in cohorts),
        row_title=say(_("arrived in")),
        columns=tuple(Node(figures.month(each), NEUTRAL) for each in reviews),
        column_title=say(_("review")),
        axis=Axis(say(_("retention")), Unit.SHARE),
        cells=tuple(tuple(_cohort_cell(cells.get((cohort, review)), say) for review in reviews) for cohort in cohorts),
        most=1,
    )


def _cohort_cell(cell: CohortAt | None, say: Reader) -> Cell | None:
    """The share that is left; none where nobody had arrived."""
    return None if cell is None or cell.retention is None or say.is_of_few(cell) else Cell(cell.retention)


def retention_bars(found: MovesResult, say: Reader) -> Bars:
    """Of each tier's opening customers, the shares that stayed in it, went to another or were lost, the highest tier first."""
    rates, names = tuple(reversed(found.rates)), names_of(found.tiers, say)
    return Bars(
        language=say.language,
        title=say(_("Retention by tier")),
        sentence=moves_sentence(found, say),
        categories=tuple(names[each.tier] for each in rates),
        category_title=say.tier(),
        axis=Axis(say(_("share")), Unit.SHARE),
        series=(
            Series(say(_("same tier")), ACCENT, tuple(say.beside(each, each.stayed_share) for each in rates)),
            Series(say(_("another tier")), NEUTRAL, tuple(say.beside(each, each.moved_share) for each in rates)),
            Series(say(CAUSE_NAMES[Cause.LOST]), BAD, tuple(say.beside(each, each.churn_rate) for each in rates)),
        ),
        layout=Layout.FULL,
        is_horizontal=True,
    )
