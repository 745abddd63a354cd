"""Which files does a source mean? Single files, folders and globs, relative to the workspace, each found once."""

from __future__ import annotations

import errno
import glob
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from fenji.domain.sources import Format
from fenji.errors import FenjiError, InvalidFile, Place, Problem, Unavailable
from fenji.language import message as _

FORMATS: dict[str, Format] = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".xlsx": Format.EXCEL,
    ".xlsm": Format.EXCEL,
    ".xlsb": Format.EXCEL,
    ".xls": Format.EXCEL,
    ".ods": Format.EXCEL,
    ".et": Format.EXCEL,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".json": Format.JSON_LINES,
}
"""What a file's ending promises; in a folder only files with one of these (also with .gz behind) are taken."""


_SHOWN = 200


@dataclass(frozen=True)
class FoundFile:
    """One file of a source."""

    path: Path
    name: str
    """As the raw tables say it: relative to the workspace with forward slashes where inside it, else absolute."""


def find_files(
    patterns: tuple[str, ...], root: Path, source: str, *, coming: Collection[Path] = ()
) -> tuple[tuple[FoundFile, ...], list[Problem]]:
    """The files of a source in a fixed order, and a problem for each pattern that leads to none.

    Args:
        patterns: files, folders or globs.
        root: the workspace.
        source: what problems call the source.
        coming: places where files are about to stand; they are found as if they stood there.
    """
    found: dict[Path, FoundFile] = {}
    problems: list[Problem] = []
    for pattern in patterns:
        try:
            present = [*_paths(pattern, root), *(each for each in coming if _matches(each, pattern, root))]
            paths = [path for path in present if (path in coming or path.is_file()) and not path.name.startswith((".", "~$"))]
        except OSError as error:
            # Such as a name that is too long.
            problems.extend(system_error(error, pattern[:_SHOWN]).problems)
            continue
        special = [path for path in present if path not in paths and not path.is_file() and not path.is_dir()]
        if not paths:
            problems.append(_no_file(special[0], root) if special else _nothing(pattern, root, source))
        for path in paths:
            real = path.resolve()
            found.setdefault(real, FoundFile(path, _shown(path, root)))
    return tuple(sorted(found.values(), key=lambda file: file.name)), problems


def system_error(error: OSError, name: str) -> FenjiError:
    """What the operating system refused, in our words: a file that cannot be opened, or a disk that is full."""
    detail = error.strerror or type(error).__name__
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        advice = _("Free some disk space, or give `scratch` and `store` a larger disk in fenji.toml, then run again.")
        return Unavailable.of(_("the disk is full: {detail}."), place=Place(name), advice=advice, detail=detail)
    return InvalidFile.of(_("the file cannot be opened: {detail}."), place=Place(name), detail=detail)


def promised_format(path: Path) -> Format | None:
    """The format that a file's ending promises."""
    name = path.name.lower().removesuffix(".gz")
    return FORMATS.get(Path(name).suffix)


def _paths(pattern: str, root: Path) -> Iterator[Path]:
    place = root / Path(pattern).expanduser()
    if place.is_dir():
        yield from (path for path in sorted(place.rglob("*")) if promised_format(path) and not _is_hidden(path, place))
    elif place.exists():
        yield place
    else:
        yield from (Path(path) for path in sorted(glob.glob(_pattern(place), recursive=True)))  # noqa: PTH207 - absolute patterns too


def _matches(file: Path, pattern: str, root: Path) -> bool:
    """Whether a pattern would lead to a file that stood in its place."""
    place = root / Path(pattern).expanduser()
    if file == place:
        return True
    if place.is_file():
        return False
    if file.is_relative_to(place):
        return promised_format(file) is not None and not _is_hidden(file, place)
    return _meets(file.parts, Path(_pattern(place)).parts)


def _meets(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path meets a pattern, each in its parts, as ``glob.glob(..., recursive=True)`` finds files."""
    if not pattern or not parts:
        return not pattern and not parts
    may_be_taken = not parts[0].startswith(".") or pattern[0].startswith((".", "[.]"))
    if pattern[0] == "**":
        return _meets(parts, pattern[1:]) or (may_be_taken and _meets(parts[1:], pattern))
    return may_be_taken and fnmatchcase(parts[0], pattern[0]) and _meets(parts[1:], pattern[1:])


def _pattern(place: Path) -> str:
    """The pattern of a path whose folders may be called like one: as far as it leads to what is there, it is meant as it is."""
    there = next(parent for parent in place.parents if parent.exists())
    return str(Path(glob.escape(str(there))) / place.relative_to(there))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _shown(path: Path, root: Path) -> str:
    absolute = path.absolute()
    try:
        return absolute.relative_to(root.absolute()).as_posix()
    except ValueError:
        return absolute.as_posix()


def _no_file(path: Path, root: Path) -> Problem:
    text = _("this is no ordinary file but a pipe, a device or a link that leads nowhere.")
    return Problem(text, {}, Place(_shown(path, root)))


def _nothing(pattern: str, root: Path, source: str) -> Problem:
    place = root / Path(pattern).expanduser()
    values = {"source": source, "pattern": pattern, "folder": str(root)}
    if place.is_dir():
        endings = ", ".join(FORMATS)
        advice = _("Files that end in one of these are taken: {endings}.")
        return Problem(
            _("source '{source}': the folder {pattern} holds no data file."), {**values, "endings": endings}, advice=advice
        )
    advice = _("Paths are relative to {folder}.")
    return Problem(_("source '{source}': no file matches {pattern}."), values, advice=advice)
