"""Where does every customer officially stand, review after review? What was decided before meets what the rules say now.

Reads   standings of every review (``tiers.standing_at``), whole customers of one range of keys
Writes  the official tiers of a history: one row per standing
Units   money in the workspace's currency; days are calendar days
Keeps   every standing, exactly once; a customer has no row before being known
Source  DESIGN section 6, steps 1 to 7; decision 0017

All customers of a range are decided at once, in arrays of one column per customer; the only loop runs over the reviews.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.domain.policies import Cause, Downgrade, Policy
from fenji.domain.reviews import ReviewOn, rank_in
from fenji.tables.insight import MONEY, TIER_ASSIGNMENT

STANDING = ibis.schema(
    {
        "customer_key": "int64",
        "review": "int16",
        "qualified_rank": "int16",
        "kept_rank": "int16",
        "cap_rank": "int16",
        "override_rank": "int16",
        "is_due": "boolean",
        "is_lost": "boolean",
        "net_revenue_12m": MONEY,
    }
)
"""What the decision is given for each customer and review; the number of the review counts from 0."""

BEFORE = ibis.schema({"tier_before": "string", "since_before": "date", "grace_before": "int64", "hold_before": "int64"})
"""What was decided at the review before the first one, on its rows; no day: the customer was not known then."""

_CAUSES = tuple(Cause)
_CODE = {cause: np.int8(number) for number, cause in enumerate(_CAUSES)}
_NOWHERE = -1
"""The rank of those who stand in no tier: not known yet, or lost."""

_SPARE_PLACES = 100_000
"""Places of a range that may stay empty."""

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass
class _State:
    """What has been decided about every customer of the range so far: one place per customer."""

    rank: Ints
    since: Ints
    """Days since 1970."""
    grace: Ints
    hold: Ints
    seen: Flags
    cause: npt.NDArray[np.int8]


@dataclass(frozen=True)
class _Rules:
    """What the rules say of every customer at one review: one place per customer; -1 where there is no override."""

    known: Flags
    qualified: Ints
    kept: Ints
    cap: Ints
    override: Ints
    due: Flags
    lost: Flags


def decide_reviews(reviews: Sequence[ReviewOn], before: ReviewOn | None = None) -> Callable[[pa.Table], pa.Table]:
    """The batch step that decides a history.

    Args:
        reviews: every review, the earliest first, each with the policy version in force on its day.
        before: the review whose decisions the standings of the first one carry (``with_decisions_before``); None: there was none.

    Returns:
        A function from standings (columns of ``STANDING``, and with ``before`` those of ``BEFORE``) of whole customers, in
        any order, to their rows of insight.tier_assignment, texts dictionary-encoded. It knows nothing but its
        arguments, so it can run anywhere.
    """
    plan = tuple(reviews)

    def decide(standings: pa.Table) -> pa.Table:
        return _decide(standings, plan, before)

    return decide


def with_decisions_before(first: ir.Table, assignment: ir.Table) -> ir.Table:
    """The standings of the first review of a history with what was decided at the review before it.

    Grain and keeps: those of ``first``; its columns and those of ``BEFORE``.
    """
    decided = assignment.select(
        decided_key="customer_key",
        tier_before="tier",
        since_before="since_on",
        grace_before="grace_left",
        hold_before="hold_left",
    )
    return first.left_join(decided, first.customer_key == decided.decided_key).drop("decided_key")


def without_decisions_before(standing: ir.Table) -> ir.Table:
    """The standings of a later review in the shape of the first one's, so that they can be put together."""
    return standing.mutate(**{name: ibis.null(kind) for name, kind in BEFORE.items()})


def _decide(standings: pa.Table, reviews: tuple[ReviewOn, ...], before: ReviewOn | None) -> pa.Table:
    # Review by review, so that the rows of one are a slice, and that the rows which are stored together stand together.
    rows = standings.combine_chunks().take(pa.array(np.argsort(standings["review"].to_numpy(), kind="stable")))
    number = rows["review"].to_numpy()
    ends = np.searchsorted(number, np.arange(len(reviews)), side="right")
    place, size = _places(rows["customer_key"].to_numpy())
    state = _state_before(rows, place, size, before)
    decided = {name: np.zeros(len(rows), np.int32) for name in ("rank", "since", "grace", "hold", "cause")}
    earlier, begin = before.policy if before else reviews[0].policy, 0
    for each, end in zip(reviews, ends, strict=True):
        here = place[begin:end]
        _decide_one(state, _rules_of(rows.slice(begin, end - begin), here, size), each, earlier)
        for name, column in decided.items():
            column[begin:end] = getattr(state, name)[here]
        earlier, begin = each.policy, end
    return _assignment(rows, number, decided, reviews)


def _places(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], int]:
    """A place in the arrays for every row's customer, and the number of places. Keys are dense as a rule, and then need no sorting."""
    if len(keys) and (span := int(keys.max() - keys.min()) + 1) <= _SPARE_PLACES + len(keys):
        return keys - keys.min(), span
    known, place = np.unique(keys, return_inverse=True)
    return place, len(known)


def _decide_one(state: _State, rules: _Rules, review: ReviewOn, earlier: Policy) -> None:
    """One review of everyone, in the steps of DESIGN section 6."""
    policy, today = review.policy, np.int32((review.as_of - date(1970, 1, 1)).days)
    present, is_renamed, is_demoted = _on_this_ladder(state.rank, earlier, policy)
    active = rules.known & ~rules.lost
    stands = present != _NOWHERE
    grace_at_start, hold_at_start = np.int32(policy.review.grace_reviews), np.int32(policy.review.hold_reviews)

    arrives = active & ~stands
    overridden = active & (rules.override != _NOWHERE)
    rises = active & stands & ~overridden & (rules.qualified > present)
    rest = active & stands & ~overridden & ~rises
    keeps = rest & ((rules.qualified == present) | (rules.kept >= present))
    falls = rest & ~keeps
    held = falls & (~rules.due | (state.hold > 0))
    graced = falls & ~held & (state.grace > 0)
    drops = falls & ~held & ~graced

    lowest = np.maximum(rules.qualified, rules.kept)
    landing = np.maximum(present - 1, lowest) if policy.review.downgrade is Downgrade.ONE_STEP else lowest
    earned = np.select([overridden, arrives | rises, drops], [rules.override, rules.qualified, landing], default=present)
    rank = np.where(active, np.minimum(earned, rules.cap), _NOWHERE).astype(np.int32)
    capped = active & (rank < earned)

    starts = active & (arrives | is_renamed | (rank != present))
    goes = rules.known & rules.lost
    is_first_loss = goes & (stands | ~state.seen)
    passed = np.maximum(state.hold - rules.due, 0)
    # A tier that a person has decided lasts as long as that person said, and is not held beyond.
    state.hold = np.select([~active, starts & overridden & ~capped, starts], [0, 0, hold_at_start], default=passed).astype(
        np.int32
    )
    state.grace = np.select(
        [~active, graced & ~starts, held & ~starts], [0, state.grace - 1, state.grace], default=grace_at_start
    ).astype(np.int32)
    state.since = np.where(starts | is_first_loss, today, state.since).astype(np.int32)
    state.cause = _cause(
        (goes, Cause.LOST),
        (capped, Cause.CAP),
        (overridden, Cause.OVERRIDE),
        (arrives & state.seen, Cause.RETURNED),
        (arrives, Cause.NEW),
        (rises, Cause.UPGRADE),
        (drops | is_demoted, Cause.DOWNGRADE),
        (keeps, Cause.KEPT),
        (held, Cause.HELD),
        (graced, Cause.GRACE),
    )
    state.rank = rank
    state.seen |= rules.known


def _cause(*cases: tuple[Flags, Cause]) -> npt.NDArray[np.int8]:
    """The first cause that applies to each customer."""
    conditions, causes = zip(*cases, strict=True)
    return np.select(conditions, [_CODE[each] for each in causes], default=np.int8(_NOWHERE)).astype(np.int8)


def _on_this_ladder(rank: Ints, earlier: Policy, policy: Policy) -> tuple[Ints, Flags, Flags]:
    """Ranks of the version before as ranks of this one; whose tier has another name now; whose tier is gone, so that a lower one is left."""
    if earlier is policy or [each.slug for each in earlier.tiers] == [each.slug for each in policy.tiers]:
        nobody = np.zeros(len(rank), np.bool_)
        return rank, nobody, nobody
    new = np.array([*(rank_in(policy, each.slug, earlier) for each in earlier.tiers), _NOWHERE], np.int32)
    names = [policy.tiers[position].slug for position in new[:-1]]
    renamed = np.array([*(was.slug != name for was, name in zip(earlier.tiers, names, strict=True)), False])
    old = {each.slug for each in earlier.tiers}
    demoted = renamed & np.array([*(name in old for name in names), False])
    return new[rank], renamed[rank], demoted[rank]


def _state_before(standings: pa.Table, place: npt.NDArray[np.int64], size: int, before: ReviewOn | None) -> _State:
    """Nobody has been seen, or what the rows of the first review carry from the one before."""
    state = _State(
        rank=np.full(size, _NOWHERE, np.int32),
        since=np.zeros(size, np.int32),
        grace=np.zeros(size, np.int32),
        hold=np.zeros(size, np.int32),
        seen=np.zeros(size, np.bool_),
        cause=np.zeros(size, np.int8),
    )
    if before is None:
        return state
    carried = standings["since_before"].is_valid().to_numpy()
    rows, where = standings.filter(pa.array(carried)), place[carried]
    ranks = {tier.slug: rank for rank, tier in enumerate(before.policy.tiers)}
    state.rank[where] = [_NOWHERE if tier is None else ranks[tier] for tier in rows["tier_before"].to_pylist()]
    state.since[where] = rows["since_before"].cast(pa.int32()).to_numpy()
    state.grace[where], state.hold[where] = rows["grace_before"].to_numpy(), rows["hold_before"].to_numpy()
    state.seen[where] = True
    return state


def _rules_of(rows: pa.Table, where: npt.NDArray[np.int64], size: int) -> _Rules:
    """The rows of one review, each at its customer's place."""

    def ranks(name: str) -> Ints:
        column = np.full(size, _NOWHERE, np.int32)
        column[where] = rows[name].fill_null(_NOWHERE).to_numpy()
        return column

    def flags(column: Any) -> Flags:  # noqa: ANN401 - one value for all rows, or one for each
        placed = np.zeros(size, np.bool_)
        placed[where] = column
        return placed

    return _Rules(
        flags(column=True),
        ranks("qualified_rank"),
        ranks("kept_rank"),
        ranks("cap_rank"),
        ranks("override_rank"),
        flags(rows["is_due"].to_numpy()),
        flags(rows["is_lost"].to_numpy()),
    )


def _assignment(
    standings: pa.Table, number: npt.NDArray[np.int16], found: dict[str, Ints], reviews: tuple[ReviewOn, ...]
) -> pa.Table:
    """The decisions beside the standings they were made for, in the shape of the contract."""
    stands = found["rank"] != _NOWHERE
    ranks = {"tier": found["rank"]}
    for name in ("qualified", "kept"):
        ranks[f"{name}_tier"] = np.where(stands, standings[f"{name}_rank"].to_numpy(), _NOWHERE)
    days = np.array([(each.as_of - date(1970, 1, 1)).days for each in reviews], np.int32)
    columns = {
        "customer_key": standings["customer_key"],
        "as_of": pa.array(days[number]).cast(pa.date32()),
        **{name: _slugs(column, number, reviews) for name, column in ranks.items()},
        "since_on": pa.array(found["since"], pa.int32()).cast(pa.date32()),
        "policy": _chosen(pa.array([each.policy.slug for each in reviews]), number),
        "version": pa.array(np.array([each.policy.version for each in reviews], np.int64)[number]),
        "cause": _chosen(pa.array([each.value for each in _CAUSES]), found["cause"]),
        "grace_left": pa.array(found["grace"], pa.int64()),
        "hold_left": pa.array(found["hold"], pa.int64()),
        "net_revenue_12m": standings["net_revenue_12m"],
    }
    return pa.table({name: columns[name] for name in TIER_ASSIGNMENT.schema.names})


def _slugs(ranks: Any, number: npt.NDArray[np.int16], reviews: tuple[ReviewOn, ...]) -> pa.Array:  # noqa: ANN401 - numpy's integers of any width
    """The names of tiers by the ladder of each row's review; null for nowhere."""
    ladders = [[tier.slug for tier in each.policy.tiers] for each in reviews]
    names = list(dict.fromkeys(slug for ladder in ladders for slug in ladder))
    # One line per review, and a last column for nowhere, which is found by -1.
    places = np.full((len(ladders), max(len(ladder) for ladder in ladders) + 1), _NOWHERE, np.int32)
    for review, ladder in enumerate(ladders):
        places[review, : len(ladder)] = [names.index(slug) for slug in ladder]
    return _chosen(pa.array(names), places[number, ranks])


def _chosen(values: pa.Array, index: npt.NDArray[Any]) -> pa.Array:
    """A value for each row, kept as the few different ones and their numbers; null for -1."""
    numbers = pa.array(index.astype(np.int32, copy=False), mask=index == _NOWHERE)
    return pa.DictionaryArray.from_arrays(numbers, values)
