"""How is a customer's tier explained to a person: where since when and why, what keeps it, what would follow, what is missing?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fenji.analyze.reviews.explaining import CapReason, Explanation, TierReason
from fenji.analyze.rules.judging import Judged
from fenji.domain.overrides import Override
from fenji.domain.policies import Cause, Policy
from fenji.language import message as _
from fenji.language import translate
from fenji.wording.rules import Wording, missing_line, reason_lines

CAUSES = {
    Cause.NEW: _("new: the first tier of this customer"),
    Cause.UPGRADE: _("upgrade: a higher tier was reached"),
    Cause.KEPT: _("kept: the rule that keeps the tier is met"),
    Cause.GRACE: _("grace: nothing keeps the tier, but reviews of grace are left"),
    Cause.HELD: _("held: nothing keeps the tier, but it may not fall yet"),
    Cause.DOWNGRADE: _("downgrade: nothing kept the tier before"),
    Cause.CAP: _("cap: a veto allows no higher tier"),
    Cause.OVERRIDE: _("override: a person has decided"),
    Cause.RETURNED: _("returned: was lost, is active again"),
    Cause.LOST: _("lost: no order or event for longer than the settings allow"),
}
"""What each cause means, in a few words."""
CAUSE_NAMES: Mapping[Cause, str] = {
    Cause.NEW: _("new"),
    Cause.UPGRADE: _("upgraded"),
    Cause.KEPT: _("tier kept"),
    Cause.GRACE: _("in grace"),
    Cause.HELD: _("held"),
    Cause.DOWNGRADE: _("downgraded"),
    Cause.CAP: _("capped"),
    Cause.OVERRIDE: _("by override"),
    Cause.RETURNED: _("returned"),
    Cause.LOST: _("lost"),
}
"""What each cause is called."""

LOST_BY_RULE = _("lost by the rule of the tiers")
"""Where a customer without a tier stands, on screens that do not say the rule; what churn calls leaving is another thing."""

MOST_ALTERNATIVES = 3
"""Alternatives of what is missing that are told to people; all of them are in the JSON."""


def tier_name(policy: Policy, slug: str | None, wording: Wording) -> str:
    """What a tier is called; customers without one are lost."""
    if slug is None:
        return translate(LOST_BY_RULE, wording.language)
    names = {tier.slug: tier.name for tier in policy.tiers}
    return names[slug].in_language(wording.language) if slug in names else slug


def standing_line(explained: Explanation, wording: Wording) -> str:
    """Where the customer stands, since when and for what cause."""
    decision = explained.decision
    cause = translate(cause_text(decision.cause, is_lowest=explained.falls_to is None), wording.language)
    if decision.tier is None:
        return translate(_("Lost since {since} ({cause})."), wording.language, since=decision.since_on, cause=cause)
    name = tier_name(explained.policy, decision.tier, wording)
    return translate(
        _("Stands in {tier} since {since} ({cause})."), wording.language, tier=name, since=decision.since_on, cause=cause
    )


def cause_text(cause: Cause, *, is_lowest: bool) -> str:
    """What a cause means; nothing need keep the lowest tier."""
    return _("unchanged: the lowest tier") if is_lowest and cause is Cause.KEPT else CAUSES[cause]


def rule_lines(judged: Judged | None, wording: Wording) -> tuple[str, ...]:
    """Each line of a rule with the customer's value, threshold and result."""
    return reason_lines(judged, wording) if judged else (translate(_("everyone else"), wording.language),)


def keeping_lines(explained: Explanation, override: Override | None, wording: Wording) -> tuple[str, ...]:
    """What keeps the tier, until when, and where the customer would fall to."""
    return tuple(_keeping(explained, wording, override))


def missing_lines(explained: Explanation, wording: Wording) -> tuple[str, ...]:
    """What is missing for the next tier: one line per alternative, the smallest first, then caps in the way."""
    above = explained.above
    if above is None:
        return ()
    lines = [missing_line(way, wording) for way in explained.missing if way][:MOST_ALTERNATIVES]
    if not lines:
        lines = [translate(_("Nothing: its rule is met already."), wording.language)]
    blocked = [cap_line(each, explained.policy, wording) for each in explained.capped_by]
    return (*lines, *blocked)


def cap_line(reason: CapReason, policy: Policy, wording: Wording) -> str:
    """One cap as decided: whether it holds, on which values, and what it allows."""
    text = _("at most {tier} ({why}): {lines}") if reason.when.met else _("does not apply, at most {tier} ({why}): {lines}")
    lines = translate(_("; "), wording.language).join(reason_lines(reason.when, wording))
    name = tier_name(policy, reason.cap.at_most, wording)
    return translate(text, wording.language, tier=name, why=reason.cap.why, lines=lines)


def _keeping(explained: Explanation, wording: Wording, override: Override | None) -> Iterator[str]:
    decision, own, language = explained.decision, explained.own, wording.language
    if override is not None:
        yield translate(
            _("{person} decided this tier until {until}: {reason}."),
            language,
            person=override.decided.person,
            until=override.last_on,
            reason=override.decided.reason.rstrip("。."),
        )
    if own is None:
        return
    if explained.falls_to is None:
        yield translate(_("No review takes the lowest tier away."), language)
        return
    yield translate(_kept_by(explained, own), language)
    if decision.hold_left:
        yield translate(
            _("It is held for {count} more {count:review|reviews} whatever happens."), language, count=decision.hold_left
        )
    if decision.grace_left:
        yield translate(_("Reviews of grace that are left: {count}."), language, count=decision.grace_left)
    if explained.falls_at_earliest is not None:
        yield translate(
            _("If nothing keeps it from now on, the customer falls to {tier} at the review of {day} at the earliest."),
            language,
            tier=tier_name(explained.policy, explained.falls_to, wording),
            day=explained.falls_at_earliest,
        )


def _kept_by(explained: Explanation, own: TierReason) -> str:
    position = explained.tiers.index(own)
    if own.is_qualified:
        return _("The rule that gains the tier is met, and keeps it as long as that is so.")
    if own.is_kept:
        return _("The keep rule is met, and keeps the tier as long as that is so.")
    if any(each.is_qualified or each.is_kept for each in explained.tiers[position + 1 :]):
        return _("The rule of a higher tier is met, and keeps this one as long as that is so.")
    return _("No rule keeps the tier any more.")
