"""Which list of customers does an address or a form ask for? Its conditions, read the same way everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fenji.web.lists import TEXTS
from fenji.web.scope import Scope
from fenji.workspace.customer_choice import Asked


@dataclass(frozen=True)
class Wanted:
    """The list that is asked for."""

    asked: Asked
    parts: Mapping[str, object]
    """Its conditions as an address carries them; what is not asked for is None."""

    @classmethod
    def of(cls, scope: Scope, told: Mapping[str, str | None], earlier_on: date | None) -> Wanted:
        """The list of some conditions, and of the filters of the scope.

        Args:
            scope: what the page is about.
            told: conditions by ``lists.TEXTS``; empty ones are none.
            earlier_on: the earlier review of a movement; None: what the scope compares with.
        """
        texts = {name: told.get(name) or None for name in TEXTS}
        moves = any(texts[name] for name in ("moved", "moved_from", "moved_to"))
        known: dict[str, Any] = dict(texts)
        since = (earlier_on or scope.vs) if moves else None
        asked = Asked(**known, earlier_on=since, where=tuple(dict.fromkeys(scope.where)))
        return cls(asked, {**texts, "earlier_on": since, "where": list(asked.where)})
