"""Functions under our own names become each engine's own before anything runs. World: masks of two customers, one of whom has none."""

from __future__ import annotations

import ast
import inspect

import duckdb
import ibis
import pyarrow as pa
import pytest

from fenji.engines.engine import Engine
from fenji.engines.functions import DUCKDB, SPARK, Functions
from fenji.tables import functions
from fenji.tables.functions import number_of_bits, union_of_bits

MASKS = pa.table({"customer_key": [1, 1, 2], "mask": pa.array([0b101, 0b110, None], pa.int64())})


@pytest.mark.parametrize("engine", [DUCKDB, SPARK], ids=["duckdb", "spark"])
def test_every_engine_has_its_own_for_every_function_of_ours(engine: Functions) -> None:
    ours = {each.name for each in ast.parse(inspect.getsource(functions)).body if isinstance(each, ast.FunctionDef)}
    assert set(engine.bits) == ours
    table = ibis.table({"mask": "int64"}, name="masks")
    sql = str(ibis.to_sql(engine.written(table.aggregate(bits=number_of_bits(union_of_bits(table.mask))))))
    assert [name for name in ours if name in sql.lower()] == []


def test_bits_are_united_and_counted(duck: Engine) -> None:
    table = duck.from_arrow(MASKS)
    found = table.group_by("customer_key").aggregate(
        mask=union_of_bits(table.mask), bits=number_of_bits(union_of_bits(table.mask))
    )
    assert found.schema()["bits"].is_int64()
    assert duck.fetch(found.order_by("customer_key")).to_pylist() == [
        {"customer_key": 1, "mask": 0b111, "bits": 3},
        {"customer_key": 2, "mask": None, "bits": None},
    ]


def test_a_function_of_ours_that_no_engine_has_replaced_fails_by_its_name() -> None:
    table = ibis.memtable(MASKS)
    with pytest.raises(duckdb.CatalogException, match="union_of_bits"):
        ibis.duckdb.connect().execute(table.aggregate(mask=union_of_bits(table.mask)))
