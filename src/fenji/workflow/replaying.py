"""What would the last reviews have decided under another policy? Decided with keep rules, hold, grace, caps and overrides beside the current one; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.comparing import MOST_AFFECTED, PolicyComparison, PolicySide, TierSide
from fenji.analyze.flows import check_flows, count_flows, ladders_between
from fenji.analyze.movements import count_movements
from fenji.analyze.panel import customer_metric
from fenji.analyze.registry import Registry
from fenji.analyze.registry_events import kinds_named
from fenji.analyze.replaying import (
    CauseMove,
    LineDifference,
    cause_moves_of,
    count_differences,
    count_pairs,
    differences_of,
    largest_falls,
    moves_of,
    pair_sides,
)
from fenji.analyze.rules import conditions_of, metrics_in
from fenji.documents.policies import PolicyDocument, read_policy_document
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule, ReviewOn, review_dates
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.settings import EngineName
from fenji.tables import insight
from fenji.workflow.analyzing import CleanBase, registry_of, usable_policy
from fenji.workflow.moves import flow_of_review, history_of, lost_rule_in
from fenji.workflow.overrides import OVERRIDES, overrides_in
from fenji.workflow.progress import Progress, silent
from fenji.workflow.results import ReviewFlow
from fenji.workflow.reviewing import Decided, ReviewPlan, decide_plan, needed_metrics
from fenji.workflow.running import MOST_REVIEWS
from fenji.workflow.tiers import clean_base_of, followed_policies, metrics_of_run, stored_panel
from fenji.workflow.whatif import AffectedCustomer, ids_of
from fenji.workflow.wiring import Session, open_session
from fenji.workflow.workspace import open_workspace, own_metrics_of, policies_between, policies_of, policy_in_force

STEPS = (_("computing metrics"), _("assigning tiers"), _("comparing"))

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ReplayedReview:
    """One review under one of the policies."""

    as_of: date
    policy: str
    version: int
    customers: Mapping[str, int]
    """Tier -> customers, lowest tier first; every tier of the policy."""
    flow: ReviewFlow | None
    """What came and went since the review before; None where there was none."""


@dataclass(frozen=True)
class ReplayResult:
    """The last reviews under the current policy and under a new one, on the same data."""

    run_id: str
    """The run on whose clean tables both stand."""
    as_of: date
    begins_on: date
    """The first review that is replayed."""
    earlier_on: date | None
    """The review before it, whose tiers both sides begin with; None: nobody has a tier before."""
    is_published: bool
    """Whether the current side is what the run published; else it was decided for this comparison."""
    published_reviews: int
    """How many reviews up to ``as_of`` the run has published."""
    current: tuple[ReplayedReview, ...]
    new: tuple[ReplayedReview, ...]
    comparison: PolicyComparison
    """Where everybody ends at ``as_of``; its sides list no lines, see ``current_lines`` and ``new_lines``."""
    causes: tuple[CauseMove, ...]
    current_lines: tuple[LineDifference, ...]
    new_lines: tuple[LineDifference, ...]
    affected: tuple[AffectedCustomer, ...]
    """Who would stand lower, the largest revenue first."""
    lost: LostRule
    registry: Registry
    currency: str
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Side:
    """What one policy decided, review by review, the earliest first."""

    reviews: tuple[ReplayedReview, ...]
    last: ir.Table
    """Assignments of the last review."""


@dataclass(frozen=True)
class _Current:
    """The reviews of the current policy and where they come from."""

    reviews: tuple[ReviewOn, ...]
    """Those that are replayed, the earliest first."""
    earlier: tuple[ReviewOn, ...]
    """Those that the run decided before them."""
    is_published: bool
    published_reviews: int

    @property
    def policy(self) -> Policy:
        """The version in force at the last review."""
        return self.reviews[-1].policy


def replay_at(
    root: Path,
    file: Path,
    *,
    reviews: int,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> ReplayResult:
    """The last reviews of a workspace under a new policy, beside the current one.

    Where the last run decided those reviews, the current side is what it published, and the new rules take effect with the first of
    them, as a version that is published would: tiers of the reviews before stand. Otherwise both sides are decided now, from the first
    of the reviews on.

    Args:
        root: the workspace.
        file: the new policy; its own review clock counts, its day of effect does not.
        reviews: how many reviews of the current policy are replayed.
        as_of: the last review; None: the date of the last ``run``.
        policy: which policy it is compared with, where the workspace holds several.
        engine: None: the one of the settings.
        progress: told about each step.

    Raises:
        NotFound: no workspace or file, or nothing has been run yet.
        InvalidDocument: the new policy cannot be used; all problems at once.
        InvalidArgument: so many reviews cannot be decided.
    """
    if not 1 <= reviews <= MOST_REVIEWS:
        text, advice = _("{count} reviews cannot be replayed."), _("Give --replay 1 to {most}.")
        raise InvalidArgument.of(text, advice=advice, count=reviews, most=MOST_REVIEWS)
    workspace = open_workspace(root)
    read = read_policy_document(file)
    own = own_metrics_of(workspace)
    usable_policy(read, registry_of(own, read.policy))
    with open_session(workspace, engine=engine) as session:
        run = session.latest()
        day = as_of or run.new.as_of
        if day is None:
            message = f"run {run.run_id} has no as-of date"
            raise AssertionError(message)
        base = clean_base_of(session, run)
        warnings = usable_policy(read, registry_of(own, read.policy, base.event_kinds))
        current = _current_reviews(session, run, policy, own, reviews, as_of=day)
        return _Replay(session, run, base, own, current, read, progress).result(warnings)


def _current_reviews(
    session: Session, run: Run, policy: str | None, own: tuple[Metric, ...], count: int, *, as_of: date
) -> _Current:
    """The reviews that the run decided, where it followed the policy that is asked for and has so many; else the calendar's."""
    days = history_of(session, run).reviews
    until = [day for day in days if day <= as_of]
    followed = followed_policies(session, run, until)
    name = policy or session.workspace.settings.policy or (run.new.policy.slug if run.new.policy else None)
    if as_of in until and count <= len(until) and followed[as_of].slug == name:
        plan = tuple(ReviewOn(day, followed[day]) for day in until)
        return _Current(plan[-count:], plan[:-count], is_published=True, published_reviews=len(until))
    policies = policies_of(session.workspace)
    last = policy_in_force(policies, name, as_of=as_of)
    dates = review_dates(as_of, last.policy.review.every, count)
    versions = policies_between(policies, name, dates)
    for each in versions.values():
        usable_policy(each, registry_of(own, each.policy))
    plan = tuple(ReviewOn(day, each.policy) for day, each in versions.items())
    known = len(until) if as_of in until and followed[as_of].slug == name else 0
    return _Current(plan, (), is_published=False, published_reviews=known)


@dataclass(frozen=True)
class _Replay:
    """One comparison, with everything that it stands on."""

    session: Session
    run: Run
    base: CleanBase
    own: tuple[Metric, ...]
    current: _Current
    read: PolicyDocument
    progress: Progress

    @property
    def new(self) -> Policy:
        return self.read.policy

    @property
    def as_of(self) -> date:
        return self.current.reviews[-1].as_of

    @property
    def lost(self) -> LostRule:
        """The one that the published side followed; nobody changes the settings in the midst of a comparison."""
        return lost_rule_in(self.run) if self.current.is_published else _lost_of(self.session)

    def result(self, warnings: tuple[Problem, ...]) -> ReplayResult:
        self.progress(STEPS[0], 0, len(STEPS))
        policies, registry, panel = (self.current.policy, self.new), self._registry(), self._panel()
        self.progress(STEPS[1], 1, len(STEPS))
        now, then = self.sides(panel)
        self.progress(STEPS[2], 2, len(STEPS))
        fetch = self.session.engine.fetch
        pairs = self.session.engine.stage(pair_sides(now.last, then.last, as_of=self.as_of))
        rows = fetch(count_pairs(pairs)).to_pylist()
        comparison = _comparison(rows, policies)
        lines = [
            differences_of(fetch(self._differences(panel, pairs, is_new=is_new)).to_pylist()[0], policies[is_new])
            for is_new in (False, True)
        ]
        self.progress("", len(STEPS), len(STEPS))
        return ReplayResult(
            run_id=self.run.run_id,
            as_of=self.as_of,
            begins_on=self.current.reviews[0].as_of,
            earlier_on=self.current.earlier[-1].as_of if self.current.earlier else None,
            is_published=self.current.is_published,
            published_reviews=self.current.published_reviews,
            current=now.reviews,
            new=then.reviews,
            comparison=comparison,
            causes=cause_moves_of(rows, current=policies[0], new=policies[1]),
            current_lines=lines[0],
            new_lines=lines[1],
            affected=self._affected(pairs, comparison),
            lost=self.lost,
            registry=registry,
            currency=self.session.workspace.settings.currency,
            warnings=(*warnings, *self._left_out()),
        )

    def sides(self, panel: ir.Table) -> tuple[_Side, _Side]:
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
            text, advice = _("{count} reviews cannot be replayed."), _("Give --replay 1 to {most}.")
            raise InvalidArgument.of(text, advice=advice, count=len(days), most=len(reviews) * MOST_REVIEWS // len(days))
        return tuple(ReviewOn(day, self.new) for day in days)

    def _current_side(self, panel: ir.Table) -> _Side:
        if not self.current.is_published:
            return self._decided_side(self.current.reviews, (), panel)
        reviews, run_id = self.current.reviews, self.run.run_id
        days = [each.as_of for each in reviews]
        counts, flows = (
            self.session.engine.fetch(table.filter(table.as_of.isin(days))).to_pylist()
            for table in (self.session.read(run_id, each) for each in (insight.TIER_COUNT, insight.TIER_FLOW))
        )
        last = self.session.read(run_id, insight.TIER_ASSIGNMENT, as_of=self.as_of)
        return _Side(tuple(_replayed(reviews, counts, flows)), last)

    def _decided_side(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn], panel: ir.Table) -> _Side:
        """Decided now: the earlier reviews as they were, since tiers follow one another, then those that are asked for."""
        plan = self.plan(reviews, earlier)
        self._check_known(plan.reviews)
        decided = decide_plan(self.session.engine, self.base.customer, self.base.facts, plan, last_panel=panel)
        # Of the earlier reviews only the last one is looked at: the first replayed review moves customers away from it.
        counts, flows = _counted(self.session, decided[max(len(earlier) - 1, 0) :])
        return _Side(tuple(_replayed(reviews, counts, flows)), decided[-1].assignment)

    def plan(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn]) -> ReviewPlan:
        """What is followed; overrides are those that the published side knew, so that only the rules differ."""
        before = metrics_of_run(self.run)
        return ReviewPlan(
            reviews=(*earlier, *reviews),
            registries=(
                *(registry_of(before, each.policy, self.base.event_kinds) for each in earlier),
                *(registry_of(self.own, each.policy, self.base.event_kinds) for each in reviews),
            ),
            lost=self.lost,
            overrides=self._overrides(reviews, earlier),
        )

    def _overrides(self, reviews: Sequence[ReviewOn], earlier: Sequence[ReviewOn]) -> pa.Table:
        """Overrides belong to a policy: those of the earlier reviews' policy end where the new one takes effect under another name."""
        slug, begins_on = reviews[-1].policy.slug, reviews[0].as_of
        other = earlier[-1].policy.slug if earlier else slug
        if other == slug:
            return self._recorded(slug, [*earlier, *reviews])
        before = [
            {**row, "ends_on": min(row["ends_on"], begins_on - ONE_DAY)}
            for row in self._recorded(other, earlier).to_pylist()
            if row["begins_on"] < begins_on
        ]
        after = [
            {**row, "begins_on": max(row["begins_on"], begins_on)}
            for row in self._recorded(slug, reviews).to_pylist()
            if row["ends_on"] >= begins_on
        ]
        return pa.Table.from_pylist([*before, *after], schema=OVERRIDES)

    def _recorded(self, slug: str, reviews: Sequence[ReviewOn]) -> pa.Table:
        known_at = self.run.ended_at if self.current.is_published else None
        dates = [each.as_of for each in reviews]
        return overrides_in(self.session, self.base.identity, policy=slug, dates=dates, known_at=known_at)

    def _left_out(self) -> Iterator[Problem]:
        """Overrides that are recorded for the current policy, and count for nobody under a policy of another name."""
        slug = self.current.policy.slug
        count = 0 if slug == self.new.slug else self._recorded(slug, self.current.reviews).num_rows
        if count:
            yield Problem(
                _(
                    "overrides of policy {policy} that count for none of the new reviews, because the new policy is {other}: {count}."
                ),
                {"policy": slug, "other": self.new.slug, "count": count},
                advice=_("Name the new policy {policy} too, if these tiers are to stand."),
            )

    def _check_known(self, reviews: Sequence[ReviewOn]) -> None:
        """Ends a replay that would begin before anybody is known."""
        customer = self.base.customer
        first = self.session.engine.fetch(customer.aggregate(first=customer.first_seen_on.min()))["first"][0].as_py()
        known = [each for each in reviews if first is None or each.as_of >= first]
        if len(known) < len(reviews):
            raise InvalidArgument.of(
                _("{count} {count:review|reviews} would begin on {as_of}, and the data begin on {first}."),
                advice=_("Replay fewer reviews: --replay {most}") if known else _("Choose a later day with --as-of."),
                count=len(reviews),
                as_of=reviews[0].as_of,
                first=first,
                most=len(known),
            )

    def _registry(self) -> Registry:
        """Every metric that one of the two policies may name."""
        asked = metrics_in(conditions_of(self.current.policy))
        return registry_of(self.own, self.new, (*self.base.event_kinds, *kinds_named(asked)))

    def _panel(self) -> ir.Table:
        """The metrics of the last review that one of the policies needs: of the stored panel, where that is of this day and has them."""
        registry = self._registry()
        names = [name for each in (self.current.policy, self.new) for name in needed_metrics(each, registry, self.lost)]
        metrics = registry.needed_for(dict.fromkeys(names))
        if metrics_of_run(self.run) == self.own:
            stored = stored_panel(self.session, self.run, metrics, as_of=self.as_of)
            if stored is not None:
                return stored
        panel = customer_metric(self.base.facts, self.base.customer, metrics=metrics, as_of=self.as_of)
        return self.session.engine.stage(panel)

    def _differences(self, panel: ir.Table, pairs: ir.Table, *, is_new: bool) -> ir.Table:
        policies = (self.current.policy, self.new)
        return count_differences(panel, self.base.customer, pairs, policies=policies, is_new=is_new, as_of=self.as_of)

    def _affected(self, pairs: ir.Table, comparison: PolicyComparison) -> tuple[AffectedCustomer, ...]:
        falls = [(each.from_tier, each.to_tier) for each in comparison.moves if each.direction < 0]
        if not falls:
            return ()
        rows = self.session.engine.fetch(largest_falls(pairs, falls, limit=MOST_AFFECTED)).to_pylist()
        ids = ids_of(self.session, self.base.customer, [each["customer_key"] for each in rows])
        return tuple(
            AffectedCustomer(ids[each["customer_key"]], each["from_tier"], each["to_tier"], each["net_revenue_12m"])
            for each in rows
        )


def _lost_of(session: Session) -> LostRule:
    settings = session.workspace.settings
    return LostRule(settings.lost_after_days, settings.lost_after_intervals)


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
        flow = flow_of_review(each.as_of, came) if came else None
        yield ReplayedReview(each.as_of, each.policy.slug, each.policy.version, customers, flow)


def _comparison(rows: Sequence[Mapping[str, Any]], policies: tuple[Policy, Policy]) -> PolicyComparison:
    """Where everybody ends, as the comparison of first reviews says it, without its lines."""
    everyone = sum(row["customers"] for row in rows)
    sides = []
    for policy, column in zip(policies, ("from_tier", "to_tier"), strict=True):
        tiers = []
        for tier in policy.tiers:
            own = [row for row in rows if row[column] == tier.slug]
            customers = sum(row["customers"] for row in own)
            revenue = sum((row["net_revenue_12m"] for row in own), Decimal(0))
            tiers.append(TierSide(tier, customers, customers / everyone if everyone else None, revenue))
        sides.append(PolicySide(policy, tuple(tiers), (), ()))
    revenue = sum((row["net_revenue_12m"] for row in rows), Decimal(0))
    moves = moves_of(rows, current=policies[0], new=policies[1])
    return PolicyComparison(everyone, revenue, sides[0], sides[1], moves, {})
