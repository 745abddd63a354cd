"""Who on this machine may read what we keep, and is it on the disk? Folders and files are made for their owner alone, whatever the umask; those that are there stay as they are."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600

_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP}
"""What file systems that keep folders by themselves answer."""

_OTHERS = stat.S_IRGRP | stat.S_IROTH


def private_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone; one that is there is left alone."""
    missing = [folder]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        try:
            each.mkdir(FOLDER_MODE)
        except FileExistsError:
            if not each.is_dir():
                raise
            continue
        each.chmod(FOLDER_MODE)


def new_private_folder(folder: Path) -> None:
    """Makes a folder that must not be there yet, as ``private_folder``.

    Raises:
        FileExistsError: it is there.
    """
    private_folder(folder.parent)
    folder.mkdir(FOLDER_MODE)
    folder.chmod(FOLDER_MODE)


def private_file(file: Path) -> None:
    """Makes an empty file for its owner alone; one that is there is left alone."""
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
    except FileExistsError:
        return
    os.fchmod(handle, FILE_MODE)
    os.close(handle)


def flush_file(file: Path) -> None:
    """Has the disk take the bytes of a file: a machine that loses its power keeps them."""
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Has the disk take the names in a folder; where it is missing, or the system keeps folders by itself, nothing is done."""
    if os.name == "nt" or not folder.is_dir():
        return
    try:
        flush_file(folder)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise


def others_may_read(file: Path) -> bool:
    """Whether anybody but the owner may read a file; False where there is none, and where the system has no such rights."""
    if os.name == "nt" or not file.exists():
        return False
    return bool(file.stat().st_mode & _OTHERS)
