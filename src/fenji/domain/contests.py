"""Is a model better than the simplest rule that does without it? One decision for every analysis: what is worse than its baseline is not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

LEAST_TRIALS = 3
"""Past dates on which a model must have been tried: with fewer, chance alone decides."""


@dataclass(frozen=True)
class Contest:
    """A model beside its best baseline on the same past dates."""

    model: str
    """A word from the fixed set of the analysis."""
    model_error: float | None
    """Its mean error over the trials, in the analysis' own unit, smaller is better. None: it was never tried."""
    baseline: str | None
    """The best of the simple rules. None: none was tried."""
    baseline_error: float | None
    """Its mean error over the same trials."""
    trials: int
    """Past dates on which all of them were tried."""

    @property
    def is_lost(self) -> bool:
        """Whether the baseline was nearer to what came; an untried model has lost nothing."""
        return self.model_error is not None and self.baseline_error is not None and self.model_error > self.baseline_error


def contest(model: str, errors: Mapping[str, Sequence[float]]) -> Contest:
    """The decision between a model and all others that were tried.

    Args:
        model: its name, a key of ``errors`` where it was tried.
        errors: of each contender, the size of its error at every past date, in the same order; smaller is better. For a measure
            of which more is better, such as recall, one less it.

    >>> contest("model", {"model": [0.2, 0.3, 0.4], "as before": [0.1, 0.1, 0.1], "nobody": [1.0, 1.0, 1.0]}).is_lost
    True
    """
    trials = min((len(each) for each in errors.values()), default=0)
    # Means that differ in their last digits only are equal.
    means = {name: round(fsum(each[:trials]) / trials, 12) for name, each in errors.items()} if trials >= LEAST_TRIALS else {}
    baselines = {name: error for name, error in means.items() if name != model}
    best = min(baselines, key=lambda name: baselines[name], default=None)
    return Contest(model, means.get(model), best, None if best is None else baselines[best], trials)
