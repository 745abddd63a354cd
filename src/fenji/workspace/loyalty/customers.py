"""Which member does somebody mean, and who are the members of everybody on a list? By the ids of the newest run; opened where there is none yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fenji.domain.loyalty.records import OrderKey
from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workspace.customers import customer_key_of
from fenji.workspace.folder import Workspace
from fenji.workspace.opening import open_question
from fenji.workspace.session import Session

MEMBER = "member"
"""Before the number of a member."""


def key_of(text: str) -> OrderKey:
    """An order as people write it: SOURCE:ORDER.

    Raises:
        InvalidArgument: it does not say the source, or not the order.
    """
    source, _colon, order_id = text.strip().partition(":")
    if not source or not order_id:
        raise InvalidArgument.of(_("'{order}' does not say whose order it is; write SOURCE:ORDER."), order=text[:40])
    return OrderKey(source, order_id)


def newest_run(session: Session) -> Run | None:
    """The newest published run; None where nothing has been run yet."""
    try:
        return session.latest()
    except NotFound:
        return None


def ids_meant(workspace: Workspace, text: str) -> int | tuple[tuple[str, str], ...]:
    """A member's number, or the ids of the customer whom a text means: ``member:7``, SOURCE:ID, or whatever the newest run knows.

    Raises:
        NotFound: the newest run knows nobody by it, and it does not say the source of the id.
        InvalidArgument: several customers are known by it.
    """
    asked = text.strip()
    space, colon, rest = asked.partition(":")
    if space == MEMBER and rest.isdigit():
        return int(rest)
    with open_question(workspace) as session:
        run = newest_run(session)
        if run is not None:
            try:
                return ids_by_key(session, run, [customer_key_of(session, run, asked)]).popitem()[1]
            except NotFound:
                if not colon:
                    raise
    if not colon or not space or not rest:
        raise NotFound.of(_("there is no such customer."), advice=_("Name a customer as SOURCE:ID."))
    return ((space, written_id(rest)),)


def ids_by_key(session: Session, run: Run, keys: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """The ids of some customers of a run, each with its source."""
    found: dict[int, list[tuple[str, str]]] = {}
    for row in session.rows(run.run_id, clean.IDENTITY, where={"customer_key": sorted(keys)}):
        found.setdefault(row["customer_key"], []).append((row["source"], row["source_customer_id"]))
    return {key: tuple(sorted(ids)) for key, ids in found.items()}


def opened_member(t: Transaction, program: str, meant: int | Sequence[tuple[str, str]]) -> int:
    """The member of somebody; opened for the first of its ids where none of them has one.

    Raises:
        NotFound: the program has no member of that number.
    """
    if isinstance(meant, int):
        return t.loyalty.members.get(program, meant).member_id
    known = t.loyalty.members.by_ids(program, meant)
    return min(known.values()) if known else t.loyalty.members.open(program, *meant[0]).member_id


def known_member(t: Transaction, program: str, meant: int | Sequence[tuple[str, str]]) -> int | None:
    """The member of somebody; None where there is none yet."""
    if isinstance(meant, int):
        return t.loyalty.members.get(program, meant).member_id
    return min(t.loyalty.members.by_ids(program, meant).values(), default=None)


def opened_members(t: Transaction, program: str, ids: Mapping[int, Sequence[tuple[str, str]]]) -> list[int]:
    """The members of customers of a run, by customer key; opened where there are none."""
    known = t.loyalty.members.by_ids(program, [each for theirs in ids.values() for each in theirs])
    found = {key: min((known[each] for each in theirs if each in known), default=None) for key, theirs in ids.items()}
    new = [key for key, member_id in sorted(found.items()) if member_id is None]
    opened = t.loyalty.members.open_all(program, [ids[key][0] for key in new])
    found |= dict(zip(new, opened, strict=True))
    return [member_id for _key, member_id in sorted(found.items()) if member_id is not None]


def has_other_orders(workspace: Workspace, ids: Sequence[tuple[str, str]], order: OrderKey) -> bool | None:
    """Whether the newest run knows an order of a customer besides this one; None where nothing was run yet, or nobody is known by the ids."""
    with open_question(workspace) as session:
        run = newest_run(session)
        if run is None:
            return None
        theirs = session.rows(run.run_id, clean.IDENTITY, where={"source_customer_id": sorted({each for _space, each in ids})})
        keys = {row["customer_key"] for row in theirs if (row["source"], row["source_customer_id"]) in set(ids)}
        if not keys:
            return None
        lines = session.rows(run.run_id, clean.ORDER_LINE, where={"customer_key": sorted(keys)})
    return any(row["kind"] == "sale" and (row["source"], row["order_id"]) != (order.source, order.order_id) for row in lines)
