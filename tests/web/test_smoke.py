"""Four ways through the pages in a real browser, quick enough for every change: in to a customer, a trial, a file, and language and colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fenji.domain.access import Role
from fenji.web.pages import declared
from web.browsing import Watched
from web.conftest import Web

pytestmark = pytest.mark.slow
ADDRESSES = {each.address for each in declared()}


@pytest.fixture(scope="module")
def watched(web: Web, chromium: Any, port: int) -> Iterator[Watched]:
    """A manager who has come in; Chinese, as most who use it."""
    found = Watched(chromium, web, port, Role.MANAGER)
    yield found
    found.context.close()


@pytest.fixture(autouse=True)
def nothing_is_wrong(watched: Watched) -> Iterator[None]:
    """After each way: no error, nothing refused by the policy of the pages, nothing asked elsewhere."""
    watched.choose(language="zh", theme="light")
    yield
    assert watched.faults() == []


def test_from_the_login_to_a_customer(watched: Watched) -> None:
    watched.open("/")
    number = watched.page.locator("main table a.number").first
    shown = number.inner_text()
    number.click()
    watched.page.wait_for_selector("dialog#drawer[open] tbody tr")
    assert shown in watched.page.locator("#drawer .about").inner_text()
    customer = watched.page.locator("#drawer tbody th a").first
    if "/customers/{customer_key}" in ADDRESSES:
        customer.click()
        watched.page.wait_for_url("**/customers/*")
        assert watched.page.locator("main h1, main h2").first.inner_text()
    else:
        watched.page.keyboard.press("Escape")
        watched.page.wait_for_selector("#drawer:not([open])", state="attached")


@pytest.mark.skipif("/policies" not in ADDRESSES, reason="no pages of policies yet")
def test_another_threshold_is_tried(watched: Watched) -> None:
    watched.open("/policies")
    link = watched.page.locator("main a[href*='/draft']").first
    if not link.count():
        watched.page.locator("main a[href^='/policies/']").first.click()
        watched.page.wait_for_load_state()
        link = watched.page.locator("main a[href*='/draft']").first
    link.click()
    watched.page.wait_for_url("**/draft*")
    field = watched.page.locator("main input[type=number], main input[inputmode]").first
    before = watched.page.locator("main").inner_text()
    field.fill("4000")
    field.press("Tab")
    watched.page.wait_for_function("(before) => document.querySelector('main').innerText !== before", arg=before)


@pytest.mark.skipif("/data/import" not in ADDRESSES, reason="no page of imports yet")
def test_a_file_can_be_brought(watched: Watched) -> None:
    watched.open("/data/import")
    assert watched.page.locator("main form button").first.is_visible()


def test_language_and_colours_keep_the_place(watched: Watched) -> None:
    watched.open("/?vs=2025-11-30")
    watched.page.click("[data-theme-form] button")
    assert watched.page.locator("html").get_attribute("data-theme") == "dark"
    watched.page.click("header button[name=language]")
    watched.page.wait_for_selector("html[lang=en]")
    assert watched.page.url.endswith("/?vs=2025-11-30")
    assert watched.page.locator("html").get_attribute("data-theme") == "dark"
