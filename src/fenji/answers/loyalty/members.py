"""What is answered about members: who has an account, by which ids, and which of them might be one person?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.loyalty.kinds import MemberStatus, RequestStatus
from fenji.domain.telling import AS_IT_IS, PERSONAL, WITHHELD


@dataclass(frozen=True)
class MemberRow:
    """One member."""

    member_id: int
    """Its number."""
    ids: Annotated[tuple[str, ...], PERSONAL]
    """The ids of the company that earn for it, as SOURCE:ID."""
    status: MemberStatus
    """What has become of it."""
    held_by_member_id: int | None
    """Who holds its points since a merge; null: itself."""
    available: int
    """Points that can be spent."""
    pending: int
    """Points that can be spent later."""
    held: int
    """Points that are reserved for carts."""
    owed: int
    """Points that were taken back after they were spent."""
    qualifying_total: int
    """Qualifying points earned and not refunded, ever."""


@dataclass(frozen=True)
class MembersResult(Answer):
    """Members by number."""

    program: Annotated[str, AS_IT_IS]
    members: tuple[MemberRow, ...]
    count: int
    """How many there are in all."""
    next_after: int | None
    """The number after which the next page begins; null: this is the last one."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.members


@dataclass(frozen=True)
class MergeRow:
    """Two members that are, or might be, one person."""

    number: int
    """By which it is approved, refused or undone."""
    from_member_id: int
    """Whose points move."""
    into_member_id: int
    """Who holds them then."""
    rule: Annotated[str, AS_IT_IS]
    """What ties both together: a rule of clean.identity, or person."""
    status: RequestStatus
    """What has become of it."""
    proposed_by: Annotated[str, AS_IT_IS]
    """Who proposed it."""
    proposed_at: datetime
    """When."""
    decided_by: Annotated[str | None, AS_IT_IS]
    """Who decided; null: nobody yet."""
    reason: Annotated[str | None, WITHHELD]
    """Why it was decided so; null: nobody has said."""


@dataclass(frozen=True)
class MergesResult(Answer):
    """Merges of members, in the order in which they were proposed."""

    program: Annotated[str, AS_IT_IS]
    merges: tuple[MergeRow, ...]
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.merges
