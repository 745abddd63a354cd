"""Both engines know customers by the same phones, e-mails and names."""

from __future__ import annotations

import pytest

from fenji.engines.engine import Engine
from fixtures.contacts import POINTS, points_of


@pytest.mark.proof
@pytest.mark.spark
def test_spark_finds_the_contact_points_of_duckdb(spark: Engine) -> None:
    assert points_of(spark) == POINTS
