"""The command ``fenji why``: why does this customer stand in its tier, what keeps it, and what is missing for the next one?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.reviews.explaining import TierReason
from fenji.answers.why import WhyResult
from fenji.cli.options import AsJson, Engine, Lang, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, money
from fenji.language import message as _
from fenji.wording.reasons import (
    cap_line,
    cause_text,
    keeping_lines,
    missing_lines,
    rule_lines,
    standing_line,
    tier_name,
)
from fenji.wording.rules import Wording
from fenji.workflow.why import why_of

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
        output.json(result)
    else:
        show(result, output)


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
    _say_lines(keeping_lines(explained, result.overridden, wording), output)
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
            output.text(cause_text(each.cause, is_lowest=each.tier == policy.tiers[0].slug)),
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
