"""Where does a report stand, and under which name? Its name says all that it depends on, so a report made again takes the place of the same one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fenji.answers.reports import MissingPart, ReportFile, ReportResult
from fenji.domain.reporting import Shape
from fenji.private_files import private_folder
from fenji.reports.monthly.making import Wanted, make_report
from fenji.reports.monthly.record import MonthlyReport
from fenji.reports.monthly.shapes import RENDERERS, check_shapes
from fenji.reports.writing import check_place, whole_file
from fenji.workspace.folder import open_workspace
from fenji.workspace.progress import Progress, silent
from fenji.workspace.report_files import report_folder, report_name


@dataclass(frozen=True)
class Target:
    """Where reports are written."""

    folder: Path | None = None
    """None: that of the review, in the workspace, where the same report made again takes the place of the former one."""
    force: bool = False
    """Whether files in a folder of the user's may be overwritten."""


def write_reports(
    root: Path,
    wanted: Wanted,
    shapes: Sequence[Shape],
    target: Target,
    *,
    now: datetime,
    progress: Progress = silent,
) -> ReportResult:
    """Makes a report once, and writes it in every shape; each file appears whole or not at all.

    Args:
        root: the workspace.
        wanted: which report.
        shapes: at least one.
        target: where to.
        now: when it is made.
        progress: told about each section.

    Raises:
        InvalidArgument: a library that a shape needs is missing.
        NotFound: no workspace, nothing has been run yet, or the folder is not there.
        InvalidDocument: report.yaml cannot be used.
        Conflict: a file is there already, or a run was published meanwhile.
        Unavailable: the disk is full or may not be written.
    """
    begun = time.monotonic()
    check_shapes(shapes)
    report = make_report(root, wanted, now=now, progress=progress)
    folder = target.folder
    if folder is None:
        folder = report_folder(open_workspace(root), report.as_of)
        private_folder(folder)
    elif folder.parent.is_dir():
        folder.mkdir(exist_ok=True)
    name = report_name(report.as_of, wanted.compare, report.audience, report.language, report.run_id)
    places = {shape: folder / f"{name}.{shape}" for shape in dict.fromkeys(shapes)}
    for shape, path in places.items():
        check_place(path, (f".{shape}",), force=target.force or target.folder is None)
    files = []
    for shape, path in places.items():
        content = RENDERERS[shape].render(report)
        with whole_file(path) as unfinished:
            unfinished.write_bytes(content)
        files.append(ReportFile(shape, path, len(content)))
    return ReportResult(
        run_id=report.run_id,
        as_of=report.as_of,
        policy=report.policy,
        version=report.version,
        compared_on=report.compared_on,
        audience=report.audience,
        compare=wanted.compare,
        language=report.language,
        sections=tuple(each.name for each in report.sections),
        missing=missing_parts(report),
        files=tuple(files),
        seconds=round(time.monotonic() - begun, 2),
    )


def missing_parts(report: MonthlyReport) -> tuple[MissingPart, ...]:
    """The parts of a report that say why they are empty."""
    return tuple(
        MissingPart(section.name, each.title, each.sentence, each.advice)
        for section in report.sections
        for each in section.missing
    )
