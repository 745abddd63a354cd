"""A terminal asks, a worker in another process does it: with a bar, a log, a clean end at SIGTERM, and a job that goes on with the next worker."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from fenji.cli.main import answer
from fenji.language import Language
from fenji.workflow.initiating import init_workspace

SOURCES = """
sources:
  - source: shops
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: paid}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("jobs") / "shop"
    init_workspace(root, language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES)
    lines = [f"S{each},S{each},2025-06-15 12:00,{each}.00" for each in range(1, 41)]
    (root / "orders.csv").write_text("\n".join(["order,customer,at,paid", *lines]) + "\n")
    return root


def worker(shop, *options):
    line = [sys.executable, "-m", "fenji", "work", "--workspace", str(shop), "--json", *options]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def told(shop, capfd):
    def asked(*words, code=0, is_json=True):
        capfd.readouterr()
        assert answer([*words, "--workspace", str(shop), *(["--json"] if is_json else [])]) == code
        found = capfd.readouterr().out
        return json.loads(found) if is_json else found

    return asked


@pytest.mark.proof
def test_a_run_is_given_back_at_sigterm_and_done_by_the_next_worker(shop, told):
    first = worker(shop)
    asking = subprocess.Popen(
        [sys.executable, "-m", "fenji", "run", "--as-of", "2025-06-30", "--job", "--workspace", str(shop), "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    while not [each for each in told("jobs", "list", "--state", "running")["jobs"] if each["step"]]:
        assert asking.poll() is None
        time.sleep(0.1)
    first.send_signal(signal.SIGTERM)
    out, _errors = first.communicate(timeout=60)
    assert (first.returncode, out) == (128 + signal.SIGTERM, "")
    (job,) = told("jobs", "list")["jobs"]
    assert (job["state"], job["attempts"], job["kind"]) == ("queued", 0, "run")
    second = worker(shop, "--until-done")
    done = json.loads(asking.communicate(timeout=120)[0])
    assert json.loads(second.communicate(timeout=60)[0])["left"] == 0
    assert (asking.returncode, second.returncode) == (0, 0)
    assert (done["job_id"], done["state"], done["attempts"]) == (job["job_id"], "done", 1)
    assert told("tiers")["run_id"] == done["result_run_id"]
    assert [each["text"] for each in done["log"] if "given back" in each["text"]] == ["given back: the worker ends"]
    assert told("run", "--job", "--history", "0", code=2)["error"]["code"] == "invalid_argument"


@pytest.mark.proof
def test_jobs_are_shown_cancelled_and_scheduled_in_a_terminal(shop, told):
    told("jobs", "show", "nobody", code=3)
    (shop / "schedule.yaml").write_text("schedule:\n  - {name: nightly, do: run, when: every day at 02:30}\n")
    shown = told("jobs", "schedule")
    assert [len(each["next"]) for each in shown["entries"]] == [5]
    assert "every day at 02:30" in told("jobs", "schedule", is_json=False)
    (shop / "schedule.yaml").write_text("schedule:\n  - {name: nightly, do: run, when: every day at 26:30}\n")
    (problem,) = told("jobs", "schedule", code=2)["error"]["problems"]
    assert (problem["file"], problem["row"]) == ("schedule.yaml", 2)
    (shop / "schedule.yaml").unlink()
    job_id = told("jobs", "list")["jobs"][0]["job_id"]
    assert "done" in told("jobs", "show", job_id, "--lang", "en", is_json=False)
    assert "已完成" in told("jobs", "list", "--lang", "zh", is_json=False)
    assert told("jobs", "cancel", job_id, code=4)["error"]["code"] == "conflict"
    assert told("audit", "--action", "job_asked")["entries"][0]["subject"] == job_id
