"""`fenji moves` at the command line: matrix, flows and rates for people, every figure for scripts. World: three reviews of a few customers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.session import Session
from fixtures.published_reviews import WORLD, publish


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    return tmp_path


@pytest.fixture
def session(shop: Path) -> Iterator[Session]:
    with open_session(open_workspace(shop)) as opened:
        yield opened


@pytest.mark.parametrize("language", list(Language))
def test_the_command_prints_matrix_flows_and_rates(
    shop: Path, session: Session, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    publish(session, WORLD, lost_after_days=90)
    assert answer(["moves", "--workspace", str(shop), "--from", "2026-04-30", "--lang", language]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    lines = [line.split() for line in shown.out.splitlines()]
    low, high = ("Low", "High") if language is Language.EN else ("低级", "高级")
    assert [high, "0", "0", "1", "100%", "1", "100%"] in lines
    assert [low, "0", "1", "100%", "0", "1", "100%"] in lines
    assert [low, "1", "100.0%", "100.0%", "0.0%", "1", "1.0", "31"] in lines
    assert [high, "1", "0", "1", "1", "0", "0", "1", "1", "1"] in lines
    assert "90" in shown.out


def test_scripts_get_every_figure_with_run_date_policy_and_the_lost_rule(
    shop: Path, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = publish(session, WORLD, lost_after_intervals="4")
    assert answer(["moves", "--workspace", str(shop), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [found[name] for name in ("run_id", "from", "as_of", "policy", "version", "opening", "closing")] == [
        run_id, "2026-05-31", "2026-06-30", "two", 1, 3, 3,
    ]  # fmt: skip
    assert found["lost"] == {
        "after_days": None,
        "after_intervals": 4,
        "sentence": "A customer is lost after more than 4 times their own mean days between orders without an order or event.",
    }
    assert found["movements"][1] == {
        "from_tier": "high", "to_tier": "low", "cause": None, "customers": 1, "share": 0.5, "net_revenue_12m": 10.5,
    }  # fmt: skip
    assert found["flows"][1] == {
        "tier": "high", "opening": 2, "new": 0, "returned": 1, "upgraded_in": 0, "downgraded_in": 0,
        "upgraded_out": 0, "downgraded_out": 1, "lost": 1, "closing": 1,
    }  # fmt: skip
    assert found["rates"][1]["churn_rate"] == 0.5
    assert found["stays"] == [{"tier": "high", "leavers": 2, "mean_reviews": 1.5, "mean_days": 45.5}]
    assert found["cohorts"][0] == {"cohort": None, "as_of": "2026-05-31", "customers": 1, "standing": 0}


def test_a_date_that_is_none_is_a_bad_argument(shop: Path, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    publish(session, WORLD)
    assert answer(["moves", "--workspace", str(shop), "--from", "May", "--json"]) == 2
    assert answer(["moves", "--workspace", str(shop), "--from", "2026-05-01", "--json"]) == 3
    assert "2026-04-30" in capsys.readouterr().out
