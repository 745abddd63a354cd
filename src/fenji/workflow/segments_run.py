"""How do segments come about? The steps of analyze/segments in their order, each table saved under its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
import numpy as np

from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.segments.assembling import assemble_segments, with_clusters
from fenji.analyze.segments.cluster_facts import averages_of_all, cluster_averages, cluster_tables, comparable
from fenji.analyze.segments.cluster_labels import Earlier, keep_numbers
from fenji.analyze.segments.clustering import (
    SCORED,
    Clustering,
    choice_table,
    doubles,
    find_clusters,
    sampled,
    score_clusters,
    used_metrics,
)
from fenji.analyze.segments.counting import count_segments, cross_segments
from fenji.analyze.segments.cuts import Cut, cut_from, cut_table, cuts_to_draw, declared_cuts, drawn_cuts
from fenji.analyze.segments.interests import customer_interests
from fenji.analyze.segments.lifecycle import lifecycle_stages, own_rhythms, population_rhythm
from fenji.analyze.segments.scaling import is_amount, scale_table
from fenji.analyze.segments.tree_growing import Growth, Nature, Tree, grow_tree
from fenji.analyze.segments.tree_rules import (
    OUTCOME,
    Explained,
    count_outcomes,
    count_rules,
    counts_of,
    tree_tables,
    with_outcomes,
)
from fenji.documents.segments import segments_from_text
from fenji.domain.metrics import Fact
from fenji.domain.runs import RunStatus
from fenji.domain.segments import ClusterPlan, LifecycleStage, SegmentPlan, Target, Within
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables import insight_segments as tables
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.standing import ANALYSES_FOLDER, Analysis, Computation, Standing

STEPS = (_("finding segments"), _("finding clusters"), _("counting segments"), _("growing decision trees"))
SEGMENTS_FILE = f"{ANALYSES_FOLDER}/segments.yaml"
RUNS_LOOKED_AT = 1000
"""Newest runs among which the one before is looked for."""
MOST_OUTCOMES = 1000
"""Tiers, or clusters."""


def has_orders(standing: Standing) -> bool:
    """Whether the company's data know any orders."""
    return Fact.ORDER_LINE in standing.base.facts


def segment_plan(standing: Standing, text: str | None) -> SegmentPlan:
    """What analyses/segments.yaml says; the defaults where there is none.

    Raises:
        InvalidDocument: it cannot be used; all problems at once.
    """
    file = str(standing.session.workspace.root / SEGMENTS_FILE)
    return SegmentPlan() if text is None else segments_from_text(text, file, standing.registry.slugs)


def compute_segments(making: Computation[SegmentPlan]) -> None:
    """All tables of the segments of a standing."""
    standing, plan, writer, progress = making.standing, making.choices, making.writer, making.progress
    engine, as_of = writer.session.engine, standing.as_of
    progress(STEPS[0], 0, len(STEPS))
    cuts = _cuts(standing, plan)
    stages, rhythm = _stages(standing, plan)
    shown = [*cuts.values(), *([] if rhythm is None else [rhythm])]
    writer.save(engine.from_arrow(cut_table(shown, as_of=as_of)), tables.SEGMENT_CUT, as_of=as_of)
    segments = engine.stage(
        assemble_segments(
            standing.panel,
            standing.base.customer,
            stages=stages,
            interests=customer_interests(standing.base.facts[Fact.ORDER_LINE], plan=plan.interest, as_of=as_of)
            if has_orders(standing)
            else None,
            cuts=cuts,
            plan=plan,
            as_of=as_of,
        )
    )
    progress(STEPS[1], 1, len(STEPS))
    clusters = _save_clusters(writer, standing, segments, plan.clusters)
    saved = writer.save(with_clusters(segments, clusters), tables.SEGMENT, as_of=as_of, same_customers_as=standing.panel)
    progress(STEPS[2], 2, len(STEPS))
    crossed = writer.save(
        cross_segments(saved, standing.panel, standing.assignment, as_of=as_of), tables.SEGMENT_TIER, as_of=as_of
    )
    writer.save(count_segments(crossed), tables.SEGMENT_COUNT, as_of=as_of)
    progress(STEPS[3], 3, len(STEPS))
    _save_trees(writer, standing, saved, plan)
    progress("", len(STEPS), len(STEPS))


SEGMENTS = Analysis(
    "segments",
    SEGMENTS_FILE,
    segment_plan,
    (
        tables.SEGMENT,
        tables.SEGMENT_CUT,
        tables.SEGMENT_TIER,
        tables.SEGMENT_COUNT,
        tables.CLUSTER,
        tables.CLUSTER_METRIC,
        tables.CLUSTER_CHOICE,
        tables.CLUSTER_SCALE,
        tables.SEGMENT_TREE,
        tables.SEGMENT_RULE,
    ),
    compute_segments,
)


def _cuts(standing: Standing, plan: SegmentPlan) -> dict[str, Cut]:
    """The declared cuts, and those that the data draw."""
    engine = standing.session.engine
    found = {cut.measure: cut for cut in declared_cuts(plan)}
    for measure, each in cuts_to_draw(plan).items():
        (row,) = engine.fetch(drawn_cuts(standing.panel, each)).to_pylist()
        found[measure] = cut_from(measure, each, row)
    return found


def _stages(standing: Standing, plan: SegmentPlan) -> tuple[ir.Table | None, Cut | None]:
    """Everybody's lifecycle stage, and the population's rhythm as it is kept; None where no orders are known."""
    if not has_orders(standing):
        return None, None
    engine, lines = standing.session.engine, standing.base.facts[Fact.ORDER_LINE]
    rhythms = engine.stage(own_rhythms(lines, plan=plan.lifecycle, as_of=standing.as_of))
    (row,) = engine.fetch(population_rhythm(rhythms)).to_pylist()
    days = float(plan.lifecycle.fallback_days) if row["days"] is None else row["days"]
    stages = lifecycle_stages(
        standing.panel,
        standing.assignment,
        lines,
        rhythms,
        plan=plan.lifecycle,
        population_days=days,
        as_of=standing.as_of,
    )
    metric = f"{plan.lifecycle.rhythm}_days_between_orders"
    return stages, Cut("rhythm_days", metric, None, (Decimal(repr(days)),), row["customers"])


def _save_clusters(writer: RunWriter, standing: Standing, segments: ir.Table, plan: ClusterPlan) -> ir.Table | None:
    """The cluster of every customer who is in one; everything that is known of the clusters is saved."""
    engine, as_of = writer.session.engine, standing.as_of
    asked = [each for each in dict.fromkeys(plan.metrics) if each in standing.registry]
    compared = engine.stage(
        comparable(standing.panel, segments, metrics=asked, within=plan.within, has_orders=has_orders(standing))
    )
    earlier = _earlier(writer.session, asked, as_of)
    found = {
        among: _found(standing, compared.filter(compared.among == among), asked, plan, earlier.get(among))
        for among in _groups(standing, plan)
    }
    kept = {among: keep_numbers(one.clusters, earlier.get(among)) for among, one in found.items() if one.clusters is not None}
    groups = {among: clusters for among, (clusters, _runs) in kept.items()}
    scored = engine.map_customers(compared, score_clusters(groups), SCORED) if groups else None
    metrics = used_metrics(groups.values())
    rows = [] if scored is None else engine.fetch(cluster_averages(compared, scored, metrics=metrics)).to_pylist()
    of_all = engine.fetch(averages_of_all(compared, metrics=metrics)).to_pylist()
    names = {each.slug: each for each in standing.registry}
    one, values = cluster_tables(kept, rows, of_all, metrics=metrics, names=names, as_of=as_of)
    uses = {among: each.uses for among, each in found.items()}
    for table, contract in (
        (one, tables.CLUSTER),
        (values, tables.CLUSTER_METRIC),
        (choice_table(found, as_of=as_of), tables.CLUSTER_CHOICE),
        (scale_table(uses, as_of=as_of), tables.CLUSTER_SCALE),
    ):
        writer.save(engine.from_arrow(table), contract, as_of=as_of)
    return scored


def _groups(standing: Standing, plan: ClusterPlan) -> list[str]:
    """Among whom clusters are looked for: everyone, or each stage of those who have ordered."""
    if plan.within is Within.EVERYONE or not has_orders(standing):
        return [str(Within.EVERYONE)]
    return [str(each) for each in LifecycleStage if each is not LifecycleStage.PROSPECT]


def _found(standing: Standing, mine: ir.Table, metrics: Sequence[str], plan: ClusterPlan, earlier: Earlier | None) -> Clustering:
    session, usual = standing.session, None if earlier is None else len(earlier.numbers)
    count = session.engine.fetch(mine.aggregate(customers=mine.count()))["customers"][0].as_py()
    rows = session.engine.fetch(sampled(mine, size=plan.sample, seed=plan.seed), limit=plan.sample)
    # One order of rows for both engines, so that the same seed finds the same centers.
    rows = rows.sort_by("customer_key")
    amounts = {name for name in metrics if is_amount(standing.registry.named(name))}
    return find_clusters(
        {name: doubles(rows[name]) for name in metrics}, amounts=amounts, customers=count, plan=plan, usual=usual
    )


def _earlier(session: Session, asked: Sequence[str], as_of: date) -> dict[str, Earlier]:
    """The clusters of the run of segments that was published last, by the group among whom they were found.

    Runs of later days do not count: what comes later changes nothing. Clusters by mostly other metrics are none of ours.
    """
    runs = (each for each in session.runs.list_runs(limit=RUNS_LOOKED_AT) if each.status is RunStatus.PUBLISHED)
    days = ((each, each.new.as_of) for each in runs if each.new.command == "segments")
    run, day = next(((each, day) for each, day in days if day is not None and day <= as_of), (None, None))
    if run is None or day is None:
        return {}
    contracts = (tables.CLUSTER, tables.CLUSTER_METRIC)
    if any(not session.stored_columns(run.run_id, each, as_of=day) >= set(each.schema.names) for each in contracts):
        return {}
    clusters, values = (session.engine.fetch(session.read(run.run_id, each, as_of=day)).to_pylist() for each in contracts)
    earlier = {}
    for among in {each["among"] for each in clusters}:
        mine = sorted((each for each in clusters if each["among"] == among), key=lambda each: each["number"])
        metrics = sorted({each["metric"] for each in values if each["cluster"] == mine[0]["cluster"]})
        if 2 * len({*metrics} & {*asked}) <= len(asked):
            continue
        apart = {(each["cluster"], each["metric"]): each["difference"] for each in values}
        matrix = np.array([[apart[each["cluster"], metric] for metric in metrics] for each in mine])
        earlier[among] = Earlier(tuple(metrics), matrix, tuple(each["number"] for each in mine), run.run_id)
    return earlier


def _save_trees(writer: RunWriter, standing: Standing, segment: ir.Table, plan: SegmentPlan) -> None:
    """The rules that explain tiers and clusters, counted on everyone."""
    engine, as_of = writer.session.engine, standing.as_of
    asked = _asked_metrics(standing, plan)
    outcomes = {
        Target.TIERS: standing.assignment.select("customer_key", outcome="tier"),
        Target.CLUSTERS: segment.select("customer_key", outcome="cluster"),
    }
    explained = []
    for target, table in outcomes.items():
        joined = engine.stage(with_outcomes(standing.panel, table, metrics=asked))
        counted = engine.fetch(count_outcomes(joined, metrics=asked), limit=MOST_OUTCOMES).to_pylist()
        natures = {
            name: Nature(
                insight.metric_type(standing.registry.named(name)) == "int64", any(each[f"missing_{number}"] for each in counted)
            )
            for number, name in enumerate(asked)
        }
        tree = _tree(writer.session, joined, natures, plan)
        counts: list[tuple[int, int]] = []
        if tree.verdict is Growth.GROWN:
            (row,) = engine.fetch(count_rules(joined, tree.rules)).to_pylist()
            counts = counts_of(row, tree.rules)
        sizes = {each[OUTCOME]: each["customers"] for each in counted}
        explained.append(Explained(target, tree, tuple(asked), sizes, counts))
    trees, rules = tree_tables(explained, as_of=as_of)
    writer.save(engine.from_arrow(trees), tables.SEGMENT_TREE, as_of=as_of)
    writer.save(engine.from_arrow(rules), tables.SEGMENT_RULE, as_of=as_of)


def _asked_metrics(standing: Standing, plan: SegmentPlan) -> list[str]:
    """What the trees may ask for."""
    own = {*metrics_in(conditions_of(standing.policy))} if plan.explain.without_policy_metrics else set()
    named = dict.fromkeys(plan.explain.metrics or plan.clusters.metrics)
    return [each for each in named if each in standing.registry and each not in own]


def _tree(session: Session, joined: ir.Table, natures: Mapping[str, Nature], plan: SegmentPlan) -> Tree:
    size, seed = plan.explain.sample, plan.clusters.seed
    plain = joined.select("customer_key", OUTCOME, **{name: joined[name].cast("float64") for name in natures})
    rows = session.engine.fetch(sampled(plain, size=size, seed=seed), limit=size).sort_by("customer_key")
    columns = {name: doubles(rows[name]) for name in natures}
    return grow_tree(columns, rows[OUTCOME].to_pylist(), natures=natures, plan=plan.explain, seed=seed)
