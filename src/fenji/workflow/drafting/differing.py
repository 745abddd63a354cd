"""What does one version of a policy say, and what does it change? Read back from what was published, and from files that are not."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.drafts import PolicyDiffResult, VersionResult
from fenji.answers.policies import VersionRow
from fenji.errors import InvalidArgument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.workspace.dates import today
from fenji.workspace.folder import PolicyVersion, open_workspace, policy_versions_found
from fenji.workspace.policy_words import differences_of, rules_of, voice_of
from fenji.workspace.versions import version_rows


def show_version(root: Path, policy: str, version: int) -> VersionResult:
    """One version of a policy: its text, and its rules in words.

    Raises:
        NotFound: no workspace, no such policy, or no such version.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root, by_customer=True)
    found = policy_versions_found(workspace)
    wanted = _version(found, policy, version)
    row: VersionRow = next(
        each
        for each in version_rows(workspace, found, today(workspace.settings.time_zone))
        if (each.policy, each.version) == (policy, version)
    )
    told = wanted.as_published().policy
    text = wanted.published.text if wanted.published else wanted.file.read_text("utf-8-sig") if wanted.file else ""
    return VersionResult(row, text, rules_of(told, voice_of(workspace, told)))


def diff_versions(root: Path, policy: str, before: int, after: int) -> PolicyDiffResult:
    """What the rules of one version change, compared with another.

    Args:
        root: the workspace.
        policy: the name of the policy.
        before: the version to compare with.
        after: the version whose changes are told.

    Raises:
        NotFound: no workspace, no such policy, or no such version.
        InvalidArgument: a version compared with itself.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root, by_customer=True)
    if before == after:
        raise InvalidArgument.of(_("version {version} is compared with itself."), version=before)
    found = policy_versions_found(workspace)
    old, new = (_version(found, policy, each).as_published().policy for each in (before, after))
    return PolicyDiffResult(policy, before, after, differences_of(old, new, voice_of(workspace, old, new)))


def _version(found: tuple[PolicyVersion, ...], policy: str, version: int) -> PolicyVersion:
    names = sorted({each.policy.slug for each in found})
    if policy not in names:
        raise NotFound(unknown_name(_("policy"), policy, names))
    versions = {each.policy.version: each for each in found if each.policy.slug == policy}
    if version not in versions:
        text, advice = _("policy {policy} has no version {version}."), _("There are: {known}.")
        told = {"policy": policy, "version": version, "known": ", ".join(map(str, sorted(versions)))}
        raise NotFound(Problem(text, told, None, advice))
    return versions[version]
