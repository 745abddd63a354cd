"""Who has an account, and by which ids of the company? A member is addressed by its number, or by (source, customer_id)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from fenji.domain.loyalty.kinds import MemberStatus
from fenji.domain.loyalty.records import Member, MemberId
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.loyalty.loading import chunks, member_of
from fenji.state.loyalty.referral_rows import ReferralMarkRow, ReferralRow
from fenji.state.loyalty.rows import AdjustmentRow, MemberIdRow, MemberMergeRow, MemberRow, TransactionRow, table_of

_EMPTY = dict.fromkeys(("available", "pending", "held", "owed", "qualifying_total", "waiting_cents", "version"), 0)


class MemberRepository:
    """The members of one workspace, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The members in the state database of a session."""
        self._session = session

    def open(self, program: str, source: str, customer_id: str) -> Member:
        """The member for which an id earns; made where there is none yet.

        Two writers at once make one: the second one's transaction fails, and is to be done again (``retried``).
        """
        known = self.by_ids(program, [(source, customer_id)])
        member_id = known.get((source, customer_id)) or self.open_all(program, [(source, customer_id)])[0]
        return self.get(program, member_id)

    def open_all(self, program: str, ids: Iterable[tuple[str, str]]) -> list[int]:
        """New members, one for each id of the company, in their order."""
        wanted, made = list(ids), list[int]()
        values = {"program": program, "status": str(MemberStatus.ACTIVE), "card": None, "held_by_member_id": None, **_EMPTY}
        table = table_of(MemberRow)
        for chunk in chunks(wanted):
            returning = insert(table).returning(table.c.member_id, sort_by_parameter_order=True)
            made += self._session.scalars(returning, [values for _each in chunk])
        self.link_all(MemberId(program, *each, member_id) for each, member_id in zip(wanted, made, strict=True))
        return made

    def link(self, program: str, source: str, customer_id: str, member_id: int) -> MemberId:
        """Has one more id of the company earn for a member.

        Raises:
            NotFound: there is no such member.
            Conflict: the id earns for another one; only a merge moves points.
        """
        self.get(program, member_id)
        known = self.by_ids(program, [(source, customer_id)]).get((source, customer_id))
        if known is not None and known != member_id:
            raise Conflict.of(
                _("this id earns for member {known} already."),
                advice=_("Propose a merge of the two members instead."),
                known=known,
            )
        found = MemberId(program, source, customer_id, member_id)
        if known is None:
            self.link_all([found])
        return found

    def link_all(self, links: Iterable[MemberId]) -> None:
        """Has ids of the company earn for members; none of them may earn for another one."""
        for chunk in chunks(links):
            self._session.execute(insert(table_of(MemberIdRow)), [vars(each) for each in chunk])

    def get(self, program: str, member_id: int) -> Member:
        """A member by its number.

        Raises:
            NotFound: the program has none of it.
        """
        asked = select(table_of(MemberRow)).where(MemberRow.member_id == member_id, MemberRow.program == program)
        row = self._session.execute(asked).mappings().one_or_none()
        if row is None:
            raise NotFound.of(_("there is no member {member} in program {program}."), member=member_id, program=program)
        return member_of(dict(row))

    def find(self, program: str, source: str, customer_id: str) -> Member:
        """The member for which an id of the company earns.

        Raises:
            NotFound: it earns for nobody.
        """
        member_id = self.by_ids(program, [(source, customer_id)]).get((source, customer_id))
        if member_id is None:
            text = _("this id has no member in program {program}.")
            raise NotFound.of(text, advice=_("Members are made by posting purchases, or by opening balances."), program=program)
        return self.get(program, member_id)

    def holder(self, program: str, member_id: int) -> Member:
        """Who holds a member's points: itself, or the one that it was merged into.

        Raises:
            NotFound: the program has none of this number.
        """
        member = self.get(program, member_id)
        return member if member.held_by_member_id is None else self.holder(program, member.held_by_member_id)

    def by_ids(self, program: str, ids: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The members for which ids of the company earn, as far as there are any."""
        by_source: dict[str, set[str]] = {}
        for source, customer_id in ids:
            by_source.setdefault(source, set()).add(customer_id)
        found: dict[tuple[str, str], int] = {}
        row = MemberIdRow
        for source, wanted in by_source.items():
            for chunk in chunks(sorted(wanted)):
                asked = (row.program == program) & (row.source == source) & row.customer_id.in_(chunk)
                named = self._session.execute(select(row.customer_id, row.member_id).where(asked))
                found |= {(source, customer_id): member_id for customer_id, member_id in named}
        return found

    def by_any_source(self, program: str, customer_ids: Collection[str]) -> tuple[MemberId, ...]:
        """For which members an id earns, whatever source it is of."""
        row = table_of(MemberIdRow)
        asked = select(row).where(row.c.program == program, row.c.customer_id.in_(sorted(customer_ids)))
        return tuple(MemberId(**each) for each in map(dict, self._session.execute(asked).mappings()))

    def merged_into(self, program: str, member_id: int) -> frozenset[int]:
        """A member and all whose points it holds."""
        found, new = {member_id}, {member_id}
        while new:
            held_by = MemberRow.held_by_member_id.in_(sorted(new))
            new = set(self._session.scalars(select(MemberRow.member_id).where(MemberRow.program == program, held_by))) - found
            found |= new
        return frozenset(found)

    def ids_of(self, member_ids: Collection[int]) -> tuple[MemberId, ...]:
        """The ids of the company that earn for some members."""
        row = table_of(MemberIdRow)
        found: list[Mapping[Any, Any]] = []
        for chunk in chunks(sorted(member_ids)):
            asked = select(row).where(row.c.member_id.in_(chunk))
            found += self._session.execute(asked.order_by(row.c.member_id, row.c.source, row.c.customer_id)).mappings()
        return tuple(MemberId(**each) for each in found)

    def page(self, program: str, *, after: int, limit: int) -> tuple[Member, ...]:
        """Members by number, from one on."""
        asked = select(table_of(MemberRow)).where(MemberRow.program == program, MemberRow.member_id > after)
        return tuple(
            member_of(dict(each)) for each in self._session.execute(asked.order_by(MemberRow.member_id).limit(limit)).mappings()
        )

    def count(self, program: str) -> int:
        """How many members there are, merged ones included."""
        return self._session.scalar(select(func.count()).select_from(MemberRow).where(MemberRow.program == program)) or 0

    def anonymise(self, ids: Collection[tuple[str, str]], token: str) -> int:
        """P1: puts an id that means nobody in the place of a customer's, and removes cards and what people wrote; every sum stays.

        Args:
            ids: (source, customer_id) of the person.
            token: random; a second id of the same source gets it with a number.

        Returns:
            How many members were theirs.
        """
        row, members = MemberIdRow, set[int]()
        for number, (source, customer_id) in enumerate(sorted(set(ids))):
            theirs = (row.source == source) & (row.customer_id == customer_id)
            members |= set(self._session.scalars(select(row.member_id).where(theirs)))
            # Rows of later runs carry the token: what was posted for them stays posted for the same member.
            is_taken = select(row.member_id).where(row.source == source, row.customer_id == token)
            name = f"{token}:{number}" if self._session.scalar(is_taken.limit(1)) is not None else token
            self._session.execute(update(row).where(theirs).values(customer_id=name))
        for chunk in chunks(sorted(members)):
            self._session.execute(update(MemberRow).where(MemberRow.member_id.in_(chunk)).values(card=None))
            self._blank(TransactionRow, TransactionRow.member_id.in_(chunk), "reason")
            self._blank(AdjustmentRow, AdjustmentRow.member_id.in_(chunk), "note")
            merged = MemberMergeRow.from_member_id.in_(chunk) | MemberMergeRow.into_member_id.in_(chunk)
            self._blank(MemberMergeRow, merged, "reason")
            brought = ReferralRow.referred_member_id.in_(chunk) | ReferralRow.advocate_member_id.in_(chunk)
            self._blank(ReferralRow, brought, "note")
            self._session.execute(delete(ReferralMarkRow).where(ReferralMarkRow.member_id.in_(chunk)))
            active = (MemberRow.status == str(MemberStatus.ACTIVE)) & MemberRow.member_id.in_(chunk)
            self._session.execute(update(MemberRow).where(active).values(status=str(MemberStatus.ERASED)))
        return len(members)

    def _blank(self, table: type[Any], condition: Any, column: str) -> None:  # noqa: ANN401 - a condition of SQLAlchemy
        written = table_of(table).c[column]
        self._session.execute(update(table_of(table)).where(condition, written.is_not(None)).values({written: ""}))
