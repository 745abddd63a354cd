"""How do the tables of a company belong together: heads and lines of orders, payments, returns, and lists that repeat one another?

A table belongs to another one where its order numbers stand there. The numbers decide, not what the columns are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.header_words import senses_of
from fenji.collect.headers import Confidence
from fenji.collect.remarks import Remark
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.sources import StatusClass, TotalsPeriod
from fenji.language import message as _

TAKEN = 0.8
"""Share of a table's order numbers that must stand in another one before they are joined without a question."""
SURE = 0.98
FEWEST_ORDERS = 5
"""Orders that a table must have before sharing them with another one says anything."""

_OF_HEADS = frozenset(
    {"customer_id", "phone", "email", "union_id", "customer_name", "region", "city", "ordered_at", "paid_at", "status"}
)
_OF_LINES = ("product_id", "product_name", "quantity", "unit_price")


@dataclass(frozen=True)
class Understood:
    """A table, what its rows are, and the table that it belongs to."""

    table: SampledTable
    choice: Choice | None
    parent: int | None = None
    """Position of the table that holds the orders."""
    overlaps: int | None = None
    """Position of a table before it that lists some of the same orders."""
    notes: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    blocking: tuple[Finding, ...] = ()
    period: TotalsPeriod | None = None
    """Which time the totals of a balance cover; None where its headers do not say."""
    alternative: Choice | None = None
    """What the rows could be as well."""
    statuses: Mapping[StatusClass, tuple[str, ...]] = field(default_factory=dict)
    """What words of the status mean that nobody knew."""

    @property
    def name(self) -> str:
        """See SampledTable.name."""
        return self.table.name

    @property
    def feed(self) -> Feed | None:
        """What the rows are."""
        return self.choice.feed if self.choice else None

    def column(self, field: str) -> ProposedColumn | None:
        """What fills a field."""
        return self.choice.column(field) if self.choice else None

    def ids(self, field: str = "order_id") -> frozenset[str]:
        """The different values of a field, as text."""
        column = self.column(field)
        if column is None or not column.column:
            return frozenset()
        return frozenset(self.table.evidence(column.column).counts)

    def is_different(self, name: str) -> bool:
        """Whether a field is filled in every row and never twice the same."""
        column = self.column(name)
        if column is None or column.column is None:
            return False
        seen = self.table.evidence(column.column)
        return seen.unique == 1 and seen.filled == seen.cells

    @property
    def repeats_orders(self) -> bool:
        """Whether one order number stands in several rows."""
        column = self.column("order_id")
        return column is not None and column.column is not None and self.table.evidence(column.column).unique < 1

    @property
    def names_buyer_and_day(self) -> bool:
        """Whether the rows say by themselves whose they are and when they were."""
        return self.choice is not None and self.choice.has_person and self.column("ordered_at") is not None

    @property
    def has_goods(self) -> bool:
        """Whether the rows are about single goods."""
        return any(self.column(name) for name in _OF_LINES)


def join(tables: Sequence[Understood]) -> list[Understood]:
    """The tables with the one that each belongs to; heads of orders become a feed of their own where lines stand elsewhere."""
    found = _with_persons(_with_told_keys(list(tables)))
    for place, each in enumerate(found):
        if _says_payment(each):
            continue
        if each.feed is Feed.ORDER_LINE and (not each.names_buyer_and_day or (each.has_goods and each.repeats_orders)):
            parent = _parent(found, place, lambda head: head.names_buyer_and_day and not head.repeats_orders)
            if parent is not None:
                found[parent[0]] = _as_heads(found[parent[0]])
                found[place] = _child(each, found, parent)
    for place, each in enumerate(found):
        if each.feed in {Feed.PAYMENT, Feed.RETURN} or _is_payment(each):
            parent = _parent(found, place, lambda orders: orders.names_buyer_and_day)
            if parent is not None:
                child = each if each.feed is not Feed.ORDER_LINE else _as_payments(each)
                found[place] = _child(child, found, parent)
    found = [_by_payment(each, found) for each in found]
    return [_unless_twice(found, place) for place in range(len(found))]


def _with_told_keys(tables: list[Understood]) -> list[Understood]:
    """Tables whose key is called ``id`` and the like, understood by the numbers of other tables that point to it."""
    found = list(tables)
    told: set[int] = set()
    for each in tables:
        if each.feed is not Feed.ORDER_LINE or each.names_buyer_and_day:
            continue
        for key, feed in (("order_id", Feed.ORDER_LINE), ("product_id", Feed.PRODUCT)):
            if each.column(key) is None or any(_is_keyed(other, each, key) for other in tables):
                continue
            for place, other in enumerate(found):
                header = None if other is each or place in told else _key_for(other.table, each.ids(key))
                choice = choose_columns(other.table, feed, keys={key: header}) if header else None
                if choice and _has_what_it_needs(choice, other.table):
                    found[place] = replace(other, choice=choice)
                    told.add(place)
                    break
    return found


def _with_persons(tables: list[Understood]) -> list[Understood]:
    """Lists of customers that say whose the keys of orders are: a key for every order, and beside it the person."""
    found = list(tables)
    for each in tables:
        keys = each.ids("customer_id")
        column = each.column("customer_id")
        if (
            each.feed is not Feed.ORDER_LINE
            or column is None
            or len(keys) < FEWEST_ORDERS
            or not each.is_different("customer_id")
        ):
            continue
        for place, other in enumerate(found):
            key = _key_for(other.table, keys) if other.feed is Feed.CUSTOMER and other is not each else None
            person = _person_beside(other.table, key) if key else None
            if key and person:
                choice = choose_columns(other.table, Feed.CUSTOMER, keys={"customer_id": person, "other_id": key})
                told = findings.KEY_PER_ORDER(key=key, person=person)
                found[place] = replace(other, choice=choice, notes=(*other.notes, told))
    return found


def _person_beside(table: SampledTable, key: str) -> str | None:
    """A column of ids that stand for fewer persons than there are keys."""
    for header in table.headers:
        seen = table.evidence(header)
        named = any(name == "customer_id" for name, _subject in senses_of(header, Feed.CUSTOMER))
        if header != key and named and 0 < seen.unique < 1 and seen.filled == table.evidence(key).filled:
            return header
    return None


def _has_what_it_needs(choice: Choice, table: SampledTable) -> bool:
    """Whether a table with a told key has what its rows need: orders a buyer and a day, products neither."""
    if choice.feed is Feed.ORDER_LINE:
        return choice.has_person and choice.column("ordered_at") is not None
    return choice.column("name") is not None and not choose_columns(table, Feed.ORDER_LINE).has_person


def _is_keyed(other: Understood, each: Understood, key: str) -> bool:
    """Whether a table is known already to have the key that another one points to."""
    if other is each or other.feed not in {Feed.ORDER_LINE, Feed.PRODUCT}:
        return False
    numbers = each.ids(key)
    return (
        bool(numbers)
        and len(numbers & other.ids(key)) >= TAKEN * len(numbers)
        and not (key == "order_id" and other.repeats_orders)
    )


def _key_for(table: SampledTable, numbers: frozenset[str]) -> str | None:
    """The column whose values are all different and hold nearly all of the numbers."""
    for header in table.headers:
        seen = table.evidence(header)
        if seen.unique == 1 and numbers and len(numbers & seen.counts.keys()) >= SURE * len(numbers):
            return header
    return None


def _by_payment(each: Understood, tables: Sequence[Understood]) -> Understood:
    """Lines whose orders were paid with sums of a table of payments: what was paid is shared by their prices."""
    if each.feed is not Feed.ORDER_LINE or each.parent is None or each.choice is None:
        return each
    head = tables[each.parent]
    is_paid = any(other.feed is Feed.PAYMENT and other.parent == each.parent for other in tables)
    amount = each.choice.column("line_amount")
    if not is_paid or head.column("order_amount") or amount is None or each.choice.column("unit_price"):
        return each
    if each.choice.column("quantity"):
        return each
    why = Remark(_("the payments give the amount paid for the order; the prices divide it among its lines"))
    changed = replace(amount, field="unit_price", why=why)
    columns = [changed if column is amount else column for column in each.choice.columns]
    return replace(each, choice=replace(each.choice, columns=tuple(columns)))


def _unless_twice(tables: Sequence[Understood], place: int) -> Understood:
    """A table of orders; where a table before it lists some of the same orders, which one that is."""
    each = tables[place]
    if each.feed is not Feed.ORDER_LINE or each.parent is not None:
        return each
    for position, other in enumerate(tables[:place]):
        if other.feed in {Feed.ORDER_LINE, Feed.ORDER} and other.parent is None and are_same_orders(each, other):
            return replace(each, overlaps=position)
    return each


def are_same_orders(one: Understood, other: Understood) -> bool:
    """Whether two tables list some of the same orders: numbers in common, and under them the same days.

    Two tills that both count from 1 have numbers in common too, but other days under them.
    """
    days, others = _days(one), _days(other)
    common = days.keys() & others.keys()
    alike = sum(1 for number in common if days[number] & others[number])
    return len(common) >= min(FEWEST_ORDERS, len(days), len(others)) and alike >= TAKEN * len(common) > 0


def _days(each: Understood) -> dict[str, set[date]]:
    """The days of every order number."""
    number, at = each.column("order_id"), each.column("ordered_at")
    found: dict[str, set[date]] = {}
    if number is None or number.column is None or at is None or at.column is None:
        return found
    seen = each.table.evidence(at.column)
    for text, value in zip(each.table.evidence(number.column).values, seen.values, strict=True):
        moment = seen.moment_of(value, at.date_order)
        if text is not None and moment is not None:
            found.setdefault(text, set()).add(moment.date())
    return found


def _parent(tables: Sequence[Understood], place: int, is_fit: Callable[[Understood], bool]) -> tuple[int, float] | None:
    """The table of orders in which most of the numbers of a table stand."""
    numbers = tables[place].ids()
    if not numbers:
        return None
    covered = [
        (len(numbers & other.ids()) / len(numbers), position)
        for position, other in enumerate(tables)
        if position != place and other.feed in {Feed.ORDER_LINE, Feed.ORDER} and is_fit(other)
    ]
    share, position = max(covered, default=(0.0, -1))
    return (position, share) if share >= TAKEN else None


def _child(each: Understood, tables: Sequence[Understood], parent: tuple[int, float]) -> Understood:
    position, share = parent
    head = tables[position]
    if each.choice is not None and each.feed is Feed.ORDER_LINE:
        # The head says whose and when; a day of the line is that of something else, such as its delivery.
        own = tuple(column for column in each.choice.columns if column.field not in _OF_HEADS)
        each = replace(each, choice=replace(each.choice, columns=own, warnings=()))
    told = findings.JOINED(file=head.name, share=f"{share:.0%}")
    return replace(
        each,
        parent=position,
        notes=(*each.notes, told) if share >= SURE else each.notes,
        warnings=each.warnings if share >= SURE else (*each.warnings, told),
    )


def _as_heads(head: Understood) -> Understood:
    """Orders whose lines stand in another table."""
    if head.choice is None or head.feed is Feed.ORDER:
        return head
    names = {field.name for field in FEEDS[Feed.ORDER]}
    columns = [column for column in head.choice.columns if column.field in names]
    amount = head.choice.column("line_amount")
    if amount is not None and not any(column.field == "order_amount" for column in columns):
        columns.append(replace(amount, field="order_amount"))
    order = {field.name: place for place, field in enumerate(FEEDS[Feed.ORDER])}
    columns.sort(key=lambda column: order[column.field])
    return replace(head, choice=replace(head.choice, feed=Feed.ORDER, columns=tuple(columns)))


def _is_payment(each: Understood) -> bool:
    """Whether rows that were taken for orders only say what was paid for orders: no buyer, no goods, no state."""
    return (
        each.feed is Feed.ORDER_LINE
        and each.choice is not None
        and not each.choice.has_person
        and not each.has_goods
        and each.parent is None
        and choose_columns(each.table, Feed.PAYMENT).column("amount") is not None
    )


def _says_payment(each: Understood) -> bool:
    """Whether rows call themselves payments, by a number of the payment or the time of it: no lines of orders, though an amount stands there."""
    if not _is_payment(each):
        return False
    choice = choose_columns(each.table, Feed.PAYMENT)
    paid_at = choice.column("paid_at")
    return choice.column("payment_id") is not None or (paid_at is not None and paid_at.confidence is Confidence.SURE)


def _as_payments(each: Understood) -> Understood:
    return replace(each, choice=choose_columns(each.table, Feed.PAYMENT))
