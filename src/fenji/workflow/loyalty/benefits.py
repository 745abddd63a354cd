"""How does a benefits.yaml become what tiers give, and what does that cost a year for the customers of a review?"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from fenji.act.benefits import costs_of
from fenji.analyze.metrics.events import kinds_named
from fenji.answers.loyalty.benefits import BenefitCostRow, BenefitRow, BenefitsCostResult, BenefitsResult
from fenji.documents.benefits import BenefitsDocument, benefits_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.benefits import Benefits, CostKind, TierFacts
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.metrics import REVENUE
from fenji.domain.principals import Principal
from fenji.errors import InvalidDocument, NotFound, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.workspace.acting import acting_person
from fenji.workspace.customer_columns import CustomerColumns, Part
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.loyalty.benefits import benefits_on, program_on
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.tiering import registry_of


def lint_benefits(root: Path, file: Path) -> BenefitsResult:
    """Reads benefits and says what is wrong with them.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers are named.
        InvalidDocument: they cannot be used; all problems at once, each at its line.
    """
    return lint_benefits_text(root, text_of(file), str(file))


def lint_benefits_text(root: Path, text: str, name: str) -> BenefitsResult:
    """As lint_benefits, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers are named.
        InvalidDocument: they cannot be used; all problems at once, each at its line.
    """
    read = _read(open_workspace(root), text, name)
    return _told(read.benefits, is_published=False, warnings=read.warnings)


def publish_benefits(root: Path, file: Path, *, principal: Principal | None = None) -> BenefitsResult:
    """Freezes the version of benefits that stands in a file.

    Args:
        root: the workspace.
        file: the benefits.yaml.
        principal: who publishes it; None: the user of the operating system. The author is who the file says.

    Raises:
        NotFound: no workspace, no such file, or no policy whose tiers are named.
        InvalidDocument: they cannot be used, or author or reason is blank.
        Conflict: this version or a higher one is published, or one that takes effect on the same day or later.
    """
    return publish_benefits_text(root, text_of(file), str(file), principal=principal)


def publish_benefits_text(root: Path, text: str, name: str, *, principal: Principal | None = None) -> BenefitsResult:
    """As publish_benefits, of a text that is called so where something is wrong with it.

    Raises:
        NotFound: no workspace, or no policy whose tiers are named.
        InvalidDocument: they cannot be used, or author or reason is blank.
        Conflict: as publish_benefits.
    """
    workspace = open_workspace(root)
    read = _read(workspace, text, name)
    heading = read.benefits.heading
    blank = [name for name in ("author", "why") if not getattr(heading, name).strip()]
    said = _("'{name}' must not be blank in a document that is published.")
    InvalidDocument.raise_if(Problem(said, {"name": name}, read.document.place((name,))) for name in blank)
    with workspace.state.transaction(principal or acting_person()) as t:
        t.loyalty.documents.publish(DocumentKind.BENEFITS, heading, text)
        subject = Subject(SubjectKind.BENEFITS, f"{heading.slug} {heading.version}")
        t.audit.add(Action.BENEFITS_PUBLISHED, subject, {"effective_on": heading.effective_on.isoformat()})
    return _told(read.benefits, is_published=True, warnings=read.warnings)


def show_benefits(root: Path, *, policy: str | None = None, on: date | None = None) -> BenefitsResult:
    """The benefits that are in force for the tiers of a policy.

    Args:
        root: the workspace.
        policy: None: the one of the settings, or the only one.
        on: the day; None: today.

    Raises:
        NotFound: no workspace, no policy, or no benefits for its tiers.
    """
    workspace = open_workspace(root, by_customer=True)
    day = on or today(workspace.settings.time_zone)
    slug = policy_in_force(policies_of(workspace), policy or workspace.settings.policy, as_of=day).policy.slug
    return _told(_in_force(workspace, slug, day), is_published=True)


def cost_benefits(root: Path) -> BenefitsCostResult:
    """What the benefits cost a year, tier by tier, for the customers of the last review; uses by metrics are counted there.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no benefits for the tiers of its policy.
    """
    workspace = open_workspace(root)
    with open_question(workspace) as session:
        run = session.latest()
        past = PastRun(session, run)
        day = run.new.as_of
        if day is None:
            message = f"run {run.run_id} has no as-of date"
            raise AssertionError(message)
        benefits = _in_force(workspace, past.policy.slug, day)
        with workspace.state.reading() as t:
            program = program_on(t, day)
        assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=day)
        metrics = tuple(dict.fromkeys((REVENUE, *benefits.metrics)))
        panel = CustomerColumns(session, run, day).part(Part.PANEL, list(metrics))
        joined = assignment.filter(assignment["tier"].notnull()).select("customer_key", "tier").inner_join(panel, "customer_key")
        sums = joined.group_by("tier").aggregate(customers=joined.count(), **{each: joined[each].sum() for each in metrics})
        found = {row["tier"]: row for row in session.engine.fetch(sums).to_pylist()}
        tiers = [
            TierFacts(
                each.slug,
                found[each.slug]["customers"] if each.slug in found else 0,
                _sum(found, each.slug, REVENUE),
                {metric: _sum(found, each.slug, metric) for metric in benefits.metrics},
            )
            for each in past.policy.tiers
        ]
        costs = costs_of(benefits, tiers, program)
        return BenefitsCostResult(
            run_id=run.run_id,
            as_of=day,
            policy=past.policy.slug,
            version=past.policy.version,
            benefits_version=benefits.heading.version,
            currency=past.currency,
            costs=tuple(BenefitCostRow(each.tier, each.benefit, each.customers, each.cost) for each in costs),
            total=sum((each.cost for each in costs if each.cost is not None), Decimal(0)),
            warnings=tuple(_warnings(benefits, tiers, is_program=program is not None)),
        )


def _in_force(workspace: Workspace, policy: str, day: date) -> Benefits:
    found = None
    if workspace.state.is_there:
        with workspace.state.reading() as t:
            found = benefits_on(t, policy, day)
    if found is None:
        text = _("no benefits are in force for the tiers of policy {policy} on {day}.")
        advice = _("Write benefits.yaml, then publish it: fenji benefits publish benefits.yaml")
        raise NotFound.of(text, advice=advice, policy=policy, day=day)
    return found


def _sum(found: dict[str, dict[str, object]], tier: str, metric: str) -> Decimal:
    value = found[tier][metric] if tier in found else None
    return Decimal(str(value)) if value is not None else Decimal(0)


def _warnings(benefits: Benefits, tiers: list[TierFacts], *, is_program: bool) -> list[Problem]:
    found = []
    for each in benefits.benefits:
        customers = sum(tier.customers for tier in tiers if tier.tier in each.tiers)
        if each.capacity is not None and customers > each.capacity:
            text = _("benefit {benefit} can serve {capacity} customers; {customers} have it.")
            found.append(Problem(text, {"benefit": each.slug, "capacity": each.capacity, "customers": customers}))
        if each.cost.kind is CostKind.POINTS and not is_program:
            text = _("what benefit {benefit} costs is not known: there is not exactly one loyalty program in force.")
            found.append(Problem(text, {"benefit": each.slug}))
        elif each.cost.kind is CostKind.POINTS:
            text = _(
                "what benefit {benefit} costs in points is counted from the revenue of 12 months, so that it is at most this."
            )
            found.append(Problem(text, {"benefit": each.slug}))
    return found


def _read(workspace: Workspace, text: str, name: str) -> BenefitsDocument:
    slug: str | None
    try:
        first = benefits_document_from_text(text, name).benefits
        day, slug = first.heading.effective_on, first.policy
    except InvalidDocument:
        # Its names are checked all the same, so that all problems are said at once.
        day, slug = today(workspace.settings.time_zone), workspace.settings.policy
    policy = policy_in_force(policies_of(workspace), slug, as_of=day).policy
    kinds = kinds_named(re.findall(r"[a-z][a-z0-9_]*", text))
    metrics = [each.slug for each in registry_of(own_metrics_of(workspace), policy, kinds)]
    return benefits_document_from_text(text, name, tiers=[each.slug for each in policy.tiers], metrics=metrics)


def _told(benefits: Benefits, *, is_published: bool, warnings: tuple[Problem, ...] = ()) -> BenefitsResult:
    heading = benefits.heading
    return BenefitsResult(
        benefits=heading.slug,
        version=heading.version,
        effective_on=heading.effective_on,
        is_published=is_published,
        policy=benefits.policy,
        list=tuple(map(BenefitRow.of, benefits.benefits)),
        warnings=warnings,
    )
