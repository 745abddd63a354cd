"""Which columns are written plainly from the first row to the last? They are read by one cast, and no pattern is tried on them.

A column of 2025-06-05 10:11:12 or 1234.50 says the same on the short way as on the long one of ``stripping``; what is saved is the
long expression itself, which takes longer to build than a small company's rows take to read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.domain.sources import MoneyUnit, Source
from fenji.prepare import amounts, cells, dates, nobody
from fenji.prepare.stripping import Writing

PlainFields = Mapping[str, Collection[str]]
"""Name of a source -> fields whose cells are all written plainly."""

_KINDS = (Cell.TEXT, Cell.ID, Cell.PHONE, Cell.MONEY, Cell.NUMBER, Cell.MOMENT, Cell.DAY)


def plain_cells(raw: ir.Table, feed: Feed, sources: Sequence[Source]) -> ir.Table | None:
    """Whether each column is plain.

    Grain: one row in all; a column ``<number of the source>__<field>`` for each that may be, null where it has no cell.

    Args:
        raw: the feed's raw table.
        feed: the kind of table.
        sources: the entries of sources.yaml; those of other feeds are passed over.

    Returns:
        None where no column can be read on the short way.
    """
    found = {
        f"{number}__{field.name}": (is_plain(raw[field.name], _writing(field, source)) | raw[field.name].isnull()).all(
            where=raw["source"] == source.name
        )
        for number, source in enumerate(sources)
        if source.feed is feed
        for field in FEEDS[feed]
        if _may_be(field, source)
    }
    return raw.aggregate(**found) if found else None


def plain_fields(row: Mapping[str, Any], sources: Sequence[Source]) -> PlainFields:
    """What the one row of ``plain_cells`` says."""
    found: dict[str, list[str]] = {}
    for name, holds in row.items():
        number, _, field = name.partition("__")
        if holds is not False:
            found.setdefault(sources[int(number)].name, []).append(field)
    return found


def is_plain(came: ir.StringValue, writing: Writing) -> ir.BooleanValue:
    """Whether a cell is written plainly, so that ``stripping`` would leave it as it is."""
    if writing.is_number:
        return amounts.is_plain(came, writing.decimal)
    return dates.is_plain(came) if writing.is_date else cells.is_plain(came, writing.kind)


def read_plain(came: ir.StringValue, field: Field, *, is_person: bool) -> ir.Value:
    """The values of a plain column; a moment as wall-clock time.

    Args:
        came: the cells.
        field: what they fill.
        is_person: whether the field is an id of a person, which may be nobody's.
    """
    if field.cell in (Cell.MONEY, Cell.NUMBER):
        return came.try_cast(amounts.AMOUNT)
    if field.cell in (Cell.MOMENT, Cell.DAY):
        at = came.try_cast("timestamp")
        return at.date() if field.cell is Cell.DAY else at
    if field.cell is Cell.PHONE:
        return ibis.ifelse(nobody.is_nobodys_phone(came), ibis.null("string"), ibis.literal("+86").concat(came))
    if is_person:
        is_nobody = nobody.is_nobodys_id(came).fill_null(ibis.literal(value=False))
        return ibis.ifelse(is_nobody, ibis.null("string"), came)
    return came


def is_unread(came: ir.StringValue, value: ir.Value, kind: Cell) -> ir.BooleanValue:
    """Whether a cell of a plain column says something that is no value: a day that no calendar has, or one that no shop saw."""
    if kind in (Cell.MOMENT, Cell.DAY):
        return cells.is_unread(cells.Cells(came, ibis.null("string")), value, kind)
    return ibis.literal(value=False)


def _may_be(field: Field, source: Source) -> bool:
    mapping = source.columns.get(field.name)
    return (
        mapping is not None
        and mapping.constant is None
        and field.name != "score"
        and field.cell in _KINDS
        and (field.cell is not Cell.MONEY or mapping.unit is MoneyUnit.YUAN)
    )


def _writing(field: Field, source: Source) -> Writing:
    mapping = source.columns[field.name]
    return Writing(field.cell, mapping.decimal, mapping.date_order)
