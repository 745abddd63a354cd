"""How are the files of an import understood, column by column? With a few cells of each, in which nobody can be recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from fenji.answers.importing import ColumnLook, FieldChoice, FileLook
from fenji.collect.asking.columns import column_id
from fenji.collect.headers import Confidence
from fenji.collect.understanding.evidence import plain_cell
from fenji.collect.understanding.proposal import FoundTable, ProposedColumn, ProposedSource
from fenji.domain.contacts import masked as masked_contact
from fenji.domain.contacts import masked_name
from fenji.domain.feeds import FEEDS
from fenji.domain.words import Spoken
from fenji.wording.feeds import feed_name, field_name
from fenji.workspace.arriving import masked
from fenji.workspace.importing import ImportInHand

SHOWN_CELLS = 3
_LONGEST_CELL = 40
_OF_NAMES = re.compile(
    r"姓名|名字|收货人|收件人|联系人|会员名|买家|昵称|\b(?:first|last|full|customer|buyer|contact|nick)[ _]?name\b", re.IGNORECASE
)
_OF_PLACES = re.compile(r"地址|住址|address|street", re.IGNORECASE)
_PERSONAL_FIELDS = ("name", "customer_name")
_PLACE_LETTERS = 6


def looks_of(hand: ImportInHand) -> tuple[FileLook, ...]:
    """Each file and sheet of an import under the source that reads it."""
    mine = {str(each) for each in hand.taken.folder.coming}
    return tuple(
        _file(source, table) for source in hand.mapped.proposal.sources for table in source.tables if table.sample.file in mine
    )


def _file(source: ProposedSource, table: FoundTable) -> FileLook:
    fields = FEEDS[source.feed] if source.feed else ()
    return FileLook(
        file=f"{Path(table.file).name}#{table.part}" if table.part else Path(table.file).name,
        source=source.name,
        feed=source.feed,
        rows_words=Spoken(partial(feed_name, source.feed)),
        platform=source.platform,
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_row=table.header_row,
        is_usable=source.is_usable,
        columns=tuple(sorted(_columns(source, table), key=_urgency)),
        fields=tuple(
            FieldChoice(each.name, Spoken(partial(field_name, source.feed, each.name)), each.required) for each in fields
        ),
    )


def _urgency(column: ColumnLook) -> int:
    """What should be looked at first, then what is used, then the rest; otherwise in the order of the file."""
    if column.confidence is None:
        return 2
    return 0 if column.confidence is Confidence.GUESS else 1


def _columns(source: ProposedSource, table: FoundTable) -> Iterator[ColumnLook]:
    sample = table.sample
    for position, header in enumerate(sample.headers):
        column = _filling(source, header)
        cells = (plain_cell(row[position]) for row in sample.rows if position < len(row))
        yield ColumnLook(
            header=header,
            samples=tuple(_few(_hidden(header, column, cell) for cell in cells if cell)),
            field=None if column is None else column.field,
            confidence=None if column is None else column.confidence,
            why=None if column is None else column.why,
            question=column_id(sample.headers, header),
        )


def _filling(source: ProposedSource, header: str) -> ProposedColumn | None:
    return next((each for each in source.columns if header == each.column or header in each.also), None)


def _few(cells: Iterable[str]) -> list[str]:
    found: list[str] = []
    for each in cells:
        if each not in found:
            found.append(each)
        if len(found) == SHOWN_CELLS:
            break
    return found


def _hidden(header: str, column: ProposedColumn | None, text: str) -> str:
    """A cell as others may see it, also of columns that nobody has recognised."""
    if _OF_NAMES.search(header) or (column is not None and column.field in _PERSONAL_FIELDS):
        hidden = masked_contact(text)
        return hidden if hidden != text or any(sign.isdigit() for sign in text) else masked_name(text)
    hidden = masked(masked_contact(text))
    if _OF_PLACES.search(header) and len(hidden) > _PLACE_LETTERS:
        return f"{hidden[:_PLACE_LETTERS]}***"
    return hidden if len(hidden) <= _LONGEST_CELL else f"{hidden[:_LONGEST_CELL]}…"
