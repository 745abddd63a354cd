"""fenji 分级: every customer in a tier by rules that people can read.

>>> import fenji
>>> book = fenji.open("shop")  # doctest: +SKIP
>>> book.table("insight.customer_metric").to_pandas()  # doctest: +SKIP
>>> fenji.customer_metrics(orders, as_of=date(2026, 1, 31))  # doctest: +SKIP

collect   source systems -> raw     as it came, with where-from and when
prepare   raw -> clean              one customer, one order, one currency, one calendar
analyze   clean -> insight          metrics, tiers, counts
act       insight -> action         points: what is earned, spent and owed
improve   action + clean -> outcome (to come)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fenji.book import Book, BookTable
    from fenji.book import open_book as open  # noqa: A004 - as in fenji.open("shop")
    from fenji.verbs import assign_tiers, customer_metrics, lint_policy, value_customers
    from fenji.workspace.opening import reading_only

__all__ = [
    "Book",
    "BookTable",
    "__version__",
    "assign_tiers",
    "customer_metrics",
    "lint_policy",
    "open",
    "reading_only",
    "value_customers",
]
__version__ = "0.1.0"

_LAZY = {
    "Book": ("book", "Book"),
    "BookTable": ("book", "BookTable"),
    "open": ("book", "open_book"),
    "reading_only": ("workspace.opening", "reading_only"),
    **{name: ("verbs", name) for name in ("customer_metrics", "assign_tiers", "lint_policy", "value_customers")},
}
"""What a script asks for, where it stands, and what it is called there: nothing heavy is imported before somebody asks."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """The public names, imported when they are first used."""
    if name in _LAZY:
        module, inside = _LAZY[name]
        return getattr(import_module(f"fenji.{module}"), inside)
    message = f"module 'fenji' has no attribute {name!r}"
    raise AttributeError(message)
