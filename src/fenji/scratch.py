"""Where do intermediate results stand, and whose are they? In folders that carry their process, so that those of dead ones can be told."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fenji.private_files import private_folder

_NAME = re.compile(r"fenji-(?:(?P<pid>[0-9]+)@(?P<host>[\w.-]+)-)?[^@]*")

OLD_SECONDS = 7 * 24 * 3600
"""A folder of another machine, or without a name in it, is dead after so long without a change: longer than any run."""


def own_folder(parent: Path | None) -> Path:
    """A new folder of this process; in the system's temporary folder where ``parent`` is None.

    Raises:
        OSError: none can be made there.
    """
    if parent is not None:
        private_folder(parent)
    return Path(tempfile.mkdtemp(prefix=f"fenji-{os.getpid()}@{_host()}-", dir=parent))


@contextmanager
def own_folder_for_now(parent: Path | None) -> Iterator[Path]:
    """The same for a block, at whose end it goes."""
    folder = own_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_dead(parent: Path) -> None:
    """Removes the folders of processes that have ended without a word; what cannot be removed now stays for the next command."""
    with suppress(OSError):
        for each in parent.iterdir():
            if each.is_dir() and _is_dead(each):
                shutil.rmtree(each, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    found = _NAME.fullmatch(folder.name)
    if found is None:
        return False
    # Signal 0 asks about a process on POSIX; on Windows it would interrupt it.
    if found["pid"] is None or found["host"] != _host() or os.name != "posix":
        return time.time() - folder.stat().st_mtime > OLD_SECONDS
    try:
        os.kill(int(found["pid"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _host() -> str:
    return re.sub(r"[^\w.-]", "_", socket.gethostname())
