"""What stands in a workbook? Asked in a process of its own, whose memory and time are bounded: see ``apart``.

It leaves told.json (sheets, merged cells, problems) and one Arrow file per sheet, every cell as text.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fenji.collect.reading.limits import is_sparse
from fenji.collect.reading.markup import Table, is_markup, tables_of
from fenji.collect.reading.workbook_xml import Inside, look_inside
from fenji.errors import FenjiError, InvalidFile, Place, Problem, unknown_name
from fenji.language import message as _

LONG_NUMBER = r"^[0-9]{16,}$"
_NUMBER = r"^[+-]?[0-9]*\.?[0-9]*([eE][+-]?[0-9]+)?$"
_MOST_STARTS = 5
"""Times that a sheet is read again to tell long numbers from long texts."""

try:
    import resource
except ImportError:  # Windows knows no such limits.
    resource = None  # type: ignore[assignment]


class _Stopped(InvalidFile):
    """The library cannot read the file."""


def main(order: dict[str, Any]) -> None:
    """Carries out one order, within its limits."""
    _limit(order["memory"], order["seconds"])
    told: dict[str, Any] = {"names": [], "sheets": [], "problems": [], "is_stopped": False}
    folder = Path(order["folder"])
    try:
        if order["only_names"]:
            told["names"] = _names(Path(order["path"]), order["name"])
        else:
            told["sheets"] = list(_sheets(Path(order["path"]), order["name"], order["wanted"], folder))
    except FenjiError as error:
        told["problems"] = [_said(problem) for problem in error.problems]
        told["is_stopped"] = isinstance(error, _Stopped)
    (folder / "told.json").write_text(json.dumps(told), "utf-8")


def _limit(memory: int, seconds: int) -> None:
    if resource is None:
        return
    for what, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds)):
        try:
            resource.setrlimit(what, (most, most + 1 if most else 0))
        except (ValueError, OSError):
            # A lower limit is set already.
            continue


def _said(problem: Problem) -> dict[str, Any]:
    place = problem.place or Place()
    return {
        "text": problem.text,
        "values": dict(problem.values),
        "file": place.file,
        "row": place.row,
        "advice": problem.advice,
    }


def _names(path: Path, name: str) -> list[str]:
    with path.open("rb") as handle:
        head = handle.read(4096)
    return [table.name for table in tables_of(path, name)] if is_markup(head) else list(_opened(path, name).sheet_names)


def _sheets(path: Path, name: str, wanted: Sequence[str], folder: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as handle:
        head = handle.read(4096)
    found = _of_page(tables_of(path, name), name, wanted) if is_markup(head) else _of_workbook(path, name, wanted)
    for number, (said, columns) in enumerate(found):
        batch = pa.record_batch(columns, names=[f"c{position}" for position in range(len(columns))])
        file = folder / f"{number}.arrow"
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield {**said, "file": str(file)}


def _check(wanted: Sequence[str], present: Sequence[str], name: str) -> None:
    place = Place(name)
    InvalidFile.raise_if([unknown_name(_("sheet"), sheet, present, place=place) for sheet in wanted if sheet not in present])


def _of_page(tables: tuple[Table, ...], name: str, wanted: Sequence[str]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    _check(wanted, [table.name for table in tables], name)
    for table in tables:
        if wanted and table.name not in wanted:
            continue
        width = max(len(row) for row in table.rows)
        columns = [
            pa.array([row[position] if position < len(row) else None for row in table.rows], pa.string())
            for position in range(width)
        ]
        if columns:
            merged = [(each.column, each.first, each.last) for each in table.merged]
            about = {"name": table.name, "merged": merged, "is_1904": False, "numbers_from": {}}
            yield {**about, "is_page": True, "is_sparse": False}, columns


def _of_workbook(path: Path, name: str, wanted: Sequence[str]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    inside = look_inside(path, name)
    workbook = _opened(path, name)
    _check(wanted, workbook.sheet_names, name)
    for sheet in wanted or workbook.sheet_names:
        columns = _columns(workbook, sheet, name, is_named=bool(wanted))
        if columns:
            yield _about(workbook, sheet, inside, columns), columns


def _about(workbook: Any, sheet: str, inside: Inside, columns: list[Any]) -> dict[str, Any]:  # noqa: ANN401 - fastexcel is untyped
    merged = [(each.column, each.first, each.last) for each in inside.merged.get(sheet, [])]
    filled = sum(len(each) - each.null_count for each in columns)
    return {
        "name": sheet,
        "merged": merged,
        "is_1904": inside.is_1904,
        "is_page": False,
        "is_sparse": is_sparse(len(columns), len(columns[0]), filled),
        "numbers_from": _numbers_from(workbook, sheet, columns),
    }


def _opened(path: Path, name: str) -> Any:  # noqa: ANN401 - fastexcel is untyped
    import fastexcel  # noqa: PLC0415 - heavy third-party library

    return _understood(lambda: fastexcel.read_excel(str(path)), lambda detail: _not_opened(path, name, detail))


def _columns(workbook: Any, sheet: str, name: str, *, is_named: bool) -> list[Any]:  # noqa: ANN401 - fastexcel is untyped
    """The columns of a sheet as text; none of an empty or hidden one."""

    def load() -> list[Any]:
        # skip_rows=0 keeps empty rows at the top, so that row numbers are those of the sheet.
        loaded = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        is_wanted = (loaded.visible == "visible" or is_named) and loaded.width
        return list(loaded.to_arrow().columns) if is_wanted else []

    text = _("the sheet is damaged: {detail}")
    advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
    return list(_understood(load, lambda detail: Problem(text, {"detail": detail}, Place(f"{name}#{sheet}"), advice)))


def _understood(reading: Callable[[], Any], problem: Callable[[str], Problem]) -> Any:  # noqa: ANN401 - whatever is read
    """What comes of reading; every failure of the library, its panics included, as an error of the file."""
    try:
        return reading()
    except MemoryError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise _Stopped(problem((str(error).splitlines() or [type(error).__name__])[0][:200])) from error


def _not_opened(path: Path, name: str, detail: str) -> Problem:
    content = path.read_bytes() if path.stat().st_size < (1 << 28) else b""
    encrypted = any(mark.encode("utf-16-le") in content for mark in ("EncryptedPackage", "EncryptionInfo"))
    if encrypted or "password" in detail.lower() or "encrypt" in detail.lower():
        text = _("the workbook is protected by a password.")
        return Problem(text, {}, Place(name), _("Save a copy without password."))
    text = _("this is no workbook, or it is damaged: {detail}")
    advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
    return Problem(text, {"detail": detail}, Place(name), advice)


def _numbers_from(workbook: Any, sheet: str, columns: list[Any]) -> dict[int, int]:  # noqa: ANN401 - fastexcel is untyped
    """By column with long numbers, the position of the first of them from which on every cell is a number, and none a text.

    The reader of workbooks tells numbers from texts column by column only, so the sheet is read again from there.
    """
    starts: dict[int, list[int]] = {}
    for position, column in enumerate(columns):
        if pc.any(pc.match_substring_regex(column, LONG_NUMBER)).as_py():
            start = _first_long(column)
            if start is not None:
                starts.setdefault(start, []).append(position)
    found: dict[int, int] = {}
    for start, positions in sorted(starts.items(), key=lambda each: -len(each[1]))[:_MOST_STARTS]:
        typed = workbook.load_sheet(sheet, header_row=None, skip_rows=start, use_columns=positions, schema_sample_rows=None)
        kinds = typed.to_arrow().schema.types
        numbers = (pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in kinds)
        found.update({position: start for position, is_number in zip(positions, numbers, strict=True) if is_number})
    return found


def _first_long(column: Any) -> int | None:  # noqa: ANN401 - pyarrow is untyped
    """The first long number below the last cell that is plainly text."""
    texts = pc.invert(pc.fill_null(pc.match_substring_regex(column, _NUMBER), fill_value=True))
    last_text = len(column) - 1 - pc.index(texts[::-1], pa.scalar(value=True)).as_py() if pc.any(texts).as_py() else -1
    below = pc.fill_null(pc.match_substring_regex(column.slice(last_text + 1), LONG_NUMBER), fill_value=False)
    first = pc.index(below, pa.scalar(value=True)).as_py()
    return None if first < 0 else last_text + 1 + first


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
