"""Pages over plain HTTP: who comes in, what is refused and how, what browsers are told, and that every number opens its list."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import RIGHTS_OF, LimitColumn, Right, Role, RowLimit
from fenji.errors import FenjiError, NotFound, Unavailable
from fenji.web.app import POLICY, page_routes
from fenji.web.assets import FOR_EVER, asset_address, assets
from fenji.web.pages import declared, overview
from fenji.web.visiting import needs_of
from web.conftest import ORIGIN, PASSWORD, Web, token_in

NUMBERS = re.compile(r'<a class="number[^"]*" data-list href="([^"]+)">([^<]+)</a>')
COUNT = re.compile(r'<p class="about">([\d,]+) customers? on')


def test_whoever_is_not_in_is_led_to_the_login_and_back(web: Web) -> None:
    browser = web.browser()
    asked = browser.get("/account?as_of=2026-01-31", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Faccount%3Fas_of%3D2026-01-31")
    assert 'name="next" value="/account?as_of=2026-01-31"' in browser.get(asked.headers["location"]).text
    assert 'name="next" value="/"' in browser.get("/login?next=//evil.example").text
    wrong = browser.post("/login", data={"login": "nobody", "password": "x", "next": "/account"})
    assert wrong.status_code == 401
    assert "is not right" in wrong.text


def test_an_administrator_comes_in_with_a_second_factor(web: Web) -> None:
    assert web.login(Role.ADMIN).get("/").status_code == 200


def test_the_cookie_of_a_login_is_for_us_alone(web: Web) -> None:
    from fenji.workflow.access.people import add_person

    link = add_person(web.root, "Somebody", "cookies", [Role.VIEWER]).link
    answer = web.browser().post(link.path, data={"password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-fenji=")
    assert all(each in cookie for each in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}])
def test_a_form_of_another_page_changes_nothing(web: Web, headers: dict[str, str]) -> None:
    browser = web.login(Role.ANALYST)
    token = token_in(browser.get("/account").text)
    for path in ("/account/everywhere", "/jobs/start", "/logout", "/theme", "/language", "/login"):
        answer = browser.post(path, data={"csrf_token": token, "what": "value"}, headers=headers, follow_redirects=False)
        assert answer.status_code == 403, path
    assert browser.get("/").url.path == "/"


@pytest.mark.parametrize("token", ["", "0" * 64, None])
def test_a_form_without_the_word_of_its_page_changes_nothing(web: Web, token: str | None) -> None:
    browser = web.login(Role.ANALYST)
    for path in ("/account/everywhere", "/account/password", "/jobs/start"):
        data = {"what": "value"} if token is None else {"csrf_token": token, "what": "value"}
        assert browser.post(path, data=data, follow_redirects=False).status_code == 403, path
    assert browser.get("/").url.path == "/"


def test_logging_out_ends_the_login(web: Web) -> None:
    browser = web.login(Role.VIEWER)
    cookie = browser.cookies.get("__Host-fenji")
    assert browser.post("/logout", data={"csrf_token": token_in(browser.get("/account").text)}).url.path == "/login"
    again = web.browser()
    assert again.get("/", headers={"cookie": f"__Host-fenji={cookie}"}, follow_redirects=False).status_code == 303


def test_every_answer_carries_the_headers_that_browsers_obey(web: Web, analyst: TestClient) -> None:
    answers = [
        analyst.get("/"),
        analyst.get("/nothing"),
        analyst.get("/?as_of=never"),
        analyst.get("/static/nothing"),
        analyst.get(asset_address("app.css")),
        web.browser().get("/", follow_redirects=False),
        analyst.post("/logout", headers={"origin": "https://evil.example"}),
    ]
    for each in answers:
        assert each.headers["content-security-policy"] == POLICY, each.url
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["referrer-policy"] == "same-origin"
        assert each.headers["cross-origin-opener-policy"] == "same-origin"
        assert each.headers["strict-transport-security"]
        assert "camera=()" in each.headers["permissions-policy"]


def test_files_are_kept_for_ever_under_the_name_of_their_edition(analyst: TestClient) -> None:
    for name in assets():
        kept = analyst.get(asset_address(name))
        assert (kept.status_code, kept.headers["cache-control"]) == (200, FOR_EVER), name
        assert analyst.get(f"/static/{name}").headers["cache-control"] == "no-cache"
    assert f"inter.woff2?v={assets()['inter.woff2'].version}" in analyst.get(asset_address("tokens.css")).text
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"):
        assert analyst.get(path).status_code == 404


def test_a_page_is_told_by_its_tag_where_the_browser_has_it(web: Web, analyst: TestClient) -> None:
    first = analyst.get("/")
    assert first.headers["cache-control"] == "private, no-cache"
    assert analyst.get("/", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    misses = analyst.app.state.serving.kept.misses
    other = web.login(Role.ANALYST)
    assert other.get("/").headers["etag"] != first.headers["etag"]
    assert analyst.app.state.serving.kept.misses == misses
    assert "Somebody" not in next(body.decode() for body in analyst.app.state.serving.kept._found.values() if b"ladder" in body)


def test_a_page_is_kept_where_a_part_is_not_there_and_not_where_it_could_not_be_read(
    analyst: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (error, is_kept) in enumerate([(NotFound, True), (Unavailable, False)]):

        def failing(*_asked: object, error: type[FenjiError] = error, **_more: object) -> None:
            raise error.of("the forecast is out")

        monkeypatch.setattr(overview, "forecast_at", failing)
        found = analyst.get("/", params={"where": f"orders_12m >= -{number + 1}"})
        assert found.status_code == 200
        assert ("etag" in found.headers) is is_kept, error


def test_what_is_chosen_in_the_browser_changes_language_and_colours(web: Web) -> None:
    browser = web.login(Role.VIEWER)
    assert '<html lang="en">' in browser.get("/").text
    there = browser.post("/language", data={"language": "zh", "next": "/account?as_of=2025-01-31"}, follow_redirects=False)
    assert there.headers["location"] == "/account?as_of=2025-01-31"
    assert '<html lang="zh-CN">' in browser.get("/").text
    browser.post("/theme", data={"theme": "dark", "next": "//evil.example"}, follow_redirects=False)
    assert 'data-theme="dark"' in browser.get("/").text
    browser.post("/theme", data={"theme": ""})
    assert "data-theme=" not in browser.get("/").text.partition(">")[0]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("as_off=2026-01-31", 422, "as_of"),
        ("as_of=31.1.2026&vs=tomorrow", 422, "tomorrow"),
        ("list=teir%3Dvip", 422, "tier"),
        ("list=tier%3Dnobody", 404, "nobody"),
        ("list=%00", 422, ""),
        ("run=nothing", 404, "nothing"),
    ],
)
def test_an_address_that_means_nothing_says_what_is_wrong(analyst: TestClient, query: str, status: int, said: str) -> None:
    answer = analyst.get(f"/?{query}")
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert said in answer.text
    assert "<html" in answer.text


def test_what_nobody_has_computed_can_be_started_by_whoever_may(
    web: Web, analyst: TestClient, posting: Callable[..., Any]
) -> None:
    page = analyst.get("/?as_of=2026-02-17")
    button = re.search(r'<button form="start-job" name="what" value="(tiers [\d-]+)"', page.text)
    assert button, page.text[-2000:]
    assert "start-job" not in web.login(Role.VIEWER).get("/?as_of=2026-02-17").text.partition("</nav>")[2].partition("<main")[2]
    started = posting("/jobs/start", what=button[1], next="/?as_of=2026-02-17")
    assert (started.status_code, started.headers["location"]) == (303, "/?as_of=2026-02-17")
    assert "It is being computed" in analyst.get(started.headers["location"]).text
    assert "It is being computed" not in analyst.get(started.headers["location"]).text
    assert posting("/jobs/start", what="nonsense").status_code == 422


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_open_to_exactly_the_roles_that_the_design_names(role: Role, web: Web) -> None:
    if role is Role.SERVICE:  # tills do not log in
        return
    browser = web.login(role)
    token = token_in(browser.get("/account").text)
    wrong = []
    for route in page_routes():
        right = needs_of(route.endpoint)
        for method in sorted(route.methods & {"GET"} if right is not None else ()):
            status = browser.request(method, route.path_format, follow_redirects=False).status_code
            if (status == 403) == (right in RIGHTS_OF[role]):
                wrong.append((method, route.path_format, status))
    if Right.RUNS_START not in RIGHTS_OF[role]:
        assert browser.post("/jobs/start", data={"csrf_token": token, "what": "value"}).status_code == 403
    assert wrong == []


@pytest.mark.parametrize("page", [each.address for each in declared() if "{" not in each.address])
def test_every_number_of_a_page_counts_its_list(page: str, analyst: TestClient) -> None:
    for link, shown in NUMBERS.findall(analyst.get(page).text):
        drawer = analyst.get(html.unescape(link), headers={"fenji-part": "drawer"})
        assert drawer.headers["cache-control"] == "no-store"
        assert COUNT.search(drawer.text)[1] == shown.strip(), link


def test_a_list_opens_without_scripts_on_its_page(analyst: TestClient) -> None:
    link = html.unescape(NUMBERS.search(analyst.get("/").text)[1])
    page = analyst.get(link)
    assert '<dialog id="drawer" class="drawer" aria-labelledby="drawer-title" open>' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert re.search(r'href="/" data-close-drawer', page.text)


def test_lists_are_masked_and_of_those_whom_the_reader_may_see(web: Web, analyst: TestClient) -> None:
    everybody = analyst.get("/?list=", headers={"fenji-part": "drawer"}).text
    assert re.search(r"138\*{4}\d{4}", everybody)
    assert not re.search(r"138\d{8}", everybody)
    limited = web.login(Role.ANALYST, RowLimit(LimitColumn.REGION, ("east",)))
    part = limited.get("/?list=", headers={"fenji-part": "drawer"}).text
    assert "west" in everybody
    assert "west" not in part
    assert int(COUNT.search(part)[1]) < int(COUNT.search(everybody)[1])


def test_the_api_answers_for_itself(analyst: TestClient) -> None:
    answer = analyst.get("/api/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert analyst.get("/nothing").headers["content-type"].startswith("text/html")
    assert ORIGIN in str(analyst.base_url)
