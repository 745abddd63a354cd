"""Where in a file do the columns stand that a source maps? Headers are compared after normalisation; a missing one gets the nearest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fenji.collect.headers import normalise_header
from fenji.collect.reading.samples import Part, Sample
from fenji.domain.feeds import FEEDS
from fenji.domain.sources import FileLocation, Format, Source
from fenji.errors import Place, Problem, unknown_name
from fenji.language import message as _


@dataclass(frozen=True)
class Match:
    """Positions of the wanted columns in one file or sheet."""

    fields: dict[str, int]
    part: int | None = None
    problems: tuple[Problem, ...] = field(default=())
    absent: tuple[str, ...] = ()
    """Optional fields whose column is not there."""


def wanted_headers(source: Source) -> tuple[tuple[str, ...], ...]:
    """The columns that a source needs, the part column included, each with the headers of which one must be there."""
    mapped = [mapping.headers for mapping in source.columns.values() if mapping.headers]
    part = source.location.part_column if isinstance(source.location, FileLocation) else None
    return tuple(dict.fromkeys([*mapped, *([(part,)] if part else [])]))


def match(headers: Sequence[str], source: Source, place: Place) -> Match:
    """Where each wanted column stands; every missing one is a problem with the nearest header."""
    known = {normalise_header(header): position for position, header in reversed(list(enumerate(headers)))}
    exact = {header: position for position, header in reversed(list(enumerate(headers)))}
    found = {names: _position(names, exact, known) for names in wanted_headers(source)}
    fields = {name: found[mapping.headers] for name, mapping in source.columns.items() if mapping.headers}
    part_column = source.location.part_column if isinstance(source.location, FileLocation) else None
    optional = {mapping.headers for mapping in source.columns.values() if mapping.optional}
    problems = tuple(
        unknown_name(_("column"), names[0], [header for header in headers if header], place=place)
        for names, position in found.items()
        if position is None and names not in optional
    )
    absent = tuple(name for name, at in fields.items() if at is None and source.columns[name].optional)
    return Match({name: at for name, at in fields.items() if at is not None}, found.get((part_column or "",)), problems, absent)


def _position(names: Sequence[str], exact: Mapping[str, int], known: Mapping[str, int]) -> int | None:
    """Where the first of the names stands, as it is written or else after normalisation."""
    places = (exact.get(name, known.get(normalise_header(name))) for name in names)
    return next((place for place in places if place is not None), None)


def choose_parts(parts: Sequence[Part], source: Source) -> tuple[list[tuple[Part, Match]], list[Problem]]:
    """The parts of a file that hold what the source maps.

    Of a workbook whose sheets are not named by the source, sheets that are about something else are passed over: those that lack
    a column which a required field comes from. A sheet that has all these and lacks another column is a problem.
    """
    pairs = [(part, match(part.sample.headers, source, _place(part.sample))) for part in parts]
    is_open = isinstance(source.location, FileLocation) and not source.location.sheets
    if parts and parts[0].sample.format is Format.EXCEL and is_open:
        fitting = [pair for pair in pairs if _has_required(pair[1], source)]
        # Where no sheet fits, the one that comes nearest says what is missing.
        pairs = fitting or [max(pairs, key=lambda pair: len(pair[1].fields))]
    return pairs, [problem for _part, found in pairs for problem in found.problems]


def _has_required(found: Match, source: Source) -> bool:
    required = {each.name for each in FEEDS[source.feed] if each.required}
    needed = [name for name, mapping in source.columns.items() if mapping.headers and name in required]
    return bool(found.fields) and all(name in found.fields for name in needed)


def _place(sample: Sample) -> Place:
    file = sample.file if sample.part is None else f"{sample.file}#{sample.part}"
    return Place(file, sample.header_row or None)
