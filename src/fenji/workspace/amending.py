"""How does sources.yaml come to name what is new in a folder?

Where fenji wrote sources.yaml and nobody has changed it since, it is written anew for all files together. Where people have
worked on it, their entries stay: files and sheets of a known kind join the entry, other headers are added to its columns, and what
is new in kind becomes an entry of its own behind theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from fenji.answers.mapping import MapResult
from fenji.collect.asking.questions import fingerprint_of
from fenji.collect.headers import normalise_header
from fenji.collect.proposing import Proposal
from fenji.collect.understanding.proposal import ProposedSource
from fenji.collect.writing.sources_yaml import quoted, render_sources_yaml
from fenji.documents.amending import Spot, with_values
from fenji.domain.sources import FileLocation, Source, StatusClass
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.workspace.folder import SOURCES_FILE
from fenji.workspace.fresh_files import Folder
from fenji.workspace.mapping import FilesInHand
from fenji.workspace.unread_files import files_read


def about_fresh(hand: FilesInHand, proposal: Proposal, folder: Folder) -> Proposal:
    """The proposal with those questions only that new files bring: what people have written about the others is answered."""
    marks = {
        fingerprint_of(table.headers)
        for table in hand.tables
        if any(Path(each.file).resolve() in folder.fresh for each in table.samples)
    }
    asked = tuple(each for each in proposal.questions if not each.is_open or each.id.split(":")[1] in marks)
    return replace(proposal, questions=asked)


def amended_text(root: Path, hand: FilesInHand, mapped: MapResult, known: Sequence[Source], folder: Folder) -> str:
    """The text of sources.yaml, on which people have worked, with what is new; the same text where nothing is.

    Raises:
        Conflict: a new file would have to go into an entry that cannot be changed without them.
    """
    target = root / SOURCES_FILE
    text = target.read_text(encoding="utf-8-sig")
    names, values, new = _placed(root, mapped.proposal.sources, known, folder)
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
    return changed


def _placed(
    root: Path, proposed: Sequence[ProposedSource], known: Sequence[Source], folder: Folder
) -> tuple[dict[str, str], dict[Spot, str], list[ProposedSource]]:
    """Which known entry each proposed source is, what must be changed in these entries, and which sources are new."""
    owners = _TableOwners(root, known, folder)
    names: dict[str, str] = {}
    values: dict[Spot, str] = {}
    new = []
    for source in proposed:
        tables = {_Table((root / each.file).resolve(), each.part) for each in source.tables}
        fresh = {each for each in tables if each.file in folder.fresh - folder.changed or not owners.of(each)}
        entries = [owner for each in tables - fresh for owner in owners.of(each) if owner.feed is source.feed]
        if entries:
            names[source.name] = entries[0].name
            if any(each.file in folder.fresh for each in tables):
                values |= _joined(root, entries[0], source, fresh, folder)
        elif fresh and (source.is_usable or not all(each.file in folder.changed for each in fresh)):
            new.append(source)
    return names, values, new


class _Table(NamedTuple):
    """A file, or a sheet of a workbook."""

    file: Path
    part: str | None


class _TableOwners:
    """Which sources take a table."""

    def __init__(self, root: Path, known: Sequence[Source], folder: Folder) -> None:
        self._known = [(each, files_read(root, (each,), coming=folder.coming)) for each in known]

    def of(self, table: _Table) -> list[Source]:
        """In the order of sources.yaml."""
        return [
            each
            for each, files in self._known
            if table.file in files
            and isinstance(each.location, FileLocation)
            and (not each.location.sheets or table.part is None or table.part in each.location.sheets)
        ]


def _joined(root: Path, entry: Source, source: ProposedSource, fresh: set[_Table], folder: Folder) -> dict[Spot, str]:
    """What an entry needs to read new tables of its kind: files, sheets, headers and words of their status beside those that it has."""
    values: dict[Spot, str] = {}
    if isinstance(entry.location, FileLocation):
        files = {each.file for each in fresh} - files_read(root, (entry,), coming=folder.coming)
        if files:
            more = sorted(each.relative_to(root.resolve()).as_posix() for each in files)
            values[(entry.name, "files")] = _list((*entry.location.paths, *more))
        sheets = sorted({each.part for each in fresh if each.part} - set(entry.location.sheets))
        if sheets and entry.location.sheets:
            values[(entry.name, "sheets")] = _list((*entry.location.sheets, *sheets))
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
            keys |= {"optional": "true"} if mapping.optional else {}
            values[(entry.name, "columns", column.field)] = f"{{{', '.join(f'{name}: {value}' for name, value in keys.items())}}}"
    return values


def _narrowed(root: Path, entry: Source, folder: Folder, names: Mapping[str, str], proposal: Proposal) -> dict[Spot, str]:
    """The files of an entry by name, where its pattern would also take a new file that is something else."""
    if not isinstance(entry.location, FileLocation):
        return {}
    taken = files_read(root, (entry,), coming=folder.coming)
    own = {
        (root / table.file).resolve()
        for source in proposal.sources
        if names.get(source.name) == entry.name
        for table in source.tables
    }
    strangers = (taken & folder.fresh) - folder.changed - own
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


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"
