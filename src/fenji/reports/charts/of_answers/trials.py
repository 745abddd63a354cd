"""What would another policy change, as charts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fenji.analyze.whatif.comparing import Direction, Move
from fenji.answers.whatif import ComparedTier, PolicyChange, ReplayResult, WhatIfResult
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, INK, NEUTRAL, Axis, Series, Unit
from fenji.reports.charts.data import Bars, Lines, Multiples
from fenji.reports.charts.flows import Cell, Heat, Node
from fenji.reports.charts.of_answers.parts import Reader, colors_of
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


def change_sentence(found: PolicyChange, say: Reader) -> str:
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


def replay_multiples(found: ReplayResult, say: Reader) -> Multiples:
    """Each tier of the new policy at the replayed reviews, the highest first, beside the same tier in force, dashed."""
    tiers = found.new.tiers
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
