"""From clean tables to tiers at a date: the steps of analyze, in their order, each saved under its contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.panel import customer_metric, known_customers
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.movements.flows import check_flows, count_flows, ladders_between
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.policies.lint import Severity, lint_policy
from fenji.analyze.reviews.order_summary import order_summary
from fenji.analyze.reviews.tier_counts import MAIN_METRICS, panel_with_tiers, profile_tiers
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.structure.cross_products import SALES_COLUMNS, filled_columns, tier_sales, usual_columns
from fenji.documents.policies import PolicyDocument, render_policy
from fenji.documents.recording import recorded
from fenji.domain.metrics import Fact, Metric
from fenji.domain.periods import MONTH_WINDOWS, has_moved
from fenji.domain.policies import Policy
from fenji.domain.reviews import ReviewOn
from fenji.domain.runs import NewRun, PolicyText, Run
from fenji.errors import InvalidDocument, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables.contract import Contract
from fenji.workspace.beginning import kept_beginning, reviews_since
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.folder import (
    METRICS_FILE,
    POLICIES_FOLDER,
    Workspace,
    frozen_name,
    own_metrics_of,
    policies_of,
    policy_in_force,
)
from fenji.workspace.often import read_often
from fenji.workspace.overrides import overrides_in
from fenji.workspace.past_run import HISTORY_BEGINS_ON, PastRun, kept_settings
from fenji.workspace.progress import Progress
from fenji.workspace.reviews import ReviewPlan, decide_plan, lost_rule_of, reviews_of_somebody, save_reviews
from fenji.workspace.session import RunWriter, Session, is_partial, whole_company, within_limits
from fenji.workspace.trials import save_trials

STEPS = (_("computing metrics"), _("assigning tiers"), _("counting tiers"))

FEWEST_KEPT = 200_000
"""Order lines from which on sales by tier are kept; fewer are counted in a tenth of a second."""


def registry_of(own: tuple[Metric, ...], policy: Policy, event_kinds: tuple[str, ...] = ()) -> Registry:
    """Every metric of a workspace: the built-in ones, those of the event kinds in its data or its policy, and its own."""
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score)]
    return Registry.of({*event_kinds, *kinds_named(asked)}, own, named=asked)


def usable_policy(read: PolicyDocument, registry: Registry) -> tuple[Problem, ...]:
    """The linter's warnings about a policy.

    Raises:
        InvalidDocument: the linter finds errors: the policy cannot be used.
    """
    findings = lint_policy(read.policy, registry.metrics, place=read.document.place)
    InvalidDocument.raise_if(each.problem for each in findings if each.severity is Severity.ERROR)
    return tuple(each.problem for each in findings)


def frozen_text(policy: Policy) -> PolicyText:
    """The policy as a run keeps it."""
    return PolicyText(policy.slug, policy.version, render_policy(policy))


def analyze_base(
    writer: RunWriter,
    base: CleanBase,
    registry: Registry,
    policy: Policy,
    *,
    as_of: date,
    progress: Progress,
    done: int,
    total: int,
    earlier: Sequence[ReviewOn] = (),
    kept: int = 1,
    own: tuple[Metric, ...] = (),
    known_at: datetime | None = None,
) -> ir.Table:
    """Panel, tiers, thresholds and counts at a date and at the reviews kept before it, with the movements between them, saved.

    Returns:
        The panel at ``as_of``, as stored.

    Args:
        writer: where the run's tables go.
        base: the clean tables.
        registry: the metrics of the panel.
        policy: the rules.
        as_of: the review date; later rows change nothing.
        progress: told about each step.
        done: steps of the whole run that came before.
        total: steps of the whole run.
        earlier: the reviews before, from the beginning of history on, the earliest first, each with the policy version in force (see
            ``known_reviews``); panels are not kept of these.
        kept: how many of the last reviews are saved.
        own: the company's own metrics, which the policies of earlier reviews may name.
        known_at: tiers given by hand as they were known then; None: now.

    Raises:
        ContractBroken: a table breaks its promise, such as a flow that does not close.
    """
    registries = {each.policy.version: registry_of(own, each.policy, base.event_kinds) for each in earlier}
    plan = ReviewPlan(
        reviews=(*earlier, ReviewOn(as_of, policy)),
        registries=(*(registries[each.policy.version] for each in earlier), registry),
        lost=lost_rule_of(writer.session.workspace.settings),
        overrides=overrides_in(
            writer.session,
            base.identity,
            policy=policy.slug,
            dates=[*(each.as_of for each in earlier), as_of],
            known_at=known_at,
        ),
        kept=kept,
    )
    progress(STEPS[0], done, total)
    panel = writer.save(
        customer_metric(base.facts, base.customer, metrics=registry.metrics, as_of=as_of),
        insight.customer_metric(registry.metrics),
        as_of=as_of,
        same_customers_as=known_customers(base.customer, as_of=as_of),
    )
    progress(STEPS[1], done + 1, total)
    decided = decide_plan(
        writer.session.engine,
        base.customer,
        base.facts,
        plan,
        last_panel=panel,
        on_review=lambda number: progress(STEPS[1], done + 1 + number, total),
    )
    reviewed = save_reviews(writer, base.customer, decided)
    progress(STEPS[2], total - 1, total)
    standing = panel_with_tiers(panel, reviewed[-1][1], as_of=as_of)
    if Fact.ORDER_LINE in base.facts:
        writer.save(order_summary(base.facts[Fact.ORDER_LINE], as_of=as_of), insight.ORDER_SUMMARY, as_of=as_of)
        save_sales(writer, standing, base.facts[Fact.ORDER_LINE], as_of=as_of)
    save_moves(writer, reviewed)
    writer.save(profile_tiers(standing, metrics=MAIN_METRICS, policy=policy, as_of=as_of), insight.TIER_PROFILE, as_of=as_of)
    save_trials(writer, panel, reviewed[-1][1], registry, policy, as_of=as_of, lost=plan.lost)
    return panel


def save_sales(writer: RunWriter, standing: ir.Table, lines: ir.Table, *, as_of: date) -> None:
    """What each tier bought in the twelve months, saved where it takes longer to count than a reader waits.

    Args:
        writer: where the run's tables go.
        standing: the panel with its tiers.
        lines: clean.order_line.
        as_of: the review date.
    """
    (found,) = writer.session.engine.fetch(filled_columns(lines)).to_pylist()
    if found["lines"] < FEWEST_KEPT:
        return
    columns = usual_columns({each for each in SALES_COLUMNS if found[each]})
    writer.save(tier_sales(standing, lines, columns=columns, as_of=as_of), insight.TIER_SALES, as_of=as_of)


def known_reviews(session: Session, base: CleanBase, reviews: Sequence[ReviewOn]) -> tuple[ReviewOn, ...]:
    """The reviews on which anybody is known; the others would decide about nobody.

    Raises:
        InvalidArgument: nobody was known at the last one.
    """
    first = session.engine.fetch(base.customer.aggregate(first=base.customer.first_seen_on.min()))["first"][0].as_py()
    return reviews_of_somebody(reviews, first)


def save_moves(writer: RunWriter, decided: Sequence[tuple[ReviewOn, ir.Table]]) -> None:
    """Movements and flow statements between each review and the next, saved and checked to the last customer.

    Args:
        writer: where the run's tables go; it has written insight.tier_count of every review.
        decided: every review with its assignments as stored, the earliest first; one review alone has no movements.

    Raises:
        ContractBroken: a flow does not close; the run ends and publishes nothing.
    """
    if len(decided) == 1:
        return
    engine = writer.session.engine
    # One pair after the other, so that there is never more than one join of all customers at a time.
    counted = [
        engine.fetch(count_movements(before, after, earlier_on=earlier.as_of, as_of=review.as_of))
        for (earlier, before), (review, after) in pairwise(decided)
    ]
    movement = writer.save(engine.from_arrow(pa.concat_tables(counted)), insight.TIER_MOVEMENT)
    ladders = engine.from_arrow(ladders_between([review for review, _table in decided]))
    flow = writer.save(count_flows(writer.read(insight.TIER_COUNT), movement, ladders), insight.TIER_FLOW)
    check_flows(engine.fetch(flow).to_pylist(), engine.fetch(movement).to_pylist())


@dataclass(frozen=True)
class AskedTiers:
    """The tiers that somebody asks for: a policy at a day, on the data of the last run."""

    session: Session
    base_run: Run
    base: CleanBase
    policy: Policy
    registry: Registry
    as_of: date
    warnings: tuple[Problem, ...]
    """What the linter notes about the policy."""

    def run(self, progress: Progress) -> Run:
        """The run that answers; computed and published now where there is none."""
        return answering_run(
            self.session, self.base_run, self.base, self.registry, self.policy, as_of=self.as_of, progress=progress
        )


def asked_tiers(session: Session, *, as_of: date | None, policy: str | None) -> AskedTiers:
    """What a day (None: that of the last run) and a policy's name (None: that of the settings) ask for; nothing is computed.

    Raises:
        NotFound: nothing has been run yet.
        InvalidInput: a policy that cannot be used; all problems at once.
    """
    workspace = session.workspace
    policies, own = policies_of(workspace), own_metrics_of(workspace)
    base_run = session.latest()
    day = as_of or base_run.new.as_of
    if day is None:
        message = f"run {base_run.run_id} has no as-of date"
        raise AssertionError(message)
    read = policy_in_force(policies, policy or workspace.settings.policy, as_of=day)
    base = clean_base_of(session, base_run)
    registry = registry_of(own, read.policy, base.event_kinds)
    return AskedTiers(session, base_run, base, read.policy, registry, day, usable_policy(read, registry))


def answering_run(
    session: Session, base_run: Run, base: CleanBase, registry: Registry, policy: Policy, *, as_of: date, progress: Progress
) -> Run:
    """The published run that answers for a policy at a date; computed and published now where there is none.

    Its tiers follow from the reviews since the beginning of history, as those of the run that collected do.
    """
    if reviewed := _reviewed(session, base_run, policy, as_of=as_of):
        return reviewed
    asked = _history_asked(session, base_run, policy, as_of=as_of)
    return _published_answer(session, base_run, registry, policy, asked) or _computed(
        session, base_run, base, registry, policy, asked=asked, progress=progress
    )


@dataclass(frozen=True)
class _HistoryAsked:
    """The reviews up to one that is asked for."""

    begins_on: date | None
    """None: nothing says one, and the review is decided by itself."""
    reviews: tuple[ReviewOn, ...]
    """The earliest first, the one that is asked for included."""

    @property
    def as_of(self) -> date:
        """The review that is asked for."""
        return self.reviews[-1].as_of

    @property
    def begins(self) -> dict[str, object]:
        """What a run writes down of the beginning."""
        return {HISTORY_BEGINS_ON: None if self.begins_on is None else self.begins_on.isoformat()}

    @property
    def versions(self) -> dict[str, str]:
        """The texts of the other versions that the reviews follow, by the name under which a run keeps them."""
        return frozen_versions(self.reviews)


def frozen_versions(reviews: Sequence[ReviewOn]) -> dict[str, str]:
    """The texts of the versions that reviews follow, but for that of the last one, by the name under which a run keeps them."""
    last = reviews[-1].policy.version
    versions = {each.policy.version: each.policy for each in reviews if each.policy.version != last}
    return {frozen_name(each.slug, each.version): render_policy(each) for each in versions.values()}


def _history_asked(session: Session, base_run: Run, policy: Policy, *, as_of: date) -> _HistoryAsked:
    """From the day on which the history of the run that collected begins, or that of the last run of another policy."""
    is_same = base_run.new.policy is not None and base_run.new.policy.slug == policy.slug
    kept = None if is_same else kept_beginning(session, policy.slug)
    begins_on = PastRun(session, base_run).history_begins_on if is_same else None if kept is None else kept.on
    if begins_on is None:
        return _HistoryAsked(None, (ReviewOn(as_of, policy),))
    policies = policies_of(session.workspace)
    return _HistoryAsked(
        begins_on, reviews_since(begins_on, as_of, lambda day: policy_in_force(policies, policy.slug, as_of=day).policy)
    )


def _computed(
    session: Session,
    base_run: Run,
    base: CleanBase,
    registry: Registry,
    policy: Policy,
    *,
    asked: _HistoryAsked,
    progress: Progress,
) -> Run:
    """A new run on the clean tables of another one."""
    workspace, as_of, own = session.workspace, asked.as_of, own_metrics_of(session.workspace)
    new = NewRun(
        command="tiers",
        engine=session.computing_on.value,
        language=workspace.settings.language,
        as_of=as_of,
        settings={**kept_settings(workspace.settings), **asked.begins},
        policy=frozen_text(policy),
        documents={**documents_of(workspace), **asked.versions},
        base_run_id=base_run.run_id,
    )
    with session.computing(new) as writer:
        if writer.session is not session:
            base = clean_base_of(writer.session, base_run)
        reviews = known_reviews(writer.session, base, asked.reviews)
        total = len(STEPS) + len(reviews) - 1
        analyze_base(
            writer,
            base,
            registry,
            policy,
            as_of=as_of,
            progress=progress,
            done=0,
            total=total,
            earlier=reviews[:-1],
            own=own,
        )
    progress("", total, total)
    return writer.run


def _reviewed(session: Session, base_run: Run, policy: Policy, *, as_of: date) -> Run | None:
    """The run that collected, where the date is one of the reviews that it keeps: its tiers are the official ones, whatever months are today."""
    is_kept = as_of in PastRun(session, base_run).days_kept(insight.TIER_COUNT)
    return base_run if is_kept and _followed(session, base_run, policy) else None


def _published_answer(session: Session, base_run: Run, registry: Registry, policy: Policy, asked: _HistoryAsked) -> Run | None:
    """A published run on the same data that already followed this very policy, these metrics, this history and this word of being lost."""
    run = session.runs.latest_published(as_of=asked.as_of, on=base_run.run_id, command="tiers")
    if run is None or not _followed(session, run, policy):
        return None
    if run.new.settings.get(MONTH_WINDOWS) is None and has_moved((each.window for each in registry), asked.as_of):
        return None
    has_begun = run.new.settings.get(HISTORY_BEGINS_ON) == asked.begins[HISTORY_BEGINS_ON]
    frozen = {name: text for name, text in run.new.documents.items() if name.startswith(f"{POLICIES_FOLDER}/")}
    return run if has_begun and frozen == asked.versions else None


def _followed(session: Session, run: Run, policy: Policy) -> bool:
    """Whether a run followed the policy as it is now, with the metrics and settings of now."""
    frozen, settings = frozen_text(policy), session.workspace.settings.record()
    texts = {
        run.new.policy,
        PolicyText(policy.slug, policy.version, run.new.documents.get(frozen_name(policy.slug, policy.version), "")),
    }
    documents = documents_of(session.workspace)
    return (
        frozen in texts
        and recorded(run.new.documents.get(METRICS_FILE, "")) == documents.get(METRICS_FILE, "")
        and all(run.new.settings.get(name) == settings[name] for name in ("lost_after_days", "lost_after_intervals"))
    )


def documents_of(workspace: Workspace) -> dict[str, str]:
    """The documents beside the policy that a panel depends on, by name."""
    path = workspace.root / METRICS_FILE
    return {METRICS_FILE: recorded(path.read_text(encoding="utf-8-sig"))} if path.is_file() else {}


def panel_at(session: Session, run: Run, base: CleanBase, registry: Registry, names: Sequence[str], *, as_of: date) -> ir.Table:
    """Some metrics of every customer at a date, as the run kept them; where it did not, measured again from the same clean tables.

    A run keeps the panel of its own date, not those of earlier reviews, and none of the metrics that have been added since.
    """
    metrics = registry.needed_for(dict.fromkeys(names))
    stored = stored_panel(session, run, metrics, as_of=as_of)
    if stored is not None:
        return stored
    PastRun(session, run).check_windows(metrics, as_of=as_of)
    if is_partial(session):  # what a customer has brought by others is measured on the others' orders too
        base = clean_base_of(whole_company(session), run)
    panel = customer_metric(base.facts, base.customer, metrics=metrics, as_of=as_of)
    return session.engine.stage(within_limits(session, run.run_id, panel))


def stored_panel(session: Session, run: Run, metrics: Sequence[Metric], *, as_of: date) -> ir.Table | None:
    """Some metrics of the panel that a run kept of a day, and no other columns; None where it kept none, or not all of them."""
    kept = kept_panel(session, run, metrics, as_of=as_of)
    return None if kept is None else read_often(session, run.run_id, kept, as_of=as_of)


def kept_panel(session: Session, run: Run, metrics: Sequence[Metric], *, as_of: date) -> Contract | None:
    """The part of a run's panel of a day that holds some metrics; None where it kept no panel, or not all of them."""
    narrow = insight.customer_metric(tuple(metrics))
    stored = session.stored_columns(run.run_id, narrow, as_of=as_of)
    return narrow if stored.issuperset(each.name for each in narrow.columns) else None
