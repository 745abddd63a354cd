"""The pages, one file each: parse, one use-case, a template.

overview   where do we stand, and what needs me?
account    language and theme
entering   how somebody comes in, and out
starting   work that a page asks for
customers  who, exactly?
customer   who is this, and why this tier?
exports    lists as files
named_lists  lists that people keep
segments   which groups are there?
search     customers, metrics and pages by a few letters
"""

from collections.abc import Iterator
from types import ModuleType

from fenji.web.navigation import Page
from fenji.web.pages import (
    account,
    customer,
    customers,
    entering,
    exports,
    named_lists,
    overview,
    search,
    segments,
    starting,
)

MODULES: tuple[ModuleType, ...] = (
    account,
    entering,
    overview,
    starting,
    customers,
    customer,
    exports,
    named_lists,
    search,
    segments,
)


def declared() -> Iterator[Page]:
    """The pages that the modules declare as ``PAGE`` or, where one module holds several, as ``PAGES``."""
    for module in MODULES:
        if hasattr(module, "PAGE"):
            yield module.PAGE
        yield from getattr(module, "PAGES", ())
