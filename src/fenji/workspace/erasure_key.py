"""How is an erased person known again without being known? By keyed hashes; the key stands in a file of its own beside the state."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from fenji.private_files import private_file, private_folder
from fenji.workspace.folder import Workspace
from fenji.workspace.state import sqlite_file

KEY_FILE = "fenji.key"
ERASED_FILE = "fenji.erased"
"""One keyed hash a line: an id, a phone or an e-mail of somebody who was erased."""


def beside_state(workspace: Workspace, name: str) -> Path:
    """A file beside the state database; in the workspace where that is on a server."""
    file = sqlite_file(workspace.settings.database_in(workspace.root))
    return (workspace.root if file is None else file.parent) / name


def erasure_key(workspace: Workspace) -> str:
    """The key of the workspace as hex digits, made when it is first asked for."""
    file = beside_state(workspace, KEY_FILE)
    if not file.exists():
        private_folder(file.parent)
        private_file(file)
        file.write_text(secrets.token_hex(32) + "\n", "ascii")
    return file.read_text("ascii").strip()


def keyed(key: str, value: str) -> str:
    """The hash of a value as ``prepare.identity.keyed`` computes it in an engine."""
    half = len(key) // 2
    inner = hashlib.sha256(f"{key[:half]}:{value}".encode()).hexdigest()
    return hashlib.sha256(f"{key[half:]}:{inner}".encode()).hexdigest()


def erased_tokens(workspace: Workspace) -> frozenset[str]:
    """The keyed hashes of everybody who was erased."""
    file = beside_state(workspace, ERASED_FILE)
    return frozenset(file.read_text("ascii").split()) if file.exists() else frozenset()


def keep_tokens(workspace: Workspace, tokens: frozenset[str]) -> None:
    """Adds keyed hashes to those that are kept; they are there as a whole or not at all."""
    file = beside_state(workspace, ERASED_FILE)
    private_file(file)
    beside = file.with_name(f".{file.name}.part")
    private_file(beside)
    beside.write_text("".join(f"{each}\n" for each in sorted(erased_tokens(workspace) | tokens)), "ascii")
    beside.replace(file)
