"""A replay decides the last reviews again: the same policy gives what the run decided, another one what a run with it would. World: forty customers, two years of orders."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fenji.documents.policies import read_policy_document
from fenji.domain.overrides import NewOverride
from fenji.errors import InvalidArgument, InvalidDocument
from fenji.language import Language
from fenji.tables import clean, insight
from fenji.workflow.replaying import ReplayResult, replay_at
from fenji.workflow.replaying_sides import Replay, current_reviews
from fenji.workflow.running import run_all
from fenji.workspace.acting import acting_person
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.reviews import decide_plan
from fixtures.replayed_shop import AS_OF, POLICY, REVIEWS, STRICTER, workspace


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose last run decided four reviews, with an override in two of them."""
    root = workspace(tmp_path_factory.mktemp("shop"), POLICY)
    with open_session(open_workspace(root)) as session, session.state.transaction(acting_person()) as t:
        t.overrides.record(NewOverride("stay", "workspace", "c1", "gold", date(2025, 12, 1), date(2026, 2, 10), "me", "a test"))
    run_all(root, as_of=AS_OF, history=REVIEWS)
    (root / "same.yaml").write_text(POLICY, "utf-8")
    (root / "stricter.yaml").write_text(STRICTER, "utf-8")
    return root


def decided_by_run(root: Path) -> dict[tuple[str, date], dict[str, Any]]:
    """Every decision of the last run, by customer and review."""
    with open_session(open_workspace(root)) as session:
        run_id = session.latest().run_id
        people = session.read(run_id, clean.CUSTOMER).select("customer_key", "customer_id")
        decided = session.read(run_id, insight.TIER_ASSIGNMENT)
        return by_customer(session.engine.fetch(decided.inner_join(people, "customer_key")).to_pylist())


def decided_again(root: Path, file: Path, reviews: int) -> dict[tuple[str, date], dict[str, Any]]:
    """Every decision of a replay, by customer and review, from the very plan that ``replay_at`` follows."""
    with open_session(open_workspace(root)) as session:
        run = session.latest()
        current = current_reviews(session, run, None, (), reviews, as_of=AS_OF)
        base = clean_base_of(session, run)
        replay = Replay(session, run, base, (), current, read_policy_document(file).policy)
        plan = replay.plan(replay.new_reviews(), current.earlier)
        people = base.customer.select("customer_key", "customer_id")
        found = []
        for each in decide_plan(session.engine, base.customer, base.facts, plan)[len(current.earlier) - len(plan.reviews) :]:
            found += session.engine.fetch(each.assignment.inner_join(people, "customer_key")).to_pylist()
        return by_customer(found)


def by_customer(decisions: list[dict[str, Any]]) -> dict[tuple[str, date], dict[str, Any]]:
    unlike = {"customer_id", "customer_key", "version", "policy"}
    return {
        (row["customer_id"], row["as_of"]): {name: value for name, value in row.items() if name not in unlike}
        for row in decisions
    }


@pytest.mark.parametrize("reviews", [2, REVIEWS])
def test_replaying_the_same_policy_is_what_the_run_decided_customer_by_customer(shop: Path, reviews: int) -> None:
    expected, found = decided_by_run(shop), decided_again(shop, shop / "same.yaml", reviews)
    days = sorted({day for _customer, day in expected})[-reviews:]
    assert found == {key: row for key, row in expected.items() if key[1] in days}
    causes = {row["cause"] for row in expected.values()}
    assert causes == {"new", "upgrade", "kept", "held", "grace", "downgrade", "cap", "override", "lost", "returned"}


def test_and_review_by_review_nothing_differs(shop: Path) -> None:
    result = replay_at(shop, shop / "same.yaml", reviews=3)
    assert result.is_published
    assert result.current.reviews == result.new.reviews
    assert len(result.new.reviews) == 3
    assert all(review.opening for review in result.new.reviews)
    assert result.causes == ()
    assert result.most_affected == ()
    assert {each.direction for each in result.moves} == {"stay"}


@pytest.fixture(scope="module")
def changed(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same workspace after a run in which the stricter version took effect in January."""
    root = tmp_path_factory.mktemp("changed")
    shutil.copytree(shop, root, dirs_exist_ok=True)
    (root / "policies" / "later.yaml").write_text(STRICTER.replace("2020-01-01", "2026-01-01"), "utf-8")
    run_all(root, as_of=AS_OF, history=REVIEWS)
    return root


def test_a_replay_is_a_run_in_which_the_version_takes_effect_then(shop: Path, changed: Path) -> None:
    expected = {key: row for key, row in decided_by_run(changed).items() if key[1] >= date(2026, 1, 1)}
    assert decided_again(shop, shop / "stricter.yaml", 3) == expected
    assert (
        replay_at(shop, shop / "stricter.yaml", reviews=3).new.reviews
        == replay_at(changed, shop / "stricter.yaml", reviews=3).current.reviews
    )


def test_a_replay_of_all_reviews_is_a_run_with_that_policy_alone(shop: Path, changed: Path) -> None:
    assert decided_again(changed, changed / "same.yaml", REVIEWS) == decided_by_run(shop)


@pytest.fixture(scope="module")
def stricter(shop: Path) -> ReplayResult:
    return replay_at(shop, shop / "stricter.yaml", reviews=3)


def test_who_differs_is_counted_by_hand(shop: Path, stricter: ReplayResult) -> None:
    result, now, then = stricter, decided_by_run(shop), decided_again(shop, shop / "stricter.yaml", 3)
    ladder = ["entry", "silver", "gold"]
    here = [(now[customer, AS_OF], then[customer, AS_OF]) for customer, day in then if day == AS_OF]
    pairs = [(a["tier"], b["tier"]) for a, b in here if a["tier"]]
    moved = {(each.from_tier, each.to_tier): (each.customers, each.direction) for each in result.moves}
    steps = {pair: ladder.index(pair[1]) - ladder.index(pair[0]) for pair in pairs}
    words = {pair: "up" if each > 0 else "down" if each < 0 else "stay" for pair, each in steps.items()}
    assert moved == {pair: (pairs.count(pair), words[pair]) for pair in pairs}
    causes = [(a["tier"], b["tier"], a["cause"], b["cause"]) for a, b in here if a["tier"] != b["tier"]]
    counted = {(each.from_tier, each.to_tier, each.current_cause, each.new_cause): each.customers for each in result.causes}
    assert counted == {each: causes.count(each) for each in causes}
    lower = sum(1 for pair in pairs if steps[pair] < 0)
    assert lower == len(result.most_affected) > 0
    # The keep rule of silver is gone, so who falls from silver does not reach what gains it.
    gained = next(each for each in result.new.lines if each.rule == "net_revenue_3m >= 400")
    assert gained.decides == pairs.count(("silver", "entry")) > 0


def test_without_the_reviews_both_sides_are_decided_now(shop: Path) -> None:
    result = replay_at(shop, shop / "same.yaml", reviews=REVIEWS + 1)
    assert (result.is_published, result.published_reviews, result.earlier_on) == (False, REVIEWS, None)
    assert result.current.reviews == result.new.reviews
    assert len(result.current.reviews) == REVIEWS + 1
    assert result.current.reviews[0].opening is None


def test_reviews_that_no_run_keeps_are_replayed_from_the_beginning_of_history_on(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shorter"))
    run_all(root, as_of=AS_OF, history=1)
    kept, found = (replay_at(each, each / "stricter.yaml", reviews=3) for each in (shop, root))
    assert (kept.is_published, found.is_published, found.earlier_on) == (True, False, date(2025, 12, 31))
    assert (found.current.reviews, found.new.reviews) == (kept.current.reviews, kept.new.reviews)


def test_a_policy_with_another_clock_is_reviewed_by_its_own(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "quarterly.yaml"
    file.write_text(POLICY.replace("every: month", "every: quarter"), "utf-8")
    result = replay_at(shop, file, reviews=REVIEWS)
    assert [str(each.as_of) for each in result.new.reviews] == ["2025-12-31", "2026-03-31"]
    assert len(result.current.reviews) == REVIEWS


def test_overrides_of_a_policy_do_not_count_under_another_name(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "renamed.yaml"
    file.write_text(POLICY.replace("policy: stay", "policy: other"), "utf-8")
    result = replay_at(shop, file, reviews=REVIEWS)
    told = result.warnings[-1].describe(Language.EN)
    assert told.startswith("overrides of policy stay that count for none of the new reviews, because the new policy is other: 1.")
    assert {each.new_cause for each in result.causes} <= {"new", "upgrade", "kept", "held", "grace", "downgrade", "cap"}


def test_nothing_is_stored(shop: Path) -> None:
    def files() -> list[Path]:
        return sorted(each for each in (shop / "store").rglob("*") if each.is_file())

    before = files()
    replay_at(shop, shop / "stricter.yaml", reviews=3, as_of=date(2026, 2, 28))
    assert files() == before
    with open_session(open_workspace(shop)) as session:
        assert {each.new.command for each in session.runs.list_runs()} == {"run"}


@pytest.mark.parametrize(("reviews", "words"), [(0, "cannot be replayed"), (241, "cannot be replayed"), (60, "Replay at most")])
def test_so_many_reviews_cannot_be_replayed(shop: Path, reviews: int, words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        replay_at(shop, shop / "same.yaml", reviews=reviews)


def test_a_policy_that_cannot_be_used_is_refused(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(POLICY.replace("orders_12m >= 3", "order_12m >= 3"), "utf-8")
    with pytest.raises(InvalidDocument, match="orders_12m"):
        replay_at(shop, file, reviews=2)
