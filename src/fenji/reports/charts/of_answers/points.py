"""How did the points of a program move from month to month, as a chart?"""

from __future__ import annotations

from collections.abc import Callable

from fenji.answers.loyalty.points import FlowResult
from fenji.domain.loyalty.cohorts import FlowMonth
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, BAD, GOOD, INK, NEUTRAL, Axis, Color, Series, tier_color
from fenji.reports.charts.data import Bars, Layout
from fenji.reports.charts.of_answers.parts import Reader
from fenji.wording import figures

MONTHS = 24
"""That are drawn: two years."""
_PARTS: tuple[tuple[str, Color, Callable[[FlowMonth], int]], ...] = (
    (_("points earned"), ACCENT, lambda each: each.earned),
    (_("points given or taken by hand"), tier_color(4, 5), lambda each: each.adjusted),
    (_("points come back"), GOOD, lambda each: each.undone),
    (_("points redeemed"), INK, lambda each: -each.redeemed),
    (_("points refunded"), BAD, lambda each: -each.refunded),
    (_("points expired"), NEUTRAL, lambda each: -each.expired),
)


def flow_bars(found: FlowResult, say: Reader) -> Bars:
    """What came to the points of all members in each month, above the line, and what left them, below it; the last two years.

    What never happened in these months is left out, so that its colour stands for nothing.
    """
    months = found.months[-MONTHS:]
    told = [(name, color, tuple(value(each) for each in months)) for name, color, value in _PARTS]
    last = months[-1]
    return Bars(
        language=say.language,
        title=say(_("Roll-forward by month")),
        subtitle=say(_("Above the line what came to members, below it what left them.")),
        sentence=say(
            _("In {month} members began with {opening} points and ended with {closing}."),
            month=figures.month(last.month_on),
            opening=figures.count(last.opening),
            closing=figures.count(last.closing),
        ),
        categories=tuple(figures.month(each.month_on) for each in months),
        category_title=say(_("month")),
        axis=Axis(say(_("number of points"))),
        series=tuple(Series(say(name), color, values) for name, color, values in told if any(values)),
        layout=Layout.STACKED,
    )
