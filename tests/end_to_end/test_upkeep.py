"""The commands that look after a workspace, as a person and a script see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.desk import fenji
from fixtures.kept_shop import AS_OF, cut, flip, open_shop, parts_of


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


def test_prune_says_what_it_frees_and_keeps_runs_under_a_name(shop: Path) -> None:
    first = fenji("tiers", "--workspace", shop, "--json").json["run_id"]
    assert "Nothing is old: 1 run stays." in fenji("prune", "--keep", "1", "--workspace", shop).out
    assert fenji("run", "--as-of", AS_OF, "--workspace", shop).code == 0
    named = fenji("prune", "--name", first, "spring", "--workspace", shop)
    assert f"Kept as spring: run {first}" in named.out
    assert fenji("prune", "--keep", "1", "--workspace", shop, "--json").json["removed"] == []
    fenji("prune", "--unname", first, "--workspace", shop)
    assert "Would remove 1 run or analysis" in fenji("prune", "--keep", "1", "--dry-run", "--workspace", shop).out
    removed = fenji("prune", "--keep", "1", "--workspace", shop)
    assert first in removed.out
    assert "freed. 1 run stays." in removed.out
    assert fenji("prune", "--workspace", shop).code == 2


def test_a_backup_is_restored_and_checked(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "shop.tar"
    written = fenji("backup", file, "--workspace", shop)
    assert (written.code, "1 run with " in written.out, file.stat().st_mode & 0o777) == (0, True, 0o600)
    restored = fenji("restore", file, "--workspace", tmp_path / "there")
    assert restored.code == 0
    assert "Everything is as it was published, to the byte" in restored.out
    tiers = fenji("tiers", "--workspace", shop, "--json").json
    assert fenji("tiers", "--workspace", tmp_path / "there", "--json").json == tiers
    assert fenji("backup", file, "--workspace", shop).code == 4
    assert fenji("restore", shop / "fenji.toml", "--workspace", tmp_path / "no", "--json").json["error"]["code"] == "invalid_file"
