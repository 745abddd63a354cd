"""Who works with fenji here, in which roles, and with which tokens? Frozen records; the secrets themselves stand nowhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fenji.domain.access import LimitColumn, Right, Role, RowLimit, rights_of
from fenji.domain.principals import Principal, PrincipalKind

BETWEEN = "/"
"""Stands between the login of a person and the name of one of their tokens."""

LOGIN = re.compile(r"[^\W_][\w.@+-]{1,79}")
TOKEN_NAME = re.compile(r"[^\W_][\w.-]{0,59}")

NEVER_FOR_TOKENS = frozenset({Right.POLICIES_APPROVE, Right.POINTS_APPROVE, Right.PEOPLE_CHANGE})
"""What only a person does, logged in: a program approves nothing, and lets nobody in."""


@dataclass(frozen=True)
class RoleGrant:
    """One role that somebody holds, and the rows to which it is limited."""

    role: Role
    limits: tuple[RowLimit, ...] = ()
    """Empty: all customers."""


@dataclass(frozen=True)
class User:
    """Somebody who works with fenji: a person, or a till under a name of its own."""

    login: str
    """Never changes, and is never given to somebody else: the audit log names people by it."""
    name: str
    grants: tuple[RoleGrant, ...]
    """At least one, in the order of roles."""
    is_disabled: bool
    has_password: bool
    has_totp: bool
    added_at: datetime
    logged_in_at: datetime | None = None
    identity: str | None = None
    """What the company's own login calls them."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles alone."""
        return tuple(each.role for each in self.grants)

    @property
    def rights(self) -> frozenset[Right]:
        """All that the roles give; nothing to who is disabled."""
        return frozenset() if self.is_disabled else rights_of(self.roles)

    @property
    def limits(self) -> tuple[RowLimit, ...]:
        """See limits_of."""
        return limits_of(self.grants)

    @property
    def needs_totp(self) -> bool:
        """Whether a password alone lets them in: who lets others in needs a second factor."""
        return Role.ADMIN in self.roles

    @property
    def principal(self) -> Principal:
        """As the audit log names them."""
        return Principal(PrincipalKind.PERSON, self.login)


class TokenState(StrEnum):
    """What has become of a token."""

    IN_FORCE = "in_force"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True)
class TokenRecord:
    """One token of a person, as it may be shown: what it may do and until when."""

    login: str
    """Whose it is: it can do nothing that they cannot."""
    name: str
    """Never given twice to one person."""
    rights: frozenset[Right]
    source: str | None
    """The only source whose customers it finds; None: those of the person."""
    made_at: datetime
    made_by: str
    ends_at: datetime
    used_at: datetime | None = None
    """Written once a minute at most."""
    revoked_at: datetime | None = None

    @property
    def principal(self) -> Principal:
        """As the audit log names it."""
        return Principal(PrincipalKind.TOKEN, f"{self.login}{BETWEEN}{self.name}")

    def state_at(self, moment: datetime) -> TokenState:
        """Whether it is in force at a moment."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.IN_FORCE if moment < self.ends_at else TokenState.OVER


def limits_of(grants: Iterable[RoleGrant]) -> tuple[RowLimit, ...]:
    """The limits of somebody who holds several roles: all of them hold, whichever right is used.

    Rights and rows are not told apart by role: a role without limits does not widen those of another one.

    Raises:
        ValueError: two roles are limited to values of one column that exclude each other.

    >>> region = [RowLimit(LimitColumn.REGION, values) for values in (("south",), ("east", "south"))]
    >>> limits_of([RoleGrant(Role.VIEWER, (region[0],)), RoleGrant(Role.ANALYST, (region[1],)), RoleGrant(Role.FINANCE)])
    (RowLimit(column=<LimitColumn.REGION: 'region'>, values=('south',)),)
    """
    found: dict[LimitColumn, set[str]] = {}
    for limit in (limit for grant in grants for limit in grant.limits):
        found[limit.column] = found.get(limit.column, set(limit.values)) & set(limit.values)
    if nobody := [column for column, values in found.items() if not values]:
        text = f"limits exclude each other: {nobody}"
        raise ValueError(text)
    return tuple(RowLimit(column, tuple(sorted(found[column]))) for column in LimitColumn if column in found)


def token_limits(limits: tuple[RowLimit, ...], source: str | None) -> tuple[RowLimit, ...]:
    """The limits of a token: those of its person, and its own source where it has one.

    >>> token_limits((), "pos")
    (RowLimit(column=<LimitColumn.SOURCE: 'source'>, values=('pos',)),)
    """
    return limits if source is None else tuple(sorted({*limits, RowLimit(LimitColumn.SOURCE, (source,))}))


def written_login(text: str) -> str | None:
    """A login as it is kept, whatever the width and case of its letters; None where it cannot be one.

    >>> written_login(" Li.Lei "), written_login("ＬＩ．ＬＥＩ"), written_login("李雷"), written_login("li/lei")
    ('li.lei', 'li.lei', '李雷', None)
    """
    written = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
    return written if LOGIN.fullmatch(written) else None


def written_identity(text: str | None) -> str | None:
    """What the company's own login calls somebody, as it is kept: e-mails in small letters, anything else as it came.

    >>> written_identity(" Li.Lei@Shop.cn "), written_identity("00uA1"), written_identity(" ")
    ('li.lei@shop.cn', '00uA1', None)
    """
    written = (text or "").strip()
    return (written.lower() if "@" in written else written) or None


def principal_of(name: str) -> Principal:
    """Whoever is written down by name alone: no login holds what stands between a login and the name of a token.

    >>> principal_of("li.lei/nightly").kind, principal_of("li.lei").kind
    (<PrincipalKind.TOKEN: 'token'>, <PrincipalKind.PERSON: 'person'>)
    """
    return Principal(PrincipalKind.TOKEN if BETWEEN in name else PrincipalKind.PERSON, name)


def person_behind(principal: Principal) -> str:
    """The login of the person who acts, also where a token acts for them.

    >>> person_behind(Principal(PrincipalKind.TOKEN, "li.lei/nightly"))
    'li.lei'
    """
    return principal.name.partition(BETWEEN)[0] if principal.kind is PrincipalKind.TOKEN else principal.name
