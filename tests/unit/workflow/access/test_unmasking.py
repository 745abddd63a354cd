"""Whoever sees customers in plain stands in the log with the reason, and neither ids nor names of customers do."""

from __future__ import annotations

import pytest

from fenji.domain.access import Caller, Role, rights_of
from fenji.domain.audit import Action
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Forbidden, InvalidArgument
from fenji.workflow.access.unmasking import note_unmasked_export, note_unmasking
from fenji.workflow.auditing import list_audit

WANG = Principal(PrincipalKind.PERSON, "wang")


def caller(role):
    return Caller(WANG, rights_of([role]))


def test_each_customer_has_an_entry_with_the_reason_and_no_name(workspace, root):
    note_unmasking(workspace, ["13812345678", "M2"], " 王小明 called about M2 ", by=caller(Role.MANAGER), personal=["王小明", ""])
    entries = list_audit(root).entries
    assert {(each.action, each.principal, each.details["reason"]) for each in entries} == {
        (Action.PERSON_UNMASKED, "wang", "*** called about ***")
    }
    assert [len(list_audit(root, subject=each).entries) for each in ("13812345678", "M2", "M3")] == [1, 1, 0]
    assert not {"13812345678", "M2"} & {each.subject for each in entries}


def test_an_export_is_one_entry(workspace, root):
    note_unmasked_export(workspace, "20260331T000000-1", 4_711, "letters by post", by=caller(Role.ADMIN))
    found = list_audit(root).entries[0]
    assert (found.action, found.subject, found.details["customers"]) == (Action.LIST_UNMASKED, "20260331T000000-1", 4_711)


def test_without_the_right_or_a_reason_nothing_is_shown(workspace, root):
    for role in set(Role) - {Role.MANAGER, Role.ADMIN}:
        with pytest.raises(Forbidden, match="personal:read"):
            note_unmasking(workspace, ["M1"], "curious", by=caller(role))
        with pytest.raises(Forbidden):
            note_unmasked_export(workspace, "run", 1, "curious", by=caller(role))
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(InvalidArgument, match="reason"):
            note_unmasking(workspace, ["M1"], reason, by=caller(Role.MANAGER))
    with pytest.raises(InvalidArgument, match="1001 customers"):
        note_unmasking(workspace, ["M1"] * 1001, "all", by=caller(Role.MANAGER))
    assert list_audit(root).entries == ()
