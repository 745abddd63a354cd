"""What does somebody send who works on policies and overrides? Texts of policies, reasons, days, and what is to be suggested."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import Depends
from pydantic import Field, WithJsonSchema, model_validator

from fenji.analyze.policies.suggestions import Method
from fenji.analyze.whatif.comparing import Direction
from fenji.api.bodies.reading import Body, Read
from fenji.api.parameters import Day
from fenji.domain.metrics import REVENUE
from fenji.language import message as _
from fenji.validation import Objection

MOST_LETTERS = 200_000
MOST_NUMBER = 2**31 - 1

Text = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS, description="A policy, as policy files write it (YAML).")]
Slug = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=2_000)]


class PolicyText(Body):
    """A policy as text; it need not be one yet."""

    text: Text


class Submission(Body):
    """Why a draft should become a version."""

    why: Annotated[Reason, Field(description="Becomes the reason of the policy.")]


class ApprovalReason(Body):
    """An approval."""

    reason: Annotated[
        Reason | None, Field(description="Needed only from who approves their own work, because nobody else could.")
    ] = None


class Refusal(Body):
    """Why something is refused, or ended."""

    reason: Reason


class Publication(Body):
    """From when a version counts."""

    effective_on: Annotated[Day | None, Field(description="The first day on which it counts; left out: as the text says.")] = None


class Trial(Body):
    """Which policy is tried on the customers: a text or a draft."""

    text: Text | None = None
    draft_id: Annotated[int | None, Field(ge=1, le=MOST_NUMBER, description="A draft.")] = None
    as_of: Annotated[Day | None, Field(description="The review; left out: that of the last run.")] = None
    policy: Annotated[Slug | None, Field(description="Which policy it is compared with, where the workspace holds several.")] = (
        None
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Trial:
        if (self.text is None) == (self.draft_id is None):
            raise Objection(_("say either 'text' or 'draft_id'."))
        return self


class Tried(Body):
    """Which thresholds are moved, of the policy in force or of another one."""

    cuts: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=80)], Annotated[Decimal, Field(max_digits=24, decimal_places=8)]],
        Field(
            default_factory=dict,
            max_length=200,
            description="Key of a threshold, as ``thresholds`` of the answer names it, and its number; the others stay as they are.",
        ),
    ]
    text: Text | None = None
    draft_id: Annotated[int | None, Field(ge=1, le=MOST_NUMBER, description="In place of the text: a draft.")] = None
    as_of: Annotated[Day | None, Field(description="The review; left out: that of the last run.")] = None

    @model_validator(mode="after")
    def _at_most_one(self) -> Tried:
        if self.text is not None and self.draft_id is not None:
            raise Objection(_("say either 'text' or 'draft_id'."))
        return self


class TriedFigures(Tried):
    """Thresholds that somebody moves, and what is to be shown of it."""

    metric: Annotated[Slug | None, Field(description="Of the histogram; left out: the first one that the rules compare.")] = None
    steps: Annotated[bool, Field(description="Whether the steps of every slider are wanted, as on first opening.")] = True


class TriedCustomers(Tried):
    """Which of the customers behind a number of a trial."""

    from_tier: Annotated[Slug | None, Field(description="Their tier under the policy in force; left out: any.")] = None
    to_tier: Annotated[Slug | None, Field(description="Their tier under the tried one; left out: any.")] = None
    direction: Annotated[
        Direction | None, WithJsonSchema({"type": "string", "enum": list(Direction)}), Field(description="Which way they go.")
    ] = None
    limit: Annotated[int, Field(ge=1, le=200, description="Rows of the page.")] = 50
    after: Annotated[str | None, Field(max_length=200, description="Where the page before ended.")] = None


class Suggestion(Body):
    """What is to be suggested."""

    metric: Annotated[Slug, Field(description="Whose thresholds.")] = REVENUE
    tiers: Annotated[int, Field(ge=2, le=6, description="How many tiers to aim for.")] = 4
    method: Annotated[
        Method, WithJsonSchema({"type": "string", "enum": list(Method)}), Field(description="How to find the thresholds.")
    ] = Method.BREAKS
    shares: Annotated[
        tuple[Annotated[Decimal, Field(gt=0, lt=1)], ...],
        Field(max_length=6, description="Shares of customers, lowest tier first, for quantiles; left out: the usual ones."),
    ] = ()
    policy: Annotated[Slug | None, Field(description="Whose next version it is, where the workspace holds several.")] = None


class WantedOverride(Body):
    """A tier that somebody would give a customer."""

    customer_key: Annotated[int | None, Field(ge=0, le=2**63 - 1, description="The customer, as fenji knows it.")] = None
    customer_id: Annotated[
        str | None, Field(min_length=1, max_length=200, description="In place of the key: the id as it stands in the sources.")
    ] = None
    source: Annotated[str | None, Field(max_length=200, description="Whose id it is, where customers of several have it.")] = None
    tier: Annotated[Slug, Field(description="The tier.")]
    begins_on: Annotated[Day | None, Field(description="The first day on which it counts; left out: today.")] = None
    ends_on: Annotated[Day, Field(description="The last day on which it counts.")]
    reason: Annotated[Reason, Field(description="Why.")]
    policy: Annotated[Slug | None, Field(description="Whose tier it is, where the workspace holds several policies.")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> WantedOverride:
        if (self.customer_key is None) == (self.customer_id is None):
            raise Objection(_("say either 'customer_key' or 'customer_id'."))
        return self


PolicyTextBody = Annotated[PolicyText, Depends(Read(PolicyText))]
SubmissionBody = Annotated[Submission, Depends(Read(Submission))]
ApprovalReasonBody = Annotated[ApprovalReason, Depends(Read(ApprovalReason))]
RefusalBody = Annotated[Refusal, Depends(Read(Refusal))]
PublicationBody = Annotated[Publication, Depends(Read(Publication))]
TriedFiguresBody = Annotated[TriedFigures, Depends(Read(TriedFigures))]
TriedCustomersBody = Annotated[TriedCustomers, Depends(Read(TriedCustomers))]
TrialBody = Annotated[Trial, Depends(Read(Trial))]
SuggestionBody = Annotated[Suggestion, Depends(Read(Suggestion))]
WantedOverrideBody = Annotated[WantedOverride, Depends(Read(WantedOverride))]
