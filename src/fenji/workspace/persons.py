"""Who is one person in all published runs? Every id, phone, e-mail and name under which any of them knows the customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fenji.domain.contacts import ContactKind
from fenji.domain.runs import Run, RunStatus
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.tables import clean
from fenji.workspace.customers import customer_key_of
from fenji.workspace.session import Session

_ALL_RUNS = 1_000_000


@dataclass(frozen=True)
class Person:
    """One customer, as the runs know it."""

    keys: Mapping[str, frozenset[int]]
    """customer_key by the run that collected; a run that does not know the customer is missing."""
    ids: frozenset[tuple[str, str]]
    """Id space and id."""
    phones: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]

    @property
    def reached_by(self) -> frozenset[str]:
        """Phones and e-mails."""
        return self.phones | self.emails


def published_runs(session: Session) -> tuple[Run, ...]:
    """Every published run with its inputs, newest first."""
    found = session.runs.list_runs(limit=_ALL_RUNS) if session.state.is_there else ()
    return tuple(session.runs.published(each.run_id) for each in found if each.status is RunStatus.PUBLISHED)


def root_of(runs: Mapping[str, Run], run: Run) -> Run:
    """The run that collected what a run stands on; itself where it collected."""
    while run.new.base_run_id is not None:
        run = runs[run.new.base_run_id]
    return run


def find_person(session: Session, text: str) -> Person:
    """The customer whom a text means: an id, SPACE:ID, key:N, a phone, an e-mail or a name, in the newest run that knows it.

    Raises:
        NotFound: no published run knows anybody by it.
        InvalidArgument: several customers are known by it.
    """
    collecting = [run for run in published_runs(session) if run.new.base_run_id is None]
    for run in collecting:
        try:
            key = customer_key_of(session, run, text)
        except NotFound:
            continue
        return _person(session, collecting, _ids(session, run, frozenset({key})))
    raise NotFound.of(
        _("no published run knows a customer by this id, phone, e-mail or name."),
        advice=_("Give any id of the customer as it stands in the sources, SPACE:ID, a phone, an e-mail, or the whole name."),
    )


def _person(session: Session, collecting: list[Run], ids: frozenset[tuple[str, str]]) -> Person:
    keys: dict[str, frozenset[int]] = {}
    known: dict[ContactKind, set[str]] = {kind: set() for kind in ContactKind}
    for run in collecting:
        asked = {"source_customer_id": sorted({each for _space, each in ids})}
        rows = session.rows(run.run_id, clean.IDENTITY, where=asked)
        own = frozenset(row["customer_key"] for row in rows if (row["source"], row["source_customer_id"]) in ids)
        if not own:
            continue
        keys[run.run_id] = own
        ids |= _ids(session, run, own)
        for kind, value in _reached(session, run, own):
            known[kind].add(value)
    for each in sorted({each for _space, each in ids}):
        prefix, _colon, rest = each.partition(":")
        if rest and prefix in set(ContactKind):
            known[ContactKind(prefix)].add(rest)
    phones, emails, names = (frozenset(known[kind]) for kind in (ContactKind.PHONE, ContactKind.EMAIL, ContactKind.NAME))
    return Person(keys, ids, phones, emails, names)


def _ids(session: Session, run: Run, keys: frozenset[int]) -> frozenset[tuple[str, str]]:
    rows = session.rows(run.run_id, clean.IDENTITY, where={"customer_key": sorted(keys)})
    return frozenset((row["source"], row["source_customer_id"]) for row in rows)


def _reached(session: Session, run: Run, keys: frozenset[int]) -> Iterator[tuple[ContactKind, str]]:
    asked = {"customer_key": sorted(keys)}
    for row in session.rows(run.run_id, clean.CONTACT_POINT, where=asked):
        yield from ((ContactKind(row["kind"]), value) for value in (row["value"], row["written"]))
    for row in session.rows(run.run_id, clean.CUSTOMER, where=asked):
        if row["name"]:
            yield ContactKind.NAME, row["name"]
