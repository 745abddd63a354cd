"""Which pages are there, under which entry, and who sees them? Each page says it once, in its own module."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.access import Caller, Right
from fenji.language import message as _


class Entry(StrEnum):
    """The entries of the navigation, in their order; one without pages is not shown. The value is also the name of its icon."""

    OVERVIEW = "overview"
    CUSTOMERS = "customers"
    STRUCTURE = "structure"
    MOVEMENT = "movement"
    VALUE = "value"
    POLICIES = "policies"
    ACTIONS = "actions"
    DATA = "data"
    PERSON = "person"
    """Behind the name of who is logged in: account, people, settings."""


TITLES = {
    Entry.OVERVIEW: _("Overview"),
    Entry.CUSTOMERS: _("Customers"),
    Entry.STRUCTURE: _("Structure"),
    Entry.MOVEMENT: _("Movement"),
    Entry.VALUE: _("Value & risk"),
    Entry.POLICIES: _("Policies"),
    Entry.ACTIONS: _("Actions & loyalty"),
    Entry.DATA: _("Data & runs"),
    Entry.PERSON: _("My account"),
}


KEYS = {
    Entry.OVERVIEW: "o",
    Entry.CUSTOMERS: "c",
    Entry.STRUCTURE: "s",
    Entry.MOVEMENT: "m",
    Entry.VALUE: "v",
    Entry.POLICIES: "p",
    Entry.ACTIONS: "a",
    Entry.DATA: "d",
}
"""The letter that leads to an entry, after g."""


@dataclass(frozen=True)
class Page:
    """One page; its module declares it as ``PAGE``."""

    address: str
    entry: Entry
    title: str
    """Of the page and of its tab; a message of the catalog."""
    right: Right
    place: int = 0
    """Among the tabs of its entry; the entry leads to the first."""
    is_tab: bool = True
    """Whether it stands among the tabs; False: it is reached by links."""
    takes_filters: bool = False
    """Whether the filters of the scope narrow it."""
    takes_split: bool = False
    """Whether its figures are told by groups of customers, where the scope names some."""
    shows_filters: bool = False
    """Whether it shows them in words itself, so that the scope bar need not."""
    has_scope: bool = True
    """Whether the scope bar stands on it."""


@dataclass(frozen=True)
class Link:
    """One entry or tab, as a template shows it."""

    name: str
    title: str
    """A message of the catalog."""
    address: str
    is_current: bool
    key: str = ""
    """The letter that leads there, after g; empty: none."""


class Navigation:
    """All pages."""

    def __init__(self, pages: Iterable[Page]) -> None:
        """In any order."""
        self._pages = sorted(pages, key=lambda each: (list(Entry).index(each.entry), each.place, each.address))

    @property
    def pages(self) -> tuple[Page, ...]:
        """In the order in which people see them."""
        return tuple(self._pages)

    def entries(self, caller: Caller, current: Page | None, hidden: Collection[Entry] = ()) -> list[Link]:
        """The entries that somebody may open, each leading to its first page.

        Args:
            caller: who looks.
            current: the page that is open; None: none of them.
            hidden: entries that are not shown, because there is nothing behind them yet.
        """
        found: dict[Entry, Page] = {}
        for each in self._pages:
            if each.is_tab and each.entry not in (Entry.PERSON, *hidden) and caller.may(each.right):
                found.setdefault(each.entry, each)
        now = None if current is None else current.entry
        return [Link(entry.value, TITLES[entry], page.address, entry is now, KEYS[entry]) for entry, page in found.items()]

    def of_person(self, caller: Caller) -> list[Link]:
        """The pages behind the name of who is logged in."""
        own = [each for each in self._pages if each.entry is Entry.PERSON and each.is_tab and caller.may(each.right)]
        return [Link(each.address, each.title, each.address, is_current=False) for each in own]

    def has(self, address: str, caller: Caller) -> bool:
        """Whether there is this page, and somebody may open it."""
        return any(each.address == address and caller.may(each.right) for each in self._pages)

    def tabs(self, caller: Caller, current: Page | None) -> list[Link]:
        """The pages beside the current one; none where it stands alone."""
        own = [
            each
            for each in self._pages
            if current is not None and each.entry is current.entry and each.is_tab and caller.may(each.right)
        ]
        return [Link(each.address, each.title, each.address, each is current) for each in own] if len(own) > 1 else []
