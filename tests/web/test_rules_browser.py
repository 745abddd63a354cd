"""Rules in a real browser over the demo: thresholds by dragging, typing and keys; a draft from hand to hand; a tier by hand."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fenji.domain.access import Role
from fenji.language import Language
from fenji.workflow.access.people import add_person
from fenji.workflow.demo import make_demo
from fenji.workflow.running import run_all
from fenji.workflow.why import why_of
from web.conftest import PASSWORD, Web
from web.test_browser import NARROW, WIDE, chromium, listening

pytestmark = [pytest.mark.proof, pytest.mark.apart]
EDITOR = "/policies/spend/draft"
__all__ = ["chromium"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Web:
    """The demo, run up to its last day."""
    root = tmp_path_factory.mktemp("rules") / "demo"
    make_demo(root, Language.EN)
    run_all(root, as_of=date(2011, 12, 9), history=3)
    return Web(root)


@pytest.fixture(scope="module")
def place(demo: Web) -> Iterator[str]:
    """Where it is served."""
    with listening(demo.app) as port:
        yield f"http://localhost:{port}"


Enter = Callable[..., Any]


@pytest.fixture
def enter(demo: Web, place: str, chromium: Any) -> Iterator[Enter]:
    """Opens a page in which somebody of a role has come in; nothing may be wrong in it."""
    contexts, wrong = [], []

    def entered(role: Role, language: str = "en", *, scripts: bool = True, size: Any = WIDE) -> Any:
        link = add_person(demo.root, "Somebody", f"rules.{role}.{time.monotonic_ns()}", [role]).link
        context = chromium.new_context(viewport=size, locale=language, reduced_motion="reduce", java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{place}{link.path}")
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        page.wait_for_url(f"{place}/")
        return page

    yield entered
    for each in contexts:
        each.close()
    assert [each for each in wrong if "422" not in each and "409" not in each] == []


def out(page: Any, key: str) -> str:
    return page.locator(f'[data-out="{key}"]').first.inner_text()


def waits_for(page: Any, key: str, text: str) -> None:
    page.wait_for_function("([key, text]) => document.querySelector(`[data-out='${key}']`).textContent === text", arg=[key, text])


def whatif(root: Path, text: str, tmp_path: Path) -> Any:
    """What the command says about a text."""
    file = tmp_path / "tried.yaml"
    file.write_text(text, "utf-8")
    command = [sys.executable, "-m", "fenji", "whatif", str(file), "--workspace", str(root), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_thresholds_move_by_typing_keys_and_dragging(language: str, enter: Enter, demo: Web, place: str, tmp_path: Path) -> None:
    page = enter(Role.ANALYST, language)
    page.goto(f"{place}{EDITOR}")
    page.wait_for_selector("[data-histogram] svg .cut-grip")
    page.fill('[name="cut:vip.0"]', "8000")
    waits_for(page, "up", "27")
    assert (out(page, "down"), out(page, "stay"), out(page, "then.vip")) == ("0", "4,245", "119")
    assert "242,203.12" in out(page, "up_money")
    assert "cut=vip.0%3A8000" in page.url
    text = (
        (demo.root / "policies" / "spend.yaml").read_text("utf-8").replace("net_revenue_12m >= 10000", "net_revenue_12m >= 8000")
    )
    told = whatif(demo.root, text, tmp_path)
    assert (told["up"]["customers"], told["down"]["customers"]) == (27, 0)
    assert [out(page, f"then.{each['tier']}") for each in told["new"]["tiers"]] == [
        f"{each['customers']:,}" for each in told["new"]["tiers"]
    ]
    page.locator('[data-out="cell.high.vip"]').click()
    page.wait_for_selector("dialog[open] tbody tr")
    assert page.locator("dialog[open] tbody tr").count() == 27
    page.go_back()
    page.wait_for_selector("#drawer:not([open])", state="attached")
    slider = page.locator('[data-threshold="vip.0"] input[type=range]')
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[name=\"cut:vip.0\"]').value !== '8000'")
    # Lines are drawn anew with every answer, so the place is asked for in one go.
    x, y = page.evaluate(
        """() => {
          const line = document.querySelector('.cut-grip[data-key="entry.0"]');
          line.scrollIntoView({ block: "center" });
          const box = line.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=6)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector(\"[data-out='down']\").textContent !== '0'")
    entry = float(page.input_value('[name="cut:entry.0"]'))
    assert entry > 500
    page.locator("[data-text-panel] summary").click()
    page.wait_for_function(
        "(line) => document.getElementById('field-text').value.includes(line)", arg=f"net_revenue_12m >= {entry:g}"
    )
    assert page.input_value("#field-text").startswith("# Yearly revenue alone")


def test_without_scripts_one_button_gives_the_same(enter: Enter, place: str) -> None:
    page = enter(Role.ANALYST, scripts=False)
    page.goto(f"{place}{EDITOR}")
    page.fill('[name="cut:vip.0"]', "8000")
    page.click(".thresholds ~ * button[value=try], #thresholds button[value=try]")
    assert (out(page, "up"), out(page, "then.vip")) == ("27", "119")
    page.locator('[data-out="cell.high.vip"]').click()
    assert page.locator("dialog[open] tbody tr").count() == 27


def test_a_draft_is_refused_by_the_linter_mended_approved_and_published_and_a_second_tab_hears_of_it(
    enter: Enter, place: str
) -> None:
    page = enter(Role.ANALYST)
    page.goto(f"{place}{EDITOR}")
    page.fill('[name="cut:vip.0"]', "800")
    page.fill("#field-why", "more customers shall feel at home")
    page.click("#submit button[value=submit]")
    page.wait_for_selector("#rule-middle .badge.bad")
    other = page.context.new_page()
    other.set_default_timeout(120_000)
    number = page.input_value("[name=draft]")
    other.goto(f"{place}{EDITOR}?draft={number}")
    page.fill('[name="cut:vip.0"]', "8000")
    page.click("#submit button[value=submit]")
    page.wait_for_url(f"{place}/policies/drafts/{number}")
    other.fill('[name="cut:vip.0"]', "9000")
    other.click("button[value=save]")
    other.wait_for_selector(".problems[role=alert]:not([hidden])")
    assert other.input_value('[name="cut:vip.0"]') == "9000"
    other.close(run_before_unload=False)
    manager = enter(Role.MANAGER)
    manager.goto(f"{place}/policies/approvals")
    manager.click(f'a[href="/policies/drafts/{number}"]')
    assert manager.locator("main").inner_text().count("27") > 0
    manager.click("form[action$='/approve'] button")
    manager.wait_for_selector("form[action$='/publish']")
    manager.fill("#field-day", "2012-02-01")
    manager.click("form[action$='/publish'] button")
    manager.wait_for_selector(".said")
    manager.goto(f"{place}/policies/spend?version=2")
    assert "more customers shall feel at home" in manager.locator(".sentence").inner_text()
    assert manager.locator(".lines li").count() > 0


def test_a_tier_by_hand_shows_in_why_and_needs_no_scripts(enter: Enter, demo: Web, place: str) -> None:
    page = enter(Role.ANALYST, scripts=False)
    page.goto(f"{place}/policies/overrides")
    page.fill("#field-customer", "17581")
    page.select_option("#field-tier", "spend/vip")
    page.fill("#field-begins", "2011-12-01")
    page.fill("#field-ends", "2012-06-30")
    page.fill("#field-reason", "opens a second shop")
    page.click("#ask button.main")
    page.wait_for_selector(".said")
    manager = enter(Role.MANAGER, scripts=False)
    manager.goto(f"{place}/policies/approvals")
    manager.click("details.decide summary")
    manager.click("form[action$='/approve'] button")
    manager.wait_for_selector(".said")
    run_all(demo.root, as_of=date(2011, 12, 9), history=3)
    found = why_of(demo.root, "17581")
    assert found.tier == "vip"
    assert found.cause == "override"


def test_a_narrow_screen_holds_the_editor(enter: Enter, place: str) -> None:
    page = enter(Role.ANALYST, "zh-CN", size=NARROW)
    for path in (EDITOR, "/policies", "/policies/spend", "/policies/overrides"):
        page.goto(f"{place}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
