"""Who has which referral code, who was brought by whom, and which first orders wait for a decision?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from fenji.domain.loyalty.records import OrderEarning, OrderKey
from fenji.domain.loyalty.referrals import Referral, ReferralReason, ReferralStatus, SharedMark
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.loyalty.loading import order_of, rows
from fenji.state.loyalty.referral_rows import ReferralCodeRow, ReferralMarkRow, ReferralRow
from fenji.state.loyalty.rows import OrderEarningRow, table_of


class ReferralRepository:
    """The referrals of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The referrals in the state database of a session."""
        self._session = session
        self._clock = clock

    def lock(self, program: str) -> None:
        """Has limits of a program be counted by one writer after the other; SQLite's writers are one after the other anyhow."""
        if self._session.get_bind().dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(f"referrals\n{program}".encode()).digest()[:8], signed=True)
            self._session.execute(select(func.pg_advisory_xact_lock(number)))

    def code_of(self, program: str, member_id: int) -> str | None:
        """The code of a member; None: it has none yet."""
        row = ReferralCodeRow
        return self._session.scalar(select(row.code).where(row.program == program, row.member_id == member_id))

    def give_code(self, program: str, member_id: int, code: str) -> None:
        """Gives a member a code; one that somebody else has fails the transaction, which is done again."""
        values = {"program": program, "code": code, "member_id": member_id, "made_at": self._clock()}
        self._session.execute(insert(table_of(ReferralCodeRow)), [values])

    def advocate_of(self, program: str, code: str) -> int:
        """Whose code it is.

        Raises:
            NotFound: nobody's.
        """
        row = ReferralCodeRow
        found = self._session.scalar(select(row.member_id).where(row.program == program, row.code == code))
        if found is None:
            raise NotFound.of(_("nobody has this referral code."))
        return found

    def of_friends(self, members: Collection[int]) -> tuple[Referral, ...]:
        """The referrals in which some members are the friend."""
        return self._found(ReferralRow.referred_member_id.in_(members))

    def page(self, program: str, *, status: ReferralStatus | None, after: int, limit: int) -> tuple[Referral, ...]:
        """Referrals by the friend's number, from one on."""
        row = ReferralRow
        asked = (row.program == program) & (row.referred_member_id > after)
        return self._found(asked if status is None else asked & (row.status == str(status)), limit=limit)

    def add(self, referral: Referral) -> None:
        """Writes a claim down."""
        self._session.execute(insert(table_of(ReferralRow)), [_values(referral)])

    def put(self, referral: Referral) -> None:
        """Writes down what has become of a referral."""
        row = ReferralRow
        self._session.execute(update(row).where(row.referred_member_id == referral.referred_member_id).values(_values(referral)))

    def first_order(self, program: str, members: Collection[int]) -> OrderEarning | None:
        """The first order that was posted for some members; None: none was."""
        row = OrderEarningRow
        asked = (row.program == program) & row.member_id.in_(members) & (row.bonus == "") & (row.gross_cents > 0)
        found = rows(self._session, row, asked & row.ordered_on.is_not(None), row.ordered_on, row.source, row.order_id)
        return next(map(order_of, found), None)

    def order(self, program: str, key: OrderKey) -> OrderEarning | None:
        """What was posted for an order."""
        row = OrderEarningRow
        asked = (row.program == program) & (row.source == key.source) & (row.order_id == key.order_id) & (row.bonus == "")
        return next(map(order_of, rows(self._session, row, asked)), None)

    def rewarded(self, program: str, members: Collection[int] | None, since: date, until: date) -> int:
        """How many referrals were rewarded from one day to another; ``members``: only those of these advocates."""
        row = ReferralRow
        asked = (row.program == program) & (row.status == str(ReferralStatus.REWARDED)) & row.decided_on.between(since, until)
        asked = asked if members is None else asked & row.advocate_member_id.in_(members)
        return self._session.scalar(select(func.count()).select_from(row).where(asked)) or 0

    def mark(self, program: str, member_id: int, marks: Mapping[SharedMark, str]) -> None:
        """Keeps with which phone, device or address a member was seen, as keyed hashes."""
        row = ReferralMarkRow
        for kind, mark in marks.items():
            key = {"program": program, "member_id": member_id, "kind": str(kind), "mark_hash": mark}
            is_there = select(row.kind).where(*(getattr(row, name) == value for name, value in key.items()))
            if self._session.scalar(is_there) is None:
                self._session.execute(insert(table_of(row)), [key])

    def marks_of(self, program: str, members: Collection[int]) -> dict[SharedMark, frozenset[str]]:
        """With which phones, devices and addresses some members were seen."""
        row, found = ReferralMarkRow, {each: set[str]() for each in SharedMark}
        for each in rows(self._session, row, (row.program == program) & row.member_id.in_(members)):
            found[SharedMark(each["kind"])].add(each["mark_hash"])
        return {kind: frozenset(each) for kind, each in found.items()}

    def _found(self, condition: ColumnElement[bool], *, limit: int | None = None) -> tuple[Referral, ...]:
        asked = select(table_of(ReferralRow)).where(condition).order_by(ReferralRow.referred_member_id).limit(limit)
        return tuple(_referral(dict(each)) for each in self._session.execute(asked).mappings())


def _values(referral: Referral) -> dict[str, Any]:
    order = referral.order
    told = {name: value for name, value in vars(referral).items() if name != "order"}
    return {
        **told,
        "status": str(referral.status),
        "reasons": [str(each) for each in referral.reasons],
        "not_checked": [str(each) for each in referral.not_checked],
        "source": None if order is None else order.source,
        "order_id": None if order is None else order.order_id,
    }


def _referral(row: dict[str, Any]) -> Referral:
    source, order_id = row.pop("source"), row.pop("order_id")
    order = None if source is None else OrderKey(source, order_id)
    kinds = {name: tuple(map(ReferralReason, row.pop(name))) for name in ("reasons", "not_checked")}
    return Referral(**{**row, **kinds, "status": ReferralStatus(row["status"])}, order=order)
