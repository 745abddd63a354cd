"""What does sources.yaml name? Its entries as records of the domain, with every mistake at its line and all of them at once."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from fenji.documents.reader import Document, read_document
from fenji.documents.source_links import link_problems
from fenji.domain.feeds import FEEDS, Cell, Feed, field_names
from fenji.domain.sources import (
    ColumnMapping,
    DatabaseLocation,
    DateOrder,
    DecimalSign,
    DropRule,
    FileLocation,
    Format,
    MoneyUnit,
    Repeats,
    Shape,
    Source,
    StatusClass,
    TotalsPeriod,
    Unpivot,
)
from fenji.errors import InvalidDocument, Problem, nearest, unknown_name
from fenji.language import message as _
from fenji.setting_values import known_zones
from fenji.validation import Objection, problems_of
from fenji.validation import Path as Keys

_PERSON = ("customer_id", "phone", "email", "union_id")
_NOT_IN_BOTH_ENGINES = re.compile(r"\(\?(?:[=!>(]|<[=!])|\\[1-9]|\(\?P=|[*+?}]\+")
"""Look-around, back references, atomic and possessive parts: DuckDB's RE2 has none of them."""
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources of a sources.yaml.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: with every problem of every source at its line.
    """
    return sources_in(read_document(path))


def sources_in(document: Document) -> tuple[Source, ...]:
    """The sources that a document names; see read_sources."""
    problems: list[Problem] = []
    try:
        _Sources.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        problems += problems_of(error, _Sources, place=document.place)
    given = document.data.get("sources") if isinstance(document.data, dict) else None
    entries = [(position, entry) for position, entry in enumerate(given if isinstance(given, list) else [])]
    problems += _same_names(entries, document)
    problems += link_problems(entries, document)
    for position, entry in entries:
        if isinstance(entry, dict):
            problems += _column_problems(entry, ("sources", position), document)
    InvalidDocument.raise_if(sorted(problems, key=lambda problem: (problem.place.row or 0) if problem.place else 0))
    return tuple(_record(_Entry.model_validate(entry)) for _position, entry in entries)


def _text(value: object) -> object:
    """Numbers in places of text, such as a status 1 or a sheet 2025, are meant as text."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _list(value: object) -> object:
    return [value] if isinstance(value, (str, int, float)) else value


def _zone(name: str) -> str:
    if name not in known_zones():
        raise Objection.of(unknown_name(_("time zone"), name, known_zones()))
    return name


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        text = _("'{code}' is not a currency code; write three capital letters, such as CNY.")
        raise Objection(text, code=code)
    return code


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        problem = _("'{pattern}' is not a regular expression: {detail}.")
        raise Objection(problem, pattern=text, detail=str(error)) from error
    if _NOT_IN_BOTH_ENGINES.search(text):
        problem = _("'{pattern}' uses look-around, a back reference or a possessive part, which not every engine has.")
        raise Objection(problem, pattern=text)
    return text


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        text = _("'{encoding}' is not an encoding; write for instance utf-8, gb18030 or utf-16.")
        raise Objection(text, encoding=name) from error
    return name


def _delimiter(text: str) -> str:
    found = _DELIMITERS.get(text.lower(), text)
    if len(found) != 1 or found in '"\r\n':
        message = _("'{delimiter}' is not a delimiter; write one character, or tab.")
        raise Objection(message, delimiter=text)
    return found


def _scale(limits: tuple[float, float]) -> tuple[float, float]:
    if not limits[0] < limits[1]:
        text = _("the lowest score must be less than the highest.")
        raise Objection(text)
    return limits


def _name(text: str) -> str:
    if not text.strip() or re.search(r"[\r\n#/\\']", text):
        message = _("a source needs a name without # / \\ ' and line breaks.")
        raise Objection(message)
    return text


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_list)]
Pattern = Annotated[str, BeforeValidator(_text), AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Column(_Strict):
    column: Text | None = None
    unit: MoneyUnit = MoneyUnit.YUAN
    constant: Text | None = None
    decimal: DecimalSign | None = None
    date_order: DateOrder | None = None
    made_of: Texts = ()
    also: Texts = ()
    optional: bool = False

    @model_validator(mode="after")
    def _one_of(self) -> _Column:
        is_made = self.made_of and self.constant is None
        if ((self.column is not None) + (self.constant is not None) != 1 and not is_made) or (
            (self.also or self.optional) and self.column is None
        ):
            text = _("write either the name of a column or a constant.")
            raise Objection(text)
        return self


class _Unpivot(_Strict):
    columns: Annotated[Texts, Field(min_length=1)]
    name: Text
    value: Text
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None


class _Shape(_Strict):
    header_rows: tuple[Annotated[int, Field(ge=1)], ...] = ()
    no_header: bool = False
    skip_after_header: Annotated[int, Field(ge=0)] = 0
    sections: Text | None = None
    fill_down: Texts = ()
    unpivot: _Unpivot | None = None
    drop_totals: bool = False


class _Drop(_Strict):
    column: Text
    reason: Text
    values: Texts = ()
    pattern: Pattern | None = None
    keep_matching: bool = False

    @model_validator(mode="after")
    def _one_of(self) -> _Drop:
        if bool(self.values) == (self.pattern is not None):
            text = _("write either values or a pattern.")
            raise Objection(text)
        return self


class _Database(_Strict):
    url: Text
    table: Text | None = None
    query: Text | None = None

    @model_validator(mode="after")
    def _one_of(self) -> _Database:
        if (self.table is None) == (self.query is None):
            text = _("write either a table or a query.")
            raise Objection(text)
        return self


def _mapping(value: object) -> object:
    value = _text(value)
    return {"column": value} if isinstance(value, str) else value


class _Entry(_Strict):
    source: Annotated[Text, AfterValidator(_name)]
    feed: Feed
    columns: dict[str, Annotated[_Column, BeforeValidator(_mapping)]]
    files: Texts = ()
    format: Format | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    delimiter: Annotated[str, AfterValidator(_delimiter)] | None = None
    sheets: Texts = ()
    part_column: Text | None = None
    database: _Database | None = None
    currency: Annotated[str, AfterValidator(_currency)] | None = None
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    paid_statuses: Texts = ()
    score_scale: Annotated[tuple[float, float], AfterValidator(_scale)] = (0.0, 100.0)
    default_kind: Text | None = None
    drop: tuple[_Drop, ...] = ()
    repeats: Repeats = Repeats.KEEP
    keep_missing: bool = False
    shares_ids_with: Text | None = None
    return_order_pattern: Pattern | None = None
    shape: _Shape = _Shape()
    statuses: dict[StatusClass, Texts] = Field(default_factory=dict)
    needs_paid_at: bool = False
    belongs_to: Text | None = None
    needs_payment: bool = False
    period: TotalsPeriod | None = None
    as_of: date | None = None

    @model_validator(mode="after")
    def _one_place(self) -> _Entry:
        if bool(self.files) == (self.database is not None):
            text = _("source '{source}': write either files or a database.")
            raise Objection(text, source=self.source)
        return self


class _Sources(_Strict):
    sources: Annotated[list[_Entry], Field(min_length=1)]


def _same_names(entries: list[tuple[int, Any]], document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for position, entry in entries:
        name = str(entry.get("source")) if isinstance(entry, dict) and entry.get("source") is not None else None
        if name is None:
            continue
        place = document.place(("sources", position, "source"))
        if name in first:
            text = _("source '{name}' stands here a second time; the first is in line {first}.")
            yield Problem(text, {"name": name, "first": first[name]}, place)
        first.setdefault(name, place.row or 0)


def _column_problems(entry: dict[str, Any], path: Keys, document: Document) -> Iterator[Problem]:
    """Fields that the feed does not have, and needs of the feed that nothing fills."""
    if entry.get("feed") not in set(Feed) or not isinstance(entry.get("columns"), dict):
        return
    feed, columns = Feed(entry["feed"]), entry["columns"]
    names = field_names(feed)
    for name in columns:
        if name not in names:
            yield unknown_name(_("field"), name, names, place=document.place((*path, "columns", name)))
        elif isinstance(columns[name], dict) and "unit" in columns[name] and _cell(feed, name) is not Cell.MONEY:
            text = _("'{name}' is no amount of money and has no unit.")
            yield Problem(text, {"name": name}, document.place((*path, "columns", name, "unit")))
    for position, rule in enumerate(entry["drop"] if isinstance(entry.get("drop"), list) else []):
        column = rule.get("column") if isinstance(rule, dict) else None
        if isinstance(column, str) and column not in names:
            yield unknown_name(_("field"), column, names, place=document.place((*path, "drop", position, "column")))
    if entry.get("needs_paid_at") is True and "paid_at" not in columns:
        yield Problem(_("needs_paid_at is set, but no column fills paid_at."), {}, document.place((*path, "needs_paid_at")))
    place = document.place((*path, "columns"))
    is_part = entry.get("belongs_to") is not None
    for needed in _missing(feed, set(columns), has_kind=entry.get("default_kind") is not None, is_part=is_part):
        guess = nearest(needed, [name for name in columns if name not in names])
        # A misspelt field has been reported above; that it is missing too would only be noise.
        if not guess:
            yield Problem(_("the feed {feed} needs {field}, which no column fills."), {"feed": feed, "field": needed}, place)


def _missing(feed: Feed, columns: set[str], *, has_kind: bool, is_part: bool) -> Iterator[str]:
    """``is_part``: the heads of the orders stand in another source, which says when and how much."""
    for field in FEEDS[feed]:
        told_elsewhere = (field.name == "kind" and has_kind) or (field.name == "ordered_at" and is_part)
        if field.required and field.name not in columns and not told_elsewhere:
            yield field.name
    needs_person = feed not in {Feed.ORDER_LINE, Feed.ORDER, Feed.FEEDBACK} and {"customer_id", "phone"} <= set(field_names(feed))
    if needs_person and not columns & set(_PERSON):
        yield " / ".join(_PERSON)
    if (
        feed is Feed.ORDER_LINE
        and not is_part
        and not (columns & {"line_amount", "order_amount"} or {"quantity", "unit_price"} <= columns)
    ):
        yield "line_amount / order_amount / quantity + unit_price"


def _cell(feed: Feed, name: str) -> Cell:
    return next(field.cell for field in FEEDS[feed] if field.name == name)


def _record(entry: _Entry) -> Source:
    location: FileLocation | DatabaseLocation = FileLocation(
        entry.files, entry.format, entry.encoding, entry.delimiter, entry.sheets, entry.part_column, _shape(entry.shape)
    )
    if entry.database is not None:
        location = DatabaseLocation(entry.database.url, entry.database.table, entry.database.query)
    return Source(
        name=entry.source,
        feed=entry.feed,
        location=location,
        columns={
            name: ColumnMapping(
                each.column, each.unit, each.constant, each.decimal, each.date_order, each.made_of, each.also, each.optional
            )
            for name, each in entry.columns.items()
        },
        currency=entry.currency,
        time_zone=entry.time_zone,
        paid_statuses=entry.paid_statuses,
        score_scale=entry.score_scale,
        default_kind=entry.default_kind,
        drop=tuple(DropRule(each.column, each.reason, each.values, each.pattern, each.keep_matching) for each in entry.drop),
        repeats=entry.repeats,
        keep_missing=entry.keep_missing,
        shares_ids_with=entry.shares_ids_with,
        return_order_pattern=entry.return_order_pattern,
        statuses=entry.statuses,
        needs_paid_at=entry.needs_paid_at,
        belongs_to=entry.belongs_to,
        needs_payment=entry.needs_payment,
        period=entry.period,
        as_of=entry.as_of,
    )


def _shape(entry: _Shape) -> Shape:
    turned = entry.unpivot
    return Shape(
        header_rows=entry.header_rows,
        no_header=entry.no_header,
        skip_after_header=entry.skip_after_header,
        sections=entry.sections,
        fill_down=entry.fill_down,
        unpivot=None if turned is None else Unpivot(turned.columns, turned.name, turned.value, turned.year),
        drop_totals=entry.drop_totals,
    )
