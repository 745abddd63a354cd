"""In what do two versions of a policy differ? Rule by rule: what was added, removed, or has another threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from fenji.domain.conditions import Comparison, Condition, Group, Junction, TopShare
from fenji.domain.policies import Policy, Tier
from fenji.domain.policy_changes import ChangeKind, Part, PolicyChange, PolicyPart

Rule = TypeVar("Rule", bound=Part)


def policy_changes(before: Policy, after: Policy) -> tuple[PolicyChange, ...]:
    """Every difference between the rules of two versions, tiers lowest first; empty where both decide alike.

    A tier is the same where its slug is. A line of a rule is the same where metric and comparison are; then its threshold has changed.
    Groups of alternatives are compared as a whole. Author, reason and day of effect are no rules.
    """
    found = (_tiers, _caps, _reviews, _variants, _score)
    return tuple(change for differences in found for change in differences(before, after))


def _tiers(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = ({each.slug: each for each in policy.tiers} for policy in (before, after))
    for tier in before.tiers:
        if tier.slug not in new:
            yield PolicyChange(PolicyPart.TIER, ChangeKind.REMOVED, tier.slug, tier, None)
    kept = [each.slug for each in before.tiers if each.slug in new], [each.slug for each in after.tiers if each.slug in old]
    if kept[0] != kept[1]:
        yield PolicyChange(PolicyPart.LADDER, ChangeKind.CHANGED, None, tuple(kept[0]), tuple(kept[1]))
    for tier in after.tiers:
        known = old.get(tier.slug)
        if known is None:
            yield PolicyChange(PolicyPart.TIER, ChangeKind.ADDED, tier.slug, None, tier)
        else:
            yield from _tier(known, tier)


def _tier(before: Tier, after: Tier) -> Iterator[PolicyChange]:
    if before.name != after.name:
        yield PolicyChange(PolicyPart.NAME, ChangeKind.CHANGED, after.slug, before, after)
    yield from _rule(PolicyPart.QUALIFY, after.slug, before.qualify, after.qualify)
    if (before.keep is None) != (after.keep is None):
        kind = ChangeKind.ADDED if before.keep is None else ChangeKind.REMOVED
        yield PolicyChange(PolicyPart.KEEP, kind, after.slug, before.keep, after.keep, is_whole_rule=True)
    else:
        yield from _rule(PolicyPart.KEEP, after.slug, before.keep, after.keep)


def _rule(part: PolicyPart, tier: str, before: Condition | None, after: Condition | None) -> Iterator[PolicyChange]:
    """The lines that must all be met, one by one."""
    old, new = _without_common(_lines(before), _lines(after))
    for line in list(old):
        other = next((each for each in new if _is_same_line(line, each)), None)
        if other is not None:
            old.remove(line)
            new.remove(other)
            yield PolicyChange(part, ChangeKind.THRESHOLD, tier, line, other)
    # One line against one: somebody has put it another way, which reads better as one change than as two.
    if len(old) == len(new) == 1:
        yield PolicyChange(part, ChangeKind.CHANGED, tier, old[0], new[0])
        return
    yield from (PolicyChange(part, ChangeKind.REMOVED, tier, each, None) for each in old)
    yield from (PolicyChange(part, ChangeKind.ADDED, tier, None, each) for each in new)


def _lines(condition: Condition | None) -> list[Condition]:
    if condition is None:
        return []
    if isinstance(condition, Group) and (condition.junction is Junction.ALL or len(condition.parts) == 1):
        return [line for part in condition.parts for line in _lines(part)]
    return [condition]


def _is_same_line(one: Condition, other: Condition) -> bool:
    if isinstance(one, Comparison) and isinstance(other, Comparison):
        return (one.metric, one.operator) == (other.metric, other.operator)
    return isinstance(one, TopShare) and isinstance(other, TopShare) and one.metric == other.metric


def _without_common(before: Sequence[Rule], after: Sequence[Rule]) -> tuple[list[Rule], list[Rule]]:
    old, new = list(before), list(after)
    for each in before:
        if each in new:
            old.remove(each)
            new.remove(each)
    return old, new


def _caps(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = _without_common(before.caps, after.caps)
    for cap in list(old):
        # The same veto with another reason, bound or number.
        other = next(
            (
                each
                for each in new
                if each.when == cap.when or (each.at_most == cap.at_most and _is_same_line(cap.when, each.when))
            ),
            None,
        )
        if other is not None:
            old.remove(cap)
            new.remove(other)
            yield PolicyChange(PolicyPart.CAP, ChangeKind.CHANGED, other.at_most, cap, other)
    yield from (PolicyChange(PolicyPart.CAP, ChangeKind.REMOVED, each.at_most, each, None) for each in old)
    yield from (PolicyChange(PolicyPart.CAP, ChangeKind.ADDED, each.at_most, None, each) for each in new)


def _reviews(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    if before.review != after.review:
        yield PolicyChange(PolicyPart.REVIEW, ChangeKind.CHANGED, None, before.review, after.review)


def _variants(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = _without_common(before.variants, after.variants)
    stays = [[each for each in one.variants if each in other.variants] for one, other in ((before, after), (after, before))]
    if stays[0] != stays[1]:  # of two that match a customer the first one counts
        yield PolicyChange(PolicyPart.VARIANT, ChangeKind.CHANGED, None, None, None)
    for variant in list(old):
        other = next((each for each in new if each.where == variant.where), None)
        if other is not None:
            old.remove(variant)
            new.remove(other)
            yield PolicyChange(PolicyPart.VARIANT, ChangeKind.CHANGED, None, variant, other)
    yield from (PolicyChange(PolicyPart.VARIANT, ChangeKind.REMOVED, None, each, None) for each in old)
    yield from (PolicyChange(PolicyPart.VARIANT, ChangeKind.ADDED, None, None, each) for each in new)


def _score(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    old, new = ({each.metric: each for each in policy.score} for policy in (before, after))
    for metric in dict.fromkeys((*old, *new)):
        part, other = old.get(metric), new.get(metric)
        if part != other:
            kind = ChangeKind.ADDED if part is None else ChangeKind.REMOVED if other is None else ChangeKind.CHANGED
            yield PolicyChange(PolicyPart.SCORE, kind, None, part, other)
