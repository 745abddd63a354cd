"""How does a backup become a workspace again, on any machine and in any folder? Its files, its rows in a new database, then a deep check."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from fenji.answers.backups import RestoreResult
from fenji.choices import SETTINGS_FILE
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidFile, NotFound
from fenji.language import message as _
from fenji.private_files import FILE_MODE, private_folder
from fenji.settings import Settings
from fenji.state.database import NEWEST, sqlite_file
from fenji.workspace.acting import acting_person
from fenji.workspace.archive import DOCUMENTS, STATE, STORE, Contents, Member, contents_of, members
from fenji.workspace.erasure_key import ERASED_FILE, KEY_FILE
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import refuse_limited
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.state import State
from fenji.workspace.verifying import verify

READING = _("reading the backup")
MARK = ".fenji-restoring"
"""In a folder that is being restored; with it, the folder may be filled anew."""
WHERE = ("database_url", "store", "scratch")
"""Settings of another machine, which a restored workspace does not take over."""


def restore(
    file: Path,
    root: Path,
    *,
    database_url: str | None = None,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> RestoreResult:
    """Makes a workspace of a backup and checks it deeply. Killed, it is begun anew by the same command.

    Args:
        file: the backup.
        root: a folder that is not there yet, or empty.
        database_url: of an empty database for the state; None: SQLite in the folder.
        principal: who acts; None: the user of the operating system.
        progress: told about each file and table.

    Raises:
        Forbidden: the question is limited to some customers.
        NotFound: there is no such file.
        InvalidFile: it is no backup, of another version of fenji, damaged, or cut off; nothing can be read of the workspace.
        Conflict: the folder or the database holds something already.
    """
    refuse_limited()
    began = time.monotonic()
    if not file.is_file():
        raise NotFound.of(_("there is no file {file}."), file=str(file))
    contents = contents_of(file)
    if contents.state_version != NEWEST:
        text = _("the backup holds a state of version {found}, and this fenji works with version {newest}.")
        advice = _("Restore it with fenji {version}; a newer one brings the workspace up to date when it opens it.")
        raise InvalidFile.of(text, advice=advice, found=contents.state_version, newest=NEWEST, version=contents.package_version)
    _make_room(root)
    settings = _unpack(file, contents, root, progress)
    url = Settings(database_url=database_url).database_url if database_url else Settings().database_url
    _load(root, url, contents, principal or acting_person())
    (root / SETTINGS_FILE).write_text(_settings_here(settings, database_url), encoding="utf-8")
    (root / STATE).unlink()
    (root / MARK).unlink()
    with open_question(open_workspace(root), principal=principal) as session:
        checked = verify(session, is_deep=True, progress=progress)
    return RestoreResult(
        run_id=contents.run_id,
        as_of=checked.as_of,
        workspace=str(root),
        check=checked,
        seconds=round(time.monotonic() - began, 3),
    )


def _make_room(root: Path) -> None:
    """An empty folder with the mark; what an earlier restoring that was killed has left there goes."""
    if root.exists() and not root.is_dir():
        raise Conflict.of(_("{file} is there already."), advice=_("Choose another folder."), file=str(root))
    if (root / MARK).is_file():
        for each in root.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
    elif root.is_dir() and any(root.iterdir()):
        text = _("{folder} is not empty.")
        raise Conflict.of(text, advice=_("Restore into a new folder."), folder=str(root))
    root.mkdir(parents=True, exist_ok=True)
    (root / MARK).touch()


def _unpack(file: Path, contents: Contents, root: Path, progress: Progress) -> str:
    """Writes every file; returns the text of the settings."""
    settings, store = "", root / Settings().store
    for done, member in enumerate(members(file)):
        progress(READING, min(done, contents.files), contents.files + 1)
        room, *below = member.name.parts
        if room == DOCUMENTS and below == [SETTINGS_FILE]:
            settings = member.stream.read().decode()
        else:
            member.write(_place(member, root, store))
    return settings


def _place(member: Member, root: Path, store: Path) -> Path:
    room, *below = member.name.parts
    return {DOCUMENTS: root, STORE: store}.get(room, root / room).joinpath(*below)


def _move_beside(root: Path, url: str) -> None:
    """The hashes of erased persons stand beside a SQLite file, and in the workspace where the state is on a server."""
    database = sqlite_file(url)
    for name in (KEY_FILE, ERASED_FILE):
        file = root / name
        if file.is_file():
            file.chmod(FILE_MODE)
            if database is not None and database.parent != root:
                private_folder(database.parent)
                shutil.move(file, database.parent / name)


def _load(root: Path, url: str, contents: Contents, principal: Principal) -> None:
    """Fills the database in one transaction, unless it holds this very state already."""
    prefix = "sqlite:///"
    place = prefix + str(root / url.removeprefix(prefix)) if url.startswith(prefix) else url
    _move_beside(root, place)
    state = State(place)
    try:
        with state.transaction(principal) as t:
            if t.rows.end() == (contents.audit_number, contents.audit_hash):
                return
            if not t.rows.is_empty():
                text, advice = _("the state database holds something already."), _("Give an empty database.")
                raise Conflict.of(text, advice=advice)
            t.rows.load(_lines(root / STATE))
    finally:
        state.close()


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from lines


def _settings_here(text: str, database_url: str | None) -> str:
    """The settings without the places of another machine."""
    kept = re.sub(rf"(?m)^(\s*(?:{'|'.join(WHERE)})\s*=)", r"# \1", text)
    line = "" if database_url is None else f'database_url = "{database_url}"\n'
    # Keys before the first table: a line at the end could belong to one.
    return line + kept
