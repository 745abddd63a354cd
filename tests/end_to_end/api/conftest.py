"""One served shop for all tests of the API, and people of every role who have come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import RIGHTS_OF, LimitColumn, Role, RowLimit
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.server.app import app_of
from fenji.workflow.access.people import add_person
from fenji.workflow.access.tokens import make_token
from fixtures.served import phone_of

Ask = Callable[..., Any]
PASSWORD = "a long sentence that nobody guesses 7"  # noqa: S105 - of people in tests


@dataclass(frozen=True)
class Served:
    """A running application over a shop, and what it has logged."""

    root: Path
    client: TestClient
    logged: list[dict[str, Any]]

    def token(self, role: Role, *limits: RowLimit, source: str | None = None) -> dict[str, str]:
        """The headers of a new token of a new person with all rights that a token of the role may have."""
        login = f"{role}{len(self.logged)}x{len(list(self.root.iterdir()))}.{_next()}"
        add_person(self.root, f"Somebody {role}", login, [role], limits=limits)
        made = make_token(self.root, login, "test", RIGHTS_OF[role] - NEVER_FOR_TOKENS, source=source)
        return {"authorization": f"Bearer {made.text}"}

    def login(self, role: Role) -> TestClient:
        """A browser in which somebody of the role has logged in, and which sends the word of its pages along."""
        login = f"browser.{role}.{_next()}"
        link = add_person(self.root, f"Somebody {role}", login, [role]).link
        browser = TestClient(self.client.app, base_url="https://testserver", raise_server_exceptions=False)
        if link is None:
            return browser
        came_in = browser.post("/api/v1/login/link", json={"link": link.code, "password": PASSWORD})
        assert came_in.status_code == 200, came_in.text
        answer = came_in.json()
        browser.headers["x-csrf-token"] = answer["csrf_token"]
        if answer["awaits"] == "totp_setup":
            import pyotp

            begun = browser.post("/api/v1/login/totp").json()
            confirmed = browser.post("/api/v1/login/totp/confirm", json={"code": pyotp.TOTP(begun["secret"]).now()})
            assert confirmed.status_code == 200, confirmed.text
            browser.headers["x-csrf-token"] = confirmed.json()["csrf_token"]
        return browser


_NUMBERS = iter(range(1_000_000))


def _next() -> int:
    return next(_NUMBERS)


@pytest.fixture(scope="session")
def served(served_root: Path) -> Iterator[Served]:
    """The shop, served in this process."""
    root = served_root
    logged: list[dict[str, Any]] = []
    app = app_of(root, lambda event, **fields: logged.append({"event": event, **fields}))
    with TestClient(app, base_url="https://testserver", raise_server_exceptions=False) as client:
        yield Served(root, client, logged)


@pytest.fixture(scope="session")
def asking(served: Served) -> Callable[..., Any]:
    """Asks as a manager, with a token."""
    headers = served.token(Role.MANAGER)

    def ask(path: str, **more: Any) -> Any:
        return served.client.get(f"/api/v1{path}", headers={**headers, **more.pop("headers", {})}, **more)

    return ask


@pytest.fixture(scope="session")
def doors(served: Served) -> Callable[[Role], Ask]:
    """Asks as somebody of a role, with a new Idempotency-Key unless one is given; answers 401 to 500 as they are."""
    headers: dict[Role, dict[str, str]] = {}
    numbers: Iterator[int] = iter(range(10_000))

    def door(role: Role) -> Ask:
        if role not in headers:
            headers[role] = served.token(role, source="workspace" if role is Role.SERVICE else None) | {"accept-language": "en"}

        def ask(method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> Any:
            once = {} if method == "GET" else {"idempotency-key": key or f"{role}.{next(numbers)}"}
            sent = {} if body is None else {"json": body}
            told = {**headers[role], **once, **more.pop("headers", {})}
            return served.client.request(method, f"/api/v1{path}", headers=told, **sent, **more)

        return ask

    return door


EAST = RowLimit(LimitColumn.REGION, ("east",))


def who(customer: str) -> dict[str, str]:
    """As bodies name a customer of the shop."""
    return {"customer": f"shop:{phone_of(customer)}"}
