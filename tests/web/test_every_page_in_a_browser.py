"""Every page in a real browser, in a world whose names wish ill: nothing of it runs, nothing is asked elsewhere, axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fenji.domain.access import Role
from fenji.web.navigation import Entry
from fenji.web.pages import declared
from fixtures.served import served_shop
from web.browsing import NARROW, WIDE, Watched, listening
from web.conftest import Web
from web.hostile import COMPUTED, HOSTILE, NAMES, begin_work
from web.tour import Tour, tabs_of, tour

pytestmark = pytest.mark.proof
AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = "async (rules) => (await axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})).violations.map((each) => `${each.id}: ${each.nodes.length} x ${each.nodes[0].html.slice(0, 160)} (${each.nodes[0].failureSummary.slice(0, 200)})`)"
HALF = {"width": 720, "height": 450}
"""The wide screen at 200 %."""
ROLES = (Role.MANAGER, Role.ADMIN)
LISTS = ("/?list=standing%3Din_tier", "/policies/spend/draft?cut=vip.0%3A400&list=to_tier%3Dvip")
"""Pages on which a list is open."""
REFUSED = ("/nothing", "/?as_of=never")
"""Pages that say that an address means nothing."""
LED_TO_BY_FORMS = ("/search", "/data/import/{import_id}/preview", "/data/import/{import_id}/accept")
GLYPHS = """() => {
  const drawn = (text) => {
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = 48;
    const pen = sheet.getContext("2d");
    pen.font = `36px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(text, 4, 38);
    return sheet.toDataURL();
  };
  return [..."鑫犇𠮷", "\\u{10FFFE}", " "].map(drawn);
}"""
"""Three characters, one that no font has, and nothing, as pictures."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A shop with such names, every analysis of it, and work that stands open."""
    root = served_shop(tmp_path_factory.mktemp("hostile") / "shop", HOSTILE)
    begin_work(root)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FENJI_SOURCE_ERP", "sqlite:///erp.db")
        yield Web(root)


@pytest.fixture(scope="module")
def port(hostile: Web) -> Iterator[int]:
    """Of the shop."""
    with listening(hostile.app) as found:
        yield found


@pytest.fixture(scope="module", params=ROLES)
def role(request: pytest.FixtureRequest) -> Role:
    """Who looks."""
    return Role(request.param)


@pytest.fixture(scope="module")
def walked(hostile: Web, role: Role) -> Tour:
    """The pages that the role comes to."""
    return tour(hostile.login(role), role, most_of_each=1)


@pytest.fixture(scope="module")
def watched(chromium: Any, hostile: Web, port: int, role: Role) -> Iterator[Watched]:
    """Their browser."""
    found = Watched(chromium, hostile, port, role)
    yield found
    found.context.close()


def own_stops(walked: Tour, role: Role) -> list[str]:
    """An address of each page; of the administrator those alone that others do not open."""
    found = [
        stops[0]
        for stops in walked.stops.values()
        if stops and (role is not Role.ADMIN or stops[0].startswith(("/admin", "/account")))
    ]
    return found if role is Role.ADMIN else [*found, *LISTS, *REFUSED]


def test_every_page_is_looked_at(walked: Tour) -> None:
    assert [each for each in walked.missed if each not in LED_TO_BY_FORMS] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_open_to_everybody(language: str, watched: Watched, walked: Tour, role: Role) -> None:
    if not AXE.is_file():
        pytest.skip("no axe-core: make test-web fetches it where npm is")
    source, wrong = AXE.read_text("utf-8"), []
    for at in own_stops(walked, role):
        for theme in ("light", "dark"):
            watched.choose(language=language, theme=theme)
            watched.page.set_viewport_size(WIDE)
            watched.open(at)
            watched.page.evaluate(source)
            for size in (WIDE, NARROW):
                watched.page.set_viewport_size(size)
                wrong += [(at, theme, size["width"], each) for each in watched.page.evaluate(LOOK, RULES)]
    assert sorted(set(wrong)) == []


def test_names_that_wish_ill_are_shown_and_never_run(watched: Watched, walked: Tour, role: Role) -> None:
    wrong, seen = [], ""
    watched.faults()
    for at in own_stops(walked, role):
        answer = watched.open(at)
        watched.page.wait_for_timeout(150)
        wrong += [(at, each) for each in watched.faults(*([f"status of {answer.status}"] if at in REFUSED else []))]
        text = watched.page.locator("body").inner_text()
        seen += text
        wrong += [(at, "a name was computed")] if COMPUTED in text else []
        wrong += [(at, "a bidi override stands as it is")] if "\u202e" in text else []
        for what in ("img[onerror]", "svg[onload]", "[onmouseover]", "a[href^='javascript:' i]", "a[href*='evil.example']"):
            wrong += [(at, what)] if watched.page.locator(what).count() else []
    assert wrong == []
    if role is Role.MANAGER:
        assert any(each[:8] in seen for each in NAMES)


def test_no_page_scrolls_sideways_also_at_twice_the_size(watched: Watched, walked: Tour, role: Role) -> None:
    wrong = []
    for at in own_stops(walked, role):
        for language in ("zh", "en"):
            watched.choose(language=language)
            watched.open(at)
            for size in (NARROW, HALF):
                watched.page.set_viewport_size(size)
                width = watched.page.evaluate("document.documentElement.scrollWidth")
                wrong += [(at, language, size["width"], width)] if width > size["width"] else []
        watched.page.set_viewport_size(WIDE)
    assert wrong == []


def test_every_page_reads_without_scripts_and_in_forced_colours(
    chromium: Any, watched: Watched, walked: Tour, role: Role
) -> None:
    plain = chromium.new_context(java_script_enabled=False, locale="en", forced_colors="active")
    plain.add_cookies(watched.context.cookies())
    page, wrong = plain.new_page(), []
    for at in own_stops(walked, role):
        page.goto(watched.origin + at)
        wrong += [(at, "empty")] if len(page.locator("main").inner_text()) < 40 else []
        for form in page.locator("main form").all():
            has_button = form.locator("button:not([type=button]), input[type=submit]").count() or form.get_attribute("id")
            wrong += [] if has_button else [(at, f"a form without a button: {form.evaluate('each => each.outerHTML')[:160]}")]
    plain.close()
    assert wrong == []


@pytest.mark.parametrize("screen", [("zh-CN", WIDE), ("en", NARROW)], ids=["zh-1440", "en-390"])
@pytest.mark.parametrize("own", [each for each in Role if each is not Role.SERVICE])
def test_f11_each_role_walks_by_the_menu_through_its_pages_and_through_no_others(
    own: Role, screen: Any, chromium: Any, hostile: Web, port: int
) -> None:
    language, size = screen
    walker, tabs, wrong = Watched(chromium, hostile, port, own, viewport=size, locale=language), tabs_of(own), []
    page, side = walker.page, walker.page.locator("#nav a[data-key]")
    assert side.count() == len(tabs)
    for number, pages in enumerate(tabs.values()):
        if size is NARROW:
            page.click("[data-opens-nav]")
        side.nth(number).click()
        page.wait_for_url(f"{walker.origin}{pages[0].address}")
        led_to = [each.get_attribute("href").partition("?")[0] for each in page.locator("nav.tabs a").all()]
        wrong += [(pages[0].address, led_to)] if led_to != ([each.address for each in pages] if len(pages) > 1 else []) else []
        for each in pages[1:]:
            page.locator(f"nav.tabs a[href^='{each.address}']").first.click()
            page.wait_for_url(re.compile(re.escape(walker.origin + each.address) + r"(\?.*)?$"))
            wrong += [(each.address, "empty")] if len(page.locator("main").inner_text()) < 40 else []
    wrong += walker.faults()
    mine = {each.address for pages in tabs.values() for each in pages}
    for each in (other for other in declared() if other.is_tab and other.entry is not Entry.PERSON):
        status = walker.open(each.address).status
        wrong += [(each.address, status)] if status != (200 if each.address in mine else 403) else []
    wrong += walker.faults("status of 403")
    walker.context.close()
    assert wrong == []


def test_characters_of_names_are_no_boxes(watched: Watched) -> None:
    watched.open("/")
    drawn = watched.page.evaluate(GLYPHS)
    assert len(set(drawn)) == len(drawn)
