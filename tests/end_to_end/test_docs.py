"""What the docs show is what happens: every block of a page is run in order in one empty folder, and shown output is compared.

The first word behind the fence says what the block is, the words after it what to do with it:

    ```csv file=orders/june.csv      written to that file; any language, so also yaml, toml, python
    ```sh                            run by a shell, must succeed; ``exit=3`` expects another exit code
    ```sh typed=2,1                  run in a terminal in which these answers are typed
    ```text output                   what the block before printed, times and run ids apart
    ```python                        run as a program
    ```yaml  ```toml  ```json        must at least be of that language
    ```console  ```text              shown only
"""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.documents.benefits import benefits_document_from_text
from fenji.documents.metrics import read_metrics
from fenji.documents.policies import read_policy_document
from fenji.documents.sources import read_sources
from fenji.errors import FenjiError
from forking import forking_fenji

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?P<info>[a-z][^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def is_translation(page: Path) -> bool:
    """Whether a page's blocks are, letter by letter, those of the page that it translates: they are run there."""
    original = page.with_name(page.name.replace(".zh-CN.md", ".md"))
    return original != page and BLOCK.findall(page.read_text("utf-8")) == BLOCK.findall(original.read_text("utf-8"))


ALL_PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in ALL_PAGES if not is_translation(page)]
ALL_NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))
NOTEBOOKS = [each for each in ALL_NOTEBOOKS if ".zh-CN" not in each.name]
SHOWING = """
import ast
names = {}
def show(cell):
    *body, last = ast.parse(cell).body
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    print("shown:", value._repr_html_()[:20] if hasattr(value, "_repr_html_") else repr(value)[:200])
"""
PROMPT = re.compile(r"(?:Number|请输入编号)(?: ?\[\d+\])?(?:: |：)$")
VOLATILE = [
    (re.compile(r"\b\d{8}T\d{6}-[0-9a-f]+\b"), "<run>"),
    (re.compile(r"\b\d+(\.\d+)? (s|秒)(?=\W|$)"), "<seconds>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.+:Z]*"), "<moment>"),
]


PROGRAMS: list[Path] = []
"""The folder of the command that pages call, while tests run."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    words: tuple[str, ...]
    text: str
    line: int

    def word(self, name: str) -> str | None:
        return next((each.partition("=")[2] for each in self.words if each.startswith(f"{name}=")), None)


def blocks(text: str) -> Iterator[Block]:
    for found in BLOCK.finditer(text):
        language, *words = found["info"].split()
        yield Block(language, tuple(words), found["text"], text[: found.start()].count("\n") + 1)


def settled(text: str) -> list[str]:
    """Text without what differs from run to run, blanks at line ends and empty lines."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def shell(block: Block, folder: Path) -> str:
    """Runs a block and returns what it printed; the project's own commands are on the path, and lines for a fresh clone do nothing."""
    binaries = folder / ".bin"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("FENJI_", "LC_"))},
        "PATH": os.pathsep.join([str(binaries), *map(str, PROGRAMS), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LANG": "en_US.UTF-8",
    }
    command = ["bash", "-euo", "pipefail", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    typed = block.word("typed")
    if typed is not None:
        return terminal([*command, block.text], typed.split(","), folder, environment | {"TERM": "dumb"})
    done = subprocess.run(
        [*command, block.text], capture_output=True, text=True, check=False, cwd=folder, env=environment, timeout=300
    )
    assert done.returncode == int(block.word("exit") or 0), f"line {block.line}:\n{block.text}\n{done.stdout}{done.stderr}"
    return done.stdout + (done.stderr if done.returncode else "")


def terminal(command: list[str], answers: list[str], folder: Path, environment: dict[str, str]) -> str:
    """Runs a command in a terminal, types an answer at every prompt, and returns what the screen shows."""
    keyboard, screen = pty.openpty()
    waiting, shown = list(answers), b""
    with subprocess.Popen(
        command, stdin=screen, stdout=screen, stderr=screen, cwd=folder, env=environment, start_new_session=True
    ) as running:
        os.close(screen)
        while True:
            try:
                more = os.read(keyboard, 4096)
            except OSError:  # Linux says so when nobody holds the other end any more.
                break
            if not more:
                break
            shown += more
            if PROMPT.search(shown.decode("utf-8", "ignore")):
                os.write(keyboard, waiting.pop(0).encode() + b"\n")
        assert running.wait(300) == 0, shown.decode()
    os.close(keyboard)
    assert waiting == [], "answers to no question"
    return shown.decode().replace("\r\n", "\n")


def play(page: str, folder: Path) -> None:
    """Runs every block of a page."""
    (folder / ".bin").mkdir(parents=True)
    # `make demo` is this very command after its set-up; see Makefile.
    make = folder / ".bin" / "make"
    make.write_text('#!/bin/sh\ntest "$1" = demo && exec fenji demo --workspace demo\nexit 0\n', "utf-8")
    make.chmod(0o755)
    printed = ""
    for block in blocks(page):
        name = block.word("file")
        if name:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, "utf-8")
        elif block.language in {"sh", "python"}:
            printed = shell(block, folder)
        elif "output" in block.words:
            assert settled(block.text) == settled(printed), f"line {block.line}"
        elif block.language in CHECKS:
            CHECKS[block.language](block.text, folder)


def check_yaml(text: str, folder: Path) -> None:
    """A document of ours must be accepted by its own reader."""
    file = folder / "shown.yaml"
    file.write_text(text, "utf-8")
    data = yaml.safe_load(text)
    if "sources" in data:
        read_sources(file)
    elif "metrics" in data:
        read_metrics(file, builtin_metrics())
    elif "benefits" in data:
        benefits_document_from_text(text, file.name)
    elif "policy" in data:
        read_policy_document(file)


CHECKS = {
    "yaml": check_yaml,
    "toml": lambda text, _: tomllib.loads(text),
    "json": lambda text, _: json.loads(text),
}


LONG = {
    *("forecast-and-suggest", "lists-of-customers", "look-after-a-workspace", "members-with-totals", "orders-in-several-files"),
    *("results-in-pandas", "see-who-may-leave", "value-customers", "ask-over-the-network", "let-work-run-by-itself", "be-told"),
    *("first-tiers", "map-a-shop-export", "order-customers-by-priority"),
}
"""Pages of more than ten seconds, whose commands other tests run too: those of the tutorial stand in the README."""


def in_its_time(page: Path) -> object:
    """A page as a test: by ``make faults`` the long ones, and the Chinese pages, which play the same commands as the English."""
    is_later = page.name.endswith(".zh-CN.md") or page.stem in LONG
    return pytest.param(page, id=str(page.relative_to(ROOT)), marks=[pytest.mark.proof] if is_later else [])


@pytest.fixture(scope="session", autouse=True)
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The command that pages call."""
    folder = tmp_path_factory.mktemp("bin")
    with forking_fenji(folder):
        PROGRAMS.append(folder)
        yield


@pytest.mark.apart
@pytest.mark.parametrize("page", [in_its_time(page) for page in PAGES])
def test_every_block_of_the_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page.read_text("utf-8"), tmp_path)


@pytest.mark.apart
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[each.name for each in NOTEBOOKS])
def test_every_cell_of_the_notebook_runs(notebook: Path, tmp_path: Path) -> None:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]
    # The last line of a cell is what a notebook shows; here it must at least be computed and be shown.
    shown = shell(Block("python", (), SHOWING + "\n".join(f"show({each!r})" for each in code), 1), tmp_path)
    assert shown.count("shown:") == len(code)


def test_the_notebooks_say_the_same_in_both_languages() -> None:
    codes = [
        [each["source"] for each in json.loads(file.read_text("utf-8"))["cells"] if each["cell_type"] == "code"]
        for file in ALL_NOTEBOOKS
    ]
    assert (len(codes), codes[0]) == (2, codes[1])


@pytest.mark.parametrize(
    "page",
    [
        "```sh\nexit 1\n```\n",
        "```sh\necho one\n```\n\n```text output\ntwo\n```\n",
        "```python\nraise ValueError\n```\n",
        "```yaml\na: [\n```\n",
        "```yaml\nsources:\n  - {source: a, feed: order_lin, files: a.csv, columns: {}}\n```\n",
        "```csv file=a.csv\nx\n```\n\n```sh\ntest -f b.csv\n```\n",
    ],
)
def test_a_block_that_does_not_do_what_it_says_is_found(page: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, yaml.YAMLError, FenjiError)):
        play(page, tmp_path)


def test_a_page_that_tells_the_truth_passes(tmp_path: Path) -> None:
    play(
        "```csv file=data/a.csv\nx,y\n```\n\n```sh\ncat data/a.csv\necho 20260203T050607-1a2b 3.4 s\n```\n\n"
        "```text output\nx,y\n20270101T000000-ffff 12 s\n```\n\n```sh exit=3\nexit 3\n```\n",
        tmp_path,
    )


def test_every_how_to_is_there_in_both_languages() -> None:
    english = {page.name for page in (ROOT / "docs" / "how-to").glob("*.md") if not page.name.endswith(".zh-CN.md")}
    chinese = {page.name.replace(".zh-CN.md", ".md") for page in (ROOT / "docs" / "how-to").glob("*.zh-CN.md")}
    assert english == chinese
