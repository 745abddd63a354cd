"""What is answered to the question who may come in, and with what? Secrets stand only in what is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.access import LimitColumn, Right, Role
from fenji.domain.logins import Awaited, LinkPurpose, LoginSession
from fenji.domain.people import TokenRecord, TokenState, User
from fenji.domain.telling import AS_IT_IS


@dataclass(frozen=True)
class RoleLimit:
    """The rows to which somebody is limited, by one column."""

    column: LimitColumn
    """By what."""
    values: tuple[str, ...]
    """Only customers who have one of these."""


@dataclass(frozen=True)
class UserRow:
    """Somebody who works with fenji."""

    login: Annotated[str, AS_IT_IS]
    """Under which they log in, and by which the audit log names them."""
    name: str
    """As people know them."""
    roles: tuple[Role, ...]
    """What they are here."""
    rights: tuple[Right, ...]
    """What these roles let them do."""
    limits: tuple[RoleLimit, ...]
    """Of which customers; empty: of all."""
    is_disabled: bool
    """Whether they are kept out."""
    has_password: bool
    """Whether they have chosen one."""
    has_totp: bool
    """Whether they have set up a second factor."""
    added_at: datetime
    """When, in UTC."""
    logged_in_at: datetime | None
    """The last time, in UTC."""

    @classmethod
    def of(cls, user: User) -> UserRow:
        """Somebody as they may be shown."""
        return cls(
            user.login,
            user.name,
            user.roles,
            tuple(sorted(user.rights)),
            tuple(RoleLimit(each.column, each.values) for each in user.limits),
            user.is_disabled,
            user.has_password,
            user.has_totp,
            user.added_at,
            user.logged_in_at,
        )


@dataclass(frozen=True)
class UsersResult(Answer):
    """People who work with fenji, by login."""

    users: tuple[UserRow, ...]
    """Also those who are kept out."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.users


@dataclass(frozen=True)
class LinkMade:
    """A one-time link; nobody can read its code again."""

    purpose: LinkPurpose
    """What it lets somebody do."""
    code: Annotated[str, AS_IT_IS]
    """The secret part."""
    path: Annotated[str, AS_IT_IS]
    """Behind the address of the server."""
    ends_at: datetime
    """Until when it lets somebody in, in UTC."""


@dataclass(frozen=True)
class UserChanged:
    """What somebody is now."""

    user: UserRow
    """After the change."""
    link: LinkMade | None
    """With which they choose a password or set up a second factor; null where they need none."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class AccessToken:
    """One token, as it may be shown."""

    login: Annotated[str, AS_IT_IS]
    """Whose it is."""
    name: Annotated[str, AS_IT_IS]
    """What it is called."""
    scopes: tuple[Right, ...]
    """What it may do, as far as its person may."""
    source: str | None
    """The only source whose customers it finds; null: those of its person."""
    state: TokenState
    """Whether it lets in now."""
    made_at: datetime
    """When, in UTC."""
    made_by: Annotated[str, AS_IT_IS]
    """Who made it."""
    ends_at: datetime
    """When it ends, in UTC."""
    used_at: datetime | None
    """The last time in UTC, to the minute."""
    revoked_at: datetime | None
    """When, in UTC."""

    @classmethod
    def of(cls, token: TokenRecord, now: datetime) -> AccessToken:
        """A token as it may be shown."""
        return cls(
            token.login,
            token.name,
            tuple(sorted(token.rights)),
            token.source,
            token.state_at(now),
            token.made_at,
            token.made_by,
            token.ends_at,
            token.used_at,
            token.revoked_at,
        )


@dataclass(frozen=True)
class TokensResult(Answer):
    """Tokens, by person and name."""

    tokens: tuple[AccessToken, ...]
    """Those that are over or revoked too."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tokens


@dataclass(frozen=True)
class TokenMade:
    """A new token; nobody can read its text again."""

    text: Annotated[str, AS_IT_IS]
    """What a program sends as `Authorization: Bearer …`."""
    token: AccessToken
    """What it may do, and until when."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class TotpBegun:
    """A second factor that is being set up; it counts once a code of it was given."""

    secret: Annotated[str, AS_IT_IS]
    """For an app for codes, to type."""
    address: Annotated[str, AS_IT_IS]
    """The same for the app's camera, as otpauth://…"""


@dataclass(frozen=True)
class Login:
    """A login of somebody in one browser."""

    user: UserRow
    """Whose it is."""
    awaits: Awaited | None
    """What is still to be given before anything is open; null: they are in."""
    ends_at: datetime
    """In UTC."""
    csrf_token: Annotated[str, AS_IT_IS]
    """What every request that changes something carries as X-CSRF-Token."""
    run_id: None = None
    as_of: None = None

    @classmethod
    def of(cls, session: LoginSession, user: User, csrf_token: str) -> Login:
        """A login as its own browser is told of it."""
        return cls(UserRow.of(user), session.awaits, session.ends_at, csrf_token)
