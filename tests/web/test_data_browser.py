"""Files in a real browser: from an empty workspace to the overview, a worker that dies, and a source that is taken back (flows F1, F7, F8)."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fenji.domain.access import Role
from fenji.domain.jobs import JobState
from fenji.work.asking import list_jobs
from fenji.work.worker import Worker
from fixtures.imports import new_workspace
from web.browsing import NARROW, Watched, listening
from web.conftest import Web

pytestmark = pytest.mark.proof
JUNE = """订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,宝贝总数量
1001,王小明,1280.00,交易成功,2026-06-01 10:12:00,2
1002,李雷,560.00,交易成功,2026-06-03 20:01:33,1
1003,韩梅梅,99.00,交易关闭,2026-06-05 09:30:00,1
1004,王小明,3300.00,交易成功,2026-06-18 00:00:12,5
1005,赵敏,12800.00,交易成功,2026-06-18 00:03:45,3
1006,钱多多,240.00,交易成功,2026-06-21 12:40:00,1
"""
"""The export of the README: five orders that count, 18,180.00."""
MEMBERS = "客户编号,姓名,手机号,省份\n王小明,王小明,13900000001,浙江\n李雷,李雷,13900000002,江苏\n"
DONE = ".sentence .badge.good"
PATIENCE = 300_000
"""Milliseconds: the machine of a test may be busy."""


@contextmanager
def working(root: Path) -> Iterator[None]:
    """A worker in a thread of this process."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(root).work_forever, args=(stop,), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(60)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Web:
    return Web(new_workspace(tmp_path_factory.mktemp("web") / "shop"))


@contextmanager
def importing(shop: Web, chromium: Any) -> Iterator[Any]:
    """The page of somebody who imports; nothing may go wrong in their browser but a connection that ends while work is watched."""
    with listening(shop.app) as port:
        watched = Watched(chromium, shop, port, Role.ANALYST)
        watched.page.set_default_timeout(PATIENCE)
        watched.page.base = watched.origin
        yield watched.page
        wrong = watched.faults("ERR_NETWORK", "ERR_INCOMPLETE")
        watched.context.close()
    assert wrong == []


@pytest.fixture
def page(shop: Web, chromium: Any) -> Iterator[Any]:
    """Of the shop that all flows share."""
    with importing(shop, chromium) as found:
        yield found


def sent(page: Any, name: str, text: str) -> None:
    """Drops a file on the page, and waits until it has been looked into."""
    page.goto(f"{page.base}/data/import")
    page.set_input_files("[data-upload] input[type=file]", [{"name": name, "mimeType": "text/csv", "buffer": text.encode()}])
    assert name in page.locator("[data-files]").inner_text()
    page.click("[data-upload] button.main")
    page.wait_for_url("**/columns")
    page.wait_for_selector(".columns-table")


def accepted(page: Any) -> None:
    """From the columns over the preview to the sources."""
    page.click("button[value=preview]")
    page.wait_for_selector(".preview-table")
    page.click("a.main")
    page.wait_for_selector(".diff .is-new")
    page.click("form button.main")
    page.wait_for_selector(".run-form")


def narrow_fits(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def begins(page: Any, shop: Web, platform: str) -> str:
    """From the first page of an empty workspace over every step to the overview; what that says."""
    with working(shop.root):
        page.click("main a.main")
        page.wait_for_url("**/data/import")
        narrow_fits(page)
        sent(page, "june.csv", JUNE)
        assert platform in page.locator("main").inner_text()
        assert page.locator(".columns-table").get_by_text("王*明").count() == 1
        narrow_fits(page)
        page.click("button[value=preview]")
        page.wait_for_selector(".preview-table")
        assert "18,180.00" in page.locator(".sentence").inner_text()
        assert "王小明" not in page.locator("main").inner_text()
        narrow_fits(page)
        page.click("a.main")
        page.wait_for_selector(".diff .is-new")
        page.click("form button.main")
        page.wait_for_selector(".run-form")
        narrow_fits(page)
        page.click(".run-form button.main")
        page.wait_for_selector("[data-progress]")
        page.wait_for_selector(DONE)
        narrow_fits(page)
        page.click("main a.main")
        page.wait_for_url("**/")
        narrow_fits(page)
        return str(page.locator("main").inner_text())


def test_f1_from_an_empty_workspace_to_the_overview(page: Any, shop: Web) -> None:
    told = begins(page, shop, "淘宝")
    assert "2026-06-21" in told
    assert "金卡会员" in told
    assert "70.4%" in told


def test_f1_on_a_narrow_screen_in_english(chromium: Any, tmp_path: Path) -> None:
    shop = Web(new_workspace(tmp_path / "shop"))
    with importing(shop, chromium) as page:
        page.set_viewport_size(NARROW)
        page.click("header button[name=language]")
        page.wait_for_selector("html[lang=en]")
        told = begins(page, shop, "Taobao")
    assert "2026-06-21" in told
    assert "70.4%" in told


def test_f8_a_second_file_comes_in_and_is_taken_back(page: Any, shop: Web) -> None:
    with working(shop.root):
        sent(page, "members.csv", MEMBERS)
        accepted(page)
        page.fill("[name=as_of]", "2026-06-30")
        page.click(".run-form button.main")
        page.wait_for_selector(DONE)
        assert "members.csv" in page.locator("main").inner_text()
        page.goto(f"{page.base}/data")
        row = page.locator("tbody tr", has_text="members.csv")
        row.locator(".confirm summary").click()
        row.locator(".confirm button").click()
        page.wait_for_selector(".said")
        assert "members.csv" not in page.locator("table").inner_text()
        page.goto(f"{page.base}/data/runs")
        page.fill("[name=as_of]", "2026-06-30")
        page.click(".run-form button.main")
        page.wait_for_selector(DONE)
        assert "members.csv" not in page.locator("main").inner_text()


def test_f7_a_worker_dies_and_the_page_goes_on(page: Any, shop: Web) -> None:
    page.goto(f"{page.base}/data/runs")
    before = page.locator(".sentence").inner_text()
    page.fill("[name=as_of]", "2026-06-29")
    page.click(".run-form button.main")
    page.wait_for_selector("[data-progress]")
    command = [sys.executable, "-m", "fenji", "work", "--workspace", str(shop.root)]
    first = subprocess.Popen(command)
    deadline = time.monotonic() + PATIENCE / 1000
    while list_jobs(shop.root)[0].state is JobState.QUEUED or list_jobs(shop.root)[0].progress.share == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    page.reload()
    assert page.locator("[data-progress]").count() == 1
    other = page.context.new_page()
    other.goto(f"{page.base}/data/runs")
    assert before.partition("。")[0] in other.locator(".sentence").inner_text()
    other.close()
    with working(shop.root):
        page.wait_for_selector(DONE)
    assert "2026-06-29" in page.locator(".sentence").inner_text()
    assert "第 2 次" in page.locator(".log").inner_text()
