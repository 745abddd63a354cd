"""Each role may do exactly what the design says, whoever is limited sees nothing of others, and nobody reads a name without a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from end_to_end.api.conftest import EAST, PASSWORD, Served
from fenji.api.app import described_routes
from fenji.api.asking import needs_of
from fenji.domain.access import RIGHTS_OF, LimitColumn, Right, Role, RowLimit
from fenji.workflow.access.people import disable_person
from fenji.workflow.access.tokens import revoke_token
from fenji.workflow.auditing import list_audit
from fixtures.served import region_of

FILLED = {
    "customer_key": "1",
    "part": "profile",
    "measure": "revenue",
    "name": "insight.tier_count",
    "login": "nobody",
    "draft_id": "1",
    "version": "1",
}
ROUTES = [
    (method, route.path_format, needs_of(route.endpoint)) for route in described_routes() for method in sorted(route.methods)
]
FULL_PHONE = re.compile(r"(?<![\d.])138\d{8}(?!\d)")


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: FILLED.get(found[1], "none"), path)


@pytest.mark.parametrize("role", list(Role))
def test_every_route_is_open_to_exactly_the_roles_that_the_design_names(role: Role, served: Served) -> None:
    browser, wrong = served.login(role), []
    if role is Role.SERVICE:  # tills do not log in
        browser = TestClient(served.client.app, base_url="https://testserver", raise_server_exceptions=False)
        browser.headers.update(served.token(role, source="workspace"))
    for method, path, rights in ROUTES:
        if not rights:
            continue
        status = browser.request(method, f"/api/v1{filled(path)}", headers={"Idempotency-Key": "k"}).status_code
        if (status == 403) == (rights <= RIGHTS_OF[role]) or status in (401, 500):
            wrong.append((method, path, rights, status))
    assert wrong == []


def test_without_anything_nothing_is_told(served: Served) -> None:
    for method, path, rights in ROUTES:
        if rights:
            answer = served.client.request(method, f"/api/v1{filled(path)}")
            assert answer.status_code == 401, (method, path)
            assert "Bearer" in answer.headers["www-authenticate"]


@pytest.fixture(scope="module")
def limited(served: Served) -> Callable[..., Any]:
    headers = served.token(Role.ANALYST, EAST)

    def ask(path: str, **more: Any) -> Any:
        return served.client.request(
            more.pop("method", "GET"), f"/api/v1{path}", headers={**headers, **more.pop("headers", {})}, **more
        )

    return ask


def test_whoever_sees_one_region_sees_nothing_of_another(
    served: Served, asking: Callable[..., Any], limited: Callable[..., Any]
) -> None:
    everybody = asking("/customers?limit=500&columns=customer_key&columns=region").json()
    east = {row["customer_key"] for row in everybody["rows"] if row["region"] == "east"}
    west = {row["customer_key"] for row in everybody["rows"]} - east
    assert len(east) > 20
    assert len(west) > 20
    listed = limited("/customers?limit=500&columns=customer_key&columns=region").json()
    assert {row["customer_key"] for row in listed["rows"]} == east
    assert listed["count"] == len(east)
    tiers = limited("/tiers").json()
    assert tiers["customers"] == sum(each["customers"] for each in tiers["tiers"]) <= len(east)
    for key in sorted(west)[:5]:
        for address in (
            f"/customers/{key}",
            f"/customers/{key}/why",
            f"/value?customer_key={key}",
            f"/recommendations?customer_key={key}",
        ):
            hidden, unknown = limited(address), limited(address.replace(str(key), "999999"))
            assert (hidden.status_code, hidden.json()["detail"]) == (unknown.status_code, unknown.json()["detail"]), address
            assert hidden.status_code == 404
    for address in (
        "/forecast",
        "/structure/profile",
        "/rules",
        "/quality",
        "/trends/revenue",
        "/tables",
        "/tables/clean.customer",
    ):
        assert limited(address).status_code == 403, address
    run = limited("/runs", method="POST", json={}, headers={"Idempotency-Key": "limited"})
    assert run.status_code == 403


def test_a_search_finds_nobody_of_another_region(limited: Callable[..., Any], asking: Callable[..., Any]) -> None:
    west = next(f"138{number:08d}" for number in range(1, 60) if region_of(f"C{number}") == "west")
    assert limited("/customers/search", method="POST", json={"text": west}).json()["count"] == 0
    found = limited("/customers/search", method="POST", json={"entries": [west, "13800000001", "13800000002"]}).json()
    assert found["count"] == 2


def test_no_phone_and_no_name_stands_in_any_answer_header_or_log(served: Served, asking: Callable[..., Any]) -> None:
    before = len(served.logged)
    addresses = [filled(path) for method, path, _rights in ROUTES if method == "GET" and "events" not in path]
    addresses += [
        "/customers?columns=name&columns=phone&columns=customer_id&limit=50",
        "/priority?top=50",
        "/churn?top=50",
        "/value?top=50",
    ]
    for each in addresses:
        answer = asking(each)
        body = answer.content.decode("utf-8", "replace")
        assert FULL_PHONE.search(body) is None, each
        assert re.search(r"王小\d+明", body) is None, each
        assert FULL_PHONE.search(json.dumps(dict(answer.headers))) is None, each
    headers = served.token(Role.VIEWER)
    for body in ({"text": "13800000001"}, {"text": "13899999999"}, {"entries": ["13800000001", "王小1明"]}):
        answer = served.client.post("/api/v1/customers/search", json=body, headers=headers)
        told = json.dumps(answer.json(), ensure_ascii=False)
        assert FULL_PHONE.search(told) is None, told
    assert FULL_PHONE.search(json.dumps(served.logged[before:], ensure_ascii=False)) is None


def test_a_reason_opens_personal_fields_to_those_who_may_and_is_written_down(served: Served, asking: Callable[..., Any]) -> None:
    address = "/customers?limit=3&columns=customer_id&columns=name&columns=phone"
    shown = asking(address, headers={"Fenji-Reason": "%E5%9B%9E%E8%AE%BF"})
    assert FULL_PHONE.search(shown.text)
    assert "no-store" in shown.headers["cache-control"]
    newest = list_audit(served.root, limit=3).entries
    assert [(each.action, each.details["reason"]) for each in newest] == [("person_unmasked", "回访")] * 3
    analyst = served.client.get(f"/api/v1{address}", headers={**served.token(Role.ANALYST), "Fenji-Reason": "because"})
    assert analyst.status_code == 403
    assert FULL_PHONE.search(asking(address).text) is None


def test_the_masked_and_the_open_answer_have_different_tags(asking: Callable[..., Any], served: Served) -> None:
    address = "/customers?limit=3&columns=phone"
    masked, opened = asking(address), asking(address, headers={"Fenji-Reason": "call"})
    assert masked.headers["etag"] != opened.headers["etag"]
    again = asking(address, headers={"If-None-Match": opened.headers["etag"]})
    assert again.status_code == 200
    viewer = served.client.get(
        f"/api/v1{address}", headers={**served.token(Role.VIEWER), "If-None-Match": masked.headers["etag"]}
    )
    assert viewer.status_code == 200


def test_who_may_only_look_is_not_told_small_groups(served: Served, asking: Callable[..., Any]) -> None:
    address = "/tiers?by=orders_12m:0,1,2,3,5,8,13,21,34"
    told = served.client.get(f"/api/v1{address}", headers=served.token(Role.VIEWER)).json()
    counts = [tier["customers"] for group in asking(address).json()["groups"] for tier in group["tiers"]]
    seen = [tier["customers"] for group in told["groups"] for tier in group["tiers"]]
    assert any(0 < each < 5 for each in counts)
    assert seen == ["<5" if 0 < each < 5 else each for each in counts]


def test_whoever_is_revoked_or_disabled_is_out_at_once(served: Served) -> None:
    headers = served.token(Role.MANAGER)
    login = served.client.get("/api/v1/tokens", headers=served.token(Role.AUDITOR)).json()["tokens"][-1]["login"]
    assert login
    other = served.token(Role.VIEWER)
    everybody = served.login(Role.ADMIN).get("/api/v1/tokens").json()["tokens"]
    mine = max((each for each in everybody if each["login"].startswith("manager")), key=lambda each: each["made_at"])
    assert served.client.get("/api/v1/tiers", headers=headers).status_code == 200
    revoke_token(served.root, mine["login"], mine["name"])
    assert served.client.get("/api/v1/tiers", headers=headers).status_code == 401
    viewer = max((each for each in everybody if each["login"].startswith("viewer")), key=lambda each: each["made_at"])
    disable_person(served.root, viewer["login"])
    assert served.client.get("/api/v1/tiers", headers=other).status_code == 401


def test_a_cookie_alone_changes_nothing(served: Served) -> None:
    browser = served.login(Role.ANALYST)
    assert browser.get("/api/v1/tiers").status_code == 200
    word = browser.headers.pop("x-csrf-token")
    asked = {"json": {"kind": "selftest"}, "headers": {"Idempotency-Key": "csrf"}}
    assert browser.post("/api/v1/jobs", **asked).status_code == 403
    browser.headers["x-csrf-token"] = word
    foreign = {"Origin": "https://evil.example", "Idempotency-Key": "csrf"}
    assert browser.post("/api/v1/jobs", json={"kind": "selftest"}, headers=foreign).status_code == 403
    assert browser.post("/api/v1/jobs", **asked).status_code == 202
    cookie = next(each for each in browser.cookies.jar if each.name == "__Host-fenji")
    assert cookie.secure
    assert browser.post("/api/v1/logout").status_code == 204


def test_a_login_is_refused_alike_for_unknown_names_and_wrong_passwords_and_slows_down(served: Served) -> None:
    answers = [
        served.client.post("/api/v1/login", json={"login": login, "password": "wrong wrong wrong"})
        for login in ("nobody.at.all", "browser.viewer.0")
    ]
    assert {each.status_code for each in answers} == {401}
    assert len({each.json()["detail"] for each in answers}) == 1
    tried = [served.client.post("/api/v1/login", json={"login": "slow", "password": PASSWORD}).status_code for _each in range(7)]
    assert tried[:4] == [401] * 4
    assert tried[-1] == 429


def test_a_till_finds_one_customer_of_its_source_and_nothing_else(served: Served) -> None:
    asked = {"customer_id": "13800000001"}
    till = served.token(Role.SERVICE, source="workspace")
    found = served.client.post("/api/v1/customers/lookup", json=asked, headers=till)
    assert (found.status_code, found.json()["count"]) == (200, 1)
    assert FULL_PHONE.search(found.text) is None
    assert served.client.get("/api/v1/customers", headers=till).status_code == 403
    elsewhere = {"east": "west", "west": "east"}[region_of("C1")]
    limited = served.token(Role.SERVICE, RowLimit(LimitColumn.REGION, (elsewhere,)), source="workspace")
    assert served.client.post("/api/v1/customers/lookup", json=asked, headers=limited).json()["count"] == 0


def test_no_right_is_given_that_nobody_may_have() -> None:
    assert Right.PERSONAL_READ not in RIGHTS_OF[Role.ANALYST]
    assert RIGHTS_OF[Role.SERVICE] == {Right.CUSTOMER_FIND, Right.POINTS_READ, Right.POINTS_MOVE}
