"""A workspace of the first version opens, is migrated, says what it said then, and goes on. World: tests/fixtures/first_version."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from end_to_end.test_person import ask
from fenji.book import Book
from fenji.cli.main import answer
from fenji.domain.runs import RunStatus
from fenji.state.database import NEWEST
from fenji.tables import clean
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session

FIRST = Path(__file__).parents[1] / "fixtures" / "first_version"
SAID: dict[str, dict[str, Any]] = json.loads((FIRST / "answers.json").read_text("utf-8"))
ASKED = {
    "tiers": ("tiers",),
    "moves": ("moves",),
    "quality": ("quality",),
    "policies": ("policy", "list"),
    "overrides": ("policy", "overrides"),
    **{f"why {each}": ("why", each) for each in ("C01", "C02", "C03", "C07", "C09", "C12")},
}
"""Two who stay, two who are held or in grace, one who came back, and one who was given a tier by hand."""
REWORDED = {
    "(kept: the rule that keeps the tier is met).": "(unchanged: the lowest tier).",
    "but it cannot be lost yet).": "but it may not fall yet).",
    "The lowest tier cannot be lost by a review.": "No review takes the lowest tier away.",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tmp_path_factory.mktemp("first") / "shop"
    ZipFile(FIRST / "workspace.zip").extractall(shop)
    return shop


@pytest.fixture
def shop(opened: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(opened, tmp_path / "shop"))


def differences(then: Any, now: Any, place: str = "") -> list[str]:
    """What was said then and is not said now; new keys may have come."""
    if isinstance(then, dict) and isinstance(now, dict):
        return [found for key, value in then.items() for found in differences(value, now.get(key, "gone"), f"{place}.{key}")]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [found for one, other in zip(then, now, strict=True) for found in differences(one, other, f"{place}[]")]
    same = then == now or (isinstance(then, str) and now in {then.replace(*each) for each in REWORDED.items()})
    return [] if same else [f"{place}: {then} became {now}"]


@pytest.mark.parametrize("name", ASKED)
def test_it_answers_as_the_first_version_did(name: str, opened: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = ask(capsys, *ASKED[name], "--workspace", str(opened))
    # What is asked of the folder, not of a run, is answered as of the day on which it is asked.
    then = SAID[name] | ({"as_of": now["as_of"]} if name in ("policies", "overrides") else {})
    assert differences(then, now) == []


def test_the_tiers_of_an_earlier_review_are_those_from_which_people_moved(
    opened: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows of months are whole months since, so that the same day decided anew would have two in silver, and not four."""
    moves = SAID["moves"]
    then = ask(capsys, "tiers", "--as-of", moves["from"], "--workspace", str(opened))
    assert {each["tier"]: each["customers"] for each in then["tiers"]} == {
        each["tier"]: each["opening"] for each in moves["flows"]
    }


def test_the_world_holds_what_it_should(capsys: pytest.CaptureFixture[str]) -> None:
    del capsys
    causes = {row["cause"] for name in SAID if name.startswith("why") for row in SAID[name]["history"]}
    assert {"new", "kept", "upgrade", "held", "grace", "downgrade", "override"} <= causes
    assert SAID["quality"]["rejected"] == {"invalid_amount": 1}


def test_it_is_said_what_has_no_checksum(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked = ask(capsys, "check", "--deep", "--workspace", str(shop))
    with open_session(open_workspace(shop)) as session, session.state.reading() as t:
        tables = sum(len(t.upkeep.own_tables(run_id)) for run_id in t.upkeep.published())
    assert (checked["damages"], checked["state_version"], checked["files"]) == ([], NEWEST, 0)
    assert checked["without_checksums"] == tables + 2
    capsys.readouterr()
    assert answer(["check", "--deep", "--workspace", str(shop)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"{tables + 2} tables and raw folders were published before checksums were kept" in said
    assert "Everything is as it was published, to the byte" not in said


def test_a_lost_file_is_noticed_all_the_same(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (shop / "store" / "clean.order_line").rglob("*.parquet"):
        file.unlink()
    found = ask(capsys, "check", "--workspace", str(shop), code=5)
    assert {each["table"] for each in found["damages"]} == {"clean.order_line"}


def test_a_new_run_comes_to_the_same_tiers_and_keys(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run_all(shop, as_of=date(2026, 3, 31), history=7)
    assert (len(ran.files.changed), ran.unchanged_since) == (2, None), "files are read in another way since"
    now = {each.tier: (each.customers, float(each.net_revenue_12m)) for each in Book(shop).tiers().tiers}
    assert now == {each["tier"]: (each["customers"], each["net_revenue_12m"]) for each in SAID["tiers"]["tiers"]}
    before = SAID["tiers"]["run_id"]
    with open_session(open_workspace(shop)) as session:
        keys = [session.rows(run_id, clean.IDENTITY) for run_id in (before, ran.run_id)]
        assert [each.status for each in session.runs.list_runs()] == [RunStatus.PUBLISHED] * 3
    assert keys[0] == keys[1]
    checked = ask(capsys, "check", "--deep", "--workspace", str(shop))
    assert checked["damages"] == []
    assert checked["files"] == sum(1 for _file in (shop / "store").glob(f"*.*/run={ran.run_id}/**/*.parquet"))
    assert run_all(shop, as_of=date(2026, 3, 31)).unchanged_since == ran.run_id
