"""The commands ``fenji policy show`` and ``fenji policy lint``: what do the company's rules say, and can they be used?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.findings import Finding, Severity
from fenji.analyze.rule_words import Wording, sentence, sentence_lines
from fenji.cli.failures import EXIT_CODES
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Policy, Workspace
from fenji.cli.output import Col, Output, problem_json
from fenji.domain.conditions import Condition
from fenji.domain.policies import Downgrade, ReviewPeriod, ScorePart, Tier, Variant
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.policies import LintedFile, LintResult, PolicyResult, lint_policies, show_policy

HELP = _("Shows the rules in words, and checks them before they are used.")
EXAMPLES = "fenji policy show\nfenji policy lint"

Files = Annotated[
    list[Path] | None, typer.Argument(metavar=_("[FILES]"), help=_("Policy files to check. Default: every one of the workspace."))
]

_EVERY = {
    ReviewPeriod.MONTH: _("Tiers are decided every month."),
    ReviewPeriod.QUARTER: _("Tiers are decided every quarter."),
    ReviewPeriod.HALF_YEAR: _("Tiers are decided every half year."),
    ReviewPeriod.YEAR: _("Tiers are decided every year."),
    ReviewPeriod.ANNIVERSARY: _("Tiers are decided on the anniversary of each customer's registration."),
}
_FALL = {
    Downgrade.ONE_STEP: _("A customer who keeps no tier falls by one tier at a time."),
    Downgrade.REQUALIFY: _("A customer who keeps no tier falls to the tier that the rules give."),
}


def show(
    context: typer.Context,
    *,
    policy: Policy = None,
    as_of: AsOf = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the version of a policy that is in force at a date."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = show_policy(workspace, policy=policy, as_of=as_of.date() if as_of else None)
    if output.is_json:
        output.json(answer(result, output))
    else:
        print_policy(result, output)


def lint(
    context: typer.Context, files: Files = None, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints every finding of the linter; ends with the code of bad input where a policy cannot be used."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = lint_policies(workspace, tuple(files or ()))
    if output.is_json:
        output.json(lint_answer(result, output))
    else:
        print_findings(result, output)
    if not result.is_usable:
        raise typer.Exit(EXIT_CODES[Kind.INVALID])


COMMANDS: dict[str, Entry] = {
    "show": (
        show,
        _("Shows a policy in words: what gains each tier, what keeps it, caps, reviews and variants."),
        "fenji policy show\nfenji policy show --policy retail --as-of 2026-01-31 --lang zh",
    ),
    "lint": (
        lint,
        _(
            "Checks policies for gaps, overlaps, tiers that nobody can reach, and unknown metrics. Exit code 2: a run would refuse one."
        ),
        "fenji policy lint\nfenji policy lint policies/retail.yaml --json",
    ),
}
"""Word -> function, help and examples."""


def answer(result: PolicyResult, output: Output) -> dict[str, Any]:
    """The JSON object of ``policy show``; no run has to have taken place."""
    policy, wording = result.policy, _wording(result, output)
    return {
        "run_id": None,
        "as_of": result.as_of,
        "policy": policy.slug,
        "version": policy.version,
        "effective_on": policy.effective_on,
        "author": policy.author,
        "why": policy.why,
        "tiers": [
            {
                "tier": each.slug,
                "name": each.name.in_language(output.language),
                "qualify": _rule(each.qualify, wording),
                "keep": _rule(each.keep, wording),
            }
            for each in policy.tiers
        ],
        "caps": [{"when": _rule(each.when, wording), "at_most": each.at_most, "why": each.why} for each in policy.caps],
        "review": {
            "every": str(policy.review.every),
            "downgrade": str(policy.review.downgrade),
            "grace_reviews": policy.review.grace_reviews,
            "hold_reviews": policy.review.hold_reviews,
        },
        "variants": [
            {"where": {name: list(values) for name, values in each.where.items()}, "scale": dict(each.scale)}
            for each in policy.variants
        ],
        "score": [
            {"metric": each.metric, "weight": each.weight, "scale": list(each.scale) if each.scale else "percentile"}
            for each in policy.score
        ],
    }


def _rule(condition: Condition | None, wording: Wording) -> dict[str, str] | None:
    return None if condition is None else {"rule": str(condition), "sentence": sentence(condition, wording)}


def _wording(result: PolicyResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language)


def print_policy(result: PolicyResult, output: Output) -> None:
    """The policy for people, the highest tier first."""
    policy, wording = result.policy, _wording(result, output)
    output.heading(
        _("Policy {policy} version {version}, effective on {day}"),
        policy=policy.slug,
        version=policy.version,
        day=policy.effective_on,
    )
    output.say(_("by {author}: {why}"), author=policy.author, why=policy.why)
    for each in reversed(policy.tiers):
        _print_tier(each, wording, output)
    if policy.caps:
        output.heading(_("Caps"))
    for cap in policy.caps:
        name = next(each.name for each in policy.tiers if each.slug == cap.at_most).in_language(output.language)
        output.say(_("  {rule}: at most {tier} ({why})"), rule=sentence(cap.when, wording), tier=name, why=cap.why)
    _print_review(result, output)
    if policy.variants:
        output.heading(_("Other thresholds for some customers"))
    for variant in policy.variants:
        output.say(_("  {who}: {factors}"), who=_who(variant), factors=_factors(variant, wording))
    if policy.score:
        output.heading(_("Weighted score"))
        rows = [(wording.name(each.metric), f"{each.weight}", _scale(each, output)) for each in policy.score]
        output.table(
            [Col(output.text(_("metric"))), Col(output.text(_("weight")), is_number=True), Col(output.text(_("scale")))], rows
        )


def _print_tier(tier: Tier, wording: Wording, output: Output) -> None:
    output.heading(_("{name} ({tier})"), name=tier.name.in_language(output.language), tier=tier.slug)
    if tier.qualify is None:
        output.say(_("  everyone else"))
        return
    output.say(_("  gained by:"))
    for line in sentence_lines(tier.qualify, wording):
        output.say("    - {line}", line=line)
    if tier.keep is not None:
        output.say(_("  kept by:"))
        for line in sentence_lines(tier.keep, wording):
            output.say("    - {line}", line=line)


def _print_review(result: PolicyResult, output: Output) -> None:
    review = result.policy.review
    output.heading(_("Reviews"))
    output.say(_EVERY[review.every])
    output.say(_FALL[review.downgrade])
    if review.hold_reviews:
        output.say(_("A new tier is safe for {number} reviews."), number=review.hold_reviews)
    if review.grace_reviews:
        output.say(_("Before a fall, {number} reviews of grace are given."), number=review.grace_reviews)


def _who(variant: Variant) -> str:
    return "; ".join(f"{column} = {', '.join(values)}" for column, values in variant.where.items())


def _factors(variant: Variant, wording: Wording) -> str:
    return ", ".join(f"{wording.name(metric)} x {factor}" for metric, factor in variant.scale.items())


def _scale(part: ScorePart, output: Output) -> str:
    return f"{part.scale[0]} - {part.scale[1]}" if part.scale else output.text(_("rank among all customers"))


def lint_answer(result: LintResult, output: Output) -> dict[str, Any]:
    """The JSON object of ``policy lint``."""
    return {
        "run_id": None,
        "as_of": None,
        "is_usable": result.is_usable,
        "files": [
            {
                "file": each.file,
                "policy": each.policy,
                "version": each.version,
                "is_usable": each.is_usable,
                "findings": _findings(each, output),
            }
            for each in result.files
        ],
    }


def _findings(file: LintedFile, output: Output) -> list[dict[str, Any]]:
    unreadable = [
        {"severity": str(Severity.ERROR), "code": "unreadable", "tier": None, **problem_json(each, output.language)}
        for each in file.problems
    ]
    found = [
        {"severity": str(each.severity), "code": each.code, "tier": each.tier, **problem_json(each.problem, output.language)}
        for each in file.findings
    ]
    return unreadable + found


def print_findings(result: LintResult, output: Output) -> None:
    """Every file with its findings, for people."""
    for file in result.files:
        output.heading(_("{file}"), file=file.file)
        for problem in file.problems:
            output.say(_("  error: {problem}"), problem=problem.describe(output.language))
        for finding in file.findings:
            output.say(_said(finding), problem=finding.problem.describe(output.language))
        if file.is_usable and not file.findings:
            output.say(_("  nothing to object: policy {policy} version {version}"), policy=file.policy, version=file.version)
    output.console.print()
    output.say(_("All policies can be used.") if result.is_usable else _("A run would refuse the policies with errors."))


def _said(finding: Finding) -> str:
    return _("  error: {problem}") if finding.severity is Severity.ERROR else _("  warning: {problem}")
