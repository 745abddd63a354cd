"""Codes are shown once and used once; what people give by hand, and who is one person, is approved by somebody else. World: the served shop."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from end_to_end.api.conftest import Ask, Served, who
from fenji.domain.access import Role
from fenji.workflow.access.people import add_person
from fenji.workflow.access.tokens import make_token
from fenji.workflow.loyalty.points import balance_of
from fenji.workflow.loyalty.points_figures import check_points
from fixtures.served import OFFERS, phone_of, region_of

ANN, BOB, CAT = (next(f"C{n}" for n in range(start, 160) if region_of(f"C{n}") == "east") for start in (20, 50, 90))


@pytest.fixture(scope="module")
def till(doors: Callable[[Role], Ask]) -> Ask:
    return doors(Role.SERVICE)


@pytest.fixture(scope="module")
def marketer(doors: Callable[[Role], Ask]) -> Ask:
    return doors(Role.MARKETER)


def spendable(served: Served, customer: str) -> int:
    return balance_of(served.root, phone_of(customer)).spendable


def test_a_code_is_shown_once_and_used_once_and_stands_in_no_log_and_no_store(served: Served, till: Ask, marketer: Ask) -> None:
    began = len(served.logged)
    asked = {"offer": "welcome_20", "customers": [who(ANN)["customer"]], "campaign": "spring"}
    issued = marketer("POST", "/vouchers", asked, key="spring")
    assert issued.status_code == 201, issued.text
    (first,) = issued.json()["codes"]
    code = first["code"]
    again = marketer("POST", "/vouchers", asked, key="spring")
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.json()["issued"], again.json()["existing"], again.json()["codes"]) == (0, 1, [{**first, "code": None}])
    assert marketer("POST", "/vouchers", {**asked, "key": "spring"}, key="other").json()["codes"] == again.json()["codes"]
    on = {"code": code.lower().replace("-", " "), "order": "shop:v1", "amount": 250.00, **who(ANN)}
    checked = till("POST", "/vouchers/validations", on)
    assert (checked.status_code, checked.json()["discount"], checked.json()["voucher"]["uses"]) == (200, 20.0, 0)
    reserved = till("POST", "/vouchers/reservations", on)
    assert (reserved.status_code, reserved.json()["use"]["status"]) == (201, "reserved")
    elsewhere = till("POST", "/vouchers/redemptions", {**on, "order": "shop:v2"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "voucher_reserved")
    assert (elsewhere.json()["retryable"], int(elsewhere.headers["retry-after"]) > 0) == (True, True)
    assert [each["status"] for each in till("POST", "/vouchers/releases", {"order": "shop:v1"}).json()["uses"]] == ["released"]
    used = till("POST", "/vouchers/redemptions", on)
    assert (used.status_code, used.json()["use"]["discount"], used.json()["voucher"]["state"]) == (201, 20.0, "used_up")
    over = till("POST", "/vouchers/redemptions", {**on, "order": "shop:v2"})
    assert (over.status_code, over.json()["code"], over.json()["retryable"]) == (409, "voucher_used_up", False)
    assert [each["status"] for each in till("POST", "/vouchers/returns", {"order": "shop:v1"}).json()["uses"]] == ["returned"]
    listed = marketer("GET", "/vouchers?offer=welcome_20&limit=500").json()["vouchers"]
    number = used.json()["voucher"]["voucher"]
    assert [each["state"] for each in listed if each["voucher"] == number] == ["issued"]
    assert marketer("POST", f"/vouchers/{number}/withdraw", {"reason": "a mistake"}).json()["vouchers"][0]["state"] == "withdrawn"
    told = json.dumps(served.logged[began:])
    plain = code.replace("-", "")
    assert [each for each in (code, plain, phone_of(ANN)) if each in told] == []
    stored = b"".join(each.read_bytes() for each in served.root.glob("fenji.db*"))
    assert [each for each in (code, plain, plain.lower()) if each.encode() in stored] == []


def test_what_is_wrong_with_an_order_or_a_code_is_said_and_nothing_is_used(till: Ask, marketer: Ask) -> None:
    code = marketer("POST", "/vouchers", {"offer": "welcome_20", "number": 1}).json()["codes"][0]["code"]
    on = {"code": code, "order": "shop:w1", "amount": 250}
    for change, status, code_told in (
        ({"amount": 199.99}, 409, "voucher_refused"),
        ({"amount": 250.001}, 422, "invalid_argument"),
        ({"lines": {"tea": 300}}, 422, "invalid_argument"),
        ({"order": "w1"}, 422, "invalid_argument"),
        ({"code": "NOBODYHASTHIS"}, 404, "not_found"),
        ({"on": "2099-01-01"}, 422, "invalid_argument"),
        ({"on": "1.5.2026"}, 422, "invalid_argument"),
        ({"customer": "nobody at all"}, 404, "not_found"),
    ):
        answer = till("POST", "/vouchers/redemptions", {**on, **change})
        assert (answer.status_code, answer.json()["code"]) == (status, code_told), (change, answer.text)
    assert till("POST", "/vouchers/redemptions", on).json()["voucher"]["uses"] == 1
    for body in ({"offer": "none", "number": 1}, {"offer": "welcome_20"}, {"offer": "for_vip", "number": 1}):
        assert marketer("POST", "/vouchers", body).status_code in (404, 422), body


def test_a_friend_says_who_brought_them_and_every_reason_against_it_is_told(till: Ask, marketer: Ask) -> None:
    code = till("POST", "/referrals/codes", who(ANN)).json()["code"]
    assert till("POST", "/referrals/codes", who(ANN)).json()["code"] == code
    claimed = till("POST", "/referrals/claims", {"code": code, **who(BOB), "phone": phone_of(BOB)})
    assert claimed.status_code == 201, claimed.text
    (line,) = claimed.json()["referrals"]
    assert (line["status"], line["reasons"]) == ("rejected", ["known_customer"])
    assert phone_of(BOB) not in claimed.text
    other = till("POST", "/referrals/codes", who(CAT)).json()["code"]
    assert till("POST", "/referrals/claims", {"code": other, **who(BOB)}).status_code == 409
    listed = marketer("GET", "/referrals?status=rejected").json()["referrals"]
    assert line["referred_member_id"] in [each["referred_member_id"] for each in listed]
    assert marketer("POST", "/referrals/checks", {}).json()["referrals"] == []
    late = marketer("POST", "/referrals/decisions", {**who(BOB), "is_accepted": True, "note": "known to us"})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


def test_nobody_approves_points_that_they_gave_themselves_whatever_they_came_in_with(served: Served) -> None:
    link = add_person(served.root, "Both", "both.hands", [Role.FINANCE, Role.MANAGER]).link
    token = make_token(served.root, "both.hands", "till", ["points:adjust", "points:read", "figures:read"]).text
    before, other = spendable(served, CAT), served.login(Role.MANAGER)

    def propose(key: str) -> int:
        body = {**who(CAT), "points": 700, "reason": "goodwill", "note": "late"}
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
        answer = served.client.post("/api/v1/points/adjustments", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["transaction_id"], answer.json()["available"]) == (None, before)
        number: int = answer.json()["waits_for"]
        return number

    first, second = propose("adjust-1"), propose("adjust-2")
    mine = came_in(served, link.code if link else "")
    own = mine.post(
        f"/api/v1/points/adjustments/{first}/approve", json={"reason": "I am sure"}, headers={"idempotency-key": "own"}
    )
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    said = other.post(f"/api/v1/points/adjustments/{second}/refuse", json={"reason": "no"}, headers={"idempotency-key": "no"})
    assert said.json()["adjustments"][0]["status"] == "refused"
    done = other.post(f"/api/v1/points/adjustments/{first}/approve", json={}, headers={"idempotency-key": "yes"})
    assert (done.status_code, done.json()["adjustments"][0]["status"]) == (200, "approved")
    assert spendable(served, CAT) == before + 700
    late = other.post(f"/api/v1/points/adjustments/{second}/approve", json={}, headers={"idempotency-key": "late"})
    assert late.status_code == 409
    shown = other.get("/api/v1/points/adjustments").json()["adjustments"]
    assert [each["status"] for each in shown if each["number"] in (first, second)] == ["approved", "refused"]


def came_in(served: Served, link: str) -> Any:
    from starlette.testclient import TestClient

    from end_to_end.api.conftest import PASSWORD

    browser = TestClient(served.client.app, base_url="https://testserver", raise_server_exceptions=False)
    answer = browser.post("/api/v1/login/link", json={"link": link, "password": PASSWORD}).json()
    browser.headers["x-csrf-token"] = answer["csrf_token"]
    return browser


def test_two_members_become_one_and_two_again(served: Served, doors: Callable[[Role], Ask]) -> None:
    finance, manager = doors(Role.FINANCE), served.login(Role.MANAGER)
    both = spendable(served, "C7"), spendable(served, "C8")

    def decide(what: str, number: int, body: dict[str, str]) -> Any:
        headers = {"idempotency-key": f"{what} {number}".replace(" ", "-")}
        return manager.post(f"/api/v1/members/merges/{number}/{what}", json=body, headers=headers)

    asked = finance("POST", "/members/merges", {"giver": who("C7"), "taker": who("C8")})
    assert asked.status_code == 201, asked.text
    number = asked.json()["merges"][0]["number"]
    assert decide("approve", number, {}).json()["merges"][0]["status"] == "approved"
    assert spendable(served, "C8") == sum(both)
    assert decide("undo", number, {"reason": "two people"}).json()["merges"][0]["status"] == "undone"
    assert (spendable(served, "C7"), spendable(served, "C8")) == both
    linked = finance("POST", "/members/links", {**who("C7"), "source": "shop", "customer_id": "card 9"})
    assert linked.status_code == 201, linked.text
    members = finance("GET", "/members?limit=2").json()
    assert [
        each["member_id"] for each in finance("GET", f"/members?limit=1&after={members['next_after']}").json()["members"]
    ] == [3]
    assert check_points(served.root).broken == ()


def test_documents_are_checked_at_their_lines_and_published_by_people_alone(served: Served, marketer: Ask) -> None:
    wrong = marketer("POST", "/offers/lint", {"text": OFFERS.replace("amount: 20.00", "amount: much")})
    assert wrong.status_code == 422
    assert [(each["file"], each["row"]) for each in wrong.json()["problems"]] == [("offers.yaml", 9)]
    newer = OFFERS.replace("version: 1", "version: 2").replace("2025-01-01", "2099-01-01")
    assert marketer("POST", "/offers/lint", {"text": newer}).json()["is_published"] is False
    manager = served.login(Role.MANAGER)
    published = [
        manager.post("/api/v1/offers", json={"text": newer}, headers={"idempotency-key": key}) for key in ("v2", "v2 again")
    ]
    assert [each.status_code for each in published] == [201, 422]
    assert manager.post("/api/v1/offers", json={"text": newer}, headers={"idempotency-key": "v2-again"}).status_code == 409
    assert [each["is_in_force"] for each in marketer("GET", "/offers/versions").json()["versions"]] == [True, False]
    assert marketer("GET", "/offers?on=2099-01-01").json()["version"] == 2
