"""Which token does a form ask for? Its name, what it may do, of which source, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fenji.domain.access import Right
from fenji.errors import InvalidArgument, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.web.forms import Form
from fenji.web.scope import day_of


@dataclass(frozen=True)
class WantedToken:
    """A token that somebody asks for."""

    name: str
    rights: tuple[Right, ...]
    source: str | None
    last_on: date | None
    """None: a year from now."""


def wanted_token(sent: Form) -> WantedToken:
    """The token that a form asks for.

    Raises:
        InvalidArgument: a right that is not known, or a day that is none; all at once.
    """
    rights, day = sent.texts("scopes"), sent.text("last_on")
    problems = [unknown_name(_("right"), each[:60], Right) for each in rights if each not in tuple(Right)]
    last_on = day_of(day) if day else None
    if day and last_on is None:
        text = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
        problems.append(Problem(text, {"value": day[:40]}, Place(column="last_on")))
    InvalidArgument.raise_if(problems)
    return WantedToken(sent.text("name"), tuple(Right(each) for each in rights), sent.text("source") or None, last_on)
