"""What do both views of another policy show alike: the tiers of each side, who goes where, what is at stake, and whom it would hurt most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from fenji.analyze.whatif.comparing import Move, PolicyComparison, PolicySide, TierSide
from fenji.cli.output import Col, Output, money, number, percent
from fenji.language import message as _
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording
from fenji.workflow.whatif import AffectedCustomer


def show_tiers(side: PolicySide, currency: str, output: Output) -> None:
    """Customers, share and revenue of every tier, the highest first."""
    titles = [_("customers"), _("share"), _("revenue of 12 months ({currency})")]
    columns = [Col(output.text(title, currency=currency), is_number=True) for title in titles]
    rows = [
        (each.tier.name.in_language(output.language), number(each.customers), percent(each.share), money(each.net_revenue_12m))
        for each in reversed(side.tiers)
    ]
    output.table([Col(output.text(_("tier"))), *columns], rows)


def show_moves(found: PolicyComparison, wording: Wording, output: Output) -> None:
    """The matrix of tiers, and what goes up, down and stays."""
    output.heading(_("Customers by current tier (down) and new tier (across)"))
    old, new = found.current.policy, found.new.policy
    counts = {(each.from_tier, each.to_tier): each.customers for each in found.moves}
    across = [tier.slug for tier in reversed(new.tiers)]
    columns = [Col(output.text(_("tier"))), *(Col(tier_name(new, slug, wording), is_number=True) for slug in across)]
    rows = [
        (tier_name(old, tier.slug, wording), *(number(counts.get((tier.slug, slug), 0)) for slug in across))
        for tier in reversed(old.tiers)
    ]
    output.table(columns, rows)
    for text, direction in (
        (_("Up: {customers} {customers:customer|customers} with {revenue} {currency}."), 1),
        (_("Down: {customers} {customers:customer|customers} with {revenue} {currency}."), -1),
        (_("Stay: {customers} {customers:customer|customers} with {revenue} {currency}."), 0),
    ):
        customers, revenue = found.moved(direction)
        output.say(text, customers=number(customers), revenue=money(revenue), currency=wording.currency)
    output.say(_("What the benefits of the tiers would cost is not known: no benefits are recorded."))


def show_affected(found: PolicyComparison, affected: Sequence[AffectedCustomer], wording: Wording, output: Output) -> None:
    """The largest customers who would stand lower; nothing where nobody would."""
    if not affected:
        return
    output.heading(_("The largest customers who would stand lower"))
    columns = [Col(output.text(title)) for title in (_("customer"), _("current tier"), _("new tier"))]
    columns.append(Col(output.text(_("revenue of 12 months ({currency})"), currency=wording.currency), is_number=True))
    rows = [
        (
            each.customer_id or "-",
            tier_name(found.current.policy, each.from_tier, wording),
            tier_name(found.new.policy, each.to_tier, wording),
            money(each.net_revenue_12m),
        )
        for each in affected
    ]
    output.table(columns, rows)


def tier_json(each: TierSide, wording: Wording) -> dict[str, Any]:
    """One tier of one side."""
    return {
        "tier": each.tier.slug,
        "name": each.tier.name.in_language(wording.language),
        "customers": each.customers,
        "share": each.share,
        "net_revenue_12m": each.net_revenue_12m,
    }


def moves_json(found: PolicyComparison) -> dict[str, Any]:
    """Who goes where; the cost of benefits is null as long as none are recorded."""
    return {
        "moves": [_move(each) for each in found.moves],
        "up": _moved(found.moved(1)),
        "down": _moved(found.moved(-1)),
        "stay": _moved(found.moved(0)),
        "benefit_cost": None,
    }


def affected_json(affected: Sequence[AffectedCustomer]) -> list[dict[str, Any]]:
    """The largest customers who would stand lower."""
    return [vars(each) for each in affected]


def direction_word(direction: int) -> str:
    """up, down or stay, as scripts read it."""
    return {1: "up", -1: "down", 0: "stay"}[direction]


def _move(each: Move) -> dict[str, Any]:
    return {
        "from_tier": each.from_tier,
        "to_tier": each.to_tier,
        "direction": direction_word(each.direction),
        "customers": each.customers,
        "net_revenue_12m": each.net_revenue_12m,
    }


def _moved(found: tuple[int, Decimal]) -> dict[str, Any]:
    customers, revenue = found
    return {"customers": customers, "net_revenue_12m": revenue}
