"""Which pages are there to be looked at? All that the navigation knows, one with a parameter by a link that leads to it."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from starlette.testclient import TestClient

from fenji.domain.access import RIGHTS_OF, Right, Role
from fenji.web.navigation import Entry, Page
from fenji.web.pages import declared

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')
NUMBER = re.compile(r'<a class="number[^"]*"[^>]*\bdata-list\b[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
_MOST_PAGES = 250
WITHOUT_LIST = re.compile(r"[?&](list|list_sort|list_after|sort|after|before)=")


@dataclass
class Tour:
    """The pages that somebody comes to by links."""

    stops: dict[str, list[str]] = field(default_factory=dict)
    """Addresses by the address of the page that they show, as it is declared; the first is the plainest."""
    texts: dict[str, str] = field(default_factory=dict)
    """What each of them answered."""

    @property
    def missed(self) -> list[str]:
        """Pages that the person may open and to which no link has led."""
        return sorted(address for address, found in self.stops.items() if not found)


def links_of(text: str) -> Iterator[str]:
    """Addresses of our own that a page links to, without what stands behind #."""
    for found in LINK.findall(text):
        address = html.unescape(found).partition("#")[0]
        if address.startswith("/") and not address.startswith(("/static", "/api", "/login")):
            yield address


def tour(browser: TestClient, role: Role, *, most_of_each: int = 3) -> Tour:
    """Walks from page to page by links, breadth first; a few addresses of each page."""
    pages = sorted((each for each in declared() if each.right in RIGHTS_OF[role]), key=lambda each: each.address.count("{"))
    shapes = {each.address: shape_of(each) for each in pages}
    found = Tour({each.address: [] for each in pages})
    waiting = deque([each.address for each in pages if each.is_tab])
    seen = set(waiting)
    while waiting and len(found.texts) < _MOST_PAGES:
        at = waiting.popleft()
        page = next((name for name, shape in shapes.items() if shape.fullmatch(at.partition("?")[0])), None)
        if page is None or len(found.stops[page]) >= most_of_each:
            continue
        answer = browser.get(at)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found.stops[page].append(at)
        found.texts[at] = answer.text
        opened = [html.unescape(link) for link, _shown in NUMBER.findall(answer.text)[:1]]
        lists = [browser.get(each, headers={"fenji-part": "drawer"}).text for each in opened]
        for link in (each for text in (answer.text, *lists) for each in links_of(text)):
            if link not in seen and not WITHOUT_LIST.search(link):
                seen.add(link)
                waiting.append(link)
    return found


def shape_of(page: Page) -> re.Pattern[str]:
    """The addresses of a page; of two that would take the same, the one without a parameter is asked first."""
    return re.compile(re.sub(r"\\\{(\w+)(?:_path)?\\\}", r"[^/]+", re.escape(page.address)))


def tabs_of(role: Role) -> dict[Entry, list[Page]]:
    """The entries of the menu that a role has, each with its tabs in the order in which they stand."""
    own = [each for each in declared() if each.is_tab and each.right in RIGHTS_OF[role] and each.entry is not Entry.PERSON]
    own.sort(key=lambda each: (each.place, each.address))
    return {entry: pages for entry in Entry if (pages := [each for each in own if each.entry is entry])}


def role_for(right: Right) -> Role:
    """Somebody who may do this."""
    order = (Role.MANAGER, Role.ADMIN, Role.ANALYST, Role.FINANCE)
    return next(each for each in order if right in RIGHTS_OF[each])
