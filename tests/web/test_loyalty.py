"""Pages of points, offers, referrals and benefits: numbers are those of the command line, codes are seen once, and nobody decides about their own.

World: the served shop with a second version of its program, offers and benefits, and an adjustment, a merge and referrals that wait.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.domain.audit import Action
from fenji.domain.jobs import JobKind
from fenji.work.asking import list_jobs
from fenji.work.worker import work_once
from fenji.workflow.access.people import add_person
from fenji.workflow.auditing import list_audit
from fenji.workflow.customers import find_customers
from fenji.workflow.loyalty.members import list_merges
from fenji.workflow.loyalty.points import balance_of
from fenji.workflow.loyalty.points_figures import points_sheet
from fixtures.copies import copy_of
from fixtures.desk import fenji
from fixtures.kept_shop import open_shop
from fixtures.loyal_shop import OFFERS, make_loyal
from web.conftest import PASSWORD, Web, token_in

TAG = re.compile(r"<[^>]+>")
CODE = re.compile(r"<code>((?:[A-Z0-9]{4}-){2,}[A-Z0-9]{2,4})</code>")
PLAIN_ID = re.compile(r"13800000\d{3}")


class Person:
    """Somebody before the pages."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser
        self.token = token_in(browser.get("/account").text)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        return html.unescape(answer.text)

    def send(self, path: str, **fields: str) -> Any:
        return self.browser.post(path, data={"csrf_token": self.token, **fields})

    def cells(self, path: str, heading: str) -> list[list[str]]:
        """The rows of the first table after a heading, as they are read."""
        page = self.get(path)
        table = page[page.index(f">{heading}<") :].partition("<table")[2].partition("</table>")[0]
        rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
        return [
            [" ".join(TAG.sub(" ", each).split()) for each in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows
        ]


@pytest.fixture(scope="module")
def loyal(untouched_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Web:
    return Web(make_loyal(copy_of(untouched_root, tmp_path_factory.mktemp("loyal") / "shop")))


@pytest.fixture(scope="module")
def person(loyal: Web) -> Callable[[Role], Person]:
    return cache(lambda role: Person(loyal.login(role)))


def told(web: Web, *words: object) -> Any:
    """What the command line answers."""
    return fenji(*words, "--workspace", web.root, "--json").json


def figure(value: float) -> str:
    return f"{value:,}".replace("-", "\u2212")


def test_every_number_is_that_of_the_command_line(loyal: Web, person: Callable[[Role], Person]) -> None:
    finance = person(Role.FINANCE)
    sheet = told(loyal, "points", "check")["balance_sheet"]
    rows = [each for each in finance.cells("/actions/points", "Balance sheet") if len(each) == 2]
    own = [value for name, value in rows if name not in ("all members together", "the program's accounts together", "Sum")]
    order = ("available", "pending", "held", "owed", "issued", "redeemed", "expired", "adjusted")
    assert own == [figure(sheet[name]) for name in order]
    assert rows[-1] == ["Sum", "0"] == ["Sum", figure(sum(sheet.values()))]
    assert "sums to 0" in finance.get("/actions/points")
    flow = list(reversed(told(loyal, "points", "flow")["months"]))
    shown = finance.cells("/actions/liability", "Roll-forward")[1:]
    assert shown == [[each["month_on"][:7], *(figure(value) for value in _of(each))] for each in flow[: len(shown)]]
    assert len(shown) == 12
    owed = told(loyal, "points", "liability")
    page = finance.cells("/actions/liability", "Liability by month of earning")
    assert [row[0] for row in page[1:]] == [each["month_on"][:7] for each in reversed(owed["months"])][:12]
    for row, each in zip(page[1:], reversed(owed["months"]), strict=False):
        assert row[1:4] == [figure(each[name]) for name in ("granted", "redeemed", "outstanding")]
        assert row[4].removesuffix(" declared") == f"{float(each['expected_share']):.1%}"
        assert row[5] == f"¥{float(each['cost']):,.2f}"
    assert f"All months: cost ¥{float(owed['cost']):,.2f}" in " ".join(TAG.sub(" ", finance.get("/actions/liability")).split())
    costs = told(loyal, "benefits", "cost")
    matrix = {row[0]: row for row in finance.cells("/actions/benefits", "What each tier gives, and what it costs a year")}
    assert matrix["All tiers"][-1] == f"¥{float(costs['total']):,.2f}"
    for each in costs["costs"]:
        if each["tier"] == "middle":
            assert f"¥{float(each['cost']):,.2f}" in " ".join(matrix["Middle"])


def _of(month: dict[str, int]) -> list[int]:
    taken = ("refunded", "redeemed", "expired")
    names = ("opening", "earned", "adjusted", "refunded", "redeemed", "undone", "expired", "closing")
    return [-month[name] if name in taken else month[name] for name in names]


def test_the_workbook_holds_the_same_numbers(loyal: Web, person: Callable[[Role], Person]) -> None:
    answer = person(Role.FINANCE).browser.get("/actions/liability/workbook")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Balance sheet", "Roll-forward", "Liability", "source"]
    flow = told(loyal, "points", "flow")["months"]
    rows = list(book["Roll-forward"].iter_rows(min_row=2, values_only=True))
    assert [list(each[1:]) for each in rows] == [_of(each) for each in flow]
    assert book["Balance sheet"]["B10"].value == 0
    assert sum(row[5] for row in book["Liability"].iter_rows(min_row=2, values_only=True)) == pytest.approx(
        float(told(loyal, "points", "liability")["cost"]), abs=0.05
    )


@pytest.mark.proof
def test_a_customers_page_shows_the_points_of_the_customer(loyal: Web, person: Callable[[Role], Person]) -> None:
    balance = told(loyal, "points", "balance", "member:1")
    key = _key(loyal, balance["ids"][0].partition(":")[2])
    page = person(Role.FINANCE).get(f"/customers/{key}")
    part = page[page.index(">Points and vouchers<") :]
    told_of = TAG.sub(" ", part)
    assert f"Can be spent today {figure(balance['spendable'])}" in " ".join(told_of.split())
    assert "On hold for carts 10" in " ".join(told_of.split())
    assert "earns points ×" in told_of
    first = min(each["expires_on"] for each in balance["lots"])
    expiring = sum(each["points"] + each["held"] for each in balance["lots"] if each["expires_on"] == first)
    assert f"{expiring} points after {first}" in told_of
    assert 'name="points"' in part
    assert PLAIN_ID.search(page) is None
    assert "Points and vouchers" not in person(Role.ANALYST).get(f"/customers/{key}")


def _key(web: Web, customer: str) -> int:
    return find_customers(web.root, customer, columns=("customer_key",)).rows[0]["customer_key"]


def test_finance_adjusts_and_somebody_else_approves(loyal: Web, person: Callable[[Role], Person]) -> None:
    finance, manager = person(Role.FINANCE), person(Role.MANAGER)
    page = finance.get("/actions/members/10")
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    before = balance_of(loyal.root, "member:10").available
    for _twice in range(2):
        answer = finance.send("/actions/members/10/adjust", points="+1,00", reason="goodwill", key=key)
        assert "Done: +100 points for member 10." in html.unescape(answer.text)
    assert balance_of(loyal.root, "member:10").available == before + 100
    for typed, reason in (("many", "goodwill"), ("0", "goodwill"), ("5", "because")):
        answer = finance.send("/actions/members/10/adjust", points=typed, reason=reason, key=f"k{typed}")
        assert (answer.status_code, f'value="{typed}"' in answer.text) == (422, True)
    answer = finance.send("/actions/members/10/adjust", points="-501", reason="error", key="large", note="a wrong import")
    number = re.search(r"as adjustment (\d+)\.", answer.text)[1]
    assert finance.send(f"/actions/points/adjustments/{number}/approve").status_code == 403
    both = add_person(loyal.root, "Both", "both.hats", [Role.FINANCE, Role.MANAGER]).link
    browser = loyal.browser()
    browser.post(both.path, data={"password": PASSWORD})
    own = Person(browser)
    mine = re.search(
        r"as adjustment (\d+)\.", own.send("/actions/members/11/adjust", points="700", reason="error", key="mine").text
    )[1]
    refused = own.send(f"/actions/points/adjustments/{mine}/approve", reason="I say so")
    assert (refused.status_code, "nobody approves what they wrote themselves" in refused.text) == (403, True)
    assert "a wrong import" not in manager.get("/actions/points")
    assert manager.send(f"/actions/points/adjustments/{mine}/refuse").status_code == 422
    assert "is refused" in manager.send(f"/actions/points/adjustments/{mine}/refuse", reason="no ticket").text
    assert "is approved" in manager.send(f"/actions/points/adjustments/{number}/approve").text
    owed = balance_of(loyal.root, "member:10")
    assert owed.available - owed.owed == before + 100 - 501
    assert sum(points_sheet(loyal.root).balance_sheet.values()) == 0


def test_a_merge_waits_and_can_be_undone(loyal: Web, person: Callable[[Role], Person]) -> None:
    manager, both = person(Role.MANAGER), [balance_of(loyal.root, f"member:{each}").available for each in (3, 4)]
    assert "1 pair of members might be one person" in manager.get("/actions/members")
    assert PLAIN_ID.search(manager.get("/actions/members")) is None
    assert person(Role.FINANCE).send("/actions/merges/1/approve").status_code == 403
    assert "one member holds the points of both" in manager.send("/actions/merges/1/approve").text
    assert balance_of(loyal.root, "member:3").available == sum(both)
    assert "was merged into member 4" in manager.get("/actions/members/3")
    assert manager.send("/actions/merges/1/undo").status_code == 422
    assert "is undone" in manager.send("/actions/merges/1/undo", reason="father and son").text
    assert [balance_of(loyal.root, f"member:{each}").available for each in (3, 4)] == both
    assert [each.status for each in list_merges(loyal.root).merges] == ["undone"]


def test_codes_are_seen_once(loyal: Web, person: Callable[[Role], Person]) -> None:
    marketer = person(Role.MARKETER)
    asked = {"offer": "welcome_20", "to": "nobody", "number": "3", "key": "spring", "campaign": "spring"}
    made = marketer.send("/actions/offers/issue", do="show", **asked)
    codes = set(CODE.findall(made.text))
    assert (made.status_code, len(codes), made.headers["cache-control"]) == (200, 3, "no-store")
    again = marketer.send("/actions/offers/issue", do="show", **asked)
    assert (CODE.findall(again.text), "Codes are never shown again" in again.text) == ([], True)
    for path in ("/actions/offers", "/actions/vouchers", "/actions/vouchers?offer=welcome_20", "/actions/points"):
        assert not codes & set(CODE.findall(marketer.get(path))), path
    named = marketer.send(
        "/actions/offers/issue", do="file", offer="welcome_20", to="customers", customers="member:20\nmember:21", key="two"
    )
    rows = list(csv.reader(io.StringIO(named.content.decode("utf-8-sig"))))
    assert (rows[0], len(rows), "attachment" in named.headers["content-disposition"]) == (
        ["voucher", "code", "customer_id"],
        3,
        True,
    )
    for fields in (
        {"to": "nobody", "number": "0"},
        {"to": "nobody", "number": "1" * 12},
        {"to": "customers"},
        {"to": "code"},
        {"offer": "x"},
    ):
        assert marketer.send("/actions/offers/issue", **{"offer": "welcome_20", "key": "bad", **fields}).status_code in (
            404,
            422,
        ), fields
    assert person(Role.FINANCE).send("/actions/offers/issue", **asked).status_code == 403
    number = re.search(r"<code>…\w+</code>", marketer.get("/actions/vouchers"))
    assert number is not None
    assert marketer.send("/actions/vouchers/1/withdraw").status_code == 422
    assert "counts no more" in marketer.send("/actions/vouchers/1/withdraw", reason="printed twice").text
    assert "withdrawn" in marketer.get("/actions/vouchers")


def test_ids_of_issued_codes_are_plain_only_with_a_reason(loyal: Web, person: Callable[[Role], Person]) -> None:
    manager = person(Role.MANAGER)
    who = balance_of(loyal.root, "member:22").ids[0].partition(":")[2]
    asked = {"offer": "welcome_20", "to": "customers", "customers": f"workspace:{who}", "do": "file"}
    masked = manager.send("/actions/offers/issue", key="m1", **asked).content.decode("utf-8-sig")
    assert (who in masked, "****" in masked) == (False, True)
    before = len(list_audit(loyal.root, action=Action.LIST_UNMASKED).entries)
    assert person(Role.MARKETER).send("/actions/offers/issue", key="m2", reason="letters", **asked).status_code == 403
    plain = manager.send("/actions/offers/issue", key="m3", reason="letters are printed", **asked)
    assert who in plain.content.decode("utf-8-sig")
    assert len(list_audit(loyal.root, action=Action.LIST_UNMASKED).entries) == before + 1


def test_a_person_decides_about_a_referral_that_is_held(loyal: Web, person: Callable[[Role], Person]) -> None:
    marketer = person(Role.MARKETER)
    assert "1 referral waits" in marketer.get("/actions/referrals")
    held = marketer.get("/actions/referrals?status=held")
    assert "the same device" in held
    friend = re.search(r"/actions/referrals/(\d+)/decide", held)[1]
    assert marketer.send(f"/actions/referrals/{friend}/decide", do="accept").status_code == 422
    assert (
        "The referral counts." in marketer.send(f"/actions/referrals/{friend}/decide", do="accept", reason="one household").text
    )
    looked = marketer.send("/actions/referrals/check")
    codes = CODE.findall(looked.text)
    assert codes
    assert "never again" in looked.text
    assert not set(codes) & set(CODE.findall(marketer.get("/actions/referrals") + marketer.get("/actions/vouchers")))
    assert person(Role.FINANCE).send("/actions/referrals/check").status_code == 403


def test_a_version_is_checked_at_its_line_and_published_with_a_reason(loyal: Web, person: Callable[[Role], Person]) -> None:
    manager = person(Role.MANAGER)
    begun = re.search(
        r"<textarea id=\"field-text\"[^>]*>\n(.*?)</textarea>", manager.get("/actions/rules/offers/next"), re.DOTALL
    )[1]
    assert "version: 3" in begun
    wrong = begun.replace("tiers: [high, vip]", "tiers: [hihg, vip]").replace("order_at_least", "order_atleast")
    checked = manager.send("/actions/rules/offers/next", do="check", text=wrong)
    assert (checked.status_code, checked.text.count("offers.yaml, row")) == (422, 1)
    assert "hihg" in html.unescape(checked.text)
    assert "can be published" in manager.send("/actions/rules/offers/next", do="check", text=begun).text
    assert manager.send("/actions/rules/offers/next", do="publish", text=begun).status_code == 422
    said = manager.send("/actions/rules/offers/next", do="publish", text=begun.replace("\n", "\r\n"), why='for "spring": 春季')
    assert "Version 3 is published" in html.unescape(said.text)
    page = manager.get("/actions/rules/offers?version=3")
    assert 'for "spring": 春季' in page
    assert page.count("shop v3") == 1
    assert manager.send("/actions/rules/offers/next", do="publish", text=begun, why="again").status_code == 409
    assert person(Role.MARKETER).send("/actions/rules/offers/next", do="publish", text=begun, why="x").status_code == 403
    assert OFFERS.splitlines()[8].strip() in html.unescape(person(Role.VIEWER).get("/actions/rules/offers?version=2"))


def test_purchases_are_posted_by_a_job_and_laws_are_checked(loyal: Web, person: Callable[[Role], Person]) -> None:
    manager = person(Role.MANAGER)
    assert person(Role.FINANCE).send("/actions/points/post").status_code == 403
    assert "waiting for a worker" in manager.send("/actions/points/post").text
    work_once(loyal.root)
    assert [each.state for each in list_jobs(loyal.root, kind=JobKind.POINTS, limit=5)] == ["done"]
    page = " ".join(TAG.sub(" ", manager.get("/actions/points")).split())
    assert "Posted up to 2025-12-31 orders posted 0" in page
    checked = person(Role.FINANCE).send("/actions/points/check").text
    assert "every row keeps every law" in checked
    assert checked.count("holds good") == len(told(loyal, "points", "check")["laws"])


@pytest.mark.proof
def test_whoever_may_not_see_is_not_led_there(loyal: Web, person: Callable[[Role], Person]) -> None:
    analyst = person(Role.ANALYST)
    assert "/actions/offers" in analyst.get("/")
    assert "/actions/points" not in analyst.get("/actions/offers")
    for path in (
        "/actions/points",
        "/actions/liability",
        "/actions/members",
        "/actions/members/1",
        "/actions/vouchers",
        "/actions/referrals",
    ):
        analyst.get(path, 403)
    some = Person(loyal.login(Role.FINANCE, RowLimit(LimitColumn.REGION, ("west",))))
    for path in ("/actions/points", "/actions/members", "/actions/liability"):
        some.get(path, 403)
    east = next(each for each in range(1, 97) if _region(loyal, each) == "east")
    assert some.browser.get(f"/actions/members/{east}").status_code == 404


def _region(web: Web, member: int) -> str:
    customer = balance_of(web.root, f"member:{member}").ids[0].partition(":")[2]
    return find_customers(web.root, customer, columns=("region",)).rows[0]["region"]


@pytest.mark.proof
def test_what_is_not_there_leads_by_the_hand(tmp_path: Path) -> None:
    web = Web(open_shop(tmp_path / "shop"))
    viewer, manager = Person(web.login(Role.VIEWER)), Person(web.login(Role.MANAGER))
    assert "/actions/" not in viewer.get("/")
    assert "Ask somebody" in viewer.get("/actions/offers")
    assert "/actions/rules/points/next" in manager.get("/actions/points")
    for kind in ("points", "offers", "benefits"):
        text = re.search(
            r"<textarea id=\"field-text\"[^>]*>\n(.*?)</textarea>", manager.get(f"/actions/rules/{kind}/next"), re.DOTALL
        )[1]
        answer = manager.send(f"/actions/rules/{kind}/next", do="publish", text=text, why="a beginning")
        assert "is published" in answer.text, answer.text
    assert "/actions/" in viewer.get("/")
    for path in ("points", "liability", "members", "offers", "vouchers", "referrals", "benefits", "rules"):
        manager.get(f"/actions/{path}")
