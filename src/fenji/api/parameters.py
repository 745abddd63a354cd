"""Which parameters do several routes take, and what may they hold? Each said once, for the description as for the check."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from fenji.domain.written_days import days_written
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.validation import Objection

MOST_TEXT = 500
_YEARS = range(1900, 2101)


def _day(text: object) -> date:
    """A day as ISO 8601 writes it: what is clear on a command line may be read in two ways by two programs."""
    found = days_written(text) if isinstance(text, str) and len(text) == 10 else ()  # noqa: PLR2004 - the length of 2026-01-31
    if len(found) != 1 or str(found[0]) != text or found[0].year not in _YEARS:
        raise Objection(_("'{value}' is no day between 1900 and 2100, written as 2026-01-31."), value=str(text)[:40])
    return found[0]


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def _about(text: str, **limits: object) -> object:
    return Query(description=text, **limits)  # type: ignore[arg-type]


AsOf = Annotated[Day | None, _about("The review; left out: that of the last run.")]
EarlierOn = Annotated[Day | None, _about("The earlier review; left out: the one before.")]
RunId = Annotated[
    str | None, _about("A past run, exactly as it was published; left out: the newest answer.", alias="run", max_length=40)
]
Policy = Annotated[str | None, _about("A policy's name, where the workspace holds several.", max_length=64)]
By = Annotated[
    str | None,
    _about(
        "A cross table: a customer column such as region, or bands of a metric such as orders_12m:0,1,5,10.", max_length=MOST_TEXT
    ),
]
Where = Annotated[
    tuple[Annotated[str, Field(max_length=MOST_TEXT)], ...],
    Query(
        description="Only customers who meet this at the review: a condition as policies write it, or an attribute as region:east; all of them must hold.",
        max_length=30,
    ),
]
Program = Annotated[str | None, _about("A loyalty program's name, where there are several.", max_length=64)]
AfterNumber = Annotated[int, _about("Where the page before ended.", ge=0, le=2**63 - 1)]
Top = Annotated[int, _about("Rows of lists in the answer.", ge=1, le=500)]
Limit = Annotated[int, _about("Rows of the page.", ge=1, le=500)]
After = Annotated[str | None, _about("Where the page before ended: its `after`.", max_length=200)]
CustomerKey = Annotated[int, Path(description="The customer, as fenji knows it.", ge=0, le=2**63 - 1)]
AboutKey = Annotated[
    int | None,
    _about("One customer, as fenji knows it; found by POST /customers/search.", ge=0, le=2**63 - 1),
]


def customer_text(key: int | None) -> str | None:
    """How use-cases are told which customer is meant."""
    return None if key is None else f"key:{key}"


def nothing_here() -> NotFound:
    """Said alike of what is not there and of what may not be seen."""
    return NotFound.of(_("there is nothing of that name here."))
