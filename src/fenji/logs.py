"""What did the program do, for the one who has to find out later? Events as JSON lines with the run's id; never a personal value.

Nothing is set up at import: an entrance calls ``keep_log`` once. A library user who calls no entrance gets no log file.
"""

from __future__ import annotations

import logging
from pathlib import Path

import structlog

LOG_FILE = "fenji.jsonl"


def keep_log(folder: Path) -> None:
    """Sends all events to a file in the folder, one JSON object a line; without a writable folder they are dropped."""
    try:
        folder.mkdir(exist_ok=True)
        stream = (folder / LOG_FILE).open("a", encoding="utf-8", buffering=1)
    except OSError:
        drop_log()
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


def drop_log() -> None:
    """Keeps no log: standard output belongs to answers, and there is no workspace to write into."""
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)


def _drop(_logger: object, _method: str, _event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    raise structlog.DropEvent
