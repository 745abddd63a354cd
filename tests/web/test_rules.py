"""Pages about rules over plain HTTP: figures as whatif counts them, texts that keep their comments, problems at their rule, four eyes."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import Role
from fenji.workflow.editing import Edits, begin_text, edited_policy
from fenji.workflow.whatif import whatif_of
from web.browsing import fields_of
from web.conftest import Web, token_in

EDITOR = "/policies/spend/draft"
OUT = re.compile(r'<a data-out="([^"]+)"[^>]*?(?:href="([^"]*)")?>([^<]*)</a>')
COUNT = re.compile(r'<p class="about">([\d,]+) customers? on')


def outs_of(page: str) -> dict[str, tuple[str, str]]:
    """Every figure of a trial by its name: what it says, and where its list opens."""
    return {key: (text, html.unescape(href)) for key, href, text in OUT.findall(page)}


@pytest.fixture(scope="module")
def manager(web: Web) -> TestClient:
    """A browser of somebody who approves."""
    return web.login(Role.MANAGER)


def post(browser: TestClient, path: str, **fields: str) -> Any:
    return browser.post(path, data={"csrf_token": token_in(browser.get("/account").text), **fields})


def changed_text(root: Path, line: str) -> str:
    return edited_policy(root, begin_text(root, "spend"), Edits(lines={"vip.0": line})).text


@pytest.mark.parametrize("number", ["5001", "6789.5", "123456"])
def test_page_island_and_whatif_count_alike(number: str, web: Web, analyst: TestClient) -> None:
    page = analyst.get(f"{EDITOR}?metric=net_revenue_12m&cut=vip.0:{number}").text
    shown = outs_of(page)
    found = whatif_of(web.root, changed_text(web.root, f"net_revenue_12m >= {number}"), name="text", policy="spend")
    assert shown["up"][0] == f"{found.up.customers:,}"
    assert shown["down"][0] == f"{found.down.customers:,}"
    assert [shown[f"then.{each.tier}"][0] for each in found.new.tiers] == [f"{each.customers:,}" for each in found.new.tiers]
    for move in found.moves:
        assert shown[f"cell.{move.from_tier}.{move.to_tier}"][0] == f"{move.customers:,}"
    fields = fields_of(analyst.get(EDITOR).text) | {"cut:vip.0": number}
    island = analyst.post("/policies/spend/try", data=fields).json()["outs"]
    pressed = outs_of(analyst.post(EDITOR, data=fields | {"do": "try"}).text)
    for key, (text, href) in shown.items():
        assert island[key]["text"] == text == pressed[key][0], key
        assert (island[key]["href"] or "") == href == pressed[key][1], key


def test_every_figure_opens_a_list_of_as_many(analyst: TestClient) -> None:
    shown = outs_of(analyst.get(f"{EDITOR}?cut=entry.0:10&cut=middle.0:20&cut=high.0:300&cut=vip.0:400").text)
    opened = {key: each for key, each in shown.items() if each[1]}
    assert {"up", "stay"} <= set(opened)
    for key, (text, href) in opened.items():
        drawer = analyst.get(href, headers={"fenji-part": "drawer"})
        assert COUNT.search(drawer.text)[1] == text, key
        assert not re.search(r"138\d{8}", drawer.text)


def test_a_condition_is_added_changed_and_taken_out_and_comments_stay(analyst: TestClient) -> None:
    first = fields_of(analyst.get(EDITOR).text)
    comments = [each for each in first["text"].splitlines() if each.startswith("#")]
    assert comments
    added = fields_of(analyst.post(EDITOR, data=first | {"do": "add vip:"}).text)
    assert added["was:vip.1"] == "net_revenue_12m >= 0"
    several = analyst.post(EDITOR, data=added | {"metric:vip.1": "orders_12m", "cut:vip.1": "３", "do": "apply"}).text
    kept = fields_of(several)
    assert kept["was:vip.1"] == "orders_12m >= 3"
    assert kept["folded"] == "-"
    assert "met.vip.1" in outs_of(several)
    back = fields_of(analyst.post(EDITOR, data=kept | {"do": "remove vip.1"}).text)
    assert [each for each in back["text"].splitlines() if each.startswith("#")] == comments
    assert "was:vip.1" not in back


def test_what_is_wrong_stands_at_its_rule(analyst: TestClient) -> None:
    first = fields_of(analyst.get(EDITOR).text)
    page = analyst.post(EDITOR, data=first | {"cut:vip.0": "1", "do": "check"}).text
    high = page[page.index('id="rule-high"') :]
    assert 'class="badge bad"' in high[: high.index("</fieldset>")]
    wrong = analyst.post(EDITOR, data=first | {"cut:vip.0": "many", "do": "check"}).text
    assert "is not a condition" in wrong[wrong.index('id="rule-vip"') : wrong.index("</fieldset>", wrong.index('id="rule-vip"'))]
    broken = analyst.post(EDITOR, data=first | {"text": "tiers: [", "do": "apply"})
    assert broken.status_code == 200
    assert fields_of(broken.text)["text"] == "tiers: ["
    island = analyst.post("/policies/spend/try", data=first | {"text": "tiers: ["})
    assert island.status_code == 422
    assert island.json()["problems"]


def test_a_draft_goes_from_hand_to_hand(web: Web, analyst: TestClient, manager: TestClient) -> None:
    fields = fields_of(analyst.get(f"{EDITOR}?cut=vip.0:432100").text)
    unsaid = analyst.post(f"{EDITOR}/submit", data=fields | {"why": ""})
    assert unsaid.status_code == 422
    assert "say why" in unsaid.text
    kept = fields_of(unsaid.text)
    stale = analyst.post(f"{EDITOR}/save", data=kept | {"edition": "7", "cut:vip.0": "43220"})
    assert stale.status_code == 412
    assert fields_of(stale.text)["was:vip.0"] == "net_revenue_12m >= 43220"
    sent = analyst.post(f"{EDITOR}/submit", data=kept | {"why": "fewer, and better cared for"})
    path = sent.url.path
    assert path == f"/policies/drafts/{kept['draft']}"
    assert "Approve</h2>" not in sent.text
    assert post(analyst, f"{path}/approve", edition="2").status_code == 403
    waiting = manager.get("/policies/approvals").text
    assert f'href="{path}"' in waiting
    seen = re.search(r'name="edition" value="(\d+)"', manager.get(path).text)[1]
    assert post(manager, f"{path}/approve", edition="1").status_code == 412
    assert post(manager, f"{path}/refuse", edition=seen, reason="").status_code == 422
    refused = post(manager, f"{path}/refuse", edition=seen, reason="not before spring")
    assert "not before spring" in refused.text
    assert web.root.joinpath("policies").is_dir()


def test_a_tier_by_hand_is_proposed_and_approved(web: Web, analyst: TestClient, manager: TestClient) -> None:
    from fenji.workflow.overrides import list_overrides

    page = analyst.get("/policies/overrides").text
    assert 'name="customer_id"' in page
    missing = post(analyst, "/policies/overrides", customer_id="nobody", tier="spend/vip", ends_on="", reason="")
    assert missing.status_code == 422
    assert "nobody" in missing.text
    known = "13800000001"
    before = len(list_overrides(web.root).overrides)
    asked = post(analyst, "/policies/overrides", customer_id=known, tier="spend/vip", ends_on="2099-01-31", reason="a partner")
    assert asked.status_code == 200
    assert len(list_overrides(web.root).overrides) == before
    number = re.findall(r"/policies/overrides/proposals/(\d+)/withdraw", asked.text)[-1]
    assert post(analyst, f"/policies/overrides/proposals/{number}/approve").status_code == 403
    done = post(manager, f"/policies/overrides/proposals/{number}/approve", next="/policies/approvals")
    assert done.url.path == "/policies/approvals"
    given = list_overrides(web.root).overrides[-1]
    assert (given.customer_id, given.tier, str(given.ends_on)) == (known, "vip", "2099-01-31")
    listed = manager.get("/policies/overrides").text
    assert "2099-01-31" in listed
    assert known not in listed
    post(manager, f"/policies/overrides/{given.number}/end", reason="it was a mistake")
    assert list_overrides(web.root).overrides[-1].ended_by is not None


def test_versions_stand_in_words_and_are_compared(analyst: TestClient) -> None:
    page = analyst.get("/policies/spend").text
    assert "Tiers, from the top down" in page
    assert "everyone else" in page
    assert analyst.get("/policies/nothing").status_code == 404
    assert analyst.get("/policies/spend?version=99").status_code == 404
