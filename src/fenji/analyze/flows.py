"""How does each tier get from the customers it opened with to those it closes with?

Reads   insight.tier_assignment, insight.tier_movement
Writes  insight.tier_flow: one row per tier of the two reviews' policies
Units   customers
Keeps   opening + new + returned + upgraded in + downgraded in - upgraded out - downgraded out - lost = closing, for every tier
Source  DESIGN section 6; opening and closing are counted from the assignments, all between from the movements, so that the law can fail
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.domain.policies import Cause, Policy
from fenji.errors import ContractBroken, Problem
from fenji.language import message as _
from fenji.tables.insight import TIER_FLOW

CAME = ("new", "returned", "upgraded_in", "downgraded_in")
"""What adds to a tier."""
WENT = ("upgraded_out", "downgraded_out", "lost")
"""What takes from a tier."""
PARTS = ("opening", *CAME, *WENT, "closing")
"""A flow statement, in the order in which it is read."""

Row = Mapping[str, Any]


def count_flows(
    before: ir.Table,
    after: ir.Table,
    movement: ir.Table,
    *,
    policy: Policy,
    earlier_policy: Policy,
    earlier_on: date,
    as_of: date,
) -> ir.Table:
    """The flow statement of every tier between two reviews.

    Args:
        before: the assignments of the earlier review; rows of other dates change nothing.
        after: the assignments of the later review; rows of other dates change nothing.
        movement: what ``movements.count_movements`` made of the two; rows of other dates change nothing.
        policy: in force at the later review.
        earlier_policy: in force at the earlier one; the same, or another version.
        earlier_on: the earlier review date.
        as_of: the later review date.

    Grain: one row per tier of either policy (insight.tier_flow), lowest first by ``rank``.
    Keeps: every tier, with zeros where nothing happened.
    """
    slugs = joint_ladder(policy, earlier_policy)
    moves = movement.filter(movement.as_of == ibis.literal(as_of, type="date"))
    ladder = _ladder(slugs)
    for part in (
        _standing(before, "opening", earlier_on),
        _came(moves, slugs),
        _went(moves, slugs),
        _standing(after, "closing", as_of),
    ):
        ladder = ladder.left_join(part, ladder.tier == part.part_tier).drop("part_tier")
    filled = {name: ladder[name].fill_null(0).cast("int64") for name in PARTS}
    review = {
        "as_of": ibis.literal(as_of, type="date"),
        "policy": ibis.literal(policy.slug, type="string"),
        "version": ibis.literal(policy.version, type="int64"),
    }
    return ladder.mutate(**filled, **review).select(*TIER_FLOW.schema.names)


def joint_ladder(policy: Policy, earlier: Policy) -> tuple[str, ...]:
    """The tiers of two versions, lowest first: a tier that is gone stands just above the nearest one below it that is left.

    So whoever leaves a tier that is gone for the one below it was downgraded, and for the one above it upgraded.
    """
    slugs = [each.slug for each in policy.tiers]
    position = 0
    for each in earlier.tiers:
        if each.slug not in slugs:
            slugs.insert(position, each.slug)
        position = slugs.index(each.slug) + 1
    return tuple(slugs)


def check_flows(flows: Iterable[Row], movements: Iterable[Row]) -> None:
    """Holds the flow statements of one review to their law, and to the movements that they were made from.

    Args:
        flows: rows of insight.tier_flow.
        movements: rows of insight.tier_movement of the same review.

    Raises:
        ContractBroken: a tier's flows do not lead from its opening to its closing, or the tiers together are not all customers.
    """
    rows, moves = list(flows), list(movements)
    ContractBroken.raise_if([*_open_statements(rows), *_differing_totals(rows, moves)])


def closing_of(row: Row) -> int:
    """What a tier must close with, by what came and went."""
    came, went = sum(row[name] for name in CAME), sum(row[name] for name in WENT)
    return int(row["opening"] + came - went)


def summed_flows(rows: Iterable[Row]) -> tuple[dict[str, Any], ...]:
    """One flow statement per tier over several reviews: the opening of the first, the closing of the last, the sum of all between.

    Whoever goes up at one review and down at the next is counted in both.

    Returns:
        tier and ``PARTS``, lowest tier first; tiers that only an earlier version has stand where they stood.
    """
    ordered = sorted(rows, key=lambda each: (each["as_of"], each["rank"]))
    if not ordered:
        return ()
    first_on, last_on = ordered[0]["as_of"], ordered[-1]["as_of"]
    found: dict[str, dict[str, Any]] = {}
    for row in ordered:
        entry = found.setdefault(row["tier"], {"tier": row["tier"], "rank": row["rank"], **dict.fromkeys(PARTS, 0)})
        entry["rank"] = row["rank"]
        entry["opening"] += row["opening"] if row["as_of"] == first_on else 0
        entry["closing"] = row["closing"] if row["as_of"] == last_on else 0
        for name in (*CAME, *WENT):
            entry[name] += row[name]
    newest = {row["tier"] for row in ordered if row["as_of"] == last_on}
    ladder = sorted(found.values(), key=lambda each: (each["rank"], each["tier"] in newest))
    return tuple({name: each[name] for name in ("tier", *PARTS)} for each in ladder)


def _ladder(slugs: Sequence[str]) -> ir.Table:
    """One row per tier, made of nothing but the names."""
    ranks = ibis.range(0, len(slugs)).unnest().name("rank").as_table()
    names = [(ranks["rank"] == rank, slug) for rank, slug in enumerate(slugs)]
    return ranks.select(rank=ranks["rank"].cast("int64"), tier=ibis.cases(*names, else_=""))


def _standing(assignment: ir.Table, name: str, day: date) -> ir.Table:
    here = assignment.filter(assignment.as_of == ibis.literal(day, type="date"), assignment.tier.notnull())
    return here.group_by(part_tier="tier").aggregate(**{name: here.count()})


def _came(moves: ir.Table, slugs: Sequence[str]) -> ir.Table:
    here = moves.filter(moves.to_tier.notnull())
    arrived, step = here.from_tier.isnull(), _step(here, slugs)
    return here.group_by(part_tier="to_tier").aggregate(
        new=here.customers.sum(where=arrived & (here.cause == Cause.NEW.value)),
        returned=here.customers.sum(where=arrived & (here.cause == Cause.RETURNED.value)),
        upgraded_in=here.customers.sum(where=step > 0),
        downgraded_in=here.customers.sum(where=step < 0),
    )


def _went(moves: ir.Table, slugs: Sequence[str]) -> ir.Table:
    here = moves.filter(moves.from_tier.notnull())
    step = _step(here, slugs)
    return here.group_by(part_tier="from_tier").aggregate(
        upgraded_out=here.customers.sum(where=step > 0),
        downgraded_out=here.customers.sum(where=step < 0),
        lost=here.customers.sum(where=here.to_tier.isnull()),
    )


def _step(moves: ir.Table, slugs: Sequence[str]) -> ir.IntegerValue:
    """How far up the ladder a movement leads; null where it comes from outside or leads there."""
    return _position(moves.to_tier, slugs) - _position(moves.from_tier, slugs)


def _position(tier: ir.StringValue, slugs: Sequence[str]) -> ir.IntegerValue:
    places = [(tier == slug, ibis.literal(place, type="int64")) for place, slug in enumerate(slugs)]
    return ibis.cases(*places, else_=ibis.null("int64"))


def _open_statements(rows: Sequence[Row]) -> Iterator[Problem]:
    text = _("the flows of tier '{tier}' at the review of {as_of} lead to {expected} customers, but {closing} stand in it.")
    for row in rows:
        if closing_of(row) != row["closing"]:
            values = {name: row[name] for name in ("tier", "as_of", "closing")}
            yield Problem(text, {**values, "expected": closing_of(row)})


def _differing_totals(rows: Sequence[Row], moves: Sequence[Row]) -> Iterator[Problem]:
    """Where all tiers together are not all customers, such as where somebody stands in a tier of no policy."""
    text = _("at the review of {as_of} the tiers' {part} adds up to {total}, but by the movements it is {expected}.")
    before = sum(each["customers"] for each in moves if each["from_tier"] is not None)
    after = sum(each["customers"] for each in moves if each["to_tier"] is not None)
    lost = sum(each["customers"] for each in moves if each["to_tier"] is None)
    totals = {name: sum(row[name] for row in rows) for name in PARTS}
    expected = {
        "opening": before,
        "closing": after,
        "lost": lost,
        "upgraded_in": totals["upgraded_out"],
        "downgraded_in": totals["downgraded_out"],
    }
    day = next((each["as_of"] for each in [*rows, *moves]), None)
    for part, count in expected.items():
        if totals[part] != count:
            yield Problem(text, {"as_of": day, "part": part, "total": totals[part], "expected": count})
