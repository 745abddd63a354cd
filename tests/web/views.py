"""Eight views that are kept as pictures: from which address, for whom, and how they are taken. ``make baselines`` takes them anew.

Letters are drawn by the fonts and the browser of a machine, so both are written down beside the pictures; elsewhere they are not compared.
"""

from __future__ import annotations

import io
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from fenji.domain.access import Role
from web.browsing import CHROMIUM, NARROW, Watched, chromium_or_skip, listening
from web.conftest import Web

FOLDER = Path(__file__).parent / "baselines"
MADE_WITH = FOLDER / "made_with.json"
FAMILIES = ("Noto Sans CJK SC", "monospace")
"""What the machine draws with; Inter comes with the pages."""
WIDTH, HEIGHT = 1180, 620
"""Of what a wide view shows; two columns still stand beside each other."""
SETTINGS = ("--no-sandbox", "--disable-lcd-text", "--font-render-hinting=none", "--force-color-profile=srgb", "--hide-scrollbars")
SHADES = 4
"""Bits of each colour that are kept: pictures stay small, and no shade hangs on the last bit."""
CHANGING = "document.querySelectorAll('.foot, .menu, .note').forEach((each) => each.remove())"
"""What names the run, the reader and the moment."""


@dataclass(frozen=True)
class View:
    """One picture."""

    name: str
    address: str
    language: str
    theme: str = "light"
    is_narrow: bool = False
    waits_for: str = "main h1"
    """What stands there when it is drawn."""

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}.png"


VIEWS = (
    View("overview_zh", "/", "zh", waits_for=".chart-drawn canvas"),
    View("overview_dark_en_narrow", "/", "en", "dark", is_narrow=True),
    View("movement_dark_zh", "/movement", "zh", "dark", waits_for=".chart-drawn canvas"),
    View("customers_en", "/customers", "en"),
    View("list_zh_narrow", "/?list=standing%3Din_tier", "zh", is_narrow=True, waits_for="dialog[open] tbody tr"),
    View("editor_en", "/policies/spend/draft?cut=vip.0%3A8000", "en", waits_for="[data-histogram] svg"),
    View("import_zh", "/data/import", "zh"),
    View("profile_en_narrow", "/structure", "en", is_narrow=True),
)


def machine() -> dict[str, str]:
    """With what letters are drawn here."""
    browser = subprocess.run(["chromium", "--version"], capture_output=True, check=True, text=True).stdout.split(" built")[0]
    found = {"browser": browser.strip()}
    for family in FAMILIES:
        found[family] = subprocess.run(
            ["fc-match", family, "family", "fontversion"], capture_output=True, check=True, text=True
        ).stdout.strip()
    return found


@contextmanager
def camera(chromium: Any, web: Web, port: int) -> Iterator[Watched]:
    """Another window of the browser, whose letters are the same on every day."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=SETTINGS)
    yield Watched(browser, web, port, Role.ANALYST, device_scale_factor=1)
    browser.close()


def taken(watched: Watched, view: View) -> Image.Image:
    """The picture as the page is now."""
    watched.choose(language=view.language, theme=view.theme)
    watched.page.set_viewport_size(NARROW if view.is_narrow else {"width": WIDTH, "height": HEIGHT})
    watched.open(view.address)
    watched.page.wait_for_selector(view.waits_for)
    watched.page.evaluate("document.fonts.ready.then(() => true)")
    watched.page.evaluate(CHANGING)
    watched.page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(watched.page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    return ImageOps.posterize(picture, SHADES)


def main() -> None:
    """Takes them all anew, for review."""
    from fixtures.served import served_shop

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium_or_skip() as chromium:
        web = Web(served_shop(Path(folder) / "shop"))
        with listening(web.app) as port, camera(chromium, web, port) as watched:
            for view in VIEWS:
                taken(watched, view).quantize(256, dither=Image.Dither.NONE).save(view.file, optimize=True)
    MADE_WITH.write_text(json.dumps(machine(), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
