"""Two policies over the same reviews: who ends in which tier under each, by which causes, and which line of which rule makes the difference?

Reads   insight.tier_assignment of both sides at the last review, insight.customer_metric, clean.customer
Writes  nothing stored: counts, one row of counts per policy, and a short list of the customers who would lose most
Units   money in the workspace's currency
Keeps   every customer who stands in a tier under one of the policies, exactly once
Source  DESIGN section 6: both sides were decided by ``reviews.decide_reviews``, with keep rules, hold, grace, caps and overrides
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.holds import holds
from fenji.analyze.whatif.comparing import Direction, Move, direction_of, lines_of
from fenji.domain.conditions import Condition
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Cause, Policy


class RulePart(StrEnum):
    """Which part of a policy a line stands in."""

    QUALIFY = "qualify"
    KEEP = "keep"
    CAP = "cap"


@dataclass(frozen=True)
class RuleLine:
    """One line that must be met, or one cap."""

    part: RulePart
    tier: str
    """The tier that it gains or keeps; of a cap, the highest one that it allows."""
    condition: Condition


@dataclass(frozen=True)
class LineDifference:
    """What one line has to do with the customers who end in another tier under the other policy."""

    line: RuleLine
    met: int
    """Customers who meet it at the last review."""
    decides: int | None
    """Of the new policy: of those who would stand below the tier and stand in it (or higher) today, how many do not meet this line;
    for a cap, how many it applies to of those who stand above it today and would not. Of the current policy: the same of those who would
    rise. None: the other policy has no such tier."""


@dataclass(frozen=True)
class CauseMove:
    """Customers who end in different tiers, by what decided at the last review under each policy."""

    from_tier: str
    """Under the current policy."""
    to_tier: str
    """Under the new one."""
    direction: Direction
    """Whether they go up or down; two tiers at the same height: stay."""
    current_cause: Cause
    """Why they stand where they stand under the current policy."""
    new_cause: Cause
    """Why under the new one."""
    customers: int
    net_revenue_12m: Decimal


def pair_sides(current: ir.Table, new: ir.Table, *, as_of: date) -> ir.Table:
    """The same customers' decisions under both policies at one review.

    Args:
        current: decisions under the current policy (columns of insight.tier_assignment); rows of other dates change nothing.
        new: decisions under the new one, of the same customers.
        as_of: the review.

    Grain: one row per customer: customer_key, from_tier, to_tier, current_cause, new_cause, net_revenue_12m.
    Keeps: every customer who stands in a tier under both; who is lost is lost under both.
    """
    day = ibis.literal(as_of, type="date")
    now = current.filter(current.as_of == day, current.tier.notnull())
    now = now.select("customer_key", from_tier="tier", current_cause="cause", net_revenue_12m=REVENUE)
    then = new.filter(new.as_of == day, new.tier.notnull())
    then = then.select(new_key="customer_key", to_tier="tier", new_cause="cause")
    return now.inner_join(then, now.customer_key == then.new_key).drop("new_key")


def count_pairs(pairs: ir.Table) -> ir.Table:
    """Customers and revenue by both tiers and both causes.

    Grain: one row per combination that occurs. Keeps: every customer of ``pairs``.
    """
    by = ["from_tier", "to_tier", "current_cause", "new_cause"]
    counted = pairs.group_by(by).aggregate(customers=pairs.count().cast("int64"), revenue=pairs.net_revenue_12m.sum())
    return counted.select(*by, "customers", net_revenue_12m=counted.revenue.cast("decimal(18, 2)"))


def largest_falls(pairs: ir.Table, falls: Sequence[tuple[str, str]], *, limit: int) -> ir.Table:
    """The customers with the largest revenue among those who go from one tier to another.

    Grain: at most ``limit`` rows: customer_key, from_tier, to_tier, net_revenue_12m; the largest first, equal ones by key.
    """
    fell = [(pairs.from_tier == was) & (pairs.to_tier == now) for was, now in falls]
    listed = pairs.filter(ibis.or_(*fell)) if fell else pairs.limit(0)
    return (
        listed.select("customer_key", "from_tier", "to_tier", REVENUE)
        .order_by(listed[REVENUE].desc(), listed.customer_key.asc())
        .limit(limit)
    )


def moves_of(rows: Sequence[Mapping[str, object]], *, current: Policy, new: Policy) -> tuple[Move, ...]:
    """Fetched rows of ``count_pairs`` as moves from tier to tier: current tiers from the lowest up, within them new ones."""
    found: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for row in rows:
        pair = (str(row["from_tier"]), str(row["to_tier"]))
        customers, revenue = found.get(pair, (0, Decimal(0)))
        found[pair] = (customers + int(str(row["customers"])), revenue + Decimal(str(row[REVENUE])))
    ordered = sorted(found, key=lambda pair: (_place(current, pair[0]), _place(new, pair[1])))
    return tuple(Move(*pair, direction_of(*pair, current=current, new=new), *found[pair]) for pair in ordered)


def cause_moves_of(rows: Sequence[Mapping[str, object]], *, current: Policy, new: Policy) -> tuple[CauseMove, ...]:
    """Fetched rows of ``count_pairs`` for those who end in different tiers: falls first, most customers first."""
    moved = [
        CauseMove(
            str(row["from_tier"]),
            str(row["to_tier"]),
            direction_of(str(row["from_tier"]), str(row["to_tier"]), current=current, new=new),
            Cause(str(row["current_cause"])),
            Cause(str(row["new_cause"])),
            int(str(row["customers"])),
            Decimal(str(row[REVENUE])),
        )
        for row in rows
    ]
    different = [each for each in moved if each.from_tier != each.to_tier]
    return tuple(sorted(different, key=_largest_falls_first))


_FALLS_FIRST = (Direction.DOWN, Direction.STAY, Direction.UP)


def _largest_falls_first(each: CauseMove) -> tuple[int, int, str, str, str, str]:
    return (_FALLS_FIRST.index(each.direction), -each.customers, each.from_tier, each.to_tier, each.current_cause, each.new_cause)


def rule_lines(policy: Policy) -> tuple[RuleLine, ...]:
    """Every line of a policy: what gains and what keeps each tier from the lowest up, then the caps."""
    return (
        *(line for tier in policy.tiers for line in _lines(RulePart.QUALIFY, tier.slug, tier.qualify)),
        *(line for tier in policy.tiers for line in _lines(RulePart.KEEP, tier.slug, tier.keep)),
        *(RuleLine(RulePart.CAP, cap.at_most, cap.when) for cap in policy.caps),
    )


def count_differences(
    panel: ir.Table, customer: ir.Table, pairs: ir.Table, *, policies: tuple[Policy, Policy], is_new: bool, as_of: date
) -> ir.Table:
    """How the lines of one of the two policies divide those who end in another tier under the other.

    Args:
        panel: insight.customer_metric with the metrics of that policy's rules.
        customer: clean.customer.
        pairs: of ``pair_sides``.
        policies: the current one and the new one.
        is_new: whose lines: those of the new policy, asked about falls, or of the current one, asked about rises.
        as_of: the review.

    Grain: one row: met_0, decides_0, met_1, ... in the order of ``rule_lines``.
    """
    own, other = policies[is_new], policies[not is_new]
    basis = rule_basis(panel, customer, policy=own, as_of=as_of)
    lines = rule_lines(own)
    # Only truth values go through the join: each condition is decided on the basis, whose columns may be many.
    answers = basis.table.select(
        "customer_key", **{f"holds_{number}": holds(line.condition, basis) for number, line in enumerate(lines)}
    )
    placed = pairs.select(
        placed_key="customer_key",
        own_tier=pairs.to_tier if is_new else pairs.from_tier,
        other_tier=pairs.from_tier if is_new else pairs.to_tier,
    )
    table = answers.inner_join(placed, answers.customer_key == placed.placed_key)
    counts: dict[str, ir.Value] = {"everyone": table.count()}
    for number, line in enumerate(lines):
        is_met = table[f"holds_{number}"]
        counts[f"met_{number}"] = _count(is_met)
        if line.tier in {each.slug for each in other.tiers}:
            matters = is_met if line.part is RulePart.CAP else ~is_met
            counts[f"decides_{number}"] = _count(matters & _is_below(table, line, own=own, other=other))
    return table.aggregate(**counts)


def differences_of(row: Mapping[str, object], policy: Policy) -> tuple[LineDifference, ...]:
    """The fetched row of ``count_differences`` for the lines of a policy."""
    found = []
    for number, line in enumerate(rule_lines(policy)):
        decides = row.get(f"decides_{number}")
        found.append(LineDifference(line, int(str(row[f"met_{number}"])), None if decides is None else int(str(decides))))
    return tuple(found)


def _lines(part: RulePart, tier: str, rule: Condition | None) -> Iterator[RuleLine]:
    if rule is not None:
        yield from (RuleLine(part, tier, condition) for condition in lines_of(rule))


def _is_below(table: ir.Table, line: RuleLine, *, own: Policy, other: Policy) -> ir.BooleanValue:
    """Whether the line's own policy leaves the customer short of a tier that the other one gives: the line's tier, or for a cap any above it."""
    beyond = 1 if line.part is RulePart.CAP else 0
    reached = [each.slug for each in other.tiers[other.rank_of(line.tier) + beyond :]]
    short = [each.slug for each in own.tiers[: own.rank_of(line.tier) + beyond]]
    return table.other_tier.isin(reached) & table.own_tier.isin(short) if reached and short else ibis.literal(False)  # noqa: FBT003 - a value


def _count(condition: ir.BooleanValue) -> ir.Value:
    return condition.cast("int64").sum().fill_null(0).cast("int64")


def _place(policy: Policy, tier: str) -> int:
    return next((rank for rank, each in enumerate(policy.tiers) if each.slug == tier), -1)
