"""What is remembered of a state database is forgotten with the next commit, whoever commits. World: an empty state, two who write to it."""

from __future__ import annotations

from pathlib import Path

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal, PrincipalKind
from fenji.state.changes import ChangesOfFile
from fenji.state.database import open_database

LI_LEI = Principal(PrincipalKind.PERSON, "李雷")


def write(database, name: str) -> None:
    with database.transaction(LI_LEI) as t:
        t.audit.add(Action.POLICY_PUBLISHED, Subject(SubjectKind.POLICY, name))


def test_every_commit_gives_another_mark_and_reading_none(url, database):
    reader, other = open_database(url, read_only=True), open_database(url)
    seen = [reader.mark()]
    for writer in (database, other, database):
        write(writer, "retail")
        seen.append(reader.mark())
        with reader.reading() as t:
            assert len(t.audit.list_entries(limit=9)) == len(seen) - 1
        assert reader.mark() == seen[-1]
    assert len(set(seen)) == len(seen) == 4
    with other.transaction(LI_LEI) as t:  # not to be seen before its end
        t.audit.add(Action.POLICY_PUBLISHED, Subject(SubjectKind.POLICY, "points"))
        begun = reader.mark()
    assert begun != reader.mark()
    for each in (reader, other):
        each.close()


def test_a_file_that_cannot_be_read_has_no_mark(tmp_path: Path):
    assert ChangesOfFile(tmp_path / "none.db", wait_seconds=1).mark() is None
