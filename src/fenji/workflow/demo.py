"""With what does the demo begin, and what of its run is worth a look? Online Retail II, two years of a British gift shop, ships with fenji."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import resources
from pathlib import Path

from fenji.answers.demo import DemoReview
from fenji.choices import SETTINGS_FILE
from fenji.documents.loyalty import LOYALTY_FILE
from fenji.domain.policies import Cause
from fenji.domain.steps import Step
from fenji.errors import Conflict
from fenji.language import Language
from fenji.language import message as _
from fenji.settings import render_settings_toml
from fenji.tables import clean, insight
from fenji.workspace.folder import POLICIES_FOLDER, SOURCES_FILE, has_program, open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.templates import write_new

AS_OF = date(2011, 12, 9)
"""The last day of the data."""
REVIEWS = 24
LOST_AFTER_DAYS = 365
HISTORY_BEGINS_ON = date(2010, 1, 31)
"""The end of the first month whose review shows anything; the windows are full from 2010-11-30 on."""
QUARTER_BEGAN = date(2011, 8, 31)
"""The review before the last quarter of the data."""
POLICY = "spend"
IDEA_FILE = "ideas/vip-from-8000.yaml"
"""A policy that nobody has decided on, for the what-if."""
ADVOCATE, FRIEND = "12347", "12348"
"""Two customers: who is said to have brought whom."""
DATA_FILE = "online_retail_ii.parquet"
ATTRIBUTION_FILE = "ATTRIBUTION.md"


def make_demo(root: Path, language: Language) -> None:
    """Makes the demo's workspace, or leaves the one that is there.

    Args:
        root: its folder.
        language: of the workspace.

    Raises:
        Conflict: the folder holds something else.
    """
    package = resources.files("fenji") / "demo_data"
    data = root / "data" / DATA_FILE
    if (root / SETTINGS_FILE).is_file() and data.is_file():
        if not (root / LOYALTY_FILE).exists():  # of an earlier version
            write_new(root, {LOYALTY_FILE: (package / LOYALTY_FILE).read_text(encoding="utf-8")})
        return
    if root.exists() and any(root.iterdir()):
        raise Conflict.of(
            _("{folder} is not empty and is no demo workspace."),
            advice=Step.CHOOSE_FOLDER,
            folder=str(root),
        )
    policy = (package / f"{POLICY}.yaml").read_text(encoding="utf-8")
    texts = {
        SETTINGS_FILE: render_settings_toml(
            language,
            language=language,
            currency="GBP",
            time_zone="Europe/London",
            lost_after_days=LOST_AFTER_DAYS,
            history_begins_on=HISTORY_BEGINS_ON,
        ),
        SOURCES_FILE: (package / SOURCES_FILE).read_text(encoding="utf-8"),
        f"{POLICIES_FOLDER}/{POLICY}.yaml": policy,
        LOYALTY_FILE: (package / LOYALTY_FILE).read_text(encoding="utf-8"),
        IDEA_FILE: policy.replace("version: 1", "version: 2").replace("net_revenue_12m >= 10000", "net_revenue_12m >= 8000"),
        f"data/{ATTRIBUTION_FILE}": (package / ATTRIBUTION_FILE).read_text(encoding="utf-8"),
    }
    write_new(root, texts)
    with resources.as_file(package / DATA_FILE) as packaged:
        shutil.copyfile(packaged, data)


def reviews_of(root: Path, run_id: str) -> tuple[DemoReview, ...]:
    """The customers of every tier at every review."""
    with open_question(open_workspace(root)) as session:
        rows = session.engine.fetch(session.read(run_id, insight.TIER_COUNT).order_by("as_of", "rank")).to_pylist()
    days = dict.fromkeys(row["as_of"] for row in rows)
    return tuple(DemoReview(day, {row["tier"]: row["customers"] for row in rows if row["as_of"] == day}) for day in days)


def has_points(root: Path) -> bool:
    """Whether the demo's points program is in force already."""
    return has_program(open_workspace(root))


def largest_fall(root: Path, run_id: str) -> str:
    """The customer who brings most of those who fell at the last review: whom a manager would ask about first."""
    with open_question(open_workspace(root)) as session:
        decided = session.read(run_id, insight.TIER_ASSIGNMENT, as_of=AS_OF)
        customer = session.read(run_id, clean.CUSTOMER)
        fell = decided.filter(decided.cause == Cause.DOWNGRADE.value).select("customer_key", "net_revenue_12m")
        named = fell.inner_join(customer.select("customer_key", "customer_id"), "customer_key")
        first = named.order_by(named.net_revenue_12m.desc(), named.customer_key.asc()).limit(1)
        return str(session.engine.fetch(first)["customer_id"][0].as_py())
