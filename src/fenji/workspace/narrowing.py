"""Which figures have those customers alone who meet some conditions? The session of a question, narrowed to their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from fenji.analyze.rules.holds import metrics_in
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.domain.words import Spoken
from fenji.wording.lists import condition_line
from fenji.wording.rules import Voice
from fenji.workspace.session import Session, narrowed_to


@dataclass(frozen=True)
class Narrowed:
    """A session that reads the rows of some customers only, and in words who they are."""

    session: Session
    conditions: tuple[Spoken[str], ...] = ()


def narrowed(session: Session, run: Run, policy: Policy, where: Sequence[str], *, as_of: date) -> Narrowed:
    """The session narrowed to the customers who meet all conditions at a review of a run; as it is where there are none.

    Args:
        session: of the question; limits of whoever asks stay.
        run: whose figures are asked for.
        policy: by which it decided the review.
        where: conditions as lists of customers take them.
        as_of: the review.

    Raises:
        NotFound: unknown metrics; all at once.
        InvalidArgument: conditions that cannot be read; all at once.
    """
    if not where:
        return Narrowed(session)
    # Choosing customers loads what reads uploaded lists, which tiers of everybody must not wait for.
    choosing: Any = import_module("fenji.workspace.customer_choice")
    columns = choosing.CustomerColumns(session, run, as_of)
    choice = choosing.CustomerChoice(columns, policy, choosing.Asked(where=tuple(dict.fromkeys(where))), None)
    customers = session.engine.stage(choice.table())
    metrics = {
        slug: columns.registry.named(slug) for slug in metrics_in(each.condition for each in choice.chosen if each.condition)
    }
    voice = Voice(metrics, columns.past.currency)
    return Narrowed(narrowed_to(session, customers), tuple(voice.say(condition_line, each) for each in choice.chosen))
