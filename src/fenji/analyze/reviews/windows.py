"""What does every customer have in each window of a review? Sums are carried on from review to review; what comes in is added, what falls out is taken off.

Whole numbers throughout: cents, days, counts. What is taken off was added before, so a window's sum is the one that its rows give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.metrics.plan import Measure, measures_of
from fenji.analyze.reviews.cells import PERSON, CellColumn, CellPlan, Gathers, without_window
from fenji.analyze.reviews.columns import Numbers, numbers_in, places
from fenji.domain.periods import Window, WindowUnit

NONE = {Gathers.SUM: 0, Gathers.HIGHEST: int(np.iinfo(np.int64).min), Gathers.LOWEST: int(np.iinfo(np.int64).max)}
"""What stands for no row at all."""


@dataclass(frozen=True)
class Cells:
    """The cells of some customers, segment by segment; within a segment every customer is there at most once."""

    keys: Numbers
    """The customer of each place, ascending."""
    people: pa.Table
    """The rows that describe customers."""
    people_places: Numbers
    place: Numbers
    begins: npt.NDArray[np.int64]
    """Where each segment begins; one more for the end of the last."""
    numbers: dict[str, Numbers]

    @classmethod
    def of(cls, rows: pa.Table, plan: CellPlan) -> Cells:
        """Rows of ``review_cells.cells_of``, in any order."""
        segment = rows["segment"].to_numpy()
        count = len(plan.facts) * len(plan.bounds)
        # 16 bits are sorted without comparing.
        order = np.argsort(segment.astype(np.int16) if count < np.iinfo(np.int16).max else segment, kind="stable")
        begins = np.searchsorted(segment[order], np.arange(PERSON, count + 1))
        place, keys = places(rows["customer_key"].to_numpy())
        place = place[order]
        people, cells = order[: begins[1]], order[begins[1] :]
        return cls(
            keys,
            rows.select([name for name in rows.column_names if not name.startswith("cell_")]).take(pa.array(people)),
            place[: begins[1]],
            place[begins[1] :],
            begins[1:] - begins[1],
            {each.name: numbers_in(rows[each.name], missing=NONE[each.gathers])[cells] for each in plan.columns},
        )


@dataclass
class _Window:
    """One number of every customer, in one window."""

    column: CellColumn
    window: Window
    numbers: Numbers
    opened: int | None = None
    """The last period before the window; None: nothing was looked at yet."""
    closed: int = -1
    """The last period in it."""


@dataclass
class Windows:
    """The windows of all measures, as they stand at one review after the other."""

    plan: CellPlan
    cells: Cells
    _kept: dict[Measure, _Window] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A window for every measure that some review needs."""
        columns = {each.measure: each for each in self.plan.columns}
        for measure in (each for needed in self.plan.metrics for metric in needed for each in measures_of(metric)):
            column = columns.get(without_window(measure))
            if column is not None and measure not in self._kept:
                numbers = np.full(len(self.cells.keys), NONE[column.gathers], np.int64)
                self._kept[measure] = _Window(column, measure.window, numbers)

    def at(self, day: date) -> dict[Measure, Numbers]:
        """The numbers of every customer at a review; days must not go back. The arrays change with the next review."""
        for each in self._kept.values():
            opens = self.plan.period_up_to(each.window.opens_after(day))
            closes = self.plan.period_up_to(each.window.closes_on(day))
            if each.column.gathers is Gathers.SUM:
                self._carry_on(each, opens, closes)
            else:
                self._gather(each, opens, closes)
        return {measure: each.numbers for measure, each in self._kept.items()}

    def _carry_on(self, window: _Window, opens: int, closes: int) -> None:
        if window.opened is None:
            window.opened = window.closed = opens
        for period in range(window.closed + 1, closes + 1):
            place, number = self._period(window.column, period)
            window.numbers[place] += number
        for period in range(window.opened + 1, opens + 1):
            place, number = self._period(window.column, period)
            window.numbers[place] -= number
        window.opened, window.closed = opens, closes

    def _gather(self, window: _Window, opens: int, closes: int) -> None:
        begin = opens + 1
        if window.window.unit is WindowUnit.TOTAL:
            begin = window.closed + 1
        else:
            window.numbers.fill(NONE[window.column.gathers])
        further = np.maximum if window.column.gathers is Gathers.HIGHEST else np.minimum
        for period in range(begin, closes + 1):
            place, number = self._period(window.column, period)
            window.numbers[place] = further(window.numbers[place], number)
        window.closed = closes

    def _period(self, column: CellColumn, period: int) -> tuple[Numbers, Numbers]:
        segment = self.plan.segment(column.measure.fact, period)
        begin, end = self.cells.begins[segment], self.cells.begins[segment + 1]
        return self.cells.place[begin:end], self.cells.numbers[column.name][begin:end]
