"""What did the program do, for the one who has to find out later? Events as JSON lines with the run's id; never a personal value.

Nothing is set up at import: an entrance opens ``kept_log`` around its work. A library user who calls no entrance gets no log file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from fenji.private_files import private_file, private_folder
from fenji.visible import visible

LOG_FILE = "fenji.log"


@contextmanager
def kept_log(folder: Path | None) -> Iterator[Callable[..., None]]:
    """Gives what tells an event and its fields to a file in the folder, one JSON object a line; without a writable folder they are dropped."""
    stream = _opened(folder)
    if stream is None:
        # Standard output belongs to answers, so nothing may go there.
        yield lambda *_event, **_fields: None
        return
    import structlog  # noqa: PLC0415 - heavy third-party, only where a log is kept

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _made_visible,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    try:
        yield structlog.get_logger().info
    finally:
        structlog.reset_defaults()
        stream.close()


def _made_visible(_logger: object, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The fields of an event, safe for the terminal of the one who reads the log."""
    return {name: visible(each) if isinstance(each, str) else each for name, each in fields.items()}


def _opened(folder: Path | None) -> TextIO | None:
    if folder is None:
        return None
    try:
        private_folder(folder)
        private_file(folder / LOG_FILE)
        return (folder / LOG_FILE).open("a", encoding="utf-8", buffering=1)
    except OSError:
        return None
