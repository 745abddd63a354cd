"""How is a workspace taken along whole? One file with the state, every published table, the raw rows behind them, and the documents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from fenji import __version__
from fenji.answers.backups import BackupResult
from fenji.choices import SETTINGS_FILE
from fenji.domain.principals import Principal
from fenji.errors import Conflict, Damaged, NotFound, Problem
from fenji.language import message as _
from fenji.scratch import own_folder_for_now
from fenji.settings import without_secrets
from fenji.state.database import NEWEST
from fenji.workspace.archive import DOCUMENTS, FIRST, FORMAT, STATE, STORE, ArchiveWriter, Contents, first_lines
from fenji.workspace.erasure_key import ERASED_FILE, KEY_FILE, beside_state
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.inventory import Inventory, inventory_of
from fenji.workspace.opening import open_session
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import Session

WRITING = _("writing the backup")
FOLDERS = ("policies", "analyses", "playbooks", "campaigns")
"""Of documents, beside those that stand in the workspace itself."""


def back_up(
    root: Path, file: Path, *, force: bool = False, principal: Principal | None = None, progress: Progress = silent
) -> BackupResult:
    """Writes a backup: everything that was published when it began, whatever a run does meanwhile.

    Args:
        root: the workspace.
        file: where it is written; bears its name when it is whole.
        force: whether a file of that name is replaced.
        principal: who acts; None: the user of the operating system.
        progress: told about each file; steps are megabytes.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no folder for the file.
        Conflict: the file is there already, or another process works on the workspace itself.
        Damaged: a published file is not what it was; nothing is written.
    """
    began, workspace = time.monotonic(), open_workspace(root)
    if not file.absolute().parent.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(file.parent))
    if file.exists() and not force:
        advice = _("Choose another name, or say that it may be overwritten.")
        raise Conflict.of(_("{file} is there already."), advice=advice, file=str(file))
    settings = workspace.settings
    with open_session(workspace, principal=principal) as session:
        last = session.latest()
        with (
            session.runs.working("backup", settings.language, settings.engine),
            own_folder_for_now(settings.scratch_folder(workspace.root)) as scratch,
        ):
            state = scratch / STATE
            with session.state.reading() as t:
                inventory = inventory_of(t)
                with state.open("w", encoding="utf-8") as out:
                    out.writelines(f"{line}\n" for line in t.rows.lines())
                number, newest = t.rows.end()
            files = dict(_published(session, inventory))
            size = sum((session.store.root / name).stat().st_size for name in files if (session.store.root / name).is_file())
            contents = Contents(FORMAT, __version__, NEWEST, last.run_id, number, newest, len(inventory.runs), len(files), size)
            with ArchiveWriter(file.absolute()) as archive:
                archive.add_text(FIRST, first_lines(contents))
                _add_documents(archive, workspace)
                _add_files(archive, session, files, size, progress)
                archive.add_file(STATE, state)
    return BackupResult(
        run_id=last.run_id,
        as_of=last.new.as_of,
        file=file,
        runs=contents.runs,
        files=contents.files,
        bytes=file.stat().st_size,
        seconds=round(time.monotonic() - began, 3),
    )


def _published(session: Session, inventory: Inventory) -> Iterator[tuple[str, str | None]]:
    """Every published file relative to the store, with the checksum that it must have; None of those of before manifests."""
    yield from ((each.path, each.sha256) for each in inventory.files)
    known = {each.path for each in inventory.files}
    old = [each.path for each in inventory.raw if not each.parts]
    old += [each.path for tables in inventory.tables.values() for each in tables if each.parts is None]
    for path in old:
        yield from ((name, None) for name in map(session.store.relative, session.store.files(path)) if name not in known)


def _add_files(archive: ArchiveWriter, session: Session, files: dict[str, str | None], size: int, progress: Progress) -> None:
    done, megabyte = 0, 10**6
    for name, expected in sorted(files.items()):
        progress(WRITING, done // megabyte, size // megabyte + 1)
        file = session.store.root / name
        try:
            found = archive.add_file(f"{STORE}/{name}", file)
        except OSError as error:
            if file.is_file():
                raise
            raise _damaged(name) from error
        if expected is not None and found != expected:
            raise _damaged(name)
        done += file.stat().st_size


def _damaged(name: str) -> Damaged:
    text = _("{file} is not as it was published; a backup of it would be none.")
    return Damaged(Problem(text, {"file": name}, advice=_("Mend it with: fenji repair")))


def _add_documents(archive: ArchiveWriter, workspace: Workspace) -> None:
    """Settings, sources, policies and choices, without passwords, and the keyed hashes by which erased persons are kept out."""
    root = workspace.root
    files = [root / SETTINGS_FILE, *root.glob("*.y*ml"), *(each for name in FOLDERS for each in (root / name).rglob("*.y*ml"))]
    for file in sorted({each for each in files if each.is_file()}):
        text = without_secrets(file.read_text("utf-8-sig"))
        archive.add_text(f"{DOCUMENTS}/{file.relative_to(root).as_posix()}", text, modified=file.stat().st_mtime_ns)
    for name in (KEY_FILE, ERASED_FILE):
        file = beside_state(workspace, name)
        if file.is_file():
            archive.add_text(f"{DOCUMENTS}/{name}", file.read_text("ascii"), modified=file.stat().st_mtime_ns)
