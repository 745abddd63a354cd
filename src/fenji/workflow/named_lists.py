"""Which lists do people keep under a name? Saved, listed and removed; who meets their conditions is asked anew every time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fenji.answers.named_lists import NamedListRow, NamedListsResult
from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.conditions import parse_condition
from fenji.domain.lists import CustomerGroup, Move, NamedList, Standing
from fenji.domain.priority import Mark
from fenji.errors import Conflict, Forbidden, InvalidArgument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.state.named_lists.repository import named_lists_in
from fenji.workspace.access.asking import demand
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace

LONGEST_NAME = 100
MOST_LISTS = 500
"""Of a workspace: more than anybody finds again."""
_KEPT = ("tier", "standing", "moved_from", "moved_to", "moved", "earlier_on", "segment", "risk", "mark", "group", "where")


def list_named(root: Path) -> NamedListsResult:
    """All lists of a workspace, by name.

    Raises:
        NotFound: no workspace.
    """
    state = open_workspace(root, by_customer=True).state
    with suppress(NotFound), state.reading() as t:
        return _told(named_lists_in(t).every())
    return _told(())


def save_list(root: Path, name: str, asked: Asked, *, by: Caller | None = None) -> NamedListsResult:
    """Keeps the conditions of a list under a name.

    Args:
        root: the workspace.
        name: what it shall be called.
        asked: its conditions; not those that a person brings along, which hold ids.
        by: who saves it; None: the command line.

    Returns:
        The new list alone.

    Raises:
        NotFound: no workspace.
        Forbidden: who asks may see no customers.
        InvalidArgument: no name, a condition that cannot be read, or too many lists; all problems at once.
        Conflict: there is a list of that name, or there are too many.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.CUSTOMERS_READ)
    shown = " ".join(name.split())
    InvalidArgument.raise_if([*_problems_of_name(shown), *_problems(asked)])
    with workspace.state.transaction(acting) as t:
        if named_lists_in(t).count() >= MOST_LISTS:
            raise Conflict.of(
                _("{most} lists are kept already."), advice=_("Remove one that nobody needs any more."), most=MOST_LISTS
            )
        kept = named_lists_in(t).save(shown, conditions_of(asked))
        t.audit.add(Action.LIST_SAVED, Subject(SubjectKind.LIST, kept.list_id), {"name": kept.name})
    return _told((kept,))


def remove_list(root: Path, list_id: str, *, by: Caller | None = None) -> NamedListsResult:
    """Takes a list out; its customers stay as they are.

    Args:
        root: the workspace.
        list_id: which one.
        by: who removes it; None: the command line.

    Returns:
        The list that was removed, alone.

    Raises:
        NotFound: no workspace, or no such list.
        Forbidden: somebody else has saved it, and who asks looks after no people.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.CUSTOMERS_READ)
    with workspace.state.transaction(acting) as t:
        kept = named_lists_in(t).one(list_id)
        if by is not None and kept.saved_by != acting.name[:200] and not by.may(Right.PEOPLE_CHANGE):
            raise Forbidden.of(
                _("{who} has saved this list."), advice=_("Ask them, or an administrator, to remove it."), who=kept.saved_by
            )
        named_lists_in(t).remove(list_id)
        t.audit.add(Action.LIST_REMOVED, Subject(SubjectKind.LIST, kept.list_id), {"name": kept.name})
    return _told((kept,))


def conditions_of(asked: Asked) -> dict[str, object]:
    """What of a question is kept, as the parameters of the API's customers; plain JSON.

    >>> conditions_of(Asked(tier="vip", where=("orders_12m >= 10",)))
    {'tier': 'vip', 'where': ['orders_12m >= 10']}
    """
    told = {name: getattr(asked, name) for name in _KEPT}
    return {name: list(value) if isinstance(value, tuple) else str(value) for name, value in told.items() if value}


def _problems_of_name(name: str) -> list[Problem]:
    if name and len(name) <= LONGEST_NAME and name.isprintable():
        return []
    return [Problem(_("a list is called by 1 to {most} letters."), {"most": LONGEST_NAME})]


def _problems(asked: Asked) -> list[Problem]:
    """What cannot be kept, or never be read again."""
    found = []
    if asked.uploaded is not None or asked.entries or asked.keys is not None:
        found.append(Problem(_("a list of single customers is not kept: only conditions are.")))
    if not conditions_of(asked):
        text, advice = _("this list has no condition."), _("Add a filter first.")
        found.append(Problem(text, advice=advice))
    names = (
        (asked.standing, Standing, _("standing")),
        (asked.moved, Move, _("movement")),
        (asked.mark, Mark, _("mark")),
        (asked.group, CustomerGroup, _("list")),
    )
    found += [
        unknown_name(what, value[:60], known) for value, known, what in names if value is not None and value not in tuple(known)
    ]
    for text in asked.where:
        try:
            parse_condition(text)
        except ValueError:
            found.append(Problem(_("'{condition}' is no condition."), {"condition": text[:80]}))
    return found


def _told(lists: Sequence[NamedList]) -> NamedListsResult:
    return NamedListsResult(tuple(NamedListRow.of(each) for each in lists))
