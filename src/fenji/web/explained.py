"""What is a metric? Its sentence, unit and source from the registry, for the "?" behind its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fenji.domain.metrics import Metric
from fenji.wording.metrics import UNIT_NAMES


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
