"""Files are sent, asked about, looked at and accepted over the network; names are texts, and a broken upload leaves nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from end_to_end.api.conftest import Served
from fenji.api.bodies import reading
from fenji.api.routes import jobs
from fenji.api.uploading import UploadBroken, pieces
from fenji.domain.access import RIGHTS_OF, Right, Role
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.errors import FenjiError
from fenji.http import receiving
from fenji.server.app import app_of
from fenji.work.worker import work_once
from fenji.workflow.access.people import add_person
from fenji.workflow.access.tokens import make_token
from fenji.workspace.folder import open_workspace
from fixtures.imports import new_workspace, unrehearsed

__all__ = ["unrehearsed"]

ORDERS = "订单号,会员编号,手机号,日期,实付金额\nB1,M01,13812345678,03/04/2026,420.00\nB2,M02,13812345679,05/04/2026,1260.00\nB3,M01,13812345678,06/05/2026,88.00\n".encode()


class Door:
    """A new workspace that is served, and an analyst who comes in."""

    def __init__(self, root: Path, client: TestClient, role: Role = Role.ANALYST) -> None:
        self.root, self.client = root, client
        add_person(root, "Ann", f"ann.{role}", [role])
        token = make_token(root, f"ann.{role}", "test", RIGHTS_OF[role] - NEVER_FOR_TOKENS).text
        self.headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
        self.keys = iter(range(1000))

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self.headers, **({"idempotency-key": f"k{next(self.keys)}"} if method == "POST" else {})}
        return self.client.request(method, f"/api/v1{path}", headers={**headers, **more.pop("headers", {})}, **more)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    root = new_workspace(tmp_path / "shop")
    with TestClient(app_of(root, lambda *_, **__: None), base_url="https://testserver", raise_server_exceptions=False) as client:
        yield Door(root, client)


def started(door: Door) -> str:
    answer = door.ask("POST", "/imports", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["import"]["import_id"])


@pytest.mark.usefixtures("unrehearsed")
def test_from_the_first_file_to_the_sources(door: Door) -> None:
    assert door.ask("GET", "/sources").json()["sources"] == []
    address = f"/imports/{started(door)}"
    sent = door.ask("PUT", f"{address}/files/订单.csv", content=ORDERS)
    assert sent.status_code == 200, sent.text
    assert [(each["name"], each["size"]) for each in sent.json()["import"]["files"]] == [("订单.csv", len(ORDERS))]
    proposal = door.ask("POST", f"{address}/proposal").json()
    (question,) = proposal["map"]["questions"]
    assert (proposal["may_be_accepted"], question["kind"]) == (False, "date_order")
    body = {"edition": proposal["import"]["edition"], "answers": {question["id"]: "dmy"}}
    proposal = door.ask("POST", f"{address}/answers", json=body).json()
    assert door.ask("POST", f"{address}/answers", json=body).status_code == 409
    body = {"edition": proposal["import"]["edition"], "fingerprint": proposal["fingerprint"]}
    accepted = door.ask("POST", f"{address}/accept", json=body, headers={"idempotency-key": "once"})
    assert accepted.status_code == 200, accepted.text
    assert door.ask("POST", f"{address}/accept", json=body, headers={"idempotency-key": "once"}).json() == accepted.json()
    assert accepted.json()["files"] == ["data/订单.csv"]
    found = door.ask("GET", "/sources").json()
    (source,) = found["sources"]
    assert (source["feed"], source["files"], source["account"]) == ("order_line", ["data/订单.csv"], None)
    taken = door.ask("DELETE", f"/sources/{source['source']}?fingerprint={found['fingerprint']}")
    assert taken.json()["files"] == ["data/订单.csv"]
    assert [each["status"] for each in door.ask("GET", "/imports").json()["imports"]] == ["accepted"]


@pytest.mark.usefixtures("unrehearsed")
def test_every_step_can_be_left_to_a_worker(door: Door) -> None:
    import_id = started(door)
    address = f"/imports/{import_id}"
    door.ask("PUT", f"{address}/files/orders.csv", content=ORDERS)

    def left(**body: Any) -> Any:
        asked = door.ask("POST", f"{address}/jobs", json=body)
        assert asked.status_code == 202, asked.text
        assert (asked.json()["kind"], asked.json()["arguments"]["import_id"]) == ("import", import_id)
        job_id = asked.json()["job_id"]
        work_once(door.root)
        assert door.ask("GET", f"/jobs/{job_id}").json()["state"] == "done"
        file = door.ask("GET", f"/jobs/{job_id}/file")
        assert "138****" in file.text or "13812345678" not in file.text
        return file.json()["en"]

    proposal = left(step="propose")
    assert proposal == door.ask("POST", f"{address}/proposal").json()
    (question,) = proposal["map"]["questions"]
    proposal = left(step="answer", edition=proposal["import"]["edition"], answers={question["id"]: "dmy"})
    assert proposal["may_be_accepted"] is True
    assert left(step="preview")["files"][0]["rows_in"] == 3
    body = {"edition": proposal["import"]["edition"], "fingerprint": proposal["fingerprint"]}
    assert left(step="accept", **body)["files"] == ["data/orders.csv"]
    assert door.ask("POST", f"{address}/jobs", json={"step": "accept"}).status_code == 422
    assert door.ask("POST", "/imports/nothing/jobs", json={"step": "propose"}).status_code == 404
    assert Door(door.root, door.client, Role.VIEWER).ask("POST", f"{address}/jobs", json={"step": "preview"}).status_code == 403


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsources.yaml", "%2Fetc%2Fpasswd.csv", "..%5Corders.csv", "%00.csv", "fenji.toml", ".uploads.csv"]
)
def test_a_name_never_leads_to_another_folder(name: str, door: Door) -> None:
    address = f"/imports/{started(door)}"
    before = sorted(each.name for each in door.root.rglob("*"))
    assert door.ask("PUT", f"{address}/files/{name}", content=ORDERS).status_code in (404, 422)
    assert sorted(each.name for each in door.root.rglob("*")) == before


def test_an_import_that_is_dropped_is_gone(door: Door) -> None:
    address = f"/imports/{started(door)}"
    door.ask("PUT", f"{address}/files/orders.csv", content=ORDERS)
    assert door.ask("DELETE", f"{address}?edition=1").status_code == 409
    assert door.ask("DELETE", f"{address}?edition=2").json()["import"]["status"] == "dropped"
    assert not (door.root / ".uploads").exists()
    assert door.ask("GET", f"{address}/preview").status_code == 409
    assert door.ask("GET", "/imports/nothing").status_code == 404


def test_a_file_that_is_too_large_is_refused_while_it_comes(door: Door) -> None:
    settings = door.root / "fenji.toml"
    settings.write_text(f'upload_limit = "1KB"\n{settings.read_text("utf-8")}', "utf-8")
    address = f"/imports/{started(door)}"
    assert door.ask("PUT", f"{address}/files/orders.csv", content=ORDERS * 20).status_code == 413
    assert not any((door.root / ".uploads").rglob("*.csv"))


def test_who_may_not_change_sources_sees_no_import(door: Door) -> None:
    viewer = Door(door.root, door.client, Role.VIEWER)
    for method, path in (("GET", "/sources"), ("GET", "/imports"), ("POST", "/imports"), ("PUT", "/imports/x/files/a.csv")):
        answer = viewer.ask(method, path)
        assert (answer.status_code, Right.SOURCES_CHANGE.value in answer.text) == (403, True), path


def test_who_watches_a_job_is_told_no_more_once_the_token_is_over(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "EVENT_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "WATCHED_FOR", 10)
    job_id = door.ask("POST", "/jobs", json={"kind": "selftest"}).json()["job_id"]
    state, asked = open_workspace(door.root).state, iter(range(10**6))
    monkeypatch.setattr(state, "clock", lambda: datetime.now(UTC) + timedelta(days=400 if next(asked) > 20 else 0))
    told = door.ask("GET", f"/jobs/{job_id}/events")
    assert told.status_code == 200
    events = [each.partition("\ndata: ") for each in told.text.strip().split("\n\n")]
    assert [name for name, _blank, _data in events] == ["event: job", "event: problem"]
    assert json.loads(events[-1][2])["code"] == "not_authenticated"
    assert door.ask("GET", f"/jobs/{job_id}/events").status_code == 401


def run_apart(work: Coroutine[Any, Any, object]) -> None:
    """In a thread of its own: a browser that other tests have opened keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, work).result()


@pytest.mark.parametrize("ends", [True, False])
def test_a_body_that_does_not_come_is_refused_and_no_mistake_of_ours(ends: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "BODY_SECONDS", 0.05)
    messages = iter([{"type": "http.request", "body": b'{"kind"', "more_body": True}])

    async def receive() -> dict[str, Any]:
        found = next(messages, None)
        if found is None and ends:
            return {"type": "http.disconnect"}
        if found is None:
            await asyncio.sleep(5)
        return found or {}

    expected = receiving.BodyBroken if ends else receiving.TooSlow
    with pytest.raises(expected):
        run_apart(reading.whole_body(Request({"type": "http", "headers": []}, receive)))


def test_a_connection_that_ends_too_early_is_told() -> None:
    messages = iter([{"type": "http.request", "body": b"a,b\n", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def read() -> list[bytes]:
        found: list[bytes] = []
        body = pieces(Request({"type": "http"}, receive), asyncio.get_running_loop())
        with pytest.raises(UploadBroken):
            await asyncio.to_thread(lambda: found.extend(body))
        return found

    run_apart(read())
    assert issubclass(UploadBroken, FenjiError)
    assert UploadBroken.retryable


def test_runs_are_listed_and_shown(served: Served, asking: Callable[..., Any]) -> None:
    listed = asking("/runs?limit=500").json()["runs"]
    run = next(each for each in listed if each["command"] == "run")
    assert run["status"] == "published"
    found = asking(f"/runs/{run['run_id']}").json()
    assert {name: found[name] for name in run} == run
    assert found["rows"] >= found["kept"] > 0
    assert {"clean.customer", "insight.tier_assignment"} <= {each["table"] for each in found["tables"]}
    assert asking("/runs/nothing").status_code == 404
    analysis = next(each for each in listed if each["base_run_id"] is not None)
    assert asking(f"/runs/{analysis['run_id']}").json()["run_id"] == analysis["run_id"]
