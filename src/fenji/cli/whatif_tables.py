"""What do both comparisons of policies show: the tiers of each side, movements between them, the revenue affected, and the largest customers who would fall."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.answers.whatif import ComparedTier, PolicyChange
from fenji.cli.output import Col, Output, money, number, percent
from fenji.language import message as _
from fenji.wording.benefits import benefit_sentence
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording


def show_tiers(tiers: Sequence[ComparedTier], currency: str, output: Output) -> None:
    """Customers, share and revenue of every tier, the highest first."""
    titles = [_("customers"), _("share"), _("revenue of 12 months ({currency})")]
    columns = [Col(output.text(title, currency=currency), is_number=True) for title in titles]
    rows = [
        (each.name.in_language(output.language), number(each.customers), percent(each.share), money(each.net_revenue_12m))
        for each in reversed(tiers)
    ]
    output.table([Col(output.text(_("tier"))), *columns], rows)


def show_moves(found: PolicyChange, wording: Wording, output: Output) -> None:
    """The matrix of tiers, and what goes up, down and stays."""
    output.heading(_("Customers by current tier (down) and new tier (across)"))
    old, new = found.old_policy, found.new_policy
    counts = {(each.from_tier, each.to_tier): each.customers for each in found.moves}
    across = [tier.slug for tier in reversed(new.tiers)]
    columns = [Col(output.text(_("tier"))), *(Col(tier_name(new, slug, wording), is_number=True) for slug in across)]
    rows = [
        (tier_name(old, tier.slug, wording), *(number(counts.get((tier.slug, slug), 0)) for slug in across))
        for tier in reversed(old.tiers)
    ]
    output.table(columns, rows)
    for text, moved in (
        (_("Up: {customers} {customers:customer|customers} with {revenue} {currency}."), found.up),
        (_("Down: {customers} {customers:customer|customers} with {revenue} {currency}."), found.down),
        (_("Stay: {customers} {customers:customer|customers} with {revenue} {currency}."), found.stay),
    ):
        output.say(text, customers=number(moved.customers), revenue=money(moved.net_revenue_12m), currency=wording.currency)
    output.say(benefit_sentence(found.benefit_cost, found.currency, output.language))


def show_affected(found: PolicyChange, wording: Wording, output: Output) -> None:
    """The largest customers who would stand lower; nothing where nobody would."""
    if not found.most_affected:
        return
    output.heading(_("The largest customers who would stand lower"))
    columns = [Col(output.text(title)) for title in (_("customer"), _("current tier"), _("new tier"))]
    columns.append(Col(output.text(_("revenue of 12 months ({currency})"), currency=wording.currency), is_number=True))
    rows = [
        (
            each.customer_id or "-",
            tier_name(found.old_policy, each.from_tier, wording),
            tier_name(found.new_policy, each.to_tier, wording),
            money(each.net_revenue_12m),
        )
        for each in found.most_affected
    ]
    output.table(columns, rows)
