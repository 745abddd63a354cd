"""Is each part of a policy right by itself: its tiers, rules, caps, score and variants?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from fenji.analyze.policies.findings import Finding, Keys, LintScope
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.rules.spans import boxes_of, is_possible
from fenji.domain.conditions import Comparison, Condition, Operator, Presence, TopShare, leaves
from fenji.domain.metrics import Better, Fact, Unit
from fenji.domain.policies import SCORE, Cap, Policy, ScorePart, Tier, Variant
from fenji.language import message as _
from fenji.tables.clean import CUSTOMER

VARIANT_COLUMNS = tuple(
    column.name for column in CUSTOMER.columns if column.type == "string" and column.name not in ("customer_id", "name")
)
"""The customer columns by which variants may differ."""

_RISING = (Operator.AT_LEAST, Operator.MORE_THAN)
_FALLING = (Operator.AT_MOST, Operator.LESS_THAN)


@dataclass(frozen=True)
class Rule:
    """One condition of a policy and where it stands."""

    condition: Condition
    keys: Keys
    tier: str | None
    vetoes: bool = False
    """A cap: what it asks for is bad."""


def rules_of(policy: Policy) -> tuple[Rule, ...]:
    """Every condition of a policy with its place: tiers from below, then caps."""
    named = [
        Rule(condition, ("tiers", rank, word), tier.slug)
        for rank, tier in enumerate(policy.tiers)
        for word, condition in (("qualify", tier.qualify), ("keep", tier.keep))
        if condition is not None
    ]
    return (
        *named,
        *(Rule(cap.when, ("caps", number, "when"), cap.at_most, vetoes=True) for number, cap in enumerate(policy.caps)),
    )


def part_findings(scope: LintScope) -> Iterator[Finding]:
    """What is wrong with the parts of a policy, each looked at by itself."""
    yield from _structure(scope)
    yield from _names(scope)
    for rule in rules_of(scope.policy):
        yield from _rule(scope, rule)
    for number, cap in enumerate(scope.policy.caps):
        yield from _cap(scope, cap, ("caps", number))
    yield from _score(scope)
    for number, variant in enumerate(scope.policy.variants):
        yield from _variant(scope, variant, ("variants", number))
    yield from _variants_together(scope)


def _structure(scope: LintScope) -> Iterator[Finding]:
    tiers = scope.policy.tiers
    if not tiers:
        yield scope.error("no_tiers", ("tiers",), _("the policy has no tiers."))
    counted = Counter(tier.slug for tier in tiers)
    for rank, tier in enumerate(tiers):
        keys: Keys = ("tiers", rank)
        if counted[tier.slug] > 1:
            yield scope.error("duplicate_tier", keys, _("tier '{tier}' is listed more than once."), tier=tier.slug)
        yield from _tier_has_its_rule(scope, tier, rank)


def _tier_has_its_rule(scope: LintScope, tier: Tier, rank: int) -> Iterator[Finding]:
    if rank == 0 and (tier.qualify is not None or tier.keep is not None):
        text = _("the first tier '{tier}' has a rule, but it is for everyone else.")
        advice = _("Leave out its rules, or list a tier without rules before it.")
        yield scope.error("first_tier_with_rule", ("tiers", 0), text, tier=tier.slug, advice=advice)
    if rank > 0 and tier.qualify is None:
        text = _("tier '{tier}' has no qualify rule: nobody would ever gain it.")
        yield scope.error(
            "tier_without_rule", ("tiers", rank), text, tier=tier.slug, advice=_("Write under which conditions it is gained.")
        )


def _names(scope: LintScope) -> Iterator[Finding]:
    known = [*scope.metrics, *([SCORE] if scope.policy.score else [])]
    for rule in rules_of(scope.policy):
        for name in metrics_in([rule.condition]):
            if name == SCORE and not scope.policy.score:
                text = _("a rule uses the score, but the policy does not say how it is made.")
                advice = _("Add a section `score` with metrics and weights.")
                yield scope.error("score_missing", rule.keys, text, tier=rule.tier, advice=advice)
            elif name not in known:
                yield scope.unknown("unknown_metric", rule.keys, _("metric"), name, known, tier=rule.tier)
    for part in scope.policy.score:
        if part.metric not in scope.metrics:
            yield scope.unknown("unknown_metric", (SCORE, part.metric), _("metric"), part.metric, list(scope.metrics))
    slugs = [tier.slug for tier in scope.policy.tiers]
    for number, cap in enumerate(scope.policy.caps):
        if cap.at_most not in slugs:
            yield scope.unknown("unknown_tier", ("caps", number, "at_most"), _("tier"), cap.at_most, slugs)


def _rule(scope: LintScope, rule: Rule) -> Iterator[Finding]:
    boxes = boxes_of(rule.condition, scope.metrics)
    possible = [is_possible(box, scope.metrics) for box in boxes or ()]
    if boxes is None:
        text = _("the rule has so many alternatives that it cannot be examined.")
        yield scope.warning("not_examined", rule.keys, text, tier=rule.tier)
    elif not any(possible):
        text = _("no customer can ever meet this rule: {rule}.")
        advice = _("Look for conditions that exclude each other, or values that the metric never has.")
        yield scope.error("contradiction", rule.keys, text, tier=rule.tier, advice=advice, rule=str(rule.condition))
    elif not all(possible):
        text = _("one alternative of this rule can never be met: {rule}.")
        yield scope.warning("dead_alternative", rule.keys, text, tier=rule.tier, rule=str(rule.condition))
    yield from _directions(scope, rule)
    yield from _shares(scope, rule)
    yield from _top_of_zeros(scope, rule)
    yield from _silence(scope, rule)


def _directions(scope: LintScope, rule: Rule) -> Iterator[Finding]:
    """Conditions that ask for the bad direction of a metric. A metric bounded on both sides is a band, which the ladder examines."""
    asked: dict[str, set[Better]] = {}
    for leaf in leaves(rule.condition):
        if isinstance(leaf, TopShare) or (isinstance(leaf, Comparison) and leaf.operator in (*_RISING, *_FALLING)):
            rising = isinstance(leaf, TopShare) or leaf.operator in _RISING
            asked.setdefault(leaf.metric, set()).add(Better.HIGHER if rising else Better.LOWER)
    for name, directions in asked.items():
        good = scope.better(name)
        if good is Better.NEITHER or len(directions) > 1:
            continue
        (wanted,) = directions
        if (wanted is good) == rule.vetoes:
            text = _("{metric}: more of it is better, but this rule asks for less.")
            if wanted is Better.HIGHER:
                text = _("{metric}: less of it is better, but this rule asks for more.")
            if rule.vetoes:
                text = _("{metric}: this cap holds back the better customers.")
            yield scope.warning("against_direction", rule.keys, text, tier=rule.tier, metric=name)


def _shares(scope: LintScope, rule: Rule) -> Iterator[Finding]:
    for leaf in leaves(rule.condition):
        is_share = leaf.metric in scope.metrics and scope.metrics[leaf.metric].unit is Unit.SHARE
        if is_share and isinstance(leaf, Comparison) and leaf.number > 1:
            text = _("{metric} is a share from 0 to 1, but it is compared with {number}.")
            advice = _("For 20% write 0.2.")
            yield scope.warning(
                "share_in_percent", rule.keys, text, tier=rule.tier, advice=advice, metric=leaf.metric, number=leaf.number
            )


def _top_of_zeros(scope: LintScope, rule: Rule) -> Iterator[Finding]:
    for box in boxes_of(rule.condition, scope.metrics) or ():
        for name, span in box.items():
            metric = scope.metrics.get(name)
            above_zero = span.low is not None and (span.low > 0 or (span.low == 0 and span.low_open))
            if span.top is None or metric is None or metric.is_null_when_empty or above_zero:
                continue
            text = _(
                "{metric} in top {percent}%: where fewer customers than that have any, the threshold is 0 and everybody meets it."
            )
            advice = _("Add `{metric} > 0` in the same `all`.")
            percent = f"{(span.top * 100).normalize():f}"
            yield scope.warning(
                "top_share_of_zeros", rule.keys, text, tier=rule.tier, advice=advice, metric=name, percent=percent
            )


def _silence(scope: LintScope, rule: Rule) -> Iterator[Finding]:
    """Good answers asked for from customers who may never have been asked (decision 0010)."""
    judged = {leaf.metric for leaf in leaves(rule.condition) if isinstance(leaf, Presence)}
    for name in metrics_in([rule.condition]):
        metric = scope.metrics.get(name)
        if (
            rule.vetoes
            or name in judged
            or metric is None
            or metric.fact is not Fact.FEEDBACK
            or metric.better is not Better.HIGHER
        ):
            continue
        if metric.is_null_when_empty:
            text = _("{metric}: customers who gave no feedback never meet this rule.")
            advice = _(
                "Put `{metric} is null` beside it in an `any`, or `{metric} is not null` in an `all` to say that it is meant."
            )
            yield scope.warning("silence_fails", rule.keys, text, tier=rule.tier, advice=advice, metric=name)


def _cap(scope: LintScope, cap: Cap, keys: Keys) -> Iterator[Finding]:
    if scope.policy.tiers and cap.at_most == scope.policy.tiers[-1].slug:
        text = _("a cap at the highest tier '{tier}' never changes anything.")
        yield scope.warning("idle_cap", (*keys, "at_most"), text, tier=cap.at_most)


def _score(scope: LintScope) -> Iterator[Finding]:
    parts = scope.policy.score
    if not parts:
        return
    total = sum((part.weight for part in parts), Decimal(0))
    if total != 1:
        text = _("the weights of the score add up to {total}, not to 1.")
        yield scope.error("weights", (SCORE,), text, total=f"{total:f}")
    if SCORE not in metrics_in(conditions_of(scope.policy)):
        yield scope.warning("idle_score", (SCORE,), _("no rule uses the score."))
    for part in parts:
        yield from _score_part(scope, part)


def _score_part(scope: LintScope, part: ScorePart) -> Iterator[Finding]:
    keys: Keys = (SCORE, part.metric)
    if part.weight <= 0:
        yield scope.error("weights", keys, _("the weight of {metric} must be more than 0."), metric=part.metric)
    if part.scale is not None and part.scale[0] == part.scale[1]:
        yield scope.error("empty_scale", keys, _("the scale of {metric} must have two different ends."), metric=part.metric)
        return
    good = scope.better(part.metric)
    given = Better.HIGHER if part.scale is None or part.scale[0] < part.scale[1] else Better.LOWER
    if good not in (given, Better.NEITHER):
        text = _("{metric}: the score gives more points for worse values.")
        advice = _("Write the scale from the worst value to the best one, such as [30, 0].")
        yield scope.warning("against_direction", keys, text, advice=advice, metric=part.metric)


def _variant(scope: LintScope, variant: Variant, keys: Keys) -> Iterator[Finding]:
    for column in variant.where:
        if column not in VARIANT_COLUMNS:
            yield scope.unknown("unknown_column", (*keys, "where", column), _("customer column"), column, VARIANT_COLUMNS)
    used = metrics_in(conditions_of(scope.policy))
    for name, factor in variant.scale.items():
        place = (*keys, "scale", name)
        if name not in scope.metrics and name != SCORE:
            yield scope.unknown("unknown_metric", place, _("metric"), name, list(scope.metrics))
        elif name not in used:
            yield scope.warning(
                "idle_variant", place, _("no rule compares {metric}, so scaling it changes nothing."), metric=name
            )
        if factor <= 0:
            yield scope.error("factor", place, _("the factor of {metric} must be more than 0."), metric=name)


def _variants_together(scope: LintScope) -> Iterator[Finding]:
    """Two variants that scale one metric and may both match a customer: the first one counts, which its author should know."""
    variants = scope.policy.variants
    for later in range(len(variants)):
        for earlier in range(later):
            both = set(variants[earlier].scale) & set(variants[later].scale)
            shared = set(variants[earlier].where) & set(variants[later].where)
            apart = any(not set(variants[earlier].where[name]) & set(variants[later].where[name]) for name in shared)
            if both and not apart:
                text = _("variants {first} and {second} both scale {metric} and may both match a customer: the first one counts.")
                shown = ", ".join(sorted(both))
                keys: Keys = ("variants", later)
                yield scope.warning("variants_overlap", keys, text, first=earlier + 1, second=later + 1, metric=shown)
