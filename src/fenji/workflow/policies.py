"""What do the company's policies say, and can they be used? Shown in words and linted, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.findings import Severity
from fenji.answers.policies import LintedFile, LintFinding, LintResult, PolicyResult
from fenji.documents.policies import read_policy_document
from fenji.domain.policies import Policy, PublishedPolicy
from fenji.errors import InvalidDocument, Problem
from fenji.wording.rules import Voice
from fenji.workspace.approving import alone
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
from fenji.workspace.opening import open_question
from fenji.workspace.policy_words import linted, linted_text, rules_of, unreadable
from fenji.workspace.standing import past_standing
from fenji.workspace.tiering import registry_of
from fenji.workspace.versions import approvals

TEXT = "draft"
"""What problems of a text carry in place of a file."""
CHANGED = "changed_after_publishing"
"""The finding about a file that says something else than the published version of its number."""


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
    decision = approvals(workspace).get((chosen.slug, chosen.version))
    alone_told = (alone(f"{chosen.slug} {chosen.version}"),) if decision is not None and decision.is_self_approval else ()
    return _told(chosen, registry, workspace.settings.currency, as_of=day, warnings=alone_told)


def policy_of_run(root: Path, run_id: str, *, as_of: date | None = None) -> PolicyResult:
    """The policy that a past run followed at one of its reviews, from the run's own copy, whatever the files say today.

    Args:
        root: the workspace.
        run_id: the run.
        as_of: the review; None: its last one.

    Raises:
        NotFound: no workspace, no such run, or a run without a review on that date.
    """
    with open_question(open_workspace(root)) as session:
        past = past_standing(session, run_id, as_of=as_of)
        return _told(past.policy, past.registry, past.past.currency, as_of=past.as_of)


def _told(policy: Policy, registry: Registry, currency: str, *, as_of: date, warnings: tuple[Problem, ...] = ()) -> PolicyResult:
    return PolicyResult(
        as_of=as_of,
        policy=policy.slug,
        version=policy.version,
        effective_on=policy.effective_on,
        author=policy.author,
        why=policy.why,
        currency=currency,
        rules=rules_of(policy, Voice({each.slug: each for each in registry}, currency)),
        document=policy,
        registry=registry,
        warnings=warnings,
    )


def lint_policies(root: Path, files: tuple[Path, ...] = ()) -> LintResult:
    """The linter's findings about policy files (all of the workspace where none are given).

    Raises:
        NotFound: no workspace, or no such file.
    """
    workspace = open_workspace(root)
    published = published_versions(workspace)
    return LintResult(tuple(_linted(workspace, file, published) for file in files or policy_files(workspace)))


def lint_text(root: Path, text: str) -> LintResult:
    """The linter's findings about a text that is no file yet.

    Raises:
        NotFound: no workspace.
    """
    read, findings = linted_text(open_workspace(root, by_customer=True), text, TEXT)
    policy = None if read is None else read.policy
    return LintResult((LintedFile(TEXT, policy.slug if policy else None, policy.version if policy else None, findings),))


def _linted(workspace: Workspace, file: Path, published: Mapping[tuple[str, int], PublishedPolicy]) -> LintedFile:
    name = file.name if file.is_relative_to(workspace.root) else str(file)
    try:
        read = read_policy_document(file)
    except InvalidDocument as error:
        return LintedFile(name, None, None, unreadable(error))
    policy, registry = read.policy, registry_of(own_metrics_of(workspace), read.policy)
    version = PolicyVersion(read, file, published.get((policy.slug, policy.version)))
    changed = (LintFinding(Severity.ERROR, version.change(), CHANGED, None),) if version.is_changed else ()
    return LintedFile(name, policy.slug, policy.version, (*changed, *linted(read, registry)))
