"""What happens to every customer at one review? What was decided before meets what the rules say now, in arrays of one place per customer.

Source  DESIGN section 6, steps 1 to 7; decision 0017
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.domain.policies import Cause, Downgrade, Policy
from fenji.domain.reviews import ReviewOn, rank_in
from fenji.tables.insight import TIER_ASSIGNMENT

NOWHERE = -1
"""The rank of those who stand in no tier: not known yet, or lost; and of those for whom nobody has decided a tier."""

_CAUSES = tuple(Cause)
_CODE = {cause: np.int8(number) for number, cause in enumerate(_CAUSES)}
_NOBODY = np.int8(-1)

Ranks = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass
class State:
    """What has been decided about every customer so far."""

    rank: Ranks
    since: Ints
    """Days since 1970."""
    grace: Ints
    hold: Ints
    seen: Flags
    cause: npt.NDArray[np.int8]

    @classmethod
    def of_nobody(cls, size: int) -> State:
        """Nobody has been seen yet."""
        return cls(
            rank=np.full(size, NOWHERE, np.int16),
            since=np.zeros(size, np.int32),
            grace=np.zeros(size, np.int32),
            hold=np.zeros(size, np.int32),
            seen=np.zeros(size, np.bool_),
            cause=np.zeros(size, np.int8),
        )


@dataclass(frozen=True)
class Said:
    """What the rules say of every customer at one review."""

    known: Flags
    qualified: Ranks
    kept: Ranks
    cap: Ranks
    override: Ranks | None
    """-1 for those who have none; None where nobody has one."""
    due: Flags | None
    """None: everybody's review is due."""
    lost: Flags | None
    """None: nobody is."""
    revenue: Numbers
    """Revenue of twelve months in cents."""


def decided(keys: Numbers, said: Iterable[tuple[ReviewOn, Said]], *, first: int = 0) -> Iterator[pa.Table]:
    """Decides review after review, and gives a table of insight.tier_assignment for each that is kept: a row for every customer who is known.

    Args:
        keys: the customer of each place.
        said: what the rules say at each review, the earliest first.
        first: the number of the first review that is kept; those before it are decided all the same, since tiers follow one another.
    """
    state, earlier = State.of_nobody(len(keys)), None
    for number, (review, rules) in enumerate(said):
        _decide_one(state, rules, review, earlier or review.policy)
        if number >= first:
            yield _assignment(keys, state, rules, review)
        earlier = review.policy


def _decide_one(state: State, said: Said, review: ReviewOn, earlier: Policy) -> None:
    """One review of everyone, in the steps of DESIGN section 6."""
    policy, today = review.policy, np.int32((review.as_of - date(1970, 1, 1)).days)
    present, is_renamed, is_demoted = _on_this_ladder(state.rank, earlier, policy)
    nobody = np.zeros(len(present), np.bool_)
    lost, due = nobody if said.lost is None else said.lost, ~nobody if said.due is None else said.due
    active = said.known & ~lost
    stands = present != NOWHERE
    grace_at_start, hold_at_start = np.int32(policy.review.grace_reviews), np.int32(policy.review.hold_reviews)

    arrives = active & ~stands
    overridden = nobody if said.override is None else active & (said.override != NOWHERE)
    ruled = active & stands & ~overridden
    rises = ruled & (said.qualified > present)
    rest = ruled & ~rises
    keeps = rest & ((said.qualified == present) | (said.kept >= present))
    falls = rest & ~keeps
    held = falls & (~due | (state.hold > 0))
    graced = falls & ~held & (state.grace > 0)
    drops = falls & ~held & ~graced

    earned = np.where(arrives | rises, said.qualified, present)
    lowest = np.maximum(said.qualified, said.kept)
    np.copyto(earned, np.maximum(present - 1, lowest) if policy.review.downgrade is Downgrade.ONE_STEP else lowest, where=drops)
    if said.override is not None:
        np.copyto(earned, said.override, where=overridden)
    rank = np.where(active, np.minimum(earned, said.cap), np.int16(NOWHERE))
    capped = active & (rank < earned)

    starts = active & (arrives | is_renamed | (rank != present))
    goes = said.known & lost
    is_first_loss = goes & (stands | ~state.seen)
    # A tier that a person has decided lasts as long as that person said, and is not held beyond.
    hold = np.where(starts, np.where(overridden & ~capped, np.int32(0), hold_at_start), np.maximum(state.hold - due, 0))
    grace = np.where((graced | held) & ~starts, state.grace - graced, grace_at_start)
    state.hold, state.grace = hold * active, grace * active
    # A new array each time: those of the review before may still be on their way to the disk.
    state.since = np.where(starts | is_first_loss, today, state.since)
    state.cause = _cause(
        (graced, Cause.GRACE),
        (held, Cause.HELD),
        (keeps, Cause.KEPT),
        (drops | is_demoted, Cause.DOWNGRADE),
        (rises, Cause.UPGRADE),
        (arrives, Cause.NEW),
        (arrives & state.seen, Cause.RETURNED),
        (overridden, Cause.OVERRIDE),
        (capped, Cause.CAP),
        (goes, Cause.LOST),
    )
    state.rank = rank
    state.seen = state.seen | said.known


def _cause(*cases: tuple[Flags, Cause]) -> npt.NDArray[np.int8]:
    """The last cause that applies to each customer."""
    cause = np.full(len(cases[0][0]), _NOBODY)
    for applies, each in cases:
        np.copyto(cause, _CODE[each], where=applies)
    return cause


def _on_this_ladder(rank: Ranks, earlier: Policy, policy: Policy) -> tuple[Ranks, Flags, Flags]:
    """Ranks of the version before as ranks of this one; whose tier has another name now; whose tier is gone, so that a lower one is left."""
    if earlier is policy or [each.slug for each in earlier.tiers] == [each.slug for each in policy.tiers]:
        nobody = np.zeros(len(rank), np.bool_)
        return rank, nobody, nobody
    new = np.array([*(rank_in(policy, each.slug, earlier) for each in earlier.tiers), NOWHERE], np.int16)
    names = [policy.tiers[position].slug for position in new[:-1]]
    renamed = np.array([*(was.slug != name for was, name in zip(earlier.tiers, names, strict=True)), False])
    old = {each.slug for each in earlier.tiers}
    demoted = renamed & np.array([*(name in old for name in names), False])
    return new[rank], renamed[rank], demoted[rank]


def _assignment(keys: Numbers, state: State, said: Said, review: ReviewOn) -> pa.Table:
    """The decisions about those who are known, in the shape of the contract, texts dictionary-encoded."""
    here = np.flatnonzero(said.known)

    def of_known(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if len(here) == len(values) else values[here]

    found = of_known(keys)
    rank = of_known(state.rank)
    stands = rank != NOWHERE
    slugs = [tier.slug for tier in review.policy.tiers]
    today, one = (review.as_of - date(1970, 1, 1)).days, np.zeros(len(found), np.int8)
    columns = {
        "customer_key": pa.array(found),
        "as_of": pa.array(np.full(len(found), today, np.int32)).cast(pa.date32()),
        "tier": _chosen(slugs, rank),
        "qualified_tier": _chosen(slugs, np.where(stands, of_known(said.qualified), np.int16(NOWHERE))),
        "kept_tier": _chosen(slugs, np.where(stands, of_known(said.kept), np.int16(NOWHERE))),
        "since_on": pa.array(of_known(state.since)).cast(pa.date32()),
        "policy": _chosen([review.policy.slug], one),
        "version": pa.array(np.full(len(found), review.policy.version, np.int64)),
        "cause": _chosen([each.value for each in _CAUSES], of_known(state.cause)),
        "grace_left": pa.array(of_known(state.grace).astype(np.int64)),
        "hold_left": pa.array(of_known(state.hold).astype(np.int64)),
        "net_revenue_12m": _money(of_known(said.revenue)),
    }
    return pa.table({name: columns[name] for name in TIER_ASSIGNMENT.schema.names})


def _chosen(values: list[str], number: npt.NDArray[Any]) -> pa.Array:
    """A text for each row, kept as the few different ones and their numbers; null for -1."""
    nowhere = number == NOWHERE
    numbers = pa.array(number.astype(np.int32), mask=nowhere if nowhere.any() else None)
    return pa.DictionaryArray.from_arrays(numbers, pa.array(values))


def _money(cents: Numbers) -> pa.Array:
    """Cents as decimal(18, 2), without a loop: 128 bits are the number and its sign."""
    words = np.empty((len(cents), 2), np.int64)
    words[:, 0], words[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(words)])
