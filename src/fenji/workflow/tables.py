"""Which tables are published now, and in which files do they stand? For those who read the Parquet with tools of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from fenji.answers.tables import TableFiles, TablesResult
from fenji.answers.views import OPEN, View
from fenji.domain.runs import StoredTable
from fenji.engines.duck_paths import literal_path
from fenji.errors import Conflict, NotFound, unknown_name
from fenji.language import message as _
from fenji.tables.contracts import CONTRACTS
from fenji.workspace.folder import open_workspace
from fenji.workspace.listing import BATCH_ROWS
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import runs_on_current
from fenji.workspace.table_masks import masked_batch, personal_columns


def tables_now(root: Path, *, run: str | None = None) -> TablesResult:
    """All tables that are published: those of the last run, and of each analysis of its data the newest.

    Args:
        root: the workspace.
        run: a published run, for its tables alone; None: the last one.

    Raises:
        NotFound: no workspace, no such run, or nothing has been run yet.
    """
    with open_question(open_workspace(root)) as session:
        runs = runs_on_current(session, run)
        found: dict[str, TableFiles] = {}
        for each in runs:
            stored: dict[str, list[StoredTable]] = {}
            for part in session.tables_of(each.run_id):
                if part.table not in found:
                    stored.setdefault(part.table, []).append(part)
            found |= {
                name: TableFiles(
                    table=name,
                    run_id=each.run_id,
                    rows=sum(part.rows for part in parts),
                    days=tuple(sorted(part.as_of for part in parts if part.as_of is not None)),
                    files=tuple(file.absolute() for part in parts for file in session.whole.files(part)),
                )
                for name, parts in stored.items()
            }
        return TablesResult(runs[0].run_id, runs[0].new.as_of, tuple(found[name] for name in sorted(found)))


@dataclass(frozen=True)
class OpenTable:
    """The rows of a stored table, batch by batch; whoever has read enough closes it."""

    run_id: str
    schema: Any
    """A pyarrow.Schema."""
    batches: Iterator[Any]
    """pyarrow.RecordBatch, at most ``BATCH_ROWS`` rows each."""


def open_table(root: Path, name: str, *, as_of: date | None = None, run: str | None = None, view: View = OPEN) -> OpenTable:
    """The rows of a published table, personal columns as a reader may see them. Files are checked before the first row is given.

    Args:
        root: the workspace.
        name: shelf and name, such as ``insight.customer_metric``.
        as_of: one of its days; None: the last one kept, or all rows of a table without days.
        run: a published run; None: the last one, or the newest analysis on its data that has the table.
        view: how much the reader sees.

    Raises:
        NotFound: no workspace, run, table or day of that name.
        Damaged: the files are not what was published.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    with open_question(open_workspace(root)) as session:
        contract = CONTRACTS.get(name)
        runs = runs_on_current(session, run)
        owners = [(each, part) for each in runs for part in session.tables_of(each.run_id) if part.table == name]
        if contract is None or not owners:
            there = {part.table for each in runs for part in session.tables_of(each.run_id)}
            raise NotFound(unknown_name(_("table"), name, there))
        run_id = owners[0][0].run_id
        parts = [part for owner, part in owners if owner.run_id == run_id]
        days = sorted({part.as_of for part in parts if part.as_of is not None})
        day = as_of or (days[-1] if days else None)
        files = [file for part in parts if part.as_of == day for file in session.whole.files(part)]
        if not files:
            raise NotFound.of(
                _("run {run_id} keeps no {table} of {day}."),
                advice=_("It has one on: {dates}."),
                run_id=run_id,
                table=name,
                day=day,
                dates=", ".join(map(str, days)),
            )
    veils = personal_columns(contract)
    batches = (
        masked_batch(batch, veils, view) for file in files for batch in pq.ParquetFile(file).iter_batches(batch_size=BATCH_ROWS)
    )
    first = next(batches, None)
    schema = pq.read_schema(files[0]) if first is None else first.schema
    return OpenTable(run_id, schema, iter(()) if first is None else chain([first], batches))


def write_views(result: TablesResult, path: Path, *, force: bool = False) -> int:
    """Writes SQL that makes a view of every table, for DuckDB: ``duckdb -init views.sql``, or ``read`` it; returns how many.

    Raises:
        NotFound: the folder is not there.
        Conflict: the file is there already.
    """
    if not path.absolute().parent.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(path.parent))
    if path.exists() and not force:
        raise Conflict.of(
            _("{file} is there already."), advice=_("Choose another name, or say that it may be overwritten."), file=str(path)
        )
    shelves: Mapping[str, None] = dict.fromkeys(each.table.partition(".")[0] for each in result.tables)
    lines = [f"-- run {result.run_id}, {result.as_of}", *(f'CREATE SCHEMA IF NOT EXISTS "{shelf}";' for shelf in shelves)]
    lines += [_view(each) for each in result.tables if each.files]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(bool(each.files) for each in result.tables)


def _view(table: TableFiles) -> str:
    shelf, _dot, name = table.table.partition(".")
    files = ", ".join("'" + literal_path(file).replace("'", "''") + "'" for file in table.files)
    # Folders are named as_of=…, which the files say themselves; a table of several days may have grown columns.
    options = "hive_partitioning = false, union_by_name = true"
    return f'CREATE OR REPLACE VIEW "{shelf}"."{name}" AS FROM read_parquet([{files}], {options});'
