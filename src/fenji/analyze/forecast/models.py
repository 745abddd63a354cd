"""At which rates do customers go from tier to tier, how many arrive, and where does that lead? Counts go in, expectations and simulated futures come out.

Reads   counts of transitions (``tier_transitions.count_transitions``), as arrays
Writes  nothing: arrays
Units   customers; rates 0..1 per review
Keeps   every customer: each row of rates sums to 1, so only arrivals change how many there are
Source  posterior of a Dirichlet-multinomial with a prior of one customer in all (Perks); its overdispersion by moments (Mosimann 1962,
        Biometrika 49); arrivals by ``forecast_series``
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fenji.analyze.forecast.series import HALF_LIFE, Floats, Smoothing

MOST_OVERDISPERSION = 0.5
"""Above it rates would be all or nothing, which a handful of movements cannot show."""
STAYING = 0.9
"""Share of the one customer of the prior who stays: of whom nothing is known, it is not taken for known that half of them move."""
LEAST_MOVEMENTS = 3
"""Below that nothing is known of how rates differ from review to review."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Transitions:
    """Who went where between each review and the next.

    States are the tiers, each in so many bands of time since the last order (tier by tier, lowest first), then lost.
    """

    moved: Floats
    """Movement x from x to; the last row of from are arrivals, who came from outside."""
    tiers: int
    bands: int
    filling: int = 0
    """Reviews, known and coming, at which the windows of the rules reached back before the first day of the data, or nobody could be
    lost yet: until then counts grow by themselves."""

    @property
    def is_settled(self) -> bool:
        """Whether enough movements are known that began with full windows: only they say what follows."""
        return len(self.moved) - self.filling >= LEAST_MOVEMENTS

    @property
    def telling(self) -> Transitions:
        """The movements that say what follows: those with full windows where they are enough, else all there are."""
        return Transitions(self.moved[self.filling :], self.tiers, self.bands) if self.is_settled else self

    def is_known_at(self, step: int) -> bool:
        """Whether movements like the one so many steps ahead (0: the next) have been seen."""
        return self.is_settled or len(self.moved) + step < self.filling

    @property
    def lost(self) -> int:
        """The state of those who are lost."""
        return self.tiers * self.bands

    @property
    def closing(self) -> Floats:
        """Customers by state at the last review."""
        return np.asarray(self.moved[-1].sum(axis=0), dtype=np.float64)

    @property
    def counts(self) -> Floats:
        """Customers by review and tier, the review before the first movement included."""
        opening = self.moved[0, : self.lost].sum(axis=1)[None]
        closing = self.moved[:, :, : self.lost].sum(axis=1)
        by_state = np.concatenate([opening, closing])
        return np.asarray(by_state.reshape(len(by_state), self.tiers, self.bands).sum(axis=2), dtype=np.float64)

    def until(self, movements: int) -> Transitions:
        """What was known after so many movements."""
        return Transitions(self.moved[:movements], self.tiers, self.bands, self.filling)

    def without_bands(self) -> Transitions:
        """The same customers by tier alone."""
        return Transitions(by_tier(self.moved, self.tiers, self.bands), self.tiers, 1, self.filling)


def by_tier(moved: Floats, tiers: int, bands: int) -> Floats:
    """The last two axes, from and to, added up over bands."""
    inner = tiers * bands
    starts = [*range(0, inner, bands), inner, inner + 1]
    return np.asarray(np.add.reduceat(np.add.reduceat(moved, starts, axis=-2), starts[:-1], axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Rates:
    """Where customers go from each state, and from outside."""

    posterior: Floats
    """From x to: parameters of a Dirichlet distribution; how sure the mean rates are."""
    overdispersion: Floats
    """From: by how much rates differ from review to review beyond chance, 0..1."""

    @property
    def mean(self) -> Floats:
        """From x to, each row summing to 1."""
        return np.asarray(self.posterior / self.posterior.sum(axis=1, keepdims=True), dtype=np.float64)


def fit_rates(known: Transitions) -> Rates:
    """The rates of a history, recent movements first."""
    weights = 0.5 ** (np.arange(len(known.moved))[::-1] / HALF_LIFE)
    total = np.einsum("t,tij->ij", weights, known.moved)
    base = _prior(known, total)
    rows = [_row(known.moved[:, each], weights, base[each]) for each in range(len(base))]
    return Rates(np.array([row for row, _spread in rows]), np.array([spread for _row, spread in rows]))


def _prior(known: Transitions, total: Floats) -> Floats:
    """One customer for each state, who mostly stays; the rest spread evenly over tiers, and lost where anybody ever was; within a tier as all went."""
    tiers, bands = known.tiers, known.bands
    pooled = by_tier(total, tiers, bands)
    can_be_lost = bool(total[:, known.lost].sum() or total[known.lost].sum())
    even = np.append(np.full(tiers, 1.0), float(can_be_lost))
    staying = np.where(np.arange(tiers + 2) <= tiers, STAYING, 0.0)[:, None]
    pooled = pooled + staying * np.eye(tiers + 2, tiers + 1) + (1 - staying) * even / even.sum()
    to_bands = total[:, : known.lost].reshape(-1, tiers, bands).sum(axis=0) + 1e-9
    to_bands /= to_bands.sum(axis=1, keepdims=True)
    of_tier = [*np.repeat(np.arange(tiers), bands), tiers, tiers + 1]
    shares = (pooled / pooled.sum(axis=1, keepdims=True))[of_tier]
    inner = (shares[:, :tiers, None] * to_bands[None]).reshape(len(shares), tiers * bands)
    return np.concatenate([inner, shares[:, tiers:]], axis=1)


def _row(moved: Floats, weights: Floats, prior: Floats) -> tuple[Floats, float]:
    """The posterior of one state's rates, and their overdispersion."""
    sizes = moved.sum(axis=1)
    seen = float(weights @ sizes)
    if seen == 0:
        return prior, 0.0
    rates = (weights @ moved) / seen
    spread = _overdispersion(moved, sizes, weights, rates)
    # Variance of the weighted mean over p(1-p): chance within each movement, and rates that differ between movements.
    variance = ((1 - spread) * float(weights**2 @ sizes) + spread * float(((weights * sizes) ** 2).sum())) / seen**2
    return prior + rates / variance, spread


def _overdispersion(moved: Floats, sizes: Floats, weights: Floats, rates: Floats) -> float:
    """Of E|x - np|^2 = n (1 + (n - 1) rho) (1 - sum p^2), the rho that the movements show."""
    movements = float(weights.sum()) ** 2 / float(weights @ weights)
    room, pairs = 1 - float(rates @ rates), float(weights @ (sizes * (sizes - 1)))
    if movements <= 1 or room <= 0 or pairs <= 0:
        return 0.0
    found = float(weights @ ((moved - sizes[:, None] * rates) ** 2).sum(axis=1)) * movements / (movements - 1) / room
    return min(MOST_OVERDISPERSION, max(0.0, (found - float(weights @ sizes)) / pairs))


def arrivals_of(known: Transitions) -> Floats:
    """How many customers came from outside at each movement."""
    return np.asarray(known.moved[:, -1].sum(axis=1), dtype=np.float64)


def expected_moves(known: Transitions, rates: Rates, arrivals: Smoothing, steps: int) -> Floats:
    """Expected movements: step x from x to, by tier (then lost, then outside)."""
    standing, coming = known.closing, np.maximum(arrivals.expected(steps), 0.0)
    found = []
    for step in range(steps):
        moved = np.append(standing, coming[step])[:, None] * rates.mean
        standing = moved.sum(axis=0)
        found.append(moved)
    return by_tier(np.array(found), known.tiers, known.bands)


def simulated_counts(
    known: Transitions, rates: Rates, arrivals: Smoothing, *, steps: int, paths: int, chance: np.random.Generator
) -> Counts:
    """Possible futures: step x path x tier, from chance in who goes where, in the rates themselves, and in arrivals."""
    coming = np.maximum(np.rint(arrivals.simulated(steps, paths, chance)), 0).astype(np.int64)
    standing = np.repeat(known.closing.astype(np.int64)[None], paths, axis=0)
    drawn = [_dirichlet(np.broadcast_to(row, (paths, len(row))), chance) for row in rates.posterior]
    found = np.empty((steps, paths, known.tiers), dtype=np.int64)
    for step in range(steps):
        going = np.concatenate([standing, coming[step][:, None]], axis=1)
        standing = np.zeros_like(standing)
        for state, row in enumerate(drawn):
            if going[:, state].any():
                standing += _gone(going[:, state], row, float(rates.overdispersion[state]), chance)
        found[step] = standing[:, : known.lost].reshape(paths, known.tiers, known.bands).sum(axis=2)
    return found


def _gone(sizes: Counts, rates: Floats, spread: float, chance: np.random.Generator) -> Counts:
    """Where the customers of one state go in each path."""
    if spread > 0:
        rates = _dirichlet(rates * ((1 - spread) / spread), chance)
    return np.asarray(chance.multinomial(sizes, rates), dtype=np.int64)


def _dirichlet(parameters: Floats, chance: np.random.Generator) -> Floats:
    """One draw for each row; states that cannot be reached get nothing."""
    # Gammas of tiny parameters may all be 0; a speck on the largest parameter decides such a row.
    drawn = chance.standard_gamma(np.maximum(parameters, 0.0))
    drawn[np.arange(len(drawn)), np.argmax(parameters, axis=1)] += 1e-300
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    # numpy's multinomial refuses shares that exceed 1 by a rounding of the last digit.
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0), dtype=np.float64)
