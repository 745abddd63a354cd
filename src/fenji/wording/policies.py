"""What does a whole policy say, in the words of the reader's language? For people who decide on it and for customers who ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fenji.domain.policies import Cap, Downgrade, Policy, Review, ReviewPeriod, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.language import message as _
from fenji.language import translate
from fenji.wording.rules import Wording, sentence, sentence_lines

_EVERY = {
    ReviewPeriod.MONTH: _("Tiers are reviewed every month."),
    ReviewPeriod.QUARTER: _("Tiers are reviewed every quarter."),
    ReviewPeriod.HALF_YEAR: _("Tiers are reviewed every half year."),
    ReviewPeriod.YEAR: _("Tiers are reviewed every year."),
    ReviewPeriod.ANNIVERSARY: _("Tiers are reviewed on the anniversary of the customer's registration."),
}
_FALLS = {
    Downgrade.ONE_STEP: _("A customer who no longer keeps a tier falls by one tier."),
    Downgrade.REQUALIFY: _("A customer who no longer keeps a tier falls to the highest tier whose rule is still met."),
}

EVERYONE_ELSE = _("everyone else")


@dataclass(frozen=True)
class TierInWords:
    """One tier as people read it."""

    tier: str
    name: str
    qualify: tuple[str, ...]
    """Lines that must all be met; one line, everyone else, for the first tier."""
    keep: tuple[str, ...]
    """Lines that keep the tier; empty where what gains it keeps it."""


@dataclass(frozen=True)
class PolicyInWords:
    """A policy as people read it."""

    policy: str
    version: int
    tiers: tuple[TierInWords, ...]
    """Lowest first."""
    caps: tuple[str, ...]
    review: tuple[str, ...]
    variants: tuple[str, ...]
    score: tuple[str, ...]


def policy_in_words(policy: Policy, wording: Wording, *, columns: Mapping[str, Words] | None = None) -> PolicyInWords:
    """The policy as sentences.

    Args:
        policy: the rules.
        wording: language, metric names and currency.
        columns: what customer columns are called; by default their own names.
    """
    names = {tier.slug: tier.name for tier in policy.tiers}
    return PolicyInWords(
        policy.slug,
        policy.version,
        tuple(_tier(tier, wording) for tier in policy.tiers),
        tuple(cap_sentence(cap, names, wording) for cap in policy.caps),
        review_lines(policy.review, wording),
        tuple(variant_sentence(variant, columns or {}, wording) for variant in policy.variants),
        tuple(score_sentence(part, wording) for part in policy.score),
    )


def _tier(tier: Tier, wording: Wording) -> TierInWords:
    everyone = (translate(EVERYONE_ELSE, wording.language),)
    qualify = sentence_lines(tier.qualify, wording) if tier.qualify is not None else everyone
    keep = sentence_lines(tier.keep, wording) if tier.keep is not None else ()
    return TierInWords(tier.slug, tier.name.in_language(wording.language), qualify, keep)


def cap_sentence(cap: Cap, names: Mapping[str, Words], wording: Wording) -> str:
    """A veto with its reason; ``names``: what the tiers are called, by slug."""
    tier = names[cap.at_most].in_language(wording.language) if cap.at_most in names else cap.at_most
    text = _("While {rule}: at most {tier} ({why}).")
    return translate(text, wording.language, rule=sentence(cap.when, wording), tier=tier, why=cap.why)


def review_lines(review: Review, wording: Wording) -> tuple[str, ...]:
    """When tiers are decided and how gently they are lost, a sentence each."""
    lines = [translate(_EVERY[review.every], wording.language), translate(_FALLS[review.downgrade], wording.language)]
    if review.hold_reviews:
        text = _("After a change, a tier is held for {number} {number:review|reviews}.")
        lines.append(translate(text, wording.language, number=review.hold_reviews))
    if review.grace_reviews:
        text = _("Before a fall, {number} {number:review of grace is|reviews of grace are} given.")
        lines.append(translate(text, wording.language, number=review.grace_reviews))
    return tuple(lines)


def variant_sentence(variant: Variant, columns: Mapping[str, Words], wording: Wording) -> str:
    """For whom thresholds differ, and how; ``columns``: what customer columns are called."""
    where = [
        translate(
            _("{column} is {values}"),
            wording.language,
            column=columns[name].in_language(wording.language) if name in columns else name,
            values=translate(_(" or "), wording.language).join(values),
        )
        for name, values in variant.where.items()
    ]
    scale = [
        translate(_("{metric} x {factor}"), wording.language, metric=wording.name(name), factor=f"{factor.normalize():f}")
        for name, factor in variant.scale.items()
    ]
    return translate(
        _("Where {where}, thresholds are multiplied: {scale}."),
        wording.language,
        where=translate(_(" and "), wording.language).join(where),
        scale=translate(_(", "), wording.language).join(scale),
    )


def score_sentence(part: ScorePart, wording: Wording) -> str:
    """One part of the score with its weight."""
    values = {"metric": wording.name(part.metric), "weight": f"{(part.weight * Decimal(100)).normalize():f}%"}
    if part.scale is None:
        text = _("{weight}: {metric}, by the share of the other customers who have less")
        return translate(text, wording.language, **values)
    low, high = (wording.number(part.metric, end) for end in part.scale)
    text = _("{weight}: {metric}, 0 points at {low} and 100 at {high}")
    return translate(text, wording.language, **values, low=low, high=high)
