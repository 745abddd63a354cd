"""Rows become records by the names of their columns; what is not a field is left out, what is missing is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from fenji.answers.rows import record_of
from fenji.domain.value import OrderModel, ValueClass


@dataclass(frozen=True)
class Fitted:
    model: OrderModel
    stands_in: ValueClass | None
    sizes: Mapping[ValueClass, int]
    name: str


ROW = {"as_of": "2025-12-31", "model": "bg_nbd", "stands_in": None, "sizes": {"high": 1}, "name": "low"}


def test_a_record_holds_the_columns_that_it_names_and_enums_where_it_declares_them() -> None:
    assert record_of(Fitted, ROW) == Fitted(OrderModel.BG_NBD, None, {"high": 1}, "low")
    assert record_of(Fitted, {**ROW, "stands_in": "high"}, name="x") == Fitted(
        OrderModel.BG_NBD, ValueClass.HIGH, {"high": 1}, "x"
    )


def test_a_value_outside_the_set_and_a_missing_column_are_not_passed_over() -> None:
    with pytest.raises(ValueError, match="gg_nbd"):
        record_of(Fitted, {**ROW, "model": "gg_nbd"})
    with pytest.raises(KeyError, match="sizes"):
        record_of(Fitted, {name: value for name, value in ROW.items() if name != "sizes"})
