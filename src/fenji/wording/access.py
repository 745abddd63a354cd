"""What are roles, rights and tokens called, for people who give them?"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.access import Right, Role
from fenji.domain.people import TokenState
from fenji.language import message as _

ROLES: Mapping[Role, str] = {
    Role.VIEWER: _("viewer"),
    Role.ANALYST: _("analyst"),
    Role.MARKETER: _("marketer"),
    Role.MANAGER: _("manager"),
    Role.FINANCE: _("finance"),
    Role.SERVICE: _("till"),
    Role.AUDITOR: _("auditor"),
    Role.ADMIN: _("admin"),
}
ROLES_MAY: Mapping[Role, str] = {
    Role.VIEWER: _("sees figures and lists of customers, no groups of fewer than 5 people"),
    Role.ANALYST: _("brings data in, starts runs, drafts policies, takes masked lists along"),
    Role.MARKETER: _("sees figures and lists, asks what another policy would change, and issues vouchers"),
    Role.MANAGER: _("as analysts, approves what others submit, and sees names with a reason"),
    Role.FINANCE: _("sees figures and lists, and gives or takes points by hand"),
    Role.SERVICE: _("a till: finds one customer at a time with a token, and spends points and vouchers; never logs in"),
    Role.AUDITOR: _("sees people, settings and the audit log, and changes nothing"),
    Role.ADMIN: _("lets people in, brings data in, sees names with a reason; needs a second factor"),
}
"""What a role is for, in half a line."""
RIGHTS: Mapping[Right, str] = {
    Right.FIGURES_READ: _("see figures"),
    Right.CUSTOMERS_READ: _("see lists of customers, masked"),
    Right.CUSTOMER_FIND: _("find one customer of a source"),
    Right.PERSONAL_READ: _("see names, phones and e-mails, with a reason"),
    Right.CUSTOMERS_EXPORT: _("take lists along as files"),
    Right.TABLES_READ: _("read whole tables"),
    Right.WHATIF_ASK: _("ask what another policy would change"),
    Right.POLICIES_DRAFT: _("draft policies"),
    Right.POLICIES_APPROVE: _("approve what others have submitted"),
    Right.POINTS_READ: _("see points, vouchers and referrals"),
    Right.POINTS_MOVE: _("spend points and vouchers of a customer at a till"),
    Right.POINTS_ADJUST: _("give and take points by hand, with a reason"),
    Right.POINTS_APPROVE: _("approve adjustments and merges of members"),
    Right.OFFERS_CHANGE: _("issue and withdraw vouchers"),
    Right.RUNS_START: _("start runs and analyses"),
    Right.SOURCES_CHANGE: _("bring data in and change sources"),
    Right.PEOPLE_READ: _("see people, tokens and settings"),
    Right.PEOPLE_CHANGE: _("let people in, and change what they may do"),
    Right.AUDIT_READ: _("see the audit log"),
}
STATES: Mapping[TokenState, str] = {
    TokenState.IN_FORCE: _("in force"),
    TokenState.OVER: _("over"),
    TokenState.REVOKED: _("revoked"),
}
