"""Which expressions are the same question with other numbers, or of another run? Their SQL is compiled once, numbers and tables are given apart.

Compiling an expression costs ten times what DuckDB needs to answer it, and a list from 8,000 on is the list from 9,000 on with another
number; after a run every question is asked of other tables of the same columns. Only numbers that something is compared with are taken
out, and only of what is asked, never of what is stored: a plan that knows its numbers is the better one for all rows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

from fenji.engines.duck_types import type_name

VARIABLE = "asked_{number}"
_TOKEN = token_hex(8)
"""In the names of places of tables, which nobody can write into a question."""
MOST_NUMBERS = 16
"""Numbers that are given apart; each is a statement of its own. Expressions with more keep theirs."""

Asked = tuple[ops.Literal, ...]
Tables = tuple[ops.DatabaseTable, ...]


@dataclass(frozen=True)
class Question:
    """An expression with what is given apart."""

    shape: Hashable
    """What the expression is without them; two expressions of equal shape are the same question."""
    numbers: Asked
    """That it compares with, in the order in which it has them; their types belong to the shape."""
    tables: Tables
    """That it reads, likewise; their columns belong to the shape."""


def question_of(node: ops.Node, *, with_numbers: bool) -> Question | None:
    """The question that an expression asks, with its numbers given apart or only its tables; None where it brings rows of its own along."""
    reading = _Reading(with_numbers)
    try:
        shape = (reading.visit(node)[0], *reading.written)
    except RecursionError:  # deeper than Python goes
        return None
    if any(isinstance(each, ops.InMemoryTable) for each in reading.known):
        return None
    if len(reading.numbers) > MOST_NUMBERS:
        return question_of(node, with_numbers=False)
    return Question(shape, tuple(reading.numbers), tuple(reading.tables))


class _Reading:
    """One expression, and what was taken out of it so far."""

    def __init__(self, with_numbers: bool) -> None:  # noqa: FBT001 - private
        self.with_numbers = with_numbers
        self.numbers: dict[ops.Literal, int] = {}
        self.tables: dict[ops.DatabaseTable, int] = {}
        self.known: dict[ops.Node, tuple[Hashable, bool]] = {}
        # An expression is a graph whose parts are used many times: a tree of it would have no end, so each part is written down once.
        self.written: list[Hashable] = []

    def visit(self, part: Any, *, is_compared: bool = False) -> tuple[Hashable, bool]:  # noqa: ANN401 - a node, nodes together, or a plain value
        """What stands for a part, and whether something was taken out of it; where nothing was, it stands for itself."""
        if isinstance(part, ops.Node):
            if self.with_numbers and is_compared and _is_number(part):
                return ("?", self.numbers.setdefault(part, len(self.numbers)), _kind(part)), True
            if isinstance(part, ops.DatabaseTable):
                return ("table", self.tables.setdefault(part, len(self.tables)), part.schema), True
            if part not in self.known:
                self.known[part] = self._node(part)
            return self.known[part]
        if isinstance(part, Mapping):
            part = tuple(part.items())
        if isinstance(part, tuple):
            found = [self.visit(each) for each in part]
            return tuple(each for each, _taken in found), any(taken for _each, taken in found)
        return part, False

    def _node(self, node: ops.Node) -> tuple[Hashable, bool]:
        found = [self.visit(each, is_compared=isinstance(node, ops.Comparison)) for each in node.__args__]
        if not any(taken for _each, taken in found):
            return node, False
        self.written.append((type(node), *(each for each, _taken in found)))
        return _Written(len(self.written)), True


@dataclass(frozen=True)
class _Written:
    """A part of a shape that is written down at a place."""

    place: int


def without_what_is_apart(table: ir.Table, question: Question) -> ir.Table:
    """The same table with variables in the places of numbers, and tables by the names of their places."""
    places = {each: _variable(_kind(each))(VARIABLE.format(number=place)).op() for place, each in enumerate(question.numbers)}
    named = {each: ops.DatabaseTable(_name_of(place), each.schema, each.source) for place, each in enumerate(question.tables)}

    def replaced(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        if isinstance(node, ops.DatabaseTable):
            return named[node]
        arguments = changed or dict(zip(node.__argnames__, node.__args__, strict=True))
        if isinstance(node, ops.Comparison):
            return node.__recreate__({name: places.get(value, value) for name, value in arguments.items()})
        return node.__recreate__(arguments) if changed else node

    return table.op().replace(replaced).to_expr()


def with_tables(sql: str, names: Sequence[str]) -> str:
    """The SQL of a question with the tables that it reads this time, each written as SQL has it."""
    for place, name in enumerate(names):
        sql = sql.replace(f'"{_name_of(place)}"', name)
    return sql


def _name_of(place: int) -> str:
    """Of a table in the SQL of a question."""
    return f"asked_table_{_TOKEN}_{place}"


def assignments(numbers: Asked) -> Sequence[tuple[str, Any]]:
    """The statements that set the variables, each with its value."""
    return [
        (f"SET VARIABLE {VARIABLE.format(number=place)} = ?::{type_name(_kind(each))}", each.value)
        for place, each in enumerate(numbers)
    ]


def _is_number(node: ops.Node) -> bool:
    return (
        isinstance(node, ops.Literal) and node.value is not None and isinstance(node.dtype, dt.Integer | dt.Decimal | dt.Float64)
    )


def _kind(number: ops.Literal) -> dt.DataType:
    """Its type; Ibis gives whole numbers the smallest one that holds them."""
    return dt.int64 if number.dtype.is_integer() else number.dtype


@cache
def _variable(dtype: dt.DataType) -> Any:  # noqa: ANN401 - a function of expressions
    @ibis.udf.scalar.builtin(name="getvariable", signature=(("string",), dtype))
    def getvariable(variable: object) -> object: ...

    return getvariable
