"""People and tokens move with the state, logins and links do not; keys of the database hold what must be unique."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fenji.domain.access import LimitColumn, Right, Role, RowLimit
from fenji.domain.logins import LinkPurpose, OneTimeLink
from fenji.domain.people import RoleGrant, TokenRecord
from fenji.domain.principals import Principal, PrincipalKind
from fenji.state.database import open_database
from fenji.state.models import Row
from fenji.state.portable import ORDER, STAYS

SYSTEM = Principal(PrincipalKind.SYSTEM, "test")
EAST = RowLimit(LimitColumn.REGION, ("华东", "华南"))
GRANTS = (RoleGrant(Role.VIEWER, (EAST,)), RoleGrant(Role.ANALYST))


@pytest.fixture
def filled(database):
    with database.transaction(SYSTEM) as t:
        now = t.clock()
        t.access.people.add("li", "Li Lei", GRANTS, identity="li@shop.cn")
        t.access.credentials.set_password("li", "a hash")
        t.access.credentials.set_totp("li", "sealed", step=7)
        t.access.sessions.begin("0" * 64, "li", ends_at=now + timedelta(hours=8))
        t.access.links.make("1" * 64, OneTimeLink("li", LinkPurpose.PASSWORD, now + timedelta(hours=1)))
        rights = frozenset({Right.FIGURES_READ})
        t.access.tokens.add(TokenRecord("li", "one", rights, "pos", now, "ann", now + timedelta(days=1)), "2" * 64)
        t.access.failures.attempt("3" * 64, most=5)
    return database


def test_every_table_either_moves_or_stays() -> None:
    assert set(ORDER) | STAYS == set(Row.metadata.tables)
    assert not set(ORDER) & STAYS


def test_people_and_tokens_move_and_logins_do_not(filled, tmp_path):
    with filled.reading() as t:
        lines = list(t.rows.lines())
        before = (t.access.people.list_people(), t.access.credentials.of("li"), t.access.tokens.list_tokens())
    other = open_database(f"sqlite:///{tmp_path}/other.db")
    with other.transaction(SYSTEM) as t:
        t.rows.load(lines)
    with other.reading() as t:
        assert (t.access.people.list_people(), t.access.credentials.of("li"), t.access.tokens.list_tokens()) == before
        assert (t.access.sessions.find("0" * 64), t.access.links.find("1" * 64)) == (None, None)
    other.close()


def test_a_person_comes_back_as_added(filled):
    with filled.reading() as t:
        found = t.access.people.get("li")
    assert (found.grants, found.limits, found.identity) == (GRANTS, (EAST,), "li@shop.cn")
    assert (found.has_password, found.has_totp, found.is_disabled, found.logged_in_at) == (True, True, False, None)


def test_a_link_and_a_code_are_taken_once(filled):
    with filled.transaction(SYSTEM) as t:
        assert [t.access.links.take("1" * 64) for _number in range(2)] == [True, False]
        assert [t.access.credentials.take_step("li", step) for step in (7, 8, 8, 6, 9)] == [False, True, False, False, True]
