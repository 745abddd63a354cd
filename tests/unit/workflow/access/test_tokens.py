"""A token does what its scopes say and its person may, until its end; revoked is revoked at once."""

from __future__ import annotations

from datetime import date

import pytest

from fenji.domain.access import RIGHTS_OF, Caller, LimitColumn, Right, Role, RowLimit, rights_of
from fenji.domain.audit import Action
from fenji.domain.people import NEVER_FOR_TOKENS, TokenState
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotAuthenticated, NotFound
from fenji.workflow.access.callers import caller_of_token
from fenji.workflow.access.people import add_person, change_roles, disable_person, enable_person
from fenji.workflow.access.tokens import list_tokens, make_token, revoke_token
from fenji.workflow.auditing import list_audit
from fixtures.doors import both_databases

EAST = RowLimit(LimitColumn.REGION, ("华东",))


def caller(login, role):
    return Caller(Principal(PrincipalKind.PERSON, login), rights_of([role]))


def is_in(workspace, token):
    try:
        caller_of_token(workspace, token)
    except NotAuthenticated:
        return False
    return True


@both_databases
def test_a_token_says_who_acts_and_what_they_may(workspace, root, people):
    made = make_token(root, "wang", "nightly", [Right.FIGURES_READ, Right.RUNS_START])
    found = caller_of_token(workspace, made.text)
    assert found.principal == Principal(PrincipalKind.TOKEN, "wang/nightly")
    assert found.rights == {Right.FIGURES_READ, Right.RUNS_START}
    assert (made.text[:3], len(made.text)) == ("fj_", 46)
    entry = list_audit(root, limit=1).entries[0]
    assert (entry.action, entry.subject) == (Action.TOKEN_MADE, "wang/nightly")
    assert made.text not in repr(entry)


def test_a_till_finds_customers_of_its_source_alone(workspace, root, people):
    with pytest.raises(InvalidArgument, match="one source only"):
        make_token(root, "till-3", "one", [Right.CUSTOMER_FIND])
    text = make_token(root, "till-3", "one", [Right.CUSTOMER_FIND], source="pos", by=caller("ann", Role.ADMIN)).text
    found = caller_of_token(workspace, text)
    assert (found.rights, found.limits) == ({Right.CUSTOMER_FIND}, (RowLimit(LimitColumn.SOURCE, ("pos",)),))


def test_limits_of_the_person_hold_for_the_token(workspace, root, people):
    add_person(root, "Li", "li", [Role.ANALYST], limits=[EAST, RowLimit(LimitColumn.SOURCE, ("pos", "web"))])
    with pytest.raises(InvalidArgument, match="may not see"):
        make_token(root, "li", "crm", [Right.CUSTOMERS_READ], source="crm")
    text = make_token(root, "li", "web", [Right.CUSTOMERS_READ], source="web").text
    limits = caller_of_token(workspace, text).limits
    assert EAST in limits
    assert RowLimit(LimitColumn.SOURCE, ("web",)) in limits


@pytest.mark.parametrize("role", list(Role))
def test_scopes_never_exceed_the_person(workspace, root, people, role):
    add_person(root, "Li", "li", [role])
    source = "pos" if role is Role.SERVICE else None
    for right in Right:
        if right in RIGHTS_OF[role] - NEVER_FOR_TOKENS:
            text = make_token(root, "li", right.replace(":", "-"), [right], source=source).text
            assert caller_of_token(workspace, text).rights == {right}
        else:
            with pytest.raises(InvalidArgument, match=right):
                make_token(root, "li", "more", [right], source=source)


def test_a_token_loses_what_its_person_loses(workspace, root, people):
    text = make_token(root, "wang", "nightly", [Right.FIGURES_READ, Right.RUNS_START]).text
    change_roles(root, "wang", [Role.VIEWER], limits=[EAST])
    found = caller_of_token(workspace, text)
    assert (found.rights, found.limits) == ({Right.FIGURES_READ}, (EAST,))


@both_databases
def test_a_token_dies_with_its_person_for_good(workspace, root, people):
    text = make_token(root, "wang", "nightly", [Right.FIGURES_READ]).text
    assert is_in(workspace, text)
    disable_person(root, "wang")
    assert not is_in(workspace, text)
    enable_person(root, "wang")
    assert not is_in(workspace, text)
    with pytest.raises(Conflict, match="already"):
        make_token(root, "wang", "nightly", [Right.FIGURES_READ])


def test_a_token_ends_with_its_last_day_in_the_zone_of_the_workspace(workspace, root, people, clock):
    text = make_token(root, "wang", "short", [Right.FIGURES_READ], last_on=date(2026, 3, 3)).text
    clock.now = clock.now.replace(day=3, hour=15, minute=59, second=59)  # 23:59:59 in Shanghai
    assert is_in(workspace, text)
    clock.move(seconds=1)
    assert not is_in(workspace, text)
    assert list_tokens(root).tokens[0].state is TokenState.OVER
    clock.move(hours=-1)  # a clock that is set right again
    assert is_in(workspace, text)


@both_databases
def test_a_revoked_token_is_out_at_once(workspace, root, people):
    text, other = (make_token(root, "wang", name, [Right.FIGURES_READ]).text for name in ("one", "two"))
    assert [is_in(workspace, each) for each in (text, other)] == [True, True]
    assert revoke_token(root, "wang", "one").tokens[0].state is TokenState.REVOKED
    assert [is_in(workspace, each) for each in (text, other)] == [False, True]
    for name in ("one", "three"):
        with pytest.raises(NotFound, match="fenji token list"):
            revoke_token(root, "wang", name)


def test_everybody_makes_sees_and_revokes_their_own_and_nobody_those_of_others(root, people):
    wang, ann, viewer = caller("wang", Role.MANAGER), caller("ann", Role.ADMIN), caller("vi", Role.VIEWER)
    make_token(root, "wang", "mine", [Right.FIGURES_READ], by=wang)
    for by, match in ((ann, "made by that person"), (viewer, "people:change")):
        with pytest.raises(Forbidden, match=match):
            make_token(root, "wang", "theirs", [Right.FIGURES_READ], by=by)
    with pytest.raises(Forbidden):
        list_tokens(root, by=wang)
    with pytest.raises(Forbidden):
        list_tokens(root, login="wang", by=viewer)
    assert [each.name for each in list_tokens(root, login="WANG", by=wang).tokens] == ["mine"]
    with pytest.raises(Forbidden):
        revoke_token(root, "wang", "mine", by=viewer)
    assert revoke_token(root, "wang", "mine", by=wang).tokens[0].state is TokenState.REVOKED


def test_a_token_makes_no_token(workspace, root, people):
    text = make_token(root, "wang", "nightly", [Right.FIGURES_READ]).text
    with pytest.raises(Forbidden):
        make_token(root, "wang", "more", [Right.FIGURES_READ], by=caller_of_token(workspace, text))


def test_everything_wrong_is_said_at_once(root, people):
    with pytest.raises(InvalidArgument) as wrong:
        make_token(root, "wang", "a/b", [], source=" ", last_on=date(2026, 3, 1))
    assert len(wrong.value.problems) == 4
    for day in (date(2028, 3, 4), date.max):
        with pytest.raises(InvalidArgument, match="two years"):
            make_token(root, "wang", "long", [Right.FIGURES_READ], last_on=day)


@both_databases
def test_the_last_use_is_written_once_a_minute_also_when_clocks_go_back(workspace, root, people, clock):
    text = make_token(root, "wang", "nightly", [Right.FIGURES_READ]).text

    def used_at():
        caller_of_token(workspace, text)
        return list_tokens(root).tokens[0].used_at

    first = clock.now
    assert used_at() == first
    clock.move(seconds=59)
    assert used_at() == first
    clock.move(seconds=1)
    assert used_at() == clock.now
    clock.move(days=-1)
    assert used_at() == clock.now


@pytest.mark.parametrize("token", ["", "fj_", "fj_" + "x" * 43, "fs_" + "x" * 43, "fj_" + "x" * 44, "fj_" + "é" * 43, "\ud800"])
def test_what_is_no_token_lets_nobody_in(workspace, people, token):
    assert not is_in(workspace, token)
