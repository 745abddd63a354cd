"""How does the company's points program work? loyalty.yaml, with every problem at its line.

.. code-block:: yaml

    program: points
    version: 1
    effective_on: 2027-01-01
    author: marketing
    why: first version
    earn: {per: 100, points: 1, multiply: {by: tier, of: day_before, factors: {regular: 1, silver: 2}}}
    pending: 7d
    expire: {after: 12m, at_end_of: month}
    redeem: {points: 1, worth: 1.00, at_least: 10, step: 10}

What is not said is as in docs/reference: no pending time, points that never expire, shortfalls that become debts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pydantic

from fenji.documents.reader import Document, parse_document, text_of, validated
from fenji.domain.loyalty.program import (
    THOUSAND,
    AdjustRule,
    EarnRule,
    Expiry,
    ExpiryEnd,
    Extra,
    FactorOf,
    LeftOut,
    LimitPeriod,
    Program,
    QualifyingBy,
    RedeemRule,
    ReferralRule,
    RefundRule,
    RejectReason,
    Remainder,
    Rounding,
    Shortfall,
    is_day_of_years,
)
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

LOYALTY_FILE = "loyalty.yaml"
IDENTITY_RULES = ("own_id", "phone", "email", "union_id")
"""What can tie an id to its customer; see clean.identity."""


def _length(pattern: str, example: str) -> pydantic.AfterValidator:
    """A length of time as people write it."""

    def checked(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise Objection(
                _("'{written}' is no length of time here; write it like {example}."), written=text[:20], example=example
            )
        return text

    return pydantic.AfterValidator(checked)


_Slug = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
_Whole = Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=1_000_000_000)]
_Share = Annotated[Decimal, pydantic.Field(gt=0, le=1)]
_Days = Annotated[str, _length(r"[1-9][0-9]{0,3}d", "30d")]
_Factor = Annotated[Decimal, pydantic.Field(ge=0, le=1000, decimal_places=3)]
_Money = Annotated[Decimal, pydantic.Field(gt=0, le=1_000_000_000, decimal_places=2)]
_LONGEST_HOLD = 24 * 60


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Multiply(_Body):
    by: Literal["tier"] = "tier"
    of: FactorOf = FactorOf.DAY_BEFORE
    factors: Annotated[dict[str, _Factor], pydantic.Field(min_length=1)]


class _ExtraLimit(_Body):
    points: _Whole
    per: LimitPeriod | None = None


class _Extra(_Body):
    name: _Slug
    when: Literal["birthday_month"] | None = None
    event: str | None = None
    factor: Annotated[Decimal, pydantic.Field(gt=1, le=1000, decimal_places=3)] | None = None
    points: _Whole | None = None
    at_most: _ExtraLimit | None = None

    @pydantic.field_validator("at_most", mode="before")
    @classmethod
    def _may_be_a_number(cls, value: object) -> object:
        return {"points": value} if isinstance(value, int) else value

    @pydantic.model_validator(mode="after")
    def _is_one_of_two(self) -> _Extra:
        if (self.when is None) == (self.event is None):
            raise Objection(_("an extra is either for a time (`when`) or for an event (`event`)."), at=("name",))
        if self.when is not None and (self.factor is None or self.points is not None or (self.at_most and self.at_most.per)):
            text = _("an extra for a birthday has a `factor`, and `at_most` as points for one order.")
            raise Objection(text, at=("name",))
        if self.event is not None and (self.points is None or self.factor is not None or (self.at_most and not self.at_most.per)):
            text = _("an extra for an event has `points`, and `at_most` as points and a period.")
            raise Objection(text, at=("name",))
        return self


class _Earn(_Body):
    per: _Money
    points: _Whole = 1
    of: Literal["net_revenue"] = "net_revenue"
    round: Rounding = Rounding.ORDER_THEN_MULTIPLY
    remainder: Remainder = Remainder.DROP
    multiply: _Multiply | None = None
    leave_out: list[dict[Literal["category", "channel", "product_id"], str | list[str]]] = []
    extra: list[_Extra] = []

    @pydantic.model_validator(mode="after")
    def _can_carry(self) -> _Earn:
        if self.remainder is Remainder.CARRY and self.round is not Rounding.ORDER_THEN_MULTIPLY:
            text = _("what is left of an order can wait only where points are rounded before they are multiplied.")
            raise Objection(text, at=("remainder",), advice=_("Write `round: order_then_multiply`, or `remainder: drop`."))
        return self


class _Expire(_Body):
    after: Annotated[str, _length(r"[1-9][0-9]{0,3}[dm]", "12m, 365d")] | None = None
    at_end_of: ExpiryEnd | None = None
    on: str | None = None
    years: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=20)] = 1

    @pydantic.model_validator(mode="after")
    def _is_one_way(self) -> _Expire:
        if (self.after is None) == (self.on is None):
            raise Objection(_("points expire either some time `after` they are earned, or `on` a day of the year."))
        if self.on is not None and self.at_end_of is not None:
            raise Objection(_("a day of the year is not put off to the end of anything."), at=("at_end_of",))
        if self.on is not None and _day_of_year(self.on) is None:
            text = _("'{day}' is not a day that every year has; write month and day, such as 12-31.")
            raise Objection(text, at=("on",), day=self.on[:20])
        return self


class _Redeem(_Body):
    points: _Whole = 1
    worth: _Money
    at_least: _Whole = 1
    step: _Whole = 1
    at_most_share_of_order: _Share = Decimal(1)
    hold: Annotated[str, _length(r"[1-9][0-9]{0,3}(min|h)", "30min, 2h")] = "30min"

    @pydantic.model_validator(mode="after")
    def _holds_a_day(self) -> _Redeem:
        if _minutes(self.hold) > _LONGEST_HOLD:
            raise Objection(_("points are held for a cart for 24 hours at most."), at=("hold",))
        return self


class _Refund(_Body):
    shortfall: Shortfall = Shortfall.DEBT
    reinstate: _Days = "30d"


class _Merge(_Body):
    approve: list[str] = []


class _Above(_Body):
    points: _Whole
    needs: Literal["approver"] = "approver"


class _Adjust(_Body):
    reasons: Annotated[list[_Slug], pydantic.Field(min_length=1)] = ["goodwill", "error", "campaign", "migration"]
    above: _Above | None = None


class _Code(_Body):
    length: Annotated[pydantic.StrictInt, pydantic.Field(ge=6, le=32)] = 8
    letters: str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

    @pydantic.model_validator(mode="after")
    def _cannot_be_guessed(self) -> _Code:
        if len(set(self.letters)) < 10 or len(set(self.letters)) != len(self.letters):  # noqa: PLR2004 - ten digits
            raise Objection(_("codes need at least ten different letters, each once."), at=("letters",))
        return self


class _Qualify(_Body):
    first_order_at_least: Annotated[Decimal, pydantic.Field(ge=0, decimal_places=2)] = Decimal(0)
    not_refunded_for: _Days = "14d"


class _Reward(_Body):
    points: _Whole | None = None
    offer: _Slug | None = None


class _Rewards(_Body):
    advocate: _Reward = _Reward()
    friend: _Reward = _Reward()


class _ReferralLimits(_Body):
    per_advocate: dict[LimitPeriod, _Whole] = {}
    program_month: _Whole | None = None


class _Referral(_Body):
    code: _Code = _Code()
    claim_within: _Days = "30d"
    qualify: _Qualify = _Qualify()
    reward: _Rewards
    limits: _ReferralLimits = _ReferralLimits()
    reject: list[RejectReason] = list(RejectReason)
    hold: list[RejectReason] = []

    @pydantic.model_validator(mode="after")
    def _rewards_somebody(self) -> _Referral:
        if not self.reward.advocate.points and not self.reward.friend.points and not self.reward.friend.offer:
            raise Objection(_("a referral that rewards nobody is none."), at=("reward",))
        if self.reward.advocate.offer is not None:
            raise Objection(_("who recommends is rewarded with points."), at=("reward", "advocate", "offer"))
        return self


class _LoyaltyFile(_Body):
    """The whole document."""

    program: _Slug
    version: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)]
    effective_on: date
    author: str
    why: str
    earn: _Earn
    pending: _Days | None = None
    expire: _Expire | None = None
    redeem: _Redeem
    refund: _Refund = _Refund()
    qualifying: QualifyingBy = QualifyingBy.BASE
    merge: _Merge = _Merge()
    cost_per_point: Annotated[Decimal, pydantic.Field(ge=0, decimal_places=6)] = Decimal(0)
    expected_redemption: _Share = Decimal(1)
    adjust: _Adjust = _Adjust()
    referral: _Referral | None = None

    @pydantic.field_validator("pending", "expire", mode="before")
    @classmethod
    def _may_be_a_word(cls, value: object, info: pydantic.ValidationInfo) -> object:
        return None if value == {"pending": "none", "expire": "never"}[str(info.field_name)] else value


@dataclass(frozen=True)
class ProgramDocument:
    """A program with the document that it was read from, so that what is found later can be placed too."""

    program: Program
    document: Document
    warnings: tuple[Problem, ...] = ()
    """What can be used and is hardly meant."""


def read_program_document(path: Path, *, tiers: Collection[str] | None = None) -> ProgramDocument:
    """The program in a file; see ``program_document_from_text``.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: with every problem at its line.
    """
    return program_document_from_text(text_of(path), str(path), tiers=tiers)


def program_from_text(text: str, file: str = LOYALTY_FILE) -> Program:
    """The program in a text, such as a published version.

    Raises:
        InvalidDocument: with every problem at its line.
    """
    return program_document_from_text(text, file).program


def program_document_from_text(text: str, file: str, *, tiers: Collection[str] | None = None) -> ProgramDocument:
    """The program in a text that is, or once was, a loyalty.yaml.

    Args:
        text: the document.
        file: its name in problems.
        tiers: those of the policy, the lowest first; None: names of factors are not checked.

    Raises:
        InvalidDocument: not YAML, unknown names, a factor for a tier that the policy lacks, a tier without a factor; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_LoyaltyFile, document)
    InvalidDocument.raise_if(sorted(_problems(read, document, tiers), key=lambda each: (each.place and each.place.row) or 0))
    program = _program(read)
    return ProgramDocument(program, document, tuple(_warnings(read, program, document, tiers)))


def _problems(read: _LoyaltyFile, document: Document, tiers: Collection[str] | None) -> Iterator[Problem]:
    factors = read.earn.multiply.factors if read.earn.multiply else {}
    at = ("earn", "multiply", "factors")
    if tiers is not None and factors:
        yield from (unknown_name("tier", name, tiers, place=document.place((*at, name))) for name in factors if name not in tiers)
        lacking = [name for name in tiers if name not in factors]
        if lacking:
            text = _("there is no factor for {tiers}.")
            advice = _("Write one for every tier of the policy; 1 changes nothing.")
            yield Problem(text, {"tiers": ", ".join(lacking)}, document.place(at), advice)
    for number, rule in enumerate(read.merge.approve):
        if rule not in IDENTITY_RULES:
            yield unknown_name(_("rule"), rule, IDENTITY_RULES, place=document.place(("merge", "approve", number)))
    names = [each.name for each in read.earn.extra]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem(_("'{name}' stands here twice."), {"name": name}, document.place(("earn", "extra", number, "name")))
    if read.redeem.at_least % read.redeem.step:
        text = _("at least {at_least} points is no multiple of the step of {step}.")
        values = {"at_least": read.redeem.at_least, "step": read.redeem.step}
        yield Problem(text, values, document.place(("redeem", "at_least")))
    if read.redeem.step % read.redeem.points:
        text = _("a step of {step} points is no multiple of the {points} points that are worth something.")
        yield Problem(text, {"step": read.redeem.step, "points": read.redeem.points}, document.place(("redeem", "step")))


def _warnings(read: _LoyaltyFile, program: Program, document: Document, tiers: Collection[str] | None) -> Iterator[Problem]:
    shortest = program.expiry.shortest_days
    if shortest is not None and program.pending_days >= shortest:
        text = _("points may expire before they can be spent: they wait {pending} days, and some are valid for {shortest} days.")
        values = {"pending": program.pending_days, "shortest": shortest}
        yield Problem(text, values, document.place(("pending",)))
    factors = [program.earn.factors[tier] for tier in tiers or () if tier in program.earn.factors]
    if factors != sorted(factors):
        text = _("a higher tier earns less than one below it.")
        yield Problem(text, {}, document.place(("earn", "multiply", "factors")))
    if not read.cost_per_point:
        text = _("without `cost_per_point` the points cost nothing in liability and budgets.")
        yield Problem(text, {}, document.place())


def _program(read: _LoyaltyFile) -> Program:
    return Program(
        slug=read.program,
        version=read.version,
        effective_on=read.effective_on,
        author=read.author,
        why=read.why,
        earn=_earn(read.earn),
        pending_days=0 if read.pending is None else _days(read.pending),
        expiry=_expiry(read.expire),
        redeem=RedeemRule(
            read.redeem.points,
            read.redeem.worth,
            read.redeem.at_least,
            read.redeem.step,
            read.redeem.at_most_share_of_order,
            _minutes(read.redeem.hold),
        ),
        refund=RefundRule(read.refund.shortfall, _days(read.refund.reinstate)),
        qualifying=read.qualifying,
        approved_rules=tuple(read.merge.approve),
        cost_per_point=read.cost_per_point,
        expected_redemption=read.expected_redemption,
        adjust=AdjustRule(tuple(read.adjust.reasons), None if read.adjust.above is None else read.adjust.above.points),
        referral=None if read.referral is None else _referral(read.referral),
    )


def _earn(read: _Earn) -> EarnRule:
    multiply = read.multiply
    return EarnRule(
        per_cents=int(read.per * 100),
        points=read.points,
        rounding=read.round,
        remainder=read.remainder,
        factor_of=FactorOf.LAST_REVIEW if multiply is None else multiply.of,
        factors={} if multiply is None else {name: int(factor * THOUSAND) for name, factor in multiply.factors.items()},
        leave_out=tuple(
            LeftOut(column, (values,) if isinstance(values, str) else tuple(values))
            for group in read.leave_out
            for column, values in group.items()
        ),
        extra=tuple(map(_extra, read.extra)),
    )


def _extra(read: _Extra) -> Extra:
    limit = read.at_most
    return Extra(
        read.name,
        is_birthday_month=read.when is not None,
        event=read.event,
        factor=0 if read.factor is None else int(read.factor * THOUSAND),
        points=read.points or 0,
        at_most=None if limit is None else limit.points,
        period=None if limit is None else limit.per,
    )


def _expiry(read: _Expire | None) -> Expiry:
    if read is None:
        return Expiry()
    if read.on is not None:
        return Expiry(on=_day_of_year(read.on), years=read.years)
    length, unit = int(str(read.after)[:-1]), str(read.after)[-1]
    return Expiry(months=length if unit == "m" else None, days=length if unit == "d" else None, at_end_of=read.at_end_of)


def _referral(read: _Referral) -> ReferralRule:
    return ReferralRule(
        code_length=read.code.length,
        code_letters=read.code.letters,
        claim_within_days=_days(read.claim_within),
        first_order_at_least=read.qualify.first_order_at_least,
        not_refunded_days=_days(read.qualify.not_refunded_for),
        advocate_points=read.reward.advocate.points or 0,
        friend_points=read.reward.friend.points or 0,
        friend_offer=read.reward.friend.offer,
        per_advocate=dict(read.limits.per_advocate),
        program_month=read.limits.program_month,
        reject=tuple(read.reject),
        hold=tuple(read.hold),
    )


def _days(text: str) -> int:
    return int(text.removesuffix("d"))


def _minutes(text: str) -> int:
    return int(text.removesuffix("min")) if text.endswith("min") else 60 * int(text.removesuffix("h"))


def _day_of_year(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text)
    if found is None or not is_day_of_years(int(found[1]), int(found[2])):
        return None
    return int(found[1]), int(found[2])
