"""How many customers stood in each tier at the reviews so far? Read in one go from the counts that a run has stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from fenji.answers.history import HistoryResult, ReviewThen, TierThen
from fenji.answers.moves import NamedTier, ReviewFlow
from fenji.choices import EngineName
from fenji.domain.words import Words
from fenji.errors import InvalidArgument, NotFound
from fenji.language import message as _
from fenji.tables import insight
from fenji.workspace.folder import open_workspace
from fenji.workspace.limited_moves import moves_within, tier_counts_within
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import History, history_of, last_history
from fenji.workspace.session import Session

USUAL_REVIEWS = 24
"""Reviews shown by default: two years of months."""
MOST_REVIEWS = 120

Row = Mapping[str, Any]


def tier_history(
    root: Path,
    *,
    as_of: date | None = None,
    reviews: int = USUAL_REVIEWS,
    run_id: str | None = None,
    has_flows: bool = True,
    engine: EngineName | None = None,
) -> HistoryResult:
    """Customers and revenue of each tier at the reviews of one run, up to a review.

    Within ``limited_to`` they are those of the customers within the limits, counted from their rows.

    Args:
        root: the workspace.
        as_of: the last review that is shown; None: the last one of the run.
        reviews: how many at most, 1 to ``MOST_REVIEWS``.
        run_id: a run that decided reviews; None: the last one with more than one review, or the last one.
        has_flows: whether what came and went between the reviews is told too.
        engine: None: the one of the settings.

    Raises:
        InvalidArgument: another number of reviews.
        NotFound: no workspace, no such run, or no review on that day or before.
    """
    if not 1 <= reviews <= MOST_REVIEWS:
        raise InvalidArgument.of(_("{count} reviews cannot be shown; 1 to {most} can."), count=reviews, most=MOST_REVIEWS)
    with open_question(open_workspace(root, by_customer=True), engine=engine) as session:
        history = last_history(session) if run_id is None else history_of(session, session.runs.published(run_id))
        days = [day for day in history.reviews if as_of is None or day <= as_of][-reviews:]
        if not days:
            raise NotFound.of(
                _("run {run_id} has no review up to {day}."), run_id=history.run.run_id, day=as_of or _("the last day known")
            )
        flows = _flows(session, history, days) if has_flows else ()
        return _told(history, _rows(session, history, days), flows)


def _rows(session: Session, history: History, days: Sequence[date]) -> list[Row]:
    """Rows of insight.tier_count at some reviews, by review and rank."""
    run_id = history.run.run_id
    if session.limits:
        found = tier_counts_within(session, history.run, days)
    else:
        found = [row for row in session.rows(run_id, insight.TIER_COUNT) if row["as_of"] in set(days)]
    return sorted(found, key=lambda row: (row["as_of"], row["rank"]))


def _flows(session: Session, history: History, days: Sequence[date]) -> tuple[ReviewFlow, ...]:
    """All tiers together from each review to the next."""
    if len(days) == 1:
        return ()
    later = days[1:]
    if session.limits:
        rows = moves_within(session, history.run, days).flows
    else:
        rows = [row for row in session.rows(history.run.run_id, insight.TIER_FLOW) if row["as_of"] in set(later)]
    return tuple(ReviewFlow.of(day, own) for day in later if (own := [row for row in rows if row["as_of"] == day]))


def _told(history: History, rows: Sequence[Row], flows: tuple[ReviewFlow, ...]) -> HistoryResult:
    reviews = tuple(_review(day, list(own)) for day, own in groupby(rows, key=lambda row: row["as_of"]))
    names = {each.slug: each.name for each in history.past.policy.tiers}
    # Tiers of the newest review in their order; those that only earlier policies knew stand below them.
    newest_first = [tier.tier for review in reversed(reviews) for tier in reversed(review.tiers)]
    occurring = list(reversed(dict.fromkeys(newest_first)))
    return HistoryResult(
        run_id=history.run.run_id,
        as_of=reviews[-1].as_of,
        policy=reviews[-1].policy,
        version=reviews[-1].version,
        currency=history.past.currency,
        tiers=tuple(NamedTier(tier, names.get(tier, Words(tier, tier))) for tier in occurring),
        reviews=reviews,
        flows=flows,
        warnings=history.warnings,
    )


def _review(day: date, rows: Sequence[Row]) -> ReviewThen:
    tiers = tuple(TierThen(row["tier"], row["customers"], row["net_revenue_12m"]) for row in rows)
    return ReviewThen(day, rows[0]["policy"], rows[0]["version"], tiers)
