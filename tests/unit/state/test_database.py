"""The state database is brought up to date when it is opened, and never touched when it comes from a newer version."""

from __future__ import annotations

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, Unavailable
from fenji.state.database import NEWEST, VERSION_TABLE, open_database
from fenji.state.models import Row

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")


def test_the_migrations_end_where_the_package_says():
    config = Config()
    config.set_main_option("script_location", "fenji.state:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_the_migrations_make_what_the_models_say(database):
    with database.reading() as t:
        context = MigrationContext.configure(t.session.connection(), opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Row.metadata) == []


def test_a_database_is_opened_again_as_it_is(url):
    open_database(url).close()
    again = open_database(url)
    with again.reading() as t:
        assert t.session.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all() == [NEWEST]
    again.close()


def test_two_processes_may_open_a_new_database_at_once(url):
    errors = []

    def attempt():
        try:
            open_database(url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_database_from_a_newer_version_is_refused_by_name_and_left_alone(url):
    opened = open_database(url)
    with opened.transaction(SYSTEM) as t:
        t.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0042'"))
    opened.close()
    with pytest.raises(Conflict, match=rf"version 0042, made by a newer fenji.*up to {NEWEST}"):
        open_database(url)
    with pytest.raises(Conflict):
        open_database(url)


FILLED = """INSERT INTO run (run_id, command, status, started_at, heartbeat_at, host, pid, engine, language, settings, documents, inputs,
    keys_given, package_version) VALUES ('{run}', 'run', '{status}', '2026-02-03 05:06:07', '2026-02-03 05:06:07', 'h', 1, 'duckdb',
    'zh', '{{}}', '{{}}', '[]', 7, '0.1')"""


def test_a_filled_database_of_the_version_before_keeps_what_it_holds(url, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.database.NEWEST", "0002")
        before = open_database(url)
        with before.transaction(SYSTEM) as t:
            t.session.execute(text(FILLED.format(run="r1", status="published")))
            t.session.execute(text(FILLED.format(run="r2", status="running")))
        with pytest.raises(IntegrityError), before.transaction(SYSTEM) as t:
            t.session.execute(text(FILLED.format(run="r3", status="running")))
        before.close()
    database = open_database(url)
    with database.transaction(SYSTEM) as t:
        assert [(each.run_id, str(each.status)) for each in t.runs.list_runs()] == [("r2", "running"), ("r1", "published")]
        assert t.runs.keys_given() == 7
        assert t.audit.verify().entries == 0
        t.session.execute(text("UPDATE run SET command = 'value', base_run_id = 'r1' WHERE run_id = 'r2'"))
        t.session.execute(text(FILLED.format(run="r3", status="running")))
    for twin in ("'run', base_run_id = NULL", "'value', base_run_id = 'r1'"):
        with pytest.raises(IntegrityError), database.transaction(SYSTEM) as t:
            t.session.execute(text(FILLED.format(run="r4", status="failed")))
            t.session.execute(text(f"UPDATE run SET status = 'running', command = {twin} WHERE run_id = 'r4'"))
    database.close()


TOLD = """INSERT INTO delivery (delivery_id, target, event_id, kind, state, attempts, next_at, created_at)
    VALUES ('{line}', '{target}', 'e', 'run.failed', 'delivered', 1, '2026-02-03 05:06:07', '2026-02-03 05:06:07')"""


def test_what_was_told_before_alerts_were_acknowledged_is_open(url, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("fenji.state.database.NEWEST", "0013")
        before = open_database(url)
        with before.transaction(SYSTEM) as t:
            for line, target in (("1", "channel:a"), ("2", "channel:b"), ("3", "webhook:w")):
                t.session.execute(text(TOLD.format(line=line, target=target)))
        before.close()
    database = open_database(url)
    with database.transaction(SYSTEM) as t:
        assert t.sending.deliveries.open_alerts() == 2
        assert [t.sending.deliveries.acknowledge(line, "me") for line in ("1", "1", "3", "4")] == [True, False, None, None]
        assert t.sending.deliveries.open_alerts() == 1
    database.close()


def test_a_writer_that_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.transaction(SYSTEM) as t:
        t.session.execute(text("CREATE TABLE half (x INTEGER)"))
        raise RuntimeError
    with pytest.raises(Unavailable), database.reading() as t:
        t.session.execute(text("SELECT * FROM half"))


def test_readers_do_not_wait_for_a_writer_and_see_nothing_of_it(database):
    with database.transaction(SYSTEM) as t:
        t.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        with database.reading() as reader:
            assert reader.session.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == NEWEST
        t.session.rollback()


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / "fenji.db").write_text("a shopping list, and a long one, of more than a hundred bytes " * 30)
    with pytest.raises(Unavailable, match="file is not a database"):
        open_database(f"sqlite:///{tmp_path}/fenji.db")


def test_a_server_out_of_reach_is_unavailable_and_its_password_is_not_shown():
    pytest.importorskip("psycopg")
    with pytest.raises(Unavailable) as caught:
        open_database("postgresql://fenji:hunter2@127.0.0.1:1/state?connect_timeout=2")
    assert "hunter2" not in str(caught.value)
