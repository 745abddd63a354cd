"""What is a page about? The review, what it is compared with, the policy, filters and a pinned run: in every address, kept by every link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from fenji.errors import InvalidArgument, Place, Problem
from fenji.language import message as _

KEPT = ("as_of", "vs", "policy", "where", "run", "by")
"""What every link keeps."""
LIST = "list"
"""The condition of the list that is open on a page."""
OF_LIST = (LIST, "list_sort", "list_after")
KNOWN = dict.fromkeys((*KEPT, *OF_LIST), False) | {"where": True}
"""Parameters that every page takes, and whether each may stand several times."""
SPLITS = (
    ("region", _("region")),
    ("net_revenue_12m", _("revenue of 12 months")),
    ("orders_12m", _("orders of 12 months")),
    ("days_since_last_order", _("days since the last order")),
    ("registered_on", _("year of registration")),
)
"""By what the scope bar offers to group customers; an address may name any column or metric, and its bands."""
_YEARS = range(1900, 2101)
_ISO_LENGTH = len("2026-01-31")
_MOST_TEXT = 2_000


@dataclass(frozen=True)
class Scope:
    """The scope of one address."""

    as_of: date | None = None
    """None: the review of the last run."""
    vs: date | None = None
    """The review that is compared with; None: the one before."""
    policy: str | None = None
    run: str | None = None
    """A past run, exactly as it was published."""
    by: str | None = None
    where: tuple[str, ...] = ()
    """Conditions as policies write them; all must hold."""

    @classmethod
    def of(cls, query: QueryParams) -> Scope:
        """The scope that an address carries.

        Raises:
            InvalidArgument: days that are none, or texts that are too long; all at once.
        """
        found = {name: query.get(name) or None for name in KEPT}
        problems = [
            Problem(_("'{name}' is longer than {most} characters."), {"name": name, "most": _MOST_TEXT}, Place(column=f"?{name}"))
            for name, value in query.multi_items()
            if len(value) > _MOST_TEXT
        ]
        days: dict[str, date | None] = {}
        for name in ("as_of", "vs"):
            days[name] = None if found[name] is None else day_of(found[name] or "")
            if found[name] is not None and days[name] is None:
                text = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
                problems.append(Problem(text, {"value": (found[name] or "")[:40]}, Place(column=f"?{name}")))
        InvalidArgument.raise_if(problems)
        return cls(
            days["as_of"],
            days["vs"],
            found["policy"],
            found["run"],
            found["by"],
            tuple(dict.fromkeys(each for each in query.getlist("where") if each.strip())),
        )

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """As an address carries it."""
        single = {"as_of": self.as_of, "vs": self.vs, "policy": self.policy, "run": self.run, "by": self.by}
        told = [(name, str(value)) for name, value in single.items() if value is not None]
        return (*told, *(("where", each) for each in self.where))


def address(path: str, pairs: Sequence[tuple[str, str]], changes: Mapping[str, object] | None = None) -> str:
    """A path with its query, some of it changed; None takes a parameter out, a list repeats it.

    >>> address("/", [("as_of", "2026-01-31"), ("run", "r1")], {"run": None, "list": "tier=vip"})
    '/?as_of=2026-01-31&list=tier%3Dvip'
    """
    changed = {} if changes is None else changes
    told = [(name, value) for name, value in pairs if name not in changed]
    for name, value in changed.items():
        several = value if isinstance(value, list | tuple) else [] if value is None else [value]
        told += [(name, str(each)) for each in several]
    return f"{path}?{urlencode(told)}" if told else path


def day_of(text: str) -> date | None:
    """A day as ISO 8601 writes it; None where it is none.

    >>> day_of("2026-01-31"), day_of("31.1.2026"), day_of("20260131")
    (datetime.date(2026, 1, 31), None, None)
    """
    try:
        found = date.fromisoformat(text) if len(text) == _ISO_LENGTH else None
    except ValueError:
        return None
    return found if found is not None and found.year in _YEARS and str(found) == text else None


def own_address(text: str) -> str:
    r"""Where to go after a form, if that is an address of ours; else the first page.

    >>> own_address("/movement?vs=2026-01-31"), own_address("//evil.example"), own_address("/\\evil"), own_address("https://e")
    ('/movement?vs=2026-01-31', '/', '/', '/')
    """
    is_own = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and "\\" not in text
    return text if is_own else "/"


def year_before(reviews: Sequence[date], as_of: date) -> date | None:
    """The same review of last year: the one in the same month; None where it is not kept.

    >>> year_before((date(2025, 2, 28), date(2025, 3, 31)), date(2026, 2, 28))
    datetime.date(2025, 2, 28)
    """
    same = [each for each in reviews if (each.year, each.month) == (as_of.year - 1, as_of.month)]
    return min(same, key=lambda each: abs(each.day - as_of.day)) if same else None
