"""How do the points of a program move from month to month? The roll-forward of law F1, from what the program's own accounts took and gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from fenji.domain.loyalty.cohorts import AccountMoves, FlowMonth
from fenji.domain.loyalty.kinds import PointsAccount
from fenji.errors import ContractBroken
from fenji.language import message as _


def roll_forward(moves: Sequence[AccountMoves], *, outstanding: int | None) -> tuple[FlowMonth, ...]:
    """The months of a program, the earliest first, each from opening to closing.

    Args:
        moves: of the program's own accounts, the earliest month first.
        outstanding: what all members hold now, without what they owe; None: the last month asked for is not the last one there is.

    Raises:
        ContractBroken: the last closing is not what members hold.
    """
    months, opening = [], 0
    for month_on, group in groupby(sorted(moves, key=lambda each: each.month_on), key=lambda each: each.month_on):
        months.append(_month(month_on, opening, {each.account: each for each in group}))
        opening = months[-1].closing
    if outstanding is not None and opening != outstanding:
        text = _("the roll-forward of points closes at {closing}, and members hold {held}.")
        raise ContractBroken.of(text, advice=_("Look with: fenji points check"), closing=opening, held=outstanding)
    return tuple(months)


def _month(month_on: date, opening: int, moves: dict[PointsAccount, AccountMoves]) -> FlowMonth:
    nothing = AccountMoves(month_on, PointsAccount.ISSUED, 0, 0)
    issued, redeemed = moves.get(PointsAccount.ISSUED, nothing), moves.get(PointsAccount.REDEEMED, nothing)
    expired, adjusted = moves.get(PointsAccount.EXPIRED, nothing), moves.get(PointsAccount.ADJUSTED, nothing)
    given_by_hand, gone = adjusted.taken - adjusted.given, expired.given - expired.taken
    closing = opening + issued.taken + given_by_hand - issued.given - redeemed.given + redeemed.taken - gone
    return FlowMonth(
        month_on,
        opening,
        earned=issued.taken,
        adjusted=given_by_hand,
        refunded=issued.given,
        redeemed=redeemed.given,
        undone=redeemed.taken,
        expired=gone,
        closing=closing,
    )
