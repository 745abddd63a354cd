"""Imports run downwards only, stages are strangers, and only one room knows each outside library."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from house.tree import ROOT, SourceFile, example, inner_imports, modules, violations

HEAVY = {
    "alembic",
    "babel",
    "connectorx",
    "docx",
    "fastexcel",
    "ibis",
    "xlsxwriter",
    "implicit",
    "lightgbm",
    "numpy",
    "pandas",
    "phonenumbers",
    "pyarrow",
    "py4j",
    "pyspark",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "statsforecast",
    "structlog",
    "typst",
    "uvicorn",
}
"""Third-party libraries that take long to load, and so may be imported where they are used."""


def inner_import(file: SourceFile) -> Iterator[str]:
    for line, module in inner_imports(file):
        if module.split(".")[0] not in HEAVY:
            yield f"line {line}: imports {module} inside a function"


def foreign_to_domain(file: SourceFile) -> Iterator[str]:
    """The words of the domain need nothing but the standard library, the errors and the languages."""
    if file.room != "domain":
        return
    for module in re.findall(r"^(?:from|import) ([\w.]+)", file.text, re.MULTILINE):
        own = module.startswith(("fenji.domain", "fenji.errors", "fenji.language"))
        if not own and module.split(".")[0] not in sys.stdlib_module_names:
            yield f"imports {module}"


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Runs the contracts of pyproject.toml over a copy of the package."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=source, env=environment)


def test_imports_run_downwards_only() -> None:
    done = lint_imports(ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_finds_what_breaks_it(tmp_path: Path) -> None:
    package = shutil.copytree(
        ROOT / "src" / "fenji", tmp_path / "fenji", ignore=shutil.ignore_patterns("*.parquet", "__pycache__")
    )
    broken = {
        "domain/upwards.py": "import fenji.workflow",
        "prepare/stranger.py": "import fenji.analyze",
        "analyze/outside.py": "import fenji.engines",
        "collect/second_engine.py": "import duckdb",
        "workflow/second_state.py": "import sqlalchemy",
        "tables/entrance.py": "import typer",
        "analyze/foreign.py": "import pydantic",
        "workflow/second_sender.py": "import httpx2",
        "cli/web.py": "import fastapi",
    }
    for path, line in broken.items():
        (package / path).write_text(f'"""Example."""\n\n{line}\n', "utf-8")
    done = lint_imports(tmp_path)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert [name["name"] for name in contracts if f"{name['name']} BROKEN" not in done.stdout] == []


def test_a_room_that_no_layer_names_is_found(tmp_path: Path) -> None:
    package = shutil.copytree(
        ROOT / "src" / "fenji", tmp_path / "fenji", ignore=shutil.ignore_patterns("*.parquet", "__pycache__")
    )
    (package / "attic.py").write_text('"""Example."""\n', "utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode != 0
    assert "attic" in done.stdout


def test_every_room_is_named_where_a_library_is_forbidden() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    rooms = {f"fenji.{file.room or file.path.stem}" for file in modules()} - {"fenji.__init__", "fenji.__main__"}
    open_rooms = {
        "duckdb": {"fenji.engines"},
        "sqlalchemy": {"fenji.state"},
        "typer": {"fenji.cli"},
        "httpx2": {"fenji.alerts"},
        "fastapi": {"fenji.api", "fenji.http", "fenji.server", "fenji.web"},
    }
    for library, allowed in open_rooms.items():
        contract = next(each for each in contracts if each["type"] == "forbidden" and library in each["forbidden_modules"])
        assert set(contract["source_modules"]) == rooms - allowed, library


def test_no_import_hides_inside_a_function() -> None:
    assert violations(inner_import) == []


def test_the_domain_needs_the_standard_library_only() -> None:
    assert violations(foreign_to_domain) == []


@pytest.mark.parametrize("line", ["import json", "from fenji.domain import periods", "import yaml"])
def test_an_import_inside_a_function_is_found(line: str) -> None:
    assert len(list(inner_import(example(f"def f():\n    {line}\n")))) == 1


def test_a_heavy_library_may_be_imported_where_it_is_used() -> None:
    assert list(inner_import(example("def f():\n    import pyspark.sql\n"))) == []


def test_a_library_in_the_domain_is_found() -> None:
    assert len(list(foreign_to_domain(example("import ibis\nfrom dataclasses import dataclass\n", "domain/x.py")))) == 1
