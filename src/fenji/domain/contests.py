"""Is a model better than the simplest rule that does without it? One decision for every analysis: what is worse than its baseline is not used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

LEAST_TRIALS = 3
"""Past dates on which a model must have been tried: with fewer, chance alone decides."""


@dataclass(frozen=True)
class Contest:
    """A model beside its best baseline in the same trials."""

    model: str
    """A word from the fixed set of the analysis."""
    model_error: float | None
    """Its mean error over the trials, in the analysis' own unit, smaller is better. None: it was never tried."""
    baseline: str | None
    """The best of the simple rules. None: none was tried."""
    baseline_error: float | None
    """Its mean error over the same trials."""
    trials: int
    """Trials of all of them: past dates, or customers of one past date."""
    clearly: float = 1.0
    """The share of the baseline's error that the model's may reach."""
    ties_lose: bool = False
    """Whether a model that just reaches it is not used; by default, equally good is not worse."""

    @property
    def is_lost(self) -> bool:
        """Whether the baseline is used; an untried model has lost nothing."""
        if self.model_error is None or self.baseline_error is None:
            return False
        most = self.clearly * self.baseline_error
        return self.model_error > most or (self.ties_lose and self.model_error == most)

    @property
    def winner(self) -> str:
        """What is used."""
        return self.baseline if self.baseline is not None and self.is_lost else self.model


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
    means = {name: fsum(each[:trials]) / trials for name, each in errors.items()} if trials else {}
    return contest_of_means(model, means, trials=trials)


def contest_of_means(
    model: str,
    errors: Mapping[str, float | None],
    *,
    trials: int,
    baselines: Iterable[str] | None = None,
    clearly: float = 1.0,
    ties_lose: bool = False,
    least: int = LEAST_TRIALS,
) -> Contest:
    """The same decision where only mean errors are known.

    Args:
        model: its name.
        errors: of each contender, its mean error over the same trials; None where it has none.
        trials: how many there were.
        baselines: the simple rules among them, the simplest first; None: all but the model.
        clearly: as of ``Contest``.
        ties_lose: as of ``Contest``.
        least: trials below which chance alone decides.

    >>> contest_of_means("trees", {"trees": 0.21, "recency": 0.2}, trials=900).winner
    'recency'
    """
    # Means that differ in their last digits only are equal.
    means = {name: round(error, 12) for name, error in errors.items() if error is not None} if trials >= least else {}
    simple = [name for name in (means if baselines is None else baselines) if name in means and name != model]
    best = min(simple, key=lambda name: means[name], default=None)
    return Contest(model, means.get(model), best, None if best is None else means[best], trials, clearly, ties_lose)
