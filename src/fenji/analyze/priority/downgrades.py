"""Who may lose the tier, where to, and when at the earliest?

Reads   the ladder (insight.customer_metric, clean.customer, insight.tier_assignment, insight.customer_value)
Writes  insight.downgrade_watch: one row per customer on the watch list
Units   margins in parts of the rule's thresholds, -1..1; days are reviews
Keeps   customers above the lowest tier whom no rule keeps, or will not at the next review if they do nothing, or only by little, or not on
        what is expected of them; whose tier a person has decided is left out
Source  decision 0024; DESIGN section 6, steps 3 to 7: a tier is kept by its own rules or those of a higher one
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.priority.expectations import expected_basis, foretold
from fenji.analyze.priority.ladder import TODAY, with_metrics
from fenji.analyze.priority.rule_gaps import Measured, Reach, best_of, margins_of, safest
from fenji.analyze.rules.holds import RuleBasis, holds, metrics_in
from fenji.domain.conditions import Condition
from fenji.domain.policies import Cause, Downgrade, Policy, ReviewPeriod
from fenji.domain.priority import PriorityRules, Watch
from fenji.domain.reviews import coming_reviews
from fenji.tables.insight_priority import DOWNGRADE_WATCH

_URGENCY = {watch: number for number, watch in enumerate(Watch)}
_LINE = ("condition", "metric_value", "threshold")

Keeping = dict[int, tuple[Condition, ...]]
"""Position of a tier -> the rules of which each alone keeps it."""


def downgrade_watch(
    ladder: RuleBasis, panel_at_review: ir.Table | None, *, policy: Policy, rules: PriorityRules, as_of: date
) -> ir.Table:
    """insight.downgrade_watch.

    Args:
        ladder: from ``ladder.ladder_of``; its table staged.
        panel_at_review: the metrics of the next review if nothing more happens until then (``panel_rows.known_facts``); None where
            every customer has a review day of its own.
        policy: the tiers.
        rules: how little counts as nearly.
        as_of: last day that counts.
    """
    keeping = {position: _keeping(policy, position) for position in range(1, len(policy.tiers))}
    bound = ladder.table.filter(ladder.table.position > 0, ladder.table.cause != Cause.OVERRIDE.value)
    basis = RuleBasis(bound, ladder.variants, ladder.top_columns)
    table = _with_margin(basis, keeping, "margin")
    table = table.mutate(falls_to=_landing(table, ladder, policy), reviews_left=table.hold_left + table.grace_left)
    if panel_at_review is None:
        table = table.mutate(margin_at_review=ibis.null("float64"), **{f"{name}_at_review": table[name] for name in _LINE})
    else:
        silent = _with_margin(with_metrics(ladder, bound, panel_at_review), keeping, "margin_at_review", "_at_review")
        table = _beside(table, silent, ("margin_at_review", *(f"{name}_at_review" for name in _LINE)))
    foretold_only = {place: kept for place, kept in keeping.items() if foretold(metrics_in(kept))}
    later = _with_margin(expected_basis(basis), foretold_only, "coming", "_expected")
    table = _beside(table, later, ("coming", *(f"{name}_expected" for name in _LINE)))
    table = table.mutate(expected_margin=ibis.ifelse(table.expected_orders_12m.notnull(), table.coming, ibis.null("float64")))
    watched = table.mutate(watch=_watch(table, rules))
    return _in_order(watched.filter(watched.watch.notnull()), policy, as_of)


def _in_order(watched: ir.Table, policy: Policy, as_of: date) -> ir.Table:
    urgency = ibis.cases(*((watched.watch == str(watch), number) for watch, number in _URGENCY.items()), else_=len(_URGENCY))
    is_unless = watched.watch == str(Watch.UNLESS)
    nearness = ibis.ifelse(is_unless, watched.margin_at_review, watched.margin).abs()
    order = [urgency.asc(), watched.reviews_left.asc(), nearness.asc(), watched.customer_key.asc()]
    return watched.select(
        "customer_key",
        as_of=ibis.literal(as_of, type="date"),
        place=(ibis.row_number().over(order_by=order) + 1).cast("int64"),
        tier=watched.tier,
        falls_to=watched.falls_to,
        watch=watched.watch,
        margin=watched.margin,
        expected_margin=watched.expected_margin,
        margin_at_review=watched.margin_at_review,
        **{
            name: ibis.cases(
                (is_unless, watched[f"{name}_at_review"]),
                (watched.watch == str(Watch.EXPECTED), watched[f"{name}_expected"]),
                else_=watched[name],
            )
            for name in _LINE
        },
        reviews_left=watched.reviews_left,
        falls_on=_falls_on(watched.reviews_left, policy, as_of),
        net_revenue_12m=watched[TODAY],
        expected_revenue_12m=watched.expected_revenue_12m,
    ).cast(DOWNGRADE_WATCH.schema)


def _keeping(policy: Policy, position: int) -> tuple[Condition, ...]:
    """The rules of which each alone keeps a tier: its own and those of higher ones."""
    return tuple(rule for tier in policy.tiers[position:] for rule in (tier.keep, tier.qualify) if rule is not None)


def _with_margin(basis: RuleBasis, keeping: Keeping, name: str, suffix: str = "") -> ir.Table:
    """The basis with the margin by which each customer's tier is kept, and the line that decides."""
    conditions = list(dict.fromkeys(rule for kept_by in keeping.values() for rule in kept_by))
    measured = margins_of(basis, conditions)
    return measured.with_reach(_margin(measured, keeping), name, suffix)


def _margin(measured: Measured, keeping: Keeping) -> Reach:
    reaches = {position: safest([measured.reach(rule) for rule in kept_by]) for position, kept_by in keeping.items()}
    return best_of(reaches, measured.table.position)


def _beside(table: ir.Table, other: ir.Table, names: tuple[str, ...]) -> ir.Table:
    found = other.select(*names, beside_key="customer_key")
    return table.join(found, table.customer_key == found.beside_key).drop("beside_key")


def _watch(table: ir.Table, rules: PriorityRules) -> ir.StringValue:
    falls = table.kept_position < table.position
    return ibis.cases(
        (falls & (table.reviews_left == 0), str(Watch.FALLS_NEXT)),
        (falls, str(Watch.FALLS_LATER)),
        (table.margin_at_review < 0, str(Watch.UNLESS)),
        (table.margin <= float(rules.watch_margin), str(Watch.NEARLY)),
        (table.expected_margin < 0, str(Watch.EXPECTED)),
        else_=ibis.null("string"),
    )


def _landing(table: ir.Table, ladder: RuleBasis, policy: Policy) -> ir.StringValue:
    """Step 6 of a review for customers whom nothing keeps in the present tier or a higher one."""
    basis = RuleBasis(table, ladder.variants, ladder.top_columns)
    if policy.review.downgrade is Downgrade.ONE_STEP:
        lands = table.position - 1
    else:
        held = [
            ((table.position > number) & ibis.or_(*(holds(rule, basis) for rule in rules)), ibis.literal(number, "int64"))
            for number, tier in reversed(list(enumerate(policy.tiers)))
            if (rules := [rule for rule in (tier.qualify, tier.keep) if rule is not None])
        ]
        lands = ibis.cases(*held, else_=ibis.literal(0, "int64")) if held else ibis.literal(0, "int64")
    for cap in policy.caps:
        bound = ibis.literal(policy.rank_of(cap.at_most), "int64")
        lands = ibis.ifelse(holds(cap.when, basis), ibis.least(lands, bound), lands)
    return ibis.cases(*((lands == number, tier.slug) for number, tier in enumerate(policy.tiers)), else_=policy.tiers[0].slug)


def _falls_on(reviews_left: ir.IntegerValue, policy: Policy, as_of: date) -> ir.DateValue:
    """The first review that neither hold nor grace covers; with anniversaries every customer has a day of its own."""
    review = policy.review
    if review.every is ReviewPeriod.ANNIVERSARY:
        return ibis.null("date")
    most = review.grace_reviews + review.hold_reviews
    days = coming_reviews(as_of, review.every, most + 1)
    dates = [(reviews_left == left, ibis.literal(day, type="date")) for left, day in enumerate(days)]
    return ibis.cases(*dates, else_=ibis.null("date"))
