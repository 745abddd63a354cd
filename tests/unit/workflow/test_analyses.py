"""An analysis is made once on a standing, and again only when something that it depends on has changed. World: corner_shop, two customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import pytest

from fenji.errors import NotFound
from fenji.language import Language
from fenji.tables.insight import TIER_THRESHOLD
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.tiers import tiers_at
from fenji.workspace.session import RunWriter
from fenji.workspace.standing import analyzed, open_standing

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - {source: shop, feed: order_line, files: data, columns: {order_id: no, customer_id: who, ordered_at: at, line_amount: paid}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("no,who,at,paid\n1,ann,2026-01-05,1500\n2,bob,2026-02-01,499\n", encoding="utf-8")
    return tmp_path


def analyze(root: Path, *, documents: dict[str, str] | None = None, as_of: date | None = None) -> tuple[str, str]:
    """The ids of the analysis run and of the run that it stands on."""

    def compute(writer: RunWriter) -> None:
        day = ibis.literal(standing.as_of, type="date")
        revenue = standing.panel.aggregate(threshold=standing.panel.net_revenue_12m.sum().cast("float64"))
        made = revenue.select(as_of=day, policy=ibis.literal("p"), version=1, condition=ibis.literal("c"), threshold="threshold")
        writer.save(made, TIER_THRESHOLD, as_of=standing.as_of)

    with open_standing(root, as_of=as_of) as standing:
        run = analyzed(standing, "example", compute, documents=documents)
        stored = standing.session.engine.fetch(standing.session.read(run.run_id, TIER_THRESHOLD, as_of=standing.as_of))
        assert stored["condition"].to_pylist()[-1] == "c"
        return run.run_id, standing.run.run_id


def test_nothing_stands_before_the_first_run(shop: Path) -> None:
    with pytest.raises(NotFound), open_standing(shop):
        pass


def test_an_analysis_is_made_once_until_something_changes(shop: Path) -> None:
    base = run_all(shop, as_of=AS_OF).run_id
    first, stands_on = analyze(shop)
    assert stands_on == base
    assert analyze(shop)[0] == first
    told = analyze(shop, documents={"analyses/example.yaml": "cut: 3"})[0]
    assert told != first
    assert analyze(shop, documents={"analyses/example.yaml": "cut: 3"})[0] == told
    settings = (shop / "fenji.toml").read_text(encoding="utf-8")
    (shop / "fenji.toml").write_text(f"{settings}\nlost_after_days = 100\n", encoding="utf-8")
    assert analyze(shop)[0] not in {first, told}


def test_a_date_without_tiers_gets_them_first_and_analyses_never_answer_for_tiers(shop: Path) -> None:
    run_all(shop, as_of=AS_OF)
    earlier = date(2026, 1, 31)
    _analysis, stands_on = analyze(shop, as_of=earlier)
    assert tiers_at(shop, as_of=earlier).run_id == stands_on
    assert tiers_at(shop).run_id not in {stands_on, _analysis}
