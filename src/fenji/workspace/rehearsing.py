"""What would a run keep of the rows that were looked at? The proposal is tried with the steps of a run, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.answers.mapping import Loss, Rehearsal, RehearsedSource
from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.headers import normalise_header
from fenji.collect.proposing import Proposal
from fenji.collect.reading.samples import Sample
from fenji.collect.remarks import Remark
from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.reasons import EXPECTED
from fenji.domain.sources import Source
from fenji.engines.engine import Engine
from fenji.errors import FenjiError
from fenji.tables import clean
from fenji.tables.raw import RAW, UNREADABLE
from fenji.workspace.preparing import PrepareOptions, prepare_base

MOST_REASONS = 3
"""Reasons that are told of a source, the commonest first."""


def rehearse(engine: Engine, sources: Sequence[Source], proposal: Proposal, options: PrepareOptions) -> Rehearsal:
    """Tries sources on the samples that they were proposed from.

    Args:
        engine: where it runs; samples are small, so the embedded one.
        sources: as sources.yaml says them.
        proposal: what the sources were written from, with its samples.
        options: what the settings say.
    """
    samples_of = {source.name: [(table.file, table.sample) for table in source.tables] for source in proposal.sources}
    try:
        tables = prepared_samples(engine, sources, samples_of, options)
    except FenjiError as error:
        return Rehearsal((), 0, 0, Decimal(0), Decimal(0), None, None, problems=error.problems)
    found = {
        name: engine.stage(tables[name])
        for name in (clean.FILE_ACCOUNT.full_name, clean.REJECTED_ROW.full_name, clean.ORDER_LINE.full_name)
    }
    lines = found[clean.ORDER_LINE.full_name]
    sums = lines.aggregate(
        orders=lines.count(where=lines["order_revenue"].notnull()),
        revenue=lines["net_revenue"].sum(),
        unattributed=lines["net_revenue"].sum(where=lines["customer_key"].isnull()),
        first_on=lines["ordered_on"].min(),
        last_on=lines["ordered_on"].max(),
    )
    row = engine.fetch(sums).to_pylist()[0]
    customers = tables[clean.CUSTOMER.full_name]
    return Rehearsal(
        sources=_accounts(engine, found[clean.FILE_ACCOUNT.full_name], found[clean.REJECTED_ROW.full_name]),
        customers=engine.fetch(customers.aggregate(count=customers.count()))["count"][0].as_py(),
        orders=row["orders"] or 0,
        net_revenue=row["revenue"] or Decimal(0),
        unattributed_net_revenue=row["unattributed"] or Decimal(0),
        first_order_on=row["first_on"],
        last_order_on=row["last_on"],
    )


def prepared_samples(
    engine: Engine, sources: Sequence[Source], samples_of: Mapping[str, Sequence[tuple[str, Sample]]], options: PrepareOptions
) -> dict[str, ir.Table]:
    """The clean tables that a run would make of samples.

    Args:
        engine: where it runs.
        sources: as sources.yaml says them.
        samples_of: by source, the samples of its files with the name of each file.
        options: what the settings say.

    Raises:
        FenjiError: what would keep a run from starting.
    """
    return prepare_base(
        engine,
        _raw(engine, sources, samples_of),
        _unreadable(engine),
        sources,
        options,
        previous_identity=None,
        on_step=lambda _words, _number: None,
        with_quality=False,
    )


def without_useless(proposal: Proposal, rehearsal: Rehearsal) -> Proposal:
    """The proposal without sources of which a run would keep no row, each with the reason; the same one where all are of use."""
    useless = {each.source: each for each in rehearsal.sources if each.rows and not each.kept and each.losses}
    if not useless:
        return proposal
    sources = [
        replace(source, blocking=(*source.blocking, _why_useless(useless[source.name])))
        if source.name in useless
        else replace(source, blocking=(*source.blocking, findings.ORDERS_UNUSABLE(source=source.belongs_to)))
        if source.belongs_to in useless
        else source
        for source in proposal.sources
    ]
    return replace(proposal, sources=tuple(sources))


def _why_useless(each: RehearsedSource) -> Finding:
    loss = each.losses[0]
    expected = Remark(next((words for reason, words in EXPECTED.items() if reason == loss.reason), loss.reason))
    return findings.KEEPS_NOTHING(rows=each.rows, count=loss.rows, expected=expected, came=loss.came or "")


def _accounts(engine: Engine, accounts: ir.Table, rejected: ir.Table) -> tuple[RehearsedSource, ...]:
    sums = accounts.group_by("source").aggregate(rows=accounts["rows_in"].sum(), kept=accounts["kept"].sum())
    losses = rejected.group_by("source", "reason").aggregate(
        rows=rejected.count(),
        field=rejected["field"].min(),
        came=rejected["came"].min(),
        file=rejected["file"].min(),
        row=rejected["row_number"].min(),
    )
    by_source: dict[str, list[Loss]] = {}
    for each in engine.fetch(losses).to_pylist():
        by_source.setdefault(each.pop("source"), []).append(Loss(**each))
    return tuple(
        RehearsedSource(
            each["source"],
            int(each["rows"]),
            int(each["kept"]),
            tuple(sorted(by_source.get(each["source"], ()), key=lambda loss: (-loss.rows, loss.reason))[:MOST_REASONS]),
        )
        for each in engine.fetch(sums.order_by("source")).to_pylist()
    )


def _raw(
    engine: Engine, sources: Sequence[Source], samples_of: Mapping[str, Sequence[tuple[str, Sample]]]
) -> dict[Feed, ir.Table]:
    parts: dict[Feed, list[pa.Table]] = {feed: [] for feed in Feed}
    for source in sources:
        for file, sample in samples_of.get(source.name, ()):
            parts[source.feed].append(_rows(source, sample, file))
    return {
        feed: engine.from_arrow(pa.concat_tables(tables) if tables else RAW[feed].schema.to_pyarrow().empty_table())
        for feed, tables in parts.items()
    }


def _rows(source: Source, sample: Sample, name: str) -> pa.Table:
    """The rows of a sample as a run would collect them; columns of the source that the sample lacks are empty."""
    count = len(sample.rows)
    columns: dict[str, list[Any]] = {
        "source": [source.name] * count,
        "file": [place_in(name, sample)] * count,
        "row_number": list(range(sample.header_row + 1, sample.header_row + 1 + count)),
        "batch": ["rehearsal"] * count,
        "row_hash": [_hash(row) for row in sample.rows],
    }
    positions = positions_of(source, sample.headers)
    for field in FEEDS[source.feed]:
        position = positions.get(field.name)
        columns[field.name] = (
            [None] * count if position is None else [row[position] if position < len(row) else None for row in sample.rows]
        )
    return pa.table(columns, schema=RAW[source.feed].schema.to_pyarrow())


def positions_of(source: Source, headers: Sequence[str]) -> dict[str, int]:
    """Field: the column of a table that fills it."""
    place = {normalise_header(header): position for position, header in reversed(list(enumerate(headers)))}
    found = {}
    for name, mapping in source.columns.items():
        wanted = () if mapping.column is None else mapping.headers
        position = next((place[key] for key in map(normalise_header, wanted) if key in place), None)
        if position is not None:
            found[name] = position
    return found


def place_in(file: str, sample: Sample) -> str:
    """How raw tables call a file or a sheet."""
    return file if sample.part is None else f"{file}#{sample.part}"


def _unreadable(engine: Engine) -> ir.Table:
    return engine.from_arrow(UNREADABLE.schema.to_pyarrow().empty_table())


def _hash(row: Sequence[str | None]) -> int:
    text = "\x1f".join("" if cell is None else cell for cell in row)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
