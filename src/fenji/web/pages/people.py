"""Who works with fenji here, in which roles and of which customers, and who has lost a password or a phone?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.access import TokenMade, UserChanged
from fenji.domain.access import LimitColumn, Right, Role, RowLimit
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, InvalidArgument, Kind, NotFound, unknown_name
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import NOTHING, Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import ChangingPeople, SeeingPeople, Visit
from fenji.web.wanted_token import wanted_token
from fenji.wording.access import RIGHTS, ROLES, ROLES_MAY, STATES
from fenji.wording.limits import LIMIT_NAMES
from fenji.workflow.access.people import add_person, change_roles, disable_person, enable_person, list_people, reset_person
from fenji.workflow.access.tokens import list_tokens, make_token, revoke_token

PEOPLE = Page("/admin/people", Entry.PERSON, _("People"), Right.PEOPLE_READ, place=3, has_scope=False)
PERSON = Page("/admin/people/{login}", Entry.PERSON, _("Person"), Right.PEOPLE_READ, place=3, is_tab=False, has_scope=False)
PAGES = (PEOPLE, PERSON)

router = APIRouter()


@dataclass(frozen=True)
class Shown:
    """What a page says beside what stands in the state: what has just been made, or why not."""

    failed: FenjiError | None = None
    typed: Form = NOTHING
    changed: UserChanged | None = None
    token: TokenMade | None = None


@dataclass(frozen=True)
class Typed:
    """What stood in a form that was refused."""

    fields: Annotated[Mapping[str, str], AS_IT_IS]


@router.get(PEOPLE.address)
def people(visit: SeeingPeople) -> Response:
    """Everybody, and a form that lets somebody in."""
    return _people(visit, Shown())


@router.post(PEOPLE.address)
def add(visit: ChangingPeople, sent: Sent) -> Response:
    """Lets somebody in; the page shows their one-time link, once."""

    def make(root: Path) -> UserChanged:
        return add_person(
            root,
            sent.text("name"),
            sent.text("login"),
            _roles(sent),
            limits=_limits(sent),
            identity=sent.text("identity") or None,
            by=visit.caller,
        )

    try:
        made = visit.changed(make)
    except FenjiError as failed:
        return _people(visit, Shown(failed, sent))
    return _people(visit, Shown(changed=made))


@router.get(PERSON.address)
def person(visit: SeeingPeople, login: str) -> Response:
    """One of them."""
    return _person(visit, login, Shown())


@router.post("/admin/people/{login}/roles")
def roles(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """Other roles and limits in place of those that they had."""
    return _changed(
        visit,
        login,
        sent,
        lambda root: change_roles(root, login, _roles(sent), limits=_limits(sent), by=visit.caller),
        _("The roles are changed; {login} logs in anew."),
    )


@router.post("/admin/people/{login}/disable")
def disable(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """Keeps them out."""
    said = _("{login} is kept out from now on; all tokens of theirs are revoked.")
    return _changed(visit, login, sent, lambda root: disable_person(root, login, by=visit.caller), said)


@router.post("/admin/people/{login}/enable")
def enable(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """Lets them in again."""
    said = _("{login} may come in again; tokens stay revoked.")
    return _changed(visit, login, sent, lambda root: enable_person(root, login, by=visit.caller), said)


@router.post("/admin/people/{login}/reset")
def reset(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """A one-time link for a new password, a new second factor, or both."""
    wanted = sent.texts("what")
    return _changed(
        visit,
        login,
        sent,
        lambda root: reset_person(root, login, password="password" in wanted, totp="totp" in wanted, by=visit.caller),
        _("{login} is logged out."),
    )


@router.post("/admin/people/{login}/tokens")
def token(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """A token of a till, shown once."""
    try:
        wanted = wanted_token(sent)
        made = visit.changed(
            lambda root: make_token(
                root, login, wanted.name, wanted.rights, source=wanted.source, last_on=wanted.last_on, by=visit.caller
            )
        )
    except FenjiError as failed:
        return _person(visit, login, Shown(failed, sent))
    return _person(visit, login, Shown(token=made))


@router.post("/admin/people/{login}/tokens/revoke")
def revoke(visit: ChangingPeople, login: str, sent: Sent) -> Response:
    """Revokes one of their tokens."""
    name = sent.text("name")
    try:
        visit.changed(lambda root: revoke_token(root, login, name, by=visit.caller))
    except FenjiError as failed:
        return _person(visit, login, Shown(failed, sent))
    return visit.sent_to(_address(login), _("The token {name} is revoked."), name=name)


def _changed(visit: Visit, login: str, sent: Form, make: Callable[[Path], UserChanged], said: str) -> Response:
    """The page of the person with the link that was made; where none was made, the page by its address, which says what happened."""
    try:
        made = visit.changed(make)
    except FenjiError as failed:
        return _person(visit, login, Shown(failed, sent))
    if made.link is not None:
        return _person(visit, made.user.login, Shown(changed=made))
    return visit.sent_to(_address(made.user.login), said, login=made.user.login)


def _people(visit: Visit, shown: Shown) -> Response:
    found = visit.read(lambda root: list_people(root, by=visit.caller))
    return _told(visit, PEOPLE, "pages/people.html", {"people": found.users}, shown)


def _person(visit: Visit, login: str, shown: Shown) -> Response:
    everybody = visit.read(lambda root: list_people(root, by=visit.caller)).users
    found = next((each for each in everybody if each.login == login), None)
    if found is None:
        raise NotFound.of(_("there is nobody with the login '{login}'."), login=login[:80])
    tokens = visit.read(lambda root: list_tokens(root, login=login, by=visit.caller)).tokens
    values = {
        "user": found,
        "tokens": tokens,
        "is_own": visit.caller.principal.name == found.login,
        "is_till": found.roles == (Role.SERVICE,),
        "scopes": sorted(frozenset(found.rights) - NEVER_FOR_TOKENS),
    }
    return _told(visit, PERSON, "pages/person.html", values, shown)


def _told(visit: Visit, page: Page, template: str, values: Mapping[str, object], shown: Shown) -> Response:
    if shown.failed is not None and shown.failed.kind is Kind.BUG:
        raise shown.failed
    told = {
        **values,
        "problems": [] if shown.failed is None else told_problems(shown.failed, visit.language),
        "typed": Typed({name: shown.typed.text(name) for name in ("name", "login", "identity", *_limit_fields().values())}),
        "typed_roles": shown.typed.texts("roles"),
        "changed": shown.changed,
        "made": shown.token,
        "words": words(visit),
    }
    return visit.shown(page, template, told, status=200 if shown.failed is None else status_of(shown.failed))


def words(visit: Visit) -> dict[str, object]:
    """What roles, rights and limits are called, for templates."""
    named: dict[str, Iterable[tuple[StrEnum, str]]] = {
        "roles": ROLES.items(),
        "roles_may": ROLES_MAY.items(),
        "rights": RIGHTS.items(),
        "limits": LIMIT_NAMES.items(),
        "states": STATES.items(),
    }
    told: dict[str, object] = {name: {each.value: visit.say(text) for each, text in texts} for name, texts in named.items()}
    return told | {"limit_fields": _limit_fields()}


def _limit_fields() -> dict[str, str]:
    return {each.value: f"limit_{each.value}" for each in LimitColumn}


def _roles(sent: Form) -> list[Role]:
    given = sent.texts("roles")
    InvalidArgument.raise_if(unknown_name(_("role"), each[:60], Role) for each in given if each not in tuple(Role))
    return [Role(each) for each in given]


def _limits(sent: Form) -> list[RowLimit]:
    """One value in each line of a field."""
    found = {
        column: sorted({each.strip() for each in sent.text(name).splitlines() if each.strip()})
        for column, name in _limit_fields().items()
    }
    return [RowLimit(LimitColumn(column), tuple(values)) for column, values in found.items() if values]


def _address(login: str) -> str:
    return f"/admin/people/{quote(login, safe='')}"
