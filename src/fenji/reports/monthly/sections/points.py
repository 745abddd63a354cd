"""What do members hold in points, how did that change month by month, and what will it cost? For managers, where a program is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from fenji.answers.loyalty.points import FlowResult, LiabilityResult, LiabilityRow
from fenji.domain.loyalty.cohorts import FlowMonth
from fenji.domain.periods import end_of_month
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import headed, missing
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Row, Section, Table, Unknown
from fenji.wording import figures
from fenji.workflow.loyalty.points_figures import points_flow, points_liability
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.programs import programs_in

TITLE = _("Points: balance, roll-forward and liability")
FLOW_MONTHS, EARNED_MONTHS = 6, 6
"""Months of the roll-forward, and of earning, that stand each by itself."""

_FLOW = (
    ("opening", _("opening")),
    ("earned", _("earned")),
    ("adjusted", _("adjusted")),
    ("refunded", _("refunded")),
    ("redeemed", _("redeemed")),
    ("undone", _("came back")),
    ("expired", _("expired")),
    ("closing", _("closing")),
)
_TAKEN = frozenset({"refunded", "redeemed", "expired"})
"""What members lost; written below zero, so that a row adds up."""
_SHEET = (
    ("earned", _("granted for orders and bonuses")),
    ("refunded", _("taken back for refunds")),
    ("adjusted", _("given or taken by hand, opening balances included")),
    ("redeemed", _("redeemed")),
    ("undone", _("redeemed and come back")),
    ("expired", _("expired")),
)


def is_told(asked: Asked) -> bool:
    """Whether there is a program, and the reader may see points."""
    return not asked.say.view.is_masked and bool(_programs(asked))


def points(asked: Asked) -> Section:
    """The balance sheet, the roll-forward and the liability of every program."""
    say, programs = asked.say, _programs(asked)
    if asked.say.view.is_masked or not programs:
        why = _("No loyalty program has been published.") if programs == [] else _("Points are told in reports for managers.")
        return Section(ReportSection.POINTS, say(TITLE), say(why), (Missing(say(TITLE), say(why)),))
    found = [_Program(asked, each, "" if len(programs) == 1 else each) for each in programs]
    blocks = [block for each in found for block in each.blocks()]
    notes = [note for each in found for note in each.notes()]
    return Section(ReportSection.POINTS, say(TITLE), " ".join(each.sentence() for each in found), tuple(blocks), tuple(notes))


def _programs(asked: Asked) -> list[str]:
    with open_workspace(asked.root).state.reading() as t:
        return sorted(programs_in(t))


@dataclass(frozen=True)
class _Program:
    """What is told of one program."""

    asked: Asked
    program: str
    named: str
    """Its name, where several have to be told apart; else empty."""

    @property
    def say(self) -> Reader:
        return self.asked.say

    @cached_property
    def liability(self) -> LiabilityResult | NotThere:
        return self.asked.ask(lambda: points_liability(self.asked.root, program=self.program))

    @cached_property
    def flow(self) -> FlowResult | NotThere:
        return self.asked.ask(lambda: points_flow(self.asked.root, program=self.program))

    def sentence(self) -> str:
        found = self.liability
        if isinstance(found, NotThere):
            return found.sentence
        text = _("On {day} members hold {points} points and owe {owed}; those that will be redeemed cost {cost}.")
        told = {"points": figures.count(found.outstanding), "owed": figures.count(found.owed)}
        sentence = self.say(text, day=found.as_of, cost=figures.money(found.cost, found.currency), **told)
        return f"{self.named}: {sentence}" if self.named else sentence

    def notes(self) -> Iterator[str]:
        found = self.liability
        if isinstance(found, NotThere):
            return
        cost = figures.money(found.cost_per_point, found.currency)
        yield self.say(_("A point that is redeemed costs {cost}, as the program declares it."), cost=cost)
        yield from (headed(each.what(self.say.language), self.say) for each in found.warnings)
        if found.as_of > self.asked.tiers.as_of:
            text = _(
                "Balance and liability are those of {day}, on which this report was made; the roll-forward ends with the review."
            )
            yield self.say(text, day=found.as_of)

    def blocks(self) -> Iterator[Block]:
        say = self.say
        sheet, flow, liability = (
            self._titled(say(each))
            for each in (_("Where all points went"), _("Roll-forward of points by month"), _("Liability by month of earning"))
        )
        if isinstance(self.flow, NotThere):
            yield missing(flow, self.flow)
        else:
            yield _sheet(self.flow, self._slug("points_sheet"), sheet, say)
            yield self._months(self.flow, flow)
        if isinstance(self.liability, NotThere):
            yield missing(liability, self.liability)
        elif not self.liability.months:
            yield Missing(liability, say(_("No points are outstanding.")))
        else:
            yield _liability(self.liability, self._slug("points_liability"), liability, say)

    def _titled(self, title: str) -> str:
        return f"{self.named}: {title}" if self.named else title

    def _slug(self, slug: str) -> str:
        return f"{slug}_{self.named}" if self.named else slug

    def _months(self, found: FlowResult, title: str) -> Block:
        """The last whole months up to the review."""
        whole = [each for each in found.months if end_of_month(each.month_on) <= self.asked.tiers.as_of]
        if not whole:
            return Missing(title, self.say(_("No month with movements of points had ended by the review.")))
        columns = (
            Column("month", headed(self.say(_("month")), self.say), width=9),
            *(Column(name, headed(self.say(text), self.say), CellKind.COUNT, 10) for name, text in _FLOW),
        )
        rows = tuple(
            Row((f"{each.month_on:%Y-%m}", *(_moved(each, name) for name, _t in _FLOW))) for each in whole[-FLOW_MONTHS:]
        )
        return Table(self._slug("points_flow"), title, columns, rows)


def _moved(month: FlowMonth, name: str) -> int:
    points: int = getattr(month, name)
    return -points if name in _TAKEN else points


def _sheet(found: FlowResult, slug: str, title: str, say: Reader) -> Table:
    """Every point that was ever granted, and what is left of them."""
    columns = (
        Column("what", say(_("What became of them")), width=48),
        Column("points", headed(say(_("number of points")), say), CellKind.COUNT, 14),
    )
    rows = [Row((say(text), sum(_moved(each, name) for each in found.months))) for name, text in _SHEET]
    held = found.months[-1].closing if found.months else 0
    total = Row((say(_("held by members, less what they owe")), held), is_total=True)
    return Table(slug, title, columns, (*rows, total))


def _liability(found: LiabilityResult, slug: str, title: str, say: Reader) -> Table:
    columns = (
        Column("month", headed(say(_("earned in")), say), width=14),
        *(
            Column(name, headed(say(text), say), CellKind.COUNT, 12)
            for name, text in (("granted", _("granted")), ("redeemed", _("redeemed")), ("outstanding", _("outstanding")))
        ),
        Column("expected", say(_("Of these will be redeemed")), CellKind.SHARE, 12),
        Column("cost", headed(say(_("cost")), say), CellKind.MONEY, 14, currency=found.currency),
    )
    recent, earlier = found.months[-EARNED_MONTHS:], found.months[:-EARNED_MONTHS]
    rows = [Row((f"{each.month_on:%Y-%m}", *_counts([each]), float(each.expected_share), each.cost)) for each in reversed(recent)]
    differs = Unknown(say(_("It differs from month to month.")))
    if earlier:
        rows.append(Row((say(_("earlier months")), *_counts(earlier), differs, _cost(earlier))))
    total = Row((say(_("All")), *_counts(found.months), differs, found.cost), is_total=True)
    return Table(slug, title, columns, (*rows, total))


def _counts(months: Sequence[LiabilityRow]) -> tuple[Cell, ...]:
    return tuple(sum(getattr(each, name) for each in months) for name in ("granted", "redeemed", "outstanding"))


def _cost(months: Sequence[LiabilityRow]) -> Decimal:
    return sum((each.cost for each in months), Decimal(0))
