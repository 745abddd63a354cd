"""Flows lead to the counts that they are asked to lead to, and stay near those of the past; worlds: two tiers, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fenji.analyze.forecast.flows import flows_to

# From low, high, lost and outside (rows) to low, high and lost (columns).
MOVED = np.array([[80.0, 15, 5], [10, 38, 2], [4, 0, 96], [20, 1, 0]])
OPENING = np.array([100.0, 50])


@pytest.mark.parametrize("target", [(100, 50), (114, 54), (90, 80), (60, 40), (200, 10)])
def test_the_flows_lead_to_the_target_and_lose_nobody(target: tuple[int, int]) -> None:
    found = flows_to(MOVED, OPENING, np.array(target, dtype=float))
    assert found[:2].sum(axis=1) == pytest.approx(OPENING)
    assert found[:, :2].sum(axis=0) == pytest.approx(np.array(target), abs=1e-6)
    assert (found >= 0).all()


def test_flows_that_lead_there_already_stay_as_they_are() -> None:
    assert flows_to(MOVED, OPENING, MOVED[:, :2].sum(axis=0)) == pytest.approx(MOVED, abs=1e-6)


def test_where_all_stays_as_many_come_as_go() -> None:
    found = flows_to(MOVED, OPENING, OPENING)
    # 25 came and 7 went; both by one factor u: 25 u = 7 / u, so that the root of 175 comes and goes.
    assert found[2:, :2].sum() == pytest.approx(np.sqrt(175), rel=0.01)
    assert found[:2, 2].sum() == pytest.approx(found[2:, :2].sum())


def test_where_nobody_can_come_or_go_the_total_stays() -> None:
    closed = np.array([[90.0, 10, 0], [5, 45, 0], [0, 0, 0], [0, 0, 0]])
    found = flows_to(closed, OPENING, np.array([100.0, 100]))
    assert found[:, :2].sum(axis=0) == pytest.approx([75, 75])
    assert flows_to(closed * 0, OPENING * 0, OPENING * 0).sum() == 0


def test_where_nobody_is_ever_lost_nobody_may_come_if_counts_stay() -> None:
    growing = np.array([[90.0, 10, 0], [5, 45, 0], [0, 0, 0], [30, 2, 0]])
    found = flows_to(growing, OPENING, OPENING)
    assert found[3].sum() == pytest.approx(0)
    assert found[:, :2].sum(axis=0) == pytest.approx(OPENING)
