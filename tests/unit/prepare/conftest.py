"""One DuckDB session for the small worlds of preparation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.engines.duck import DuckEngine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckEngine]:
    session = DuckEngine(Path(tmp_path_factory.mktemp("scratch")), threads=1)
    yield session
    session.close()
