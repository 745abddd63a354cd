"""How does Spark read the company's files into raw tables? Every cell as text, each row with its number in the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fenji.domain.feeds import FEEDS, Cell
from fenji.engines.spark_failures import spark_failures
from fenji.engines.spark_lines import cells_of, is_record, numbered_lines, unquoted, whole_records
from fenji.engines.spark_paths import literal_path
from fenji.engines.spark_texts import text_columns
from fenji.engines.spark_types import spark_type
from fenji.engines.spark_writing import write_parquet
from fenji.errors import FenjiError, InvalidFile, Place
from fenji.language import message as _
from fenji.tables.raw import RAW, stored_schema
from fenji.tables.records import Layout, Outcome

REFUSALS_SHOWN = 10
"""Refused records that are handed back; one is enough to know that the file needs a closer look."""

_NUMBER = "number of the record"


class SparkReading:
    """The reading half of SparkEngine: implements collect's RecordReader."""

    session: Any
    """The Spark session."""

    def collect_delimited(self, file: Path, layout: Layout, folder: Path, *, delimiter: str, skip: int) -> Outcome:
        """See RecordReader.collect_delimited."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

        width = len(layout.columns)
        with spark_failures(self.session):
            parsed = _parsed(numbered_lines(self.session, file, skip), delimiter, width)
            refused = _refused(parsed)
            if refused and layout.numbers is not None:
                # Records that bring their numbers may stand in any order, so those of several lines can be put together.
                parsed = _parsed(whole_records(self.session, file, delimiter), delimiter, width)
                refused = _refused(parsed)
        texts = {name: unquoted(f.col("cells")[number]) for number, name in enumerate(layout.columns)}
        number = texts[layout.numbers].cast("bigint") if layout.numbers else f.col("position") + layout.first_row
        return Outcome(self._collect(parsed.filter("is_record"), layout, texts, number, folder), refused)

    def collect_parquet(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """See RecordReader.collect_parquet."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

        id_fields = {field.name for field in FEEDS[layout.feed] if field.cell is Cell.ID}
        ids = {column for field, column in layout.fields.items() if field in id_fields}
        try:
            with spark_failures(self.session):
                frame = self.session.read.parquet(literal_path(file)).select("*", f.col("_metadata.row_index").alias(_NUMBER))
                named = frame.toDF(*layout.columns, _NUMBER)
                texts = text_columns(file, named, ids)
        except FenjiError:
            raise
        except Exception as error:
            detail = str(error).splitlines()[0][:200]
            raise InvalidFile.of(_("the file cannot be read: {detail}"), place=Place(layout.file), detail=detail) from error
        number = texts[layout.numbers].cast("bigint") if layout.numbers else f.col(_NUMBER) + layout.first_row
        return Outcome(self._collect(named, layout, texts, number, folder))

    def collect_json(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """See RecordReader.collect_json."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

        number = f.col(f"`{layout.numbers}`").cast("bigint")
        kind = f.schema_of_variant(f.try_parse_json("record"))
        with spark_failures(self.session):
            stored = self.session.read.parquet(literal_path(file))
        read = stored.withColumn("is_record", f.coalesce(kind, f.lit("")).startswith("OBJECT"))
        keyed = read.withColumn("keys", f.from_json("record", "map<string,string>"))
        wanted = {*layout.fields.values(), *([layout.part] if layout.part else [])}
        texts = {**{column: f.try_element_at("keys", f.lit(column)) for column in wanted}, "record": f.col("record")}
        line = f.concat(number.cast("string"), f.lit("\t"), f.left("record", f.lit(200)))
        with spark_failures(self.session):
            refused = read.filter("NOT is_record").orderBy(number).select(line.alias("line")).collect()
        written = self._collect(keyed.filter("is_record"), layout, texts, number, folder)
        return Outcome(written, tuple(row["line"] for row in refused))

    def _collect(self, frame: Any, layout: Layout, texts: Mapping[str, Any], number: Any, folder: Path) -> int:  # noqa: ANN401 - Spark's frames and columns
        """Writes the records into the folder as a raw table and returns their number."""
        from pyspark.sql import functions as f  # noqa: PLC0415 - the usual short name; heavy third-party, an extra

        file = f.lit(layout.file)
        if layout.part is not None:
            file = f.concat(file, f.lit("#"), f.coalesce(texts[layout.part], f.lit("")))
        # Spark's hash passes over nulls, so that (null, a) and (a, null) would be alike; a text that nobody writes stands in.
        hashed = [f.coalesce(texts[name], f.lit("\0")) for name in layout.hashed]
        given = {
            "source": f.lit(layout.source),
            "file": file,
            "row_number": number,
            "batch": f.lit(layout.batch),
            "row_hash": f.xxhash64(*hashed),
            **{name: f.nullif(texts[column], f.lit("")) for name, column in layout.fields.items()},
        }
        schema = stored_schema(RAW[layout.feed])
        columns = [given.get(name, f.lit(None)).cast(spark_type(kind)).alias(name) for name, kind in schema.items()]
        return write_parquet(frame.select(*columns), folder)


def _parsed(lines: Any, delimiter: str, width: int) -> Any:  # noqa: ANN401 - Spark's frames
    return lines.withColumn("cells", cells_of(delimiter)).withColumn("is_record", is_record(width))


def _refused(parsed: Any) -> tuple[str, ...]:  # noqa: ANN401 - Spark's frames
    found = parsed.filter("NOT is_record").limit(REFUSALS_SHOWN).collect()
    return tuple(row["line"][:200] for row in found)
