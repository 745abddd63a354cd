"""Which customer is meant by an id, a phone, an e-mail or a name, and how is a customer called?"""

from __future__ import annotations

import re
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.contacts import ContactKind, masked, masked_name
from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.prepare.contact_points import search_forms
from fenji.tables import clean
from fenji.workspace.phones import PREFIX, phone_ids
from fenji.workspace.session import Session

MOST_LISTED = 20
"""Customers that are listed where several are meant: more than a screen helps nobody to choose."""

KNOWN_BY = 3
"""Phones, e-mails and names that are shown of each."""

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
        raise NotFound.of(
            _("no customer is known by this id, phone, e-mail or name."),
            advice=_("Give any id of the customer as it stands in the sources, SPACE:ID, a phone, an e-mail, or the whole name."),
        )
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


def keys_found(session: Session, run: Run, text: str) -> tuple[int, ...]:
    """Everybody who is known by a text, by ascending customer_key; see ``customer_key_of``."""
    people, identity = session.read(run.run_id, clean.CUSTOMER), session.read(run.run_id, clean.IDENTITY)
    if key := _KEY.match(text.strip()):
        found = [people.filter(people.customer_key == int(key[1]))]
    else:
        wanted = sorted({text, written_id(text), *phone_ids(text, session.workspace.settings.time_zone)})
        space, _colon, rest = text.partition(":")
        in_space = (identity.source == space.strip()) & identity.source_customer_id.isin(sorted({rest, written_id(rest)}))
        found = [
            people.filter(people.customer_id.isin(wanted)),
            identity.filter(identity.source_customer_id.isin(wanted) | in_space),
            *_reached_by(session, run, text),
        ]
    fetched = [session.engine.fetch(each.select("customer_key"))["customer_key"].to_pylist() for each in found]
    return tuple(sorted({int(key) for keys in fetched for key in keys}))


def _reached_by(session: Session, run: Run, text: str) -> list[ir.Table]:
    """The contact points that the text is; none where it is masked or stands for nobody."""
    points = session.read(run.run_id, clean.CONTACT_POINT)
    # Numbers of any country, beside the forms that a run gives them.
    phones = sorted(each.removeprefix(PREFIX) for each in phone_ids(text, session.workspace.settings.time_zone))
    # One row of the table itself carries the text, so that the session keeps nothing of it.
    asked = points.limit(1).select(text=ibis.literal(text))
    forms = next(iter(session.engine.fetch(search_forms(asked)).to_pylist()), None)
    if forms is None:
        return []
    met = [
        points.filter(points.kind == kind.value, points.value == form)
        for kind in ContactKind
        if (form := forms[kind.value]) is not None
    ]
    return [*met, points.filter(points.kind == ContactKind.PHONE.value, points.value.isin(phones))] if phones else met


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
