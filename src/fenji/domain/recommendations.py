"""A recommendation is a product that a customer does not have and is likely to want next, or consumes and is likely to want again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.periods import Window


class Method(StrEnum):
    """How products are found for a customer; the simplest first."""

    POPULAR = "popular"
    """What most customers bought lately, of the same tier first of all."""
    AGAIN = "again"
    """What the customer bought before, latest and most often, where it is a thing that is bought again."""
    ITEMS = "items"
    """What is bought by those who bought the same things, lately weighing more."""
    FACTORS = "factors"
    """What lies near to the customer's taste, as factors learned from all purchases (alternating least squares)."""


SIMPLE, LEARNED = (Method.POPULAR, Method.AGAIN), (Method.ITEMS, Method.FACTORS)
"""Methods that learn nothing of products, which those that learn must beat."""


class Similarity(StrEnum):
    """When are two products near to each other?"""

    COSINE = "cosine"
    DAMPED = "damped"
    """Lift-damped: how often the one is bought by buyers of the other, popular ones held down."""


class BoughtRule(StrEnum):
    """May a product be recommended to somebody who has it?"""

    EXCLUDE = "exclude"
    REPURCHASE = "repurchase"
    """Where enough of its buyers have bought it again."""
    ALLOW = "allow"


class Reason(StrEnum):
    """Why a product is recommended."""

    BOUGHT = "bought"
    """Because the customer bought another product."""
    AGAIN = "again"
    """Because the customer bought the same before, and it is bought again."""
    POPULAR_IN_TIER = "popular_in_tier"
    """More popular among customers of the same tier than among all."""
    POPULAR = "popular"


@dataclass(frozen=True)
class TierRule:
    """What may be recommended to the customers of a tier; empty allow lists allow everything."""

    tier: str
    allow_categories: tuple[str, ...] = ()
    block_categories: tuple[str, ...] = ()
    allow_products: tuple[str, ...] = ()
    block_products: tuple[str, ...] = ()


DEFAULT_WINDOW = Window.parse("24m")
"""Two years: what is older says little about what comes next."""


@dataclass(frozen=True)
class RecommendChoices:
    """What the company has chosen for recommendations."""

    window: Window = DEFAULT_WINDOW
    """Which purchases count."""
    top: int = 10
    """Recommendations per customer."""
    method: Method | None = None
    """None: whichever finds most of what was bought next, tried on the past."""
    half_life_days: int = 90
    """A purchase counts half as much after so many days."""
    similarity: Similarity = Similarity.DAMPED
    neighbours: int = 20
    """Nearest products that are kept for each product."""
    factors: int = 32
    least_buyers: int = 5
    """Customers who must have bought a product before it is recommended."""
    sold_within_days: int = 90
    """A product that nobody bought for longer is taken for gone."""
    bought: BoughtRule = BoughtRule.REPURCHASE
    min_repurchase_rate: float = 0.2
    """Share of its buyers who bought a product on a second day, from which it may be recommended again."""
    most_again: int = 5
    """Recommendations per customer that may be products bought before; the method ``popular`` knows no such limit."""
    popular_days: int = 60
    """Purchases of so many days make popularity."""
    horizon_days: int = 30
    """How far the trial on the past looks ahead."""
    seed: int = 20260101
    tiers: tuple[TierRule, ...] = ()
    in_stock: tuple[str, ...] | None = None
    """The only products that may be recommended; None: stock is not known."""
    out_of_stock: tuple[str, ...] = ()
