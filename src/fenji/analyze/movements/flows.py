"""How does each tier get from the customers it opened with to those it closes with?

Reads   insight.tier_count, insight.tier_movement
Writes  insight.tier_flow: one row per review after the first, and tier of its policy or of the one before it
Units   customers
Keeps   opening + new + returned + upgraded in + downgraded in - upgraded out - downgraded out - lost = closing, for every tier
Source  DESIGN section 6; opening and closing are the published counts, all between comes from the movements, so that the law can fail
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.policies import Cause, Policy
from fenji.domain.reviews import ReviewOn
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


def count_flows(count: ir.Table, movement: ir.Table, ladders: ir.Table) -> ir.Table:
    """The flow statement of every tier from each review to the next.

    Args:
        count: insight.tier_count of all the reviews.
        movement: insight.tier_movement of every review after the first.
        ladders: which tiers to list, made by ``ladders_between``.

    Grain: one row per row of ``ladders`` (insight.tier_flow).
    Keeps: every tier, with zeros where nothing happened.
    """
    standing = count.select(part_on="as_of", part_tier="tier", customers="customers")
    moves = _with_places(movement, ladders)
    table = ladders
    for day, part in (
        ("earlier_on", standing.rename(opening="customers")),
        ("as_of", _came(moves)),
        ("as_of", _went(moves)),
        ("as_of", standing.rename(closing="customers")),
    ):
        same = [table[day] == part.part_on, table.tier == part.part_tier]
        table = table.left_join(part, same).drop("part_on", "part_tier")
    filled = {name: table[name].fill_null(0).cast("int64") for name in PARTS}
    return table.mutate(**filled).select(*TIER_FLOW.schema.names)


def ladders_between(reviews: Sequence[ReviewOn]) -> pa.Table:
    """The tiers whose flows each review after the first has.

    Returns:
        One row per such review and tier of its policy or of the one before it: as_of, earlier_on, policy, version, tier, rank.
    """
    rows = [
        {
            "as_of": review.as_of,
            "earlier_on": earlier.as_of,
            "policy": review.policy.slug,
            "version": review.policy.version,
            "tier": tier,
            "rank": rank,
        }
        for earlier, review in pairwise(reviews)
        for rank, tier in enumerate(joint_ladder(review.policy, earlier.policy))
    ]
    days = [("as_of", pa.date32()), ("earlier_on", pa.date32())]
    words = [("policy", pa.string()), ("version", pa.int64()), ("tier", pa.string()), ("rank", pa.int64())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*days, *words]))


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
    """Holds flow statements to their law, and to the movements that they were made from.

    Args:
        flows: rows of insight.tier_flow, of one review or several.
        movements: rows of insight.tier_movement of the same reviews.

    Raises:
        ContractBroken: a tier's flows do not lead from its opening to its closing, or the tiers together are not all customers.
    """
    rows, moves = list(flows), list(movements)
    problems = list(_open_statements(rows))
    for day in sorted({each["as_of"] for each in [*rows, *moves]}):
        problems += _differing_totals(
            [each for each in rows if each["as_of"] == day], [each for each in moves if each["as_of"] == day]
        )
    ContractBroken.raise_if(problems)


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


def _with_places(movement: ir.Table, ladders: ir.Table) -> ir.Table:
    """The movements with how far up the ladder each leads; null where it comes from outside or leads there."""
    table = movement
    for end in ("from", "to"):
        places = ladders.select(place_on="as_of", place_tier="tier", **{f"{end}_place": "rank"})
        same = [table.as_of == places.place_on, table[f"{end}_tier"] == places.place_tier]
        table = table.left_join(places, same).drop("place_on", "place_tier")
    return table.mutate(step=table.to_place - table.from_place)


def _came(moves: ir.Table) -> ir.Table:
    here = moves.filter(moves.to_tier.notnull())
    arrived = here.from_tier.isnull()
    return here.group_by(part_on="as_of", part_tier="to_tier").aggregate(
        new=here.customers.sum(where=arrived & (here.cause == Cause.NEW.value)),
        returned=here.customers.sum(where=arrived & (here.cause == Cause.RETURNED.value)),
        upgraded_in=here.customers.sum(where=here.step > 0),
        downgraded_in=here.customers.sum(where=here.step < 0),
    )


def _went(moves: ir.Table) -> ir.Table:
    here = moves.filter(moves.from_tier.notnull())
    return here.group_by(part_on="as_of", part_tier="from_tier").aggregate(
        upgraded_out=here.customers.sum(where=here.step > 0),
        downgraded_out=here.customers.sum(where=here.step < 0),
        lost=here.customers.sum(where=here.to_tier.isnull()),
    )


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
    day = [*rows, *moves][0]["as_of"]
    for part, count in expected.items():
        if totals[part] != count:
            yield Problem(text, {"as_of": day, "part": part, "total": totals[part], "expected": count})
