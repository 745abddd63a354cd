"""Customers: a list that is narrowed, kept and taken along as its reader may see it; one customer whose opening is written down; search without addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import fastexcel
import pytest
from starlette.testclient import TestClient

from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.domain.audit import Action
from fenji.workflow.auditing import list_audit
from web.conftest import Web, token_in

COUNT = re.compile(r'id="people-title">([\d,]+) ')
KEYS = re.compile(r'href="/customers/(\d+)')
FULL_PHONE = re.compile(r"(?<![\d.])138\d{8}(?!\d)")


@pytest.fixture(scope="module")
def manager(web: Web) -> TestClient:
    """A browser of a manager."""
    return web.login(Role.MANAGER)


def counted(page: str) -> int:
    """How many customers a page says its list has."""
    return int(COUNT.search(page)[1].replace(",", ""))


def test_filters_narrow_the_list_and_are_told_in_words(analyst: TestClient) -> None:
    everybody = analyst.get("/customers")
    standing = analyst.get("/customers?standing=in_tier")
    lost = analyst.get("/customers?standing=lost")
    assert counted(everybody.text) == counted(standing.text) + counted(lost.text)
    assert counted(standing.text) > 0
    narrowed = analyst.get("/customers?metric=orders_12m&operator=%3E%3D&number=3&where=days_since_last_order+%3C%3D+60")
    assert narrowed.url.params.get_list("where") == ["days_since_last_order <= 60", "orders_12m >= 3"]
    assert 0 < counted(narrowed.text) < counted(everybody.text)
    assert "orders, last twelve months at least 3" in narrowed.text
    off = html.unescape(re.search(r'class="chip on">[^<]*<a class="chip-off" href="([^"]*)"', narrowed.text)[1])
    assert counted(narrowed.text) <= counted(analyst.get(off).text)
    assert analyst.get("/customers?metric=orders_12m&number=many").status_code == 422
    assert analyst.get("/customers?tier=nonsense").status_code == 404


def test_pages_of_a_list_hold_everybody_once(analyst: TestClient) -> None:
    page = analyst.get("/customers?sort=orders_12m")
    count, seen = counted(page.text), []
    while True:
        seen += KEYS.findall(page.text)
        following = re.search(r'href="([^"]*)" rel="next"', page.text)
        if not following:
            break
        page = analyst.get(html.unescape(following[1]))
    assert len(seen) == len(set(seen)) == count


def test_columns_are_those_that_the_browser_keeps(analyst: TestClient, posting: Callable[..., Any]) -> None:
    assert posting("/customers/columns", column="net_revenue_total", next="/customers").status_code == 303
    assert "net revenue, in total" in analyst.get("/customers").text.partition("<thead>")[2]
    posting("/customers/columns", reset="1", next="/customers")
    assert "net revenue, in total" not in analyst.get("/customers").text.partition("<thead>")[2].partition("</thead>")[0]


def test_a_list_is_taken_along_as_its_reader_may_see_it(web: Web, analyst: TestClient, manager: TestClient) -> None:
    def rows(browser: TestClient, **fields: str) -> tuple[str, list[str]]:
        token = token_in(browser.get("/account").text)
        sent = {
            "csrf_token": token,
            "form": "xlsx",
            "where": "orders_12m >= 3",
            "column": "customer_id",
            "sort": "-net_revenue_12m",
        }
        answer = browser.post("/customers/export", data={**sent, **fields}, follow_redirects=False)
        assert answer.status_code == 200, answer.text
        book = fastexcel.read_excel(answer.content)
        told = book.load_sheet(1, header_row=None).to_arrow().to_pylist()
        return str(told), [str(row["customer"]) for row in book.load_sheet(0).to_arrow().to_pylist()]

    count = counted(analyst.get("/customers?where=orders_12m+%3E%3D+3").text)
    source, ids = rows(analyst)
    assert len(ids) == count > 0
    assert "orders, last twelve months at least 3" in source
    assert not any(map(FULL_PHONE.search, ids))
    _source, plain = rows(manager, reason="calling those who left")
    assert all(map(FULL_PHONE.search, plain))
    written = list_audit(web.root, action=Action.LIST_UNMASKED).entries[0]
    assert written.details == {"customers": count, "reason": "calling those who left"}
    viewer = web.login(Role.VIEWER)
    data = {"csrf_token": token_in(viewer.get("/account").text), "form": "csv"}
    assert viewer.post("/customers/export", data=data).status_code == 403
    data = {"csrf_token": token_in(analyst.get("/account").text), "reason": "because"}
    assert analyst.post("/customers/export", data=data).status_code == 403


def test_conditions_are_kept_under_a_name_and_removed_by_their_owner(
    web: Web, analyst: TestClient, posting: Callable[..., Any]
) -> None:
    kept = posting("/customers/lists", name="Quiet ones", where="days_since_last_order > 60", next="/customers")
    assert kept.status_code == 303
    page = analyst.get("/customers").text
    assert "The list &#39;Quiet ones&#39; is saved." in page
    link = html.unescape(re.search(r'<a href="([^"]*)">Quiet ones</a>', page)[1])
    assert counted(analyst.get(link).text) == counted(analyst.get("/customers?where=days_since_last_order+%3E+60").text)
    assert posting("/customers/lists", name="Quiet ones", tier="base").status_code == 409
    assert posting("/customers/lists", name="", next="/customers").status_code == 422
    number = re.search(r'name="list_id" value="([^"]*)"', page)[1]
    other = web.login(Role.VIEWER)
    data = {"csrf_token": token_in(other.get("/account").text), "list_id": number}
    assert other.post("/customers/lists/remove", data=data).status_code == 403
    assert posting("/customers/lists/remove", list_id=number).status_code == 303
    assert posting("/customers/lists/remove", list_id=number).status_code == 404


def test_opening_a_customer_is_written_down_and_nothing_personal_is_shown(web: Web, analyst: TestClient) -> None:
    key = KEYS.search(analyst.get("/customers?standing=in_tier").text)[1]
    before = len(list_audit(web.root, limit=10_000, action=Action.PERSON_OPENED).entries)
    page = analyst.get(f"/customers/{key}")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert len(list_audit(web.root, limit=10_000, action=Action.PERSON_OPENED).entries) == before + 1
    assert re.search(r"138\*{4}\d{4}", page.text)
    assert not FULL_PHONE.search(page.text)
    assert "王*明" in page.text
    for title in ("Why this tier", "Value", "Risk of leaving", "Next offers", "Tiers over time", "Segments", "What has happened"):
        assert title in page.text, title
    assert "cannot be shown now" not in page.text
    assert re.search(r'class="step [^"]*"[^>]*href="[^"]*as_of=', page.text)
    assert analyst.get("/customers/999999").status_code == 404


def test_a_customer_is_shown_in_plain_once_a_reason_is_written_down(web: Web, manager: TestClient, analyst: TestClient) -> None:
    key = KEYS.search(manager.get("/customers").text)[1]
    token = token_in(manager.get("/account").text)
    shown = manager.post(f"/customers/{key}", data={"csrf_token": token, "reason": "they called"})
    assert shown.status_code == 200
    assert FULL_PHONE.search(shown.text)
    assert list_audit(web.root, action=Action.PERSON_UNMASKED).entries[0].details == {"reason": "they called"}
    assert manager.post(f"/customers/{key}", data={"csrf_token": token, "reason": " "}).status_code == 422
    own = token_in(analyst.get("/account").text)
    assert analyst.post(f"/customers/{key}", data={"csrf_token": own, "reason": "curious"}).status_code == 403


def test_whoever_sees_one_region_opens_nobody_of_another(web: Web, analyst: TestClient) -> None:
    limited = web.login(Role.ANALYST, RowLimit(LimitColumn.REGION, ("east",)))
    keys = [set(KEYS.findall(each.get("/customers?rows=200").text)) for each in (analyst, limited)]
    assert keys[1] < keys[0]
    assert limited.get(f"/customers/{min(keys[1])}").status_code == 200
    assert limited.get(f"/customers/{min(keys[0] - keys[1])}").status_code == 404
    assert limited.get("/customers/segments").status_code == 403


def test_a_search_finds_customers_metrics_and_pages(analyst: TestClient, posting: Callable[..., Any]) -> None:
    row = re.search(r'href="/customers/(\d+)">(138\*{4}\d{4})', analyst.get("/customers").text)
    found = posting("/search", text=f"key:{row[1]}").text
    assert f'href="/customers/{row[1]}"' in found
    assert "net_revenue_12m" in posting("/search", text="net revenue").text
    assert 'href="/customers/segments"' in posting("/search", text="segm").text
    nobody = posting("/search", text="<script>alert(1)</script>")
    assert "No customer is known by this" in nobody.text
    assert "<script>alert" not in nobody.text
    assert analyst.get("/search?text=x").status_code == 422
