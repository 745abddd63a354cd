"""A pinned run: its pages show what was stored with it, whatever has been run since, and say so where nothing was.

World: the served shop with all its analyses (run A), and a later run (B) over half of its orders with none.
"""

from __future__ import annotations

import html
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fenji.domain.access import Role
from fenji.errors import InvalidArgument, NotStored
from fenji.workflow.running import run_all
from fenji.workflow.value import value_at
from fixtures.served import AS_OF
from web.conftest import Web
from web.test_frame import COUNT, NUMBERS

PAGES = (
    "/value",
    "/value/churn",
    "/value/propensity",
    "/value/priority",
    "/structure/baskets",
    "/customers/segments",
    "/structure/concentration",
    "/",
)
NOTHING = "This was not stored with the past run"


def told(page: str) -> list[str]:
    """What stands between the tabs and the foot, as people read it."""
    body = page.partition('class="sentence"')[2].partition("<footer")[0]
    body = re.sub(r"<(script|style).*?</\1>", "", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body)).split()


def test_a_past_run_shows_its_own_analyses_and_no_other(served_root: Path, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(served_root, root)
    web = Web(root)
    before, of_a = web.login(Role.ANALYST), value_at(root)
    pages = {path: before.get(path).text for path in PAGES}
    a = re.search(r"Run (\S+?)</span>", pages["/value"])[1]
    lines = (root / "orders.csv").read_text("utf-8").splitlines()
    (root / "orders.csv").write_text("\n".join([lines[0], *lines[1::2]]) + "\n", "utf-8")
    b = run_all(root, as_of=AS_OF + timedelta(days=31), history=2).run_id
    after = Web(root).login(Role.ANALYST)
    for path, text in pages.items():
        pinned = after.get(path, params={"run": a})
        assert (pinned.status_code, path, 'class="pinned"' in pinned.text) == (200, path, True)
        assert f"as of {AS_OF}" in pinned.text
        assert told(pinned.text) == told(text), path
        assert len(told(text)) > 20
        for link, shown in NUMBERS.findall(pinned.text)[:2]:
            listed = COUNT.search(after.get(html.unescape(link), headers={"fenji-part": "drawer"}).text)
            assert listed, link
            assert listed[1] == shown, link
    for path in PAGES[:6]:
        none = after.get(path, params={"run": b}).text
        assert (NOTHING in none, "Compute it" in none, 'class="pinned"' in none) == (True, False, True), path
        assert "Compute it" in after.get(path).text or "Ask somebody" in after.get(path).text
    assert value_at(root, run_id=a).company == of_a.company
    with pytest.raises(NotStored, match="holds no value"):
        value_at(root, run_id=b)
    with pytest.raises(InvalidArgument, match="followed policy spend"):
        value_at(root, run_id=a, policy="other")
    assert after.get("/api/v1/value", params={"run": a}).json()["run_id"] == of_a.run_id
