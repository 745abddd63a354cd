"""From value, risk and tiers to one priority ranking: the steps of the priority analysis, in their order, each saved under its contract."""

from __future__ import annotations

import ibis.expr.types as ir

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.rows import known_facts
from fenji.analyze.priority.downgrades import downgrade_watch
from fenji.analyze.priority.frequent import frequent_candidates
from fenji.analyze.priority.ladder import ladder_of
from fenji.analyze.priority.measures import measured_customers, measures_of
from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.priority.summary import priority_mark, priority_part
from fenji.analyze.priority.upgrades import upgrade_candidates
from fenji.analyze.rules.holds import RuleBasis, conditions_of, metrics_in
from fenji.answers.churn import TargetForecast
from fenji.documents.priority import priority_rules_from_text
from fenji.domain.churn import Believed, Target
from fenji.domain.metrics import REVENUE, Fact
from fenji.domain.policies import SCORE, ReviewPeriod
from fenji.domain.priority import CHURN_MEASURE, CONTRACT_RULES, DEFAULT_RULES, PriorityRules
from fenji.domain.reviews import coming_reviews
from fenji.language import message as _
from fenji.tables.insight_churn import CHURN_RISK
from fenji.tables.insight_priority import (
    DOWNGRADE_WATCH,
    FREQUENT_CANDIDATE,
    PRIORITY,
    PRIORITY_MARK,
    PRIORITY_PART,
    UPGRADE_CANDIDATE,
)
from fenji.tables.insight_value import CONTRACT_VALUE, CUSTOMER_VALUE, VALUE_SUMMARY
from fenji.workflow.churn_run import CHURN
from fenji.workflow.value_run import VALUE
from fenji.workspace.churn_ranking import forecast_of
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Analyzed, Computation, Standing, analyze

PRIORITY_FILE = f"{ANALYSES_FOLDER}/priority.yaml"
STEPS = (
    _("putting measures side by side"),
    _("ordering customers by attention"),
    _("looking for who is close to another tier"),
    _("looking for future frequent customers"),
)


def priority_rules(standing: Standing, text: str | None) -> PriorityRules:
    """What analyses/priority.yaml says; the defaults where there is none. Without orders, contracts are what customers are valued by.

    Raises:
        InvalidDocument: it cannot be used.
    """
    facts = standing.base.facts
    defaults = CONTRACT_RULES if Fact.CONTRACT in facts and Fact.ORDER_LINE not in facts else DEFAULT_RULES
    if text is None:
        return defaults
    file = str(standing.session.workspace.root / PRIORITY_FILE)
    return priority_rules_from_text(text, file, measures_of(standing.registry), defaults=defaults)


def compute_priority(making: Computation[PriorityRules]) -> None:
    """The priority ranking, what it is made of, and the three lists."""
    standing, rules, writer, progress = making.standing, making.choices, making.writer, making.progress
    session, policy, as_of = standing.session, standing.policy, standing.as_of
    value, churn = making.needed[VALUE.name].table(CUSTOMER_VALUE), making.needed[CHURN.name].table(CHURN_RISK)
    progress(STEPS[0], 0, len(STEPS))
    panel, assignment = standing.panel, standing.assignment
    (summary,) = making.needed[VALUE.name].rows(VALUE_SUMMARY)
    measured = session.engine.stage(
        measured_customers(
            panel,
            value,
            churn,
            assignment,
            policy=policy,
            measures=rules.measures,
            contracts=making.needed[VALUE.name].table(CONTRACT_VALUE),
            believes_value=summary["believed"] == Believed.VALUE,
        )
    )
    progress(STEPS[1], 1, len(STEPS))
    ordered = order_of_attention(measured, rules=rules, as_of=as_of)
    priority = writer.save(ordered, PRIORITY, as_of=as_of, same_customers_as=panel)
    writer.save(priority_part(priority, measured, rules=rules, as_of=as_of), PRIORITY_PART, as_of=as_of)
    writer.save(priority_mark(priority, rules=rules, as_of=as_of), PRIORITY_MARK, as_of=as_of)
    progress(STEPS[2], 2, len(STEPS))
    found = ladder_of(panel, standing.base.customer, assignment, value, policy=policy, as_of=as_of)
    ladder = RuleBasis(session.engine.stage(found.table), found.variants, found.top_columns)
    writer.save(upgrade_candidates(ladder, policy=policy, rules=rules, as_of=as_of), UPGRADE_CANDIDATE, as_of=as_of)
    watched = downgrade_watch(ladder, _panel_at_review(standing), policy=policy, rules=rules, as_of=as_of)
    writer.save(watched, DOWNGRADE_WATCH, as_of=as_of)
    progress(STEPS[3], 3, len(STEPS))
    writer.save(frequent_candidates(panel, value, assignment, rules=rules, as_of=as_of), FREQUENT_CANDIDATE, as_of=as_of)
    progress("", len(STEPS), len(STEPS))


def _panel_at_review(standing: Standing) -> ir.Table | None:
    """The metrics at the next review if nothing more happened; None where every customer has a review day of its own."""
    policy, as_of = standing.policy, standing.as_of
    if policy.review.every is ReviewPeriod.ANNIVERSARY:
        return None
    (review_on,) = coming_reviews(as_of, policy.review.every, 1)
    asked = [name for name in metrics_in(conditions_of(policy)) if name != SCORE]
    metrics = standing.registry.needed_for([*asked, REVENUE])
    facts = known_facts(standing.base.facts, as_of=as_of)
    panel = customer_metric(facts, standing.base.customer, metrics=metrics, as_of=review_on)
    return standing.session.engine.stage(panel)


ATTENTION = Analysis(
    "priority",
    PRIORITY_FILE,
    priority_rules,
    (PRIORITY, PRIORITY_PART, PRIORITY_MARK, UPGRADE_CANDIDATE, DOWNGRADE_WATCH, FREQUENT_CANDIDATE),
    compute_priority,
    needs=(VALUE, CHURN),
)
"""The priority ranking, and the three lists."""


def risk_counted(found: Analyzed[PriorityRules]) -> TargetForecast | None:
    """How the risk of leaving that the ranking counts was learned; None where it counts none of churn's."""
    standing = found.standing
    if CHURN_MEASURE not in found.choices.measures:
        return None
    if analyze(VALUE, standing).rows(VALUE_SUMMARY)[0]["believed"] == Believed.VALUE:
        return None
    return forecast_of(standing.session, analyze(CHURN, standing).run.run_id, Target.CHURN, as_of=standing.as_of)
