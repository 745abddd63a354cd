"""How is a job asked for, looked at and cancelled? By everybody who may, in any process; a worker does it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.jobs import Job, JobKind, JobLine, JobState, NewJob
from fenji.domain.principals import Principal
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.serving.repetitions import KeyReused
from fenji.state.transaction import Transaction
from fenji.state.work.jobs import KeyTaken
from fenji.work.kinds import KINDS, kept
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace, open_workspace


def start_job(
    root: Path,
    kind: JobKind,
    arguments: Mapping[str, object] | None = None,
    *,
    principal: Principal | None = None,
    key: str | None = None,
) -> Job:
    """Asks for a job; a worker does it.

    Args:
        root: the workspace.
        kind: what shall be done.
        arguments: as ``work.arguments`` says for the kind; plain JSON.
        principal: who asks, and in whose name it is done; None: the user of the operating system.
        key: asking twice with the same key gives the same job; keys of different principals are different.

    Returns:
        The job, queued; with a key that is known, the one of before as it stands now.

    Raises:
        NotFound: no workspace.
        InvalidArgument: arguments that cannot be used; all problems at once.
        KeyReused: the key was given for something else.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    checked = kept(KINDS[kind].checked(arguments or {}))
    new = NewJob(kind, checked, None if key is None else own_key(acting, key))
    try:
        return _asked(workspace, new, acting)
    except KeyTaken:
        return _asked(workspace, new, acting)


def _asked(workspace: Workspace, new: NewJob, principal: Principal) -> Job:
    with workspace.state.transaction(principal) as t:
        return ask_within(t, new)


def ask_within(t: Transaction, new: NewJob) -> Job:
    """Asks for a job in a transaction that does more; arguments must have been checked.

    Raises:
        KeyReused: the key was given for something else.
        KeyTaken: another process asks with the same key at this moment.
    """
    known = None if new.key is None else t.work.jobs.by_key(new.key)
    if known is not None:
        if (known.kind, dict(known.arguments)) != (new.kind, dict(new.arguments)):
            raise KeyReused.of(_("this key was given for another job, {job_id}."), job_id=known.job_id)
        return known
    job_id = t.work.jobs.new_job_id()
    number = t.audit.add(Action.JOB_ASKED, _subject(job_id), {"kind": new.kind.value})
    return t.work.jobs.add(new, t.principal, job_id=job_id, number=number)


def own_key(principal: Principal, key: str) -> str:
    """A key as the state keeps it: of any length, and one's own."""
    return hashlib.sha256(f"{principal.kind}\n{principal.name}\n{key}".encode()).hexdigest()


def list_jobs(
    root: Path,
    *,
    states: Sequence[JobState] = (),
    kind: JobKind | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[Job, ...]:
    """The newest jobs, newest first.

    Args:
        root: the workspace.
        states: only those in one of them; empty: in any.
        kind: only of this kind.
        before: only those with a smaller ``number``: that of the last job of the page before.
        limit: how many at most.
    """
    state = open_workspace(root).state
    with suppress(NotFound), state.reading() as t:
        return t.work.jobs.list_jobs(states=states, kind=kind, before=before, limit=limit)
    return ()


def job_of(root: Path, job_id: str) -> Job:
    """A job as it stands.

    Raises:
        NotFound: there is none of that id.
    """
    with _there(root, job_id).state.reading() as t:
        return t.work.jobs.get(job_id)


def log_of(root: Path, job_id: str) -> tuple[JobLine, ...]:
    """The lines of a job's log, the oldest first.

    Raises:
        NotFound: there is no job of that id.
    """
    with _there(root, job_id).state.reading() as t:
        t.work.jobs.get(job_id)
        return t.work.jobs.log_of(job_id)


def cancel_job(root: Path, job_id: str, *, principal: Principal | None = None) -> Job:
    """Cancels a job: at once while it waits, at its next step while it is at work. Cancelling twice is harmless.

    Raises:
        NotFound: there is none of that id.
        Conflict: it has ended already.
    """
    state = _there(root, job_id).state
    with state.transaction(principal or acting_person()) as t:
        before = t.work.jobs.get(job_id)
        if before.is_cancel_asked:
            return before
        t.audit.add(Action.JOB_CANCELLED, _subject(job_id), {"kind": before.kind.value})
        found = t.work.jobs.ask_cancel(job_id)
        t.work.jobs.log(job_id, _("cancelled by {name}"), name=t.principal.name)
        return found


def count_left(root: Path) -> int:
    """How many jobs wait or are at work."""
    state = open_workspace(root).state
    with suppress(NotFound), state.reading() as t:
        found = t.work.jobs.counts()
        return found.get(JobState.QUEUED, 0) + found.get(JobState.RUNNING, 0)
    return 0


def _there(root: Path, job_id: str) -> Workspace:
    workspace = open_workspace(root)
    if not workspace.state.is_there:
        raise NotFound.of(_("there is no job {job_id}."), advice=_("List them with: fenji jobs list"), job_id=job_id)
    return workspace


def _subject(job_id: str) -> Subject:
    return Subject(SubjectKind.JOB, job_id)
