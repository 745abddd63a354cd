"""Every kind of chart in a real browser: drawn under a strict policy, on wide and narrow screens, light and dark, with table, picture and lists."""

from __future__ import annotations

import json
import struct
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from fenji.language import Language
from fenji.reports.charts.axes import Axis, Unit
from fenji.reports.charts.data import Chart
from fenji.wording import figures
from fixtures.charts import charts

pytestmark = pytest.mark.proof
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'"
HOSTILE = '<img src=x onerror="window.hurt=1">"\'&{{7*7}}'
PARTS = 17 + 5 - 1
"""Canvases in sight: one a chart, and one for each of the five small multiples."""


def page_of(shown: list[Chart], language: Language) -> str:
    """A page with charts alone."""
    figures_ = "".join(
        f'<figure data-chart="c{place}"></figure><script type="application/json" id="c{place}">{json.dumps(each.to_json()).replace("<", chr(92) + "u003c")}</script>'
        for place, each in enumerate(shown)
    )
    head = f'<meta charset="utf-8"><title>charts</title><meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    sheets = "".join(f'<link rel="stylesheet" href="/{name}.css">' for name in ("palette", "chart"))
    icon = '<link rel="icon" href="data:,">'
    return f'<!doctype html><html lang="{language}">{head}{sheets}{icon}<script type="module" src="/islands/chart.js"></script><body>{figures_}</body></html>'


class Served(SimpleHTTPRequestHandler):
    """The static files, and a page per language."""

    pages: dict[str, str]

    def __init__(self, *given: Any, pages: dict[str, str], folder: str) -> None:
        self.pages = pages
        super().__init__(*given, directory=folder)

    def do_GET(self) -> None:
        text = self.pages.get(self.path.partition("?")[0])
        if text is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_given: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    hostile = [replace(each, title=HOSTILE, sentence=HOSTILE, subtitle=HOSTILE) for each in charts(Language.EN)]
    pages = {f"/{each}": page_of(charts(each), each) for each in Language} | {"/hostile": page_of(hostile, Language.EN)}
    with resources.as_file(resources.files("fenji") / "web" / "static") as folder:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, pages=pages, folder=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page in which nothing may go wrong."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", accept_downloads=True)
    opened, wrong = context.new_page(), []
    opened.on("console", lambda told: wrong.append(told.text) if told.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


def until(page: Any, expression: str) -> None:
    """Waits; the policy of the page forbids the evaluation that Playwright's own waiting needs."""
    for _attempt in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def drawn(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/{name}")
    until(page, f"document.querySelectorAll('.chart-drawn canvas').length >= {PARTS}")


def ink(page: Any) -> list[int]:
    """How many pixels of each canvas have a color of their own."""
    return page.evaluate(
        "[...document.querySelectorAll('canvas')].map((each) => new Set(new Uint32Array(each.getContext('2d').getImageData(0, 0, each.width, each.height).data.buffer)).size)"
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_kind_is_drawn_and_nothing_scrolls_sideways(
    page: Any, address: str, language: Language, width: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    drawn(page, address, language)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    page.wait_for_timeout(300)
    assert min(ink(page)) > 10
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    told = page.locator(".chart-plot").evaluate_all(
        "all => all.map((each) => [each.getAttribute('role'), each.getAttribute('aria-label')])"
    )
    assert told == [["img", each.sentence] for each in charts(language)]


def test_a_change_of_theme_and_of_width_redraws(page: Any, address: str) -> None:
    drawn(page, address, "en")
    pixel = "document.querySelector('canvas').getContext('2d').getImageData(0, 0, 2000, 200).data.reduce((sum, each) => sum + each, 0)"
    before = page.evaluate(pixel)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    until(page, f"{pixel} !== {before}")
    page.set_viewport_size({"width": 600, "height": 900})
    until(page, "[...document.querySelectorAll('canvas')].every((each) => each.clientWidth <= 600)")
    page.evaluate("document.querySelectorAll('figure').forEach((each) => each.remove())")
    until(page, "document.querySelectorAll('canvas').length === 0")


@pytest.mark.parametrize("language", Language)
def test_the_table_says_the_same_and_links_the_lists(page: Any, address: str, language: Language) -> None:
    drawn(page, address, language)
    for place, chart in enumerate(charts(language)):
        figure = page.locator(f"figure[data-chart=c{place}]")
        figure.locator("[data-tool=table]").click()
        rows = figure.locator("tbody tr").evaluate_all(
            "all => all.map((each) => [...each.cells].map((cell) => cell.textContent))"
        )
        assert rows == chart.table().texts()
        lists = figure.locator("a[data-list]").evaluate_all("all => all.map((each) => each.dataset.list)")
        assert lists == [each for row in chart.table().conditions for each in row if each is not None]
        assert not figure.locator(".chart-plot").is_visible()


@pytest.mark.parametrize(
    ("place", "at", "condition"), [(0, (0.2, 0.12), "tier=a"), (4, (0.3, 0.6), "tier=1"), (9, (0.3, 0.3), "cohort=0")]
)
def test_a_click_on_a_mark_follows_the_link_of_its_list(
    page: Any, address: str, place: int, at: tuple[float, float], condition: str
) -> None:
    drawn(page, address, "zh")
    page.evaluate(
        "window.followed = []; addEventListener('click', (event) => { const link = event.target.closest('a[data-list]'); if (link) { event.preventDefault(); followed.push(new URL(link.href).searchParams.get('list')); } })"
    )
    plot = page.locator(f"figure[data-chart=c{place}] .chart-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.click(box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"])
    until(page, "followed.length === 1")
    (found,) = page.evaluate("followed")
    assert found.split("&")[0] == condition.split("&", maxsplit=1)[0]


def test_the_saved_picture_is_white_and_twice_as_large_on_dark_ground(page: Any, address: str, tmp_path: Path) -> None:
    drawn(page, address, "zh")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    for place, name in ((8, "谁去了哪里.png"), (16, "各等级的预测.png")):
        with page.expect_download() as waiting:
            page.locator(f"figure[data-chart=c{place}] [data-tool=png]").click()
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        assert saved.name == name
        wide = page.locator(f"figure[data-chart=c{place}] .chart-plot").evaluate("each => each.clientWidth")
        assert struct.unpack(">II", saved.read_bytes()[16:24])[0] == 2 * wide
        source = "data:image/png;base64," + b64encode(saved.read_bytes()).decode()
        corner = page.evaluate(
            "async (source) => { const image = new Image(); image.src = source; await image.decode(); const sheet = new OffscreenCanvas(4, 4).getContext('2d'); sheet.drawImage(image, 0, 0); return [...sheet.getImageData(1, 1, 1, 1).data]; }",
            source,
        )
        assert corner == [255, 255, 255, 255]


def test_names_stay_text(page: Any, address: str) -> None:
    drawn(page, address, "hostile")
    for each in page.locator("[data-tool=table]").all():
        each.click()
    assert page.evaluate("[window.hurt ?? null, document.querySelectorAll('figure img').length]") == [None, 0]
    assert page.locator("caption").first.inner_text() == HOSTILE


@pytest.mark.parametrize("language", Language)
def test_marks_of_axes_are_written_as_on_the_server(page: Any, address: str, language: Language) -> None:
    drawn(page, address, language)
    write = "async ([values, axis, figures, largest]) => { const words = await import('/islands/chart_words.js'); return values.map((each) => words.tick(each, axis, figures, largest)); }"
    for values in (
        (0, 20, 92),
        (0, 2500, 5000),
        (0, 5000, 10000, 15000),
        (-20000, 0, 20000),
        (0, 2_500_000, 5_000_000),
        (0, 0.5, 1),
        (0, 1.5e9, 3e9),
    ):
        for axis in (Axis("n"), Axis("m", Unit.MONEY, "GBP"), Axis("m", Unit.MONEY, "CHF"), Axis("s", Unit.SHARE)):
            told = page.evaluate(write, [list(values), axis.to_json(), figures.as_data(language), max(map(abs, values))])
            assert tuple(told) == axis.ticks(values, language)
    log = Axis("m", Unit.MONEY, "CNY", is_log=True)
    values = (20, 500, 20000, 300000, 10**8)
    assert tuple(page.evaluate(write, [list(values), log.to_json(), figures.as_data(language), 0])) == log.ticks(values, language)
