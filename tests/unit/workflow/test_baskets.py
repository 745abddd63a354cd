"""Rules and recommendations from order files to what a person reads: a shop of forty customers, and shops with next to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.domain.recommendations import Method
from fenji.errors import InvalidArgument, InvalidDocument
from fenji.tables.insight_baskets import RECOMMENDATION
from fenji.workflow.baskets import RuleOrder, rules_at
from fenji.workflow.recommend import recommend_at
from fenji.workflow.recommend_run import RECOMMENDATIONS
from fenji.workspace.standing import analyze, open_standing
from fixtures.forty_customers import AS_OF, forty_customers, shop


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("forty") / "shop", forty_customers())


def test_rules_of_a_tier_stand_beside_the_others(forty: Path) -> None:
    tiers = [*rules_at(forty).tier_names]
    for order in RuleOrder:
        found = rules_at(forty, tier=tiers[-1], order=order)
        assert (found.tier, bool(found.rules)) == (tiers[-1], True)
        assert all(each.lift_elsewhere is not None for each in found.rules)
    assert rules_at(forty, product="honey").rules == ()
    with pytest.raises(InvalidArgument, match="unknown tier 'vp'"):
        rules_at(forty, tier="vp")


def test_recommendations_reach_everybody_with_reasons(forty: Path) -> None:
    found = recommend_at(forty)
    assert (found.customers, found.known) == (40, 40)
    assert {each.method for each in found.quality} == set(Method)
    assert [each.is_chosen for each in found.quality].count(True) == 1
    to_whom = recommend_at(forty, product="cups")
    # Who has cups does not get them again: nobody bought them twice.
    assert {int(each.customer_id[1:]) % 2 for each in to_whom.candidates} == {1}
    with pytest.raises(InvalidArgument, match="at once"):
        recommend_at(forty, customer="C1", product="cups")


def test_the_same_seed_gives_the_same_recommendations_and_the_file_changes_them(forty: Path) -> None:
    def stored() -> tuple[str, list]:
        with open_standing(forty) as standing:
            run = analyze(RECOMMENDATIONS, standing).run
            table = standing.session.read(run.run_id, RECOMMENDATION, as_of=AS_OF)
            return run.run_id, standing.session.engine.fetch(table.order_by("customer_key", "position")).to_pylist()

    file, first = forty / "analyses" / "recommend.yaml", stored()
    file.parent.mkdir(exist_ok=True)
    try:
        (forty / "gone.txt").write_text("product_id\nhoney\n", encoding="utf-8")
        file.write_text("method: factors\nstock: {out_of_stock: gone.txt}\n", encoding="utf-8")
        other = stored()
        assert other[0] != first[0]
        assert "honey" in {each["product_id"] for each in first[1]}
        assert "honey" not in {each["product_id"] for each in other[1]}
        file.write_text("method: factors\n# once more\nstock: {out_of_stock: gone.txt}\n", encoding="utf-8")
        again = stored()
        assert (again[0] != other[0], again[1]) == (True, other[1])
        (forty / "gone.txt").unlink()
        with pytest.raises(InvalidDocument, match=r"row 3, column stock.out_of_stock: the list gone.txt cannot be read"):
            stored()
    finally:
        file.unlink()


def test_every_problem_of_the_files_is_said_at_its_line(forty: Path) -> None:
    file = forty / "analyses" / "recommend.yaml"
    file.parent.mkdir(exist_ok=True)
    try:
        file.write_text("top: 0\nmethod: itms\ntiers:\n  - {tier: vvip}\n", encoding="utf-8")
        with pytest.raises(InvalidDocument) as error:
            recommend_at(forty)
        assert [each.place.row for each in error.value.problems] == [1, 2]
        file.write_text("tiers:\n  - {tier: vvip}\n  - {tier: vip}\n  - {tier: vip}\n", encoding="utf-8")
        with pytest.raises(InvalidDocument) as error:
            recommend_at(forty)
        assert [each.place.row for each in error.value.problems] == [2, 4]
    finally:
        file.unlink()
    rules = forty / "analyses" / "rules.yaml"
    try:
        rules.write_text("window: 12x\nmin_suport: 0.1\nmax_antecedents: 4\n", encoding="utf-8")
        with pytest.raises(InvalidDocument) as error:
            rules_at(forty)
        assert sorted(each.place.row for each in error.value.problems) == [1, 2, 3]
    finally:
        rules.unlink()
