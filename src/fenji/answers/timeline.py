"""What is answered to the question what has happened with one customer, and by which ids the customer is known?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.contacts import ContactKind
from fenji.domain.telling import PERSON_NAME, PERSONAL, WITHHELD
from fenji.domain.words import Spoken


class Happened(StrEnum):
    """What sort of thing happened."""

    ORDER = "order"
    RETURN = "return"
    FEEDBACK = "feedback"
    CONTACT = "contact"
    REDEMPTION = "redemption"
    """Of a coupon."""


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened with the customer."""

    on: date
    """The local day."""
    what: Happened
    """What sort of thing."""
    reference: Annotated[str | None, PERSONAL]
    """The order, the campaign or the coupon, as its source calls it; null: feedback."""
    amount: Decimal | None
    """Of an order what was paid, of a return what went back (below zero), of a coupon its value; null where there is none."""
    lines: int | None
    """Of orders and returns: their lines."""
    products: tuple[str, ...]
    """Of orders and returns: the products with most revenue, at most three; by their ids where they have no names."""
    channel: str | None
    """Where it happened; null where nobody says."""
    kind: str | None
    """Of feedback: satisfaction, nps, complaint or questionnaire."""
    score: float | None
    """Of feedback: 0 to 100."""
    topic: str | None
    """Of feedback."""
    is_open: bool | None
    """Of a complaint: whether it was not resolved by the day of the answer."""
    hours_to_resolution: float | None
    """Of a complaint that was resolved by then."""
    words: Annotated[str | None, WITHHELD]
    """Of feedback: what the customer wrote."""


@dataclass(frozen=True)
class TimelineResult(Answer):
    """What has happened with one customer up to a day, newest first."""

    run_id: str
    as_of: date
    currency: str
    customer_key: int
    entries: tuple[TimelineEntry, ...]
    """The newest."""
    known: int
    """All that is known up to the day."""
    is_of_newest_data: bool
    """Whether the run stands on the data that were collected last."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.entries


@dataclass(frozen=True)
class KnownId:
    """One id of the customer."""

    source: str
    """The space of ids to which it belongs."""
    source_customer_id: Annotated[str, PERSONAL]
    """The id there, or phone:…, email:…, union:… where rows carry no id."""
    rule: str
    """What tied it to the customer, by its name for scripts."""
    sentence: Spoken[str]
    probability: float
    """1.0 for exact rules."""


@dataclass(frozen=True)
class KnownContact:
    """A phone, an e-mail or a name by which the customer is known."""

    kind: ContactKind
    """What it is."""
    value: Annotated[str, PERSON_NAME]
    """As the newest row wrote it."""
    last_seen_on: date | None
    """The day of the newest row that says it; null: no row tells a day."""
    source: str


@dataclass(frozen=True)
class IdentityResult(Answer):
    """By which ids, phones, e-mails and names one customer is known, and what tied them together."""

    run_id: str
    as_of: date | None
    customer_key: int
    customer_id: Annotated[str | None, PERSONAL]
    ids: tuple[KnownId, ...]
    """By source."""
    contacts: tuple[KnownContact, ...]
    """Phones, e-mails and names, the newest first."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.ids
