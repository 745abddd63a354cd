"""Which tables are published now, and in which files do they stand? For those who read the Parquet with tools of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fenji.answers.tables import TableFiles, TablesResult
from fenji.domain.runs import StoredTable
from fenji.engines.duck_paths import literal_path
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import runs_on_current


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
