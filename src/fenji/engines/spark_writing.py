"""How does Spark write a table? Parquet files in a new folder and nothing beside them; a full disk is told in our words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from fenji.engines.failures import disk_error
from fenji.engines.spark_paths import literal_path
from fenji.private_files import private_folder


def write_parquet(frame: Any, folder: Path, *, apart: str | None = None) -> int:  # noqa: ANN401 - pyspark is imported only where it is used
    """Computes a data frame into a new folder and returns the number of rows.

    Args:
        frame: what is computed.
        folder: must not exist yet.
        apart: a column of which every value gets a folder ``apart=value`` of its own; the files lack it.

    Raises:
        Unavailable: the disk cannot take it.
    """
    try:
        private_folder(folder.parent)
        writer = frame.write.partitionBy(apart) if apart else frame.write
        writer.parquet(literal_path(folder))
    except Exception as error:  # Spark tells a full disk in several ways, always with Java's words for it
        if isinstance(error, OSError) or _is_disk_failure(error):
            raise disk_error(error, folder) from error
        raise
    for checksum in folder.rglob(".*.crc"):
        checksum.unlink()
    return sum(pq.read_metadata(file).num_rows for file in folder.rglob("*.parquet"))


def _is_disk_failure(error: Exception) -> bool:
    return bool(re.search(r"No space left on device|File too large|java\.io\.IOException|Read-only file system", str(error)))
