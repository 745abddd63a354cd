"""Which files has somebody sent? An import is begun, its files come in piece by piece, and it is dropped without a trace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fenji.answers.importing import ImportResult, ImportRow, ImportsResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.importing import ImportDraft, ImportStatus
from fenji.domain.principals import Principal
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.importing import open_import
from fenji.workspace.uploads import MOST_FILES, file_name, receive, remove_file, remove_old_imports, remove_uploads

MOST_OPEN = 50
"""Imports that wait at once: each may hold a disk full of files."""


def begin_import(root: Path, *, principal: Principal | None = None) -> ImportResult:
    """Begins an import without files; imports that nobody has touched for long are removed.

    Raises:
        NotFound: no workspace.
        Conflict: too many imports wait.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    remove_old_imports(workspace, acting)
    with workspace.state.transaction(acting) as t:
        if len(t.imports.open_ones()) >= MOST_OPEN:
            raise Conflict.of(_("{count} imports wait already."), advice=_("Accept or drop some of them first."), count=MOST_OPEN)
        draft = t.imports.begin()
        t.audit.add(Action.IMPORT_BEGUN, Subject(SubjectKind.IMPORT, draft.import_id))
    return _told(draft)


def add_file(
    root: Path, import_id: str, name: str, chunks: Iterable[bytes], *, replaces: bool = False, principal: Principal | None = None
) -> ImportResult:
    """Takes a file of an import, as it comes; one of the same name that was sent before is replaced. Answers given so far are forgotten.

    Args:
        root: the workspace.
        import_id: the import.
        name: of the file.
        chunks: its bytes.
        replaces: whether it may take the place of a file of that name among those of the sources.
        principal: who sends it.

    Raises:
        NotFound: no such import.
        Conflict: it is accepted or dropped, has too many files, or the workspace has a file of that name.
        InvalidArgument: no plain name, or of no kind of file that is read.
        InvalidFile: larger than the setting ``upload_limit``, or something else than its name says.
        Unavailable: the disk is full.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    plain = file_name(name)
    draft = open_import(workspace, import_id)
    others = [each for each in draft.files if each.name != plain]
    if len(others) >= MOST_FILES:
        raise Conflict.of(_("an import takes {count} files."), advice=_("Begin another one."), count=MOST_FILES)
    if any(each.name.casefold() == plain.casefold() for each in others):
        raise Conflict.of(_("a file of this import has the same name in other letters: {name}."), name=plain)
    file = receive(workspace, draft, plain, chunks, replaces=replaces)
    try:
        with workspace.state.transaction(acting) as t:
            # Other files may have come meanwhile; each stands for itself.
            now = t.imports.one(import_id)
            files = [*(each for each in now.files if each.name != plain), file]
            changed = t.imports.change(now, files=files, answers={}, status=ImportStatus.UPLOADED)
            details: dict[str, str | int | None] = {"sha256": file.sha256, "bytes": file.size, "format": file.format}
            t.audit.add(Action.IMPORT_FILE_SENT, Subject(SubjectKind.IMPORT, import_id), details)
    except BaseException:
        remove_file(workspace, import_id, plain)
        raise
    return _told(changed)


def take_file_out(root: Path, import_id: str, name: str, *, principal: Principal | None = None) -> ImportResult:
    """Removes a file that was sent; answers given so far are forgotten.

    Raises:
        NotFound: no such import, or no such file in it.
        Conflict: the import is accepted or dropped.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    open_import(workspace, import_id)
    with workspace.state.transaction(acting) as t:
        now = t.imports.one(import_id)
        gone = [each for each in now.files if each.name == name]
        if not gone:
            raise NotFound.of(_("this import has no file {name}."), name=name[:60])
        files = [each for each in now.files if each.name != name]
        changed = t.imports.change(now, files=files, answers={}, status=ImportStatus.UPLOADED)
        t.audit.add(Action.IMPORT_FILE_REMOVED, Subject(SubjectKind.IMPORT, import_id), {"sha256": gone[0].sha256})
    remove_file(workspace, import_id, name)
    return _told(changed)


def list_imports(root: Path) -> ImportsResult:
    """The newest imports, of any status.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        return ImportsResult(())
    with workspace.state.reading() as t:
        return ImportsResult(tuple(map(ImportRow.of, t.imports.newest())))


def one_import(root: Path, import_id: str) -> ImportResult:
    """An import.

    Raises:
        NotFound: no workspace, or no such import.
    """
    with open_workspace(root).state.reading() as t:
        return _told(t.imports.one(import_id))


def drop_import(root: Path, import_id: str, *, edition: int | None = None, principal: Principal | None = None) -> ImportResult:
    """Removes an import with all its files.

    Args:
        root: the workspace.
        import_id: the import.
        edition: the one that whoever drops it has seen; None: any.
        principal: who drops it.

    Raises:
        NotFound: no such import.
        Conflict: somebody has changed it since, or it is accepted.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    with workspace.state.transaction(acting) as t:
        now = t.imports.one(import_id)
        if edition not in {None, now.edition}:
            raise t.imports.conflict(import_id)
        changed = t.imports.change(now, status=ImportStatus.DROPPED)
        t.audit.add(Action.IMPORT_DROPPED, Subject(SubjectKind.IMPORT, import_id))
    remove_uploads(workspace, import_id)
    return _told(changed)


def _told(draft: ImportDraft) -> ImportResult:
    return ImportResult(ImportRow.of(draft))
