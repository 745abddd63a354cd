"""No command loads what it does not use: help of all of them none of the libraries that compute, and one command no other's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fenji.cli.commands import COMMANDS
from house.tree import ROOT

COMPUTES = {"ibis", "duckdb", "numpy", "pyarrow", "sqlalchemy"}
"""What every command loads that reads a workspace's tables."""
HEAVY = COMPUTES | {
    "alembic",
    "babel",
    "connectorx",
    "fastexcel",
    "implicit",
    "lightgbm",
    "pandas",
    "phonenumbers",
    "pydantic",
    "pyspark",
    "scipy",
    "sklearn",
    "statsforecast",
    "structlog",
}
PROGRAM = """
import sys
from fenji.cli.main import answer
code = answer(sys.argv[1:])
print(code, *sorted({each.partition(".")[0] for each in sys.modules}), file=sys.stderr)
print(*sorted(each for each in sys.modules if each.startswith("fenji.")), file=sys.stderr)
"""


def loaded(code: str, folder: Path, *arguments: str) -> tuple[set[str], set[str]]:
    """The heavy libraries and the modules of fenji that a new process has loaded by its end; the last two lines of its errors."""
    command = [sys.executable, "-c", code, *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT / "src")})
    libraries, own = ran.stderr.splitlines()[-2:]
    return HEAVY & set(libraries.split()), set(own.split())


def test_the_package_itself_loads_no_library(tmp_path: Path) -> None:
    heavy, own = loaded(PROGRAM.replace("from fenji.cli.main import answer", "import fenji\nanswer = len"), tmp_path)
    assert (heavy, own) == (set(), set())


def test_help_of_all_commands_loads_no_command_and_nothing_heavy(tmp_path: Path) -> None:
    heavy, own = loaded(PROGRAM, tmp_path, "--help", "--lang", "en")
    assert heavy == set()
    assert own & {f"fenji.cli.{name}" for name in COMMANDS} == set()


def test_a_slip_loads_no_command(tmp_path: Path) -> None:
    heavy, own = loaded(PROGRAM, tmp_path, "teirs", "--lang", "en")
    assert heavy <= {"pydantic"}, "Typer itself looks at it where it refuses a line"
    assert "fenji.cli.tiers" not in own


@pytest.mark.parametrize("arguments", [("tiers", "--help"), ("--lang", "en", "tiers", "--workspace", "nowhere")])
def test_one_command_loads_no_other_and_no_model(arguments: tuple[str, ...], tmp_path: Path) -> None:
    heavy, own = loaded(PROGRAM, tmp_path, *arguments)
    assert heavy - {"babel"} <= COMPUTES | {"pydantic"}
    assert own & {f"fenji.cli.{name}" for name in COMMANDS} == {"fenji.cli.tiers"}
    assert not any(each.startswith(("fenji.collect.reading", "fenji.collect.understanding", "fenji.prepare")) for each in own)


def test_every_command_is_a_module_with_examples_and_every_such_module_a_command() -> None:
    modules = {path.stem for path in (ROOT / "src/fenji/cli").glob("*.py") if "\nEXAMPLES = " in path.read_text("utf-8")}
    assert modules - {"main"} == set(COMMANDS)
