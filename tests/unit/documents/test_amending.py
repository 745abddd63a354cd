"""One value is changed where it stands; every comment and every other value stays."""

from __future__ import annotations

import pytest
import yaml

from fenji.documents.amending import with_values

TEXT = """\
# ours
sources:
  - source: shop
    feed: order_line
    files:  # all of them
      - "a.csv"
      - b.csv
    # the columns
    columns:
      order_id: 订单编号  # sure
      paid_at: {column: 付款, also: [付款时间]}  # both
  - {source: till, files: "t*.csv", columns: {order_id: no}}
"""


@pytest.mark.parametrize(
    ("spot", "value", "line"),
    [
        (("shop", "files"), "[a.csv, c.csv]", "      [a.csv, c.csv]"),
        (("shop", "columns", "order_id"), "{column: 订单编号, also: [单号]}", "{column: 订单编号, also: [单号]}  # sure"),
        (("shop", "columns", "paid_at"), "付款", "paid_at: 付款  # both"),
        (("till", "files"), "[t1.csv]", "files: [t1.csv], columns"),
        (("shop", "feed"), "order", "    feed: order\n"),
    ],
)
def test_a_value_is_changed_in_its_place(spot: tuple[str, ...], value: str, line: str) -> None:
    changed = with_values(TEXT, {spot: value})
    assert changed is not None
    assert line in changed
    before, after = yaml.safe_load(TEXT)["sources"], yaml.safe_load(changed)["sources"]
    entry = next(each for each in before if each["source"] == spot[0])
    for key in spot[1:-1]:
        entry = entry[key]
    entry[spot[-1]] = yaml.safe_load(value)
    assert after == before
    assert [each for each in TEXT.splitlines() if each.strip().startswith("#")] == [
        each for each in changed.splitlines() if each.strip().startswith("#")
    ]


def test_several_values_are_changed_at_once() -> None:
    changed = with_values(TEXT, {("till", "files"): "u.csv", ("shop", "columns", "order_id"): "单号"})
    assert changed is not None
    shop, till = yaml.safe_load(changed)["sources"]
    assert (shop["columns"]["order_id"], till["files"]) == ("单号", "u.csv")


def test_a_value_that_an_entry_lacks_gets_a_line_of_its_own() -> None:
    changed = with_values(TEXT, {("shop", "currency"): "CNY", ("shop", "columns", "phone"): "手机"})
    assert changed is not None
    shop, _till = yaml.safe_load(changed)["sources"]
    assert (shop["currency"], shop["columns"]["phone"], shop["columns"]["order_id"]) == ("CNY", "手机", "订单编号")
    assert [line for line in changed.splitlines() if line not in ("    currency: CNY", "      phone: 手机")] == TEXT.splitlines()


@pytest.mark.parametrize("spot", [("nobody", "files"), ("shop", "nothing", "phone"), ("till", "columns", "phone")])
def test_what_does_not_stand_there_is_not_changed(spot: tuple[str, ...]) -> None:
    assert with_values(TEXT, {spot: "x"}) is None


def test_a_value_that_stands_elsewhere_is_not_changed() -> None:
    text = "a: &files [a.csv]\nsources:\n  - source: shop\n    files: *files\n"
    assert with_values(text, {("shop", "files"): "[b.csv]"}) is None
