"""Who resembles whom, and into how many groups do the customers fall by themselves? k-means on a sample, the number chosen by what can be found again.

Reads   a seeded sample of insight.customer_metric beside insight.segment, as arrays
Writes  insight.cluster_choice: one row per number of clusters that was tried
Units   scaled metrics (``scaling``)
Keeps   every customer given: each is put into the cluster whose center is nearest
Source  k-means (``centers``); stability: adjusted Rand index (Hubert, Arabie 1985) between fits on samples drawn again, Ben-Hur,
        Elisseeff, Guyon (2002); Jaccard index of each cluster: Hennig (2007), Computational Statistics & Data Analysis 52(1); silhouette:
        Rousseeuw (1987), beside that of one normal cloud of the same covariance: Liu, Hayes, Nobel, Marron (2008), Journal of the
        American Statistical Association 103; decision 0025

Bound: the sample (50,000 customers by default) times its metrics, and a distance matrix of ``SEEN`` customers: below 200 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.segments.centers import DECIMALS, Floats, Places, find_centers, nearest
from fenji.analyze.segments.scaling import LIMIT, MetricUse, Scale, Use, fit_scales, matrix_of
from fenji.domain.contests import Contest, contest_of_means
from fenji.domain.segments import ClusterPlan
from fenji.tables.insight_segments import CLUSTER_CHOICE

SEEN = 2000
"""Customers of the sample whose silhouettes are computed: distances of each to each."""
DRAWN = 4000
"""Customers of a sample drawn again."""
NEARLY = 0.9
"""Of the best gain in silhouette and of the best stability: as good for practice, and more groups say more."""
NOT_WORSE = 0.8
"""Of the best gain, from which the number of the run before stays."""
STARTS = 4
"""Beginnings from which centers are sought; the best end counts."""
REDRAW_STARTS = 2
LEAST_MEMBERS = 10
"""Customers of the sample that every cluster holds whatever the share: fewer would be persons, not a group."""
MOST_ASIDE = 0.05
"""Of the sample, that may be left out of the fit for being like hardly anybody."""
MARGIN = 0.03
"""By how much clusters must be better separated than parts of a cloud: metrics without any groups that are not normal reach about half."""
CLOUDS = 3
"""Clouds without groups that the clusters are held against."""
CLUSTERS, ONE_GROUP = "clusters", "one_group"
"""What is held against each other."""
_PRIME = 2**31 - 1

SCORED = ibis.schema({"customer_key": "int64", "cluster": "string"})
"""What the batch step gives."""


class Verdict(StrEnum):
    """What became of a number of clusters."""

    CHOSEN = "chosen"
    LESS_SEPARATED = "less_separated"
    UNSTABLE = "unstable"
    ONE_CLOUD = "one_cloud"
    """Customers without any groups would look as well separated."""
    TOO_SMALL = "too_small"
    EMPTY = "empty"
    TOO_FEW_CUSTOMERS = "too_few_customers"
    ALL_ALIKE = "all_alike"


@dataclass(frozen=True)
class Choice:
    """One number of clusters as it was tried."""

    clusters: int
    verdict: Verdict
    silhouette: float | None = None
    cloud_silhouette: float | None = None
    """Of one normal cloud of the same shape, cut into as many parts."""
    stability: float | None = None
    smallest_share: float | None = None

    @property
    def gain(self) -> float:
        """By how much the clusters are better separated than parts of a cloud; a raw silhouette would favor few clusters."""
        return (self.silhouette or 0.0) - (self.cloud_silhouette or 0.0)


@dataclass(frozen=True)
class Clusters:
    """The clusters found among some customers; one line per cluster in every array."""

    scales: tuple[Scale, ...]
    centers: Floats
    """Cluster x metric, scaled."""
    differences: Floats
    """Cluster x metric: from the mean of all, in standard deviations."""
    silhouettes: Floats
    """NaN where the customers seen hold none of the cluster."""
    stabilities: Floats
    numbers: tuple[int, ...]
    """What each is called among the others."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics by which customers are compared."""
        return tuple(each.metric for each in self.scales)


@dataclass(frozen=True)
class Clustering:
    """What was found among some customers, and how."""

    customers: int
    sample: int
    uses: tuple[MetricUse, ...]
    choices: tuple[Choice, ...]
    clusters: Clusters | None
    """None where there are no clusters; the choices say why."""
    aside: int = 0
    """Of the sample, those who are like hardly anybody: clusters are fitted without them, and then they are put into the nearest."""


def sampled(table: ir.Table, *, size: int, seed: int) -> ir.Table:
    """So many customers by a hash of their key: the same ones on every engine, whatever the order of rows.

    h(key) = ((a key + seed) mod p)^2 + b mod p with p = 2^31 - 1; the square breaks the steps that consecutive keys would make.

    Grain: ``size`` rows of the table, or all where it has fewer.
    """
    mixed = ((table.customer_key % _PRIME) * 48271 + seed) % _PRIME
    mixed = (mixed * mixed + 16807) % _PRIME
    return table.order_by(mixed, table.customer_key).limit(size)


def find_clusters(
    columns: Mapping[str, Floats], *, amounts: Collection[str], customers: int, plan: ClusterPlan, usual: int | None = None
) -> Clustering:
    """The clusters of a sample.

    Of the numbers of clusters that can be found again (``least_stability``, and ``least_found`` for every single cluster) and whose
    clusters are all large enough, those count whose silhouette exceeds that of a cloud without groups by nearly the most, of these
    those whose stability is nearly the best; of these the largest. Where no number passes, there are no clusters.

    Args:
        columns: the values of the sample by metric, NaN where there are none.
        amounts: the metrics that are amounts (``scaling.is_amount``).
        customers: how many the sample stands for.
        plan: the choices of the company.
        usual: how many clusters the run before found (``best_number``).
    """
    sample = len(next(iter(columns.values()), ()))
    if sample < plan.least_customers:
        return Clustering(customers, sample, (), (Choice(0, Verdict.TOO_FEW_CUSTOMERS),), None)
    uses = fit_scales({metric: columns[metric] for metric in plan.metrics if metric in columns}, amounts)
    scales = tuple(each.scale for each in uses if each.use is Use.USED and each.scale is not None)
    if not scales:
        return Clustering(customers, sample, uses, (Choice(0, Verdict.ALL_ALIKE),), None)
    whole = matrix_of(columns, scales)
    matrix = _without_strays(whole, plan)
    aside = sample - len(matrix)
    different = len(np.unique(matrix[: 50 * DRAWN], axis=0))
    tried = [_tried(matrix, count, plan, different) for count in range(plan.least_clusters, plan.most_clusters + 1)]
    best = best_number([choice for choice, _found in tried], usual)
    choices = tuple(_judged(choice, best) for choice, _found in tried)
    fits = [(choice, found) for choice, found in tried if best is not None and choice.clusters == best and found is not None]
    if not fits:
        return Clustering(customers, sample, uses, choices, None, aside)
    return Clustering(customers, sample, uses, choices, _described(whole, scales, fits[0][1]), aside)


def best_number(choices: Sequence[Choice], usual: int | None = None) -> int | None:
    """Which of the numbers that were tried is chosen; None: none is fit.

    Args:
        choices: those that passed every test stand as less separated.
        usual: how many the run before found; it stays as long as it is fit and not clearly worse, so that clusters do not split and join
            from month to month.
    """
    fit = [each for each in choices if each.verdict is Verdict.LESS_SEPARATED]
    if not fit:
        return None
    most = max(each.gain for each in fit)
    if any(each.clusters == usual and each.gain >= NOT_WORSE * most for each in fit):
        return usual
    fit = [each for each in fit if each.gain >= NEARLY * most]
    surest = max(each.stability or 0.0 for each in fit)
    return max(each.clusters for each in fit if (each.stability or 0.0) >= NEARLY * surest)


def beside_cloud(silhouette: float, cloud_silhouette: float) -> Contest:
    """Whether clusters are better separated, by a margin, than the parts of customers without any groups.

    Its errors are what is missing to a silhouette of 1; the margin stands on the clusters' side.
    """
    errors = {CLUSTERS: 1 - silhouette + MARGIN, ONE_GROUP: 1 - cloud_silhouette}
    return contest_of_means(CLUSTERS, errors, trials=CLOUDS)


def score_clusters(groups: Mapping[str, Clusters]) -> Callable[[pa.Table], pa.Table]:
    """The batch step that puts everyone into a cluster.

    Args:
        groups: by the value of the column ``among`` of the rows given.

    Returns:
        A function from rows (customer_key, among, and the metrics as doubles) to ``SCORED``; who is in no group has no row.
    """
    named = {
        among: (found, np.array([cluster_name(among, number) for number in found.numbers])) for among, found in groups.items()
    }

    def score(rows: pa.Table) -> pa.Table:
        keys, clusters = [], []
        among = np.asarray(rows["among"].to_pylist(), dtype=object)
        for name, (found, names) in named.items():
            mine = rows.filter(pa.array(among == name)) if len(rows) else rows
            columns = {metric: doubles(mine[metric]) for metric in found.metrics}
            keys.append(mine["customer_key"].to_numpy())
            clusters.append(names[nearest(matrix_of(columns, found.scales), found.centers)])
        return pa.table(
            {
                "customer_key": pa.array(np.concatenate(keys), pa.int64()),
                "cluster": pa.array(np.concatenate(clusters).tolist(), pa.string()),
            }
        )

    return score


def cluster_name(among: str, number: int) -> str:
    """What a cluster is called in tables.

    >>> cluster_name("everyone", 2), cluster_name("active", 1)
    ('2', 'active-1')
    """
    return str(number) if among == "everyone" else f"{among}-{number}"


def doubles(column: pa.ChunkedArray) -> Floats:
    """An Arrow column as doubles, NaN for null."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def choice_table(found: Mapping[str, Clustering], *, as_of: date) -> pa.Table:
    """What was tried, by the group among whom clusters were looked for, as insight.cluster_choice."""
    rows = [
        {
            "as_of": as_of,
            "among": among,
            "clusters": each.clusters,
            "customers": one.customers,
            "sample": one.sample,
            "aside": one.aside,
            "silhouette": each.silhouette,
            "cloud_silhouette": each.cloud_silhouette,
            "stability": each.stability,
            "smallest_share": each.smallest_share,
            "verdict": str(each.verdict),
        }
        for among, one in found.items()
        for each in one.choices
    ]
    return pa.Table.from_pylist(rows, schema=CLUSTER_CHOICE.schema.to_pyarrow())


@dataclass(frozen=True)
class _Fit:
    """Centers of one number of clusters, and what was measured of them."""

    centers: Floats
    silhouettes: Floats
    stabilities: Floats


def _without_strays(matrix: Floats, plan: ClusterPlan) -> Floats:
    """The sample without the few who would make up clusters too small to count, the smallest first."""
    if len(np.unique(matrix[: 50 * DRAWN], axis=0)) <= plan.most_clusters:
        return matrix
    places = nearest(matrix, find_centers(matrix, plan.most_clusters, starts=STARTS, seed=plan.seed))
    sizes = np.bincount(places, minlength=plan.most_clusters)
    least, room = _least_size(len(matrix), plan), MOST_ASIDE * len(matrix)
    strays: list[int] = []
    for each in np.argsort(sizes, kind="stable"):
        room -= sizes[each]
        if sizes[each] >= least or room < 0:
            break
        strays.append(int(each))
    return matrix[~np.isin(places, strays)]


def _least_size(sample: int, plan: ClusterPlan) -> float:
    return max(float(plan.least_share) * sample, float(LEAST_MEMBERS))


def _tried(matrix: Floats, count: int, plan: ClusterPlan, different: int) -> tuple[Choice, _Fit | None]:
    if different <= count:
        return Choice(count, Verdict.EMPTY), None
    centers = find_centers(matrix, count, starts=STARTS, seed=plan.seed)
    places = nearest(matrix, centers)
    smallest = float(np.bincount(places, minlength=count).min()) / len(matrix)
    silhouette, silhouettes = _silhouettes(matrix, places, count, plan.seed)
    stability, stabilities = _stability(matrix, centers, plan)
    cloud = _cloud_silhouette(matrix, count, plan.seed)
    verdict = Verdict.ONE_CLOUD if beside_cloud(silhouette, cloud).is_lost else Verdict.LESS_SEPARATED
    if stability < float(plan.least_stability) or float(stabilities.min()) < float(plan.least_found):
        verdict = Verdict.UNSTABLE
    if smallest * len(matrix) < _least_size(len(matrix), plan):
        verdict = Verdict.TOO_SMALL
    return Choice(count, verdict, silhouette, cloud, stability, smallest), _Fit(centers, silhouettes, stabilities)


def _judged(choice: Choice, best: int | None) -> Choice:
    return replace(choice, verdict=Verdict.CHOSEN) if choice.clusters == best else choice


def _silhouettes(matrix: Floats, places: Places, count: int, seed: int) -> tuple[float, Floats]:
    """The mean silhouette of some customers, and that of each cluster's."""
    from sklearn.metrics import silhouette_samples  # noqa: PLC0415 - heavy third-party library

    seen = _draw(len(matrix), SEEN, np.random.default_rng(seed), repeats=False)
    own = np.full(count, np.nan)
    there = np.unique(places[seen])
    if not 1 < len(there) < len(seen):
        return 0.0, own
    found = silhouette_samples(matrix[seen], places[seen])
    for each in there:
        own[each] = float(found[places[seen] == each].mean())
    return float(found.mean()), own


def _cloud_silhouette(matrix: Floats, count: int, seed: int) -> float:
    """The best silhouette of some normal clouds of the same covariance, held within the same limits."""
    covariance = np.atleast_2d(np.cov(matrix, rowvar=False))
    found = []
    for number in range(CLOUDS):
        chance = np.random.default_rng([seed, number])
        drawn = chance.multivariate_normal(np.zeros(len(covariance)), covariance, size=min(SEEN, len(matrix)), method="eigh")
        cloud = np.clip(drawn, -LIMIT, LIMIT)
        places = nearest(cloud, find_centers(cloud, count, starts=REDRAW_STARTS, seed=seed + number))
        found.append(_silhouettes(cloud, places, count, seed)[0])
    return max(found)


def _stability(matrix: Floats, centers: Floats, plan: ClusterPlan) -> tuple[float, Floats]:
    """How far clusters fitted on samples drawn again agree: mean adjusted Rand index, and each cluster's mean Jaccard index."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - heavy third-party library

    chance = np.random.default_rng(plan.seed)
    judges = matrix[_draw(len(matrix), DRAWN, chance, repeats=False)]
    expected, count = nearest(judges, centers), len(centers)
    agreed, jaccards = [], np.zeros(count)
    for _number in range(plan.redraws):
        drawn = matrix[_draw(len(matrix), min(DRAWN, len(matrix)), chance, repeats=True)]
        if len(np.unique(drawn, axis=0)) <= count:
            return 0.0, np.zeros(count)
        found = nearest(judges, find_centers(drawn, count, starts=REDRAW_STARTS, seed=int(chance.integers(_PRIME))))
        agreed.append(float(adjusted_rand_score(expected, found)))
        jaccards += _jaccards(expected, found, count)
    return float(np.mean(agreed)), jaccards / plan.redraws


def _jaccards(expected: Places, found: Places, count: int) -> Floats:
    """Of each expected cluster, the share of members in common with the most alike cluster found."""
    both = np.zeros((count, count))
    np.add.at(both, (expected, found), 1)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None] - both
    return np.asarray((both / np.maximum(either, 1)).max(axis=1), dtype=np.float64)


def _draw(size: int, wanted: int, chance: np.random.Generator, *, repeats: bool) -> Places:
    if not repeats and size <= wanted:
        return np.arange(size, dtype=np.int64)
    return np.asarray(chance.choice(size, size=wanted, replace=repeats), dtype=np.int64)


def _described(matrix: Floats, scales: tuple[Scale, ...], fit: _Fit) -> Clusters:
    """The clusters with what sets each apart, those with most of the first metric first."""
    order = np.lexsort(fit.centers.T[::-1])[::-1]
    centers, spread = fit.centers[order], matrix.std(axis=0)
    differences = (centers - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    numbers = tuple(range(1, len(centers) + 1))
    return Clusters(scales, centers, np.round(differences, DECIMALS), fit.silhouettes[order], fit.stabilities[order], numbers)


def used_metrics(groups: Iterable[Clusters]) -> tuple[str, ...]:
    """The metrics that some group is compared by, each once."""
    return tuple(dict.fromkeys(metric for each in groups for metric in each.metrics))
