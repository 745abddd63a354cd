"""What tells one order from another: the number that the file has, a number that needs a second column, or one that must be made?

An order has one buyer and one day. Where the file's number breaks that law, the smallest addition that restores it is the key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.headers import Confidence
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.language import message as _

PERSON = "person"
"""Whoever a row names, by id, phone, e-mail or union id."""
PERSON_FIELDS = ("customer_id", "phone", "email", "union_id")
LONGEST_ORDER_DAYS = 31
"""Days between the rows of one order; beyond them a till has begun to count from 1 again."""
FEW = 0.05
"""Share of numbers that may stand for two buyers before the number itself is doubted; a run splits the few by itself."""

Columns = dict[str, ProposedColumn]


@dataclass(frozen=True)
class Numbered:
    """The columns with an order number that tells orders apart, and what is said of it."""

    columns: Columns
    notes: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


def settle_order_number(table: SampledTable, chosen: Columns) -> Numbered:
    """Completes the order number of a table of orders, or makes one of buyer and time."""
    if not any(name in chosen for name in PERSON_FIELDS) or "ordered_at" not in chosen:
        return Numbered(chosen)
    rows = _Rows(table, chosen)
    order = chosen.get("order_id")
    if order is not None and order.column is not None and not order.made_of:
        return _repaired(rows, chosen, order)
    return _made(rows, chosen) if order is None else Numbered(chosen)


def _made(rows: _Rows, chosen: Columns) -> Numbered:
    orders = len(set(zip(rows.persons, rows.moments, strict=True)))
    why = Remark(_("made of the buyer and the time, since the file has no order number"))
    column = ProposedColumn("order_id", Confidence.LIKELY, why, made_of=(PERSON, "ordered_at"))
    return Numbered(chosen | {"order_id": column}, notes=(findings.NO_ORDER_NUMBER(orders=orders, rows=len(rows.persons)),))


def _repaired(rows: _Rows, chosen: Columns, order: ProposedColumn) -> Numbered:
    numbers = rows.cells("order_id")
    broken = rows.broken(zip(numbers, strict=True))
    if not broken or broken <= FEW * len(set(numbers)):
        return Numbered(chosen)
    for made_of in _keys(chosen, rows):
        parts = [rows.part(name) for name in made_of]
        if not rows.broken(zip(numbers, *parts, strict=True)):
            told = findings.NUMBERS_SHARED(column=order.column, count=broken, names=Remark(_KEY_WORDS[made_of]))
            why = Remark(_("one order number stands for orders of several customers, so it needs another column beside it"))
            repaired = replace(order, confidence=Confidence.LIKELY, why=why, made_of=made_of)
            return Numbered(chosen | {"order_id": repaired}, warnings=(told,))
    return Numbered(chosen)


def _keys(chosen: Columns, rows: _Rows) -> Iterable[tuple[str, ...]]:
    """What may stand beside the number, the smallest first."""
    if "channel" in chosen and chosen["channel"].column:
        yield ("channel",)
    if rows.files > 1:
        yield ("file",)
    yield from (("ordered_on",), (PERSON,), (PERSON, "ordered_on"))


_KEY_WORDS = {
    ("channel",): _("the shop or channel"),
    ("file",): _("the file"),
    ("ordered_on",): _("the day"),
    (PERSON,): _("the buyer"),
    (PERSON, "ordered_on"): _("the buyer and the day"),
}
"""What the reader is told of each key that ``_keys`` tries."""


class _Rows:
    """The rows of a table by what identifies an order."""

    def __init__(self, table: SampledTable, chosen: Columns) -> None:
        self.table, self.chosen = table, chosen
        people = [self._people(name) for name in PERSON_FIELDS if name in chosen]
        self.named = [frozenset(cell for cell in row if cell) for row in zip(*people, strict=True)]
        self.persons = [next((cell for cell in row if cell), None) for row in zip(*people, strict=True)]
        at = chosen["ordered_at"]
        seen = table.evidence(at.column or "")
        self.moments: list[datetime | None] = [seen.moment_of(value, at.date_order) for value in seen.values]
        self.files = len(table.samples)

    def cells(self, field: str) -> Sequence[str | None]:
        """The cells of a field."""
        return self.table.evidence(self.chosen[field].column or "").values

    def _people(self, field: str) -> list[str | None]:
        """Whom the cells of a field name; nobody where they hold 0, 散客 and the like."""
        readings = self.table.readings
        named = {"phone": "phone", "email": "email"}.get(field, "person_id")
        return [None if cell is None else getattr(readings[cell], named) for cell in self.cells(field)]

    def part(self, name: str) -> Sequence[Hashable]:
        """The values that a key may hold beside the number."""
        if name == PERSON:
            return self.persons
        if name == "ordered_on":
            return [None if moment is None else moment.date() for moment in self.moments]
        return self.table.files if name == "file" else self.cells(name)

    def broken(self, keys: Iterable[tuple[Hashable, ...]]) -> int:
        """How many keys stand for several buyers, or for days too far apart for one order."""
        people: dict[tuple[Hashable, ...], set[frozenset[str]]] = defaultdict(set)
        times: dict[tuple[Hashable, ...], list[datetime]] = defaultdict(list)
        for key, named, moment in zip(keys, self.named, self.moments, strict=True):
            if key[0] is None:
                continue
            if named:
                people[key].add(named)
            if moment is not None:
                times[key].append(moment)
        far = {key for key, moments in times.items() if (max(moments) - min(moments)).days > LONGEST_ORDER_DAYS}
        return len(far | {key for key, persons in people.items() if _are_several(persons)})


def _are_several(people: set[frozenset[str]]) -> bool:
    """Whether these are several buyers; a row that names less of one, such as the e-mail alone, is no other."""
    first, *rest = people
    known = set(first)
    while near := [each for each in rest if each & known]:
        known.update(*near)
        rest = [each for each in rest if not each & known]
    return bool(rest)
