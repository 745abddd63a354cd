"""What is installed is what was tested: the wheel holds every module, catalog, template, migration and the demo's data."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from house.tree import ROOT

NEEDED = (
    "fenji/locales/zh_CN/LC_MESSAGES/fenji.po",
    "fenji/demo_data/online_retail_ii.parquet",
    "fenji/demo_data/ATTRIBUTION.md",
    "fenji/templates/retail/policies/retail.yaml",
    "fenji/py.typed",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    (file,) = folder.glob("*.whl")
    return zipfile.ZipFile(file)


def packaged_files() -> set[str]:
    """Everything below src/fenji that is no by-product."""
    source = ROOT / "src"
    files = (file for file in (source / "fenji").rglob("*") if file.is_file())
    return {file.relative_to(source).as_posix() for file in files if "__pycache__" not in file.parts}


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    assert sorted(packaged_files() - set(wheel.namelist())) == []


@pytest.mark.parametrize("name", NEEDED)
def test_the_wheel_holds_what_is_not_code(name: str, wheel: zipfile.ZipFile) -> None:
    assert wheel.getinfo(name).file_size >= (ROOT / "src" / name).stat().st_size


def test_the_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_constraints_pin_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    pinned = {plain(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line}
    assert [each for each in wanted if plain(each) not in pinned] == []


def plain(requirement: str) -> str:
    """The name alone, spelled as registries compare it.

    >>> plain("ibis_framework[duckdb]>=12")
    'ibis-framework'
    """
    name = requirement
    for sign in "[<>=!~; ":
        name = name.split(sign)[0]
    return name.lower().replace("_", "-").replace(".", "-")


def test_constraints_name_versions_and_nothing_else() -> None:
    lines = Path(ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#") and "==" not in line] == []
