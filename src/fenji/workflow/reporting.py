"""What has the company chosen for its monthly reports, and which are kept? report.yaml with the logo that it names, and the files of before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fenji.answers.reports import KeptReport, ReportsResult
from fenji.documents.report import LOGO_ENDINGS, REPORT_FILE, read_report_choices
from fenji.domain.access import Caller, Right
from fenji.domain.reporting import Audience, Logo, ReportChoices
from fenji.errors import InvalidDocument, NotFound, Place
from fenji.language import message as _
from fenji.workspace.folder import open_workspace
from fenji.workspace.report_files import kept_reports, report_file

MOST_LOGO_BYTES = 1_000_000
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class ReportSetup:
    """What every report of a workspace has in common."""

    choices: ReportChoices
    logo: Logo | None


def report_setup(root: Path) -> ReportSetup:
    """The company's choices, and its logo.

    Raises:
        NotFound: no workspace.
        InvalidDocument: report.yaml cannot be used, or its logo is not there, too large, or no picture of its kind.
    """
    workspace = open_workspace(root)
    path = workspace.root / REPORT_FILE
    choices = read_report_choices(path) if path.is_file() else ReportChoices()
    return ReportSetup(choices, None if choices.logo is None else _logo_of(workspace.root, choices.logo))


def list_reports(root: Path, *, by: Caller) -> ReportsResult:
    """The reports that are kept, as far as somebody may open them.

    Raises:
        NotFound: no workspace.
        Forbidden: whoever asks sees only some customers; reports are of all.
    """
    kept = kept_reports(open_workspace(root))
    return ReportsResult(tuple(each for each in kept if _may_open(each, by)))


def open_report(root: Path, name: str, *, by: Caller) -> tuple[KeptReport, Path]:
    """One report that is kept, with its file.

    Raises:
        NotFound: no workspace, or no such report that the one who asks may open; said alike.
        Forbidden: whoever asks sees only some customers.
    """
    found = report_file(open_workspace(root), name)
    if found is None or not _may_open(found[0], by):
        raise NotFound.of(_("there is no report {name}."), name=name[:120])
    return found


def _may_open(report: KeptReport, by: Caller) -> bool:
    """What shows customers as they are is for whoever may see and export them so."""
    rights = (Right.PERSONAL_READ, Right.CUSTOMERS_EXPORT) if report.audience is Audience.MANAGER else (Right.FIGURES_READ,)
    return all(map(by.may, rights))


def _logo_of(root: Path, name: str) -> Logo:
    """The picture; who made the link cannot lead out of the workspace."""
    path, place = root / name, Place(REPORT_FILE, column="logo")
    if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
        raise InvalidDocument.of(_("there is no file {file} in the workspace."), place=place, file=name)
    media_type = LOGO_ENDINGS[path.suffix.lower()]
    if path.stat().st_size > MOST_LOGO_BYTES:
        raise InvalidDocument.of(_("the logo is larger than {most} bytes."), place=place, most=MOST_LOGO_BYTES)
    content = path.read_bytes()
    if not content.startswith(_BEGINNINGS[media_type]):
        raise InvalidDocument.of(_("{file} is not a picture of the kind that its ending names."), place=place, file=name)
    return Logo(content, media_type)
