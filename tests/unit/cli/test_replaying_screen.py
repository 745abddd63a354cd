"""`fenji whatif --replay` at the command line. World: a shop whose policy keeps tiers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fenji.answers.json import to_json
from fenji.cli import whatif_replay
from fenji.cli.main import answer
from fenji.cli.output import Output
from fenji.domain.overrides import NewOverride
from fenji.language import Language
from fenji.workflow.drafting.writing import make_draft
from fenji.workflow.replaying import ReplayResult, replay_at
from fenji.workflow.running import run_all
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
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


@pytest.fixture(scope="module")
def stricter(shop: Path) -> ReplayResult:
    return replay_at(shop, shop / "stricter.yaml", reviews=3)


def test_the_answer_says_where_everybody_ends_and_that_benefits_are_not_known(
    stricter: ReplayResult, capsys: pytest.CaptureFixture[str]
) -> None:
    whatif_replay.render(stricter, Output(Language.EN, is_json=False))
    shown = capsys.readouterr().out
    assert "Customers at every review: current / new" in shown
    assert "The new rules take effect with the review of 2026-01-31; everybody begins with the tier of 2025-12-31." in shown
    assert "Cost of benefits: none are in force for these tiers" in shown


def test_the_command_answers_scripts(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["whatif", str(shop / "stricter.yaml"), "--replay", "2", "--workspace", str(shop)]
    assert answer([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["decided_as"], told["begins_on"], told["earlier_on"]) == ("replay", "2026-02-28", "2026-01-31")
    assert told["benefit_cost"] is None
    assert [each["as_of"] for each in told["new"]["reviews"]] == ["2026-02-28", "2026-03-31"]


def test_a_draft_is_replayed_by_its_number(shop: Path, stricter: ReplayResult, capsys: pytest.CaptureFixture[str]) -> None:
    number = make_draft(shop, STRICTER).draft.draft_id
    assert answer(["whatif", "--draft", str(number), "--replay", "3", "--workspace", str(shop), "--json"]) == 0
    told, same = json.loads(capsys.readouterr().out), json.loads(to_json(stricter, Language.EN))
    assert {each.pop("file") for each in told["warnings"]} == {f"draft {number}"}
    assert {each.pop("file") for each in same["warnings"]} == {str(shop / "stricter.yaml")}
    assert told == same
    both = [str(shop / "stricter.yaml"), "--draft", str(number)]
    for given, said in ((["--replay", "3"], "--replay needs a new policy"), (both, "either as a file or as --draft")):
        assert answer(["whatif", *given, "--workspace", str(shop), "--lang", "en"]) == 2
        assert said in capsys.readouterr().err
    assert answer(["whatif", "--draft", "777", "--workspace", str(shop)]) == 3
