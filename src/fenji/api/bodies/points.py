"""What does somebody send who moves points? Whose, how many, for which order, and under which key: ids stand in bodies, never in addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import Depends
from pydantic import Field, model_validator

from fenji.api.bodies.policies import ApprovalReason, Refusal
from fenji.api.bodies.reading import Body, Read
from fenji.api.parameters import Day, customer_text
from fenji.language import message as _
from fenji.validation import Objection

MOST_POINTS = 10**12
MOST_LETTERS = 200_000

Name = Annotated[str, Field(min_length=1, max_length=200)]
Program = Annotated[str | None, Field(min_length=1, max_length=64, description="A program's name, where there are several.")]
Order = Annotated[str, Field(min_length=3, max_length=300, description="SOURCE:ORDER.")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]
Points = Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS, description="How many points.")]
Key = Annotated[
    str | None,
    Field(
        pattern="^[!-~]+$",
        min_length=1,
        max_length=255,
        description="The same for the same thing, such as the number of a receipt: done once under it, for ever. Left out: the Idempotency-Key stands for it.",
    ),
]
Customer = Annotated[str | None, Field(min_length=1, max_length=200, description="SOURCE:ID, as the source knows the customer.")]
CustomerKey = Annotated[int | None, Field(ge=0, le=2**63 - 1, description="In place of it: the customer, as fenji knows it.")]


class Document(Body):
    """A document as text; it need not be right yet."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_LETTERS, description="As its file holds it (YAML).")]


class PerhapsOfCustomer(Body):
    """Whose something is, where anybody knows."""

    customer: Customer = None
    customer_key: CustomerKey = None

    @model_validator(mode="after")
    def _at_most_one(self) -> PerhapsOfCustomer:
        if self.customer is not None and self.customer_key is not None:
            raise Objection(_("say either 'customer' or 'customer_key'."))
        return self

    @property
    def whose(self) -> str | None:
        """As use-cases are told; None where nobody knows."""
        return self.customer or customer_text(self.customer_key)


class OfCustomer(PerhapsOfCustomer):
    """Whose something is."""

    @model_validator(mode="after")
    def _one_of_both(self) -> OfCustomer:
        if self.customer is None and self.customer_key is None:
            raise Objection(_("say either 'customer' or 'customer_key'."))
        return self

    @property
    def who(self) -> str:
        """As use-cases are told."""
        return self.whose or ""


class OfProgram(Body):
    """Nothing but the program, where there are several."""

    program: Program = None


class NewHold(OfCustomer):
    """Points that are reserved for a cart."""

    points: Points
    program: Program = None
    key: Key = None


class HoldSpent(Body):
    """What points that were reserved are spent on."""

    order: Annotated[Order | None, Field(description="SOURCE:ORDER that is paid with them.")] = None
    order_amount: Annotated[Amount | None, Field(description="What the order comes to.")] = None
    program: Program = None
    key: Key = None


class NewRedemption(OfCustomer):
    """Points that are spent."""

    points: Points
    order: Annotated[Order | None, Field(description="SOURCE:ORDER that is paid with them.")] = None
    order_amount: Annotated[Amount | None, Field(description="What the order comes to.")] = None
    program: Program = None
    key: Key = None


class Undone(Body):
    """Points of a redemption that come back."""

    points: Annotated[Points | None, Field(description="How many; left out: all that are left of it.")] = None
    program: Program = None
    key: Key = None


class NewAdjustment(OfCustomer):
    """Points that are given or taken by hand."""

    points: Annotated[
        int, Field(strict=True, ge=-MOST_POINTS, le=MOST_POINTS, description="Above 0 they are given, below 0 taken.")
    ]
    reason: Annotated[Name, Field(description="One of the program's reasons.")]
    note: Annotated[str, Field(max_length=2_000, description="What more there is to say; for the record.")] = ""
    program: Program = None
    key: Key = None


class Approved(ApprovalReason):
    """An approval, in a program."""

    program: Program = None


class Refused(Refusal):
    """A refusal, in a program."""

    program: Program = None


class NewPosting(Body):
    """What of a run is posted."""

    as_of: Annotated[Day | None, Field(description="The last day that counts; left out: that of the last run.")] = None
    program: Program = None


class NewLink(OfCustomer):
    """One more id that earns for a customer."""

    source: Annotated[Name, Field(description="Whose id it is.")]
    customer_id: Annotated[Name, Field(description="The id as it stands in the source.")]
    program: Program = None


class NewMerge(Body):
    """Two members who are one person."""

    giver: Annotated[OfCustomer, Field(description="Whose points would move.")]
    taker: Annotated[OfCustomer, Field(description="Who would hold them.")]
    program: Program = None


DocumentBody = Annotated[Document, Depends(Read(Document))]
OfProgramBody = Annotated[OfProgram, Depends(Read(OfProgram))]
NewHoldBody = Annotated[NewHold, Depends(Read(NewHold))]
HoldSpentBody = Annotated[HoldSpent, Depends(Read(HoldSpent))]
NewRedemptionBody = Annotated[NewRedemption, Depends(Read(NewRedemption))]
UndoneBody = Annotated[Undone, Depends(Read(Undone))]
NewAdjustmentBody = Annotated[NewAdjustment, Depends(Read(NewAdjustment))]
ApprovedBody = Annotated[Approved, Depends(Read(Approved))]
RefusedBody = Annotated[Refused, Depends(Read(Refused))]
NewPostingBody = Annotated[NewPosting, Depends(Read(NewPosting))]
NewLinkBody = Annotated[NewLink, Depends(Read(NewLink))]
NewMergeBody = Annotated[NewMerge, Depends(Read(NewMerge))]
