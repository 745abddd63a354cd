"""What is answered while somebody writes a policy: its rules line by line, what is wrong with each, and its text with every comment?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.analyze.whatif.replaying import RulePart
from fenji.answers.policies import LintFinding, VersionRow
from fenji.domain.conditions import Junction
from fenji.domain.metrics import Unit
from fenji.domain.telling import AS_IT_IS
from fenji.domain.words import Spoken, Words


@dataclass(frozen=True)
class TierLines:
    """One tier, with its rules as lines that must all be met."""

    tier: str
    name: Words
    qualify: Spoken[tuple[str, ...]]
    """What gains it."""
    keep: Spoken[tuple[str, ...]] | None
    """What keeps it; null: what gains it."""


@dataclass(frozen=True)
class PolicyLines:
    """A whole policy in words, as people read it aloud."""

    tiers: tuple[TierLines, ...]
    """Lowest first."""
    caps: tuple[Spoken[str], ...]
    """A veto with its reason each."""
    review: Spoken[tuple[str, ...]]
    """When tiers are decided and how gently they are lost."""
    variants: tuple[Spoken[str], ...]
    """For whom thresholds differ, and how."""
    score: tuple[Spoken[str], ...]
    """Parts of the score with their weights."""


@dataclass(frozen=True)
class VersionRead:
    """One version of a policy in words, beside all versions of it."""

    row: VersionRow
    """The version that is read."""
    lines: PolicyLines
    """What it says."""
    text: Annotated[str, AS_IT_IS]
    """As it was written."""
    versions: tuple[VersionRow, ...]
    """All versions of the policy, the newest first."""
    as_of: date
    """Today, for which one of them is in force."""
    run_id: None = None


@dataclass(frozen=True)
class EditedLine:
    """One line of a rule that somebody edits."""

    key: Annotated[str, AS_IT_IS]
    """``vip.0`` is the first line of what gains the tier vip, ``vip.keep.0`` of what keeps it, ``caps.1.0`` of the second cap."""
    metric: str
    operator: Annotated[str, AS_IT_IS]
    """How the metric is compared, ``top``, ``null`` or ``not null``."""
    number: Decimal | None
    """With which number; of ``top``, percent of the customers; null where nothing is compared."""
    rule: Annotated[str, AS_IT_IS]
    """As the policy file writes it."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class EditedGroup:
    """Lines and groups of lines, of which all must hold or one is enough."""

    key: Annotated[str, AS_IT_IS]
    """``vip:`` is the rule of the tier vip, ``vip:1`` the group that is its second part."""
    junction: Junction
    parts: tuple[EditedLine | EditedGroup, ...]
    """In the order of the rule."""


@dataclass(frozen=True)
class EditedRule:
    """One rule that somebody edits."""

    place: Annotated[str, AS_IT_IS]
    """``vip`` is what gains the tier vip, ``vip.keep`` what keeps it, ``caps.1`` the second cap."""
    part: RulePart
    """Whether it gains a tier, keeps it or caps it."""
    tier: str
    """Whose rule it is; of a cap, the highest tier that it allows."""
    name: Words
    """What the tier is called."""
    group: EditedGroup
    """Its lines; a rule of one line is a group of one."""
    is_single: bool
    """Whether it is one comparison with a number, so that one slider moves it."""
    findings: tuple[LintFinding, ...]
    """What is wrong with it."""


@dataclass(frozen=True)
class EditedMetric:
    """A metric that rules may name."""

    metric: str
    name: Words
    unit: Unit
    """What its number counts."""


@dataclass(frozen=True)
class EditedPolicy:
    """The text of a policy that somebody edits, and what it says."""

    text: Annotated[str, AS_IT_IS]
    """With the edits that were asked for."""
    policy: str | None
    """Null, as all that follows, where the text cannot be read as a policy."""
    version: int | None
    """Its number."""
    effective_on: date | None
    """The first day on which it would count."""
    tiers: tuple[tuple[str, Words], ...]
    """Slug and name, lowest first."""
    rules: tuple[EditedRule, ...]
    """Tiers from the highest down, what gains before what keeps; then caps."""
    lines: PolicyLines | None
    """In words."""
    findings: tuple[LintFinding, ...]
    """All that is wrong, in the order of the text."""
    elsewhere: tuple[LintFinding, ...]
    """Those of them that no rule holds."""
    is_usable: bool
    """Whether a run would accept it."""
    is_changed: bool
    """Whether the edits have changed the text."""
    metrics: tuple[EditedMetric, ...]
    """That rules may name."""
    run_id: None = None
    as_of: None = None
