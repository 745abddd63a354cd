"""What do the company's policies say, and can they be used? Shown in words and linted, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.policies.findings import Finding, Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.documents.policies import read_policy_document
from fenji.domain.policies import Policy, PublishedPolicy
from fenji.errors import InvalidDocument, Problem
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


@dataclass(frozen=True)
class PolicyResult:
    """One version of a policy, with the metrics that put it into words."""

    policy: Policy
    registry: Registry
    as_of: date
    """The date at which this version was asked for."""


@dataclass(frozen=True)
class LintedFile:
    """What the linter says about one policy file."""

    file: str
    policy: str | None
    """None where the file cannot be read as a policy."""
    version: int | None
    problems: tuple[Problem, ...]
    """What keeps it from being read."""
    findings: tuple[Finding, ...]

    @property
    def is_usable(self) -> bool:
        """Whether a run would accept it."""
        return not self.problems and all(each.severity is not Severity.ERROR for each in self.findings)


@dataclass(frozen=True)
class LintResult:
    """What the linter says about every policy file it was given."""

    files: tuple[LintedFile, ...]

    @property
    def is_usable(self) -> bool:
        """Whether a run would accept all of them."""
        return all(each.is_usable for each in self.files)


def show_policy(root: Path, *, policy: str | None = None, as_of: date | None = None) -> PolicyResult:
    """The version of a policy that is in force at a date (yesterday where None).

    Raises:
        NotFound: no workspace or no policy.
        InvalidDocument: a policy file that cannot be used, or several policies and none chosen.
    """
    workspace = open_workspace(root)
    day = as_of or yesterday(workspace.settings.time_zone)
    chosen = policy_in_force(policies_of(workspace), policy or workspace.settings.policy, as_of=day).policy
    return PolicyResult(chosen, registry_of(own_metrics_of(workspace), chosen), day)


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
        return LintedFile(name, None, None, error.problems, ())
    policy, registry = read.policy, registry_of(own_metrics_of(workspace), read.policy)
    version = PolicyVersion(read, file, published.get((policy.slug, policy.version)))
    changed = (Finding(Severity.ERROR, CHANGED, version.change()),) if version.is_changed else ()
    findings = lint_policy(policy, registry.metrics, place=read.document.place)
    return LintedFile(name, policy.slug, policy.version, (), (*changed, *findings))
