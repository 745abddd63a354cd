"""What do the company's policies say, and can they be used? Shown in words and linted, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fenji.analyze.policies.findings import Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.answers.policies import (
    LintedFile,
    LintFinding,
    LintResult,
    PolicyCap,
    PolicyResult,
    PolicyScorePart,
    PolicyTier,
    RuleInWords,
)
from fenji.documents.policies import read_policy_document
from fenji.domain.conditions import Condition
from fenji.domain.policies import PublishedPolicy
from fenji.errors import InvalidDocument
from fenji.wording.rules import Voice, sentence
from fenji.workspace.dates import yesterday
from fenji.workspace.folder import (
    PolicyVersion,
    Workspace,
    open_workspace,
    own_metrics_of,
    policies_of,
    policy_files,
    policy_in_force,
    published_versions,
)
from fenji.workspace.tiering import registry_of

CHANGED = "changed_after_publishing"
"""The finding about a file that says something else than the published version of its number."""
UNREADABLE = "unreadable"
"""The finding about a file that cannot be read as a policy."""


def show_policy(root: Path, *, policy: str | None = None, as_of: date | None = None) -> PolicyResult:
    """The version of a policy that is in force at a date (yesterday where None).

    Raises:
        NotFound: no workspace or no policy.
        InvalidDocument: a policy file that cannot be used, or several policies and none chosen.
    """
    workspace = open_workspace(root)
    day = as_of or yesterday(workspace.settings.time_zone)
    chosen = policy_in_force(policies_of(workspace), policy or workspace.settings.policy, as_of=day).policy
    registry = registry_of(own_metrics_of(workspace), chosen)
    currency = workspace.settings.currency
    voice = Voice({each.slug: each for each in registry}, currency)
    return PolicyResult(
        as_of=day,
        policy=chosen.slug,
        version=chosen.version,
        effective_on=chosen.effective_on,
        author=chosen.author,
        why=chosen.why,
        currency=currency,
        tiers=tuple(
            PolicyTier(each.slug, each.name, _rule(each.qualify, voice), _rule(each.keep, voice)) for each in chosen.tiers
        ),
        caps=tuple(PolicyCap(_worded(each.when, voice), each.at_most, each.why) for each in chosen.caps),
        review=chosen.review,
        variants=chosen.variants,
        score=tuple(PolicyScorePart(each.metric, each.weight, each.scale or "percentile") for each in chosen.score),
        document=chosen,
        registry=registry,
    )


def _rule(condition: Condition | None, voice: Voice) -> RuleInWords | None:
    return None if condition is None else _worded(condition, voice)


def _worded(condition: Condition, voice: Voice) -> RuleInWords:
    return RuleInWords(str(condition), voice.say(sentence, condition))


def lint_policies(root: Path, files: tuple[Path, ...] = ()) -> LintResult:
    """The linter's findings about policy files (all of the workspace where none are given).

    Raises:
        NotFound: no workspace, or no such file.
    """
    workspace = open_workspace(root)
    published = published_versions(workspace)
    return LintResult(tuple(_linted(workspace, file, published) for file in files or policy_files(workspace)))


def _linted(workspace: Workspace, file: Path, published: Mapping[tuple[str, int], PublishedPolicy]) -> LintedFile:
    name = file.name if file.is_relative_to(workspace.root) else str(file)
    try:
        read = read_policy_document(file)
    except InvalidDocument as error:
        unreadable = (LintFinding(Severity.ERROR, each, UNREADABLE, None) for each in error.problems)
        return LintedFile(name, None, None, tuple(unreadable))
    policy, registry = read.policy, registry_of(own_metrics_of(workspace), read.policy)
    version = PolicyVersion(read, file, published.get((policy.slug, policy.version)))
    changed = (LintFinding(Severity.ERROR, version.change(), CHANGED, None),) if version.is_changed else ()
    found = lint_policy(policy, registry.metrics, place=read.document.place)
    findings = (LintFinding(each.severity, each.problem, each.code, each.tier) for each in found)
    return LintedFile(name, policy.slug, policy.version, (*changed, *findings))
