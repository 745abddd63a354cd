"""How does a person come in, and out again? Password, second factor, one-time link; a name that nobody has is answered like any other."""

from __future__ import annotations

from fenji.answers.access import TotpBegun
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.logins import Awaited, LinkPurpose, OneTimeLink
from fenji.domain.people import User, written_login
from fenji.domain.principals import Principal
from fenji.domain.steps import Step
from fenji.errors import Conflict, Forbidden, NotAuthenticated
from fenji.language import message as _
from fenji.state.access.credentials import NO_CREDENTIAL, Credential
from fenji.state.transaction import Transaction
from fenji.workspace.access.asking import unknown_caller
from fenji.workspace.access.attempts import AT_THE_DOOR, count_attempt, forgive, note_failure
from fenji.workspace.access.codes import address_of, new_secret_of_codes, step_of
from fenji.workspace.access.key import sealed, unsealed
from fenji.workspace.access.passwords import fits, hash_password, is_outdated, refuse_weak
from fenji.workspace.access.secrets import LINK, SESSION, hash_of, is_secret
from fenji.workspace.access.sessions import Opened, begin_session, session_in_force
from fenji.workspace.folder import Workspace


def log_in(workspace: Workspace, login: str, password: str, *, address: str, code: str | None = None) -> Opened:
    """Lets somebody in by password, and by the code of the second factor where they have one.

    Args:
        workspace: where.
        login: as it was typed.
        password: as it was typed.
        address: from where, as the server sees it.
        code: of the second factor; None: the login begins, and waits for it.

    Returns:
        A login under a new id; where it awaits a code, ``enter_code`` lets in.

    Raises:
        TooManyAttempts: too many attempts at this name or from this address.
        NotAuthenticated: no such name, another password or code, disabled, or nobody who logs in; the answer does not tell which.
        Forbidden: they need a second factor and have none: a one-time link sets it up.
        Unavailable: the key of the second factors is missing.
    """
    written = written_login(login) or login[:200]
    count_attempt(workspace, written, address)
    user, kept = _kept(workspace, written)
    if not fits(kept.password_hash, password) or user is None or user.is_disabled:
        note_failure(workspace, written, address)
        raise _not_let_in()
    if user.needs_totp and not user.has_totp:
        raise Forbidden.of(
            _("'{login}' needs a second factor and has none."),
            advice=Step.RESET_TOTP,
            login=user.login,
        )
    fresh = hash_password(password) if kept.password_hash is not None and is_outdated(kept.password_hash) else None
    awaits = Awaited.TOTP if user.has_totp else None
    if awaits is not None and code is not None:
        _take_code(workspace, user, code, address)
        awaits = None
    if awaits is None:
        forgive(workspace, written, address)
    with workspace.state.transaction(user.principal) as t:
        if fresh is not None:
            t.access.credentials.set_password(user.login, fresh)
        return begin_session(t, _unchanged(t, user, kept.password_hash), awaits=awaits)


def enter_code(workspace: Workspace, session: str, code: str, *, address: str) -> Opened:
    """Lets somebody in who has given the password, by the code of the second factor; under a new id.

    Raises:
        TooManyAttempts: too many attempts at this name or from this address.
        NotAuthenticated: another code or one that was used, or no login that awaits one.
        Unavailable: the key of the second factors is missing.
    """
    found, user = session_in_force(workspace, session)
    if found.awaits is not Awaited.TOTP:
        raise unknown_caller()
    count_attempt(workspace, user.login, address)
    _take_code(workspace, user, code, address)
    forgive(workspace, user.login, address)
    with workspace.state.transaction(user.principal) as t:
        return _renewed(t, session, user)


def use_link(workspace: Workspace, link: str, password: str, *, address: str) -> Opened:
    """Lets somebody in by a one-time link, which is used up: with a new password, or with their password to set up a second factor.

    Returns:
        A login; where it awaits a second factor, ``enter_code`` or ``begin_totp`` and ``confirm_totp`` let in.

    Raises:
        TooManyAttempts: too many attempts at this name or from this address.
        NotAuthenticated: no such link, it is used or over, or another password; the answer does not tell which.
        InvalidArgument: the new password is weak; the link stays good.
    """
    found, user, kept = _of_link(workspace, link)
    hashed = None
    if found.purpose is LinkPurpose.PASSWORD:
        refuse_weak(password, (user.login, user.name))
        hashed = hash_password(password)
    else:
        count_attempt(workspace, user.login, address)
        if not fits(kept.password_hash, password):
            note_failure(workspace, user.login, address)
            raise _not_let_in()
        forgive(workspace, user.login, address)
    with workspace.state.transaction(user.principal) as t:
        if not t.access.links.take(hash_of(link)):
            raise unknown_caller()
        user = _unchanged(t, user, kept.password_hash)
        t.access.sessions.end_all_of(user.login)
        if hashed is not None:
            t.access.credentials.set_password(user.login, hashed)
            _write_down(t, Action.USER_PASSWORD_SET, user)
        return begin_session(t, user, awaits=_awaited_after(found, user))


def begin_totp(workspace: Workspace, session: str) -> TotpBegun:
    """Begins to set up a second factor: a new secret, which counts once ``confirm_totp`` was given a code of it.

    Raises:
        NotAuthenticated: no login, or one that waits for the code of a second factor that is there.
        Conflict: there is one, which has to be reset first.
    """
    _found, user = _setting_up(workspace, session)
    secret = new_secret_of_codes()
    with workspace.state.transaction(user.principal) as t:
        t.access.sessions.keep_totp(hash_of(session), sealed(workspace, secret, user.login))
    return TotpBegun(secret, address_of(secret, user.login))


def confirm_totp(workspace: Workspace, session: str, code: str, *, address: str) -> Opened:
    """Ends the setting up of a second factor with a code of it, and lets in under a new id; other logins of the person end.

    Raises:
        TooManyAttempts: too many attempts at this name or from this address.
        NotAuthenticated: another code, or nothing is being set up.
        Conflict: there is a second factor already.
    """
    _found, user = _setting_up(workspace, session)
    count_attempt(workspace, user.login, address)
    with workspace.state.reading() as t:
        kept, now = t.access.sessions.kept_totp(hash_of(session)), t.clock()
    step = None if kept is None else step_of(unsealed(workspace, kept, user.login), code, now)
    if kept is None or step is None:
        note_failure(workspace, user.login, address)
        raise _not_let_in()
    forgive(workspace, user.login, address)
    with workspace.state.transaction(user.principal) as t:
        t.access.credentials.set_totp(user.login, kept, step=step)
        _write_down(t, Action.USER_TOTP_SET, user)
        return _renewed(t, session, user, ends_others=True)


def change_password(workspace: Workspace, session: str, password: str, wanted: str, *, address: str) -> Opened:
    """Gives somebody who is logged in another password; the login goes on under a new id, all others end.

    Raises:
        TooManyAttempts: too many attempts at this name or from this address.
        NotAuthenticated: no login, or another password than the one so far.
        InvalidArgument: the new password is weak.
    """
    found, user = session_in_force(workspace, session)
    if found.awaits is not None:
        raise unknown_caller()
    refuse_weak(wanted, (user.login, user.name))
    count_attempt(workspace, user.login, address)
    _user, kept = _kept(workspace, user.login)
    if not fits(kept.password_hash, password):
        note_failure(workspace, user.login, address)
        raise _not_let_in()
    forgive(workspace, user.login, address)
    hashed = hash_password(wanted)
    with workspace.state.transaction(user.principal) as t:
        _unchanged(t, user, kept.password_hash)
        t.access.credentials.set_password(user.login, hashed)
        _write_down(t, Action.USER_PASSWORD_SET, user)
        return _renewed(t, session, user, ends_others=True)


def log_out(workspace: Workspace, session: str) -> None:
    """Ends a login; one that is over already is no error."""
    if is_secret(session, SESSION) and workspace.state.is_there:
        with workspace.state.transaction(AT_THE_DOOR) as t:
            t.access.sessions.end(hash_of(session))


def log_out_everywhere(workspace: Workspace, session: str) -> None:
    """Ends all logins of a person, this one too; tokens stay.

    Raises:
        NotAuthenticated: no login.
    """
    _found, user = session_in_force(workspace, session)
    with workspace.state.transaction(user.principal) as t:
        t.access.sessions.end_all_of(user.login)
        _write_down(t, Action.USER_LOGGED_OUT_EVERYWHERE, user)


def _kept(workspace: Workspace, login: str) -> tuple[User | None, Credential]:
    """Somebody and what is kept of them; nothing of who is not there, with the same questions asked."""
    if not workspace.state.is_there:
        return None, NO_CREDENTIAL
    with workspace.state.reading() as t:
        return t.access.people.find(login), t.access.credentials.of(login)


def _of_link(workspace: Workspace, link: str) -> tuple[OneTimeLink, User, Credential]:
    if not is_secret(link, LINK) or not workspace.state.is_there:
        raise unknown_caller()
    with workspace.state.reading() as t:
        found = t.access.links.find(hash_of(link))
        user = None if found is None else t.access.people.find(found.login)
        kept = NO_CREDENTIAL if found is None else t.access.credentials.of(found.login)
    if found is None or user is None or user.is_disabled:
        raise unknown_caller()
    return found, user, kept


def _awaited_after(link: OneTimeLink, user: User) -> Awaited | None:
    if user.has_totp:
        return Awaited.TOTP
    return Awaited.TOTP_SETUP if user.needs_totp or link.purpose is LinkPurpose.TOTP else None


def _take_code(workspace: Workspace, user: User, code: str, address: str) -> None:
    with workspace.state.reading() as t:
        kept, now = t.access.credentials.of(user.login), t.clock()
    step = None if kept.totp_sealed is None else step_of(unsealed(workspace, kept.totp_sealed, user.login), code, now)
    if step is not None:
        with workspace.state.transaction(user.principal) as t:
            is_fresh = t.access.credentials.take_step(user.login, step)
        if is_fresh:
            return
    note_failure(workspace, user.login, address)
    raise _not_let_in()


def _setting_up(workspace: Workspace, session: str) -> tuple[Principal, User]:
    found, user = session_in_force(workspace, session)
    if found.awaits is Awaited.TOTP:
        raise unknown_caller()
    if user.has_totp:
        raise Conflict.of(_("'{login}' has a second factor."), advice=Step.RESET_TOTP, login=user.login)
    return user.principal, user


def _unchanged(t: Transaction, user: User, password_hash: str | None) -> User:
    """The person as they are now: between the comparison and this moment they may have been disabled, or their password reset."""
    now = t.access.people.find(user.login)
    if now is None or now.is_disabled or t.access.credentials.of(user.login).password_hash != password_hash:
        raise unknown_caller()
    return now


def _renewed(t: Transaction, session: str, user: User, *, ends_others: bool = False) -> Opened:
    """The login under a new id; the old one ends, which nobody can do twice."""
    if not t.access.sessions.end(hash_of(session)):
        raise unknown_caller()
    if ends_others:
        t.access.sessions.end_all_of(user.login)
    return begin_session(t, user)


def _not_let_in() -> NotAuthenticated:
    return NotAuthenticated.of(_("this name, password or code is not right."), advice=_("Try again, or ask for a one-time link."))


def _write_down(t: Transaction, action: Action, user: User) -> None:
    t.audit.add(action, Subject(SubjectKind.USER, user.login))
