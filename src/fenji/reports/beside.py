"""What stood there at the review that is compared with, and what has changed? Never more than the reader may be told of few people."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fenji.answers.history import HistoryResult
from fenji.answers.views import View

Told = int | str | None


@dataclass(frozen=True)
class Beside:
    """A number of customers beside what it was."""

    then: Told
    change: Told
    rate: float | None
    """Of what it was."""
    past: tuple[int | None, ...] = ()
    """Review by review, for a small line."""
    revenue_then: Decimal | None = None
    revenue_rate: float | None = None


def compared(now: int, then: int | None, view: View) -> Beside:
    """A number of customers beside what it was; None: it was not known.

    Where either number or their difference is that of few people, no change is told: it would tell the other.
    """
    if then is None:
        return Beside(None, None, None)
    change = now - then
    if any(view.is_small(each) for each in (now, then, abs(change))):
        return Beside(view.count(then), view.small if view.is_small(abs(change)) else None, None)
    return Beside(then, change, change / then if then else None)


def tiers_beside(history: HistoryResult, then_on: object, view: View, *, shown: int) -> dict[str, Beside]:
    """Each tier of the last review beside an earlier one, with its way over the reviews shown; the empty text is all together.

    Args:
        history: reviews up to the one that a page is about.
        then_on: the review that is compared with; None or one that is not there: nothing is compared.
        view: of whom reads.
        shown: reviews of the small line.
    """
    last, then = history.reviews[-1], next((each for each in history.reviews if each.as_of == then_on), None)
    few = history.reviews[-shown:]
    found: dict[str, Beside] = {}
    for each in last.tiers:
        before = None if then is None else then.of(each.tier)
        past = tuple(None if (own := review.of(each.tier)) is None else _plain(own.customers, view) for review in few)
        beside = compared(each.customers, None if before is None else before.customers, view)
        is_of_few = view.is_small(each.customers) or before is None or view.is_small(before.customers)
        found[each.tier] = _with(
            beside, past, None if before is None or is_of_few else before.net_revenue_12m, each.net_revenue_12m
        )
    past = tuple(_plain(review.customers, view) for review in few)
    beside = compared(last.customers, None if then is None else then.customers, view)
    found[""] = _with(beside, past, None if then is None else then.net_revenue_12m, last.net_revenue_12m)
    return found


def _with(beside: Beside, past: tuple[int | None, ...], then: Decimal | None, now: Decimal) -> Beside:
    rate = float((now - then) / then) if then is not None and then > 0 else None
    return Beside(beside.then, beside.change, beside.rate, past, then, rate)


def _plain(customers: int, view: View) -> int | None:
    return None if view.is_small(customers) else customers
