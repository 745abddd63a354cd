"""In which segments are the customers of a date, and what tells them apart? Found once for a standing, kept, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.cluster_names import Difference
from fenji.analyze.segments.tree_growing import condition_from
from fenji.choices import EngineName
from fenji.documents.segments import segments_from_text
from fenji.domain.conditions import Condition
from fenji.domain.policies import Policy
from fenji.domain.runs import Run
from fenji.domain.segments import SEGMENT_ORDER, Segmentation, SegmentPlan, Target
from fenji.domain.words import Words
from fenji.errors import Problem
from fenji.language import message as _
from fenji.tables import insight_segments as tables
from fenji.tables.contract import Contract
from fenji.workflow.segments_run import compute_segments, has_orders
from fenji.workspace.customers import customer_key_of
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import ANALYSES_FOLDER, Standing, analyzed, open_standing

SEGMENTS_FILE = f"{ANALYSES_FOLDER}/segments.yaml"
WEAK = 0.25
"""Silhouette up to which groups run into one another (Kaufman, Rousseeuw 1990)."""


@dataclass(frozen=True)
class SegmentRow:
    """One segment."""

    segmentation: Segmentation
    segment: str | None
    """None: those who are in no segment of this segmentation."""
    customers: int
    share: float
    net_revenue_12m: Decimal
    revenue_share: float | None
    tiers: Mapping[str | None, int]
    """Official tier -> customers of the segment; None: lost."""


@dataclass(frozen=True)
class CutRow:
    """One cut between two scores or classes; ``rhythm_days``: the population's rhythm."""

    measure: str
    position: int
    metric: str
    per: str | None
    threshold: float | None
    customers: int


@dataclass(frozen=True)
class ClusterRow:
    """One cluster and what sets it apart."""

    cluster: str
    among: str
    name: Words
    customers: int
    share: float
    silhouette: float | None
    stability: float | None
    kept_from: str | None
    facts: tuple[Difference, ...]
    """One per metric, in the order of the plan."""


@dataclass(frozen=True)
class ChoiceRow:
    """One number of clusters that was tried."""

    among: str
    clusters: int
    customers: int
    sample: int
    aside: int
    silhouette: float | None
    cloud_silhouette: float | None
    stability: float | None
    smallest_share: float | None
    verdict: str


@dataclass(frozen=True)
class RuleRow:
    """One rule of a tree."""

    outcome: str
    condition: Condition
    customers: int
    hits: int
    share: float
    precision: float | None
    coverage: float | None


@dataclass(frozen=True)
class TreeRow:
    """A tree that explains tiers or clusters."""

    target: Target
    verdict: str
    customers: int
    sample: int
    metrics: tuple[str, ...]
    accuracy: float | None
    held_out_accuracy: float | None
    largest_share: float | None
    rules: tuple[RuleRow, ...]


@dataclass(frozen=True)
class CustomerSegments:
    """One customer's place in every segmentation."""

    customer_id: str
    values: Mapping[str, Any]
    """Columns of insight.segment."""


@dataclass(frozen=True)
class SegmentsResult:
    """The segments of a date."""

    run_id: str
    as_of: date
    is_as_of_defaulted: bool
    policy: Policy
    customers: int
    currency: str
    plan: SegmentPlan
    registry: Registry
    segments: tuple[SegmentRow, ...]
    cuts: tuple[CutRow, ...]
    clusters: tuple[ClusterRow, ...]
    choices: tuple[ChoiceRow, ...]
    trees: tuple[TreeRow, ...]
    customer: CustomerSegments | None = None
    warnings: tuple[Problem, ...] = ()

    def of(self, segmentation: Segmentation) -> tuple[SegmentRow, ...]:
        """The segments of one segmentation, in their order; those in none last."""
        return tuple(each for each in self.segments if each.segmentation is segmentation)


def segments_at(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    customer: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> SegmentsResult:
    """The segments of a workspace at a date; found and published first where nothing published answers.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        customer: whose place is wanted too: an id, or SPACE:ID.
        engine: None: the one of the settings.
        progress: told about each step of computing.

    Raises:
        NotFound: no workspace, nothing has been run yet, or no such customer.
        InvalidDocument: analyses/segments.yaml or a policy cannot be used; all problems at once.
    """
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        key = None if customer is None else customer_key_of(standing.session, standing.run, customer)
        run = segments_run(standing, progress=progress)
        return _result(standing, run, customer, key)


def segments_run(standing: Standing, *, progress: Progress = silent) -> Run:
    """The published run that holds the segments of a standing; other analyses read insight.segment from it.

    Raises:
        InvalidDocument: analyses/segments.yaml cannot be used; all problems at once.
    """
    text, plan = segment_plan(standing)
    documents = {} if text is None else {SEGMENTS_FILE: text}
    return analyzed(
        standing, "segments", lambda writer: compute_segments(writer, standing, plan, progress=progress), documents=documents
    )


def segment_plan(standing: Standing) -> tuple[str | None, SegmentPlan]:
    """The text of analyses/segments.yaml, None where there is none, and the choices that it makes."""
    path = standing.session.workspace.root / SEGMENTS_FILE
    if not path.is_file():
        return None, SegmentPlan()
    text = path.read_text(encoding="utf-8-sig")
    return text, segments_from_text(text, str(path), standing.registry.slugs)


def _result(standing: Standing, run: Run, customer: str | None, key: int | None) -> SegmentsResult:
    _text, plan = segment_plan(standing)
    segments = _segments(standing, run)
    cuts = tuple(CutRow(**_without_date(each)) for each in _rows(standing, run, tables.SEGMENT_CUT, "measure", "position"))
    choices = tuple(ChoiceRow(**_without_date(each)) for each in _rows(standing, run, tables.CLUSTER_CHOICE, "among", "clusters"))
    trees = _trees(standing, run)
    return SegmentsResult(
        run_id=run.run_id,
        as_of=standing.as_of,
        is_as_of_defaulted=standing.is_as_of_defaulted,
        policy=standing.policy,
        customers=sum(each.customers for each in segments if each.segmentation is Segmentation.LIFECYCLE),
        currency=standing.past.currency,
        plan=plan,
        registry=standing.registry,
        segments=segments,
        cuts=cuts,
        clusters=_clusters(standing, run, plan),
        choices=choices,
        trees=trees,
        customer=None if customer is None or key is None else _customer(standing, run, customer, key),
        warnings=(*standing.warnings, *_missing(standing, cuts, segments), *_remarks(choices)),
    )


def _rows(standing: Standing, run: Run, contract: Contract, *order: str) -> list[dict[str, Any]]:
    session = standing.session
    found = session.engine.fetch(session.read(run.run_id, contract, as_of=standing.as_of)).to_pylist()
    return sorted(found, key=lambda row: tuple(row[name] for name in order))


def _without_date(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "as_of"}


def _segments(standing: Standing, run: Run) -> tuple[SegmentRow, ...]:
    crossed: dict[tuple[str, str | None], dict[str | None, int]] = {}
    for row in _rows(standing, run, tables.SEGMENT_TIER):
        crossed.setdefault((row["segmentation"], row["segment"]), {})[row["tier"]] = row["customers"]
    found = [
        SegmentRow(
            Segmentation(row["segmentation"]),
            row["segment"],
            row["customers"],
            row["share"],
            row["net_revenue_12m"],
            row["revenue_share"],
            crossed[row["segmentation"], row["segment"]],
        )
        for row in _rows(standing, run, tables.SEGMENT_COUNT)
    ]
    return tuple(sorted(found, key=_place))


def _place(row: SegmentRow) -> tuple[int, bool, int, int, str]:
    """Segmentations in their order; fixed segments in theirs, others largest first; those in none last."""
    known = SEGMENT_ORDER.get(row.segmentation, ())
    place = known.index(row.segment) if row.segment in known else len(known)
    size = 0 if known else -row.customers
    return (tuple(Segmentation).index(row.segmentation), row.segment is None, place, size, row.segment or "")


def _clusters(standing: Standing, run: Run, plan: SegmentPlan) -> tuple[ClusterRow, ...]:
    facts: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(standing, run, tables.CLUSTER_METRIC):
        facts.setdefault(row["cluster"], []).append(row)
    order = {metric: place for place, metric in enumerate(plan.clusters.metrics)}
    return tuple(
        ClusterRow(
            row["cluster"],
            row["among"],
            Words(row["name_zh"], row["name_en"]),
            row["customers"],
            row["share"],
            row["silhouette"],
            row["stability"],
            row["kept_from"],
            tuple(
                Difference(each["metric"], each["difference"], each["median"], each["median_of_all"])
                for each in sorted(facts.get(row["cluster"], ()), key=lambda each: order.get(each["metric"], len(order)))
            ),
        )
        for row in _rows(standing, run, tables.CLUSTER, "among", "number")
    )


def _trees(standing: Standing, run: Run) -> tuple[TreeRow, ...]:
    rules: dict[str, list[RuleRow]] = {}
    for row in _rows(standing, run, tables.SEGMENT_RULE, "target", "position"):
        rules.setdefault(row["target"], []).append(
            RuleRow(
                row["outcome"],
                condition_from(row["conditions"]),
                row["customers"],
                row["hits"],
                row["share"],
                row["precision"],
                row["coverage"],
            )
        )
    return tuple(
        TreeRow(
            Target(row["target"]),
            row["verdict"],
            row["customers"],
            row["sample"],
            tuple(row["metrics"].split()),
            row["accuracy"],
            row["held_out_accuracy"],
            row["largest_share"],
            tuple(rules.get(row["target"], ())),
        )
        for row in sorted(_rows(standing, run, tables.SEGMENT_TREE), key=lambda row: tuple(Target).index(row["target"]))
    )


def _customer(standing: Standing, run: Run, customer: str, key: int) -> CustomerSegments | None:
    session = standing.session
    segment = session.read(run.run_id, tables.SEGMENT, as_of=standing.as_of)
    rows = session.engine.fetch(segment.filter(segment.customer_key == key)).to_pylist()
    return CustomerSegments(customer, rows[0]) if rows else None


def _missing(standing: Standing, cuts: Sequence[CutRow], segments: Sequence[SegmentRow]) -> list[Problem]:
    """What the data do not hold, and what follows from that."""
    if not has_orders(standing):
        text = _("no orders are known: there are no lifecycle stages, scores or classes by orders, only clusters of metrics.")
        advice = _("Name the metrics by which customers are compared in {file}, under clusters.")
        return [Problem(text, {"file": SEGMENTS_FILE}, advice=advice)]
    problems = []
    (rhythm,) = [each for each in cuts if each.measure == "rhythm_days"]
    if not rhythm.customers:
        text = _("nobody has ordered on two days: silence is measured in {days} days instead of the customers' own intervals.")
        problems.append(Problem(text, {"days": f"{rhythm.threshold:g}"}))
    known = {each.segmentation for each in segments if each.segment is not None}
    if Segmentation.MAIN_CATEGORY not in known:
        problems.append(Problem(_("no sale of the window has a category: interests are not known.")))
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
        chosen = [each for each in tried if each.verdict == "chosen"]
        if chosen and chosen[0].silhouette is not None and chosen[0].silhouette <= WEAK:
            text = _("{what}: the clusters run into one another (silhouette {silhouette}); read them as shades, not as kinds.")
            problems.append(Problem(text, {**values, "silhouette": f"{chosen[0].silhouette:.2f}"}))
        elif not chosen:
            problems.append(Problem(_NO_CLUSTERS.get(tried[0].verdict, _NONE_HOLDS), values))
    return problems


AMONG_WORDS: Mapping[str, str] = {
    "everyone": _("all customers who have ordered"),
    "new": _("new customers"),
    "active": _("active customers"),
    "won_back": _("customers won back"),
    "at_risk": _("customers at risk"),
    "lost": _("lost customers"),
}
"""Among whom clusters were looked for."""

_NONE_HOLDS = _(
    "{what}: no number of clusters could be found again in other samples and is better separated than customers without any groups would be; the {customers} customers stay one group."
)
_NO_CLUSTERS = {
    "too_few_customers": _("{what}: {customers} {customers:customer is|customers are} too few for clusters."),
    "all_alike": _("{what}: the {customers} customers do not differ in any of the metrics; there are no clusters."),
}
