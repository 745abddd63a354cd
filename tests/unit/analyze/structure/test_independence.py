"""The test of independence says what scipy says, leaves out what is empty, and tells when it cannot be believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fenji.analyze.structure.independence import independence_of

TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(1, 200), min_size=width, max_size=width), min_size=2, max_size=6)
)


@given(TABLES)
def test_it_equals_scipy(counts):
    found = independence_of(counts)
    wanted = stats.chi2_contingency(counts, correction=False)
    assert found.chi_square == pytest.approx(wanted.statistic, abs=1e-9)
    assert found.degrees_of_freedom == wanted.dof
    assert found.p_value == pytest.approx(wanted.pvalue, abs=1e-12)
    assert found.cramers_v == pytest.approx(stats.contingency.association(counts, method="cramer"), abs=1e-9)
    assert found.small_cells == int((wanted.expected_freq < 5).sum())
    assert found.smallest_expected == pytest.approx(wanted.expected_freq.min())


def test_empty_rows_and_columns_change_nothing():
    assert independence_of([[10, 0, 20], [0, 0, 0], [30, 0, 20]]) == independence_of([[10, 20], [30, 20]])


@pytest.mark.parametrize("counts", [[], [[1, 2]], [[1], [2]], [[0, 0], [0, 0]], [[3, 0], [4, 0]]])
def test_one_row_or_column_depends_on_nothing(counts):
    assert independence_of(counts) is None


# Expected: 4, 16, 16, 64 (one of four below 5); 0.5, 9.5 / 9.5, 180.5 (below 1); 6, 14 / 14, 32.67.
@pytest.mark.parametrize(
    ("counts", "small", "is_reliable"),
    [([[4, 16], [16, 64]], 1, False), ([[0, 10], [10, 180]], 1, False), ([[6, 14], [14, 33]], 0, True)],
)
def test_small_expected_counts_make_it_doubtful(counts, small, is_reliable):
    found = independence_of(counts)
    assert (found.small_cells, found.is_reliable) == (small, is_reliable)


def test_a_complete_tie_has_strength_one():
    assert independence_of([[50, 0], [0, 50]]).cramers_v == pytest.approx(1.0)
