"""Tiers come out the same however many reviews are kept and however much later a run is made. World: 400 customers, hold, grace and keep rules."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from fenji.answers.runs import RunResult
from fenji.language import Language
from fenji.tables import insight
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.beginning import kept_beginning
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fixtures.beginning import begin
from fixtures.kept_shop import HEAD, SOURCES, open_shop, write_orders

POLICY = """
policy: stay
version: 1
effective_on: 2020-01-01
author: a test
why: hold and grace carry the past into the present
tiers:
  - {tier: entry, name: Entry}
  - {tier: silver, name: Silver, qualify: net_revenue_3m >= 300, keep: net_revenue_3m >= 150}
  - {tier: gold, name: Gold, qualify: net_revenue_3m >= 600, keep: net_revenue_3m >= 400}
  - {tier: vip, name: VIP, qualify: net_revenue_3m >= 1200, keep: net_revenue_3m >= 900}
review: {every: month, downgrade: one_step, grace_reviews: 2, hold_reviews: 3}
"""
FULL_ON = date(2024, 3, 31)
JUNE, JULY = date(2025, 6, 15), date(2025, 7, 20)
COMMON = (date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31))


def orders(until: date, after: date = date(2023, 12, 31)) -> list[str]:
    """Orders of 400 customers at random, the same whenever they are drawn; the first one stands on 1 January 2024."""
    chance, first = random.Random(20260730), date(2024, 1, 1)
    lines = [HEAD, "first,c0,2024-01-01,100"] if after < first else [HEAD]
    for number in range(6000):
        day = first + timedelta(days=chance.randint(0, 600))
        line = f"{number},c{chance.randint(0, 399)},{day},{chance.randint(20, 500)}"
        if after < day <= until:
            lines.append(line)
    return lines


Decisions = Mapping[tuple[int, date], tuple[object, ...]]


def decisions(root: Path, run_id: str) -> Decisions:
    """Customer and review -> everything that was decided."""
    with open_session(open_workspace(root)) as session:
        rows = session.engine.fetch(session.read(run_id, insight.TIER_ASSIGNMENT)).to_pylist()
    return {(row["customer_key"], row["as_of"]): tuple(row.values()) for row in rows}


def remarks(run: RunResult) -> list[str]:
    """What a run says of its history."""
    said = [each.describe(Language.EN) for each in run.warnings]
    return [each for each in said if "history" in each]


def kept_of(root: Path) -> date | None:
    """The day from which the next run goes on."""
    with open_session(open_workspace(root)) as session:
        found = kept_beginning(session, "spend")
    return None if found is None else found.on


@pytest.fixture(scope="module")
def june(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    """The first run ever, which keeps four reviews."""
    root = tmp_path_factory.mktemp("history")
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").unlink()
    (root / "policies" / "stay.yaml").write_text(POLICY, "utf-8")
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    write_orders(root, "until-june.csv", orders(JUNE))
    return root, run_all(root, as_of=JUNE, history=4)


@pytest.fixture(scope="module")
def july(june: tuple[Path, RunResult]) -> RunResult:
    """A month later, with the orders that came meanwhile; fourteen reviews are kept."""
    root, _first = june
    write_orders(root, "until-july.csv", orders(JULY, after=JUNE))
    return run_all(root, as_of=JULY, history=14)


def test_the_first_run_fixes_the_first_review_with_full_windows(june: tuple[Path, RunResult]) -> None:
    _root, first = june
    assert (first.history_begins_on, first.reviews_decided, first.reviews) == (FULL_ON, 16, (*COMMON, JUNE))
    assert not remarks(first)


def test_last_months_report_comes_out_the_same_whenever_and_with_however_many_reviews(
    june: tuple[Path, RunResult], july: RunResult
) -> None:
    root, first = june
    assert (july.history_begins_on, july.reviews_decided, len(july.reviews)) == (FULL_ON, 17, 14)
    before, after = decisions(root, first.run_id), decisions(root, july.run_id)
    then = {where: found for where, found in before.items() if where[1] in COMMON}
    assert then == {where: found for where, found in after.items() if where[1] in COMMON}
    assert len(then) > 1000
    causes = {found[insight.TIER_ASSIGNMENT.schema.names.index("cause")] for found in then.values()}
    assert {"held", "grace", "kept", "upgrade", "downgrade"} <= causes


def test_a_day_that_is_not_kept_is_decided_from_the_same_beginning(june: tuple[Path, RunResult], july: RunResult) -> None:
    root, first = june
    again = tiers_at(root, as_of=JUNE)
    assert again.run_id not in {first.run_id, july.run_id}
    assert decisions(root, again.run_id) == {
        where: found for where, found in decisions(root, first.run_id).items() if where[1] == JUNE
    }


def test_another_beginning_is_another_history_and_the_run_says_so(
    june: tuple[Path, RunResult], july: RunResult, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(june[0], tmp_path / "moved"))
    begin(root, date(2025, 4, 30))
    moved = run_all(root, as_of=JULY, history=14)
    assert (moved.history_begins_on, moved.reviews) == (date(2025, 4, 30), (*COMMON[1:], date(2025, 6, 30), JULY))
    told = " ".join(remarks(moved))
    assert (
        f"history begins on 2025-04-30 now, and began on 2024-03-31 in run {july.run_id}: tiers of 4 reviews from 2025-04-30 on"
        in told
    )
    assert "14 reviews were asked for, and there are 4 up to 2025-07-20" in told
    tier = insight.TIER_ASSIGNMENT.schema.names.index("tier")
    old, new = decisions(root, july.run_id), decisions(root, moved.run_id)
    # The fixture bites: with the beginning that four reviews had before it was fixed, tiers differ.
    assert sum(found[tier] != old[where][tier] for where, found in new.items() if where[1] == JULY) > 20


def forget_beginnings(root: Path) -> None:
    """Makes the runs of a workspace ones of before histories began on a fixed day."""
    with closing(sqlite3.connect(root / "fenji.db")) as state:
        for run_id, settings in state.execute("SELECT run_id, settings FROM run").fetchall():
            kept = {name: value for name, value in json.loads(settings).items() if name != "history_begins_on"}
            state.execute("UPDATE run SET settings = ? WHERE run_id = ?", (json.dumps(kept), run_id))
        state.commit()


def test_a_workspace_of_an_earlier_version_takes_the_first_review_of_its_last_run_and_says_so_once(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, history=2)
    forget_beginnings(shop)
    february = date(2026, 2, 28)
    taken = run_all(shop, as_of=date(2026, 4, 30))
    assert (taken.history_begins_on, taken.reviews_decided) == (february, 3)
    (said,) = remarks(taken)
    assert "begins on 2026-02-28, the first review of run" in said
    assert "For another day write in fenji.toml: history_begins_on = 2026-02-28" in said
    # It is written down now. A day before it is decided by itself, and moves nothing.
    early = run_all(shop, as_of=date(2026, 1, 31))
    assert (early.history_begins_on, early.reviews, early.reviews_decided) == (february, (date(2026, 1, 31),), 1)
    (said,) = remarks(early)
    assert "2026-01-31 lies before 2026-02-28, on which history begins" in said
    assert kept_of(shop) == february


def test_data_that_fill_no_window_yet_begin_with_their_first_review_and_stay_there(tmp_path: Path) -> None:
    shop = open_shop(tmp_path, history=1)
    write_orders(shop, "old.csv", [HEAD, "91,ann,2024-04-05,1000"])
    later = run_all(shop, as_of=date(2026, 4, 30))
    # The windows of twelve months are full in May 2025 by now; the beginning was fixed by the first run.
    assert later.history_begins_on == date(2026, 1, 31)
