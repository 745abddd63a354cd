"""Who stands behind a number? A condition written like the parameters of the API's customers, and the page of the list that meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fenji.answers.customers import CustomersResult
from fenji.domain.lists import Choice, Chosen, ListColumn
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy
from fenji.domain.segments import SEGMENT_NAMES, Segmentation
from fenji.errors import InvalidArgument, Place, Problem, unknown_name
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.web.scope import Scope, day_of
from fenji.wording.churn import RISK_NAMES
from fenji.wording.reasons import CAUSE_NAMES
from fenji.workflow.customers import customers_at
from fenji.workspace.counted_customers import figure_of_attribute
from fenji.workspace.customer_choice import Asked

ROWS = 50
"""Of one page of a list."""
SORT = f"-{REVENUE}"
COLUMNS = ("customer_key", "customer_id", "region", "tier", REVENUE, "orders_12m", "days_since_last_order", "since_on", "cause")
MOVED_COLUMNS = (
    "customer_key",
    "customer_id",
    "region",
    "from_tier",
    "to_tier",
    REVENUE,
    "orders_12m",
    "days_since_last_order",
    "move_cause",
)
TEXTS = ("tier", "standing", "moved_from", "moved_to", "moved", "segment", "risk", "mark", "group")
_DAYS = ("as_of", "earlier_on")
_KNOWN = (*TEXTS, *_DAYS, "where", "counted", "run")
_MOST_PAIRS = 60
_PARAMETER_OF = {Choice.RISK_FROM: "risk"}
_CAUSES, _RISKS = ("cause", "move_cause"), ("risk",)


@dataclass(frozen=True)
class ListAsked:
    """Which list of which review is asked for."""

    asked: Asked
    as_of: date | None
    run: str | None

    @classmethod
    def of(cls, text: str, scope: Scope) -> ListAsked:
        """The list that a condition names; what it does not say of day and run is what the page is about.

        Raises:
            InvalidArgument: a condition that cannot be read; all problems at once.
        """
        pairs = _pairs(text)
        known = dict(pairs)
        problems = [
            unknown_name(_("condition"), name[:60], _KNOWN, place=Place(column="?list")) for name in known if name not in _KNOWN
        ]
        days: dict[str, date | None] = {}
        for name in _DAYS:
            days[name] = day_of(known[name]) if name in known else None
            if name in known and days[name] is None:
                words = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
                problems.append(Problem(words, {"value": known[name][:40]}, Place(column="?list")))
        InvalidArgument.raise_if(problems)
        told: dict[str, Any] = {name: known.get(name) for name in TEXTS}
        moves = any(told[name] for name in ("moved", "moved_from", "moved_to"))
        where = (*(value for name, value in pairs if name == "where"), *scope.where)
        counted = tuple(value for name, value in pairs if name == "counted")
        earlier_on = days["earlier_on"] or (scope.vs if moves else None)
        asked = Asked(**told, earlier_on=earlier_on, where=where, counted=counted)
        return cls(asked, days["as_of"] or scope.as_of, known.get("run") or scope.run)

    def page(self, root: Path, *, sort: str | None, after: str | None) -> CustomersResult:
        """One page of the list."""
        columns = MOVED_COLUMNS if self.asked.asks_for_moves else COLUMNS
        return customers_at(
            root, self.asked, columns=columns, sort=sort or SORT, limit=ROWS, after=after, as_of=self.as_of, run=self.run
        )


def condition(parts: Mapping[str, object]) -> str:
    """A condition as an address carries it; a list repeats its name, and what is None is left out.

    >>> condition({"tier": "vip", "moved": None}), condition({"where": ["orders_12m >= 10"]})
    ('tier=vip', 'where=orders_12m+%3E%3D+10')
    """
    pairs = [(name, each) for name, value in parts.items() for each in (value if isinstance(value, list | tuple) else [value])]
    return urlencode([(name, str(value)) for name, value in pairs if value is not None])


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MOST_PAIRS)
    except ValueError:
        words = _("'{value}' is no condition of a list, such as tier=vip.")
        raise InvalidArgument(Problem(words, {"value": text[:60]}, Place(column="?list"))) from None


def shown_columns(found: CustomersResult) -> tuple[ListColumn, ...]:
    """The columns that people read: the key only leads to the customer's own page."""
    return tuple(each for each in found.columns if each.slug != "customer_key")


def tiers_of(policy: Policy) -> dict[str, dict[str, object]]:
    """The tiers of a policy as templates show them, lowest first."""
    return {each.slug: {"name": each.name, "rank": rank, "of": len(policy.tiers)} for rank, each in enumerate(policy.tiers)}


def cell_words(language: Language) -> dict[str, dict[str, str]]:
    """What the cells of a column are called, where they hold names for scripts."""
    causes = {cause.value: translate(text, language) for cause, text in CAUSE_NAMES.items()}
    risks = {risk.value: translate(text, language) for risk, text in RISK_NAMES.items()}
    segments = {
        segmentation.value: {segment: words.in_language(language) for segment, words in names.items()}
        for segmentation, names in SEGMENT_NAMES.items()
    }
    return {
        **dict.fromkeys(_CAUSES, causes),
        **dict.fromkeys(_RISKS, risks),
        **segments,
        "segment": segments[Segmentation.RFM.value],
    }


def without(chosen: Chosen, place: int, where: tuple[str, ...]) -> dict[str, object]:
    """What changes in an address where one condition of its list is taken out.

    Args:
        chosen: the condition.
        place: of a condition over metrics: its place among them.
        where: all conditions over metrics and attributes.
    """
    over_metrics = [each for each in where if figure_of_attribute(each) is None]
    gone = over_metrics[place] if chosen.by is Choice.WHERE else chosen.values.get("where")
    if gone is not None:
        return {"where": [each for each in where if each != gone]}
    return {_PARAMETER_OF.get(chosen.by, chosen.by.value): None}


def as_page(text: str, scope: Scope) -> dict[str, object]:
    """What an address of the page of customers holds for the list that a condition names; the filters of the scope too."""
    pairs = _pairs(text)
    where = [value for name, value in pairs if name == "where"]
    told: dict[str, object] = {name: value for name, value in pairs if name in _KNOWN and name != "where"}
    return {**told, "where": list(dict.fromkeys([*where, *scope.where]))}
