"""What has the company chosen for its monthly reports? report.yaml with the logo that it names; the defaults where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fenji.documents.report import LOGO_ENDINGS, REPORT_FILE, read_report_choices
from fenji.domain.reporting import Logo, ReportChoices
from fenji.errors import InvalidDocument, Place
from fenji.language import message as _
from fenji.workspace.folder import open_workspace

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
