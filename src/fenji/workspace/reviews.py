"""Which tier did every customer hold at each of the last reviews? Facts are summed up once for all reviews where that is exact; then one decision is made.

Memory: a batch of about two million cells and its arrays, below 1 GB whatever the number of customers and reviews, beside what the engine
is given for grouping and sorting cells, which it does on disk where they do not fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.metrics.panel import customer_metric, known_customers
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.activity import metrics_for_lost
from fenji.analyze.reviews.by_cells import Override, decide_cells
from fenji.analyze.reviews.cells import cells_of, plan_cells
from fenji.analyze.reviews.overrides import overrides_in_force
from fenji.analyze.reviews.reviews import decide_reviews
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.analyze.reviews.tiers import assign_tiers, standing_at, tier_thresholds
from fenji.analyze.rules.holds import conditions_of, metrics_in, top_shares_in
from fenji.domain.metrics import REVENUE, Fact
from fenji.domain.policies import SCORE, Policy
from fenji.domain.reviews import LostRule, ReviewOn
from fenji.domain.steps import Step
from fenji.engines.engine import Engine
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.settings import Settings
from fenji.tables import insight
from fenji.workspace.session import RunWriter

MOST_OVERRIDES = 5_000_000
"""Customers whose tier was given by hand: 10 bytes each and review in memory."""


@dataclass(frozen=True)
class ReviewPlan:
    """What the reviews of a run follow besides the data."""

    reviews: tuple[ReviewOn, ...]
    """The earliest first; the last one is the run's as-of date."""
    registries: tuple[Registry, ...]
    """For each review the metrics that its policy may name."""
    lost: LostRule
    overrides: pa.Table
    """See ``workspace.overrides.overrides_in``."""
    kept: int | None = None
    """So many of the last reviews come out; all are decided, since tiers follow one another. None: all."""

    @property
    def first(self) -> int:
        """The number of the first review that comes out."""
        return 0 if self.kept is None else max(len(self.reviews) - self.kept, 0)


def lost_rule_of(settings: Settings) -> LostRule:
    """When the workspace's settings call a customer lost."""
    return LostRule(settings.lost_after_days, settings.lost_after_intervals)


def reviews_of_somebody(reviews: Sequence[ReviewOn], first_seen_on: date | None) -> tuple[ReviewOn, ...]:
    """The reviews on which anybody is known; the others would decide about nobody.

    Args:
        reviews: the earliest first.
        first_seen_on: the first day on which any customer is known; None where no customer has a day.

    Raises:
        InvalidArgument: nobody was known at the last one.
    """
    known = tuple(each for each in reviews if first_seen_on is None or each.as_of >= first_seen_on)
    if not known:
        raise InvalidArgument.of(
            _("nobody is known on {as_of}: the data begin on {first}."),
            advice=Step.CHOOSE_LATER_DAY,
            as_of=reviews[-1].as_of,
            first=first_seen_on,
        )
    return known


@dataclass(frozen=True)
class Decided:
    """One review with what it was decided from and what was decided."""

    review: ReviewOn
    panel: ir.Table
    """At least the metrics that the review needs."""
    assignment: ir.Table
    """Columns of insight.tier_assignment; not stored yet."""


def decide_plan(
    engine: Engine,
    customer: ir.Table,
    facts: Mapping[Fact, ir.Table],
    plan: ReviewPlan,
    *,
    last_panel: ir.Table | None = None,
    on_review: Callable[[int], None] = lambda _number: None,
) -> list[Decided]:
    """Decides all reviews of a plan; nothing is stored but intermediate results.

    Args:
        engine: where the tables live.
        customer: clean.customer.
        facts: the clean tables that have rows.
        plan: what is followed.
        last_panel: the panel of the last review where it is at hand.
        on_review: told before each review is looked at, with its number from 0.

    Returns:
        The reviews that the plan keeps, the earliest first.

    Raises:
        InvalidInput: a policy names metrics or customer columns that are not there.
    """
    overrides = engine.from_arrow(plan.overrides) if plan.overrides.num_rows else None
    if len(plan.reviews) == 1:
        (review,), (registry,) = plan.reviews, plan.registries
        panel = _panel_of(engine, customer, facts, review, registry, lost=plan.lost) if last_panel is None else last_panel
        only = assign_tiers(panel, customer, policy=review.policy, as_of=review.as_of, lost=plan.lost, overrides=overrides)
        return [Decided(review, panel, only)]
    metrics = [
        registry.needed_for(needed_metrics(each.policy, registry, plan.lost))
        for each, registry in zip(plan.reviews, plan.registries, strict=True)
    ]
    cells = plan_cells(plan.reviews, metrics, facts, customer, plan.lost)
    if cells is None:
        return _decided_from_panels(_World(engine, customer, facts, overrides), plan, last_panel, on_review)
    in_force = []
    for number, review in enumerate(plan.reviews):
        on_review(number)
        in_force.append(_overrides_at(engine, overrides, review))
    rows = cells_of(facts, customer, cells)
    assignments = engine.map_customers_apart(
        rows,
        decide_cells(cells, in_force, first=plan.first),
        insight.TIER_ASSIGNMENT.schema,
        parts=len(plan.reviews) - plan.first,
    )
    panels = [
        customer_metric(facts, customer, metrics=needed, as_of=each.as_of)
        for each, needed in zip(plan.reviews[plan.first :], metrics[plan.first :], strict=True)
    ]
    return [Decided(*each) for each in zip(plan.reviews[plan.first :], panels, assignments, strict=True)]


@dataclass(frozen=True)
class _World:
    """Where the tables live, and those that all reviews read."""

    engine: Engine
    customer: ir.Table
    facts: Mapping[Fact, ir.Table]
    overrides: ir.Table | None


def _decided_from_panels(
    world: _World, plan: ReviewPlan, last_panel: ir.Table | None, on_review: Callable[[int], None]
) -> list[Decided]:
    """A history whose rules look at all customers at once, or at what periods do not add up to: one panel for each review."""
    engine, customer = world.engine, world.customer
    given = [None] * (len(plan.reviews) - 1) + [last_panel]
    panels = [
        panel if panel is not None else _panel_of(engine, customer, world.facts, each, registry, lost=plan.lost)
        for each, registry, panel in zip(plan.reviews, plan.registries, given, strict=True)
    ]
    standings = []
    for number, (review, panel) in enumerate(zip(plan.reviews, panels, strict=True)):
        on_review(number)
        standing = standing_at(
            panel, customer, policy=review.policy, as_of=review.as_of, lost=plan.lost, overrides=world.overrides, review=number
        )
        standings.append(engine.stage(standing))
    assignments = engine.map_customers_apart(
        ibis.union(*standings),
        decide_reviews(plan.reviews, first=plan.first),
        insight.TIER_ASSIGNMENT.schema,
        parts=len(plan.reviews) - plan.first,
    )
    return [Decided(*each) for each in zip(plan.reviews[plan.first :], panels[plan.first :], assignments, strict=True)]


def _overrides_at(engine: Engine, overrides: ir.Table | None, review: ReviewOn) -> Override | None:
    """What people have decided by hand and is in force at a review; as many as there are overrides at most."""
    if overrides is None:
        return None
    here = overrides_in_force(overrides, policy=review.policy, as_of=review.as_of).order_by("overridden_key")
    found = engine.fetch(here, limit=MOST_OVERRIDES)
    ranks = found["override_rank"].to_numpy().astype(np.int16)
    return (found["overridden_key"].to_numpy(), ranks) if len(ranks) else None


def save_reviews(writer: RunWriter, customer: ir.Table, decided: Sequence[Decided]) -> list[tuple[ReviewOn, ir.Table]]:
    """Saves assignments, computed thresholds and counts of every review.

    Returns:
        Every review with its assignments as stored, the earliest first.
    """
    return [(each.review, _saved(writer, customer, each)) for each in decided]


def _saved(writer: RunWriter, customer: ir.Table, decided: Decided) -> ir.Table:
    policy, as_of = decided.review.policy, decided.review.as_of
    assignment = writer.save(
        decided.assignment,
        insight.TIER_ASSIGNMENT,
        as_of=as_of,
        same_customers_as=known_customers(customer, as_of=as_of),
    )
    # Where nothing is computed from the panel it is not touched: any table of the day makes the empty one.
    basis = decided.panel if top_shares_in(conditions_of(policy)) else assignment
    writer.save(tier_thresholds(basis, policy=policy, as_of=as_of), insight.TIER_THRESHOLD, as_of=as_of)
    standing = assignment.filter(assignment.tier.notnull())
    writer.save(count_tiers(standing, policy=policy, as_of=as_of), insight.TIER_COUNT, as_of=as_of)
    return assignment


def _panel_of(
    engine: Engine, customer: ir.Table, facts: Mapping[Fact, ir.Table], review: ReviewOn, registry: Registry, *, lost: LostRule
) -> ir.Table:
    """The panel of a review, with the metrics that it needs and no others."""
    metrics = registry.needed_for(needed_metrics(review.policy, registry, lost))
    panel = customer_metric(facts, customer, metrics=metrics, as_of=review.as_of)
    # Thresholds and percentiles read the panel several times; where there are none it is read once, and not kept.
    is_read_often = bool(review.policy.score or top_shares_in(conditions_of(review.policy)))
    return engine.stage(panel) if is_read_often else panel


def needed_metrics(policy: Policy, registry: Registry, lost: LostRule) -> tuple[str, ...]:
    """The metrics that a review under a policy needs: those of its rules and score, those that tell who is lost, and the revenue."""
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score), REVENUE]
    return tuple(dict.fromkeys([*(each for each in asked if each != SCORE), *metrics_for_lost(lost, registry.slugs)]))
