"""Where would the data draw the lines between tiers? A draft of a policy with its trade-off, for a person to edit and publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.suggestions import (
    FUTURE,
    SHARES,
    Method,
    count_between,
    points_from,
    suggested_thresholds,
    value_points,
    variance_explained,
)
from fenji.analyze.whatif.comparing import without_lost
from fenji.answers.policies import SuggestedTier, SuggestResult
from fenji.choices import EngineName
from fenji.documents.policies import render_policy
from fenji.domain.access import Caller, Right
from fenji.domain.conditions import Comparison, Operator
from fenji.domain.metrics import REVENUE, Better
from fenji.domain.periods import months_before
from fenji.domain.policies import Policy, Tier
from fenji.domain.steps import Step
from fenji.domain.words import Words
from fenji.errors import Conflict, InvalidArgument, InvalidInput, NotFound, Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.tables import insight
from fenji.workspace.access.asking import demand
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.drafting import new_draft
from fenji.workspace.drafts import held_tiers, shown_percent
from fenji.workspace.folder import (
    POLICIES_FOLDER,
    Workspace,
    open_workspace,
    own_metrics_of,
    policies_of,
    policy_in_force,
)
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.tiering import registry_of

FUTURE_MONTHS = 12
"""How much later revenue a tree looks at: that of the metric which every panel has."""
CROWDED = 0.9
"""Share of customers in one tier above which a ladder tells few of them apart."""
METHOD_WORDS = {
    Method.BREAKS: _("natural breaks"),
    Method.QUANTILES: _("shares of customers"),
    Method.TREE: _("a tree on the revenue of the twelve months after"),
}


def suggest_policy(
    root: Path,
    *,
    metric: str = REVENUE,
    tiers: int = 4,
    method: Method = Method.BREAKS,
    shares: Sequence[Decimal] = (),
    policy: str | None = None,
    out: Path | None = None,
    engine: EngineName | None = None,
) -> SuggestResult:
    """Thresholds on one metric, from the customers of the last run; nothing of it is in force.

    Args:
        root: the workspace.
        metric: whose thresholds.
        tiers: how many tiers to aim for, 2 to 6.
        method: how to find the thresholds.
        shares: of customers, lowest tier first, for quantiles; empty: those of ``SHARES``.
        policy: whose next version the draft is, where the workspace holds several.
        out: where to write the draft; None: it is only returned.
        engine: None: the one of the settings.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such metric; with the nearest name.
        InvalidArgument: numbers or a place that make no sense.
        InvalidInput: there is nobody to learn from, or no past for a tree.
        Conflict: the file is there already.
    """
    workspace = open_workspace(root)
    _check(workspace, tiers, method, shares, out)
    with open_question(workspace, engine=engine) as session:
        run = session.latest()
        as_of = run.new.as_of or date.min
        policies = policies_of(workspace)
        current = policy_in_force(policies, policy or workspace.settings.policy, as_of=as_of).policy
        base = clean_base_of(session, run)
        registry = registry_of(own_metrics_of(workspace), current, base.event_kinds)
        if registry.named(metric).better is Better.LOWER:
            text = _("of {metric} less is better; tiers are suggested on metrics of which more is better.")
            raise InvalidArgument.of(text, metric=metric)
        assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=as_of)
        everyone = session.engine.stage(_panel(base, registry, (metric, REVENUE), as_of))
        panel = without_lost(everyone, assignment, as_of=as_of)
        basis = _with_future(base, registry, metric, everyone, as_of) if method is Method.TREE else panel
        points = session.engine.fetch(value_points(basis, metric)).to_pylist()
        InvalidInput.raise_if(_nobody(metric, as_of, method) if not points else ())
        wanted = tuple(shares) or SHARES[tiers]
        thresholds = suggested_thresholds(points_from(points), method, tiers, wanted)
        counted = session.engine.fetch(count_between(panel, metric, REVENUE, thresholds)).to_pylist()
        newest = max(each.policy.version for each in policies if each.policy.slug == current.slug)
        language = workspace.settings.language
        draft = _draft(current, newest + 1, thresholds, metric=metric, method=method, as_of=as_of, language=language)
        found = held_tiers(draft, thresholds, counted)
        explained = variance_explained(counted)
        text = _file(draft, found, explained, language)
        return SuggestResult(
            run_id=run.run_id,
            as_of=as_of,
            policy=draft.slug,
            version=draft.version,
            metric=metric,
            metric_name=registry.named(metric).name,
            method=method,
            tiers_asked=tiers,
            tiers=found,
            variance_explained=explained,
            without_value=sum(each["customers"] - each["known"] for each in counted),
            currency=PastRun(session, run).currency,
            text=text,
            file=None if out is None else _written(out, text),
            warnings=tuple(_remarks(current, tiers, found, method=method, is_flat=explained is None)),
        )


def suggest_draft(
    root: Path,
    *,
    metric: str = REVENUE,
    tiers: int = 4,
    method: Method = Method.BREAKS,
    shares: Sequence[Decimal] = (),
    policy: str | None = None,
    by: Caller | None = None,
) -> SuggestResult:
    """Begins a draft with suggested thresholds, for a person to edit and submit; nothing of it is in force.

    Args:
        root: the workspace.
        metric: see ``suggest_policy``, as all that follow.
        tiers: how many tiers to aim for.
        method: how to find the thresholds.
        shares: of customers, lowest tier first.
        policy: whose next version it is.
        by: who asks for it and becomes its author; None: the command line.

    Raises:
        Forbidden: the one who asks may not draft policies.
        NotFound: as ``suggest_policy``; so are all other errors.
    """
    workspace, acting = open_workspace(root), demand(by, Right.POLICIES_DRAFT)
    found = suggest_policy(root, metric=metric, tiers=tiers, method=method, shares=shares, policy=policy)
    with workspace.state.transaction(acting) as t:
        return replace(found, draft_id=new_draft(t, acting, found.text).draft_id)


def _check(workspace: Workspace, tiers: int, method: Method, shares: Sequence[Decimal], out: Path | None) -> None:
    """All slips of the request at once."""
    problems = []
    if tiers not in SHARES:
        values = {"count": tiers, "least": min(SHARES), "most": max(SHARES)}
        problems.append(Problem(_("{count} tiers cannot be suggested; {least} to {most} can."), values))
    if shares and method is not Method.QUANTILES:
        problems.append(Problem(_("shares belong to the method quantiles, not to {method}."), {"method": str(method)}))
    elif shares and (len(shares) != tiers or sum(shares) != 1 or min(shares) <= 0):
        text = _("{count} tiers need {count} shares above 0 that add up to 100.")
        problems.append(Problem(text, {"count": tiers}, advice=Step.WRITE_SHARES))
    if out is not None and out.resolve().parent == (workspace.root / POLICIES_FOLDER).resolve():
        text = _("a draft is not written into {folder}, where a run would follow it.")
        advice = _("Choose another place, edit the draft, and move it there when it is decided.")
        problems.append(Problem(text, {"folder": POLICIES_FOLDER}, advice=advice))
    InvalidArgument.raise_if(problems)
    if out is not None and out.exists():
        raise Conflict.of(
            _("{file} is there already."), advice=_("Choose another name; drafts overwrite nothing."), file=str(out)
        )
    if out is not None and not out.resolve().parent.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(out.parent))


def _panel(base: CleanBase, registry: Registry, metrics: Sequence[str], day: date) -> ir.Table:
    return customer_metric(base.facts, base.customer, metrics=registry.needed_for(tuple(dict.fromkeys(metrics))), as_of=day)


def _with_future(base: CleanBase, registry: Registry, metric: str, everyone: ir.Table, as_of: date) -> ir.Table:
    """The metric a year ago, beside what the same customers brought since then; lost ones included, who brought nothing."""
    past_on = months_before(as_of, FUTURE_MONTHS)
    past = _panel(base, registry, (metric,), past_on).select(past_key="customer_key", **{metric: metric})
    later = everyone.select("customer_key", later=REVENUE)
    joined = past.left_join(later, past.past_key == later.customer_key)
    return joined.select(metric, **{FUTURE: joined.later.cast("float64").fill_null(ibis.literal(0.0))})


def _nobody(metric: str, as_of: date, method: Method) -> tuple[Problem, ...]:
    if method is Method.TREE:
        text = _("no customer known on {day} has a value of {metric}: a tree needs {months} months more of the past.")
        values = {"day": months_before(as_of, FUTURE_MONTHS), "metric": metric, "months": FUTURE_MONTHS}
        return (Problem(text, values, advice=Step.OTHER_METHODS),)
    return (
        Problem(
            _("no customer has a value of {metric} on {day}: there is nothing to learn from."), {"metric": metric, "day": as_of}
        ),
    )


def _draft(
    current: Policy,
    version: int,
    thresholds: Sequence[Decimal],
    *,
    metric: str,
    method: Method,
    as_of: date,
    language: Language,
) -> Policy:
    """The next version of a policy: new tiers, the reviews as they were; nobody has signed it."""
    names = [(each.slug, each.name) for each in current.tiers]
    if len(names) != len(thresholds) + 1:
        names = [(f"tier_{rank}", Words(f"{rank} 级", f"Tier {rank}")) for rank in range(1, len(thresholds) + 2)]
    rules = [None, *(Comparison(metric, Operator.AT_LEAST, each) for each in thresholds)]
    why = translate(
        _("draft: thresholds on {metric} by {method}, data up to {day}"),
        language,
        metric=metric,
        method=translate(METHOD_WORDS[method], language),
        day=as_of,
    )
    # A month's first day after the data leaves time to decide, and does not rewrite what has been reviewed.
    effective_on = (as_of.replace(day=1) + timedelta(days=32)).replace(day=1)
    ladder = tuple(Tier(slug, name, rule) for (slug, name), rule in zip(names, rules, strict=True))
    return Policy(current.slug, version, effective_on, "", why, ladder, review=current.review)


def _file(draft: Policy, tiers: Sequence[SuggestedTier], explained: float | None, language: Language) -> str:
    """The draft with its trade-off as comments above it."""
    lines = [
        translate(
            _("A draft from the data: edit it, write who decided it under author, then publish it. Nothing follows it yet."),
            language,
        )
    ]
    for each in reversed(tiers):
        values = {"name": each.name.in_language(language), "customers": f"{each.customers:,}"}
        values |= {"share": shown_percent(each.share), "revenue_share": shown_percent(each.revenue_share)}
        lines.append(translate(_("{name}: {customers} customers ({share}), {revenue_share} of revenue"), language, **values))
    if explained is not None:
        text = _("The tiers explain {share} of the variance of the metric.")
        lines.append(translate(text, language, share=shown_percent(explained)))
    return "".join(f"# {line}\n" for line in lines) + render_policy(draft)


def _written(out: Path, text: str) -> str:
    out.write_text(text, encoding="utf-8")
    return str(out)


def _remarks(current: Policy, asked: int, found: Sequence[SuggestedTier], *, method: Method, is_flat: bool) -> list[Problem]:
    problems = []
    if len(found) == 1 and is_flat:
        text = _("all customers who have a value have the same one, so there is one tier: no threshold could tell them apart.")
        problems.append(Problem(text))
    elif len(found) == 1:
        text = _("method {method} finds no threshold, so there is one tier: nothing that it looks at differs enough.")
        problems.append(Problem(text, {"method": str(method)}, advice=_("Try another method or metric.")))
    elif len(found) < asked:
        text = _("{asked} tiers were asked for, but {method} finds only {found}; equal values never stand in different tiers.")
        problems.append(Problem(text, {"asked": asked, "found": len(found), "method": str(method)}))
    if len(found) > 1 and (crowd := max(each.share or 0 for each in found)) > CROWDED:
        text = _("{share} % of the customers would stand in one tier, because a few values are far above all others.")
        problems.append(Problem(text, {"share": round(crowd * 100)}, advice=Step.COMPARE_QUANTILES))
    if sum(each.customers for each in found) < 10 * len(found):
        problems.append(Problem(_("so few customers say little about where thresholds should be.")))
    if current.caps or current.variants or current.score or any(each.keep for each in current.tiers):
        text = _("the draft takes over the reviews of policy {policy}, but not its keep rules, caps, variants and score.")
        problems.append(Problem(text, {"policy": current.slug}))
    return problems
