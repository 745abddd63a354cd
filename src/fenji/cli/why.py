"""The command ``fenji why``: why does this customer stand in its tier, what keeps it, and what is missing for the next one?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.reviews.explaining import CapReason, Decision, TierReason
from fenji.analyze.rules.judging import Judged, Shortfall, Way
from fenji.cli.options import AsJson, Engine, Lang, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, money
from fenji.language import message as _
from fenji.wording.reasons import (
    CAUSES,
    cap_line,
    keeping_lines,
    missing_lines,
    rule_lines,
    standing_line,
    tier_name,
)
from fenji.wording.rules import Wording, missing_line, reason
from fenji.workflow.why import WhyResult, why_of

HELP = _("Explains one customer's tier: since when and why, each rule with the customer's value, what keeps it, what is missing.")
EXAMPLES = "fenji why 13085\nfenji why 13085 --lang zh\nfenji why 13085 --as-of 2011-06-30 --json"

Customer = Annotated[
    str, typer.Argument(metavar=_("CUSTOMER"), help=_("Any id of the customer, or SPACE:ID where several customers have the id."))
]
Review = Annotated[
    str | None,
    typer.Option("--as-of", metavar=_("DATE"), help=_("A review of the run, such as 2026-01-31. Default: its last one.")),
]
RunId = Annotated[str | None, typer.Option("--run", metavar="RUN_ID", help=_("A past run. Default: the last one."))]


def command(
    context: typer.Context,
    customer: Customer,
    *,
    as_of: Review = None,
    run: RunId = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the reasons of one customer's tier."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress():
        result = why_of(workspace, customer, as_of=day_of(as_of), run=run, engine=engine_of(engine))
    if output.is_json:
        output.json(answer(result, output))
    else:
        show(result, output)


def answer(result: WhyResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    explained, wording = result.explanation, _wording(result, output)
    decision, policy = explained.decision, explained.policy
    return {
        "run_id": result.run_id,
        "as_of": result.as_of,
        "policy": policy.slug,
        "version": policy.version,
        "customer_id": result.customer_id,
        "tier": decision.tier,
        "name": tier_name(policy, decision.tier, wording),
        "qualified_tier": decision.qualified_tier,
        "kept_tier": decision.kept_tier,
        "since_on": decision.since_on,
        "cause": str(decision.cause),
        "sentence": standing_line(explained, wording),
        "net_revenue_12m": decision.net_revenue_12m,
        "currency": result.currency,
        "hold_left": decision.hold_left,
        "grace_left": decision.grace_left,
        "keeping": list(keeping_lines(explained, wording, result.override)),
        "falls_to": explained.falls_to,
        "falls_at_earliest": explained.falls_at_earliest,
        "override": _override(result),
        "tiers": [_tier(each, wording) for each in explained.tiers],
        "caps": [_cap(each, result, wording) for each in explained.caps],
        "next_tier": explained.next_tier,
        "missing": [{"sentence": missing_line(way, wording), "lines": _way(way)} for way in explained.missing],
        "next_tier_capped": bool(explained.capped_by),
        "lost_after_days": result.lost.after_days,
        "lost_after_intervals": result.lost.after_intervals,
        "history": [_review(each) for each in result.history],
    }


def show(result: WhyResult, output: Output) -> None:
    """The explanation for people."""
    explained, wording = result.explanation, _wording(result, output)
    policy = explained.policy
    values = {"customer": result.customer_id or "-", "as_of": result.as_of, "policy": policy.slug, "version": policy.version}
    output.heading(_("Customer {customer} as of {as_of}, policy {policy} version {version}"), **values)
    show_reasons(result, output)
    _show_history(result, wording, output)


def show_reasons(result: WhyResult, output: Output) -> None:
    """The tier, what keeps it, its rules and those of the next one, and what is missing."""
    explained, wording = result.explanation, _wording(result, output)
    policy = explained.policy
    output.say("{line}", line=standing_line(explained, wording))
    _say_lines(keeping_lines(explained, wording, result.override), output)
    for each in (explained.own, explained.above):
        if each is not None:
            _show_tier(each, wording, output)
    caps = explained.caps
    if caps:
        output.heading(_("Caps"))
        _say_lines(tuple(cap_line(each, policy, wording) for each in caps), output)
    if explained.above is not None:
        output.heading(_("Missing for {tier} (each line alone is enough)"), tier=tier_name(policy, explained.next_tier, wording))
        _say_lines(missing_lines(explained, wording), output)


def _show_tier(each: TierReason, wording: Wording, output: Output) -> None:
    output.heading(_("{name} ({tier})"), name=each.tier.name.in_language(wording.language), tier=each.tier.slug)
    _say_lines(rule_lines(each.qualify, wording), output)
    if each.keep is not None:
        output.say(_("  kept by:"))
        _say_lines(rule_lines(each.keep, wording), output)


def _show_history(result: WhyResult, wording: Wording, output: Output) -> None:
    policy = result.explanation.policy
    output.heading(_("Every review of run {run_id}"), run_id=result.run_id)
    titles = [_("review"), _("tier"), _("since"), _("cause"), _("policy")]
    revenue = Col(output.text(_("revenue of 12 months ({currency})"), currency=result.currency), is_number=True)
    rows = [
        (
            str(each.as_of),
            tier_name(policy, each.tier, wording),
            str(each.since_on),
            output.text(CAUSES[each.cause]),
            f"{each.policy} {each.version}",
            money(each.net_revenue_12m),
        )
        for each in result.history
    ]
    output.table([*(Col(output.text(title)) for title in titles), revenue], rows)


def _say_lines(lines: tuple[str, ...], output: Output) -> None:
    for line in lines:
        output.say("  - {line}", line=line)


def _wording(result: WhyResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)


def _tier(each: TierReason, wording: Wording) -> dict[str, Any]:
    return {
        "tier": each.tier.slug,
        "name": each.tier.name.in_language(wording.language),
        "is_qualified": each.is_qualified,
        "is_kept": each.is_kept,
        "qualify": _judged(each.qualify, wording),
        "keep": _judged(each.keep, wording),
    }


def _judged(judged: Judged | None, wording: Wording) -> dict[str, Any] | None:
    """A rule as decided; a group holds its parts."""
    if judged is None:
        return None
    found: dict[str, Any] = {"rule": str(judged.condition), "met": judged.met, "sentence": reason(judged, wording)}
    if judged.parts:
        return {**found, "parts": [_judged(part, wording) for part in judged.parts]}
    return {**found, "value": judged.value, "threshold": judged.threshold}


def _cap(each: CapReason, result: WhyResult, wording: Wording) -> dict[str, Any]:
    return {
        "at_most": each.cap.at_most,
        "why": each.cap.why,
        "applies": each.when.met,
        "sentence": cap_line(each, result.explanation.policy, wording),
        "when": _judged(each.when, wording),
    }


def _way(way: Way) -> list[dict[str, Any]]:
    return [_shortfall(each) for each in way]


def _shortfall(each: Shortfall) -> dict[str, Any]:
    return {
        "rule": str(each.condition),
        "metric": each.condition.metric,
        "value": each.value,
        "threshold": each.threshold,
        "amount": each.amount,
    }


def _override(result: WhyResult) -> dict[str, Any] | None:
    override = result.override
    if override is None:
        return None
    decided = override.decided
    return {
        "tier": decided.tier,
        "person": decided.person,
        "reason": decided.reason,
        "begins_on": decided.begins_on,
        "last_on": override.last_on,
    }


def _review(each: Decision) -> dict[str, Any]:
    return {
        "as_of": each.as_of,
        "tier": each.tier,
        "qualified_tier": each.qualified_tier,
        "kept_tier": each.kept_tier,
        "since_on": each.since_on,
        "cause": str(each.cause),
        "policy": each.policy,
        "version": each.version,
        "grace_left": each.grace_left,
        "hold_left": each.hold_left,
        "net_revenue_12m": each.net_revenue_12m,
    }
