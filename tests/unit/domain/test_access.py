"""The table of roles is the one of the design, and nobody approves what they made while anybody else could."""

from __future__ import annotations

from fenji.domain.access import RIGHTS_OF, Right, Role
from fenji.domain.four_eyes import Approval, may_approve
from fenji.domain.principals import Principal, PrincipalKind

TABLE = """
figures:read     viewer analyst marketer manager finance auditor admin
customers:read   viewer analyst marketer manager finance auditor admin
customers:find   service
personal:read    manager admin
customers:export analyst manager admin
tables:read      analyst manager
whatif:ask       analyst marketer manager
policies:draft   analyst manager
policies:approve manager
points:read      marketer manager finance service auditor admin
points:move      service
points:adjust    finance
points:approve   manager
offers:change    marketer manager
runs:start       analyst manager
sources:change   analyst manager admin
people:read      auditor admin
people:change    admin
audit:read       manager auditor admin
"""
"""Section 11 of the design, right by right."""

ANN, BOB = (Principal(PrincipalKind.PERSON, name) for name in ("ann", "bob"))
TOKEN_OF_ANN = Principal(PrincipalKind.TOKEN, "ann/nightly")


def test_the_roles_have_the_rights_of_the_design() -> None:
    designed = {line.split()[0]: set(line.split()[1:]) for line in TABLE.strip().splitlines()}
    assert {str(right): {str(role) for role in Role if right in RIGHTS_OF[role]} for right in Right} == designed


def test_own_work_is_approved_by_nobody_else_only() -> None:
    assert may_approve(ANN, BOB, holders=2) is Approval.ALLOWED
    assert may_approve(ANN, BOB, holders=1) is Approval.ALLOWED
    assert may_approve(ANN, ANN, holders=2) is Approval.REFUSED
    assert may_approve(ANN, ANN, holders=1) is Approval.ALONE


def test_the_work_of_a_token_is_that_of_its_person_and_no_token_approves() -> None:
    assert may_approve(TOKEN_OF_ANN, ANN, holders=2) is Approval.REFUSED
    assert may_approve(TOKEN_OF_ANN, BOB, holders=2) is Approval.ALLOWED
    assert may_approve(BOB, TOKEN_OF_ANN, holders=2) is Approval.REFUSED
    assert may_approve(BOB, Principal(PrincipalKind.SYSTEM, "worker"), holders=1) is Approval.REFUSED
