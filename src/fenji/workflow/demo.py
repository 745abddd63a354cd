"""What does fenji do? The whole thread on a data set that ships with it: Online Retail II, two years of a British gift shop."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

from fenji.answers.moves import MovesResult
from fenji.answers.runs import QualityResult, RunResult
from fenji.answers.tiers import TiersResult
from fenji.answers.why import WhyResult
from fenji.choices import SETTINGS_FILE, EngineName
from fenji.domain.policies import Cause
from fenji.errors import Conflict
from fenji.language import Language
from fenji.language import message as _
from fenji.settings import render_settings_toml
from fenji.tables import clean, insight
from fenji.workflow.initiating import write_new
from fenji.workflow.moves import moves_between
from fenji.workflow.quality import report_quality
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workflow.whatif import WhatIfResult, whatif_at
from fenji.workflow.why import why_of
from fenji.workspace.folder import POLICIES_FOLDER, SOURCES_FILE, open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent

AS_OF = date(2011, 12, 9)
"""The last day of the data."""
REVIEWS = 24
LOST_AFTER_DAYS = 365
QUARTER_BEGAN = date(2011, 8, 31)
"""The review before the last quarter of the data."""
POLICY = "spend"
IDEA_FILE = "ideas/vip-from-8000.yaml"
"""A policy that nobody has decided on, for the what-if."""
DATA_FILE = "online_retail_ii.parquet"
ATTRIBUTION_FILE = "ATTRIBUTION.md"


@dataclass(frozen=True)
class DemoReview:
    """The customers of every tier at one review."""

    as_of: date
    customers: Mapping[str, int]
    """Tier -> customers, lowest first."""


@dataclass(frozen=True)
class DemoResult:
    """What the demo showed, from its own run."""

    workspace: str
    run: RunResult
    quality: QualityResult
    tiers: TiersResult
    reviews: tuple[DemoReview, ...]
    moves: MovesResult
    why: WhyResult
    whatif: WhatIfResult
    seconds: float


def run_demo(root: Path, *, language: Language, engine: EngineName | None = None, progress: Progress = silent) -> DemoResult:
    """Makes the demo's workspace (or uses it again), decides two years of reviews, and reads back what they say.

    Args:
        root: folder of the demo workspace.
        language: of the workspace.
        engine: DuckDB where None.
        progress: told about each step.

    Raises:
        Conflict: the folder holds something else.
    """
    began = time.monotonic()
    _make_workspace(root, language)
    run = run_all(root, as_of=AS_OF, history=REVIEWS, engine=engine, progress=progress)
    return DemoResult(
        workspace=str(root),
        run=run,
        quality=report_quality(root),
        tiers=tiers_at(root, as_of=AS_OF),
        reviews=_reviews(root, run.run_id),
        moves=moves_between(root, earlier_on=QUARTER_BEGAN, as_of=AS_OF),
        why=why_of(root, _largest_fall(root, run.run_id)),
        whatif=whatif_at(root, root / IDEA_FILE, as_of=AS_OF),
        seconds=time.monotonic() - began,
    )


def _reviews(root: Path, run_id: str) -> tuple[DemoReview, ...]:
    """The customers of every tier at every review."""
    with open_question(open_workspace(root)) as session:
        rows = session.engine.fetch(session.read(run_id, insight.TIER_COUNT).order_by("as_of", "rank")).to_pylist()
    days = dict.fromkeys(row["as_of"] for row in rows)
    return tuple(DemoReview(day, {row["tier"]: row["customers"] for row in rows if row["as_of"] == day}) for day in days)


def _largest_fall(root: Path, run_id: str) -> str:
    """The customer who brings most of those who fell at the last review: whom a manager would ask about first."""
    with open_question(open_workspace(root)) as session:
        decided = session.read(run_id, insight.TIER_ASSIGNMENT, as_of=AS_OF)
        customer = session.read(run_id, clean.CUSTOMER)
        fell = decided.filter(decided.cause == Cause.DOWNGRADE.value).select("customer_key", "net_revenue_12m")
        named = fell.inner_join(customer.select("customer_key", "customer_id"), "customer_key")
        first = named.order_by(named.net_revenue_12m.desc(), named.customer_key.asc()).limit(1)
        return str(session.engine.fetch(first)["customer_id"][0].as_py())


def _make_workspace(root: Path, language: Language) -> None:
    package = resources.files("fenji") / "demo_data"
    data = root / "data" / DATA_FILE
    if (root / SETTINGS_FILE).is_file() and data.is_file():
        return
    if root.exists() and any(root.iterdir()):
        raise Conflict.of(
            _("{folder} is not empty and is no demo workspace."),
            advice=_("Choose another folder with --workspace."),
            folder=str(root),
        )
    policy = (package / f"{POLICY}.yaml").read_text(encoding="utf-8")
    texts = {
        SETTINGS_FILE: render_settings_toml(
            language, language=language, currency="GBP", time_zone="Europe/London", lost_after_days=LOST_AFTER_DAYS
        ),
        SOURCES_FILE: (package / SOURCES_FILE).read_text(encoding="utf-8"),
        f"{POLICIES_FOLDER}/{POLICY}.yaml": policy,
        IDEA_FILE: policy.replace("version: 1", "version: 2").replace("net_revenue_12m >= 10000", "net_revenue_12m >= 8000"),
        f"data/{ATTRIBUTION_FILE}": (package / ATTRIBUTION_FILE).read_text(encoding="utf-8"),
    }
    write_new(root, texts)
    with resources.as_file(package / DATA_FILE) as packaged:
        shutil.copyfile(packaged, data)
