"""What would sources.yaml say for these files? A proposal made from samples: ``fenji map`` shows it, a person decides.

Tables with the same headers become one source; what its rows are and which column fills which field comes from headers and cells.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from fenji.collect import findings
from fenji.collect.asking.deciding import decide
from fenji.collect.asking.questions import Question
from fenji.collect.asking.refusals import refusals_of
from fenji.collect.findings import Finding
from fenji.collect.headers import Confidence, normalise_header
from fenji.collect.ports import CellReader
from fenji.collect.reading.samples import Sample
from fenji.collect.remarks import Remark
from fenji.collect.understanding.balances import totals_of
from fenji.collect.understanding.columns import Choice
from fenji.collect.understanding.dates import settle_dates
from fenji.collect.understanding.decimals import settle_decimals
from fenji.collect.understanding.details import (
    currency_of,
    default_kind,
    drop_candidates,
    flag_of_void,
    needs_paid_at,
    part_column,
    return_pattern,
    score_scale,
    statuses_seen,
)
from fenji.collect.understanding.feeds import guess_feed
from fenji.collect.understanding.gaps import blocking_gaps, warnings_of, why_unknown
from fenji.collect.understanding.joining import Understood, join
from fenji.collect.understanding.measuring import currency_of_all
from fenji.collect.understanding.opinions import opinions_of
from fenji.collect.understanding.platforms import Platform, platform_of
from fenji.collect.understanding.proposal import FoundTable, ProposedColumn, ProposedDrop, ProposedSource
from fenji.collect.understanding.table import SampledTable, sampled_tables
from fenji.domain.feeds import Feed
from fenji.domain.sources import TotalsPeriod
from fenji.language import message as _

_CORE = frozenset(
    {"order_id", "customer_id", "phone", "email", "ordered_at", "line_amount", "order_amount", "unit_price", "quantity", "status"}
)
"""Fields that two exports of one system must share to be one source."""

SHORTEST_PREFIX = 3
"""Letters that several file names must share before a glob is made of them."""
_MOST_STATUSES = 12


@dataclass(frozen=True)
class Proposal:
    """Everything that ``fenji map`` proposes for the files it was given."""

    sources: tuple[ProposedSource, ...]
    questions: tuple[Question, ...] = ()
    """What the files leave open, with what was answered."""
    currency: str | None = None
    """The currency that the money of the files names most often; None where it names none."""

    @property
    def refusals(self) -> tuple[Question, ...]:
        """Why files are not used, and what to do about each."""
        return refusals_of(self.sources)


def look_through(samples: Sequence[Sample], reader: CellReader) -> list[SampledTable]:
    """The tables of sampled files, every cell read once; what ``propose`` starts from.

    Args:
        samples: the heads of files and sheets, as ``sniffing.read_samples`` gives them.
        reader: reads cells as a run will read them.
    """
    return settle_dates(settle_decimals(sampled_tables(samples, reader)))


def propose(tables: Sequence[SampledTable], *, answers: Mapping[str, str] | None = None, root: Path | None = None) -> Proposal:
    """Proposes the sources for sampled files.

    Args:
        tables: from ``look_through``.
        answers: what people have answered, by the id of the question.
        root: the workspace; paths inside it are written relative to it. None leaves paths as they came.

    Returns:
        One source per kind of table, in the order of the first file of each, and beside a list of customers one for the totals that
        it states. Every sample belongs to one source that says what its rows are.
    """
    understood, questions = decide(_with_siblings(join([_understood(table) for table in tables])), answers or {})
    returned = {each.parent for each in understood if each.feed is Feed.RETURN and not each.blocking}
    sources = [_propose_one(each, has_returns=place in returned) for place, each in enumerate(understood)]
    parents = [each.parent for each in understood]
    merged, places = _merge_alike(sources, understood)
    named = _with_names(merged)
    of_whom = {places[place]: named[places[parent]].name for place, parent in enumerate(parents) if parent is not None}
    linked = [replace(source, belongs_to=of_whom.get(position)) for position, source in enumerate(named)]
    return Proposal(
        tuple(_with_locations(source, linked, root) for source in linked), tuple(questions), currency_of_all(understood)
    )


def _understood(table: SampledTable) -> Understood:
    if all(sample.looks_like_summary for sample in table.samples):
        return Understood(table, None, blocking=(findings.SUMS_OF_ANOTHER_SHEET(),))
    guess = guess_feed(table, platform_of(table.headers))
    choice = guess.choice if guess.choice is None else opinions_of(table, guess.choice)[0]
    return _with_flag(Understood(table, choice, alternative=guess.alternative))


def _with_flag(each: Understood) -> Understood:
    """Takes a yes or no under Cancelled or Paid for the status, where there is no other."""
    flag = flag_of_void(each.table, each.choice) if each.choice else None
    if each.choice is None or flag is None:
        return each
    header, statuses = flag
    column = ProposedColumn("status", Confidence.LIKELY, Remark(_("says with yes or no whether the order counts")), column=header)
    columns = (*(other for other in each.choice.columns if other.column != header), column)
    return replace(each, choice=replace(each.choice, columns=columns), statuses=statuses)


def _propose_one(each: Understood, *, has_returns: bool = False) -> ProposedSource:
    """The source of tables with the same headers, without its paths yet.

    Args:
        each: the tables.
        has_returns: whether another table lists what came back of these orders.
    """
    table, choice = each.table, each.choice
    platform = platform_of(table.headers)
    found = tuple(_found(sample) for sample in table.samples)
    if choice is None:
        return ProposedSource(
            _slug(table.samples[0], "unknown"),
            None,
            (),
            found,
            blocking=each.blocking or why_unknown(table),
            unused=table.headers,
        )
    kind, returns = (
        default_kind(table, choice),
        (platform.return_order_pattern if platform else None) or return_pattern(table, choice),
    )
    part = part_column(table)
    used = {column.column for column in choice.columns} | {part}
    is_child = each.parent is not None
    drops = drop_candidates(table, choice)
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
        drop=drops,
        needs_paid_at=needs_paid_at(table, choice),
        statuses=each.statuses,
        period=each.period or (TotalsPeriod.LIFETIME if choice.feed is Feed.BALANCE else None),
        shape=table.samples[0].shape,
        blocking=(*each.blocking, *_blocking(platform, choice, kind, is_child=is_child)),
        warnings=(
            *each.warnings,
            *_about_applied(drops),
            *warnings_of(table, choice, has_returns=has_returns or returns is not None, is_child=is_child),
        ),
        notes=(
            *table.samples[0].repairs,
            *each.notes,
            *(platform.notes if platform else ()),
            *choice.notes,
            *_about_statuses(table, choice),
        ),
        unused=tuple(header for header in table.headers if header not in used),
    )


def _with_siblings(understood: Sequence[Understood]) -> list[Understood]:
    """The tables, and behind them once more each list of customers that also says what they have spent, and each further opinion."""
    found: list[Understood] = []
    for each in understood:
        if each.choice is not None:
            found += [Understood(each.table, other) for other in opinions_of(each.table, each.choice)[1:]]
        totals = totals_of(each.table, each.choice) if each.choice else None
        if totals is not None:
            found.append(Understood(each.table, totals.choice, period=totals.period))
    return [*understood, *found]


def _blocking(platform: Platform | None, choice: Choice, kind: str | None, *, is_child: bool) -> tuple[Finding, ...]:
    gaps = blocking_gaps(choice, kind, is_child=is_child)
    return (*platform.blocking, *gaps) if platform and gaps else gaps


def _about_applied(drops: Sequence[ProposedDrop]) -> tuple[Finding, ...]:
    return tuple(findings.ROWS_LEFT_OUT(values=" / ".join(each.seen)) for each in drops if each.is_applied)


def _about_statuses(table: SampledTable, choice: Choice) -> tuple[Finding, ...]:
    seen = statuses_seen(table, choice)[:_MOST_STATUSES]
    if choice.feed is not Feed.CONTRACT and all(table.readings[word].status is not None for word in seen):
        return ()
    told = findings.CONTRACT_STATUSES_SEEN if choice.feed is Feed.CONTRACT else findings.STATUSES_SEEN
    return (told(statuses=" / ".join(seen)),) if seen else ()


def _found(sample: Sample) -> FoundTable:
    return FoundTable(
        sample.file,
        sample.part,
        sample.format.value,
        sample.encoding,
        sample.delimiter,
        sample.header_row,
        len(sample.rows),
        sample,
    )


def _slug(sample: Sample, otherwise: str) -> str:
    """A name for the source from its file's: letters and words without dates and counters."""
    words = re.sub(r"[^a-z]+", "_", PurePath(sample.file).stem.casefold()).strip("_")
    return words if len(words) >= SHORTEST_PREFIX else otherwise


def _merge_alike(sources: Sequence[ProposedSource], understood: Sequence[Understood]) -> tuple[list[ProposedSource], list[int]]:
    """Joins sources of one kind, and says where each of the given ones went.

    Exports of one system that differ only in columns nobody uses are one source, and so are last year's workbook and this
    year's with other headers: their orders may overlap, and only within a source the same order counts once. A list of orders
    that stand in another file already and cannot be read like it is left out.
    """
    merged: list[ProposedSource] = []
    places: list[int] = []
    for source, each in zip(sources, understood, strict=True):
        twin = None if each.overlaps is None else places[each.overlaps]
        place = next(
            (place for place, first in enumerate(merged) if _are_alike(first, source, is_twin=place == twin)), len(merged)
        )
        if place < len(merged):
            merged[place] = _join(merged[place], source)
        elif each.overlaps is not None:
            merged.append(
                replace(source, blocking=(*source.blocking, findings.ORDERS_LISTED_TWICE(file=understood[each.overlaps].name)))
            )
        else:
            merged.append(source)
        places.append(place)
    return merged, places


def _are_alike(first: ProposedSource, second: ProposedSource, *, is_twin: bool) -> bool:
    if first.feed is None or first.feed is not second.feed or _manner(first) != _manner(second):
        return False
    if {(table.file, table.part) for table in first.tables} & {(table.file, table.part) for table in second.tables}:
        # Two opinions of one questionnaire.
        return False
    one, other = ({each.field: each for each in source.columns} for source in (first, second))
    if one.keys() == other.keys() and all(_dress(one[name]) == _dress(other[name]) for name in one):
        same = all(normalise_header(one[name].column or "") == normalise_header(other[name].column or "") for name in one)
        return same or is_twin or _are_named_alike(first, second)
    if (first.needs_paid_at or second.needs_paid_at) and ("paid_at" in one) != ("paid_at" in other):
        # Where an empty time of payment means unpaid, a file without that column would have no paid order.
        return False
    core = [name for name in one.keys() | other.keys() if name in _CORE]
    return (
        first.feed is Feed.ORDER_LINE
        and all(name in one and name in other and _dress(one[name]) == _dress(other[name]) for name in core)
        and (is_twin or _are_named_alike(first, second))
    )


def _manner(source: ProposedSource) -> tuple[object, ...]:
    return (
        source.part_column,
        source.return_order_pattern,
        source.score_scale,
        source.default_kind,
        source.currency,
        source.shape,
    )


def _dress(column: ProposedColumn) -> tuple[object, ...]:
    return (column.constant, column.unit, column.decimal, column.date_order, column.made_of)


def _are_named_alike(first: ProposedSource, second: ProposedSource) -> bool:
    """Whether the files of two sources are called alike apart from dates and numbers: 销售2025下.xlsx and 销售2026上.xlsx."""
    names = [{_without_dates(table) for table in source.tables} for source in (first, second)]
    return bool(names[0] & names[1]) and "" not in names[0] & names[1]


def _without_dates(table: FoundTable) -> str:
    stem = PurePath(table.file).stem if table.part is None else f"{PurePath(table.file).stem} {table.part}"
    return re.sub(
        r"[\d\s年月日季度上下半第期至到_.()（）-]|q[1-4]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", "", stem.casefold()
    )


def _join(first: ProposedSource, second: ProposedSource) -> ProposedSource:
    other = {each.field: each for each in second.columns}
    known = {each.field for each in first.columns}
    return replace(
        first,
        columns=(
            *(_also(each, other.get(each.field)) for each in first.columns),
            *(replace(each, optional=each.column is not None) for each in second.columns if each.field not in known),
        ),
        tables=(*first.tables, *second.tables),
        needs_paid_at=first.needs_paid_at or second.needs_paid_at,
        statuses={
            kind: tuple(dict.fromkeys((*first.statuses.get(kind, ()), *second.statuses.get(kind, ()))))
            for kind in (*first.statuses, *second.statuses)
        },
        drop=(*first.drop, *(drop for drop in second.drop if drop.rule not in {each.rule for each in first.drop})),
        warnings=_union(first.warnings, second.warnings),
        notes=_union(first.notes, second.notes),
        unused=tuple(dict.fromkeys((*first.unused, *second.unused))),
    )


def _also(column: ProposedColumn, other: ProposedColumn | None) -> ProposedColumn:
    """The column with the header that another file of its source gives it; optional where that file has none."""
    if other is None:
        return replace(column, optional=column.column is not None)
    column = replace(column, optional=column.optional or other.optional)
    if not other.column or normalise_header(other.column) == normalise_header(column.column or ""):
        return column
    return replace(column, also=tuple(dict.fromkeys((*column.also, other.column))))


def _union(first: Sequence[Finding], second: Sequence[Finding]) -> tuple[Finding, ...]:
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
