"""The HTML of a report shows every text literally, loads nothing and runs nothing. World: a report in code, whose every text wishes ill."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import html5lib
import pytest

from fenji.domain.reporting import Audience, Logo, ReportSection
from fenji.language import Language
from fenji.reports.charts.axes import ACCENT, Axis, Series, tier_color
from fenji.reports.charts.data import Bars
from fenji.reports.monthly.html import render
from fenji.reports.monthly.record import (
    CellKind,
    Column,
    Missing,
    MonthlyReport,
    Passage,
    Picture,
    Row,
    Section,
    SignOff,
    Table,
    Unknown,
)

EVIL = "</style></title><script>window.__ran=1</script>\"'><img src=x onerror=1>{{7331*7}}\u202egnp"
HTML = "{http://www.w3.org/1999/xhtml}"


def everything(text: str) -> MonthlyReport:
    """A report with every kind of block, each of its texts the given one."""
    columns = (
        Column("name", text),
        Column("count", text, CellKind.COUNT),
        Column("money", text, CellKind.MONEY, currency="CNY"),
        Column("share", text, CellKind.SHARE),
        Column("change", text, CellKind.CHANGE),
        Column("rate", text, CellKind.RELATIVE_CHANGE),
        Column("mean", text, CellKind.NUMBER, digits=2),
        Column("day", text, CellKind.DATE),
    )
    cells = (text, 4272, Decimal("-9933.21"), 0.378, -61, 0.5, 12.5, date(2026, 6, 30))
    bars = Bars(
        language=Language.EN,
        title=text,
        subtitle=text,
        sentence=text,
        categories=(text,),
        category_title=text,
        axis=Axis(text),
        series=(Series(text, ACCENT, (3,)),),
    )
    blocks = (
        Table(
            "t",
            text,
            columns,
            (Row(cells, tier_color(0, 2)), Row((text, *(Unknown(text) for _each in cells[1:])), is_total=True)),
            text,
        ),
        Picture("p", bars),
        Passage(text, (text, text), is_numbered=True),
        Missing(text, text, text),
        SignOff(text, (text,), text, text),
    )
    return MonthlyReport(
        language=Language.EN,
        title=text,
        company=text,
        logo=Logo(b"\x89PNG\r\n\x1a\n", "image/png"),
        as_of=date(2026, 6, 30),
        opens_on=date(2026, 6, 1),
        compared_on=date(2026, 5, 31),
        policy="spend",
        version=1,
        run_id="20260630T000000-0000",
        currency="CNY",
        audience=Audience.VIEWER,
        made_for=text,
        made_at=datetime(2026, 7, 1, tzinfo=UTC),
        period_line=text,
        foot_line=text,
        source_title=text,
        source=((text, text),),
        sections=(Section(ReportSection.SUMMARY, text, text, blocks, (text,), (text,)),),
    )


def test_nothing_of_any_text_becomes_markup() -> None:
    tame, wild = (
        html5lib.HTMLParser(strict=True).parse(render(everything(each)), transport_encoding="utf-8") for each in ("tame", EVIL)
    )
    tags = [[each.tag for each in document.iter() if isinstance(each.tag, str)] for document in (tame, wild)]
    # The picture breaks long texts over more lines, or cuts them; every other element is the same.
    of_page = [[tag for tag in own if "svg" not in tag] for own in tags]
    assert of_page[0] == of_page[1]
    assert not any(tag.endswith("}script") for tag in tags[1])
    assert not any(name.startswith("on") for each in wild.iter() if isinstance(each.tag, str) for name in each.attrib)
    assert "51317" not in "".join(wild.itertext())
    assert "\u202e" not in render(everything(EVIL)).decode()
    loads = [
        each.attrib[name] for each in wild.iter() for name in ("src", "href") if isinstance(each.tag, str) and name in each.attrib
    ]
    assert [each.split(";")[0] for each in loads] == ["data:image/png"]


def test_every_cell_is_written_by_its_kind_and_says_why_it_is_empty() -> None:
    document = html5lib.parse(render(everything("x")).decode())
    table = next(each for each in document.iter(f"{HTML}figure") if each.get("data-table") == "t")
    rows = [
        [("".join(cell.itertext()), cell.get("title")) for cell in row if cell.tag in (f"{HTML}th", f"{HTML}td")]
        for row in table.iter(f"{HTML}tr")
    ]
    assert [text for text, _why in rows[1]] == ["x", "4,272", "−¥9,933.21", "37.8%", "−61", "+50.0%", "12.50", "2026-06-30"]
    assert rows[2][1:] == [("–", "x")] * 7


@pytest.mark.parametrize(
    ("kind", "cell"),
    [(CellKind.COUNT, "three"), (CellKind.TEXT, 3), (CellKind.DATE, Decimal(3)), (CellKind.SHARE, date(2026, 1, 1))],
)
def test_a_cell_of_another_kind_than_its_column_is_found(kind: CellKind, cell: object) -> None:
    with pytest.raises(AssertionError, match="one"):
        Table("t", "", (Column("one", "", kind),), (Row((cell,)),))  # type: ignore[arg-type]
