"""Why does one customer stand in its tier? Found under any of its ids, explained from the tables of a published run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.explaining import Decision, Explanation, TierReason, explain
from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.holds import RuleBasis, conditions_of, metrics_in
from fenji.analyze.rules.judging import CustomerFacts, Judged, Shortfall
from fenji.answers.why import (
    DecidedCap,
    DecidedGroup,
    DecidedLine,
    DecidedRule,
    DecidedTier,
    MissingLine,
    MissingWay,
    OverrideInForce,
    WhyResult,
)
from fenji.choices import EngineName
from fenji.domain.contacts import UNTOLD
from fenji.domain.metrics import REVENUE
from fenji.domain.overrides import Override, spans_in_force
from fenji.domain.policies import SCORE, Cause, Policy
from fenji.domain.runs import Run
from fenji.domain.steps import Step
from fenji.domain.words import Spoken
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.wording.reasons import cap_line, keeping_lines, standing_line, tier_name
from fenji.wording.rules import Voice, missing_line, reason
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.customers import person_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.often import rows_of_customers
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session, whole_company
from fenji.workspace.tiering import registry_of


def why_of(
    root: Path, customer: str, *, as_of: date | None = None, run: str | None = None, engine: EngineName | None = None
) -> WhyResult:
    """The reasons of one customer's tier.

    Args:
        root: the workspace.
        customer: the customer's id, or SPACE:ID where several customers have the id; SPACE is an id space of clean.identity.
        as_of: a review that the run decided; None: its last one.
        run: a published run; None: the last one that collected and prepared, or one that stands on it and decided ``as_of``.
        engine: None: the one of the settings.

    Raises:
        NotFound: no workspace, run or customer of that name, no review on that day, or the customer was not known then.
        InvalidArgument: several customers have the id.
        ContractBroken: the reasons do not lead to what was decided.
    """
    workspace = open_workspace(root, by_customer=True)
    with open_question(workspace, engine=engine) as session:
        chosen = _run_of(session, run, as_of)
        person = person_of(session, chosen, customer)
        key = person["customer_key"]
        history = _history(session, chosen, key)
        decision = _decision_of(session, chosen, history, as_of, person)
        past = PastRun(session, chosen)
        policy = past.policy_version(decision.policy, decision.version)
        registry, basis_row = _facts(session, chosen, policy, key, decision.as_of)
        joined_on = person["registered_on"] or person["first_seen_on"]
        explained = explain(decision, policy, basis_row, joined_on=joined_on)
        return _told(
            past,
            explained,
            Voice({each.slug: each for each in registry}, past.currency),
            customer_id=person["customer_id"],
            customer_key=key,
            history=tuple(each for each in history if each.as_of <= decision.as_of),
            override=_override_of(session, chosen, key, decision) if decision.cause is Cause.OVERRIDE else None,
            registry=registry,
        )


def _told(
    past: PastRun,
    explained: Explanation,
    voice: Voice,
    *,
    customer_id: str | None,
    customer_key: int,
    history: tuple[Decision, ...],
    override: Override | None,
    registry: Registry,
) -> WhyResult:
    decision, policy = explained.decision, explained.policy
    same = {name: getattr(decision, name) for name in WhyResult.__dataclass_fields__ if hasattr(decision, name)}
    return WhyResult(
        **same | {"policy": policy.slug, "version": policy.version},
        run_id=past.run.run_id,
        customer_id=customer_id,
        name=voice.say(tier_name, policy, decision.tier),
        sentence=voice.say(standing_line, explained),
        currency=past.currency,
        keeping=_keeping(explained, override, voice),
        falls_to=explained.falls_to,
        falls_at_earliest=explained.falls_at_earliest,
        override=None if override is None else _override_told(override),
        tiers=tuple(_tier(each, voice) for each in explained.tiers),
        caps=tuple(
            DecidedCap(each.cap.at_most, each.cap.why, each.when.met, voice.say(cap_line, each, policy), _rule(each.when, voice))
            for each in explained.caps
        ),
        next_tier=explained.next_tier,
        missing=tuple(
            MissingWay(voice.say(missing_line, way), tuple(_missing(each) for each in way)) for way in explained.missing
        ),
        next_tier_capped=bool(explained.capped_by),
        lost_after_days=past.lost_rule.after_days,
        lost_after_intervals=past.lost_rule.after_intervals,
        history=history,
        customer_key=customer_key,
        explanation=explained,
        overridden=override,
        registry=registry,
    )


def _keeping(explained: Explanation, override: Override | None, voice: Voice) -> Spoken[tuple[str, ...]]:
    told = voice.say(keeping_lines, explained, override)
    if override is None:
        return told
    without = replace(override, decided=replace(override.decided, reason=UNTOLD))
    return replace(told, veiled=voice.say(keeping_lines, explained, without).speak)


def _tier(each: TierReason, voice: Voice) -> DecidedTier:
    qualify, keep = (None if rule is None else _rule(rule, voice) for rule in (each.qualify, each.keep))
    return DecidedTier(each.tier.slug, each.tier.name, each.is_qualified, each.is_kept, qualify, keep)


def _rule(judged: Judged, voice: Voice) -> DecidedRule:
    """A rule as decided; a group holds its parts."""
    rule, sentence = str(judged.condition), voice.say(reason, judged)
    if judged.parts:
        return DecidedGroup(rule, judged.met, sentence, tuple(_rule(part, voice) for part in judged.parts))
    return DecidedLine(rule, judged.met, sentence, judged.value, judged.threshold)


def _missing(each: Shortfall) -> MissingLine:
    return MissingLine(str(each.condition), each.condition.metric, each.value, each.threshold, each.amount)


def _override_told(override: Override) -> OverrideInForce:
    decided = override.decided
    return OverrideInForce(decided.tier, decided.person, decided.reason, decided.begins_on, override.last_on)


def _run_of(session: Session, run: str | None, as_of: date | None) -> Run:
    """The run that was asked for; else the last one, or a later one on the same data that decided the day."""
    if run is not None:
        return session.runs.published(run)
    latest = session.latest()
    if as_of is None or as_of in _review_days(session, latest):
        return latest
    return session.runs.latest_published(as_of=as_of, on=latest.run_id, command="tiers") or latest


def _review_days(session: Session, run: Run) -> tuple[date, ...]:
    return PastRun(session, run).reviews


def _history(session: Session, run: Run, key: int) -> tuple[Decision, ...]:
    rows = session.rows(run.run_id, insight.TIER_ASSIGNMENT, where={"customer_key": key})
    return tuple(Decision.of(row) for row in sorted(rows, key=lambda row: row["as_of"]))


def _decision_of(
    session: Session, run: Run, history: tuple[Decision, ...], as_of: date | None, person: Mapping[str, Any]
) -> Decision:
    """The decision at the day; where there is none, why not."""
    days = _review_days(session, run)
    day = as_of or run.new.as_of or days[-1]
    found = next((each for each in history if each.as_of == day), None)
    if found is not None:
        return found
    if day in days:
        raise NotFound.of(
            _("the customer was not known yet on {as_of}, but only from {first_seen} on."),
            as_of=day,
            first_seen=person["first_seen_on"],
        )
    raise NotFound.of(
        _("no tiers were decided on {as_of}; reviews took place on {days}."),
        advice=Step.TIERS_OF_DAY,
        as_of=day,
        days=", ".join(str(each) for each in days[-36:]),
    )


def _facts(session: Session, run: Run, policy: Policy, key: int, as_of: date) -> tuple[Registry, CustomerFacts]:
    """The customer's metrics as the rules saw them: from the stored panel, or computed again from the run's clean tables."""
    registry, basis, stored = session.memory.recall(
        ("rule basis", run.run_id, policy.slug, policy.version, as_of),
        # Thresholds such as the top tenth are those of all customers, whoever asks about one of them.
        lambda: _basis(whole_company(session), run, policy, as_of),
    )
    if stored is not None:
        names = [each.name for each in stored.columns]
        row = rows_of_customers(session, run.run_id, stored, [key], names, as_of=as_of)[key]
    else:
        own = basis.table.filter(basis.table.customer_key == session.engine.asked(key))
        (row,) = session.engine.fetch(own).to_pylist()
    return registry, CustomerFacts.of(row, basis)


def _basis(session: Session, run: Run, policy: Policy, as_of: date) -> tuple[Registry, RuleBasis, Contract | None]:
    """The registry, what the rules see, and the stored table that is just that; None where they see more than is stored."""
    past, base = PastRun(session, run), clean_base_of(session, run)
    registry = registry_of(past.own_metrics, policy, base.event_kinds)
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score), REVENUE]
    metrics = registry.needed_for(name for name in asked if name != SCORE)
    contract = insight.customer_metric(metrics)
    is_stored = as_of in past.days_kept(contract)
    if is_stored:
        panel = session.read(run.run_id, contract, as_of=as_of)
    else:
        past.check_windows(metrics, as_of=as_of)
        panel = customer_metric(base.facts, base.customer, metrics=metrics, as_of=as_of)
    basis = rule_basis(panel, base.customer, policy=policy, as_of=as_of)
    return registry, basis, contract if is_stored and basis.table.columns == panel.columns else None


def _override_of(session: Session, run: Run, key: int, decision: Decision) -> Override | None:
    """The override that counted at the review, among those recorded before the run."""
    own = session.rows(run.run_id, clean.IDENTITY, where={"customer_key": key})
    ids = {(each["source"], each["source_customer_id"]) for each in own}
    with session.state.reading() as t:
        overrides = t.overrides.list_overrides(policy=decision.policy)
    recorded = [
        each
        for each in overrides
        if (each.decided.source, each.decided.customer_id) in ids and each.recorded_at <= run.started_at
    ]
    spans = (each for each in spans_in_force(recorded) if each.begins_on <= decision.as_of <= each.ends_on)
    return next((each.override for each in spans), None)
