"""What did each policy decide at each of the last reviews? One side as a run published it, or both decided now; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.movements.flows import check_flows, count_flows, ladders_between
from fenji.analyze.movements.movements import count_movements
from fenji.answers.moves import ReviewFlow
from fenji.answers.whatif import ReplayedReview
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.reviews import MOST_REVIEWS, LostRule, ReviewOn, review_dates, reviews_between
from fenji.domain.runs import Run
from fenji.domain.steps import Step
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.tables import insight
from fenji.workspace.clean_base import CleanBase
from fenji.workspace.folder import policies_of, policy_in_force
from fenji.workspace.overrides import OVERRIDES, overrides_in
from fenji.workspace.past_run import PastRun
from fenji.workspace.reviews import Decided, ReviewPlan, decide_plan, lost_rule_of
from fenji.workspace.session import Session
from fenji.workspace.tiering import registry_of, usable_policy

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Side:
    """The decisions of one policy by review, the earliest first."""

    reviews: tuple[ReplayedReview, ...]
    last: ir.Table
    """Assignments of the last review."""


@dataclass(frozen=True)
class CurrentReviews:
    """The reviews of the current policy and where they come from."""

    reviews: tuple[ReviewOn, ...]
    """Those that are replayed, the earliest first."""
    earlier: tuple[ReviewOn, ...]
    """Those before them, from the beginning of history on."""
    is_published: bool
    published_reviews: int

    @property
    def policy(self) -> Policy:
        """The version in force at the last review."""
        return self.reviews[-1].policy


def current_reviews(
    session: Session, run: Run, policy: str | None, own: tuple[Metric, ...], count: int, *, as_of: date
) -> CurrentReviews:
    """The reviews that the run keeps, where it followed the policy that is asked for and has so many; else the calendar's."""
    past = PastRun(session, run)
    until = [day for day in past.reviews if day <= as_of]
    name = policy or session.workspace.settings.policy or (run.new.policy.slug if run.new.policy else None)
    is_same = run.new.policy is not None and run.new.policy.slug == name
    if as_of in until and count <= len(until) and is_same:
        plan = tuple(each for each in past.decided if each.as_of <= as_of)
        return CurrentReviews(plan[-count:], plan[:-count], is_published=True, published_reviews=len(until))
    policies = policies_of(session.workspace)

    def policy_on(day: date) -> Policy:
        return policy_in_force(policies, name, as_of=day).policy

    begins_on = past.history_begins_on if is_same else None
    plan = () if begins_on is None else reviews_between(begins_on, as_of, policy_on)
    if len(plan) < count:
        plan = tuple(ReviewOn(day, policy_on(day)) for day in review_dates(as_of, policy_on(as_of).review.every, count))
    followed = {each.policy.version for each in plan}
    for each in policies:
        if each.policy.slug == plan[-1].policy.slug and each.policy.version in followed:
            usable_policy(each, registry_of(own, each.policy))
    known = len(until) if as_of in until and is_same else 0
    return CurrentReviews(plan[-count:], plan[:-count], is_published=False, published_reviews=known)


@dataclass(frozen=True)
class Replay:
    """One comparison, with everything that both sides stand on."""

    session: Session
    run: Run
    base: CleanBase
    own: tuple[Metric, ...]
    current: CurrentReviews
    new: Policy

    @property
    def past(self) -> PastRun:
        """What the run followed."""
        return PastRun(self.session, self.run)

    @property
    def as_of(self) -> date:
        """The last review."""
        return self.current.reviews[-1].as_of

    @property
    def lost(self) -> LostRule:
        """The one that the published side followed; nobody changes the settings in the midst of a comparison."""
        return self.past.lost_rule if self.current.is_published else lost_rule_of(self.session.workspace.settings)

    def sides(self, panel: ir.Table) -> tuple[Side, Side]:
        """Both sides; the panel of the last review serves both."""
        return self._current_side(panel), self._decided_side(self.new_reviews(), self.current.earlier, panel)

    def new_reviews(self) -> tuple[ReviewOn, ...]:
        """The reviews of the new policy: those of the current one, or by its own clock where that is another one.

        Raises:
            InvalidArgument: its clock ticks so often that there are too many.
        """
        reviews, every = self.current.reviews, self.new.review.every
        if every is self.current.policy.review.every:
            return tuple(ReviewOn(each.as_of, self.new) for each in reviews)
        ticks = review_dates(self.as_of, every, MOST_REVIEWS + 1)
        days = [day for day in ticks if day >= reviews[0].as_of]
        if len(days) > MOST_REVIEWS:
            text, advice = _("{count} reviews cannot be replayed."), Step.REPLAY_REVIEWS
            raise InvalidArgument.of(text, advice=advice, count=len(days), most=len(reviews) * MOST_REVIEWS // len(days))
        return tuple(ReviewOn(day, self.new) for day in days)

    def _current_side(self, panel: ir.Table) -> Side:
        if not self.current.is_published:
            return self._decided_side(self.current.reviews, self.current.earlier, panel)
        reviews, run_id = self.current.reviews, self.run.run_id
        days = [each.as_of for each in reviews]
        counts, flows = (
            self.session.engine.fetch(table.filter(table.as_of.isin(days))).to_pylist()
            for table in (self.session.read(run_id, each) for each in (insight.TIER_COUNT, insight.TIER_FLOW))
        )
        last = self.session.read(run_id, insight.TIER_ASSIGNMENT, as_of=self.as_of)
        return Side(tuple(_replayed(reviews, counts, flows)), last)

    def _decided_side(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn], panel: ir.Table) -> Side:
        """Decided now: the earlier reviews as they were, since tiers follow one another, then those that are asked for."""
        plan = self.plan(reviews, earlier)
        self._check_known(reviews)
        decided = decide_plan(self.session.engine, self.base.customer, self.base.facts, plan, last_panel=panel)
        counts, flows = _counted(self.session, decided)
        return Side(tuple(_replayed(reviews, counts, flows)), decided[-1].assignment)

    def plan(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn]) -> ReviewPlan:
        """What is followed; overrides are those that the published side knew, so that only the rules differ."""
        before = self.past.own_metrics
        return ReviewPlan(
            reviews=(*earlier, *reviews),
            registries=(
                *(registry_of(before, each.policy, self.base.event_kinds) for each in earlier),
                *(registry_of(self.own, each.policy, self.base.event_kinds) for each in reviews),
            ),
            lost=self.lost,
            overrides=self._overrides(reviews, earlier),
            # Of the earlier reviews only the last one is looked at: the first replayed review moves customers away from it.
            kept=len(reviews) + 1,
        )

    def _overrides(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn]) -> pa.Table:
        """Overrides belong to a policy: those of the earlier reviews' policy end where the new one takes effect under another name."""
        slug, begins_on = reviews[-1].policy.slug, reviews[0].as_of
        other = earlier[-1].policy.slug if earlier else slug
        if other == slug:
            return self.recorded(slug, [*earlier, *reviews])
        before = [
            {**row, "ends_on": min(row["ends_on"], begins_on - ONE_DAY)}
            for row in self.recorded(other, earlier).to_pylist()
            if row["begins_on"] < begins_on
        ]
        after = [
            {**row, "begins_on": max(row["begins_on"], begins_on)}
            for row in self.recorded(slug, reviews).to_pylist()
            if row["ends_on"] >= begins_on
        ]
        return pa.Table.from_pylist([*before, *after], schema=OVERRIDES)

    def recorded(self, slug: str, reviews: Sequence[ReviewOn]) -> pa.Table:
        """The overrides of a policy that count at some of the reviews."""
        known_at = self.run.ended_at if self.current.is_published else None
        dates = [each.as_of for each in reviews]
        return overrides_in(self.session, self.base.identity, policy=slug, dates=dates, known_at=known_at)

    def _check_known(self, reviews: Sequence[ReviewOn]) -> None:
        """Ends a replay that would begin before anybody is known."""
        customer = self.base.customer
        first = self.session.engine.fetch(customer.aggregate(first=customer.first_seen_on.min()))["first"][0].as_py()
        known = [each for each in reviews if first is None or each.as_of >= first]
        if len(known) < len(reviews):
            raise InvalidArgument.of(
                _("{count} {count:review|reviews} would begin on {as_of}, and the data begin on {first}."),
                advice=Step.REPLAY_FEWER if known else Step.CHOOSE_LATER_DAY,
                count=len(reviews),
                as_of=reviews[0].as_of,
                first=first,
                most=len(known),
            )


def _counted(session: Session, decided: Sequence[Decided]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Customers per review and tier, and the flow statements between the reviews, checked to the last customer."""
    engine = session.engine
    standing = ibis.union(*(each.assignment.select("as_of", "tier") for each in decided), distinct=False)
    standing = standing.filter(standing.tier.notnull())
    counted = standing.group_by("as_of", "tier").aggregate(customers=standing.count().cast("int64"))
    counts = engine.fetch(counted)
    if len(decided) == 1:
        return counts.to_pylist(), []
    moved = [
        engine.fetch(
            count_movements(before.assignment, after.assignment, earlier_on=before.review.as_of, as_of=after.review.as_of)
        )
        for before, after in pairwise(decided)
    ]
    movement = pa.concat_tables(moved)
    ladders = engine.from_arrow(ladders_between([each.review for each in decided]))
    flows = engine.fetch(count_flows(engine.from_arrow(counts), engine.from_arrow(movement), ladders)).to_pylist()
    check_flows(flows, movement.to_pylist())
    return counts.to_pylist(), flows


def _replayed(
    reviews: Sequence[ReviewOn], counts: Sequence[Mapping[str, Any]], flows: Sequence[Mapping[str, Any]]
) -> Iterator[ReplayedReview]:
    for each in reviews:
        here = {row["tier"]: row["customers"] for row in counts if row["as_of"] == each.as_of}
        came = [row for row in flows if row["as_of"] == each.as_of]
        customers = {tier.slug: here.get(tier.slug, 0) for tier in each.policy.tiers}
        flow = ReviewFlow.of(each.as_of, came) if came else None
        yield ReplayedReview.of(each.as_of, each.policy, customers, flow)
