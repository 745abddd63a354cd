"""Who is worth what, and whom to serve first: the grid of value and potential, the marks A, B and C, and the first twenty customers."""

from __future__ import annotations

from fenji.answers.priority import MarkedCustomers, PlacedCustomer, PriorityResult
from fenji.answers.value import ValueResult
from fenji.domain.priority import Part
from fenji.domain.reporting import ReportSection
from fenji.domain.telling import PERSONAL
from fenji.domain.value import ValueClass
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import TOP, Asked, NotThere
from fenji.reports.monthly.cells import cell, headed, missing, of_few, people
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Row, Section, Table
from fenji.wording import figures
from fenji.wording.counted import CLASS_NAMES
from fenji.wording.priority import PART_NAMES
from fenji.wording.value import interval_line

TITLE = _("Value and priority")
CLASSES = (*reversed(ValueClass), None)


def value(asked: Asked) -> Section:
    """The grid, the marks and the first customers."""
    say, worth, order = asked.say, asked.analyses.value, asked.analyses.priority
    return Section(
        ReportSection.VALUE,
        say(TITLE),
        _sentence(order, say),
        (*_grid(worth, say), *_marks(order, say)),
        _notes(worth, say),
    )


def _sentence(found: PriorityResult | NotThere, say: Reader) -> str:
    if isinstance(found, NotThere):
        return found.sentence
    if not found.customers:
        return say(_("There is nobody to rank."))
    best = found.marks[0]
    if say.view.is_small(best.customers):
        return say(_("Fewer than five customers are A customers; nothing is told of them."))
    text = _("The A customers, {share} of all, bring {amount} of: {measure}.")
    return say(
        text,
        share=figures.share(best.customer_share),
        amount=figures.share(best.amount_share),
        measure=say.name(found.measures[found.pareto.measure].name),
    )


def _notes(found: ValueResult | NotThere, say: Reader) -> tuple[str, ...]:
    if isinstance(found, NotThere) or found.company is None or not found.company.buyers:
        return ()
    return (interval_line(found, say.language),)


def _grid(found: ValueResult | NotThere, say: Reader) -> tuple[Block, ...]:
    title = say(_("Customers by current value (down) and potential value (across)"))
    if isinstance(found, NotThere):
        return (missing(title, found),)
    if found.company is None or not found.company.buyers:
        return (Missing(title, say(_("Nobody has ever ordered, so nothing can be expected of anybody."))),)
    counts = {(down, across): 0 for down in CLASSES for across in CLASSES}
    for each in found.grid:
        counts[each.current_class, each.potential_class] += each.customers
    down = [each for each in CLASSES if each is not None or any(counts[None, other] for other in CLASSES)]
    across = [each for each in CLASSES if each is not None or any(counts[other, None] for other in CLASSES)]
    columns = (
        Column("current", say(_("Current value")), width=20),
        *(Column(f"potential_{_slug(each)}", say(CLASS_NAMES[_slug(each)]), CellKind.COUNT, 12) for each in across),
        Column("all", say(_("All")), CellKind.COUNT, 12),
    )
    rows = [
        Row(
            (
                say(CLASS_NAMES[_slug(one)]),
                *(people(counts[one, other], say) for other in across),
                people(sum(counts[one, other] for other in across), say),
            )
        )
        for one in down
    ]
    sums = [sum(counts[one, other] for one in down) for other in across]
    total = Row((say(_("All")), *(people(each, say) for each in sums), people(sum(sums), say)), is_total=True)
    return (Table("value_grid", title, columns, (*rows, total)),)


def _slug(class_: ValueClass | None) -> str:
    return "unknown" if class_ is None else class_.value


def _marks(found: PriorityResult | NotThere, say: Reader) -> tuple[Block, ...]:
    title = say(_("Marks A, B and C"))
    if isinstance(found, NotThere):
        return (missing(title, found),)
    if not found.customers:
        return (Missing(title, say(_("There is nobody to rank."))),)
    measure = found.measures[found.pareto.measure]
    columns = (
        Column("mark", say(_("Mark")), width=10),
        Column("customers", say(_("Customers")), CellKind.COUNT, 10),
        Column("share", say(_("Share of customers")), CellKind.SHARE, 10),
        Column(
            "amount", say.name(measure.name), CellKind.MONEY if _is_money(found) else CellKind.NUMBER, 16, currency=found.currency
        ),
        Column("amount_share", say(_("Share of the sum")), CellKind.SHARE, 10),
    )
    table = Table("marks", title, columns, tuple(Row(_mark(each, say)) for each in found.marks))
    return (table, _top(found, say))


def _is_money(found: PriorityResult) -> bool:
    return found.measures[found.pareto.measure].unit.value == "money"


def _mark(marked: MarkedCustomers, say: Reader) -> tuple[Cell, ...]:
    return (
        marked.mark.value,
        people(marked.customers, say),
        of_few(marked.customers, marked.customer_share, say),
        of_few(marked.customers, marked.amount, say),
        of_few(marked.customers, marked.amount_share, say),
    )


def _top(found: PriorityResult, say: Reader) -> Table:
    """The first customers with what the parts bring; ids are masked unless the reader may see them."""
    parts = [each.part for each in found.parts]
    columns = (
        Column("place", say(_("Place")), CellKind.COUNT, 6),
        Column("customer", say(_("Customer")), width=16),
        Column("tier", say(_("Tier")), width=14),
        Column("mark", say(_("Mark")), width=6),
        Column("score", say(_("Score")), CellKind.NUMBER, 9, digits=1),
        *(Column(f"points_{each}", headed(say(PART_NAMES[each]), say), CellKind.NUMBER, 9, digits=1) for each in parts),
        Column(
            "amount",
            headed(found.measures[found.pareto.measure].name, say),
            CellKind.MONEY if _is_money(found) else CellKind.NUMBER,
            15,
            currency=found.currency,
        ),
    )
    names = {each.slug: say.name(each.name) for each in found.tier_policy.tiers}
    rows = tuple(Row(_placed(each, parts, names, say)) for each in found.order[:TOP])
    title = say(_("The first {count} {count:customer|customers}, with the points of each part"), count=len(rows))
    return Table("first_customers", title, columns, rows, _hidden(say))


def _hidden(say: Reader) -> str:
    return say(_("Names, phones and e-mails that serve as ids are masked in this report.")) if say.view.is_masked else ""


def _placed(customer: PlacedCustomer, parts: list[Part], names: dict[str, str], say: Reader) -> tuple[Cell, ...]:
    not_counted, lost = say(_("Does not count for this customer.")), say(_("lost"))
    return (
        customer.position,
        say.view.text(customer.customer_id, PERSONAL),
        lost if customer.tier is None else names.get(customer.tier, customer.tier),
        customer.mark.value,
        cell(customer.score, not_counted),
        *(cell(customer.points(each), not_counted) for each in parts),
        cell(customer.pareto_value, say(_("Nothing is known of it."))),
    )
