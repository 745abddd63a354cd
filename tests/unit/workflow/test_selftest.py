"""Every published figure is found again; a figure that is not makes the command fail; the shipped sample is the public one."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from fenji.workflow.selftest import Check, cdnow_sample, self_test


def test_every_figure_is_as_published():
    result = self_test()
    assert len(result.checks) == 51
    assert [each for each in result.checks if not each.is_passed] == []
    # Only where a paper's own rounding is known to be off is more than half a unit of the last digit allowed.
    assert sum(each.slack is not None for each in result.checks) == 12


@pytest.mark.parametrize(("expected", "found", "is_passed"), [("0.243", 0.24349, True), ("0.243", 0.2436, False), ("23", 23.4, True), ("-9582.4", -9582.44, True), ("-9582.4", float("nan"), False)])  # fmt: skip
def test_a_figure_must_round_to_the_published_one(expected, found, is_passed):
    assert Check("", "", expected, found, "").is_passed is is_passed


def test_the_shipped_sample_is_that_of_lifetimes():
    file = resources.files("lifetimes") / "datasets" / "cdnow_customers_summary_with_transactions.csv"
    header, *lines = file.read_text().split()
    assert header.split(",")[1:] == ["x", "t_x", "T", "zbar"]
    theirs = sorted(tuple(float(cell) for cell in line.split(",")[1:]) for line in lines)
    counts, spend = cdnow_sample()
    many = counts.customers.astype(int)
    ours = np.column_stack([np.repeat(each, many) for each in (counts.repeats, counts.recency, counts.age)])
    assert sorted(map(tuple, ours.tolist())) == sorted(each[:3] for each in theirs)
    paid = [each[3] for each in theirs if each[0] > 0 and each[3] > 0]
    assert sorted(np.repeat(spend.mean, spend.customers.astype(int)).tolist()) == pytest.approx(sorted(paid))
