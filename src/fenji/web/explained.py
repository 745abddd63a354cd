"""What is a metric? Its sentence, unit and source from the registry, for the "?" behind its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fenji.domain.metrics import Metric, Unit
from fenji.language import message as _

UNIT_NAMES = {
    Unit.MONEY: _("money, in the currency of the workspace"),
    Unit.COUNT: _("a count"),
    Unit.DAYS: _("days"),
    Unit.HOURS: _("hours"),
    Unit.SHARE: _("a share, 0 to 100%"),
    Unit.SCORE: _("a score"),
    Unit.RATIO: _("a ratio"),
}


def explained(metric: Metric) -> Mapping[str, object]:
    """What the part ``explain`` of the templates shows of a metric."""
    return {"name": metric.name, "sentence": metric.sentence, "unit": UNIT_NAMES[metric.unit], "source": metric.source}


def all_explained(metrics: Iterable[Metric]) -> Mapping[str, Mapping[str, object]]:
    """The same by slug."""
    return {each.slug: explained(each) for each in metrics}


def thing(name: str, sentence: str, unit: str, source: str = "") -> Mapping[str, object]:
    """What is explained in the same way without being a metric of the registry, such as a figure of a model.

    Args:
        name: in the language of the page, as the sentence.
        sentence: what it is.
        unit: one of ``UNIT_NAMES``.
        source: where its definition comes from.
    """
    return {"name": name, "sentence": sentence, "unit": unit, "source": source}
