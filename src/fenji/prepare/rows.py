"""What does each row that came in say, read as what its fields hold, and which rows cannot be used and why?

A row is left out by the first of: the source's ``drop`` rules in their order; an unpaid, cancelled or wholly refunded order, as
the rows of an order say together; an id, date, amount, quantity or score at fault, in the order of the feed's fields. Fields whose loss does not make a row
false (a phone, a birthday, a product id) become null and are counted in column quality.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import FEEDS, Cell, Feed, Field
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, DropRule, FileLocation, Source, StatusClass
from fenji.prepare import amounts, cells, currencies, dates, plain_columns, scores, statuses
from fenji.prepare.currency_marks import may_be, only_one
from fenji.prepare.orders.states import SAYS_CANCELLED, SAYS_PAID, TELLS_REFUND, with_order_states
from fenji.prepare.plain_columns import PlainFields
from fenji.prepare.ports import Calendar
from fenji.prepare.stripping import Writing, bare_cells, with_bare

PROVENANCE = ("source", "file", "row_number")
"""What tells one row from all others, through all of preparation."""

VERDICT = ("reason", "field", "came", "unread_fields")
"""What typed rows say about themselves; ``reason`` is null for rows that are kept so far."""

PERSONAL = frozenset({"customer_id", "phone", "email", "union_id", "referrer_id", "name", "customer_name", "birth_on", "text"})
"""Fields whose text is never shown in ``came``."""

_PERSONS = ("customer_id", "phone", "email", "union_id")
_PERSON_IDS = frozenset({"customer_id", "union_id", "referrer_id"})
_MAY_BE_NOBODYS = frozenset({Feed.ORDER_LINE, Feed.ORDER, Feed.PAYMENT, Feed.RETURN, Feed.PRODUCT, Feed.REFERRAL, Feed.FEEDBACK})
"""Feeds whose rows are used although they do not say whose they are, or need not."""

_OF_ORDERS = (Feed.ORDER_LINE, Feed.ORDER)
_OF_MONEY = (*_OF_ORDERS, Feed.PAYMENT, Feed.RETURN, Feed.BALANCE)
"""Feeds whose amounts are revenue: a row that loses one would make the sum wrong."""

_NONE_PLAIN: PlainFields = {}
_SIGNED = ("quantity", "line_amount", "order_amount")

_CAME_LENGTH = 200
_MAY_STAY_OPEN = (Feed.CONTRACT, "ended_at")
"""A moment whose absence says something: a contract without an end runs. So an end that cannot be read is no missing end."""

_TYPES = {
    Cell.ID: "string",
    Cell.TEXT: "string",
    Cell.PHONE: "string",
    Cell.EMAIL: "string",
    Cell.MONEY: amounts.AMOUNT,
    Cell.NUMBER: amounts.AMOUNT,
    Cell.MOMENT: "timestamp('UTC')",
    Cell.DAY: "date",
    Cell.YES_NO: "boolean",
}


@dataclass(frozen=True)
class Check:
    """One way in which a row cannot be used."""

    fails: ir.BooleanValue
    """Null is no fault."""
    reason: str
    field: str | None = None
    came: str | None = None
    """The column that tells what stood there; None where nothing did or nobody may see it."""


def typed_rows(
    raw: ir.Table,
    feed: Feed,
    sources: Sequence[Source],
    *,
    calendar: Calendar,
    zone: str,
    currency: str,
    plain: PlainFields = _NONE_PLAIN,
) -> ir.Table:
    """The rows of one feed with every field read, and the reason why a row is left out.

    Grain: one row per raw row of the given sources.
    Units: money in whole units of the source's currency; moments UTC, days of the workspace's zone.
    Keeps: every raw row of the sources exactly once, rejected ones included.

    Args:
        raw: the feed's raw table; rows of other sources are passed over.
        feed: the kind of table.
        sources: the entries of sources.yaml; those of other feeds are passed over.
        calendar: turns wall-clock times into moments.
        zone: the workspace's time zone; also that of sources that name none.
        currency: the workspace's currency; its signs are known in sources that name none.
        plain: columns that are known to be written plainly; see ``plain_columns``.

    Returns:
        ``source``, ``file``, ``row_number``, the feed's fields, a local day ``<stem>_on`` beside every moment
        ``<stem>_at``, and ``reason``, ``field``, ``came``, ``unread_fields`` (bit n: the text of field n could not be read).
    """
    own = [source for source in sources if source.feed is feed]
    nobody = Source(name="", feed=feed, location=FileLocation(()), columns={})
    parts = [
        _SourceRows(raw, source, calendar, zone, source.currency or currency, plain=plain.get(source.name, ())).typed()
        for source in own or [nobody]
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def leave_out(rows: ir.Table, checks: Sequence[Check]) -> ir.Table:
    """The rows with the first reason, of those that they have and of the checks in their order, why they are left out.

    Grain: one row per row given.
    Keeps: every row; a reason that a row already has stays.
    """
    if "reason" not in rows.columns:
        rows = rows.mutate(**{name: ibis.null("string") for name in VERDICT[:3]})
    if not checks:
        return rows
    number = ibis.cases(*((check.fails & rows["reason"].isnull(), ibis.literal(n, "int16")) for n, check in enumerate(checks)))
    found = rows.mutate(problem=number).view()
    told = {
        "reason": [ibis.literal(str(check.reason)) for check in checks],
        "field": [ibis.null("string") if check.field is None else ibis.literal(check.field) for check in checks],
        "came": [_shown(found, check.came) for check in checks],
    }
    verdict = {
        name: ibis.cases(*((found["problem"] == n, value) for n, value in enumerate(values)), else_=found[name])
        for name, values in told.items()
        if values
    }
    return found.mutate(**verdict).drop("problem")


def day_name(moment: str) -> str:
    """The column of the local day beside a moment: ``ordered_at`` has ``ordered_on``, ``at`` has ``on``."""
    return moment.removesuffix("at") + "on"


def unread(rows: ir.Table, feed: Feed, field: str) -> ir.BooleanValue:
    """Whether the text of a field could not be read, from ``unread_fields`` of typed rows."""
    position = [each.name for each in FEEDS[feed]].index(field)
    return (rows["unread_fields"] & ibis.literal(1 << position, "int64")) != 0


class _SourceRows:
    """The rows of one source on their way from text to values; each ``view`` keeps the engine from computing a cell twice."""

    def __init__(
        self, raw: ir.Table, source: Source, calendar: Calendar, zone: str, currency: str, *, plain: Collection[str]
    ) -> None:
        self.source = source
        self.fields = FEEDS[source.feed]
        self.calendar = calendar
        self.zone = zone
        self.currency = currency
        self.mapped = [field for field in self.fields if field.name in source.columns]
        self.plain = frozenset(plain)
        self.raw = raw.filter(raw["source"] == source.name)

    def typed(self) -> ir.Table:
        """The finished rows."""
        came = self.raw.select(*PROVENANCE, **{f"{field.name}__came": self._text(field) for field in self.mapped}).view()
        stripped = with_bare(came, {field.name: self._writing(field) for field in self.mapped if field.name not in self.plain})
        read = stripped.mutate(**self._read_columns(stripped)).view()
        judged = read.select(*PROVENANCE, **self._judged_columns(read)).view()
        if self._has_states():
            judged = with_order_states(
                judged.mutate(**self._said(judged)),
                has_status=self._is_mapped("status"),
                has_heads=self.source.belongs_to is not None,
            )
        rows = judged.mutate(unread_fields=self._unread_mask(judged))
        return leave_out(rows, list(self._checks(judged))).select(*PROVENANCE, *self._value_names(), *VERDICT)

    def _value_names(self) -> list[str]:
        return [
            name
            for field in self.fields
            for name in ([field.name, day_name(field.name)] if field.cell is Cell.MOMENT else [field.name])
        ]

    def _is_mapped(self, name: str) -> bool:
        return name in self.source.columns

    def _text(self, field: Field) -> ir.StringValue:
        mapping = self.source.columns[field.name]
        return ibis.literal(mapping.constant) if mapping.constant is not None else self.raw[field.name]

    def _writing(self, field: Field) -> Writing:
        mapping = self.source.columns[field.name]
        return Writing(field.cell, mapping.decimal, mapping.date_order)

    def _has_states(self) -> bool:
        """Whether rows have anything to learn from other rows of their order."""
        tells = self._is_mapped("status") or self._is_mapped("cancelled_at") or self._needs_paid_at()
        return self.source.feed in _OF_ORDERS and self._is_mapped("order_id") and tells

    def _needs_paid_at(self) -> bool:
        return self.source.needs_paid_at and self._is_mapped("paid_at")

    def _said(self, judged: ir.Table) -> dict[str, ir.Value]:
        """Whether anything stands where the time of payment or cancellation does, read or not."""
        return {
            f"{name}__said": judged[name].notnull() | judged[f"{name}__unread"]
            if self._is_mapped(name)
            else ibis.literal(value=False)
            for name in ("paid_at", "cancelled_at")
        }

    def _read_columns(self, stripped: ir.Table) -> dict[str, ir.Value]:
        """The first reading of every mapped field."""
        columns: dict[str, ir.Value] = {}
        for field in self.mapped:
            if field.name in self.plain:
                columns |= self._read_plain(field, stripped[f"{field.name}__came"])
                continue
            written = bare_cells(stripped, field.name)
            if field.cell is Cell.MOMENT:
                columns[f"{field.name}__local"] = dates.local_time(written)
                columns[f"{field.name}__moment"] = dates.moment(written)
            else:
                columns[field.name] = self._reader(field, self.source.columns[field.name])(written)
            if field.cell is Cell.MONEY:
                columns[f"{field.name}__named"] = amounts.named_currencies(written)
        for rule in self.source.drop:
            field = next(each for each in self.fields if each.name == rule.column)
            if field in self.mapped and field.cell not in (Cell.ID, Cell.TEXT):
                came = stripped[f"{field.name}__came"]
                columns[f"{field.name}__words"] = (
                    came if field.name in self.plain else cells.text(bare_cells(stripped, field.name))
                )
        return columns

    def _read_plain(self, field: Field, came: ir.StringValue) -> dict[str, ir.Value]:
        """What ``_read_columns`` gives, for a column whose cells are all written plainly."""
        value = plain_columns.read_plain(came, field, is_person=field.name in _PERSON_IDS)
        if field.cell is Cell.MOMENT:
            return {f"{field.name}__local": value, f"{field.name}__moment": ibis.null("timestamp('UTC')")}
        named = {f"{field.name}__named": ibis.null("string")} if field.cell is Cell.MONEY else {}
        return {field.name: value, **named}

    def _reader(self, field: Field, mapping: ColumnMapping) -> Callable[[cells.Cells], ir.Value]:
        if field.cell is Cell.MONEY:
            return lambda written: amounts.money(written, mapping.unit)
        if field.cell is Cell.ID:
            return cells.person_id if field.name in _PERSON_IDS else cells.identifier
        if field.name == "score":
            return lambda written: scores.score(written, self.source.score_scale)
        readers: dict[Cell, Callable[[cells.Cells], ir.Value]] = {
            Cell.TEXT: cells.text,
            Cell.NUMBER: amounts.number,
            Cell.DAY: dates.day,
            Cell.PHONE: cells.phone,
            Cell.EMAIL: cells.email,
            Cell.YES_NO: cells.yes_no,
        }
        return readers[field.cell]

    def _judged_columns(self, read: ir.Table) -> dict[str, ir.Value]:
        """Values, whether each could be read, and the texts that checks and reports still need."""
        columns: dict[str, ir.Value] = {}
        foreign = self._foreign(read)
        for field in self.fields:
            name = field.name
            if field not in self.mapped:
                columns[name] = ibis.null(_TYPES[field.cell])
                if field.cell is Cell.MOMENT:
                    columns[day_name(name)] = ibis.null("date")
                continue
            if field.cell is Cell.MOMENT:
                usable = _usable_time(read[f"{name}__local"], read[f"{name}__moment"])
                columns[name], columns[day_name(name)] = self._moment_and_day(
                    read[f"{name}__local"], read[f"{name}__moment"], usable
                )
            else:
                usable = columns[name] = read[name]
            if name in foreign and not self._tells_currency():
                usable = columns[name] = ibis.ifelse(foreign[name], ibis.null(_TYPES[field.cell]), read[name])
            columns[f"{name}__came"] = read[f"{name}__came"]
            if name in self.plain:
                columns[f"{name}__unread"] = plain_columns.is_unread(read[f"{name}__came"], usable, field.cell)
                continue
            written = bare_cells(read, name)
            columns[f"{name}__unread"] = cells.is_unread(written, usable, field.cell)
            if name == "score":
                columns[f"{name}__unread"] &= ~scores.is_none_given(written)
        if "kind" in columns and self.source.default_kind is not None:
            columns["kind"] = columns["kind"].fill_null(self.source.default_kind)
        if self._tells_currency():
            columns["currency"] = self._row_currency(read)
            columns |= {f"{name}__foreign": is_foreign for name, is_foreign in foreign.items()}
        return columns | {name: read[name] for name in read.columns if name.endswith("__words")}

    def _tells_currency(self) -> bool:
        """Whether rows of the feed may be in a currency of their own."""
        return any(field.name == "currency" for field in self.fields)

    def _money(self) -> list[str]:
        return [field.name for field in self.mapped if field.cell is Cell.MONEY]

    def _own_currency(self, read: ir.Table) -> ir.StringValue:
        """The currency that the row's marks make it, or else that of the source; the column of currencies has the first word."""
        own = ibis.literal(self.currency)
        by_marks = [
            ibis.cases((may_be(read[f"{name}__named"], own), own), else_=only_one(read[f"{name}__named"]))
            for name in self._money()
        ]
        said = [currencies.code_of(read["currency"])] if "currency" in read.columns else []
        return ibis.coalesce(*said, *by_marks, own)

    def _row_currency(self, read: ir.Table) -> ir.StringValue:
        """What the row's column says, else the currency that its marks name where that is not the source's; else null."""
        said = read["currency"] if "currency" in read.columns else ibis.null("string")
        return said.fill_null(self._own_currency(read).nullif(self.currency))

    def _foreign(self, read: ir.Table) -> dict[str, ir.BooleanValue]:
        """For every amount whether its marks mean another currency than the row's."""
        own = self._own_currency(read) if self._tells_currency() else ibis.literal(self.currency)
        return {name: (~may_be(read[f"{name}__named"], own)).fill_null(ibis.literal(value=False)) for name in self._money()}

    def _moment_and_day(
        self, local: ir.TimestampValue, moment: ir.TimestampValue, usable: ir.TimestampValue
    ) -> tuple[ir.TimestampValue, ir.DateValue]:
        own_zone = self.source.time_zone or self.zone
        utc = ibis.coalesce(moment, self.calendar.to_utc(local, own_zone))
        own_day = local if own_zone == self.zone else self.calendar.to_local(self.calendar.to_utc(local, own_zone), self.zone)
        days = ibis.coalesce(own_day, self.calendar.to_local(moment, self.zone)).date()
        return ibis.ifelse(usable.notnull(), utc, ibis.null(utc.type())), ibis.ifelse(usable.notnull(), days, ibis.null("date"))

    def _checks(self, rows: ir.Table) -> Iterator[Check]:
        for rule in self.source.drop:
            if self._is_mapped(rule.column):
                words = f"{rule.column}__words"
                yield Check(
                    _matches(rows[words if words in rows.columns else rule.column], rule),
                    rule.reason,
                    rule.column,
                    self._shown(rule.column),
                )
        if self._has_states():
            yield from self._state_checks(rows)
        for field in self.fields:
            yield from self._field_checks(rows, field)
        if self.source.feed not in _MAY_BE_NOBODYS:
            nobody = reduce(lambda left, right: left & right, [rows[name].isnull() for name in _PERSONS])
            yield Check(nobody, Reason.MISSING_CUSTOMER)

    def _state_checks(self, rows: ir.Table) -> Iterator[Check]:
        """Void, unpaid and wholly refunded orders."""
        if self._is_mapped("status"):
            kind = statuses.status_class(rows["status"], self.source)
            shown = self._shown("status")
            # A return is no sale that came to nothing: it is what takes the sale back.
            comes_back = reduce(
                or_,
                [(rows[name] < 0).fill_null(ibis.literal(value=False)) for name in _SIGNED if name in rows.columns],
                statuses.is_return(rows["kind"]),
            )
            is_gone = (kind == StatusClass.RETURNED) & ~rows[TELLS_REFUND] & ~comes_back.fill_null(ibis.literal(value=False))
            yield Check(kind == StatusClass.VOID, Reason.CANCELLED, "status", shown)
            yield Check(kind == StatusClass.UNPAID, Reason.UNPAID, "status", shown)
            yield Check(is_gone, Reason.CANCELLED, "status", shown)
        if self._is_mapped("cancelled_at"):
            yield Check(rows[SAYS_CANCELLED], Reason.CANCELLED, "cancelled_at", self._shown("cancelled_at"))
        if self._needs_paid_at():
            yield Check(~rows[SAYS_PAID], Reason.UNPAID, "paid_at", self._shown("paid_at"))

    def _field_checks(self, rows: ir.Table, field: Field) -> Iterator[Check]:
        name = field.name
        if self._is_mapped(name) and (reason := _reason_of_unread(self.source.feed, field)):
            is_unread = rows[f"{name}__unread"]
            if (self.source.feed, name) == _MAY_STAY_OPEN:
                is_unread &= ~statuses.is_open_end(rows[f"{name}__came"])
            yield Check(is_unread, reason, name, self._shown(name))
        if f"{name}__foreign" in rows.columns:
            yield Check(rows[f"{name}__foreign"], Reason.FOREIGN_CURRENCY, name, self._shown(name))
        if field.required and not self._is_told_elsewhere(field):
            missing = rows[name].isnull()
            if name == "ordered_at":
                missing &= rows["paid_at"].isnull()
            yield Check(missing, _reason_of_missing(field), name, self._shown(name))

    def _is_told_elsewhere(self, field: Field) -> bool:
        """A number that is made of other fields, and the moment of lines whose order stands in another source."""
        if field.name == "order_id" and self._is_mapped("order_id"):
            return self.source.columns["order_id"].column is None and bool(self.source.columns["order_id"].made_of)
        return field.name == "ordered_at" and self.source.belongs_to is not None

    def _unread_mask(self, rows: ir.Table) -> ir.IntegerValue:
        bits = [
            ibis.ifelse(rows[f"{field.name}__unread"], ibis.literal(1 << n, "int64"), ibis.literal(0, "int64"))
            for n, field in enumerate(self.fields)
            if self._is_mapped(field.name)
        ]
        return reduce(add, bits, ibis.literal(0, "int64")).cast("int64")

    def _shown(self, field: str) -> str | None:
        return None if field in PERSONAL or not self._is_mapped(field) else f"{field}__came"


def _shown(rows: ir.Table, column: str | None) -> ir.StringValue:
    return ibis.null("string") if column is None else rows[column].cast("string").substr(0, _CAME_LENGTH)


def _usable_time(local: ir.TimestampValue, moment: ir.TimestampValue) -> ir.TimestampValue:
    return dates.inside_limits(ibis.coalesce(local, moment.cast("timestamp")))


def _matches(words: ir.StringValue, rule: DropRule) -> ir.BooleanValue:
    if rule.pattern is not None:
        found = words.re_search(rf"^(?:{rule.pattern})\z")
    else:
        found = words.lower().isin([each.strip().lower() for each in rule.values])
    return (~found).fill_null(words.isnull()) if rule.keep_matching else found


def _reason_of_unread(feed: Feed, field: Field) -> str | None:
    """Why a row whose field could not be read is left out; None where it is kept without the field."""
    if field.cell is Cell.ID and (field.required or field.name in _PERSON_IDS):
        return Reason.DESTROYED_ID
    if field.cell is Cell.MOMENT and (field.required or (feed, field.name) == _MAY_STAY_OPEN):
        return Reason.INVALID_DATE
    if field.cell is Cell.MONEY and feed in _OF_MONEY:
        return Reason.INVALID_AMOUNT
    return {"quantity": Reason.INVALID_QUANTITY, "score": Reason.INVALID_SCORE}.get(field.name)


def _reason_of_missing(field: Field) -> str:
    if field.cell is Cell.MOMENT:
        return Reason.MISSING_DATE
    if field.cell is Cell.MONEY:
        return Reason.MISSING_AMOUNT
    if field.name in _PERSON_IDS:
        return Reason.MISSING_CUSTOMER
    return Reason.MISSING_KIND if field.name == "kind" else Reason.MISSING_ID
