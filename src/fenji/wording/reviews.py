"""When does a customer count as lost? In a sentence that stands in every answer about reviews."""

from __future__ import annotations

from functools import partial

from fenji.answers.runs import Lost
from fenji.domain.reviews import LostRule
from fenji.domain.words import Spoken
from fenji.language import Language, translate
from fenji.language import message as _


def lost_of(rule: LostRule) -> Lost:
    """The rule as answers tell it."""
    return Lost(rule.after_days, rule.after_intervals, Spoken(partial(lost_sentence, rule)))


def lost_sentence(rule: LostRule, language: Language) -> str:
    """The rule as a sentence."""
    if rule.after_intervals is not None and rule.after_days is not None:
        text = _(
            "A customer is lost after more than {intervals} times their own mean days between orders without an order or event; a customer without such a rhythm after more than {days} days."
        )
    elif rule.after_intervals is not None:
        text = _(
            "A customer is lost after more than {intervals} times their own mean days between orders without an order or event."
        )
    elif rule.after_days is not None:
        text = _("A customer is lost after more than {days} days without an order or event.")
    else:
        text = _("Nobody is ever lost, because fenji.toml sets neither lost_after_days nor lost_after_intervals.")
    return translate(text, language, intervals=rule.after_intervals, days=rule.after_days)
