"""Which customer is meant by an id, and how is a customer called?"""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.tables import clean
from fenji.workspace.phones import phone_ids
from fenji.workspace.session import Session


def ids_of(session: Session, customer: ir.Table, keys: Sequence[int]) -> dict[int, str | None]:
    """The ids by which the company knows some customers."""
    named = customer.filter(customer.customer_key.isin(keys)).select("customer_key", "customer_id")
    return {each["customer_key"]: each["customer_id"] for each in session.engine.fetch(named).to_pylist()}


def customer_key_of(session: Session, run: Run, customer: str) -> int:
    """Who has an id: as customer_id, in any id space, or written as SPACE:ID; what a spreadsheet puts around it is passed over.

    Who is known by a phone alone is found by it, in any writing.

    Raises:
        NotFound: nobody has it.
        InvalidArgument: several customers have it.
    """
    people, identity = session.read(run.run_id, clean.CUSTOMER), session.read(run.run_id, clean.IDENTITY)
    wanted = sorted({customer, written_id(customer)})
    own = people.filter(people.customer_id.isin(wanted)).select("customer_key")
    space, _colon, rest = customer.partition(":")
    in_space = (identity.source == space.strip()) & identity.source_customer_id.isin(sorted({rest, written_id(rest)}))
    phones = phone_ids(customer, session.workspace.settings.time_zone)
    is_id = identity.source_customer_id.isin(sorted({*wanted, *phones})) | in_space
    rows = session.engine.fetch(identity.filter(is_id).select("source", "customer_key")).to_pylist()
    keys = {*session.engine.fetch(own)["customer_key"].to_pylist(), *(each["customer_key"] for each in rows)}
    if not keys:
        raise NotFound.of(
            _("no customer has this id."),
            advice=_("Give any id of the customer, exactly as it stands in the sources, or SPACE:ID."),
        )
    if len(keys) > 1:
        raise InvalidArgument.of(
            _("{count} customers have this id, in the id spaces {sources}."),
            advice=_("Say which one is meant as SPACE:ID."),
            count=len(keys),
            sources=", ".join(sorted({each["source"] for each in rows})),
        )
    return int(keys.pop())
