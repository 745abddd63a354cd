"""Who changed what, as a user asks for it. World: ann 900.00 and bob 400.00 of one shop, as of 2026-03-31."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from fenji.cli.main import answer
from fenji.domain.principals import Principal, PrincipalKind
from fenji.workflow.running import run_all
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.standing import analyzed, open_standing

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
"""
ORDERS = "order,customer,at,amount\n1,ann,2026-01-05,900\n2,bob,2026-01-06,400\n"
DAY = ("--as-of", "2026-03-31")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("audit") / "shop"
    assert answer(["init", str(root), "--template", "spend", "--lang", "en"]) == 0
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "orders.csv").write_text(ORDERS, "utf-8")
    place = ("--workspace", str(root))
    assert answer(["run", *place, *DAY]) == 0
    assert answer(["policy", "publish", str(root / "policies" / "spend.yaml"), *place]) == 0
    give = ("--tier", "high", "--from", "2026-03-01", "--until", "2999-12-31", "--reason", "she is my aunt")
    assert answer(["policy", "override", "ann", *give, "--person", "Li Lei", *place]) == 0
    assert answer(["policy", "override", "ann", "--end", *place]) == 0
    return root


@pytest.fixture
def shop(ran: Path, tmp_path: Path) -> Path:
    """A copy for each test."""
    return Path(shutil.copytree(ran, tmp_path / "shop"))


def ask(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    found = answer(["audit", *arguments, "--workspace", str(root), "--lang", "en", "--json"])
    captured = capsys.readouterr()
    assert (found, captured.err) == (code, ""), captured.out
    return json.loads(captured.out)


def test_every_change_is_listed_with_who_made_it_and_nothing_personal(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = acting_person().name
    found = ask(capsys, shop)["entries"]
    assert [(each["number"], each["principal_kind"], each["principal"], each["action"]) for each in reversed(found)] == [
        (1, "person", here, "run_started"),
        (2, "person", here, "run_published"),
        (3, "person", here, "policy_published"),
        (4, "person", "Li Lei", "override_recorded"),
        (5, "person", here, "override_ended"),
    ]
    assert found[2]["subject"] == "spend 1"
    assert found[1]["details"] == {
        "number": 1,
        "policy": "spend",
        "source": "workspace",
        "tier": "high",
        "begins_on": "2026-03-01",
        "last_on": "2999-12-31",
    }
    kept = json.dumps(found)
    assert '"ann"' not in kept
    assert "aunt" not in kept
    assert [each["hash"] for each in found[1:]] == [each["previous_hash"] for each in found[:-1]]


def test_entries_are_found_by_customer_run_policy_sort_and_day(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def numbers(*arguments: str) -> list[int]:
        return [each["number"] for each in ask(capsys, shop, *arguments)["entries"]]

    run_id = ask(capsys, shop, "--action", "run_published")["entries"][0]["subject"]
    assert numbers("--subject", "ann") == numbers("--subject", "'ann") == [5, 4]
    assert numbers("--subject", run_id) == [2, 1]
    assert numbers("--subject", "spend 1") == [3]
    assert numbers("--subject", "bob") == []
    assert numbers("--limit", "2") == [5, 4]
    assert numbers("--since", "2020-01-01") == [5, 4, 3, 2, 1]
    assert numbers("--since", "2999-01-01") == []


def test_people_read_a_table_and_the_check(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for language, words in (
        ("en", ["tier given by hand", "policy spend 1", "Li Lei", "tier=high"]),
        ("zh", ["人工指定等级", "分级标准 spend 1", "Li Lei"]),
    ):
        assert answer(["audit", "--workspace", str(shop), "--lang", language]) == 0
        shown = capsys.readouterr().out
        assert [word for word in words if word not in shown] == []
    assert answer(["audit", "--verify", "--workspace", str(shop), "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("The audit log is as it was written: 5 entries, none changed, none missing.")
    assert answer(["audit", "--subject", "nobody", "--workspace", str(shop), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "No such entry in the audit log.\n"


def test_a_log_that_somebody_has_rewritten_ends_with_an_error_of_its_own(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newest = ask(capsys, shop)["entries"][0]["hash"]
    assert ask(capsys, shop, "--verify") == {"run_id": None, "as_of": None, "verified": 5, "newest_hash": newest}
    connection = sqlite3.connect(shop / "fenji.db")
    connection.execute("DROP TRIGGER audit_update")
    connection.execute("UPDATE audit SET principal_name = 'Han Meimei' WHERE number = 4")
    connection.commit()
    connection.close()
    error = ask(capsys, shop, "--verify", code=70)["error"]
    assert (error["code"], error["kind"], error["retryable"]) == ("audit_broken", "bug", False)
    assert error["problems"][0]["text"] == "entry 4 of the audit log was changed after it was written."


def test_what_cannot_be_meant_is_said(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def texts(*arguments: str) -> list[str]:
        return [each["text"] for each in ask(capsys, shop, *arguments, code=2)["error"]["problems"]]

    assert texts("--limit", "0") == ["0 entries cannot be listed at once."]
    assert texts("--limit", "10001") == ["10001 entries cannot be listed at once."]
    assert texts("--action", "run_publshed") == ["unknown action 'run_publshed'."]
    assert len(texts("--verify", "--limit", "3", "--subject", "ann")) == 2


def test_whoever_an_entrance_names_has_run_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_all(shop, principal=Principal(PrincipalKind.TOKEN, "nightly"))
    found = ask(capsys, shop, "--limit", "2")["entries"]
    assert {(each["principal_kind"], each["principal"]) for each in found} == {("token", "nightly")}


def test_an_analysis_a_run_and_another_analysis_work_at_once(shop: Path) -> None:
    """Each waits inside its own computation until all three are there; with one writer per workspace two would be refused."""
    together = threading.Barrier(3, timeout=60)
    outcomes: list[str] = []

    def analysis(command: str) -> None:
        with open_standing(shop) as standing:
            analyzed(standing, command, lambda _writer: together.wait() and None)
        outcomes.append(command)

    threads = [threading.Thread(target=analysis, args=[command]) for command in ("value", "churn")]
    for each in threads:
        each.start()
    run_all(shop, progress=Once(together))
    outcomes.append("run")
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["churn", "run", "value"]
    with open_session(open_workspace(shop)) as session:
        runs = session.runs.list_runs(limit=3)
        assert {(each.new.command, str(each.status)) for each in runs} == {
            ("run", "published"),
            ("value", "published"),
            ("churn", "published"),
        }
        assert len(session.runs.latest_inputs()) == 1


class Once:
    """A progress that waits for the others at its first step."""

    def __init__(self, together: threading.Barrier) -> None:
        self.together, self.has_waited = together, False

    def __call__(self, _step: str, _done: int, _total: int) -> None:
        if not self.has_waited:
            self.has_waited = True
            self.together.wait()
