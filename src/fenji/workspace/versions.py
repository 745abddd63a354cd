"""Which versions of the policies are there, who approved each, and which of them counts?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fenji.answers.policies import VersionRow
from fenji.domain.drafts import Decision
from fenji.workspace.folder import PolicyVersion, Workspace, policy_in_force


def version_rows(workspace: Workspace, found: Sequence[PolicyVersion], day: date) -> tuple[VersionRow, ...]:
    """Versions as answers tell them, by policy and version.

    Args:
        workspace: that holds them.
        found: all of them.
        day: on which one of each policy is in force.
    """
    policies = tuple(each.as_published().read for each in found)
    in_force = {
        slug: policy_in_force(policies, slug, as_of=day).policy.version for slug in {each.policy.slug for each in policies}
    }
    approved = approvals(workspace)
    return tuple(_row(workspace, each, in_force, approved) for each in found)


def approvals(workspace: Workspace) -> dict[tuple[str, int], Decision]:
    """Who approved which published version, by policy and version; those that were published from files are left out."""
    if not workspace.state.is_there:
        return {}
    with workspace.state.reading() as t:
        drafts = t.drafts.list_drafts()
    return {
        (each.policy, each.published_version): each.decision
        for each in drafts
        if each.policy is not None and each.published_version is not None and each.decision is not None
    }


def _row(
    workspace: Workspace, version: PolicyVersion, in_force: dict[str, int], approved: dict[tuple[str, int], Decision]
) -> VersionRow:
    policy, published = version.as_published().policy, version.published
    decision = approved.get((policy.slug, policy.version)) if published else None
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
        approved_by=None if decision is None else decision.by.name,
        is_self_approval=decision is not None and decision.is_self_approval,
    )
