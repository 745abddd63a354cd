"""A table that breaks its contract is not stored, whichever rule it breaks; seven customers of a corner shop."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.engines.checks import save_checked
from fenji.engines.duck import DuckEngine
from fenji.errors import ContractBroken
from fenji.tables.contract import Column, Contract, Shelf

CONTRACT = Contract(
    Shelf.INSIGHT,
    "customer_metric",
    "one row per customer known at the as-of date",
    ("customer_key", "as_of"),
    (
        Column("customer_key", "int64", "customer"),
        Column("as_of", "date", "last day that counts"),
        Column("net_revenue_12m", "decimal(18, 2)", "revenue"),
        Column("satisfaction_12m", "float64", "satisfaction", nullable=True),
        Column("region", "string", "region", nullable=True),
    ),
    "analyze/metrics/panel.py",
)
AS_OF = dt.date(2026, 1, 31)


def rows(**changes):
    """Customers 1 to 7; a change gives one column other values."""
    columns = {
        "customer_key": list(range(1, 8)),
        "as_of": [AS_OF] * 7,
        "net_revenue_12m": [Decimal("10.25")] * 7,
        "satisfaction_12m": [80.0, None, 90.0, 90.0, None, 70.5, 100.0],
        "region": ["华东", None, "华北", "华东", "华南", "HK", "HK"],
    } | changes
    schema = CONTRACT.schema.to_pyarrow()
    return pa.table({name: pa.array(values, schema.field(name).type) for name, values in columns.items()})


@pytest.fixture
def engine(tmp_path):
    opened = DuckEngine(tmp_path / "scratch")
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store" / "insight.customer_metric" / "run=r1"


def broken(engine, table, folder, **options) -> str:
    """What the refusal says; the folder must be gone."""
    with pytest.raises(ContractBroken) as caught:
        save_checked(engine, table, CONTRACT, folder, **options)
    assert not folder.exists()
    return str(caught.value)


def test_a_table_that_keeps_its_contract_is_stored_as_it_is(engine, folder):
    table = engine.from_arrow(rows())
    assert save_checked(engine, table, CONTRACT, folder, same_customers_as=table.select("customer_key")) == 7
    stored = engine.read_parquet(sorted(folder.glob("*.parquet")), CONTRACT.schema)
    assert engine.fetch(stored.order_by("customer_key")).equals(rows())


def test_column_order_and_sizes_of_the_same_family_do_not_matter(engine, folder):
    table = engine.from_arrow(rows())
    odd = table.select(
        "region",
        satisfaction_12m=table.satisfaction_12m.cast("float32"),
        net_revenue_12m=table.net_revenue_12m.cast("decimal(38, 1)"),
        as_of="as_of",
        customer_key=table.customer_key.cast("int8"),
    )
    assert save_checked(engine, odd, CONTRACT, folder) == 7
    assert engine.connection.read_parquet(str(folder / "*.parquet"), hive_partitioning=False).schema() == CONTRACT.schema


def test_an_empty_table_keeps_any_contract(engine, folder):
    empty = engine.from_arrow(rows().slice(0, 0))
    assert save_checked(engine, empty, CONTRACT, folder, same_customers_as=empty) == 0


def test_missing_and_unknown_columns_are_named_and_nothing_is_written(engine, folder):
    table = engine.from_arrow(rows()).rename(regoin="region")
    assert broken(engine, table, folder).splitlines() == [
        "insight.customer_metric: columns are missing: region.",
        "insight.customer_metric: columns that the contract does not have: regoin.",
    ]


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("net_revenue_12m", "float64"),
        ("net_revenue_12m", "decimal(38, 4)"),
        ("customer_key", "string"),
        ("as_of", "timestamp"),
        ("satisfaction_12m", "int64"),
    ],
)
def test_a_type_of_another_family_or_with_more_decimal_places_is_refused(engine, folder, column, kind):
    table = engine.from_arrow(rows())
    said = broken(engine, table.mutate(**{column: table[column].cast(kind)}), folder)
    assert said == f"insight.customer_metric: column {column} is {ibis.dtype(kind)}, the contract says {CONTRACT.schema[column]}."


def test_a_repeated_key_is_counted_with_an_example(engine, folder):
    table = engine.from_arrow(rows(customer_key=[1, 2, 2, 4, 5, 5, 5]))
    assert broken(engine, table, folder) == (
        "insight.customer_metric: 2 keys (customer_key, as_of) are there more than once. Such as customer_key=2, as_of=2026-01-31."
    )


def test_nulls_and_numbers_that_are_none_are_reported_together(engine, folder):
    money = [Decimal(1), None, Decimal(1), None, Decimal(1), Decimal(1), Decimal(1)]
    scores = [80.0, None, float("nan"), 90.0, float("inf"), 70.5, 100.0]
    assert broken(engine, engine.from_arrow(rows(net_revenue_12m=money, satisfaction_12m=scores)), folder).splitlines() == [
        "insight.customer_metric: 2 rows have no net_revenue_12m. Such as customer_key=2, as_of=2026-01-31.",
        "insight.customer_metric: satisfaction_12m is not a finite number in 2 rows. Such as customer_key=3, as_of=2026-01-31.",
    ]


def test_customers_neither_vanish_nor_appear(engine, folder):
    table = engine.from_arrow(rows())
    known = engine.from_arrow(pa.table({"customer_key": [1, 2, 3, 4, 5, 8, 9]}))
    assert broken(engine, table, folder, same_customers_as=known).splitlines() == [
        "insight.customer_metric: 2 customers were lost, such as customer_key 8.",
        "insight.customer_metric: 2 customers were invented, such as customer_key 6.",
    ]


def test_a_repeated_customer_does_not_stand_for_a_lost_one(engine, folder):
    known = engine.from_arrow(rows()).select("customer_key")
    assert broken(
        engine, engine.from_arrow(rows(customer_key=[1, 2, 2, 4, 5, 6, 7])), folder, same_customers_as=known
    ).splitlines() == [
        "insight.customer_metric: 1 keys (customer_key, as_of) are there more than once. Such as customer_key=2, as_of=2026-01-31.",
        "insight.customer_metric: 1 customers were lost, such as customer_key 3.",
    ]


def test_a_personal_value_in_a_key_is_not_shown(engine, folder):
    contract = Contract(
        Shelf.CLEAN,
        "identity",
        "one row per id",
        ("source", "id"),
        (Column("source", "string", ""), Column("id", "string", "")),
        "x",
    )
    table = engine.from_arrow(pa.table({"source": ["shop", "shop"], "id": ["phone:13800138000"] * 2}))
    with pytest.raises(ContractBroken) as caught:
        save_checked(engine, table, contract, folder)
    digest = hashlib.sha256(b"phone:13800138000").hexdigest()[:12]
    assert str(caught.value).endswith(f"Such as source=shop, id=sha256:{digest}.")


def test_a_value_outside_its_type_is_an_error_and_leaves_nothing(engine, folder):
    table = engine.from_arrow(rows())
    with pytest.raises(Exception, match="999"):
        save_checked(
            engine, table.mutate(net_revenue_12m=ibis.literal(Decimal("9" * 20)).cast("decimal(38, 2)")), CONTRACT, folder
        )
    assert not folder.exists()
