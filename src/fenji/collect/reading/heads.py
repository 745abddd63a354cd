"""Which columns stand on the first row of an order only, or are merged over several rows? Their empty cells take what stands above."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from fenji.collect.headers import matches_for
from fenji.collect.reading.cells import Kind, kind_of, stripped
from fenji.collect.reading.header_rows import Row, typed_columns
from fenji.domain.feeds import FEEDS, Cell, Feed

_FEW = 2
_MOST = 0.9
_ID_DIGITS = 8
_AMOUNT = re.compile(
    "金额|价格|单价|总价|货款|应收|实收|应付|实付|费用|运费|余额|额$|amount|price|total|sales|revenue|cost|折扣|discount|tax|税",
    re.IGNORECASE,
)
_COUNT = re.compile("数量|件数|qty|quantity", re.IGNORECASE)
_PEOPLE = {"customer_id", "phone", "email", "union_id", "customer_name", "name"}


@dataclass(frozen=True)
class Heads:
    """The columns to fill and the rows that are filled."""

    columns: tuple[int, ...]
    """In the order in which a row is filled: outer groups, the number of the order, what else its head says."""
    children: tuple[int, ...]
    """Numbers of the rows that take cells from above."""
    is_sure: bool
    """Told by merged cells or a known order number."""


def find_heads(names: Sequence[str], data: Sequence[tuple[int, Row]], covered: Mapping[int, AbstractSet[int]]) -> Heads | None:
    """The columns that are filled on the first row of an order only; None where every row stands for itself.

    A customer that is missing on an order of its own is a guest and stays missing: a person's column is filled only together with
    the number of the order, or where its empty cells are merged with the one above.

    Args:
        names: the headers.
        data: the rows of data, with their numbers.
        covered: by column, the rows whose cell is merged with the one above.
    """
    looking = _Looking(names, data, covered)
    key = next((column for column in looking.likely_keys() if looking.block(column)), None)
    block = () if key is None else looking.block(key)
    groups = set(looking.merged) if key is None else {column for column in looking.merged if looking.is_above(column, key)}
    if key is not None:
        groups |= set(looking.outer_groups(key))
    columns = (
        *sorted(groups, key=lambda column: (looking.filled(column), column)),
        *(each for each in block if each not in groups),
    )
    if not columns:
        return None
    children = tuple(number for number, row in data if not stripped(row[columns[-1] if key is None else key]))
    guessed = [column for column in columns if column not in looking.merged]
    is_sure = not guessed or (key is not None and names_order(names[key]) and not groups - set(looking.merged))
    return Heads(columns, children or tuple(number for number, row in data if not stripped(row[columns[0]])), is_sure)


def is_amount(name: str) -> bool:
    """Whether a header speaks of money."""
    return _AMOUNT.search(name) is not None


def names_order(name: str) -> bool:
    """Whether a header is one of the known names of an order number."""
    return any(found.field == "order_id" for found in matches_for(name, Feed.ORDER_LINE))


def names_person(name: str) -> bool:
    """Whether a header is one of the known names of a person."""
    return any(found.field in _PEOPLE for feed in (Feed.ORDER_LINE, Feed.CUSTOMER) for found in matches_for(name, feed))


class _Looking:
    """One look at the rows of data."""

    def __init__(self, names: Sequence[str], data: Sequence[tuple[int, Row]], covered: Mapping[int, AbstractSet[int]]) -> None:
        self.names, self.data = names, data
        self.merged = [column for column in range(len(names)) if self._is_merged(column, covered.get(column, frozenset()))]

    def filled(self, column: int) -> int:
        """Rows that fill a column."""
        return sum(1 for _number, row in self.data if stripped(row[column]))

    def is_above(self, column: int, key: int) -> bool:
        """Whether a column is empty beside a number of the order: it stands once for several orders."""
        return column != key and any(stripped(row[key]) and not stripped(row[column]) for _number, row in self.data)

    def _is_merged(self, column: int, rows: AbstractSet[int]) -> bool:
        """Whether every empty cell of a column is merged with the one above."""
        empty = [number for number, row in self.data if not stripped(row[column])]
        return bool(empty) and bool(rows) and all(number in rows for number in empty) and self._may_fill(column)

    def likely_keys(self) -> list[int]:
        """Columns that may number the documents, best first: known order numbers, then merged ones, then ids that never repeat."""
        if not self.data:
            return []
        found: list[tuple[int, int]] = []
        for column, name in enumerate(self.names):
            values = [stripped(row[column]) for _number, row in self.data]
            given = [value for value in values if value]
            if not values[0] or len(given) == len(values) or len(given) * 20 < len(values):
                continue
            if names_order(name):
                found.append((0, column))
            elif column in self.merged:
                found.append((1, column))
            elif len(set(given)) == len(given) >= _FEW and any(letter.isdigit() for letter in given[0]) and not _is_measure(name):
                found.append((2, column))
        return [column for _rank, column in sorted(found)]

    def block(self, key: int) -> tuple[int, ...]:
        """The columns that are empty together with the key, the key first; none where the rows are no lines of an order."""
        children = [row for _number, row in self.data if not stripped(row[key])]
        heads = [row for _number, row in self.data if stripped(row[key])]
        if len(children) < (1 if key in self.merged else _FEW) or self._repeats_another_key(key):
            return ()
        typed = typed_columns([row for _number, row in self.data], len(self.names))
        together, lines = [], []
        for column, name in enumerate(self.names):
            child = sum(1 for row in children if stripped(row[column]))
            head = sum(1 for row in heads if stripped(row[column]))
            if child == 0 and head * 2 > len(heads):
                together.append(column)
            elif child >= _MOST * len(children) and not name.startswith("column_"):
                lines.append(column)
        filled = [column for column in together if column != key and self._may_fill(column)]
        if any(self._names_people(column, children) for column in lines):
            # A row that names a person of its own is no line of an order.
            return ()
        is_person_or_day = any(names_person(self.names[column]) or self._is_day(column) for column in filled)
        # Rows of nothing but numbers may be sums that do not say so; lines of an order name what was bought.
        names_goods = any(column not in typed or _may_name_goods(self.names[column]) for column in lines)
        if not is_person_or_day or len(lines) < _FEW or not typed.intersection(lines) or not names_goods:
            return ()
        return (key, *filled)

    def _names_people(self, column: int, children: Sequence[Row]) -> bool:
        """Whether rows without a key name persons, nearly each another one: 单位 may be a company, or the unit that is always 件."""
        name = self.names[column]
        if not names_person(name) or _may_name_product(name):
            return False
        return len({stripped(row[column]) for row in children}) * 2 > len(children)

    def outer_groups(self, key: int) -> list[int]:
        """Columns before the key that stand once for several orders, such as a region or a day; a person's never."""
        found = []
        for column in range(key):
            given = [stripped(row[column]) for _number, row in self.data if stripped(row[column])]
            changes = all(one != next_ for one, next_ in pairwise(given))
            starts = bool(self.data) and bool(stripped(self.data[0][1][column]))
            if (
                starts
                and self.is_above(column, key)
                and changes
                and self._may_fill(column)
                and not names_person(self.names[column])
            ):
                found.append(column)
        return found

    def _repeats_another_key(self, key: int) -> bool:
        """Whether another column says on every line which order it belongs to.

        Its value is that of the row above where the key is empty, and another where not.
        """
        pairs = [(before, row) for (_one, before), (_two, row) in pairwise(self.data)]
        for column in range(len(self.names)):
            if column == key or not all(stripped(row[column]) for _number, row in self.data):
                continue
            inside = [stripped(before[column]) == stripped(row[column]) for before, row in pairs if not stripped(row[key])]
            between = [stripped(before[column]) == stripped(row[column]) for before, row in pairs if stripped(row[key])]
            if inside and all(inside) and sum(between) * 10 <= len(between):
                return True
        return False

    def _may_fill(self, column: int) -> bool:
        """Amounts and counts of an order stay on its first row: filled down they would be counted once for each line."""
        name = self.names[column]
        fields = {found.field for found in matches_for(name, Feed.ORDER_LINE)}
        cells = {field.cell for field in FEEDS[Feed.ORDER_LINE] if field.name in fields}
        if cells:
            return not cells & {Cell.MONEY, Cell.NUMBER}
        if _is_measure(name):
            return False
        given = [stripped(row[column]) for _number, row in self.data if stripped(row[column])]
        numbers = [text for text in given if kind_of(text) is Kind.NUMBER]
        return len(numbers) * 2 < len(given) or all(text.isdecimal() and len(text) >= _ID_DIGITS for text in numbers)

    def _is_day(self, column: int) -> bool:
        given = [kind_of(row[column]) for _number, row in self.data if stripped(row[column])]
        return given.count(Kind.MOMENT) * 2 > len(given)


def _may_name_product(name: str) -> bool:
    return any(found.field == "product_name" for found in matches_for(name, Feed.ORDER_LINE))


def _may_name_goods(name: str) -> bool:
    return any(found.field in {"product_name", "product_id"} for found in matches_for(name, Feed.ORDER_LINE))


def _is_measure(name: str) -> bool:
    return is_amount(name) or _COUNT.search(name) is not None
