"""Which lists do people keep, under which names? Each name once; a list is saved and removed, never changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.lists import NamedList
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.named_lists.rows import NamedListRow
from fenji.state.transaction import Transaction


class NamedListRepository:
    """The lists of one workspace, inside one transaction."""

    def __init__(self, session: Session, who: str, clock: Callable[[], datetime]) -> None:
        """The lists in the state database of a session; ``who`` saves them."""
        self._session = session
        self._who = who[:200]
        self._clock = clock

    def save(self, name: str, conditions: Mapping[str, object]) -> NamedList:
        """Keeps conditions under a name.

        Raises:
            Conflict: there is a list of that name.
        """
        now = self._clock()
        row = NamedListRow(
            list_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            name=name,
            conditions=dict(conditions),
            saved_by=self._who,
            saved_at=now,
        )
        taken = self._session.scalars(select(NamedListRow).where(NamedListRow.name == name)).first()
        if taken is not None:
            raise _taken(name)
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError:
            raise _taken(name) from None
        return _list(row)

    def one(self, list_id: str) -> NamedList:
        """A list.

        Raises:
            NotFound: there is none of that id.
        """
        return _list(self._row(list_id))

    def every(self) -> tuple[NamedList, ...]:
        """All lists, by name."""
        return tuple(map(_list, self._session.scalars(select(NamedListRow).order_by(NamedListRow.name))))

    def count(self) -> int:
        """How many there are."""
        return self._session.scalar(select(func.count()).select_from(NamedListRow)) or 0

    def remove(self, list_id: str) -> None:
        """Takes a list out.

        Raises:
            NotFound: there is none of that id.
        """
        self._session.delete(self._row(list_id))

    def _row(self, list_id: str) -> NamedListRow:
        found = self._session.get(NamedListRow, list_id[:40])
        if found is None:
            raise NotFound.of(_("there is no list {list_id}."), list_id=list_id[:40])
        return found


def named_lists_in(t: Transaction) -> NamedListRepository:
    """The lists inside a transaction; who acts in it saves them."""
    return NamedListRepository(t.session, t.principal.name, t.clock)


def _taken(name: str) -> Conflict:
    return Conflict.of(_("there is a list '{name}' already."), advice=_("Choose another name."), name=name)


def _list(row: NamedListRow) -> NamedList:
    return NamedList(row.list_id, row.name, dict(row.conditions), row.saved_by, row.saved_at)
