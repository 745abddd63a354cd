"""How far would each model have been off, had it been asked at every past review, and what follows from that for today?

Reads   transitions between past reviews, as arrays
Writes  nothing: errors by model and number of reviews ahead, weights, widths
Units   customers; errors that are pooled are in half intervals of the flows, so that large tiers do not drown small ones
Keeps   at each origin a model, a weight and a width know only what had been decided until then; every model is tried from the same origins
Source  rolling origin: Tashman (2000), International Journal of Forecasting 16(4); weights: Bates, Granger (1969), Operational Research
        Quarterly 20(4), shrunk to equal ones: Stock, Watson (2004), Journal of Forecasting 23(6); widths: quantile of past misses, as in
        split conformal prediction (Vovk, Gammerman, Shafer 2005, Algorithmic Learning in a Random World), over origins; decision 0021
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fenji.analyze.forecast.models import LEAST_MOVEMENTS, Transitions
from fenji.analyze.forecast.outlooks import BY_FLOWS, PROBABILITY, Outlook, counts_of, outlook
from fenji.analyze.forecast.series import Floats
from fenji.domain.contests import Contest, contest_of_means
from fenji.domain.forecasts import Backtest, Basis, ForecastModel, ModelError

FIRST_ORIGIN = 6
"""Movements that a model may learn from at the first origin that is judged."""
LEAST_ORIGINS = 3
"""Below that an error ahead is an anecdote, and is not told."""
PAST_PATHS = 300
"""Simulated futures at each origin: the ends of an interval then vary by about a twentieth of its width."""
PRIOR_TRIALS = 4
"""Trials that every model is taken to have passed alike before the first: a weight is hardly told by fewer."""
SIMPLE = (ForecastModel.NAIVE, ForecastModel.DRIFT)
"""What needs no model of customers."""
ROUNDING = 1e-12
"""Mean squared misses, in half intervals, that are the rounding of sums."""
CLEARLY_NEARER = 0.9
"""A single model is used instead of the mean where its error was below this share of the mean's: less than that is luck of few origins."""


@dataclass(frozen=True)
class Trials:
    """Every origin from which the models have been tried, with what came."""

    known: Transitions
    outlooks: Mapping[int, Outlook]
    """Origin (movements known) -> what each model said, as many steps as have been decided since; combined among them."""

    def basis_at(self, origin: int) -> Basis:
        """What the past was like at an origin."""
        return Basis.SETTLED if self.known.until(origin).is_settled else Basis.START_UP

    def pairs(self, origin: int) -> list[tuple[int, int]]:
        """Earlier origins of the same kind, and steps whose outcome had been decided at this one."""
        alike = [each for each in self.outlooks if each < origin and self.basis_at(each) is self.basis_at(origin)]
        return [(each, step) for each in alike for step in range(min(len(self.outlooks[each].width), origin - each))]

    def misses(self, model: ForecastModel, origin: int, step: int) -> Floats:
        """How far the model was off, by tier."""
        return np.asarray(self.outlooks[origin].counts[model][step] - self.known.counts[origin + 1 + step], dtype=np.float64)

    def scaled(self, model: ForecastModel, origin: int, step: int) -> Floats:
        """The misses by tier and of all together, in half intervals of the flows."""
        misses = self.misses(model, origin, step)
        return np.asarray(np.append(misses, misses.sum()) / self.outlooks[origin].width[step], dtype=np.float64)

    def weights(self, origin: int) -> dict[ForecastModel, float]:
        """Of the models of flows in the mean, as inverse mean squared errors so far have them."""
        models = [each for each in BY_FLOWS if each in self.outlooks[origin].moves]
        pairs = self.pairs(origin)
        squares = {model: sum(float((self.scaled(model, *pair) ** 2).mean()) for pair in pairs) for model in models}
        pooled = sum(squares.values()) / len(models) / len(pairs) if pairs else 1.0
        means = {model: (found + PRIOR_TRIALS * pooled) / (len(pairs) + PRIOR_TRIALS) for model, found in squares.items()}
        # Where all were right but for the rounding of sums, none was better.
        if pooled <= ROUNDING:
            return {model: 1 / len(models) for model in models}
        total = sum(1 / each for each in means.values())
        return {model: 1 / each / total for model, each in means.items()}

    def widening(self, model: ForecastModel, origin: int) -> float:
        """By what the widths of the flows must be multiplied to have held, at earlier origins, what is promised; never below 1."""
        misses: dict[int, list[Floats]] = {}
        for each, step in self.pairs(origin):
            misses.setdefault(each, []).append(np.abs(self.scaled(model, each, step)))
        return needed_width([np.concatenate(each) for each in misses.values()])


def needed_width(misses: Sequence[Floats]) -> float:
    """By what intervals must be multiplied to hold what they promise; never below 1, and 1 where too few origins are known.

    Args:
        misses: how far off each origin's answers were, in half intervals.
    """
    known = [each for each in misses if len(each)]
    if len(known) < LEAST_ORIGINS:
        return 1.0
    # Misses of one origin hang together, and the next origin may be like the worst so far: that one counts twice.
    worst = max(known, key=lambda each: float(np.quantile(each, PROBABILITY)))
    needed = float(np.quantile(np.concatenate([*known, worst]), PROBABILITY, method="higher"))
    # What chance alone does is not made less by a few origins that went well.
    return max(1.0, needed)


def tried(known: Transitions, *, steps: int, period: int, seed: int, paths: int) -> Trials:
    """Asks every model at every review from which on there is enough to learn from, the last one included.

    Args:
        known: the whole history.
        steps: reviews ahead that are asked for.
        period: reviews in a year.
        seed: the same seed, the same answer.
        paths: simulated futures at the last review.
    """
    movements, outlooks = len(known.moved), dict[int, Outlook]()
    trials = Trials(known, outlooks)
    for origin in range(LEAST_MOVEMENTS, movements + 1):
        is_last = origin == movements
        ahead = steps if is_last else min(steps, movements - origin)
        found = outlook(known.until(origin), ahead, period=period, seed=seed, paths=paths if is_last else PAST_PATHS)
        outlooks[origin] = found
        mean = counts_of(found.combined(trials.weights(origin)))
        outlooks[origin] = Outlook(found.moves, {**found.counts, ForecastModel.COMBINED: mean}, found.width, found.arrivals)
    return trials


def judged(trials: Trials, *, steps: int) -> Backtest:
    """The errors of every model by what its past was like, and how often the intervals held."""
    known, last = trials.known, len(trials.known.moved)
    today = trials.basis_at(last)
    errors = tuple(each for basis in Basis for each in _errors(trials, basis, steps))
    models = {each.model for each in errors if each.basis is today}
    usable = dict.fromkeys((ForecastModel.COMBINED, *BY_FLOWS, *SIMPLE))
    coverage = {model: _coverage(trials, model) for model in usable if model in models}
    first = max(FIRST_ORIGIN, known.filling + LEAST_MOVEMENTS if today is Basis.SETTLED or known.filling <= last else 0)
    return Backtest(
        errors=errors,
        basis=today,
        coverage=coverage,
        more_needed=max(0, first + steps + LEAST_ORIGINS - 1 - last),
    )


def chosen(trials: Trials, found: Backtest) -> ForecastModel:
    """The mean of the models, or one of them where it was clearly nearer; a simple rule where that was not worse.

    Counts stay where rates like those to come have never been seen.
    """
    if not trials.known.is_known_at(0):
        return ForecastModel.NAIVE
    return ForecastModel(beside_simple(found, by_flows(found)).winner)


def by_flows(found: Backtest) -> ForecastModel:
    """The mean of the models of flows, or one of them where it was clearly nearer."""
    means = {model: found.mean_error(model) for model in BY_FLOWS if found.error_of(model, 1) is not None}
    nearest = min(means, key=lambda each: means[each], default=ForecastModel.COMBINED)
    # A millionth of a customer is rounding of the sums.
    is_clear = bool(means) and means[nearest] < CLEARLY_NEARER * found.mean_error(ForecastModel.COMBINED) - 1e-6
    return nearest if is_clear else ForecastModel.COMBINED


def beside_simple(found: Backtest, model: ForecastModel) -> Contest:
    """Whether a model was nearer than the simple rules, from reviews like the last one.

    Args:
        found: the errors.
        model: the one to be used.
    """
    tried = [each for each in found.errors if each.basis is found.basis]
    # A millionth of a customer is rounding of the sums.
    errors = {str(each.model): round(found.mean_error(each.model), 6) for each in tried}
    trials = max((each.origins for each in tried), default=0)
    return contest_of_means(model, errors, trials=trials, baselines=SIMPLE)


def _judged_origins(trials: Trials, basis: Basis) -> list[int]:
    last = len(trials.known.moved)
    return [each for each in trials.outlooks if FIRST_ORIGIN <= each < last and trials.basis_at(each) is basis]


def _errors(trials: Trials, basis: Basis, steps: int) -> Iterator[ModelError]:
    origins, last = _judged_origins(trials, basis), len(trials.known.moved)
    for step in range(steps):
        told = [each for each in origins if each + step < last]
        if len(told) < LEAST_ORIGINS:
            return
        for model in ForecastModel:
            if model in trials.outlooks[told[0]].counts:
                misses = [float(np.abs(trials.misses(model, each, step)).mean()) for each in told]
                yield ModelError(model, basis, step + 1, float(np.mean(misses)), len(told))


def _coverage(trials: Trials, model: ForecastModel) -> float:
    """Share of the counts of tiers, from origins like the last one, within the intervals that would have been given then."""
    inside: list[bool] = []
    for origin in _judged_origins(trials, trials.basis_at(len(trials.known.moved))):
        widening = trials.widening(model, origin)
        for step in range(min(len(trials.outlooks[origin].width), len(trials.known.moved) - origin)):
            inside += (np.abs(trials.scaled(model, origin, step)[:-1]) <= widening).tolist()
    return float(np.mean(inside))
