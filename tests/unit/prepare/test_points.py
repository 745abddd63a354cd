"""Members of the ledger are the customers whom their ids mean, also after merges. World: four members of one program."""

from __future__ import annotations

import ibis
import pyarrow as pa

from fenji.engines.duck import DuckEngine
from fenji.prepare.points import members_by_customer, with_customers
from fenji.tables import clean

# Member 1 has two ids, of customers 20 and 10. Member 2 holds what 3 has; its own id is unknown, that of 3 is customer 30. Nobody knows 4.
LINKS = [("shop", "a", 1, 1), ("shop", "b", 1, 1), ("shop", "gone", 2, 2), ("app", "c", 3, 2), ("app", "d", 4, 4)]
IDENTITY = [("shop", "a", 20), ("shop", "b", 10), ("app", "c", 30), ("shop", "c", 40), ("shop", "d", 40)]


def test_a_member_is_the_oldest_customer_of_its_ids_and_holds_what_merged_members_had(duck: DuckEngine) -> None:
    links = duck.from_arrow(
        pa.table(dict(zip(("source", "customer_id", "member_id", "holder_id"), map(list, zip(*LINKS, strict=True)), strict=True)))
    )
    ids = dict(zip(("source", "source_customer_id", "customer_key"), map(list, zip(*IDENTITY, strict=True)), strict=True))
    members = members_by_customer(links, duck.from_arrow(pa.table(ids)))
    uses = pa.table({"holder_id": pa.array([1, 2, 4, None], pa.int64()), "use_number": [1, 2, 3, 4]})
    told = duck.from_arrow(uses)
    others = dict.fromkeys(("program", "offer", "order_source", "order_id"), "x")
    told = told.mutate(**{name: ibis.literal(each) for name, each in others.items()}, at=None, on=None, discount=None)
    found = duck.fetch(with_customers(told, members, clean.VOUCHER_USE)).sort_by("use_number")
    assert found["customer_key"].to_pylist() == [10, 30, None, None]
