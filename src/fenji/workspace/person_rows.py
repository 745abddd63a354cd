"""In which rows of the store does a person stand? Stored tables by key, order or place; raw rows by ids, phones and e-mails in any writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.runs import Run, StoredTable
from fenji.domain.sources import Source
from fenji.domain.written_ids import written_id
from fenji.prepare.identity import WORKSPACE_IDS
from fenji.tables import clean
from fenji.tables.raw import FIRST_ROW, RAW
from fenji.workspace.persons import Person, published_runs, root_of
from fenji.workspace.phones import PREFIX, phone_ids
from fenji.workspace.session import Session

KEYS = ("customer_key", "referred_key", "referred_by_key")
"""Columns of stored tables that name customers."""
PERSON_FIELDS = ("customer_id", "phone", "email", "union_id", "referrer_id")
"""Columns of raw tables that name persons."""

_FIRST_ROW = f"fenji_{FIRST_ROW}".encode()
_LAST_DIGITS = 7
"""Digits at the end of a phone that stay the same in every writing."""
_WITH_ORDERS = frozenset({Feed.ORDER, Feed.ORDER_LINE, Feed.PAYMENT, Feed.RETURN})


@dataclass(frozen=True)
class FoundRows:
    """Rows of one Parquet file in which the person stands."""

    run_id: str
    """The run that wrote the file; where it was removed, the newest that shares the file."""
    table: str
    file: Path
    positions: tuple[int, ...]
    """In the file, from 0."""
    mention: str | None = None
    """The column that names the person in rows about somebody else; None: the rows are the person's own."""
    source_file: str | None = None
    """For raw tables: the company's own file."""
    row_numbers: tuple[int, ...] = ()
    """For raw tables: the rows there."""


def rows_of(session: Session, person: Person, sources: Mapping[str, Source]) -> Iterator[FoundRows]:
    """Every file of the store in which the person stands: raw rows first, then clean and insight tables, newest run first."""
    runs = {run.run_id: run for run in published_runs(session)}
    places: set[tuple[str, str, int]] = set()
    seen: set[str] = set()
    for run in runs.values():
        if run.new.base_run_id is None:
            orders = _orders(session, run, person)
            for each in run.inputs:
                found = list(_raw_rows(session, each, person, sources, orders)) if each.raw_path not in seen else []
                places.update((each.source, each.file, number) for one in found for number in one.row_numbers)
                yield from found
                seen.add(each.raw_path)
    for standing in _standing(session, person, runs):
        yield from _stored_rows(session, standing, places)


@dataclass
class _Standing:
    """A stored table, and what it may know the person by: that of all runs which name its files."""

    table: StoredTable
    run_id: str
    keys: set[int]
    orders: set[tuple[str, str]]


def _standing(session: Session, person: Person, runs: Mapping[str, Run]) -> tuple[_Standing, ...]:
    found: dict[str, _Standing] = {}
    orders: dict[str, frozenset[tuple[str, str]]] = {}
    for run in runs.values():
        root = root_of(runs, run)
        if root.run_id not in orders:
            orders[root.run_id] = _orders(session, root, person)
        for table in session.tables_of(run.run_id):
            writer = table.written_by if table.written_by in runs else root.run_id
            each = found.setdefault(table.path, _Standing(table, writer, set(), set()))
            each.keys |= person.keys.get(root.run_id, frozenset())
            each.orders |= orders[root.run_id]
    return tuple(found.values())


def read_rows(found: FoundRows) -> list[dict[str, Any]]:
    """The rows themselves, as they stand in the file; of rows about somebody else only the cell that names the person."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    columns = None if found.mention is None else [found.mention]
    rows: list[dict[str, Any]] = pq.ParquetFile(found.file).read(columns).take(list(found.positions)).to_pylist()
    return rows


def _orders(session: Session, run: Run, person: Person) -> frozenset[tuple[str, str]]:
    keys = person.keys.get(run.run_id)
    if not keys:
        return frozenset()
    rows = session.rows(run.run_id, clean.ORDER_LINE, where={"customer_key": sorted(keys)})
    return frozenset((row["source"], row["order_id"]) for row in rows)


def _stored_rows(session: Session, standing: _Standing, places: set[tuple[str, str, int]]) -> Iterator[FoundRows]:
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table, keys = standing.table, standing.keys
    for file in session.whole.files(table):
        names = pq.read_schema(file).names
        for name in KEYS:
            if name in names and keys:
                met = pc.is_in(pq.ParquetFile(file).read([name])[name], pa.array(sorted(keys), pa.int64()))
                mention = None if name == KEYS[0] else name
                if positions := pc.indices_nonzero(met).to_pylist():
                    yield FoundRows(standing.run_id, table.table, file, tuple(positions), mention)
        if table.table == clean.PAYMENT.full_name:
            met_at = _meeting(file, ("order_source", "order_id"), standing.orders)
        elif table.table == clean.REJECTED_ROW.full_name:
            met_at = _meeting(file, ("source", "file", "row_number"), places)
        else:
            continue
        if met_at:
            yield FoundRows(standing.run_id, table.table, file, tuple(met_at))


def _meeting(file: Path, names: tuple[str, ...], wanted: Any) -> list[int]:  # noqa: ANN401 - a set of tuples of these columns
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    columns = pq.ParquetFile(file).read(list(names))
    rows = zip(*(columns[name].to_pylist() for name in names), strict=True)
    return [at for at, row in enumerate(rows) if row in wanted]


def _raw_rows(
    session: Session,
    collected: CollectedFile,
    person: Person,
    sources: Mapping[str, Source],
    orders: frozenset[tuple[str, str]],
) -> Iterator[FoundRows]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

    source = sources.get(collected.source)
    zone = session.workspace.settings.time_zone
    for folder in session.whole.folders([collected.raw_path], RAW[collected.feed].full_name):
        for file in sorted(folder.glob("*.parquet")):
            opened = pq.ParquetFile(file)
            table = opened.read()
            matcher = _Matcher(person, WORKSPACE_IDS if source is None else source.shares_ids_with or WORKSPACE_IDS, zone)
            own, mentions = matcher.positions(table)
            if collected.feed in _WITH_ORDERS and "order_id" in table.column_names:
                of = {collected.source, source.belongs_to if source is not None else None}
                numbers = {each.partition("#")[0] for name, each in orders if name in of}
                own |= matcher.nobodys(table, numbers)
            for mention, positions in ((None, own), *mentions.items()):
                if positions:
                    ordered = tuple(sorted(positions))
                    rows = row_numbers(table, opened.metadata.metadata or {}, ordered)
                    name = RAW[collected.feed].full_name
                    yield FoundRows(_run_of(collected.raw_path), name, file, ordered, mention, collected.file, rows)


class _Matcher:
    """Tells which raw rows name the person; looks first at what cheap tests leave over."""

    def __init__(self, person: Person, space: str, zone: str) -> None:
        self._ids = {each for own, each in person.ids if own == space}
        self._zone = zone
        self._phones = {each.removeprefix(PREFIX) for each in person.phones}
        self._phones |= {each.removeprefix(PREFIX) for one in person.phones for each in phone_ids(one, zone)}
        self._emails = {each.casefold() for each in person.emails}
        self._unions = {each.partition(":")[2] for _own, each in person.ids if each.startswith("union:")} | self._ids

    def positions(self, table: Any) -> tuple[set[int], dict[str, set[int]]]:  # noqa: ANN401 - a pyarrow table
        """The person's own rows; and those of others that name the person, by the column that does."""
        met = {field: self._met(table[field], field) for field in PERSON_FIELDS if field in table.column_names}
        by_id, referring = met.get("customer_id", set()), met.pop("referrer_id", set())
        reached = set().union(*met.values()) - by_id
        if "customer_id" in met:
            ids = table["customer_id"].to_pylist()
            own = by_id | {at for at in reached if not ids[at]}
        else:
            own = reached
        met["referrer_id"] = referring
        return own, {field: positions - own for field, positions in met.items()}

    def _met(self, column: Any, field: str) -> set[int]:  # noqa: ANN401 - a pyarrow column
        coded = column.combine_chunks().dictionary_encode()
        meant = {code for code, text in enumerate(coded.dictionary.to_pylist()) if text and self._means(field, text)}
        return {at for at, code in enumerate(coded.indices.to_pylist()) if code in meant} if meant else set()

    def nobodys(self, table: Any, numbers: set[str]) -> set[int]:  # noqa: ANN401 - a pyarrow table
        """Rows of the person's orders that name nobody."""
        named = [table[field].to_pylist() for field in PERSON_FIELDS if field in table.column_names]
        wanted = enumerate(table["order_id"].to_pylist())
        return {at for at, text in wanted if text and written_id(text) in numbers and not any(column[at] for column in named)}

    def _means(self, field: str, text: str) -> bool:
        if field == "phone":
            return self._is_phone(text)
        if field == "email":
            return text.strip().casefold() in self._emails
        ids = self._unions if field == "union_id" else self._ids
        return text in ids or written_id(text) in ids

    def _is_phone(self, text: str) -> bool:
        digits = "".join(str(int(each)) for each in text if each.isdecimal())
        ends = {re.sub(r"\D", "", each)[-_LAST_DIGITS:] for each in self._phones}
        if digits[-_LAST_DIGITS:] not in ends:
            return False
        forms = {digits, f"+{digits}", text, *(each.removeprefix(PREFIX) for each in phone_ids(text, self._zone))}
        return not forms.isdisjoint(self._phones)


def row_numbers(table: Any, footer: Mapping[bytes, bytes], positions: tuple[int, ...]) -> tuple[int, ...]:  # noqa: ANN401 - a pyarrow table
    """The numbers in the company's file of some raw rows, given by their places in the Parquet file."""
    if "row_number" in table.column_names:
        column = table["row_number"]
        if column.null_count == 0:
            return tuple(column.take(list(positions)).to_pylist())
    first = int(footer.get(_FIRST_ROW, b"1"))
    return tuple(first + each for each in positions)


def _run_of(path: str) -> str:
    return path.partition("/run=")[2].partition("/")[0]
