"""What would another policy change, as charts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from fenji.analyze.whatif.comparing import Direction, Move
from fenji.answers.replayed import KeptReplay
from fenji.answers.trying import Bar, TryResult
from fenji.answers.whatif import ComparedTier, PolicyChange, ReplayResult, WhatIfResult
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, INK, NEUTRAL, Axis, Series, Unit
from fenji.reports.charts.data import Bars, Lines, Multiples
from fenji.reports.charts.flows import Cell, Heat, Node
from fenji.reports.charts.of_answers.parts import UNITS, Reader, Tiered, colors_of
from fenji.reports.charts.spreads import Histogram, Threshold
from fenji.wording import figures


def change_heat(found: WhatIfResult | ReplayResult, say: Reader) -> Heat:
    """From the tiers of the policy in force to those of the new one, the highest first: up is a good move, down a bad one."""
    rows, columns = found.current.tiers, found.new.tiers
    moves = {(each.from_tier, each.to_tier): each for each in found.moves}
    return Heat(
        language=say.language,
        title=say(_("From tiers in force to new tiers")),
        subtitle=say(_("Rows: in force; columns: new.")),
        sentence=change_sentence(found, say),
        rows=_nodes(rows, say),
        row_title=say(_("in force")),
        columns=_nodes(columns, say),
        column_title=say(_("new policy")),
        axis=say.customers(),
        cells=tuple(tuple(_cell(moves.get((one.tier, other.tier))) for other in reversed(columns)) for one in reversed(rows)),
        middle=0,
    )


def _cell(move: Move | None) -> Cell | None:
    """A move is colored by its direction, deeper the more customers it has; who stays has no color."""
    if move is None:
        return None
    return Cell(move.customers, weight={Direction.UP: 1, Direction.DOWN: -1}.get(move.direction, 0) * move.customers)


def _nodes(tiers: Sequence[ComparedTier], say: Reader) -> tuple[Node, ...]:
    colors = colors_of([each.tier for each in tiers])
    return tuple(Node(say.name(each.name), colors[each.tier]) for each in reversed(tiers))


def change_sentence(found: PolicyChange | KeptReplay, say: Reader) -> str:
    """How many would rise, fall and stay, and what they bring."""
    values = {"up": found.up, "down": found.down}
    told = {name: figures.count(each.customers) for name, each in values.items()}
    told |= {f"{name}_revenue": figures.money(each.net_revenue_12m, found.currency) for name, each in values.items()}
    text = _("{up} customers would rise ({up_revenue}), {down} would fall ({down_revenue}), {stay} would stay.")
    return say(text, stay=figures.count(found.stay.customers), **told)


def count_bars(found: WhatIfResult | ReplayResult, say: Reader) -> Bars:
    """Customers of each tier in force and under the new policy, the highest first; a tier that one side lacks has none there."""
    names = {each.tier: say.name(each.name) for each in (*found.current.tiers, *found.new.tiers)}
    sides = [{each.tier: each.customers for each in side.tiers} for side in (found.new, found.current)]
    order = tuple(reversed(names))
    return Bars(
        language=say.language,
        title=say(_("Customers by tier, in force and new")),
        sentence=change_sentence(found, say),
        categories=tuple(names[each] for each in order),
        category_title=say.tier(),
        axis=say.customers(),
        series=(
            Series(say(_("new policy")), ACCENT, tuple(sides[0].get(each) for each in order)),
            Series(say(_("in force")), NEUTRAL, tuple(sides[1].get(each) for each in order)),
        ),
        is_horizontal=True,
    )


def replay_multiples(found: ReplayResult | KeptReplay, say: Reader) -> Multiples:
    """Each tier of the new policy at the replayed reviews, the highest first, beside the same tier in force, dashed."""
    tiers: Sequence[Tiered] = found.new.tiers
    colors = colors_of([each.tier for each in tiers])
    days = tuple(each.as_of for each in found.new.reviews)
    before = {each.as_of: each.customers for each in found.current.reviews}
    charts = []
    for each in reversed(tiers):
        name = say.name(each.name)
        now = tuple(review.customers.get(each.tier) for review in found.new.reviews)
        old = tuple(before[day].get(each.tier) if day in before else None for day in days)
        series = (Series(say(_("new policy")), colors[each.tier], now), Series(say(_("in force")), INK, old, is_dashed=True))
        charts.append(_lines(name, days, series, say))
    return Multiples(
        language=say.language,
        title=say(_("The last {count} {count:review|reviews} under both policies"), count=len(days)),
        subtitle=say(_("Dashed: the policy in force.")),
        sentence=change_sentence(found, say),
        name_title=say.tier(),
        charts=tuple(charts),
    )


def _lines(name: str, days: tuple[date, ...], series: tuple[Series, ...], say: Reader) -> Lines:
    text = _("{tier} at {count} {count:review|reviews}.")
    return Lines(
        language=say.language,
        title=name,
        sentence=say(text, tier=name, count=len(days)),
        x=Axis(say(_("review")), Unit.DATE),
        places=days,
        axis=say.customers(),
        series=series,
    )


def try_histogram(found: TryResult, say: Reader) -> Histogram | None:
    """Customers by a metric of the rules, colored by the tier in which they would stand; None where there is nothing to draw.

    Bars without a lower or an upper end are left out, as no axis reaches there.
    """
    counted = found.histogram
    bars = [] if counted is None else [each for each in counted.bars if each.low is not None and each.high is not None]
    metric = None if counted is None else next((each for each in found.metrics if each.metric == counted.metric), None)
    if not bars or metric is None:
        return None
    tiers = found.new.tiers
    colors = colors_of([each.tier for each in tiers])
    unit = UNITS.get(metric.unit, Unit.NUMBER)
    lines = [each for each in found.thresholds if each.metric == metric.metric and each.tier in colors]
    return Histogram(
        language=say.language,
        title=say(_("Thresholds and customers")),
        sentence=say(_("Customers by {metric}, colored by the tier in which they would stand."), metric=say.name(metric.name)),
        x=Axis(say.name(metric.name), unit, found.currency if unit is Unit.MONEY else None, is_log=metric.is_logarithmic),
        edges=_edges(bars, is_log=metric.is_logarithmic),
        series=tuple(
            Series(
                say.name(each.name),
                colors[each.tier],
                tuple(say.count(bar.by_tier.get(each.tier, 0)) for bar in _drawn(bars, is_log=metric.is_logarithmic)),
            )
            for each in tiers
        ),
        axis=say.customers(),
        thresholds=tuple(Threshold(each.number, _tier_name(found, each.tier, say), colors[each.tier]) for each in lines),
    )


def _drawn(bars: Sequence[Bar], *, is_log: bool) -> list[Bar]:
    """A logarithmic axis begins above 0."""
    return [each for each in bars if not is_log or (each.low is not None and each.low > 0)]


def _edges(bars: Sequence[Bar], *, is_log: bool) -> tuple[Decimal, ...]:
    drawn = _drawn(bars, is_log=is_log)
    return tuple(each for each in (*(bar.low for bar in drawn), drawn[-1].high if drawn else None) if each is not None)


def _tier_name(found: TryResult, tier: str, say: Reader) -> str:
    return next(say.name(each.name) for each in found.new.tiers if each.tier == tier)
