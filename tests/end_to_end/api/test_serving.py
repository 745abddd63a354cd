"""A real server with its processes: it is ready, survives the death of a worker, refuses politely what is too much, and ends in good order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from end_to_end.api.conftest import Served
from fenji.domain.access import Role
from fenji.server.connections import FIRST_WORD_SECONDS
from fixtures.running_server import Running, running

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def server(served: Served) -> Iterator[Running]:
    with running(served.root) as found:
        yield found


@pytest.fixture(scope="module")
def headers(served: Served) -> dict[str, str]:
    return served.token(Role.MANAGER)


def test_two_workers_count_together_and_name_no_personal_value(server: Running, headers: dict[str, str]) -> None:
    for _each in range(40):
        assert server.get("/api/v1/tiers", headers=headers).status_code == 200
    told = server.get("/metrics").text
    asked = next(
        line for line in told.splitlines() if line.startswith('fenji_requests_total{method="GET",route="/tiers",status="200"}')
    )
    assert float(asked.rpartition(" ")[2]) == 40
    assert "fenji_store_bytes" in told
    lines = [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]
    assert {"request_id", "route", "status", "milliseconds"} <= set(lines[-1])


def test_a_killed_worker_is_replaced_and_nobody_is_refused_for_long(server: Running, headers: dict[str, str]) -> None:
    before = server.workers()
    os.kill(before[-1], signal.SIGKILL)
    failed = 0
    for _each in range(60):
        try:
            failed += server.get("/api/v1/tiers", headers=headers).status_code != 200
        except httpx2.HTTPError:
            failed += 1
        time.sleep(0.05)
    assert failed <= 2
    deadline = time.monotonic() + 60
    while len(server.workers()) < len(before) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert len(server.workers()) == len(before)


def test_a_line_that_only_listens_is_given_up(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"GET /api/v1/tiers HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        slow.settimeout(FIRST_WORD_SECONDS + 20)
        began = time.monotonic()
        assert slow.recv(100) == b""
        assert time.monotonic() - began < FIRST_WORD_SECONDS + 15


def test_too_many_lines_are_refused_in_words_and_the_server_goes_on(server: Running, headers: dict[str, str]) -> None:
    lines: list[socket.socket] = []
    refused = 0
    try:
        for _each in range(2500):
            try:
                lines.append(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            except OSError:
                break
        for each in lines[-400:]:
            each.settimeout(0.2)
            try:
                refused += each.recv(200).startswith(b"HTTP/1.1 503")
            except OSError:
                continue
    finally:
        for each in lines:
            each.close()
    assert refused > 50
    time.sleep(1)
    assert server.get("/api/v1/tiers", headers=headers).status_code == 200


def test_a_job_is_done_by_the_worker_beside_it(server: Running, headers: dict[str, str]) -> None:
    asked = httpx2.post(
        f"{server.url}/api/v1/exports", json={"form": "csv"}, headers={**headers, "Idempotency-Key": "e1"}, timeout=60
    )
    assert asked.status_code == 202, asked.text
    job = asked.json()["job_id"]
    with httpx2.stream("GET", f"{server.url}/api/v1/jobs/{job}/events", headers=headers, timeout=120) as events:
        last = [line for line in events.iter_lines() if line.startswith("data: ")][-1]
    assert json.loads(last.removeprefix("data: "))["state"] == "done"
    file = server.get(f"/api/v1/jobs/{job}/file", headers=headers)
    assert file.status_code == 200
    assert "138****" in file.text
    assert "13800000001" not in file.text


def test_an_open_address_without_encryption_is_refused(served: Served) -> None:
    line = [sys.executable, "-m", "fenji", "serve", "--workspace", str(served.root), "--host", "0.0.0.0", "--lang", "en"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "--tls-cert" in done.stderr


def test_it_ends_in_good_order(served: Served, tmp_path: Path, headers: dict[str, str]) -> None:
    with running(served.root) as server:
        assert server.get("/api/v1/tiers", headers=headers).status_code == 200
        pids = server.workers()
        server.end()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
