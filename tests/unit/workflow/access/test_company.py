"""The company's own login lets in whom it should: signed by it, for us, for this very login, and only people who were added."""

from __future__ import annotations

import json
from dataclasses import replace

import pyotp
import pytest
from joserfc.jwk import ECKey, OctKey

from fenji.domain.access import Right, Role
from fenji.domain.logins import Awaited
from fenji.errors import Forbidden, InvalidSettings, NotAuthenticated, Unavailable
from fenji.settings import Settings
from fenji.workflow.access.callers import caller_of_session
from fenji.workflow.access.company import begin_company_login, finish_company_login
from fenji.workflow.access.logging_in import begin_totp, confirm_totp, enter_code
from fenji.workflow.access.people import add_person, disable_person, list_people
from fixtures.issuer import running_issuer

BACK = "https://fenji.shop.cn/login/back"


@pytest.fixture(scope="module")
def running():
    with running_issuer() as found:
        yield found


@pytest.fixture
def issuer(running, clock, monkeypatch):
    monkeypatch.setenv("FENJI_OIDC_CLIENT_SECRET", "very secret")
    fresh = type(running)(address=running.address, now=int(clock().timestamp()))
    for name, value in vars(fresh).items():
        setattr(running, name, value)
    return running


@pytest.fixture
def company(workspace, issuer):
    """The workspace with the login of the company."""

    def with_login(**more):
        oidc = {"issuer": issuer.address, "client_id": "fenji", **more}
        found = replace(workspace, settings=workspace.settings.model_copy(update={"oidc": oidc}))
        found.state.clock = workspace.state.clock
        return found

    return with_login


@pytest.fixture
def li(root):
    return add_person(root, "Li Lei", "li.lei", [Role.ANALYST], identity="LI.lei@shop.cn")


def enter(workspace, issuer):
    begun = begin_company_login(workspace, BACK)
    state, code = issuer.go(begun.address)
    return finish_company_login(workspace, begun.kept, state=state, code=code)


def test_who_was_added_comes_in(company, issuer, li):
    opened = enter(company(), issuer)
    caller = caller_of_session(company(), opened.secret)
    assert (caller.principal.name, caller.may(Right.RUNS_START)) == ("li.lei", True)
    assert issuer.authorization.startswith("Basic ")
    assert "client_secret" not in issuer.used[0]


def test_a_secret_goes_into_the_form_where_the_header_is_not_taken(company, issuer, li):
    issuer.configuration = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    enter(company(), issuer)
    assert (issuer.used[0]["client_secret"], issuer.used[0]["client_id"], issuer.authorization) == ("very secret", "fenji", "")


def test_people_may_be_known_by_sub(company, issuer, root):
    add_person(root, "Li Lei", "li.lei", [Role.VIEWER], identity="00u1")
    assert enter(company(claim="sub"), issuer).session.login == "li.lei"


@pytest.mark.parametrize(
    "says",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": ["fenji", "another"]},
        {"aud": ["fenji", "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "of another login"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 1_900_000_000},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(company, issuer, li, says):
    issuer.says = says
    with pytest.raises(NotAuthenticated):
        enter(company(), issuer)


def test_a_token_that_it_did_not_sign_lets_nobody_in(company, issuer, li):
    issuer.signs_with = ECKey.generate_key("P-256", {"kid": "one"})
    with pytest.raises(NotAuthenticated):
        enter(company(), issuer)


def test_a_signature_that_everybody_can_make_lets_nobody_in(company, issuer, li):
    issuer.key, issuer.algorithm = OctKey.generate_key(256, {"kid": "one"}), "HS256"
    with pytest.raises(NotAuthenticated):
        enter(company(), issuer)


def test_only_the_browser_that_began_comes_back_once_and_in_time(company, issuer, li, clock):
    begun, other = (begin_company_login(company(), BACK) for _number in range(2))
    state, code = issuer.go(begun.address)
    for kept, said in [(other.kept, state), (begun.kept, "another"), ("", state), (begun.kept[:-4], state), ("é", state)]:
        with pytest.raises(NotAuthenticated):
            finish_company_login(company(), kept, state=said, code=code)
    assert finish_company_login(company(), begun.kept, state=state, code=code).session.login == "li.lei"
    with pytest.raises(NotAuthenticated):
        finish_company_login(company(), begun.kept, state=state, code=code)
    state, code = issuer.go(other.address)
    clock.move(minutes=10)
    with pytest.raises(NotAuthenticated):
        finish_company_login(company(), other.kept, state=state, code=code)


@pytest.mark.parametrize(
    "says", [{"email": "eve@shop.cn"}, {"email_verified": False}, {"email_verified": "true"}, {"email": None}]
)
def test_who_was_not_added_and_who_is_not_sure_is_refused(company, issuer, li, says):
    issuer.says = says
    with pytest.raises(Forbidden, match="nobody here is known"):
        enter(company(), issuer)


def test_who_is_disabled_is_refused(company, issuer, root, li):
    disable_person(root, "li.lei")
    with pytest.raises(Forbidden, match="nobody here is known"):
        enter(company(new_people="viewer"), issuer)


def test_who_comes_for_the_first_time_is_given_the_role_of_the_settings(company, issuer, root):
    issuer.says = {"preferred_username": "Li.Lei"}
    for _number in range(2):
        enter(company(new_people="viewer"), issuer)
    users = list_people(root).users
    assert [(each.login, each.name, each.roles) for each in users] == [("li.lei", "李雷", (Role.VIEWER,))]


def test_who_lets_others_in_needs_a_second_factor_here_too(company, issuer, root, clock):
    add_person(root, "Li Lei", "li.lei", [Role.ADMIN], identity="li.lei@shop.cn")
    with pytest.raises(Forbidden, match="second factor"):
        enter(company(), issuer)
    issuer.says = {"amr": ["pwd", "mfa"]}
    opened = enter(company(), issuer)
    begun = begin_totp(company(), opened.secret)
    code = pyotp.TOTP(begun.secret)
    confirm_totp(company(), opened.secret, code.at(int(clock.now.timestamp())), address="1")
    waiting = enter(company(), issuer)
    assert waiting.session.awaits is Awaited.TOTP
    entered = enter_code(company(), waiting.secret, code.at(int(clock.now.timestamp()) + 30), address="1")
    assert caller_of_session(company(), entered.secret).may(Right.PEOPLE_CHANGE)


@pytest.mark.parametrize(
    "configuration",
    [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://elsewhere.example/token"}, {"jwks_uri": None}],
    ids=str,
)
def test_a_login_that_says_something_else_than_it_should_is_not_used(company, issuer, configuration):
    issuer.configuration = configuration
    with pytest.raises(Unavailable, match="OpenID Connect"):
        begin_company_login(company(), BACK)


def test_a_login_that_cannot_be_reached_is_unavailable(company):
    with pytest.raises(Unavailable, match="reached"):
        begin_company_login(company(issuer="http://127.0.0.1:9"), BACK)


def test_everything_wrong_in_the_settings_is_said_at_once(company):
    with pytest.raises(InvalidSettings) as wrong:
        begin_company_login(company(issuer="http://login.shop.cn", client_id="", claim="phone", new_people="admin"), BACK)
    assert [each.place.column for each in wrong.value.problems] == [
        "oidc.client_id",
        "oidc.issuer",
        "oidc.claim",
        "oidc.new_people",
    ]


def test_the_settings_know_the_names_of_the_table():
    with pytest.raises(ValueError, match="oidc"):
        Settings.model_validate({"oidc": {"isuer": "https://login.shop.cn"}})


def test_the_secret_stands_in_no_file(company, issuer, root, li):
    enter(company(), issuer)
    assert b"very secret" not in b"".join(each.read_bytes() for each in root.iterdir() if each.is_file())
    assert "very secret" not in json.dumps(company().settings.record())
