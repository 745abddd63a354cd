"""Outcomes that are learned from are over before the dates that are tried begin; what is missing is counted in days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.churn.dates import LEAST_HISTORY_DAYS, longest_horizon, schedule

AS_OF = date(2011, 12, 9)


def test_two_years_of_orders_give_a_model_and_a_trial_of_it() -> None:
    found = schedule(as_of=AS_OF, first_on=date(2009, 12, 1), horizon_days=180, count=3)
    # By hand: 180 days before 9 December is 12 June; 360 days 14 December; 450, 540 and 630 days lead to September, June and March 2010.
    assert found.evaluate == date(2011, 6, 12)
    assert (found.final.calibrate, found.final.train) == (
        date(2011, 6, 12),
        (date(2010, 12, 14), date(2010, 9, 15), date(2010, 6, 17)),
    )
    assert (found.trial.calibrate, found.trial.train) == (date(2010, 12, 14), (date(2010, 6, 17), date(2010, 3, 19)))
    assert found.days_missing == 0
    # A year before the days that are scored; outcomes of both are complete on these days.
    assert (found.final.season, found.trial.season) == (date(2010, 12, 9), date(2010, 6, 12))


def test_a_season_that_could_not_be_tried_sets_no_level() -> None:
    found = schedule(as_of=AS_OF, first_on=date(2010, 4, 9), horizon_days=60, count=1)
    assert found.trial is not None
    later = schedule(as_of=AS_OF, first_on=date(2010, 9, 1), horizon_days=60, count=1)
    assert (found.trial.season, found.final.season) == (date(2010, 10, 10), date(2010, 12, 9))
    # From September on the trial's own season, 10 October, is not known for sixty days.
    assert later.trial is not None
    assert (later.trial.season, later.final.season) == (None, None)


@given(
    days=st.integers(0, 2000),
    horizon=st.integers(7, 400),
    count=st.integers(1, 6),
)
def test_no_outcome_reaches_into_a_later_use(days: int, horizon: int, count: int) -> None:
    first_on = AS_OF - timedelta(days=days)
    found = schedule(as_of=AS_OF, first_on=first_on, horizon_days=horizon, count=count)
    ahead = timedelta(days=horizon)
    assert found.evaluate + ahead == AS_OF
    for split in (found.final, found.trial):
        if split:
            assert all(day + ahead <= split.calibrate for day in split.train)
            assert split.season is None or split.season + ahead <= split.calibrate + ahead
            assert min(split.train) - first_on >= timedelta(days=min(LEAST_HISTORY_DAYS, horizon))
    if found.trial:
        assert found.trial.calibrate + ahead <= found.evaluate
    assert (found.trial is not None) == (found.days_missing == 0)


@pytest.mark.parametrize("days", [30, 200, 360, 365, 500, 1000])
def test_the_longest_horizon_can_be_tried_and_a_longer_one_not(days: int) -> None:
    longest, first_on = longest_horizon(days), AS_OF - timedelta(days=days)
    assert schedule(as_of=AS_OF, first_on=first_on, horizon_days=longest, count=1).trial
    assert schedule(as_of=AS_OF, first_on=first_on, horizon_days=longest + 1, count=1).trial is None
