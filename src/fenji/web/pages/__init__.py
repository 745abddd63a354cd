"""The pages, one file each: parse, one use-case, a template.

overview   where do we stand, and what needs me?
account    language and theme
entering   how somebody comes in, and out
starting   work that a page asks for
sources    where the data come from
importing  how files come in
quality    what became of every row
identity   whose identity is in doubt
runs       what was done, and what is at work
schedule   what begins by itself
alerts     who is told when something happens
"""

from collections.abc import Iterator
from types import ModuleType

from fenji.web.navigation import Page
from fenji.web.pages import (
    account,
    alerts,
    entering,
    identity,
    importing,
    overview,
    quality,
    runs,
    schedule,
    sources,
    starting,
)

MODULES: tuple[ModuleType, ...] = (
    account,
    entering,
    overview,
    starting,
    sources,
    importing,
    quality,
    identity,
    runs,
    schedule,
    alerts,
)


def declared() -> Iterator[Page]:
    """The pages that the modules declare as ``PAGE`` or, where one module holds several, as ``PAGES``."""
    for module in MODULES:
        if hasattr(module, "PAGE"):
            yield module.PAGE
        yield from getattr(module, "PAGES", ())
