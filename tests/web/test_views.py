"""Eight views beside the pictures that are kept of them: at most one pixel in a thousand differs. World: the served shop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from web.browsing import Watched
from web.conftest import Web
from web.views import MADE_WITH, VIEWS, View, camera, machine, taken

pytestmark = pytest.mark.proof
MOST = 0.001
LARGEST = 60_000
"""Bytes of a kept picture."""


@pytest.fixture(scope="module")
def watched(web: Web, chromium: Any, port: int) -> Iterator[Watched]:
    """A browser that draws letters as they were drawn; skipped where this machine cannot."""
    kept, here = json.loads(MADE_WITH.read_text("utf-8")), machine()
    if kept != here:
        pytest.skip(f"pictures were taken with {kept}, this machine draws with {here}; make baselines takes them anew")
    with camera(chromium, web, port) as found:
        yield found


def changed(before: Image.Image, now: Image.Image) -> float:
    """The share of pixels that differ; all of them where the sizes do."""
    if before.size != now.size:
        return 1.0
    return float((np.asarray(before) != np.asarray(now)).any(axis=2).mean())


@pytest.mark.parametrize("view", VIEWS, ids=lambda each: each.name)
def test_a_view_is_the_picture_of_it(view: View, watched: Watched, tmp_path: Path) -> None:
    now = taken(watched, view)
    now.save(tmp_path / view.file.name)
    assert changed(Image.open(view.file).convert("RGB"), now) <= MOST, f"look at {tmp_path / view.file.name}"
    assert watched.faults() == []


def test_another_picture_is_seen() -> None:
    before = Image.open(VIEWS[0].file).convert("RGB")
    other = before.copy()
    other.paste((255, 0, 0), (100, 100, 140, 125))
    assert changed(before, before) == 0
    assert changed(before, other) > MOST
    assert [view.name for view in VIEWS if view.file.stat().st_size > LARGEST] == []
