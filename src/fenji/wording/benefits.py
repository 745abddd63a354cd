"""How is the cost of a benefit counted, and what do benefits cost under another policy? In words, with what could not be counted."""

from __future__ import annotations

from fenji.answers.loyalty.benefits import BenefitCostChange
from fenji.answers.loyalty.offers import money
from fenji.domain.loyalty.benefits import Benefit, CostKind
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording import figures
from fenji.wording.rules import Wording

COSTS = {
    CostKind.NOTHING: _("no cost"),
    CostKind.EACH: _("by uses a year"),
    CostKind.METRIC: _("by a metric"),
    CostKind.YEAR: _("by customer and year"),
    CostKind.POINTS: _("by points"),
}


def cost_sentence(benefit: Benefit, wording: Wording) -> str:
    """From what the cost of a benefit is counted."""
    rule, language = benefit.cost, wording.language
    amount = figures.money(money(rule.cents), wording.currency)
    match rule.kind:
        case CostKind.NOTHING:
            return translate(_("counts as costing nothing"), language)
        case CostKind.POINTS:
            return translate(_("the points beyond factor 1 of the program"), language)
        case CostKind.YEAR:
            return translate(_("{amount} a customer and year"), language, amount=amount)
        case CostKind.METRIC:
            return translate(_("{amount} a use; uses: {metric}"), language, amount=amount, metric=wording.name(rule.metric or ""))
        case CostKind.EACH:
            uses = figures.trimmed(rule.uses_a_year, 2)
            return translate(_("{amount} a use, {uses} uses a customer and year"), language, amount=amount, uses=uses)


def benefit_sentence(found: BenefitCostChange | None, currency: str, language: Language) -> str:
    """What the benefits of the tiers would cost a year; catalog text without places left."""
    if found is None:
        return translate(_("Cost of benefits: none are in force for these tiers, so it is not known."), language)
    text = _("Benefits would cost {new} {currency} a year, now {current} ({change}).")
    values = {"new": f"{found.new:,.2f}", "current": f"{found.current:,.2f}", "change": f"{found.change:+,.2f}"}
    told = translate(text, language, currency=currency, **values)
    if found.not_counted:
        told += translate(_(" Not counted in either: {benefits}."), language, benefits=", ".join(found.not_counted))
    return told
