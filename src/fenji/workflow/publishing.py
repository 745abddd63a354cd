"""Which versions of the policies are there, and how does a draft in a file become one that nobody can change any more?"""

from __future__ import annotations

from pathlib import Path

from fenji.answers.policies import PublishResult, VersionsResult
from fenji.documents.policies import policy_document_from_text
from fenji.documents.reader import text_of
from fenji.domain.principals import Principal
from fenji.errors import InvalidDocument
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace, policies_of, policy_versions_found
from fenji.workspace.publishing import problems_before_publishing, publish_text
from fenji.workspace.versions import version_rows


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
    text = text_of(file)
    read = policy_document_from_text(text, str(file))
    # Nothing is written, not even an empty state, for a policy that cannot be published.
    InvalidDocument.raise_if(problems_before_publishing(workspace, read))
    with workspace.state.transaction(principal or acting_person()) as t:
        published, warnings = publish_text(t, workspace, read, text)
    return PublishResult(published, warnings)


def list_versions(root: Path) -> VersionsResult:
    """Every version of every policy, published or draft.

    Raises:
        NotFound: no workspace, or no policy.
        InvalidDocument: a file cannot be used.
    """
    workspace = open_workspace(root, by_customer=True)
    found = policy_versions_found(workspace)
    if not found:
        policies_of(workspace)  # says what to do where there is none
    day = today(workspace.settings.time_zone)
    return VersionsResult(day, version_rows(workspace, found, day))
