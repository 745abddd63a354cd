"""How does each engine write what Ibis has no word for? One row per engine: masks of bits, and wall-clock times of zones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from fenji.tables.functions import number_of_bits, union_of_bits

Formula = Callable[..., ir.Value]
"""From the arguments of a function to an expression that the engine knows."""


@dataclass(frozen=True)
class Functions:
    """What one engine can write."""

    bits: Mapping[str, Formula]
    """For every function of ``tables/functions.py`` the engine's own."""
    to_utc: Formula
    """From a wall-clock time and an IANA zone to the UTC moment, typed timestamp('UTC'); of an hour that comes twice, the second."""
    to_local: Formula
    """From a UTC moment and an IANA zone to the wall-clock time, without a zone."""

    def written(self, table: ir.Table) -> ir.Table:
        """The same table in functions that the engine knows."""
        return table.op().replace(self._replaced).to_expr()

    def _replaced(self, node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        node = node.__recreate__(changed) if changed else node
        if isinstance(node, (ops.ScalarUDF, ops.AggUDF)) and node.__func_name__ in self.bits:
            return self.bits[node.__func_name__](node.args[0]).op()
        return node


def _bits(*, union: str, number: str) -> dict[str, Formula]:
    """The names of an engine that has both functions, the number being 32 bits wide or less."""

    @ibis.udf.agg.builtin(name=union, signature=(("int64",), "int64"))
    def own_union(mask: object) -> object: ...

    @ibis.udf.scalar.builtin(name=number, signature=(("int64",), "int32"))
    def own_number(mask: object) -> object: ...

    return {union_of_bits.__name__: own_union, number_of_bits.__name__: lambda mask: own_number(mask).cast("int64")}


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp"), "timestamp('UTC')"))
def _duckdb_utc(zone: object, local: object) -> object: ...


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
def _duckdb_local(zone: object, moment: object) -> object: ...


@ibis.udf.scalar.builtin(name="to_utc_timestamp", signature=(("timestamp", "string"), "timestamp('UTC')"))
def _spark_earlier_utc(local: object, zone: object) -> object: ...


@ibis.udf.scalar.builtin(name="from_utc_timestamp", signature=(("timestamp('UTC')", "string"), "timestamp"))
def _spark_local(moment: object, zone: object) -> object: ...


def _spark_utc(local: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    # Where the clock shows an hour twice, Java takes the first and DuckDB the second; we take the second on both.
    first = _spark_earlier_utc(local, zone)
    second = first + ibis.interval(hours=1)
    return ibis.ifelse(_spark_local(second, zone) == local, second, first)


DUCKDB = Functions(
    bits=_bits(union="bit_or", number="bit_count"),
    to_utc=lambda local, zone: _duckdb_utc(zone, local),
    to_local=lambda moment, zone: _duckdb_local(zone, moment),
)
SPARK = Functions(bits=_bits(union="bit_or", number="bit_count"), to_utc=_spark_utc, to_local=_spark_local)
