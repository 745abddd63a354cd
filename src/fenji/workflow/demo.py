"""What does fenji do? The whole thread on a data set that ships with it: Online Retail II, two years of a British gift shop."""

from __future__ import annotations

import shutil
import time
from datetime import date
from importlib import resources
from pathlib import Path

from fenji.errors import Conflict
from fenji.language import Language
from fenji.language import message as _
from fenji.settings import SETTINGS_FILE, EngineName, render_settings_toml
from fenji.workflow.initiating import template_text, write_new
from fenji.workflow.progress import Progress, silent
from fenji.workflow.quality import report_quality
from fenji.workflow.results import DemoResult
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workflow.workspace import POLICIES_FOLDER, SOURCES_FILE

AS_OF = date(2011, 12, 9)
"""The last day of the data."""
POLICY = "spend"
DATA_FILE = "online_retail_ii.parquet"
ATTRIBUTION_FILE = "ATTRIBUTION.md"


def run_demo(root: Path, *, language: Language, engine: EngineName | None = None, progress: Progress = silent) -> DemoResult:
    """Makes the demo's workspace (or uses it again), runs it, and reads back quality and tiers.

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
    run = run_all(root, as_of=AS_OF, engine=engine, progress=progress)
    quality = report_quality(root)
    tiers = tiers_at(root, as_of=AS_OF)
    return DemoResult(str(root), run, quality, tiers, time.monotonic() - began)


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
    texts = {
        SETTINGS_FILE: render_settings_toml(language, language=language, currency="GBP", time_zone="Europe/London"),
        SOURCES_FILE: (package / SOURCES_FILE).read_text(encoding="utf-8"),
        f"{POLICIES_FOLDER}/{POLICY}.yaml": template_text(POLICY, f"{POLICIES_FOLDER}/{POLICY}.yaml"),
        f"data/{ATTRIBUTION_FILE}": (package / ATTRIBUTION_FILE).read_text(encoding="utf-8"),
    }
    write_new(root, texts)
    with resources.as_file(package / DATA_FILE) as packaged:
        shutil.copyfile(packaged, data)
