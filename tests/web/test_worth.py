"""Pages of structure, value and risk over plain HTTP: what they begin with, two tiers side by side, and what whoever only looks is shown."""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import Role
from web.conftest import Web

MODELS = ("/value", "/value/churn", "/value/propensity", "/value/priority")
COMPARED = (
    "/structure",
    "/structure/composition",
    "/structure/products",
    "/structure/habits",
    "/structure/baskets",
    "/value",
    "/value/churn",
)
SENTENCE = re.compile(r"<span data-sentence>(.*?)</span> <button", re.DOTALL)


def text_of(page: str) -> str:
    """What people read of it."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("page", MODELS)
def test_a_model_page_begins_with_how_well_it_would_have_worked(analyst: TestClient, page: str) -> None:
    shown = analyst.get(page).text
    titles = re.findall(r"<h2>(.*?)</h2>", shown)
    assert titles[0].startswith("How well it would have worked")
    assert SENTENCE.search(shown)[1].strip()


@pytest.mark.parametrize("page", COMPARED)
def test_two_tiers_stand_side_by_side_and_unknown_ones_are_refused(analyst: TestClient, page: str) -> None:
    shown = text_of(analyst.get(f"{page}?a=vip&b=high").text)
    assert "Without comparison" in shown
    refused = analyst.get(f"{page}?a=vipp&b=high")
    assert (refused.status_code, "Did you mean" in text_of(refused.text) or "vipp" in refused.text) == (422, True)


def test_a_metric_says_what_it_is_in_both_languages(analyst: TestClient) -> None:
    english = text_of(analyst.get("/structure").text)
    assert "What is" in analyst.get("/structure").text
    assert "Unit: money, in the currency of the workspace" in english
    chinese = analyst.get("/structure", headers={"accept-language": "zh-CN"}).text
    assert "单位：金额" in chinese


def test_hours_of_orders_are_left_out_where_only_days_are_known(analyst: TestClient) -> None:
    shown = text_of(analyst.get("/structure/habits").text)
    assert "Only the days of orders are known" in shown
    assert "Weekday and hour" not in shown


@pytest.mark.parametrize("page", ["/value", "/value/churn", "/value/propensity", "/value/priority"])
def test_whoever_only_looks_sees_no_small_group_and_no_phone(web: Web, page: str) -> None:
    found = web.login(Role.VIEWER).get(page)
    assert found.status_code == 200
    assert not re.search(r"1380\d{7}", found.text)
    counts = re.findall(r"data-list href=[^>]*>([^<]+)</a>", found.text)
    assert counts
    assert {html.unescape(each).strip() for each in counts}.isdisjoint({"1", "2", "3", "4"})


@pytest.mark.parametrize(
    "condition",
    [
        "counted=nothing.1",
        "counted=value.high.most",
        "counted=best.0",
        "counted=person.name.x",
        "counted=band.region.1",
        "counted=listed.watch.x",
    ],
)
def test_a_figure_that_counts_nobody_is_refused(analyst: TestClient, condition: str) -> None:
    drawer = analyst.get("/", params={"list": condition}, headers={"fenji-part": "drawer"})
    assert drawer.status_code == 422
