"""Which tier did every customer hold at each of the last reviews? The panel of each review, what the rules say of it, and one decision about all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.activity import metrics_for_lost
from fenji.analyze.panel import customer_metric, known_customers
from fenji.analyze.registry import Registry
from fenji.analyze.reviews import decide_reviews
from fenji.analyze.rules import conditions_of, metrics_in, top_shares_in
from fenji.analyze.tier_counts import count_tiers
from fenji.analyze.tiers import REVENUE, assign_tiers, standing_at, tier_thresholds
from fenji.domain.metrics import Fact
from fenji.domain.policies import SCORE, Policy
from fenji.domain.reviews import LostRule, ReviewOn
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.settings import Settings
from fenji.tables import insight
from fenji.workflow.wiring import RunWriter


@dataclass(frozen=True)
class ReviewPlan:
    """What the reviews of a run follow besides the data."""

    reviews: tuple[ReviewOn, ...]
    """The earliest first; the last one is the run's as-of date."""
    registries: tuple[Registry, ...]
    """For each review but the last the metrics that its policy may name."""
    lost: LostRule
    overrides: pa.Table
    """See ``workflow.overrides.overrides_in``."""


def lost_rule_of(settings: Settings) -> LostRule:
    """When the workspace's settings call a customer lost."""
    return LostRule(settings.lost_after_days, settings.lost_after_intervals)


def check_reviews(reviews: Sequence[ReviewOn], first_seen_on: date | None) -> None:
    """Ends a run whose reviews begin before anything is known.

    Args:
        reviews: the earliest first.
        first_seen_on: the first day on which any customer is known; None where no customer has a day.

    Raises:
        InvalidArgument: nobody was known at the as-of date, or at the earliest reviews; says how many can be decided.
    """
    if first_seen_on is None:
        return
    known = [each for each in reviews if each.as_of >= first_seen_on]
    if not known:
        raise InvalidArgument.of(
            _("nobody is known on {as_of}: the data begin on {first}."),
            advice=_("Choose a later day with --as-of."),
            as_of=reviews[-1].as_of,
            first=first_seen_on,
        )
    if len(known) < len(reviews):
        raise InvalidArgument.of(
            _("{count} reviews would begin on {as_of}, and the data begin on {first}."),
            advice=_("At most {most} reviews can be decided: --history {most}"),
            count=len(reviews),
            as_of=reviews[0].as_of,
            first=first_seen_on,
            most=len(known),
        )


def save_reviews(
    writer: RunWriter,
    customer: ir.Table,
    facts: Mapping[Fact, ir.Table],
    panel: ir.Table,
    plan: ReviewPlan,
    *,
    on_review: Callable[[int], None],
) -> list[tuple[ReviewOn, ir.Table]]:
    """Decides all reviews of a run and saves assignments, computed thresholds and counts of each.

    Args:
        writer: where the run's tables go.
        customer: clean.customer.
        facts: the clean tables that have rows.
        panel: the panel of the last review, as stored.
        plan: what is followed.
        on_review: told before each review is looked at, with its number from 0.

    Returns:
        Every review with its assignments as stored, the earliest first.
    """
    engine = writer.session.engine
    overrides = engine.from_arrow(plan.overrides) if plan.overrides.num_rows else None
    last = plan.reviews[-1]
    panels = [*_earlier_panels(writer, customer, facts, plan), panel]
    if len(plan.reviews) == 1:
        first = assign_tiers(panel, customer, policy=last.policy, as_of=last.as_of, lost=plan.lost, overrides=overrides)
        decided = [first]
    else:
        standings = []
        for number, (each, its_panel) in enumerate(zip(plan.reviews, panels, strict=True)):
            on_review(number)
            standing = standing_at(
                its_panel,
                customer,
                policy=each.policy,
                as_of=each.as_of,
                lost=plan.lost,
                overrides=overrides,
                review=number,
            )
            standings.append(engine.stage(standing))
        function = decide_reviews(plan.reviews)
        history = engine.map_customers(ibis.union(*standings), function, insight.TIER_ASSIGNMENT.schema)
        decided = [history.filter(history.as_of == ibis.literal(each.as_of, type="date")) for each in plan.reviews]
    return [
        (each, _saved(writer, customer, each, its_panel, rows))
        for each, its_panel, rows in zip(plan.reviews, panels, decided, strict=True)
    ]


def _saved(writer: RunWriter, customer: ir.Table, review: ReviewOn, panel: ir.Table, decided: ir.Table) -> ir.Table:
    """One review's assignments, thresholds and counts; the assignments as stored."""
    policy, as_of = review.policy, review.as_of
    assignment = writer.save(
        decided, insight.TIER_ASSIGNMENT, as_of=as_of, same_customers_as=known_customers(customer, as_of=as_of)
    )
    writer.save(tier_thresholds(panel, policy=policy, as_of=as_of), insight.TIER_THRESHOLD, as_of=as_of)
    standing = assignment.filter(assignment.tier.notnull())
    writer.save(count_tiers(standing, policy=policy, as_of=as_of), insight.TIER_COUNT, as_of=as_of)
    return assignment


def _earlier_panels(writer: RunWriter, customer: ir.Table, facts: Mapping[Fact, ir.Table], plan: ReviewPlan) -> list[ir.Table]:
    """The panels of all reviews but the last, with the metrics that these reviews need and no others."""
    panels = []
    for each, registry in zip(plan.reviews[:-1], plan.registries, strict=False):
        metrics = registry.needed_for(needed_metrics(each.policy, registry, plan.lost))
        panel = customer_metric(facts, customer, metrics=metrics, as_of=each.as_of)
        # Thresholds and percentiles read the panel several times; where there are none it is read once, and not kept.
        is_read_often = bool(each.policy.score or top_shares_in(conditions_of(each.policy)))
        panels.append(writer.session.engine.stage(panel) if is_read_often else panel)
    return panels


def needed_metrics(policy: Policy, registry: Registry, lost: LostRule) -> tuple[str, ...]:
    """The metrics that a review under a policy needs: those of its rules and score, those that tell who is lost, and the revenue."""
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score), REVENUE]
    return tuple(dict.fromkeys([*(each for each in asked if each != SCORE), *metrics_for_lost(lost, registry.slugs)]))
