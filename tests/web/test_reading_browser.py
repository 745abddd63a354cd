"""Reading in a real browser: from a number to why and back, two dates beside each other, a list as a workbook, another language (flows F2, F3, F9, F12)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fenji.domain.access import Role
from web.browsing import NARROW, WIDE, Watched
from web.conftest import Web

pytestmark = pytest.mark.proof
SHOWN = [(language, size) for language in ("zh", "en") for size in (WIDE, NARROW)]
OPENED, CLOSED = "dialog#drawer[open] tbody tr", "#drawer:not([open])"
WHY = {"zh": "为什么在这个等级", "en": "Why this tier"}
EARLIER = "2025-06-30"
NUMBERS = re.compile(r"[\d,]+")
Enter = Callable[..., Watched]


@pytest.fixture(scope="module")
def enter(web: Web, chromium: Any, port: int) -> Iterator[Enter]:
    """Opens a browser of somebody of a role."""
    entered: list[Watched] = []

    def come_in(role: Role, **settings: Any) -> Watched:
        entered.append(Watched(chromium, web, port, role, **settings))
        return entered[-1]

    yield come_in
    for each in entered:
        each.context.close()


@pytest.fixture(scope="module")
def manager(enter: Enter) -> Watched:
    """Of a manager."""
    return enter(Role.MANAGER)


@pytest.fixture
def watched(manager: Watched) -> Iterator[Watched]:
    """The same, wide and in Chinese; nothing may go wrong in it."""
    manager.choose(language="zh", theme="light")
    manager.page.set_viewport_size(WIDE)
    yield manager
    assert manager.faults() == []


def count_of(text: str) -> int:
    return int(NUMBERS.search(text)[0].replace(",", ""))


def ladder(page: Any) -> dict[str, int]:
    """Customers of each tier, as the overview shows them."""
    rows = page.locator(".ladder tbody tr").all()
    return {each.locator("th .tier").inner_text(): count_of(each.locator("td").first.inner_text()) for each in rows}


@pytest.mark.parametrize(("language", "size"), SHOWN, ids=lambda each: each if isinstance(each, str) else str(each["width"]))
def test_f2_from_a_number_to_why_and_back_three_times(language: str, size: Any, watched: Watched) -> None:
    page = watched.page
    watched.choose(language=language)
    page.set_viewport_size(size)
    watched.open("/")
    number = page.locator(".ladder tbody a.number:visible").first
    shown, places = number.inner_text(), [page.url]
    number.click()
    page.wait_for_selector(OPENED)
    assert count_of(page.locator("#drawer .about").inner_text()) == count_of(shown)
    for selector, address in (("#drawer tbody th a", "**/customers/*"), ("a.step", "**as_of=*")):
        places.append(page.url)
        page.locator(selector).first.click()
        page.wait_for_url(address)
        assert page.get_by_role("heading", name=WHY[language]).count() == 1
    for place in reversed(places):
        page.go_back()
        page.wait_for_url(place)
    page.wait_for_selector(CLOSED, state="attached")
    assert page.locator(".ladder tbody a.number:visible").first.inner_text() == shown


def test_f2_by_keys_alone(watched: Watched) -> None:
    page = watched.page
    watched.open("/")
    watched.reach(".ladder tbody a.number")
    shown = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    page.wait_for_selector(OPENED)
    page.keyboard.press("Escape")
    page.wait_for_selector(CLOSED, state="attached")
    assert page.evaluate("document.activeElement.innerText") == shown
    page.keyboard.press("Enter")
    page.wait_for_selector(OPENED)
    watched.reach("#drawer tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    watched.reach("a.step")
    page.keyboard.press("Enter")
    page.wait_for_url("**as_of=*")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_selector(".ladder")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.matches('[data-search]')")


def test_a_list_opens_again_by_forward_and_by_its_address(watched: Watched) -> None:
    page = watched.page
    watched.open("/")
    before = page.url
    page.locator(".ladder tbody a.number").first.click()
    page.wait_for_selector(OPENED)
    shared = page.url
    page.go_back()
    page.wait_for_selector(CLOSED, state="attached")
    assert page.url == before
    page.go_forward()
    page.wait_for_selector(OPENED)
    page.goto(shared)
    page.wait_for_selector(OPENED)
    page.click("[data-close-drawer]")
    page.wait_for_selector(CLOSED, state="attached")
    assert "list=" not in page.url


def test_f2_and_the_scope_without_scripts(enter: Enter) -> None:
    watched = enter(Role.ANALYST, host="127.0.0.1", java_script_enabled=False)
    page = watched.page
    page.select_option("select[name=as_of]", index=1)
    page.click(".scope button")
    assert "as_of=" in page.url
    number = page.locator(".ladder tbody a.number").first
    shown = number.inner_text()
    number.click()
    assert count_of(page.locator("dialog[open] .about").inner_text()) == count_of(shown)
    page.click("[data-close-drawer]")
    assert page.locator("dialog[open]").count() == 0
    page.go_back()
    page.locator("dialog[open] tbody th a").first.click()
    page.locator("a.step").first.click()
    assert page.get_by_role("heading", name=WHY["zh"]).count() == 1
    assert watched.faults() == []


def test_the_menu_of_a_narrow_screen_opens_and_closes(watched: Watched) -> None:
    page, first = watched.page, watched.page.locator("#nav a").first
    page.set_viewport_size(NARROW)
    watched.open("/")
    assert not first.is_visible()
    page.click("[data-opens-nav]")
    assert first.is_visible()
    page.keyboard.press("Escape")
    assert not first.is_visible()


@pytest.mark.parametrize(("language", "size"), SHOWN, ids=lambda each: each if isinstance(each, str) else str(each["width"]))
def test_f3_two_dates_beside_each_other_and_the_link_shows_them_to_another(
    language: str, size: Any, watched: Watched, enter: Enter
) -> None:
    page = watched.page
    watched.choose(language=language)
    watched.open(f"/?as_of={EARLIER}")
    then = ladder(page)
    watched.open("/")
    page.select_option("select[name=vs]", EARLIER)
    page.wait_for_url(f"**vs={EARLIER}*")
    rows = page.locator(".ladder tbody tr").all()
    assert {each.locator("th .tier").inner_text(): count_of(each.locator("td").nth(1).inner_text()) for each in rows} == then
    page.set_viewport_size(size)
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("[data-copy-address]")
    copied = page.wait_for_function("() => navigator.clipboard.readText()").json_value()
    assert copied == page.url
    other = enter(Role.MANAGER, viewport=size)
    other.choose(language=language)
    other.page.goto(copied)
    assert other.page.locator("main").inner_text() == page.locator("main").inner_text()
    assert other.faults() == []


HEADS = {"zh": ("当前等级", "近12个月净收入"), "en": ("tier", "net revenue, last twelve months")}


def rows_of(heads: list[str], rows: list[list[str]], language: str) -> list[tuple[str, ...]]:
    """Customer, tier and revenue of each row, by the headings above them."""
    plain = [re.sub(r" ↓$|\s*[（(][A-Z]{3}[）)]$", "", each).lower() for each in heads]
    places = [0, *(plain.index(each) for each in HEADS[language])]
    return [tuple(row[place] for place in places) for row in rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_f9_a_list_as_a_workbook_holds_what_the_drawer_shows(language: str, enter: Enter, tmp_path: Path) -> None:
    watched = enter(Role.ANALYST, accept_downloads=True)
    page = watched.page
    watched.choose(language=language)
    watched.open("/")
    next(each for each in page.locator(".ladder tbody a.number").all() if 1 < count_of(each.inner_text()) <= 50).click()
    page.wait_for_selector(OPENED)
    rows = [each.locator("th, td").all_inner_texts() for each in page.locator("#drawer tbody tr").all()]
    shown = rows_of(page.locator("#drawer thead th").all_inner_texts(), rows, language)
    conditions = page.locator("#drawer-title").inner_text()
    page.locator("#drawer .drawer-tools a.button").click()
    page.wait_for_url("**/customers?*")
    page.locator("details.tool summary", has_text={"zh": "导出", "en": "Export"}[language]).click()
    with page.expect_download() as coming:
        page.click("button[name=form][value=xlsx]")
    coming.value.save_as(tmp_path / "list.xlsx")
    sheet, source = openpyxl.load_workbook(tmp_path / "list.xlsx").worksheets
    heads, *found = ([*each] for each in sheet.iter_rows(values_only=True))
    written = rows_of(heads, found, language)
    assert [(customer.split()[0], tier) for customer, tier, _money in shown] == [
        (customer, tier) for customer, tier, _money in written
    ]
    assert [Decimal(re.sub(r"[^\d.\-]", "", money)) for *_who, money in shown] == [
        Decimal(str(money)) for *_who, money in written
    ]
    told = [(str(title), str(value)) for title, value in source.iter_rows(max_col=2, values_only=True)]
    assert source.title == {"zh": "来源", "en": "source"}[language]
    assert any(value and value.lower() in conditions.lower() for _title, value in told)
    assert str(len(found)) in dict(told).values()
    assert watched.faults() == []


@pytest.mark.parametrize("first", ["zh", "en"])
def test_f12_another_language_and_theme_keep_address_and_fields(first: str, watched: Watched) -> None:
    page, then = watched.page, {"zh": "en", "en": "zh"}[first]
    typed = {
        f"/policies/overrides?vs={EARLIER}": {
            "#field-customer": "VIP 老客户",
            "#field-ends": "2027-01-31",
            "#field-reason": "two\nlines",
        },
        f"/customers?vs={EARLIER}&where=orders_12m+>%3D+1": {"[name=number]": "3"},
        "/policies/spend/draft": {'[name="cut:vip.0"]': "4321.5", "#field-why": "为了新客户"},
    }
    for address, fields in typed.items():
        watched.choose(language=first, theme="light")
        watched.open(address)
        for selector, text in fields.items():
            if not page.locator(selector).is_visible():
                page.locator("details.tool summary").first.click()
            page.fill(selector, text)
        if "draft" in address:
            page.wait_for_url("**cut=vip.0%3A4321.5*")
        place = page.url
        page.click("[data-theme-form] button")
        page.wait_for_selector("html[data-theme=dark]")
        page.click(f"header button[name=language][value={then}]")
        page.wait_for_selector(f"html[lang={'zh-CN' if then == 'zh' else then}]")
        page.wait_for_load_state()
        assert page.url == place
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert {selector: page.input_value(selector) for selector in fields} == fields
    assert page.locator('[data-out="up"]').first.inner_text() != ""


def test_a_refused_form_is_read_in_the_other_language_with_what_was_typed(watched: Watched) -> None:
    page = watched.page
    watched.open("/policies/spend/draft")
    page.fill('[name="cut:vip.0"]', "1")
    page.fill("#field-why", "to see")
    page.click("#submit button[value=submit]")
    page.wait_for_selector("#rule-high .badge.bad")
    assert page.url.endswith("/draft/submit")
    page.click("header button[name=language][value=en]")
    page.wait_for_selector("html[lang=en]")
    assert "/policies/spend/draft?draft=" in page.url
    assert (page.input_value('[name="cut:vip.0"]'), page.input_value("#field-why")) == ("1", "to see")
    assert watched.faults("status of 422") == []
