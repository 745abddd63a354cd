"""The pages of data and runs over plain HTTP: files come in by forms alone, two people do not overwrite one another, and work is watched."""

from __future__ import annotations

import html
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import Caller, Role
from fenji.domain.audit import Action
from fenji.domain.events import EventKind, channel_target
from fenji.domain.jobs import JobKind, JobState
from fenji.errors import Conflict, FenjiError, NotFound
from fenji.language import Language
from fenji.state.sending.deliveries import NewDelivery
from fenji.web.failing import told_problems
from fenji.web.pages import declared
from fenji.web.steps import OF_COMMANDS, OF_STEPS, TITLES
from fenji.work.asking import list_jobs
from fenji.work.worker import work_once
from fenji.workflow.auditing import list_audit
from fenji.workflow.sending.alerts import acknowledge_alerts, alert_history
from fenji.workflow.waiting import waiting_for
from fenji.workspace.folder import open_workspace
from fenji.workspace.sending.spreading import SENDER
from fixtures.imports import new_workspace, unrehearsed
from web.conftest import Web, token_in

__all__ = ["unrehearsed"]

ORDERS = "订单号,会员编号,手机号,日期,实付金额\nB1,M01,13812345678,03/04/2026,420.00\nB2,M02,13812345679,05/04/2026,1260.00\nB3,M01,13812345678,06/05/2026,88.00\n".encode()


class Desk:
    """Somebody at the pages of a new workspace."""

    def __init__(self, web: Web) -> None:
        self.browser = web.login(Role.ANALYST)
        self.token = token_in(self.browser.get("/account").text)

    def get(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def post(self, path: str, files: Any = None, **fields: str) -> Any:
        return self.browser.post(path, data={"csrf_token": self.token, **fields}, files=files, follow_redirects=False)


@pytest.fixture
def shop(tmp_path: Path) -> Web:
    return Web(new_workspace(tmp_path / "shop"))


def hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.mark.usefixtures("unrehearsed")
def test_from_the_first_file_to_the_sources_by_forms_alone(shop: Web) -> None:
    ann, ben = Desk(shop), Desk(shop)
    assert 'href="/data/import"' in ann.get("/")
    assert ann.post("/data/import").status_code == 422
    sent = ann.post("/data/import", [("files", ("订单.csv", ORDERS)), ("files", ("../x.csv", ORDERS))])
    assert (sent.status_code, "订单.csv" in sent.text) == (422, True)
    address = re.search(r'action="(/data/import/[^"/]+)/look"', sent.text)[1]
    assert ann.post(f"{address}/look").headers["location"] == f"{address}/columns"
    assert f'data-progress="/data/jobs/{list_jobs(shop.root)[0].job_id}"' in ann.get(f"{address}/columns")
    work_once(shop.root)
    page = ben.get(f"{address}/columns")
    assert "13812345678" not in page
    assert "138****5678" in page
    edition, question = hidden(page, "edition"), re.search(r'name="(answer date_order:[^"]+)"', page)[1]
    column = re.search(r'<select name="(column [^"]+手机号)"', page)[1]
    assert ann.post(f"{address}/columns", edition=edition, **{question: "dmy", column: "-"}).status_code == 303
    work_once(shop.root)
    late = ben.post(f"{address}/columns", edition=edition, **{question: "mdy"})
    assert (late.status_code, "has changed this import meanwhile" in late.text) == (409, True)
    assert 'value="dmy" checked' in late.text
    page = ann.get(f"{address}/accept")
    assert '<span class="is-new">+' in page
    assert re.search(r'is-new">\+ +customer_id:', page)
    assert not re.search(r'is-new">\+ +phone:', page)
    ann.post(f"{address}/accept", edition=hidden(page, "edition"), fingerprint=hidden(page, "fingerprint"))
    work_once(shop.root)
    assert "data/订单.csv" in ann.get("/data")
    run = ben.post("/data/runs", tiers="own", as_of="2026-05-31")
    assert (run.status_code, list_jobs(shop.root)[0].kind) == (303, JobKind.START)
    assert "See how far it is" in ben.get("/")
    page = ben.get("/data")
    fields = {"source": hidden(page, "source"), "fingerprint": hidden(page, "fingerprint")}
    assert ben.post("/data/sources/without", **fields).status_code == 303
    assert ben.post("/data/sources/without", **fields).status_code in (404, 409)
    assert "No source is there yet" in ben.get("/data")


@pytest.mark.usefixtures("unrehearsed")
def test_a_table_of_a_database_comes_in_by_forms_and_its_address_is_on_no_page(
    shop: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(shop)
    assert "FENJI_SOURCE_SHOP=" in desk.get("/data/import")
    with sqlite3.connect(shop.root / "s3cret.db") as there:
        there.execute("create table orders (订单编号, 买家会员名, 订单状态, 订单付款时间, 买家实际支付金额)")
        rows = [(f"{n:04d}", f"会员{n}", "交易成功", f"2025-03-{n + 1:02d} 10:00:00", 100 + n) for n in range(9)]
        there.executemany("insert into orders values (?, ?, ?, ?, ?)", rows)
    there.close()
    monkeypatch.setenv("FENJI_SOURCE_ERP", "sqlite:///s3cret.db")
    seen = [desk.get("/data/import"), desk.get("/data/databases/erp")]
    assert 'href="/data/databases/erp"' in seen[0]
    assert 'name="table" value="orders"' in seen[1]
    assert desk.post("/data/databases/erp").status_code == 422
    assert desk.post("/data/databases/other", table="orders").status_code == 404
    columns = desk.post("/data/databases/erp", table="orders").headers["location"]
    while work_once(shop.root):
        pass
    address = columns.removesuffix("/columns")
    seen += [desk.get(columns), desk.get(f"{address}/accept")]
    assert "orders (erp)" in seen[2]
    fields = {each: hidden(seen[3], each) for each in ("edition", "fingerprint")}
    assert desk.post(f"{address}/accept", **fields).status_code == 303
    while work_once(shop.root):
        pass
    seen += [desk.get("/data"), desk.get("/data/databases/erp")]
    assert 'name="table" value="orders"' not in seen[5]
    assert not [each for each in seen if "s3cret" in each]
    assert "table: orders" in (shop.root / "sources.yaml").read_text("utf-8")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(shop: Web) -> None:
    settings = shop.root / "fenji.toml"
    settings.write_text(f'upload_limit = "1KB"\n{settings.read_text("utf-8")}', "utf-8")
    desk = Desk(Web(shop.root))
    assert desk.post("/data/import", [("files", ("orders.csv", b"x" * 1_100_000))]).status_code == 422
    assert desk.browser.get("/data/import").status_code == 200
    stranger = shop.browser().post("/data/import", files=[("files", ("a.csv", ORDERS))], follow_redirects=False)
    assert stranger.headers["location"].startswith("/login")


def test_a_job_is_watched_and_cancelled_by_those_who_may(shop: Web) -> None:
    desk, viewer = Desk(shop), shop.login(Role.VIEWER)
    address = desk.post("/data/runs", history="3").headers["location"]
    job_id = address.rpartition("/")[2]
    assert desk.post("/data/runs", history="x").status_code == 422
    assert desk.post("/data/runs", as_of="31.1.2026").status_code == 422
    told = desk.browser.get(f"/data/jobs/{job_id}/state").json()
    assert (told["state"], told["ended"], told["step"]) == ("queued", False, "waiting for a worker")
    assert viewer.get(f"/data/jobs/{job_id}/state").status_code == 404
    assert viewer.get(address).status_code == 404
    assert (
        viewer.post(f"/data/jobs/{job_id}/cancel", data={"csrf_token": token_in(viewer.get("/account").text)}).status_code == 404
    )
    assert desk.post(f"/data/jobs/{job_id}/cancel").status_code == 303
    events = desk.browser.get(f"/data/jobs/{job_id}/events").text
    assert events.startswith("event: job\ndata: ")
    assert '"state": "cancelled"' in events
    assert list_jobs(shop.root)[0].state is JobState.CANCELLED
    assert "Somebody has cancelled this step." in desk.get(address)


def test_the_schedule_is_changed_by_form_and_text_and_never_blindly(shop: Web) -> None:
    desk = Desk(shop)
    mark = hidden(desk.get("/data/schedule"), "fingerprint")
    entry = {"do": "run", "rhythm": "week", "weekday": "1", "at": "03:05", "name": "weekly"}
    assert desk.post("/data/schedule/entries", fingerprint=mark, **entry).status_code == 303
    assert desk.post("/data/schedule/entries", fingerprint=mark, **entry | {"name": "again"}).status_code == 409
    page = desk.get("/data/schedule")
    assert "every Monday at 03:05" in page
    assert "when: every monday at 03:05" in page
    mark = hidden(page, "fingerprint")
    broken = desk.post("/data/schedule", fingerprint=mark, text="schedule:\n  - name: a\n    do: nothing\n    when: never\n")
    assert (broken.status_code, "do: nothing" in broken.text) == (422, True)
    assert desk.post("/data/schedule/without", fingerprint=mark, name="weekly").status_code == 303
    assert "Nothing begins by itself yet." in desk.get("/data/schedule")
    assert shop.login(Role.VIEWER).get("/data/schedule").text.count("<textarea") == 0


def test_rows_that_were_left_out_stand_behind_their_reason(analyst: TestClient) -> None:
    page = html.unescape(analyst.get("/data/quality").text)
    assert "count (" in page
    for link in re.findall(r'<a class="number" href="(/data/quality/rows[^"]+)"', page):
        assert analyst.get(link).status_code == 200
    assert analyst.get("/data/quality/rows?reason=nothing").status_code == 404
    assert analyst.get("/data/identity").status_code == 200
    runs = re.findall(r'href="/data/runs/([^"]+)"', analyst.get("/data/runs").text)
    assert any(
        "orders.csv" in analyst.get(f"/data/runs/{run_id}").text for run_id in runs
    )  # the newest may be one that read nothing


def test_webhooks_show_their_secret_once_and_their_deliveries(web: Web) -> None:
    desk = web.login(Role.ADMIN)
    token = token_in(desk.get("/account").text)
    kinds = {"csrf_token": token, "kind": "run.published"}
    assert desk.post("/data/alerts/webhooks", data={**kinds, "url": "http://localhost/x"}).status_code == 422
    made = desk.post("/data/alerts/webhooks", data={**kinds, "url": "https://crm.example.com/fenji"})
    assert "whsec_" in made.text
    address = re.search(r'href="(/data/alerts/webhooks/[^"]+)"', desk.get("/data/alerts").text)[1]
    assert "whsec_" not in desk.get(address).text
    assert desk.post(f"{address}/replay", data={"csrf_token": token, "since": "2020-01-01"}).status_code == 422
    assert desk.post(f"{address}/remove", data={"csrf_token": token}).url.path == "/data/alerts"


def test_alerts_are_open_until_somebody_acknowledges_them(shop: Web) -> None:
    """World: one event told on two channels, and another one on one: three lines, two alerts."""
    workspace, now = open_workspace(shop.root), datetime.now(UTC)
    told = [("sales", "e1", "r1"), ("board", "e1", "r1"), ("sales", "e2", "r2")]
    with workspace.state.transaction(SENDER) as t:
        t.sending.deliveries.add(
            NewDelivery(
                channel_target(channel),
                event,
                EventKind.RUN_FAILED,
                now,
                rule,
                {"line": "event", "kind": "run.failed", "run_id": rule},
            )
            for channel, event, rule in told
        )
    admin, analyst = shop.login(Role.ADMIN), shop.login(Role.ANALYST)
    count = 'href="/data/alerts" aria-label="{} open alert'
    assert count.format(2) in admin.get("/data").text
    assert "side-count" not in analyst.get("/data").text
    page = admin.get("/data/alerts").text
    token, lines = (
        token_in(page),
        {each.channel: each.line for each in alert_history(shop.root).lines if "r1" in each.sentence.in_language(Language.EN)},
    )
    assert admin.post("/data/alerts/acknowledge", data={"csrf_token": token}).status_code == 422
    assert admin.post("/data/alerts/acknowledge", data={"csrf_token": token, "line": [lines["sales"], "x"]}).status_code == 404
    assert waiting_for(shop.root, Caller(SENDER, frozenset())).alerts == 2
    said = admin.post("/data/alerts/acknowledge", data={"csrf_token": token, "line": list(lines.values())})
    assert "1 alert acknowledged, 1 still open." in said.text
    assert said.text.count("acknowledged by admin.web") == 2
    again = acknowledge_alerts(shop.root, [lines["board"]])
    assert (again.acknowledged, again.before, again.open) == (0, 1, 1)
    written = [each for each in list_audit(shop.root).entries if each.action is Action.ALERT_ACKNOWLEDGED]
    assert [(each.principal.partition(".")[0], each.subject) for each in written] == [("admin", lines["sales"])]
    admin.post(
        "/data/alerts/acknowledge",
        data={"csrf_token": token, "all": "yes", "shown": re.findall(r'name="shown" value="([^"]+)"', said.text)},
    )
    assert "side-count" not in admin.get("/data").text
    assert waiting_for(shop.root, Caller(SENDER, frozenset())).alerts == 0


def test_advice_for_a_command_line_leads_to_the_page_instead() -> None:
    pages = {each.address for each in declared()}
    assert {*OF_STEPS.values(), *OF_COMMANDS.values()} - pages == set()
    assert set(TITLES) >= {*OF_STEPS.values(), *OF_COMMANDS.values()}
    error: FenjiError = NotFound.of("there is no job {job_id}.", advice="List them with: fenji jobs list", job_id="x")
    (told,) = told_problems(error, Language.EN)
    assert (told["advice"], told["page"]) == ("", "/data/runs")
    (other,) = told_problems(Conflict.of("a", advice="Look at it again."), Language.EN)
    assert (other["advice"], other["page"]) == ("Look at it again.", "")
