"""Need clean tables be stored again? Not where they are what the run before has stored: its files are named by both runs.

Where everything that the clean tables are made of is as it was, nothing is prepared: raw rows to the byte, sources.yaml, settings,
hashes of erased persons, the code of fenji, the engine and its version. Keys of customers need no part in it: with the same ids,
``prepare.identity`` gives each the key that the run before gave it. Otherwise each table is made, and one that holds the same bytes
as before is not kept twice. Files that are not as they were published are never shared. Decision 0047.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import ibis.expr.types as ir

import fenji
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.runs import Part, Run, StoredTable
from fenji.state.parts import Depth, PartCheck, describe
from fenji.tables import clean
from fenji.tables.raw import RAW, UNREADABLE
from fenji.workspace.folder import SOURCES_FILE
from fenji.workspace.preparing import PrepareOptions
from fenji.workspace.session import RunWriter, Session

_COMPUTING = ("duckdb", "ibis-framework", "pyarrow", "pyspark", "sqlglot")
"""Packages whose version may change what comes out."""


@dataclass(frozen=True)
class SharedBase:
    """The clean tables of the run before, which are those of this run too."""

    run: Run
    tables: Mapping[str, ir.Table]


def fingerprint_of(writer: RunWriter, files: Sequence[CollectedFile], options: PrepareOptions) -> str | None:
    """SHA-256 of all that the clean tables of a run are made of; None where something of it has no checksum.

    Args:
        writer: of the run, which has its sources.yaml.
        files: what was collected.
        options: what the settings say about preparation.

    Raises:
        Damaged: raw rows are not what was published.
    """
    session, code = writer.session, _code()
    parts = _raw_parts(writer, files)
    if code is None or parts is None:
        return None
    said = asdict(options) | {"erased": sorted(options.erased)}
    del said["keys_given"]
    if all(each.feed is not Feed.BALANCE for each in files):
        del said["as_of"]  # totals alone are taken at the day of the run
    made_of = {
        "code": code,
        "versions": [sys.version, *map(_version, _COMPUTING)],
        "engine": session.engine.name,
        "engine_options": session.workspace.settings.spark_options,
        "sources": writer.run.new.documents[SOURCES_FILE],
        "options": said,
        "files": [asdict(each) for each in files],
        "raw": parts,
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True, default=str).encode()).hexdigest()


def shared_base(writer: RunWriter, fingerprint: str | None) -> SharedBase | None:
    """The clean tables of the run before, named by this run too; None where they must be made."""
    session = writer.session
    previous = session.runs.latest_published(command="run")
    if previous is None or fingerprint is None or previous.base_fingerprint != fingerprint:
        return None
    stored = _clean_tables(session, previous)
    check = PartCheck(session.store)
    if any(_is_damaged(check, each) for each in stored.values()):
        return None
    writer.tables.extend(stored.values())
    tables = {
        name: session.engine.read_parquet(session.store.files(each.path), clean.CLEAN[name].schema)
        for name, each in stored.items()
    }
    return SharedBase(previous, tables)


def share_equal(writer: RunWriter) -> Run | None:
    """Names the files of the run before for each clean table of this run that holds the same bytes, and removes its own.

    Nothing may read the tables of the run afterwards.

    Returns:
        The run before, where any of its tables is shared.
    """
    session = writer.session
    previous = session.runs.latest_published(command="run")
    if previous is None:
        return None
    stored, check, shared = _clean_tables(session, previous), PartCheck(session.store), False
    for number, each in enumerate(writer.tables):
        then = stored.get(each.table)
        if then is None or then.rows != each.rows:
            continue
        parts = describe(writer.store, each.path)
        if _sums(parts) != _sums(then.parts or ()) or _is_damaged(check, then):
            writer.tables[number] = replace(each, parts=parts)
            continue
        shutil.rmtree(writer.store.root / each.path)
        writer.tables[number], shared = then, True
    return previous if shared else None


def _clean_tables(session: Session, run: Run) -> dict[str, StoredTable]:
    return {each.table: each for each in session.runs.tables_of(run.run_id) if each.table in clean.CLEAN}


def _is_damaged(check: PartCheck, table: StoredTable) -> bool:
    return table.parts is None or any(check.faults(table, depth=Depth.ALL))


def _sums(parts: Sequence[Part]) -> list[str]:
    return sorted(each.sha256 for each in parts)


def _raw_parts(writer: RunWriter, files: Sequence[CollectedFile]) -> list[tuple[str, list[str]]] | None:
    """The raw folders with the checksums of their files: as published, or as this run has just written them."""
    session = writer.session
    for feed in dict.fromkeys(each.feed for each in files):
        session.whole.folders([each.raw_path for each in files if each.feed is feed], RAW[feed].full_name)
    unreadable = [each.unreadable_path for each in files if each.unreadable_path is not None]
    session.whole.folders(unreadable, UNREADABLE.full_name)
    paths = [*(each.raw_path for each in files), *unreadable]
    published = session.runs.parts_by_folder(paths)
    new = f"/run={writer.run.run_id}/"
    found = {path: published[path] or (describe(session.store, path) if new in path else ()) for path in paths}
    return [(path, _sums(parts)) for path, parts in sorted(found.items())] if all(found.values()) else None


@cache
def _code() -> str | None:
    """SHA-256 of the code of fenji; None where only compiled files are there."""
    root = Path(fenji.__file__).parent
    files = sorted(root.rglob("*.py"))
    digest = hashlib.sha256()
    for each in files:
        content = each.read_bytes()
        digest.update(f"{each.relative_to(root).as_posix()}:{len(content)}:".encode() + content)
    return digest.hexdigest() if files else None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
