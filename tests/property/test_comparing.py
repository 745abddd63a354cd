"""For any customers and any two ladders: groups of alike customers give every customer the tier that the rules give one by one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given

from fenji.analyze.reviews.tiers import assign_tiers
from fenji.analyze.rules.judging import tier_of
from fenji.analyze.whatif.alike import code_of, count_alike, facts_of, largest_of_groups, richest
from fenji.analyze.whatif.comparing import compare_policies
from fenji.engines.duck import DuckEngine
from property.test_tiers import AS_OF, customers, few, policies, tables


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


@few
@given(customers, policies(), policies())
def test_moves_are_what_both_policies_decide_for_each_customer(engine, world, current, new):
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    decided = [
        dict(zip(found["customer_key"].to_pylist(), found["tier"].to_pylist(), strict=True))
        for found in (
            engine.fetch(assign_tiers(panel, customer, policy=policy, as_of=AS_OF).select("customer_key", "tier"))
            for policy in (current, new)
        )
    ]
    rows = engine.fetch(count_alike(panel, customer, policies=(current, new), as_of=AS_OF)).to_pylist()
    compared = compare_policies(rows, current=current, new=new)
    expected = Counter((decided[0][key], decided[1][key]) for key in decided[0])
    assert {(each.from_tier, each.to_tier): each.customers for each in compared.moves} == dict(expected)
    assert compared.customers == len(world)


@few
@given(customers, policies(), policies())
def test_the_largest_of_some_groups_are_found_whatever_the_rules(engine, world, current, new):
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    both = (current, new)
    rows = engine.fetch(count_alike(panel, customer, policies=both, as_of=AS_OF)).to_pylist()
    groups = {code_of(row, both): row["customers"] for row in rows}
    assert sum(groups.values()) == len(world)
    lowest = {code_of(row, both): row["customers"] for row in rows if tier_of(new, facts_of(row, both)[1]) == 0}
    if not lowest:
        return
    found = [
        engine.fetch(largest_of_groups(panel, customer, policies=both, codes=codes, limit=3, as_of=AS_OF)).to_pylist()
        for codes in (richest(lowest, both, limit=3), sorted(lowest))
    ]
    assert found[0] == found[1]
    assert len(found[0]) == min(3, sum(lowest.values()))
