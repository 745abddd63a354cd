"""What does somebody send who works with vouchers and referrals? Codes, orders and customers: none of them ever stands in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import Field

from fenji.api.bodies.points import Amount, Key, Name, OfCustomer, Order, PerhapsOfCustomer, Program
from fenji.api.bodies.reading import Body, Read
from fenji.api.parameters import Day, customer_text

MOST_NAMED = 200
"""Customers who are named one by one."""
MOST_CODES = 10_000
"""Codes that belong to nobody, of one request."""

Code = Annotated[str, Field(min_length=1, max_length=100, description="The code, with or without dashes.")]


class OnOrder(PerhapsOfCustomer):
    """A code, and the order that it is for; amounts before any voucher."""

    code: Code
    order: Order
    amount: Annotated[Amount, Field(description="What the order costs, without delivery.")]
    lines: Annotated[
        dict[Name, Amount], Field(default_factory=dict, max_length=500, description="What the lines of each category cost.")
    ]
    delivery: Annotated[Amount | None, Field(description="What delivery costs; left out: nothing.")] = None
    is_first: Annotated[
        bool | None, Field(strict=True, description="Whether the customer has no other order, as far as the till knows.")
    ] = None
    on: Annotated[Day | None, Field(description="The local day of the order; left out: today.")] = None


class UsedOnOrder(OnOrder):
    """A code that is used on an order, or reserved for one."""

    key: Key = None


class EndedOrder(Body):
    """An order that was given up, or refunded whole."""

    order: Order


class NewVouchers(Body):
    """Who gets codes of an offer; one way of saying so."""

    offer: Annotated[Name, Field(description="Its name in the offers in force.")]
    customers: Annotated[tuple[Name, ...], Field(max_length=MOST_NAMED, description="Each as SOURCE:ID.")] = ()
    customer_keys: Annotated[
        tuple[Annotated[int, Field(ge=0, le=2**63 - 1)], ...],
        Field(max_length=MOST_NAMED, description="Customers, as fenji knows them."),
    ] = ()
    is_everybody: Annotated[bool, Field(strict=True, description="All whom the offer is for, at the last review.")] = False
    number: Annotated[int, Field(strict=True, ge=0, le=MOST_CODES, description="So many codes that belong to nobody.")] = 0
    code: Annotated[Code | None, Field(description="One code of the company's own; it belongs to nobody.")] = None
    campaign: Annotated[Name | None, Field(description="A name under which the codes are found later.")] = None
    key: Key = None

    @property
    def named(self) -> tuple[str, ...]:
        """Customers as use-cases are told."""
        return (*self.customers, *(customer_text(each) or "" for each in self.customer_keys))


class CodeAsked(OfCustomer):
    """Whose code for friends is asked for."""

    program: Program = None


class NewClaim(OfCustomer):
    """A friend, who brought them, and what was seen of them; kept as keyed hashes only."""

    code: Annotated[Code, Field(description="Of who brought the friend.")]
    phone: Annotated[Name | None, Field(description="The friend's phone.")] = None
    device: Annotated[Name | None, Field(description="What names the friend's device.")] = None
    address: Annotated[Name | None, Field(description="The friend's address.")] = None
    program: Program = None


class ReferralDecision(OfCustomer):
    """What a person decides about a friend who was held."""

    is_accepted: Annotated[bool, Field(strict=True, description="Whether the referral goes on.")]
    note: Annotated[str, Field(min_length=1, max_length=2_000, description="Why.")]
    program: Program = None


OnOrderBody = Annotated[OnOrder, Depends(Read(OnOrder))]
UsedOnOrderBody = Annotated[UsedOnOrder, Depends(Read(UsedOnOrder))]
EndedOrderBody = Annotated[EndedOrder, Depends(Read(EndedOrder))]
NewVouchersBody = Annotated[NewVouchers, Depends(Read(NewVouchers))]
CodeAskedBody = Annotated[CodeAsked, Depends(Read(CodeAsked))]
NewClaimBody = Annotated[NewClaim, Depends(Read(NewClaim))]
ReferralDecisionBody = Annotated[ReferralDecision, Depends(Read(ReferralDecision))]
