"""Which records does a text file hold, and what are their cells? Told line by line, in parallel, by Spark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from fenji.engines.spark_paths import literal_path

_LINE_OF_TASK = 2**33 - 1
"""The part of Spark's increasing ids that counts the rows of one task."""


def numbered_lines(session: Any, file: Path, skip: int) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """Every line after the first ``skip`` that is not empty: ``line``, and ``position``, 0 being the first of them."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    lines = _lines(session, file).select(
        "line",
        f.col("_metadata.file_block_start").alias("block"),
        f.spark_partition_id().alias("task"),
        f.monotonically_increasing_id().bitwiseAND(f.lit(_LINE_OF_TASK)).alias("line_of_task"),
    )
    counts = lines.groupBy("task").agg(f.min("block").alias("block"), f.count("*").alias("lines")).collect()
    before: list[Any] = []
    total = 0
    for row in sorted(counts, key=lambda row: row["block"]):
        before += [f.lit(row["task"]), f.lit(total - skip)]
        total += row["lines"]
    if not before:
        return lines.select("line", f.lit(0).alias("position")).limit(0)
    position = f.element_at(f.create_map(*before), f.col("task")) + f.col("line_of_task")
    return lines.select("line", position.cast("bigint").alias("position")).filter("position >= 0 AND line <> ''")


def whole_records(session: Any, file: Path, delimiter: str) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """The records of a file whose quotes are all closed, also those that run over several lines: ``line``. One task reads it."""

    def joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in _joined(batches, _open_pattern(delimiter)):
            yield pa.RecordBatch.from_arrays([pa.array(records, pa.string())], names=["line"])

    return _lines(session, file).select("line").coalesce(1).mapInArrow(joined, "line string")


def cells_of(delimiter: str) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """The cells of ``line`` as they are written, quotes included; an array."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    mark = _class_of(delimiter)
    quoted, bare = rf' *"(?:[^"]++|"")*+" *(?={mark}|\z)', rf'(?! *"){_class_of(delimiter, other=True)}*+'
    # With a delimiter in front every cell has one, and each match begins where the one before it ended.
    return f.regexp_extract_all(f.concat(f.lit(delimiter), f.col("line")), f.lit(rf"\G{mark}({quoted}|{bare})"), 1)


def is_record(width: int) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """Whether ``cells`` cover the whole ``line`` and are as many as the columns, an empty one too many forgiven."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    covered = f.length(f.array_join("cells", ",")) == f.length("line")
    is_forgiven = (f.size("cells") == width + 1) & f.element_at("cells", -1).isin("", '""')
    return covered & ((f.size("cells") == width) | is_forgiven)


def unquoted(cell: Any) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """What a cell says."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    inner = f.regexp_replace(f.regexp_extract(cell, r'\A *"(?s:(.*))" *\z', 1), '""', '"')
    return f.when(cell.startswith('"') | cell.rlike(r'\A +"'), inner).otherwise(cell)


def _lines(session: Any, file: Path) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    lines = session.read.option("lineSep", "\n").text(literal_path(file))
    return lines.withColumn("line", f.regexp_replace("value", r"\r\z", ""))


def _joined(batches: Iterator[pa.RecordBatch], is_open: re.Pattern[str]) -> Iterator[list[str]]:
    begun: str | None = None
    for batch in batches:
        records: list[str] = []
        for line in batch.column(0).to_pylist():
            record = line if begun is None else f"{begun}\n{line}"
            if '"' in line or begun is not None:
                begun = record if is_open.fullmatch(record) else None
            if begun is None and record:
                records.append(record)
        yield records
    if begun is not None:
        yield [begun]


def _open_pattern(delimiter: str) -> re.Pattern[str]:
    """A record that ends inside a quoted cell."""
    mark, other = re.escape(delimiter), f"[^{re.escape(delimiter)}]"
    cell = rf'(?> *"(?>[^"]++|"")*+" *|(?! *"){other}*+)'
    return re.compile(rf'(?:{cell}{mark})*+ *"(?>[^"]++|"")*+', re.DOTALL)


def _class_of(delimiter: str, *, other: bool = False) -> str:
    r"""The delimiter, or anything but it, for Java: ``[\x{002c}]``."""
    return f"[{'^' if other else ''}\\x{{{ord(delimiter):04x}}}]"
