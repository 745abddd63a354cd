"""How is an erased person known again without being known? By keyed hashes; the key stands in a file of its own beside the state."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from fenji.private_files import flush_file, private_file, private_folder
from fenji.state.database import sqlite_file
from fenji.workspace.folder import Workspace

KEY_FILE = "fenji.key"
ERASED_FILE = "fenji.erased"
"""A line for each id, phone, e-mail and union id of somebody who was erased, in the order of erasure: keyed hash, id that means nobody."""


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
    return frozenset(erased_ids(workspace))


def erased_ids(workspace: Workspace) -> dict[str, str]:
    """The id that means nobody by the keyed hashes of who was erased, in the order of erasure."""
    file = beside_state(workspace, ERASED_FILE)
    lines = [each.split() for each in file.read_text("ascii").splitlines()] if file.exists() else []
    return {line[0]: line[-1] if len(line) > 1 else f"erased-{line[0][:16]}" for line in lines if line}


def keep_tokens(workspace: Workspace, tokens: Iterable[str], anonymous_id: str) -> None:
    """Adds the keyed hashes of a person to those that are kept; they are there as a whole or not at all.

    Args:
        workspace: where.
        tokens: keyed hashes; those that are kept already stay where they are.
        anonymous_id: the id under which the person's rows stay.
    """
    kept = erased_ids(workspace)
    kept |= {each: anonymous_id for each in sorted(tokens) if each not in kept}
    file = beside_state(workspace, ERASED_FILE)
    private_file(file)
    beside = file.with_name(f".{file.name}.part")
    private_file(beside)
    beside.write_text("".join(f"{each} {anonymous}\n" for each, anonymous in kept.items()), "ascii")
    flush_file(beside)
    beside.replace(file)
