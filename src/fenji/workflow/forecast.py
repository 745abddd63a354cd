"""How many customers will stand in each tier at the next reviews? Foretold from the reviews that a run decided; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from fenji.analyze.forecast_models import Transitions
from fenji.analyze.tier_forecast import (
    BAND_ENDS,
    LEAST_MOVEMENTS,
    count_transitions,
    forecast_tiers,
    transitions_from,
)
from fenji.documents.policies import policy_from_text
from fenji.domain.forecasts import ForecastModel, TierForecast
from fenji.domain.policies import Policy
from fenji.domain.reviews import MONTHS_OF, LostRule, coming_reviews, is_period_end
from fenji.errors import InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.settings import EngineName
from fenji.tables import clean, insight
from fenji.workflow.moves import History, history_of, last_history, lost_rule_in
from fenji.workflow.wiring import Session, open_session
from fenji.workflow.workspace import open_workspace

MOST_REVIEWS = 12
"""Reviews that can be foretold: beyond them intervals say little that a count of today does not."""
MOST_MOVEMENTS = 60
"""Newest movements that are counted: five years of months, in which the oldest weigh less than a thousandth."""
TOO_NARROW = 0.1
"""How much less than promised the intervals may hold before we say so."""
SEED = 20260101
"""Of the simulated futures: the same history, the same intervals."""


@dataclass(frozen=True)
class ForecastResult:
    """The coming reviews, beside the last one."""

    run_id: str
    as_of: date
    policy: Policy
    starts_on: date
    """The last review that ended its period; the forecast leads on from it."""
    customers: dict[str, int]
    """Tier -> customers at that review, lowest tier first."""
    forecast: TierForecast
    lost_rule: LostRule
    warnings: tuple[Problem, ...] = ()


def forecast_at(root: Path, *, reviews: int = 6, run_id: str | None = None, engine: EngineName | None = None) -> ForecastResult:
    """The expected counts of the coming reviews, with intervals and a back-test.

    Args:
        root: the workspace.
        reviews: how many, 1 to 12.
        run_id: None: the last run that decided more than one review.
        engine: None: the one of the settings.

    Raises:
        InvalidArgument: another number of reviews.
        NotFound: no workspace, no such run, or too few reviews under the policy in force; says how many more are needed.
    """
    if not 1 <= reviews <= MOST_REVIEWS:
        text = _("{count} reviews cannot be foretold; 1 to {most} can.")
        raise InvalidArgument.of(text, count=reviews, most=MOST_REVIEWS)
    with open_session(open_workspace(root), engine=engine) as session:
        history = last_history(session) if run_id is None else history_of(session, session.runs.published(run_id))
        policy, as_of = _followed(history), history.reviews[-1]
        usable, left_out = _usable_reviews(session, history, policy)
        _check_enough(history, policy, usable)
        known = _transitions(session, history, policy, usable)
        coming = coming_reviews(usable[-1], policy.review.every, reviews)
        tiers = [each.slug for each in policy.tiers]
        period = 12 // MONTHS_OF[policy.review.every]
        forecast = forecast_tiers(known, tiers, coming, period=period, seed=SEED)
        return ForecastResult(
            run_id=history.run.run_id,
            as_of=as_of,
            policy=policy,
            starts_on=usable[-1],
            customers={tier: int(count) for tier, count in zip(tiers, known.counts[-1], strict=True)},
            forecast=forecast,
            lost_rule=lost_rule_in(history.run),
            warnings=(*history.warnings, *left_out, *_remarks(forecast)),
        )


def _followed(history: History) -> Policy:
    """The policy version that the run's last review followed."""
    if history.run.new.policy is None or not history.reviews:
        raise NotFound.of(
            _("run {run_id} decided no review."), advice=_("Decide some: fenji run --history 24"), run_id=history.run.run_id
        )
    return policy_from_text(history.run.new.policy.text)


def _usable_reviews(session: Session, history: History, policy: Policy) -> tuple[list[date], list[Problem]]:
    """The reviews that ended their period under the version in force, and what is said of the others."""
    counts = session.read(history.run.run_id, insight.TIER_COUNT)
    rows = session.engine.fetch(counts.select("as_of", "policy", "version").distinct()).to_pylist()
    same = {each["as_of"] for each in rows if (each["policy"], each["version"]) == (policy.slug, policy.version)}
    problems = []
    if earlier := [day for day in history.reviews if day not in same]:
        text = _(
            "{count} reviews before {day} followed another policy version and are left out: their rates are those of other rules."
        )
        values = {"count": len(earlier), "day": min(same, default=history.reviews[-1])}
        problems.append(Problem(text, values))
    usable = [day for day in history.reviews if day in same and is_period_end(day, policy.review.every)]
    if history.reviews[-1] not in usable and usable:
        text = _("{day} lies within its period; the forecast leads on from {start}, the last review that ended one.")
        problems.append(Problem(text, {"day": history.reviews[-1], "start": usable[-1]}))
    return usable[-MOST_MOVEMENTS - 1 :], problems


def _check_enough(history: History, policy: Policy, usable: Sequence[date]) -> None:
    missing = LEAST_MOVEMENTS + 1 - len(usable)
    if missing > 0:
        raise NotFound.of(
            _(
                "run {run_id} decided {count} whole reviews under policy {policy} version {version}; a forecast needs {needed}, {missing} more."
            ),
            advice=_("Decide more reviews: fenji run --history 24"),
            run_id=history.run.run_id,
            count=len(usable),
            policy=policy.slug,
            version=policy.version,
            needed=LEAST_MOVEMENTS + 1,
            missing=missing,
        )


def _transitions(session: Session, history: History, policy: Policy, usable: Sequence[date]) -> Transitions:
    run_id = history.run.run_id
    has_orders = any(each.table == clean.ORDER_LINE.full_name and each.rows for each in session.runs.tables_of(run_id))
    order_line = session.read(run_id, clean.ORDER_LINE) if has_orders else None
    band_ends = [days * MONTHS_OF[policy.review.every] for days in BAND_ENDS]
    # One pair after the other, so that there is never more than one join of all customers at a time.
    movements = [
        session.engine.fetch(
            count_transitions(
                session.read(run_id, insight.TIER_ASSIGNMENT, as_of=earlier),
                session.read(run_id, insight.TIER_ASSIGNMENT, as_of=later),
                order_line,
                earlier_on=earlier,
                as_of=later,
                band_ends=band_ends,
            )
        ).to_pylist()
        for earlier, later in pairwise(usable)
    ]
    return transitions_from(movements, [each.slug for each in policy.tiers], len(band_ends) + 1 if has_orders else 1)


def _remarks(forecast: TierForecast) -> list[Problem]:
    """What a reader must know before trusting the numbers."""
    tried, problems = forecast.backtest, []
    if tried.more_needed:
        text = _("{count} more reviews are needed until every review ahead that was asked for can be tried on the past.")
        problems.append(Problem(text, {"count": tried.more_needed}, advice=_("Decide more reviews: fenji run --history N")))
    flows = (ForecastModel.FLOWS, ForecastModel.FLOWS_BY_RECENCY)
    if tried.best is not None and tried.best not in flows:
        text = _("on the past of this company the model '{best}' was nearer than the flows; read the forecast with that in mind.")
        problems.append(Problem(text, {"best": str(tried.best)}))
    if forecast.coverage is not None and forecast.coverage < forecast.probability - TOO_NARROW:
        text = _(
            "on the past only {coverage} % of the counts lay within the intervals, which promise {probability} %: they are too narrow."
        )
        shares = {"coverage": round(forecast.coverage * 100), "probability": round(forecast.probability * 100)}
        problems.append(Problem(text, shares))
    return problems
