"""How does the screen show people, one-time links and tokens?"""

from __future__ import annotations

from datetime import datetime

from fenji.answers.access import AccessToken, LinkMade, TokenMade, TokensResult, UserRow, UsersResult
from fenji.cli.output import Col, Output
from fenji.domain.logins import LinkPurpose
from fenji.language import message as _
from fenji.wording.access import ROLES, STATES
from fenji.wording.limits import LIMIT_NAMES

LINKS = {
    LinkPurpose.PASSWORD: _("This link is shown once. {login} chooses a password with it, until {ends_at} (UTC):"),
    LinkPurpose.TOTP: _("This link is shown once. {login} sets up a second factor with it, until {ends_at} (UTC):"),
}


def show_people(result: UsersResult, output: Output) -> None:
    """The table of people."""
    if not result.users:
        output.say(_("Nobody works with fenji here yet."))
        return
    titles = (_("login"), _("name"), _("roles"), _("only"), _("password"), _("second factor"), _("last login (UTC)"), _("state"))
    columns = [Col(output.text(title), may_wrap=title == "only") for title in titles]
    output.table(columns, [_person(each, output) for each in result.users])


def _person(user: UserRow, output: Output) -> list[str]:
    return [
        user.login,
        user.name,
        ", ".join(output.text(ROLES[each]) for each in user.roles),
        "; ".join(f"{output.text(LIMIT_NAMES[each.column])}: {', '.join(each.values)}" for each in user.limits),
        output.text(_("yes") if user.has_password else _("no")),
        output.text(_("yes") if user.has_totp else _("no")),
        _moment(user.logged_in_at),
        output.text(_("disabled") if user.is_disabled else _("enabled")),
    ]


def show_link(login: str, link: LinkMade, output: Output) -> None:
    """A one-time link, shown once."""
    output.say(LINKS[link.purpose], login=login, ends_at=_moment(link.ends_at))
    output.say("  {path}", path=link.path)
    output.say(_("It stands behind the address of your server, such as https://fenji.example.cn{path}"), path="/login/link/…")


def show_tokens(result: TokensResult, output: Output) -> None:
    """The table of tokens."""
    if not result.tokens:
        output.say(_("There are no tokens."))
        return
    titles = (_("whose"), _("name"), _("may"), _("source"), _("ends (UTC)"), _("last use (UTC)"), _("state"))
    columns = [Col(output.text(title), may_wrap=title == "may") for title in titles]
    output.table(columns, [_token(each, output) for each in result.tokens])


def _token(token: AccessToken, output: Output) -> list[str]:
    return [
        token.login,
        token.name,
        ", ".join(token.scopes),
        token.source or "",
        _moment(token.ends_at),
        _moment(token.used_at),
        output.text(STATES[token.state]),
    ]


def show_new_token(made: TokenMade, output: Output) -> None:
    """A new token, shown once."""
    output.say(_("This token is shown once; programs send it as Authorization: Bearer fj_…"))
    output.say("  {token}", token=made.text)
    show_tokens(TokensResult((made.token,)), output)


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"
