"""What would the last reviews have decided under another policy? Decided with keep rules, hold, grace, caps and overrides beside the current one; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.whatif.comparing import MOST_AFFECTED, Direction, PolicyComparison, PolicySide, TierSide
from fenji.analyze.whatif.replaying import (
    LineDifference,
    cause_moves_of,
    count_differences,
    count_pairs,
    differences_of,
    largest_falls,
    moves_of,
    pair_sides,
)
from fenji.answers.whatif import AffectedCustomer, ComparedTier, ReplayedLine, ReplayedPolicy, ReplayResult
from fenji.choices import EngineName
from fenji.documents.policies import policy_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.policies import Policy
from fenji.domain.reviews import MOST_REVIEWS
from fenji.domain.steps import Step
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.wording.rules import Voice, sentence
from fenji.workflow.replaying_sides import Replay, Side, current_reviews
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.customers import ids_of
from fenji.workspace.drafting import draft_of, name_of
from fenji.workspace.folder import open_workspace, own_metrics_of
from fenji.workspace.loyalty.benefits import cost_of_change
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.reviews import needed_metrics
from fenji.workspace.tiering import registry_of, stored_panel, usable_policy

STEPS = (_("computing metrics"), _("assigning tiers"), _("comparing"))


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
    """The last reviews under the policy in a file: see ``replay_of``.

    Raises:
        NotFound: no such file; and as ``replay_of``.
    """
    return replay_of(
        root, text_of(file), name=str(file), reviews=reviews, as_of=as_of, policy=policy, engine=engine, progress=progress
    )


def replay_of_draft(
    root: Path,
    draft_id: int,
    *,
    reviews: int,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> ReplayResult:
    """The last reviews under a draft, as its text is now: see ``replay_of``.

    Raises:
        NotFound: no such draft; and as ``replay_of``.
    """
    text, name = draft_of(open_workspace(root), draft_id).text, name_of(draft_id)
    return replay_of(root, text, name=name, reviews=reviews, as_of=as_of, policy=policy, engine=engine, progress=progress)


def replay_of(
    root: Path,
    text: str,
    *,
    name: str,
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
        text: the new policy; its own review clock counts, its day of effect does not.
        name: what its problems carry in place of a file.
        reviews: how many reviews of the current policy are replayed.
        as_of: the last review; None: the date of the last ``run``.
        policy: which policy it is compared with, where the workspace holds several.
        engine: None: the one of the settings.
        progress: told about each step.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidDocument: the new policy cannot be used; all problems at once.
        InvalidArgument: so many reviews cannot be decided.
    """
    if not 1 <= reviews <= MOST_REVIEWS:
        said, advice = _("{count} reviews cannot be replayed."), Step.REPLAY_REVIEWS
        raise InvalidArgument.of(said, advice=advice, count=reviews, most=MOST_REVIEWS)
    workspace = open_workspace(root)
    read = policy_document_from_text(text, name)
    own = own_metrics_of(workspace)
    usable_policy(read, registry_of(own, read.policy))
    with open_question(workspace, engine=engine) as session:
        run = session.latest()
        day = as_of or run.new.as_of
        if day is None:
            message = f"run {run.run_id} has no as-of date"
            raise AssertionError(message)
        base = clean_base_of(session, run)
        warnings = usable_policy(read, registry_of(own, read.policy, base.event_kinds))
        current = current_reviews(session, run, policy, own, reviews, as_of=day)
        return _compared(Replay(session, run, base, own, current, read.policy), warnings, progress)


def _compared(replay: Replay, warnings: tuple[Problem, ...], progress: Progress) -> ReplayResult:
    engine = replay.session.engine
    progress(STEPS[0], 0, len(STEPS))
    policies, registry = (replay.current.policy, replay.new), _registry(replay)
    panel = _panel(replay, registry)
    progress(STEPS[1], 1, len(STEPS))
    now, then = replay.sides(panel)
    progress(STEPS[2], 2, len(STEPS))
    pairs = engine.stage(pair_sides(now.last, then.last, as_of=replay.as_of))
    rows = engine.fetch(count_pairs(pairs)).to_pylist()
    comparison = _comparison(rows, policies)
    lines = [_differences(replay, panel, pairs, is_new=is_new) for is_new in (False, True)]
    affected = _affected(replay, pairs, comparison)
    voice = Voice({each.slug: each for each in registry}, replay.past.currency)
    sides = _side(comparison.current, now, lines[0], voice), _side(comparison.new, then, lines[1], voice)
    progress("", len(STEPS), len(STEPS))
    return ReplayResult(
        run_id=replay.run.run_id,
        as_of=replay.as_of,
        begins_on=replay.current.reviews[0].as_of,
        earlier_on=replay.current.earlier[-1].as_of if replay.current.earlier else None,
        is_published=replay.current.is_published,
        published_reviews=replay.current.published_reviews,
        current=sides[0],
        new=sides[1],
        benefit_cost=cost_of_change(replay.session.workspace, policies[0].slug, sides[0].tiers, sides[1].tiers, on=replay.as_of),
        comparison=comparison,
        causes=cause_moves_of(rows, current=policies[0], new=policies[1]),
        most_affected=affected,
        lost=replay.lost,
        registry=registry,
        currency=replay.past.currency,
        warnings=(*warnings, *_left_out(replay)),
    )


def _side(side: PolicySide, decided: Side, lines: Sequence[LineDifference], voice: Voice) -> ReplayedPolicy:
    return ReplayedPolicy(
        side.policy.slug,
        side.policy.version,
        tuple(ComparedTier.of(each) for each in side.tiers),
        decided.reviews,
        tuple(_line(each, voice) for each in lines),
    )


def _line(each: LineDifference, voice: Voice) -> ReplayedLine:
    line = each.line
    return ReplayedLine(line.tier, line.part, str(line.condition), voice.say(sentence, line.condition), each.met, each.decides)


def _registry(replay: Replay) -> Registry:
    """Every metric that one of the two policies may name."""
    asked = metrics_in(conditions_of(replay.current.policy))
    return registry_of(replay.own, replay.new, (*replay.base.event_kinds, *kinds_named(asked)))


def _panel(replay: Replay, registry: Registry) -> ir.Table:
    """The metrics of the last review that one of the policies needs: of the stored panel, where that is of this day and has them."""
    names = [name for each in (replay.current.policy, replay.new) for name in needed_metrics(each, registry, replay.lost)]
    metrics = registry.needed_for(dict.fromkeys(names))
    if replay.past.own_metrics == replay.own:
        stored = stored_panel(replay.session, replay.run, metrics, as_of=replay.as_of)
        if stored is not None:
            return stored
    panel = customer_metric(replay.base.facts, replay.base.customer, metrics=metrics, as_of=replay.as_of)
    return replay.session.engine.stage(panel)


def _differences(replay: Replay, panel: ir.Table, pairs: ir.Table, *, is_new: bool) -> tuple[LineDifference, ...]:
    policies = (replay.current.policy, replay.new)
    counted = count_differences(panel, replay.base.customer, pairs, policies=policies, is_new=is_new, as_of=replay.as_of)
    return differences_of(replay.session.engine.fetch(counted).to_pylist()[0], policies[is_new])


def _affected(replay: Replay, pairs: ir.Table, comparison: PolicyComparison) -> tuple[AffectedCustomer, ...]:
    falls = [(each.from_tier, each.to_tier) for each in comparison.moves if each.direction is Direction.DOWN]
    if not falls:
        return ()
    rows = replay.session.engine.fetch(largest_falls(pairs, falls, limit=MOST_AFFECTED)).to_pylist()
    ids = ids_of(replay.session, replay.base.customer, [each["customer_key"] for each in rows])
    return tuple(
        AffectedCustomer(ids[each["customer_key"]], each["from_tier"], each["to_tier"], each["net_revenue_12m"]) for each in rows
    )


def _left_out(replay: Replay) -> Iterator[Problem]:
    """Overrides that are recorded for the current policy, and count for nobody under a policy of another name."""
    slug, other = replay.current.policy.slug, replay.new.slug
    count = 0 if slug == other else replay.recorded(slug, replay.current.reviews).num_rows
    if count:
        yield Problem(
            _("overrides of policy {policy} that count for none of the new reviews, because the new policy is {other}: {count}."),
            {"policy": slug, "other": other, "count": count},
            advice=_("Name the new policy {policy} too, if these tiers are to stand."),
        )


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
