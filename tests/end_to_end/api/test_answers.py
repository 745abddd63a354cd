"""What the API answers is what the command line and the Python face answer, and it says when nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import pytest

from end_to_end.api.conftest import Served
from fenji.answers.json import to_json
from fenji.book import open_book
from fenji.cli.main import answer
from fenji.language import Language
from fenji.workflow.loyalty.benefits import cost_benefits, show_benefits
from fenji.workflow.loyalty.members import list_members, list_merges
from fenji.workflow.loyalty.offers import list_offers, show_offers
from fenji.workflow.loyalty.points import balance_of, statement_of
from fenji.workflow.loyalty.points_figures import check_points, points_flow, points_liability
from fenji.workflow.loyalty.referrals import list_referrals
from fenji.workflow.loyalty.vouchers import list_vouchers

QUESTIONS: dict[str, tuple[str, list[str], Callable[[Any], Any]]] = {
    "tiers": ("/tiers", ["tiers"], lambda book: book.tiers()),
    "tiers by region": ("/tiers?by=region", ["tiers", "--by", "region"], lambda book: book.tiers(by="region")),
    "moves": ("/moves", ["moves"], lambda book: book.moves()),
    "structure": ("/structure/profile", ["structure"], lambda book: book.structure("profile")),
    "products": ("/structure/products", ["structure", "--by", "category"], lambda book: book.structure("products", by=None)),
    "value": ("/value?top=5", ["value", "--top", "5"], lambda book: book.value(top=5)),
    "priority": ("/priority?top=5", ["priority", "--top", "5"], lambda book: book.priority(top=5)),
    "segments": ("/segments", ["segments"], lambda book: book.segments()),
    "churn": ("/churn", ["churn"], lambda book: book.churn()),
    "rules": ("/rules", ["rules"], lambda book: book.rules()),
    "recommendations": ("/recommendations", ["recommend"], lambda book: book.recommend()),
    "forecast": ("/forecast", ["forecast"], lambda book: book.forecast()),
    "trends": ("/trends/revenue", ["forecast", "--of", "revenue"], lambda book: book.trends("revenue")),
    "points liability": ("/points/liability", ["points", "liability"], lambda book: points_liability(book.folder)),
    "points flow": ("/points/flow", ["points", "flow"], lambda book: points_flow(book.folder)),
    "points check": ("/points/check", ["points", "check"], lambda book: check_points(book.folder)),
    "members": ("/members?limit=20", ["members", "list", "--limit", "20"], lambda book: list_members(book.folder, limit=20)),
    "merges": ("/members/merges", ["members", "merges"], lambda book: list_merges(book.folder)),
    "offers": ("/offers", ["offers", "show"], lambda book: show_offers(book.folder)),
    "versions of offers": ("/offers/versions", ["offers", "list"], lambda book: list_offers(book.folder)),
    "vouchers": ("/vouchers", ["offers", "vouchers"], lambda book: list_vouchers(book.folder)),
    "referrals": ("/referrals", ["referrals", "list"], lambda book: list_referrals(book.folder)),
    "benefits": ("/benefits", ["benefits", "show"], lambda book: show_benefits(book.folder)),
    "cost of benefits": ("/benefits/cost", ["benefits", "cost"], lambda book: cost_benefits(book.folder)),
    "points of one": ("/customers/7/points", ["points", "balance", "key:7"], lambda book: balance_of(book.folder, "key:7")),
    "statement of one": (
        "/customers/7/points/entries",
        ["points", "statement", "key:7"],
        lambda book: statement_of(book.folder, "key:7"),
    ),
    "vouchers of one": (
        "/customers/7/vouchers",
        ["offers", "vouchers", "--customer", "key:7"],
        lambda book: list_vouchers(book.folder, customer="key:7"),
    ),
    "quality": ("/quality", ["quality"], lambda book: book.quality()),
    "customers": (
        "/customers?where=orders_12m >= 2&limit=20&columns=customer_id&columns=tier&columns=net_revenue_12m",
        ["customers", "--where", "orders_12m >= 2", "--limit", "20", "--columns", "customer_id,tier,net_revenue_12m"],
        lambda book: book.customers(where=["orders_12m >= 2"], limit=20, columns=["customer_id", "tier", "net_revenue_12m"]),
    ),
}
REASON = {"Fenji-Reason": "compared%20in%20a%20test", "Accept-Language": "en"}


@pytest.mark.parametrize("name", QUESTIONS)
def test_three_doors_give_the_same_values(name: str, served: Served, asking: Callable[..., Any]) -> None:
    address, words, ask = QUESTIONS[name]
    over_network = asking(address, headers=REASON)
    assert over_network.status_code == 200, over_network.text
    in_python = json.loads(to_json(ask(open_book(served.root)), Language.EN))
    assert over_network.json() == in_python
    if name == "products":  # the command answers several parts at once
        return
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        assert answer([*words, "--workspace", str(served.root), "--json", "--lang", "en"]) == 0
    on_command_line = json.loads(out.getvalue())
    if name == "structure":
        on_command_line = {key: on_command_line[key] for key in in_python}
    assert without_advice(on_command_line) == without_advice(in_python)


def without_advice(told: Any) -> Any:
    """Each entrance has its own words for what to do next."""
    if isinstance(told, dict):
        return {key: without_advice(each) for key, each in told.items() if key != "advice"}
    return [without_advice(each) for each in told] if isinstance(told, list) else told


def test_why_is_the_same_for_a_customer_that_is_found(served: Served, asking: Callable[..., Any]) -> None:
    found = asking("/customers?limit=1&columns=customer_key&columns=customer_id", headers=REASON).json()["rows"][0]
    over_network = asking(f"/customers/{found['customer_key']}/why", headers=REASON)
    in_python = json.loads(to_json(open_book(served.root).why(found["customer_id"]), Language.EN))
    assert over_network.json() == in_python


def test_an_answer_that_is_known_is_not_sent_again_until_something_changes(served: Served, asking: Callable[..., Any]) -> None:
    first = asking("/tiers")
    tag = first.headers["etag"]
    again = asking("/tiers", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    for other in ("/tiers?by=region", "/moves"):
        assert asking(other, headers={"If-None-Match": tag}).status_code == 200
    assert asking("/tiers", headers={"If-None-Match": tag, "Accept-Language": "zh"}).status_code == 200
    policy = served.root / "policies" / "spend.yaml"
    text = policy.read_text("utf-8")
    policy.write_text(text + "# a remark\n", "utf-8")
    try:
        assert asking("/tiers", headers={"If-None-Match": tag}).status_code == 200
    finally:
        policy.write_text(text, "utf-8")


def test_pages_follow_one_another_without_a_gap(asking: Callable[..., Any]) -> None:
    seen, address = [], "/customers?limit=37&columns=customer_key"
    page = asking(address).json()
    seen += [row["customer_key"] for row in page["rows"]]
    while page["after"]:
        page = asking(f"{address}&after={page['after']}").json()
        seen += [row["customer_key"] for row in page["rows"]]
    assert len(seen) == len(set(seen)) == page["count"]
    foreign = asking(f"/customers?limit=37&sort=customer_key&after={asking(address).json()['after']}")
    assert foreign.status_code == 422


def test_rows_come_as_arrow_where_that_is_asked_for(asking: Callable[..., Any]) -> None:
    import pyarrow as pa

    accept = {"Accept": "application/vnd.apache.arrow.stream"}
    rows = pa.ipc.open_stream(asking("/customers?limit=50", headers=accept).content).read_all()
    assert rows.num_rows == 50
    whole = pa.ipc.open_stream(asking("/tables/insight.tier_assignment").content).read_all()
    counted = asking("/tiers").json()
    assert whole.filter(pa.compute.is_valid(whole["tier"])).num_rows == counted["customers"]


def test_what_is_not_stored_is_said_with_the_job_that_makes_it(served: Served, asking: Callable[..., Any]) -> None:
    missing = asking("/trends/customers?by=tier")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_stored"
    assert missing.json()["job"]["kind"]


def test_the_language_is_that_of_the_request(asking: Callable[..., Any]) -> None:
    english = asking("/customers?where=nonsense", headers={"Accept-Language": "en-US,en;q=0.9"}).json()
    chinese = asking("/customers?where=nonsense", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}).json()
    assert english["code"] == chinese["code"] == "invalid_argument"
    assert "is no condition" in english["detail"]
    assert "条件" in chinese["detail"]
