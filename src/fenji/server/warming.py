"""What is loaded before the first request? Engine, rows and texts of the questions that everybody asks, so that nobody waits for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

from fenji.errors import FenjiError
from fenji.http.serving import AT_ONCE
from fenji.web.rendering import make_ready
from fenji.workflow.customers import DEFAULT_COLUMNS, customer_at, customers_at
from fenji.workflow.history import MOST_REVIEWS, tier_history
from fenji.workflow.moves import moves_between
from fenji.workflow.quality import report_quality
from fenji.workflow.tiers import tiers_at
from fenji.workflow.why import why_of
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import reading_only

FIRST_PAGE = ("base.html", "content.html", "pages/overview.html")
_COLUMNS = ("customer_key", *DEFAULT_COLUMNS)


def warm(root: Path) -> None:
    """Asks the usual questions of the last run, in as many sessions as answers are made at once; what is wrong is told to whoever asks.

    The templates of the first page are compiled too, in the language of the workspace.
    """
    make_ready(open_workspace(root).settings.language, *FIRST_PAGE)
    together = Barrier(AT_ONCE)

    def ask() -> None:
        with reading_only():
            for question in (tiers_at, moves_between, report_quality, _history, _list, _list, _customer, _customer):
                together.wait()  # each of them in its own session
                with suppress(FenjiError):
                    question(root)

    with ThreadPoolExecutor(AT_ONCE) as askers:
        for each in [askers.submit(ask) for _number in range(AT_ONCE)]:
            each.result()


def _history(root: Path) -> object:
    return tier_history(root, reviews=MOST_REVIEWS, has_flows=False)


def _list(root: Path) -> object:
    return customers_at(root, Asked(where=("orders_12m >= 1",)), columns=_COLUMNS)


def _customer(root: Path) -> None:
    """The first customer of the list, with the reasons of its tier."""
    found = customers_at(root, Asked(), columns=_COLUMNS, limit=1)
    for row in found.rows:
        key = int(str(row["customer_key"]))
        customer_at(root, key, columns=_COLUMNS)
        why_of(root, f"key:{key}")
