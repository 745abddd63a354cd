"""Movements are saved only where they close, and answered for any two reviews of a run; world: four customers at three monthly reviews."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fenji.answers.moves import CohortAt, EndedStays, MovementCell, ReviewFlow, TierFlow
from fenji.domain.policies import Cause
from fenji.errors import ContractBroken, InvalidArgument, NotFound
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.moves import moves_between
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.session import Session
from fixtures.published_reviews import APRIL, JUNE, MAY, REVIEWS, WORLD, publish


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    return tmp_path


@pytest.fixture
def session(shop: Path) -> Iterator[Session]:
    with open_session(open_workspace(shop)) as opened:
        yield opened


def test_without_dates_the_last_two_reviews_are_compared(shop: Path, session: Session) -> None:
    run_id = publish(session, WORLD, lost_after_days=90)
    result = moves_between(shop)
    assert (result.run_id, result.earlier_on, result.as_of, result.first_review) == (run_id, MAY, JUNE, REVIEWS[0])
    assert (result.policy, result.version, result.currency) == ("two", 1, "CNY")
    assert (result.lost.after_days, result.lost.after_intervals) == (90, None)
    assert {each.tier: each.name.zh for each in result.tiers} == {"low": "低级", "high": "高级"}
    assert result.movements == (
        MovementCell("low", "low", None, 1, 1.0, Decimal("20.00")),
        MovementCell("high", "low", None, 1, 0.5, Decimal("10.50")),
        MovementCell("high", None, Cause.LOST, 1, 0.5, Decimal("0.00")),
        MovementCell(None, "high", Cause.RETURNED, 1, None, Decimal("1000.00")),
    )
    assert result.flows == (
        TierFlow("low", 1, 0, 0, 0, 1, 0, 0, 0, 2),
        TierFlow("high", 2, 0, 1, 0, 0, 0, 1, 1, 1),
    )
    assert result.causes == {Cause.KEPT: 1, Cause.DOWNGRADE: 1, Cause.RETURNED: 1, Cause.LOST: 1}
    assert [(each.tier, each.stayed_share, each.retention_rate, each.churn_rate) for each in result.rates] == [
        ("low", 1.0, 1.0, 0.0),
        ("high", 0.0, 0.5, 0.5),
    ]
    # Both left high in June: 1 after one review, 30 days; 2 after two, 61 days.
    assert result.stays == (EndedStays("high", 2, 1.5, 45.5),)


def test_over_several_reviews_the_matrix_is_net_and_the_flows_are_gross(shop: Path, session: Session) -> None:
    publish(session, WORLD)
    result = moves_between(shop, earlier_on=APRIL, as_of=JUNE)
    assert result.movements == (
        MovementCell("low", "low", None, 1, 1.0, Decimal("10.50")),
        MovementCell("high", None, Cause.LOST, 1, 1.0, Decimal("0.00")),
        MovementCell(None, "low", Cause.NEW, 1, None, Decimal("20.00")),
        MovementCell(None, "high", Cause.RETURNED, 1, None, Decimal("1000.00")),
    )
    assert result.flows == (
        TierFlow("low", 1, 1, 0, 0, 1, 1, 0, 0, 2),
        TierFlow("high", 1, 0, 1, 1, 0, 0, 1, 1, 1),
    )
    assert result.periods == (
        ReviewFlow(MAY, "two", 1, 2, 1, 0, 1, 0, 0, 3),
        ReviewFlow(JUNE, "two", 1, 3, 0, 1, 0, 1, 1, 3),
    )
    assert (result.opening, result.closing) == (2, 3)
    assert result.cohorts == (
        CohortAt(None, APRIL, 1, 0),
        CohortAt(None, MAY, 1, 0),
        CohortAt(None, JUNE, 1, 1),
        CohortAt("2026-01", APRIL, 2, 2),
        CohortAt("2026-01", MAY, 2, 2),
        CohortAt("2026-01", JUNE, 2, 1),
        CohortAt("2026-05", MAY, 1, 1),
        CohortAt("2026-05", JUNE, 1, 1),
    )


def test_one_date_alone_is_completed(shop: Path, session: Session) -> None:
    publish(session, WORLD)
    assert [
        (each.earlier_on, each.as_of) for each in (moves_between(shop, as_of=MAY), moves_between(shop, earlier_on=APRIL))
    ] == [
        (APRIL, MAY),
        (APRIL, JUNE),
    ]


def test_a_day_without_a_review_is_answered_with_the_nearest_one(shop: Path, session: Session) -> None:
    run_id = publish(session, WORLD)
    with pytest.raises(NotFound) as caught:
        moves_between(shop, earlier_on=date(2026, 5, 17), as_of=date(2026, 12, 31))
    assert caught.value.describe(Language.EN).splitlines() == [
        f"run {run_id} has no review on 2026-05-17. The nearest is 2026-05-31. Its 3 reviews lie between 2026-04-30 and 2026-06-30.",
        f"run {run_id} has no review on 2026-12-31. The nearest is 2026-06-30. Its 3 reviews lie between 2026-04-30 and 2026-06-30.",
    ]


def test_without_history_people_are_told_how_to_get_one(shop: Path, session: Session) -> None:
    with pytest.raises(NotFound, match="nothing has been computed"):
        moves_between(shop)
    publish(session, WORLD, reviews=1)
    with pytest.raises(NotFound, match="the last 24 reviews"):
        moves_between(shop)


@pytest.mark.parametrize(("earlier_on", "as_of"), [(JUNE, MAY), (MAY, MAY), (JUNE, None), (None, APRIL)])
def test_movements_lead_forward(shop: Path, session: Session, earlier_on: date | None, as_of: date | None) -> None:
    publish(session, WORLD)
    with pytest.raises(InvalidArgument):
        moves_between(shop, earlier_on=earlier_on, as_of=as_of)


def test_a_newer_run_without_history_is_mentioned_and_passed_over(shop: Path, session: Session) -> None:
    first = publish(session, WORLD)
    second = publish(session, WORLD, reviews=1)
    result = moves_between(shop)
    assert result.run_id == first
    assert [each.describe(Language.EN) for each in result.warnings] == [
        f"these are the reviews of run {first}; the newer run {second} keeps only one. For a new history keep 3 reviews."
    ]


def test_a_given_run_stays_readable(shop: Path, session: Session) -> None:
    first = publish(session, WORLD)
    assert publish(session, {key: WORLD[key] for key in (1, 2)}) == moves_between(shop).run_id != first
    assert moves_between(shop, run_id=first).closing == 3
    assert moves_between(shop).closing == 1


def test_a_flow_that_does_not_close_ends_the_run_and_publishes_nothing(shop: Path, session: Session) -> None:
    vanished = {**WORLD, 2: [WORLD[2][0], WORLD[2][1], None]}
    with pytest.raises(ContractBroken, match="tier 'high' at the review of 2026-06-30 lead to 2 customers, but 1 stand in it"):
        publish(session, vanished)
    assert session.runs.latest_published() is None
    assert not list(session.store.root.glob("*/run=*"))
