"""What came after a past date is read from its horizon and from nothing else; world: orders and contracts around 2025-06-30, by hand."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from fenji.analyze.churn.outcomes import contracts_at, next_orders
from fenji.analyze.churn.sampling import is_sampled
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from fenji.tables import clean
from worlds import came_back, sale, world

DAY = date(2025, 6, 30)


def test_the_first_sale_after_the_date_counts_and_only_within_the_horizon(duck: Engine) -> None:
    told = world(
        sale(1, "2025-06-30", 5),
        sale(1, "2025-07-10", 5),
        sale(1, "2025-07-20", 5),
        came_back(2, "2025-07-05", 5),
        sale(2, "2025-07-30", 5),
        sale(3, "2025-07-31", 5),
        sale(None, "2025-07-01", 5),
    )
    facts, _people = told.on(duck)
    rows = duck.fetch(next_orders(facts[Fact.ORDER_LINE], as_of=DAY, horizon_days=30)).to_pylist()
    # The order of the day itself is known on it; a return is no order; 31 July is the 31st day; nobody is not a customer.
    assert sorted(rows, key=str) == [
        {"customer_key": 1, "next_order_days": 10},
        {"customer_key": 2, "next_order_days": 30},
    ]


def contracts(*rows: tuple[object, ...]) -> pa.Table:
    names = ("customer_key", "started_on", "ended_on", "plan", "monthly_fee")
    told = [dict(zip(names, each, strict=True), contract_id=str(number)) for number, each in enumerate(rows)]
    schema = clean.CONTRACT.schema.to_pyarrow()
    return pa.table({each.name: pa.array([row[each.name] for row in told], type=each.type) for each in schema})


def test_a_contract_runs_until_the_day_before_its_end(duck: Engine) -> None:
    table = duck.from_arrow(
        contracts(
            (1, date(2025, 6, 30), None, "gold", 10),
            (2, date(2025, 1, 1), date(2025, 6, 30), "gold", 10),
            (3, date(2025, 6, 1), date(2025, 7, 30), "tin", 5),
            (3, date(2025, 6, 20), date(2025, 7, 1), "gold", 10),
            (4, date(2025, 7, 1), None, "tin", 5),
            (5, date(2025, 6, 1), date(2025, 7, 30), "tin", None),
            (5, date(2025, 7, 30), None, "tin", None),
        )
    )
    rows = duck.fetch(contracts_at(table, as_of=DAY, horizon_days=30)).to_pylist()
    found = {
        each["customer_key"]: (
            each["contracts"],
            each["contract_days"],
            each["monthly_fee"],
            each["plan"],
            each["contracts_later"],
        )
        for each in rows
    }
    # 2 ended on the day itself; 3 is no longer bound on 30 July; 4 had not begun; 5 goes on under a new contract.
    assert found == {
        1: (1, 0, 10.0, "gold", 1),
        2: (0, None, None, None, 0),
        3: (2, 29, 15.0, "gold", 0),
        5: (1, 29, None, "tin", 1),
    }


def test_a_sample_is_as_large_as_asked_the_same_again_and_a_part_of_a_larger_one(duck: Engine) -> None:
    table = duck.from_arrow(pa.table({"customer_key": pa.array(range(1, 20_001), pa.int64())}))

    def drawn(share: float, seed: int = 7) -> set[int]:
        chosen = table.filter(is_sampled(table.customer_key, share=share, seed=seed))
        return set(duck.fetch(chosen)["customer_key"].to_pylist())

    tenth, fifth = drawn(0.1), drawn(0.2)
    assert 1900 <= len(tenth) <= 2100
    assert 3850 <= len(fifth) <= 4150
    assert tenth < fifth
    assert tenth == drawn(0.1)
    # Two seeds have about a tenth of the tenth in common, as chance has it.
    assert 130 <= len(tenth & drawn(0.1, seed=8)) <= 270
    assert drawn(0.0) == set()
