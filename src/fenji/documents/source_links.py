"""Do the sources fit together? Which orders lines, payments and returns belong to, and of what an order number is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fenji.documents.reader import Document
from fenji.domain.feeds import FEEDS, Cell, Feed, field_names
from fenji.errors import Problem, unknown_name
from fenji.language import message as _

_MAY_BELONG_TO = {
    Feed.ORDER_LINE: (Feed.ORDER,),
    Feed.PAYMENT: (Feed.ORDER, Feed.ORDER_LINE),
    Feed.RETURN: (Feed.ORDER, Feed.ORDER_LINE),
}
"""Feeds whose rows are about the orders of another source -> the feeds that hold these."""

_MUST_BELONG = (Feed.PAYMENT, Feed.RETURN)

Entries = Sequence[tuple[int, Any]]
"""The entries of a sources.yaml as they stand there, each with its position."""


def link_problems(entries: Entries, document: Document) -> Iterator[Problem]:
    """Sources that belong to none that is there, or to one that holds no orders, and numbers made of what is not there."""
    feeds = {str(entry["source"]): _feed(entry) for _position, entry in entries if isinstance(entry, dict) and "source" in entry}
    yield from _id_problems(entries, document)
    for position, entry in entries:
        feed = _feed(entry) if isinstance(entry, dict) else None
        if feed is not None:
            yield from _belonging_problems(entry, feed, feeds, document, ("sources", position))
            yield from _made_of_problems(entry, feed, document, ("sources", position, "columns"))


def _id_problems(entries: Entries, document: Document) -> Iterator[Problem]:
    """A space of ids that is called like another source, whose ids stand in another space: the same customer would count twice."""
    spaces = {
        str(entry["source"]): entry.get("shares_ids_with")
        for _position, entry in entries
        if isinstance(entry, dict) and "source" in entry
    }
    for position, entry in entries:
        space = entry.get("shares_ids_with") if isinstance(entry, dict) else None
        if space is not None and space != entry.get("source") and spaces.get(str(space), space) != space:
            text = _("'{name}' shall share its ids with {other}, but those of {other} stand in another space.")
            advice = _(
                "Write shares_ids_with: {other} at {other} too; or leave the line out at both: then all sources share their ids."
            )
            values = {"name": entry.get("source"), "other": space}
            yield Problem(text, values, document.place(("sources", position, "shares_ids_with")), advice)


def _feed(entry: dict[str, Any]) -> Feed | None:
    return Feed(entry["feed"]) if entry.get("feed") in set(Feed) else None


def _belonging_problems(
    entry: dict[str, Any], feed: Feed, feeds: dict[str, Feed | None], document: Document, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    name = entry.get("belongs_to")
    if entry.get("needs_payment") is not None and feed is not Feed.PAYMENT:
        text = _("needs_payment is said of a source of payments, not of the feed {feed}.")
        yield Problem(text, {"feed": feed}, document.place((*path, "needs_payment")))
    if name is None:
        if feed in _MUST_BELONG:
            text = _("the feed {feed} needs belongs_to: the source with the orders that its rows are about.")
            yield Problem(text, {"feed": feed}, document.place((*path, "feed")))
        return
    place = document.place((*path, "belongs_to"))
    allowed = _MAY_BELONG_TO.get(feed, ())
    if not allowed:
        yield Problem(_("rows of the feed {feed} belong to no other source."), {"feed": feed}, place)
    elif str(name) not in feeds:
        yield unknown_name(_("source"), str(name), feeds, place=place)
    elif (other := feeds[str(name)]) is not None and other not in allowed:
        text = _("{feed} belongs to a source of {allowed}; '{name}' is one of {other}.")
        values = {"feed": feed, "allowed": " / ".join(allowed), "name": name, "other": other}
        yield Problem(text, values, place)


def _made_of_problems(entry: dict[str, Any], feed: Feed, document: Document, path: tuple[str | int, ...]) -> Iterator[Problem]:
    columns = entry.get("columns") if isinstance(entry.get("columns"), dict) else {}
    for field, column in (columns or {}).items():
        made_of = column.get("made_of") if isinstance(column, dict) else None
        if not made_of:
            continue
        place = document.place((*path, field, "made_of"))
        if field != "order_id" or feed not in (Feed.ORDER, Feed.ORDER_LINE):
            text = _("'{field}' of the feed {feed} is not made of other fields; only order_id of an order is.")
            yield Problem(text, {"field": field, "feed": feed}, place)
            continue
        names = _parts_known(feed)
        for part in made_of if isinstance(made_of, list) else [made_of]:
            if part not in names:
                yield unknown_name(_("field"), str(part), names, place=place)


def _parts_known(feed: Feed) -> tuple[str, ...]:
    """What an order number may be made of; see ``ColumnMapping.made_of``."""
    stems = [field.name.removesuffix("at") for field in FEEDS[feed] if field.cell is Cell.MOMENT]
    fields = [name for name in field_names(feed) if name != "order_id"]
    return (*fields, *(f"{stem}on" for stem in stems), *(f"{stem}month" for stem in stems), "file", "person")
