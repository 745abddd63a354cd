"""`fenji churn` shows contracts where a workspace has any. World: monthly and yearly plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.cli.main import answer
from fixtures.office import END, contracts, office


def test_the_command_shows_contracts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office(tmp_path, contracts(300))
    assert answer(["churn", "--workspace", str(tmp_path), "--lang", "zh"]) == 0
    assert str(END) in capsys.readouterr().out
