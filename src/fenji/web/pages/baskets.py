"""What is bought together, overall and in each tier? Rules in a table, with how sure each is; never a graph of everything with everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.baskets import BasketRule, RulesResult
from fenji.domain.access import Right
from fenji.domain.basket_rules import ItemKind
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.reports.charts.axes import Axis, Unit
from fenji.web.navigation import Entry, Page
from fenji.web.pages.worth import asked_of
from fenji.web.versus import Beside, Versus, beside, versus_of
from fenji.web.visiting import Figures, Visit
from fenji.workflow.baskets import RuleOrder, rules_at

PAGE = Page("/structure/baskets", Entry.STRUCTURE, _("Baskets"), Right.FIGURES_READ, 6)

SHOWN = 50
"""Rules of a page; those of both tiers that are compared are looked for among ten times as many."""
ORDERS = {
    RuleOrder.EVIDENCE: _("surest first"),
    RuleOrder.LIFT: _("highest lift first"),
    RuleOrder.CONFIDENCE: _("highest confidence first"),
    RuleOrder.SUPPORT: _("most frequent first"),
    RuleOrder.DIFFERENCE: _("most of this tier's own first"),
}
KINDS = {ItemKind.PRODUCT: _("products"), ItemKind.CATEGORY: _("categories"), ItemKind.MIXED: _("products and categories")}
_LIFT = Axis("", Unit.NUMBER, digits=2)

router = APIRouter()


@dataclass(frozen=True)
class RulesAsked:
    """Which rules an address asks for."""

    tier: str | None
    kind: ItemKind | None
    order: RuleOrder | None

    @classmethod
    def of(cls, tier: str | None, of: str | None, by_what: str | None) -> RulesAsked:
        """From the parameters of an address.

        Raises:
            InvalidArgument: values that are unknown, all at once.
        """
        kind, order = of or None, by_what or None
        known: tuple[tuple[str | None, tuple[str, ...]], ...] = ((kind, tuple(ItemKind)), (order, tuple(RuleOrder)))
        InvalidArgument.raise_if(
            unknown_name(_("parameter"), text[:60], names) for text, names in known if text is not None and text not in names
        )
        return cls(tier or None, None if kind is None else ItemKind(kind), None if order is None else RuleOrder(order))


@router.get(PAGE.address)
def baskets(
    visit: Figures,
    *,
    tier: str | None = None,
    of: str | None = None,
    by_what: str | None = None,
    a: str | None = None,
    b: str | None = None,
) -> Response:
    """The rules of all orders, or of one tier's."""
    asked = RulesAsked.of(tier, of, by_what)
    return visit.page(PAGE, "pages/structure_baskets.html", lambda: _made(visit, asked, (a, b)))


def _made(visit: Visit, asked: RulesAsked, sides: tuple[str | None, str | None]) -> Mapping[str, object]:
    tier = asked.tier
    found = visit.read(lambda root: _rules(root, visit, asked))
    versus = versus_of(*sides, found.tier_names)
    return {
        "found": found,
        "tiers": [{"tier": slug, "name": name} for slug, name in found.tier_names.items()],
        "tier": tier,
        "tier_options": list(reversed(list(found.tier_names.items()))),
        "kind": found.item_kind,
        "order": asked.order or (RuleOrder.EVIDENCE if tier is None else RuleOrder.DIFFERENCE),
        "orders": {each.value: visit.say(text) for each, text in ORDERS.items() if tier or each is not RuleOrder.DIFFERENCE},
        "kinds": {each.value: visit.say(text) for each, text in KINDS.items()},
        "versus": versus,
        "beside": () if versus is None else _beside(visit, versus, found.item_kind),
    }


def _rules(root: Path, visit: Visit, asked: RulesAsked, top: int = SHOWN) -> RulesResult:
    return rules_at(root, **asked_of(visit), item_kind=asked.kind, tier=asked.tier, order=asked.order, top=top)


def _beside(visit: Visit, versus: Versus, kind: ItemKind) -> list[Beside]:
    """The lift of the rules that either tier has, the largest difference first."""
    sides = [_own_rules(visit, side.tier, kind) for side in (versus.a, versus.b)]
    rules = {**sides[1], **sides[0]}
    pairs = {number: [None if number not in side else side[number].lift for side in sides] for number in rules}
    in_order = sorted(rules, key=lambda number: (-_apart(pairs[number]), number))
    return [beside(rule_words(rules[number]), pairs[number], _LIFT, visit.language) for number in in_order[:SHOWN]]


def _own_rules(visit: Visit, tier: str, kind: ItemKind) -> dict[int, BasketRule]:
    found = visit.read(lambda root: _rules(root, visit, RulesAsked(tier, kind, None), 10 * SHOWN))
    return {each.rule: each for each in found.rules}


def _apart(pair: list[float | None]) -> float:
    a, b = pair
    return 0.0 if a is None or b is None else abs(a - b)


def rule_words(rule: BasketRule) -> str:
    """A rule as a line: what is bought, and what with it."""
    left = " + ".join(each.name or each.id for each in rule.antecedent)
    return f"{left} → {rule.consequent.name or rule.consequent.id}"
