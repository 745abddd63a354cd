"""With which balances does a company begin? What its old system says, each row a lot with its own last day; read again, nothing comes twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fenji.answers.loyalty.points import PointsImported
from fenji.documents.reader import text_of
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.domain.written_days import days_written
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidFile, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.id_spaces import id_spaces
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import OpeningLot, Points

NEEDED = ("source", "customer_id", "points")
COLUMNS = (*NEEDED, "earned_on", "expires_on", "qualifying")
MOST_PROBLEMS = 200
"""Rows whose problems are told at once."""
CHUNK = 1_000


@dataclass(frozen=True)
class _Row:
    number: int
    source: str
    customer_id: str
    points: int
    earned_on: date | None
    expires_on: date | None
    qualifying: int


def import_balances(root: Path, file: Path, *, program: str | None = None, principal: Principal | None = None) -> PointsImported:
    """Brings in the lots of a CSV file with the columns source, customer_id, points and, where known, earned_on, expires_on, qualifying.

    Everything of a file comes in, or nothing. A file that is read again changes nothing.

    Args:
        root: the workspace.
        file: UTF-8, with a header.
        program: which one; None: the only one.
        principal: who imports; None: the user of the operating system.

    Raises:
        NotFound: no workspace, no such file, or no such program.
        InvalidFile: columns are missing or unknown, or rows cannot be used; all problems at once.
        BusinessKeyTaken: another file said something else of the same lots.
    """
    return import_balances_text(root, text_of(file), file.name, program=program, principal=principal)


def import_balances_text(
    root: Path, text: str, name: str, *, program: str | None = None, principal: Principal | None = None
) -> PointsImported:
    """As import_balances, of a text that is called so where something is wrong with it, and in the audit log.

    Raises:
        NotFound: no workspace, or no such program.
        InvalidFile: columns are missing or unknown, or rows cannot be used; all problems at once.
        BusinessKeyTaken: another file said something else of the same lots.
    """
    desk = Desk(open_workspace(root), program)
    rows = _read(text, name, id_spaces(desk.workspace))

    def work(points: Points) -> PointsImported:
        return _imported(points, rows, name)

    return desk.write(principal or acting_person(), work)


def _imported(points: Points, rows: Sequence[_Row], file: str) -> PointsImported:
    late = _("these points expired before they came here.")
    ahead = _("these points were earned after today.")
    InvalidFile.raise_if(
        Problem(late if each.expires_on and each.expires_on < points.today else ahead, {}, Place(file, each.number))
        for each in rows
        if (each.expires_on and each.expires_on < points.today) or (each.earned_on and each.earned_on > points.today)
    )
    members, program = points.t.loyalty.members, points.program.slug
    ids = list(dict.fromkeys((each.source, each.customer_id) for each in rows))
    known = members.by_ids(program, ids)
    unknown = [each for each in ids if each not in known]
    known |= dict(zip(unknown, members.open_all(program, unknown), strict=True))
    lots = list(_lots(rows, known, points.today))
    posted = 0
    total = 0
    for start in range(0, len(lots), CHUNK):
        new = points.open_balances(lots[start : start + CHUNK])
        posted, total = posted + len(new), total + sum(each.points for each in new)
    if posted:
        details: dict[str, str | int | None] = {"file": file[:100], "lots": posted, "points": total}
        points.t.audit.add(Action.POINTS_ADJUSTED, Subject(SubjectKind.PROGRAM, program), details)
    return PointsImported(program, points.today, len(rows), posted, total, len(unknown))


def _lots(rows: Sequence[_Row], members: Mapping[tuple[str, str], int], today: date) -> Iterator[OpeningLot]:
    """Lots with keys that count each customer's rows, so that the same file says the same."""
    counted: dict[tuple[str, str], int] = {}
    for each in rows:
        who = (each.source, each.customer_id)
        counted[who] = counted.get(who, 0) + 1
        key = f"opening:{each.source}:{each.customer_id}:{counted[who]}"
        yield OpeningLot(
            key, members[who], each.points, each.earned_on or today, each.expires_on, each.qualifying, each.earned_on
        )


def _read(text: str, file: str, spaces: Mapping[str, str]) -> tuple[_Row, ...]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    problems = [unknown_name(_("column"), each, COLUMNS, place=Place(file, 1)) for each in names if each not in COLUMNS]
    text_of_lack = _("the column {column} is missing.")
    problems += [Problem(text_of_lack, {"column": each}, Place(file, 1)) for each in NEEDED if each not in names]
    InvalidFile.raise_if(problems)
    reader.fieldnames = names
    found: list[_Row] = []
    for number, raw in enumerate(reader, start=2):
        row = _row(number, raw, file, problems)
        if row is not None and row.source not in spaces:
            problems.append(unknown_name(_("id space"), row.source, spaces, place=Place(file, number, "source")))
        elif row is not None:
            found.append(replace(row, source=spaces[row.source], customer_id=written_id(row.customer_id)))
    if not found and not problems:
        problems.append(Problem(_("the file holds no rows."), {}, Place(file)))
    InvalidFile.raise_if(problems[:MOST_PROBLEMS])
    return tuple(found)


def _row(number: int, raw: Mapping[str | None, object], file: str, problems: list[Problem]) -> _Row | None:
    cells = {str(name): str(value or "").strip() for name, value in raw.items() if name is not None}
    before = len(problems)
    problems += [
        Problem(_("'{name}' is missing."), {"name": name}, Place(file, number, name)) for name in NEEDED if not cells.get(name)
    ]
    if None in raw:
        problems.append(Problem(_("the row has more cells than the header."), {}, Place(file, number)))
    points = _number(cells.get("points", ""), "points", file, number, problems) if cells.get("points") else 0
    qualifying = _number(cells["qualifying"], "qualifying", file, number, problems) if cells.get("qualifying") else 0
    days = {name: _day(cells.get(name, ""), name, file, number, problems) for name in ("earned_on", "expires_on")}
    if len(problems) == before and points <= 0:
        problems.append(Problem(_("a lot is of more than 0 points."), {}, Place(file, number, "points")))
    if len(problems) > before:
        return None
    return _Row(number, cells["source"], cells["customer_id"], points, days["earned_on"], days["expires_on"], qualifying)


def _number(text: str, name: str, file: str, number: int, problems: list[Problem]) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 15:  # noqa: PLR2004 - far above any balance
        return int(text)
    problems.append(Problem(_("'{name}' must be a whole number."), {"name": name}, Place(file, number, name)))
    return 0


def _day(text: str, name: str, file: str, number: int, problems: list[Problem]) -> date | None:
    if not text:
        return None
    days = days_written(text)
    if len(days) == 1:
        return days[0]
    problems.append(Problem(_("'{name}' must be a date such as 2026-01-31."), {"name": name}, Place(file, number, name)))
    return None
