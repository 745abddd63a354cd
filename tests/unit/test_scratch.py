"""Scratch of processes that have ended is told from scratch of those that live, whatever their names."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fenji.scratch import OLD_SECONDS, own_folder, own_folder_for_now, remove_dead


@pytest.fixture
def dead() -> int:
    """The id of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_only_scratch_of_dead_processes_of_this_machine_goes(tmp_path: Path, dead: int) -> None:
    own = own_folder(tmp_path)
    host = own.name.partition("@")[2].rpartition("-")[0]
    names = [
        f"fenji-{dead}@{host}-abc",
        f"fenji-{dead}@elsewhere-abc",
        "fenji-abc",
        "fenji-list-abc",
        "other",
        f"fenji-1@{host}-x",
    ]
    for name in names:
        (tmp_path / name / "spill").mkdir(parents=True)
    remove_dead(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {own.name, *names[1:]}
    long_ago = time.time() - OLD_SECONDS - 60
    for name in names:
        if (tmp_path / name).exists():
            os.utime(tmp_path / name, (long_ago, long_ago))
    remove_dead(tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {own.name, "other", f"fenji-1@{host}-x"}


def test_a_folder_for_now_goes_with_its_block_and_none_where_there_is_no_place(tmp_path: Path) -> None:
    with own_folder_for_now(tmp_path / "new") as folder:
        (folder / "part").touch()
    assert list((tmp_path / "new").iterdir()) == []
    remove_dead(tmp_path / "never")
