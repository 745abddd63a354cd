"""Which engine is asked for? Opens it; nobody else needs to know which one it is."""

from __future__ import annotations

from pathlib import Path

from fenji.choices import EngineName
from fenji.engines.duck import DuckEngine
from fenji.engines.spark import SparkEngine
from fenji.settings import Settings


def open_engine(settings: Settings, scratch: Path, *, name: EngineName | None = None) -> DuckEngine | SparkEngine:
    """A new session of an engine; the caller closes it.

    Args:
        settings: which engine, threads, memory, and where Spark is.
        scratch: folder for intermediate results.
        name: another engine than the settings'.

    Raises:
        Unavailable: it cannot be opened here; says what to install.
    """
    if (name or settings.engine) is EngineName.SPARK:
        return SparkEngine(
            scratch,
            master=settings.spark_master,
            options=settings.spark_options,
            threads=settings.threads,
            memory_limit=settings.memory_limit,
        )
    return DuckEngine(scratch, threads=settings.threads, memory_limit=settings.memory_limit)
