"""What lies behind the counts: where do customers live, by which channel and in which categories do they buy, and on how few does the revenue rest?"""

from __future__ import annotations

from collections.abc import Sequence

from fenji.analyze.structure.concentration import Inequality
from fenji.answers.structure import StructureCross, StructureGroup, StructureResult
from fenji.domain.reporting import ReportSection
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader, names_of
from fenji.reports.charts.of_answers.structure import concentration_lines
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import beside, headed, missing, people
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Picture, Row, Section, Table
from fenji.wording import figures

TITLE = _("Structure: what lies behind the counts")
REGION, CATEGORY, CHANNEL = "region", "category", "channel"
GROUPS = 6
"""Groups of one table; the others are counted on the pages."""

_NONE_OF = {
    REGION: (_("Customers by region"), _("No region is known of any customer, so nothing is told by region.")),
    CATEGORY: (_("Customers by category"), _("No line of an order has a category, so nothing is told by category.")),
    CHANNEL: (_("Customers by channel"), _("No line of an order has a channel, so nothing is told by channel.")),
}


def structure(asked: Asked) -> Section:
    """Composition by region, channel and category, and concentration."""
    say = asked.say
    blocks = (
        *_cross(asked.analyses.composition(REGION), REGION, say),
        *_cross(asked.analyses.products(CATEGORY), CATEGORY, say),
        *_cross(asked.analyses.products(CHANNEL), CHANNEL, say),
        *_concentration(asked.analyses.concentration, say),
    )
    return Section(ReportSection.STRUCTURE, say(TITLE), _sentence(asked), blocks, _notes(blocks, say))


def _sentence(asked: Asked) -> str:
    say, found = asked.say, asked.analyses.concentration
    if isinstance(found, NotThere):
        return found.sentence
    curve = concentration_lines(found, say)
    return _no_curve(found, say) if curve is None else curve.sentence


def _no_curve(found: StructureResult, say: Reader) -> str:
    if found.concentration is None or found.concentration.buyers is None:
        return say(_("Nobody brought revenue in the 12 months."))
    return say(_("Fewer than five customers brought revenue in the 12 months; nothing is told of them."))


def _notes(blocks: Sequence[Block], say: Reader) -> tuple[str, ...]:
    if not any(isinstance(each, Table) and each.slug.startswith("by_") for each in blocks):
        return ()
    return (
        say(
            _(
                "Shares of tiers: of the customers of the tier, how many belong to the group; those who buy in several groups count in each."
            )
        ),
    )


def _cross(found: StructureResult | NotThere, by: str, say: Reader) -> tuple[Block, ...]:
    title, nothing = _NONE_OF[by]
    if isinstance(found, NotThere):
        return (missing(say(title), found),)
    own = next((each for each in (*(found.composition or ()), *(found.products or ())) if each.by == by), None)
    if own is None or not any(each.group is not None for each in own.groups):
        return (Missing(say(title), say(nothing)),)
    return (_table(found, own, say(title), say),)


def _table(found: StructureResult, cross: StructureCross, title: str, say: Reader) -> Table:
    order, names = [each.tier for each in reversed(found.tiers)], names_of(found.tiers, say)
    columns = (
        Column("group", headed(cross.name, say), width=22),
        Column("customers", say(_("Customers")), CellKind.COUNT, 9),
        Column("share", say(_("Share of customers")), CellKind.SHARE, 9),
        Column("revenue", say(_("Net revenue, 12 months")), CellKind.MONEY, 15, currency=found.currency),
        *(Column(f"share_{each}", names[each], CellKind.SHARE, 8) for each in order),
    )
    shown = cross.groups[:GROUPS]
    more = len(cross.groups) - len(shown)
    note = say(_("And {more} more {more:group|groups}, on the pages."), more=more) if more else ""
    return Table(f"by_{cross.by}", title, columns, tuple(Row(_cells(each, order, say)) for each in shown), note)


def _cells(group: StructureGroup, order: Sequence[str], say: Reader) -> tuple[Cell, ...]:
    own = {each.tier: each for each in group.tiers}
    return (
        say.name(group.name),
        people(group.customers, say),
        beside(group, group.customer_share, say),
        beside(group, group.net_revenue_12m, say),
        *(beside(own[each], own[each].customer_share, say) for each in order),
    )


def _concentration(found: StructureResult | NotThere, say: Reader) -> tuple[Block, ...]:
    title = say(_("Concentration of revenue"))
    if isinstance(found, NotThere):
        return (missing(title, found),)
    buyers = None if found.concentration is None else found.concentration.buyers
    curve = concentration_lines(found, say)
    if buyers is None or curve is None:
        return (Missing(title, _no_curve(found, say)),)
    return (_best(buyers, found.currency, say), Picture("concentration", curve, 210))


def _best(buyers: Inequality, currency: str, say: Reader) -> Table:
    columns = (
        Column("best", say(_("Customers with revenue, the best first")), width=26),
        Column("customers", say(_("Customers")), CellKind.COUNT, 9),
        Column("revenue", say(_("Net revenue, 12 months")), CellKind.MONEY, 15, currency=currency),
        Column("share", say(_("Share of revenue")), CellKind.SHARE, 9),
    )
    rows = tuple(
        Row(
            (
                say(_("the best {percent}%"), percent=each.percent),
                people(each.customers, say),
                beside(each, each.net_revenue_12m, say),
                beside(each, each.revenue_share, say),
            )
        )
        for each in buyers.top
    )
    note = say(
        _("Gini coefficient: {gini}; 0 is all alike, towards 1 one customer brings everything."),
        gini=figures.number(buyers.gini, 2),
    )
    return Table("best", say(_("Concentration of revenue")), columns, rows, note)
