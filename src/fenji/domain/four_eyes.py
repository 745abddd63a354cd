"""May somebody approve this? Not what they made themselves, as long as anybody else could."""

from __future__ import annotations

from enum import StrEnum

from fenji.domain.people import person_behind
from fenji.domain.principals import Principal, PrincipalKind

TWO = 2
"""Holders of a right from which nobody needs to approve alone."""


class Approval(StrEnum):
    """Whether somebody may approve something."""

    ALLOWED = "allowed"
    """Somebody else made it."""
    ALONE = "alone"
    """Their own work, and nobody else could approve it: only with a reason, and the answer says that nobody else looked at it."""
    REFUSED = "refused"
    """Their own work, and somebody else could approve it; or no person asks."""


def may_approve(author: Principal, approver: Principal, *, holders: int) -> Approval:
    """Whether somebody may approve what somebody has made.

    Args:
        author: who made it; the work of a token is that of its person.
        approver: who wants to approve it; only persons approve.
        holders: how many people hold the right to approve, the approver among them; who is disabled does not count.

    >>> ann, bob = (Principal(PrincipalKind.PERSON, name) for name in ("ann", "bob"))
    >>> may_approve(ann, bob, holders=2), may_approve(ann, ann, holders=2), may_approve(ann, ann, holders=1)
    (<Approval.ALLOWED: 'allowed'>, <Approval.REFUSED: 'refused'>, <Approval.ALONE: 'alone'>)
    """
    if approver.kind is not PrincipalKind.PERSON:
        return Approval.REFUSED
    if person_behind(author) != approver.name:
        return Approval.ALLOWED
    return Approval.REFUSED if holders >= TWO else Approval.ALONE
