"""Movements on real data: 24 reviews of Online Retail II, their matrices and flows counted again with pandas from the stored tiers alone."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fenji.language import Language
from fenji.tables.insight import TIER_ASSIGNMENT, TIER_FLOW
from fenji.workflow.demo import make_demo

pytestmark = [pytest.mark.proof, pytest.mark.slow]
LADDER = ["registered", "entry", "middle", "high", "vip"]
LOST = "lost"
UNSEEN = "unseen"


def fenji(*arguments: str) -> dict[str, Any]:
    """Runs the command line as a user would and reads its one JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "fenji.cli.main", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online_retail_moves") / "demo"
    make_demo(folder, Language.EN)
    settings = folder / "fenji.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("lost_after_days")]
    # At the top, before any table of the file.
    settings.write_text("\n".join(["lost_after_days = 180", *lines]) + "\n", "utf-8")
    fenji("run", "--workspace", str(folder), "--as-of", "2011-12-09", "--history", "24")
    return folder


@pytest.fixture(scope="module")
def tiers(workspace: Path) -> pd.DataFrame:
    """One row per customer, one column per review: the tier, 'lost', or 'unseen'."""
    rows = stored(workspace, TIER_ASSIGNMENT.full_name)
    rows["tier"] = rows["tier"].fillna(LOST)
    return rows.set_index(["customer_key", "as_of"])["tier"].unstack(fill_value=UNSEEN)  # noqa: PD010 - one value per cell, as the key promises


def stored(workspace: Path, table: str) -> pd.DataFrame:
    run = fenji("moves", "--workspace", str(workspace))["run_id"]
    files = sorted((workspace / "store" / table / f"run={run}").rglob("*.parquet"))
    found = pd.concat([pd.read_parquet(file, partitioning=None) for file in files])
    found["as_of"] = found["as_of"].astype(str)
    return found


def flows_of(before: pd.Series, after: pd.Series) -> dict[str, list[int]]:
    """Opening, what came, what went, closing of every tier, by pandas."""
    place = {tier: number for number, tier in enumerate(LADDER)}
    was, now = before.map(place), after.map(place)
    return {
        tier: [
            int((before == tier).sum()),
            int(((before == UNSEEN) & (after == tier)).sum()),
            int(((before == LOST) & (after == tier)).sum()),
            int(((was < now) & (after == tier)).sum()),
            int(((was > now) & (after == tier)).sum()),
            int(((was < now) & (before == tier)).sum()),
            int(((was > now) & (before == tier)).sum()),
            int(((after == LOST) & (before == tier)).sum()),
            int((after == tier).sum()),
        ]
        for tier in LADDER
    }


def test_the_flows_of_every_tier_and_month_are_those_of_pandas_and_close(workspace: Path, tiers: pd.DataFrame) -> None:
    flow = stored(workspace, TIER_FLOW.full_name)
    reviews = sorted(tiers.columns)
    assert len(reviews) == 24
    assert sorted(flow["as_of"].unique()) == reviews[1:]
    for earlier, later in pairwise(reviews):
        here = flow[flow["as_of"] == later].set_index("tier")
        expected = flows_of(tiers[earlier], tiers[later])
        found = {tier: [int(here.loc[tier, name]) for name in TIER_FLOW.schema.names[5:]] for tier in LADDER}
        assert found == expected, later
        for opening, new, returned, up_in, down_in, up_out, down_out, lost, closing in found.values():
            assert opening + new + returned + up_in + down_in - up_out - down_out - lost == closing


def test_the_matrix_of_a_quarter_and_its_rates_are_those_of_pandas(workspace: Path, tiers: pd.DataFrame) -> None:
    answer = fenji("moves", "--workspace", str(workspace), "--from", "2011-08-31", "--to", "2011-11-30")
    before, after = tiers["2011-08-31"], tiers["2011-11-30"]
    crossed = pd.crosstab(before, after)
    found = {
        (each["from_tier"] or {"new": UNSEEN, "returned": LOST}[each["cause"]], each["to_tier"] or LOST): each["customers"]
        for each in answer["movements"]
    }
    expected = {
        (was, now): int(crossed.loc[was, now])
        for was in crossed.index
        for now in crossed.columns
        if crossed.loc[was, now] and (was in LADDER or now in LADDER)
    }
    assert found == expected
    for each in answer["rates"]:
        opening = before == each["tier"]
        assert each["opening"] == opening.sum()
        assert each["churn_rate"] == pytest.approx((after[opening] == LOST).mean())
        assert each["stayed_share"] == pytest.approx((after[opening] == each["tier"]).mean())


def test_the_cohorts_of_the_last_review_hold_everybody_once(workspace: Path, tiers: pd.DataFrame) -> None:
    answer = fenji("moves", "--workspace", str(workspace))
    last = [each for each in answer["cohorts"] if each["as_of"] == answer["as_of"]]
    assert sum(each["customers"] for each in last) == len(tiers)
    assert sum(each["standing"] for each in last) == tiers["2011-12-09"].isin(LADDER).sum() == answer["closing"]
    assert answer["lost"]["after_days"] == 180


def test_mean_stays_are_those_of_pandas(workspace: Path, tiers: pd.DataFrame) -> None:
    """Runs of equal tiers, read off review by review."""
    reviews = sorted(tiers.columns)
    answer = fenji("moves", "--workspace", str(workspace), "--from", reviews[0], "--to", reviews[-1])
    lengths: dict[str, list[int]] = {}
    for history in tiers[reviews].to_numpy():
        begun = 0
        for number in range(1, len(reviews)):
            if history[number] != history[begun]:
                lengths.setdefault(history[begun], []).append(number - begun)
                begun = number
    expected = {tier: (len(lengths[tier]), sum(lengths[tier]) / len(lengths[tier])) for tier in LADDER}
    assert {each["tier"]: (each["leavers"], pytest.approx(each["mean_reviews"])) for each in answer["stays"]} == expected
