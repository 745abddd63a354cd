"""How does a text get into a file so that nobody ever finds half of it? Beside it first, then in its place in one step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from fenji.errors import Unavailable
from fenji.language import message as _
from fenji.private_files import FILE_MODE


def write_whole(file: Path, text: str) -> None:
    """Writes a text so that the file holds all of it or what it held before, whenever the process ends.

    A new file is its owner's alone: settings and sources may hold passwords. One that is there keeps its rights.

    Raises:
        Unavailable: the folder or the file may not be written, or the disk is full.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode & 0o777 if file.exists() else FILE_MODE
        handle, beside = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            Path(beside).chmod(mode)
            Path(beside).replace(file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable.of(
            _("{file} cannot be written: {detail}."),
            advice=_("Allow writing in this folder or free some disk space, or copy the files to another folder."),
            file=str(file),
            detail=error.strerror or type(error).__name__,
        ) from error
