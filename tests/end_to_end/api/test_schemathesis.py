"""The description of the API is true: Schemathesis asks every address in every way that it allows and in many that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from end_to_end.api.conftest import PASSWORD, Served
from fenji.domain.access import Role
from fenji.workflow.access.people import add_person
from fixtures.running_server import Running, running

pytestmark = pytest.mark.proof

EXAMPLES = "12"
"""Requests of each address and phase; ``bench`` and a longer night may ask more."""


def headers_of_somebody_who_may_all(served: Served) -> dict[str, str]:
    """A browser's headers of one who holds three roles, with the second factor that administrators need."""
    import pyotp

    link = add_person(served.root, "Everybody", "every.body", [Role.ADMIN, Role.MANAGER, Role.ANALYST]).link
    assert link is not None
    browser = TestClient(served.client.app, base_url="https://testserver")
    came_in = browser.post("/api/v1/login/link", json={"link": link.code, "password": PASSWORD}).json()
    browser.headers["x-csrf-token"] = came_in["csrf_token"]
    secret = browser.post("/api/v1/login/totp").json()["secret"]
    confirmed = browser.post("/api/v1/login/totp/confirm", json={"code": pyotp.TOTP(secret).now()}).json()
    cookie = browser.cookies.get("__Host-fenji")
    return {"Cookie": f"__Host-fenji={cookie}", "X-CSRF-Token": confirmed["csrf_token"]}


def test_no_check_fails(served: Served, tmp_path: Path) -> None:
    settings = served.root / "fenji.toml"
    settings.write_text(settings.read_text("utf-8") + "\nrequests_per_minute = 0\n", "utf-8")
    headers = headers_of_somebody_who_may_all(served)
    with running(served.root, "--no-work") as server:
        done = asked(server, headers, tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]


def asked(server: Running, headers: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs all phases and all checks."""
    line = [
        *(str(Path(sys.executable).parent / "st"), "run", f"{server.url}/api/v1/openapi.json"),
        *("--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--request-timeout", "60", "--continue-on-failure"),
        *(part for name, value in headers.items() for part in ("--header", f"{name}: {value}")),
        # Logging out and changing one's own password would end the login that asks.
        *("--exclude-path-regex", "^/api/v1/(login|logout)"),
    ]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=folder, timeout=3000)
