"""Who moved between two reviews of a run, and does every tier's flow close? Saved while a run decides its reviews, read back for any two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.movements.flows import check_flows, summed_flows
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.movements.retention import cohort_retention, ended_stays, rates_of
from fenji.answers.moves import CohortAt, EndedStays, MovementCell, MovesResult, NamedTier, ReviewFlow, TierFlow
from fenji.choices import EngineName
from fenji.documents.policies import policy_from_text
from fenji.domain.policies import Cause
from fenji.domain.runs import Run
from fenji.domain.words import Words
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.wording.reviews import lost_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.limited_moves import moves_within
from fenji.workspace.narrowing import narrowed
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import History, PastRun, history_of, last_history, reviews_chosen
from fenji.workspace.session import Session, is_partial

Row = Mapping[str, Any]


def moves_between(
    root: Path,
    *,
    earlier_on: date | None = None,
    as_of: date | None = None,
    run_id: str | None = None,
    where: Sequence[str] = (),
    is_brief: bool = False,
    engine: EngineName | None = None,
) -> MovesResult:
    """Movements, flows, rates, stays and cohorts between two reviews of one run.

    Within ``limited_to`` they are those of the customers within the limits, counted from their rows.

    Args:
        root: the workspace.
        earlier_on: a review date; None: the review before ``as_of``.
        as_of: a later review date; None: the last review of the run.
        run_id: None: the last run that keeps more than one review.
        where: only customers who meet all of these at the later review, as for ``tiers_at``; of them no stays and cohorts are told,
            for that takes too long.
        is_brief: without stays and cohorts, which are read from the assignments of every review.
        engine: None: the one of the settings.

    Raises:
        NotFound: no workspace, no such run, no history yet, or no review on a day; with the nearest review.
        InvalidArgument: the earlier date is not the earlier one.
    """
    with open_question(open_workspace(root, by_customer=True), engine=engine) as session:
        history = last_history(session) if run_id is None else history_of(session, session.runs.published(run_id))
        between = reviews_chosen(history, earlier_on, as_of)
        if not where:
            key = ("moves", history.run.run_id, *between, is_brief)
            found = session.memory.recall(key, lambda: _moves_of(session, history, *between, is_brief=is_brief))
            return replace(found, warnings=history.warnings)
        policy = history.past.policies_at([between[1]])[between[1]]
        near = narrowed(session, history.run, policy, where, as_of=between[1])
        of_whom = replace(history, past=PastRun(near.session, history.run))
        return replace(
            _moves_of(near.session, of_whom, *between, is_brief=True), conditions=near.conditions, warnings=history.warnings
        )


def _moves_of(session: Session, history: History, earlier_on: date, as_of: date, *, is_brief: bool) -> MovesResult:
    run_id = history.run.run_id
    between = [day for day in history.reviews if earlier_on < day <= as_of]
    flows, by_review = _by_review(session, history, earlier_on, between)
    # Checked when they were saved; what is shown as closing is checked where it is shown.
    check_flows(flows, by_review)
    movements = by_review if len(between) == 1 else _counted(session, run_id, earlier_on, as_of)
    summed = summed_flows(flows)
    tiers = [each["tier"] for each in summed]
    periods = tuple(ReviewFlow.of(day, [row for row in flows if row["as_of"] == day]) for day in between)
    return MovesResult(
        run_id=run_id,
        earlier_on=earlier_on,
        as_of=as_of,
        policy=periods[-1].policy,
        version=periods[-1].version,
        first_review=history.reviews[0],
        currency=history.past.currency,
        lost=lost_of(history.past.lost_rule),
        tiers=_named(history.run, tiers),
        movements=_cells(movements, tiers),
        flows=tuple(TierFlow(**each) for each in summed),
        periods=periods,
        causes=_causes(by_review),
        rates=rates_of(movements, tiers),
        stays=() if is_brief else _stays(session, history, tiers, earlier_on, as_of),
        cohorts=() if is_brief else _cohorts(session, run_id, earlier_on, as_of),
    )


def _fetched(session: Session, table: ir.Table) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = session.engine.fetch(table).to_pylist()
    return records


def _by_review(
    session: Session, history: History, earlier_on: date, between: Sequence[date]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Flows and movements of each review: stored, or counted now of those customers whom a limited session sees."""
    if is_partial(session):
        counted = moves_within(session, history.run, [earlier_on, *between])
        return counted.flows, counted.movements
    run_id = history.run.run_id
    return _stored(session, run_id, insight.TIER_FLOW, between), _stored(session, run_id, insight.TIER_MOVEMENT, between)


def _stored(session: Session, run_id: str, contract: Contract, days: Sequence[date]) -> list[dict[str, Any]]:
    return [row for row in session.rows(run_id, contract) if row["as_of"] in days]


def _counted(session: Session, run_id: str, earlier_on: date, as_of: date) -> list[dict[str, Any]]:
    """The movements between two reviews that do not follow one another."""
    before, after = (session.read(run_id, insight.TIER_ASSIGNMENT, as_of=day) for day in (earlier_on, as_of))
    return _fetched(session, count_movements(before, after, earlier_on=earlier_on, as_of=as_of))


def _cells(movements: Sequence[Row], tiers: Sequence[str]) -> tuple[MovementCell, ...]:
    """The matrix, the lowest tier first; what came from outside stands last."""
    found: dict[tuple[str | None, str | None, Cause | None], tuple[int, Decimal]] = {}
    opening: dict[str | None, int] = {}
    for row in movements:
        was, now = row["from_tier"], row["to_tier"]
        cause = Cause(row["cause"]) if was is None or now is None else None
        customers, revenue = found.get((was, now, cause), (0, Decimal(0)))
        found[was, now, cause] = (customers + row["customers"], revenue + row["net_revenue_12m"])
        opening[was] = opening.get(was, 0) + row["customers"]
    place: dict[str | None, int] = {tier: number for number, tier in enumerate(tiers)} | {None: len(tiers)}
    ordered = sorted(found.items(), key=lambda each: (place[each[0][0]], place[each[0][1]], str(each[0][2])))
    return tuple(
        MovementCell(was, now, cause, customers, customers / opening[was] if was is not None else None, revenue)
        for (was, now, cause), (customers, revenue) in ordered
    )


def _causes(movements: Sequence[Row]) -> dict[Cause, int]:
    counts = {cause: sum(row["customers"] for row in movements if row["cause"] == cause) for cause in Cause}
    return {cause: count for cause, count in counts.items() if count}


def _stays(session: Session, history: History, tiers: Sequence[str], earlier_on: date, as_of: date) -> tuple[EndedStays, ...]:
    assignment = session.read(history.run.run_id, insight.TIER_ASSIGNMENT)
    table = ended_stays(assignment, reviews=history.reviews, earlier_on=earlier_on, as_of=as_of)
    found = {row["tier"]: EndedStays(**row) for row in _fetched(session, table)}
    return tuple(found[tier] for tier in tiers if tier in found)


def _cohorts(session: Session, run_id: str, earlier_on: date, as_of: date) -> tuple[CohortAt, ...]:
    assignment = session.read(run_id, insight.TIER_ASSIGNMENT)
    table = cohort_retention(assignment, session.read(run_id, clean.CUSTOMER), earlier_on=earlier_on, as_of=as_of)
    rows = sorted(_fetched(session, table), key=lambda row: (row["cohort"] or date.min, row["as_of"]))
    return tuple(CohortAt(**{**row, "cohort": row["cohort"] and f"{row['cohort']:%Y-%m}"}) for row in rows)


def _named(run: Run, tiers: Sequence[str]) -> tuple[NamedTier, ...]:
    """The tiers by the policy that the run keeps; one that this version does not have is called by its slug."""
    known = {} if run.new.policy is None else {each.slug: each.name for each in policy_from_text(run.new.policy.text).tiers}
    return tuple(NamedTier(tier, known.get(tier, Words(tier, tier))) for tier in tiers)
