"""Laws that hold on every page: numbers count their lists, HTML is valid, what forged forms ask is refused, and headers stand everywhere."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest
from fastapi.routing import APIRoute
from starlette.convertors import IntegerConvertor
from starlette.testclient import TestClient

from fenji.domain.access import RIGHTS_OF, Right, Role
from fenji.web.app import POLICY, page_routes
from fenji.web.pages import account, entering
from fenji.web.visiting import needs_of
from fenji.workflow.access.people import add_person
from fenji.workflow.auditing import list_audit
from fixtures.copies import copy_of
from fixtures.loyal_shop import make_loyal
from web.conftest import ORIGIN, PASSWORD, Web, token_in
from web.tour import NUMBER, Tour, links_of, role_for, tabs_of, tour

pytestmark = pytest.mark.proof
COUNT = re.compile(r'class="about">\s*([\d,]+|&lt;5)')
TAG = re.compile(r"<[^>]+>")
OPEN = {route.endpoint for route in entering.router.routes} | {account.language, account.theme}
MADE_BY_WORK = re.compile(r"/data/(import/|databases/|quality/rows|runs/|alerts/webhooks/)|/policies/drafts/|/search")
"""Pages of what this shop does not hold, or that a form alone leads to: nothing was left out of it, nobody has brought a file or drafted a policy."""
TOURING = (Role.MANAGER, Role.ADMIN, Role.VIEWER)


@pytest.fixture(scope="module")
def web(untouched_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Web:
    """The shop with a program, offers and benefits, so that their pages are there to be looked at."""
    return Web(make_loyal(copy_of(untouched_root, tmp_path_factory.mktemp("loyal") / "shop")))


@pytest.fixture(scope="module")
def browsers(web: Web) -> dict[Role, TestClient]:
    """One of each role."""
    return {role: web.login(role) for role in TOURING}


@pytest.fixture(scope="module")
def tours(browsers: dict[Role, TestClient]) -> dict[Role, Tour]:
    """What each role comes to."""
    return {role: tour(browser, role, most_of_each=2 if role is Role.MANAGER else 1) for role, browser in browsers.items()}


@pytest.mark.parametrize("role", TOURING)
def test_no_page_is_broken_and_links_lead_to_every_one(
    role: Role, browsers: dict[Role, TestClient], tours: dict[Role, Tour]
) -> None:
    wrong = {at: status for at in tours[role].texts if (status := browsers[role].get(at).status_code) != 200}
    assert wrong == {}
    assert [each for each in tours[role].missed if not MADE_BY_WORK.match(each)] == []


def used(text: str) -> Iterator[tuple[str, str]]:
    """Every address of ours that a page leads to: how, and where."""
    for link in links_of(text):
        yield "GET", link.partition("?")[0]
    for form in re.findall(r"<form\b[^>]*>", text):
        action = re.search(r'\baction="([^"?]*)', form)
        if action:
            yield ("POST" if 'method="post"' in form else "GET"), html.unescape(action[1])
    yield from (("POST", html.unescape(each)) for each in re.findall(r'\bformaction="([^"?]*)', text))


def rights_at(method: str, path: str) -> Right | None:
    """What an address asks for; None: nothing, or it is none of the pages."""
    found = (each for each in page_routes() if method in each.methods and each.path_regex.fullmatch(path))
    route = next(found, None)
    return None if route is None else needs_of(route.endpoint)


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.SERVICE])
def test_f11_each_role_is_led_to_what_it_may_do_and_to_nothing_else(role: Role, web: Web) -> None:
    browser, own = web.login(role), RIGHTS_OF[role]
    found = tour(browser, role, most_of_each=1)
    for at, text in found.texts.items():
        side = [each.partition("?")[0] for each in links_of(text.partition('<nav id="nav"')[2].partition("</nav>")[0])]
        assert side == [pages[0].address for pages in tabs_of(role).values()], at
        wrong = {(method, path) for method, path in used(text) if (right := rights_at(method, path)) and right not in own}
        assert wrong == set(), at
    assert [each for each in found.missed if not MADE_BY_WORK.match(each)] == []


@pytest.mark.parametrize("role", TOURING)
def test_every_number_counts_its_list(role: Role, browsers: dict[Role, TestClient], tours: dict[Role, Tour]) -> None:
    wrong, compared = [], 0
    for at, text in tours[role].texts.items():
        for link, inner in dict(NUMBER.findall(text)).items():
            shown = html.unescape(TAG.sub("", inner)).strip()
            drawer = browsers[role].get(html.unescape(link), headers={"fenji-part": "drawer"})
            counted = COUNT.search(drawer.text)
            told = html.unescape(counted[1]) if counted else f"status {drawer.status_code}"
            if not re.fullmatch(r"[\d,]+|<5", shown):
                wrong += [(at, shown, told)] if counted is None else []
            else:
                compared += 1
                wrong += [(at, shown, told)] if not (told == shown or (shown == "<5" and told in "1234")) else []
    assert wrong == []
    assert compared or role is Role.ADMIN


def faults_of(text: str) -> list[str]:
    """What the parser of HTML 5 finds wrong."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    lines = text.splitlines()
    return [f"{code} {values} at {lines[row - 1].strip()[:120]}" for (row, _column), code, values in parser.errors]


def test_the_parser_finds_what_is_wrong() -> None:
    assert faults_of("<!doctype html><title>x</title><p><div></p>")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_valid(language: str, web: Web, browsers: dict[Role, TestClient], tours: dict[Role, Tour]) -> None:
    wrong = {}
    for role in TOURING:
        browser = browsers[role]
        browser.post("/language", data={"language": language})
        for at in [stop for stops in tours[role].stops.values() for stop in stops[:1]] + ["/nothing", "/?as_of=never", "/?list="]:
            if found := faults_of(browser.get(at).text):
                wrong[at] = found
        browser.post("/language", data={"language": "en"})
    assert wrong == {}
    assert faults_of(web.browser().get("/login").text) == []


def sending() -> Iterator[tuple[str, APIRoute, Role]]:
    """Every route that changes something and needs a right: by which method, and somebody who may."""
    for route in page_routes():
        if route.endpoint in OPEN:
            continue
        right = needs_of(route.endpoint)
        assert right is not None, route.path_format
        for method in sorted(route.methods - {"GET", "HEAD"}):
            yield method, route, role_for(right)


def address_of(route: APIRoute) -> str:
    """An address that leads to a route, whatever it is of."""
    parts = route.param_convertors.items()
    return route.path_format.format(**{name: "1" if isinstance(each, IntegerConvertor) else "x" for name, each in parts})


@pytest.mark.parametrize("forgery", ["no word", "word of another login", "another page", "no page", "another page, by header"])
def test_what_another_page_sends_changes_nothing(forgery: str, web: Web, browsers: dict[Role, TestClient]) -> None:
    held = browsers | {role: web.login(role) for role in (Role.ANALYST, Role.FINANCE)}
    other = token_in(web.login(Role.VIEWER).get("/account").text)
    before = list_audit(web.root, limit=1).entries[0].number
    wrong = []
    for method, route, role in sending():
        browser, path = held[role], address_of(route)
        token = {"no word": "", "word of another login": other}.get(forgery, token_in(browser.get("/account").text))
        foreign = {"another page": "https://evil.example", "no page": "null", "another page, by header": "https://evil.example"}
        headers = {"origin": foreign.get(forgery, ORIGIN)} | ({"x-csrf-token": token} if "header" in forgery else {})
        answer = browser.request(method, path, data={"csrf_token": token}, headers=headers, follow_redirects=False)
        wrong += [(method, path, answer.status_code)] if answer.status_code != 403 else []
    assert wrong == []
    assert list_audit(web.root, limit=1).entries[0].number == before
    assert all(browser.get("/").status_code == 200 for browser in held.values())


def test_every_route_carries_the_headers_that_browsers_obey(web: Web, browsers: dict[Role, TestClient]) -> None:
    nobody, wrong = web.browser(), []
    for route in page_routes():
        path = address_of(route)
        for method in route.methods - {"HEAD"}:
            for browser in (nobody, browsers[Role.VIEWER]):
                answer = browser.request(method, path, follow_redirects=False)
                told = answer.headers
                is_kept = answer.status_code == 200 and "etag" in told
                fine = (
                    told.get("content-security-policy") == POLICY
                    and told.get("x-content-type-options") == "nosniff"
                    and told.get("cross-origin-resource-policy") == "same-origin"
                    and (is_kept or told.get("cache-control") == "no-store")
                    and "evil" not in told.get("location", "")
                )
                wrong += [] if fine else [(method, path, answer.status_code, dict(told))]
    assert wrong == []


def test_every_route_refuses_whom_the_table_of_roles_does_not_name(web: Web) -> None:
    wrong = []
    for role in (each for each in Role if each is not Role.SERVICE):
        browser = web.login(role)
        token = token_in(browser.get("/account").text)
        for route in (each for each in page_routes() if each.endpoint not in OPEN):
            right = needs_of(route.endpoint)
            path = address_of(route)
            for method in route.methods - {"HEAD"}:
                if right in RIGHTS_OF[role] and method != "GET":
                    continue
                data = {"csrf_token": token} if method != "GET" else None
                status = browser.request(method, path, data=data, follow_redirects=False).status_code
                wrong += [(role, method, path, status)] if (status == 403) == (right in RIGHTS_OF[role]) else []
    assert wrong == []


def test_a_page_that_a_form_has_led_to_opens_again(web: Web) -> None:
    wrong, values = [], {"slug": "spend", "login": "nobody.at.all"}
    for _method, route, role in sending():
        path = route.path_format.format(**dict.fromkeys(route.param_convertors, "1") | values)
        browser = web.login(role)
        answer = browser.post(path, data={"csrf_token": token_in(browser.get("/account").text)}, follow_redirects=False)
        again = re.search(r'name="next" value="([^"]*)"', answer.text)
        status = browser.get(html.unescape(again[1])).status_code if again else 200
        wrong += [(path, again[1], status)] if status != 200 else []
    assert wrong == []


def test_a_login_has_an_id_of_its_own_until_it_is_over(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    link = add_person(web.root, "Somebody", f"fixed.{time.monotonic_ns()}", [Role.VIEWER]).link
    planted = "A" * 43
    answer = web.browser().post(
        link.path, data={"password": PASSWORD}, headers={"cookie": f"__Host-fenji={planted}"}, follow_redirects=False
    )
    given = re.search(r"__Host-fenji=([^;]+)", answer.headers["set-cookie"])[1]
    assert given != planted

    def status(cookie: str) -> int:
        return web.browser().get("/", headers={"cookie": f"__Host-fenji={cookie}"}, follow_redirects=False).status_code

    assert (status(given), status(planted), status(given[:-1])) == (200, 303, 303)
    state = web.app.state.serving.workspace.state
    later = state.now() + timedelta(hours=8)
    monkeypatch.setattr(state, "clock", lambda: later)
    assert status(given) == 303


def test_logging_out_everywhere_ends_the_logins_of_one_person_alone(web: Web) -> None:
    login = f"everywhere.{time.monotonic_ns()}"
    link = add_person(web.root, "Somebody", login, [Role.VIEWER]).link
    here, there, other = web.browser(), web.browser(), web.login(Role.VIEWER)
    here.post(link.path, data={"password": PASSWORD})
    assert there.post("/login", data={"login": login, "password": PASSWORD}).url.path == "/"
    assert here.cookies.get("__Host-fenji") != there.cookies.get("__Host-fenji")
    here.post("/account/everywhere", data={"csrf_token": token_in(here.get("/account").text)})
    assert [each.get("/").url.path for each in (here, there, other)] == ["/login", "/login", "/"]


OUTSIDE = (
    "../../fenji.toml",
    "..%2f..%2ffenji.toml",
    "%2e%2e%2f%2e%2e%2ffenji.toml",
    "..%5c..%5cfenji.toml",
    "%2fetc%2fpasswd",
    "%00",
)


def test_no_address_leads_to_a_file_outside(web: Web, browsers: dict[Role, TestClient]) -> None:
    settings, wrong = (web.root / "fenji.toml").read_text("utf-8").strip().splitlines()[0], []
    for route in (each for each in page_routes() if "GET" in each.methods and "{" in each.path_format):
        for outside in OUTSIDE:
            path = re.sub(r"\{[^}]+\}", outside, route.path_format)
            answer = browsers[Role.MANAGER].get(path, follow_redirects=False)
            wrong += [(path, answer.status_code)] if answer.status_code == 200 and "/login/link" not in path else []
            wrong += [(path, "the settings")] if settings in answer.text or "root:" in answer.text else []
    assert wrong == []


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_form_leads_elsewhere(where: str, web: Web, browsers: dict[Role, TestClient]) -> None:
    browser = browsers[Role.MANAGER]
    token = token_in(browser.get("/account").text)
    for path, fields in (("/language", {"language": "en"}), ("/theme", {}), ("/jobs/start", {"what": "tiers 2026-02-17"})):
        data = {"csrf_token": token, "next": where, **fields}
        answer = browser.post(path, data=data, follow_redirects=False)
        assert answer.headers.get("location", "/") == "/", path
    assert f'value="{html.escape(where)}"' not in web.browser().get("/login", params={"next": where}).text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "testserver.evil.example"])
def test_another_host_stands_on_no_page(host: str, browsers: dict[Role, TestClient], tours: dict[Role, Tour]) -> None:
    for role in (Role.MANAGER, Role.ADMIN):
        for at in (stop for stops in tours[role].stops.values() for stop in stops[:1]):
            answer = browsers[role].get(at, headers={"host": host}, follow_redirects=False)
            assert "evil" not in answer.text + answer.headers.get("location", ""), at
