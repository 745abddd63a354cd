"""The audit log only grows, and one change anywhere in it is found; on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fenji.domain.audit import Action, AuditEntry, Break, Fault, Subject, SubjectKind, Verified
from fenji.domain.principals import Principal, PrincipalKind
from fenji.domain.runs import NewRun, StoredTable
from fenji.errors import Unavailable
from fenji.language import Language
from fenji.state.audit import BEFORE_THE_FIRST, AuditBroken
from fenji.state.database import open_database

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")
TOKEN = Principal(PrincipalKind.TOKEN, "crm")
RETAIL = Subject(SubjectKind.POLICY, "retail 1")
ANN = Subject(SubjectKind.CUSTOMER, "13800138000")
NEW = NewRun(command="run", engine="duckdb", language=Language.ZH)

COLUMNS = ("at", "principal_kind", "principal_name", "action", "subject_kind", "subject", "details", "previous_hash", "hash")


def add(database, action, subject, details=None, principal=LI_LEI) -> None:
    with database.transaction(principal) as t:
        t.audit.add(action, subject, details)


def entries(database, **wanted) -> tuple[AuditEntry, ...]:
    with database.reading() as t:
        return t.audit.list_entries(**{"limit": 100, **wanted})


def verified(database, batch: int = 1000) -> Verified:
    with database.reading() as t:
        return t.audit.verify(batch=batch)


def execute(database, statement: str) -> None:
    with database.transaction(LI_LEI) as t:
        t.session.execute(text(statement))


def test_entries_come_back_newest_first_and_each_names_the_one_before(database):
    add(database, Action.POLICY_PUBLISHED, RETAIL, {"effective_on": "2026-01-01"})
    add(database, Action.OVERRIDE_RECORDED, ANN, {"tier": "vip", "number": 1}, TOKEN)
    second, first = entries(database)
    at = datetime(2026, 2, 3, 5, 6, 8, tzinfo=UTC)
    told = {"effective_on": "2026-01-01"}
    assert first == AuditEntry(1, at, LI_LEI, Action.POLICY_PUBLISHED, RETAIL, told, BEFORE_THE_FIRST, first.hash)
    assert (second.number, second.principal, second.action) == (2, TOKEN, Action.OVERRIDE_RECORDED)
    assert second.details == {"number": 1, "tier": "vip"}
    assert second.previous_hash == first.hash
    assert verified(database) == Verified(2, second.hash, None)


def test_the_hash_is_sha_256_over_the_json_list_of_all_other_columns(database):
    add(database, Action.POLICY_PUBLISHED, RETAIL, {"effective_on": "2026-01-01"})
    (entry,) = entries(database)
    listed = [1, "2026-02-03T05:06:08.000000Z", "person", "李雷", "policy_published", "policy", "retail 1"]
    listed += ['{"effective_on": "2026-01-01"}', "0" * 64]
    canonical = json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
    assert entry.hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_a_customer_is_found_by_the_plain_id_and_stored_under_a_hash_that_nobody_can_guess(database):
    add(database, Action.OVERRIDE_RECORDED, ANN)
    add(database, Action.OVERRIDE_RECORDED, Subject(SubjectKind.CUSTOMER, "bob"))
    (entry,) = entries(database, subject="13800138000")
    assert entry.number == 1
    assert entry.subject.kind is SubjectKind.CUSTOMER
    assert len(entry.subject.name) == 64
    assert entry.subject.name != hashlib.sha256(b"13800138000").hexdigest()
    with database.reading() as t:
        stored = t.session.execute(text("SELECT * FROM audit")).all()
    assert not any("13800138000" in str(value) for row in stored for value in row)


def test_entries_are_found_by_action_subject_and_time(database, clock):
    add(database, Action.POLICY_PUBLISHED, RETAIL)
    clock.now = datetime(2026, 3, 1, tzinfo=UTC)
    add(database, Action.OVERRIDE_RECORDED, ANN)
    add(database, Action.OVERRIDE_ENDED, ANN)
    assert [each.number for each in entries(database, limit=2)] == [3, 2]
    assert [each.number for each in entries(database, since=datetime(2026, 3, 1, tzinfo=UTC))] == [3, 2]
    assert [each.number for each in entries(database, action=Action.OVERRIDE_RECORDED)] == [2]
    assert [each.number for each in entries(database, subject="retail 1")] == [1]
    assert entries(database, subject="nobody") == ()


def test_an_entry_is_kept_only_where_what_it_tells_has_happened(database, runs):
    with pytest.raises(RuntimeError), database.transaction(LI_LEI) as t:
        t.runs.start(NEW)
        t.audit.add(Action.RUN_STARTED, RETAIL)
        raise RuntimeError
    assert entries(database) == ()
    assert runs.list_runs() == ()
    assert verified(database) == Verified(0, BEFORE_THE_FIRST, None)


def test_the_life_of_a_run_is_written_down_with_who_started_it(database, runs):
    published = runs.start(NEW)
    runs.publish(published.run_id, [StoredTable("clean.customer", "clean.customer/run=r", 7)])
    failed = runs.start(NEW)
    runs.fail(failed.run_id, "disk_full")
    runs.fail(failed.run_id, "again")
    runs.fail(published.run_id, "too_late")
    found = [(str(each.action), each.subject.name, each.principal, dict(each.details)) for each in reversed(entries(database))]
    started = {"command": "run", "as_of": None, "base_run_id": None}
    assert found == [
        ("run_started", published.run_id, LI_LEI, started),
        ("run_published", published.run_id, LI_LEI, {"tables": 1, "files": 0, "rows": 7}),
        ("run_started", failed.run_id, LI_LEI, started),
        ("run_failed", failed.run_id, LI_LEI, {"failure": "disk_full"}),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET principal_name = 'Han Meimei' WHERE number = 1",
        "UPDATE audit SET hash = hash",
        "DELETE FROM audit WHERE number = 2",
        "DELETE FROM audit",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(database, statement):
    add(database, Action.POLICY_PUBLISHED, RETAIL)
    add(database, Action.OVERRIDE_RECORDED, ANN)
    before = entries(database)
    with pytest.raises((Unavailable, IntegrityError), match="entries of the audit log are never changed or removed"):
        execute(database, statement)
    assert entries(database) == before


def test_an_entry_cannot_be_replaced_or_put_at_any_number(database):
    add(database, Action.POLICY_PUBLISHED, RETAIL)
    add(database, Action.OVERRIDE_RECORDED, ANN)
    before = entries(database)
    listed = "'2026', 'person', 'x', 'run_failed', 'run', 'r', '{}', 'h', 'h'"
    with database.reading() as t:
        dialect = t.session.get_bind().dialect.name
    forms = {"sqlite": ["INSERT OR REPLACE INTO audit VALUES (1, {})", "INSERT INTO audit VALUES (9, {})"]}
    for form in forms.get(dialect, ["TRUNCATE audit"]):
        with pytest.raises((Unavailable, IntegrityError), match="entries of the audit log are"):
            execute(database, form.format(listed))
    assert entries(database) == before


def unguarded(folder) -> sqlite3.Connection:
    """A log of seven entries, without the triggers that guard it, as somebody has it who owns the file."""
    url = f"sqlite:///{folder}/fenji.db"
    database = open_database(url)
    for number in range(7):
        add(database, Action.OVERRIDE_RECORDED, ANN if number % 2 else RETAIL, {"number": number})
    database.close()
    connection = sqlite3.connect(folder / "fenji.db")
    for trigger in ("audit_update", "audit_delete", "audit_insert"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.commit()
    return connection


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    connection = unguarded(folder)
    original = connection.execute("SELECT * FROM audit ORDER BY number").fetchall()
    database = open_database(f"sqlite:///{folder}/fenji.db")
    yield connection, original, database
    database.close()
    connection.close()


def rows_of(connection) -> list[tuple]:
    return connection.execute("SELECT * FROM audit ORDER BY number").fetchall()


def written(log, rows: list[tuple]) -> Verified:
    """What a walk says where these rows stand in the table."""
    connection, _original, database = log
    connection.execute("DELETE FROM audit")
    connection.executemany("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    return verified(database, batch=3)


VALUES = st.one_of(st.text(max_size=20), st.integers(-5, 5), st.binary(max_size=4), st.just("2026-02-03T05:06:08.000000Z"))
UNHURRIED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@UNHURRIED
@given(row=st.integers(0, 6), column=st.sampled_from(COLUMNS), value=VALUES)
def test_any_changed_value_is_found_at_its_entry(log, row, column, value):
    original = log[1]
    position = 1 + COLUMNS.index(column)
    changed = (*original[row][:position], value, *original[row][position + 1 :])
    assume(changed[position] != original[row][position])
    found = written(log, [*original[:row], changed, *original[row + 1 :]])
    assert found.broken == Break(row + 1, Fault.ORDER if column == "previous_hash" else Fault.CHANGED)
    assert found.entries == row


@UNHURRIED
@given(row=st.integers(0, 6), count=st.integers(1, 7))
def test_any_removed_entries_are_found_the_last_ones_included(log, row, count):
    original = log[1]
    found = written(log, [*original[:row], *original[row + count :]])
    assert found == Verified(row, original[row - 1][-1] if row else BEFORE_THE_FIRST, Break(row + 1, Fault.MISSING))


@UNHURRIED
@given(pair=st.lists(st.integers(0, 6), min_size=2, max_size=2, unique=True))
def test_any_two_exchanged_entries_are_found_at_the_first_of_them(log, pair):
    first, second = sorted(pair)
    rows = list(log[1])
    rows[first], rows[second] = (rows[first][0], *rows[second][1:]), (rows[second][0], *rows[first][1:])
    assert written(log, rows).broken == Break(first + 1, Fault.ORDER)


@UNHURRIED
@given(row=st.integers(0, 6))
def test_a_forged_entry_with_a_hash_of_its_own_is_found_at_the_next_one(log, row):
    original = log[1]
    forged = [*original[row][:3], "Han Meimei", *original[row][4:-1]]
    canonical = json.dumps(forged, ensure_ascii=False, separators=(",", ":"))
    forged.append(hashlib.sha256(canonical.encode()).hexdigest())
    found = written(log, [*original[:row], tuple(forged), *original[row + 1 :]])
    # Behind the last entry there is only the mark of the end.
    assert found.broken == (Break(row + 2, Fault.ORDER) if row < 6 else Break(7, Fault.CHANGED))


def test_an_entry_behind_the_end_is_found(log):
    original = log[1]
    extra = [8, *original[6][1:-2], original[6][-1]]
    canonical = json.dumps(extra, ensure_ascii=False, separators=(",", ":"))
    extra.append(hashlib.sha256(canonical.encode()).hexdigest())
    assert written(log, [*original, tuple(extra)]).broken == Break(8, Fault.ORDER)


def test_an_unbroken_log_is_whole_whatever_the_size_of_a_batch(log):
    connection, original, database = log
    assert written(log, original) == Verified(7, original[6][-1], None)
    assert rows_of(connection) == original
    assert {verified(database, batch=size) for size in (1, 2, 6, 7, 8)} == {Verified(7, original[6][-1], None)}


def test_a_list_with_an_entry_that_fenji_cannot_have_written_says_so(log):
    original = log[1]
    written(log, [*original[:6], (*original[6][:4], "bribed", *original[6][5:])])
    with pytest.raises(AuditBroken, match="entry 7 of the audit log was changed") as caught:
        entries(log[2])
    assert (caught.value.code, str(caught.value.kind)) == ("audit_broken", "bug")


def test_without_the_mark_of_the_end_nothing_is_added_and_the_walk_says_so(tmp_path):
    connection = unguarded(tmp_path)
    connection.execute("DELETE FROM audit_head")
    connection.commit()
    connection.close()
    database = open_database(f"sqlite:///{tmp_path}/fenji.db")
    assert verified(database).broken == Break(8, Fault.MISSING)
    with pytest.raises(AuditBroken, match="the mark of the end of the audit log is missing"):
        add(database, Action.POLICY_PUBLISHED, RETAIL)
    database.close()


WRITER = """
import sys
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.state.database import open_database

database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for number in range(60):
    with database.transaction(Principal(PrincipalKind.SYSTEM, sys.argv[2])) as t:
        t.audit.add(Action.OVERRIDE_RECORDED, Subject(SubjectKind.CUSTOMER, "ann"), {"number": number})
database.close()
"""


def test_two_processes_that_write_at_once_leave_no_gap(url):
    open_database(url).close()
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    for each in processes:
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in processes:
        each.communicate(timeout=60)
    assert [each.returncode for each in processes] == [0, 0]
    database = open_database(url)
    found = tuple(reversed(entries(database, limit=1000)))
    assert verified(database).broken is None
    database.close()
    assert [each.number for each in found] == list(range(1, 121))
    for name in ("one", "two"):
        assert [each.details["number"] for each in found if each.principal.name == name] == list(range(60))
