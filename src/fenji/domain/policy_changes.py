"""How may two versions of a policy differ? One record for each rule that was added, removed or changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.conditions import Condition
from fenji.domain.policies import Cap, Review, ScorePart, Tier, Variant


class PolicyPart(StrEnum):
    """Which part of a policy differs."""

    TIER = "tier"
    NAME = "name"
    LADDER = "ladder"
    """The order of the tiers."""
    QUALIFY = "qualify"
    KEEP = "keep"
    CAP = "cap"
    REVIEW = "review"
    VARIANT = "variant"
    SCORE = "score"


class ChangeKind(StrEnum):
    """What has become of it."""

    ADDED = "added"
    REMOVED = "removed"
    THRESHOLD = "threshold"
    """The same rule with another number."""
    CHANGED = "changed"


Part = Condition | Tier | Cap | Review | Variant | ScorePart | tuple[str, ...]
"""What differs: a line of a rule, or a part as a whole; texts are slugs of tiers in their order."""


@dataclass(frozen=True)
class PolicyChange:
    """One difference between two versions of a policy."""

    part: PolicyPart
    kind: ChangeKind
    tier: str | None
    """Whose rule it is; for a cap the highest tier that it allows. None: of no one tier."""
    before: Part | None
    """None where it was added; with ``after`` None too, only the order differs."""
    after: Part | None
    """None where it was removed."""
    is_whole_rule: bool = False
    """Whether ``before`` or ``after`` is a whole rule, where there was or is none."""

    @property
    def is_own_keep(self) -> bool:
        """Whether a tier has got, or lost, a keep rule of its own as a whole."""
        return self.part is PolicyPart.KEEP and self.is_whole_rule
