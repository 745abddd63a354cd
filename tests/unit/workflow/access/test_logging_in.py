"""A login lets in who it should, under a new id, for as long as it should; everybody else hears the same answer."""

from __future__ import annotations

import pyotp
import pytest

from fenji.domain.access import Right, Role
from fenji.domain.audit import Action
from fenji.domain.logins import Awaited
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotAuthenticated, TooManyAttempts, Unavailable
from fenji.workflow.access.callers import caller_of_session, login_of_session
from fenji.workflow.access.logging_in import (
    begin_totp,
    change_password,
    confirm_totp,
    enter_code,
    log_in,
    log_out,
    log_out_everywhere,
    use_link,
)
from fenji.workflow.access.people import add_person, change_roles, disable_person, enable_person, reset_person
from fenji.workflow.auditing import list_audit
from fenji.workspace.access import attempts
from fixtures.doors import both_databases

PASSWORD = "correct horse battery"  # noqa: S105
OTHER = "quite another sentence"
HOME = "203.0.113.7"


def code_of(secret, clock, steps=0):
    return pyotp.TOTP(secret).at(int(clock.now.timestamp()) + 30 * steps)


def enter(workspace, people, login="wang"):
    return use_link(workspace, people[login].code, PASSWORD, address=HOME).secret


def enter_admin(workspace, people, clock):
    opened = use_link(workspace, people["ann"].code, PASSWORD, address=HOME)
    begun = begin_totp(workspace, opened.secret)
    return confirm_totp(workspace, opened.secret, code_of(begun.secret, clock), address=HOME).secret, begun.secret


def is_in(workspace, session):
    try:
        caller_of_session(workspace, session)
    except NotAuthenticated:
        return False
    return True


def refusal(workspace, *given, **named):
    with pytest.raises(NotAuthenticated) as refused:
        log_in(workspace, *given, address=HOME, **named)
    return refused.value


@both_databases
def test_a_link_lets_in_once_and_a_weak_password_does_not_use_it_up(workspace, people):
    with pytest.raises(InvalidArgument, match="12 to 512"):
        use_link(workspace, people["wang"].code, "short", address=HOME)
    with pytest.raises(InvalidArgument, match="login or the name"):
        use_link(workspace, people["wang"].code, "i am wang of the shop", address=HOME)
    session = enter(workspace, people)
    caller = caller_of_session(workspace, session)
    assert (caller.principal.name, caller.may(Right.POLICIES_APPROVE), caller.may(Right.PEOPLE_CHANGE)) == ("wang", True, False)
    with pytest.raises(NotAuthenticated):
        use_link(workspace, people["wang"].code, OTHER, address=HOME)
    assert is_in(workspace, log_in(workspace, " WANG ", PASSWORD, address=HOME).secret)


def test_a_link_is_over_in_time(workspace, people, clock):
    clock.move(hours=24)
    with pytest.raises(NotAuthenticated):
        use_link(workspace, people["wang"].code, PASSWORD, address=HOME)


def test_a_later_link_ends_the_one_before_and_a_reset_ends_the_password(workspace, root, people):
    session = enter(workspace, people)
    first = reset_person(root, "wang", password=True, totp=False).link
    second = reset_person(root, "wang", password=True, totp=False).link
    assert not is_in(workspace, session)
    refusal(workspace, "wang", PASSWORD)
    with pytest.raises(NotAuthenticated):
        use_link(workspace, first.code, OTHER, address=HOME)
    assert is_in(workspace, use_link(workspace, second.code, OTHER, address=HOME).secret)
    assert second.ends_at - workspace.state.now() < people["wang"].ends_at - workspace.state.now()


def test_who_lets_others_in_needs_a_second_factor(workspace, people, clock):
    opened = use_link(workspace, people["ann"].code, PASSWORD, address=HOME)
    assert (opened.session.awaits, is_in(workspace, opened.secret)) == (Awaited.TOTP_SETUP, False)
    with pytest.raises(Forbidden, match="second factor"):
        log_in(workspace, "ann", PASSWORD, address=HOME)
    begun = begin_totp(workspace, opened.secret)
    assert begun.address.startswith("otpauth://totp/fenji:ann?secret=")
    with pytest.raises(NotAuthenticated):
        confirm_totp(workspace, opened.secret, "000000", address=HOME)
    session = confirm_totp(workspace, opened.secret, code_of(begun.secret, clock), address=HOME).secret
    assert is_in(workspace, session)
    assert not is_in(workspace, opened.secret)
    with pytest.raises(Conflict, match="second factor"):
        begin_totp(workspace, session)


@both_databases
def test_no_code_counts_twice_and_each_step_has_a_new_id(workspace, people, clock):
    _session, secret = enter_admin(workspace, people, clock)
    refusal(workspace, "ann", PASSWORD, code=code_of(secret, clock))  # the code with which it was set up
    clock.move(seconds=60)
    waiting = log_in(workspace, "ann", PASSWORD, address=HOME)
    assert (waiting.session.awaits, is_in(workspace, waiting.secret)) == (Awaited.TOTP, False)
    assert login_of_session(workspace, waiting.secret)[1].login == "ann"
    opened = enter_code(workspace, waiting.secret, code_of(secret, clock), address=HOME)
    assert is_in(workspace, opened.secret)
    with pytest.raises(NotAuthenticated):
        enter_code(workspace, waiting.secret, code_of(secret, clock, 1), address=HOME)
    refusal(workspace, "ann", PASSWORD, code=code_of(secret, clock))
    refusal(workspace, "ann", PASSWORD, code=code_of(secret, clock, -1))
    assert is_in(workspace, log_in(workspace, "ann", PASSWORD, code=code_of(secret, clock, 1), address=HOME).secret)


def test_a_login_that_waits_for_a_code_ends_in_ten_minutes(workspace, people, clock):
    _session, secret = enter_admin(workspace, people, clock)
    waiting = log_in(workspace, "ann", PASSWORD, address=HOME).secret
    clock.move(minutes=10)
    with pytest.raises(NotAuthenticated):
        enter_code(workspace, waiting, code_of(secret, clock), address=HOME)


def test_a_lost_phone_needs_the_password_and_a_link(workspace, root, people, clock):
    session, _secret = enter_admin(workspace, people, clock)
    link = reset_person(root, "ann", password=False, totp=True).link
    assert not is_in(workspace, session)
    with pytest.raises(NotAuthenticated):
        use_link(workspace, link.code, OTHER, address=HOME)
    opened = use_link(workspace, link.code, PASSWORD, address=HOME)
    assert opened.session.awaits is Awaited.TOTP_SETUP


def test_every_refusal_is_the_same(workspace, root, people):
    enter(workspace, people)
    add_person(root, "Eve", "eve", [Role.VIEWER])
    disable_person(root, "eve")
    cases = [("wang", OTHER), ("nobody", PASSWORD), ("eve", PASSWORD), ("till-3", PASSWORD), ("a/b", PASSWORD)]
    assert len({str(refusal(workspace, *case)) for case in cases}) == 1


def test_the_same_work_is_done_for_a_name_that_nobody_has(workspace, people, monkeypatch):
    enter(workspace, people)
    done = []
    from fenji.workspace.access import passwords

    verify = type(passwords._HASHER).verify
    monkeypatch.setattr(type(passwords._HASHER), "verify", lambda *given: done.append(1) or verify(*given))
    for login in ("wang", "nobody", "till-3"):
        refusal(workspace, login, OTHER)
    assert len(done) == 3


@both_databases
def test_after_five_attempts_a_name_waits_and_then_longer_whoever_tries(workspace, people, clock):
    enter(workspace, people)
    for login in ("wang", "nobody"):
        for _number in range(5):
            refusal(workspace, login, OTHER)
        with pytest.raises(TooManyAttempts) as waits:
            log_in(workspace, login, PASSWORD, address="198.51.100.1")
        assert (waits.value.wait_seconds, waits.value.retryable) == (60, True)
    waited = []
    for _number in range(6):
        clock.move(seconds=waits.value.wait_seconds)
        refusal(workspace, "wang", OTHER)
        with pytest.raises(TooManyAttempts) as waits:
            log_in(workspace, "wang", PASSWORD, address=HOME)
        waited.append(waits.value.wait_seconds)
    assert waited == [120, 240, 480, 900, 900, 900]
    clock.move(seconds=900)
    assert is_in(workspace, log_in(workspace, "wang", PASSWORD, address=HOME).secret)
    refusal(workspace, "wang", OTHER)  # forgiven: it waits for nothing
    told = list_audit(workspace.root, action=Action.USER_LOCKED_OUT).entries
    assert [each.subject for each in told] == ["?", "wang"]


def test_an_address_waits_and_who_comes_in_from_it_is_not_counted(workspace, people, monkeypatch):
    monkeypatch.setattr(attempts, "TRIES_OF_ADDRESS", 6)
    enter(workspace, people)
    for _number in range(7):
        log_in(workspace, "wang", PASSWORD, address=HOME)
    for number in range(6):
        refusal(workspace, f"name{number}", OTHER)
    with pytest.raises(TooManyAttempts):
        log_in(workspace, "wang", PASSWORD, address=HOME)
    assert is_in(workspace, log_in(workspace, "wang", PASSWORD, address="198.51.100.1").secret)


def test_a_wrong_clock_locks_nobody_out_for_longer_than_the_longest_wait(workspace, people, clock):
    enter(workspace, people)
    clock.move(days=300)
    for _number in range(5):
        refusal(workspace, "wang", OTHER)
    clock.move(days=-300)
    with pytest.raises(TooManyAttempts) as waits:
        log_in(workspace, "wang", PASSWORD, address=HOME)
    assert waits.value.wait_seconds <= 900


@both_databases
def test_a_login_lasts_eight_hours_whoever_uses_it(workspace, people, clock):
    session = enter(workspace, people)
    clock.move(hours=7, minutes=59)
    assert is_in(workspace, session)
    clock.move(minutes=1)
    assert not is_in(workspace, session)


def test_an_admin_is_out_after_half_an_hour_without_a_question(workspace, people, clock):
    session, _secret = enter_admin(workspace, people, clock)
    for _number in range(3):
        clock.move(minutes=29)
        assert is_in(workspace, session)
    clock.move(minutes=30)
    assert not is_in(workspace, session)


def test_a_clock_that_is_set_back_ends_logins_and_one_that_differs_a_little_does_not(workspace, people, clock):
    session = enter(workspace, people)
    clock.move(minutes=-20)  # another machine: one ten minutes ahead, this one ten minutes behind
    assert is_in(workspace, session)
    clock.move(hours=-10)
    assert not is_in(workspace, session)


def test_the_last_use_is_written_once_a_minute(workspace, people, clock):
    session = enter(workspace, people)
    clock.move(seconds=59)
    caller_of_session(workspace, session)
    assert login_of_session(workspace, session)[0].seen_at < clock.now
    clock.move(seconds=1)
    caller_of_session(workspace, session)
    assert login_of_session(workspace, session)[0].seen_at == clock.now


def test_logging_out_here_and_everywhere(workspace, people):
    first = enter(workspace, people)
    second, third = (log_in(workspace, "wang", PASSWORD, address=HOME).secret for _number in range(2))
    assert len({first, second, third}) == 3
    log_out(workspace, first)
    log_out(workspace, "fs_nothing")
    assert [is_in(workspace, each) for each in (first, second, third)] == [False, True, True]
    log_out_everywhere(workspace, second)
    assert [is_in(workspace, each) for each in (second, third)] == [False, False]


def test_another_password_ends_all_other_logins_and_changes_the_id(workspace, people):
    mine = enter(workspace, people)
    other = log_in(workspace, "wang", PASSWORD, address=HOME).secret
    with pytest.raises(NotAuthenticated):
        change_password(workspace, mine, OTHER, OTHER, address=HOME)
    new = change_password(workspace, mine, PASSWORD, OTHER, address=HOME).secret
    assert [is_in(workspace, each) for each in (mine, other, new)] == [False, False, True]
    refusal(workspace, "wang", PASSWORD)


@both_databases
def test_other_roles_and_being_disabled_end_all_logins(workspace, root, people):
    session = enter(workspace, people)
    changed = change_roles(root, "wang", [Role.VIEWER])
    assert (is_in(workspace, session), changed.link) == (False, None)
    session = log_in(workspace, "wang", PASSWORD, address=HOME).secret
    assert not caller_of_session(workspace, session).may(Right.POLICIES_APPROVE)
    disable_person(root, "wang")
    assert not is_in(workspace, session)
    refusal(workspace, "wang", PASSWORD)
    enable_person(root, "wang")
    assert not is_in(workspace, session)
    assert is_in(workspace, log_in(workspace, "wang", PASSWORD, address=HOME).secret)


def test_who_becomes_an_admin_is_given_a_link_for_a_second_factor(workspace, root, people):
    enter(workspace, people)
    link = change_roles(root, "wang", [Role.ADMIN]).link
    with pytest.raises(Forbidden, match="second factor"):
        log_in(workspace, "wang", PASSWORD, address=HOME)
    assert use_link(workspace, link.code, PASSWORD, address=HOME).session.awaits is Awaited.TOTP_SETUP


def test_without_the_key_no_second_factor_is_taken_and_the_way_out_is_said(workspace, root, people, clock):
    _session, secret = enter_admin(workspace, people, clock)
    (root / "fenji.access").unlink()
    clock.move(seconds=60)
    with pytest.raises(Unavailable, match="have the second factors reset"):
        log_in(workspace, "ann", PASSWORD, code=code_of(secret, clock), address=HOME)


@pytest.mark.parametrize("secret", ["", "fs_", "fs_" + "x" * 43, "fj_" + "x" * 43, "fs_" + "é" * 43, "x" * 10_000])
def test_what_is_no_login_lets_nobody_in(workspace, people, secret):
    assert not is_in(workspace, secret)


@both_databases
def test_nothing_in_state_or_files_lets_anybody_in(workspace, root, people, clock):
    session, secret = enter_admin(workspace, people, clock)
    enter(workspace, people)
    link = reset_person(root, "wang", password=True, totp=False).link
    if workspace.settings.database_url.startswith("sqlite"):
        kept = b"".join(each.read_bytes() for each in root.iterdir() if each.is_file())
    else:
        from sqlalchemy import text

        with workspace.state.reading() as t:
            tables = ("person", "credential", "login_session", "token", "one_time_link", "login_failure", "audit")
            kept = repr([t.session.execute(text(f"SELECT * FROM {each}")).all() for each in tables]).encode()
    assert b"wang" in kept
    for each in (session, secret, link.code, people["ann"].code, PASSWORD, OTHER, HOME):
        assert each.removeprefix("fs_").removeprefix("fl_").encode() not in kept
    assert (root / "fenji.access").stat().st_mode & 0o077 == 0
