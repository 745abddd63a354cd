"""fenji 分级: every customer in a tier by rules that people can read.

>>> import fenji
>>> book = fenji.open("shop")  # doctest: +SKIP
>>> book.table("insight.customer_metric").to_pandas()  # doctest: +SKIP

collect   source systems -> raw     as it came, with where-from and when
prepare   raw -> clean              one customer, one order, one currency, one calendar
analyze   clean -> insight          metrics, tiers, counts
act       insight -> action         (to come)
improve   action + clean -> outcome (to come)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fenji.book import Book, BookTable
    from fenji.book import open_book as open  # noqa: A004 - as in fenji.open("shop")

__all__ = ["Book", "BookTable", "__version__", "open"]
__version__ = "0.1.0"

_LAZY = {"Book": "Book", "BookTable": "BookTable", "open": "open_book"}
"""What a script asks for, and what it is called inside: nothing heavy is imported before somebody asks."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """The public names, imported when they are first used."""
    if name in _LAZY:
        return getattr(import_module("fenji.book"), _LAZY[name])
    message = f"module 'fenji' has no attribute {name!r}"
    raise AttributeError(message)
