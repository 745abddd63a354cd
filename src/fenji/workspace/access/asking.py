"""May somebody do what they ask for? Whoever owns the folder of a workspace may everything; others what their rights say."""

from __future__ import annotations

from fenji.domain.access import Caller, Right
from fenji.domain.principals import Principal
from fenji.errors import Forbidden, NotAuthenticated
from fenji.language import message as _
from fenji.workspace.acting import acting_person


def demand(by: Caller | None, right: Right) -> Principal:
    """Who acts, if they may.

    Args:
        by: who asks through a door that others use too; None: the command line, whose user owns the files.
        right: what they need.

    Raises:
        Forbidden: they do not have it.
    """
    if by is None:
        return acting_person()
    if not by.may(right):
        raise Forbidden.of(_("this needs the right '{right}'."), advice=_("Ask whoever gives roles here."), right=str(right))
    return by.principal


def unknown_caller() -> NotAuthenticated:
    """The one answer to whoever cannot be told who they are, whatever the reason."""
    return NotAuthenticated.of(
        _("nobody is logged in with this, or no longer."), advice=_("Log in again, or ask for a new token.")
    )
