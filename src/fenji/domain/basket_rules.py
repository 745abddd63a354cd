"""A rule says: orders with these things hold that thing too. It is found in the data; the rules of a policy are something else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.periods import Window

PRODUCT_PREFIX = "product:"
CATEGORY_PREFIX = "category:"


class ItemKind(StrEnum):
    """What the items of a rule are."""

    PRODUCT = "product"
    CATEGORY = "category"
    MIXED = "mixed"
    """Products and categories in one rule, a product never with its own category."""


DEFAULT_WINDOW = Window.parse("12m")
"""A year, so that every season counts once."""


@dataclass(frozen=True)
class BasketChoices:
    """What the company has chosen for association rules."""

    window: Window = DEFAULT_WINDOW
    """Which orders count."""
    item_kinds: tuple[ItemKind, ...] = tuple(ItemKind)
    min_support: float | None = None
    """Least share of the orders that hold all items of a rule; None: as low as leaves a readable number of sets."""
    least_baskets: int = 10
    """Least number of orders, whatever the share says: fewer prove nothing."""
    least_customers: int = 3
    """Least number of different customers behind these orders: one who orders the same every week makes no rule."""
    min_confidence: float = 0.1
    min_lift: float = 1.0
    max_antecedents: int = 2
    """Items on the left side, 1 to 3."""
    most_items: int = 200
    """Different items of an order that count; of a larger order the most frequent ones do."""
    most_rules: int = 2000
    """Rules that are kept per kind of items and scope, the surest first."""


@dataclass(frozen=True)
class BasketItem:
    """One side of a rule, or a part of it."""

    is_category: bool
    name: str
    """The product_id or the category."""

    @classmethod
    def parse(cls, text: str) -> BasketItem:
        """Reads ``product:P1`` or ``category:tea``.

        >>> BasketItem.parse("category:tea")
        BasketItem(is_category=True, name='tea')
        """
        is_category = text.startswith(CATEGORY_PREFIX)
        return cls(is_category, text.removeprefix(CATEGORY_PREFIX if is_category else PRODUCT_PREFIX))
