"""What does a company see of churn and of coming purchases? Read back from the runs that hold them, with what must be known before trusting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.analyze.churn.dates import longest_horizon
from fenji.analyze.churn.ranking import most_at_stake, risk_by_tier, with_facts
from fenji.choices import EngineName
from fenji.domain.churn import PURCHASE_DAYS, ChurnBy, ChurnRules, Driver, Lack, Part, RiskClass, ScoreModel, State, Target
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.tables.contract import Contract
from fenji.tables.insight_churn import (
    CHURN_CALIBRATION,
    CHURN_DRIVER,
    CHURN_MODEL,
    CHURN_QUALITY,
    CHURN_RISK,
    CHURN_SAMPLE,
    CHURN_SURVIVAL,
    PURCHASE_PROPENSITY,
)
from fenji.workflow.churn_run import CHURN_FILE, churn_run, propensity_run, rules_of
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import Standing, open_standing

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
"""How far expected and observed shares may differ in the trial before we say so."""
SHORTEST = 7
"""Days: below it nothing is worth foretelling."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Foretold:
    """What is kept of the model of one target."""

    target: Target
    model: Row
    """The row of insight.churn_model, without the trees themselves."""
    samples: tuple[Row, ...]
    quality: tuple[Row, ...]
    tenths: tuple[Row, ...]

    @property
    def used(self) -> ScoreModel | None:
        """The model that gives the probabilities; None where there are none."""
        return None if self.model["model"] is None else ScoreModel(self.model["model"])

    @property
    def lack(self) -> Lack | None:
        """What was missing to learn more than recency."""
        return None if self.model["lack"] is None else Lack(self.model["lack"])

    @property
    def shown_part(self) -> Part | None:
        """The date whose figures are shown: that of the evaluation where there was one."""
        parts = {each["part"] for each in self.quality}
        return next((each for each in (Part.EVALUATE, Part.CALIBRATE) if each in parts), None)

    def figure(self, model: ScoreModel, measure: str, part: Part | None = None) -> float | None:
        """One measure of one model, on the date of evaluation where no other is asked for."""
        wanted = part or self.shown_part
        same = (each for each in self.quality if each["part"] == wanted)
        found = (each["value"] for each in same if (each["model"], each["measure"]) == (model, measure))
        return next(found, None)


@dataclass(frozen=True)
class TierRisk:
    """The customers of one tier."""

    tier: str | None
    """None: lost under the policy's rule."""
    active: int
    high: int
    middle: int
    low: int
    left: int
    expected: float | None
    """How many of the active are expected to leave; None without probabilities."""
    net_revenue_12m_at_high: Decimal


@dataclass(frozen=True)
class CustomerRisk:
    """One customer."""

    customer_key: int
    customer_id: str | None
    tier: str | None
    state: State
    probability: float | None
    risk_class: RiskClass | None
    limit_days: float | None
    reasons: tuple[Driver, ...]
    facts: Mapping[str, Any]
    """Metric: value; the numbers that the reasons speak of."""
    expected_loss: float | None


@dataclass(frozen=True)
class ChurnResult:
    """The risk of all customers at a date."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: Policy
    currency: str
    rules: ChurnRules
    foretold: Foretold | None
    """None where nobody ever ordered, or had a contract."""
    drivers: tuple[Row, ...]
    """The heaviest first."""
    survival: tuple[Row, ...]
    tiers: tuple[TierRisk, ...]
    """Highest tier first, the lost last."""
    top: tuple[CustomerRisk, ...]
    customer: CustomerRisk | None
    warnings: tuple[Problem, ...]


@dataclass(frozen=True)
class PropensityResult:
    """The chances of an order at a date."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: Policy
    foretold: tuple[Foretold, ...]
    top: tuple[Row, ...]
    """customer_key, customer_id and both probabilities, the likeliest within 30 days first."""
    customer: Row | None
    customers: int
    expected: Mapping[Target, float | None]
    """How many are expected to buy; None without probabilities."""
    warnings: tuple[Problem, ...]


def churn_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
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
        engine: None: the one of the settings.
        customer: any id of a customer whose risk is told too.
        top: how many customers with the largest expected loss are listed.
        progress: told about each step.

    Raises:
        NotFound: no workspace, run or customer of that id.
        InvalidDocument: analyses/churn.yaml, or a policy, cannot be used; all problems at once.
    """
    _check_top(top)
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        rules = rules_of(standing)
        run = churn_run(standing, progress=progress)
        session = standing.session
        risk = session.read(run.run_id, CHURN_RISK, as_of=standing.as_of)
        known = [each for each in TOLD_METRICS if each in standing.registry]
        facts = with_facts(risk, standing.panel, standing.base.customer, standing.assignment, metrics=known)
        foretold = _foretold(standing, run, Target.CHURN)
        own = [] if key is None else session.engine.fetch(facts.filter(facts.customer_key == key)).to_pylist()
        return ChurnResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy,
            currency=standing.past.currency,
            rules=rules,
            foretold=foretold,
            drivers=tuple(sorted(_rows(standing, run, CHURN_DRIVER), key=lambda each: (-each["share"], each["driver"]))),
            survival=tuple(sorted(_rows(standing, run, CHURN_SURVIVAL), key=lambda each: (each["rank"], each["days"]))),
            tiers=_tiers(standing, session.engine.fetch(risk_by_tier(risk, standing.assignment)).to_pylist()),
            top=tuple(_customer(each, known) for each in session.engine.fetch(most_at_stake(facts, most=top)).to_pylist()),
            customer=_customer(own[0], known) if own else None,
            warnings=(*standing.warnings, *_remarks(foretold, rules, standing.as_of)),
        )


def propensity_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    customer: str | None = None,
    top: int = 20,
    progress: Progress = silent,
) -> PropensityResult:
    """Who will order within the next 30 and 90 days; arguments and errors as ``churn_at``."""
    _check_top(top)
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        rules = rules_of(standing)
        run = propensity_run(standing, progress=progress)
        engine_, people = standing.session.engine, standing.base.customer
        scored = standing.session.read(run.run_id, PURCHASE_PROPENSITY, as_of=standing.as_of)
        names = {target: target.replace("purchase_", "purchase_probability_") for target in PURCHASE_DAYS}
        named = scored.left_join(
            people.select(people_key="customer_key", customer_id="customer_id"), [("customer_key", "people_key")]
        )
        named = named.select("customer_key", "customer_id", *names.values())
        likeliest = named.filter(named[names[Target.PURCHASE_30D]].notnull()).order_by(
            [named[each].desc() for each in names.values()] + [named.customer_key.asc()]
        )
        (sums,) = engine_.fetch(
            scored.aggregate(
                customers=scored.count(), **{each: scored[each].round(6).cast("decimal(18, 6)").sum() for each in names.values()}
            )
        ).to_pylist()
        found = [each for each in (_foretold(standing, run, target) for target in PURCHASE_DAYS) if each is not None]
        own = [] if key is None else engine_.fetch(named.filter(named.customer_key == key)).to_pylist()
        return PropensityResult(
            run_id=run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy,
            foretold=tuple(found),
            top=tuple(engine_.fetch(likeliest.limit(top)).to_pylist()),
            customer=own[0] if own else None,
            customers=sums["customers"],
            expected={target: None if sums[name] is None else float(sums[name]) for target, name in names.items()},
            warnings=(*standing.warnings, *_all_remarks(found, rules, standing.as_of)),
        )


def _check_top(top: int) -> None:
    if not 0 <= top <= MOST_SHOWN:
        text = _("{count} customers cannot be listed; 0 to {most} can.")
        raise InvalidArgument.of(text, count=top, most=MOST_SHOWN)


def _rows(standing: Standing, run: Run, contract: Contract) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = standing.session.engine.fetch(
        standing.session.read(run.run_id, contract, as_of=standing.as_of)
    ).to_pylist()
    return found


def _foretold(standing: Standing, run: Run, target: Target) -> Foretold | None:
    model = standing.session.read(run.run_id, CHURN_MODEL, as_of=standing.as_of).drop("trees_text")
    models = [each for each in standing.session.engine.fetch(model).to_pylist() if each["target"] == target]
    if not models:
        return None

    def own(contract: Contract, *order: str) -> tuple[Row, ...]:
        rows = [each for each in _rows(standing, run, contract) if each["target"] == target]
        return tuple(sorted(rows, key=lambda each: tuple(str(each[name]) for name in order)))

    tenths = tuple(sorted(own(CHURN_CALIBRATION), key=lambda each: each["tenth"]))
    return Foretold(target, models[0], own(CHURN_SAMPLE, "on", "part"), own(CHURN_QUALITY, "on", "model", "measure"), tenths)


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
    reasons = (row[f"reason_{place}"] for place in (1, 2, 3))
    return CustomerRisk(
        customer_key=row["customer_key"],
        customer_id=row["customer_id"],
        tier=row["tier"],
        state=State(row["state"]),
        probability=row["churn_probability"],
        risk_class=None if row["risk_class"] is None else RiskClass(row["risk_class"]),
        limit_days=row["limit_days"],
        reasons=tuple(Driver(each) for each in reasons if each is not None),
        facts={each: row[each] for each in known},
        expected_loss=row["expected_loss"] if row["churn_probability"] is not None else None,
    )


def _all_remarks(found: list[Foretold], rules: ChurnRules, as_of: date) -> list[Problem]:
    return [each for one in found for each in _remarks(one, rules, as_of)] if found else _remarks(None, rules, as_of)


def _remarks(foretold: Foretold | None, rules: ChurnRules, as_of: date) -> list[Problem]:
    """What a reader must know before trusting the numbers."""
    if foretold is None:
        text = _("nobody has ordered, or had a contract, up to {as_of}: nobody can leave.")
        return [Problem(text, {"as_of": as_of})]
    problems = []
    if foretold.lack is not None:
        problems.append(_lack_problem(foretold, rules))
        if foretold.used is None:
            text = _("nothing could be learned from the past, so that no probability is given.")
            problems.append(Problem(text))
    elif foretold.shown_part is not Part.EVALUATE:
        text = _("the model could not be tried on a date of its own: {missing} more days are needed; its figures flatter it.")
        problems.append(Problem(text, {"missing": foretold.model["days_missing"]}))
    customers = sum(each["customers"] for each in foretold.tenths)
    if customers:
        expected = sum(each["expected_share"] * each["customers"] for each in foretold.tenths) / customers
        observed = sum(each["outcomes"] for each in foretold.tenths) / customers
        if abs(expected - observed) > OFF_BY:
            text = _(
                "in the trial {expected} % were expected and {observed} % came true: the order of customers can be trusted more than "
                "their probabilities, which follow what came after earlier dates."
            )
            shares = {
                "expected": round(expected * 100),
                "observed": round(observed * 100),
            }
            problems.append(Problem(text, shares))
    return problems


def _lack_problem(foretold: Foretold, rules: ChurnRules) -> Problem:
    values: dict[str, object] = {
        "missing": foretold.model["days_missing"],
        "horizon": foretold.model["horizon_days"],
        "file": CHURN_FILE,
        "shorter": _shorter(foretold),
    }
    if foretold.lack is not Lack.HISTORY_TOO_SHORT:
        return Problem(_LACKS[foretold.lack or Lack.TOO_FEW_CUSTOMERS], values)
    text = _(
        "the history is too short to learn what customers do within {horizon} days: {missing} more days are needed. Until then the time "
        "since the last order alone decides."
    )
    can_be_shorter = foretold.target is Target.CHURN and rules.by is ChurnBy.DAYS and SHORTEST <= _shorter(foretold) < rules.days
    advice = _("What can be learned now is who is silent for {shorter} days: write `days: {shorter}` into {file}.")
    return Problem(text, values, advice=advice if can_be_shorter else None)


def _shorter(foretold: Foretold) -> int:
    """The longest horizon that the history allows to try."""
    horizon, missing = int(foretold.model["horizon_days"]), int(foretold.model["days_missing"])
    return longest_horizon(3 * horizon + min(90, horizon) - missing)


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
