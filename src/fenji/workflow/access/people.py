"""Who works with fenji, in which roles, and who lets them in again when they have lost their password or their phone?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from fenji.answers.access import LinkMade, UserChanged, UserRow, UsersResult
from fenji.domain.access import Caller, LimitColumn, Right, Role, RowLimit
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.logins import LinkPurpose
from fenji.domain.people import RoleGrant, User, limits_of, written_identity, written_login
from fenji.errors import Conflict, Forbidden, InvalidArgument, Problem
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.access.asking import demand
from fenji.workspace.access.links import make_link
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.id_spaces import unknown_spaces

LONGEST_NAME = 200


def add_person(
    root: Path,
    name: str,
    login: str,
    roles: Iterable[Role],
    *,
    limits: Iterable[RowLimit] = (),
    identity: str | None = None,
    by: Caller | None = None,
) -> UserChanged:
    """Adds somebody, with a one-time link with which they choose a password.

    Args:
        root: the workspace.
        name: as people know them.
        login: under which they log in; whatever the case and width of its letters.
        roles: at least one.
        limits: to which rows all their roles are limited.
        identity: what the company's own login calls them; who has one needs no password, but may choose one.
        by: who adds them; None: the command line.

    Raises:
        NotFound: no workspace.
        Forbidden: the one who asks may not change people.
        InvalidArgument: a name or login that cannot be one, no role, or limits that leave nobody or name an id space that is not there; all at once.
        Conflict: somebody has the login already.
    """
    workspace, acting = open_workspace(root), demand(by, Right.PEOPLE_CHANGE)
    grants, problems = _grants(workspace, roles, limits)
    written = written_login(login)
    if written is None:
        advice = _("Write 2 to 80 letters, digits and . _ - @ +, with a letter or digit first.")
        problems.insert(0, Problem(_("'{login}' cannot be a login."), {"login": login[:80]}, advice=advice))
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        problems.insert(0, Problem(_("a name has 1 to {most} letters in one line."), {"most": LONGEST_NAME}))
    InvalidArgument.raise_if(problems)
    with workspace.state.transaction(acting) as t:
        user = t.access.people.add(str(written), name.strip(), grants, identity=written_identity(identity))
        link = _link(t, user, LinkPurpose.PASSWORD) if _logs_in(user) else None
        _write_down(t, Action.USER_ADDED, user, roles=_told(user))
    return UserChanged(UserRow.of(user), link)


def change_roles(
    root: Path, login: str, roles: Iterable[Role], *, limits: Iterable[RowLimit] = (), by: Caller | None = None
) -> UserChanged:
    """Gives somebody roles in place of those that they held. They are logged out, and log in anew with what they may do now.

    Returns:
        With a link to set up a second factor where the new roles need one that is not there.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: the one who asks may not change people, or wants to change their own roles.
        InvalidArgument: no role, or limits that leave nobody or name an id space that is not there.
        Conflict: nobody would be left who can let people in.
    """
    workspace, acting = open_workspace(root), demand(by, Right.PEOPLE_CHANGE)
    grants, problems = _grants(workspace, roles, limits)
    InvalidArgument.raise_if(problems)
    with workspace.state.transaction(acting) as t:
        before = _somebody_else(t, login, by)
        t.access.people.grant(before.login, grants)
        user = t.access.people.get(before.login)
        if Right.PEOPLE_CHANGE in before.rights - user.rights:
            _refuse_nobody_left(t)
        t.access.sessions.end_all_of(user.login)
        needs_link = user.needs_totp and user.has_password and not user.has_totp
        link = _link(t, user, LinkPurpose.TOTP) if needs_link else None
        _write_down(t, Action.USER_ROLES_CHANGED, user, roles=_told(user), before=_told(before))
    return UserChanged(UserRow.of(user), link)


def disable_person(root: Path, login: str, *, by: Caller | None = None) -> UserChanged:
    """Keeps somebody out from this moment on: logins and links end, and all their tokens are revoked for good.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: the one who asks may not change people, or wants to disable themselves.
        Conflict: nobody would be left who can let people in.
    """
    workspace, acting = open_workspace(root), demand(by, Right.PEOPLE_CHANGE)
    with workspace.state.transaction(acting) as t:
        before = _somebody_else(t, login, by)
        t.access.people.set_disabled(before.login, is_disabled=True)
        if Right.PEOPLE_CHANGE in before.rights:
            _refuse_nobody_left(t)
        t.access.sessions.end_all_of(before.login)
        t.access.links.end_all_of(before.login)
        revoked = t.access.tokens.revoke(before.login)
        user = t.access.people.get(before.login)
        _write_down(t, Action.USER_DISABLED, user, tokens=len(revoked))
    return UserChanged(UserRow.of(user), None)


def enable_person(root: Path, login: str, *, by: Caller | None = None) -> UserChanged:
    """Lets somebody in again with the password that they had; their tokens stay revoked.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: the one who asks may not change people.
    """
    workspace, acting = open_workspace(root), demand(by, Right.PEOPLE_CHANGE)
    with workspace.state.transaction(acting) as t:
        found = _somebody_else(t, login, by)
        t.access.people.set_disabled(found.login, is_disabled=False)
        user = t.access.people.get(found.login)
        link = None if user.has_password or not _logs_in(user) else _link(t, user, LinkPurpose.PASSWORD)
        _write_down(t, Action.USER_ENABLED, user)
    return UserChanged(UserRow.of(user), link)


def reset_person(root: Path, login: str, *, password: bool, totp: bool, by: Caller | None = None) -> UserChanged:
    """Takes away somebody's password, second factor or both at once, logs them out, and makes a one-time link for new ones.

    Args:
        root: the workspace.
        login: whose.
        password: the link lets them choose a new one.
        totp: the link lets them set up a new one, with the password that they have unless that goes too.
        by: who does it; None: the command line.

    Raises:
        NotFound: no workspace, or nobody of this login.
        Forbidden: the one who asks may not change people.
        InvalidArgument: neither of both, or somebody who comes in with tokens alone.
        Conflict: they are disabled, or have no password to set up a second factor with.
    """
    workspace, acting = open_workspace(root), demand(by, Right.PEOPLE_CHANGE)
    with workspace.state.transaction(acting) as t:
        user = t.access.people.get(_login(login))
        _refuse_reset(user, password=password, totp=totp)
        if password:
            t.access.credentials.set_password(user.login, None)
        if totp:
            t.access.credentials.set_totp(user.login, None)
        t.access.sessions.end_all_of(user.login)
        link = _link(t, user, LinkPurpose.PASSWORD if password else LinkPurpose.TOTP)
        user = t.access.people.get(user.login)
        _write_down(t, Action.USER_RESET, user, password=int(password), totp=int(totp))
    return UserChanged(UserRow.of(user), link)


def list_people(root: Path, *, by: Caller | None = None) -> UsersResult:
    """Everybody who works with fenji here, also who is kept out, by login.

    Raises:
        NotFound: no workspace.
        Forbidden: the one who asks may not see people.
    """
    workspace = open_workspace(root)
    demand(by, Right.PEOPLE_READ)
    return UsersResult(tuple(map(UserRow.of, _everybody(workspace))))


def _everybody(workspace: Workspace) -> Sequence[User]:
    if not workspace.state.is_there:
        return ()
    with workspace.state.reading() as t:
        return t.access.people.list_people()


def _grants(workspace: Workspace, roles: Iterable[Role], limits: Iterable[RowLimit]) -> tuple[list[RoleGrant], list[Problem]]:
    kept = tuple(sorted(limits))
    grants = [RoleGrant(each, kept) for each in dict.fromkeys(roles)]
    problems = (
        []
        if grants
        else [Problem(_("nobody works here without a role."), advice=_("Known are: {known}."), values={"known": ", ".join(Role)})]
    )
    try:
        limits_of(grants)
    except ValueError:
        text = _("limits of one column exclude each other, so that no customer is left.")
        problems.append(Problem(text, advice=_("Name all values of a column together.")))
    blank = [each for each in kept if not each.values or not all(value.strip() for value in each.values)]
    problems += [Problem(_("a limit of {column} without a value."), {"column": str(each.column)}) for each in blank]
    problems += unknown_spaces(workspace, [value for each in kept if each.column is LimitColumn.SOURCE for value in each.values])
    if Role.SERVICE in {each.role for each in grants} and len(grants) > 1:
        problems.append(
            Problem(_("a till holds no role of people beside its own."), advice=_("Add the till under a login of its own."))
        )
    return grants, problems


def _somebody_else(t: Transaction, login: str, by: Caller | None) -> User:
    user = t.access.people.get(_login(login))
    if by is not None and by.principal == user.principal:
        raise Forbidden.of(_("nobody changes what they may do themselves."), advice=_("Ask somebody else who may change people."))
    return user


def _login(text: str) -> str:
    return written_login(text) or text[:80]


def _refuse_nobody_left(t: Transaction) -> None:
    if not t.access.people.holders(Right.PEOPLE_CHANGE, for_update=True):
        raise Conflict.of(_("nobody would be left who can let people in."), advice=_("Give somebody else the role admin first."))


def _refuse_reset(user: User, *, password: bool, totp: bool) -> None:
    if not (password or totp):
        raise InvalidArgument.of(
            _("nothing is named that is to be reset."), advice=_("Reset the password, the second factor, or both.")
        )
    if not _logs_in(user):
        raise InvalidArgument.of(
            _("'{login}' comes in with tokens alone."), advice=_("Make a new token, and revoke the old one."), login=user.login
        )
    if user.is_disabled:
        raise Conflict.of(_("'{login}' is disabled."), advice=_("Enable them first."), login=user.login)
    if not password and not user.has_password:
        raise Conflict.of(_("'{login}' has no password yet."), advice=_("Reset both."), login=user.login)


def _logs_in(user: User) -> bool:
    """Whether they come in with a password; a till comes in with tokens alone."""
    return user.roles != (Role.SERVICE,)


def _link(t: Transaction, user: User, purpose: LinkPurpose) -> LinkMade:
    return make_link(t, user, purpose)


def _told(user: User) -> str:
    """Roles and limits for the audit log."""
    limits = [f"{each.column}={'|'.join(each.values)}" for each in user.limits]
    return " ".join([",".join(user.roles), *limits])


def _write_down(t: Transaction, action: Action, user: User, **details: str | int | None) -> None:
    t.audit.add(action, Subject(SubjectKind.USER, user.login), details)
