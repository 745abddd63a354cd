"""How does a trial stand on a page? Every figure under a name of its own, written once on the server, for the page and for its island."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi.responses import Response
from markupsafe import Markup

from fenji.analyze.whatif.comparing import Direction
from fenji.answers.json import to_json
from fenji.answers.trying import CountedOn, MetricSteps, TryResult
from fenji.answers.whatif import ComparedTier, Moved
from fenji.domain.metrics import Unit
from fenji.domain.telling import AS_IT_IS
from fenji.language import message as _
from fenji.web import scope as scopes
from fenji.web.lists import condition
from fenji.web.rendering import render
from fenji.web.scope import address
from fenji.web.visiting import DRAWER, PART, Visit
from fenji.wording import figures
from fenji.wording.benefits import benefit_sentence

LINES = 40
"""Rows of the first page of a list of a trial."""


@dataclass(frozen=True)
class Out:
    """One figure of a trial."""

    text: str
    href: Annotated[str | None, AS_IT_IS] = None
    """Where the list behind it opens; None: nowhere."""
    way: int = 0
    """1: higher, -1: lower, 0: neither."""


Listing = Callable[[Mapping[str, object]], str | None]
"""Where the list of a condition opens; None: nowhere."""


@dataclass(frozen=True)
class Desk:
    """Which policy is edited in which address."""

    slug: str
    draft_id: int | None
    cuts: Mapping[str, Decimal] | None
    """What the address says beside the kept text; None: it cannot say what has been edited."""
    metric: str | None

    def place(self, visit: Visit, **more: object) -> str:
        """The address of the editor with what is tried in it."""
        own: dict[str, object] = {"draft": self.draft_id, "metric": self.metric, "cut": written_cuts(self.cuts or {})}
        return address(visit.link(f"/policies/{self.slug}/draft").partition("?")[0], visit.scope.pairs(), own | more)

    def listing(self, visit: Visit) -> Listing:
        """Where lists of the trial open, for whoever may see customers."""
        if self.cuts is None or not visit.may("customers:read"):
            return lambda _parts: None
        here = self.place(visit)  # made once: a trial has dozens of lists
        return lambda parts: f"{here}{'&' if '?' in here else '?'}{urlencode({scopes.LIST: condition(parts)})}"


def data(visit: Visit, values: object, *, status: int = 200) -> Response:
    """What an island asks for; nobody keeps it."""
    return Response(to_json(values, visit.language, visit.view), status, {"Cache-Control": "no-store"}, "application/json")


def is_listing(visit: Visit) -> bool:
    """Whether only the list behind a number is asked for."""
    return scopes.LIST in visit.request.query_params and visit.request.headers.get(PART) == DRAWER


def part(visit: Visit, template: str, values: Mapping[str, object]) -> Markup:
    """A part of a page, such as a list of its own kind."""
    own = {"link": visit.link, "here": visit.here, "may": visit.may}
    return render(visit.language, template, own | visit.told(values))


def written_cuts(cuts: Mapping[str, Decimal]) -> list[str]:
    """Numbers as an address carries them.

    >>> written_cuts({"vip.0": Decimal("8000")})
    ['vip.0:8000']
    """
    return [f"{key}:{number:f}" for key, number in sorted(cuts.items())]


def told_trial(visit: Visit, found: TryResult, desk: Desk) -> dict[str, Any]:
    """All that the parts of a page and its island show of a trial."""
    outs = dict(_outs(visit, found, desk.listing(visit)))
    outs["benefits"] = Out(benefit_sentence(found.benefit_cost, found.currency, visit.language))
    outs["address"] = Out("", None if desk.cuts is None else desk.place(visit))
    by_cells = found.counted_on is CountedOn.CELLS
    return {
        "outs": outs,
        "sentence": found.sentence,
        "customers": found.customers,
        "currency": found.currency,
        "current": [_tier(visit, each) for each in found.current.tiers],
        "new": [_tier(visit, each) for each in found.new.tiers],
        "badge": visit.say(_("live") if by_cells else _("counted one by one")),
        "is_live": by_cells,
        "thresholds": {each.key: each.number for each in found.thresholds},
        "drawing": _drawing(visit, found),
        "run_id": found.run_id,
        "as_of": found.as_of,
    }


def steps_of(visit: Visit, metrics: tuple[MetricSteps, ...], currency: str) -> dict[str, Any]:
    """Where the sliders of each metric may stand, and how its numbers are written."""
    return {
        each.metric: {
            "name": each.name.in_language(visit.language),
            "log": each.is_logarithmic,
            "unit": each.unit.value,
            "sign": figures.currency_sign(currency) if each.unit is Unit.MONEY else "",
            "steps": [float(step) for step in each.steps],
        }
        for each in metrics
    }


def asked_list(text_parts: Mapping[str, str]) -> dict[str, Any]:
    """What a condition of a trial's list asks for."""
    way = text_parts.get("direction")
    return {
        "from_tier": text_parts.get("from_tier"),
        "to_tier": text_parts.get("to_tier"),
        "direction": Direction(way) if way in tuple(Direction) else None,
    }


def _tier(visit: Visit, each: ComparedTier) -> dict[str, Any]:
    return {"tier": each.tier, "name": each.name.in_language(visit.language)}


def _outs(visit: Visit, found: TryResult, listing: Listing) -> list[tuple[str, Out]]:
    told = [
        ("counted", Out(visit.say(_("exact count · {count} {count:customer|customers}"), count=figures.count(found.customers))))
    ]
    for name, way, moved in (("up", 1, found.up), ("down", -1, found.down), ("stay", 0, found.stay)):
        told += _moved(name, way, moved, found.currency, listing)
    now = {each.tier: each.customers for each in found.current.tiers}
    for each in found.new.tiers:
        before = now.get(each.tier)
        changed = None if before is None else each.customers - before
        told.append((f"now.{each.tier}", Out(figures.count(before))))
        told.append((f"then.{each.tier}", _counted(each.customers, {"to_tier": each.tier}, listing)))
        told.append((f"change.{each.tier}", Out(figures.change(changed), way=_sign(changed))))
        told.append((f"revenue.{each.tier}", Out(figures.money(each.net_revenue_12m, found.currency))))
    moves = {(each.from_tier, each.to_tier): each for each in found.moves}
    for old in found.current.tiers:
        for young in found.new.tiers:
            move = moves.get((old.tier, young.tier))
            parts = {"from_tier": old.tier, "to_tier": young.tier}
            way = 0 if move is None else {Direction.UP: 1, Direction.DOWN: -1}.get(move.direction, 0)
            cell = _counted(move.customers, parts, listing, way=way) if move else Out(figures.UNKNOWN)
            told.append((f"cell.{old.tier}.{young.tier}", cell))
    places: dict[str, int] = {}
    for line in found.new.lines:
        number = places[line.tier] = places.get(line.tier, -1) + 1
        told.append((f"met.{line.tier}.{number}", Out(_line_text(visit, line.met, line.turned_away))))
    for number, cap in enumerate(found.new.caps):
        text = _("holds {count} {count:customer|customers} down")
        told.append((f"bound.caps.{number}", Out(visit.say(text, count=figures.count(cap.bound)))))
    return told


def _line_text(visit: Visit, met: int, turned_away: int) -> str:
    text = _("met by {met}; alone it turns {away} away")
    return visit.say(text, met=figures.count(met), away=figures.count(turned_away))


def _moved(name: str, way: int, moved: Moved, currency: str, listing: Listing) -> list[tuple[str, Out]]:
    return [
        (name, _counted(moved.customers, {"direction": name}, listing, way=way)),
        (f"{name}_money", Out(figures.money(moved.net_revenue_12m, currency))),
    ]


def _counted(customers: int, parts: Mapping[str, object], listing: Listing, *, way: int = 0) -> Out:
    return Out(figures.count(customers) if customers else "0", listing(parts) if customers else None, way if customers else 0)


def _sign(value: int | None) -> int:
    return 0 if not value else 1 if value > 0 else -1


def _drawing(visit: Visit, found: TryResult) -> dict[str, Any] | None:
    """The histogram as its island draws it; positions need no more digits than a float has."""
    counted = found.histogram
    if counted is None:
        return None
    ranks = {each.tier: rank for rank, each in enumerate(found.new.tiers)}
    bars = [
        {
            "low": None if each.low is None else float(each.low),
            "high": None if each.high is None else float(each.high),
            "parts": [each.by_tier.get(tier, 0) for tier in ranks],
        }
        for each in counted.bars
    ]
    lines = [
        {"key": each.key, "number": float(each.number), "rank": ranks[each.tier]}
        for each in found.thresholds
        if each.metric == counted.metric and each.tier in ranks
    ]
    unknown = counted.without_value.customers
    text = _("{count} {count:customer has|customers have} no value of it and stand in no bar.")
    return {
        "metric": counted.metric,
        "bars": bars,
        "lines": lines,
        "tiers": [each.name.in_language(visit.language) for each in found.new.tiers],
        "unknown": visit.say(text, count=figures.count(unknown)) if unknown else "",
    }
