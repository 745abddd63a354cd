"""How are our types called in Spark? Ibis' own mapping loses the zone of a moment; this one keeps it."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch


def struct_of(schema: sch.Schema) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """A schema as Spark's StructType; every column may be null, as in any Parquet file."""
    from pyspark.sql import types  # noqa: PLC0415 - heavy third-party, an extra

    return types.StructType([types.StructField(name, spark_type(kind)) for name, kind in schema.items()])


def spark_type(kind: dt.DataType) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """One type: a moment is a TIMESTAMP, a wall-clock time a TIMESTAMP_NTZ, everything else as Ibis says."""
    from ibis.backends.pyspark.datatypes import PySparkType  # noqa: PLC0415 - imports pyspark
    from pyspark.sql import types  # noqa: PLC0415 - heavy third-party, an extra

    if kind.is_timestamp():
        return types.TimestampType() if kind.timezone is not None else types.TimestampNTZType()
    return PySparkType.from_ibis(kind)
