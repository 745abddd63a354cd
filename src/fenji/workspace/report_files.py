"""Which monthly reports are kept? Files in the folder ``reports``, one folder per review; their names say all that they depend on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

from fenji.answers.reports import KeptReport
from fenji.domain.reporting import Audience, ReportComparison, Shape
from fenji.language import Language
from fenji.workspace.folder import Workspace

FOLDER = "reports"
"""In the workspace."""

_NAME = re.compile(
    r"report_(?P<as_of>\d{4}-\d{2}-\d{2})_(?P<compare>[a-z]+)_(?P<audience>[a-z]+)_(?P<language>[a-z]+)"
    r"_(?P<run_id>\d{8}T\d{6}-[0-9a-f]{4,8})\.(?P<shape>[a-z]+)"
)


def report_name(as_of: date, compare: ReportComparison, audience: Audience, language: Language, run_id: str) -> str:
    """The name of a report's files, without the ending."""
    return f"report_{as_of}_{compare}_{audience}_{language}_{run_id}"


def report_folder(workspace: Workspace, as_of: date) -> Path:
    """Where the reports of a review stand."""
    return workspace.root / FOLDER / as_of.isoformat()


def kept_reports(workspace: Workspace) -> tuple[KeptReport, ...]:
    """Every report that is kept, the newest first; files that are none are passed over."""
    found = [each for path in (workspace.root / FOLDER).glob("*/report_*") if (each := _kept(path)) is not None]
    return tuple(sorted(found, key=lambda each: (each.made_at, each.name), reverse=True))


def report_file(workspace: Workspace, name: str) -> tuple[KeptReport, Path] | None:
    """One of them with its file; None where there is none of that name."""
    read = _NAME.fullmatch(name)
    if read is None:
        return None
    path = workspace.root / FOLDER / read["as_of"] / name
    found = _kept(path)
    return None if found is None else (found, path)


def _kept(path: Path) -> KeptReport | None:
    read = _NAME.fullmatch(path.name)
    known = (("compare", ReportComparison), ("audience", Audience), ("language", Language), ("shape", Shape))
    if read is None or not path.is_file() or any(read[name] not in tuple(values) for name, values in known):
        return None
    told = path.stat()
    return KeptReport(
        name=path.name,
        as_of=date.fromisoformat(read["as_of"]),
        compare=ReportComparison(read["compare"]),
        audience=Audience(read["audience"]),
        language=Language(read["language"]),
        run_id=read["run_id"],
        shape=Shape(read["shape"]),
        bytes=told.st_size,
        made_at=datetime.fromtimestamp(told.st_mtime, UTC),
    )
