"""Which few conditions tell the tiers, or the clusters, apart? A shallow decision tree on a sample, read off as rules.

Reads   a seeded sample of insight.customer_metric with the outcome of each customer, as arrays
Writes  nothing: rules
Units   thresholds in the unit of their metric, rounded as far as the sample's splits stay the same
Keeps   every customer meets exactly one rule, with or without values
Source  CART: Breiman, Friedman, Olshen, Stone (1984); splits by Gini impurity, scikit-learn's DecisionTreeClassifier
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from fenji.analyze.rules.round_numbers import round_between
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, parse_condition
from fenji.domain.contests import contest
from fenji.domain.segments import ExplainPlan

Floats = npt.NDArray[np.float64]

Edge = tuple[Operator, Decimal]
"""How a metric is compared, and with what."""

LEAST_CUSTOMERS = 50
"""Below that a rule would describe persons."""
LEAST_IN_RULE = 5
FOLDS = 5
TREE, LARGEST = "tree", "largest outcome"
"""What is held against each other."""
DIGITS = 3
"""Of thresholds where the values of customers lie too close for a rounder number; rules are counted as they are said."""


class Growth(StrEnum):
    """What became of a tree."""

    GROWN = "grown"
    TOO_FEW_CUSTOMERS = "too_few_customers"
    ONE_OUTCOME = "one_outcome"
    NO_SPLIT = "no_split"
    """No condition tells the outcomes apart better than to take the largest one for all."""


@dataclass(frozen=True)
class GrownRule:
    """One branch of the tree."""

    condition: Condition
    """All of its lines must hold."""
    outcome: str


@dataclass(frozen=True)
class Tree:
    """The branches of a tree, or why there is none."""

    verdict: Growth
    sample: int
    rules: tuple[GrownRule, ...] = ()
    held_out_accuracy: float | None = None


@dataclass(frozen=True)
class Nature:
    """What a metric's values are like."""

    is_whole: bool = False
    is_nullable: bool = False
    """Customers may have no value."""


@dataclass(frozen=True)
class _Branch:
    """What has been asked on the way to a node: per metric a lower and an upper end, and whether no value will do."""

    low: Mapping[str, Edge]
    high: Mapping[str, Edge]
    missing: Mapping[str, bool]
    """Every metric that was asked, the first one first."""


def grow_tree(
    columns: Mapping[str, Floats], outcomes: Sequence[str], *, natures: Mapping[str, Nature], plan: ExplainPlan, seed: int
) -> Tree:
    """The rules of a tree.

    Args:
        columns: the values of the sample by metric, NaN where there are none.
        outcomes: the tier or cluster of each customer of the sample.
        natures: of each metric.
        plan: how large the tree may be.
        seed: decides between splits that are equally good.
    """
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415 - heavy third-party library

    count = len(outcomes)
    if count < LEAST_CUSTOMERS:
        return Tree(Growth.TOO_FEW_CUSTOMERS, count)
    if len(set(outcomes)) < 2:  # noqa: PLR2004 - there must be something to tell apart
        return Tree(Growth.ONE_OUTCOME, count)
    metrics = [name for name, values in columns.items() if not np.isnan(values).all()]
    least = max(LEAST_IN_RULE, int(np.ceil(float(plan.least_share) * count)))
    grower = DecisionTreeClassifier(
        max_depth=plan.depth, max_leaf_nodes=plan.most_rules, min_samples_leaf=least, random_state=seed
    )
    if not metrics:
        return Tree(Growth.NO_SPLIT, count)
    matrix = np.column_stack([columns[name] for name in metrics])
    grown = grower.fit(matrix, np.asarray(outcomes))
    rules = _rules(grown, matrix, metrics, natures)
    if len(rules) == 1:
        # There is no split, or all leaves say the largest outcome, so their conditions tell nobody apart.
        return Tree(Growth.NO_SPLIT, count)
    wrong, sizes = _held_out(grower, matrix, np.asarray(outcomes), seed)
    if contest(TREE, wrong).is_lost:
        return Tree(Growth.NO_SPLIT, count)
    return Tree(Growth.GROWN, count, rules, 1 - float(np.average(wrong[TREE], weights=sizes)))


def conditions_text(condition: Condition) -> str:
    """The lines of a rule as JSON, in the form in which a policy takes them.

    >>> conditions_text(Group(Junction.ALL, (Comparison("orders_12m", Operator.AT_LEAST, Decimal(3)),)))
    '["orders_12m >= 3"]'
    """
    parts = condition.parts if isinstance(condition, Group) else (condition,)
    return json.dumps([_written(each) for each in parts])


def condition_from(text: str) -> Condition:
    """The condition that ``conditions_text`` wrote."""
    return Group(Junction.ALL, tuple(_read(each) for each in json.loads(text)))


def _written(condition: Condition) -> Any:  # noqa: ANN401 - a line, or a group of lines
    if isinstance(condition, Group):
        return {str(condition.junction): [_written(each) for each in condition.parts]}
    return str(condition)


def _read(entry: Any) -> Condition:  # noqa: ANN401 - a line, or a group of lines
    if isinstance(entry, str):
        return parse_condition(entry)
    ((junction, parts),) = entry.items()
    return Group(Junction(junction), tuple(_read(each) for each in parts))


def _rules(grown: Any, matrix: Floats, metrics: Sequence[str], natures: Mapping[str, Nature]) -> tuple[GrownRule, ...]:  # noqa: ANN401 - scikit-learn
    """The leaves as rules; neighbors that say the same are one."""
    tree, outcomes = grown.tree_, [str(each) for each in grown.classes_]
    ordered = [np.unique(column[~np.isnan(column)]) for column in matrix.T]

    def says(node: int) -> set[str]:
        """The outcomes of the leaves below a node."""
        if tree.children_left[node] < 0:
            return {outcomes[int(tree.value[node][0].argmax())]}
        return says(int(tree.children_left[node])) | says(int(tree.children_right[node]))

    def below(node: int, branch: _Branch) -> list[GrownRule]:
        said = says(node)
        if len(said) == 1:
            return [GrownRule(_condition(branch), said.pop())]
        column = int(tree.feature[node])
        metric, known = metrics[column], ordered[column]
        if np.isinf(tree.threshold[node]):
            # The tree asks only whether there is a value: whoever has one goes left.
            left = _Branch(branch.low, branch.high, {**branch.missing, metric: False})
            right = _Branch(_without(branch.low, metric), _without(branch.high, metric), {**branch.missing, metric: True})
            return [*below(int(tree.children_left[node]), left), *below(int(tree.children_right[node]), right)]
        place = min(max(1, int(np.searchsorted(known, tree.threshold[node], side="right"))), len(known) - 1)
        under, over = _cut(float(known[place - 1]), float(known[place]), is_whole=natures[metric].is_whole)
        here = branch.missing.get(metric, natures[metric].is_nullable)
        goes_left = here and bool(tree.missing_go_to_left[node])
        left = _Branch(branch.low, {**branch.high, metric: under}, {**branch.missing, metric: goes_left})
        right = _Branch({**branch.low, metric: over}, branch.high, {**branch.missing, metric: here and not goes_left})
        return [*below(int(tree.children_left[node]), left), *below(int(tree.children_right[node]), right)]

    return tuple(below(0, _Branch({}, {}, {})))


def _condition(branch: _Branch) -> Condition:
    parts: list[Condition] = []
    for metric in branch.missing:
        lines: list[Condition] = []
        if metric in branch.low:
            lines.append(Comparison(metric, *branch.low[metric]))
        if metric in branch.high:
            lines.append(Comparison(metric, *branch.high[metric]))
        if not lines:
            parts.append(Presence(metric, is_null=branch.missing[metric]))
            continue
        if not branch.missing[metric]:
            parts += lines
            continue
        one = lines[0] if len(lines) == 1 else Group(Junction.ALL, tuple(lines))
        parts.append(Group(Junction.ANY, (one, Presence(metric, is_null=True))))
    return Group(Junction.ALL, tuple(parts))


def _without(ends: Mapping[str, Edge], metric: str) -> Mapping[str, Edge]:
    return {name: end for name, end in ends.items() if name != metric}


def _cut(below: float, above: float, *, is_whole: bool) -> tuple[Edge, Edge]:
    """How the tree's split is said, below and above it.

    With the roundest number that parts the two values as the tree does, else with the first digits of the upper one.
    """
    if below == 0 and not is_whole:
        return (Operator.AT_MOST, Decimal(0)), (Operator.MORE_THAN, Decimal(0))
    exact = Decimal(repr(above)) if not is_whole else Decimal(int(above))
    rounded = round_between(below, above)
    short = Context(prec=DIGITS).plus(exact)
    cut = rounded if Decimal(repr(below)) < rounded <= exact else short
    return (Operator.LESS_THAN, cut), (Operator.AT_LEAST, cut)


def _held_out(
    grower: Any,  # noqa: ANN401 - scikit-learn
    matrix: Floats,
    outcomes: npt.NDArray[np.str_],
    seed: int,
) -> tuple[dict[str, list[float]], list[int]]:
    """The shares of each part of the sample that are put wrong without knowing it, by trees and by the largest outcome; its sizes."""
    from sklearn.base import clone  # noqa: PLC0415 - heavy third-party library

    part = np.random.default_rng(seed).permutation(len(outcomes)) % FOLDS
    wrong: dict[str, list[float]] = {TREE: [], LARGEST: []}
    for fold in range(FOLDS):
        known, tried = outcomes[part != fold], outcomes[part == fold]
        grown = clone(grower).fit(matrix[part != fold], known)
        names, counts = np.unique(known, return_counts=True)
        wrong[TREE].append(float((grown.predict(matrix[part == fold]) != tried).mean()))
        wrong[LARGEST].append(float((tried != names[counts.argmax()]).mean()))
    return wrong, np.bincount(part, minlength=FOLDS).tolist()
