"""Pages in a real browser: coming in, the overview, a list behind a number and Back, language and colours, on a wide and a narrow screen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from fenji.domain.access import Role
from fenji.workflow.access.people import add_person
from web.browsing import NARROW, WIDE, chromium_or_skip, listening
from web.conftest import PASSWORD, Web

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser, where there is one."""
    with chromium_or_skip() as found:
        yield found


@pytest.fixture(scope="module")
def port(web: Web) -> Iterator[int]:
    """Of the served shop."""
    with listening(web.app) as found:
        yield found


@pytest.fixture(params=["localhost", "127.0.0.1"])
def page(request: pytest.FixtureRequest, web: Web, chromium: Any, port: int) -> Iterator[Any]:
    """A page in which an analyst has come in by the link that was made for them; nothing may be wrong in it."""
    link = add_person(web.root, "李 分析", f"browser.{request.param}.{time.monotonic_ns()}", [Role.ANALYST]).link
    context = chromium.new_context(viewport=WIDE, locale="zh-CN", reduced_motion="reduce")
    opened, wrong = context.new_page(), []
    opened.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.goto(f"http://{request.param}:{port}{link.path}")
    opened.fill("[name=password]", PASSWORD)
    opened.click("button.main")
    opened.wait_for_url("**/")
    yield opened
    context.close()
    assert wrong == []


def test_a_number_opens_its_list_and_back_closes_it(page: Any) -> None:
    number = page.locator("tbody a.number").first
    shown = number.inner_text()
    before = page.url
    number.click()
    page.wait_for_selector("dialog[open] tbody tr")
    assert shown in page.locator("#drawer .about").inner_text()
    assert "list=" in page.url
    shared = page.url
    page.go_back()
    page.wait_for_selector("#drawer:not([open])", state="attached")
    assert page.url == before
    page.go_forward()
    page.wait_for_selector("dialog[open] tbody tr")
    page.keyboard.press("Escape")
    page.wait_for_selector("#drawer:not([open])", state="attached")
    page.goto(shared)
    page.wait_for_selector("dialog[open] tbody tr")
    page.click("[data-close-drawer]")
    page.wait_for_selector("#drawer:not([open])", state="attached")
    assert "list=" not in page.url


def test_language_and_colours_change_where_one_stands(page: Any) -> None:
    page.goto(f"{page.url}?vs=2025-12-31")
    assert page.locator("h1").inner_text() == "总览"
    page.click("[data-theme-form] button")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.click("header button[name=language]")
    page.wait_for_selector("html[lang=en]")
    assert page.url.endswith("?vs=2025-12-31")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("h1").inner_text() == "Overview"


def test_a_narrow_screen_does_not_scroll_sideways(page: Any) -> None:
    page.set_viewport_size(NARROW)
    for path in ("", "account"):
        page.goto(page.url.partition("?")[0].removesuffix("account") + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not page.locator("#nav a").first.is_visible()
    page.click("[data-opens-nav]")
    assert page.locator("#nav a").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#nav a").first.is_visible()


def test_the_scope_is_chosen_without_and_with_scripts(page: Any, chromium: Any) -> None:
    page.select_option("select[name=as_of]", index=2)
    page.wait_for_url("**as_of=*")
    assert "vs=" not in page.url
    plain = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    plain.add_cookies(page.context.cookies())
    quiet = plain.new_page()
    quiet.goto(page.url)
    quiet.select_option("select[name=as_of]", index=1)
    quiet.click(".scope button")
    assert "as_of=" in quiet.url
    quiet.locator("tbody a.number").first.click()
    assert quiet.locator("dialog[open] tbody tr").count() > 0
    quiet.click("[data-close-drawer]")
    assert quiet.locator("dialog[open]").count() == 0
    plain.close()
