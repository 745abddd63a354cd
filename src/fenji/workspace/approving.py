"""May somebody decide about what somebody else has proposed? Nobody approves their own, unless nobody else could."""

from __future__ import annotations

from fenji.domain.access import Right
from fenji.domain.drafts import Decision
from fenji.domain.four_eyes import Approval, may_approve
from fenji.domain.people import person_behind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Forbidden, InvalidArgument, Problem
from fenji.language import message as _
from fenji.state.transaction import Transaction

MOST_LETTERS = 2_000
"""Of a reason."""


def approval_by(t: Transaction, approver: Principal, *, author: Principal, reason: str | None) -> Decision:
    """The approval of what somebody has made.

    Args:
        t: in which it is approved.
        approver: who approves it.
        author: who made it.
        reason: why; needed only from who approves their own.

    Raises:
        Forbidden: it is their own and somebody else could approve it, or no person asks.
        InvalidArgument: it is their own, nobody else could approve it, and no reason is given.
    """
    if approver.kind is not PrincipalKind.PERSON:
        raise Forbidden.of(_("only a person approves, not a token."), advice=_("Let somebody approve it who is logged in."))
    others = [each for each in t.access.people.holders(Right.POLICIES_APPROVE) if each != approver.name]
    approval = may_approve(author, approver, holders=len(others) + 1)
    if approval is Approval.REFUSED:
        raise Forbidden.of(
            _("nobody approves what they wrote themselves, and {others} could approve this."),
            advice=_("Ask one of them."),
            others=", ".join(others),
        )
    said = said_reason(reason)
    if approval is Approval.ALONE and said is None:
        raise InvalidArgument.of(
            _("nobody else here may approve this; who approves their own work says why."),
            advice=_("Give a reason; every answer will say that nobody else has looked at it."),
        )
    return Decision(approver, t.clock(), said, approval is Approval.ALONE)


def refusal_by(t: Transaction, who: Principal, *, reason: str | None) -> Decision:
    """The refusal of what somebody has made.

    Raises:
        InvalidArgument: no reason.
    """
    said = said_reason(reason)
    if said is None:
        raise InvalidArgument.of(_("say why it is refused: its author will read it."))
    return Decision(who, t.clock(), said, is_self_approval=False)


def own_work(author: Principal, acting: Principal) -> None:
    """Checks that somebody changes what they made themselves; a token acts for its person.

    Raises:
        Forbidden: somebody else made it.
    """
    if person_behind(author) != person_behind(acting):
        raise Forbidden.of(
            _("this is the work of {author}, and only they change it."),
            advice=_("Make a draft of your own from its text."),
            author=author.name,
        )


def said_reason(reason: str | None) -> str | None:
    """A reason without blanks around it; None where none is given.

    Raises:
        InvalidArgument: it is longer than a reason.
    """
    said = (reason or "").strip()
    if len(said) > MOST_LETTERS:
        raise InvalidArgument.of(_("a reason has at most {most} letters."), most=f"{MOST_LETTERS:,}")
    return said or None


def alone(version: str) -> Problem:
    """What every answer says of something whose own author approved it."""
    text = _("{version} was approved by its own author, because nobody else could: nobody else has looked at it.")
    return Problem(text, {"version": version}, code="self_approval")
