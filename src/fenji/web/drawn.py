"""How does a chart stand on a page? Its data for the island, and its picture for paper and for browsers without scripts."""

from __future__ import annotations

from markupsafe import Markup

from fenji.reports.charts.data import Chart
from fenji.reports.charts.svg import svg_of


class Drawn:
    """One chart of a page; a page gives it to its template, which shows it by ``chart`` or ``chart_card``."""

    def __init__(self, name: str, chart: Chart) -> None:
        """Of a chart that was made from an answer as its reader may see it.

        Args:
            name: the id of its data; one of its own on the page, such as ``tiers-history``.
            chart: what it shows.
        """
        self.name, self.title, self.about = name, chart.title, chart.subtitle
        self.data = chart.to_json()
        self.picture = Markup(svg_of(chart, is_titled=False, name=name))  # noqa: S704 - it escapes every text
