"""How is a person forgotten? Every published run, raw row, log and override loses what tells who it was; sums and counts stay."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from fenji.answers.persons import PersonErased
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.runs import RunStatus
from fenji.domain.written_ids import written_id
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.masking import masked
from fenji.prepare.identity import NODE_SEPARATOR
from fenji.tables import clean
from fenji.workflow.persons import overrides_of, place_of, proposals_of, sources_by_name, with_reason
from fenji.workspace.erasing import (
    CONFLICT_DIGITS,
    Journal,
    clear_scratch,
    end_journal,
    erase_in_file,
    erase_words,
    open_journal,
    plain_hash,
    steps_of,
    write_journal,
)
from fenji.workspace.erasure_key import erasure_key, keep_tokens, keyed
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import remove_all
from fenji.workspace.opening import open_session
from fenji.workspace.person_rows import PERSON_FIELDS, FoundRows, read_rows, rows_of
from fenji.workspace.persons import Person, find_person, published_runs
from fenji.workspace.session import Session

LOGS_FOLDER = "logs"

_NAMES = ("name", "customer_name")
_PHONE_DIGITS = 7


def erase_person(root: Path, person: str, *, reason: str | None = None) -> PersonErased:
    """Takes a person out of everything that fenji keeps; an erasure that was killed is ended first.

    Rows stay under an id that means nobody, so that sums and counts of past runs hold. The company's own files stay as they are
    and are named in the answer. Rows of the person in later files are left out with the reason ``erased``.

    Args:
        root: the workspace.
        person: an id, SPACE:ID, key:N, a phone, an e-mail or a name.
        reason: why, for the audit log; ids, phones, e-mails and names of the person in it are starred.

    Raises:
        NotFound: no workspace, or no published run knows anybody by it.
        InvalidArgument: several customers are known by it.
        Conflict: a run is at work.
        Damaged: a stored table is not what was published.
        Unavailable: the disk is full or may not be written; erasing again goes on.
    """
    workspace = open_workspace(root)
    with open_session(workspace) as session:
        _refuse_beside_runs(session)
        begun = open_journal(workspace)
        if begun is not None:
            _carry_out(session, begun)
        try:
            known = find_person(session, person)
        except NotFound:
            if begun is None:
                raise
            return _told(begun, ())
        found = tuple(rows_of(session, known, sources_by_name(session)))
        journal = _planned(session, known, found, reason)
        write_journal(workspace, journal)
        _carry_out(session, journal)
        return _told(journal, found)


def _told(journal: Journal, found: Sequence[FoundRows]) -> PersonErased:
    return PersonErased(
        token=journal.token,
        files=len(journal.steps),
        rows=sum(len(each.own) + sum(map(len, each.cells.values())) for each in journal.steps),
        runs=journal.runs,
        overrides=len(journal.overrides),
        sources=tuple(place_of(each) for each in found if each.source_file is not None),
    )


def _refuse_beside_runs(session: Session) -> None:
    if any(each.status is RunStatus.RUNNING for each in session.runs.list_runs()):
        raise Conflict.of(
            _("a run is at work, which would bring back what is erased."), advice=_("Wait for it to end, then erase again.")
        )


def _planned(session: Session, person: Person, found: Sequence[FoundRows], reason: str | None) -> Journal:
    key, runs = erasure_key(session.workspace), published_runs(session)
    ids = {each for _space, each in person.ids}
    unreadable = {each.unreadable_path for run in runs for each in run.inputs if each.unreadable_path}
    conflicts = {
        table.path for run in runs for table in session.tables_of(run.run_id) if table.table == clean.IDENTITY_CONFLICT.full_name
    }
    reached = {*person.reached_by, *ids}
    told = reached | {f"{space}{NODE_SEPARATOR}{each}" for space, each in person.ids}
    tokens = {f"{space}:{each}" for space, each in person.ids}
    tokens |= {f"phone:{each}" for each in person.phones} | {f"email:{each}" for each in person.emails}
    tokens |= {each for each in ids if each.startswith("union:")} | _told_by_rows(person, found)
    words = tuple(sorted({*reached, *person.names, *_as_written(found)}))
    steps = steps_of(session, found, unreadable, conflicts)
    with session.state.reading() as t:
        changed = t.upkeep.runs_naming({each.path.rpartition("/")[0] for each in steps})
    return Journal(
        token=f"erased-{secrets.token_hex(8)}",
        tokens=tuple(sorted(keyed(key, each) for each in tokens)),
        customer_id=min(ids),
        runs=changed[::-1],
        steps=steps,
        overrides=tuple(each.number for each in overrides_of(session, person)),
        words=words,
        reason=None if reason is None else masked(reason, words),
        proposals=tuple(each.proposal_id for each in proposals_of(session, person)),
        members=tuple(sorted("\n".join(each) for each in person.ids)),
        conflicts=tuple(sorted(each for value in told for each in (plain_hash(value), keyed(key, value)[:CONFLICT_DIGITS]))),
    )


def _told_by_rows(person: Person, found: Sequence[FoundRows]) -> set[str]:
    """Union ids, and keys that lists of customers resolve to the person, which no clean table keeps."""
    own = [row for each in found if each.source_file is not None and each.mention is None for row in read_rows(each)]
    unions = {f"union:{written_id(row['union_id'])}" for row in own if row.get("union_id")}
    others = {written_id(row["other_id"]) for row in own if row.get("other_id")}
    return unions | {f"{space}:{each}" for space, _id in person.ids for each in others}


def _as_written(found: Sequence[FoundRows]) -> set[str]:
    """Ids, phones, e-mails and names as the person's raw rows write them, and phones without their country."""
    own = [row for each in found if each.source_file is not None and each.mention is None for row in read_rows(each)]
    words = {row[name] for row in own for name in (*PERSON_FIELDS, *_NAMES) if row.get(name)}
    digits = {"".join(sign for sign in word if sign.isdigit()) for word in words}
    return words | {each for each in digits if len(each) >= _PHONE_DIGITS}


def _carry_out(session: Session, journal: Journal) -> None:
    """Everything that the journal says; doing it twice gives the same."""
    workspace = session.workspace
    key = erasure_key(workspace)
    keep_tokens(workspace, journal.tokens, journal.token)
    for step in journal.steps:
        erase_in_file(session, journal, step, key)
    with session.state.transaction(session.principal) as t:
        for run_id in journal.runs:
            t.manifests.raise_edition(run_id)
        t.overrides.anonymise(journal.overrides, journal.token)
        t.proposals.anonymise(journal.proposals, journal.token)
        pairs = [each.partition("\n") for each in journal.members]
        t.loyalty.members.anonymise([(space, customer_id) for space, _end, customer_id in pairs], journal.token)
        told: dict[str, str | int | None] = {"files": len(journal.steps), "runs": len(journal.runs)}
        told |= {"overrides": len(journal.overrides)} | with_reason(journal.reason)
        t.audit.add(Action.PERSON_ERASED, Subject(SubjectKind.CUSTOMER, journal.customer_id), told)
    erase_words(workspace.root / LOGS_FOLDER, journal.words)
    clear_scratch(workspace.settings.scratch_folder(workspace.root))
    # Lists and answers that jobs have made can be made again, without the person.
    remove_all(workspace)
    end_journal(workspace)
    session.memory.forget()
    session.state.prepare().compact()
