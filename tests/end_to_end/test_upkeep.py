"""The commands that look after a workspace, as a person and a script see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.desk import fenji
from fixtures.kept_shop import cut, flip, open_shop, parts_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return open_shop(tmp_path / "shop")


def test_check_says_what_it_looked_at_and_ends_with_5_where_something_is_damaged(shop: Path) -> None:
    whole = fenji("check", "--workspace", shop)
    assert whole.code == 0
    assert "Everything is there as it was published." in whole.out
    assert "to the byte" in fenji("check", "--deep", "--workspace", shop).out
    flip(parts_of(shop, "clean.identity")[0])
    damaged = fenji("check", "--workspace", shop)
    assert damaged.code == 5
    assert "clean.identity is damaged" in damaged.out
    assert "1 fault was found." in damaged.out
    told = fenji("check", "--workspace", shop, "--json")
    assert (told.code, [each["kind"] for each in told.json["damages"]], told.json["is_whole"]) == (5, ["content"], False)


def test_repair_says_what_it_mended_and_ends_with_5_where_something_is_left(shop: Path) -> None:
    flip(parts_of(shop, "clean.identity")[0])
    cut(parts_of(shop, "raw.order_line")[0])
    mended = fenji("repair", "--workspace", shop)
    assert mended.code == 0
    assert "Raw rows read again from export/" in mended.out
    assert "rebuilt, with the rows that were published: clean.identity." in mended.out
    assert fenji("check", "--deep", "--workspace", shop).code == 0
    for each in parts_of(shop, "raw.order_line"):
        cut(each)
    (shop / "export" / "late.csv").unlink()
    left = fenji("repair", "--workspace", shop, "--json")
    assert (left.code, left.json["read_again"], len(left.json["left"])) == (5, ["export/early.csv"], 1)
    assert "fenji prune" in left.json["left"][0]["advice"]
