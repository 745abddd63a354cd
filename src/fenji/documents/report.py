"""What has the company chosen for its reports? report.yaml, with every problem at its line.

.. code-block:: yaml

    company: {zh: 山海贸易, en: Shanhai Trading}
    logo: logo.png
    made_for: {zh: 董事会, en: the board}
    sections: [summary, tiers, flows, risk]
    texts:
      summary:
        - {zh: 本月调价。, en: Prices changed this month.}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pydantic

from fenji.documents.reader import Document, parse_document, text_of, validated
from fenji.domain.reporting import ReportChoices, ReportSection
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, Problem
from fenji.language import message as _

REPORT_FILE = "report.yaml"

LOGO_ENDINGS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
"""What a logo can be, by the ending of its file."""
MOST_PARAGRAPHS = 5
"""Of one section: it is to fit a page."""

_Text = Annotated[str, pydantic.Field(min_length=1, max_length=600)]
_Name = Annotated[str, pydantic.Field(min_length=1, max_length=80)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Words(_Strict):
    zh: _Name
    en: _Name


class _Paragraph(_Strict):
    zh: _Text
    en: _Text


class _ReportFile(_Strict):
    """The whole document."""

    company: _Words | None = None
    logo: _Name | None = None
    made_for: _Words | None = None
    sections: Annotated[tuple[ReportSection, ...], pydantic.Field(min_length=1)] | None = None
    texts: dict[ReportSection, Annotated[tuple[_Paragraph, ...], pydantic.Field(min_length=1, max_length=MOST_PARAGRAPHS)]] = {}


def read_report_choices(path: Path) -> ReportChoices:
    """The choices in a file.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: it cannot be used; all problems at once.
    """
    return report_choices_from_text(text_of(path), path.name)


def report_choices_from_text(text: str, file: str) -> ReportChoices:
    """The choices in a text; ``file`` is its name in problems.

    Raises:
        InvalidDocument: not YAML, unknown names, a section twice, texts of a section that is left out, a logo elsewhere; all at once.
    """
    document = parse_document(text, file)
    read = validated(_ReportFile, document)
    InvalidDocument.raise_if(_problems(document, read))
    return ReportChoices(
        company=_words(read.company),
        logo=read.logo,
        made_for=_words(read.made_for),
        sections=read.sections,
        texts={name: tuple(Words(each.zh, each.en) for each in own) for name, own in read.texts.items()},
    )


def _words(read: _Words | None) -> Words | None:
    return None if read is None else Words(read.zh, read.en)


def _problems(document: Document, read: _ReportFile) -> Iterator[Problem]:
    sections = read.sections or ()
    for place, name in enumerate(sections):
        if name in sections[:place]:
            yield Problem(_("the section '{name}' stands here twice."), {"name": name}, document.place(("sections", place)))
    for name in read.texts:
        if sections and name not in sections:
            text, advice = _("the section '{name}' is not in the report."), _("Add it to sections, or leave its texts out.")
            yield Problem(text, {"name": name}, document.place(("texts", name)), advice)
    if read.logo is not None:
        yield from _logo_problems(document, read.logo)


def _logo_problems(document: Document, logo: str) -> Iterator[Problem]:
    path = Path(logo)
    if path.is_absolute() or ".." in path.parts:
        yield Problem(
            _("a logo stands in the folder of the workspace, not at {path}."), {"path": logo}, document.place(("logo",))
        )
    if path.suffix.lower() not in LOGO_ENDINGS:
        text = _("a logo is a file that ends in {known}.")
        yield Problem(text, {"known": ", ".join(LOGO_ENDINGS)}, document.place(("logo",)))
