"""Which data files lie beside those of the sources, and which sheets of their workbooks, that no source reads?"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from fenji.collect.files import find_files, promised_format
from fenji.collect.reading.sheets import tables_of_workbook
from fenji.domain.sources import FileLocation, Source
from fenji.errors import FenjiError

DATA_FOLDER = "data"
"""Where people put files that are to be read."""
MOST_FILES = 10_000
"""Files looked at in one folder: beyond it nobody reads a list."""
_HEAD_BYTES = 8192
_PLAIN_TEXT = ".txt"
_DELIMITERS = "\t,;|，"
_LEAST_LINES = 2
_OUR_ANSWER = re.compile(r'\ufeff?\s*\{\s*(?:"run_id"\s*:\s*(?:null|"[0-9]{8}T)|"error"\s*:\s*\{\s*"code")')
"""How answers of our commands begin; records of a shop begin with a field of theirs."""


def unread_files(root: Path, sources: Sequence[Source], *, store: Path) -> tuple[str, ...]:
    """The data files in the folders of the sources' files and in ``data`` that no source reads, by name.

    Hidden files and what fenji has stored are passed over, and so is plain text that is no table, such as a README.

    Args:
        root: the workspace.
        sources: the entries of sources.yaml.
        store: where runs write.
    """
    known = files_read(root, sources)
    beside = [each for folder in sorted({each.parent for each in known}) for each in _files(folder, "*")]
    within = _files((root / DATA_FOLDER).resolve(), "**/*")
    found = dict.fromkeys([*beside, *within])
    return tuple(
        sorted(
            _shown(each, root)
            for each in found
            if each not in known and not each.is_relative_to(store.resolve()) and _is_data(each)
        )
    )


def unread_sheets(root: Path, read: Iterable[str]) -> tuple[str, ...]:
    """The sheets of workbooks that hold a table and that no source reads, as ``file#sheet``.

    Args:
        root: the workspace.
        read: the files of a run as its raw tables name them, sheets of workbooks as ``file#sheet``.
    """
    sheets: dict[str, set[str]] = {}
    for each in read:
        file, mark, sheet = each.partition("#")
        if mark:
            sheets.setdefault(file, set()).add(sheet)
    return tuple(
        f"{file}#{sheet}" for file in sorted(sheets) for sheet in _tables(root / file, file) if sheet not in sheets[file]
    )


def data_files(root: Path, *, store: Path) -> tuple[Path, ...]:
    """Every data file of a folder and the folders below it, by name; what fenji has stored is passed over."""
    kept_out = store.resolve()
    return tuple(sorted(each for each in _files(root.resolve(), "**/*") if not each.is_relative_to(kept_out) and _is_data(each)))


def files_read(root: Path, sources: Sequence[Source], *, coming: Collection[Path] = ()) -> frozenset[Path]:
    """The files that sources mean now, and those that are about to stand where they look."""
    return frozenset(
        file.path.resolve()
        for source in sources
        if isinstance(source.location, FileLocation)
        for file in find_files(source.location.paths, root, source.name, coming=coming)[0]
    )


def _tables(path: Path, name: str) -> tuple[str, ...]:
    try:
        with tempfile.TemporaryDirectory(prefix="fenji-") as scratch:
            return tables_of_workbook(path, name, Path(scratch))
    except (FenjiError, OSError):
        # A workbook that cannot be opened any more has been told by whoever reads it.
        return ()


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    paths = islice(folder.glob(pattern), MOST_FILES)
    visible = (each for each in paths if not any(part.startswith((".", "~$")) for part in each.relative_to(folder).parts))
    return (each.resolve() for each in visible if each.is_file())


def _is_data(path: Path) -> bool:
    if promised_format(path) is None or _is_our_answer(path):
        return False
    return path.suffix.lower() != _PLAIN_TEXT or _is_table(path)


def _is_our_answer(path: Path) -> bool:
    """Whether the file keeps what one of our own commands has answered with --json."""
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return False
    return bool(_OUR_ANSWER.match(head))


def _is_table(path: Path) -> bool:
    """Whether the first lines of a text are cut into as many cells each."""
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD_BYTES)
    except OSError:
        return False
    # Texts of two bytes a sign have a zero beside every delimiter; what the other signs mean does not matter here.
    lines = [each for each in re.split(r"[\r\n]+", head.replace(b"\0", b"").decode("utf-8", "replace")) if each.strip()][:5]
    counts = [[line.count(sign) for line in lines] for sign in _DELIMITERS]
    return len(lines) >= _LEAST_LINES and any(min(each) and len(set(each)) == 1 for each in counts)


def _shown(path: Path, root: Path) -> str:
    folder = root.resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
