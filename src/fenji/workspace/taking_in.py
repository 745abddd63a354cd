"""How do new files enter sources.yaml? One way for a folder that is started and for files that come over the network: looked at, asked about, written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fenji.answers.mapping import MapResult
from fenji.collect.proposing import Proposal
from fenji.documents.writing import write_whole
from fenji.domain.sources import Source
from fenji.errors import InvalidInput
from fenji.language import Language
from fenji.workspace.amending import about_fresh, amended_text
from fenji.workspace.folder import SOURCES_FILE, open_workspace, sources_of
from fenji.workspace.fresh_files import Folder, signed
from fenji.workspace.mapping import Ask, FilesInHand, take_in_hand
from fenji.workspace.progress import Progress, silent


@dataclass
class TakingIn:
    """Files in hand that enter a workspace, beside those that its sources read."""

    root: Path
    hand: FilesInHand
    known: tuple[Source, ...]
    """The entries that stand in sources.yaml."""
    folder: Folder

    @property
    def is_amended(self) -> bool:
        """Whether people have worked on sources.yaml, so that their entries stay; else it is written anew for all files together."""
        return bool(self.known) and not self.folder.is_as_written

    def asked(self, ask: Ask) -> Proposal:
        """See ``FilesInHand.asked``; where entries stay, about new files only.

        Raises:
            InvalidArgument: an answer to no question of these files, or that none of its options allows.
        """
        if not self.is_amended:
            return self.hand.asked(ask)
        return self.hand.asked(ask, narrowed=partial(about_fresh, self.hand, folder=self.folder))

    def text(self, mapped: MapResult) -> str:
        """What sources.yaml will say.

        Args:
            mapped: from ``hand.rehearsed``.

        Raises:
            Conflict: a new file would have to go into an entry that cannot be changed without people.
        """
        if self.known and not self.folder.is_to_be_mapped:
            return present_text(self.root)
        if self.is_amended:
            return amended_text(self.root, self.hand, mapped, self.known, self.folder)
        return signed(mapped.text, self.hand.language)

    def write(self, mapped: MapResult, text: str | None = None) -> None:
        """Writes the answers of this conversation into answers.yaml, and sources.yaml where it changes.

        Args:
            mapped: from ``hand.rehearsed``.
            text: from ``text``; None: make it.

        Raises:
            Conflict: see ``text``.
        """
        text = self.text(mapped) if text is None else text
        self.hand.remember(mapped.proposal)
        if text != present_text(self.root):
            write_whole(self.root / SOURCES_FILE, text)


@contextmanager
def taking_in(
    root: Path,
    known: tuple[Source, ...],
    folder: Folder,
    *,
    language: Language,
    answers: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Iterator[TakingIn]:
    """Looks into the files of a folder, to bring what is new in it into sources.yaml.

    Args:
        root: the workspace.
        known: from ``known_sources``.
        folder: from ``fresh_files.look_at``.
        language: of the comments.
        answers: answers that are known already, by the id of the question.
        progress: told of each file.

    Raises:
        InvalidFile: files that cannot be read; all of them at once.
    """
    with take_in_hand(
        root,
        folder.present,
        language=language,
        answers=answers,
        coming=folder.coming,
        databases=folder.databases,
        progress=progress,
    ) as hand:
        yield TakingIn(root, hand, known, folder)


def known_sources(root: Path) -> tuple[Source, ...]:
    """The sources that stand in the workspace; none where it has no entries yet.

    Raises:
        NotFound: there is no sources.yaml.
        InvalidDocument: it cannot be used.
    """
    try:
        return sources_of(open_workspace(root))
    except InvalidInput:
        text = present_text(root)
        if any(
            line.strip() and not line.lstrip().startswith("#") and line.strip() not in {"sources:", "sources: []"}
            for line in text.splitlines()
        ):
            raise
        return ()


def present_text(root: Path) -> str:
    """What sources.yaml says now; empty where there is none."""
    file = root / SOURCES_FILE
    return file.read_text(encoding="utf-8-sig") if file.is_file() else ""
