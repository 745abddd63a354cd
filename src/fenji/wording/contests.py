"""What is said where a model is not better than its baseline? One sentence for every analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fenji.domain.contests import Contest
from fenji.domain.words import Spoken
from fenji.errors import Problem
from fenji.language import message as _
from fenji.language import translate

NOT_BETTER = "not_better_than_baseline"
"""The code by which scripts find the sentence."""

PAST_DATES = _("{count} past dates")
CUSTOMERS = _("{count} customers of a past date")
SAMPLES = _("{count} samples without groups")

_TEXT = _(
    "{subject}: a simple rule is used instead of the model. In the back-test ({trials}) '{model}' was not better than '{baseline}': {measure} {error} against {baseline_error}."
)


@dataclass(frozen=True)
class Contestants:
    """How an analysis names what it compares; all but ``show`` are messages."""

    subject: str
    """What is modelled."""
    model: str
    baseline: str
    measure: str
    """What the errors are."""
    show: Callable[[float], str]
    """An error as people read it."""
    trials: str = PAST_DATES
    """What the trials are, with their ``count``."""
    advice: str | None = None
    """What follows for the reader."""


def not_better(found: Contest | None, names: Callable[[Contest], Contestants]) -> Problem | None:
    """The sentence of a contest that the model has lost; None where it has not, or there was none.

    Args:
        found: the contest.
        names: of the contestants.
    """
    if found is None or not found.is_lost or found.model_error is None or found.baseline_error is None:
        return None
    told = names(found)
    values: dict[str, object] = {
        name: Spoken(partial(translate, getattr(told, name))) for name in ("subject", "model", "baseline", "measure")
    }
    values["trials"] = Spoken(lambda language: translate(told.trials, language, count=f"{found.trials:,}"))
    values |= {"error": told.show(found.model_error), "baseline_error": told.show(found.baseline_error)}
    return Problem(_TEXT, values, advice=told.advice, code=NOT_BETTER)
