"""What would other thresholds change, counted from cells alone? Two policies side by side in the time of a moving slider.

Reads   insight.whatif_step, insight.whatif_cell
Writes  nothing stored
Units   money in the workspace's currency, summed in whole cents
Keeps   every customer of the cells, exactly once
Source  decision 0059; the same comparison as ``comparing`` makes from the customers (held by a test)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fenji.analyze.rules.bands import BELOW, CUTS_OF, NO_VALUE, Band, Cut, shared_bands
from fenji.analyze.whatif.alike import first_review_rules
from fenji.analyze.whatif.cells import NotByCells, beyond_cells
from fenji.analyze.whatif.comparing import (
    CapEffect,
    LineEffect,
    Move,
    PolicyComparison,
    PolicySide,
    TierSide,
    direction_of,
    lines_of,
)
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy

Places: TypeAlias = npt.NDArray[np.int64]
Answers: TypeAlias = npt.NDArray[np.bool_]
Sums: TypeAlias = npt.NDArray[np.float64]

_EXACT = 2**53
"""Whole numbers up to which sums of doubles are exact."""
_HALF = 2**26
_MOST_DENSE = 2_000_000
"""Groups up to which each possible one has a place of its own; beyond, those that occur are looked for."""


@dataclass(frozen=True)
class Cells:
    """The cells of one review in memory."""

    cuts: Mapping[str, tuple[Cut, ...]]
    """Metric -> its steps, ascending, metrics in their places."""
    digits: Mapping[str, npt.NDArray[np.int16]]
    """Metric -> how many steps each cell has passed, plus one; 0 without a value."""
    customers: Sums
    """Of each cell."""
    cents: tuple[Sums, ...]
    """Revenue of each cell in whole cents, as parts whose sums are exact in doubles."""

    @classmethod
    def of(cls, table: pa.Table, cuts: Mapping[str, tuple[Cut, ...]]) -> Cells:
        """The rows of insight.whatif_cell of one review."""
        rest = table["cell"].to_numpy()
        digits = {}
        for metric, found in reversed(list(cuts.items())):
            rest, digit = np.divmod(rest, len(found) + 2)
            digits[metric] = digit.astype(np.int16)
        scaled = pc.multiply(table[REVENUE], pa.scalar(Decimal(100), pa.decimal128(3, 0)))
        cents = scaled.cast(pa.int64()).to_numpy()
        return cls(cuts, digits, table["customers"].to_numpy().astype(np.float64), _parts(cents))

    def why_not(self, policies: Sequence[Policy]) -> NotByCells | None:
        """What of some policies these cells cannot answer; None: nothing."""
        reasons = [reason for each in policies if (reason := beyond_cells(each))]
        if reasons:
            return reasons[0]
        bands = shared_bands([first_review_rules(each) for each in policies])
        if any(band.metric not in self.cuts for band in bands):
            return NotByCells.OTHER_METRIC
        is_between = any(not set(band.cuts) <= set(self.cuts[band.metric]) for band in bands)
        return NotByCells.OTHER_THRESHOLD if is_between else None

    def passed(self, band: Band) -> npt.NDArray[np.int16]:
        """For each number of steps passed, how many cuts of a band are: as the band itself would be numbered."""
        steps = {cut: number for number, cut in enumerate(self.cuts[band.metric], BELOW + 1)}
        numbers = [steps[cut] for cut in band.cuts]
        found = np.searchsorted(numbers, np.arange(len(steps) + 2), side="right") + BELOW
        found[NO_VALUE] = NO_VALUE
        return found.astype(np.int16)


@dataclass(frozen=True)
class CellTrial:
    """Two policies over the cells; ``Cells.why_not`` has said that they can be."""

    cells: Cells
    current: Policy
    new: Policy

    @cached_property
    def comparison(self) -> PolicyComparison:
        """Who would stand where, as ``comparing.compare_policies`` says it."""
        groups = self._groups
        now, then = (_Side(each, groups, groups.ranks(each)) for each in (self.current, self.new))
        customers, revenue = groups.total(np.ones(len(groups.customers), bool))
        moves = tuple(_moves(now, then))
        return PolicyComparison(customers, revenue, now.told(then, customers), then.told(now, customers), moves, {})

    def by_tier(self, metric: str, edges: Sequence[Cut]) -> npt.NDArray[np.int64]:
        """Customers by how many edges, which must be steps, their value has passed (plus one; 0: no value), and by rank under the new policy."""
        tiers = len(self.new.tiers)
        bars = self.cells.passed(Band(metric, tuple(edges), metric))[self.cells.digits[metric]]
        ranks = self._groups.ranks(self.new)[self._group_of_cell]
        counted = np.bincount(
            bars.astype(np.int64) * tiers + ranks, weights=self.cells.customers, minlength=(len(edges) + 2) * tiers
        )
        return counted.astype(np.int64).reshape(-1, tiers)

    @cached_property
    def _bands(self) -> tuple[Band, ...]:
        return shared_bands([first_review_rules(each) for each in (self.current, self.new)])

    @cached_property
    def _codes(self) -> Places:
        """Which group each cell belongs to: its bands as digits of one number."""
        code = np.zeros(len(self.cells.customers), np.int64)
        for band in self._bands:
            code *= len(band.cuts) + 2
            code += self.cells.passed(band)[self.cells.digits[band.metric]]
        return code

    @cached_property
    def _occurring(self) -> tuple[Places, Places]:
        """The groups that occur, and for each cell which of them it is in."""
        most = int(np.prod([len(band.cuts) + 2 for band in self._bands], dtype=object))
        if most > _MOST_DENSE:
            found, places = np.unique(self._codes, return_inverse=True)
            return found, places
        is_there = np.zeros(most, bool)
        is_there[self._codes] = True
        number = np.cumsum(is_there) - 1
        return np.flatnonzero(is_there), number[self._codes]

    @property
    def _group_of_cell(self) -> Places:
        return self._occurring[1]

    @cached_property
    def _groups(self) -> _Groups:
        codes, places = self._occurring
        columns = (self.cells.customers, *self.cells.cents)
        sums: list[Sums] = [np.bincount(places, each, len(codes)).astype(np.float64) for each in columns]
        numbers: dict[str, Places] = {}
        for band in reversed(self._bands):
            codes, numbers[band.metric] = np.divmod(codes, len(band.cuts) + 2)
        return _Groups({band.metric: band for band in self._bands}, numbers, sums[0], tuple(sums[1:]))


@dataclass(frozen=True)
class _Groups:
    """Customers whom neither policy can tell apart, as arrays with one place per group."""

    bands: Mapping[str, Band]
    numbers: Mapping[str, Places]
    customers: Sums
    cents: tuple[Sums, ...]

    def count(self, chosen: Answers) -> int:
        return int(self.customers[chosen].sum())

    def total(self, chosen: Answers) -> tuple[int, Decimal]:
        cents = sum(int(each[chosen].sum()) for each in self.cents)
        return self.count(chosen), Decimal(cents).scaleb(-2)

    def ranks(self, policy: Policy) -> Places:
        """The tier of each group at a first review."""
        found = self.qualified(policy)
        for cap in policy.caps:
            found = np.where(self.meets(cap.when), np.minimum(found, policy.rank_of(cap.at_most)), found)
        return found

    def qualified(self, policy: Policy) -> Places:
        found = np.zeros(len(self.customers), np.int64)
        for rank, tier in enumerate(policy.tiers):
            if tier.qualify is not None:
                found[self.meets(tier.qualify)] = rank
        return found

    def meets(self, condition: Condition) -> Answers:
        """Which groups meet a condition, as ``judging.judge`` decides it for one customer."""
        match condition:
            case Group(junction, parts):
                joined: Any = np.logical_and if junction is Junction.ALL else np.logical_or
                neutral = np.full(len(self.customers), junction is Junction.ALL)
                answers: Answers = reduce(joined, (self.meets(part) for part in parts), neutral)
            case Presence(metric, is_null):
                answers = (self.numbers[metric] == NO_VALUE) == is_null
            case Comparison():
                answers = self._compared(condition, self.numbers[condition.metric])
            case TopShare():
                message = f"{condition} cannot be decided from cells"
                raise AssertionError(message)
        return answers

    def _compared(self, condition: Comparison, numbers: Places) -> Answers:
        cuts = self.bands[condition.metric].cuts
        is_known = numbers != NO_VALUE
        above: list[Answers] = [
            numbers > BELOW + cuts.index((condition.number, is_beyond)) for is_beyond in CUTS_OF[condition.operator]
        ]
        answers = above[0] & ~above[-1] if len(above) > 1 else above[0]
        is_turned = condition.operator in (Operator.AT_MOST, Operator.LESS_THAN, Operator.NOT_EQUAL)
        return is_known & ~answers if is_turned else answers


@dataclass(frozen=True)
class _Side:
    """One of the two policies over the groups."""

    policy: Policy
    groups: _Groups
    ranks: Places

    def told(self, other: _Side, everyone: int) -> PolicySide:
        tiers = []
        for rank, tier in enumerate(self.policy.tiers):
            customers, revenue = self.groups.total(self.ranks == rank)
            tiers.append(TierSide(tier, customers, customers / everyone if everyone else None, revenue))
        lines = [line for rank in range(len(self.policy.tiers)) for line in self._lines(rank, other)]
        return PolicySide(self.policy, tuple(tiers), tuple(lines), tuple(self._caps()))

    def _lines(self, rank: int, other: _Side) -> Iterator[LineEffect]:
        tier = self.policy.tiers[rank]
        if tier.qualify is None:
            return
        lines = lines_of(tier.qualify)
        answers = [self.groups.meets(line) for line in lines]
        met: Any = sum((each.astype(np.int64) for each in answers), np.zeros(len(self.ranks), np.int64))
        is_in_both = tier.slug in {each.slug for each in other.policy.tiers}
        is_changed = (self.ranks < rank) & (other.ranks >= other.policy.rank_of(tier.slug)) if is_in_both else None
        for line, answer in zip(lines, answers, strict=True):
            yield LineEffect(
                tier.slug,
                line,
                self.groups.count(answer),
                self.groups.count(~answer & (met == len(lines) - 1)),
                None if is_changed is None else self.groups.count(is_changed & ~answer),
            )

    def _caps(self) -> Iterator[CapEffect]:
        qualified = self.groups.qualified(self.policy)
        for cap in self.policy.caps:
            bound = self.groups.meets(cap.when) & (qualified > self.policy.rank_of(cap.at_most))
            yield CapEffect(cap.when, cap.at_most, cap.why, self.groups.count(bound))


def _moves(now: _Side, then: _Side) -> Iterable[Move]:
    current, new = now.policy, then.policy
    for before, old in enumerate(current.tiers):
        for after, young in enumerate(new.tiers):
            chosen = (now.ranks == before) & (then.ranks == after)
            if chosen.any():
                direction = direction_of(old.slug, young.slug, current=current, new=new)
                yield Move(old.slug, young.slug, direction, *now.groups.total(chosen))


def _parts(cents: Places) -> tuple[Sums, ...]:
    """Whole numbers as doubles whose sums are exact: one part, or two where there is very much money."""
    if float(np.abs(cents.astype(np.float64)).sum()) < _EXACT:
        return (cents.astype(np.float64),)
    high = cents // _HALF
    return ((high * _HALF).astype(np.float64), (cents - high * _HALF).astype(np.float64))
