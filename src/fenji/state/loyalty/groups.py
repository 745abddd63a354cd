"""Which members are one customer, by merges? Locked together, so that what they may do is decided one after the other."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fenji.errors import NotFound, Unavailable
from fenji.language import message as _
from fenji.state.loyalty.loading import TRIES
from fenji.state.loyalty.rows import MemberRow


class MemberGroups:
    """Members that are one customer, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The members in the state database of a session."""
        self._session = session

    def lock(self, program: str, member_id: int) -> frozenset[int]:
        """Locks everybody whose points one member holds with it, and the member; what they may do is then decided one after the other.

        Returns:
            Their numbers: all of them are one customer.
        """
        row = MemberRow
        for _attempt in range(TRIES):
            group = self.of(program, member_id)
            asked = select(row.member_id).where(row.member_id.in_(group)).order_by(row.member_id)
            self._session.execute(asked.with_for_update())
            if self.of(program, member_id) == group:
                return group
        raise Unavailable.of(_("these members change hands all the time."), advice=_("Try again."))

    def of(self, program: str, member_id: int) -> frozenset[int]:
        """Every member that is one customer with this one, by merges.

        Raises:
            NotFound: the program has no such member.
        """
        row, found, new = MemberRow, set[int](), {member_id}
        while new:
            found |= new
            tied = select(row.member_id, row.held_by_member_id).where(
                row.program == program, or_(row.member_id.in_(new), row.held_by_member_id.in_(new))
            )
            new = {each for pair in self._session.execute(tied) for each in pair if each is not None} - found
        here = self._session.scalar(select(func.count()).where(row.member_id == member_id, row.program == program))
        if not here:
            raise NotFound.of(_("there is no member {member} in program {program}."), member=member_id, program=program)
        return frozenset(found)
