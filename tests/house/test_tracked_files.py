"""The project names no machine: no path of somebody's computer and no address of a package index in any file under version control."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from house.tree import ROOT

# The brackets keep the patterns from matching the lines that they stand on.
MACHINE = re.compile(
    r"(?<![\w.])/(?:work|home|Users|root)[/]\w"
    r"|[A-Z]:\\Users[\\]"
    r"|(?:extra-)?index[-_]url|find[-]links|/simple[/]"
    r"|\"resolved[\"]: \"http"
    r"|(?:files\.pythonhosted|pypi|registry\.npmjs|deb\.debian)[.]org"
)


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def machine_names(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), start=1):
        if found := MACHINE.search(line):
            yield f"line {number}: {found[0]}"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git work tree: nothing says which files are tracked")
def test_no_tracked_file_names_a_machine() -> None:
    found = []
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data[:8000]:
            found += [f"{name}: {each}" for each in machine_names(data.decode("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "open('/ho" + "me/wang/orders.csv')",
        "pip install --ind" + "ex-url x",
        "https://py" + "pi.org/project",
        "C:\\Us" + "ers\\wang",
    ],
)
def test_a_machine_is_found(line: str) -> None:
    assert len(list(machine_names(line))) == 1


@pytest.mark.parametrize("line", ["store/clean.customer", "https://example.com/home", "python3.11 -m venv .venv"])
def test_other_lines_pass(line: str) -> None:
    assert list(machine_names(line)) == []
