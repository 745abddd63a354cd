"""What does a failure of Spark mean? A cluster that is lost, too little memory and a full disk are told in our words; the rest is passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fenji.engines.failures import disk_error, memory_error
from fenji.errors import FenjiError, Unavailable
from fenji.language import message as _

CANCELLED = "fenji: no worker of the cluster is left"
"""The reason with which jobs are cancelled that nobody works on any more."""

_LOST = re.compile(
    r"SparkContext was shut down|stopped SparkContext|SparkContext has been shutdown|[Mm]asters are unresponsive|ExecutorLostFailure|"
    r"ExecutorDeadException|FetchFailed|MetadataFetchFailed|Failed to connect to|Connection refused|Connection reset|"
    rf"Answer from Java side is empty|An error occurred while trying to connect to the Java server|{CANCELLED}"
)
_MEMORY = re.compile(r"java\.lang\.OutOfMemoryError|SparkOutOfMemoryError|UNABLE_TO_ACQUIRE_MEMORY")
_DISK = re.compile(r"No space left on device|File too large|java\.io\.IOException|Read-only file system")


def lost_cluster(text: str, master: str, **values: Any) -> Unavailable:  # noqa: ANN401 - whatever the message tells
    """The error of a cluster that does not answer, with what to check.

    Args:
        text: the message, with places for ``master`` and ``values``.
        master: of the cluster.
        values: for the places of the message.
    """
    return Unavailable.of(
        text,
        advice=_(
            "See whether the master and its workers run and can be reached from here (`spark_master` in fenji.toml), and whether they are "
            "of the same version as pyspark here. Nothing was published; stored answers need no cluster."
        ),
        master=master,
        **values,
    )


@contextmanager
def spark_failures(session: Any, folder: Path | None = None) -> Iterator[None]:  # noqa: ANN401 - pyspark is imported only where it is used
    """Tells what happens in the block in our words.

    Args:
        session: the Spark session.
        folder: where the block writes.

    Raises:
        Unavailable: the cluster is lost, memory is used up, or the disk cannot take it.
    """
    try:
        yield
    except FenjiError:
        raise
    except Exception as error:  # Spark tells one failure in several ways, mostly with Java's words for it
        text = str(error)
        if isinstance(error, ConnectionError) or type(error).__name__.startswith("Py4JNetwork") or _LOST.search(text):
            text = _("the Spark cluster at {master} was lost: {detail}")
            raise lost_cluster(text, session.sparkContext.master, detail=first_line(error)) from error
        if _MEMORY.search(text):
            raise memory_error(error) from error
        if folder is not None and (isinstance(error, OSError) or _DISK.search(text)):
            raise disk_error(error, folder) from error
        raise


def first_line(error: Exception) -> str:
    """The first line of an error's text, cut."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
