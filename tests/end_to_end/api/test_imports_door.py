"""Every company beside the project, sent over the network: sources.yaml to the byte as by ``fenji start``, and its entries as by ``fenji map --write``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from end_to_end.api.test_imports import Door
from fenji.language import Language
from fenji.server.app import app_of
from fenji.workflow.mapping import map_files
from fixtures.imports import COMPANIES, new_workspace, started, unrehearsed

__all__ = ["unrehearsed"]

pytestmark = [pytest.mark.door, pytest.mark.usefixtures("unrehearsed")]

WRITTEN_BY_START = "\n# 由 fenji start 写成"
"""What stands below the entries, so that the next start knows its own."""


@pytest.mark.parametrize("company", sorted(each.name for each in COMPANIES.glob("*")))
def test_a_company_sent_over_the_network_is_read_as_on_the_spot(
    company: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = COMPANIES / company / "files"
    files = {each.name: each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}
    by_start = started(tmp_path / "started", files, monkeypatch)
    root = new_workspace(tmp_path / "sent", like=by_start)
    with TestClient(app_of(root, lambda *_, **__: None), base_url="https://testserver") as client:
        proposal, accepted = accepted_over_network(Door(root, client), files)
    sys.stderr.write(f"{company}: {'accepted' if accepted else 'waits, refused'}\n")
    if not accepted:
        return
    assert documents(root) == documents(by_start)
    by_map = new_workspace(tmp_path / "mapped", like=by_start)
    (by_map / "data").mkdir()
    for name, content in files.items():
        (by_map / "data" / name).write_bytes(content)
    answers = proposal["import"]["answers"]
    written = sorted((by_map / "data").iterdir())
    (by_map / "sources.yaml").unlink(missing_ok=True)
    map_files(by_map, written, language=Language.ZH, ask=lambda _proposal: {}, answers=answers, write=True)
    entries = documents(root)["sources.yaml"].decode().partition(WRITTEN_BY_START)[0]
    assert entries.rstrip() == (by_map / "sources.yaml").read_text("utf-8").rstrip()


def accepted_over_network(door: Door, files: dict[str, bytes]) -> tuple[dict[str, Any], bool]:
    """The last proposal, and whether it could be accepted: each question answered with its first option."""
    address = f"/imports/{door.ask('POST', '/imports', json={}).json()['import']['import_id']}"
    for name, content in files.items():
        sent = door.ask("PUT", f"{address}/files/{quote(name)}", content=content)
        assert sent.status_code == 200, sent.text
    before = documents(door.root)
    proposal = door.ask("POST", f"{address}/proposal").json()
    for _round in range(10):
        answers = {each["id"]: each["options"][0]["value"] for each in proposal["map"]["questions"] if each["options"]}
        if not answers:
            break
        body = {"edition": proposal["import"]["edition"], "answers": answers}
        answered = door.ask("POST", f"{address}/answers", json=body)
        assert answered.status_code == 200, answered.text
        proposal = answered.json()
    assert documents(door.root) == before
    body = {"edition": proposal["import"]["edition"], "fingerprint": proposal["fingerprint"]}
    accepted = door.ask("POST", f"{address}/accept", json=body)
    assert accepted.status_code == (200 if proposal["may_be_accepted"] else 409), accepted.text
    return proposal, proposal["may_be_accepted"]


def documents(root: Path) -> dict[str, bytes]:
    """What imports write."""
    return {name: (root / name).read_bytes() for name in ("sources.yaml", "answers.yaml") if (root / name).is_file()}
