"""By which phones, e-mails and names is each customer known? For search and for lists that people take with them, never for analysis.

Reads   attributed rows of every feed that names persons, and the raw rows for how a value was written
Writes  clean.contact_point: one row per customer, kind and value
Units   days of the workspace's zone
Keeps   every phone, e-mail and name that a kept row of a known customer says, once; without masked ones, those that stand for nobody,
        phones and e-mails of more customers than ``shared_by_many`` (a shop's own), and names of receivers who need not be the customer
Source  decision 0041: the receiver of an order is taken for the customer where no other name is known of the customer, or where the
        name is known from elsewhere too
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.contacts import ContactKind
from fenji.domain.feeds import Cell, Feed
from fenji.domain.sources import Source
from fenji.prepare import cells, nobody
from fenji.prepare.attribution import kept
from fenji.tables.clean import CONTACT_POINT

_DAYS: Mapping[Feed, tuple[str, ...]] = {
    Feed.CUSTOMER: ("registered_on",),
    Feed.ORDER_LINE: ("ordered_on", "paid_on"),
    Feed.BALANCE: ("last_on", "first_on"),
    Feed.EVENT: ("on",),
    Feed.FEEDBACK: ("on",),
    Feed.CAMPAIGN_CONTACT: ("contacted_on",),
    Feed.REDEMPTION: ("redeemed_on",),
    Feed.CONTRACT: ("started_on",),
}
"""Feeds whose rows may say how somebody is reached, with the days on which they say it."""

_FIELDS: Mapping[ContactKind, tuple[str, ...]] = {
    ContactKind.PHONE: ("phone",),
    ContactKind.EMAIL: ("email",),
    ContactKind.NAME: ("name", "customer_name"),
}
_RECEIVER = re.compile(r"收货|收件|提货|receive|receiving|recipient|consignee|ship", re.IGNORECASE)
"""Headers of the person who is sent something."""

_NEVER = date(1, 1, 1)
_PLACE = ("source", "file", "row_number")
_MASKED = "[*＊]"


@dataclass(frozen=True)
class _Told:
    """One field of one feed that says how customers are reached."""

    feed: Feed
    kind: ContactKind
    field: str
    receivers: tuple[str, ...]
    """The sources whose column names the receiver."""


def contact_points(
    rows: Mapping[Feed, ir.Table], raw: Mapping[Feed, ir.Table], sources: Sequence[Source], *, shared_by_many: int
) -> ir.Table | None:
    """clean.contact_point; None where no source tells a phone, an e-mail or a name.

    Grain: one row per customer, kind and value.
    Keeps: see above. Of several rows with one value the newest is told, equal days by source, file and row.

    Args:
        rows: attributed rows by feed; rejected ones are passed over.
        raw: the raw tables by feed, for how a value was written.
        sources: the entries of sources.yaml.
        shared_by_many: the most customers who may share a phone or an e-mail.
    """
    told = [each for each in _told(sources) if each.feed in rows]
    if not told:
        return None
    parts = [_newest_of(kept(rows[each.feed]), each) for each in told]
    every = ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]
    grouped = every.group_by("customer_key", "kind", "value").aggregate(
        newest=every["newest"].max(), is_receiver=every["is_receiver"].all()
    )
    points = grouped.select(
        "customer_key", "kind", "value", "is_receiver", on=grouped["newest"]["on"], **{n: grouped["newest"][n] for n in _PLACE}
    )
    points = _without_strangers(_without_crowded(points, shared_by_many))
    return _as_written(points, raw, sources).select(CONTACT_POINT.schema.names).cast(CONTACT_POINT.schema)


def search_forms(texts: ir.Table) -> ir.Table:
    """What a person writes, in the forms in which clean.contact_point holds phones, e-mails and names.

    Grain: one row per row given, with all its columns and ``phone``, ``email`` and ``name``; null where the text is none.

    Args:
        texts: with the column ``text``.
    """
    asked = texts["text"]
    return texts.mutate(
        phone=cells.phone(cells.Cells(asked, cells.strip(asked, Cell.PHONE))),
        email=cells.email(cells.Cells(asked, cells.strip(asked, Cell.EMAIL))),
        name=_name(cells.text(cells.Cells(asked, cells.strip(asked, Cell.TEXT)))),
    )


def _told(sources: Sequence[Source]) -> list[_Told]:
    """Which fields say something, each once. Heads of orders reach customers as order rows."""
    found: dict[tuple[Feed, ContactKind, str], list[str]] = {}
    for source in sources:
        feed = Feed.ORDER_LINE if source.feed is Feed.ORDER else source.feed
        for kind, fields in _FIELDS.items():
            for field in fields if feed in _DAYS else ():
                if field in source.columns:
                    of_receiver = found.setdefault((feed, kind, field), [])
                    if kind is ContactKind.NAME and _RECEIVER.search(source.columns[field].column or ""):
                        of_receiver.append(source.name)
    return [_Told(feed, kind, field, tuple(receivers)) for (feed, kind, field), receivers in found.items()]


def _newest_of(rows: ir.Table, told: _Told) -> ir.Table:
    """What one field says of each customer, with the newest row that says it."""
    on = ibis.coalesce(*(rows[day] for day in _DAYS[told.feed]), ibis.literal(_NEVER, type="date"))
    said = rows.filter(rows["customer_key"].notnull() & rows[told.field].notnull()).select(
        "customer_key",
        said=told.field,
        newest=ibis.struct({"on": on, **{name: rows[name] for name in _PLACE}}),
        is_receiver=rows["source"].isin(told.receivers) if told.receivers else ibis.literal(value=False),
    )
    # Order rows are many and names few: names are looked at once they are distinct.
    distinct = said.group_by("customer_key", "said").aggregate(newest=said["newest"].max(), is_receiver=said["is_receiver"].all())
    value = _name(distinct["said"]) if told.kind is ContactKind.NAME else distinct["said"]
    found = distinct.select("customer_key", "newest", "is_receiver", kind=ibis.literal(told.kind.value), value=value)
    return found.filter(found["value"].notnull())


def _name(words: ir.StringValue) -> ir.StringValue:
    """A name, null where it is masked or stands for nobody."""
    is_none = words.re_search(_MASKED) | nobody.is_nobodys_id(words)
    return ibis.ifelse(is_none.fill_null(ibis.literal(value=False)), ibis.null("string"), words)


def _without_crowded(points: ir.Table, shared_by_many: int) -> ir.Table:
    """Without phones and e-mails that too many customers have: who answers there is not the customer."""
    reached = points.filter(points["kind"] != ContactKind.NAME.value)
    counted = reached.group_by("kind", "value").aggregate(customers=reached.count())
    return points.anti_join(counted.filter(counted["customers"] > shared_by_many), ["kind", "value"])


def _without_strangers(points: ir.Table) -> ir.Table:
    """Without names that only receivers have, where the customer has any other name."""
    names = points.filter(points["kind"] == ContactKind.NAME.value)
    counted = names.group_by(named_key="customer_key").aggregate(names=names.count())
    several = counted.filter(counted["names"] > 1)
    joined = points.left_join(several, points["customer_key"] == several["named_key"])
    return joined.filter(~joined["is_receiver"] | joined["named_key"].isnull()).select(*points.columns)


def _as_written(points: ir.Table, raw: Mapping[Feed, ir.Table], sources: Sequence[Source]) -> ir.Table:
    """With the text of the newest row; a row that has the value from the head of its order, or from sources.yaml, writes none."""
    parts = []
    for source in sources:
        for kind, fields in _FIELDS.items():
            for field in fields:
                if source.feed in raw and field in source.columns and source.columns[field].column is not None:
                    own = raw[source.feed].filter(raw[source.feed]["source"] == source.name)
                    parts.append(own.select(*_PLACE, kind=ibis.literal(kind.value), text=own[field]))
    found = points.mutate(last_seen_on=points["on"].nullif(ibis.literal(_NEVER, type="date")))
    if not parts:
        return found.mutate(written=found["value"])
    texts = ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]
    texts = texts.filter(texts["text"].notnull())
    met = found.left_join(texts, [*_PLACE, "kind"])
    return met.select(*found.columns, written=ibis.coalesce(texts["text"], found["value"]))
