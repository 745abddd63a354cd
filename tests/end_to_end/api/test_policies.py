"""Several people work on the rules over the network: editions, four eyes, and what only some may see or do."""

from __future__ import annotations

from typing import Any

import pytest

from end_to_end.api.conftest import EAST, Served
from fenji.domain.access import Role
from fenji.work.worker import work_once

FAR = "2099-01-01"
"""When nobody asks any more: the versions of these tests count for no other test."""


@pytest.fixture(scope="module")
def manager(served: Served) -> Any:
    return served.login(Role.MANAGER)


@pytest.fixture(scope="module")
def other(served: Served) -> Any:
    return served.login(Role.MANAGER)


@pytest.fixture(scope="module")
def current(manager: Any) -> dict[str, Any]:
    """The policy of the shop: its newest version with its text."""
    newest = manager.get("/api/v1/policies").json()["versions"][-1]
    found: dict[str, Any] = manager.get(f"/api/v1/policies/{newest['policy']}/{newest['version']}").json()
    return found


def next_text(current: dict[str, Any]) -> str:
    version, day = f"version: {current['version']}", f"effective_on: {current['effective_on']}"
    assert version in current["text"]
    assert day in current["text"]
    return str(current["text"]).replace(version, f"version: {current['version'] + 1}").replace(day, f"effective_on: {FAR}")


def post(client: Any, path: str, body: object = None, **headers: str) -> Any:
    return client.post(f"/api/v1{path}", json=body or {}, headers={"Accept-Language": "en", **headers})


def test_a_draft_goes_from_hand_to_hand(served: Served, manager: Any, other: Any, current: dict[str, Any]) -> None:
    analyst = served.token(Role.ANALYST)
    made = post(served.client, "/drafts", {"text": next_text(current)}, **analyst, **{"Idempotency-Key": "d1"})
    assert (made.status_code, made.headers["etag"], made.json()["status"]) == (201, '"1"', "draft"), made.text
    number = made.json()["draft_id"]
    again = post(served.client, "/drafts", {"text": next_text(current)}, **analyst, **{"Idempotency-Key": "d1"})
    assert (again.json()["draft_id"], again.headers["idempotency-replayed"]) == (number, "true")
    assert post(served.client, f"/drafts/{number}/submit", {"why": "a test"}, **analyst).status_code == 428
    submitted = post(served.client, f"/drafts/{number}/submit", {"why": "a test"}, **analyst, **{"If-Match": '"1"'})
    assert (submitted.status_code, submitted.headers["etag"]) == (200, '"2"'), submitted.text
    stale = post(manager, f"/drafts/{number}/approve", **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert post(manager, f"/drafts/{number}/approve", **{"If-Match": 'W/"2"'}).status_code == 412
    seen = manager.get(f"/api/v1/drafts/{number}")
    assert (seen.headers["etag"], seen.json()["is_usable"]) == ('"2"', True)
    approved = post(manager, f"/drafts/{number}/approve", **{"If-Match": seen.headers["etag"]})
    assert (approved.json()["status"], approved.json()["is_self_approval"]) == ("approved", False), approved.text
    published = post(other, f"/drafts/{number}/publish", **{"If-Match": '"3"', "Idempotency-Key": "p1"})
    assert (published.status_code, published.json()["version"]) == (201, current["version"] + 1), published.text
    changes = manager.get(f"/api/v1/policies/{current['policy']}/diff?from={current['version']}&to={current['version'] + 1}")
    assert changes.json()["changes"] == []
    rows = manager.get("/api/v1/policies").json()["versions"]
    assert (rows[-1]["version"], rows[-1]["is_in_force"], rows[-1]["is_self_approval"]) == (current["version"] + 1, False, False)


def test_nobody_approves_their_own(manager: Any, other: Any) -> None:
    newest = manager.get("/api/v1/policies").json()["versions"][-1]
    shown = manager.get(f"/api/v1/policies/{newest['policy']}/{newest['version']}").json()
    text = next_text(shown).replace(FAR, "2099-02-01")
    number = post(manager, "/drafts", {"text": text}, **{"Idempotency-Key": "own"}).json()["draft_id"]
    assert post(manager, f"/drafts/{number}/submit", {"why": "mine"}, **{"If-Match": "*"}).status_code == 200
    refused = post(manager, f"/drafts/{number}/approve", {"reason": "sure"}, **{"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert post(other, f"/drafts/{number}/refuse", {"reason": "no"}, **{"If-Match": "*"}).json()["status"] == "refused"
    gone = manager.delete(f"/api/v1/drafts/{number}", headers={"If-Match": "*"})
    assert gone.json()["status"] == "withdrawn"
    assert manager.put(f"/api/v1/drafts/{number}", json={"text": text}, headers={"If-Match": "*"}).status_code == 409


def test_errors_stand_at_the_rule_and_block(served: Served) -> None:
    analyst, text = served.token(Role.ANALYST), "policy: x\nversion: 1\neffective_on: 2099-01-01\nauthor: a\nwhy: b\ntiers: []\n"
    (finding,) = post(served.client, "/policies/lint", {"text": text}, **analyst).json()["files"][0]["findings"]
    assert (finding["pointer"], finding["row"], finding["severity"]) == ("/tiers", 6, "error")
    number = post(served.client, "/drafts", {"text": text}, **analyst, **{"Idempotency-Key": "bad"}).json()["draft_id"]
    blocked = post(served.client, f"/drafts/{number}/submit", {"why": "b"}, **analyst, **{"If-Match": '"1"'})
    assert (blocked.status_code, blocked.json()["code"]) == (422, "invalid_document")
    for body in ({}, {"text": ""}, {"text": 1}, {"text": "a", "more": 1}):
        assert post(served.client, "/drafts", body, **analyst, **{"Idempotency-Key": "worse"}).status_code == 422
    assert served.client.get("/api/v1/drafts/x", headers=analyst).status_code == 404
    for address in ("/drafts/0", "/drafts/99999999999", "/policies/x/diff?from=1&to=1&too=2"):
        assert served.client.get(f"/api/v1{address}", headers=analyst).status_code == 422
    assert served.client.get("/api/v1/drafts/777777", headers=analyst).status_code == 404


def test_what_another_policy_would_change_and_a_suggestion_that_is_only_a_draft(served: Served, current: dict[str, Any]) -> None:
    marketer, analyst = served.token(Role.MARKETER), served.token(Role.ANALYST)
    tried = post(served.client, "/whatif", {"text": next_text(current)}, **marketer)
    assert tried.status_code == 200, tried.text
    suggested = post(served.client, "/drafts/suggest", {"tiers": 3}, **analyst, **{"Idempotency-Key": "s1"})
    assert suggested.status_code == 201, suggested.text
    draft = served.client.get(f"/api/v1/drafts/{suggested.json()['draft_id']}", headers=marketer).json()
    assert (draft["status"], draft["text"]) == ("draft", suggested.json()["draft"])
    by_number = post(served.client, "/whatif", {"draft_id": draft["draft_id"]}, **marketer)
    assert by_number.status_code == 200, by_number.text
    assert post(served.client, "/whatif", {}, **marketer).status_code == 422
    assert post(served.client, "/drafts", {"text": "a"}, **marketer, **{"Idempotency-Key": "m"}).status_code == 403


def test_a_draft_is_replayed_by_its_number_and_nobody_is_named(served: Served, current: dict[str, Any]) -> None:
    analyst = served.token(Role.ANALYST)
    stricter = next_text(current).replace("12m >= 500", "12m >= 900")
    made = post(served.client, "/drafts", {"text": stricter}, **analyst, **{"Idempotency-Key": "r1"}).json()
    asked = {"kind": "replay", "arguments": {"draft_id": made["draft_id"], "reviews": 2}}
    job = post(served.client, "/jobs", asked, **analyst, **{"Idempotency-Key": "r2"})
    assert job.status_code == 202, job.text
    while (done := work_once(served.root)) is not None and done.job_id != job.json()["job_id"]:
        pass
    file = served.client.get(f"/api/v1/jobs/{job.json()['job_id']}/file", headers=analyst)
    assert file.json()["en"]["decided_as"] == "replay"
    assert "138****" in file.text
    assert "1380000" not in file.text


def test_an_override_is_proposed_and_approved(served: Served, manager: Any, current: dict[str, Any]) -> None:
    analyst = served.token(Role.ANALYST)
    key = served.client.get("/api/v1/customers?limit=1", headers=analyst).json()["rows"][0]["customer_key"]
    body = {"customer_key": key, "tier": current["rules"]["tiers"][-1]["tier"], "ends_on": FAR, "reason": "new store"}
    made = post(served.client, "/overrides/proposals", body | {"begins_on": "2098-01-01"}, **analyst, **{"Idempotency-Key": "o1"})
    assert made.status_code == 201, made.text
    number = made.json()["proposals"][0]["proposal_id"]
    assert post(served.client, f"/overrides/proposals/{number}/approve", **analyst).status_code == 403
    approved = post(manager, f"/overrides/proposals/{number}/approve").json()["proposals"][0]
    assert (approved["status"], approved["is_self_approval"]) == ("approved", False)
    ended = post(manager, f"/overrides/{approved['override']}/end", {"reason": "a test"})
    assert ended.json()["overrides"][0]["state"] == "ended", ended.text
    nobody = post(served.client, "/overrides/proposals", body | {"customer_key": 10**9}, **analyst, **{"Idempotency-Key": "o2"})
    assert nobody.status_code == 422
    both = post(served.client, "/overrides/proposals", body | {"customer_id": "a"}, **analyst, **{"Idempotency-Key": "o3"})
    assert (both.status_code, "either" in both.json()["detail"]) == (422, True)
    # Ids that are phones are masked for whoever may not see them, and so are reasons.
    told = served.client.get("/api/v1/overrides/proposals", headers=analyst).json()["proposals"][-1]
    assert ("*" in told["customer_id"], told["reason"] == "new store") == (True, False)


def test_who_sees_one_region_reads_the_rules_and_decides_none_of_them(served: Served) -> None:
    limited = served.token(Role.MANAGER, EAST)
    for address in ("/policies", "/drafts", "/metrics", "/overrides", "/overrides/proposals"):
        assert served.client.get(f"/api/v1{address}", headers=limited).status_code == 200, address
    assert post(served.client, "/whatif", {"text": "a"}, **limited).status_code == 403


def test_definitions_of_metrics(served: Served) -> None:
    found = served.client.get("/api/v1/metrics", headers=served.token(Role.VIEWER) | {"Accept-Language": "zh"}).json()["metrics"]
    revenue = next(each for each in found if each["metric"] == "net_revenue_12m")
    assert (revenue["unit"], revenue["adds_up"], revenue["is_own"]) == ("money", True, False)
    assert revenue["sentence"]
