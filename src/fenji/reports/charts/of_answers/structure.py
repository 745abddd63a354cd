"""What lies behind the counts of tiers, as charts: spread, composition, products, concentration and habits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fenji.analyze.structure.concentration import Inequality
from fenji.analyze.structure.descriptive import Description
from fenji.analyze.structure.habits import SLOTS, Rhythm
from fenji.answers.structure import StructureCross, StructureGroup, StructureResult
from fenji.language import message as _
from fenji.reports.charts.axes import ACCENT, NEUTRAL, Axis, Color, Series, Unit, tier_color
from fenji.reports.charts.data import Bars, Layout, Lines
from fenji.reports.charts.flows import Cell, Heat, Node
from fenji.reports.charts.of_answers.parts import Reader, color_or_neutral, colors_of, metric_axis, names_of
from fenji.reports.charts.spreads import Boxes, Spread
from fenji.wording import figures
from fenji.wording.trends import MONTH_NAMES

AVERAGE = 100
"""An index of 100 is the average of all tiers."""
MOST_INDEX = 300
"""An index from which on a cell has its full color: three times the average says as much as thirty."""
GROUPS = 20
"""Groups of a heat table; the answer holds all."""
PARTS = 6
"""Groups that a bar is made of; all others together are one more part."""

_WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_RHYTHMS = {Rhythm.HOUR: _("Orders by hour"), Rhythm.WEEKDAY: _("Orders by weekday"), Rhythm.MONTH: _("Orders by month")}


def profile_boxes(found: StructureResult, metric: str, say: Reader) -> Boxes | None:
    """How a metric is spread in each tier, the highest first; None where it was not asked for."""
    rows = [each for each in found.profile or () if each.metric == metric and each.tier is not None]
    if not rows:
        return None
    colors = colors_of([each.tier for each in found.tiers])
    names, axis = names_of(found.tiers, say), metric_axis(found.registry, metric, found.currency, say)
    return Boxes(
        language=say.language,
        title=say(_("{metric} by tier"), metric=axis.title),
        subtitle=say(_("Boxes hold the middle half of customers; the lines reach from 10 % to 90 % of them.")),
        sentence=say(
            _("Medians: {tiers}."),
            tiers=say(_(", ")).join(
                f"{names[each.tier or '']} {axis.text(say.beside(each, each.median))}" for each in reversed(rows)
            ),
        ),
        axis=axis,
        category_title=say.tier(),
        spreads=tuple(_spread(each, names[each.tier or ""], colors) for each in reversed(rows) if not say.is_of_few(each)),
        names=("10%", "25%", say(_("median")), "75%", "90%"),
    )


def _spread(row: Description, name: str, colors: dict[str, Color]) -> Spread:
    return Spread(name, color_or_neutral(colors, row.tier), row.p10, row.p25, row.median, row.p75, row.p90)


def composition_bars(found: StructureResult, cross: StructureCross, say: Reader) -> Bars:
    """Tier by tier, which share of its customers each group is, the highest tier first; overlapping groups stand beside one another."""
    groups = cross.groups[: PARTS if len(cross.groups) > PARTS + 1 else PARTS + 1]
    tiers = tuple(reversed(found.tiers))
    shown = tuple(
        Series(say.name(group.name), _shade(place, len(groups)), tuple(_share_in(group, each.tier, say) for each in tiers))
        for place, group in enumerate(groups)
    )
    return Bars(
        language=say.language,
        title=say(_("{by} by tier"), by=say.name(cross.name)),
        sentence=_cross_sentence(cross, say),
        categories=tuple(names_of(tiers, say).values()),
        category_title=say.tier(),
        axis=Axis(say(_("share of customers")), Unit.SHARE),
        series=(*shown, *_others(shown, say, are_there=len(groups) < len(cross.groups) and not cross.is_overlapping)),
        layout=Layout.GROUPED if cross.is_overlapping else Layout.FULL,
        is_horizontal=True,
    )


def _others(shown: Sequence[Series], say: Reader, *, are_there: bool) -> Iterator[Series]:
    """What the groups that are not shown make up, so that each bar is whole."""
    if are_there:
        sums = [sum(values) for values in zip(*([each or 0.0 for each in one.values] for one in shown), strict=True)]
        yield Series(say(_("others")), NEUTRAL, tuple(max(0.0, 1 - float(each)) for each in sums))


def _shade(place: int, many: int) -> Color:
    """Groups have no order of their own; the first is the darkest of the blues, the last the palest."""
    return tier_color(max(many - 1 - place, 0), many + 1)


def _share_in(group: StructureGroup, tier: str, say: Reader) -> float | None:
    return next((say.beside(each, each.customer_share) for each in group.tiers if each.tier == tier), None)


def _cross_sentence(cross: StructureCross, say: Reader) -> str:
    told = [f"{say.name(each.name)} {figures.count(say.count(each.customers))}" for each in cross.groups[:GROUPS]]
    return say(_("Customers by {by}: {groups}."), by=say.name(cross.name), groups=say(_(", ")).join(told))


def index_heat(found: StructureResult, cross: StructureCross, say: Reader) -> Heat:
    """Groups by tiers, the highest first: how far above or below the average of all tiers each group stands there."""
    colors = colors_of([each.tier for each in found.tiers])
    order = [each.tier for each in reversed(found.tiers)]
    names = names_of(found.tiers, say)
    return Heat(
        language=say.language,
        title=say(_("{by}: index by tier"), by=say.name(cross.name)),
        subtitle=say(_("100 is the average of all tiers; cells of few customers are left pale.")),
        sentence=_cross_sentence(cross, say),
        rows=tuple(Node(say.name(each.name), NEUTRAL) for each in cross.groups[:GROUPS]),
        row_title=say.name(cross.name),
        columns=tuple(Node(names[each], colors[each]) for each in order),
        column_title=say.tier(),
        axis=Axis(say(_("index")), Unit.NUMBER, digits=0),
        cells=tuple(tuple(_index_cell(group, tier, say) for tier in order) for group in cross.groups[:GROUPS]),
        middle=AVERAGE,
        most=MOST_INDEX,
    )


def _index_cell(group: StructureGroup, tier: str, say: Reader) -> Cell | None:
    """An index of few customers says little: it is written, but has no color."""
    cell = next((each for each in group.tiers if each.tier == tier), None)
    if cell is None or cell.customer_index is None or say.is_of_few(cell):
        return None
    return Cell(cell.customer_index, weight=AVERAGE if cell.is_small else None)


def concentration_lines(found: StructureResult, say: Reader) -> Lines | None:
    """The curve of Lorenz from the best customers on; None where nobody brought anything."""
    shares = None if found.concentration is None else found.concentration.buyers
    if shares is None or say.is_of_few(shares):
        return None
    return Lines(
        language=say.language,
        title=say(_("Concentration of revenue")),
        subtitle=_concentration_sentence(shares, say),
        sentence=_concentration_sentence(shares, say),
        x=Axis(say(_("share of customers, the best first")), Unit.SHARE),
        places=(0.0, *(each.percent / 100 for each in shares.curve)),
        axis=Axis(say(_("share of revenue")), Unit.SHARE),
        series=(
            Series(say(_("share of revenue")), ACCENT, (0.0, *(say.beside(each, each.revenue_share) for each in shares.curve))),
        ),
        has_diagonal=True,
    )


def _concentration_sentence(shares: Inequality, say: Reader) -> str:
    best = shares.top[-1]
    text = _("The best {percent}% of {customers} customers with revenue bring {share} of it.")
    return say(
        text,
        percent=best.percent,
        customers=figures.count(shares.customers),
        share=figures.share(say.beside(best, best.revenue_share)),
    )


def habit_heat(found: StructureResult, rhythm: Rhythm, say: Reader) -> Heat | None:
    """When each tier orders: shares of its orders by hour, weekday or month, the highest tier first; None where nothing is known."""
    times = (found.habits or {}).get(rhythm)
    if not times:
        return None
    colors = colors_of([each.tier for each in found.tiers])
    order = [each.tier for each in reversed(found.tiers)]
    names = names_of(found.tiers, say)
    cells = {(cell.tier, time.slot): cell for time in times for cell in time.tiers}
    busiest = max(times, key=lambda each: each.orders)
    text = {
        Rhythm.HOUR: _("Most orders come from {slot} o'clock on: {share} of all."),
        Rhythm.WEEKDAY: _("Most orders come on {slot}: {share} of all."),
        Rhythm.MONTH: _("Most orders come in {slot}: {share} of all."),
    }[rhythm]
    return Heat(
        language=say.language,
        title=say(_RHYTHMS[rhythm]),
        sentence=say(text, slot=slot_name(rhythm, busiest.slot, say), share=figures.share(busiest.share)),
        rows=tuple(Node(names[each], colors[each]) for each in order),
        row_title=say.tier(),
        columns=tuple(Node(slot_name(rhythm, each.slot, say), NEUTRAL) for each in times),
        column_title=say(_RHYTHMS[rhythm]),
        axis=Axis(say(_("share of orders")), Unit.SHARE),
        cells=tuple(tuple(Cell(cells[tier, each.slot].share) for each in times) for tier in order),
    )


def week_heat(found: StructureResult, tier: str | None, say: Reader) -> Heat | None:
    """When in the week orders come: weekdays down, hours across, as shares of the tier's orders; None where times are not known."""
    if not found.week:
        return None
    hours = len(SLOTS[Rhythm.HOUR])
    names = names_of(found.tiers, say)
    cells = [next((own for own in each.tiers if own.tier == tier), each) for each in found.week]
    busiest = max(range(len(cells)), key=lambda place: cells[place].orders)
    text = _("Most orders of {tier} come on {weekday} from {hour} o'clock on: {share}.")
    title = say(_("all tiers")) if tier is None else names[tier]
    return Heat(
        language=say.language,
        title=say(_("Weekday and hour: {tier}"), tier=title),
        subtitle=say(_("Share of the orders of twelve months.")),
        sentence=say(
            text,
            tier=title,
            weekday=slot_name(Rhythm.WEEKDAY, busiest // hours + 1, say),
            hour=busiest % hours,
            share=figures.share(cells[busiest].share),
        ),
        rows=tuple(Node(slot_name(Rhythm.WEEKDAY, day, say), NEUTRAL) for day in SLOTS[Rhythm.WEEKDAY]),
        row_title=say(_("weekday")),
        columns=tuple(Node(str(hour), NEUTRAL) for hour in SLOTS[Rhythm.HOUR]),
        column_title=say(_("hour")),
        axis=Axis(say(_("share of orders")), Unit.SHARE),
        cells=tuple(tuple(Cell(each.share, text="") for each in cells[day * hours : (day + 1) * hours]) for day in range(7)),
    )


def slot_name(rhythm: Rhythm, slot: int, say: Reader) -> str:
    """What an hour, weekday or month is called on an axis."""
    if rhythm is Rhythm.HOUR:
        return str(slot)
    return say(_WEEKDAYS[slot - 1] if rhythm is Rhythm.WEEKDAY else MONTH_NAMES[slot - 1])


def metrics_of(profile: Sequence[Description] | None) -> tuple[str, ...]:
    """The metrics of a profile, in their order."""
    return tuple(dict.fromkeys(each.metric for each in profile or ()))
