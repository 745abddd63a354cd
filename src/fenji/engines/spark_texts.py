"""How does Spark write the typed values of a Parquet file as people do? As DuckDB writes them: the same text on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_SAFE_WHOLE = float(2**53)
"""Above it a float no longer holds every whole number."""

_LARGEST_WRITTEN_OUT, _SMALLEST_WRITTEN_OUT = 1e37, 1e-12
"""Beyond these a number keeps its exponent."""


def text_columns(file: Path, frame: Any, ids: set[str]) -> dict[str, Any]:  # noqa: ANN401 - pyspark is imported only where it is used
    """Every column of a data frame that was read from a Parquet file, as text.

    Args:
        file: the file.
        frame: its data frame, the columns in the file's order; others may follow.
        ids: columns that hold ids, where a float that is no longer exact keeps its exponent.
    """
    stored = pq.ParquetFile(file)
    arrow = dict(zip(frame.columns, stored.schema_arrow, strict=False))
    old_moments = {
        stored.schema.column(number).path
        for number in range(len(stored.schema.names))
        if stored.schema.column(number).physical_type == "INT96"
    }
    return {
        field.name: _text(
            frame[_quoted(field.name)],
            field.dataType.typeName(),
            arrow[field.name],
            is_id=field.name in ids,
            has_zone=arrow[field.name].name not in old_moments,
        )
        for field in frame.schema
        if field.name in arrow
    }


def _text(column: Any, kind: str, arrow: pa.Field, *, is_id: bool, has_zone: bool) -> Any:  # noqa: ANN401 - Spark's columns
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    if kind in {"float", "double"}:
        return _float_text(column, is_id=is_id)
    if kind in {"struct", "array", "map"}:
        return f.to_json(column, {"ignoreNullFields": "false"})
    if kind == "binary":
        return f.try_validate_utf8(column.cast("string"))
    if pa.types.is_timestamp(arrow.type) and kind == "long":  # nanoseconds, which Spark does not know
        column, kind = f.timestamp_micros((column / 1000).cast("long")), "timestamp" if arrow.type.tz else "timestamp_ntz"
    if kind == "timestamp" and has_zone:
        return f.concat(column.cast("string"), f.lit("+00"))
    return column.cast("string")


def _float_text(column: Any, *, is_id: bool) -> Any:  # noqa: ANN401 - Spark's columns
    from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

    double = column.cast("double")
    size = f.abs(double)
    is_whole = (double == f.floor(f.when(size < _SAFE_WHOLE, double).otherwise(0.0))) | (size >= _SAFE_WHOLE)
    decimals = f.regexp_replace(column.cast("string").cast("decimal(38, 15)").cast("string"), r"\.?0+$", "")
    inexact = f.format_string("%.5e", double)
    plain = f.regexp_replace(f.regexp_replace(column.cast("string"), r"(\.0)?E-", "e-"), r"(\.0)?E(?=\d)", "e+")
    return (
        f.when(column.isNull() | f.isnan(column), f.lit(None))
        .when(is_whole & (size < (_SAFE_WHOLE if is_id else _LARGEST_WRITTEN_OUT)), double.cast("decimal(38, 0)").cast("string"))
        .when((size >= _SMALLEST_WRITTEN_OUT) & (size < _SAFE_WHOLE), decimals)
        .otherwise(f.when(is_whole, inexact).otherwise(plain) if is_id else plain)
    )


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
