"""Which tables of which databases can come in over the network? They are looked at as files are, and a run reads them where they stand."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.importing import DatabasesResult, ImportResult, ImportRow, TableRow, TablesResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.importing import ImportStatus
from fenji.domain.principals import Principal
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.importing import open_import
from fenji.workspace.progress import Progress, silent
from fenji.workspace.source_databases import location_of, named_databases, opened
from fenji.workspace.taking_in import known_sources
from fenji.workspace.uploads import MOST_FILES, receive_table, remove_file, table_name


def list_databases(root: Path) -> DatabasesResult:
    """The databases that the environment of the server names.

    Raises:
        NotFound: no workspace.
    """
    open_workspace(root)
    return DatabasesResult(named_databases())


def list_tables(root: Path, database: str) -> TablesResult:
    """The tables and views of a database that may be read, and the source that reads each already.

    Raises:
        NotFound: no workspace, or no such database.
        InvalidDocument: its variable holds no address of a database, or sources.yaml cannot be used.
        Unavailable: the database is out of reach.
    """
    workspace = open_workspace(root)
    readers = {each.location: each.name for each in known_sources(workspace.root)}
    tables = opened(workspace.root, database).tables()
    rows = (TableRow(each.name, each.is_view, each.columns, readers.get(location_of(database, each.name))) for each in tables)
    return TablesResult(database, tuple(rows))


def add_tables(
    root: Path,
    import_id: str,
    database: str,
    tables: tuple[str, ...],
    *,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> ImportResult:
    """Takes the first rows of tables into an import, to be looked at as files are; answers given so far are forgotten.

    Args:
        root: the workspace.
        import_id: the import.
        database: the name of the database.
        tables: tables or views of it.
        principal: who does it.
        progress: told of each table.

    Raises:
        NotFound: no such import, database or table.
        Conflict: the import is accepted or dropped, or has too many files; a source reads the table already.
        InvalidDocument: a table is empty, or cannot be read.
        Unavailable: the database is out of reach, or the disk is full.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    draft = open_import(workspace, import_id)
    names = {table_name(database, each) for each in tables}
    if len({each.name for each in draft.files} | names) > MOST_FILES:
        raise Conflict.of(_("an import takes {count} files."), advice=_("Begin another one."), count=MOST_FILES)
    readers = {each.location: each.name for each in known_sources(workspace.root)}
    for each in tables:
        if (reader := readers.get(location_of(database, each))) is not None:
            raise Conflict.of(_("source {source} reads {table} already."), source=reader, table=each)
    taken = []
    try:
        for position, each in enumerate(tables):
            progress(_("looking into the files"), position, len(tables))
            taken.append(receive_table(workspace, draft, database, each))
        with workspace.state.transaction(acting) as t:
            now = t.imports.one(import_id)
            files = [*(each for each in now.files if each.name not in names), *taken]
            changed = t.imports.change(now, files=files, answers={}, status=ImportStatus.UPLOADED)
            for file in taken:
                details: dict[str, str | int | None] = {"sha256": file.sha256, "database": database, "table": file.table}
                t.audit.add(Action.IMPORT_FILE_SENT, Subject(SubjectKind.IMPORT, import_id), details)
    except BaseException:
        for file in taken:
            remove_file(workspace, import_id, file.name)
        raise
    return ImportResult(ImportRow.of(changed))
