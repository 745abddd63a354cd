"""What are customers worth, and how well would that have been known before, as charts?"""

from __future__ import annotations

from collections.abc import Sequence

from fenji.answers.value import ContractSurvival, ValueCell, ValueResult
from fenji.domain.value import ValueClass
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, INK, NEUTRAL, Axis, Series, Unit, tier_color
from fenji.reports.charts.data import Bars, Lines
from fenji.reports.charts.flows import Cell, Heat, Node
from fenji.reports.charts.of_answers.parts import Reader
from fenji.wording import figures

CLASSES = {ValueClass.HIGH: _("high"), ValueClass.MIDDLE: _("middle"), ValueClass.LOW: _("low")}
"""Highest first."""


def value_grid(found: ValueResult, say: Reader) -> Heat:
    """Current value down, potential value across: how many customers stand in each of nine cells, all tiers together."""
    classes = [(each, Node(say(name), NEUTRAL)) for each, name in CLASSES.items()]
    counts = {(one, other): cells_of(found.grid, one, other) for one in CLASSES for other in CLASSES}
    best = figures.count(counts[ValueClass.HIGH, ValueClass.HIGH])
    return Heat(
        language=say.language,
        title=say(_("Customers by current and potential value")),
        subtitle=say(_("Rows: current value; columns: potential value.")),
        sentence=say(_("{count} customers stand high in both current and potential value."), count=best),
        rows=tuple(node for _each, node in classes),
        row_title=say(_("current value")),
        columns=tuple(node for _each, node in classes),
        column_title=say(_("potential value")),
        axis=say.customers(),
        cells=tuple(tuple(Cell(counts[one, other]) for other in CLASSES) for one in CLASSES),
    )


def cells_of(grid: Sequence[ValueCell], current: ValueClass, potential: ValueClass) -> int:
    """The customers of one cell, whatever their tier."""
    return sum(each.customers for each in grid if (each.current_class, each.potential_class) == (current, potential))


def tracking_lines(found: ValueResult, say: Reader) -> Lines | None:
    """Repeat orders up to each week, beside those that a model expected which knew nothing after the split; None without weeks."""
    weeks = found.tracking
    if not weeks:
        return None
    last = weeks[-1]
    split = next((place for place, each in enumerate(weeks) if each.is_holdout), None)
    text = _("Up to the last week {actual} repeat orders came; {expected} were expected.")
    return Lines(
        language=say.language,
        title=say(_("Repeat orders, expected and counted")),
        subtitle=say(_("Right of the dashed line the model knew nothing.")),
        sentence=say(text, actual=figures.count(last.actual_cumulative), expected=figures.count(last.expected_cumulative)),
        x=Axis(say(_("week")), Unit.DATE),
        places=tuple(each.starts_on for each in weeks),
        axis=Axis(say(_("repeat orders"))),
        series=(
            Series(say(_("counted")), ACCENT, tuple(each.actual_cumulative for each in weeks)),
            Series(say(_("expected")), INK, tuple(each.expected_cumulative for each in weeks), is_dashed=True),
        ),
        forecast_from=None if not split else split - 1,
    )


def holdout_bars(found: ValueResult, say: Reader) -> Bars | None:
    """What customers with equally many repeat orders before the split ordered after it, beside what was expected."""
    rows = found.holdout
    if not rows:
        return None
    return Bars(
        language=say.language,
        title=say(_("Orders after the split, by repeat orders before it")),
        sentence=say(_("{count} groups of customers, by their repeat orders before the split."), count=len(rows)),
        categories=tuple(str(each.repeats) for each in rows),
        category_title=say(_("repeat orders before")),
        axis=Axis(say(_("orders"))),
        series=(
            Series(say(_("counted")), ACCENT, tuple(each.actual for each in rows)),
            Series(say(_("expected")), NEUTRAL, tuple(each.expected for each in rows)),
        ),
    )


def contract_lines(found: ValueResult, say: Reader) -> Lines | None:
    """The share of contracts that still run after so many months, per plan; None without contracts."""
    plans = tuple(dict.fromkeys(each.plan for each in found.survival))
    if not plans:
        return None
    months = tuple(sorted({each.period for each in found.survival}))
    series = tuple(_plan(plan, months, found.survival, (place, len(plans)), say) for place, plan in enumerate(plans))
    return Lines(
        language=say.language,
        title=say(_("Contracts still running")),
        sentence=say(
            _("Survival of contracts of {count} {count:plan|plans} over {months} months."), count=len(plans), months=months[-1]
        ),
        x=Axis(say(_("months"))),
        places=months,
        axis=Axis(say(_("still running")), Unit.SHARE),
        series=series,
        is_stepped=True,
    )


def _plan(plan: str, months: Sequence[int], rows: Sequence[ContractSurvival], place: tuple[int, int], say: Reader) -> Series:
    known = {each.period: each for each in rows if each.plan == plan}
    found = [known.get(each) for each in months]
    at, of = place
    return Series(
        say(_("all")) if plan == "all" else plan,
        INK if plan == "all" else tier_color(at, of),
        tuple(None if each is None else each.survival for each in found),
        lower=tuple(None if each is None else each.lower for each in found),
        upper=tuple(None if each is None else each.upper for each in found),
    )
