"""Is what a question is answered from still the same? One text that changes with every published run, every edition and every document of the company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fenji import __version__
from fenji.choices import SETTINGS_FILE
from fenji.workspace.folder import METRICS_FILE, Workspace, policy_files
from fenji.workspace.standing import ANALYSES_FOLDER


def version_of(workspace: Workspace) -> str:
    """The same text as long as every question that only reads has the same answer; in every process.

    Documents are known by size and moment of change, as build tools know them. Overrides are part of the runs that followed them.
    """
    stored = workspace.state.recall("version", lambda t: (*t.manifests.version(), t.policies.count()))
    parts = [__version__, *stored, *_documents(workspace)]
    return " ".join(map(str, parts))


def _documents(workspace: Workspace) -> Iterator[str]:
    """Settings, metrics, policies and the choices of analyses, as they stand on the disk."""
    for file in (*_files(workspace), *policy_files(workspace)):
        try:
            found = file.stat()
        except OSError:
            continue
        yield f"{file.name}:{found.st_size}:{found.st_mtime_ns}"


def _files(workspace: Workspace) -> Iterator[Path]:
    yield workspace.root / SETTINGS_FILE
    yield workspace.root / METRICS_FILE
    yield from sorted((workspace.root / ANALYSES_FOLDER).glob("*.y*ml"))
