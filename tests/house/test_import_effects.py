"""Importing fenji changes nothing: no option set, no warning filter, no logging set-up, no thread, no file."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

from house.tree import ROOT, modules

PROBE = """
import sys, json
outside, own = json.loads(sys.argv[1]), json.loads(sys.argv[2])
import importlib, warnings, logging, os, threading, signal, decimal, locale, random, gc
for name in outside:
    importlib.import_module(name)

def world():
    import ibis
    return {
        "warning filters": [str(each) for each in warnings.filters],
        "root handlers": [str(each) for each in logging.root.handlers],
        "root threshold": logging.root.level,
        "environment": sorted(os.environ.items()),
        "threads": threading.active_count(),
        "signals": [str(signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGTERM)],
        "decimals": str(decimal.getcontext()),
        "locale": locale.setlocale(locale.LC_ALL),
        "chance": hash(str(random.getstate())),
        "hooks": [str(sys.excepthook), str(sys.displayhook)],
        "path": list(sys.path),
        "engine options": repr(ibis.options),
        "folder": sorted(os.listdir(".")),
    }

before = world()
for name in own:
    importlib.import_module(name)
after = world()
print(json.dumps([key for key in before if before[key] != after[key]]))
"""


def dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def outside_modules() -> list[str]:
    """What our modules import at the top from elsewhere; what those do at import is theirs."""
    found = set()
    for file in modules():
        for node in file.syntax.body:
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return sorted(name for name in found if not name.startswith("fenji") and name not in {"__future__", "pyspark"})


def changed_by(own: list[str], tmp_path: Path) -> list[str]:
    command = [sys.executable, "-c", PROBE, json.dumps(outside_modules()), json.dumps(own)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "src")])}
    folder = tmp_path / "here"
    folder.mkdir()
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, env=environment)
    return json.loads(done.stdout.splitlines()[-1])


def test_importing_every_module_changes_nothing(tmp_path: Path) -> None:
    own = [dotted(Path("fenji", *file.path.parts)) for file in modules() if file.path.name != "__main__.py"]
    assert changed_by(own, tmp_path) == []


def test_what_an_import_changes_is_found(tmp_path: Path) -> None:
    lines = [
        "import warnings, logging, os, pathlib",
        "warnings.simplefilter('ignore')",
        "logging.basicConfig()",
        "os.environ['X_EXAMPLE'] = '1'",
        "pathlib.Path('left_behind').touch()",
    ]
    (tmp_path / "loud_example.py").write_text("\n".join(lines), "utf-8")
    assert changed_by(["loud_example"], tmp_path) == ["warning filters", "root handlers", "environment", "folder"]
