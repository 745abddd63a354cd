"""What is worse than its baseline is not used: one decision, on data made so that the model must lose, must win, or cannot be told."""

from __future__ import annotations

import pytest

from fenji.domain.contests import contest


@pytest.mark.parametrize(
    ("errors", "is_lost", "baseline"),
    [
        ({"model": [0.3, 0.3, 0.3], "as before": [0.1, 0.2, 0.3], "nobody": [1, 1, 1]}, True, "as before"),
        ({"model": [0.1, 0.1, 0.1], "as before": [0.1, 0.2, 0.3], "nobody": [1, 1, 1]}, False, "as before"),
        # Equally good is not worse.
        ({"model": [0.2, 0.2, 0.2], "as before": [0.1, 0.2, 0.3]}, False, "as before"),
        # Two trials tell nothing, nor does a model without a rival.
        ({"model": [0.3, 0.3], "as before": [0.1, 0.1]}, False, None),
        ({"model": [0.3, 0.3, 0.3]}, False, None),
        ({"as before": [0.3, 0.3, 0.3]}, False, "as before"),
        ({}, False, None),
    ],
    ids=["loses", "wins", "equal", "too few", "alone", "untried", "nothing"],
)
def test_the_smaller_mean_error_is_used(errors, is_lost, baseline):
    found = contest("model", errors)
    assert (found.is_lost, found.baseline) == (is_lost, baseline)
