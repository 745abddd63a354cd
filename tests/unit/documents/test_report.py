"""report.yaml chooses sections and adds texts, and everything that is wrong with it is said at once, at its line. World: documents in code."""

from __future__ import annotations

import pytest

from fenji.documents.report import report_choices_from_text
from fenji.domain.reporting import ReportChoices, ReportSection
from fenji.domain.words import Words
from fenji.errors import InvalidDocument
from fenji.language import Language

WHOLE = """
company: {zh: 山海贸易, en: Shanhai Trading}
logo: pictures/logo.PNG
made_for: {zh: 董事会, en: the board}
sections: [risk, summary]
texts:
  summary:
    - {zh: 本月调价。, en: Prices changed this month.}
"""


def test_a_whole_document_is_read_and_an_empty_one_is_the_defaults() -> None:
    assert report_choices_from_text(WHOLE, "report.yaml") == ReportChoices(
        company=Words("山海贸易", "Shanhai Trading"),
        logo="pictures/logo.PNG",
        made_for=Words("董事会", "the board"),
        sections=(ReportSection.RISK, ReportSection.SUMMARY),
        texts={ReportSection.SUMMARY: (Words("本月调价。", "Prices changed this month."),)},
    )
    assert report_choices_from_text("", "report.yaml") == ReportChoices()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("sections: [summary, flow]", [(1, "flows")]),
        ("sections: []", [(1, "")]),
        ("company: 山海", [(1, "")]),
        ("company: {zh: 山海}", [(1, "en")]),
        ("logo: ../logo.svg", [(1, "not at ../logo.svg"), (1, ".png")]),
        ("sections: [data, data]\ntexts:\n  risk: [{zh: 一, en: one}]", [(1, "twice"), (3, "not in the report")]),
        ("texts: {summary: []}", [(1, "")]),
        ("recipients: [li]", [(1, "recipients")]),
    ],
)
def test_what_is_wrong_is_said_at_its_line_all_at_once(text: str, lines: list[tuple[int, str]]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        report_choices_from_text(text, "report.yaml")
    told = [(each.place.row, each.describe(Language.EN)) for each in caught.value.problems if each.place is not None]
    assert [row for row, _text in told] == [row for row, _words in lines]
    for (_row, found), (_line, words) in zip(told, lines, strict=True):
        assert words in found
