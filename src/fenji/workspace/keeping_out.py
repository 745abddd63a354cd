"""How do rows of erased persons stay out of files that come later? Raw rows keep their number and their reason, and nothing of their text.

A person's own rows go from the raw table of their feed to raw.unreadable_row, with the reason ``erased`` and no text; a cell of
somebody else's row that names the person is emptied. This is done before the rows are published, so that no run and no backup ever
holds them. Decision 0047.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from fenji.collect.collecting import Collected
from fenji.collect.reading.samples import Unreadable
from fenji.collect.reading.unreadable import write_unreadable
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.erased import HAS_ID, REACHED_BY, naming_erased
from fenji.prepare.rows import typed_rows
from fenji.state.store import Store
from fenji.tables.raw import RAW, UNREADABLE
from fenji.workspace.erasing import FileStep, anonymous, footer_of, with_columns, write_anew
from fenji.workspace.erasure_key import erased_ids, erasure_key
from fenji.workspace.person_rows import row_numbers
from fenji.workspace.session import Session

NUMBER = "row_number"


@dataclass
class _Named:
    """Where one file names persons who were erased, by row number."""

    own: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The file as its rows call it, and the hash by which the person is known."""
    cells: dict[str, dict[int, str]] = field(default_factory=dict)
    """Column -> rows of others that name the person there -> the hash."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Takes in a row of ``naming_erased``."""
        reached = {name: row[name] for name in REACHED_BY if row.get(name)}
        own = row.get("customer_id") or (None if row[HAS_ID] else next(iter(reached.values()), None))
        if own:
            self.own[row["row_number"]] = row["file"], own
            return
        for name in (*reached, "referrer_id"):
            if row.get(name):
                self.cells.setdefault(name, {})[row["row_number"]] = row[name]


def keep_out(session: Session, sources: Sequence[Source], collected: Collected, known: Sequence[CollectedFile]) -> Collected:
    """What a run has collected, with the rows of erased persons taken out of the files that were read now.

    Args:
        session: an open session.
        sources: the entries of sources.yaml.
        collected: what was collected; nothing of it is published yet.
        known: the files of the run before; one that was read again because its raw rows were damaged comes out as it was.
    """
    before = {(each.source, each.file, each.fingerprint): each for each in known}
    read = (*collected.new, *collected.changed)
    found = {each: before.get((each.source, each.file, each.fingerprint)) for each in read}
    moving = {each: rows_taken(then, each) for each, then in found.items() if then is not None}
    kept = dict(zip(read, keep_out_of(session, sources, read, session.store, moving=moving), strict=True))

    def of(files: Sequence[CollectedFile]) -> tuple[CollectedFile, ...]:
        return tuple(kept.get(each, each) for each in files)

    return replace(collected, files=of(collected.files), new=of(collected.new), changed=of(collected.changed))


def rows_taken(then: CollectedFile, again: CollectedFile) -> int:
    """How many rows had been taken out of a file when it was collected first.

    Args:
        then: the file as it was collected.
        again: the same as it has just been read.
    """
    return max(then.unreadable - again.unreadable, 0)


def keep_out_of(
    session: Session,
    sources: Sequence[Source],
    files: Sequence[CollectedFile],
    store: Store,
    *,
    moving: Mapping[CollectedFile, int],
) -> tuple[CollectedFile, ...]:
    """Takes the rows of erased persons out of raw rows that nobody has published yet.

    Args:
        session: an open session with the engine that collected them.
        sources: the entries of sources.yaml.
        files: what was collected.
        store: where their raw rows stand.
        moving: how many rows go from files that were collected before, those of the person who was erased first first: these had
            been taken out then. The others stay under the id that means nobody, as erasing leaves them. All go from other files.

    Returns:
        The files as they are then, in their order.
    """
    ids = erased_ids(session.workspace)
    if not ids or not files:
        return tuple(files)
    work = _Work(session, store, ids, erasure_key(session.workspace))
    found = work.named_in(sources, files)
    return tuple(work.kept(each, found[each], moving.get(each)) for each in files)


@dataclass(frozen=True)
class _Work:
    """Files of a store that nobody has published, and who was erased."""

    session: Session
    store: Store
    ids: Mapping[str, str]
    """The id that means nobody by the keyed hash, in the order of erasure."""
    key: str

    def named_in(self, sources: Sequence[Source], files: Sequence[CollectedFile]) -> dict[CollectedFile, _Named]:
        """Where each file names somebody who was erased."""
        engine, settings = self.session.engine, self.session.workspace.settings
        found = {each: _Named() for each in files}
        for feed in dict.fromkeys(each.feed for each in files):
            of_feed = [each for each in files if each.feed is feed]
            raw = engine.read_raw([self.store.root / each.raw_path for each in of_feed], RAW[feed])
            typed = typed_rows(raw, feed, sources, calendar=engine, zone=settings.time_zone, currency=settings.currency)
            naming = naming_erased(typed, sources, tokens=frozenset(self.ids), key=self.key)
            for row in () if naming is None else engine.fetch(naming).to_pylist():
                for each in of_feed:
                    if row["source"] == each.source and (row["file"] == each.file or row["file"].startswith(f"{each.file}#")):
                        found[each].add(row)
        return found

    def kept(self, file: CollectedFile, named: _Named, moving: int | None) -> CollectedFile:
        """One file without its rows of erased persons."""
        if not named.own and not named.cells:
            return file
        order = {token: place for place, token in enumerate(self.ids)}
        in_order = sorted(named.own, key=lambda number: (order[named.own[number][1]], number))
        gone = frozenset(in_order[:moving])
        for each in self.store.files(file.raw_path):
            self.rewrite(each, file.feed, named, gone)
        if not gone:
            return file
        path = file.unreadable_path or f"{UNREADABLE.full_name}/{file.raw_path.partition('/')[2]}"
        for name in sorted({named.own[number][0] for number in gone}):
            rows = [Unreadable(number, Reason.ERASED, "") for number in sorted(gone) if named.own[number][0] == name]
            write_unreadable(rows, self.store.root / path, source=file.source, file=name, batch=file.batch, feed=file.feed)
        return replace(file, records=file.records - len(gone), unreadable=file.unreadable + len(gone), unreadable_path=path)

    def rewrite(self, file: Path, feed: Feed, named: _Named, gone: frozenset[int]) -> None:
        """One Parquet file of raw rows without the rows that go, and without what the others say of erased persons."""
        import pyarrow as pa  # noqa: PLC0415 - heavy third-party library
        import pyarrow.parquet as pq  # noqa: PLC0415

        opened = pq.ParquetFile(file)
        table, footer = opened.read(), footer_of(opened)
        numbers = row_numbers(table, footer, tuple(range(table.num_rows)))
        places = {number: at for at, number in enumerate(numbers)}
        for token, own in _staying(named, gone, places).items():
            step = FileStep(file.name, RAW[feed].full_name, own, {})
            table = with_columns(table, partial(anonymous, step=step, token=self.ids[token], key=self.key))
        for name in named.cells.keys() & set(table.column_names):
            cells = named.cells[name]
            values = table[name].to_pylist()
            for number in cells.keys() & places.keys():
                values[places[number]] = self.ids[cells[number]] if name == "referrer_id" else None
            table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))
        if gone:
            # A record's place in the file says its number no longer.
            said = pa.array(numbers, pa.int64())
            at = table.column_names.index(NUMBER) if NUMBER in table.column_names else None
            table = table.append_column(NUMBER, said) if at is None else table.set_column(at, NUMBER, said)
            table = table.filter(pa.array(number not in gone for number in numbers))
        write_anew(table, file, footer)


def _staying(named: _Named, gone: frozenset[int], places: Mapping[int, int]) -> dict[str, tuple[int, ...]]:
    """Own rows that stay, by the person, as their places in a file."""
    found: dict[str, list[int]] = {}
    for number, (_file, token) in named.own.items():
        if number in places and number not in gone:
            found.setdefault(token, []).append(places[number])
    return {token: tuple(sorted(at)) for token, at in found.items()}
