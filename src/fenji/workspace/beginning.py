"""On which day does the history of tiers begin? Fixed by the settings or by the first run of a policy, and the same in every run from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.domain.metrics import Fact, Metric
from fenji.domain.policies import Policy
from fenji.domain.reviews import MOST_DECIDED, MOST_REVIEWS, NEVER_LOST, ReviewOn, is_filling, is_period_end, reviews_between
from fenji.domain.runs import Run, RunStatus
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.workspace.clean_base import CleanBase
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session

ADVICE = _("For another day write in fenji.toml: history_begins_on = {example}")


@dataclass(frozen=True)
class Beginning:
    """The day from which on reviews are decided, and why it may surprise."""

    on: date
    notes: tuple[Problem, ...] = ()
    before: tuple[str, date] | None = None
    """The last run of the policy and the day on which its history began, where that is another one."""


def kept_beginning(session: Session, slug: str) -> Beginning | None:
    """The day of the settings, else that of the last run of a policy, also where that run was removed since; None where nothing says one."""
    given = session.workspace.settings.history_begins_on
    run = session.runs.latest_of_policy(slug)
    began = None if run is None else _began_on(session, run)
    if given is not None:
        moved = None if run is None or began in {None, given} else (run.run_id, began)
        return Beginning(given, before=moved)
    if run is None or began is None:
        return None
    if PastRun(session, run).history_begins_on is not None:
        return Beginning(began)
    text = _(
        "runs of earlier versions did not fix the day on which history begins: from now on it begins on {day}, the first review of run {run_id}."
    )
    return Beginning(began, (Problem(text, {"day": began, "run_id": run.run_id, "example": began}, advice=ADVICE),))


def _began_on(session: Session, run: Run) -> date | None:
    past = PastRun(session, run)
    if past.history_begins_on is None and run.status is RunStatus.PUBLISHED:
        return next(iter(past.reviews), None)
    return past.history_begins_on


def first_beginning(
    session: Session,
    base: CleanBase,
    policy_on: Callable[[date], Policy],
    registry_of: Callable[[Policy], Registry],
    *,
    as_of: date,
) -> Beginning:
    """The day for the first run of a policy: its first review on which the windows of its rules are full.

    Where there is none yet, the first review since the data begin; where nothing has a day, or the first period has not ended yet, ``as_of``.

    Args:
        session: reads the clean tables.
        base: the clean tables.
        policy_on: the version in force on a day.
        registry_of: the metrics that a version may name.
        as_of: the last review.
    """
    first_on = first_day(session, base)
    if first_on is None or first_on > as_of:
        return Beginning(as_of)
    known: dict[int, tuple[Metric, ...]] = {}

    def is_full(review: ReviewOn) -> bool:
        policy = review.policy
        if policy.version not in known:
            known[policy.version] = metrics_named(policy, registry_of(policy))
        return not is_filling(review.as_of, first_on, known[policy.version], NEVER_LOST)

    reviews = reviews_between(first_on, as_of, policy_on)
    whole = [each for each in reviews if is_period_end(each.as_of, each.policy.review.every)][-MOST_REVIEWS:]
    full = next((each for each in whole if is_full(each)), None)
    if full is not None:
        return Beginning(full.as_of)
    day = whole[0].as_of if whole else as_of
    if is_full(reviews[-1]):
        return Beginning(day)
    text = _(
        "the data begin on {first_on}, so the windows of policy {policy} are full at no review up to {as_of}: history begins on {day} and stays there."
    )
    values = {"first_on": first_on, "policy": reviews[-1].policy.slug, "as_of": as_of, "day": day, "example": day}
    return Beginning(day, (Problem(text, values, advice=ADVICE),))


def first_day(session: Session, base: CleanBase) -> date | None:
    """The first day of which anything is known: of the first order of a customer, where there are orders; None where nothing has a day."""
    orders = base.facts.get(Fact.ORDER_LINE)
    first = base.customer.first_seen_on.min() if orders is None else orders.ordered_on.min(where=orders.customer_key.notnull())
    day: date | None = session.engine.fetch(first.name("first").as_table())["first"][0].as_py()
    return day


def metrics_named(policy: Policy, registry: Registry) -> tuple[Metric, ...]:
    """The metrics that the rules and the score of a policy name."""
    asked = [*metrics_in(conditions_of(policy)), *(part.metric for part in policy.score)]
    return tuple(registry.named(slug) for slug in dict.fromkeys(asked) if slug in registry)


def reviews_since(begins_on: date, as_of: date, policy_on: Callable[[date], Policy]) -> tuple[ReviewOn, ...]:
    """Every review that a run decides, the earliest first.

    Raises:
        InvalidArgument: there are more than anybody means.
    """
    reviews = reviews_between(begins_on, as_of, policy_on)
    if len(reviews) > MOST_DECIDED:
        text = _("history would begin on {day}: {count} reviews up to {as_of} are more than the {most} that can be decided.")
        raise InvalidArgument.of(
            text,
            advice=ADVICE,
            day=begins_on,
            count=len(reviews),
            as_of=as_of,
            most=MOST_DECIDED,
            example=reviews[-MOST_REVIEWS].as_of,
        )
    return reviews


def told_of_history(beginning: Beginning, reviews: Sequence[ReviewOn], *, asked: int) -> tuple[Problem, ...]:
    """What a run says of the day on which its history begins.

    Args:
        beginning: the day.
        reviews: what the run decides, the earliest first.
        asked: how many were to be kept.
    """
    return (*beginning.notes, *_remarks(beginning, reviews, asked))


def _remarks(beginning: Beginning, reviews: Sequence[ReviewOn], asked: int) -> Iterator[Problem]:
    as_of, day = reviews[-1].as_of, beginning.on
    values: Mapping[str, object] = {"day": day, "as_of": as_of, "example": day}
    if beginning.before is not None:
        run_id, before = beginning.before
        text = _(
            "history begins on {day} now, and began on {before} in run {run_id}: tiers of {count} {count:review|reviews} from {since} on can differ from those of earlier runs, which stay as they are."
        )
        since = max(day, before)
        count = sum(each.as_of >= since for each in reviews)
        advice = _("To go on as before write in fenji.toml: history_begins_on = {before}")
        yield Problem(text, {**values, "before": before, "run_id": run_id, "since": since, "count": count}, advice=advice)
    if as_of < day:
        text = _(
            "{as_of} lies before {day}, on which history begins: this review is decided by itself, as if nobody had held a tier before."
        )
        yield Problem(text, {**values, "example": as_of}, advice=ADVICE)
    elif len(reviews) < asked:
        text = _("history begins on {day}: {asked} reviews were asked for, and there {count:is|are} {count} up to {as_of}.")
        yield Problem(text, {**values, "asked": asked, "count": len(reviews)}, advice=ADVICE)
