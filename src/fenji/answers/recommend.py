"""What is answered to the question what each customer should be offered next, and why?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.recommendations import Method, Reason
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, PERSONAL, WHERE_KNOWN, Named
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class Offer:
    """One product that a customer is recommended."""

    position: int
    """1: first."""
    product_id: Annotated[str, AS_IT_IS]
    """As the company knows the product."""
    product_name: str | None
    """Null where it has none."""
    score: float
    """Of the method; says the order within one customer, nothing else."""
    reason: Reason
    """Why it is recommended."""
    because_product_id: Annotated[str | None, AS_IT_IS]
    """The product that speaks most for it; null where popularity does."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class Candidate:
    """One customer to whom a product is recommended."""

    customer_id: Annotated[str | None, PERSONAL]
    tier: str | None
    """Null: lost."""
    position: int
    """Among the customer's recommendations; 1: first."""
    score: float
    """Of the method; says the order within one customer, nothing else."""
    reason: Reason
    """Why the product is recommended to this customer."""
    because_product_id: Annotated[str | None, AS_IT_IS]
    """The product that speaks most for it; null where popularity does."""
    sentence: Spoken[str]


@dataclass(frozen=True)
class OfferedProduct:
    """One product, to how many customers it is recommended, and why."""

    product_id: Annotated[str, AS_IT_IS]
    """As the company knows the product."""
    product_name: str | None
    """Null where it has none."""
    customers: Annotated[int, COUNT]
    bought: int
    """Of the customers, those who bought another product that speaks for it."""
    again: int
    """Of them, those who bought it before."""
    popular_in_tier: int
    """Of them, those in whose tier it is popular."""
    popular: int
    """Of them, those for whom it is only popular among all customers."""

    def of(self, reason: Reason) -> int:
        """The customers to whom it is recommended for a reason."""
        counts = {
            Reason.BOUGHT: self.bought,
            Reason.AGAIN: self.again,
            Reason.POPULAR_IN_TIER: self.popular_in_tier,
            Reason.POPULAR: self.popular,
        }
        return counts[reason]


@dataclass(frozen=True)
class MethodQuality:
    """How well one method would have done before."""

    method: Method
    """How products are found for a customer."""
    is_chosen: bool
    """Whether the recommendations come from this method."""
    is_declared: bool
    """Whether the company declared the chosen method; else the back-test chose it."""
    trained_until: date | None
    """Last day that the methods knew in the back-test; null: they could not be tried."""
    horizon_days: int
    """Days after it whose purchases count."""
    positions: int
    """Recommendations per customer that count."""
    customers: int
    relevant: int
    """What these customers bought then: different products that may be recommended."""
    hits: int
    """Of them, those recommended."""
    recall: float | None
    """Mean over customers of hits by relevant; null where nobody could be tried, as all below."""
    precision: float | None
    """Mean over customers of hits by positions."""
    ndcg: float | None
    """Mean over customers of the discounted gain by the best possible one."""
    coverage: float | None
    """Different products recommended, of those that may be."""
    recall_error: float | None
    """Standard error of the recall."""
    recall_new: float | None
    """Recall among products that the customer had never bought."""


@dataclass(frozen=True)
class RecommendResult(Answer):
    """The recommendations of one customer, of one product, or the products that are recommended most."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    customer: Annotated[str | None, PERSONAL]
    """Who was asked about; null: nobody in particular."""
    product: Annotated[str | None, AS_IT_IS]
    """The product that was asked about; null: none in particular."""
    tier: str | None
    """Whose customers were asked about; null: those of all tiers."""
    customers: int
    """Of those asked about, the customers who have a recommendation."""
    known: int
    """All customers asked about."""
    offers: Annotated[tuple[Offer, ...] | None, Named("rows"), WHERE_KNOWN]
    """Of a customer: what is recommended, the first place first."""
    candidates: Annotated[tuple[Candidate, ...] | None, Named("rows"), WHERE_KNOWN]
    """Of a product: to whom it is recommended, the surest first."""
    products: Annotated[tuple[OfferedProduct, ...] | None, Named("rows"), WHERE_KNOWN]
    """Of neither: the products that are recommended to most customers."""
    quality: tuple[MethodQuality, ...]
    """Of each method, the one that found most first; empty without purchases."""
    product_name: Annotated[str | None, HIDDEN]
    """Of the product that was asked about."""
    tier_names: Annotated[Mapping[str, Words], HIDDEN]
    """Tier: its name, lowest first."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.offers or self.candidates or self.products or ()
