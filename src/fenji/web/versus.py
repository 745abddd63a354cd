"""How do two tiers differ? Chosen by ``?a=`` and ``?b=``; each figure of both, and the difference, as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fenji.domain.words import Words
from fenji.errors import InvalidArgument, Place, unknown_name
from fenji.language import Language
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Unit
from fenji.wording import figures
from fenji.wording.figures import Figure


@dataclass(frozen=True)
class Side:
    """One of two tiers that are compared."""

    tier: str
    name: Words


@dataclass(frozen=True)
class Versus:
    """Which two tiers are compared."""

    a: Side
    b: Side


@dataclass(frozen=True)
class Beside:
    """One figure of both tiers."""

    name: Words | str
    a: str
    b: str
    difference: str
    """Of the first less the second."""
    way: int = 0
    """1: the first has more, -1: less, 0: as much, or not known."""
    metric: Mapping[str, object] | None = None
    """What the figure is, where it is a metric."""


def versus_of(a: str | None, b: str | None, names: Mapping[str, Words]) -> Versus | None:
    """The two tiers that an address asks to compare; None where it names fewer than two.

    Raises:
        InvalidArgument: unknown tiers; both at once.
    """
    asked = {name: tier for name, tier in (("a", a), ("b", b)) if tier}
    InvalidArgument.raise_if(
        unknown_name(_("tier"), tier[:60], names, place=Place(column=f"?{name}"))
        for name, tier in asked.items()
        if tier not in names
    )
    if not a or not b or a == b:
        return None
    return Versus(Side(a, names[a]), Side(b, names[b]))


def beside(
    name: Words | str, values: Sequence[Figure | None], axis: Axis, language: Language, metric: Mapping[str, object] | None = None
) -> Beside:
    """One figure of the first and of the second tier, and what the first has more."""
    a, b = values
    if a is None or b is None:
        return Beside(name, axis.text(a), axis.text(b), figures.UNKNOWN, 0, metric)
    more = _difference(a, b)
    return Beside(name, axis.text(a), axis.text(b), _told(more, axis, language), (more > 0) - (more < 0), metric)


def _difference(a: Figure, b: Figure) -> Figure:
    return float(a) - float(b) if isinstance(a, float) or isinstance(b, float) else Decimal(a) - Decimal(b)


def _told(more: Figure, axis: Axis, language: Language) -> str:
    match axis.unit:
        case Unit.MONEY:
            return figures.money_change(more, axis.currency)
        case Unit.SHARE:
            return figures.share_change(more, language)
        case Unit.NUMBER:
            return figures.change(more, axis.digits)
        case _:
            return figures.change(more, 0 if more == int(more) else 1)
