"""Which charts can be native ones of spreadsheets and documents? Bars, areas, lines and Pareto charts, over cells that hold their data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fenji.reports.charts.axes import Axis, Series, Unit
from fenji.reports.charts.axes import Value as Datum
from fenji.reports.charts.data import Areas, Bars, Chart, Layout, Lines, Multiples
from fenji.reports.charts.spreads import Pareto
from fenji.reports.monthly.texts import PAPER, hexadecimal, shown
from fenji.wording import figures

HEAD_GROUND = "#F1F4F8"
"""Of heads of columns."""
_LABELS = 12
"""So many days are named along an axis; of more, some."""
_SMALL = {"size": 8, "color": PAPER.quiet}
_LONGEST_CELL = 32_767


@dataclass(frozen=True)
class Place:
    """Where the data of a chart stand: heads in one row, categories in one column, series in the columns after it."""

    sheet: str
    title: tuple[int, int]
    """Row and column of the cell with the title."""
    head: int
    first: int
    last: int
    column: int = 0

    def values(self, column: int) -> list[object]:
        """The cells of a column, as XlsxWriter asks for them; 0 holds the categories."""
        return [self.sheet, self.first, self.column + column, self.last, self.column + column]

    def name(self, column: int) -> list[object]:
        """The head of a column."""
        return [self.sheet, self.head, self.column + column]


@dataclass(frozen=True)
class Native:
    """A native chart, and what it is called for whoever does not see it."""

    chart: Any
    sentence: str
    source: Chart


def has_twin(chart: Chart) -> bool:
    """Whether a chart can be a native one; a survival curve cannot, because native lines have no steps."""
    if isinstance(chart, Multiples):
        return bool(chart.charts) and all(has_twin(each) for each in chart.charts)
    if isinstance(chart, Lines):
        return not chart.is_stepped and bool(chart.places)
    return isinstance(chart, Bars | Areas | Pareto)


def number_format(unit: Unit, currency: str | None = None, digits: int = 1) -> str:
    """How a workbook writes numbers, as the figures of pages."""
    match unit:
        case Unit.MONEY:
            sign = figures.currency_sign(currency).replace('"', "")
            return f'"{sign}"#,##0.00;"{figures.MINUS}{sign}"#,##0.00'
        case Unit.SHARE:
            return '[=0]0%;[<0.001]"<0.1%";0.0%'
        case Unit.DATE:
            return "yyyy-mm-dd"
        case Unit.NUMBER:
            return signed_format("#,##0" if digits == 0 else f"#,##0.{'0' * digits}")
        case _:
            return signed_format("#,##0")


def signed_format(positive: str) -> str:
    """The same with a real minus below 0."""
    return f'{positive};"{figures.MINUS}"{positive}'


def write_text(sheet: Any, row: int, column: int, text: str, style: Any = None) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """A text that no spreadsheet takes for a formula, an address or a number."""
    sheet.write_string(row, column, shown(text, keep="\n")[:_LONGEST_CELL], style)


def write_data(sheet: Any, row: int, chart: Chart, styles: Any) -> Place:  # noqa: ANN401 - XlsxWriter is untyped
    """Writes the data table of a chart below its title; ``styles`` makes a format of properties.

    Args:
        sheet: of XlsxWriter.
        row: of the title.
        chart: any.
        styles: called with the properties of a format.
    """
    table = chart.table()
    write_text(sheet, row, 0, chart.title, styles(bold=True))
    for column, axis in enumerate(table.columns):
        is_text = axis.unit in (Unit.NAME, Unit.DATE)
        head = {"bold": True, "bottom": 1, "text_wrap": True, "align": "left" if is_text else "right", "bg_color": HEAD_GROUND}
        write_text(sheet, row + 1, column, axis.title, styles(**head))
    for down, cells in enumerate(table.rows, row + 2):
        for column, (axis, datum) in enumerate(zip(table.columns, cells, strict=True)):
            _write(sheet, down, column, datum, axis, styles=styles)
    first = row + 2
    return Place(sheet.get_name(), (row, 0), row + 1, first, first + len(table.rows) - 1)


def _write(sheet: Any, row: int, column: int, datum: Datum, axis: Axis, *, styles: Any) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    if datum is None:
        return
    if isinstance(datum, str):
        write_text(sheet, row, column, datum)
        return
    unit = Unit.DATE if isinstance(datum, date) else axis.unit
    if unit is Unit.COUNT and not isinstance(datum, date) and datum != int(datum):
        unit = Unit.NUMBER
    style = styles(num_format=number_format(unit, axis.currency, axis.digits), align="left" if unit is Unit.DATE else "right")
    if isinstance(datum, date):
        sheet.write_datetime(row, column, datum, style)
    else:
        sheet.write_number(row, column, float(datum), style)


def native_charts(book: Any, chart: Chart, place: Place, *, is_titled: bool = True) -> Iterator[Native]:  # noqa: ANN401 - XlsxWriter is untyped
    """The native twins of a chart that has one; of small multiples one each.

    Args:
        book: of XlsxWriter.
        chart: what is shown.
        place: where ``write_data`` has written it.
        is_titled: whether the title stands on the chart; those of small multiples always do.
    """
    if not isinstance(chart, Multiples):
        yield Native(_native(book, chart, place, is_titled=is_titled), chart.sentence, chart)
        return
    first = place.first
    for each in chart.charts:
        last = first + len(each.places) - 1
        own = replace(place, title=(first, place.column), first=first, last=last, column=place.column + 1)
        yield Native(_native(book, each, own, is_titled=True), each.sentence, each)
        first = last + 1


def _native(book: Any, chart: Chart, place: Place, *, is_titled: bool) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    match chart:
        case Bars():
            made = _bars(book, chart, place)
        case Areas():
            made = _areas(book, chart, place)
        case Lines():
            made = _lines(book, chart, place)
        case Pareto():
            made = _pareto(book, chart, place)
        case _:
            message = f"{chart.kind} has no native twin"
            raise AssertionError(message)
    if is_titled:
        title = {"name": [place.sheet, *place.title], "name_font": {"size": 10, "bold": True, "color": PAPER.ink}}
        made.set_title({**title, "overlay": False})
    else:
        made.set_title({"none": True})
    made.set_chartarea({"border": {"none": True}, "fill": {"color": PAPER.ground}})
    made.set_plotarea({"fill": {"none": True}})
    return made


def _columns(series: Sequence[Series], first: int = 1) -> Iterator[tuple[Series, int]]:
    """Each series with its column; ends of intervals stand in those after it."""
    for each in series:
        yield each, first
        first += 1 + (each.lower is not None) + (each.upper is not None)


def _bars(book: Any, chart: Bars, place: Place) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    is_stacked = chart.layout is not Layout.GROUPED
    kind = {"type": "bar" if chart.is_horizontal else "column", **({"subtype": "stacked"} if is_stacked else {})}
    made = book.add_chart(kind)
    is_labeled = not is_stacked and chart.is_horizontal
    for series, column in _columns(chart.series):
        points = [{"fill": {"color": hexadecimal(chart.color(series, at))}} for at in range(len(chart.categories))]
        made.add_series(
            {
                "name": place.name(column),
                "categories": place.values(0),
                "values": place.values(column),
                "fill": {"color": hexadecimal(series.color)},
                "gap": 45,
                **({"overlap": 100} if is_stacked else {}),
                **({"points": points} if chart.colors else {}),
                **({"data_labels": {"value": True, "num_format": _marks(chart.axis), "font": _SMALL}} if is_labeled else {}),
            }
        )
    whole = {"max": 1} if chart.layout is Layout.FULL else {}
    beside = {
        **_measured(chart.axis),
        **whole,
        **({"visible": False, "major_gridlines": {"visible": False}} if is_labeled else {}),
    }
    # Where bars lie, what is written first stands at the top, and the axis of values at the bottom.
    lying = {"reverse": True, "crossing": "max"} if chart.is_horizontal else {}
    along = {**_named(len(chart.categories)), **lying, "label_position": "low"}
    made.set_x_axis(beside if chart.is_horizontal else along)
    made.set_y_axis(along if chart.is_horizontal else beside)
    _legend(made, len(chart.series))
    return made


def _areas(book: Any, chart: Areas, place: Place) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    made = book.add_chart({"type": "area", "subtype": "stacked"})
    columns = list(_columns((*chart.series, *(() if chart.total is None else (chart.total,)))))
    for series, column in columns[: len(chart.series)]:
        cells = {"name": place.name(column), "categories": place.values(0), "values": place.values(column)}
        made.add_series({**cells, "fill": {"color": hexadecimal(series.color)}})
    for series, column in columns[len(chart.series) :]:
        above = book.add_chart({"type": "line"})
        _line_series(above, series, column, place, chart.forecast_from)
        made.combine(above)
    made.set_x_axis({**_days(chart.days, chart.labels()), "position_axis": "on_tick"})
    made.set_y_axis(_measured(chart.axis))
    _legend(made, len(columns))
    return made


def _lines(book: Any, chart: Lines, place: Place) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    days = tuple(each for each in chart.places if isinstance(each, date))
    made = book.add_chart({"type": "line"} if days else {"type": "scatter", "subtype": "straight"})
    for series, column in _columns(chart.series):
        _line_series(made, series, column, place, chart.forecast_from)
    drawn = len(chart.series)
    if chart.has_diagonal:
        dashed = {"color": PAPER.neutral, "width": 1, "dash_type": "dash"}
        made.add_series({"name": place.name(0), "categories": place.values(0), "values": place.values(0), "line": dashed})
    if days:
        made.set_x_axis({**_days(days, chart.labels()), "position_axis": "on_tick"})
    else:
        whole = {"max": 1} if chart.has_diagonal else {}
        made.set_x_axis({**_measured(chart.x), **whole, "min": 0, "name": place.name(0), "name_font": {**_SMALL, "bold": False}})
    made.set_y_axis({**_measured(chart.axis), **({"max": 1, "min": 0} if chart.has_diagonal else {})})
    _legend(made, drawn, hidden=[drawn] if chart.has_diagonal and drawn > 1 else [])
    return made


def _line_series(made: Any, series: Series, column: int, place: Place, forecast_from: int | None) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    """A line, dashed where it is forecast, and thin dashed ones for the ends of its interval."""
    color = hexadecimal(series.color)
    line = {"color": color, "width": 2, **({"dash_type": "dash"} if series.is_dashed else {})}
    ahead = len(series.values) if forecast_from is None else forecast_from + 1
    points = [None] * ahead + [{"line": {**line, "dash_type": "square_dot"}}] * (len(series.values) - ahead)
    cells = {"name": place.name(column), "categories": place.values(0), "values": place.values(column)}
    made.add_series({**cells, "line": line, "marker": {"type": "none"}, **({"points": points} if ahead < len(points) else {})})
    for end in range(column + 1, column + 1 + (series.lower is not None) + (series.upper is not None)):
        thin = {"color": PAPER.neutral, "width": 1, "dash_type": "dash"}
        cells = {"name": place.name(end), "categories": place.values(0), "values": place.values(end)}
        made.add_series({**cells, "line": thin, "marker": {"type": "none"}})


def _pareto(book: Any, chart: Pareto, place: Place) -> Any:  # noqa: ANN401 - XlsxWriter is untyped
    made = book.add_chart({"type": "column"})
    made.add_series(
        {
            "name": place.name(1),
            "categories": place.values(0),
            "values": place.values(1),
            "fill": {"color": hexadecimal(chart.shares.color)},
            "gap": 45,
        }
    )
    above = book.add_chart({"type": "line"})
    _line_series(above, chart.cumulative, 2, place, None)
    made.combine(above)
    made.set_x_axis(_named(len(chart.categories)))
    made.set_y_axis({**_measured(chart.axis), "max": 1})
    _legend(made, 2)
    return made


def _measured(axis: Axis) -> dict[str, object]:
    """The axis of values."""
    return {
        "num_format": _marks(axis),
        "num_font": _SMALL,
        "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": PAPER.line, "width": 0.75}},
        **({"log_base": 10} if axis.is_log else {}),
    }


def _marks(axis: Axis) -> str:
    """How the marks of an axis are written."""
    if axis.unit is Unit.MONEY:
        sign = figures.currency_sign(axis.currency).replace('"', "")
        return f'"{sign}"#,##0;"{figures.MINUS}{sign}"#,##0'
    return "0.0%" if axis.unit is Unit.SHARE else signed_format("#,##0")


def _named(count: int) -> dict[str, object]:
    """The axis of categories."""
    return {
        "num_font": _SMALL,
        "line": {"color": PAPER.neutral},
        "major_tick_mark": "none",
        **({"interval_unit": -(-count // _LABELS)} if count > _LABELS else {}),
    }


def _days(days: Sequence[date], labels: Sequence[str]) -> dict[str, object]:
    """The axis of days, named as on pages."""
    line = {"num_font": _SMALL, "line": {"color": PAPER.neutral}, "date_axis": True, "label_position": "low"}
    if labels[0] == figures.day(days[0]):
        return {**line, "num_format": "yyyy-mm-dd"}
    return {**line, "num_format": "yy/mm", "major_unit": -(-len(days) // _LABELS), "major_unit_type": "months"}


def _legend(made: Any, series: int, *, hidden: Sequence[int] = ()) -> None:  # noqa: ANN401 - XlsxWriter is untyped
    if series == 1:
        made.set_legend({"none": True})
    else:
        made.set_legend({"position": "bottom", "font": _SMALL, **({"delete_series": list(hidden)} if hidden else {})})
