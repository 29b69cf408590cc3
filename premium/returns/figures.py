"""Compute risk and return of many series of periodic returns at once.

Rows are series, columns periods.

Statistics are floats; what is undefined is NaN. The definitions agree with empyrical (Quantopian's, reloaded) and with
quantstats, but for the probabilistic Sharpe ratio, which is Bailey and López de Prado's own (The Sharpe Ratio Efficient
Frontier, 2012; The Deflated Sharpe Ratio, 2014) with the kurtosis that they mean, and for degenerate series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NO_SPREAD = 1e-12
"""A series whose range is below this is constant."""
_NORMAL = NormalDist()
_TWO_SIDED = _NORMAL.inv_cdf(0.975)
_EULER = float(np.euler_gamma)
_AT_ONCE = 4096
"""Series in one step, so that their columns stay in the cache."""
_NEEDS_SPREAD = (
    "sharpe", "sortino", "calmar", "omega", "tail_ratio", "stability", "beta", "alpha", "payoff_ratio", "kelly",
    "ulcer_index", "skew", "kurtosis", "sharpe_low", "sharpe_high", "psr", "deflated_sharpe",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """What the figures are asked under; rates are of one period."""

    periods_per_year: float = 365.0
    risk_free: float = 0.0
    mar: float = 0.0
    """The least return that is acceptable: the threshold of Sortino and Omega."""
    cutoff: float = 0.05
    trials: int | None = None
    trials_variance: float | None = None
    """Among how many this one was chosen, and the variance of their Sharpe ratios a period."""


def figures(returns: Floats, terms: Terms | None = None, benchmark: Floats | None = None) -> dict[str, Floats]:
    """Return each figure by its name, an array with one entry a series.

    `returns` has the shape (series, periods) with at least one period, `benchmark` that of one series.
    """
    chosen = terms or Terms()
    parts = [
        _figures(returns[place : place + _AT_ONCE], chosen, benchmark) for place in range(0, len(returns), _AT_ONCE)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _figures(returns: Floats, terms: Terms, benchmark: Floats | None) -> dict[str, Floats]:
    with np.errstate(all="ignore"):
        work = _Work(returns, terms, benchmark)
        found = {name: of(work) for name, of in _FIGURES.items()}
        flat = np.ptp(returns, axis=1) < NO_SPREAD
        for name in _NEEDS_SPREAD:
            found[name] = np.where(flat, np.nan, found[name])
        found["annual_volatility"] = np.where(flat & (work.n > 1), 0.0, found["annual_volatility"])
        return {name: np.where(np.isfinite(values), values, np.nan) for name, values in found.items()}


class _Work:
    """Parts that several figures need, each made once."""

    def __init__(self, returns: Floats, terms: Terms, benchmark: Floats | None) -> None:
        self.r, self.terms, self.benchmark = returns, terms, benchmark
        self.n = returns.shape[1]
        self.root = float(np.sqrt(terms.periods_per_year))

    @cached_property
    def level(self) -> Floats:
        """What 1 became, with the 1 before the first period."""
        ones = np.ones((len(self.r), 1))
        return np.concatenate([ones, np.cumprod(1 + self.r, axis=1)], axis=1)

    @cached_property
    def drawdowns(self) -> Floats:
        level = self.level
        return np.asarray(level / np.maximum.accumulate(level, axis=1) - 1)

    @cached_property
    def total(self) -> Floats:
        return np.asarray(self.level[:, -1] - 1)

    @cached_property
    def annual(self) -> Floats:
        grown = self.level[:, -1]
        return np.where(grown >= 0, np.power(np.maximum(grown, 0), self.terms.periods_per_year / self.n) - 1, np.nan)

    @cached_property
    def deviation(self) -> Floats:
        return _deviation(self.r)

    @cached_property
    def sharpe(self) -> Floats:
        """A period's."""
        return np.asarray((self.r.mean(axis=1) - self.terms.risk_free) / self.deviation)

    @cached_property
    def downside(self) -> Floats:
        below = np.minimum(self.r - self.terms.mar, 0)
        return np.asarray(np.sqrt(np.square(below).mean(axis=1)))

    @cached_property
    def ordered(self) -> Floats:
        return np.sort(self.r, axis=1)

    @cached_property
    def gains(self) -> tuple[Floats, Floats]:
        """The sum of gains and their number."""
        up = self.r > 0
        return np.where(up, self.r, 0).sum(axis=1), up.sum(axis=1).astype(np.float64)

    @cached_property
    def losses(self) -> tuple[Floats, Floats]:
        """The sum of losses, positive, and their number."""
        down = self.r < 0
        return -np.where(down, self.r, 0).sum(axis=1), down.sum(axis=1).astype(np.float64)

    @cached_property
    def win_rate(self) -> Floats:
        wins, losses = self.gains[1], self.losses[1]
        return np.asarray(wins / (wins + losses))

    @cached_property
    def payoff(self) -> Floats:
        (gained, wins), (lost, losses) = self.gains, self.losses
        return np.asarray((gained / wins) / (lost / losses))

    @cached_property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """Sums of squares, cubes and fourth powers of what deviates from the mean."""
        off = self.r - self.r.mean(axis=1, keepdims=True)
        squares = off * off
        return squares.sum(axis=1), (squares * off).sum(axis=1), (squares * squares).sum(axis=1)

    @cached_property
    def skew(self) -> Floats:
        """Of a sample: adjusted Fisher-Pearson, G1."""
        second, third, _ = self.moments
        if self.n < 3:
            return _nothing(self.r)
        return np.asarray(self.n * np.sqrt(self.n - 1) / (self.n - 2) * third / second**1.5)

    @cached_property
    def kurtosis(self) -> Floats:
        """In excess of the normal's, of a sample: G2."""
        second, _, fourth = self.moments
        n = self.n
        if n < 4:
            return _nothing(self.r)
        of_sample = n * (n + 1) * (n - 1) * fourth / ((n - 2) * (n - 3) * second**2)
        return np.asarray(of_sample - 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))

    @cached_property
    def sharpe_error(self) -> Floats:
        """Standard error of a period's Sharpe ratio; the kurtosis in its formula is 3 for the normal."""
        s = self.sharpe
        return np.asarray(np.sqrt((1 - self.skew * s + (self.kurtosis + 2) / 4 * s**2) / (self.n - 1)))

    @cached_property
    def beta(self) -> Floats:
        if self.benchmark is None or self.n < 2:
            return _nothing(self.r)
        against = self.benchmark - self.benchmark.mean()
        spread = np.square(against).sum()
        if np.ptp(self.benchmark) < NO_SPREAD:
            return _nothing(self.r)
        return np.asarray((self.r - self.r.mean(axis=1, keepdims=True)) @ against / spread)


def _deviation(values: Floats) -> Floats:
    """Standard deviation of a sample."""
    return np.std(values, axis=1, ddof=1) if values.shape[1] > 1 else _nothing(values)


def _nothing(values: Floats) -> Floats:
    return np.full(len(values), np.nan)


def _percentile(work: _Work, part: float) -> Floats:
    """Linear between the two nearest of the ordered returns."""
    place = part * (work.n - 1)
    low = int(place)
    high = min(low + 1, work.n - 1)
    lower, upper = work.ordered[:, low], work.ordered[:, high]
    return np.asarray(lower + (upper - lower) * (place - low))


def _alpha(work: _Work) -> Floats:
    if work.benchmark is None:
        return _nothing(work.r)
    free = work.terms.risk_free
    excess = work.r.mean(axis=1) - free - work.beta * (work.benchmark.mean() - free)
    return np.asarray(np.power(1 + excess, work.terms.periods_per_year) - 1)


def _omega(work: _Work) -> Floats:
    over = work.r - work.terms.mar
    return np.asarray(np.where(over > 0, over, 0).sum(axis=1) / -np.where(over < 0, over, 0).sum(axis=1))


def _lowest(work: _Work) -> Floats:
    """Conditional value at risk."""
    count = int((work.n - 1) * work.terms.cutoff) + 1
    return np.asarray(work.ordered[:, :count].mean(axis=1))


def _stability(work: _Work) -> Floats:
    """R² of the cumulative log returns against time."""
    if work.n < 2:
        return _nothing(work.r)
    logs = np.cumsum(np.log1p(work.r), axis=1)
    off, time = logs - logs.mean(axis=1, keepdims=True), np.arange(work.n) - (work.n - 1) / 2
    return np.asarray(np.square(off @ time) / (np.square(off).sum(axis=1) * np.square(time).sum()))


def _profit_factor(work: _Work) -> Floats:
    gained, lost = work.gains[0], work.losses[0]
    return np.where(gained == 0, 0.0, gained / lost)


def _kelly(work: _Work) -> Floats:
    return np.asarray((work.payoff * work.win_rate - (1 - work.win_rate)) / work.payoff)


def _in_a_row(signs: NDArray[np.bool_]) -> Floats:
    """The longest run of True."""
    run, longest = np.zeros(len(signs)), np.zeros(len(signs))
    for column in signs.T:
        run = np.where(column, run + 1, 0)
        np.maximum(longest, run, out=longest)
    return longest


def _chance(work: _Work, threshold: float) -> Floats:
    """The chance that the true Sharpe ratio of a period is above the threshold."""
    scores = (work.sharpe - threshold) / work.sharpe_error
    return np.array([_NORMAL.cdf(score) if np.isfinite(score) else np.nan for score in scores])


def _deflated(work: _Work) -> Floats:
    trials, variance = work.terms.trials, work.terms.trials_variance
    if trials is None or variance is None:
        return _nothing(work.r)
    return _chance(work, luckiest(trials, variance))


def luckiest(trials: int, variance: float) -> float:
    """Return the Sharpe ratio to expect of the best of many without skill.

    Of one period.
    """
    if trials < 2:
        return 0.0
    upper = (1 - _EULER) * _NORMAL.inv_cdf(1 - 1 / trials) + _EULER * _NORMAL.inv_cdf(1 - 1 / (trials * np.e))
    return float(np.sqrt(variance) * upper)


def _wilson(work: _Work, side: int) -> Floats:
    """One end of Wilson's 95 % interval for the win rate."""
    n, rate, z = work.gains[1] + work.losses[1], work.win_rate, _TWO_SIDED
    middle = rate + z**2 / (2 * n)
    half = z * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return np.asarray((middle + side * half) / (1 + z**2 / n))


_FIGURES: dict[str, Callable[[_Work], Floats]] = {
    "total_return": lambda work: work.total,
    "annual_return": lambda work: work.annual,
    "annual_volatility": lambda work: work.deviation * work.root,
    "sharpe": lambda work: work.sharpe * work.root,
    "sortino": lambda work: (work.r.mean(axis=1) - work.terms.mar) / work.downside * work.root,
    "downside_risk": lambda work: work.downside * work.root,
    "max_drawdown": lambda work: work.drawdowns.min(axis=1),
    "calmar": lambda work: work.annual / -work.drawdowns.min(axis=1),
    "omega": _omega,
    "tail_ratio": lambda work: np.abs(_percentile(work, 0.95)) / np.abs(_percentile(work, 0.05)),
    "value_at_risk": lambda work: _percentile(work, work.terms.cutoff),
    "conditional_value_at_risk": _lowest,
    "stability": _stability,
    "beta": lambda work: work.beta,
    "alpha": _alpha,
    "win_rate": lambda work: work.win_rate,
    "profit_factor": _profit_factor,
    "payoff_ratio": lambda work: work.payoff,
    "kelly": _kelly,
    "ulcer_index": lambda work: np.sqrt(np.square(work.drawdowns).sum(axis=1) / (work.n - 1)),
    "expected_return": lambda work: np.power(work.level[:, -1], 1 / work.n) - 1,
    "consecutive_wins": lambda work: _in_a_row(work.r > 0),
    "consecutive_losses": lambda work: _in_a_row(work.r < 0),
    "skew": lambda work: work.skew,
    "kurtosis": lambda work: work.kurtosis,
    "sharpe_low": lambda work: (work.sharpe - _TWO_SIDED * work.sharpe_error) * work.root,
    "sharpe_high": lambda work: (work.sharpe + _TWO_SIDED * work.sharpe_error) * work.root,
    "psr": lambda work: _chance(work, 0.0),
    "deflated_sharpe": _deflated,
    "win_rate_low": lambda work: _wilson(work, -1),
    "win_rate_high": lambda work: _wilson(work, 1),
}
