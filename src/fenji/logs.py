"""What did the program do, for the one who has to find out later? Events as JSON lines with the run's id; never a personal value.

Nothing is set up at import: an entrance opens ``kept_log`` around its work. A library user who calls no entrance gets no log file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import structlog

LOG_FILE = "fenji.log"


@contextmanager
def kept_log(folder: Path | None) -> Iterator[None]:
    """Sends all events to a file in the folder, one JSON object a line; without a writable folder they are dropped."""
    stream = _opened(folder)
    if stream is None:
        # Standard output belongs to answers, so that structlog's own default, printing there, will not do.
        structlog.configure(processors=[_drop], cache_logger_on_first_use=False)
        yield
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.reset_defaults()
        stream.close()


def _opened(folder: Path | None) -> TextIO | None:
    if folder is None:
        return None
    try:
        folder.mkdir(exist_ok=True)
        return (folder / LOG_FILE).open("a", encoding="utf-8", buffering=1)
    except OSError:
        return None


def _drop(_logger: object, _method: str, _event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raise structlog.DropEvent
