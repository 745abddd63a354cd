"""Which columns do lists of customers have in this browser? Kept in its own cookie, names for scripts and nothing of anybody."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from fenji.web.lists import COLUMNS, MOVED_COLUMNS

COOKIE = "__Host-fenji-columns"
MOST = 24
_YEAR = 365 * 24 * 3600
_ALWAYS = ("customer_key", "customer_id")


def chosen_columns(request: Request, *, moves: bool) -> tuple[str, ...]:
    """The columns that were chosen, else the usual ones; the key and the customer stand first always.

    Args:
        request: of the page.
        moves: whether the list is of movements.
    """
    told = request.cookies.get(COOKIE, "")
    chosen = tuple(each for each in told.split(".")[:MOST] if each.isidentifier())
    if not chosen:
        return MOVED_COLUMNS if moves else COLUMNS
    moved = ("from_tier", "to_tier", "move_cause") if moves else ()
    return tuple(dict.fromkeys((*_ALWAYS, *moved, *chosen)))


def keep_columns(response: Response, slugs: Sequence[str]) -> None:
    """Has the browser keep some columns; none: the usual ones again."""
    known = [each for each in slugs if each.isidentifier()][:MOST]
    if known:
        told = ".".join(known)
        response.set_cookie(COOKIE, told, secure=True, httponly=True, samesite="lax", path="/", max_age=_YEAR)
    else:
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
