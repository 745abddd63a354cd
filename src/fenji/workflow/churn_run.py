"""Who is about to leave, why, and how sure is that? Learned from past dates, scored for everyone, kept as a run of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.churn.beside import judged_beside
from fenji.analyze.churn.drivers import churn_driver
from fenji.analyze.churn.examples import Recipe
from fenji.analyze.churn.learning import Judged, Learned, learn
from fenji.analyze.churn.propensity import SCHEMA, chances_by, purchase_propensity
from fenji.analyze.churn.reporting import Report, report_tables
from fenji.analyze.churn.scoring import Scorer, churn_risk, scored_by, scored_schema
from fenji.analyze.churn.staying import contract_rows, contracts_later, ends_of, survival_rows, times_to_leaving
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.value.order_histories import order_histories
from fenji.documents.churn import churn_rules_from_text
from fenji.domain.churn import DEFAULT_RULES, PURCHASE_DAYS, Belief, Believed, ChurnBy, ChurnRules, Part, ScoreModel, Target
from fenji.domain.metrics import Fact
from fenji.domain.periods import months_before
from fenji.domain.reviews import reviews_between
from fenji.language import message as _
from fenji.tables import clean, insight
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
from fenji.workflow.churn_past import ORDER_NUMBERS, Past, has_contracts, past_of, rows_today
from fenji.workspace.fitting import fit_histories
from fenji.workspace.overrides import overrides_in
from fenji.workspace.reviews import ReviewPlan, decide_plan
from fenji.workspace.session import RunWriter
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Analyzed, Computation, Standing

CHURN_FILE = f"{ANALYSES_FOLDER}/churn.yaml"
STEPS = (
    _("looking at past dates"),
    _("learning who left"),
    _("scoring every customer"),
    _("following the customers of a past date"),
)
REPORTS = (CHURN_MODEL, CHURN_SAMPLE, CHURN_QUALITY, CHURN_CALIBRATION)
MONTHS_FOLLOWED = 12
"""How far back the survival view begins, where the history allows it."""
NEAR_DAYS = 92
"""A review that the run decided up to a quarter before that day serves as well."""


def churn_rules(standing: Standing, text: str | None) -> ChurnRules:
    """What analyses/churn.yaml says; where it names no definition, contracts decide in a workspace that has any.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    rules = DEFAULT_RULES if text is None else churn_rules_from_text(text, CHURN_FILE)
    if rules.is_declared or not has_contracts(standing):
        return rules
    return replace(rules, by=ChurnBy.CONTRACT)


def compute_churn(making: Computation[ChurnRules]) -> None:
    """The risk of every customer, and what explains it."""
    standing, rules, writer, progress = making.standing, making.choices, making.writer, making.progress
    as_of, engine = standing.as_of, standing.session.engine
    progress(STEPS[0], 0, len(STEPS))
    past = past_of(standing, rules, horizon_days=rules.horizon_days)
    rows = _looked_up(past, rules.horizon_days)
    progress(STEPS[1], 1, len(STEPS))
    learned = None if past is None else learn(past.examples(Target.CHURN, rows), past.schedule, seed=rules.seed)
    if past is not None and learned is not None:
        learned = replace(learned, judged=(*learned.judged, *_beside(past, rows, learned, rules)))
    reports = {} if past is None or learned is None else {Target.CHURN: _report(past, learned, rules, rules.horizon_days)}
    _save_reports(writer, reports, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    scorer = Scorer(_recipe(past, rules), rules, None if learned is None else learned.fitted)
    scored = engine.map_customers(rows_today(standing, scorer.recipe), scored_by(scorer), scored_schema(scorer))
    writer.save(churn_risk(scored, as_of=as_of), CHURN_RISK, as_of=as_of, same_customers_as=standing.panel)
    writer.save(churn_driver(scored, drivers=scorer.drivers, as_of=as_of), CHURN_DRIVER, as_of=as_of)
    progress(STEPS[3], 3, len(STEPS))
    survival = None if past is None else _survival(standing, rules, past)
    empty = CHURN_SURVIVAL.schema.to_pyarrow().empty_table()
    writer.save(engine.from_arrow(empty if survival is None else survival), CHURN_SURVIVAL, as_of=as_of)
    progress("", len(STEPS), len(STEPS))


def compute_propensity(making: Computation[ChurnRules]) -> None:
    """The chance of an order of every customer, and how good that knowledge is."""
    standing, writer, progress = making.standing, making.writer, making.progress
    rules, as_of = replace(making.choices, by=ChurnBy.DAYS), standing.as_of
    progress(STEPS[0], 0, len(STEPS))
    # Both horizons look at the dates of the longer one: one panel per date serves them both.
    longest = max(PURCHASE_DAYS.values())
    past = past_of(standing, rules, horizon_days=longest)
    rows = _looked_up(past, longest)
    progress(STEPS[1], 1, len(STEPS))
    reports = {}
    models = {}
    for target, days in PURCHASE_DAYS.items():
        learned = None if past is None else learn(past.examples(target, rows), past.schedule, seed=rules.seed)
        models[target] = (_recipe(past, rules), None if learned is None else learned.fitted)
        if past is not None and learned is not None:
            reports[target] = _report(past, learned, rules, days)
    _save_reports(writer, reports, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    scored = standing.session.engine.map_customers(rows_today(standing, _recipe(past, rules)), chances_by(models), SCHEMA)
    writer.save(purchase_propensity(scored, as_of=as_of), PURCHASE_PROPENSITY, as_of=as_of, same_customers_as=standing.panel)
    progress("", len(STEPS), len(STEPS))


CHURN = Analysis("churn", CHURN_FILE, churn_rules, (*REPORTS, CHURN_RISK, CHURN_DRIVER, CHURN_SURVIVAL), compute_churn)
"""The risk of leaving of every customer, and what explains it."""
PROPENSITY = Analysis("propensity", CHURN_FILE, churn_rules, (*REPORTS, PURCHASE_PROPENSITY), compute_propensity)
"""The chance of an order of every customer."""


def belief_of(found: Analyzed[ChurnRules]) -> Belief | None:
    """Which of churn and value to believe, as the analysis of churn has recorded it; None where value was not measured beside."""
    models = [each for each in found.fetch(found.table(CHURN_MODEL).drop("trees_text")) if each["target"] == Target.CHURN]
    if not models or models[0]["believed"] is None:
        return None
    (model,) = models
    briers = {
        each["model"]: each
        for each in found.rows(CHURN_QUALITY)
        if (each["target"], each["part"], each["measure"]) == (Target.CHURN, Part.EVALUATE, "brier")
    }
    ours, other = briers[model["model"]], briers[ScoreModel.ORDERS]
    return Belief(Believed(model["believed"]), model["horizon_days"], ours["customers"], ours["value"], other["value"])


def _beside(past: Past, rows: Mapping[date, pa.Table], learned: Learned, rules: ChurnRules) -> tuple[Judged, ...]:
    """How value's order model would have judged the customers of the date of evaluation; nothing where churn was not evaluated."""
    lines, on = past.facts.get(Fact.ORDER_LINE), past.schedule.evaluate
    if lines is None or rules.by is not ChurnBy.DAYS or all(each.part is not Part.EVALUATE for each in learned.judged):
        return ()
    engine = past.session.engine
    histories = engine.stage(order_histories(lines, as_of=on))
    model = fit_histories(engine, lines, histories, as_of=on).models.purchase
    if model is None:
        return ()
    known = engine.fetch(histories.select("customer_key", "repeats", "recency_days", "age_days"))
    return judged_beside(model, known, rows[on], past.recipe, rules, on=on)


def _looked_up(past: Past | None, horizon_days: int) -> dict[date, pa.Table]:
    return {} if past is None else {day: past.rows(day, horizon_days) for day in past.schedule.dates}


def _recipe(past: Past | None, rules: ChurnRules) -> Recipe:
    """Where nothing can be learned, only what tells who is active."""
    return Recipe(ORDER_NUMBERS, (), rules.by is ChurnBy.CONTRACT, 0.0) if past is None else past.recipe


def _report(past: Past, learned: Learned, rules: ChurnRules, horizon_days: int) -> Report:
    return Report(learned, past.schedule, rules.by, horizon_days, rules.seed, past.share)


def _save_reports(writer: RunWriter, reports: Mapping[Target, Report], *, as_of: date) -> None:
    tables = report_tables(reports, as_of=as_of)
    for contract in REPORTS:
        writer.save(writer.session.engine.from_arrow(tables[contract.full_name]), contract, as_of=as_of)


def _survival(standing: Standing, rules: ChurnRules, past: Past) -> pa.Table | None:
    """The curves of the tiers of a past review: one that the run decided where there is any, else one decided for this now."""
    as_of, history = standing.as_of, past.schedule.history_days
    year_ago = months_before(as_of, MONTHS_FOLLOWED)
    middle = as_of - timedelta(days=history // 2)
    wanted = max(year_ago, middle)
    if (as_of - wanted).days < 1:
        return None
    from_on, assignment = _assignment_near(standing, wanted, earliest=as_of - timedelta(days=history))
    engine, tiers = standing.session.engine, [each.slug for each in standing.policy.tiers]
    ends = ends_of(from_on=from_on, as_of=as_of, horizon_days=rules.horizon_days)
    if rules.by is ChurnBy.CONTRACT:
        shares = contracts_later(standing.read(clean.CONTRACT), assignment, from_on=from_on, ends=ends)
        return contract_rows(engine.fetch(shares).to_pylist(), tiers, from_on=from_on, ends=ends, as_of=as_of)
    metrics = standing.registry.needed_for(ORDER_NUMBERS)
    panel = engine.stage(customer_metric(standing.base.facts, standing.base.customer, metrics=metrics, as_of=from_on))
    orders = standing.base.facts.get(Fact.ORDER_LINE)
    counts = times_to_leaving(panel, orders, assignment, from_on=from_on, rules=rules, as_of=as_of)
    return survival_rows(engine.fetch(counts).to_pylist(), tiers, from_on=from_on, ends=ends, as_of=as_of)


def _assignment_near(standing: Standing, wanted: date, *, earliest: date) -> tuple[date, ir.Table]:
    """The latest review up to a date that the run keeps, or the tiers that the policy of today gives on it, from the beginning of history on."""
    tables = standing.session.tables_of(standing.run.run_id)
    stored = {each.as_of for each in tables if each.table == insight.TIER_ASSIGNMENT.full_name and each.as_of}
    usable = [day for day in stored if earliest < day <= wanted and (wanted - day).days <= NEAR_DAYS]
    if usable:
        day = max(usable)
        return day, standing.session.read(standing.run.run_id, insight.TIER_ASSIGNMENT, as_of=day)
    begins_on = standing.past.history_begins_on or wanted
    reviews = reviews_between(begins_on, wanted, lambda _day: standing.policy)
    plan = ReviewPlan(
        reviews=reviews,
        registries=(standing.registry,) * len(reviews),
        lost=standing.past.lost_rule,
        overrides=overrides_in(
            standing.session, standing.base.identity, policy=standing.policy.slug, dates=[each.as_of for each in reviews]
        ),
        kept=1,
    )
    (decided,) = decide_plan(standing.session.engine, standing.base.customer, standing.base.facts, plan)
    return wanted, standing.session.engine.stage(decided.assignment)
