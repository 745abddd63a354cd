"""Who changed what in this workspace, and is the record of it as it was written?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fenji.answers.audit import AuditResult, AuditVerified, Change
from fenji.domain.audit import Action
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.state.audit import AuditBroken
from fenji.workspace.folder import open_workspace

SHOWN = 20
"""Entries listed where nobody says how many."""

MOST_ENTRIES = 10_000
"""Entries listed at once: about ten megabytes."""


def list_audit(
    root: Path,
    *,
    limit: int = SHOWN,
    since: date | None = None,
    until: date | None = None,
    who: str | None = None,
    action: Action | None = None,
    subject: str | None = None,
    before: int | None = None,
) -> AuditResult:
    """The newest entries of the audit log.

    Args:
        root: the workspace.
        limit: at most so many, 1 to 10,000.
        since: from this day on, in the workspace's time zone.
        until: up to this day and with it.
        who: only what this person, token or part of the system did, by its name.
        action: only of this sort.
        subject: only about this run, policy (slug and version) or customer (the id as it stands in the sources).
        before: only entries of lower numbers: the next page.

    Raises:
        NotFound: no workspace.
        InvalidArgument: a limit out of range.
        AuditBroken: one of the entries cannot have been written by fenji.
    """
    if not 1 <= limit <= MOST_ENTRIES:
        text, advice = _("{count} entries cannot be listed at once."), _("Ask for 1 to {most}.")
        raise InvalidArgument.of(text, advice=advice, count=limit, most=MOST_ENTRIES)
    workspace = open_workspace(root)
    zone = ZoneInfo(workspace.settings.time_zone)
    begins = None if since is None else datetime.combine(since, time(), zone)
    ends = None if until is None or until == date.max else datetime.combine(until + timedelta(days=1), time(), zone)
    about = None if subject is None else written_id(subject)
    with workspace.state.reading() as t:
        found = t.audit.list_entries(
            limit=limit, since=begins, until=ends, principal=who, action=action, subject=about, before=before
        )
    return AuditResult(tuple(map(Change.of, found)))


def verify_audit(root: Path) -> AuditVerified:
    """Walks the whole audit log, entry after entry.

    Raises:
        NotFound: no workspace.
        AuditBroken: an entry was changed, removed or put elsewhere; names the first one.
    """
    with open_workspace(root).state.reading() as t:
        found = t.audit.verify()
    if found.broken is not None:
        raise AuditBroken.at(found.broken)
    return AuditVerified(found.entries, found.newest_hash)
