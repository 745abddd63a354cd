"""Which rows are sums of other rows? Told by their words and by arithmetic, while the rows stream by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fenji.collect.reading.cells import Kind, kind_of, number_of, stripped

Row = Sequence[str | None]

_MARKS_KEPT = 60
"""Totals whose positions are remembered: a total may cover the rows since any of them."""
_USUAL = 0.8
"""A column filled in so many of the rows is one that a row of data has."""
_LONGEST = 90

_CHINESE = r"合计|总计|小计|共计|总合计|累计|汇总|合計|小計|總計|総計|総合計|总和|总额"
_OTHERS = (
    r"sum|gesamt(?:summe|betrag)?|zwischensumme|summe|total g[ée]n[ée]ral|sous-total|sub-?total|subtotaal|totaal|totale|totais|"
    r"suma|suma total|razem|og[óo]łem|итого|всего|итог|합계|총계|소계|tổng cộng|jumlah|toplam|รวม|summa|totalt|yhteensä"
)
_WORDS = re.compile(
    rf"(?:.{{0,30}}[\s\-_:：]?)?(?:{_CHINESE})(?:\s*[(（].{{0,30}}[)）])?\s*[:：]?(?:\s*[\d,.]+\s*\D{{0,3}})?"
    rf"|(?:(?:grand|sub|page|report|overall|sum|sub-)[\s\-]*)?totals?(?:\s*[:：(].{{0,60}}|\s+(?:for|of|per)\b.{{0,80}})?"
    rf"|.{{1,60}}[\s\-:](?:sub-?|grand )?totals?:?|(?:{_OTHERS})(?:\s*[:：(].{{0,60}})?|.{{1,60}}\s(?:{_OTHERS}):?",
    re.IGNORECASE,
)
_PLAIN_WORDS = re.compile(
    rf"(?:本页|本月|全部|所有|销售|金额)?(?:{_CHINESE})(?:\s*[(（].{{0,30}}[)）])?[:：]?|(?:grand |sub-?)?totals?[:：]?|(?:{_OTHERS})[:：]?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 16)
def says_total(cell: str | None) -> bool:
    """Whether a cell reads like the label of a total; the row around it decides.

    >>> [says_total(cell) for cell in ("五月小计", "总计(3单)", "Total for Ben Carter", "Grand Total", "合计利润科技", "Totally")]
    [True, True, True, True, False, False]
    """
    text = stripped(cell)
    return 1 < len(text) <= _LONGEST and not text.isdigit() and _WORDS.fullmatch(text) is not None


def says_only_total(cell: str | None) -> bool:
    """Whether a cell holds the word for a total and no name beside it."""
    return _PLAIN_WORDS.fullmatch(stripped(cell)) is not None


def may_be_name(cell: str | None) -> bool:
    """Whether a label of a total could as well be the name of a company or a product."""
    return stripped(cell).casefold() in {"total", "totals", "sum", "summa", "suma"}


class Totals:
    """Watches the rows of one table, from the first one on."""

    def __init__(self, width: int) -> None:
        self.rows = 0
        self.by_arithmetic = 0
        """Totals without a word that were found."""
        self._filled = [0] * width
        self._texts = [0] * width
        self._sums = [0.0] * width
        self._marks: list[tuple[int, list[float]]] = [(0, [0.0] * width)]

    def is_total(self, cells: Row) -> bool:
        """Whether a row is a total; every other row counts for the totals that follow."""
        kinds = [kind_of(cell) for cell in cells]
        if self._is_total(cells, kinds):
            self._mark()
            return True
        self.rows += 1
        for position, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            if kind is Kind.EMPTY:
                continue
            self._filled[position] += 1
            if kind is Kind.NUMBER:
                self._sums[position] += number_of(cell) or 0.0
            else:
                self._texts[position] += 1
        return False

    def _is_total(self, cells: Row, kinds: list[Kind]) -> bool:
        given = [position for position, kind in enumerate(kinds) if kind is not Kind.EMPTY]
        if not given or len(cells) == 1:
            return False
        lacks = len(given) < len(kinds) and self._lacks_something(kinds)
        if says_total(cells[given[0]]):
            return self._is_labelled_total(cells, kinds, given, lacks=lacks)
        if not lacks:
            return False
        if any(says_total(cells[position]) for position in given[1:]):
            return self._agrees(cells, kinds, least=1)
        has_only_numbers = all(kinds[position] is Kind.NUMBER for position in given)
        is_sum = has_only_numbers and self._lacks_keys(kinds) and self._agrees(cells, kinds, least=2)
        self.by_arithmetic += is_sum
        return is_sum

    def _is_labelled_total(self, cells: Row, kinds: list[Kind], given: list[int], *, lacks: bool) -> bool:
        """Whether a row that begins with the word for a total is one: a customer may be called Total."""
        if lacks:
            return self._is_bare(kinds, given[0]) or self._agrees(cells, kinds, least=1)
        if len(given) == 1 or any(kinds[position] is not Kind.NUMBER for position in given[1:]):
            return False
        return not may_be_name(cells[given[0]]) or self._agrees(cells, kinds, least=2)

    def _lacks_something(self, kinds: list[Kind]) -> bool:
        """Whether a cell is empty that rows usually fill; of the first row, whether it has empty cells at all."""
        if not self.rows:
            return Kind.EMPTY in kinds
        return any(kind is Kind.EMPTY and count >= _USUAL * self.rows for kind, count in zip(kinds, self._filled, strict=True))

    def _is_bare(self, kinds: list[Kind], word: int) -> bool:
        """Whether a row with the word for a total holds little else but numbers: a customer may be called Total."""
        keys = [
            position
            for position, count in enumerate(self._filled)
            if position != word and self.rows and count >= _USUAL * self.rows and self._texts[position] * 2 >= count
        ]
        empty = sum(1 for position in keys if kinds[position] is Kind.EMPTY)
        if not keys:
            return all(kind in {Kind.EMPTY, Kind.NUMBER} for position, kind in enumerate(kinds) if position != word)
        return empty * 2 >= len(keys)

    def _lacks_keys(self, kinds: list[Kind]) -> bool:
        """Whether every column that usually holds words or moments is empty, and the first usual column is too."""
        usual = [position for position, count in enumerate(self._filled) if self.rows and count >= _USUAL * self.rows]
        keys = {position for position in usual if self._texts[position] * 2 >= self._filled[position]} | set(usual[:1])
        return bool(keys) and all(kinds[position] is Kind.EMPTY for position in keys)

    def _agrees(self, cells: Row, kinds: list[Kind], *, least: int) -> bool:
        """Whether the numbers of a row are sums of the rows since the start or since some total; at least half of them."""
        numbers = {
            position: value
            for position, kind in enumerate(kinds)
            if kind is Kind.NUMBER and (value := number_of(cells[position])) is not None
        }
        if not any(numbers.values()):
            return False
        for rows, before in reversed(self._marks):
            if self.rows - rows < least:
                continue
            right = sum(
                1
                for position, value in numbers.items()
                if value and abs(self._sums[position] - before[position] - value) <= max(0.011, abs(value) * 1e-9)
            )
            if right and right * 2 >= len(numbers):
                return True
        return False

    def _mark(self) -> None:
        if self._marks[-1][0] == self.rows:
            return
        self._marks.append((self.rows, list(self._sums)))
        if len(self._marks) > _MARKS_KEPT:
            # The start stays: the grand total covers everything.
            del self._marks[1]
