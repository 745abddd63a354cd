"""By what file is a workspace known, and between which engines may its settings choose? Known without reading any settings."""

from __future__ import annotations

from enum import StrEnum

SETTINGS_FILE = "fenji.toml"
"""The file's name in the workspace."""


class EngineName(StrEnum):
    """Where expressions run."""

    DUCKDB = "duckdb"
    SPARK = "spark"
