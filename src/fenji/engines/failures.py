"""What does an engine's failure mean to the user? The same words, whichever engine it was."""

from __future__ import annotations

from pathlib import Path

from fenji.errors import InvalidArgument, Unavailable
from fenji.language import message as _


def disk_error(error: Exception, folder: Path) -> Unavailable:
    """The error of a disk that cannot take what is written."""
    return Unavailable.of(
        _("could not write to {folder}: {error}"),
        advice=_("Free some disk space or choose another store in fenji.toml, then run again: nothing was published."),
        folder=str(folder),
        error=_first_line(error),
    )


def memory_error(error: Exception) -> Unavailable:
    """The error of an engine that has neither memory nor scratch disk left."""
    return Unavailable.of(
        _("the engine ran out of memory: {error}"),
        advice=_(
            "Raise `memory_limit`, give `scratch` a larger disk, or take fewer `threads` in fenji.toml: nothing was published."
        ),
        error=_first_line(error),
    )


def too_many_rows(limit: int) -> InvalidArgument:
    """The error of a result that does not fit into memory."""
    return InvalidArgument.of(
        _("the result has more than {limit} rows, the most that is held in memory."),
        advice=_("Narrow it, or read the stored Parquet table."),
        limit=limit,
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
