"""Rules and recommendations from order files to what a person reads: a shop of forty customers, and shops with next to nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.recommendations import Method
from fenji.errors import InvalidArgument, InvalidDocument
from fenji.language import Language
from fenji.tables.insight_baskets import RECOMMENDATION
from fenji.workflow.baskets import RuleOrder, rules_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.recommend import recommend_at, recommend_run
from fenji.workflow.running import run_all
from fenji.workspace.standing import open_standing

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: data
    columns: {order_id: no, customer_id: who, ordered_at: at, product_id: what, category: kind, line_amount: paid}
"""


def shop(root: Path, lines: Iterable[tuple[object, ...]]) -> Path:
    """A workspace with these lines: order, customer, day, product, category, amount."""
    init_workspace(root, template="spend", language=Language.EN)
    (root / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (root / "data").mkdir()
    text = "\n".join(["no,who,at,what,kind,paid", *(",".join(map(str, each)) for each in lines)]) + "\n"
    (root / "data" / "a.csv").write_text(text, encoding="utf-8")
    run_all(root, as_of=AS_OF)
    return root


def forty_customers() -> list[tuple[object, ...]]:
    """All buy tea, even ones cups in the same order; ten days before the end the even ones buy honey, the others bread."""
    lines: list[tuple[object, ...]] = []
    for who in range(40):
        day = AS_OF - timedelta(days=50 + who % 7)
        lines.append((f"a{who}", f"C{who}", day, "tea", "drinks", 30000 if who < 20 else 10))
        lines += [(f"a{who}", f"C{who}", day, "cups", "dishes", 5)] if who % 2 == 0 else []
        lines += [(f"h{who}", f"C{who}", day, "honey" if who % 4 == 0 else "bread", "food", 5)] if who < 30 else []
        last = "honey" if who % 2 == 0 else "bread"
        lines.append((f"z{who}", f"C{who}", AS_OF - timedelta(days=10), last, "food", 5))
    return lines


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop(tmp_path_factory.mktemp("forty") / "shop", forty_customers())


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert answer([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def test_rules_are_found_once_and_read_by_scripts_and_people(forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = json.loads(said(capsys, "rules", "--workspace", forty, "--json"))
    assert first == json.loads(said(capsys, "rules", "--workspace", forty, "--json"))
    (rule,) = [each for each in first["rules"] if each["antecedent"][0]["id"] == "cups"]
    # 110 orders; 40 with tea, 20 with cups, all of them with tea: lift 110 / 40.
    assert (rule["orders"], rule["both_orders"], rule["confidence"]) == (110, 20, 1.0)
    assert rule["lift"] == pytest.approx(110 / 40)
    assert (first["as_of"], first["policy"], first["version"]) == ("2026-03-31", "spend", 1)
    text = said(capsys, "rules", "--workspace", forty)
    assert "110 orders since 2025-04-01, 20 of them with two different items or more." in text
    assert "never without" in text
    assert "of the orders with cups, 100.0% also hold tea; that is 2.8 times the share" in text


def test_rules_of_a_tier_stand_beside_the_others(forty: Path) -> None:
    tiers = [each.slug for each in rules_at(forty).policy.tiers]
    for order in RuleOrder:
        found = rules_at(forty, tier=tiers[-1], order=order)
        assert {each["tier"] for each in found.rules} == {tiers[-1]}
        assert all(each["lift_elsewhere"] is not None for each in found.rules)
    assert rules_at(forty, product="honey").rules == ()
    with pytest.raises(InvalidArgument, match="unknown tier 'vp'"):
        rules_at(forty, tier="vp")


def test_recommendations_reach_everybody_with_reasons(forty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = recommend_at(forty)
    assert (found.customers, found.known) == (40, 40)
    assert {each["method"] for each in found.quality} == set(Method)
    assert [each["is_chosen"] for each in found.quality].count(True) == 1
    own = json.loads(said(capsys, "recommend", "--workspace", forty, "--customer", "C1", "--json"))
    assert [each["position"] for each in own["rows"]] == list(range(1, len(own["rows"]) + 1))
    assert own["customer"] == "C1"
    assert all(each["sentence"] for each in own["rows"])
    assert "What to offer customer C1 next" in said(capsys, "recommend", "--workspace", forty, "--customer", "C1")
    to_whom = recommend_at(forty, product="cups")
    # Who has cups does not get them again: nobody bought them twice.
    assert {int(each["customer_id"][1:]) % 2 for each in to_whom.rows} == {1}
    with pytest.raises(InvalidArgument, match="at once"):
        recommend_at(forty, customer="C1", product="cups")


def test_the_same_seed_gives_the_same_recommendations_and_the_file_changes_them(forty: Path) -> None:
    def stored() -> tuple[str, list]:
        with open_standing(forty) as standing:
            run = recommend_run(standing)
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


@pytest.mark.parametrize(
    ("lines", "of_rules"),
    [
        ([("1", "C1", AS_OF, "", "", 10)], "No order up to 2026-03-31 tells which items it holds"),
        (
            [
                (f"{who}-{day}", f"C{who}", AS_OF - timedelta(days=day), "tea", "drinks", 10)
                for who in range(5)
                for day in (3, 60)
            ],
            "No order holds two different items, so nothing is bought together.",
        ),
    ],
    ids=["one customer, no product", "five customers, one product"],
)
def test_with_next_to_nothing_it_is_said_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: list[tuple[object, ...]], of_rules: str
) -> None:
    root = shop(tmp_path / "shop", lines)
    assert of_rules in said(capsys, "rules", "--workspace", root)
    assert "so the methods could not be tried" in said(capsys, "recommend", "--workspace", root)
    own = json.loads(said(capsys, "recommend", "--workspace", root, "--customer", "C1", "--json"))
    assert [each["product_id"] for each in own["rows"]] == ([] if len(lines) == 1 else ["tea"])


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
