"""A file holds the whole text or what it held before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fenji.documents.writing import write_whole
from fenji.errors import Unavailable


def test_the_text_stands_there_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "sources.yaml"
    write_whole(file, "sources: []\n")
    write_whole(file, "# 来源\n")
    assert file.read_text(encoding="utf-8") == "# 来源\n"
    assert list(file.parent.iterdir()) == [file]


def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("old")
    file.chmod(0o640)
    write_whole(file, "new")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sources.yaml"
    file.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        write_whole(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("x")
    with pytest.raises(Unavailable, match="cannot be written"):
        write_whole(tmp_path / "shop" / "sources.yaml", "new")
