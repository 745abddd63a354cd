"""Pages for whoever lets people in: links and tokens are shown once, refusals keep what was typed, and the log is read page by page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.errors import InvalidArgument
from fenji.web.pages import audit
from fenji.workflow.access.callers import caller_of_token
from fenji.workflow.access.people import add_person
from fenji.workspace.folder import open_workspace
from web.conftest import PASSWORD, Web, token_in

LINK = re.compile(r"(/login/link/[\w%-]+)</code>")
SECRET = re.compile(r"<span data-secret>(fj_[\w-]+)</span>")


@pytest.fixture(scope="module")
def admin(web: Web) -> TestClient:
    """A browser of an administrator."""
    return web.login(Role.ADMIN)


@pytest.fixture(scope="module")
def sending(admin: TestClient) -> Callable[..., Any]:
    """Sends a form as the administrator's own page does."""
    token = token_in(admin.get("/account").text)

    def send(path: str, **fields: object) -> Any:
        return admin.post(path, data={"csrf_token": token, **fields})

    return send


def test_somebody_is_let_in_limited_and_kept_out(web: Web, admin: TestClient, sending: Callable[..., Any]) -> None:
    made = sending("/admin/people", name="<b>李 雷</b>", login="li.lei@shop.cn", roles=["analyst"], limit_region="east\n\nnorth")
    assert "&lt;b&gt;李 雷&lt;/b&gt;" in made.text
    link = LINK.search(made.text)
    assert link is not None
    assert link[1] not in admin.get("/admin/people").text
    browser = web.browser()
    assert browser.post(link[1], data={"password": PASSWORD}).url.path == "/"
    page = admin.get("/admin/people/li.lei@shop.cn").text
    assert "region east, north" in page
    assert "li.lei@shop.cn" in page
    changed = sending("/admin/people/li.lei@shop.cn/roles", roles=["viewer", "finance"])
    assert "logs in anew" in changed.text
    assert "all customers" in changed.text
    assert browser.get("/").url.path == "/login"
    assert "is kept out from now on" in html.unescape(sending("/admin/people/li.lei@shop.cn/disable").text)
    assert LINK.search(sending("/admin/people/li.lei@shop.cn/reset", what="password").text) is None
    sending("/admin/people/li.lei@shop.cn/enable")
    assert LINK.search(sending("/admin/people/li.lei@shop.cn/reset", what=["totp", "password"]).text)


def test_a_refused_form_keeps_what_was_typed(sending: Callable[..., Any]) -> None:
    answer = sending("/admin/people", name="Han Meimei", login="han@shop.cn/x", limit_region="east", roles=[])
    assert answer.status_code == 422
    assert answer.text.count("<li>") >= 2
    assert 'value="han@shop.cn/x"' in answer.text
    assert ">east</textarea>" in answer.text
    assert sending("/admin/people", name="x", login="hm", roles=["king"]).status_code == 422


def test_nobody_changes_their_own_roles(web: Web, sending: Callable[..., Any], admin: TestClient) -> None:
    own = re.search(r"<dt>Login</dt><dd>([^<]+)</dd>", admin.get("/account").text)
    assert own is not None
    assert "This is you" in admin.get(f"/admin/people/{own[1]}").text
    assert sending(f"/admin/people/{own[1]}/roles", roles=["viewer"]).status_code == 403
    assert admin.get("/admin/people").status_code == 200


def test_a_token_is_shown_once_and_revoked(web: Web, analyst: TestClient, posting: Callable[..., Any]) -> None:
    made = posting("/account/tokens", name="nightly", scopes="figures:read", last_on="")
    secret = SECRET.search(made.text)
    assert secret is not None
    assert made.headers["cache-control"] == "no-store"
    workspace = open_workspace(web.root)
    assert {each.value for each in caller_of_token(workspace, secret[1]).rights} == {"figures:read"}
    listed = analyst.get("/account/tokens").text
    assert "nightly" in listed
    assert secret[1] not in listed
    assert posting("/account/tokens", name="nightly", scopes="figures:read").status_code == 409
    assert posting("/account/tokens", name="other", scopes="people:change", last_on="31.1.2026").status_code == 422
    assert posting("/account/tokens/revoke", name="nightly").status_code == 303
    assert "revoked" in analyst.get("/account/tokens").text
    assert posting("/account/tokens/revoke", name="nightly").status_code == 404


def test_whoever_lets_people_in_makes_tokens_of_tills_alone(web: Web, sending: Callable[..., Any]) -> None:
    add_person(web.root, "Till", "till.admin", [Role.SERVICE])
    # A name of files: their ids stand in a space of another name, so that a token of this one would find nobody.
    refused = sending("/admin/people/till.admin/tokens", name="pos", scopes="customers:find", source="shop")
    assert (refused.status_code, "id space" in refused.text, "workspace" in refused.text) == (422, True, True)
    with pytest.raises(InvalidArgument, match="unknown id space 'shop'"):
        add_person(web.root, "Nobody's", "nobodys", [Role.VIEWER], limits=[RowLimit(LimitColumn.SOURCE, ("shop",))])
    made = sending("/admin/people/till.admin/tokens", name="pos", scopes="customers:find", source="workspace")
    assert SECRET.search(made.text), made.text
    add_person(web.root, "Colleague", "colleague.admin", [Role.VIEWER])
    assert sending("/admin/people/colleague.admin/tokens", name="x", scopes="figures:read").status_code == 403


def test_the_log_is_filtered_and_read_page_by_page(
    admin: TestClient, sending: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "ROWS", 3)
    first = admin.get("/admin/audit").text
    numbers = [int(each) for each in re.findall(r'<th scope="row" class="right">(\d+)</th>', first)]
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older is not None
    after = [
        int(each) for each in re.findall(r'<th scope="row" class="right">(\d+)</th>', admin.get(html.unescape(older[1])).text)
    ]
    assert numbers + after == list(range(numbers[0], numbers[0] - 6, -1))
    told = re.findall(r"<td class=\"long-text\">([^<]+)<span", admin.get("/admin/audit?action=user_added").text)
    assert set(told) == {"user added"}
    assert "No such entry" in admin.get("/admin/audit?who=nobody.at.all").text
    assert "No such entry" in admin.get("/admin/audit?until=2001-01-01").text
    assert admin.get("/admin/audit?action=nothing&since=yesterday").status_code == 422
    assert "none missing" in sending("/admin/audit/verify").text


def test_settings_are_told_without_secrets(web: Web, admin: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENJI_SMTP_PASSWORD", "sesame")
    page = admin.get("/admin/settings").text
    assert "sesame" not in page
    assert "FENJI_SMTP_PASSWORD" in page
    assert web.login(Role.MANAGER).get("/admin/settings").status_code == 403


def test_a_page_that_is_refused_keeps_the_frame(analyst: TestClient) -> None:
    for address, status in (("/admin/people", 403), ("/nowhere", 404)):
        answer = analyst.get(address)
        assert answer.status_code == status
        assert 'id="nav"' in answer.text
    assert "openapi" not in analyst.get("/nowhere").text


def test_the_self_test_is_asked_for(admin: TestClient) -> None:
    assert "Published" not in admin.get("/admin/selftest").text
    assert "Apache-2.0" in admin.get("/admin/about").text
