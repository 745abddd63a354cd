"""`fenji serve` on a folder that is no workspace tells no address: whoever reads the first line believes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.language import Language
from fenji.server import running
from fenji.workflow.initiating import init_workspace


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The workspaces that would have been served."""
    found: list[Path] = []
    monkeypatch.setattr(running, "serve", lambda root, _address: found.append(root))
    return found


@pytest.mark.parametrize("options", [[], ["--first-admin", "admin"], ["--json"], ["--no-work", "--first-admin", "admin"]])
def test_a_folder_that_is_no_workspace_is_refused_before_an_address_is_told(
    options: list[str], served: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(["serve", "--workspace", str(tmp_path), "--lang", "en", *options]) == 3
    shown = capsys.readouterr()
    assert "http://" not in shown.out + shown.err
    assert "there is no fenji workspace" in shown.out + shown.err
    assert (served, [*tmp_path.iterdir()]) == ([], [])


def test_a_workspace_is_served_and_its_address_told_first(
    served: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    assert answer(["serve", "--workspace", str(tmp_path), "--port", "8123", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["api"] == "http://127.0.0.1:8123/api/v1"
    assert served == [tmp_path]
