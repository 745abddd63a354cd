"""What is answered to the question what is bought together?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.basket_rules import ItemKind
from fenji.domain.telling import AS_IT_IS, HIDDEN
from fenji.domain.words import Words
from fenji.errors import Problem


@dataclass(frozen=True)
class RuleItem:
    """One product or category of a rule."""

    kind: ItemKind
    """Product or category."""
    id: Annotated[str, AS_IT_IS]
    """The product_id, or the category."""
    name: str | None
    """What it is called; null where the product has no name."""


@dataclass(frozen=True)
class BasketRule:
    """One rule: orders with these things hold that thing too."""

    rule: int
    """1.. within the kind of items, the surest among all orders first."""
    antecedent: tuple[RuleItem, ...]
    """The left side: what is bought."""
    consequent: RuleItem
    """The right side: what is bought with it."""
    orders: int
    """Orders asked about that hold any item of the kind."""
    antecedent_orders: int
    """Of them, those that hold the left side."""
    consequent_orders: int
    """Of them, those that hold the right side."""
    both_orders: int
    """Of them, those that hold both."""
    both_customers: int | None
    """Different customers behind them, an order without a customer counted as one more; null where not known."""
    support: float | None
    """both_orders / orders; null without orders."""
    confidence: float | None
    """both_orders / antecedent_orders; null where the left side never occurs."""
    lift: float | None
    """Confidence by the share of orders with the right side; null where a side never occurs."""
    leverage: float | None
    """Support less what chance would give; null without orders."""
    conviction: float | None
    """(1 - share with the right side) / (1 - confidence); null: infinite where confidence is 1, unknown where that is null."""
    lift_lower: float | None
    """Lower end of the lift's interval of 95 %; null where both never occur together."""
    lift_upper: float | None
    """Its upper end."""
    is_found: bool
    """Whether the rule meets the thresholds among these orders and is not redundant there."""
    lift_elsewhere: float | None
    """Lift among the orders of all other tiers; null without a tier."""
    lift_difference: float | None
    """Lift less lift elsewhere; null without a tier."""
    difference_z: float | None
    """Difference of the logarithms of both lifts in its standard errors; null where it cannot be said."""
    is_difference_clear: bool | None
    """Whether chance gives such a difference less than once in a thousand rules; null where it cannot be said."""


@dataclass(frozen=True)
class BasketSummary:
    """What was counted, and what it took for a rule to be kept."""

    opens_after: date | None
    """Last day before the window; null: no beginning."""
    orders: int
    """Orders that hold any item of the kind."""
    multi_orders: int
    """Of them, those with two different items or more."""
    cut_orders: int
    """Of them, those with more than ``most_items`` items, of which the most frequent count."""
    cut_items: int
    """Items that were cut off these."""
    most_items: int
    """Different items of an order that count."""
    items: int
    """Items that are frequent enough, in all orders or a tier, to be looked at."""
    frequent_items: int
    """Items that stand in ``min_count`` of these orders."""
    min_count: int
    """Least number of orders that hold all items of a rule."""
    min_support: float | None
    """The same as a share of orders; null without orders."""
    is_support_declared: bool
    """Whether the company declared it; else as low as leaves a readable number of rules."""
    min_confidence: float
    """Least confidence."""
    min_lift: float
    """Least lift."""
    max_antecedents: int
    """Most items on the left side."""
    sets: int
    """Frequent sets of two and more items."""
    strong_rules: int
    """Rules with that confidence and lift."""
    redundant_rules: int
    """Of them, those that say no more than a more general one; left out."""
    narrow_rules: int
    """Of the surest others, those behind which too few customers stand; left out."""
    least_customers: int
    """Different customers that must stand behind a rule."""
    rules: int
    """Rules that are kept: the surest of the others, up to a declared number."""


@dataclass(frozen=True)
class RulesResult(Answer):
    """Some rules of one kind of items, overall or in a tier, with what was counted."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    item_kind: ItemKind
    """What the items of the rules are."""
    tier: str | None
    """Whose orders count; null: all orders."""
    summary: BasketSummary | None
    """Null where no order lines are known."""
    found: int
    """Rules that were found and asked for, shown or not."""
    rules: tuple[BasketRule, ...]
    """The first of them, in the order that was asked for."""
    tier_names: Annotated[Mapping[str, Words], HIDDEN]
    """Tier: its name, lowest first."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.rules
