"""The commands below ``fenji policy``; here ``show`` and ``lint``: what do the company's rules say, and can they be used?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.policies.findings import Finding, Severity
from fenji.cli import overrides, policy_suggest, policy_versions
from fenji.cli.failures import EXIT_CODES
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Policy, Workspace, day_of
from fenji.cli.output import Output, problem_json
from fenji.domain.conditions import Condition
from fenji.errors import Kind
from fenji.language import message as _
from fenji.wording.policies import policy_in_words
from fenji.wording.rules import Wording, sentence
from fenji.workflow.policies import LintedFile, LintResult, PolicyResult, lint_policies, show_policy

EXAMPLES = "fenji policy show\nfenji policy lint\nfenji policy publish policies/retail.yaml\nfenji policy overrides"

Files = Annotated[
    list[Path] | None, typer.Argument(metavar=_("[FILES]"), help=_("Policy files to check. Default: every one of the workspace."))
]


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
    result = show_policy(workspace, policy=policy, as_of=day_of(as_of))
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
    **policy_suggest.COMMANDS,
    **policy_versions.COMMANDS,
    **overrides.COMMANDS,
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
    policy = result.policy
    words = policy_in_words(policy, _wording(result, output))
    output.heading(
        _("Policy {policy} version {version}, effective on {day}"),
        policy=policy.slug,
        version=policy.version,
        day=policy.effective_on,
    )
    output.say(_("by {author}: {why}"), author=policy.author, why=policy.why)
    for tier in reversed(words.tiers):
        output.heading(_("{name} ({tier})"), name=tier.name, tier=tier.tier)
        _print_lines(tier.qualify, output)
        if tier.keep:
            output.say(_("  kept by:"))
            _print_lines(tier.keep, output)
    for title, lines in (
        (_("Caps"), words.caps),
        (_("Variants"), words.variants),
        (_("Score"), words.score),
        (_("Reviews"), words.review),
    ):
        if lines:
            output.heading(title)
            _print_lines(lines, output)


def _print_lines(lines: tuple[str, ...], output: Output) -> None:
    for line in lines:
        output.say("  - {line}", line=line)


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
