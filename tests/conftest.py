"""What all tests share: how hard the property tests try, and where Spark can run."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# Deadlines measure the machine, not the code: the first call compiles expressions.
settings.register_profile("ci", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps a file's tests in one worker, all Spark tests in one; skips Spark tests, with the reason, where Spark cannot run."""
    lacking = [name for name, there in (("Java", shutil.which("java")), ("pyspark", find_spec("pyspark"))) if not there]
    for item in items:
        is_spark = item.get_closest_marker("spark") is not None
        # One Spark session costs a gigabyte and ten seconds, so all of them share one.
        item.add_marker(pytest.mark.xdist_group("spark" if is_spark else str(item.path)))
        if is_spark and lacking:
            item.add_marker(pytest.mark.skip(reason=f"Spark needs {' and '.join(lacking)}"))
