"""What does a folder hold that the last run did not know, and how does sources.yaml come to name it?

Where fenji wrote sources.yaml and nobody has changed it since, it is written anew for all files together. Where people have
worked on it, their entries stay: files of a known kind join the entry, other headers are added to its columns, and what is
new in kind becomes an entry of its own behind theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fenji.collect.asking.deciding import fingerprint_of
from fenji.collect.files import find_files
from fenji.collect.headers import lookup_key, normalise_header
from fenji.collect.proposing import Proposal
from fenji.collect.reading.samples import Sample
from fenji.collect.reading.sniffing import read_samples
from fenji.collect.understanding.proposal import ProposedSource
from fenji.collect.writing.sources_yaml import quoted, render_sources_yaml
from fenji.documents.amending import Spot, with_values
from fenji.documents.writing import write_whole
from fenji.domain.feeds import Feed
from fenji.domain.sources import FileLocation, Source, StatusClass
from fenji.errors import Conflict, FenjiError, Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.state.database import open_database
from fenji.state.runs import RunRepository
from fenji.state.store import Store
from fenji.tables import clean
from fenji.workflow.cell_reading import cell_reader
from fenji.workflow.mapping import FilesInHand, MapResult
from fenji.workflow.unread_files import data_files, files_read
from fenji.workflow.wiring import open_session
from fenji.workflow.workspace import SOURCES_FILE, Workspace, open_workspace

_SIGN = "# fenji-start "
_WITH_STATUS = (Feed.ORDER, Feed.ORDER_LINE)
_COMPARED = 3
"""Files of a source that a new one is compared with: the last ones by name, which are those of the last months."""


@dataclass(frozen=True)
class Folder:
    """The data files of a workspace, and what became of them before."""

    present: tuple[Path, ...]
    fresh: frozenset[Path]
    """The last run did not know them, or not with these headers."""
    gone: tuple[str, ...]
    """Files of the last run that are no longer there."""
    is_as_written: bool
    """Whether fenji wrote sources.yaml and nobody has changed it."""

    @property
    def is_to_be_mapped(self) -> bool:
        """Whether sources.yaml must be looked at again."""
        return bool(self.fresh) or bool(self.gone and self.is_as_written)


def look_at(root: Path, known: Sequence[Source], workspace: Workspace | None) -> Folder:
    """What is new in a folder since the last run.

    Args:
        root: the folder.
        known: the sources of its sources.yaml.
        workspace: None where the folder is none yet.
    """
    present = data_files(root, store=(root / "store") if workspace is None else workspace.store)
    if not known or workspace is None:
        return Folder(present, frozenset(present), (), is_as_written=False)
    taken = files_read(root, known)
    before = _collected(workspace)
    files = {(workspace.root / name.partition("#")[0]).resolve() for names in before.values() for name in names} or taken
    fresh = {each: _samples_of(each) for each in present if each not in files or each not in taken}
    strange = {each for each, samples in fresh.items() if not _is_next_month(each, samples, known, before, workspace.root)}
    strange |= _with_new_words({each: fresh[each] for each in fresh.keys() - strange}, known, workspace)
    gone = tuple(sorted(each.name for each in files if each.is_relative_to(workspace.root) and not each.exists()))
    return Folder(present, frozenset(strange), gone, is_signed((root / SOURCES_FILE).read_text(encoding="utf-8-sig")))


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


def about_fresh(hand: FilesInHand, proposal: Proposal, folder: Folder) -> Proposal:
    """The proposal with those questions only that new files bring: what people have written about the others is answered."""
    marks = {
        fingerprint_of(table) for table in hand.tables if any(Path(each.file).resolve() in folder.fresh for each in table.samples)
    }
    asked = tuple(each for each in proposal.questions if not each.is_open or each.id.split(":")[1] in marks)
    return replace(proposal, questions=asked)


def write_amended(root: Path, hand: FilesInHand, mapped: MapResult, known: Sequence[Source], folder: Folder) -> None:
    """Brings what is new into a sources.yaml that people have worked on.

    Raises:
        Conflict: a new file would have to go into an entry that cannot be changed without them.
    """
    target = root / SOURCES_FILE
    text = target.read_text(encoding="utf-8-sig")
    owners = {file: source for source in known for file in files_read(root, (source,))}
    names, values, new = _placed(root, mapped.proposal.sources, owners, folder)
    for source in known:
        values |= _narrowed(root, source, folder, names, mapped.proposal)
    changed = with_values(text, values) if values else text
    if changed is None:
        spots = ", ".join(sorted(".".join(spot) for spot in values))
        raise Conflict.of(
            _("new files belong into entries of {file} that cannot be changed in their place: {spots}."),
            advice=_("Write them there yourself; fenji map FILES shows how the new files are read."),
            file=str(target),
            spots=spots,
        )
    if new:
        renamed = _renamed(new, {source.name for source in known}, names)
        body = render_sources_yaml(renamed, hand.language).split("\nsources:", 1)[-1].removeprefix(" []")
        changed = changed.rstrip() + "\n" + body
    if changed != text:
        write_whole(target, changed)
    hand.remember(mapped.proposal)


def _placed(
    root: Path, proposed: Sequence[ProposedSource], owners: Mapping[Path, Source], folder: Folder
) -> tuple[dict[str, str], dict[Spot, str], list[ProposedSource]]:
    """Which known entry each proposed source is, what must be changed in these entries, and which sources are new."""
    names: dict[str, str] = {}
    values: dict[Spot, str] = {}
    new = []
    for source in proposed:
        files = {(root / each.file).resolve() for each in source.tables}
        fresh = files & folder.fresh
        known = [owners[each] for each in files - folder.fresh if each in owners and owners[each].feed is source.feed]
        if known:
            names[source.name] = known[0].name
            if fresh:
                values |= _joined(root, known[0], source, fresh)
        elif fresh:
            new.append(source)
    return names, values, new


def _joined(root: Path, entry: Source, source: ProposedSource, fresh: set[Path]) -> dict[Spot, str]:
    """What an entry needs to read new files of its kind: their names, their headers and the words of their status beside those that it has."""
    values: dict[Spot, str] = {}
    if isinstance(entry.location, FileLocation) and not fresh <= files_read(root, (entry,)):
        more = sorted(each.relative_to(root.resolve()).as_posix() for each in fresh - files_read(root, (entry,)))
        values[(entry.name, "files")] = _list((*entry.location.paths, *more))
    said = {word for words in entry.statuses.values() for word in words}
    if any(word not in said for words in source.statuses.values() for word in words):
        merged = {
            kind: tuple(
                dict.fromkeys(
                    (*entry.statuses.get(kind, ()), *(word for word in source.statuses.get(kind, ()) if word not in said))
                )
            )
            for kind in StatusClass
        }
        values[(entry.name, "statuses")] = (
            f"{{{', '.join(f'{kind.value}: {_list(words)}' for kind, words in merged.items() if words)}}}"
        )
    for column in source.columns:
        mapping = entry.columns.get(column.field)
        if mapping is None or mapping.column is None or column.column is None:
            continue
        has = {normalise_header(each) for each in mapping.headers}
        more_names = [each for each in (column.column, *column.also) if normalise_header(each) not in has]
        if more_names:
            keys = {"column": quoted(mapping.column)}
            keys |= {} if mapping.unit.value == "yuan" else {"unit": mapping.unit.value}
            keys |= {} if mapping.decimal is None else {"decimal": mapping.decimal.value}
            keys |= {} if mapping.date_order is None else {"date_order": mapping.date_order.value}
            keys |= {"made_of": _list(mapping.made_of)} if mapping.made_of else {}
            keys["also"] = _list((*mapping.also, *more_names))
            values[(entry.name, "columns", column.field)] = f"{{{', '.join(f'{name}: {value}' for name, value in keys.items())}}}"
    return values


def _narrowed(root: Path, entry: Source, folder: Folder, names: Mapping[str, str], proposal: Proposal) -> dict[Spot, str]:
    """The files of an entry by name, where its pattern would also take a new file that is something else."""
    if not isinstance(entry.location, FileLocation):
        return {}
    taken = files_read(root, (entry,))
    own = {
        (root / table.file).resolve()
        for source in proposal.sources
        if names.get(source.name) == entry.name
        for table in source.tables
    }
    strangers = (taken & folder.fresh) - own
    if not strangers:
        return {}
    inside = root.resolve()
    kept = sorted(
        each.relative_to(inside).as_posix() if each.is_relative_to(inside) else each.as_posix()
        for each in (taken | own) - strangers
    )
    return {(entry.name, "files"): _list(kept)}


def _renamed(sources: Sequence[ProposedSource], taken: set[str], known: Mapping[str, str]) -> list[ProposedSource]:
    """The sources under names that none of the present ones has; what they belong to may be a present one."""
    names = dict(known)
    for source in sources:
        free = (source.name, *(f"{source.name}_{count}" for count in range(2, len(taken) + len(sources) + 2)))
        names[source.name] = next(name for name in free if name not in taken | set(names.values()))
    return [
        replace(source, name=names[source.name], belongs_to=names.get(source.belongs_to or "", source.belongs_to))
        for source in sources
    ]


def _is_next_month(
    file: Path, samples: Sequence[Sample], known: Sequence[Source], before: Mapping[str, Sequence[str]], root: Path
) -> bool:
    """Whether a source takes this file already, and it has the headers of the source's other files."""
    owners = _owners(file, known, root)
    marks = _headers_of(samples) if owners else None
    if not marks:
        return False
    for owner in owners:
        others = list(dict.fromkeys(root / name.partition("#")[0] for name in before.get(owner.name, ())))[-_COMPARED:]
        if others and all(_headers_of(_samples_of(each)) != marks for each in others if each.exists()):
            return False
    return True


def _with_new_words(fresh: Mapping[Path, Sequence[Sample]], known: Sequence[Source], workspace: Workspace) -> set[Path]:
    """Files of known kinds in which the status says a word that nothing explains: whether such orders were paid is to be asked."""
    words: dict[Path, set[str]] = {}
    for file, samples in fresh.items():
        for owner in _owners(file, known, workspace.root):
            if "status" in owner.columns and owner.feed in _WITH_STATUS and not owner.paid_statuses:
                said = {word for sample in samples for word in _column(sample, owner.columns["status"].headers)}
                words.setdefault(file, set()).update(said - {word for group in owner.statuses.values() for word in group})
    if not any(words.values()):
        return set()
    with cell_reader(workspace.settings) as reader:
        read = reader.read(set().union(*words.values()))
    return {file for file, said in words.items() if any(read[word].status is None for word in said)}


def _column(sample: Sample, headers: Sequence[str]) -> set[str]:
    """What stands in the column of a sample that has one of these headers."""
    wanted = {lookup_key(each) for each in headers}
    places = [place for place, header in enumerate(sample.headers) if lookup_key(header) in wanted]
    return {cell for row in sample.rows for place in places if (cell := row[place])}


def _owners(file: Path, known: Sequence[Source], root: Path) -> list[Source]:
    """The sources that take a file already."""
    return [
        each
        for each in known
        if isinstance(each.location, FileLocation)
        and file in {found.path.resolve() for found in find_files(each.location.paths, root, each.name)[0]}
    ]


def _samples_of(file: Path) -> tuple[Sample, ...]:
    """The tables of a file; none where it cannot be read."""
    try:
        return tuple(read_samples(file))
    except FenjiError:
        return ()


def _headers_of(samples: Sequence[Sample]) -> frozenset[tuple[tuple[str, ...], object]]:
    """The headers and the layout of every table in a file."""
    return frozenset((tuple(lookup_key(each) for each in sample.headers), sample.shape) for sample in samples)


def _collected(workspace: Workspace) -> dict[str, list[str]]:
    """The files of the last published run by source, by name."""
    path = workspace.settings.database_in(workspace.root)
    database = open_database(path)
    try:
        files = RunRepository(database, Store(workspace.store)).latest_inputs()
    finally:
        database.close()
    found: dict[str, list[str]] = {}
    for each in sorted(files, key=lambda file: file.file):
        found.setdefault(each.source, []).append(each.file)
    return found


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def newest_order(root: Path) -> date | None:
    """The day of the newest order or return in the last published base; None before the first run."""
    with open_session(open_workspace(root)) as session:
        run = session.runs.latest_published(command="run")
        if run is None:
            return None
        days = session.read(run.run_id, clean.ORDER_LINE)["ordered_on"]
        found: date | None = session.engine.fetch(days.max().name("newest").as_table())["newest"][0].as_py()
        return found


def gone_problem(folder: Folder) -> tuple[Problem, ...]:
    """Files that were counted before and are no longer there."""
    if not folder.gone:
        return ()
    text = _(
        "{count} {count:file|files} of the last run {count:is|are} no longer there, and {count:its|their} rows have left: {files}."
    )
    return (Problem(text, {"count": len(folder.gone), "files": ", ".join(folder.gone[:5])}),)
