"""Which member does somebody mean? By the ids of the members, else by what the newest run knows; never one whom the asker may not see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fenji.domain.access import LimitColumn
from fenji.domain.loyalty.records import Member, OrderKey
from fenji.domain.runs import Run
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workspace.customers import customer_key_of, nobody
from fenji.workspace.folder import Workspace
from fenji.workspace.id_spaces import id_spaces
from fenji.workspace.limits import limits_now
from fenji.workspace.opening import open_question
from fenji.workspace.session import Session

MEMBER = "member"
"""Before the number of a member."""

Id = tuple[str, str]
"""An id space, and an id in it."""


@dataclass(frozen=True)
class Meant:
    """Whom somebody means: a member by its number, or a customer by ids."""

    member_id: int | None = None
    named: Id | None = None
    """The very id that was written, where it was written with its space: its member is meant, whoever else is this customer."""
    ids: tuple[Id, ...] = ()
    """Every id of the customer, sorted."""
    bare: str | None = None
    """What no run knows: it may be the id of a member who never bought, as opening balances make them."""

    @property
    def first(self) -> Id | None:
        """The id for which a member is opened."""
        return self.named or (self.ids[0] if self.ids else None)


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


def meant_by(workspace: Workspace, text: str) -> Meant:
    """Whom a text means: ``member:7``, SPACE:ID or SOURCE:ID, ``key:N``, or whatever the newest run knows: an id, a phone, an e-mail, a name.

    An id with its space means itself even where no run knows it yet. Within limits it must be of a customer who may be seen.

    Raises:
        NotFound: nobody is known by it, or nobody whom the one who asks may see.
        InvalidArgument: several customers are known by it.
    """
    asked = text.strip()
    space, colon, rest = asked.partition(":")
    if colon and space == MEMBER and rest.isdigit():
        found = Meant(int(rest))
        check_member_seen(workspace, found.member_id or 0)
        return found
    spaces = id_spaces(workspace) if colon else {}
    if space in spaces:
        named = (spaces[space], written_id(rest))
        with open_question(workspace) as session:
            run = newest_run(session)
            keys = set() if run is None else keys_by_ids(session, run, [named])
            ids = () if run is None or not keys else ids_by_key(session, run, sorted(keys)).popitem()[1]
        if not ids:
            _check_seen(workspace, [named])
        return Meant(named=named, ids=ids or (named,))
    with open_question(workspace) as session:
        run = newest_run(session)
        try:
            if run is not None:
                return Meant(ids=ids_by_key(session, run, [customer_key_of(session, run, asked)]).popitem()[1])
        except NotFound:
            if limits_now():
                raise
    if limits_now():
        raise nobody()
    return Meant(bare=asked)


def check_member_seen(workspace: Workspace, member_id: int) -> None:
    """Refuses a member whom the one who asks may not see, as one who is not there.

    Raises:
        NotFound: none of its ids is of a customer who may be seen.
    """
    if limits_now():
        with workspace.state.reading() as t:
            ids = t.loyalty.members.ids_of([member_id])
        _check_seen(workspace, [(each.source, each.customer_id) for each in ids])


def _check_seen(workspace: Workspace, ids: Collection[Id]) -> None:
    limits = limits_now()
    if not limits:
        return
    spaces = {space for space, _id in ids}
    if ids and all(each.column is LimitColumn.SOURCE and spaces & set(each.values) for each in limits):
        return  # of an own source: seen even before a run knows them
    with open_question(workspace) as session:
        run = newest_run(session)
        if run is None or not keys_by_ids(session, run, ids):
            raise nobody()


def ids_by_key(session: Session, run: Run, keys: Sequence[int]) -> dict[int, tuple[Id, ...]]:
    """The ids of some customers of a run, each with its source."""
    found: dict[int, list[Id]] = {}
    for row in session.rows(run.run_id, clean.IDENTITY, where={"customer_key": sorted(keys)}):
        found.setdefault(row["customer_key"], []).append((row["source"], row["source_customer_id"]))
    return {key: tuple(sorted(ids)) for key, ids in found.items()}


def keys_by_ids(session: Session, run: Run, ids: Collection[Id]) -> frozenset[int]:
    """The customers of a run who have any of some ids; within limits, only those who may be seen."""
    if not ids:
        return frozenset()
    asked = {"source_customer_id": sorted({each for _space, each in ids})}
    rows = session.rows(run.run_id, clean.IDENTITY, where=asked)
    return frozenset(row["customer_key"] for row in rows if (row["source"], row["source_customer_id"]) in ids)


def known_member(t: Transaction, program: str, meant: Meant) -> int | None:
    """The member of somebody; None where a customer has none yet.

    Raises:
        NotFound: the program has no member of that number, and nobody is known by the bare id.
        InvalidArgument: the customer has several members whose points are not held together.
    """
    members = t.loyalty.members
    if meant.member_id is not None:
        return members.get(program, meant.member_id).member_id
    if meant.named is not None and (named := members.by_ids(program, [meant.named])):
        return named[meant.named]
    if meant.bare is not None:
        found = sorted({each.member_id for each in members.by_any_source(program, {meant.bare, written_id(meant.bare)})})
        if not found:
            raise nobody()
    else:
        found = sorted(set(members.by_ids(program, meant.ids).values()))
    if len({members.holder(program, each).member_id for each in found}) > 1:
        raise InvalidArgument.of(
            _("this customer has several members: {members}."),
            advice=_("Name one of them, or propose that they are merged: fenji members merge"),
            members=", ".join(f"{MEMBER}:{each}" for each in found),
        )
    return found[0] if found else None


def member_of(t: Transaction, program: str, meant: Meant) -> Member:
    """The member of somebody who must have one.

    Raises:
        NotFound: there is none.
        InvalidArgument: there are several.
    """
    found = known_member(t, program, meant)
    if found is None:
        raise NotFound.of(
            _("this customer has no member in program {program}."),
            advice=_("Members are made by posting purchases, or by opening balances."),
            program=program,
        )
    return t.loyalty.members.get(program, found)


def opened_member(t: Transaction, program: str, meant: Meant) -> int:
    """The member of somebody; opened where there is none.

    Raises:
        NotFound: the program has no member of that number.
        InvalidArgument: the customer has several members.
    """
    known = known_member(t, program, meant)
    if known is not None:
        return known
    if meant.first is None:
        message = "whoever is not meant by a number is meant by an id"
        raise AssertionError(message)
    return t.loyalty.members.open(program, *meant.first).member_id


def opened_members(t: Transaction, program: str, ids: Mapping[int, Sequence[Id]]) -> list[int]:
    """The members of customers of a run, by customer key; opened where there are none."""
    known = t.loyalty.members.by_ids(program, [each for theirs in ids.values() for each in theirs])
    found = {key: min((known[each] for each in theirs if each in known), default=None) for key, theirs in ids.items()}
    new = [key for key, member_id in sorted(found.items()) if member_id is None]
    opened = t.loyalty.members.open_all(program, [ids[key][0] for key in new])
    found |= dict(zip(new, opened, strict=True))
    return [member_id for _key, member_id in sorted(found.items()) if member_id is not None]


def has_other_orders(workspace: Workspace, ids: Collection[Id], order: OrderKey) -> bool | None:
    """Whether the newest run knows an order of a customer besides this one; None where nothing was run yet, or nobody is known by the ids."""
    with open_question(workspace) as session:
        run = newest_run(session)
        keys = frozenset[int]() if run is None else keys_by_ids(session, run, ids)
        if run is None or not keys:
            return None
        lines = session.rows(run.run_id, clean.ORDER_LINE, where={"customer_key": sorted(keys)})
    return any(row["kind"] == "sale" and (row["source"], row["order_id"]) != (order.source, order.order_id) for row in lines)
