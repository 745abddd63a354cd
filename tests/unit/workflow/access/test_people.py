"""People are added, moved and kept out by who may do that; everybody's limits hold whatever their roles."""

from __future__ import annotations

import pytest

from fenji.domain.access import Caller, LimitColumn, Right, Role, RowLimit, rights_of
from fenji.domain.audit import Action
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotFound
from fenji.workflow.access.people import add_person, change_roles, disable_person, enable_person, list_people, reset_person
from fenji.workflow.auditing import list_audit
from fixtures.doors import both_databases

EAST = RowLimit(LimitColumn.REGION, ("华东",))


def caller(login, role):
    return Caller(Principal(PrincipalKind.PERSON, login), rights_of([role]))


@both_databases
def test_who_is_added_stands_in_the_list_and_in_the_log(root, people):
    added = add_person(root, " Li Lei ", "ＬＩ.Lei", [Role.ANALYST, Role.MARKETER, Role.ANALYST], limits=[EAST])
    assert (added.user.login, added.user.name, added.user.roles) == ("li.lei", "Li Lei", (Role.ANALYST, Role.MARKETER))
    assert [(each.column, each.values) for each in added.user.limits] == [(LimitColumn.REGION, ("华东",))]
    assert added.link.path == f"/login/link/{added.link.code}"
    listed = list_people(root, by=caller("a", Role.AUDITOR)).users
    assert [each.login for each in listed] == ["ann", "li.lei", "till-3", "wang"]
    entry = list_audit(root, limit=1).entries[0]
    assert (entry.action, entry.subject, entry.details) == (
        Action.USER_ADDED,
        "li.lei",
        {"roles": "analyst,marketer region=华东"},
    )


def test_a_till_is_given_no_link(people):
    assert people["till-3"] is None


def test_everything_wrong_is_said_at_once(root, people):
    with pytest.raises(InvalidArgument) as wrong:
        add_person(root, "", "a/b", [], limits=[RowLimit(LimitColumn.SHOP, ("a",)), RowLimit(LimitColumn.SHOP, (" ",))])
    assert len(wrong.value.problems) == 4
    with pytest.raises(InvalidArgument, match="exclude each other"):
        change_roles(root, "wang", [Role.VIEWER], limits=[EAST, RowLimit(LimitColumn.REGION, ("华南",))])
    with pytest.raises(InvalidArgument, match="till"):
        change_roles(root, "till-3", [Role.SERVICE, Role.VIEWER])


@both_databases
def test_a_login_is_never_given_again(root, people):
    for login in ("wang", "WANG", "ｗａｎｇ"):
        with pytest.raises(Conflict, match="already"):
            add_person(root, "Another Wang", login, [Role.VIEWER])
    add_person(root, "Li", "li", [Role.VIEWER], identity="li@shop.cn")
    with pytest.raises(Conflict, match="identity"):
        add_person(root, "Li too", "li2", [Role.VIEWER], identity="li@shop.cn")


def test_only_who_may_change_people_changes_them(root, people):
    for role in set(Role) - {Role.ADMIN}:
        by = caller("x", role)
        for ask in (
            lambda by: add_person(root, "Eve", "eve", [Role.ADMIN], by=by),
            lambda by: change_roles(root, "wang", [Role.ADMIN], by=by),
            lambda by: disable_person(root, "wang", by=by),
            lambda by: enable_person(root, "wang", by=by),
            lambda by: reset_person(root, "wang", password=True, totp=False, by=by),
        ):
            with pytest.raises(Forbidden, match="people:change"):
                ask(by)
    assert add_person(root, "Eve", "eve", [Role.VIEWER], by=caller("ann", Role.ADMIN)).user.login == "eve"
    assert list_audit(root, limit=1).entries[0].principal == "ann"


def test_nobody_changes_what_they_may_do_themselves(root, people):
    by = caller("ann", Role.ADMIN)
    for ask in (
        lambda: change_roles(root, "ann", [Role.ADMIN, Role.MANAGER], by=by),
        lambda: disable_person(root, "ann", by=by),
    ):
        with pytest.raises(Forbidden, match="themselves"):
            ask()


@both_databases
def test_somebody_who_lets_people_in_is_always_left(root, people):
    with pytest.raises(Conflict, match="nobody would be left"):
        disable_person(root, "ann")
    with pytest.raises(Conflict, match="nobody would be left"):
        change_roles(root, "ann", [Role.MANAGER])
    assert not list_people(root).users[0].is_disabled
    add_person(root, "Bo", "bo", [Role.ADMIN])
    assert disable_person(root, "ann").user.is_disabled
    with pytest.raises(Conflict, match="nobody would be left"):
        disable_person(root, "bo")
    assert enable_person(root, "ann").link is not None


def test_what_cannot_be_reset_is_refused(root, people):
    for login, given, error in [
        ("nobody", {"password": True, "totp": False}, NotFound),
        ("wang", {"password": False, "totp": False}, InvalidArgument),
        ("wang", {"password": False, "totp": True}, Conflict),
        ("till-3", {"password": True, "totp": False}, InvalidArgument),
    ]:
        with pytest.raises(error):
            reset_person(root, login, **given)
    disable_person(root, "wang")
    with pytest.raises(Conflict, match="disabled"):
        reset_person(root, "wang", password=True, totp=True)


def test_holders_of_a_right_are_those_who_can_use_it(workspace, root, people):
    add_person(root, "Bo", "bo", [Role.MANAGER])
    with workspace.state.reading() as t:
        assert t.access.people.holders(Right.POLICIES_APPROVE) == ("bo", "wang")
    disable_person(root, "bo")
    with workspace.state.reading() as t:
        assert t.access.people.holders(Right.POLICIES_APPROVE) == ("wang",)
