"""A real browser before a served shop, in which every page is watched: what it runs, what it asks for, and what it complains about."""

from __future__ import annotations

import html
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
import uvicorn

from fenji.domain.access import Role
from fenji.workflow.access.people import add_person
from web.conftest import PASSWORD, Web

CHROMIUM = shutil.which("chromium")
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WATCH = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.__refused.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


def fields_of(page: str) -> dict[str, str]:
    """What the form of the editor of policies would send."""
    form = page[page.index('<form id="editor"') : page.index("</form>", page.index('<form id="editor"'))]
    found = {}
    for tag in re.findall(r"<input([^>]*)>", form):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in values:
            found[values["name"]] = html.unescape(values.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        if chosen:
            found[name] = html.unescape(chosen[1])
    text = re.search(r'<textarea id="field-text"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    return found | {"text": html.unescape(text[1]) if text else ""}


@contextmanager
def listening(app: Any) -> Iterator[int]:
    """Serves an application in this process; gives its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield port
    server.should_exit = True
    thread.join(10)


@contextmanager
def chromium_or_skip() -> Iterator[Any]:
    """The browser, where there is one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright: pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """A browser of somebody of a role who has come in, and what went wrong in it."""

    def __init__(self, chromium: Any, web: Web, port: int, role: Role, *, host: str = "localhost", **settings: Any) -> None:
        """Comes in by a one-time link."""
        self.host, self.origin = host, f"http://{host}:{port}"
        self.context = chromium.new_context(**({"viewport": WIDE, "locale": "zh-CN", "reduced_motion": "reduce"} | settings))
        self.context.add_init_script(WATCH)
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)
        self.wrong: list[str] = []
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", self._asked)
        self.context.on("request", self._requested)
        self._come_in(web, role)

    def open(self, address: str) -> Any:
        """A page of ours, its answer."""
        return self.page.goto(self.origin + address)

    def choose(self, **cookies: str) -> None:
        """Language and theme, as the browser keeps them."""
        told = [{"name": f"__Host-fenji-{name}", "value": value} for name, value in cookies.items()]
        self.context.add_cookies([{**each, "domain": self.host, "path": "/", "secure": True} for each in told])

    def reach(self, selector: str) -> None:
        """Goes on by Tab alone to the next place that this names."""
        for _step in range(300):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
        pytest.fail(f"no Tab leads to {selector}")

    def faults(self, *but: str) -> list[str]:
        """What went wrong since the last time, apart from what is meant to."""
        told = [each for each in self.wrong if not any(part in each for part in but)]
        found = [*told, *(f"refused: {each}" for each in self.page.evaluate("window.__refused ?? []"))]
        if self.page.evaluate("window.__ran !== undefined"):
            found.append("a name was run")
        self.wrong.clear()
        return found

    def _told(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _asked(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":  # what was typed and not saved is asked about
            dialog.accept()
            return
        self.wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "blob:")):
            self.wrong.append(f"request elsewhere: {request.url}")

    def _come_in(self, web: Web, role: Role) -> None:
        link = add_person(web.root, "李 观察", f"watched.{role}.{time.monotonic_ns()}", [role]).link
        assert link is not None
        self.open(link.path)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("button.main")
        self.page.wait_for_load_state()
        if "/login/second" in self.page.url:
            self.page.click("button.main")
            secret = self.page.inner_text("p.secret code")
            self.page.fill("[name=code]", pyotp.TOTP(secret).now())
            self.page.click("button.main")
        self.page.wait_for_url(f"{self.origin}/")
