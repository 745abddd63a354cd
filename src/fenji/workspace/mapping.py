"""How do files become a proposal? Samples are read once, proposals are made as often as answers come in, and one of them is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from fenji.answers.mapping import MapResult
from fenji.choices import SETTINGS_FILE
from fenji.collect.files import find_files
from fenji.collect.headers import lookup_key
from fenji.collect.proposing import Proposal, look_through, propose
from fenji.collect.reading.samples import Sample
from fenji.collect.reading.sniffing import read_samples
from fenji.collect.understanding.proposal import ProposedSource
from fenji.collect.understanding.table import SampledTable
from fenji.collect.writing.sources_yaml import render_sources_yaml
from fenji.documents.answers import RememberedAnswer, merged_answers, read_answers, render_answers
from fenji.documents.reader import parse_document, read_document
from fenji.documents.sources import sources_in
from fenji.documents.writing import write_whole
from fenji.domain.sources import DatabaseLocation
from fenji.domain.steps import Step
from fenji.errors import Conflict, FenjiError, InvalidArgument, InvalidFile, NotFound, Problem, unknown_name
from fenji.language import Language
from fenji.language import message as _
from fenji.settings import Settings, read_settings
from fenji.workspace.cell_reading import EngineCellReader, cell_reader
from fenji.workspace.folder import ANSWERS_FILE, SOURCES_FILE
from fenji.workspace.preparing import PrepareOptions
from fenji.workspace.progress import Progress, silent
from fenji.workspace.rehearsing import rehearse, without_useless

Ask = Callable[[Proposal], Mapping[str, str]]
"""Asks a person what is open; no answers mean that nobody can be asked."""

NOTHING_COMES: Mapping[Path, Path] = MappingProxyType({})
"""Where files will stand, and where they stand now: see ``take_in_hand``."""
NO_DATABASE: Mapping[Path, DatabaseLocation] = MappingProxyType({})


@dataclass
class FilesInHand:
    """Files that have been looked into: proposals are made of them as often as answers come in, and each cell is read once."""

    root: Path
    language: Language
    settings: Settings
    reader: EngineCellReader
    tables: Sequence[SampledTable]
    remembered: tuple[RememberedAnswer, ...]
    answers: dict[str, str]
    """Of this conversation, by the id of the question."""
    forgotten: str | None = None
    """A column about which earlier answers do not count any more."""
    databases: Mapping[Path, DatabaseLocation] = field(default_factory=dict)
    """Files that are samples of tables, which sources.yaml names instead of them."""

    def propose(self) -> Proposal:
        """The proposal under all answers so far.

        Raises:
            InvalidArgument: an answer to no question of these files, or that none of its options allows.
        """
        mark = None if self.forgotten is None else f":{lookup_key(self.forgotten)}"
        before = {each.question: each.answer for each in self.remembered if mark is None or not each.question.endswith(mark)}
        proposal = propose(self.tables, answers=before | self.answers, root=self.root.resolve())
        _check_answers(proposal, self.answers)
        if not self.databases:
            return proposal
        return replace(proposal, sources=tuple(self._of_database(each) for each in proposal.sources))

    def _of_database(self, source: ProposedSource) -> ProposedSource:
        """A source that reads a table, where it was proposed from one.

        Raises:
            Conflict: it would read something else beside it.
        """
        files = list(dict.fromkeys(each.sample.file for each in source.tables))
        there = [each for each in files if Path(each) in self.databases]
        if not there:
            return source
        if len(files) > 1:
            other = next(each for each in files if each != there[0])
            raise Conflict.of(
                _("{table} has the same columns as {other}, and cannot be read as one source with it."),
                advice=_("Let a view of the database name its columns otherwise, or hold the rows of both tables."),
                table=Path(there[0]).name,
                other=Path(other).name,
            )
        tables = tuple(replace(each, format="database") for each in source.tables)
        return replace(source, paths=(), tables=tables, database=self.databases[Path(there[0])])

    def asked(self, ask: Ask, *, narrowed: Callable[[Proposal], Proposal] = lambda proposal: proposal) -> Proposal:
        """The proposal once everything is asked that somebody can answer.

        Args:
            ask: asks a person.
            narrowed: what of a proposal is asked about; else everything.

        Raises:
            InvalidArgument: see ``propose``.
        """
        proposal = narrowed(self.propose())
        while told := ask(proposal):
            self.answers |= told
            proposal = narrowed(self.propose())
        return proposal

    def rehearsed(self, proposal: Proposal) -> MapResult:
        """The proposal as a document, and what a run would make of the rows that were looked at."""
        text = render_sources_yaml(proposal.sources, self.language)
        if not any(source.is_usable for source in proposal.sources):
            return MapResult(proposal, text, None)
        sources = sources_in(parse_document(text, SOURCES_FILE))
        rehearsal = rehearse(self.reader.engine, sources, proposal, PrepareOptions.of(self.settings))
        found = without_useless(proposal, rehearsal)
        return MapResult(proposal, text, rehearsal) if found is proposal else self.rehearsed(found)

    def write(self, result: MapResult, *, overwrites: bool = False) -> MapResult:
        """Puts the proposal into the workspace as sources.yaml, and new answers into answers.yaml.

        Args:
            result: from ``rehearsed``.
            overwrites: whether a sources.yaml may stand there that has no entries yet.

        Raises:
            NotFound: there is no such folder.
            Conflict: the workspace has a sources.yaml with entries, which is not overwritten.
        """
        target = self.root / SOURCES_FILE
        if not overwrites:
            check_target(self.root)
        write_whole(target, result.text)
        self.remember(result.proposal)
        return replace(result, written=str(target))

    def remember(self, proposal: Proposal) -> None:
        """Puts the answers of this conversation into answers.yaml."""
        if self.answers:
            write_whole(self.root / ANSWERS_FILE, self._all_answers(proposal))

    def _all_answers(self, proposal: Proposal) -> str:
        today = date.today()  # noqa: DTZ011 - the day of the person who answers
        given = {
            each.id: RememberedAnswer(each.id, self.answers[each.id], each.text.describe(self.language), each.file, today)
            for each in proposal.questions
            if each.id in self.answers
        }
        return render_answers(merged_answers(self.remembered, given), self.language)


@contextmanager
def take_in_hand(
    root: Path,
    files: Sequence[Path],
    *,
    language: Language,
    answers: Mapping[str, str] | None = None,
    forgotten: str | None = None,
    coming: Mapping[Path, Path] = NOTHING_COMES,
    databases: Mapping[Path, DatabaseLocation] = NO_DATABASE,
    progress: Progress = silent,
) -> Iterator[FilesInHand]:
    """Looks into files, to propose the sources for them.

    Args:
        root: the workspace, to which paths are written relative; it need not exist unless the proposal is written.
        files: files, folders or patterns.
        language: of the comments.
        answers: new answers by the id of the question; what was answered before is known from the workspace.
        forgotten: a column about which earlier answers do not count any more.
        coming: files that are about to stand in the workspace: their place there, and where they can be read now.
        databases: those of them that are samples of tables, which the proposal names instead.
        progress: told of each file.

    Raises:
        NotFound: a pattern that leads to no file.
        InvalidFile: files that cannot be read; all of them at once.
    """
    remembered = read_answers(root / ANSWERS_FILE)
    samples = _samples(files, coming, progress)
    settings = _settings(root)
    with cell_reader(settings) as reader:
        tables = look_through(samples, reader)
        yield FilesInHand(root, language, settings, reader, tables, remembered, dict(answers or {}), forgotten, databases)


def check_target(root: Path) -> None:
    """Makes sure that a proposal may be written.

    Raises:
        NotFound: there is no such folder.
        Conflict: the workspace has a sources.yaml with entries, which is not overwritten.
    """
    target = root / SOURCES_FILE
    if not root.is_dir():
        raise NotFound.of(
            _("there is no folder {folder}."), advice=_("Make a workspace with: fenji init {folder}"), folder=str(root)
        )
    if target.is_file() and _has_entries(target):
        raise Conflict.of(
            _("{file} has entries already and is not overwritten."),
            advice=Step.ONLY_SHOW,
            file=str(target),
        )


def _settings(root: Path) -> Settings:
    """Those of the workspace, where there is one: its currency and time zone decide how cells are read."""
    return read_settings(root) if (root / SETTINGS_FILE).is_file() else Settings()


def _samples(files: Sequence[Path], coming: Mapping[Path, Path], progress: Progress) -> list[Sample]:
    found, missing = find_files(tuple(str(each.absolute()) for each in files), Path.cwd(), "map", coming=coming)
    NotFound.raise_if(missing)
    samples: list[Sample] = []
    problems: list[Problem] = []
    for position, file in enumerate(found):
        progress(_("looking into the files"), position, len(found))
        try:
            samples.extend(read_samples(coming.get(file.path, file.path), name=str(file.path)))
        except FenjiError as error:
            problems.extend(error.problems)
    InvalidFile.raise_if(problems)
    return samples


def _check_answers(proposal: Proposal, answers: Mapping[str, str]) -> None:
    questions = {each.id: each for each in proposal.questions}
    problems = []
    for name, answer in answers.items():
        if name not in questions:
            problems.append(unknown_name(_("question"), name, list(questions)))
        elif answer not in (allowed := [option.value for option in questions[name].options]):
            problems.append(unknown_name(_("answer"), answer, allowed))
    InvalidArgument.raise_if(problems)


def _has_entries(target: Path) -> bool:
    data = read_document(target).data
    return bool(data.get("sources")) if isinstance(data, dict) else data is not None
