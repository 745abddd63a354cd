"""Which rules follow from the frequent sets, how strong are they, and which say no more than a shorter one?

With n orders, a of them with the left side, c with the right side and b with both:
support = b / n, confidence = b / a, lift = n b / (a c), leverage = b / n - a c / n^2, conviction = (1 - c / n) / (1 - b / a)
(Agrawal, Imielinski, Swami 1993; Brin, Motwani, Ullman, Tsur 1997; Piatetsky-Shapiro 1991). A conviction is infinite where the left side never
stands without the right one; it is then null. The interval of a lift is that of its logarithm by the delta method, orders taken as independent:
variance = 1/b - 1/a - 1/c + 2 b / (a c) - 1/n, times the orders per customer among the b (the design effect of whole clusters, Kish 1965). How sure a rule is, is said by the log-likelihood ratio of its table of two by two (Dunning 1993):
it weighs a large lift on few orders against a small one on many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fenji.analyze.baskets.counting import padded
from fenji.analyze.baskets.itemsets import Found, Ints, SmallInts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Z_95 = 1.959963984540054
"""Standard deviations on either side of an interval of 95 %."""


@dataclass(frozen=True)
class Rules:
    """Rules with one item on the right side."""

    antecedents: SmallInts
    """One row per rule, items ascending, -1 behind the last one."""
    consequents: SmallInts
    antecedent_counts: Ints
    consequent_counts: Ints
    both_counts: Ints

    def __len__(self) -> int:
        return len(self.consequents)

    def only(self, chosen: Flags | Ints) -> Rules:
        """Some of the rules, by flags or by places."""
        return Rules(
            self.antecedents[chosen],
            self.consequents[chosen],
            self.antecedent_counts[chosen],
            self.consequent_counts[chosen],
            self.both_counts[chosen],
        )


@dataclass(frozen=True)
class Measures:
    """How strong rules are; NaN where a number does not exist, such as a confidence where the left side never occurs."""

    support: Floats
    confidence: Floats
    lift: Floats
    leverage: Floats
    conviction: Floats
    """Infinite where the left side never stands without the right one."""
    lift_lower: Floats
    lift_upper: Floats
    log_variance: Floats


def rules_in(found: Found, *, max_antecedents: int) -> tuple[Rules, Flags]:
    """Every rule that the sets allow, and whether a more general one makes it redundant.

    A rule is redundant where a rule with fewer items on its left side and the same right side has at least its confidence
    (Bayardo, Agrawal, Gunopulos 2000); compared in whole numbers.
    """
    index = _Index(found)
    parts: list[tuple[Rules, Flags]] = []
    for sets in found.by_size[1 : max_antecedents + 1]:
        for place in range(sets.members.shape[1]):
            left = np.delete(sets.members, place, axis=1)
            right = sets.members[:, place]
            own = Rules(padded([left], max_antecedents), right, index.counts(left), index.counts(right[:, None]), sets.counts)
            parts.append((own, _redundant(own, left, index)))
    if not parts:
        none = np.empty(0, np.int64)
        return Rules(np.empty((0, max_antecedents), np.int32), none.astype(np.int32), none, none, none), none.astype(bool)
    return _together([each[0] for each in parts]), np.concatenate([each[1] for each in parts])


def measure(rules: Rules, orders: Ints | int, *, customers: Ints | None = None) -> Measures:
    """The strength of each rule.

    Args:
        rules: the rules with their counts.
        orders: how many orders there are.
        customers: different customers behind the orders with both sides; the orders of one customer then tell as much as one order. None: every
            order tells something of its own.
    """
    n, a, c, b = (
        np.asarray(each, np.float64) for each in (orders, rules.antecedent_counts, rules.consequent_counts, rules.both_counts)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        support, confidence, lift = b / n, b / a, n * b / (a * c)
        conviction = (1 - c / n) / (1 - confidence)
        conviction = np.where(b == a, np.where(a > 0, np.inf, np.nan), conviction)
        variance = np.maximum(1 / b - 1 / a - 1 / c + 2 * b / (a * c) - 1 / n, 0)
        if customers is not None:
            variance *= np.maximum(b / np.maximum(customers, 1), 1)
        half = Z_95 * np.sqrt(variance)
        known = b > 0
        lower, upper = (np.where(known, lift * np.exp(sign * half), np.nan) for sign in (-1, 1))
        return Measures(
            support, confidence, lift, b / n - a * c / (n * n), conviction, lower, upper, np.where(known, variance, np.nan)
        )


def surest_first(rules: Rules, orders: int) -> Ints:
    """The places of the rules by their evidence, then by how many orders they hold in, then by their items."""
    items = [rules.consequents, *rules.antecedents.T[::-1]]
    return np.lexsort([*items, -rules.both_counts, -evidence(rules, orders).round(6)]).astype(np.int64)


def evidence(rules: Rules, orders: int) -> Floats:
    """G squared: twice the sum over the four cells of count times log(count / expected count); 0 where a side never occurs."""
    a, c, b = (np.asarray(each, np.float64) for each in (rules.antecedent_counts, rules.consequent_counts, rules.both_counts))
    n = float(orders)
    total = np.zeros(len(rules))
    with np.errstate(divide="ignore", invalid="ignore"):
        for count, row, column in ((b, a, c), (a - b, a, n - c), (c - b, n - a, c), (n - a - c + b, n - a, n - c)):
            total += np.where(count > 0, count * np.log(count * n / (row * column)), 0.0)
    return np.asarray(2 * np.nan_to_num(total))


class _Index:
    """The count of every frequent set, looked up by its items."""

    def __init__(self, found: Found) -> None:
        self._width = int(found.by_size[0].members.max(initial=0)) + 1
        # Sets of three at most are looked up, so that a code fits 64 bits up to two million items.
        self._known = [(self._codes(each.members), each.counts) for each in found.by_size]

    def counts(self, members: SmallInts) -> Ints:
        """The counts of sets of one size, every one of them frequent."""
        codes, counts = self._known[members.shape[1] - 1]
        return np.asarray(counts[np.searchsorted(codes, self._codes(members))])

    def _codes(self, members: SmallInts) -> Ints:
        code = np.zeros(len(members), np.int64)
        for column in members.T:
            code = code * self._width + column
        return code


def _redundant(rules: Rules, left: SmallInts, index: _Index) -> Flags:
    size = left.shape[1]
    found = np.zeros(len(rules), bool)
    for mask in range(1, 2**size - 1):
        general = left[:, [place for place in range(size) if mask >> place & 1]]
        with_right = np.sort(np.column_stack([general, rules.consequents]), axis=1).astype(np.int32)
        found |= rules.both_counts * index.counts(general) <= index.counts(with_right) * rules.antecedent_counts
    return found


def _together(parts: list[Rules]) -> Rules:
    return Rules(
        np.concatenate([each.antecedents for each in parts]),
        np.concatenate([each.consequents for each in parts]),
        np.concatenate([each.antecedent_counts for each in parts]),
        np.concatenate([each.consequent_counts for each in parts]),
        np.concatenate([each.both_counts for each in parts]),
    )
