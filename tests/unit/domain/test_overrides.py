"""Of several overrides of a customer the one recorded last counts, day by day; one that was ended counts no longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fenji.domain.overrides import Ending, NewOverride, Override, OverrideState, spans_in_force

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(number: int) -> date:
    """Day 1 is the first of January."""
    return date(2025, 12, 31) + timedelta(days=number)


def override(number: int, begins: int, ends: int, *, ended_from: int | None = None) -> Override:
    decided = NewOverride("retail", "shop", "ann", f"tier{number}", day(begins), day(ends), "Li Lei", "a reason")
    ending = None if ended_from is None else Ending(day(ended_from), NOON, None, None)
    return Override(number, decided, NOON, ending)


def spans(*overrides: Override) -> list[tuple[int, int, int]]:
    """Number, first and last day of every span."""
    first = day(0)
    return [
        (each.override.number, (each.begins_on - first).days, (each.ends_on - first).days) for each in spans_in_force(overrides)
    ]


def test_both_days_are_included() -> None:
    one = override(1, 5, 7)
    assert [one.counts_on(day(each)) for each in (4, 5, 6, 7, 8)] == [False, True, True, True, False]


def test_where_two_overlap_the_one_recorded_last_counts() -> None:
    # 1: days 1-10, 2: days 4-6 within it, 3: days 9-12 over its end.
    assert spans(override(1, 1, 10), override(2, 4, 6), override(3, 9, 12)) == [(1, 1, 3), (2, 4, 6), (1, 7, 8), (3, 9, 12)]


def test_an_override_recorded_last_may_begin_first() -> None:
    assert spans(override(2, 1, 5), override(1, 4, 9)) == [(2, 1, 5), (1, 6, 9)]


def test_an_ended_override_gives_way_to_the_one_below_from_that_day_on() -> None:
    assert spans(override(1, 1, 10), override(2, 3, 8, ended_from=6)) == [(1, 1, 2), (2, 3, 5), (1, 6, 10)]


def test_an_override_ended_on_the_day_it_began_never_counts() -> None:
    assert spans(override(1, 3, 8, ended_from=3)) == []


def test_an_ending_after_the_last_day_changes_nothing() -> None:
    assert spans(override(1, 3, 8, ended_from=20)) == [(1, 3, 8)]


def test_every_state_is_told() -> None:
    one = override(1, 5, 7)
    assert [one.state_on(day(each)) for each in (4, 5, 8)] == [
        OverrideState.COMING,
        OverrideState.IN_FORCE,
        OverrideState.OVER,
    ]
    assert one.state_on(day(6), is_replaced=True) is OverrideState.REPLACED
    assert override(1, 5, 7, ended_from=6).state_on(day(6)) is OverrideState.ENDED


numbers = st.integers(1, 15)


@given(st.lists(st.tuples(numbers, numbers, st.none() | numbers), max_size=6))
def test_on_every_day_the_latest_that_counts_alone_is_the_one_that_counts(drawn: list[tuple[int, int, int | None]]) -> None:
    recorded = [override(number, min(a, b), max(a, b), ended_from=end) for number, (a, b, end) in enumerate(drawn, start=1)]
    found = spans_in_force(recorded)
    for each in range(17):
        counting = [one.number for one in recorded if one.counts_on(day(each))]
        covering = [one.override.number for one in found if one.begins_on <= day(each) <= one.ends_on]
        assert covering == counting[-1:]
