"""What do people propose who may not decide alone? Drafts of policies and overrides, each with who wrote it, who decided, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from fenji.domain.overrides import NewOverride
from fenji.domain.principals import Principal


class DraftStatus(StrEnum):
    """How far a draft has come."""

    DRAFT = "draft"
    """Its author still writes it."""
    SUBMITTED = "submitted"
    """Somebody else is asked to approve it."""
    APPROVED = "approved"
    REFUSED = "refused"
    PUBLISHED = "published"
    """It has become a version of a policy; nothing of it changes any more."""
    WITHDRAWN = "withdrawn"
    """Its author has given it up; nothing of it changes any more."""


class DraftStep(StrEnum):
    """What is done with a draft."""

    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    REFUSE = "refuse"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


_OPEN = frozenset({DraftStatus.DRAFT, DraftStatus.SUBMITTED, DraftStatus.APPROVED, DraftStatus.REFUSED})

POSSIBLE_FROM: Mapping[DraftStep, frozenset[DraftStatus]] = MappingProxyType(
    {
        DraftStep.CHANGE: _OPEN,
        DraftStep.SUBMIT: frozenset({DraftStatus.DRAFT, DraftStatus.REFUSED}),
        DraftStep.APPROVE: frozenset({DraftStatus.SUBMITTED}),
        DraftStep.REFUSE: frozenset({DraftStatus.SUBMITTED, DraftStatus.APPROVED}),
        DraftStep.PUBLISH: frozenset({DraftStatus.APPROVED}),
        DraftStep.WITHDRAW: _OPEN,
    }
)
"""In which states each step can be taken. A text that is changed is a draft again, whatever was decided about the text before."""


@dataclass(frozen=True)
class Decision:
    """What was decided about a draft."""

    by: Principal
    at: datetime
    reason: str | None
    is_self_approval: bool
    """Whether its own author approved it, because nobody else could: nobody else has looked at it."""


@dataclass(frozen=True)
class PolicyDraft:
    """A text that may become a version of a policy."""

    draft_id: int
    """Counts up."""
    policy: str | None
    """The name of the policy that the text gives; None where it gives none yet."""
    text: str
    """As its author wrote it; it need not be a policy before it is submitted."""
    based_on: int
    """The newest published version when the text was written; 0: there was none."""
    author: Principal
    status: DraftStatus
    edition: int
    """Counts every change, so that nobody changes or approves what they have not seen."""
    made_at: datetime
    changed_at: datetime
    why: str | None = None
    """Why it should become a version, as it was submitted."""
    submitted_at: datetime | None = None
    decision: Decision | None = None
    """About the text as it is."""
    published_version: int | None = None


@dataclass(frozen=True)
class OverrideProposal:
    """A tier that somebody would give a customer, if somebody else approves."""

    proposal_id: int
    """Counts up."""
    wanted: NewOverride
    """``person`` is who proposes it until somebody has decided."""
    author: Principal
    status: DraftStatus
    """Submitted, approved, refused or withdrawn."""
    made_at: datetime
    decision: Decision | None = None
    override: int | None = None
    """Number of the override that it has become."""
