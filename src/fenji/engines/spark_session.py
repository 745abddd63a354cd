"""How is a Spark session opened? UTC, ANSI, no web page, local files where it runs on this machine alone.

Settings of the user win over ours, except those that both engines' equal answers stand on.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fenji.engines.engine import BATCH_ROWS
from fenji.errors import Unavailable
from fenji.language import message as _

_FIXED = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # an overflow or a cast that fails is an error, as on DuckDB, and never a null
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # the default is a type that nobody else writes any more
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS),
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # pandas writes nanoseconds, which Spark would refuse
    "spark.sql.variant.allowDuplicateKeys": "true",  # JSON with a key twice is JSON; the last one counts
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",  # a folder holds Parquet files and nothing else
}

_ERRORS_ONLY = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""
"""Spark's start would otherwise print a page of warnings between the progress bars."""

_UNITS = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024 * 1024}


@dataclass(frozen=True)
class OpenedSession:
    """A session, and whether it was there before."""

    session: Any
    is_ours: bool


def open_session(
    scratch: Path, *, master: str, options: Mapping[str, str], threads: int | None, memory_limit: str | None
) -> OpenedSession:
    """The process's Spark session, started where there is none.

    Args:
        scratch: where Spark spills.
        master: such as local[*] or spark://host:7077.
        options: further Spark settings by their full names.
        threads: worker threads of a local master; all cores where None.
        memory_limit: of a local master, such as 12GB; half of this machine's memory where None.

    Raises:
        Unavailable: pyspark or Java is missing, or the master cannot be reached.
    """
    try:
        import ibis.backends.pyspark  # noqa: F401, PLC0415 - heavy third-party, an extra; Ibis needs it touched before it compiles
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable.of(_("the Spark engine needs one more package."), advice="pip install 'fenji[spark]'") from error
    running = SparkSession.getActiveSession()
    if running is None:
        _require_java()
    settings = _local_settings(scratch, threads, memory_limit) if master.startswith("local") else {}
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    chosen: dict[str, Any] = {**quiet, **settings, **options, **_FIXED}
    if master.startswith("local"):
        # Otherwise Spark starts whatever python3 the path names for its batch steps.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        master = f"local[{threads}]" if threads is not None and master == "local[*]" else master
    try:
        session = SparkSession.builder.appName("fenji").master(master).config(map=chosen).getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise Unavailable.of(
            _("Spark could not be started at {master}: {error}"),
            advice=_("See `spark_master` and `spark_options` in fenji.toml. Spark 4 needs Java 17 or newer."),
            master=master,
            error=(str(error).splitlines() or [type(error).__name__])[0][:200],
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return OpenedSession(session, is_ours=running is None)


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and shutil.which("java", path=str(Path(home) / "bin"))):
        raise Unavailable.of(
            _("the Spark engine needs Java 17 or newer, and there is none."),
            advice=_('Install it and set JAVA_HOME, or take the default engine: engine = "duckdb" in fenji.toml.'),
        )


def _local_settings(scratch: Path, threads: int | None, memory_limit: str | None) -> dict[str, str]:
    cores = threads or os.cpu_count() or 1
    logging = scratch / "log4j2.properties"
    logging.write_text(_ERRORS_ONLY, encoding="utf-8")
    return {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.as_uri()}",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": f"{_megabytes(memory_limit)}m",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        # Four tasks for each core even out their sizes; Spark's 200 is meant for a cluster.
        "spark.sql.shuffle.partitions": str(4 * cores),
    }


def _megabytes(memory_limit: str | None) -> int:
    if memory_limit is None:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**21)
    amount = re.match(r"([0-9.]+)\s*([KMGT])", memory_limit)
    return max(512, int(float(amount[1]) * _UNITS[amount[2]])) if amount else 1024
