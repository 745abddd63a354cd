"""What does a company see of churn and of coming purchases? Read back from the runs that hold them, with what must be known before trusting it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.churn.dates import longest_horizon
from fenji.analyze.churn.learning import MODELS, beside_recency, best_of
from fenji.analyze.churn.ranking import most_at_stake, risk_by_tier, with_facts
from fenji.answers.churn import (
    ChurnDefinition,
    ChurnModel,
    ChurnResult,
    CustomerRisk,
    PropensityResult,
    PurchaseChance,
    RiskDriver,
    RiskReason,
    TargetForecast,
    TierRisk,
    TierSurvival,
)
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.domain.churn import (
    PURCHASE_DAYS,
    Belief,
    ChurnBy,
    ChurnRules,
    Driver,
    Lack,
    Part,
    RiskClass,
    ScoreModel,
    State,
    Target,
)
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.tables.insight_churn import (
    CHURN_DRIVER,
    CHURN_RISK,
    CHURN_SURVIVAL,
    PURCHASE_PROPENSITY,
)
from fenji.wording.churn import believed_problem, contestants, definition_sentence, driver_name, no_names, reason_sentence
from fenji.wording.contests import not_better
from fenji.workflow.churn_run import CHURN, CHURN_FILE, PROPENSITY, belief_of
from fenji.workspace.churn_ranking import forecast_of
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import whole_company
from fenji.workspace.standing import Analyzed, Standing, analyze, open_standing

MOST_SHOWN = 1000
TOLD_METRICS = (
    "days_since_last_order",
    "mean_days_between_orders",
    "days_since_first_order",
    "orders_3m",
    "orders_12m",
    "net_revenue_3m",
    "net_revenue_12m",
    "categories_3m",
    "categories_12m",
    "refund_rate_12m",
    "complaints_12m",
    "satisfaction_12m",
    "nps_12m",
)
"""The numbers that reasons speak of."""
OFF_BY = 0.05
"""How far expected and observed shares may differ in the back-test before a warning."""
SHORTEST = 7
"""Days: below it nothing is worth forecasting."""

Row = Mapping[str, Any]


def churn_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 20,
    progress: Progress = silent,
) -> ChurnResult:
    """Who may leave, why, and how good that knowledge is.

    Args:
        root: the workspace.
        as_of: None: the date of the last ``run``.
        policy: None: the one of the settings, or the only one.
        run_id: a past run, with what was stored with it alone; None: the newest data.
        engine: None: the one of the settings.
        customer: any id of a customer whose risk is told too.
        top: how many customers with the largest expected loss are listed.
        progress: told about each step.

    Raises:
        NotFound: no workspace, run or customer of that id.
        InvalidDocument: analyses/churn.yaml, or a policy, cannot be used; all problems at once.
    """
    _check_top(top)
    is_of_one = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress, by_customer=is_of_one
    ) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        found = analyze(CHURN, standing, progress=progress)
        # How the model was learned tells of all customers.
        is_limited = bool(standing.session.limits)
        rules, risk = found.choices, found.table(CHURN_RISK)
        known = [each for each in TOLD_METRICS if each in standing.registry]
        facts = with_facts(risk, standing.panel, standing.base.customer, standing.assignment, metrics=known)
        forecast = _forecast(found, Target.CHURN)
        own = [] if key is None else found.fetch(facts.filter(facts.customer_key == key))
        return ChurnResult(
            run_id=found.run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            currency=standing.past.currency,
            definition=_definition(rules),
            forecast=TargetForecast() if is_limited else forecast,
            drivers=() if is_limited else _drivers(found),
            survival=()
            if is_limited
            else tuple(record_of(TierSurvival, row) for row in found.rows(CHURN_SURVIVAL, "rank", "days")),
            tiers=_tiers(standing, found.fetch(risk_by_tier(risk, standing.assignment))),
            top=()
            if forecast.weakness
            else tuple(_customer(each, known) for each in found.fetch(most_at_stake(facts, most=top))),
            customer=_customer(own[0], known) if own else None,
            tier_policy=standing.policy,
            warnings=_limited_warnings(standing, forecast)
            if is_limited
            else (*_weak(forecast), *standing.warnings, *_remarks(forecast, rules, standing.as_of, belief_of(found))),
        )


def propensity_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 20,
    progress: Progress = silent,
) -> PropensityResult:
    """Who will order within the next 30 and 90 days; arguments and errors as ``churn_at``."""
    _check_top(top)
    is_of_one = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress, by_customer=is_of_one
    ) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        found = analyze(PROPENSITY, standing, progress=progress)
        scored = found.table(PURCHASE_PROPENSITY)
        names = {target: target.replace("purchase_", "purchase_probability_") for target in PURCHASE_DAYS}
        named = _named(scored, standing.base.customer, list(names.values()))
        likeliest = named.filter(named[names[Target.PURCHASE_30D]].notnull()).order_by(
            [named[each].desc() for each in names.values()] + [named.customer_key.asc()]
        )
        exact = {each: scored[each].round(6).cast("decimal(18, 6)").sum() for each in names.values()}
        (sums,) = found.fetch(scored.aggregate(customers=scored.count(), **exact))
        forecasts = {target: _forecast(found, target) for target in PURCHASE_DAYS}
        targets = {target: each for target, each in forecasts.items() if each.model is not None}
        own = [] if key is None else found.fetch(named.filter(named.customer_key == key))
        soonest, is_limited = forecasts[Target.PURCHASE_30D], bool(standing.session.limits)
        return PropensityResult(
            run_id=found.run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            customers=sums["customers"],
            expected={target: None if sums[name] is None else float(sums[name]) for target, name in names.items()},
            targets={} if is_limited else targets,
            top=() if soonest.weakness else tuple(record_of(PurchaseChance, row) for row in found.fetch(likeliest.limit(top))),
            customer=record_of(PurchaseChance, own[0]) if own else None,
            warnings=_limited_warnings(standing, soonest)
            if is_limited
            else (*_weak(soonest), *standing.warnings, *_all_remarks(list(targets.values()), found.choices, standing.as_of)),
        )


def _limited_warnings(standing: Standing, forecast: TargetForecast) -> tuple[Problem, ...]:
    """What whoever sees only some customers must know before trusting a risk: nothing that counts others."""
    weak = no_names(forecast)
    return (*(() if weak is None else (weak,)), *standing.warnings)


def _named(scored: ir.Table, customer: ir.Table, columns: list[str]) -> ir.Table:
    """Chances beside the ids of their customers."""
    people = customer.select(people_key="customer_key", customer_id="customer_id")
    named = scored.left_join(people, [("customer_key", "people_key")])
    return named.select("customer_key", "customer_id", *columns)


def _check_top(top: int) -> None:
    if not 0 <= top <= MOST_SHOWN:
        text = _("{count} customers cannot be listed; 0 to {most} can.")
        raise InvalidArgument.of(text, count=top, most=MOST_SHOWN)


def _definition(rules: ChurnRules) -> ChurnDefinition:
    values = {**vars(rules), "horizon_days": rules.horizon_days}
    return record_of(ChurnDefinition, values, sentence=Spoken(partial(definition_sentence, rules)))


def _drivers(found: Analyzed[ChurnRules]) -> tuple[RiskDriver, ...]:
    rows = sorted(found.rows(CHURN_DRIVER), key=lambda each: (-each["share"], each["driver"]))
    return tuple(record_of(RiskDriver, row, name=Spoken(partial(driver_name, Driver(row["driver"])))) for row in rows)


def _forecast(found: Analyzed[ChurnRules], target: Target) -> TargetForecast:
    return forecast_of(whole_company(found.standing.session), found.run.run_id, target, as_of=found.standing.as_of)


def _weak(forecast: TargetForecast) -> tuple[Problem, ...]:
    """What is said before anything else where no names are taken from the ranking."""
    return tuple(each for each in (no_names(forecast), _lost(forecast)) if each is not None)


def _tiers(standing: Standing, counts: list[dict[str, Any]]) -> tuple[TierRisk, ...]:
    names = [each.slug for each in reversed(standing.policy.tiers)]
    return tuple(
        _tier(name, own)
        for name in (*names, None)
        if (own := [each for each in counts if each["tier"] == name]) or name is not None
    )


def _tier(name: str | None, own: list[dict[str, Any]]) -> TierRisk:
    def count(**wanted: str) -> int:
        return sum(each["customers"] for each in own if all(each[key] == value for key, value in wanted.items()))

    expected = [each["expected"] for each in own if each["expected"] is not None]
    high = (each["net_revenue_12m"] for each in own if each["risk_class"] == RiskClass.HIGH)
    return TierRisk(
        tier=name,
        active=count(state=State.ACTIVE),
        high=count(risk_class=RiskClass.HIGH),
        middle=count(risk_class=RiskClass.MIDDLE),
        low=count(risk_class=RiskClass.LOW),
        left=count(state=State.LEFT),
        expected=sum(expected) if expected else None,
        net_revenue_12m_at_high=sum((each for each in high if each is not None), Decimal(0)),
    )


def _customer(row: Row, known: list[str]) -> CustomerRisk:
    facts = {each: row[each] for each in known}
    drivers = [Driver(row[f"reason_{place}"]) for place in (1, 2, 3) if row[f"reason_{place}"] is not None]
    return CustomerRisk(
        customer_key=row["customer_key"],
        customer_id=row["customer_id"],
        tier=row["tier"],
        state=State(row["state"]),
        probability=row["churn_probability"],
        risk_class=None if row["risk_class"] is None else RiskClass(row["risk_class"]),
        limit_days=row["limit_days"],
        reasons=tuple(RiskReason(each, Spoken(partial(reason_sentence, each, facts))) for each in drivers),
        facts=facts,
        expected_loss=row["expected_loss"] if row["churn_probability"] is not None else None,
    )


def _all_remarks(found: list[TargetForecast], rules: ChurnRules, as_of: date) -> list[Problem]:
    return [each for one in found for each in _remarks(one, rules, as_of)] if found else _remarks(TargetForecast(), rules, as_of)


def _remarks(forecast: TargetForecast, rules: ChurnRules, as_of: date, belief: Belief | None = None) -> list[Problem]:
    """Warnings about how far the numbers can be trusted."""
    if forecast.model is None:
        text = _("nobody has ordered, or had a contract, up to {as_of}: nobody can leave.")
        return [Problem(text, {"as_of": as_of})]
    problems = []
    if forecast.lack is not None:
        problems.append(_lack_problem(forecast.model, rules))
        if forecast.used is None:
            text = _("nothing could be learned from the past, so that no probability is given.")
            problems.append(Problem(text))
    elif forecast.shown_part is not Part.EVALUATE:
        text = _(
            "the model could not be tested on a date that it has not seen: {missing} more days are needed; its figures are too good."
        )
        problems.append(Problem(text, {"missing": forecast.model.days_missing}))
    if belief is not None:
        problems.append(believed_problem(belief))
    customers = sum(each.customers for each in forecast.calibration)
    if customers:
        expected = sum(each.expected_share * each.customers for each in forecast.calibration) / customers
        observed = sum(each.outcomes for each in forecast.calibration) / customers
        if abs(expected - observed) > OFF_BY:
            text = _(
                "the back-test expected {expected} % and observed {observed} %: trust the ranking of customers more than their probabilities, which are learned from earlier dates."
            )
            shares = {
                "expected": round(expected * 100),
                "observed": round(observed * 100),
            }
            problems.append(Problem(text, shares))
    return problems


def _lost(forecast: TargetForecast) -> Problem | None:
    """The sentence where the model of choice was not better than recency on the date of evaluation."""
    if forecast.model is None or forecast.used is not ScoreModel.RECENCY:
        return None
    choice = best_of({each: forecast.figure(each, "auc", Part.TRIAL_CALIBRATE) for each in MODELS})
    briers = {each: forecast.figure(each, "brier", Part.EVALUATE) for each in MODELS}
    customers = next((each.customers for each in forecast.quality if each.part is Part.EVALUATE), 0)
    return not_better(beside_recency(choice, briers, customers=customers), partial(contestants, forecast.model.target))


def _lack_problem(model: ChurnModel, rules: ChurnRules) -> Problem:
    shorter = _shorter(model)
    values: dict[str, object] = {
        "missing": model.days_missing,
        "horizon": model.horizon_days,
        "file": CHURN_FILE,
        "shorter": shorter,
    }
    if model.lack is not Lack.HISTORY_TOO_SHORT:
        return Problem(_LACKS[model.lack or Lack.TOO_FEW_CUSTOMERS], values)
    text = _(
        "the history is too short to learn what customers do within {horizon} days: {missing} more days are needed. Until then the time "
        "since the last order alone decides."
    )
    can_be_shorter = model.target is Target.CHURN and rules.by is ChurnBy.DAYS and SHORTEST <= shorter < rules.days
    advice = _("The data suffice for leaving after {shorter} days without an order: write `days: {shorter}` into {file}.")
    return Problem(text, values, advice=advice if can_be_shorter else None)


def _shorter(model: ChurnModel) -> int:
    """The longest horizon that the history allows to try."""
    return longest_horizon(3 * model.horizon_days + min(90, model.horizon_days) - model.days_missing)


_LACKS = {
    Lack.TOO_FEW_CUSTOMERS: _(
        "too few customers were there at past dates to learn from them; the time since the last order alone decides."
    ),
    Lack.NO_SUCH_OUTCOME: _(
        "too few customers left, or ordered, within {horizon} days of past dates to learn from them; the time since the last order alone decides."
    ),
    Lack.NO_OTHER_OUTCOME: _(
        "nearly all customers left, or ordered, within {horizon} days of past dates, so that nothing tells them apart; the time since the last order alone decides."
    ),
}
