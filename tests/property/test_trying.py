"""For any customers and any two ladders: what cells say is what the customers themselves say, line by line; or they say that they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.reviews.tiers import tiered_panel
from fenji.analyze.whatif.alike import count_alike
from fenji.analyze.whatif.cells import beyond_cells, count_bars, count_cells, cuts_for, metrics_compared
from fenji.analyze.whatif.comparing import compare_policies
from fenji.analyze.whatif.cuts import cuts_of, with_cuts
from fenji.analyze.whatif.steps import count_spread, spreads_of
from fenji.analyze.whatif.trying import Cells, CellTrial
from fenji.domain.policies import Policy
from fenji.engines.duck import DuckEngine
from property.test_tiers import AS_OF, METRICS, Customer, customers, few, policies, tables

KNOWN = {each.slug: each for each in METRICS}


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def cells(engine: DuckEngine, world: list[Customer], policy: Policy) -> Cells:
    panel = engine.from_arrow(tables(world)[0])
    compared = [each for each in metrics_compared(policy) if each in panel.columns]
    spreads = spreads_of(engine.fetch(count_spread(panel, compared)).to_pylist()[0], compared) if compared else {}
    cuts = cuts_for(policy, KNOWN, spreads)
    return Cells.of(engine.fetch(count_cells(panel, cuts, policy, as_of=AS_OF)), cuts)


@few
@given(customers, policies(), st.data())
def test_moved_thresholds_are_counted_from_cells_as_from_customers(engine, world, policy, data):
    current = replace(policy, variants=(), score=())
    if beyond_cells(current) or "score" in metrics_compared(current):
        return
    found = cells(engine, world, current)
    steps = {metric: [number for number, _is_beyond in cuts] for metric, cuts in found.cuts.items()}
    moved = {each.key: data.draw(st.sampled_from(steps[each.condition.metric])) for each in cuts_of(current)}
    new = with_cuts(current, moved)
    assert [each.condition.number for each in cuts_of(new)] == list(moved.values())
    assert found.why_not((current, new)) is None
    trial = CellTrial(found, current, new)
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    rows = engine.fetch(count_alike(panel, customer, policies=(current, new), as_of=AS_OF)).to_pylist()
    assert trial.comparison == replace(compare_policies(rows, current=current, new=new), falls={})
    for metric, cuts in found.cuts.items():
        counted = [[0] * len(new.tiers) for _edge in range(len(cuts) + 2)]
        placed = tiered_panel(panel, customer, policy=new, as_of=AS_OF)
        for row in engine.fetch(count_bars(placed, metric, cuts)).to_pylist():
            counted[row["bar"]][new.rank_of(row["tier"])] = row["customers"]
        assert trial.by_tier(metric, cuts).tolist() == counted


@few
@given(customers, policies(plain=True), policies())
def test_any_other_policy_is_answered_alike_or_refused_with_a_reason(engine, world, policy, other):
    current, new = replace(policy, score=()), other
    if beyond_cells(current) or "score" in metrics_compared(current):
        return
    found = cells(engine, world, current)
    if found.why_not((current, new)) is not None:
        return
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    rows = engine.fetch(count_alike(panel, customer, policies=(current, new), as_of=AS_OF)).to_pylist()
    compared = CellTrial(found, current, new).comparison
    assert compared == replace(compare_policies(rows, current=current, new=new), falls={})
