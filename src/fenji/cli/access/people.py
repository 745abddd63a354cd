"""The words of ``fenji person`` about people who work with fenji: add, roles, disable, enable, list, reset."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.access import UserChanged, UsersResult
from fenji.cli.access.showing import show_link, show_people
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace, one_of
from fenji.cli.output import Output
from fenji.domain.access import LimitColumn, Role, RowLimit
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.access.people import (
    add_person,
    change_roles,
    disable_person,
    enable_person,
    list_people,
    reset_person,
)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help=_("Under which they log in."))]
NewLogin = Annotated[str, typer.Option("--login", metavar="LOGIN", help=_("Under which they log in; it never changes."))]
Name = Annotated[str, typer.Argument(metavar=_("NAME"), help=_("The person's name, or what the till is called."))]
Roles = Annotated[
    list[str],
    typer.Option("--role", metavar="|".join(Role), help=_("What they are here; several: give --role again.")),
]
Only = Annotated[
    list[str],
    typer.Option(
        "--only",
        metavar=_("COLUMN=VALUES"),
        help=_("Only customers of these, such as region=East,South; shop=… and source=… too. Several limits must all hold."),
    ),
]
Identity = Annotated[
    str | None,
    typer.Option("--identity", metavar="ID", help=_("What the company's own login calls them; see oidc in fenji.toml.")),
]
Password = Annotated[bool, typer.Option("--password", help=_("They choose a new password with a one-time link."))]
Totp = Annotated[bool, typer.Option("--totp", help=_("They set up a new second factor with a one-time link."))]


def add(
    context: typer.Context,
    name: Name,
    *,
    login: NewLogin,
    role: Roles,
    only: Only = [],  # noqa: B006 - Typer's way of an option that may be repeated
    identity: Identity = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Adds somebody, and prints the link with which they come in."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = add_person(workspace, name, login, _roles(role), limits=limits_written(only), identity=identity)
    _show(result, output)


def roles(
    context: typer.Context,
    login: Login,
    *,
    role: Roles,
    only: Only = [],  # noqa: B006 - Typer's way of an option that may be repeated
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Gives somebody these roles in place of those before."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(change_roles(workspace, login, _roles(role), limits=limits_written(only)), output)


def disable(
    context: typer.Context, login: Login, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Keeps somebody out."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(disable_person(workspace, login), output)


def enable(
    context: typer.Context, login: Login, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Lets somebody in again."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(enable_person(workspace, login), output)


def reset(
    context: typer.Context,
    login: Login,
    *,
    password: Password = False,
    totp: Totp = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints a link for a new password or second factor."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(reset_person(workspace, login, password=password, totp=totp), output)


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints everybody who works with fenji here."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_people(workspace)
    if output.is_json:
        output.json(result)
    else:
        show_people(result, output)


def limits_written(texts: Iterable[str]) -> tuple[RowLimit, ...]:
    """The limits that --only says; the same column twice means all of its values.

    Raises:
        InvalidArgument: not COLUMN=VALUES, or no such column.

    >>> limits_written(["region=East, South", "region=West"])
    (RowLimit(column=<LimitColumn.REGION: 'region'>, values=('East', 'South', 'West')),)
    """
    found: dict[LimitColumn, set[str]] = {}
    for text in texts:
        column, mark, values = text.partition("=")
        written = {each.strip() for each in values.replace("，", ",").split(",") if each.strip()}
        if not mark or not written:
            advice = _("Write it as region=East,South.")
            raise InvalidArgument.of(_("'{limit}' is no limit."), advice=advice, limit=text[:80])
        named = one_of(LimitColumn, column.strip(), _("limit"))
        if named is not None:
            found.setdefault(named, set()).update(written)
    return tuple(RowLimit(column, tuple(sorted(values))) for column, values in sorted(found.items()))


def _roles(texts: Iterable[str]) -> list[Role]:
    return [role for text in texts if (role := one_of(Role, text, _("role"))) is not None]


def _show(result: UserChanged, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    show_people(UsersResult((result.user,)), output)
    if result.link is not None:
        show_link(result.user.login, result.link, output)


COMMANDS: dict[str, Entry] = {
    "add": (
        add,
        _("Adds somebody who works with fenji, and shows a one-time link with which they choose a password."),
        'fenji person add "Li Lei" --login li.lei --role analyst --only region=华东\nfenji person add "Till 3" --login till-3 --role service',
    ),
    "roles": (
        roles,
        _("Gives somebody roles in place of those before; they are logged out."),
        "fenji person roles li.lei --role manager --role marketer",
    ),
    "disable": (
        disable,
        _("Keeps somebody out at once: logins and links end, tokens are revoked for good."),
        "fenji person disable li.lei",
    ),
    "enable": (enable, _("Lets somebody in again who was disabled."), "fenji person enable li.lei"),
    "list": (list_all, _("Lists who works with fenji here, and in which roles."), "fenji person list\nfenji person list --json"),
    "reset": (
        reset,
        _("Takes away a password or second factor, and shows a one-time link for a new one."),
        "fenji person reset li.lei --password\nfenji person reset li.lei --password --totp",
    ),
}
"""Word -> function, help and examples."""
