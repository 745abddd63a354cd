"""A till spends points over the network: each thing once, of its own customers only, and the last points once. World: the served shop, 1 point for 10 元."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from end_to_end.api.conftest import EAST, Ask, Served, who
from fenji.domain.access import Role
from fenji.domain.events import EventKind
from fenji.domain.jobs import JobState
from fenji.domain.principals import Principal, PrincipalKind
from fenji.work.asking import cancel_job, list_jobs
from fenji.work.worker import work_once
from fenji.workflow.loyalty.points import balance_of
from fenji.workflow.loyalty.points_figures import check_points
from fenji.workspace.folder import open_workspace
from fixtures.served import phone_of, region_of

ANN, BOB, CAT = (next(f"C{n}" for n in range(start, 160) if region_of(f"C{n}") == "east") for start in (1, 40, 70))
FULL_PHONE = re.compile(r"(?<![\d.])138\d{8}(?!\d)")


@pytest.fixture(scope="module")
def till(doors: Callable[[Role], Ask]) -> Ask:
    return doors(Role.SERVICE)


@pytest.fixture(scope="module")
def key_of(served: Served) -> Callable[[str], int]:
    headers = served.token(Role.MANAGER)

    def found(customer: str) -> int:
        body = {"text": phone_of(customer), "columns": ["customer_key"]}
        answer = served.client.post("/api/v1/customers/search", json=body, headers=headers).json()
        key: int = answer["rows"][0]["customer_key"]
        return key

    return found


def spendable(served: Served, customer: str) -> int:
    return balance_of(served.root, phone_of(customer)).spendable


def test_points_are_held_spent_and_put_back_and_the_statement_says_so(
    served: Served, till: Ask, key_of: Callable[[str], int]
) -> None:
    before, key = spendable(served, ANN), key_of(ANN)
    shown = till("GET", f"/customers/{key}/points").json()
    lots = [each for each in shown["lots"] if each["expires_on"] == shown["next_expiry_on"]]
    assert (shown["spendable"], shown["next_expiry_points"]) == (before, sum(each["points"] for each in lots))
    assert shown["next_expiry_on"] == min(each["expires_on"] for each in shown["lots"])
    assert FULL_PHONE.search(json.dumps(shown)) is None
    held = till("POST", "/points/holds", {**who(ANN), "points": 5})
    assert (held.status_code, held.json()["available"]) == (201, before - 5)
    order = {"order": "shop:till-1", "order_amount": 20.5}
    spent = till("POST", f"/points/holds/{held.json()['transaction_id']}/redeem", order)
    assert (spent.status_code, spent.json()["points"]) == (201, 5)
    undone = till("POST", f"/points/redemptions/{spent.json()['transaction_id']}/undo", {"points": 2})
    assert (undone.status_code, undone.json()["available"]) == (201, before - 3)
    other = till("POST", "/points/holds", {"customer_key": key, "points": 4}).json()["transaction_id"]
    assert till("POST", f"/points/holds/{other}/release", {}).json()["available"] == before - 3
    again = till("POST", f"/points/holds/{other}/redeem", {})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    pages, after = [], ""
    while after is not None:
        page = till("GET", f"/customers/{key}/points/entries?limit=2{after and f'&after={after}'}").json()
        assert page["is_whole"] == (page["after"] is None)
        pages, after = [*pages, *page["rows"]], page["after"]
    whole = till("GET", f"/customers/{key}/points/entries?limit=500").json()
    assert (whole["rows"], whole["is_whole"]) == (pages, True)
    assert sum(each["points"] for each in pages) == before - 3
    assert {"hold", "unhold", "redeem", "redeem_undo", "earn"} == {each["kind"] for each in pages}
    assert till("GET", f"/customers/{key}/points/entries?after=nothing").status_code == 404
    assert check_points(served.root).broken == ()


def test_the_same_key_is_the_same_thing_also_when_its_answer_is_kept_no_more(served: Served, till: Ask) -> None:
    before, began = spendable(served, BOB), datetime.now(UTC)
    body = {**who(BOB), "points": 3, "order": "shop:till-2"}
    first, again = (till("POST", "/points/redemptions", body, key="receipt-2") for _each in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = till("POST", "/points/redemptions", {**body, "points": 4}, key="receipt-2")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    caller = served.logged[-1]["principal"]
    with open_workspace(served.root).state.transaction(Principal(PrincipalKind.TOKEN, caller)) as t:
        t.serving.repetitions.forget(f"token:{caller}", "receipt-2")
    late = till("POST", "/points/redemptions", body, key="receipt-2")
    assert late.json() == {**first.json(), "is_existing": True}
    # The key of another request, and the business key of the first: no second redemption, and no other one under it.
    assert till("POST", "/points/redemptions", {**body, "key": "receipt-2"}, key="new").json()["is_existing"] is True
    taken = till("POST", "/points/redemptions", {**body, "points": 4, "key": "receipt-2"})
    assert (taken.status_code, taken.json()["code"], taken.json()["retryable"]) == (409, "business_key_taken", False)
    assert spendable(served, BOB) == before - 3
    with open_workspace(served.root).state.reading() as t:
        assert len(t.sending.outbox.since(began, [EventKind.POINTS_REDEEMED])) == 1


REFUSED: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"points": 10**9}, 409, "points_short", None),
    ({"points": 0}, 422, "invalid_argument", "/points"),
    ({"points": -5}, 422, "invalid_argument", "/points"),
    ({"points": 2.5}, 422, "invalid_argument", "/points"),
    ({"points": "5"}, 422, "invalid_argument", "/points"),
    ({"order": "no source"}, 422, "invalid_argument", None),
    ({"order_amount": -1}, 422, "invalid_argument", "/order_amount"),
    ({"customer_key": 1}, 422, "invalid_argument", "/"),
    ({"customer": None}, 422, "invalid_argument", "/"),
    ({"customer": "shop:nobody"}, 404, "not_found", None),
    ({"program": "other"}, 404, "not_found", None),
    ({"key": "earn:shop:77"}, 422, "invalid_argument", None),
    ({"key": "with blank"}, 422, "invalid_argument", "/key"),
    ({"amount": 5}, 422, "invalid_argument", "/amount"),
]


def test_what_cannot_be_is_refused_and_nothing_moves(served: Served, till: Ask) -> None:
    before = spendable(served, BOB)
    for change, status, code, pointer in REFUSED:
        answer = till("POST", "/points/redemptions", {**who(BOB), "points": 5, **change})
        told = answer.json()
        assert (answer.status_code, told["code"], told["type"]) == (status, code, f"urn:fenji:error:{code}"), told
        assert pointer is None or pointer in [each["pointer"] for each in told["problems"]], told
        assert FULL_PHONE.search(json.dumps(told)) is None
    assert till("POST", "/points/redemptions", {**who(BOB), "points": 5}, headers={"idempotency-key": ""}).status_code == 422
    assert till("POST", "/points/holds", {**who(BOB), "points": 5}, key="unhold:1").status_code == 422
    assert spendable(served, BOB) == before


def test_of_two_tills_that_spend_the_last_points_one_wins(served: Served, till: Ask) -> None:
    left = spendable(served, CAT)
    assert left > 0
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda name: till("POST", "/points/redemptions", {**who(CAT), "points": left}, key=name), "ab"))
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert next(each.json()["code"] for each in answers if each.status_code == 409) == "points_short"
    assert spendable(served, CAT) == 0
    assert check_points(served.root).broken == ()


def test_whoever_sees_one_region_moves_and_sees_no_points_of_another(served: Served, key_of: Callable[[str], int]) -> None:
    west = next(f"C{number}" for number in range(1, 60) if region_of(f"C{number}") == "west")
    before, key = spendable(served, west), key_of(west)
    headers = served.token(Role.SERVICE, EAST, source="workspace") | {"idempotency-key": "west"}
    hidden = [served.client.get(f"/api/v1/customers/{each}/points", headers=headers) for each in (key, 999_999)]
    body = {"points": 1}
    hidden += [
        served.client.post("/api/v1/points/redemptions", json={**body, **each}, headers=headers)
        for each in ({"customer_key": key}, who(west), {"customer_key": 999_999})
    ]
    assert {(each.status_code, each.json()["detail"]) for each in hidden} == {(404, hidden[0].json()["detail"])}
    assert spendable(served, west) == before


def test_a_posting_is_a_job_that_changes_nothing_twice(served: Served, doors: Callable[[Role], Ask]) -> None:
    ask = doors(Role.ANALYST)
    for each in list_jobs(served.root, states=[JobState.QUEUED]):  # what other tests have asked for and nobody waits for
        cancel_job(served.root, each.job_id)
    asked = ask("POST", "/points/postings", {"as_of": "2025-12-31"})
    assert asked.status_code == 202, asked.text
    job = work_once(served.root)
    assert job is not None
    assert (job.job_id, job.state) == (asked.json()["job_id"], JobState.DONE)
    posted = ask("GET", f"/jobs/{job.job_id}/file").json()["en"]
    assert (posted["orders_new"], posted["orders_changed"], posted["members_opened"]) == (0, 0, 0)
    assert posted["orders_unchanged"] > 500
    assert ask("POST", "/points/postings", {"as_of": "31.12.2025"}).status_code == 422


def test_what_came_from_an_older_system_comes_in_whole_and_once(served: Served) -> None:
    manager = served.login(Role.MANAGER)
    text = f"source,customer_id,points,expires_on\nshop,{phone_of('C5')},40,2099-12-31\nshop,card-77,7,\n"
    before = spendable(served, "C5")

    def send(content: str, key: str) -> Any:
        headers = {"idempotency-key": key, "content-type": "application/octet-stream"}
        return manager.post("/api/v1/points/imports", content=content.encode(), headers=headers)

    wrong = send(text.replace(",7,", ",x,"), "opening-1")
    assert (wrong.status_code, wrong.json()["problems"][0]["row"]) == (422, 3)
    first, again = send(text, "opening-1"), send(text, "opening-2")
    assert [(each.json()["lots"], each.json()["points"]) for each in (first, again)] == [(2, 47), (0, 0)]
    assert spendable(served, "C5") == before + 40
