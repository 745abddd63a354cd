"""Which sources are there, what did the last run make of each, and how is one taken back?"""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path

from fenji.answers.importing import SourceAccount, SourceRow, SourcesResult, SourceTakenBack
from fenji.documents.amending import without_entry
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.documents.writing import write_whole
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.domain.sources import DatabaseLocation, FileLocation, Source
from fenji.errors import Conflict, NotFound, unknown_name
from fenji.language import message as _
from fenji.tables import clean
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import SOURCES_FILE, Workspace, open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.taking_in import known_sources, present_text
from fenji.workspace.unread_files import files_read

_MOST_FILES = 1000


def list_sources(root: Path) -> SourcesResult:
    """The entries of sources.yaml, what they lead to now, and what became of their rows in the last run.

    Raises:
        NotFound: no workspace, or no sources.yaml.
        InvalidDocument: it cannot be used; all problems at once.
    """
    workspace = open_workspace(root)
    known = known_sources(workspace.root)
    accounts = _accounts(workspace)
    rows = tuple(
        SourceRow(
            each.name,
            each.feed,
            _reads(each),
            _names(workspace, files_read(workspace.root, (each,))),
            each.belongs_to,
            {name: mapping.column for name, mapping in each.columns.items()},
            accounts.get(each.name),
        )
        for each in known
    )
    return SourcesResult(rows, _fingerprint(present_text(workspace.root)))


def take_source_back(root: Path, name: str, *, fingerprint: str, principal: Principal | None = None) -> SourceTakenBack:
    """Takes an entry out of sources.yaml: the next run does without it. Its files stay where they are, and past runs as they were.

    Args:
        root: the workspace.
        name: of the source.
        fingerprint: of sources.yaml, from ``list_sources``.
        principal: who does it.

    Raises:
        NotFound: no such source.
        Conflict: somebody has changed sources.yaml since, another source belongs to this one, or the entry cannot be taken out of the text.
    """
    workspace, acting = open_workspace(root), principal or acting_person()
    known = known_sources(workspace.root)
    if name not in (names := [each.name for each in known]):
        raise NotFound(unknown_name(_("source"), name[:80], names))
    children = sorted(each.name for each in known if each.belongs_to == name)
    if children:
        raise Conflict.of(
            _("{children} belong to source {source}."),
            advice=_("Take these back first."),
            children=", ".join(children),
            source=name,
        )
    with workspace.state.transaction(acting) as t:
        # First, and not last: from here until the end of the transaction no import writes sources.yaml.
        t.audit.add(Action.SOURCE_TAKEN_BACK, Subject(SubjectKind.SOURCE, name))
        before = present_text(workspace.root)
        if _fingerprint(before) != fingerprint:
            raise Conflict.of(
                _("sources.yaml has been changed meanwhile."), advice=_("Look at it again, then repeat what you wanted.")
            )
        after = without_entry(before, name)
        left = [each for each in known if each.name != name]
        if after is None or (
            left and [each.name for each in sources_in(parse_document(after, SOURCES_FILE))] != [each.name for each in left]
        ):
            raise Conflict.of(_("source {source} cannot be taken out of {file} without people."), source=name, file=SOURCES_FILE)
        write_whole(workspace.root / SOURCES_FILE, after)
    unread = files_read(workspace.root, known) - files_read(workspace.root, left)
    diff = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), SOURCES_FILE, SOURCES_FILE)
    return SourceTakenBack(name, _names(workspace, unread), "".join(diff), _fingerprint(after))


def _accounts(workspace: Workspace) -> dict[str, SourceAccount]:
    """What became of the rows of each source in the last run; none before the first."""
    if not workspace.state.is_there:
        return {}
    with open_question(workspace) as session:
        run = session.runs.latest_published(command="run")
        if run is None:
            return {}
        rows = session.read(run.run_id, clean.FILE_ACCOUNT)
        copies = rows["across_files"].sum() + rows["repeats_dropped"].sum()
        sums = rows.group_by("source").aggregate(
            rows_in=rows["rows_in"].sum(), kept=rows["kept"].sum(), rejected=rows["rejected"].sum(), copies=copies
        )
        return {
            each.pop("source"): SourceAccount(run.run_id, run.new.as_of, **{name: int(count) for name, count in each.items()})
            for each in session.engine.fetch(sums).to_pylist()
        }


def _reads(source: Source) -> tuple[str, ...]:
    location = source.location
    if isinstance(location, FileLocation):
        return location.paths
    # Neither the address nor the text of a query: both may hold secrets.
    return (location.table or "query",) if isinstance(location, DatabaseLocation) else ()


def _names(workspace: Workspace, files: frozenset[Path]) -> tuple[str, ...]:
    root = workspace.root
    names = sorted(each.relative_to(root).as_posix() if each.is_relative_to(root) else each.name for each in files)
    return tuple(names[:_MOST_FILES])


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
