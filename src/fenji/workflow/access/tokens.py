"""With what do programs come in? Tokens of a person, with fewer rights than the person has, until a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fenji.answers.access import AccessToken, TokenMade, TokensResult
from fenji.domain.access import Caller, LimitColumn, Right, Role
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.people import NEVER_FOR_TOKENS, TOKEN_NAME, TokenRecord, User, written_login
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.workspace.access.asking import demand
from fenji.workspace.access.secrets import TOKEN, hash_of, new_secret
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.id_spaces import unknown_spaces

LASTS = timedelta(days=365)
"""Where no end is given."""
LONGEST = timedelta(days=731)


def make_token(
    root: Path,
    login: str,
    name: str,
    rights: Iterable[Right],
    *,
    source: str | None = None,
    last_on: date | None = None,
    by: Caller | None = None,
) -> TokenMade:
    """Makes a token of somebody; its text is in the answer and nowhere else.

    Args:
        root: the workspace.
        login: whose token it is; it can never do more than they.
        name: what it is called; never used twice by one person.
        rights: what it may do.
        source: the only id space whose customers it finds; a till needs one. Sources that share their ids are one space.
        last_on: the last day on which it lets in, in the workspace's time zone; None: a year from now.
        by: who makes it; None: the command line.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: it is somebody else's, who is no till, or the one who asks may not change people; or a token asks for a token.
        InvalidArgument: a right that the person does not have or no token has, a name that cannot be one, or an end that lies behind
            or too far ahead; all at once.
        Conflict: the name was used before, or the person is disabled.
    """
    workspace, wanted = open_workspace(root), frozenset(rights)
    zone = ZoneInfo(workspace.settings.time_zone)
    with workspace.state.transaction(acting_person() if by is None else by.principal) as t:
        user, now = t.access.people.get(written_login(login) or login[:80]), t.clock()
        _refuse_for_others(user, by)
        if user.is_disabled:
            raise Conflict.of(_("'{login}' is disabled."), advice=_("Enable them first."), login=user.login)
        ends_at = now + LASTS if last_on is None else _end_of(last_on, zone)
        problems = [
            *_unfit_name(name),
            *_unfit_rights(user, wanted),
            *_unfit_source(user, source, workspace),
            *_unfit_end(now, ends_at),
        ]
        InvalidArgument.raise_if(problems)
        text = new_secret(TOKEN)
        token = TokenRecord(user.login, name, wanted, source, now, t.principal.name, ends_at)
        t.access.tokens.add(token, hash_of(text))
        told = {"scopes": ",".join(sorted(wanted)), "source": source, "ends_at": ends_at.isoformat()}
        t.audit.add(Action.TOKEN_MADE, Subject(SubjectKind.TOKEN, token.principal.name), told)
    return TokenMade(text, AccessToken.of(token, now))


def list_tokens(root: Path, *, login: str | None = None, by: Caller | None = None) -> TokensResult:
    """Tokens, those that are over too: all of them, or those of one person, who may always see their own.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: the one who asks may not see those of others.
    """
    workspace = open_workspace(root)
    whose = None if login is None else written_login(login) or login[:80]
    if by is None or whose is None or by.principal.name != whose:
        demand(by, Right.PEOPLE_READ)
    if not workspace.state.is_there:
        return TokensResult(())
    with workspace.state.reading() as t:
        if whose is not None:
            t.access.people.get(whose)
        found = t.access.tokens.list_tokens(whose)
        return TokensResult(tuple(AccessToken.of(each, t.clock()) for each in found))


def revoke_token(root: Path, login: str, name: str, *, by: Caller | None = None) -> TokensResult:
    """Revokes a token at once and for good.

    Returns:
        The token alone.

    Raises:
        NotFound: no workspace, or no such token that could be revoked.
        Forbidden: it is somebody else's, and the one who asks may not change people.
    """
    workspace = open_workspace(root)
    whose = written_login(login) or login[:80]
    acting = by.principal if by is not None and by.principal.name == whose else demand(by, Right.PEOPLE_CHANGE)
    with workspace.state.transaction(acting) as t:
        if not t.access.tokens.revoke(whose, name):
            text, advice = _("{login} has no token '{name}' that could be revoked."), _("See them with: fenji token list")
            raise NotFound.of(text, advice=advice, login=whose, name=name[:80])
        found = next(each for each in t.access.tokens.list_tokens(whose) if each.name == name)
        t.audit.add(Action.TOKEN_REVOKED, Subject(SubjectKind.TOKEN, found.principal.name))
        return TokensResult((AccessToken.of(found, t.clock()),))


def _refuse_for_others(user: User, by: Caller | None) -> None:
    """Everybody makes tokens of their own; who may change people makes those of tills, and nobody borrows the rights of a colleague."""
    if by is None or by.principal == user.principal:
        return
    demand(by, Right.PEOPLE_CHANGE)
    if user.roles != (Role.SERVICE,):
        raise Forbidden.of(
            _("a token of a person is made by that person."), advice=_("Ask '{login}' to make it."), login=user.login
        )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    except OverflowError:
        return datetime.combine(day, time(), zone)


def _unfit_name(name: str) -> list[Problem]:
    if TOKEN_NAME.fullmatch(name):
        return []
    return [
        Problem(
            _("'{name}' cannot be the name of a token."),
            {"name": name[:80]},
            advice=_("Write up to 60 letters, digits and . _ -"),
        )
    ]


def _unfit_rights(user: User, wanted: frozenset[Right]) -> list[Problem]:
    if not wanted:
        return [
            Problem(
                _("a token needs a right."),
                {"known": ", ".join(sorted(user.rights - NEVER_FOR_TOKENS))},
                advice=_("Known are: {known}."),
            )
        ]
    never = [
        Problem(_("no token has the right '{right}': only a person uses it, logged in."), {"right": str(each)})
        for each in sorted(wanted & NEVER_FOR_TOKENS)
    ]
    text, advice = _("'{login}' does not have the right '{right}', so no token of theirs can."), _("Known are: {known}.")
    known = ", ".join(sorted(user.rights - NEVER_FOR_TOKENS))
    lacking = sorted(wanted - user.rights - NEVER_FOR_TOKENS)
    return never + [Problem(text, {"login": user.login, "right": str(each), "known": known}, advice=advice) for each in lacking]


def _unfit_source(user: User, source: str | None, workspace: Workspace) -> list[Problem]:
    if source is None:
        is_till = user.roles == (Role.SERVICE,)
        return [Problem(_("a till finds customers of one source only."), advice=_("Name the source."))] if is_till else []
    if not source.strip():
        return [Problem(_("a source has a name."))]
    if unknown := unknown_spaces(workspace, [source]):
        return unknown
    limited = [each.values for each in user.limits if each.column is LimitColumn.SOURCE]
    if all(source in values for values in limited):
        return []
    return [Problem(_("'{login}' may not see customers of the source {source}."), {"login": user.login, "source": source})]


def _unfit_end(now: datetime, ends_at: datetime) -> list[Problem]:
    if ends_at <= now:
        return [Problem(_("the token would be over already."), advice=_("Give a later day."))]
    if ends_at - now > LONGEST:
        return [Problem(_("no token lasts longer than two years."), advice=_("Give an earlier day."))]
    return []
