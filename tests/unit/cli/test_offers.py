"""Offers at the command line: checked, published, issued to everybody whom they are for, used once. World: fixtures.forty_customers."""

from __future__ import annotations

import csv
import stat
from datetime import date, timedelta

import pytest

from fenji.documents.loyalty import program_from_text
from fenji.documents.policies import policy_from_text
from fenji.domain.loyalty.published import DocumentKind
from fenji.settings import read_settings
from fenji.workspace.state import state_of
from fixtures.desk import fenji
from fixtures.forty_customers import forty_customers, shop
from fixtures.ledgers import PROGRAM, TILL
from fixtures.offers import HEAD

TODAY = date.today()  # noqa: DTZ011 - a day on which both zones have offers in force is enough
OFFERS = (
    HEAD.replace("2027-01-01", str(TODAY - timedelta(days=2)))
    + """
  - offer: tea_10
    name: {zh: 茶饮九折, en: Ten percent off drinks}
    discount: {percent: 10, at_most: 50.00}
    when: {order_at_least: 50.00, categories: [drinks]}
    for: {all: [net_revenue_12m >= 30000]}
    valid: {days: 30}
    limits: {per_customer: 1, total: 30, budget: 500.00}
"""
)
WRONG = (
    OFFERS.replace("net_revenue_12m", "net_revenu_12m").replace("percent: 10", "percent: 110").replace("total: 30", "total: 0")
)


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    root = shop(tmp_path_factory.mktemp("offers") / "shop", forty_customers())
    (root / "offers.yaml").write_text(OFFERS, "utf-8")
    (root / "wrong.yaml").write_text(WRONG, "utf-8")
    return root


def at(there, *arguments):
    return fenji("offers", *arguments, "--workspace", there, "--json")


def test_a_personal_offer_goes_to_those_it_is_for_and_each_code_is_used_once(there):
    assert at(there, "show").code == 3
    published = at(there, "publish", there / "offers.yaml")
    assert (published.code, published.json["is_published"], published.json["warnings"]) == (0, True, [])
    assert at(there, "publish", there / "offers.yaml").code == 4
    codes = there / "codes.csv"
    issued = at(there, "issue", "tea_10", "--everybody", "--key", "spring", "--out", codes).json
    # Twenty bought tea for 30,000 each.
    assert (issued["issued"], issued["existing"], issued["codes"], issued["as_of"]) == (20, 0, [], "2026-03-31")
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600
    rows = list(csv.DictReader(codes.read_text("utf-8-sig").splitlines()))
    assert sorted(row["customer_id"] for row in rows) == sorted(f"C{who}" for who in range(20))
    again = at(there, "issue", "tea_10", "--everybody", "--key", "spring").json
    assert (again["issued"], again["existing"], {each["code"] for each in again["codes"]}) == (0, 20, {None})
    mine = next(row for row in rows if row["customer_id"] == "C7")
    order = ("--order", "till:1", "--amount", "300", "--line", "drinks=120.05", "--customer")
    assert at(there, "check", mine["code"], *order, "C7").json["discount"] == 12.01
    assert at(there, "redeem", mine["code"], *order, "C8", "--key", "k1").code == 4
    used = at(there, "redeem", mine["code"], *order, "C7", "--key", "k1").json
    assert (used["use"]["discount"], used["use"]["status"], used["is_existing"]) == (12.01, "redeemed", False)
    assert at(there, "redeem", mine["code"], *order, "C7", "--key", "k1").json["is_existing"]
    (row,) = at(there, "show").json["list"]
    assert (row["issued"], row["redeemed"], row["cost"]) == (20, 1, 12.01)
    (listed,) = at(there, "vouchers", "--customer", "C7").json["vouchers"]
    assert (listed["state"], listed["last_letters"]) == ("used_up", mine["code"][-4:])
    assert at(there, "give-back", "--order", "till:1").json["uses"] == []
    assert at(there, "withdraw", mine["voucher"], "--reason", "left").json["vouchers"][0]["state"] == "withdrawn"


def test_every_problem_of_the_document_stands_at_its_line(there):
    found = at(there, "lint", there / "wrong.yaml")
    assert (found.code, len(found.json["error"]["problems"])) == (2, 2)
    (there / "wrong.yaml").write_text(
        OFFERS.replace("net_revenue_12m", "net_revenu_12m").replace("drinks]}", "drinks]}\n    stack: {with: [none]}"), "utf-8"
    )
    problems = at(there, "lint", there / "wrong.yaml").json["error"]["problems"]
    assert [(each["row"], each["column"]) for each in problems] == [(14, "list[1].stack.with[1]"), (15, "list[1].for.all[1]")]
    assert "net_revenue_12m" in problems[1]["advice"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_people_read_the_same_in_both_languages(there, language):
    (there / "wrong.yaml").write_text(OFFERS, "utf-8")
    said = fenji("offers", "lint", there / "wrong.yaml", "--workspace", there, "--lang", language)
    assert said.code == 0
    assert ("减 10%，最多 50.00" if language == "zh" else "10 % off, at most 50.00") in said.out


def test_a_friend_says_who_brought_them_and_what_the_runs_know_counts(there):
    text = PROGRAM.replace("2027-01-01", str(TODAY - timedelta(days=2))) + "referral: {reward: {advocate: {points: 20}}}\n"
    with state_of(there, read_settings(there)).transaction(TILL) as t:
        t.loyalty.documents.publish(DocumentKind.POINTS, program_from_text(text).heading, text)

    def referrals(*arguments):
        return fenji("referrals", *arguments, "--workspace", there, "--json")

    code = referrals("code", "C1").json["code"]
    assert referrals("code", "C1").json["code"] == code
    (old,) = referrals("claim", code, "C2").json["referrals"]
    assert (old["status"], old["reasons"]) == ("rejected", ["known_customer"])
    assert old["not_checked"] == ["same_phone", "same_device", "same_address"]
    (new,) = referrals("claim", code.lower(), "workspace:N1", "--device", "a81f").json["referrals"]
    assert (new["status"], new["reasons"], new["not_checked"]) == ("claimed", [], ["same_phone", "same_device", "same_address"])
    assert referrals("check").json["referrals"] == []
    assert [each["status"] for each in referrals("list").json["referrals"]] == ["rejected", "claimed"]
    assert referrals("list", "--status", "claimd").code == 2
    assert referrals("decide", "workspace:N1", "--accept", "--reason", "known").code == 4


BENEFITS = """
benefits: membership
version: 1
effective_on: 2026-01-01
author: marketing
why: first version
policy: POLICY
list:
  - {benefit: gift, name: {zh: 生日礼, en: Gift}, tiers: [TOP], cost: {each: 68.00, uses_a_year: 0.8}, limit: {times: 1, per: year}, capacity: 3}
  - {benefit: adviser, name: 顾问, tiers: [TOP], cost: {a_year: 300.00}}
  - {benefit: delivery, name: 包邮, tiers: [LOW, TOP], cost: {each: 8.00, uses_from: orders_12m}}
"""


def test_benefits_cost_what_each_tier_uses_and_a_whatif_says_what_changes(there):
    tiers = fenji("tiers", "--workspace", there, "--json").json
    names = [each.slug for each in policy_from_text(next((there / "policies").glob("*.y*ml")).read_text("utf-8")).tiers]
    low, top = names[0], names[-1]
    text = BENEFITS.replace("POLICY", tiers["policy"]).replace("TOP", top).replace("LOW", low)
    (there / "benefits.yaml").write_text(text, "utf-8")

    def benefits(*arguments):
        return fenji("benefits", *arguments, "--workspace", there, "--json")

    assert fenji("benefits", "cost", "--workspace", there).code == 3
    (warned,) = benefits("lint", there / "benefits.yaml").json["warnings"]
    assert "no benefit delivery in" in warned["text"]
    assert benefits("publish", there / "benefits.yaml").code == 0
    counts = {each["tier"]: each["customers"] for each in tiers["tiers"]}
    stands = {
        each["customer_id"]: each["tier"]
        for each in fenji("customers", "--limit", "50", "--workspace", there, "--json").json["rows"]
    }
    orders = {(str(line[1]), line[0]) for line in forty_customers()}
    uses = {tier: sum(stands[who] == tier for who, _order in orders) for tier in (low, top)}
    found = {(each["tier"], each["benefit"]): each["cost"] for each in benefits("cost").json["costs"]}
    assert found == {
        (low, "delivery"): 8 * uses[low],
        (top, "delivery"): 8 * uses[top],
        (top, "gift"): round(54.4 * counts[top], 2),
        (top, "adviser"): 300 * counts[top],
    }
    new = next((there / "policies").glob("*.y*ml"))
    changed = fenji("whatif", new, "--workspace", there, "--json").json["benefit_cost"]
    assert (changed["change"], changed["not_counted"]) == (0, ["delivery"])
    assert changed["current"] == round(354.4 * counts[top], 2)
    (there / "wrong.yaml").write_text(
        text.replace("a_year: 300.00}", "a_year: 300.00}, price_by: person").replace(f"[{low},", "[none,"), "utf-8"
    )
    refused = benefits("lint", there / "wrong.yaml")
    assert (refused.code, "differs by person" in refused.json["error"]["problems"][0]["text"]) == (2, True)
