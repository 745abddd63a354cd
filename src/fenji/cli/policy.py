"""The commands below ``fenji policy``; here ``show`` and ``lint``: what do the company's rules say, and can they be used?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.policies.findings import Severity
from fenji.answers.policies import LintFinding, LintResult, PolicyResult
from fenji.cli import overrides, policy_drafts, policy_suggest, policy_versions
from fenji.cli.failures import EXIT_CODES
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Policy, Workspace, day_of
from fenji.cli.output import Output
from fenji.errors import Kind
from fenji.language import message as _
from fenji.wording.policies import policy_in_words
from fenji.wording.rules import Wording
from fenji.workflow.policies import lint_policies, show_policy

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
        output.json(result)
    else:
        print_policy(result, output)


def lint(
    context: typer.Context, files: Files = None, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints every finding of the linter; ends with the code of bad input where a policy cannot be used."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = lint_policies(workspace, tuple(files or ()))
    if output.is_json:
        output.json(result)
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
    **policy_drafts.COMMANDS,
    **overrides.COMMANDS,
}
"""Word -> function, help and examples."""


def _wording(result: PolicyResult, output: Output) -> Wording:
    return Wording({each.slug: each for each in result.registry}, output.language, result.currency)


def print_policy(result: PolicyResult, output: Output) -> None:
    """The policy for people, the highest tier first."""
    output.warn(result.warnings)
    policy = result.document
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


def print_findings(result: LintResult, output: Output) -> None:
    """Every file with its findings, for people."""
    for file in result.files:
        output.heading(_("{file}"), file=file.file)
        for finding in file.findings:
            output.say(_said(finding), problem=finding.problem.describe(output.language))
        if file.is_usable and not file.findings:
            output.say(_("  nothing to object: policy {policy} version {version}"), policy=file.policy, version=file.version)
    output.console.print()
    output.say(_("All policies can be used.") if result.is_usable else _("A run would refuse the policies with errors."))


def _said(finding: LintFinding) -> str:
    return _("  error: {problem}") if finding.severity is Severity.ERROR else _("  warning: {problem}")
