"""What do the rules say of every customer at every review of a history? Values become bands, and each set of bands is judged once.

Reads   cells (``review_cells.cells_of``) of whole customers of one range of keys
Writes  the official tiers of a history: one table for each review
Units   as the cells'
Keeps   every customer, from the first review on at which the customer is known
Source  decision 0018

Rules are not evaluated a second way here: a value is only placed between the thresholds, and the record that explains single
customers (``judging``) decides for each set of places that occurs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.metrics.contracts import CONTRACTS_RUNNING
from fenji.analyze.metrics.events import LAST_EVENT
from fenji.analyze.reviews.activity import LAST_ORDER, RHYTHM
from fenji.analyze.reviews.cells import FLAGS, CellPlan, named_column
from fenji.analyze.reviews.columns import Numbers, numbers_in
from fenji.analyze.reviews.deciding import NOWHERE, Flags, Ranks, Said, decided
from fenji.analyze.reviews.values import Values, values_of
from fenji.analyze.reviews.windows import Cells, Windows
from fenji.analyze.rules.bands import BELOW, NO_VALUE, Band, Cut, answer_of, most_answers, shared_bands, sizes_of, typical_facts
from fenji.analyze.rules.judging import CustomerFacts, judge, qualified_tier_of
from fenji.domain.conditions import Condition
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy, ReviewPeriod
from fenji.domain.reviews import LostRule, ReviewOn

_LISTED = 2**20
"""So many sets of bands are kept in a list; where there can be more, those that occur are looked up."""

_LEAST, _MOST = int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max)
_NEVER = int(np.iinfo(np.int32).max)
_SINCE_EVER = int(np.iinfo(np.int32).min)

Override = tuple[Numbers, Ranks]
"""Customers, ascending, and the position of the tier that a person has decided for each."""


def decide_cells(
    plan: CellPlan, overrides: Sequence[Override | None], *, first: int = 0
) -> Callable[[pa.Table], Iterator[pa.Table]]:
    """The batch step that decides a history from cells.

    Args:
        plan: what the cells are, and the reviews.
        overrides: for each review those in force; None where there are none.
        first: the number of the first review that is kept.

    Returns:
        As ``reviews.decide_reviews``, from rows of ``review_cells.cells_of``. About 200 bytes a cell and 200 a customer are
        in use at once.
    """

    def decide(rows: pa.Table) -> Iterator[pa.Table]:
        cells = Cells.of(rows, plan)
        said = _said_by(cells, plan, tuple(overrides))
        return decided(cells.keys, said, first=first)

    return decide


def _said_by(cells: Cells, plan: CellPlan, overrides: tuple[Override | None, ...]) -> Iterator[tuple[ReviewOn, Said]]:
    windows, people = Windows(plan, cells), _People.of(cells, plan)
    ladders = [_Ladder(policy) for policy in plan.policies]
    for number, (review, needed, given) in enumerate(zip(plan.reviews, plan.metrics, overrides, strict=True)):
        values = values_of(needed, windows.at(review.as_of), size=len(cells.keys), as_of=review.as_of)
        of_policy = plan.policy_number(review.policy)
        qualified, kept, cap = ladders[of_policy].ranks(values, people.named[of_policy])
        lost = _lost(values, people.first_seen, plan.lost, review.as_of) if plan.lost.is_on else None
        yield (
            review,
            Said(
                known=people.first_seen <= (review.as_of - date(1970, 1, 1)).days,
                qualified=qualified,
                kept=kept,
                cap=cap,
                override=None if given is None else _at_places(cells.keys, given),
                due=people.due(number) if review.policy.review.every is ReviewPeriod.ANNIVERSARY else None,
                lost=lost,
                revenue=values[REVENUE].numbers,
            ),
        )


@dataclass(frozen=True)
class _People:
    """What does not change from review to review."""

    first_seen: npt.NDArray[np.int32]
    """Days since 1970; long ago where there is no day, never for places that are nobody's."""
    flags: list[Numbers]
    named: list[dict[str, npt.NDArray[np.int64]]]
    """For each policy the places of values that its variants name."""

    @classmethod
    def of(cls, cells: Cells, plan: CellPlan) -> _People:
        size, where = len(cells.keys), cells.people_places
        first_seen = np.full(size, _NEVER, np.int32)
        first_seen[where] = numbers_in(cells.people["first_seen_on"], missing=_SINCE_EVER)

        def placed(name: str) -> Numbers:
            column = np.zeros(size, np.int64)
            column[where] = numbers_in(cells.people[name])
            return column

        flags = [placed(f"due_{number}") for number in range(-(-len(plan.reviews) // FLAGS))]
        named = [
            {column: placed(named_column(number, column)) for column in dict.fromkeys(_named(policy))}
            for number, policy in enumerate(plan.policies)
        ]
        return cls(first_seen, flags, named)

    def due(self, review: int) -> Flags:
        """Whose own day decides at a review."""
        flags = self.flags[review // FLAGS]
        is_due: Flags = (flags >> (review % FLAGS)) & 1 == 1
        return is_due


def _named(policy: Policy) -> Iterator[str]:
    return (column for variant in policy.variants for column in variant.where)


def _lost(values: Mapping[str, Values], first_seen: npt.NDArray[np.int32], rule: LostRule, as_of: date) -> Flags:
    """``activity.is_lost`` for arrays."""
    today = (as_of - date(1970, 1, 1)).days
    silent = np.where(first_seen == _SINCE_EVER, np.nan, today - first_seen.astype(np.float64))
    spans = [values[name] for name in (LAST_ORDER, LAST_EVENT.slug) if name in values]
    active = np.full(len(first_seen), np.nan)
    for span in spans:
        active = np.fmin(active, np.where(span.missing, np.nan, span.doubles()) if span.missing is not None else span.doubles())
    silent = np.where(np.isnan(active), silent, active)
    limit = np.full(len(first_seen), np.nan if rule.after_days is None else float(rule.after_days))
    if rule.after_intervals is not None:
        rhythm = values[RHYTHM]
        own = rhythm.doubles() * float(rule.after_intervals)
        limit = np.where(rhythm.missing, limit, own) if rhythm.missing is not None else own
    lost: Flags = silent > limit
    if CONTRACTS_RUNNING.slug in values:
        lost &= values[CONTRACTS_RUNNING.slug].numbers == 0
    return lost


def _at_places(keys: Numbers, given: Override) -> Ranks:
    """The overrides of the customers who are here, each at its place."""
    customers, ranks = given
    found = np.full(len(keys), NOWHERE, np.int16)
    place = np.searchsorted(keys, customers)
    here = (place < len(keys)) & (keys[np.minimum(place, len(keys) - 1)] == customers) if len(keys) else place < 0
    found[place[here]] = ranks[here]
    return found


@dataclass
class _Ladder:
    """The ranks that a policy gives to each set of bands, judged when a set first occurs."""

    policy: Policy
    _judged: npt.NDArray[np.int16] = field(init=False)
    _found: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is judged yet."""
        self._judged = np.full((3, min(most_answers((self.policy,)), _LISTED)), NOWHERE, np.int16)

    def ranks(self, values: Mapping[str, Values], named: Mapping[str, Numbers]) -> tuple[Ranks, Ranks, Ranks]:
        """Qualified and kept rank of every customer, and the rank above which no cap lets them stand."""
        codes = self._codes(values, named)
        if most_answers((self.policy,)) > _LISTED:
            distinct, inverse = np.unique(codes, return_inverse=True)
            judged, codes = np.array([self._judge(int(code)) for code in distinct], np.int16).reshape(-1, 3).T, inverse
        else:
            for code in np.unique(codes[self._judged[0][codes] == NOWHERE]):
                self._judged[:, code] = self._judge(int(code))
            judged = self._judged
        return judged[0][codes], judged[1][codes], judged[2][codes]

    def _codes(self, values: Mapping[str, Values], named: Mapping[str, Numbers]) -> Numbers:
        """``rule_bands.code_in`` for arrays."""
        bands = {band.key: band for band in shared_bands((self.policy,))}
        size = len(values[REVENUE].numbers)
        is_small = most_answers((self.policy,)) <= np.iinfo(np.int32).max
        codes: Numbers = np.zeros(size, np.int32 if is_small else np.int64)
        for key, count in sizes_of((self.policy,)).items():
            codes *= count
            codes += _band_numbers(values[bands[key].metric], bands[key]) if key in bands else named[key.removeprefix("named_0_")]
        return codes

    def _judge(self, code: int) -> tuple[int, int, int]:
        if code not in self._found:
            (facts,) = typical_facts(answer_of(code, (self.policy,)), (self.policy,))
            keeps = [(rank, tier.keep or tier.qualify) for rank, tier in enumerate(self.policy.tiers)]
            kept = max((rank for rank, rule in keeps if rule is not None and _is_met(rule, facts)), default=0)
            caps = [self.policy.rank_of(cap.at_most) for cap in self.policy.caps if _is_met(cap.when, facts)]
            self._found[code] = qualified_tier_of(self.policy, facts), kept, min([len(self.policy.tiers) - 1, *caps])
        return self._found[code]


def _is_met(rule: Condition, facts: CustomerFacts) -> bool:
    return judge(rule, facts).met


def _band_numbers(values: Values, band: Band) -> npt.NDArray[np.int16]:
    """The number of the band in which every value lies."""
    numbers = np.full(len(values.numbers), BELOW, np.int16)
    for cut in band.cuts:
        numbers += _is_above(values, cut)
    if values.missing is not None:
        numbers[values.missing] = NO_VALUE
    return numbers


def _is_above(values: Values, cut: Cut) -> Flags:
    """Exact for whole numbers; a double is compared with the double nearest to the threshold, as the engines do."""
    number, is_beyond = cut
    if values.decimals is None:
        above: Flags = values.numbers > float(number) if is_beyond else values.numbers >= float(number)
        return above
    units = number.scaleb(values.decimals)
    first = units.to_integral_value(ROUND_FLOOR) + 1 if is_beyond else units.to_integral_value(ROUND_CEILING)
    reached: Flags = values.numbers >= min(max(int(first), _LEAST), _MOST)
    return reached
