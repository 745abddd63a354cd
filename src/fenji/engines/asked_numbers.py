"""Which expressions are the same question with other numbers? Their SQL is compiled once, and the numbers are given apart.

Compiling an expression costs ten times what DuckDB needs to answer it, and a list from 8,000 on is the list from 9,000 on with another
number. Only numbers that something is compared with are taken out: those may never change what an expression means otherwise.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.datatypes import DuckDBType

VARIABLE = "asked_{number}"
MOST_NUMBERS = 16
"""Numbers that are given apart; each is a statement of its own. Expressions with more are compiled as they are."""

Asked = tuple[ops.Literal, ...]


def shape_of(node: ops.Node) -> tuple[Hashable, Asked]:
    """What an expression is without the numbers that it compares with, and these numbers in the order in which it has them.

    Two expressions of equal shape are the same question. The types of the numbers belong to the shape. No numbers are taken out where
    an expression brings rows of its own along.
    """
    numbers: dict[ops.Literal, int] = {}
    known: dict[ops.Node, tuple[Hashable, bool]] = {}
    # An expression is a graph whose parts are used many times: a tree of it would have no end, so each part is written down once.
    written: list[Hashable] = []

    def visit(part: Any, *, is_compared: bool = False) -> tuple[Hashable, bool]:  # noqa: ANN401 - a node, nodes together, or a plain value
        """What stands for a part, and whether a number was taken out of it; what holds none stands for itself."""
        if isinstance(part, ops.Node):
            if is_compared and _is_number(part):
                return ("?", numbers.setdefault(part, len(numbers)), _kind(part)), True
            if part not in known:
                compares = isinstance(part, ops.Comparison)
                found = [visit(each, is_compared=compares) for each in part.__args__]
                if any(holds for _each, holds in found):
                    written.append((type(part), *(each for each, _holds in found)))
                    known[part] = (_Written(len(written)), True)
                else:
                    known[part] = (part, False)
            return known[part]
        if isinstance(part, Mapping):
            part = tuple(part.items())
        if isinstance(part, tuple):
            found = [visit(each) for each in part]
            return tuple(each for each, _holds in found), any(holds for _each, holds in found)
        return part, False

    try:
        shape = (visit(node)[0], *written)
    except RecursionError:  # deeper than Python goes: it is compiled as it is
        return node, ()
    return (node, ()) if any(isinstance(each, ops.InMemoryTable) for each in known) else (shape, tuple(numbers))


@dataclass(frozen=True)
class _Written:
    """A part of a shape that is written down at a place."""

    place: int


def without_numbers(table: ir.Table, numbers: Asked) -> ir.Table:
    """The same table with variables in the places of numbers."""
    places = {each: _variable(_kind(each))(VARIABLE.format(number=place)).op() for place, each in enumerate(numbers)}

    def replaced(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        arguments = changed or dict(zip(node.__argnames__, node.__args__, strict=True))
        if isinstance(node, ops.Comparison):
            return node.__recreate__({name: places.get(value, value) for name, value in arguments.items()})
        return node.__recreate__(arguments) if changed else node

    return table.op().replace(replaced).to_expr()


def assignments(numbers: Asked) -> Sequence[tuple[str, Any]]:
    """The statements that set the variables, each with its value."""
    return [
        (f"SET VARIABLE {VARIABLE.format(number=place)} = ?::{DuckDBType.to_string(_kind(each))}", each.value)
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
