"""Why does a customer stand at this place, and why on a list? In the words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fenji.analyze.rules.judging import Judged
from fenji.answers.priority import FrequentCandidate, PlacedCustomer, UpgradeCandidate, WatchedCustomer
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Policy
from fenji.domain.priority import CHURN_MEASURE, First, Frequent, Mark, Part, PartRule, PriorityRules, Watch
from fenji.language import message as _
from fenji.language import translate
from fenji.wording.figures import percent
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording, reason

PART_NAMES = {
    Part.VALUE: _("value"),
    Part.POTENTIAL: _("potential"),
    Part.TIER: _("tier"),
    Part.CHURN_RISK: _("risk of leaving"),
    Part.SATISFACTION: _("satisfaction"),
}
MARK_NAMES = {
    Mark.A: _("A: the customers who bring the first {a}"),
    Mark.B: _("B: those who bring the rest up to {b}"),
    Mark.C: _("C: all others"),
}
WATCH_NAMES = {
    Watch.FALLS_NEXT: _("falls at the next review"),
    Watch.FALLS_LATER: _("held or in grace, nothing else keeps it"),
    Watch.UNLESS: _("falls unless it does something until the next review"),
    Watch.NEARLY: _("kept by little"),
    Watch.EXPECTED: _("kept today, not kept by the forecast"),
}
FREQUENT_NAMES = {Frequent.NEW: _("new"), Frequent.INFREQUENT: _("few orders so far")}


def place_lines(
    customer: PlacedCustomer, rules: PriorityRules, customers: int, policy: Policy, wording: Wording
) -> tuple[str, ...]:
    """Why a customer stands at its place: the score, then one line for each part, then the mark and the capacity.

    Args:
        customer: one place in the priority ranking.
        rules: what the run was told.
        customers: how many stand in the order.
        policy: the tiers.
        wording: language, and names of all measures.
    """
    return tuple(_place(customer, rules, customers, policy, wording))


def part_line(customer: PlacedCustomer, rule: PartRule, rules: PriorityRules, policy: Policy, wording: Wording) -> str:
    """What one part brings to a customer's score, and why."""
    language, points = wording.language, customer.points(rule.part)
    name = translate(PART_NAMES[rule.part], language)
    if points is None:
        text = _("{part}: left out, because no value is known; the other parts weigh more")
        return translate(text, language, part=name)
    value = _value_of(customer, rule, policy, wording)
    most = most_points(customer, rule, rules)
    if value is None:
        text = (
            _(
                "{part}: {points} of {most} points; no risk is known: the customer is not active, or there was too little to learn from"
            )
            if rule.measure == CHURN_MEASURE
            else _("{part}: {points} of {most} points; no value is known, and the rules give it these")
        )
        return translate(text, language, part=name, points=_points(points), most=_points(most))
    text = _("{part}: {points} of {most} points; {measure} {value}{beside}")
    return translate(
        text,
        language,
        part=name,
        points=_points(points),
        most=_points(most),
        measure=wording.name(rule.measure) if rule.part is not Part.TIER else "",
        value=value,
        beside=_beside(float(points) / most if most else 0.0, rule, wording),
    ).replace("  ", " ")


def most_points(customer: PlacedCustomer, rule: PartRule, rules: PriorityRules) -> float:
    """How many points the part could bring to this customer: its share of the weights that count."""
    counted = [each for each in rules.parts if customer.points(each.part) is not None]
    total = sum(float(each.weight) for each in counted)
    return 100.0 * float(rule.weight) / total if total else 0.0


_NOT_TODAY = {Watch.UNLESS: _("{rule}: would be {value}"), Watch.EXPECTED: _("{rule}: expected {value}")}
"""How the deciding value is told where it is not the value of today."""


def upgrade_line(candidate: UpgradeCandidate, policy: Policy, wording: Wording) -> str:
    """Why a customer is a candidate for the next tier."""
    language = wording.language
    line = _condition_line(candidate, wording, met=False)
    name = tier_name(policy, candidate.next_tier, wording)
    if candidate.expected_gap is None:
        text = _("{tier} asks for {line}; there is no forecast of this metric")
    elif candidate.expected_gap == 0:
        text = _("{tier} asks for {line}; by the forecast the rule will be met in twelve months")
    else:
        text = _("{tier} asks for {line}; by the forecast {gap} of it will be missing in twelve months")
    return translate(text, language, tier=name, line=line, gap=percent(candidate.expected_gap or 0.0))


def watch_line(watched: WatchedCustomer, policy: Policy, wording: Wording) -> str:
    """Why a customer stands on the watch list, and what would follow."""
    language = wording.language
    is_kept = watched.watch is Watch.NEARLY
    line = _condition_line(watched, wording, met=is_kept, told=_NOT_TODAY.get(watched.watch))
    falls_to = tier_name(policy, watched.falls_to, wording)
    texts = {
        Watch.FALLS_NEXT: _("nothing keeps the tier ({line}): falls to {tier} at the review of {day}"),
        Watch.FALLS_LATER: _(
            "nothing keeps the tier ({line}), but hold or grace covers {count} more reviews: falls to {tier} at the review of {day}"
        ),
        Watch.UNLESS: _(
            "kept today, but not at the next review without new orders or activity ({line} if nothing more comes); then falls to {tier}, at the review of {day} at the earliest"
        ),
        Watch.NEARLY: _(
            "kept by {margin} of the threshold ({line}); without it would fall to {tier}, at the review of {day} at the earliest"
        ),
        Watch.EXPECTED: _(
            "kept today, but by the forecast not in twelve months ({line}); would fall to {tier}, at the review of {day} at the earliest"
        ),
    }
    own_day = translate(_("its own anniversary"), language)
    return translate(
        texts[watched.watch],
        language,
        line=line,
        tier=falls_to,
        count=watched.reviews_left,
        day=watched.falls_on or own_day,
        margin=percent(max(watched.margin, 0.0)),
    )


def frequent_line(candidate: FrequentCandidate, wording: Wording) -> str:
    """Why somebody may become a frequent customer."""
    text = (
        _(
            "first ordered {days} days ago, {orders} orders in twelve months; {expected} order days are expected in the next twelve"
        )
        if candidate.kind is Frequent.NEW
        else _("{orders} orders in twelve months; {expected} order days are expected in the next twelve")
    )
    values = {
        "days": candidate.days_since_first_order,
        "orders": candidate.orders_12m,
        "expected": f"{candidate.expected_orders_12m:.1f}",
    }
    return translate(text, wording.language, **values)


def mark_name(mark: Mark, rules: PriorityRules, wording: Wording) -> str:
    """What a Pareto mark means."""
    values = {"a": percent(float(rules.pareto.a)), "b": percent(float(rules.pareto.b))}
    return translate(MARK_NAMES[mark], wording.language, **values)


def _place(customer: PlacedCustomer, rules: PriorityRules, customers: int, policy: Policy, wording: Wording) -> Iterator[str]:
    language = wording.language
    if customer.score is None:
        yield translate(
            _("Place {position} of {customers}: no part of the score has a value, so the customer comes after all who have one."),
            language,
            position=f"{customer.position:,}",
            customers=f"{customers:,}",
        )
    else:
        yield translate(
            _("Place {position} of {customers} with {score} points."),
            language,
            position=f"{customer.position:,}",
            customers=f"{customers:,}",
            score=_points(customer.score),
        )
        for rule in rules.parts:
            yield part_line(customer, rule, rules, policy, wording)
    yield mark_name(customer.mark, rules, wording)
    if customer.is_within_capacity is not None:
        text = (
            _("Within the capacity of {count} customers.")
            if customer.is_within_capacity
            else _("Beyond the capacity of {count} customers.")
        )
        yield translate(text, language, count=f"{rules.capacity:,}")


def _value_of(customer: PlacedCustomer, rule: PartRule, policy: Policy, wording: Wording) -> str | None:
    if rule.part is Part.TIER:
        return tier_name(policy, customer.tier, wording)
    value = customer.measured(rule.part)
    return None if value is None else wording.number(rule.measure, round(value, 4))


def _beside(share: float, rule: PartRule, wording: Wording) -> str:
    """By percentile: how many others it beats."""
    if rule.scale is not None:
        return ""
    text = _(", more than {share} of the others") if rule.first is First.HIGH else _(", less than {share} of the others")
    return translate(text, wording.language, share=percent(share))


def _condition_line(found: UpgradeCandidate | WatchedCustomer, wording: Wording, *, met: bool, told: str | None = None) -> str:
    """The deciding line of a rule, with the threshold of this customer and what is there, or what ``told`` says of it."""
    value = None if found.metric_value is None else round(found.metric_value, 4)
    return reason(Judged(parse_condition(found.condition), met, value, found.threshold), wording, told=told)


def _points(points: float | Decimal) -> str:
    return f"{points:.1f}"
