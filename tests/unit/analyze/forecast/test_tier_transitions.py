"""Everybody is counted once between two reviews, and it is known from when on windows are full; world: six customers and what became of them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from fenji.analyze.forecast.models import arrivals_of
from fenji.analyze.forecast.transitions import count_transitions, transitions_from
from fenji.analyze.metrics.registry import Registry
from fenji.domain.reviews import NEVER_LOST, LostRule, is_filling
from fenji.engines.duck import DuckEngine
from fixtures.assignments import Standing, assignments

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
FATES = (
    (1, "low", "low"),
    (2, "low", "high"),
    (3, "high", None),
    (4, None, "low"),  # returned
    (5, "-", "high"),  # new
    (6, None, None),  # lost before, lost still
)
ORDERED = {1: [date(2026, 5, 20)], 2: [date(2026, 1, 5), date(2026, 6, 30)], 4: [date(2026, 6, 2)], 5: [date(2026, 7, 1)]}


def test_everybody_is_counted_once_by_tier_and_time_since_the_last_order() -> None:
    engine = DuckEngine(threads=1)
    before = engine.from_arrow(assignments(Standing(key, MAY, was) for key, was, _now in FATES if was != "-"))
    after = engine.from_arrow(assignments(Standing(key, JUNE, now) for key, _was, now in FATES))
    lines = [{"customer_key": key, "ordered_on": day, "kind": "sale"} for key, days in ORDERED.items() for day in days]
    lines.append({"customer_key": 1, "ordered_on": JUNE, "kind": "return"})  # giving back is not ordering
    orders = engine.from_arrow(pa.Table.from_pylist(lines))
    table = count_transitions(before, after, orders, earlier_on=MAY, as_of=JUNE, band_ends=(31, 92))
    rows = engine.fetch(table).to_pylist()
    engine.close()
    assert {tuple(each.values()) for each in rows} == {
        (True, "low", 0, "low", 1, 1),  # 11 days at the end of May, 41 at the end of June
        (True, "low", 2, "high", 0, 1),
        (True, "high", 2, None, 2, 1),
        (True, None, 2, "low", 0, 1),
        (False, None, 2, "high", 2, 1),  # the order of July is not known yet
        (True, None, 2, None, 2, 1),
    }
    known = transitions_from([rows], ("low", "high"), 3)
    assert known.counts.tolist() == [[2, 1], [2, 2]]
    assert arrivals_of(known).tolist() == [1]
    assert known.without_bands().moved[0].tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0]]


# The data begin on 1 December 2009: twelve months of them are full with November 2010, 365 days with the same day.
@pytest.mark.parametrize(
    ("review_on", "slug", "lost", "expected"),
    [
        (date(2010, 11, 29), "net_revenue_12m", NEVER_LOST, True),
        (date(2010, 11, 30), "net_revenue_12m", NEVER_LOST, False),
        (date(2010, 3, 31), "net_revenue_3m", NEVER_LOST, False),
        (date(2010, 3, 31), "net_revenue_3m", LostRule(365), True),
        (date(2010, 11, 30), "net_revenue_3m", LostRule(365), False),
        (date(2009, 12, 31), "net_revenue_total", NEVER_LOST, False),
    ],
)
def test_a_window_fills_until_it_begins_with_the_data(review_on: date, slug: str, lost: LostRule, *, expected: bool) -> None:
    assert is_filling(review_on, date(2009, 12, 1), [Registry.of().named(slug)], lost) is expected
