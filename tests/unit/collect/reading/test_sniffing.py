"""What a file looks like is found without being told. World: heads of exports with titles, notes and odd separators."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.collect.reading.header_rows import find_header, is_footer, unique_headers
from fenji.collect.reading.sniffing import Sample, read_samples
from fenji.domain.sources import Format
from fenji.errors import NotFound
from fixtures.collecting import HEADER

HEADERS = tuple(HEADER.split(","))


def test_a_sample_of_a_text_file(tmp_path):
    file = tmp_path / "orders.txt"
    text = f"订单导出\n\n{HEADER}\nA1,甲,,2025-01-01\nragged\nA2,乙,2,2025-01-02\n合计,,2,\n".replace(",", "\t")
    file.write_bytes(text.encode("gb18030"))
    rows = (("A1", "甲", None, "2025-01-01"), ("A2", "乙", "2", "2025-01-02"))
    assert read_samples(file) == (Sample(str(file), None, Format.CSV, "gb18030", "\t", 3, HEADERS, rows, preamble=("订单导出",)),)


def test_a_sample_has_rows_of_the_start_the_middle_and_the_end(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "\n" + "".join(f"A{number},甲,1,2025-01-01\n" for number in range(50_000)), encoding="utf-8")
    (sample,) = read_samples(file)
    numbers = [int(row[0][1:]) for row in sample.rows]
    assert (len(numbers), sample.is_whole) == (20_000, False)
    assert (numbers[0], numbers[-1], sorted(set(numbers)) == numbers) == (0, 49_999, True)
    assert any(20_000 < number < 30_000 for number in numbers)


def test_a_sample_of_a_large_file_reads_pieces_of_it(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "\n" + "".join(f"A{number:07d},甲,1,2025-01-01\n" for number in range(400_000)), encoding="gb18030")
    (sample,) = read_samples(file, most=1000)
    numbers = [int(row[0][1:]) for row in sample.rows]
    assert (len(numbers), sample.is_whole, sample.encoding) == (1000, False, "gb18030")
    assert (numbers[0], sorted(set(numbers)) == numbers) == (0, True)
    assert numbers[-1] > 380_000


def test_there_is_no_file(tmp_path):
    with pytest.raises(NotFound):
        read_samples(tmp_path / "orders.csv")


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.data", b"PK\x03\x04", None),
        ("a.dat", b'{"id": 1}\n', Format.JSON_LINES),
        ("a.dat", b"id,name\n1,2\n", Format.CSV),
        ("a.CSV", b"id,name\n1,2\n", Format.CSV),
        ("a.xls", b"id\tname\n1\t2\n", Format.CSV),
    ],
)
def test_the_ending_promises_and_the_first_bytes_decide_where_it_is_unknown(tmp_path, name, content, format_):
    file = tmp_path / name
    file.write_bytes(content)
    if format_ is None:
        with pytest.raises(Exception, match="no workbook"):
            read_samples(file)
    else:
        assert [sample.format for sample in read_samples(file)] == [format_]


@pytest.mark.parametrize(
    ("rows", "wanted", "position"),
    [
        ([["订单编号"], [*HEADERS]], (), 1),
        ([["a", "b"], ["k1", "k2"]], ("k1", "k2"), 1),
        ([["report of the month"], ["x", "y", "z"], ["1", "2", "3"]], (), 1),
        ([["# note", "x", "y"], ["x", "y", "z"]], (), 1),
        ([["only"], ["1"]], (), 0),
        ([[None, ""], []], (), None),
        ([["k1", "title"], [*HEADERS]], ("k1", "k9"), 1),
        ([["a", "b"], ["k1", "k3"]], (("k0", "k1"), "k3"), 1),
        ([["colour", "weight"], ["red", "n/a?"], ["blue", "2"], ["green", "2"]], (), 0),
    ],
)
def test_the_header_row(rows, wanted, position):
    assert find_header(rows, wanted) == position


def test_headers_are_made_unique_whatever_suffix_is_taken_already():
    assert unique_headers(["a", "a_2", "A ", "a", "", None]) == ("a", "a_2", "A_3", "a_4", "column_5", "column_6")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["合计", "", "12"], True),
        (["总计：", None, "12"], True),
        (["Total", "", "12"], True),
        (["Total", "", "12", "2025-01-01"], False),
        (["Total", "12"], False),
        (["合计", "12"], True),
        (["合计", "甲", "12"], False),
        (["合计"], False),
        (["Gesamtsumme", "", "12"], True),
        (["导出时间：2025-01-01", "", ""], True),
        (["#1001", "甲", "12"], False),
        (["合计利润科技", "", "12"], False),
        (["", "", ""], False),
        (["#1001"], False),
    ],
)
def test_footers(row, expected):
    assert is_footer(row) is expected


def test_one_foreign_letter_in_the_header_decides_the_encoding(tmp_path: Path) -> None:
    file = tmp_path / "bestellungen.csv"
    file.write_bytes(
        "Bestellnummer;Kunde;Währung;Datum;Betrag\n1;K1;EUR;05.06.2025;12,50\n2;K2;EUR;15.06.2025;3,00\n".encode("cp1252")
    )
    (sample,) = read_samples(file)
    assert (sample.encoding, sample.headers) == ("cp1252", ("Bestellnummer", "Kunde", "Währung", "Datum", "Betrag"))
