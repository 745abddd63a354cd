"""One served shop for all tests of the pages, and people of every role who have come in by our own forms."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from fenji.domain.access import Role, RowLimit
from fenji.server.app import app_of
from fenji.workflow.access.people import add_person

PASSWORD = "a long sentence that nobody guesses 7"  # noqa: S105 - of people in tests
ORIGIN = "https://testserver"


class Web:
    """A running application over a shop, and browsers that people of a role have logged in with."""

    def __init__(self, root: Path) -> None:
        """Over a workspace."""
        self.root = root
        self.app = app_of(root, lambda *_event, **_fields: None)

    def browser(self) -> TestClient:
        """One in which nobody has come in; it says with every form from where it comes, as browsers do."""
        return TestClient(
            self.app, base_url=ORIGIN, headers={"origin": ORIGIN, "accept-language": "en"}, raise_server_exceptions=False
        )

    def login(self, role: Role, *limits: RowLimit) -> TestClient:
        """One in which somebody new of a role has come in by the one-time link."""
        link = add_person(self.root, f"Somebody {role}", f"{role}.web.{secrets.token_hex(6)}", [role], limits=limits).link
        browser = self.browser()
        if link is None:
            return browser
        came_in = browser.post(link.path, data={"password": PASSWORD})
        if came_in.url.path == "/login/second":
            begun = browser.post("/login/second", data={"csrf_token": token_in(came_in.text)})
            secret = begun.text.partition("<code>")[2].partition("</code>")[0]
            code = pyotp.TOTP(secret).now()
            came_in = browser.post("/login/second/confirm", data={"csrf_token": token_in(begun.text), "code": code})
        assert (came_in.status_code, came_in.url.path) == (200, "/"), came_in.text
        return browser


def token_in(page: str) -> str:
    """What the forms of a page carry."""
    return (
        page.partition('name="csrf_token" value="')[2].partition('"')[0]
        or page.partition('name="csrf-token" content="')[2].partition('"')[0]
    )


@pytest.fixture(scope="session")
def web(served_root: Path) -> Web:
    """The shop, served in this process."""
    return Web(served_root)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, where there is one; it begins with the first test that wants it."""
    from web.browsing import chromium_or_skip

    with chromium_or_skip() as found:
        yield found


@pytest.fixture(scope="session")
def port(web: Web) -> Iterator[int]:
    """Where browsers find the shop."""
    from web.browsing import listening

    with listening(web.app) as found:
        yield found


@pytest.fixture(scope="session")
def analyst(web: Web) -> TestClient:
    """A browser of an analyst."""
    return web.login(Role.ANALYST)


@pytest.fixture
def posting(analyst: TestClient) -> Callable[..., Any]:
    """Sends a form as the analyst's own page does."""
    token = token_in(analyst.get("/account").text)

    def post(path: str, **fields: str) -> Any:
        return analyst.post(path, data={"csrf_token": token, **fields}, follow_redirects=False)

    return post
