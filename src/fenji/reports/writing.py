"""May a file be written there, and does it appear whole or not at all?"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fenji.errors import Conflict, InvalidArgument, NotFound, Unavailable
from fenji.language import message as _


def check_place(path: Path, endings: Sequence[str], *, force: bool) -> None:
    """Whether a file may be written there; asked before anything is computed.

    Raises:
        InvalidArgument: its ending is none of those known.
        NotFound: the folder is not there.
        Conflict: the file exists, and ``force`` does not say that it may go.
    """
    if path.suffix.lower() not in endings:
        raise InvalidArgument.of(
            _("'{file}' has no ending that says what to write."),
            advice=_("End it in one of {known}."),
            file=path.name,
            known=", ".join(endings),
        )
    if not path.absolute().parent.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(path.parent))
    if path.exists() and not force:
        raise Conflict.of(
            _("{file} is there already."), advice=_("Choose another name, or say that it may be overwritten."), file=str(path)
        )


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives a file beside the target to write to, which takes its place when the block ends well.

    Raises:
        Unavailable: the disk is full or may not be written.
    """
    unfinished = path.absolute().with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise Unavailable.of(
            _("{file} cannot be written: {detail}."), file=str(path), detail=os.strerror(error.errno or 0)
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
