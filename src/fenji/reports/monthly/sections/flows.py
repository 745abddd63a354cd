"""Who came, went, rose and fell since the earlier review, and does every tier's statement close?"""

from __future__ import annotations

from dataclasses import replace

from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovesResult
from fenji.domain.policies import Cause
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.history import review_bars
from fenji.reports.charts.of_answers.parts import Reader, colors_of, names_of
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import missing, people, tier_column
from fenji.reports.monthly.record import Block, CellKind, Column, Passage, Picture, Row, Section, Table
from fenji.wording.reasons import CAUSE_NAMES

TITLE = _("Flows: who came, went, rose and fell")
CAUSES = 13
"""Reviews whose changes are shown: a year of months, and the same month of the year before."""

PARTS = (
    ("opening", _("Opening")),
    ("new", _("+ New")),
    ("returned", _("+ Returned")),
    ("upgraded_in", _("+ Up in")),
    ("downgraded_in", _("+ Down in")),
    ("upgraded_out", _("− Up out")),
    ("downgraded_out", _("− Down out")),
    ("lost", _("− Lost")),
    ("closing", _("Closing")),
)
"""The columns of a statement: what comes is added, what goes is taken off."""


def flows(asked: Asked) -> Section:
    """The statement, the matrix, causes, new and lost."""
    say, moves = asked.say, asked.moves
    if isinstance(moves, NotThere):
        return Section(ReportSection.FLOWS, say(TITLE), moves.sentence, (missing(say(TITLE), moves),))
    return Section(
        ReportSection.FLOWS,
        say(TITLE),
        _sentence(moves, say),
        (_statement(moves, say), _matrix(moves, say), _causes(moves, say), *_by_review(asked)),
        (moves.lost.sentence.in_language(say.language),),
    )


def _sentence(moves: MovesResult, say: Reader) -> str:
    text = _("From {earlier} to {day} {opening} customers became {closing}: {new} came, {returned} came back, {lost} were lost.")
    ways = {way: say.told_count(count) for way, count in moves.ways().items()}
    ends = {"opening": say.told_count(moves.opening), "closing": say.told_count(moves.closing)}
    return say(text, earlier=moves.earlier_on, day=moves.as_of, **ends, **ways)


def _statement(moves: MovesResult, say: Reader) -> Table:
    names, colors = names_of(moves.tiers, say), colors_of([each.tier for each in moves.tiers])
    rows = [(each.tier, {name: getattr(each, name) for name, _title in PARTS}) for each in reversed(moves.flows)]
    total = {name: sum(own[name] for _tier, own in rows) for name, _title in PARTS}
    told = [Row((names[tier], *(people(own[name], say) for name, _t in PARTS)), colors[tier]) for tier, own in rows]
    last = Row((say(_("All")), *(people(total[name], say) for name, _t in PARTS)), is_total=True)
    columns = (tier_column(say, 14), *(Column(name, say(title), CellKind.COUNT, 9) for name, title in PARTS))
    return Table("flow", say(_("Flow statement")), columns, (*told, last), _check([own for _t, own in rows], moves, say))


def _check(rows: list[dict[str, int]], moves: MovesResult, say: Reader) -> str:
    """Whether each tier closes: what opened, plus what came, less what went."""
    closes = [_closing(each) == each["closing"] for each in rows]
    if not all(closes):
        message = f"{moves.run_id}: the flows of {moves.as_of} do not close"
        raise AssertionError(message)
    if len(moves.periods) > 1:
        text = _("Checked: every tier closes. Over {count} reviews, who went up and down again counts in both.")
        return say(text, count=len(moves.periods))
    return say(_("Checked: opening plus what came less what went is closing, for every tier."))


def _closing(own: dict[str, int]) -> int:
    came = own["new"] + own["returned"] + own["upgraded_in"] + own["downgraded_in"]
    return own["opening"] + came - own["upgraded_out"] - own["downgraded_out"] - own["lost"]


def _matrix(moves: MovesResult, say: Reader) -> Table:
    """From where, down, to where, across; the highest tier first."""
    names, colors = names_of(moves.tiers, say), colors_of([each.tier for each in moves.tiers])
    order = [each.tier for each in reversed(moves.tiers)]
    across: list[str | None] = [*order, None]
    counts = {
        (each.from_tier, None if each.from_tier is not None else each.cause, each.to_tier): each.customers
        for each in moves.movements
    }
    down: list[tuple[str | None, Cause | None]] = [(tier, None) for tier in order]
    down += [(None, cause) for cause in (Cause.NEW, Cause.RETURNED) if any(key[1] is cause for key in counts)]
    rows = []
    for tier, cause in down:
        own = [counts.get((tier, cause, to), 0) for to in across]
        name = names[tier] if tier is not None else say(CAUSE_NAMES[cause or Cause.NEW])
        color = None if tier is None else colors[tier]
        rows.append(Row((name, *(people(each, say) for each in own), people(sum(own), say)), color))
    sums = [sum(counts.get((tier, cause, to), 0) for tier, cause in down) for to in across]
    total = Row((say(_("All")), *(people(each, say) for each in sums), people(sum(sums), say)), is_total=True)
    columns = (
        Column("from", say(_("From, down; to, across")), width=18),
        *(Column(f"to_{tier}", names[tier], CellKind.COUNT, 9) for tier in order),
        Column("to_lost", say(_("Lost")), CellKind.COUNT, 9),
        Column("all", say(_("All")), CellKind.COUNT, 9),
    )
    return Table("matrix", say(_("Who went where")), columns, (*rows, total))


def _causes(moves: MovesResult, say: Reader) -> Passage:
    ordered = sorted(moves.causes.items(), key=lambda each: -each[1])
    told = say(_("; ")).join(f"{say(CAUSE_NAMES[cause])} {say.told_count(count)}" for cause, count in ordered)
    return Passage(say(_("Decisions by cause")), (told,))


def _by_review(asked: Asked) -> tuple[Block, ...]:
    past = asked.shown
    if not isinstance(past, HistoryResult) or not past.flows:
        return ()
    few = replace(past, flows=past.flows[-CAUSES:])
    return (Picture("changes", review_bars(few, asked.say), 230),)
