"""A draft becomes a version only when somebody else has looked at it; where nobody else could, every answer says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fenji.domain.access import Caller, Role, rights_of
from fenji.domain.drafts import DraftStatus
from fenji.domain.people import RoleGrant
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, Forbidden, InvalidArgument, InvalidDocument, NotFound
from fenji.language import Language
from fenji.settings import SETTINGS_FILE
from fenji.state.drafting.drafts import ChangedMeanwhile
from fenji.workflow.auditing import list_audit
from fenji.workflow.drafting.deciding import approve_draft, publish_draft, refuse_draft, submit_draft
from fenji.workflow.drafting.writing import change_draft, list_drafts, make_draft, show_draft, withdraw_draft
from fenji.workflow.initiating import init_workspace
from fenji.workflow.policies import show_policy
from fenji.workflow.publishing import list_versions, publish_policy
from fenji.workspace.folder import open_workspace

POLICY = """# what the board wants
policy: shop
version: {version}
effective_on: {day}
author: ''   # who decides
why: ''
tiers:
  - {{tier: entry, name: Entry}}
  - {{tier: vip, name: VIP, qualify: net_revenue_12m >= {threshold}}}
"""
LI_LEI = Caller(Principal(PrincipalKind.PERSON, "li.lei"), rights_of([Role.MANAGER]))
TOKEN = replace(LI_LEI, principal=Principal(PrincipalKind.TOKEN, "li.lei/nightly"))
HAN_MEIMEI = Caller(Principal(PrincipalKind.PERSON, "han"), rights_of([Role.MANAGER]))
ANALYST = Caller(Principal(PrincipalKind.PERSON, "wang"), rights_of([Role.ANALYST]))


def text(version: int = 1, day: str = "2026-01-01", threshold: object = 1000) -> str:
    return POLICY.format(version=version, day=day, threshold=threshold)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace without any policy and without people."""
    root = tmp_path / "shop"
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").unlink()
    return root


def with_people(root: Path, *callers: Caller) -> Path:
    """People who are known; of them, managers may approve."""
    with open_workspace(root).state.transaction(LI_LEI.principal) as t:
        for each in callers:
            role = Role.ANALYST if each is ANALYST else Role.MANAGER
            t.access.people.add(each.principal.name, each.principal.name, [RoleGrant(role)])
    return root


@pytest.fixture
def office(shop: Path) -> Path:
    return with_people(shop, LI_LEI, HAN_MEIMEI, ANALYST)


def published(root: Path, version: int = 1, *, day: str = "2026-01-01", threshold: int = 1000) -> None:
    file = root / "policies" / f"v{version}.yaml"
    file.write_text(text(version, day, threshold).replace("''", "board"), "utf-8")
    publish_policy(root, file)


def approved(root: Path, written: str, by: Caller = ANALYST) -> int:
    number = make_draft(root, written, by=by).draft.draft_id
    submit_draft(root, number, "prices rose", by=by)
    approve_draft(root, number, by=HAN_MEIMEI)
    return number


def codes(root: Path) -> list[str]:
    return [str(each.action) for each in reversed(list_audit(root).entries) if "draft" in each.action or "policy" in each.action]


def test_the_whole_life_of_a_draft_of_two_people(office: Path) -> None:
    published(office)
    made = make_draft(office, text(2, "2026-06-01", 2000), by=ANALYST)
    number = made.draft.draft_id
    assert (made.draft.status, made.draft.edition, made.draft.author, made.draft.based_on) == (DraftStatus.DRAFT, 1, "wang", 1)
    assert [each.sentence.in_language(Language.EN) for each in made.changes] == [
        "VIP, to gain it: net revenue, last twelve months at least CNY 2,000; before: net revenue, last twelve months at least CNY 1,000."
    ]
    submitted = submit_draft(office, number, "prices rose", edition=1, by=ANALYST)
    assert (submitted.draft.status, submitted.draft.why) == (DraftStatus.SUBMITTED, "prices rose")
    assert "# what the board wants" in submitted.text
    assert 'author: "wang"   # who decides\nwhy: "prices rose"\n' in submitted.text
    decided = approve_draft(office, number, edition=2, by=HAN_MEIMEI).draft.decision
    assert (decided.decided_by, decided.is_self_approval) == ("han", False)
    result = publish_draft(office, number, effective_on=date(2026, 7, 1), edition=3, by=LI_LEI)
    assert (result.version, result.effective_on, result.author, result.why) == (2, date(2026, 7, 1), "wang", "prices rose")
    shown = show_draft(office, number)
    assert (shown.draft.status, shown.draft.published_version, shown.compared_with) == (DraftStatus.PUBLISHED, 2, 1)
    # The file says what was published, so that a run takes it.
    version = list_versions(office).versions[-1]
    assert (version.file, version.is_file_changed) == ("policies/shop-2.yaml", False)
    assert (version.approved_by, version.is_self_approval) == ("han", False)
    assert (office / "policies" / "shop-2.yaml").read_text("utf-8") == result.published.text
    assert codes(office) == [
        "policy_published", "draft_made", "draft_submitted", "draft_approved", "policy_published", "draft_published",
    ]  # fmt: skip


@pytest.mark.parametrize("author", [LI_LEI, TOKEN])
def test_nobody_approves_their_own_also_not_that_of_their_token(office: Path, author: Caller) -> None:
    number = make_draft(office, text(), by=author).draft.draft_id
    submit_draft(office, number, "a start", by=author)
    with pytest.raises(Forbidden, match="han could approve"):
        approve_draft(office, number, reason="I am sure", by=LI_LEI)
    with pytest.raises(Forbidden, match="only a person"):
        approve_draft(office, number, by=replace(TOKEN, rights=HAN_MEIMEI.rights))
    with pytest.raises(Forbidden, match="policies:approve"):
        approve_draft(office, number, by=ANALYST)
    assert show_draft(office, number).draft.status is DraftStatus.SUBMITTED


def test_who_is_alone_approves_their_own_with_a_reason_and_every_answer_says_so(shop: Path) -> None:
    with_people(shop, LI_LEI, ANALYST)
    number = make_draft(shop, text(), by=LI_LEI).draft.draft_id
    submit_draft(shop, number, "a start", by=LI_LEI)
    with pytest.raises(InvalidArgument, match="who approves their own work says why"):
        approve_draft(shop, number, reason="  ", by=LI_LEI)
    answer = approve_draft(shop, number, reason="the only manager", by=LI_LEI)
    assert (answer.draft.decision.is_self_approval, answer.draft.decision.decision_reason) == (True, "the only manager")
    told = [answer.warnings, publish_draft(shop, number, by=LI_LEI).warnings, show_draft(shop, number).warnings]
    told.append(show_policy(shop, as_of=date(2026, 2, 1)).warnings)
    assert ["self_approval" in [problem.code for problem in each] for each in told] == [True] * 4
    assert list_versions(shop).versions[0].is_self_approval


def test_the_command_line_is_one_person_as_long_as_nobody_is_known(shop: Path) -> None:
    number = make_draft(shop, text()).draft.draft_id
    submit_draft(shop, number, "a start")
    assert approve_draft(shop, number, reason="alone").draft.decision.is_self_approval


def test_a_version_that_was_published_meanwhile_stands_in_the_way(office: Path) -> None:
    published(office)
    number = approved(office, text(3, "2026-06-01", 2000))
    published(office, 2, day="2026-05-01", threshold=1500)
    with pytest.raises(Conflict, match="version 2 of policy shop has been published since"):
        publish_draft(office, number, by=HAN_MEIMEI)
    assert [each.code for each in show_draft(office, number).warnings] == ["outdated"]
    assert not (office / "policies" / "shop-3.yaml").exists()
    # Its author takes the new version into account; then nobody has approved the new text.
    change_draft(office, number, text(3, "2026-06-01", 2500), by=ANALYST)
    assert show_draft(office, number).draft.status is DraftStatus.DRAFT
    submit_draft(office, number, "prices rose again", by=ANALYST)
    approve_draft(office, number, by=HAN_MEIMEI)
    assert publish_draft(office, number, by=HAN_MEIMEI).version == 3


def test_two_drafts_of_one_version_are_not_both_published(office: Path) -> None:
    first, second = approved(office, text()), approved(office, text(threshold=3000))
    publish_draft(office, first, by=HAN_MEIMEI)
    with pytest.raises(Conflict, match="has been published since"):
        publish_draft(office, second, by=HAN_MEIMEI)
    assert [each.version for each in list_versions(office).versions] == [1]


def test_a_file_of_the_same_number_that_says_something_else_stands_in_the_way(office: Path) -> None:
    number = approved(office, text())
    (office / "policies" / "mine.yaml").write_text(text(threshold=77), "utf-8")
    with pytest.raises(Conflict, match=r"policies/mine\.yaml holds version 1"):
        publish_draft(office, number, by=HAN_MEIMEI)
    assert show_draft(office, number).draft.status is DraftStatus.APPROVED
    (office / "policies" / "mine.yaml").write_text(show_draft(office, number).text, "utf-8")
    publish_draft(office, number, by=HAN_MEIMEI)
    assert [each.file for each in list_versions(office).versions] == ["policies/mine.yaml"]


def test_errors_of_the_linter_block_and_stand_at_the_rule(office: Path) -> None:
    draft = make_draft(office, text().replace("net_revenue_12m", "net_revenu_12m"), by=ANALYST)
    (finding,) = draft.findings
    assert (finding.pointer, finding.problem.place.row, draft.is_usable) == ("/tiers/1/qualify", 9, False)
    with pytest.raises(InvalidDocument, match="Did you mean net_revenue_12m"):
        submit_draft(office, draft.draft.draft_id, "why not", by=ANALYST)
    broken = make_draft(office, text().replace("version: 1", "version: one"), by=ANALYST)
    assert ([each.pointer for each in broken.findings], broken.rules, broken.draft.policy) == (["/version"], None, "shop")
    nothing = make_draft(office, "tiers: [", by=ANALYST)
    assert (nothing.draft.policy, nothing.is_usable) == (None, False)
    with pytest.raises(InvalidDocument, match="not YAML"):
        submit_draft(office, nothing.draft.draft_id, "why not", by=ANALYST)
    assert {each.status for each in list_drafts(office).drafts} == {DraftStatus.DRAFT}


@pytest.mark.parametrize(("version", "day"), [(1, "2026-03-01"), (2, "2026-01-01")])
def test_a_number_or_a_day_that_is_taken_is_told_before_anybody_is_asked(office: Path, version: int, day: str) -> None:
    published(office)
    number = make_draft(office, text(version, day), by=ANALYST).draft.draft_id
    with pytest.raises((Conflict, InvalidDocument), match=r"published on|both take effect"):
        submit_draft(office, number, "because", by=ANALYST)


def test_nobody_changes_or_approves_what_they_have_not_seen(office: Path) -> None:
    number = make_draft(office, text(), by=ANALYST).draft.draft_id
    submit_draft(office, number, "a start", edition=1, by=ANALYST)
    change_draft(office, number, text(threshold=1), edition=2, by=ANALYST)
    submit_draft(office, number, "a start", edition=3, by=ANALYST)
    with pytest.raises(ChangedMeanwhile, match="you saw edition 2, and there is edition 4"):
        approve_draft(office, number, edition=2, by=HAN_MEIMEI)
    with pytest.raises(ChangedMeanwhile):
        change_draft(office, number, text(threshold=2), edition=3, by=ANALYST)
    # The same text again is no change.
    now = show_draft(office, number)
    assert change_draft(office, number, now.text, by=ANALYST).draft == now.draft


def test_only_its_author_changes_submits_or_withdraws_a_draft(office: Path) -> None:
    number = make_draft(office, text(), by=ANALYST).draft.draft_id
    for refused in (
        lambda: change_draft(office, number, text(threshold=1), by=LI_LEI),
        lambda: submit_draft(office, number, "mine now", by=LI_LEI),
        lambda: withdraw_draft(office, number, by=LI_LEI),
    ):
        with pytest.raises(Forbidden, match="work of wang"):
            refused()
    viewer = replace(ANALYST, rights=rights_of([Role.VIEWER]))
    with pytest.raises(Forbidden, match="policies:draft"):
        make_draft(office, text(), by=viewer)


def test_what_was_refused_may_be_changed_and_submitted_again(office: Path) -> None:
    number = make_draft(office, text(), by=ANALYST).draft.draft_id
    submit_draft(office, number, "a start", by=ANALYST)
    with pytest.raises(InvalidArgument, match="say why it is refused"):
        refuse_draft(office, number, " ", by=HAN_MEIMEI)
    refused = refuse_draft(office, number, "too low", by=HAN_MEIMEI).draft
    assert (refused.status, refused.decision.decision_reason) == (DraftStatus.REFUSED, "too low")
    again = change_draft(office, number, text(threshold=5000), by=ANALYST).draft
    assert (again.status, again.decision.decided_by, again.why) == (DraftStatus.DRAFT, None, None)
    assert submit_draft(office, number, "higher", by=ANALYST).draft.status is DraftStatus.SUBMITTED


def test_steps_out_of_turn_are_refused(office: Path) -> None:
    number = make_draft(office, text(), by=ANALYST).draft.draft_id
    steps: dict[str, Callable[[], object]] = {
        "submit": lambda: submit_draft(office, number, "a start", by=ANALYST),
        "approve": lambda: approve_draft(office, number, by=HAN_MEIMEI),
        "refuse": lambda: refuse_draft(office, number, "no", by=HAN_MEIMEI),
        "publish": lambda: publish_draft(office, number, by=HAN_MEIMEI),
        "change": lambda: change_draft(office, number, text(threshold=7), by=ANALYST),
        "withdraw": lambda: withdraw_draft(office, number, by=ANALYST),
    }

    def refuses(*names: str) -> None:
        for name in names:
            with pytest.raises(Conflict):
                steps[name]()

    refuses("approve", "refuse", "publish")
    steps["submit"]()
    refuses("submit", "publish")
    steps["approve"]()
    refuses("submit", "approve")
    steps["withdraw"]()
    refuses(*steps)
    with pytest.raises(InvalidArgument, match="say why the rules should change"):
        submit_draft(office, number, "\n", by=ANALYST)
    with pytest.raises(NotFound, match="no draft 99"):
        show_draft(office, 99)


@pytest.mark.parametrize("bad", ["", "  \n", "policy: \0", "policy: \ud800", "a" * 200_001])
def test_texts_that_cannot_be_kept_are_refused(office: Path, bad: str) -> None:
    with pytest.raises(InvalidArgument):
        make_draft(office, bad, by=ANALYST)
    assert list_drafts(office).drafts == ()


def test_a_workspace_without_state_has_no_drafts(shop: Path) -> None:
    assert list_drafts(shop).drafts == ()
    with pytest.raises(NotFound):
        show_draft(shop, 1)
    assert not open_workspace(shop).state.is_there


def test_why_in_a_block_of_text_is_replaced_whole(office: Path) -> None:
    written = text().replace("why: ''\n", "why: |\n  once\n  upon a time\n")
    number = make_draft(office, written, by=ANALYST).draft.draft_id
    told = submit_draft(office, number, 'prices "rose": # 5 %\nagain', by=ANALYST)
    assert (told.is_usable, "# what the board wants" in told.text, "upon a time" in told.text) == (True, True, False)
    approve_draft(office, number, by=HAN_MEIMEI)
    assert publish_draft(office, number, by=HAN_MEIMEI).why == 'prices "rose": # 5 %\nagain'


def test_no_text_and_no_reason_stands_in_the_audit_log(office: Path) -> None:
    number = approved(office, text())
    publish_draft(office, number, by=HAN_MEIMEI)
    details = str([each.details for each in list_audit(office).entries])
    assert ("prices rose" in details, "net_revenue" in details, "'policy': 'shop'" in details) == (False, False, True)


@pytest.fixture
def clock(office: Path) -> Iterator[list[datetime]]:
    """What the clock of the workspace shows; tests set it back and ahead."""
    state, shown = open_workspace(office).state, [datetime(2026, 3, 1, tzinfo=UTC)]
    before, state.clock = state.clock, lambda: shown[0]
    yield shown
    state.clock = before


def test_a_clock_that_is_set_back_changes_no_order_of_steps(office: Path, clock: list[datetime]) -> None:
    number = make_draft(office, text(), by=ANALYST).draft.draft_id
    clock[0] -= timedelta(days=400)
    submit_draft(office, number, "a start", edition=1, by=ANALYST)
    clock[0] += timedelta(days=4000)
    approved_at = approve_draft(office, number, edition=2, by=HAN_MEIMEI).draft.decision.decided_at
    assert (approved_at, show_draft(office, number).draft.edition) == (clock[0], 3)


def test_drafts_live_on_a_server_too(office: Path, postgres: Callable[[], str]) -> None:
    settings = office / SETTINGS_FILE
    settings.write_text(f'database_url = "{postgres()}"\n' + settings.read_text("utf-8"), "utf-8")
    with_people(office, LI_LEI, HAN_MEIMEI, ANALYST)
    first, second = approved(office, text()), approved(office, text(threshold=3000))
    publish_draft(office, first, by=HAN_MEIMEI)
    with pytest.raises(Conflict):
        publish_draft(office, second, by=HAN_MEIMEI)
    with pytest.raises(ChangedMeanwhile):
        withdraw_draft(office, second, edition=1, by=ANALYST)
    assert [each.status for each in list_drafts(office).drafts] == [DraftStatus.APPROVED, DraftStatus.PUBLISHED]
