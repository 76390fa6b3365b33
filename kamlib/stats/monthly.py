r"""What a monthly series of counts says: rising or falling, where it broke, what comes next.

Counts :math:`c_t` of events among :math:`e_t` at risk. Without a trend a month is expected to have
:math:`\mu_t = \lambda\, e_t s_m`, with a factor for its month of the year that is drawn towards 1 as far as months of
the year are alike. Counts scatter by :math:`v_t = \mu_t (1 + \alpha \mu_t)`, a Poisson's and more
(Cameron and Trivedi 2013, *Regression Analysis of Count Data*, section 3.3). The statistic is the score of a trend,

.. math::

    U = \sum_t \frac{\mu_t}{v_t}\, \tilde t\, (c_t - \mu_t)

over its standard deviation, where :math:`\tilde t` is time less what level and season explain of it. So a month counts
for as much as was at risk in it, and one in which nobody was is no observation. How large it gets without a trend is
found by simulation of the same statistic under autocorrelated noise. The autocorrelation is estimated with the bias of
the regression taken out and a guard added, because at three years it is estimated badly and too low an estimate costs
more than too high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

LEAST_MONTHS = 24  # each month of the year seen twice: else a season looks like a trend
LEAST_AT_RISK = 1.0  # in a month: below that it is no observation
LEAST_EVENTS = 20  # in all: one event more or less then moves the rate by a twentieth
LEVEL = 0.05
GUARD = 0.1  # added to the estimated autocorrelation; chosen by benchmarks/churn_trend.md
GRID = np.linspace(-0.2, 0.7, 10)  # autocorrelations that are simulated
LEAST_SIDE = 6  # months on each side of a break
LEAST_FREE = 4  # months that say how much counts scatter, at the least
ALIKE = 2  # times that neighbours being alike widens what is known of the level: (1 + r) / (1 - r) at r = 1/3
LABELS = ("rising", "falling", "no evidence either way", "cannot tell")


@dataclass(frozen=True)
class TrendVerdict:
    """Whether a monthly rate rises.

    Attributes
    ----------
    label : str
        One of `LABELS`.
    why : str
        What the label rests on, in words.
    per_year : float
        Change of the rate over a year, at the middle of the series, as a share of it (0.1: a tenth more).
    low, high : float
        95 % interval of `per_year`, calibrated like the test.
    p : float
        Two-sided.
    autocorrelation : float
        From month to month, as estimated, without the guard.
    months, events : int
    """

    label: str
    why: str
    per_year: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")
    autocorrelation: float = float("nan")
    months: int = 0
    events: int = 0


@dataclass(frozen=True)
class Break:
    """Where a rate changed its level, if it did.

    Attributes
    ----------
    position : int
        First month of the new level; -1 where none can be told.
    before, after : float
        Rates on either side.
    p : float
        Chance of so clear a break at the clearest place where there is none.
    """

    position: int
    before: float
    after: float
    p: float


def trend_verdict(
    counts, at_risk=None, *, level: float = LEVEL, repetitions: int = 4000, seed: int = 1
) -> TrendVerdict:
    """Verdict on the trend of a monthly rate.

    Parameters
    ----------
    counts : array_like of int, shape (months,)
        Events of each month, in order, without holes.
    at_risk : array_like of float, shape (months,), optional
        How many could have had one. Default: equally many each month. Months with fewer than one do not count.
    level : float
        Size of the test. Its true size, at 36 months, is at most 7 % up to an autocorrelation of 0.4, with a
        season (`benchmarks/churn_trend.md`).
    repetitions, seed : int
        Simulated series for each autocorrelation.

    Returns
    -------
    TrendVerdict
        `cannot tell` below 24 months or 20 events.

    Examples
    --------
    >>> trend_verdict([4] * 12).label
    'cannot tell'
    >>> trend_verdict(np.arange(36) + 5).label
    'rising'
    """
    c, e = _checked(counts, at_risk)
    months, events = int((e > 0).sum()), int(c[e > 0].sum())
    if months < LEAST_MONTHS or events < LEAST_EVENTS:
        need = f"{months} months and {events} events; {LEAST_MONTHS} months and {LEAST_EVENTS} events are needed"
        return TrendVerdict("cannot tell", f"too short: {need}", months=months, events=events)
    model, time = _Null.of(c, e), np.arange(len(c)) - (len(c) - 1) / 2
    x = model.apart(time[None, :])[0]
    t, r = (float(v[0]) for v in model.score(model.rest(c), x))
    null_t, null_r = model.without_trend(x, repetitions, seed)
    rho = float(np.interp(r, np.median(null_r, axis=1), GRID))
    sizes = _between(np.abs(null_t), min(rho + GUARD, model.alike))
    p = (1 + int((sizes >= abs(t)).sum())) / (1 + len(sizes))
    slope = _slope(c, e, time)
    margin = float(np.quantile(sizes, 1 - level)) * abs(slope / t) if t else 0.0
    ends = [float(np.expm1(12 * np.clip(s, -0.5, 0.5))) for s in (slope, slope - margin, slope + margin)]
    label = "no evidence either way" if p >= level else "rising" if t > 0 else "falling"
    return TrendVerdict(label, f"p = {p:.3f}, {months} months, {events} events", *ends, p, rho, months, events)


def change_point(counts, at_risk=None, *, repetitions: int = 1000, seed: int = 1) -> Break:
    """The clearest break in the level of a monthly rate, and how clear it is.

    Parameters
    ----------
    counts, at_risk : array_like, shape (months,)
        As in `trend_verdict`.
    repetitions, seed : int

    Returns
    -------
    Break
        Position -1 below 24 months or 20 events. Six months at least on each side.

    Notes
    -----
    The largest squared t of a step, over all places (Andrews 1993, Econometrica 61:821-856), with its distribution
    simulated under the same autocorrelated noise.

    Examples
    --------
    >>> change_point([5] * 18 + [12] * 18).position
    18
    """
    c, e = _checked(counts, at_risk)
    seen = np.flatnonzero(e > 0)
    if len(seen) < LEAST_MONTHS or c[seen].sum() < LEAST_EVENTS:
        return Break(-1, float("nan"), float("nan"), float("nan"))
    model, place = _Null.of(c, e), seen[LEAST_SIDE : len(seen) - LEAST_SIDE + 1]
    steps = model.apart((np.arange(len(c)) >= place[:, None]).astype(float))
    time = model.apart((np.arange(len(c)) - (len(c) - 1) / 2)[None, :])[0]
    _, r = model.score(model.rest(c), time)
    null_r = model.without_trend(time, repetitions, seed)[1]
    rho = min(float(np.interp(r[0], np.median(null_r, axis=1), GRID)) + GUARD, model.alike, GRID[-1])
    noise = _noise(rho, len(c), repetitions, np.random.default_rng(seed))
    found = model.steps(model.rest(c), steps)[0]
    p = (1 + int((model.steps(noise, steps).max(axis=1) >= found.max()).sum())) / (1 + repetitions)
    position = int(place[np.argmax(found)])
    before, after = (float(c[part].sum() / e[part].sum()) for part in (slice(position), slice(position, None)))
    return Break(position, before, after, p)


def forecast(counts, at_risk=None, *, ahead=None, horizon: int = 3, confidence: float = 0.95) -> np.ndarray:
    """The next months' counts.

    Parameters
    ----------
    counts, at_risk : array_like, shape (months,)
    ahead : array_like, shape (horizon,), optional
        How many will be at risk in each of the months ahead. Default: as many as in the last month.
    horizon : int
        Months ahead, where `ahead` does not say.
    confidence : float

    Returns
    -------
    numpy.ndarray of shape (horizon, 3)
    XX is that of the last 12 months with the share
        of each month of the year drawn towards 1; counts scatter as much more than a Poisson's as they have so far,
        the months of the year that were fitted allowed for, and months are taken to be like their neighbours
        (autocorrelation of about a third). Coverage: `benchmarks/churn_forecast.md`.

    Examples
    --------
    >>> forecast([10] * 24)[0].round().tolist()
    [10.0, 4.0, 18.0]
    """
    c, e = _checked(counts, at_risk)
    future = np.full(horizon, e[-1] if len(e) else 1.0) if ahead is None else np.asarray(ahead, dtype=float)
    if (e > 0).sum() < 12 or not e[-12:].any():
        return np.full((len(future), 3), np.nan)
    place, ahead = np.arange(len(c)) % 12, (len(c) + np.arange(len(future))) % 12
    season, known = _season(c, e)
    exposure = e * season[place]
    expected = exposure * c.sum() / max(exposure.sum(), 1e-12)
    free = max((e > 0).sum() - 1 - (known["due"] / (known["due"] + known["weight"])).sum(), LEAST_FREE)
    scatter = max(float(((c - expected) ** 2 / np.maximum(expected, 0.5)).sum() / free), 1.0)
    seen = c[-12:].sum() + 0.5
    mean = seen * future * season[ahead] / exposure[-12:].sum()
    # Relative variances: of the level, of the month's share of the year, and of the month itself.
    level = (1 + ALIKE * (scatter - 1)) / seen
    share = (scatter * known["due"] / (known["due"] + known["weight"]) ** 2)[ahead]
    size = 1 / (level + share + (scatter - 1) / np.maximum(mean, 1e-9))
    tail = (1 - confidence) / 2
    low, high = (nbinom.ppf(q, size, size / (size + mean)) for q in (tail, 1 - tail))
    return np.column_stack([mean, low, high])


def past_coverage(counts, at_risk=None, *, horizon: int = 3, first: int = 12) -> tuple[int, int]:
    """How many past months lay within the interval that was forecast for them, and of how many.

    Every month from `first + 1` on is forecast from what came before, 1 to `horizon` months ahead, given how many were
    at risk in it.

    Examples
    --------
    >>> past_coverage([10] * 24)
    (33, 33)
    """
    c, e = _checked(counts, at_risk)
    inside = total = 0
    for origin in range(first, len(c)):
        there = e[origin : origin + horizon] > 0
        came = c[origin : origin + horizon][there]
        _, low, high = forecast(c[:origin], e[:origin], ahead=e[origin : origin + horizon]).T[:, there]
        if np.isnan(low).any():
            continue
        inside += int(((came >= low) & (came <= high)).sum())
        total += len(came)
    return inside, total


def _checked(counts, at_risk) -> tuple[np.ndarray, np.ndarray]:
    c = np.asarray(counts, dtype=float)
    e = np.ones(len(c)) if at_risk is None else np.asarray(at_risk, dtype=float)
    if len(e) != len(c):
        raise ValueError(f"{len(c)} counts, but {len(e)} numbers at risk")
    if (c < 0).any() or not np.isfinite(c).all():
        raise ValueError("counts are numbers from 0 up, one for each month without holes")
    seen = e >= LEAST_AT_RISK
    return np.where(seen, c, 0.0), np.where(seen, e, 0.0)


def _season(c: np.ndarray, e: np.ndarray) -> tuple[np.ndarray, dict]:
    """Factor of each month of the year from the first on, drawn towards 1 by as much as one usual month counts."""
    usual = e * c.sum() / max(e.sum(), 1e-12)
    position = np.arange(len(c)) % 12
    seen = np.bincount(position, c, 12)
    due = np.bincount(position, usual, 12)
    weight = max(usual.sum() / max((e > 0).sum(), 1), 1.0) * (1.0 if (e > 0).sum() >= LEAST_MONTHS else 4.0)
    return (seen + weight) / (due + weight), {"due": due, "weight": weight}


TINY = 1e-9  # of what is expected: nothing


@dataclass(frozen=True)
class _Null:
    """A rate without a trend: what is expected, how it scatters, and what level and season explain of a row.

    mu (months,), weight (months,): what a month counts for in a log rate; smooth (months, months): fitted values of
    level and season; free: months that are left to say how much counts scatter; alike: the most that a month can be
    like the one before it.
    """

    mu: np.ndarray
    weight: np.ndarray
    smooth: np.ndarray
    free: float
    alike: float

    @classmethod
    def of(cls, c: np.ndarray, e: np.ndarray) -> _Null:
        """What counts among so many at risk say of a rate without a trend; weights by three steps of moments."""
        mu, drawn = _expected(c, e)
        weight, seen = mu, mu > 0
        away = np.where(seen, c / np.maximum(mu, TINY) - 1, 0.0)
        for _ in range(3):
            smooth = _smoother(weight, drawn)
            free = max(seen.sum() - np.trace(smooth) - 1, 1.0)
            left = mu * (away - _smoother(weight, drawn, trend=True) @ away)  # a trend is no scatter
            more = (left[seen] ** 2 * seen.sum() / free - mu[seen]).sum() / (mu[seen] ** 2).sum()
            weight = mu / (1 + max(more, 0.0) * mu)
        # Only what scatters beyond a Poisson's can be like the month before: its share, with a standard error on top.
        beyond = max(more, 0.0) * mu[seen].mean() + np.sqrt(2 / free)
        return cls(mu, weight, _smoother(weight, drawn), free, beyond / (1 + beyond))

    def apart(self, x: np.ndarray) -> np.ndarray:
        """Rows less what level and season explain of them; 0 in months that do not count."""
        return np.where(self.mu > 0, x - x @ self.smooth.T, 0.0)

    def rest(self, c: np.ndarray) -> np.ndarray:
        """Standardised residuals, as one row."""
        return (np.sqrt(self.weight) * (c - self.mu) / np.maximum(self.mu, TINY))[None, :]

    def _left(self, rest: np.ndarray) -> np.ndarray:
        root = np.sqrt(self.weight)
        return root * self.apart(np.where(root > 0, rest / np.maximum(root, TINY), 0.0))

    def score(self, rest: np.ndarray, x: np.ndarray, *, least: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Score of a slope in its standard deviations, and the autocorrelation of what is left, of each row.

        Counts never scatter less than a Poisson's (`least`), though few months would now and then show it.
        """
        root = np.sqrt(self.weight)
        left = self._left(rest)
        along = root * x
        size = (along**2).sum()
        slope = left @ along / size
        left = left - slope[:, None] * along
        squares = np.maximum((left**2).sum(axis=1), 1e-24)
        lagged = (left[:, 1:] * left[:, :-1]).sum(axis=1) / squares
        return slope * np.sqrt(size / np.maximum(squares / self.free, least)), lagged

    def steps(self, rest: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """Squared score of a step at each place; rows x places."""
        left, along = self._left(rest), np.sqrt(self.weight) * steps
        explained = (left @ along.T) ** 2 / np.maximum((along**2).sum(axis=1), TINY)
        whole = np.maximum((left**2).sum(axis=1, keepdims=True), 1e-24)
        return explained / np.maximum(whole - explained, 1e-12 * whole) * self.free

    def without_trend(self, x: np.ndarray, repetitions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Score and autocorrelation without a trend, for each autocorrelation of the grid (grid x repetitions)."""
        rng = np.random.default_rng(seed)
        found = [self.score(_noise(rho, len(self.mu), repetitions, rng), x, least=0.0) for rho in GRID]
        return np.array([t for t, _ in found]), np.array([r for _, r in found])


def _expected(c: np.ndarray, e: np.ndarray) -> tuple[np.ndarray, float]:
    """What each month is expected to have without a trend, and by how many events a season is drawn towards none."""
    place, due = np.arange(len(c)) % 12, e * c.sum() / max(e.sum(), TINY)
    seen, usual = np.bincount(place, c, 12), np.bincount(place, due, 12)
    apart = ((seen - usual) ** 2 - usual).sum() / max((usual**2).sum(), TINY)  # variance of the factors
    drawn = min(1 / max(apart, TINY), 1e6)
    factor = ((seen + drawn) / (usual + drawn))[place]
    return due * factor * c.sum() / max((due * factor).sum(), TINY), drawn


def _smoother(weight: np.ndarray, drawn: float, *, trend: bool = False) -> np.ndarray:
    """Fitted values of a level and of months of the year drawn towards it, weighted least squares."""
    months = np.arange(len(weight))
    season = np.equal.outer(months % 12, np.arange(12)).astype(float)
    fixed = np.column_stack([np.ones(len(months)), *([months - months.mean()] if trend else [])])
    design = np.column_stack([fixed, season])
    penalty = np.diag(np.r_[np.full(fixed.shape[1], 1e-9), np.full(12, drawn + 1e-9)])
    return design @ np.linalg.solve(design.T @ (weight[:, None] * design) + penalty, design.T * weight)


def _slope(c: np.ndarray, e: np.ndarray, time: np.ndarray) -> float:
    """Log rate per month at which nothing of a trend is left."""
    found = 0.0
    for _ in range(50):
        model = _Null.of(c, e * np.exp(found * time))
        x = model.apart(time[None, :])[0]
        step = float((np.sqrt(model.weight) * x * model.rest(c)[0]).sum() / max((model.weight * x**2).sum(), TINY))
        found += float(np.clip(step, -0.05, 0.05))
        if abs(step) < 1e-6:
            break
    return found


def _noise(rho: float, months: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    e = rng.standard_normal((rows, months))
    e[:, 0] /= np.sqrt(1 - rho**2)
    for i in range(1, months):
        e[:, i] += rho * e[:, i - 1]
    return e


def _between(draws: np.ndarray, rho: float) -> np.ndarray:
    """Sorted draws at an autocorrelation between those of the grid."""
    ordered = np.sort(draws, axis=1)
    place = float(np.clip((rho - GRID[0]) / (GRID[1] - GRID[0]), 0, len(GRID) - 1))
    lower = min(int(place), len(GRID) - 2)
    return ordered[lower] + (place - lower) * (ordered[lower + 1] - ordered[lower])
