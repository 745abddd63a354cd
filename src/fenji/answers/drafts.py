"""What is answered about policies as several people work on them: drafts, who approved them, proposed overrides, and what versions change?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self

from fenji.answers.policies import LintFinding, PolicyRules, VersionRow
from fenji.domain.drafts import Decision, DraftStatus, OverrideProposal, PolicyDraft
from fenji.domain.metrics import Better, Metric, Unit
from fenji.domain.policy_changes import ChangeKind, PolicyPart
from fenji.domain.telling import PERSONAL, SPREAD, WITHHELD
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class DecisionTaken:
    """What was decided about something that somebody proposed."""

    decided_by: str | None
    """Who approved or refused it; null: nobody yet."""
    decided_at: datetime | None
    """When."""
    decision_reason: str | None
    """Why, as far as it was said."""
    is_self_approval: bool
    """Whether its own author approved it, because nobody else could: nobody else has looked at it."""

    @classmethod
    def of(cls, decision: Decision | None) -> Self:
        """A decision of the record."""
        if decision is None:
            return cls(None, None, None, is_self_approval=False)
        return cls(decision.by.name, decision.at, decision.reason, decision.is_self_approval)


@dataclass(frozen=True)
class DraftRow:
    """One draft of a policy, and how far it has come."""

    draft_id: int
    """Its number."""
    policy: str | None
    """Null: the text names none yet."""
    status: DraftStatus
    """How far it has come."""
    author: str
    """Who wrote it."""
    edition: int
    """Counts every change; the tag of the draft."""
    based_on: int
    """The newest published version when the text was written; 0: there was none."""
    why: str | None
    """Why it should become a version; null before it is submitted."""
    made_at: datetime
    """When it was begun."""
    changed_at: datetime
    """When it was last changed."""
    submitted_at: datetime | None
    """Null: it has not been submitted as it is."""
    decision: Annotated[DecisionTaken, SPREAD]
    published_version: int | None
    """The version that it has become; null: none."""

    @classmethod
    def of(cls, draft: PolicyDraft) -> DraftRow:
        """A draft of the record."""
        return cls(
            draft_id=draft.draft_id,
            policy=draft.policy,
            status=draft.status,
            author=draft.author.name,
            edition=draft.edition,
            based_on=draft.based_on,
            why=draft.why,
            made_at=draft.made_at,
            changed_at=draft.changed_at,
            submitted_at=draft.submitted_at,
            decision=DecisionTaken.of(draft.decision),
            published_version=draft.published_version,
        )


@dataclass(frozen=True)
class DraftsResult:
    """All drafts that there ever were."""

    drafts: tuple[DraftRow, ...]
    """The newest first."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class PolicyDifference:
    """One rule that differs between two versions."""

    part: PolicyPart
    """Which part of the policy."""
    kind: ChangeKind
    """What has become of it."""
    tier: str | None
    """Whose rule it is; null: of no one tier."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class DraftResult:
    """A draft as it is, what the linter says, and what it would change."""

    draft: Annotated[DraftRow, SPREAD]
    text: str
    """As its author wrote it."""
    findings: tuple[LintFinding, ...]
    """What the linter says; with an error it cannot be submitted."""
    is_usable: bool
    """Whether a run would accept it."""
    version: int | None
    """That the text gives; null where it cannot be read as a policy."""
    effective_on: date | None
    """The first day on which it would count; null where it cannot be read as a policy."""
    rules: PolicyRules | None
    """In words; null where it cannot be read as a policy."""
    compared_with: int | None
    """The version that the changes are counted from: the newest published one; null: there is none to compare with."""
    changes: tuple[PolicyDifference, ...]
    """What it would change."""
    warnings: tuple[Problem, ...]
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class PolicyDiffResult:
    """What the rules of one version change, compared with another."""

    policy: str
    from_version: int
    """The version before."""
    to_version: int
    """The version after."""
    changes: tuple[PolicyDifference, ...]
    """Rule by rule; empty where both decide alike."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class VersionResult:
    """One version of a policy, whole."""

    row: Annotated[VersionRow, SPREAD]
    text: str
    """The file as it was published; of a draft in a file, as it is."""
    rules: PolicyRules
    """In words."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class ProposalDecision(DecisionTaken):
    """What was decided about a proposed override; its reason may tell of the customer."""

    decision_reason: Annotated[str | None, WITHHELD]
    """Why, as far as it was said."""


@dataclass(frozen=True)
class ProposalRow:
    """One override that somebody proposed."""

    proposal_id: int
    """Its number."""
    policy: str
    source: str
    """The id space of the customer's id."""
    customer_id: Annotated[str, PERSONAL]
    tier: str
    begins_on: date
    ends_on: date
    reason: Annotated[str, WITHHELD]
    """Why it is proposed."""
    author: str
    """Who proposes it."""
    status: DraftStatus
    """How far it has come."""
    made_at: datetime
    """When it was proposed."""
    decision: Annotated[ProposalDecision, SPREAD]
    override: int | None
    """The number of the override that it has become; null: none."""

    @classmethod
    def of(cls, proposal: OverrideProposal) -> ProposalRow:
        """A proposal of the record."""
        wanted = proposal.wanted
        return cls(
            proposal_id=proposal.proposal_id,
            policy=wanted.policy,
            source=wanted.source,
            customer_id=wanted.customer_id,
            tier=wanted.tier,
            begins_on=wanted.begins_on,
            ends_on=wanted.ends_on,
            reason=wanted.reason,
            author=proposal.author.name,
            status=proposal.status,
            made_at=proposal.made_at,
            decision=ProposalDecision.of(proposal.decision),
            override=proposal.override,
        )


@dataclass(frozen=True)
class ProposalsResult:
    """Overrides that were proposed."""

    proposals: tuple[ProposalRow, ...]
    """In the order in which they were proposed."""
    warnings: tuple[Problem, ...] = ()
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class MetricRow:
    """What a metric means."""

    metric: str
    name: Words
    sentence: Words
    unit: Unit
    """What its number counts."""
    better: Better
    """Which direction is the good one."""
    adds_up: bool
    """Whether the sum over customers is the number of the group."""
    source: str
    """The paper, standard or decision that the definition follows."""
    is_own: bool
    """Whether the company has declared it in metrics.yaml."""

    @classmethod
    def of(cls, metric: Metric, *, is_own: bool) -> MetricRow:
        """A metric of the registry."""
        return cls(
            metric.slug, metric.name, metric.sentence, metric.unit, metric.better, metric.adds_up, metric.source, is_own=is_own
        )


@dataclass(frozen=True)
class MetricsResult:
    """The definitions of all metrics of a workspace."""

    metrics: tuple[MetricRow, ...]
    """Those that fenji knows of itself, then the company's own."""
    run_id: None = None
    as_of: None = None
