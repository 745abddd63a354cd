"""Which customer is meant by an id, a phone, an e-mail or a name, and how is a customer called?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from fenji.domain.contacts import ContactKind, masked, masked_name
from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.prepare.contact_points import search_forms
from fenji.tables import clean
from fenji.workspace.often import rows_of_customers
from fenji.workspace.phones import PREFIX, phone_ids
from fenji.workspace.session import Session

MOST_LISTED = 20
"""Customers that are listed where several are meant: more than a screen helps nobody to choose."""

KNOWN_BY = 3
"""Phones, e-mails and names that are shown of each."""

_PERSON = ("customer_id", "registered_on", "first_seen_on")

_KEY = re.compile(r"^key:([0-9]{1,18})$")


def ids_of(session: Session, customer: ir.Table, keys: Sequence[int]) -> dict[int, str | None]:
    """The ids by which the company knows some customers."""
    named = customer.filter(customer.customer_key.isin(keys)).select("customer_key", "customer_id")
    return {each["customer_key"]: each["customer_id"] for each in session.engine.fetch(named).to_pylist()}


def customer_key_of(session: Session, run: Run, customer: str) -> int:
    """Who is meant: by customer_id, by an id of any id space or as SPACE:ID, by phone or e-mail in any writing, or by name.

    What a spreadsheet puts around an id is passed over. ``key:N`` names a customer_key. Nothing of the text is logged or repeated.

    Raises:
        NotFound: nobody is known by it.
        InvalidArgument: several customers are; up to ``MOST_LISTED`` of them are listed, masked.
    """
    keys = keys_found(session, run, customer)
    if not keys:
        raise nobody()
    if len(keys) > 1:
        listed = keys[:MOST_LISTED]
        more = len(keys) - len(listed)
        text = _("{count} customers are known by this: {customers}.")
        if more:
            text = _("{count} customers are known by this. The first are: {customers}.")
        raise InvalidArgument.of(
            text,
            advice=_("Say which one is meant as SPACE:ID, or as key:NUMBER."),
            count=len(keys),
            customers="; ".join(_known_by(session, run, listed)),
        )
    return keys[0]


def person_of(session: Session, run: Run, customer: str) -> Mapping[str, Any]:
    """Who is meant, with ``_PERSON`` of clean.customer; see ``customer_key_of``."""
    named = _KEY.match(customer.strip())
    key = int(named[1]) if named else customer_key_of(session, run, customer)
    found = rows_of_customers(session, run.run_id, clean.CUSTOMER, [key], _PERSON)
    if not found:
        raise nobody()
    return found[key]


def nobody() -> NotFound:
    """What is raised where nobody, or nobody whom the one who asks may see, is known by what was asked."""
    return NotFound.of(
        _("no customer is known by this id, phone, e-mail or name."),
        advice=_("Give any id of the customer as it stands in the sources, SPACE:ID, a phone, an e-mail, or the whole name."),
    )


def keys_found(session: Session, run: Run, text: str) -> tuple[int, ...]:
    """Everybody who is known by a text, by ascending customer_key; see ``customer_key_of``."""
    if key := _KEY.match(text.strip()):
        return _keys(session.rows(run.run_id, clean.CUSTOMER, where={"customer_key": int(key[1])}))
    zone = session.workspace.settings.time_zone
    wanted = sorted({text, written_id(text), *phone_ids(text, zone)})
    space, colon, rest = text.partition(":")
    found = session.rows(run.run_id, clean.CUSTOMER, where={"customer_id": wanted})
    found += session.rows(run.run_id, clean.IDENTITY, where={"source_customer_id": wanted})
    if colon:
        asked = {"source": space.strip(), "source_customer_id": sorted({rest, written_id(rest)})}
        found += session.rows(run.run_id, clean.IDENTITY, where=asked)
    return _keys([*found, *_reached_by(session, run, text, zone)])


def _keys(rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    return tuple(sorted({int(row["customer_key"]) for row in rows}))


def _reached_by(session: Session, run: Run, text: str, zone: str) -> list[dict[str, Any]]:
    """The contact points that the text is; none where it is masked or stands for nobody."""
    if not any(each.rows for each in session.tables_of(run.run_id) if each.table == clean.CONTACT_POINT.full_name):
        return []
    points = session.read(run.run_id, clean.CONTACT_POINT)
    forms = next(
        iter(session.engine.fetch(search_forms(points.limit(1).select(text=session.engine.asked(text)))).to_pylist()), None
    )
    if forms is None:
        return []
    values = {kind: [] if forms[kind.value] is None else [forms[kind.value]] for kind in ContactKind}
    # Numbers of any country, beside the form that a run gives them.
    values[ContactKind.PHONE] += [each.removeprefix(PREFIX) for each in phone_ids(text, zone)]
    return [
        row
        for kind, asked in values.items()
        if asked
        for row in session.rows(run.run_id, clean.CONTACT_POINT, where={"kind": kind.value, "value": asked})
    ]


def _known_by(session: Session, run: Run, keys: Sequence[int]) -> list[str]:
    """Each customer with an id and what else it is known by, the middle of phones and e-mails hidden."""
    identity, points = session.read(run.run_id, clean.IDENTITY), session.read(run.run_id, clean.CONTACT_POINT)
    ids = session.engine.fetch(identity.filter(identity.customer_key.isin(keys)).order_by("source_customer_id", "source"))
    known = session.engine.fetch(points.filter(points.customer_key.isin(keys)).order_by("kind", "value"))
    shown: dict[int, list[str]] = {key: [] for key in keys}
    for row in known.to_pylist():
        hide = masked_name if row["kind"] == ContactKind.NAME else masked
        if len(shown[row["customer_key"]]) < KNOWN_BY:
            shown[row["customer_key"]].append(hide(row["value"]))
    first: dict[int, str] = {}
    for row in ids.to_pylist():
        first.setdefault(row["customer_key"], f"{row['source']}:{masked(row['source_customer_id'])}")
    return [f"{first.get(key, '-')} ({', '.join([f'key:{key}', *dict.fromkeys(shown[key])])})" for key in keys]
