"""How does somebody come in who has no password yet, or lost it? By a link that works once, and soon no more."""

from __future__ import annotations

from fenji.answers.access import LinkMade
from fenji.domain.logins import FIRST_LINK_LASTS, LINK_LASTS, LinkPurpose, OneTimeLink
from fenji.domain.people import User
from fenji.state.transaction import Transaction
from fenji.workspace.access.secrets import LINK, hash_of, new_secret

PATH = "/login/link/{code}"
"""Opening the page uses nothing up: programs that look into mails open every link."""


def make_link(t: Transaction, user: User, purpose: LinkPurpose) -> LinkMade:
    """A new link for somebody; older ones no longer let in."""
    code = new_secret(LINK)
    ends_at = t.clock() + (FIRST_LINK_LASTS if user.logged_in_at is None else LINK_LASTS)
    t.access.links.make(hash_of(code), OneTimeLink(user.login, purpose, ends_at))
    return LinkMade(purpose, code, PATH.format(code=code), ends_at)
