"""What would sources.yaml say for these files? A proposal made from samples: ``fenji map`` shows it, a person decides.

Tables with the same headers become one source; what its rows are and which column fills which field comes from headers and cells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from fenji.collect.headers import normalise_header
from fenji.collect.reading.samples import Sample
from fenji.collect.remarks import Remark
from fenji.collect.understanding.columns import Choice
from fenji.collect.understanding.details import (
    currency_of,
    default_kind,
    drop_candidates,
    part_column,
    return_pattern,
    score_scale,
    statuses_seen,
)
from fenji.collect.understanding.feeds import guess_feed
from fenji.collect.understanding.gaps import blocking_gaps, warnings_of
from fenji.collect.understanding.platforms import Platform, platform_of
from fenji.collect.understanding.proposal import FoundTable, Proposal, ProposedSource
from fenji.collect.understanding.table import SampledTable
from fenji.domain.feeds import Feed
from fenji.language import message as _

SHORTEST_PREFIX = 3
"""Letters that several file names must share before a glob is made of them."""
_MOST_STATUSES = 12


def propose(samples: Sequence[Sample], *, root: Path | None = None) -> Proposal:
    """Proposes the sources for sampled files.

    Args:
        samples: the heads of files and sheets, as ``sniffing.read_samples`` gives them.
        root: the workspace; paths inside it are written relative to it. None leaves paths as they came.

    Returns:
        One source per kind of table, in the order of the first file of each. Every sample belongs to exactly one source.
    """
    groups: dict[frozenset[str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(frozenset(normalise_header(header) for header in sample.headers), []).append(sample)
    sources = _merge_alike([_propose_one(SampledTable.of(group)) for group in groups.values()])
    named = _with_names(sources)
    return Proposal(tuple(_with_locations(source, sources, root) for source in named))


def _propose_one(table: SampledTable) -> ProposedSource:
    """The source of tables with the same headers, without its paths yet."""
    platform = platform_of(table.headers)
    choice = guess_feed(table, platform)
    found = tuple(_found(sample) for sample in table.samples)
    if choice is None:
        text = _("We cannot tell what these rows are. Write the feed, and the columns that it needs.")
        return ProposedSource(_slug(table.samples[0], "unknown"), None, (), found, blocking=(Remark(text),), unused=table.headers)
    kind, returns = (
        default_kind(table, choice),
        (platform.return_order_pattern if platform else None) or return_pattern(table, choice),
    )
    part = part_column(table)
    used = {column.column for column in choice.columns} | {part}
    return ProposedSource(
        name=platform.slug if platform else _slug(table.samples[0], choice.feed.value),
        feed=choice.feed,
        paths=(),
        tables=found,
        columns=choice.columns,
        part_column=part,
        platform=platform.name if platform else None,
        currency=currency_of(table, choice),
        score_scale=score_scale(table, choice),
        default_kind=kind,
        return_order_pattern=returns,
        drop=drop_candidates(table, choice),
        blocking=_blocking(platform, choice, kind),
        warnings=warnings_of(table, choice, return_pattern=returns),
        notes=(*(platform.notes if platform else ()), *choice.notes, *_about_statuses(table, choice)),
        unused=tuple(header for header in table.headers if header not in used),
    )


def _blocking(platform: Platform | None, choice: Choice, kind: str | None) -> tuple[Remark, ...]:
    gaps = blocking_gaps(choice, kind)
    return (*platform.blocking, *gaps) if platform and gaps else gaps


def _about_statuses(table: SampledTable, choice: Choice) -> tuple[Remark, ...]:
    seen = statuses_seen(table, choice)[:_MOST_STATUSES]
    text = (
        _("Statuses in the sample: {statuses}. Drafts and void ones are left out by their words, and ended ones without a day.")
        if choice.feed is Feed.CONTRACT
        else _(
            "Statuses in the sample: {statuses}. Unpaid and cancelled ones are left out by their words; paid_statuses overrules that."
        )
    )
    return (Remark(text, {"statuses": " / ".join(seen)}),) if seen else ()


def _found(sample: Sample) -> FoundTable:
    return FoundTable(
        sample.file, sample.part, sample.format.value, sample.encoding, sample.delimiter, sample.header_row, len(sample.rows)
    )


def _slug(sample: Sample, otherwise: str) -> str:
    """A name for the source from its file's: letters and words without dates and counters."""
    words = re.sub(r"[^a-z]+", "_", PurePath(sample.file).stem.casefold()).strip("_")
    return words if len(words) >= SHORTEST_PREFIX else otherwise


def _merge_alike(sources: Sequence[ProposedSource]) -> list[ProposedSource]:
    """Joins sources whose columns are mapped alike: exports of one system that differ only in columns nobody uses."""
    merged: dict[object, ProposedSource] = {}
    for source in sources:
        key: object = id(source)
        if source.feed:
            columns = tuple(
                (each.field, normalise_header(each.column or ""), each.constant, each.unit) for each in source.columns
            )
            key = (
                source.feed,
                columns,
                source.part_column,
                source.return_order_pattern,
                source.score_scale,
                source.default_kind,
                source.currency,
            )
        first = merged.get(key)
        merged[key] = _join(first, source) if first else source
    return list(merged.values())


def _join(first: ProposedSource, second: ProposedSource) -> ProposedSource:
    return replace(
        first,
        tables=(*first.tables, *second.tables),
        drop=(*first.drop, *(drop for drop in second.drop if drop.rule not in {each.rule for each in first.drop})),
        warnings=_union(first.warnings, second.warnings),
        notes=_union(first.notes, second.notes),
        unused=tuple(dict.fromkeys((*first.unused, *second.unused))),
    )


def _union(first: Sequence[Remark], second: Sequence[Remark]) -> tuple[Remark, ...]:
    return (*first, *(remark for remark in second if remark not in first))


def _with_names(sources: Sequence[ProposedSource]) -> list[ProposedSource]:
    """Gives every source a name of its own."""
    taken: set[str] = set()
    named = []
    for source in sources:
        wanted = source.name or "unknown"
        name = next(
            name for name in (wanted, *(f"{wanted}_{count}" for count in range(2, len(sources) + 2))) if name not in taken
        )
        taken.add(name)
        named.append(replace(source, name=name))
    return named


def _with_locations(source: ProposedSource, sources: Sequence[ProposedSource], root: Path | None) -> ProposedSource:
    """The paths of a source: one file, a glob that takes its files and no others, or the list of them."""
    mine = tuple(dict.fromkeys(table.file for table in source.tables))
    others = {table.file for each in sources for table in each.tables} - set(mine)
    shares_a_workbook = any(
        table.file in mine and all(table is not own for own in source.tables) for each in sources for table in each.tables
    )
    parts = tuple(dict.fromkeys(table.part for table in source.tables if table.part))
    short = _shortener(root)
    return replace(
        source,
        paths=tuple(short(path) for path in _globbed(mine, others)),
        sheets=parts if shares_a_workbook else (),
        tables=tuple(replace(table, file=short(table.file)) for table in source.tables),
    )


def _globbed(mine: tuple[str, ...], others: set[str]) -> tuple[str, ...]:
    paths = [PurePath(path) for path in mine]
    folders, suffixes = {path.parent for path in paths}, {path.suffix for path in paths}
    if len(paths) == 1 or len(folders) > 1 or len(suffixes) > 1:
        return mine
    folder, suffix = folders.pop(), suffixes.pop()
    prefix = re.sub(r"\d+$", "", os.path.commonprefix([path.stem for path in paths]))  # noqa: RUF071 - letters are meant
    for pattern in (f"*{suffix}", f"{prefix}*{suffix}" if len(prefix) >= SHORTEST_PREFIX else ""):
        # Tomorrow's file should match too, but no file of another kind that is there today.
        present = {str(path) for path in Path(folder).glob(pattern)} if pattern else {""}
        if (
            pattern
            and present <= set(map(str, paths))
            and not any(PurePath(each).parent == folder and PurePath(each).match(pattern) for each in others)
        ):
            return (str(folder / pattern),)
    return mine


def _shortener(root: Path | None) -> Callable[[str], str]:
    def short(path: str) -> str:
        if root is None:
            return PurePath(path).as_posix()
        for base, whole in ((root.absolute(), Path(path).absolute()), (root.resolve(), Path(path).resolve())):
            if whole.is_relative_to(base):
                return whole.relative_to(base).as_posix()
        return Path(path).absolute().as_posix()

    return short
