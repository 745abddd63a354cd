"""Which metrics does fenji know of itself, and which has this workspace? Tiers, structure, charts, exports and docs all ask here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fenji.analyze.metrics.contracts import CONTRACT_METRICS
from fenji.analyze.metrics.events import event_metrics
from fenji.analyze.metrics.feedback import FEEDBACK_METRICS, REFERRAL_METRICS
from fenji.analyze.metrics.orders import MEMBERSHIP_METRICS, ORDER_METRICS, YEAR_METRICS
from fenji.analyze.metrics.points import POINTS_METRICS
from fenji.domain.metrics import Metric
from fenji.errors import InvalidDocument, NotFound, Place, Problem, unknown_name


def builtin_metrics(event_kinds: Iterable[str] = ()) -> tuple[Metric, ...]:
    """The metrics that fenji knows of itself, in the order of the panel's columns; those of membership years and of points only where asked for.

    Args:
        event_kinds: the kinds of events that the workspace's data holds; each gives three metrics.
    """
    return (
        *ORDER_METRICS,
        *YEAR_METRICS,
        *MEMBERSHIP_METRICS,
        *FEEDBACK_METRICS,
        *REFERRAL_METRICS,
        *CONTRACT_METRICS,
        *POINTS_METRICS,
        *event_metrics(event_kinds),
    )


@dataclass(frozen=True)
class Registry:
    """The metrics of a workspace: the built-in ones and its own.

    Raises:
        InvalidDocument: a ratio refers to a metric that is not there, such as one of an event kind that the data lacks.
    """

    metrics: tuple[Metric, ...]

    def __post_init__(self) -> None:
        known = set(self.slugs)
        parts = [(each, slug) for each in self.metrics for slug in each.ratio_of or () if slug not in known]
        InvalidDocument.raise_if(unknown_name("metric", slug, known, place=Place(column=each.slug)) for each, slug in parts)

    @classmethod
    def of(cls, event_kinds: Iterable[str] = (), own: Sequence[Metric] = (), *, named: Iterable[str] = ()) -> Registry:
        """The built-in metrics followed by those of metrics.yaml.

        Args:
            event_kinds: the kinds of events that the workspace's data holds.
            own: the metrics that only this company has: those of metrics.yaml, and of points where it has a program.
            named: what a policy names: metrics of membership years and of points are there only if it, or a ratio of ``own``, names them.

        >>> len(Registry.of()) < len(Registry.of(["visit"]))
        True
        >>> "orders_this_membership_year" in Registry.of(), "orders_this_membership_year" in Registry.of(named=["orders_this_membership_year"])
        (False, True)
        """
        asked = {*named, *(slug for each in own for slug in each.ratio_of or ())}
        left_out = {each.slug for each in (*MEMBERSHIP_METRICS, *POINTS_METRICS)} - asked - {each.slug for each in own}
        builtin = (each for each in builtin_metrics(event_kinds) if each.slug not in left_out)
        return cls(tuple(dict.fromkeys((*builtin, *own))))

    def __iter__(self) -> Iterator[Metric]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def __contains__(self, slug: object) -> bool:
        return any(each.slug == slug for each in self.metrics)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names of all metrics, in order."""
        return tuple(each.slug for each in self.metrics)

    def named(self, slug: str) -> Metric:
        """The metric of that name.

        Raises:
            NotFound: there is none; the nearest name is given.
        """
        for each in self.metrics:
            if each.slug == slug:
                return each
        raise NotFound(*self.problems([slug]))

    def problems(self, slugs: Iterable[str], *, place: Place | None = None) -> tuple[Problem, ...]:
        """One problem for every name that is no metric, each with the nearest one that is."""
        known = set(self.slugs)
        return tuple(unknown_name("metric", each, known, place=place) for each in slugs if each not in known)

    def needed_for(self, slugs: Iterable[str]) -> tuple[Metric, ...]:
        """The metrics of these names and those that their ratios are made of, in registry order: the smallest panel that holds them.

        Raises:
            NotFound: some names are unknown; all of them are given.
        """
        wanted, queue = set[str](), list(slugs)
        NotFound.raise_if(self.problems(dict.fromkeys(queue)))
        while queue:
            slug = queue.pop()
            if slug not in wanted:
                wanted.add(slug)
                queue.extend(self.named(slug).ratio_of or ())
        return tuple(each for each in self.metrics if each.slug in wanted)
