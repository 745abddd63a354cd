"""How many customers will be in each tier at the next reviews? A forecast from the reviews that a run decided, published as a run of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from fenji.analyze.forecast.backtest import FIRST_ORIGIN, LEAST_ORIGINS, beside_simple, by_flows
from fenji.analyze.forecast.models import LEAST_MOVEMENTS, Transitions
from fenji.analyze.forecast.outlooks import BY_FLOWS
from fenji.analyze.forecast.tables import forecast_tables, forecast_tiers
from fenji.analyze.forecast.transitions import BAND_ENDS, count_transitions, transitions_from
from fenji.answers.forecast import ForecastResult, ForecastTrial
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.documents.policies import policy_from_text
from fenji.domain.forecasts import Backtest, Basis, ExpectedTier, ExpectedTotal, ForecastModel, ModelError, TierForecast
from fenji.domain.policies import Policy
from fenji.domain.reviews import MONTHS_OF, coming_reviews, is_filling, is_period_end
from fenji.domain.steps import Step
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.language import translate
from fenji.tables import clean, insight
from fenji.tables.insight_forecasts import TIER_FORECAST, TIER_FORECAST_BACKTEST, TIER_FORECAST_FIT, TIER_FORECAST_TOTAL
from fenji.wording.contests import not_better
from fenji.wording.forecasts import MODEL_NAMES, contestants
from fenji.wording.reviews import lost_of
from fenji.workspace.beginning import first_day, metrics_named
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import History, history_of, last_history
from fenji.workspace.session import Session
from fenji.workspace.standing import Analysis, Analyzed, Computation, Standing, analyze
from fenji.workspace.tiering import registry_of

USUAL_REVIEWS = 6
"""Reviews of a forecast by default: half a year of months."""
MOST_REVIEWS = 12
"""Reviews that can be forecast: beyond them the intervals say little more than today's count."""
MOST_MOVEMENTS = 60
"""Newest movements that are counted: five years of months, in which the oldest weigh less than a thousandth."""
TOO_NARROW = 0.1
"""How much less than promised the intervals may hold before a warning."""
NEARER = 0.95
"""Share of the error of the model in use below which another model's is worth a word."""
LEAST_ERROR = 0.5
"""Customers: half of one is nothing to tell models apart by."""
SEED = 20260101
"""Of the simulated futures: the same history, the same intervals."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """The reviews of a history that tell what follows."""

    history: History
    policy: Policy
    usable: tuple[date, ...]
    coming: tuple[date, ...]
    filling: int
    """Of usable and coming reviews, how many have windows that are not full."""
    first_on: date | None
    """The first day of which anything is known."""
    warnings: tuple[Problem, ...]


def forecast_at(
    root: Path, *, reviews: int = USUAL_REVIEWS, run_id: str | None = None, engine: EngineName | None = None
) -> ForecastResult:
    """The expected counts of the coming reviews, with intervals and a back-test.

    Args:
        root: the workspace.
        reviews: how many, 1 to 12.
        run_id: a run that decided several reviews; None: the last one that did.
        engine: None: the one of the settings.

    Raises:
        InvalidArgument: another number of reviews.
        NotFound: no workspace, no such run, or too few reviews under the policy in force; says how many more are needed.
    """
    if not 1 <= reviews <= MOST_REVIEWS:
        text = _("{count} reviews cannot be forecast; 1 to {most} can.")
        raise InvalidArgument.of(text, count=reviews, most=MOST_REVIEWS)
    with open_question(open_workspace(root), engine=engine) as session:
        history = last_history(session) if run_id is None else history_of(session, session.runs.published(run_id))
        found = analyze(FORECAST, _standing_of(session, history))
        past, forecast = found.choices, _stored(found, reviews)
        opening = [each for each in forecast.tiers if each.step == 1]
        return ForecastResult(
            run_id=found.run.run_id,
            as_of=history.reviews[-1],
            policy=past.policy.slug,
            version=past.policy.version,
            of="tiers",
            history_run_id=history.run.run_id,
            starts_on=past.usable[-1],
            model=forecast.model,
            weights=forecast.weights,
            arrivals=forecast.arrivals,
            movements=forecast.movements,
            left_out=forecast.left_out,
            probability=forecast.probability,
            widening=forecast.widening,
            lost=lost_of(history.past.lost_rule),
            customers={each.tier: round(each.opening) for each in opening},
            tiers=forecast.tiers,
            totals=forecast.totals,
            backtest=_trial(forecast),
            tier_names={each.slug: each.name for each in past.policy.tiers},
            warnings=(*history.warnings, *past.warnings, *_lost(found), *_start_up(past), *_remarks(forecast)),
        )


def _trial(forecast: TierForecast) -> ForecastTrial:
    tried = forecast.backtest
    return ForecastTrial(tried.basis, tried.best, forecast.coverage, tried.more_needed, tried.errors)


def _standing_of(session: Session, history: History) -> Standing:
    """The last review of a history, with the policy that it followed."""
    policy, base = _followed(history), clean_base_of(session, history.run)
    registry = registry_of(history.past.own_metrics, policy, base.event_kinds)
    return Standing(session, history.run, base, registry, policy, history.reviews[-1], is_as_of_defaulted=True)


def past_of(standing: Standing) -> Past:
    """The reviews of a run that a forecast can be learned from, and the coming ones.

    Raises:
        NotFound: too few reviews under the policy in force; says how many more are needed.
    """
    session, policy, base = standing.session, standing.policy, standing.base
    history = History(standing.past, standing.past.reviews)
    usable, left_out = _usable_reviews(session, history, policy)
    _check_enough(history, policy, usable)
    coming = coming_reviews(usable[-1], policy.review.every, MOST_REVIEWS)
    named, first_on = metrics_named(policy, standing.registry), first_day(session, base)
    lost = history.past.lost_rule
    filling = 0 if first_on is None else sum(is_filling(day, first_on, named, lost) for day in (*usable, *coming))
    return Past(history, policy, tuple(usable), coming, filling, first_on, tuple(left_out))


def compute_forecast(making: Computation[Past]) -> None:
    """Every table of the forecast."""
    standing, past = making.standing, making.choices
    known = _transitions(standing.session, past)
    tiers = [each.slug for each in past.policy.tiers]
    period = 12 // MONTHS_OF[past.policy.review.every]
    found = forecast_tiers(known, tiers, past.coming, period=period, seed=SEED)
    tables = forecast_tables(found, past.policy, starts_on=past.usable[-1], as_of=standing.as_of)
    for contract, rows in tables.items():
        making.writer.save(standing.session.engine.from_arrow(rows), contract, as_of=standing.as_of)


FORECAST = Analysis(
    "forecast",
    None,
    lambda standing, _text: past_of(standing),
    (TIER_FORECAST, TIER_FORECAST_TOTAL, TIER_FORECAST_FIT, TIER_FORECAST_BACKTEST),
    compute_forecast,
)
"""The tiers of the coming reviews."""


def _followed(history: History) -> Policy:
    """The policy version that the run's last review followed."""
    if history.run.new.policy is None or not history.reviews:
        raise NotFound.of(_("run {run_id} decided no review."), advice=Step.DECIDE_SOME_REVIEWS, run_id=history.run.run_id)
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
        text = _("{day} is not the end of a review period; the forecast starts from {start}, the last review that was.")
        problems.append(Problem(text, {"day": history.reviews[-1], "start": usable[-1]}))
    return usable[-MOST_MOVEMENTS - 1 :], problems


def _check_enough(history: History, policy: Policy, usable: Sequence[date]) -> None:
    missing = LEAST_MOVEMENTS + 1 - len(usable)
    if missing > 0:
        raise NotFound.of(
            _(
                "run {run_id} keeps {count} whole {count:review|reviews} under policy {policy} version {version}; a forecast needs {needed}, {missing} more."
            ),
            advice=Step.DECIDE_24_REVIEWS,
            run_id=history.run.run_id,
            count=len(usable),
            policy=policy.slug,
            version=policy.version,
            needed=LEAST_MOVEMENTS + 1,
            missing=missing,
        )


def _transitions(session: Session, past: Past) -> Transitions:
    run_id = past.history.run.run_id
    has_orders = any(each.table == clean.ORDER_LINE.full_name and each.rows for each in session.tables_of(run_id))
    order_line = session.read(run_id, clean.ORDER_LINE) if has_orders else None
    band_ends = [days * MONTHS_OF[past.policy.review.every] for days in BAND_ENDS]
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
        for earlier, later in pairwise(past.usable)
    ]
    bands = len(band_ends) + 1 if has_orders else 1
    return transitions_from(movements, [each.slug for each in past.policy.tiers], bands, filling=past.filling)


def _stored(found: Analyzed[Past], reviews: int) -> TierForecast:
    """The next reviews of the forecast that a run holds."""
    fit = found.rows(TIER_FORECAST_FIT)[0]
    tiers = found.rows(TIER_FORECAST, "step", "rank")
    totals = found.rows(TIER_FORECAST_TOTAL, "step")
    weights = {model: fit[f"weight_{model}"] for model in BY_FLOWS}
    return TierForecast(
        tiers=tuple(record_of(ExpectedTier, each) for each in tiers if each["step"] <= reviews),
        totals=tuple(record_of(ExpectedTotal, each) for each in totals if each["step"] <= reviews),
        model=ForecastModel(fit["model"]),
        weights={model: weight for model, weight in weights.items() if weight is not None},
        arrivals=fit["arrivals"],
        probability=fit["probability"],
        widening=fit["widening"],
        movements=fit["movements"],
        left_out=fit["left_out"],
        backtest=_tried(found.rows(TIER_FORECAST_BACKTEST), fit, reviews),
    )


def _tried(rows: Sequence[Row], fit: Row, reviews: int) -> Backtest:
    order = list(ForecastModel)
    errors = [record_of(ModelError, each) for each in rows if each["steps"] <= reviews]
    known = fit["movements"] + fit["left_out"]
    # What must be behind us before the first origin that is judged; where windows are not full yet, nobody knows when they will be.
    first = max(FIRST_ORIGIN, fit["left_out"] + LEAST_MOVEMENTS) if fit["basis"] == Basis.SETTLED else FIRST_ORIGIN
    return Backtest(
        errors=tuple(sorted(errors, key=lambda each: (each.basis, order.index(each.model), each.steps))),
        basis=Basis(fit["basis"]),
        coverage={} if fit["coverage"] is None else {ForecastModel(fit["model"]): fit["coverage"]},
        more_needed=max(0, first + reviews + LEAST_ORIGINS - 1 - known),
    )


def _lost(found: Analyzed[Past]) -> list[Problem]:
    """The sentence where a simple rule is used although there are models, by everything that the decision looked at."""
    fit = found.rows(TIER_FORECAST_FIT)[0]
    errors = _tried(found.rows(TIER_FORECAST_BACKTEST), fit, MOST_REVIEWS)
    contest = beside_simple(errors, by_flows(errors))
    told = not_better(contest, contestants) if contest.winner == fit["model"] else None
    return [] if told is None else [told]


def _start_up(past: Past) -> list[Problem]:
    """Warnings where windows were, or still are, not full."""
    days = (*past.usable, *past.coming)
    if not past.filling:
        return []
    if past.filling >= len(days):
        text = _(
            "the data begin on {first_on}: at every review up to {last} the rules' windows are not full, or nobody can be lost yet. Counts only grow until then, and so does the forecast."
        )
        return [Problem(text, {"first_on": past.first_on, "last": days[-1]})]
    values = {"first_on": past.first_on, "full_on": days[past.filling], "count": min(past.filling, len(past.usable) - 1)}
    since = len(past.usable) - 1 - past.filling
    if since >= LEAST_MOVEMENTS:
        text = _(
            "the data begin on {first_on}: until {full_on} the rules' windows were not full, or nobody could be lost yet, so counts only grew; the {count} movements before that day are left out."
        )
        return [Problem(text, values)]
    text = _(
        "the data begin on {first_on}: the rules' windows are full only from {full_on} on, and only then do customers fall or get lost at their usual rate. From that day the forecast holds counts constant, with the flows nearest to the past; a better forecast needs {missing} more reviews."
    )
    return [Problem(text, {**values, "missing": LEAST_MOVEMENTS - max(since, 0) + max(0, -since)})]


def _remarks(forecast: TierForecast) -> list[Problem]:
    """Warnings about how far the numbers can be trusted."""
    found, problems = forecast.backtest, []
    if found.more_needed:
        text = _("a back-test of every review ahead needs {count} more reviews.")
        problems.append(Problem(text, {"count": found.more_needed}, advice=Step.DECIDE_MORE_REVIEWS))
    # Where rates like those to come have never been seen, what was near before says nothing.
    is_told = forecast.model is not ForecastModel.NAIVE or found.basis is Basis.SETTLED
    best = found.best if is_told else None
    if best is not None and found.mean_error(best) < NEARER * found.mean_error(forecast.model) - LEAST_ERROR:
        text = _(
            "in the back-test the model '{best}' was nearer ({error} customers off; the forecast's model {own}); read the forecast with that in mind."
        )
        errors = {"error": round(found.mean_error(best), 1), "own": round(found.mean_error(forecast.model), 1)}
        problems.append(Problem(text, {"best": Spoken(partial(translate, MODEL_NAMES[best])), **errors}))
    if forecast.coverage is not None and forecast.coverage < forecast.probability - TOO_NARROW:
        text = _(
            "in the back-test only {coverage} % of the counts lay within the intervals, which promise {probability} %: the intervals are too narrow."
        )
        shares = {"coverage": round(forecast.coverage * 100), "probability": round(forecast.probability * 100)}
        problems.append(Problem(text, shares))
    return problems
