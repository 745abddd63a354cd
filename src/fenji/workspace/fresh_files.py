"""What does a folder hold, or what is about to stand in it, that the last run did not know: new files, other headers, new sheets, words of a status that nothing explains?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fenji.collect.fingerprints import fingerprint
from fenji.collect.headers import lookup_key
from fenji.collect.reading.contents import sha256_of
from fenji.collect.reading.samples import Sample
from fenji.collect.reading.sniffing import read_samples
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.runs import Run
from fenji.domain.sources import DatabaseLocation, Source
from fenji.errors import FenjiError, Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.tables import clean
from fenji.workspace.cell_reading import cell_reader
from fenji.workspace.folder import SOURCES_FILE, Workspace, open_workspace
from fenji.workspace.mapping import NO_DATABASE, NOTHING_COMES
from fenji.workspace.opening import open_question
from fenji.workspace.unread_files import data_files, files_read, unread_sheets

_SIGN = "# fenji-start "
_WITH_STATUS = (Feed.ORDER, Feed.ORDER_LINE)
_COMPARED = 3
"""Files of a source that a new one is compared with: the last ones by name, which are those of the last months."""


@dataclass(frozen=True)
class Folder:
    """The data files of a workspace, and what became of them before."""

    present: tuple[Path, ...]
    fresh: frozenset[Path]
    """To be looked at: the last run did not know them, or not as they are now."""
    changed: frozenset[Path]
    """Those of them that the last run has read, with other contents."""
    gone: tuple[str, ...]
    """Files of the last run that are no longer there."""
    is_as_written: bool
    """Whether fenji wrote sources.yaml and nobody has changed it."""
    coming: Mapping[Path, Path] = field(default_factory=dict)
    """Files that are about to stand in it: their place, and where they stand now."""
    databases: Mapping[Path, DatabaseLocation] = field(default_factory=dict)
    """Those of them that are samples of tables, and never will stand there."""

    @property
    def is_to_be_mapped(self) -> bool:
        """Whether sources.yaml must be looked at again."""
        return bool(self.fresh) or bool(self.gone and self.is_as_written)


def look_at(
    root: Path,
    known: Sequence[Source],
    workspace: Workspace | None,
    *,
    coming: Mapping[Path, Path] = NOTHING_COMES,
    databases: Mapping[Path, DatabaseLocation] = NO_DATABASE,
) -> Folder:
    """What is new in a folder since the last run.

    Args:
        root: the folder.
        known: the sources of its sources.yaml.
        workspace: None where the folder is none yet.
        coming: files that are about to stand in it; where there are any, other files that no source reads are passed over.
        databases: those of them that are samples of tables.
    """
    present = data_files(root, store=(root / "store") if workspace is None else workspace.store)
    taken = files_read(root, known, coming=coming)
    if coming:
        present = tuple(sorted({*(each for each in present if each in taken), *coming}))
    if not known or workspace is None:
        return Folder(present, frozenset(present), frozenset(), (), is_as_written=False, coming=coming, databases=databases)
    last = _last_run(workspace)
    tables_of_databases = {each.name for each in known if isinstance(each.location, DatabaseLocation)}
    before = {name: files for name, files in _names_by_source(last).items() if name not in tables_of_databases}
    files = {(workspace.root / name.partition("#")[0]).resolve() for names in before.values() for name in names} or taken
    tables = _Tables(workspace.root, known, coming)
    arriving = {each for each in coming if not each.exists()}
    fresh = {each: tables.of(each) for each in present if each not in files or each not in taken or each in arriving}
    strange = {each for each, samples in fresh.items() if not _is_next_month(each, samples, tables, before)}
    strange |= _with_new_words({each: fresh[each] for each in fresh.keys() - strange}, tables, workspace)
    gone = tuple(
        sorted(each.name for each in files if each.is_relative_to(workspace.root) and not each.exists() and each not in coming)
    )
    # Tables are not looked into again with every file, so what is written about them stays.
    is_as_written = not tables_of_databases and is_signed((root / SOURCES_FILE).read_text(encoding="utf-8-sig"))
    changed = _changed(frozenset(present) - fresh.keys() - coming.keys(), last, known, workspace)
    changed |= coming.keys() - fresh.keys()
    if not is_as_written:
        # What people have written stands, unless the new contents hold what it says nothing about.
        read = [name for names in before.values() for name in names]
        sheets = {(workspace.root / each.partition("#")[0]).resolve() for each in unread_sheets(workspace.root, read)}
        changed = (changed & sheets) | _with_new_words({each: tables.of(each) for each in changed}, tables, workspace)
    return Folder(present, frozenset(strange | changed), frozenset(changed), gone, is_as_written, coming, databases)


def gone_problem(folder: Folder) -> tuple[Problem, ...]:
    """Files that were counted before and are no longer there."""
    if not folder.gone:
        return ()
    text = _(
        "{count} {count:file|files} of the last run {count:is|are} no longer there, and {count:its|their} rows have left: {files}."
    )
    return (Problem(text, {"count": len(folder.gone), "files": ", ".join(folder.gone[:5])}, code="files_gone"),)


def newest_order(root: Path) -> date | None:
    """The day of the newest order or return in the last published base; None before the first run."""
    with open_question(open_workspace(root)) as session:
        run = session.runs.latest_published(command="run")
        if run is None:
            return None
        days = session.read(run.run_id, clean.ORDER_LINE)["ordered_on"]
        found: date | None = session.engine.fetch(days.max().name("newest").as_table())["newest"][0].as_py()
        return found


def signed(text: str, language: Language) -> str:
    """The text with a last line by which ``is_signed`` knows it again."""
    told = translate(
        _("Written by fenji start, which writes it anew when files of another kind come, unless you change something here."),
        language,
    )
    body = f"{text.rstrip()}\n\n# {told}\n"
    return f"{body}{_SIGN}{_digest(body)}\n"


def is_signed(text: str) -> bool:
    """Whether a text is as ``signed`` has left it."""
    body, sign, digest = text.rpartition(_SIGN)
    return bool(sign) and digest.strip() == _digest(body)


def bears_signature(text: str) -> bool:
    """Whether ``signed`` has written this text or one that it was made of."""
    return _SIGN in text


class _Tables:
    """The tables of files, those that are about to come among them, and the sources that take the files."""

    def __init__(self, root: Path, known: Sequence[Source], coming: Mapping[Path, Path]) -> None:
        self.root = root
        self._files = {each.name: files_read(root, (each,), coming=coming) for each in known}
        self._known, self._coming = known, coming

    def of(self, file: Path) -> tuple[Sample, ...]:
        """None of a file that cannot be read."""
        try:
            return read_samples(self._coming.get(file, file), name=str(file))
        except FenjiError:
            return ()

    def owners(self, file: Path) -> list[Source]:
        """The sources that take a file, in the order of sources.yaml."""
        return [each for each in self._known if file in self._files[each.name]]

    def others(self, source: Source, file: Path) -> list[Path]:
        """The other files of a source that stand in their place already, by name."""
        return sorted(each for each in self._files[source.name] if each != file and each not in self._coming)


def _is_next_month(file: Path, samples: Sequence[Sample], tables: _Tables, before: Mapping[str, Sequence[str]]) -> bool:
    """Whether a source takes this file already, and it has the headers of the source's other files."""
    owners = tables.owners(file)
    marks = _headers_of(samples) if owners else None
    if not marks:
        return False
    for owner in owners:
        read = list(dict.fromkeys(tables.root / name.partition("#")[0] for name in before.get(owner.name, ())))
        # Before the first run of a source nothing is known of it but the files that stand there.
        others = (read or tables.others(owner, file))[-_COMPARED:]
        if others and all(_headers_of(tables.of(each)) != marks for each in others if each.exists()):
            return False
    return True


def _with_new_words(fresh: Mapping[Path, Sequence[Sample]], tables: _Tables, workspace: Workspace) -> set[Path]:
    """Files of known kinds in which the status says a word that nothing explains: whether such orders were paid is to be asked."""
    words: dict[Path, set[str]] = {}
    for file, samples in fresh.items():
        for owner in tables.owners(file):
            if "status" in owner.columns and owner.feed in _WITH_STATUS and not owner.paid_statuses:
                said = {word for sample in samples for word in _column(sample, owner.columns["status"].headers)}
                words.setdefault(file, set()).update(said - {word for group in owner.statuses.values() for word in group})
    if not any(words.values()):
        return set()
    with cell_reader(workspace.settings) as reader:
        read = reader.read(set().union(*words.values()))
    return {file for file, said in words.items() if any(read[word].status is None for word in said)}


def _changed(files: Collection[Path], last: Run | None, known: Sequence[Source], workspace: Workspace) -> set[Path]:
    """The files that the last run has read and that have other contents now; only those written since it began are compared."""
    if last is None:
        return set()
    marks: dict[Path, list[CollectedFile]] = {}
    for each in last.inputs:
        marks.setdefault((workspace.root / each.file.partition("#")[0]).resolve(), []).append(each)
    sources = {each.name: each for each in known}
    engine = str(workspace.settings.engine)
    found = set()
    for file in files:
        state = file.stat()
        if max(state.st_mtime, state.st_ctime) < last.started_at.timestamp() or file not in marks:
            continue
        content = sha256_of(file)
        if any(
            each.source in sources and fingerprint(content, sources[each.source], engine) != each.fingerprint
            for each in marks[file]
        ):
            found.add(file)
    return found


def _column(sample: Sample, headers: Sequence[str]) -> set[str]:
    """The cells of the column that has one of these headers, in a sample."""
    wanted = {lookup_key(each) for each in headers}
    places = [place for place, header in enumerate(sample.headers) if lookup_key(header) in wanted]
    return {cell for row in sample.rows for place in places if (cell := row[place])}


def _headers_of(samples: Sequence[Sample]) -> frozenset[tuple[tuple[str, ...], object]]:
    """The headers and the layout of every table in a file."""
    return frozenset((tuple(lookup_key(each) for each in sample.headers), sample.shape) for sample in samples)


def _last_run(workspace: Workspace) -> Run | None:
    """The last published run, with its inputs."""
    if not workspace.state.is_there:
        return None
    with workspace.state.reading() as t:
        return t.runs.latest_published(command="run")


def _names_by_source(run: Run | None) -> dict[str, list[str]]:
    """The files of a run by source, by name."""
    found: dict[str, list[str]] = {}
    for each in sorted(run.inputs if run else (), key=lambda file: file.file):
        found.setdefault(each.source, []).append(each.file)
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
