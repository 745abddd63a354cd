"""What would accepting an import write? Its files in hand, as if they stood with those of the sources already."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from fenji.answers.mapping import MapResult
from fenji.collect.proposing import Proposal
from fenji.domain.importing import ImportDraft, ImportStatus
from fenji.errors import InvalidArgument, InvalidInput
from fenji.language import message as _
from fenji.workspace.folder import SOURCES_FILE, Workspace
from fenji.workspace.fresh_files import look_at
from fenji.workspace.progress import Progress, silent
from fenji.workspace.taking_in import TakingIn, known_sources, present_text, taking_in
from fenji.workspace.uploads import coming_files, coming_tables


@dataclass(frozen=True)
class ImportInHand:
    """An import whose files have been looked into."""

    draft: ImportDraft
    taken: TakingIn
    mapped: MapResult
    """The proposal for all files that enter sources.yaml together, and what a run would make of the rows that were looked at."""
    before: str
    """What sources.yaml says."""
    after: str
    """What it will say."""

    @property
    def diff(self) -> str:
        """What changes in sources.yaml, as a unified diff; empty where nothing does."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), SOURCES_FILE, SOURCES_FILE
        )
        return "".join(each if each.endswith("\n") else f"{each}\n" for each in lines)

    @property
    def is_of_use(self) -> bool:
        """Whether at least one of the files can be used."""
        names = {each.name for each in self.draft.files}
        return any(
            table.file.rpartition("/")[2] in names
            for source in self.mapped.proposal.sources
            if source.is_usable
            for table in source.tables
        )

    @property
    def may_be_accepted(self) -> bool:
        """Whether no question waits and at least one of the files can be used."""
        return self.is_of_use and not self.mapped.waits

    @property
    def status(self) -> ImportStatus:
        """How far the import has come."""
        return ImportStatus.READY if self.may_be_accepted else ImportStatus.ASKED

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that accepting it would do: its files, and what sources.yaml and answers.yaml would take in."""
        files = sorted((each.name, each.sha256, each.replaces) for each in self.draft.files)
        said = [files, self.before, self.after, sorted(self.taken.hand.answers.items())]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def open_import(workspace: Workspace, import_id: str, *, edition: int | None = None) -> ImportDraft:
    """An import that is neither accepted nor dropped.

    Args:
        workspace: where it comes in.
        import_id: its id.
        edition: the one that somebody has seen; None: any.

    Raises:
        NotFound: there is none of that id.
        Conflict: it is accepted or dropped, or somebody has changed it since.
    """
    with workspace.state.reading() as t:
        draft = t.imports.one(import_id)
        if not draft.is_open or edition not in {None, draft.edition}:
            raise t.imports.conflict(import_id)
        return draft


@contextmanager
def import_in_hand(
    workspace: Workspace, draft: ImportDraft, *, answers: Mapping[str, str] | None = None, progress: Progress = silent
) -> Iterator[ImportInHand]:
    """Looks into the files of an import.

    Args:
        workspace: where they come in; its language is that of the documents.
        draft: the import.
        answers: new answers, which must fit; those that were given before and fit no more are passed over.
        progress: told of each file.

    Raises:
        InvalidInput: nothing was sent yet.
        InvalidFile: files that cannot be read; all of them at once.
        NotFound: a file is gone.
        InvalidArgument: a new answer to no question of these files, or that none of its options allows.
        Conflict: a new file would have to go into an entry of sources.yaml that cannot be changed without people.
    """
    if not draft.files:
        raise InvalidInput.of(_("no file has been sent yet."), advice=_("Send the files of this import first."))
    root = workspace.root
    known = known_sources(root)
    coming, databases = coming_files(workspace, draft), coming_tables(workspace, draft)
    folder = look_at(root, known, workspace, coming=coming, databases=databases)
    language = workspace.settings.language
    given = {**draft.answers, **(answers or {})}
    with taking_in(root, known, folder, language=language, answers=given, progress=progress) as taken:
        proposal = _proposal(taken, answers or {})
        mapped = taken.hand.rehearsed(proposal)
        yield ImportInHand(draft, taken, mapped, present_text(root), taken.text(mapped))


def _proposal(taken: TakingIn, answers: Mapping[str, str]) -> Proposal:
    try:
        return taken.asked(lambda _proposal: {})
    except InvalidArgument:
        # Somebody has changed sources since: what was answered about them is asked again.
        taken.hand.answers = dict(answers)
        return taken.asked(lambda _proposal: {})
