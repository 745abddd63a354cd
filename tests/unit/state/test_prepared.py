"""Statements that are handed to the driver answer, fail and recover as those of SQLAlchemy do, on both databases. World: rows of this file."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError

from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Unavailable
from fenji.state.database import open_database
from fenji.state.loyalty.rows import DocumentVersionRow, table_of
from fenji.state.prepared import Driver, Prepared

SOMEBODY = Principal(PrincipalKind.SYSTEM, "somebody")
TABLE = table_of(DocumentVersionRow)
NEW = Prepared(insert(TABLE).inline(), given=TABLE.c.keys())
OF_KIND = Prepared(select(TABLE).where(TABLE.c.kind == bindparam("asked")).order_by(TABLE.c.version), among=TABLE.c.version)


def row(version: int) -> dict[str, object]:
    at = datetime(2027, 1, 1, 4, 5, 6, tzinfo=UTC)
    on = date(2027, 1, version)
    return {
        "kind": "points",
        "slug": "p",
        "version": version,
        "effective_on": on,
        "author": "a",
        "why": "积分 %s :why ?",
        "text": "t",
        "published_at": at,
    }


def versions(driver: Driver, *asked: int) -> list[object]:
    return [each["version"] for each in driver.ask(OF_KIND, {"asked": "points", "ids": asked}).rows()]


def test_values_come_back_as_they_went_and_ids_of_any_number_are_found(database):
    with database.transaction(SOMEBODY) as t:
        driver = Driver(t.session)
        driver.send(NEW, [row(each) for each in range(1, 7)])
        assert driver.ask(OF_KIND, {"asked": "points", "ids": [2]}).rows() == [row(2)]
        assert versions(driver, 1, 3, 5) == [1, 3, 5]
        assert versions(driver, 6, 5, 4, 3, 2) == [2, 3, 4, 5, 6]
        assert versions(driver, 9) == []
        # SQLAlchemy sees the same rows in the same transaction.
        assert t.session.scalar(text("SELECT count(*) FROM document_version")) == 6


def test_what_goes_out_together_is_done_in_its_order_and_answers_afterwards(database):
    with database.transaction(SOMEBODY) as t:
        driver = Driver(t.session)
        with driver.together():
            before = driver.ask(OF_KIND, {"asked": "points", "ids": [1, 2]})
            driver.send(NEW, [row(1), row(2)])
            after = driver.ask(OF_KIND, {"asked": "points", "ids": [1, 2]})
        with driver.together():
            pass
        assert (before.rows(), after.rows()) == ([], [row(1), row(2)])


def test_a_failure_is_told_as_sqlalchemy_tells_it_and_nothing_of_the_transaction_stays(database):
    def twice(driver):
        with driver.together():
            driver.send(NEW, [row(1), row(1)])
            driver.ask(OF_KIND, {"asked": "points", "ids": [1]})

    with pytest.raises(IntegrityError, match=r"(?i)unique"), database.transaction(SOMEBODY) as t:
        twice(Driver(t.session))
    with database.transaction(SOMEBODY) as t:
        driver = Driver(t.session)
        assert versions(driver, 1) == []
        driver.send(NEW, [row(1)])


def test_a_connection_that_was_cut_is_unavailable_once_and_the_next_transaction_has_a_new_one(postgres):
    database = open_database(postgres())
    with pytest.raises(Unavailable), database.transaction(SOMEBODY) as t:
        driver = Driver(t.session)
        with database.transaction(SOMEBODY) as other:
            mine = t.session.scalar(text("SELECT pg_backend_pid()"))
            other.session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        with driver.together():
            driver.send(NEW, [row(1)])
    with database.transaction(SOMEBODY) as t:
        assert versions(Driver(t.session), 1) == []
    database.close()
