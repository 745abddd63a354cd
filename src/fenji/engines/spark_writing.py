"""How does Spark write a table? Parquet files in a new folder and nothing beside them; a full disk is told in our words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from fenji.engines.spark_failures import spark_failures
from fenji.engines.spark_paths import literal_path
from fenji.private_files import private_folder


def write_parquet(frame: Any, folder: Path, *, apart: str | None = None) -> int:  # noqa: ANN401 - pyspark is imported only where it is used
    """Computes a data frame into a new folder and returns the number of rows.

    Args:
        frame: what is computed.
        folder: must not exist yet.
        apart: a column of which every value gets a folder ``apart=value`` of its own; the files lack it.

    Raises:
        Unavailable: the disk cannot take it, the cluster is lost, or memory is used up.
    """
    with spark_failures(frame.sparkSession, folder):
        private_folder(folder.parent)
        writer = frame.write.partitionBy(apart) if apart else frame.write
        writer.parquet(literal_path(folder))
    for checksum in folder.rglob(".*.crc"):
        checksum.unlink()
    return sum(pq.read_metadata(file).num_rows for file in folder.rglob("*.parquet"))
