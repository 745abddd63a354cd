"""A sum with ``per`` counts whole ones, such as a point for every 100 yuan; worlds: corner_shop, one_whale, all_refunds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.documents.metrics import read_metrics
from fenji.errors import InvalidDocument
from worlds import all_refunds, corner_shop

WRITTEN = """\
metrics:
  - slug: points_total
    name: {zh: 累计积分, en: points in total}
    sentence: {zh: 累计净收入每满PER元积1分。, en: One point for every PER yuan of net revenue in total.}
    unit: count
    fact: order_line
    column: net_revenue
    aggregate: sum
    window: total
    per: PER
"""


def points(tmp_path, engine, given, as_of: str, per: str) -> dict[int, int]:
    file = tmp_path / "metrics.yaml"
    file.write_text(WRITTEN.replace("PER", per), encoding="utf-8")
    facts, customer = given.on(engine)
    table = customer_metric(facts, customer, metrics=read_metrics(file, ()), as_of=date.fromisoformat(as_of))
    return {row["customer_key"]: row["points_total"] for row in engine.fetch(table).to_pylist()}


# Customer 1 of the corner shop has brought 130.00 by the end of March 2025.
@pytest.mark.parametrize(("per", "expected"), [("100", 1), ("130", 1), ("130.01", 0), ("0.1", 1300), ("65", 2)])
def test_whole_ones_are_counted_and_a_boundary_is_reached(tmp_path, duck, per, expected):
    assert points(tmp_path, duck, corner_shop(), "2025-03-31", per)[1] == expected


def test_nobody_has_fewer_than_none(tmp_path, duck):
    assert set(points(tmp_path, duck, all_refunds(), "2030-01-01", "1").values()) == {0}


@pytest.mark.parametrize("change", [("per: 5", "per: 0"), ("aggregate: sum", "aggregate: mean"), ("unit: count", "unit: money")])
def test_per_is_a_positive_part_of_a_sum(tmp_path, change):
    file = tmp_path / "metrics.yaml"
    file.write_text(WRITTEN.replace("PER", "5").replace(*change), encoding="utf-8")
    with pytest.raises(InvalidDocument):
        read_metrics(file, ())


def test_a_fraction_of_a_cent_is_read_exactly(tmp_path):
    file = tmp_path / "metrics.yaml"
    file.write_text(WRITTEN.replace("PER", "0.1"), encoding="utf-8")
    assert read_metrics(file, ())[0].per == Decimal("0.1")
