"""Whatever the past was like, the flows of a forecast close, tiers sum to the total, and intervals hold what is expected."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fenji.analyze.forecast.flows import flows_to
from fenji.analyze.forecast.models import Transitions
from fenji.analyze.forecast.tables import forecast_tiers
from fixtures.laws import law

COMING = tuple(date(2026, month, 28) for month in range(1, 5))


def history(seed: int, movements: int, tiers: int, bands: int, size: int) -> np.ndarray:
    """Movements by rates that are drawn anew each time, many of them 0; lost customers and arrivals among them."""
    chance, states = np.random.default_rng(seed), tiers * bands + 1
    standing, found = chance.integers(0, size + 1, states), []
    for _ in range(movements):
        going = np.append(standing, chance.integers(0, size // 5 + 1))
        rates = chance.dirichlet(np.full(states, 0.2), states + 1)
        rates[-1, -1] = 0  # nobody is lost on arrival
        rates[-1] = rates[-1] / rates[-1].sum() if rates[-1].sum() > 0 else np.eye(states)[0]
        moved = np.array([chance.multinomial(count, row / row.sum()) for count, row in zip(going, rates, strict=True)])
        standing = moved.sum(axis=0)
        found.append(moved)
    return np.array(found, dtype=float)


@law(12)
@given(
    seed=st.integers(0, 10_000),
    movements=st.integers(3, 12),
    tiers=st.integers(1, 4),
    bands=st.integers(1, 3),
    size=st.sampled_from([0, 1, 5, 50, 5000]),
    filling=st.integers(0, 16),
)
@example(seed=0, movements=3, tiers=2, bands=1, size=5, filling=4)  # a tier that stood empty at the last review and fills later
def test_every_forecast_closes(*, seed: int, movements: int, tiers: int, bands: int, size: int, filling: int) -> None:
    known = Transitions(history(seed, movements, tiers, bands, size), tiers, bands, filling)
    names = [f"tier{rank}" for rank in range(tiers)]
    found = forecast_tiers(known, names, COMING, period=12, seed=1, paths=50)
    before = dict(zip(names, known.counts[-1], strict=True))
    for total in found.totals:
        own = [each for each in found.tiers if each.step == total.step]
        for each in own:
            came = each.new + each.returned + each.upgraded_in + each.downgraded_in
            went = each.upgraded_out + each.downgraded_out + each.lost
            assert min(each.new, each.returned, each.upgraded_in, each.downgraded_in, went) >= 0
            assert each.opening == pytest.approx(before[each.tier], abs=1e-6)
            assert each.customers == pytest.approx(each.opening + came - went, abs=1e-6)
            assert 0 <= each.lower <= each.customers + 1e-6
            assert each.customers - 1e-6 <= each.upper
            before[each.tier] = each.customers
        assert sum(each.customers for each in own) == pytest.approx(total.customers, abs=1e-6)
    assert sum(found.weights.values()) == pytest.approx(1)


@law(25)
@given(seed=st.integers(0, 10_000), tiers=st.integers(1, 5), target=st.lists(st.integers(0, 500), min_size=5, max_size=5))
def test_flows_lose_nobody_whatever_they_are_to_lead_to(seed: int, tiers: int, target: list[int]) -> None:
    moved = history(seed, 1, tiers, 1, 300)[0] + 0.01
    opening = moved[:tiers].sum(axis=1)
    found = flows_to(moved, opening, np.array(target[:tiers], dtype=float))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert found[:tiers].sum(axis=1) == pytest.approx(opening, abs=1e-6)
