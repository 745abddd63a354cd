"""A tier by hand, proposed by one person and approved by another. World: ann of region south, bob of region north."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fenji.domain.access import Caller, LimitColumn, Role, RowLimit, rights_of
from fenji.domain.drafts import DraftStatus
from fenji.domain.overrides import OverrideState
from fenji.domain.people import RoleGrant
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.drafting.proposing import (
    approve_proposal,
    list_proposals,
    propose_override,
    refuse_proposal,
    withdraw_proposal,
)
from fenji.workflow.initiating import init_workspace
from fenji.workflow.overrides import end_override, list_overrides
from fenji.workflow.persons import export_person
from fenji.workflow.persons_erase import erase_person
from fenji.workflow.running import run_all
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import limited_to
from fenji.workspace.override_requests import OverrideRequest

SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: shop.csv
    columns: {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount}
  - source: members
    feed: customer
    files: members.csv
    columns: {customer_id: customer, region: region}
"""
MANAGER = Caller(Principal(PrincipalKind.PERSON, "han"), rights_of([Role.MANAGER]))
OTHER = replace(MANAGER, principal=Principal(PrincipalKind.PERSON, "li.lei"))
ANALYST = Caller(Principal(PrincipalKind.PERSON, "wang"), rights_of([Role.ANALYST]))
SOUTH = (RowLimit(LimitColumn.REGION, ("south",)),)
ANN = OverrideRequest("ann", "vip", date(2999, 12, 31), None, "new store")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("proposing") / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    (root / "shop.csv").write_text("order,customer,at,amount\n1,ann,2026-01-05,900\n2,bob,2026-01-06,900\n", "utf-8")
    (root / "members.csv").write_text("customer,region\nann,south\nbob,north\n", "utf-8")
    run_all(root, as_of=date(2026, 3, 31))
    with open_workspace(root).state.transaction(MANAGER.principal) as t:
        for each, role in ((MANAGER, Role.MANAGER), (OTHER, Role.MANAGER), (ANALYST, Role.ANALYST)):
            t.access.people.add(each.principal.name, each.principal.name, [RoleGrant(role)])
    return root


@pytest.fixture
def shop(ran: Path, tmp_path: Path) -> Path:
    shutil.copytree(ran, tmp_path / "copy")
    return tmp_path / "copy"


def test_what_is_approved_by_somebody_else_is_an_override(shop: Path) -> None:
    (made,) = propose_override(shop, ANN, by=ANALYST).proposals
    assert (made.status, made.author, list_overrides(shop).overrides) == (DraftStatus.SUBMITTED, "wang", ())
    (approved,) = approve_proposal(shop, made.proposal_id, by=MANAGER).proposals
    (override,) = list_overrides(shop).overrides
    assert (override.number, override.person, override.reason, override.tier) == (approved.override, "han", "new store", "vip")
    for again in (lambda: approve_proposal(shop, 1, by=OTHER), lambda: withdraw_proposal(shop, 1, by=ANALYST)):
        with pytest.raises(Conflict, match="no longer waits"):
            again()
    (ended,) = end_override(shop, override.number, "moved away", by=OTHER).overrides
    assert (ended.state, ended.ended_by, ended.ended_why) == (OverrideState.ENDED, "li.lei", "moved away")
    with pytest.raises(Conflict, match="no longer counts"):
        end_override(shop, override.number, "again", by=OTHER)


def test_nobody_approves_what_they_proposed_while_somebody_else_could(shop: Path) -> None:
    (made,) = propose_override(shop, ANN, by=MANAGER).proposals
    with pytest.raises(Forbidden, match=r"li\.lei could approve"):
        approve_proposal(shop, made.proposal_id, reason="sure", by=MANAGER)
    with pytest.raises(Forbidden, match="policies:approve"):
        approve_proposal(shop, made.proposal_id, by=ANALYST)
    assert list_overrides(shop).overrides == ()
    with open_workspace(shop).state.transaction(MANAGER.principal) as t:
        t.access.people.set_disabled("li.lei", is_disabled=True)
    with pytest.raises(InvalidArgument, match="says why"):
        approve_proposal(shop, made.proposal_id, by=MANAGER)
    answer = approve_proposal(shop, made.proposal_id, reason="alone", by=MANAGER)
    assert [each.code for each in (*answer.warnings, *list_proposals(shop).warnings)] == ["self_approval"] * 2


def test_refused_and_withdrawn_proposals_count_for_nothing_and_stay(shop: Path) -> None:
    for each in (ANN, replace(ANN, customer_id="bob")):
        propose_override(shop, each, by=ANALYST)
    with pytest.raises(InvalidArgument, match="say why"):
        refuse_proposal(shop, 1, "", by=MANAGER)
    refuse_proposal(shop, 1, "too early", by=MANAGER)
    with pytest.raises(Forbidden, match="work of wang"):
        withdraw_proposal(shop, 2, by=MANAGER)
    withdraw_proposal(shop, 2, by=ANALYST)
    assert [each.status for each in list_proposals(shop).proposals] == [DraftStatus.REFUSED, DraftStatus.WITHDRAWN]
    assert list_overrides(shop).overrides == ()


def test_what_cannot_be_meant_is_refused_with_all_that_is_wrong(shop: Path) -> None:
    with pytest.raises(InvalidArgument) as error:
        propose_override(shop, OverrideRequest("nobody", "gold", date(2020, 1, 1), None, " "), by=ANALYST)
    assert len(error.value.problems) == 4
    with pytest.raises(Forbidden, match="policies:draft"):
        propose_override(shop, ANN, by=replace(ANALYST, rights=rights_of([Role.MARKETER])))


def test_who_sees_one_region_learns_nothing_of_the_others(shop: Path) -> None:
    for each in (ANN, replace(ANN, customer_id="bob")):
        propose_override(shop, each, by=ANALYST)
    approve_proposal(shop, 2, by=MANAGER)
    with limited_to(SOUTH):
        assert [each.customer_id for each in list_proposals(shop).proposals] == ["ann"]
        assert list_overrides(shop).overrides == ()
        for hidden in (
            lambda: approve_proposal(shop, 2, by=MANAGER),
            lambda: end_override(shop, 1, "why not", by=MANAGER),
            lambda: end_override(shop, 77, "why not", by=MANAGER),
        ):
            with pytest.raises(NotFound):
                hidden()
        with pytest.raises(InvalidArgument, match="no customer bob"):
            propose_override(shop, replace(ANN, customer_id="bob"), by=ANALYST)
        assert approve_proposal(shop, 1, by=MANAGER).proposals[0].status is DraftStatus.APPROVED


def test_an_erased_person_leaves_proposals_too(shop: Path) -> None:
    propose_override(shop, ANN, by=ANALYST)
    assert [each.reason for each in export_person(shop, "ann").proposals] == ["new store"]
    erase_person(shop, "ann")
    (left,) = list_proposals(shop).proposals
    assert (left.customer_id.startswith("erased-"), left.reason, left.status) == (True, "", DraftStatus.WITHDRAWN)
