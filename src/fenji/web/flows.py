"""Which lists stand behind the flows between two reviews, and how is their matrix told? No number is computed anew: sums are those of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.answers.history import HistoryResult
from fenji.answers.moves import MovementCell, MovesResult
from fenji.answers.views import View
from fenji.domain.policies import Cause
from fenji.language import message as _
from fenji.wording.reasons import CAUSE_NAMES


@dataclass(frozen=True)
class Column:
    """A column of a flow statement between opening and closing."""

    name: str
    """The field of the flow."""
    title: str
    """A message of the catalog."""
    parts: Mapping[str, str]
    """The condition of its list; the tier is filled in where it is empty."""


FLOWS = (
    Column("new", _("+ New"), {"moved_to": "", "moved": "new"}),
    Column("returned", _("+ Returned"), {"moved_to": "", "moved": "returned"}),
    Column("upgraded_in", _("+ Up in"), {"moved_to": "", "moved": "up"}),
    Column("downgraded_in", _("+ Down in"), {"moved_to": "", "moved": "down"}),
    Column("upgraded_out", _("− Up out"), {"moved_from": "", "moved": "up"}),
    Column("downgraded_out", _("− Down out"), {"moved_from": "", "moved": "down"}),
    Column("lost", _("− Lost"), {"moved_from": "", "moved": "lost"}),
)
"""The columns of a flow statement, in the order of its sum."""


def is_of_one_step(moves: MovesResult, history: object) -> bool:
    """Whether each flow is that of one list: the reviews follow one another, and one version of the policy decided both."""
    before = history.at(moves.earlier_on) if isinstance(history, HistoryResult) else None
    same = before is not None and (before.policy, before.version) == (moves.policy, moves.version)
    return len(moves.periods) == 1 and same


def statement(moves: MovesResult, view: View, *, is_linked: bool) -> list[dict[str, object]]:
    """The rows of the flow statement, the highest tier first, all together last; each cell a number and the condition of its list.

    Args:
        moves: between two reviews.
        view: how much the reader sees.
        is_linked: whether the flows between opening and closing are lists; opening and closing always are.
    """
    days = {"run": moves.run_id, "as_of": str(moves.as_of)}
    between = {**days, "earlier_on": str(moves.earlier_on)}
    fields = [each.name for each in FLOWS]
    rows = [
        (each.tier, {name: getattr(each, name) for name in ("opening", *fields, "closing")}) for each in reversed(moves.flows)
    ]
    total = {name: sum(own[name] for _tier, own in rows) for name in ("opening", *fields, "closing")}
    named = named_tiers(moves)
    # Conditions are met at the later review: a list of the earlier one would be of other customers.
    is_opening_linked = not moves.conditions
    told = [
        _row(tier, own, between, view, is_linked=is_linked, is_opening_linked=is_opening_linked)
        for tier, own in (*rows, (None, total))
    ]
    return [{**row, **named.get(str(row["tier"]), {})} for row in told]


def named_tiers(moves: MovesResult) -> dict[str, dict[str, object]]:
    """Name and rank of each tier by its slug."""
    return {each.tier: {"name": each.name, "rank": rank} for rank, each in enumerate(moves.tiers)}


def _row(
    tier: str | None, own: Mapping[str, int], between: Mapping[str, str], view: View, *, is_linked: bool, is_opening_linked: bool
) -> dict[str, object]:
    run, later, earlier = between["run"], between["as_of"], between["earlier_on"]
    standing = {} if tier is None else {"tier": tier}
    opening = {"run": run, "as_of": earlier, **standing} if is_opening_linked else None
    cells: list[dict[str, object]] = [_cell(own["opening"], opening, view)]
    for each in FLOWS:
        filled = {key: value or tier for key, value in each.parts.items() if value or tier is not None}
        cells.append(_cell(own[each.name], {**between, **filled} if is_linked else None, view))
    return {"tier": tier, "cells": [*cells, _cell(own["closing"], {"run": run, "as_of": later, **standing}, view)]}


def _cell(customers: int, parts: Mapping[str, object] | None, view: View) -> dict[str, object]:
    return {"customers": view.count(customers), "list": parts}


@dataclass(frozen=True)
class Way:
    """The customers who went one way between two reviews, as a cell of the matrix."""

    customers: int | str
    share: float | None
    """Of those who stood there before."""
    parts: Mapping[str, object]
    """The condition of their list."""


def matrix(moves: MovesResult, view: View) -> list[dict[str, object]]:
    """From where (the highest tier first, then who came) to where (the highest first, then lost), with sums of the rows."""
    order = [each.tier for each in reversed(moves.tiers)]
    places: list[tuple[str | None, Cause | None]] = [*((tier, None) for tier in order), (None, Cause.NEW), (None, Cause.RETURNED)]
    found = []
    for tier, cause in places:
        own = [each for each in moves.movements if each.from_tier == tier and (tier is not None or each.cause is cause)]
        if not own:
            continue
        cells = {each.to_tier: _way(each, moves, view) for each in own}
        days = {"run": moves.run_id, "as_of": str(moves.as_of), "earlier_on": str(moves.earlier_on)}
        where = {"moved_from": tier} if tier is not None else {"moved": str(cause)}
        found.append(
            {
                "tier": tier,
                "cause": None if cause is None else CAUSE_NAMES[cause],
                **({} if tier is None else named_tiers(moves)[tier]),
                "cells": [cells.get(to) for to in (*order, None)],
                "all": Way(view.count(sum(each.customers for each in own)), None, {**days, **where}),
            }
        )
    return found


def _way(cell: MovementCell, moves: MovesResult, view: View) -> Way:
    moved = None if cell.from_tier is not None and cell.to_tier is not None else cell.cause
    parts = {"moved_from": cell.from_tier, "moved_to": cell.to_tier, "moved": None if moved is None else str(moved)}
    days = {"run": moves.run_id, "as_of": str(moves.as_of), "earlier_on": str(moves.earlier_on)}
    is_of_few = view.is_small(cell.customers)
    return Way(view.count(cell.customers), None if is_of_few else cell.share, {**days, **parts})


def ways_of(moves: MovesResult, view: View) -> dict[str, object]:
    """How many customers rose, fell, came, returned and were lost between the two reviews, and the conditions of their lists."""
    days = {"run": moves.run_id, "as_of": str(moves.as_of), "earlier_on": str(moves.earlier_on)}
    return {way: {"customers": view.count(customers), "list": {**days, "moved": way}} for way, customers in moves.ways().items()}
