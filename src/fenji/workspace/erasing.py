"""How does a person leave the store? File by file: rows stay under an id that means nobody, personal cells are blanked, manifests are written anew.

What is to be done is written into a journal before anything is done, so that an erasure that was killed is ended by the next one:
each step does the same when it is done twice.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fenji.errors import Unavailable
from fenji.language import message as _
from fenji.masking import masked
from fenji.private_files import FILE_MODE, flush_file, flush_folder, private_file
from fenji.state.parts import describe
from fenji.tables import clean
from fenji.tables.raw import UNREADABLE
from fenji.workspace.erasure_key import beside_state, keyed
from fenji.workspace.folder import Workspace
from fenji.workspace.person_rows import FoundRows
from fenji.workspace.session import Session

JOURNAL = "fenji.erasing"
BLANKED = frozenset(
    {
        "phone",
        "email",
        "union_id",
        "other_id",
        "name",
        "customer_name",
        "birth_on",
        "city",
        "occupation",
        "text",
        "return_reason",
        "came",
    }
)
"""Columns that are emptied in the person's own rows. Sex, region, trade, income and education stay: counts by them hold."""

_IDS = frozenset({"customer_id", "source_customer_id"})
CONFLICT_DIGITS = 12
"""Hex digits of hashes in clean.identity_conflict."""

_ERASED = b"fenji_erased"
"""What the footer of a file says of the last erasure in it: doing it twice would hash hashes."""


@dataclass(frozen=True)
class FileStep:
    """What is done to one Parquet file."""

    path: str
    """Relative to the store."""
    table: str
    own: tuple[int, ...]
    """Positions of the person's own rows, from 0."""
    cells: Mapping[str, tuple[int, ...]]
    """Column -> positions of rows about somebody else that name the person there."""


@dataclass(frozen=True)
class Journal:
    """One erasure, whole: nothing else needs to be known to end it."""

    token: str
    """The id that means nobody."""
    tokens: tuple[str, ...]
    """Keyed hashes by which the person is known again."""
    customer_id: str
    runs: tuple[str, ...]
    """Runs that are changed."""
    steps: tuple[FileStep, ...]
    overrides: tuple[int, ...]
    words: tuple[str, ...]
    """Ids, phones, e-mails and names, for logs."""
    conflicts: tuple[str, ...]
    """Plain hashes of phones and e-mails, as runs kept them before they were keyed."""
    reason: str | None = None
    """Why, for the audit log."""
    proposals: tuple[int, ...] = ()
    """Overrides that somebody proposed."""
    members: tuple[str, ...] = ()
    """Ids for which points were earned: id space, a line's end, id."""


def open_journal(workspace: Workspace) -> Journal | None:
    """The erasure that has begun and not ended; None where there is none."""
    file = beside_state(workspace, JOURNAL)
    if not file.exists():
        return None
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    steps = tuple(
        FileStep(each["path"], each["table"], tuple(each["own"]), {name: tuple(at) for name, at in each["cells"].items()})
        for each in said.pop("steps")
    )
    lists: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Journal(**lists, steps=steps)


def write_journal(workspace: Workspace, journal: Journal) -> None:
    """Begins an erasure."""
    file = beside_state(workspace, JOURNAL)
    beside = file.with_name(f".{file.name}.part")
    private_file(beside)
    beside.write_text(json.dumps(asdict(journal), ensure_ascii=False), "utf-8")
    beside.replace(file)


def end_journal(workspace: Workspace) -> None:
    """Ends an erasure: its journal names the person, so its bytes are overwritten before it goes."""
    file = beside_state(workspace, JOURNAL)
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.write(b"\0" * size)
        opened.flush()
    file.unlink()


def steps_of(
    session: Session, found: Iterable[FoundRows], unreadable: Iterable[str], conflicts: Iterable[str]
) -> tuple[FileStep, ...]:
    """What is to be done to each file.

    Args:
        session: an open session.
        found: rows in which the person stands.
        unreadable: folders of records that could not be read: nobody can tell whose they are, so all of their texts go.
        conflicts: folders of clean.identity_conflict.
    """
    own: dict[tuple[str, str], set[int]] = {}
    cells: dict[tuple[str, str], dict[str, tuple[int, ...]]] = {}
    for each in found:
        place = session.store.relative(each.file), each.table
        if each.mention is None:
            own.setdefault(place, set()).update(each.positions)
        elif each.table.startswith("raw."):
            cells.setdefault(place, {})[each.mention] = each.positions
    whole = [(UNREADABLE.full_name, folder) for folder in unreadable]
    whole += [(clean.IDENTITY_CONFLICT.full_name, folder) for folder in conflicts]
    for table, folder in whole:
        own |= {(session.store.relative(file), table): set() for file in session.store.files(folder)}
    return tuple(
        FileStep(path, table, tuple(sorted(own.get((path, table), ()))), cells.get((path, table), {}))
        for path, table in dict.fromkeys((*own, *cells))
    )


def erase_in_file(session: Session, journal: Journal, step: FileStep, key: str) -> None:
    """Writes one file anew beside itself and puts it in its place; its manifest follows.

    Raises:
        Unavailable: the disk is full or may not be written.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    file = session.store.root / step.path
    opened = pq.ParquetFile(file)
    footer = footer_of(opened)
    if footer.get(_ERASED) != journal.token.encode():
        table = with_columns(opened.read(), partial(_changed, journal=journal, step=step, key=key))
        write_anew(table, file, footer | {_ERASED: journal.token.encode()})
    folder = step.path.rpartition("/")[0]
    if session.runs.parts_by_folder([folder]).get(folder):
        with session.state.transaction(session.principal) as t:
            t.manifests.keep(each for each in describe(session.store, folder) if each.path == step.path)


def footer_of(opened: Any) -> dict[bytes, bytes]:  # noqa: ANN401 - a pyarrow ParquetFile
    """What a stored file says of all its rows."""
    return {name: value for name, value in (opened.metadata.metadata or {}).items() if name != b"ARROW:schema"}


def with_columns(table: Any, changed: Callable[[list[Any], str], list[Any] | None]) -> Any:  # noqa: ANN401 - pyarrow tables
    """A table with other values in some columns; ``changed`` is given the values and the name of each, and answers None where they stay."""
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    for place, name in enumerate(table.column_names):
        column = changed(table[name].to_pylist(), name)
        if column is not None:
            # Some engines declare a column that happens to hold no null as one that never does.
            field = table.schema.field(place).with_nullable(True)  # noqa: FBT003 - pyarrow takes it by position
            table = table.set_column(place, field, pa.array(column, field.type))
    return table


def write_anew(table: Any, file: Path, footer: Mapping[bytes, bytes]) -> None:  # noqa: ANN401 - a pyarrow table
    """Writes a table beside a stored file and puts it in its place.

    Raises:
        Unavailable: the disk is full or may not be written.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    beside = file.with_name(f".{file.name}.erasing")
    try:
        private_file(beside)
        # What raw files say of all their rows stands in the footer.
        with pq.ParquetWriter(beside, table.schema, compression="zstd", store_schema=False) as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({name.decode(): value.decode() for name, value in footer.items()})
        beside.chmod(FILE_MODE)
        flush_file(beside)
        beside.replace(file)
        flush_folder(file.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unavailable.of(
            _("the erasure could not write {file}: {detail}."),
            advice=_("Free some disk space, then erase again: what was begun is ended then."),
            file=str(file),
            detail=error.strerror or type(error).__name__,
        ) from error


def erase_words(folder: Path, words: Iterable[str]) -> None:
    """Stars every id, phone, e-mail and name in the files of a folder of logs."""
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        before = file.read_text("utf-8", errors="surrogateescape")
        text = masked(before, words)
        if text != before:
            beside = file.with_name(f".{file.name}.part")
            private_file(beside)
            beside.write_text(text, "utf-8", errors="surrogateescape")
            beside.replace(file)


def clear_scratch(folder: Path) -> None:
    """Removes everything in the scratch folder."""
    for each in folder.glob("*") if folder.is_dir() else ():
        shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink(missing_ok=True)


def plain_hash(value: str) -> str:
    """As clean.identity_conflict kept phones and e-mails before they were keyed."""
    return hashlib.sha256(value.encode()).hexdigest()[:CONFLICT_DIGITS]


def _changed(values: list[Any], name: str, *, journal: Journal, step: FileStep, key: str) -> list[Any] | None:
    """The values of a column after the erasure; None where it stays."""
    if step.table == UNREADABLE.full_name:
        return [None] * len(values) if name == "came" else None
    if step.table == clean.IDENTITY_CONFLICT.full_name:
        gone = frozenset(journal.conflicts)
        return [keyed(key, each)[:CONFLICT_DIGITS] if each in gone else each for each in values] if name == "identifier" else None
    return anonymous(values, name, step=step, token=journal.token, key=key)


def anonymous(values: list[Any], name: str, *, step: FileStep, token: str, key: str) -> list[Any] | None:
    """The values of a column with those of one person's rows under an id that means nobody; None where they stay.

    Args:
        values: of all rows.
        name: of the column.
        step: the table, the person's own rows, and the cells of other rows that name the person.
        token: the id that means nobody.
        key: of the hashes of raw rows.
    """
    changed = list(values)
    for at in step.cells.get(name, ()):
        changed[at] = token if name == "referrer_id" else None
    for number, at in enumerate(step.own):
        if name in _IDS:
            changed[at] = _token_at(token, step.table, number)
        elif name == "row_hash":
            changed[at] = int(keyed(key, f"{token}:{values[at]}")[:15], 16)
        elif step.table == clean.CONTACT_POINT.full_name and name in {"value", "written"}:
            changed[at] = f"{token}-{number}"
        elif name in BLANKED:
            changed[at] = None
    return None if changed == values else changed


def _token_at(token: str, table: str, number: int) -> str:
    """Several ids of a person in one table of identities stay several."""
    return f"{token}-{number}" if table == clean.IDENTITY.full_name and number else token
