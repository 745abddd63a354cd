"""Which numbers of a policy can be moved, and what is the policy with others in their place?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from fenji.analyze.whatif.replaying import RulePart
from fenji.domain.conditions import Comparison, Condition, Group, leaves
from fenji.domain.policies import Policy
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _


@dataclass(frozen=True)
class RuleCut:
    """One number with which a rule compares a metric at a first review."""

    key: str
    """``vip.0`` is the first line of what gains the tier vip, ``caps.1.0`` the first line of the second cap; lines count from 0 through
    all groups, those that compare nothing included."""
    part: RulePart
    """Whether it gains a tier or caps it."""
    tier: str
    """The tier that it gains; of a cap, the highest one that it allows."""
    condition: Comparison


def cuts_of(policy: Policy) -> tuple[RuleCut, ...]:
    """Every number that can be moved: tiers from the lowest up, then caps."""
    return tuple(_found(policy))


def with_cuts(policy: Policy, numbers: Mapping[str, Decimal]) -> Policy:
    """The policy with other numbers in some places; keep rules stay as they are.

    Args:
        policy: whose numbers are moved.
        numbers: by the keys of ``cuts_of``.

    Raises:
        InvalidArgument: the policy has no such place; all of them at once.
    """
    known = [each.key for each in cuts_of(policy)]
    InvalidArgument.raise_if(unknown_name(_("threshold"), key, known) for key in numbers if key not in known)
    tiers = tuple(
        each if each.qualify is None else replace(each, qualify=_moved(each.qualify, each.slug, numbers)) for each in policy.tiers
    )
    caps = tuple(replace(each, when=_moved(each.when, f"caps.{number}", numbers)) for number, each in enumerate(policy.caps))
    return replace(policy, tiers=tiers, caps=caps)


def _found(policy: Policy) -> Iterator[RuleCut]:
    for tier in policy.tiers:
        if tier.qualify is not None:
            yield from _in_rule(tier.qualify, RulePart.QUALIFY, tier.slug, tier.slug)
    for number, cap in enumerate(policy.caps):
        yield from _in_rule(cap.when, RulePart.CAP, cap.at_most, f"caps.{number}")


def _in_rule(rule: Condition, part: RulePart, tier: str, place: str) -> Iterator[RuleCut]:
    for number, leaf in enumerate(leaves(rule)):
        if isinstance(leaf, Comparison):
            yield RuleCut(f"{place}.{number}", part, tier, leaf)


def _moved(rule: Condition, place: str, numbers: Mapping[str, Decimal]) -> Condition:
    keys = (f"{place}.{number}" for number, _leaf in enumerate(leaves(rule)))

    def moved(condition: Condition) -> Condition:
        if isinstance(condition, Group):
            return Group(condition.junction, tuple(moved(part) for part in condition.parts))
        number = numbers.get(next(keys))
        if number is None or not isinstance(condition, Comparison):
            return condition
        return replace(condition, number=number)

    return moved(rule)
