"""Reading needs no permission to write: not in the file, not in its folder, not on the disk.

Where tests run as root, a process of another user proves it, since root may write anywhere.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound, Unavailable
from fenji.state.database import NEWEST, VERSION_TABLE, open_database
from fenji.state.unwritten import connect_unwritten
from fenji.workspace.state import State

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")

READER = """
import os, resource, sys
mode, url = sys.argv[1:]
from fenji.state.database import open_database
if mode == "other user" and os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
if mode == "full disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
folder = os.path.dirname(url.removeprefix("sqlite:///"))
assert mode != "other user" or not os.access(folder, os.W_OK)
database = open_database(url, read_only=True)
with database.reading() as t:
    print(*(each.subject.name for each in t.audit.list_entries(limit=9)))
"""


def add(folder: Path, name: str) -> None:
    database = open_database(url_of(folder))
    write(database, name)
    database.close()


def write(database, name: str) -> None:
    with database.transaction(LI_LEI) as t:
        t.audit.add(Action.POLICY_PUBLISHED, Subject(SubjectKind.POLICY, name))


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/fenji.db"


def read(folder: Path, mode: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", READER, mode, url_of(folder)], capture_output=True, text=True, check=False, timeout=60
    )


def files_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.fixture
def folder():
    """A folder with a database that its owner alone may write; not below pytest's own, which lets no other user through."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        company = Path(place) / "a company? #1 100%"
        company.mkdir()
        add(company, "first")
        yield company
        company.chmod(0o755)


def lock(folder: Path) -> None:
    for each in folder.iterdir():
        each.chmod(0o444)
    folder.chmod(0o555)


def test_a_file_in_a_folder_that_nobody_may_write_is_read_and_nothing_is_made(folder):
    lock(folder)
    done = read(folder, "other user")
    assert (done.stdout, done.returncode) == ("first\n", 0), done.stderr
    assert files_in(folder) == ["fenji.db"]


def test_what_a_writer_has_just_written_is_seen_also_from_a_folder_that_one_may_not_write(folder):
    writer = open_database(url_of(folder))
    write(writer, "second")
    assert "fenji.db-wal" in files_in(folder)
    lock(folder)
    done = read(folder, "other user")
    assert (done.stdout, done.returncode) == ("second first\n", 0), done.stderr
    writer.close()


def killed_writer(folder: Path) -> None:
    """A writer that is killed leaves its last transaction in the log beside the file."""
    program = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_unwritten import open_database, url_of, write
database = open_database({url_of(folder)!r})
write(database, "second")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


def test_what_a_killed_writer_has_left_in_its_log_is_seen_or_the_reader_refuses(folder):
    killed_writer(folder)
    lock(folder)
    assert read(folder, "other user").stdout == "second first\n"
    folder.chmod(0o755)
    (folder / "fenji.db-shm").unlink()
    folder.chmod(0o555)
    done = read(folder, "other user")
    # Without the log the file would say "first" alone: an older state, silently.
    assert done.stdout == ""
    assert "Unavailable" in done.stderr


def test_a_full_disk_is_read(folder):
    done = read(folder, "full disk")
    assert (done.stdout, done.returncode) == ("first\n", 0), done.stderr


def test_a_file_that_changes_while_it_is_read_without_locks_is_not_believed(folder, monkeypatch):
    database = open_database(url_of(folder), read_only=True)
    refused = sqlite3.OperationalError("attempt to write a readonly database")
    refused.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
    connect = sqlite3.connect

    def without_side_files(place, **options):
        if "immutable" not in place:
            raise refused
        return connect(place, **options)

    monkeypatch.setattr("fenji.state.unwritten.sqlite3.connect", without_side_files)
    with database.reading() as t:
        assert len(t.audit.list_entries(limit=9)) == 1
    with pytest.raises(Unavailable, match="changed while it was read"), database.reading() as t:
        t.audit.list_entries(limit=9)
        os.utime(folder / "fenji.db", ns=(1, 1))


def test_locks_are_used_wherever_they_can_be_had(folder):
    connection = connect_unwritten(folder / "fenji.db", wait_seconds=1)
    assert type(connection) is sqlite3.Connection
    connection.close()


def test_a_reader_is_refused_every_change(url):
    open_database(url).close()
    database = open_database(url, read_only=True)
    with pytest.raises(Unavailable, match=r"read.?only"):
        write(database, "second")
    with pytest.raises(Unavailable, match=r"read.?only"), database.reading() as t:
        t.session.execute(text("DELETE FROM audit_head"))
    database.close()


def test_a_reading_transaction_of_a_writer_is_refused_every_change_and_the_next_one_may_write(database):
    with pytest.raises(Unavailable, match=r"read.?only"), database.reading() as t:
        t.session.execute(text("DELETE FROM audit_head"))
    write(database, "first")
    with database.reading() as t:
        assert [each.subject.name for each in t.audit.list_entries(limit=9)] == ["first"]


def test_one_reading_transaction_sees_one_state(database):
    write(database, "first")
    with database.reading() as t:
        assert len(t.audit.list_entries(limit=9)) == 1
        write(database, "second")
        assert len(t.audit.list_entries(limit=9)) == 1
        assert t.audit.verify().broken is None


def test_an_older_database_is_not_migrated_by_a_reader(url):
    opened = open_database(url)
    with opened.transaction(LI_LEI) as t:
        t.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0002'"))
    opened.close()
    for _ in range(2):
        with pytest.raises(Conflict, match=rf"version 0002, made by an older fenji.*up to {NEWEST}.*fenji run"):
            open_database(url, read_only=True)


def test_a_newer_database_is_refused_by_a_reader_too(url):
    opened = open_database(url)
    with opened.transaction(LI_LEI) as t:
        t.session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0042'"))
    opened.close()
    with pytest.raises(Conflict, match="version 0042, made by a newer fenji"):
        open_database(url, read_only=True)


def test_a_reader_makes_no_database(tmp_path):
    with pytest.raises(NotFound, match="no state database yet"):
        open_database(f"sqlite:///{tmp_path}/deep/fenji.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_of_an_empty_server_makes_no_table(postgres):
    url = postgres()
    for _ in range(2):
        with pytest.raises(NotFound, match="no state database yet"):
            open_database(url, read_only=True)


def test_a_server_has_a_state_once_something_was_written(postgres):
    state = State(postgres())
    assert not state.is_there
    state.prepare()
    assert state.is_there
    state.close()
