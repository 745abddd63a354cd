"""The description of the API is true: Schemathesis asks every address in every way that it allows and in many that it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.api.conftest import Served
from fenji.domain.access import Role, rights_of
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.workflow.access.people import add_person
from fenji.workflow.access.tokens import make_token
from fixtures.running_server import Running, running

pytestmark = pytest.mark.proof

SETTINGS = Path(__file__).parent / "schemathesis.toml"
OF_TILLS = "^/api/v1/(points/(holds|redemptions)|vouchers/|referrals/(codes|claims)|customers/(lookup|.*/(points|vouchers)))"
"""What people do not do: their roles and that of a till are never held together."""
EXAMPLES = "12"
"""Requests of each address and phase; ``bench`` and a longer night may ask more."""


def token_of_somebody_who_may_all(served: Served) -> str:
    """A token with every right that a token of a person may have."""
    roles = [Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.MARKETER, Role.FINANCE]
    add_person(served.root, "Everybody", "every.body", roles)
    return make_token(served.root, "every.body", "fuzz", rights_of(roles) - NEVER_FOR_TOKENS).text


def test_no_check_fails(served: Served, tmp_path: Path) -> None:
    everybody = f"Bearer {token_of_somebody_who_may_all(served)}"
    till = served.token(Role.SERVICE, source="workspace")["authorization"]
    with running(served.root, "--no-work") as server:
        # Logins are of browsers and have no token; tests/end_to_end/api/test_access.py tries them.
        for who, which in (
            (everybody, ("--exclude-path-regex", "^/api/v1/(login|logout)")),
            (till, ("--include-path-regex", OF_TILLS)),
        ):
            done = asked(server, who, which, tmp_path)
            assert done.returncode == 0, done.stdout[-20_000:]


def asked(server: Running, who: str, which: tuple[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs all phases and all checks."""
    line = [
        *(str(Path(sys.executable).parent / "st"), "--config-file", str(SETTINGS), "run", f"{server.url}/api/v1/openapi.json"),
        *("--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--request-timeout", "60", "--continue-on-failure"),
        *("--header", f"Authorization: {who}", *which),
    ]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=folder, timeout=3000)
