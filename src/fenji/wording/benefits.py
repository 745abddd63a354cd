"""What do benefits cost under another policy? One sentence, with what could not be counted."""

from __future__ import annotations

from fenji.answers.benefits import BenefitCostChange
from fenji.language import Language, translate
from fenji.language import message as _


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
