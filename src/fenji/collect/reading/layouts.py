"""What does a file need to become a table? Its rows are looked at, and each repair is said with counts and an example."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.headers import lookup_key
from fenji.collect.reading.cells import number_of, stripped
from fenji.collect.reading.frames import Frame, Numbered, Row, find_frame
from fenji.collect.reading.header_rows import FOOTER_ROWS, is_footer, typed_columns
from fenji.collect.reading.heads import find_heads, is_amount
from fenji.collect.reading.periods import Period, period_of
from fenji.collect.reading.samples import Doubt, DoubtKind
from fenji.collect.reading.shaping import LABEL, Shaping
from fenji.collect.reading.totals import says_total
from fenji.domain.reasons import Reason
from fenji.domain.sources import Shape, Unpivot

_NOTHING: Mapping[int, AbstractSet[int]] = {}
_FEW = 2
_MOST_EMPTY = 0.9
_SHOWN = 60
_PREAMBLE = 40
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d{5})")
_UNIT = re.compile(r"单位\s*[:：]?\s*(万元|千元|百万元|亿元)|in (thousands|millions)|(万元|千元)\s*[)）]?\s*$", re.IGNORECASE)
_ABOUT = (
    (
        re.compile("customer|client|buyer|member|kunde|cliente|客户|会员|往来单位|购货单位|顾客|买家|客戶|會員", re.IGNORECASE),
        "客户",
        "Customer",
    ),
    (re.compile("product|item|artikel|producto|商品|产品|物料|存货|货品", re.IGNORECASE), "商品", "Product"),
    (re.compile("employee|sales ?rep|salesperson|业务员|销售员|员工", re.IGNORECASE), "业务员", "Sales rep"),
    (re.compile("store|shop|branch|门店|店铺|分店", re.IGNORECASE), "门店", "Store"),
)


@dataclass(frozen=True)
class Found:
    """What a file needs to become a table."""

    frame: Frame
    shape: Shape
    repairs: tuple[Finding, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    preamble: tuple[str, ...] = ()
    """What the cells above the header say."""


def find_layout(rows: Numbered, *, title: str, covered: Mapping[int, AbstractSet[int]] = _NOTHING) -> Found | None:
    """Looks at the first rows of a file, footers included where they are all.

    Args:
        rows: the rows that hold anything, from the first one on.
        title: names of the file and the sheet; they may say a year or what the table is about.
        covered: by column, the rows whose cell is merged with the one above.
    """
    begun = find_frame(rows)
    if begun is None:
        return None
    frame, shape = begun
    above = [stripped(cell) for _number, row in rows[: frame.header[0] if frame.header else 0] for cell in row if stripped(cell)]
    looked = _Looking(frame, rows, tuple(above[:_PREAMBLE]), title, covered)
    looked.say_frame(shape)
    shape = looked.with_sections(shape)
    shape = looked.with_totals(shape)
    shape = looked.with_heads(shape)
    shape = looked.with_periods(shape)
    looked.say_unit()
    return Found(frame, shape, tuple(looked.repairs), tuple(looked.doubts), looked.above)


class _Looking:
    """One look at the rows of a file."""

    def __init__(
        self, frame: Frame, rows: Numbered, above: tuple[str, ...], title: str, covered: Mapping[int, AbstractSet[int]]
    ) -> None:
        self.frame, self.above, self.title, self.covered = frame, above, title, covered
        self.rows = rows
        width = len(frame.names)
        self.body: list[tuple[int, Row]] = [
            (number, [*row[:width], *[None] * (width - len(row))])
            for number, row in rows[frame.body :]
            if any(stripped(cell) for cell in row)
        ]
        self.is_chinese = any("\u4e00" <= letter <= "\u9fff" for name in frame.names for letter in name)
        self.repairs: list[Finding] = []
        self.doubts: list[Doubt] = []
        self.data: list[tuple[int, Row]] = self.body

    def look_through(self, shape: Shape) -> Shaping:
        """One pass that finds headings, totals and repeated headers; ``data`` is what is left."""
        shaping = Shaping(self.frame.names, replace(shape, fill_down=(), unpivot=None, drop_totals=True))
        for _row in shaping.rows(self.body):
            pass
        left_out = {each.row for each in shaping.unreadable}
        self.data = [(number, row) for number, row in self.body if number not in left_out] if left_out else self.body
        return shaping

    def say_frame(self, shape: Shape) -> None:
        """Says what the header needed."""
        if shape.no_header:
            example = " | ".join(stripped(cell) for cell in self.body[0][1])[:_SHOWN]
            remark = findings.NO_HEADER(example=example, columns=", ".join(self.frame.names[:3]) + " …")
            self.doubts.append(Doubt(DoubtKind.NO_HEADER, remark))
        if shape.header_rows:
            rows = ", ".join(str(row) for row in shape.header_rows)
            self.repairs.append(findings.HEADER_ROWS(rows=rows, example=", ".join(self.frame.names[:4])))
        if shape.skip_after_header:
            first = self.rows[self.frame.header[-1] + 1][1]
            example = " | ".join(stripped(cell) for cell in first if stripped(cell))[:_SHOWN]
            self.repairs.append(findings.ROWS_UNDER_HEADER(count=shape.skip_after_header, example=example))

    def with_sections(self, shape: Shape) -> Shape:
        """Lines that stand alone above the rows they are about."""
        headings = [(number, row) for number, row in self.body if Shaping.is_heading(row)]
        texts = [next(stripped(cell) for cell in row if stripped(cell)) for _number, row in headings]
        if not headings or not self._stand_above_rows(headings):
            return shape
        texts += [text for text in self.frame.above if LABEL.fullmatch(text)]
        label = _common_label(texts)
        place = Counter(
            next(position for position, cell in enumerate(row) if stripped(cell)) for _n, row in headings
        ).most_common(1)[0][0]
        numbers = {number for number, _row in headings}
        others = [row for number, row in self.body if number not in numbers and not says_total(_first(row))]
        empty = sum(1 for row in others if not stripped(row[place]))
        has_totals = any(
            text and any(text in stripped(_first(row)) and says_total(_first(row)) for _n, row in self.body) for text in texts
        )
        # Names above rows that begin with a date or a number: what stands there is no value of that column.
        is_other_kind = headings[0] == self.body[0] and place in typed_columns(others, len(self.frame.names))
        is_outline = bool(others) and (empty >= _MOST_EMPTY * len(others) or is_other_kind)
        if not (label or is_outline) or (len(set(texts)) < _FEW and not has_totals):
            return shape
        has_column = empty >= _MOST_EMPTY * len(others)
        name = label or self._section_name(place if has_column else None)
        remark = findings.SECTIONS(count=len(headings), example=texts[0][:_SHOWN], name=name)
        self.repairs.append(remark)
        self.doubts.append(Doubt(DoubtKind.SECTIONS, remark))
        return replace(shape, sections=name, drop_totals=True)

    def _stand_above_rows(self, headings: Sequence[tuple[int, Row]]) -> bool:
        """Whether nearly every heading has rows of data below it, and these are the most rows."""
        numbers = {number for number, _row in headings}
        followed = 0
        for (number, _row), (after, below) in pairwise(self.body):
            is_data = after not in numbers and not says_total(_first(below)) and sum(1 for cell in below if stripped(cell)) > 1
            followed += number in numbers and is_data
        return followed * 2 >= len(headings) and len(headings) * 2 <= len(self.body)

    def _section_name(self, place: int | None) -> str:
        """The header of the column in which headings stand, where nothing else does; else what the title speaks of."""
        if place is not None and not self.frame.names[place].startswith("column_"):
            return self.frame.names[place]
        about = " ".join((*self.above, self.title))
        found = next(((chinese, english) for words, chinese, english in _ABOUT if words.search(about)), ("分组", "Section"))
        return found[0] if self.is_chinese else found[1]

    def with_totals(self, shape: Shape) -> Shape:
        """Rows that are sums of other rows, other than a plain total at the end."""
        shaping = self.look_through(shape)
        totals = [each for each in shaping.unreadable if each.reason is Reason.TOTAL_LINE]
        if not totals:
            return shape
        by_number = dict(self.body)
        last_data = max((number for number, _row in self.data), default=0)
        odd = [each for each in totals if each.row < last_data or not is_footer(by_number[each.row])]
        if not odd and len(totals) <= FOOTER_ROWS and not shape.drop_totals:
            return shape
        first = totals[0]
        self.repairs.append(findings.SUMS_LEFT_OUT(count=len(totals), row=first.row, example=first.came[:_SHOWN]))
        if shaping.totals_by_arithmetic:
            self.repairs.append(findings.SUMS_BY_ARITHMETIC(count=shaping.totals_by_arithmetic))
        return replace(shape, drop_totals=True)

    def with_heads(self, shape: Shape) -> Shape:
        """Columns that are filled on the first row of an order only."""
        heads = find_heads(self.frame.names, self.data, self.covered)
        if heads is None:
            return shape
        columns = tuple(self.frame.names[column] for column in heads.columns)
        row = dict(self.data)[heads.children[0]]
        remark = findings.FILLED_DOWN(
            count=len(heads.children),
            rows=len(self.data),
            columns=", ".join(columns),
            row=heads.children[0],
            example=" | ".join(stripped(cell) for cell in row if stripped(cell))[:_SHOWN],
        )
        self.repairs.append(remark)
        if not heads.is_sure:
            self.doubts.append(Doubt(DoubtKind.FILL_DOWN, remark))
        return replace(shape, fill_down=columns)

    def with_periods(self, shape: Shape) -> Shape:
        """Months, quarters or years side by side, each cell of which is an amount."""
        groups: dict[tuple[str, int], list[tuple[str, Period]]] = {}
        typed = typed_columns([row for _number, row in self.body], len(self.frame.names))
        for column, name in enumerate(self.frame.names):
            period = period_of(name)
            is_empty = not any(stripped(row[column]) for _number, row in self.body)
            if period is not None and (column in typed or is_empty):
                groups.setdefault((lookup_key(period.rest) if period.rest else "", period.months), []).append((name, period))
        fitting = [group for group in groups.values() if len({(each.year, each.month) for _name, each in group}) >= 3]  # noqa: PLR2004
        if not fitting or any(re.fullmatch(r"[qQ]([5-9]|\d\d)", name) for name in self.frame.names):
            return shape
        chosen = max(fitting, key=lambda group: (is_amount(group[0][1].rest), len(group)))
        if not any(number_of(row[self.frame.names.index(name)]) for name, _period in chosen for _number, row in self.body):
            return shape
        needs_year = any(period.year is None for _name, period in chosen)
        year = self._year() if needs_year else None
        names = {1: ("月份", "Month"), 3: ("季度", "Quarter"), 12: ("年份", "Year")}[chosen[0][1].months]
        value = chosen[0][1].rest or ("金额" if self.is_chinese else "Amount")
        columns = tuple(name for name, _period in chosen)
        unpivot = Unpivot(columns, names[0] if self.is_chinese else names[1], value, year)
        remark = findings.PERIODS_ACROSS(count=len(columns), first=columns[0], last=columns[-1])
        self.repairs.append(remark)
        self.doubts.append(Doubt(DoubtKind.UNPIVOT, remark))
        if needs_year:
            told = findings.YEAR_OF_PERIODS(year=year) if year else findings.NO_YEAR_OF_PERIODS()
            self.doubts.append(Doubt(DoubtKind.UNPIVOT, told))
        return replace(shape, unpivot=unpivot)

    def _year(self) -> int | None:
        found = (_YEAR.search(text) for text in (*self.above, self.title))
        return next((int(each.group(1)) for each in found if each), None)

    def say_unit(self) -> None:
        """A unit of money that only the lines above the table say."""
        said = next((text for text in self.above if _UNIT.search(text)), None)
        if said:
            self.doubts.append(Doubt(DoubtKind.UNIT, findings.UNIT_ABOVE_TABLE(text=said[:_SHOWN])))


def _first(row: Row) -> str | None:
    return next((cell for cell in row if stripped(cell)), None)


def _common_label(texts: Sequence[str]) -> str | None:
    """The label that headings share: 客户 in 客户：华诚."""
    labels = Counter(found.group(1).strip() for text in texts if (found := LABEL.fullmatch(text)))
    label, times = labels.most_common(1)[0] if labels else ("", 0)
    return label if times * 5 >= 4 * len(texts) else None
