"""Where do files stand that were sent and are not accepted yet? In a hidden folder of the workspace, which no source and no command looks into."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from fenji.collect.files import FORMATS, promised_format, system_error
from fenji.collect.reading.contents import disguise, sha256_of
from fenji.collect.reading.sniffing import format_of
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.importing import ImportDraft, ImportFile, ImportStatus
from fenji.domain.principals import Principal
from fenji.domain.sources import DatabaseLocation, Format
from fenji.errors import Conflict, InvalidArgument, InvalidFile, NotFound, Place
from fenji.language import message as _
from fenji.private_files import FILE_MODE, flush_folder, private_folder
from fenji.workspace.folder import Workspace
from fenji.workspace.source_databases import location_of, sample_table
from fenji.workspace.unread_files import DATA_FOLDER

UPLOADS_FOLDER = ".uploads"
"""Hidden: folders and patterns of sources pass hidden ones over, so nothing reads a file before it is accepted."""
KEPT_FOR = timedelta(days=14)
"""How long an import is kept that nobody touches."""
MOST_NAME_BYTES = 200
MOST_FILES = 200
"""Of an import."""
_UNFIT = frozenset('/\\:*?"<>|#[]')
"""Signs that lead to other folders, mean several files, or part a sheet from its file."""
_AMOUNT = re.compile(r"([\d.]+)\s*([KMGT])(i?)B")
_HEAD = 4096
_REPLACED = "replaced"


def most_bytes(workspace: Workspace) -> int:
    """The setting ``upload_limit`` as bytes."""
    number, power, is_binary = _AMOUNT.fullmatch(workspace.settings.upload_limit).groups()  # type: ignore[union-attr]
    return int(Decimal(number) * (1024 if is_binary else 1000) ** (1 + "KMGT".index(power)))


class FileTooLarge(InvalidFile):
    """A file that is sent is larger than the workspace takes."""

    code = "too_large"


def file_name(text: str) -> str:
    """The name of a file that somebody sends, in composed letters.

    >>> file_name(" 订单.csv ")
    '订单.csv'

    Raises:
        InvalidArgument: it is no plain name, or of no kind of file that is read.
    """
    name = unicodedata.normalize("NFC", text).strip()
    is_plain = not any(sign in _UNFIT or unicodedata.category(sign).startswith("C") for sign in name)
    if not name or not is_plain or name.startswith((".", "~$")) or len(name.encode(errors="replace")) > MOST_NAME_BYTES:
        raise InvalidArgument.of(
            _("this cannot be the name of a file here: {name}."),
            advice=_('Send the name alone, without folders and without / \\ : * ? " < > | # [ ], at most {most} bytes long.'),
            name=repr(name[:60]),
            most=MOST_NAME_BYTES,
        )
    if promised_format(Path(name)) is None:
        raise InvalidArgument.of(
            _("files that end like {name} are not read."),
            advice=_("Files that end in one of these are taken: {endings}."),
            name=name,
            endings=", ".join(FORMATS),
        )
    return name


def place_of(workspace: Workspace, file: ImportFile) -> Path:
    """Where a file will stand once it is accepted; of a table, under which name it is told: nothing will stand there."""
    root = workspace.root.resolve()
    return root / file.name if file.database else root / DATA_FOLDER / file.name


def receive(workspace: Workspace, draft: ImportDraft, name: str, chunks: Iterable[bytes], *, replaces: bool) -> ImportFile:
    """Writes a file that somebody sends to the disk as it comes; whatever goes wrong, nothing of it stays.

    Args:
        workspace: where it comes in.
        draft: the import that it belongs to.
        name: from ``file_name``.
        chunks: its bytes.
        replaces: whether it may take the place of a file of that name.

    Raises:
        FileTooLarge: it has more bytes than the setting ``upload_limit`` allows.
        InvalidFile: its first bytes are those of something else than its name says.
        Conflict: the workspace has a file of that name.
        Unavailable: the disk is full.
    """
    folder = _folder(workspace, draft.import_id)
    part = folder / f".{secrets.token_hex(8)}.part"
    digest, size, most = hashlib.sha256(), 0, most_bytes(workspace)
    try:
        private_folder(folder)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "wb") as opened:
            for each in chunks:
                size += len(each)
                if size > most:
                    raise FileTooLarge.of(
                        _("the file is larger than {most} bytes."), place=Place(name), advice=_SMALLER, most=f"{most:,}"
                    )
                digest.update(each)
                opened.write(each)
            opened.flush()
            os.fsync(opened.fileno())
        found = ImportFile(name, size, digest.hexdigest(), _checked_format(part, name), replaces=replaces)
        check_place(workspace, found)
        part.replace(folder / name)
        flush_folder(folder)
    except OSError as error:
        raise system_error(error, name) from error
    finally:
        part.unlink(missing_ok=True)
    return found


def table_name(database: str, table: str) -> str:
    """What a table is called among the files of an import."""
    return f"{table} ({database})"


def receive_table(workspace: Workspace, draft: ImportDraft, database: str, table: str) -> ImportFile:
    """Writes the first rows of a table to the disk, to be looked at as a file is; whatever goes wrong, nothing of them stays.

    Args:
        workspace: where it comes in.
        draft: the import that it belongs to.
        database: its name.
        table: one of its tables or views.

    Raises:
        NotFound: no such database or table.
        InvalidDocument: the table is empty, or cannot be read.
        Unavailable: the database is out of reach, or the disk is full.
    """
    folder = _folder(workspace, draft.import_id)
    name, part = table_name(database, table), folder / f".{secrets.token_hex(8)}.part"
    try:
        private_folder(folder)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
        sample_table(workspace.root, database, table, part)
        found = ImportFile(name, part.stat().st_size, sha256_of(part), "database", database=database, table=table)
        part.replace(folder / name)
        flush_folder(folder)
    except OSError as error:
        raise system_error(error, name) from error
    finally:
        part.unlink(missing_ok=True)
    return found


def coming_tables(workspace: Workspace, draft: ImportDraft) -> Mapping[Path, DatabaseLocation]:
    """The tables of an import, by the places of ``coming_files``."""
    return {place_of(workspace, each): location_of(each.database, each.table) for each in draft.files if each.database}


_SMALLER = _("Send it in parts, by month, or raise upload_limit in fenji.toml.")


def check_place(workspace: Workspace, file: ImportFile) -> None:
    """Makes sure that nothing is overwritten that nobody has meant.

    Raises:
        Conflict: the workspace has a file of that name.
    """
    place = place_of(workspace, file)
    if not place.exists():
        return
    if _is_there(place, file):
        raise Conflict.of(_("the workspace has {name} already, with the same contents."), name=file.name)
    if not file.replaces:
        raise Conflict.of(
            _("the workspace has another file that is called {name}."),
            advice=_("Send this one under another name, or say that it replaces that one."),
            name=file.name,
        )


def coming_files(workspace: Workspace, draft: ImportDraft) -> Mapping[Path, Path]:
    """The files of an import: where they will stand, and where they stand now.

    Raises:
        NotFound: one of them is gone, as after a restore, or not what was sent.
    """
    found = {}
    for each in draft.files:
        sent, place = _folder(workspace, draft.import_id) / each.name, place_of(workspace, each)
        if sent.is_file() and sent.stat().st_size == each.size:
            found[place] = sent
        elif not each.database and _is_there(place, each):
            # An acceptance that was broken off has put it there.
            found[place] = place
        else:
            raise NotFound.of(_("{name} of this import is no longer there."), advice=_("Send it again."), name=each.name)
    return found


@contextmanager
def put_in_place(workspace: Workspace, draft: ImportDraft) -> Iterator[None]:
    """Moves the files of an import to those of the sources; where the block fails, everything stands as before.

    Raises:
        NotFound: one of them is gone.
        Conflict: the workspace has a file of that name.
        Unavailable: the folder may not be written.
    """
    coming = coming_files(workspace, draft)
    folder = _folder(workspace, draft.import_id)
    try:
        private_folder(workspace.root.resolve() / DATA_FOLDER)
        with ExitStack() as back:
            for file in draft.files:
                place = place_of(workspace, file)
                if file.database or coming[place] == place:
                    continue
                check_place(workspace, file)
                if place.exists():
                    private_folder(folder / _REPLACED)
                    place.replace(folder / _REPLACED / file.name)
                    back.callback((folder / _REPLACED / file.name).replace, place)
                coming[place].replace(place)
                back.callback(place.replace, coming[place])
            flush_folder(workspace.root.resolve() / DATA_FOLDER)
            yield
            back.pop_all()
    except OSError as error:
        raise system_error(error, str(DATA_FOLDER)) from error


def remove_file(workspace: Workspace, import_id: str, name: str) -> None:
    """Removes a file that was sent."""
    (_folder(workspace, import_id) / name).unlink(missing_ok=True)


def remove_uploads(workspace: Workspace, import_id: str) -> None:
    """Removes all files of an import that were not moved."""
    shutil.rmtree(_folder(workspace, import_id), ignore_errors=True)
    with suppress(OSError):
        (workspace.root / UPLOADS_FOLDER).rmdir()


def remove_old_imports(workspace: Workspace, principal: Principal) -> None:
    """Drops imports that nobody has touched for ``KEPT_FOR``, and removes folders that belong to none that is open."""
    folder = workspace.root / UPLOADS_FOLDER
    if not folder.is_dir():
        return
    with workspace.state.transaction(principal) as t:
        for each in t.imports.open_ones():
            if t.clock() - each.changed_at > KEPT_FOR:
                t.imports.change(each, status=ImportStatus.DROPPED)
                t.audit.add(Action.IMPORT_DROPPED, Subject(SubjectKind.IMPORT, each.import_id), {"why": "old"})
        known = {each.import_id for each in t.imports.open_ones()}
        present = [each.name for each in folder.iterdir() if each.is_dir()]
        gone = [each for each in present if each not in known]
    for name in gone:
        remove_uploads(workspace, name)


def _folder(workspace: Workspace, import_id: str) -> Path:
    return workspace.root.resolve() / UPLOADS_FOLDER / import_id


def _is_there(place: Path, file: ImportFile) -> bool:
    return place.is_file() and place.stat().st_size == file.size and sha256_of(place) == file.sha256


def _checked_format(path: Path, name: str) -> str:
    """What the first bytes say; the reader looks at the rest.

    Raises:
        InvalidFile: they are those of something else than the name says, or there are none.
    """
    is_packed = name.lower().endswith(".gz")
    try:
        with gzip.open(path) if is_packed else path.open("rb") as opened:
            head = opened.read(_HEAD)
    except (EOFError, gzip.BadGzipFile) as error:
        raise InvalidFile.of(_("this is no whole gzip file."), place=Place(name)) from error
    if not head.strip():
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    promised = promised_format(Path(name))
    other = disguise(head, name) if promised in (Format.CSV, Format.JSON_LINES) else None
    if other is not None:
        raise other
    if promised is Format.PARQUET and not head.startswith(b"PAR1"):
        raise InvalidFile.of(_("this is no Parquet file."), place=Place(name))
    return format_of(path, name=name).value
