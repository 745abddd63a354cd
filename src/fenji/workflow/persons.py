"""What is known of a person, and where does it stand? All published runs, with what people decided and what the log says of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from fenji.answers.audit import Change
from fenji.answers.drafts import ProposalRow
from fenji.answers.json import to_json
from fenji.answers.persons import PersonExport, PersonId, PersonPlace, PersonPlaces, PersonRows
from fenji.answers.policies import OverrideRow
from fenji.documents.writing import write_whole
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.drafts import OverrideProposal
from fenji.domain.overrides import Override
from fenji.domain.sources import Source
from fenji.errors import Conflict, InvalidDocument, NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.masking import masked
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace, sources_of
from fenji.workspace.opening import open_question
from fenji.workspace.person_rows import FoundRows, read_rows, rows_of
from fenji.workspace.persons import Person, find_person
from fenji.workspace.session import Session

_ALL_ENTRIES = 1_000_000


def list_places(root: Path, person: str) -> PersonPlaces:
    """Where a person stands: table, run, file and number of rows.

    Args:
        root: the workspace.
        person: an id, SPACE:ID, key:N, a phone, an e-mail or a name.

    Raises:
        NotFound: no workspace, or no published run knows anybody by it.
        InvalidArgument: several customers are known by it.
        Damaged: a stored table is not what was published.
    """
    with open_question(open_workspace(root)) as session:
        found = find_person(session, person)
        places = tuple(place_of(each) for each in rows_of(session, found, sources_by_name(session)))
        return PersonPlaces(_ids(found), tuple(found.keys), len(overrides_of(session, found)), places)


def export_person(root: Path, person: str, *, reason: str | None = None) -> PersonExport:
    """Everything that is known of a person in every published run; raises as ``list_places``.

    Args:
        root: the workspace.
        person: an id, SPACE:ID, key:N, a phone, an e-mail or a name.
        reason: why, for the audit log; with one the export is written down there, the person's ids, phones, e-mails and names starred.
    """
    with open_question(open_workspace(root)) as session:
        found = find_person(session, person)
        if reason is not None:
            ids = {each for _space, each in found.ids}
            said = with_reason(masked(reason, {*ids, *found.reached_by, *found.names}))
            with session.state.transaction(session.principal) as t:
                t.audit.add(Action.PERSON_EXPORTED, Subject(SubjectKind.CUSTOMER, min(ids)), said)
        day = today(session.workspace.settings.time_zone)
        return PersonExport(
            ids=_ids(found),
            runs=tuple(found.keys),
            phones=tuple(sorted(found.phones)),
            emails=tuple(sorted(found.emails)),
            names=tuple(sorted(found.names)),
            overrides=tuple(OverrideRow.of(each, each.state_on(day)) for each in overrides_of(session, found)),
            proposals=tuple(ProposalRow.of(each) for each in proposals_of(session, found)),
            audit=_entries(session, found),
            tables=tuple(_with_rows(each) for each in rows_of(session, found, sources_by_name(session))),
        )


def write_export(export: PersonExport, out: Path, *, language: Language, force: bool = False) -> None:
    """Writes what is known of a person as JSON, for its owner alone.

    Raises:
        NotFound: the folder is not there.
        Conflict: the file is there already.
        Unavailable: the disk is full or may not be written.
    """
    if not out.absolute().parent.is_dir():
        raise NotFound.of(_("there is no folder {folder}."), folder=str(out.parent))
    if out.exists() and not force:
        raise Conflict.of(
            _("{file} is there already."), advice=_("Choose another name, or say that it may be overwritten."), file=str(out)
        )
    write_whole(out, to_json(export, language) + "\n")


def with_reason(reason: str | None) -> dict[str, str | int | None]:
    """What the audit log says of a reason."""
    return {} if reason is None else {"reason": reason}


def sources_by_name(session: Session) -> Mapping[str, Source]:
    """The entries of sources.yaml as it is now; none where it cannot be used."""
    with suppress(NotFound, InvalidDocument):
        return {each.name: each for each in sources_of(session.workspace)}
    return {}


def overrides_of(session: Session, person: Person) -> tuple[Override, ...]:
    """The tiers that people gave a person by hand."""
    with session.state.reading() as t:
        recorded = t.overrides.list_overrides()
    return tuple(each for each in recorded if (each.decided.source, each.decided.customer_id) in person.ids)


def proposals_of(session: Session, person: Person) -> tuple[OverrideProposal, ...]:
    """The tiers that people proposed for a person."""
    with session.state.reading() as t:
        recorded = t.proposals.list_proposals()
    return tuple(each for each in recorded if (each.wanted.source, each.wanted.customer_id) in person.ids)


def _entries(session: Session, person: Person) -> tuple[Change, ...]:
    with session.state.reading() as t:
        entries = [
            entry
            for each in sorted({name for _space, name in person.ids})
            for entry in t.audit.list_entries(limit=_ALL_ENTRIES, subject=each)
        ]
    by_number = {each.number: each for each in entries}
    return tuple(Change.of(by_number[number]) for number in sorted(by_number))


def _ids(person: Person) -> tuple[PersonId, ...]:
    return tuple(PersonId(*each) for each in sorted(person.ids))


def place_of(found: FoundRows) -> PersonPlace:
    """Where rows were found, as an answer tells it."""
    return PersonPlace(found.run_id, found.table, found.file, len(found.positions), found.source_file, found.row_numbers)


def _with_rows(found: FoundRows) -> PersonRows:
    return PersonRows(**asdict(place_of(found)), records=tuple(read_rows(found)))
