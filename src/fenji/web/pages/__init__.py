"""The pages, one file each: parse, one use-case, a template.

overview   where do we stand, and what needs me?
account    language and theme
entering   how somebody comes in, and out
starting   work that a page asks for
movement   who moved, came, was lost, and what comes?
structure  what lies behind the counts of tiers
structure_tables  the rows of its tables
baskets    what is bought together
worth      what customers are worth, and will be worth
leaving    who may leave, and who will order
attention  whom to serve first
people     who works here, in which roles
tokens     with what own programs come in
audit      who did what
settings   with which settings the server works
selftest   whether published figures are found
about      version, safety, licences
"""

from collections.abc import Iterator
from types import ModuleType

from fenji.web.navigation import Page
from fenji.web.pages import (
    about,
    account,
    attention,
    audit,
    baskets,
    entering,
    leaving,
    movement,
    overview,
    people,
    selftest,
    settings,
    starting,
    structure,
    tokens,
    worth,
)

MODULES: tuple[ModuleType, ...] = (
    account,
    entering,
    overview,
    starting,
    movement,
    structure,
    baskets,
    worth,
    leaving,
    attention,
    people,
    tokens,
    audit,
    settings,
    selftest,
    about,
)


def declared() -> Iterator[Page]:
    """The pages that the modules declare as ``PAGE`` or, where one module holds several, as ``PAGES``."""
    for module in MODULES:
        if hasattr(module, "PAGE"):
            yield module.PAGE
        yield from getattr(module, "PAGES", ())
