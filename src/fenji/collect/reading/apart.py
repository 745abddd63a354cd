"""How is a workbook opened so that it can break nothing but itself? By a process of its own, with bounded memory and time.

A workbook of 1.5 KB can ask its reader for hundreds of gigabytes, and a reader that gets no memory ends the whole process
(decision 0043). What the other process finds comes back as Arrow files on scratch disk, which are mapped, not copied.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fenji.collect.reading.limits import MOST_MEMORY, MOST_SECONDS
from fenji.errors import InvalidFile, Place, Problem
from fenji.language import message as _

_MODULE = "fenji.collect.reading.workbook_process"
_LEAST_SECONDS = 20
_BYTES_A_SECOND = 30_000_000
"""Unpacked XML that is surely read in a second of processor time; measured 90 MB."""
_WAITED = 10
"""So many times its processor time a process may take on a busy machine."""
_ADVICE = _("Delete cells that stand far away from the table, or export the sheet as CSV.")


class Stopped(InvalidFile):
    """The reader of workbooks cannot take the file: it is damaged, or asks for more memory than it may have."""


def told_by_process(path: Path, name: str, wanted: Sequence[str], scratch: Path, *, only_names: bool = False) -> dict[str, Any]:
    """What a process of its own says of a workbook; see ``workbook_process``.

    Raises:
        Stopped: the reader of workbooks cannot take it, or would need more than MOST_MEMORY.
        InvalidFile: it takes too long, unpacks to too much, or lacks a wanted sheet.
    """
    folder = Path(tempfile.mkdtemp(prefix="book-", dir=scratch))
    seconds = _seconds_for(path)
    order = {"path": str(path.absolute()), "name": name, "wanted": list(wanted), "folder": str(folder), "only_names": only_names}
    limits = {"memory": MOST_MEMORY, "seconds": seconds}
    command = [sys.executable, "-m", _MODULE, json.dumps({**order, **limits})]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds * _WAITED, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(name, seconds) from error
    answer = folder / "told.json"
    if done.returncode == 0 and answer.is_file():
        told: dict[str, Any] = json.loads(answer.read_text("utf-8"))
        if told["problems"]:
            raise (Stopped if told["is_stopped"] else InvalidFile)(*(_problem(each) for each in told["problems"]))
        return told
    raise _broken_down(done.returncode, done.stderr.decode("utf-8", errors="replace"), name, seconds)


def _seconds_for(path: Path) -> int:
    """Processor time that a workbook of this size may take."""
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(info.file_size for info in archive.infolist()))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        pass
    return min(MOST_SECONDS, _LEAST_SECONDS + size // _BYTES_A_SECOND)


def _broken_down(code: int, said: str, name: str, seconds: int) -> InvalidFile:
    if code == -getattr(signal, "SIGXCPU", 0):
        return _too_long(name, seconds)
    if "memory allocation of" in said or "MemoryError" in said or "bad_alloc" in said or code == -getattr(signal, "SIGKILL", 0):
        text = _("opening this workbook takes more than {size} MB of memory.")
        return Stopped.of(text, place=Place(name), advice=_ADVICE, size=MOST_MEMORY >> 20)
    text = _("this is no workbook, or it is damaged: {detail}")
    detail = (said.strip().splitlines() or [""])[-1][:200] or f"exit {code}"
    advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
    return Stopped.of(text, place=Place(name), advice=advice, detail=detail)


def _too_long(name: str, seconds: int) -> InvalidFile:
    text = _("opening this workbook takes more than {seconds} seconds.")
    return InvalidFile.of(text, place=Place(name), advice=_ADVICE, seconds=seconds)


def _problem(said: dict[str, Any]) -> Problem:
    return Problem(said["text"], said["values"], Place(said["file"], said["row"]), said["advice"])
