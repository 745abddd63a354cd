"""From which lots are points drawn? Those that are over first come first, by the law E1: (expires_on, null last, lot_id)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fenji.act.book import id_order
from fenji.domain.loyalty.kinds import LotBucket
from fenji.domain.loyalty.records import Draw, Lot

_NEVER = date.max


def drawing_order(lots: Iterable[Lot]) -> list[Lot]:
    """Lots in the order in which points are drawn from them."""
    return sorted(lots, key=lambda each: (each.expires_on or _NEVER, id_order(each.lot_id)))


def spendable(lots: Iterable[Lot], day: date) -> list[Lot]:
    """The lots that can be spent on a day, in the order in which they are drawn from."""
    return drawing_order(each for each in lots if each.remaining and each.bucket is LotBucket.AVAILABLE and each.is_valid_on(day))


def plan_draws(lots: Iterable[Lot], points: int, day: date) -> tuple[Draw, ...]:
    """Which lots points are drawn from on a day; fewer points than asked for where there are no more.

    Args:
        lots: of one holder.
        points: how many.
        day: the local day; lots that are over by then are passed over.

    >>> def lot(number, points, expires_on):
    ...     return Lot(number, 1, 1, "t", date(2027, 1, 1), points, points, 0, 0, 0, LotBucket.AVAILABLE, date(2027, 1, 1), expires_on)
    >>> lots = [lot(1, 5, None), lot(2, 5, date(2027, 6, 30)), lot(3, 5, date(2027, 1, 31))]
    >>> plan_draws(lots, 7, date(2027, 2, 1))
    (Draw(lot_id=2, points=5), Draw(lot_id=1, points=2))
    """
    draws, left = [], points
    for lot in spendable(lots, day):
        if not left:
            break
        taken = min(lot.remaining, left)
        draws.append(Draw(lot.lot_id, taken))
        left -= taken
    return tuple(draws)
