"""Who may do what? Eight roles, the rights that each gives, and the limits that may narrow the rows that somebody sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fenji.domain.principals import Principal


class Right(StrEnum):
    """One thing that may be done. A route names the right that it needs, a token the rights that it has."""

    FIGURES_READ = "figures:read"
    """Counts, sums and shares of tiers, movements, structure and models; policies; quality; reports."""
    CUSTOMERS_READ = "customers:read"
    """Lists of customers and single customers, with personal fields masked."""
    CUSTOMER_FIND = "customers:find"
    """One customer at a time, by an id, of the own source only: tills and shops."""
    PERSONAL_READ = "personal:read"
    """Names, phones and e-mails as they are; every use gives a reason and is written to the audit log."""
    CUSTOMERS_EXPORT = "customers:export"
    """Lists of customers as files; masked without ``personal:read``, and with a reason where they are not."""
    TABLES_READ = "tables:read"
    """Whole stored tables as Arrow or Parquet; personal columns masked without ``personal:read``."""
    WHATIF_ASK = "whatif:ask"
    """What another policy would change."""
    POLICIES_DRAFT = "policies:draft"
    """Drafts of policies: write, check, replay, submit; overrides: propose."""
    POLICIES_APPROVE = "policies:approve"
    """Approve and publish what somebody else has submitted; overrides too."""
    POINTS_READ = "points:read"
    """Points, vouchers and referrals of customers; what is owed for points."""
    POINTS_MOVE = "points:move"
    """Reserve and spend points and vouchers for a customer who stands at a till, and give them back."""
    POINTS_ADJUST = "points:adjust"
    """Give and take points by hand, with a reason."""
    POINTS_APPROVE = "points:approve"
    """Approve adjustments and merges that somebody else has proposed."""
    OFFERS_CHANGE = "offers:change"
    """Issue and withdraw vouchers, and decide about referrals."""
    RUNS_START = "runs:start"
    """Start runs, analyses and replays, and cancel jobs."""
    SOURCES_CHANGE = "sources:change"
    """Bring files in, map them, change sources and identity decisions."""
    PEOPLE_READ = "people:read"
    """People, roles, tokens, webhooks and settings, to see."""
    PEOPLE_CHANGE = "people:change"
    """People, roles, tokens, webhooks, alerts and settings, to change."""
    AUDIT_READ = "audit:read"
    """The audit log."""


class Role(StrEnum):
    """What somebody is in the company, as far as fenji is concerned."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    MARKETER = "marketer"
    MANAGER = "manager"
    FINANCE = "finance"
    SERVICE = "service"
    AUDITOR = "auditor"
    ADMIN = "admin"


_SEES = frozenset({Right.FIGURES_READ, Right.CUSTOMERS_READ})
_DRAFTS = frozenset({Right.WHATIF_ASK, Right.POLICIES_DRAFT, Right.RUNS_START, Right.SOURCES_CHANGE})

RIGHTS_OF: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.VIEWER: _SEES,
        Role.ANALYST: _SEES | _DRAFTS | {Right.CUSTOMERS_EXPORT, Right.TABLES_READ},
        Role.MARKETER: _SEES | {Right.WHATIF_ASK, Right.POINTS_READ, Right.OFFERS_CHANGE},
        Role.MANAGER: _SEES
        | _DRAFTS
        | {
            Right.PERSONAL_READ,
            Right.CUSTOMERS_EXPORT,
            Right.TABLES_READ,
            Right.POLICIES_APPROVE,
            Right.POINTS_READ,
            Right.POINTS_APPROVE,
            Right.OFFERS_CHANGE,
            Right.AUDIT_READ,
        },
        Role.FINANCE: _SEES | {Right.POINTS_READ, Right.POINTS_ADJUST},
        Role.SERVICE: frozenset({Right.CUSTOMER_FIND, Right.POINTS_READ, Right.POINTS_MOVE}),
        Role.AUDITOR: _SEES | {Right.PEOPLE_READ, Right.POINTS_READ, Right.AUDIT_READ},
        Role.ADMIN: _SEES
        | {
            Right.PERSONAL_READ,
            Right.CUSTOMERS_EXPORT,
            Right.SOURCES_CHANGE,
            Right.PEOPLE_READ,
            Right.PEOPLE_CHANGE,
            Right.POINTS_READ,
            Right.AUDIT_READ,
        },
    }
)
"""What each role may do: the table of the design, one line per role. Nobody approves what they wrote, whatever their roles."""


class LimitColumn(StrEnum):
    """By what the rows that somebody sees may be limited."""

    REGION = "region"
    """Customers of these regions."""
    SHOP = "shop"
    """Customers who bought in these channels or shops, as ``channel`` of the order lines names them."""
    SOURCE = "source"
    """Customers whom these sources know."""


@dataclass(frozen=True, order=True)
class RowLimit:
    """Only customers who have one of these values; several limits must all hold."""

    column: LimitColumn
    values: tuple[str, ...]
    """At least one, sorted."""


@dataclass(frozen=True)
class Caller:
    """The one who asks through a door that others use too: who it is, what they may, and of which customers."""

    principal: Principal
    rights: frozenset[Right]
    limits: tuple[RowLimit, ...] = ()
    """Empty: all customers."""

    def may(self, right: Right) -> bool:
        """Whether this right is among theirs."""
        return right in self.rights


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """The rights of somebody who holds these roles.

    >>> sorted(rights_of([Role.SERVICE]))
    [<Right.CUSTOMER_FIND: 'customers:find'>, <Right.POINTS_MOVE: 'points:move'>, <Right.POINTS_READ: 'points:read'>]
    """
    return frozenset().union(*(RIGHTS_OF[each] for each in roles))
