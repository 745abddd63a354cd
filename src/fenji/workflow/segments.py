"""In which segments are the customers of a date, and what tells them apart? Found once for a standing, kept, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.segments.cluster_names import Difference
from fenji.analyze.segments.clustering import Verdict, beside_cloud
from fenji.analyze.segments.tree_growing import condition_from
from fenji.answers.rows import record_of
from fenji.answers.segments import (
    ChoiceRow,
    ClusterRow,
    CustomerPlace,
    CustomerSegments,
    CutRow,
    RuleRow,
    SegmentRow,
    SegmentsResult,
    TreeRow,
)
from fenji.choices import EngineName
from fenji.domain.runs import Run
from fenji.domain.segments import SEGMENT_ORDER, Segmentation, SegmentPlan, Target
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem
from fenji.language import message as _
from fenji.tables import insight_segments as tables
from fenji.wording.clusters import description
from fenji.wording.contests import not_better
from fenji.wording.rules import Voice
from fenji.wording.segments import AMONG_WORDS, contestants, segment_name
from fenji.wording.trees import rule_sentence
from fenji.workflow.segments_run import SEGMENTS, SEGMENTS_FILE, has_orders
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import Analyzed, Standing, analyze, open_standing

WEAK = 0.25
"""Silhouette up to which groups run into one another (Kaufman, Rousseeuw 1990)."""


def segments_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    customer: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> SegmentsResult:
    """The segments of a workspace at a date; found and published first where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        run_id: a past run, with what was stored with it alone; None: the newest data.
        customer: whose place is wanted too: an id, or SPACE:ID.
        engine: None: the one of the settings.
        progress: told about each step of computing.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidDocument: analyses/segments.yaml or a policy cannot be used; all problems at once.
    """
    is_of_one = customer is not None
    with open_standing(
        root, as_of=as_of, policy=policy, run_id=run_id, engine=engine, progress=progress, by_customer=is_of_one
    ) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        return _result(analyze(SEGMENTS, standing, progress=progress), customer, key)


def _only_of(found: Analyzed[SegmentPlan], customer: str | None, key: int | None) -> SegmentsResult:
    """The segments of one customer, for whoever sees only some: what segments are like is told of all customers."""
    standing, policy = found.standing, found.standing.policy
    seen = found.table(tables.SEGMENT)
    return SegmentsResult(
        run_id=found.run.run_id,
        as_of=standing.as_of,
        is_as_of_defaulted=standing.is_as_of_defaulted,
        policy=policy.slug,
        version=policy.version,
        currency=standing.past.currency,
        customers=int(found.fetch(seen.aggregate(customers=seen.count()))[0]["customers"]),
        segmentations=dict.fromkeys(Segmentation, ()),
        cuts=(),
        clusters=(),
        cluster_choices=(),
        trees=(),
        customer=None if customer is None or key is None else _customer(standing, found.run, customer, key),
        plan=found.choices,
        registry=standing.registry,
        tier_names={each.slug: each.name for each in policy.tiers},
        policy_metrics=tuple(metrics_in(conditions_of(policy))),
        warnings=standing.warnings,
    )


def _result(found: Analyzed[SegmentPlan], customer: str | None, key: int | None) -> SegmentsResult:
    if found.standing.session.limits:
        return _only_of(found, customer, key)
    standing, run, plan = found.standing, found.run, found.choices
    policy, voice = standing.policy, Voice({each.slug: each for each in standing.registry}, standing.past.currency)
    clusters = _clusters(found, voice)
    segments = _segments(found, {each.cluster: each.name for each in clusters})
    cuts = tuple(record_of(CutRow, each) for each in found.rows(tables.SEGMENT_CUT, "measure", "position"))
    choices = tuple(record_of(ChoiceRow, each) for each in found.rows(tables.CLUSTER_CHOICE, "among", "clusters"))
    return SegmentsResult(
        run_id=run.run_id,
        as_of=standing.as_of,
        is_as_of_defaulted=standing.is_as_of_defaulted,
        policy=policy.slug,
        version=policy.version,
        currency=standing.past.currency,
        customers=sum(each.customers for each in segments[Segmentation.LIFECYCLE]),
        segmentations=segments,
        cuts=cuts,
        clusters=clusters,
        cluster_choices=choices,
        trees=_trees(found, voice),
        customer=None if customer is None or key is None else _customer(standing, run, customer, key),
        plan=plan,
        registry=standing.registry,
        tier_names={each.slug: each.name for each in policy.tiers},
        policy_metrics=tuple(metrics_in(conditions_of(policy))),
        warnings=(*standing.warnings, *_missing(standing, cuts, segments), *_remarks(choices)),
    )


def _segments(found: Analyzed[SegmentPlan], cluster_names: Mapping[str, Words]) -> dict[Segmentation, tuple[SegmentRow, ...]]:
    crossed: dict[tuple[str, str | None], dict[str | None, int]] = {}
    for row in found.rows(tables.SEGMENT_TIER):
        crossed.setdefault((row["segmentation"], row["segment"]), {})[row["tier"]] = row["customers"]
    segments: dict[Segmentation, list[SegmentRow]] = {each: [] for each in Segmentation}
    for row in found.rows(tables.SEGMENT_COUNT):
        segmentation, segment = Segmentation(row["segmentation"]), row["segment"]
        own = crossed[segmentation, segment]
        segments[segmentation].append(
            record_of(
                SegmentRow,
                row,
                name=Spoken(partial(segment_name, segmentation, segment, cluster_names)),
                tiers={each.slug: own.get(each.slug, 0) for each in found.standing.policy.tiers},
                in_no_tier=own.get(None, 0),
            )
        )
    return {each: tuple(sorted(rows, key=partial(_place, each))) for each, rows in segments.items()}


def _place(segmentation: Segmentation, row: SegmentRow) -> tuple[bool, int, int, str]:
    """Fixed segments in their order, others largest first; the customers in none last."""
    known = SEGMENT_ORDER.get(segmentation, ())
    place = known.index(row.segment) if row.segment in known else len(known)
    size = 0 if known else -row.customers
    return row.segment is None, place, size, row.segment or ""


def _clusters(found: Analyzed[SegmentPlan], voice: Voice) -> tuple[ClusterRow, ...]:
    facts: dict[str, list[Difference]] = {}
    for row in found.rows(tables.CLUSTER_METRIC):
        facts.setdefault(row["cluster"], []).append(record_of(Difference, row))
    order = {metric: place for place, metric in enumerate(found.choices.clusters.metrics)}
    clusters = []
    for row in found.rows(tables.CLUSTER, "among", "number"):
        own = tuple(sorted(facts.get(row["cluster"], ()), key=lambda each: order.get(each.metric, len(order))))
        name = Words(row["name_zh"], row["name_en"])
        clusters.append(record_of(ClusterRow, row, name=name, description=voice.say(description, own), metrics=own))
    return tuple(clusters)


def _trees(found: Analyzed[SegmentPlan], voice: Voice) -> tuple[TreeRow, ...]:
    rules: dict[str, list[RuleRow]] = {}
    for row in found.rows(tables.SEGMENT_RULE, "target", "position"):
        condition = condition_from(row["conditions"])
        own = record_of(RuleRow, row, sentence=voice.say(rule_sentence, condition), condition=condition)
        rules.setdefault(row["target"], []).append(own)
    rows = sorted(found.rows(tables.SEGMENT_TREE), key=lambda row: tuple(Target).index(row["target"]))
    return tuple(
        record_of(TreeRow, row, metrics=tuple(row["metrics"].split()), rules=tuple(rules.get(row["target"], ()))) for row in rows
    )


def _customer(standing: Standing, run: Run, customer: str, key: int) -> CustomerSegments | None:
    session = standing.session
    segment = session.read(run.run_id, tables.SEGMENT, as_of=standing.as_of)
    rows = session.engine.fetch(segment.filter(segment.customer_key == key)).to_pylist()
    return CustomerSegments(customer, record_of(CustomerPlace, rows[0])) if rows else None


def _missing(standing: Standing, cuts: Sequence[CutRow], segments: Mapping[Segmentation, Sequence[SegmentRow]]) -> list[Problem]:
    """Warnings about missing data and their consequences."""
    if not has_orders(standing):
        text = _("no orders are known: there are no lifecycle stages, scores or classes by orders, only clusters of metrics.")
        advice = _("Name the metrics by which customers are compared in {file}, under clusters.")
        return [Problem(text, {"file": SEGMENTS_FILE}, advice=advice)]
    problems = []
    (rhythm,) = [each for each in cuts if each.measure == "rhythm_days"]
    if not rhythm.customers:
        text = _("nobody has ordered on two days: {days} days are used instead of the customers' own intervals between orders.")
        problems.append(Problem(text, {"days": f"{rhythm.threshold:g}"}))
    known = {segmentation for segmentation, rows in segments.items() if any(each.segment is not None for each in rows)}
    if Segmentation.MAIN_CATEGORY not in known:
        problems.append(Problem(_("no sale of the period has a category, so interests are not known.")))
    if Segmentation.REGION not in known:
        problems.append(Problem(_("no customer has a region.")))
    return problems


def _remarks(choices: Sequence[ChoiceRow]) -> list[Problem]:
    """Where there are no clusters, and where they run into one another."""
    problems = []
    for among in dict.fromkeys(each.among for each in choices):
        tried = [each for each in choices if each.among == among]
        # ``what`` is a word of the catalogs, so that it is said in the reader's language.
        values: dict[str, object] = {"what": AMONG_WORDS[among], "customers": tried[0].customers}
        chosen = [each for each in tried if each.verdict is Verdict.CHOSEN]
        if chosen and chosen[0].silhouette is not None and chosen[0].silhouette <= WEAK:
            text = _(
                "{what}: the clusters overlap (silhouette {silhouette}); read them as gradual differences, not as separate kinds of customers."
            )
            problems.append(Problem(text, {**values, "silhouette": f"{chosen[0].silhouette:.2f}"}))
        elif not chosen:
            problems.append(_lost(tried) or Problem(_NO_CLUSTERS.get(tried[0].verdict, _NONE_HOLDS), values))
    return problems


def _lost(tried: Sequence[ChoiceRow]) -> Problem | None:
    """The sentence where clusters are found again, but no better separated than customers without groups; None where they are not."""
    clouds = [each for each in tried if each.verdict is Verdict.ONE_CLOUD]
    contests = [beside_cloud(each.silhouette or 0.0, each.cloud_silhouette or 0.0) for each in clouds]
    nearest = min(contests, key=lambda each: (each.model_error or 0.0) - (each.baseline_error or 0.0), default=None)
    return not_better(nearest, partial(contestants, tried[0].among))


_NONE_HOLDS = _(
    "{what}: no number of clusters is both found again in other samples and better separated than random data; the {customers} customers stay one group."
)
_NO_CLUSTERS = {
    Verdict.TOO_FEW_CUSTOMERS: _("{what}: {customers} {customers:customer is|customers are} too few for clusters."),
    Verdict.ALL_ALIKE: _("{what}: the {customers} customers do not differ in any of the metrics; there are no clusters."),
}
