"""Which versions of the policies are there, and how does a draft become one that nobody can change any more?"""

from __future__ import annotations

from pathlib import Path

from fenji.analyze.policies.lint import Severity, lint_policy
from fenji.answers.policies import PublishResult, VersionRow, VersionsResult
from fenji.documents.policies import PolicyDocument, read_policy_document
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.errors import InvalidDocument, Problem
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import (
    PolicyVersion,
    Workspace,
    open_workspace,
    own_metrics_of,
    policies_of,
    policy_in_force,
    policy_versions_found,
    policy_versions_of,
    same_day_problems,
)
from fenji.workspace.tiering import registry_of


def publish_policy(root: Path, file: Path, *, principal: Principal | None = None) -> PublishResult:
    """Freezes the version of a policy that stands in a file: its text, author, reason and day of effect.

    Args:
        root: the workspace.
        file: the policy file.
        principal: who publishes it; None: the user of the operating system. The author is who the file says.

    Raises:
        NotFound: no workspace, or no such file.
        InvalidDocument: the linter finds errors, author or reason is blank, or another version takes effect on the same day; all at once.
        Conflict: this version is published already, or a higher one is.
    """
    workspace = open_workspace(root)
    read = read_policy_document(file)
    findings = lint_policy(read.policy, registry_of(own_metrics_of(workspace), read.policy).metrics, place=read.document.place)
    errors = [each.problem for each in findings if each.severity is Severity.ERROR]
    InvalidDocument.raise_if([*errors, *_unsigned(read), *_twins(workspace, file, read)])
    text = file.read_text(encoding="utf-8-sig")
    with workspace.state.transaction(principal or acting_person()) as t:
        published = t.policies.publish(read.policy, text)
        subject = Subject(SubjectKind.POLICY, f"{published.slug} {published.version}")
        t.audit.add(Action.POLICY_PUBLISHED, subject, {"effective_on": published.effective_on.isoformat()})
    return PublishResult(published, tuple(each.problem for each in findings))


def list_versions(root: Path) -> VersionsResult:
    """Every version of every policy, published or draft.

    Raises:
        NotFound: no workspace, or no policy.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root)
    found = policy_versions_found(workspace)
    if not found:
        policies_of(workspace)  # says what to do where there is none
    day = today(workspace.settings.time_zone)
    policies = tuple(each.as_published().read for each in found)
    in_force = {
        slug: policy_in_force(policies, slug, as_of=day).policy.version for slug in {each.policy.slug for each in policies}
    }
    return VersionsResult(day, tuple(_row(workspace, each, in_force) for each in found))


def _unsigned(read: PolicyDocument) -> list[Problem]:
    """Checks that author and reason of a version are given before it is frozen."""
    text = _("'{name}' must not be blank in a policy that is published.")
    blank = [name for name in ("author", "why") if not getattr(read.policy, name).strip()]
    return [Problem(text, {"name": name}, read.document.place((name,))) for name in blank]


def _twins(workspace: Workspace, file: Path, read: PolicyDocument) -> list[Problem]:
    """Conflicts with other versions of the policy in the workspace; problems of other policies are left out."""
    own = (read.policy.slug, read.policy.version)
    others = [each for each in policy_versions_of(workspace) if (each.policy.slug, each.policy.version) != own]
    return same_day_problems([*others, PolicyVersion(read, file, None)])


def _row(workspace: Workspace, version: PolicyVersion, in_force: dict[str, int]) -> VersionRow:
    policy, published = version.as_published().policy, version.published
    return VersionRow(
        policy=policy.slug,
        version=policy.version,
        effective_on=policy.effective_on,
        is_in_force=in_force[policy.slug] == policy.version,
        published_at=None if published is None else published.published_at,
        author=policy.author,
        why=policy.why,
        file=None if version.file is None else version.file.relative_to(workspace.root).as_posix(),
        is_file_changed=version.is_changed,
    )
