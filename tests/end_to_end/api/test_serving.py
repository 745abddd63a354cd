"""A real server with its processes: it is ready, survives the death of a worker, refuses politely what is too much, and ends in good order."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from end_to_end.api.conftest import Served
from fenji.domain.access import Role
from fenji.server.connections import FIRST_WORD_SECONDS, MOST_OPEN, TAKEN_SECONDS
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


def test_the_body_of_an_answer_does_not_wait_for_its_head_to_arrive(server: Running) -> None:
    took = []
    with httpx2.Client(base_url=server.url) as line:
        for _each in range(30):
            began = time.monotonic()
            assert line.get("/health/live").status_code == 200
            took.append(time.monotonic() - began)
    # A body that waits for the receipt of its head comes 40 ms later, each time.
    assert min(took) < 0.03


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


CROWD = 10_000
TELLS_OPEN = 300
"""Lines that ask for something while the house is full."""


def test_ten_thousand_lines_are_refused_in_words_and_the_server_goes_on(server: Running, headers: dict[str, str]) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < CROWD + 500:
        pytest.skip(f"this machine lets a process open {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (CROWD + 500, hard))
    before = server.workers()
    inside = httpx2.Client(base_url=server.url, headers=headers, timeout=60)
    assert inside.get("/api/v1/tiers").status_code == 200
    lines: list[socket.socket] = []
    answered = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.1):  # within what one token may ask
            answered.append(inside.get("/api/v1/tiers").status_code)

    beside = threading.Thread(target=ask)
    beside.start()
    began = time.monotonic()
    try:
        for _each in range(CROWD):
            line = socket.socket()
            line.settimeout(20)
            line.connect(("127.0.0.1", server.port))
            lines.append(line)
        seconds = time.monotonic() - began
        time.sleep(3)  # whoever came last may still wait at the door
        told = Counter(map(first_words, reversed(lines)))
    finally:
        ended.set()
        beside.join()
        inside.close()
        for each in lines:
            each.close()
    sys.stderr.write(f"{len(lines)} lines in {seconds:.1f} s: {dict(told)}; inside {Counter(answered)}\n")
    assert told["503"] >= CROWD - 2 * MOST_OPEN
    assert told["closed"] == 0
    assert set(answered) == {200}
    assert server.workers() == before
    time.sleep(2)
    for _each in range(20):
        assert server.get("/api/v1/tiers", headers=headers).status_code == 200


def first_words(line: socket.socket) -> str:
    """What a line was told without asking: its status, that it was closed, or nothing yet."""
    line.settimeout(0.001)
    try:
        return line.recv(400).partition(b" ")[2][:3].decode() or "closed"
    except ConnectionError:
        return "closed"
    except TimeoutError:
        return "open"


def test_who_asks_at_once_and_is_refused_can_read_why(server: Running) -> None:
    """The request lies unread when the line is closed: that must not take the refusal with it."""
    held, told = [], Counter()
    try:
        for _each in range(2400):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=5)
            line.sendall(b"GET /api/v1/tiers HTTP/1.1\r\nHost: x\r\n" + (b"X-Long: " if len(held) < 1900 else b"\r\n"))
            held.append(line)
        for line in held[-TELLS_OPEN:]:
            line.settimeout(5)
            try:
                told[line.recv(400).partition(b" ")[2][:3].decode()] += 1
            except OSError:
                told["broken"] += 1
    finally:
        for each in held:
            each.close()
    sys.stderr.write(f"who asks at once is told {dict(told)}\n")
    assert told["503"] >= 50, told


def test_who_takes_nothing_and_who_says_the_second_thing_slowly_is_given_up(server: Running, headers: dict[str, str]) -> None:
    token = headers["authorization"].encode()
    head = b"GET /api/v1/tiers HTTP/1.1\r\nHost: x\r\nAuthorization: " + token + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=FIRST_WORD_SECONDS + 20) as slow:
        slow.sendall(head + b"\r\n")
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        slow.sendall(head + b"X-Slow: ")
        while slow.recv(1 << 20):
            slow.sendall(b"a")
        assert time.monotonic() - began < FIRST_WORD_SECONDS + 15
    # Answers that nobody reads: the line is cut, and others are answered meanwhile.
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.connect(("127.0.0.1", server.port))
        for _each in range(400):
            deaf.sendall(head + b"\r\n")
        assert server.get("/api/v1/tiers", headers=headers).status_code == 200
        time.sleep(TAKEN_SECONDS + 5)
        with pytest.raises(OSError):  # noqa: PT011 - whichever way a line breaks
            for _each in range(1000):
                deaf.sendall(head)
                time.sleep(0.01)


def test_a_hundred_slow_files_at_once_keep_nobody_from_an_answer(server: Running, headers: dict[str, str]) -> None:
    key = {**headers, "idempotency-key": "slow"}
    begun = httpx2.post(f"{server.url}/api/v1/imports", json={}, headers=key, timeout=60).json()["import"]["import_id"]
    lines = []
    for number in range(100):
        line = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        address = f"PUT /api/v1/imports/{begun}/files/{number}.csv HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        line.sendall(f"{address}Authorization: {headers['authorization']}\r\n\r\na,b\n".encode())
        lines.append(line)
    time.sleep(2)
    began = time.monotonic()
    for _each in range(10):
        assert server.get("/api/v1/tiers", headers=headers).status_code == 200
    assert time.monotonic() - began < 10
    for each in lines:
        each.close()


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
