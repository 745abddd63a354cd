"""Which expectation is used, and why not the model's? In the words of the reader's language."""

from __future__ import annotations

from math import expm1

from fenji.answers.value import ValueResult
from fenji.domain.contests import Contest
from fenji.domain.value import REFUSALS, Choice, OrderModel
from fenji.errors import Problem
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.wording.contests import Contestants, not_better

MODEL_NAMES = {
    OrderModel.BG_NBD: _("BG/NBD"),
    OrderModel.MBG_NBD: _("MBG/NBD"),
    OrderModel.AVERAGE_RATE: _("the average rate of all"),
    OrderModel.CONTINUED: _("everybody continues as in the last period"),
    OrderModel.RECENCY: _("customers who ordered in the last period continue as such customers did before"),
}
REFUSED = {
    Choice.AT_BOUND: _(
        "the model of orders is not used, because the data do not determine its parameters; used instead: {what}. No probability of still being a customer is given."
    ),
    Choice.NOBODY_LEAVES: _(
        "the model of orders is not used, because it counts everybody as still a customer; used instead: {what}. No probability of still being a customer is given."
    ),
    Choice.UPSIDE_DOWN: _(
        "the model of orders is not used, because it expects more per head of the lowest tier than of the highest, which has brought more; used instead: {what}. No probability of still being a customer is given."
    ),
}


def refusal(result: ValueResult) -> Problem | None:
    """Why the model of orders is not used, and what stands in for it; None where it is used, or none could be fitted."""
    chosen, summary = result.order_model, result.summary
    if chosen.choice not in REFUSALS:
        return None
    if chosen.choice is not Choice.LOSES:
        return Problem(REFUSED[chosen.choice], {"what": MODEL_NAMES[chosen.model]}, code=str(chosen.choice))
    error, baseline_error = summary.trial_error, summary.trial_baseline_error
    return not_better(Contest(_MODEL, error, chosen.model, baseline_error, summary.trials or 0), contestants)


_MODEL = "model"


def contestants(found: Contest) -> Contestants:
    """How the sentence of a lost contest names what it compares."""
    return Contestants(
        subject=_("orders and revenue of the next twelve months"),
        model=_("the model of orders"),
        baseline=MODEL_NAMES[OrderModel(str(found.baseline))],
        measure=_("expected revenue off by"),
        show=share_of,
        advice=_("No probability of still being a customer is given."),
    )


def interval_line(result: ValueResult, language: Language) -> str:
    """What the intervals of all together hold, and by how much they were widened for what trials have shown."""
    summary = result.summary
    if summary.orders_widening is None or summary.revenue_widening is None:
        return translate(_("No interval is given: too little could be tried on past days."), language)
    values: dict[str, object] = {"trials": summary.trials, "days": summary.trial_days}
    values |= {"orders": f"{summary.orders_widening:.1f}", "revenue": f"{summary.revenue_widening:.1f}"}
    text = _(
        "The 95 % intervals cover chance, the scatter of amounts and the errors of {trials} trials on past days, each {days} days ahead: for these errors the interval of orders was widened by a factor of {orders}, that of revenue by {revenue}."
    )
    return translate(text, language, **values)


def share_of(error: float | None) -> str:
    """The size of a logarithm as a share.

    >>> share_of(0.09531)
    '10 %'
    """
    return "-" if error is None else f"{expm1(error) * 100:.0f} %"
