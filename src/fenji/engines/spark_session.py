"""How is a Spark session opened and closed? UTC, ANSI, no web page, local files where it runs on this machine alone.

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
from fenji.engines.spark_cluster import Watch, is_standalone, require_master, require_workers, started
from fenji.engines.spark_failures import first_line
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
    watch: Watch | None = None

    def close(self) -> None:
        """Ends the session, where this process began it for this engine."""
        if self.watch is not None:
            self.watch.end()
        if self.is_ours:
            _stop(self.session)


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
        Unavailable: pyspark or Java is missing, or the master cannot be reached or gives no worker within half a minute.
    """
    try:
        import ibis.backends.pyspark  # noqa: F401, PLC0415 - heavy third-party, an extra; Ibis needs it touched before it compiles
        from py4j.protocol import Py4JError  # noqa: PLC0415
        from pyspark import SparkConf, SparkContext  # noqa: PLC0415
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable.of(_("the Spark engine needs one more package."), advice="pip install 'fenji[spark]'") from error
    running = _alive(SparkSession.getActiveSession())
    if running is None:
        _require_java()
        if is_standalone(master):
            require_master(master)
    settings = _local_settings(scratch, threads, memory_limit) if master.startswith("local") else {}
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    chosen: dict[str, Any] = {**quiet, **settings, **options, **_FIXED}
    if master.startswith("local"):
        # Otherwise Spark starts whatever python3 the path names for its batch steps.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        master = f"local[{threads}]" if threads is not None and master == "local[*]" else master
    builder = SparkSession.builder.appName("fenji").master(master).config(map=chosen)
    try:
        if running is None and is_standalone(master):
            # Java is started before the master's time begins to run.
            SparkContext._ensure_initialized(conf=SparkConf().setMaster(master).setAll(list(chosen.items())))  # noqa: SLF001 - has no public name
            session = started(builder.getOrCreate, master, _kill_java)
        else:
            session = builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError, Py4JError) as error:
        raise Unavailable.of(
            _("Spark could not be started at {master}: {error}"),
            advice=_("See `spark_master` and `spark_options` in fenji.toml. Spark 4 needs Java 17 or newer."),
            master=master,
            error=first_line(error),
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    if running is not None or not is_standalone(master):
        return OpenedSession(session, is_ours=running is None)
    try:
        require_workers(session, master)
    except BaseException:
        _stop(session)
        raise
    return OpenedSession(session, is_ours=True, watch=Watch(session))


def _alive(session: Any) -> Any:  # noqa: ANN401 - pyspark is imported only where it is used
    """A session of this process that can still be used; one whose cluster has ended is cleared away."""
    if session is None:
        return None
    try:
        is_over = session.sparkContext._jsc.sc().isStopped()  # noqa: SLF001 - pyspark has no public name for it
    except Exception:  # noqa: BLE001 - Java itself has ended, told in several ways
        is_over = True
    if not is_over:
        return session
    _stop(session)
    return None


def _stop(session: Any) -> None:  # noqa: ANN401 - pyspark is imported only where it is used
    """Ends a session, also one whose cluster or Java is gone."""
    try:
        session.stop()
    except Exception:  # noqa: BLE001 - what is gone needs no end
        _kill_java()


def _kill_java() -> None:
    """Ends Java and forgets it, so that the next session starts a new one."""
    from pyspark import SparkContext  # noqa: PLC0415 - heavy third-party, an extra

    gateway = SparkContext._gateway  # noqa: SLF001 - pyspark keeps it for the life of a process and has no end for it
    process = getattr(gateway, "proc", None)
    if process is not None:
        process.kill()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None  # noqa: SLF001 - as above


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
