"""How does a text become a version of a policy that nobody can change any more? The only way in, for files and for drafts."""

from __future__ import annotations

from pathlib import Path

from fenji.analyze.policies.findings import Finding, Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.documents.policies import PolicyDocument
from fenji.documents.writing import write_whole
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.policies import PublishedPolicy
from fenji.errors import Conflict, InvalidDocument, Problem
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.folder import (
    POLICIES_FOLDER,
    PolicyVersion,
    Workspace,
    own_metrics_of,
    policy_versions_of,
    same_day_problems,
)
from fenji.workspace.tiering import registry_of


def problems_before_publishing(workspace: Workspace, read: PolicyDocument, *, is_signed: bool = True) -> list[Problem]:
    """What keeps a policy from being published: errors of the linter, a blank author or reason, another version of the same day.

    Args:
        workspace: where it would be published.
        read: the policy.
        is_signed: whether author and reason must be there by now.

    Raises:
        Conflict: a file says something else than its published version.
    """
    errors = [each.problem for each in _findings(workspace, read) if each.severity is Severity.ERROR]
    return [*errors, *(_unsigned(read) if is_signed else ()), *_twins(workspace, read)]


def publish_text(
    t: Transaction, workspace: Workspace, read: PolicyDocument, text: str
) -> tuple[PublishedPolicy, tuple[Problem, ...]]:
    """Freezes the version of a policy that a text holds.

    Args:
        t: in which it is published.
        workspace: where.
        read: what the text says.
        text: as it is kept.

    Returns:
        The version, and the linter's warnings.

    Raises:
        InvalidDocument: the linter finds errors, author or reason is blank, or another version takes effect on the same day; all at once.
        Conflict: this version is published already, or a higher one is.
    """
    InvalidDocument.raise_if(problems_before_publishing(workspace, read))
    published = t.policies.publish(read.policy, text)
    subject = Subject(SubjectKind.POLICY, f"{published.slug} {published.version}")
    t.audit.add(Action.POLICY_PUBLISHED, subject, {"effective_on": published.effective_on.isoformat()})
    return published, tuple(each.problem for each in _findings(workspace, read))


def room_for_file(workspace: Workspace, read: PolicyDocument) -> Path | None:
    """Where the file of a version is to be written; None where a file holds it already.

    Raises:
        Conflict: a file holds another text under the number of this version.
    """
    policy = read.policy
    same = [
        each for each in policy_versions_of(workspace) if (each.policy.slug, each.policy.version) == (policy.slug, policy.version)
    ]
    for each in same:
        if each.file is not None and each.policy != policy:
            raise Conflict.of(
                _("{file} holds version {version} of policy {policy} already, and says something else."),
                advice=_("Raise the version of the draft, or move that file away."),
                file=f"{POLICIES_FOLDER}/{each.file.name}",
                version=policy.version,
                policy=policy.slug,
            )
    if any(each.file is not None for each in same):
        return None
    folder, stem = workspace.root / POLICIES_FOLDER, f"{policy.slug}-{policy.version}"
    names = (f"{stem}.yaml", *(f"{stem}-{number}.yaml" for number in range(2, 100)))
    return next(folder / name for name in names if not (folder / name).exists())


def write_file(file: Path | None, text: str) -> None:
    """Writes the file of a version that has just been published; the version counts also where the disk takes no file.

    Raises:
        Unavailable: the disk is full or may not be written.
    """
    if file is not None:
        write_whole(file, text)


def _findings(workspace: Workspace, read: PolicyDocument) -> tuple[Finding, ...]:
    registry = registry_of(own_metrics_of(workspace), read.policy)
    return lint_policy(read.policy, registry.metrics, place=read.document.place)


def _unsigned(read: PolicyDocument) -> list[Problem]:
    """Checks that author and reason of a version are given before it is frozen."""
    text = _("'{name}' must not be blank in a policy that is published.")
    blank = [name for name in ("author", "why") if not getattr(read.policy, name).strip()]
    return [Problem(text, {"name": name}, read.document.place((name,))) for name in blank]


def _twins(workspace: Workspace, read: PolicyDocument) -> list[Problem]:
    """Conflicts with other versions of the policy in the workspace; problems of other policies are left out."""
    own = (read.policy.slug, read.policy.version)
    others = [each for each in policy_versions_of(workspace) if (each.policy.slug, each.policy.version) != own]
    return same_day_problems([*others, PolicyVersion(read, None, None)])
