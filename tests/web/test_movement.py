"""Overview and movement over plain HTTP: what they compare, where they lead, what waits, and what they say where there is nothing yet."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fenji.answers.views import MASKED, VIEWER
from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.language import Language
from fenji.reports.beside import compared
from fenji.workflow.history import tier_history
from fenji.workflow.initiating import init_workspace
from fenji.workspace.limits import limited_to
from web.conftest import Web, token_in
from web.test_frame import COUNT, NUMBERS

EARLIER = "2025-06-30"


def text_of(page: str) -> str:
    """What stands below the frame, as people read it."""
    main = re.sub(r"<(script|svg|select).*?</\1>", "", page.partition("<main")[2], flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def test_the_history_is_what_the_reviews_have_counted(served_root: Path) -> None:
    found = tier_history(served_root)
    assert len(found.reviews) == 12
    assert [each.as_of for each in found.flows] == [each.as_of for each in found.reviews[1:]]
    for review, flow in zip(found.reviews[1:], found.flows, strict=True):
        assert flow.closing == review.customers
        assert flow.opening + flow.new + flow.returned - flow.lost == flow.closing
    few = tier_history(served_root, as_of=found.reviews[5].as_of, reviews=3)
    assert few.reviews == found.reviews[3:6]
    with limited_to([RowLimit(LimitColumn.REGION, ("east",))]):
        east = tier_history(served_root)
    with limited_to([RowLimit(LimitColumn.REGION, ("west",))]):
        west = tier_history(served_root)
    both = [(one.customers + other.customers) for one, other in zip(east.reviews, west.reviews, strict=True)]
    assert both == [each.customers for each in found.reviews]


def test_no_change_tells_a_small_group() -> None:
    assert compared(50, 40, MASKED).change == 10
    assert (compared(50, 3, VIEWER).then, compared(50, 3, VIEWER).change) == ("<5", None)
    assert (compared(50, 48, VIEWER).then, compared(50, 48, VIEWER).change) == (48, "<5")


def test_comparing_adds_columns_and_a_dashed_line(analyst: TestClient) -> None:
    plain, beside = analyst.get("/").text, analyst.get(f"/?vs={EARLIER}").text
    assert '<td class="optional spark"><svg' in plain
    assert "Change, %" not in plain
    assert f'<th scope="col" class="right optional">{EARLIER}</th>' in beside
    assert "Change, %" in beside
    assert '"dashed": true' not in analyst.get("/movement/history").text
    assert '"dashed": true' in analyst.get(f"/movement/history?vs={EARLIER}").text


@pytest.mark.parametrize("path", [f"/movement?vs={EARLIER}", f"/movement/history?vs={EARLIER}", f"/?vs={EARLIER}"])
def test_every_number_beside_an_earlier_review_counts_its_list(path: str, analyst: TestClient) -> None:
    found = NUMBERS.findall(analyst.get(path).text)[::2]
    assert len(found) > 5
    for link, shown in found:
        drawer = analyst.get(html.unescape(link), headers={"fenji-part": "drawer"})
        assert COUNT.search(drawer.text)[1] == shown.strip(), link


def test_the_first_review_says_that_nothing_came_before_it(analyst: TestClient) -> None:
    for path in ("/movement", "/movement/cohorts"):
        assert "is the first review: nothing came before it" in text_of(analyst.get(f"{path}?as_of=2025-01-31").text)
    assert analyst.get("/movement/history?as_of=2025-01-31").status_code == 200


def test_a_series_that_nobody_has_computed_is_started_by_its_own_name(web: Web, analyst: TestClient) -> None:
    page = analyst.get("/movement/forecast?of=orders&split=tier").text
    button = re.search(r'name="what" value="(trend-orders-by-tier [\d-]+)"', page)
    started = analyst.post(
        "/jobs/start",
        data={"csrf_token": token_in(page), "what": button[1], "next": "/movement/forecast"},
        follow_redirects=False,
    )
    assert (started.status_code, started.headers["location"]) == (303, "/movement/forecast")
    assert analyst.get("/movement/forecast?of=nonsense").status_code == 422
    assert "past forecasts were off by" in text_of(analyst.get("/movement/forecast").text)


def test_customers_are_grouped_where_the_scope_names_a_column(analyst: TestClient) -> None:
    page = analyst.get("/?by=region").text
    assert "Customers by region and tier" in page
    assert '<option value="region" selected>' in page
    assert "and tier" not in text_of(analyst.get("/").text)
    assert analyst.get("/?by=nonsense").status_code == 422


def test_lines_that_deserve_a_look_stand_by_money(analyst: TestClient) -> None:
    card = text_of(analyst.get("/").text).partition("Worth a look")[2]
    assert "Close to the next tier" in card
    money = [Decimal(each.replace(",", "")) for each in re.findall(r"Revenue of 12 months: [^\d]*([\d,]+(?:\.\d+)?)", card)]
    assert money == sorted(money, reverse=True)


def test_what_waits_for_approval_is_told_to_whoever_may_approve(web: Web, analyst: TestClient) -> None:
    from fenji.domain.access import Caller, Right
    from fenji.domain.principals import Principal, PrincipalKind
    from fenji.workflow.drafting.deciding import submit_draft
    from fenji.workflow.drafting.writing import make_draft

    author = Caller(Principal(PrincipalKind.PERSON, "somebody.else"), frozenset({Right.POLICIES_DRAFT}))
    manager = web.login(Role.MANAGER)
    assert "Drafts of policies" not in manager.get("/").text
    text = next((web.root / "policies").glob("*.yaml")).read_text("utf-8")
    text = re.sub(
        r"^version: \d+",
        "version: 99",
        re.sub(r"^effective_on: .*", "effective_on: 2031-01-01", text, flags=re.MULTILINE),
        flags=re.MULTILINE,
    )
    draft = make_draft(web.root, text, by=author)
    submit_draft(web.root, draft.draft.draft_id, "to be tried", by=author)
    assert "Drafts of policies" in manager.get("/").text
    assert "Drafts of policies" not in analyst.get("/").text


def test_an_empty_workspace_leads_to_the_first_file(tmp_path: Path) -> None:
    init_workspace(tmp_path / "shop", template="spend", language=Language.EN)
    page = Web(tmp_path / "shop").login(Role.ANALYST).get("/")
    assert page.status_code == 200
    assert "Nothing has been computed here yet" in text_of(page.text)
