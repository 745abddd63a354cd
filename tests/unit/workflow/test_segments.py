"""Segments of a workspace from end to end. Worlds: a shop with three kinds of customers, the same a month later, and shops with hardly any."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from fenji.answers.segments import SegmentsResult
from fenji.domain.segments import Segmentation
from fenji.errors import InvalidDocument
from fenji.language import Language
from fenji.tables import insight_segments as tables
from fenji.workflow.running import run_all
from fenji.workflow.segments import segments_at
from fenji.workflow.segments_run import SEGMENTS
from fenji.workspace.standing import analyze, open_standing
from fixtures.kinds_of_customers import AS_OF, add, shop_of, three_kinds


def stored(root: Path, contract: object) -> list[dict[str, object]]:
    with open_standing(root) as standing:
        run = analyze(SEGMENTS, standing).run
        return standing.session.engine.fetch(standing.session.read(run.run_id, contract, as_of=standing.as_of)).to_pylist()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shop_of(tmp_path_factory.mktemp("segments") / "shop", three_kinds())
    (folder / "analyses").mkdir(exist_ok=True)
    (folder / "analyses" / "segments.yaml").write_text("clusters: {most_clusters: 3}\n", "utf-8")
    run_all(folder, as_of=AS_OF)
    return folder


@pytest.fixture(scope="module")
def found(shop: Path) -> SegmentsResult:
    return segments_at(shop)


def test_the_parts_of_every_segmentation_sum_to_all_customers_and_their_revenue(shop: Path, found: SegmentsResult) -> None:
    revenue = sum(each.net_revenue_12m for each in found.segmentations[Segmentation.LIFECYCLE])
    for segmentation in Segmentation:
        rows = found.segmentations[segmentation]
        assert sum(each.customers for each in rows) == found.customers == 100
        assert sum(each.share for each in rows) == pytest.approx(1)
        assert sum(each.net_revenue_12m for each in rows) == revenue
        assert all(sum(each.tiers.values()) + each.in_no_tier == each.customers for each in rows)
    lines = [line for line in three_kinds() if line[1] > date(2024, 12, 31)]
    assert revenue == sum(Decimal(line[2]) for line in lines)
    assert {each.segment for each in found.segmentations[Segmentation.REGION]} == {"north", "south"}


def test_the_three_kinds_are_found_named_and_explained(shop: Path, found: SegmentsResult) -> None:
    kinds = {f"c{number}": 0 if number < 40 else 1 if number < 70 else 2 for number in range(100)}
    with open_standing(shop) as standing:
        engine, customer = standing.session.engine, standing.base.customer
        run = analyze(SEGMENTS, standing).run
        segment = standing.session.read(run.run_id, tables.SEGMENT, as_of=AS_OF)
        joined = segment.join(customer.select("customer_key", "customer_id"), "customer_key").select("customer_id", "cluster")
        clusters = {row["customer_id"]: row["cluster"] for row in engine.fetch(joined).to_pylist()}
    assert len({(kinds[name], cluster) for name, cluster in clusters.items()}) == len(found.clusters) == 3
    names = [each.name.en for each in found.clusters]
    assert len(set(names)) == 3
    assert any("long silent" in name for name in names)
    assert {each.kept_from for each in found.clusters} == {None}
    tree = next(each for each in found.trees if each.target == "clusters")
    assert (tree.verdict, tree.accuracy, sum(rule.customers for rule in tree.rules)) == ("grown", 1.0, 100)
    assert sum(each.customers for each in found.clusters) == 100


def test_rules_hold_as_plain_sql_counts_them_on_the_stored_tables(shop: Path) -> None:
    with open_standing(shop) as standing:
        run, engine = analyze(SEGMENTS, standing).run, standing.session.engine
        segment = engine.fetch(standing.session.read(run.run_id, tables.SEGMENT, as_of=AS_OF))
        panel, placed = engine.fetch(standing.panel), engine.fetch(standing.assignment)
        rules = engine.fetch(standing.session.read(run.run_id, tables.SEGMENT_RULE, as_of=AS_OF)).to_pylist()
    base = duckdb.connect()
    for name, table in (("panel", panel), ("segment", segment), ("placed", placed)):
        base.register(name, table)
    base.sql(
        "create view joined as select panel.*, cluster, tier from panel join segment using (customer_key) join placed using (customer_key)"
    )
    assert {rule["target"] for rule in rules} == {"tiers", "clusters"}
    for rule in rules:
        outcome = "tier" if rule["target"] == "tiers" else "cluster"
        lines = [each if isinstance(each, str) else f"({' or '.join(each['any'])})" for each in json.loads(rule["conditions"])]
        query = (
            f"select count(*), count(*) filter ({outcome} = '{rule['outcome']}'), "
            f"(select count(*) from joined where {outcome} = '{rule['outcome']}') "
            f"from joined where {outcome} is not null and {' and '.join(lines)}"
        )
        customers, hits, all_of_it = base.sql(query).fetchall()[0]
        assert (rule["customers"], rule["hits"]) == (customers, hits)
        assert (rule["precision"], rule["coverage"]) == (pytest.approx(hits / customers), pytest.approx(hits / all_of_it))


def test_a_month_later_the_same_customers_keep_their_cluster(shop: Path, found: SegmentsResult) -> None:
    before = {row["customer_key"]: row["cluster"] for row in stored(shop, tables.SEGMENT)}
    later = AS_OF + timedelta(days=31)
    more = [
        (name, later - timedelta(days=9), amount, "tea", region)
        for name, on, amount, _tea, region in three_kinds()
        if (later - on).days < 50
    ]
    add(
        shop,
        [*more, *((f"new{number}", later - timedelta(days=number), "35", "tea", "west") for number in range(5))],
        "second.csv",
    )
    run_all(shop, as_of=later)
    after = {row["customer_key"]: row["cluster"] for row in stored(shop, tables.SEGMENT)}
    assert len(after) == 105
    kept = [key for key in before if before[key] == after[key]]
    assert len(kept) >= 95
    assert {each.kept_from for each in segments_at(shop).clusters if each.cluster in before.values()} == {found.run_id}
    # The old day is answered by the old run.
    assert segments_at(shop, as_of=AS_OF).customers == 100


def test_few_customers_are_told_what_is_missing(tmp_path: Path) -> None:
    """Five customers at the end of February, sixty-five at the end of the year, without any repeat buyer."""
    days = [*[date(2025, 2, day) for day in (3, 4, 5, 6, 7)], *[date(2025, 12, 1)] * 60]
    root = shop_of(tmp_path, [(f"c{number}", on, "10", "", "") for number, on in enumerate(days)])
    run_all(root, as_of=AS_OF)
    found = segments_at(root, as_of=date(2025, 2, 28))
    assert (found.customers, found.clusters, [each.verdict for each in found.trees]) == (5, (), ["too_few_customers"] * 2)
    assert [(each.segment, each.customers) for each in found.segmentations[Segmentation.LIFECYCLE]] == [("new", 5)]
    (root / "analyses").mkdir(exist_ok=True)
    (root / "analyses" / "segments.yaml").write_text("rfm: {frequency: {metric: orders_12}}\n", "utf-8")
    with pytest.raises(InvalidDocument, match="Did you mean orders_12m"):
        segments_at(root)
    (root / "analyses" / "segments.yaml").write_text("clusters: {metrics: [orders_12m, average_order_value_total]}\n", "utf-8")
    found = segments_at(root)
    told = "\n".join(each.describe(Language.EN) for each in found.warnings)
    for said in (
        "nobody has ordered on two days: 90 days are used",
        "the 65 customers do not differ in any of the metrics",
        "no sale of the period has a category",
        "no customer has a region",
    ):
        assert said in told
    assert all(each.segment is None for each in found.segmentations[Segmentation.CLUSTER])


def test_without_a_single_known_customer_every_table_is_empty_and_that_is_said(tmp_path: Path) -> None:
    root = shop_of(tmp_path, [("", date(2025, 12, 1), "10", "tea", "")])
    run_all(root, as_of=AS_OF)
    found = segments_at(root)
    assert (found.customers, found.clusters) == (0, ())
    assert set(found.segmentations.values()) == {()}
    assert "0 customers are too few for clusters" in " ".join(each.describe(Language.EN) for each in found.warnings)
