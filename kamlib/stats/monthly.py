r"""What a monthly series of counts says: rising or falling, where it broke, what comes next.

Counts :math:`c_t` of events among :math:`e_t` at risk are put on a scale where their noise is even,
:math:`y_t = \sqrt{(c_t + 3/8) / e_t}` (Anscombe 1948), and regressed on time and the months of the year. The
statistic is the usual t of the slope; how large it gets without a trend is found by simulation of the same
regression under autocorrelated noise. The autocorrelation is estimated with the bias of the regression taken out
and a guard added, because at three years it is estimated badly and too low an estimate costs more than too high.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import nbinom

LEAST_MONTHS = 24  # each month of the year seen twice: else a season looks like a trend
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
        How many could have had one. Default: equally many each month.
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
    months, events = len(c), int(c.sum())
    if months < LEAST_MONTHS or events < LEAST_EVENTS:
        need = f"{months} months and {events} events; {LEAST_MONTHS} months and {LEAST_EVENTS} events are needed"
        return TrendVerdict("cannot tell", f"too short: {need}", months=months, events=events)
    y = np.sqrt((c + 0.375) / e)
    x = _design(months)
    t, r, slope, error = _fit(y[None, :], x)
    null_t, null_r = _null(months, repetitions, seed)
    rho = float(np.interp(r[0], np.median(null_r, axis=1), GRID))
    sizes = _between(np.abs(null_t), rho + GUARD)
    p = (1 + int((sizes >= abs(t[0])).sum())) / (1 + len(sizes))
    margin = float(np.quantile(sizes, 1 - level)) * error[0]
    ends = [_ratio(y.mean(), s) for s in (slope[0], slope[0] - margin, slope[0] + margin)]
    label = "no evidence either way" if p >= level else "rising" if slope[0] > 0 else "falling"
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
    if len(c) < LEAST_MONTHS or c.sum() < LEAST_EVENTS:
        return Break(-1, float("nan"), float("nan"), float("nan"))
    y = np.sqrt((c + 0.375) / e)
    _, r, _, _ = _fit(y[None, :], _design(len(c)))
    null_r = _null(len(c), 4000, seed)[1]
    rho = min(float(np.interp(r[0], np.median(null_r, axis=1), GRID)) + GUARD, GRID[-1])
    steps = _steps(y[None, :])[0]
    noise = _noise(rho, len(c), repetitions, np.random.default_rng(seed))
    position = LEAST_SIDE + int(np.argmax(steps))
    p = (1 + int((_steps(noise).max(axis=1) >= steps.max()).sum())) / (1 + repetitions)
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
        Mean, low and high; NaN with fewer than 12 months. The rate is that of the last 12 months with the share
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
    if len(c) < 12:
        return np.full((len(future), 3), np.nan)
    place, ahead = np.arange(len(c)) % 12, (len(c) + np.arange(len(future))) % 12
    season, known = _season(c, e)
    exposure = e * season[place]
    expected = exposure * c.sum() / max(exposure.sum(), 1e-12)
    free = max(len(c) - 1 - (known["due"] / (known["due"] + known["weight"])).sum(), LEAST_FREE)
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
        came = c[origin : origin + horizon]
        _, low, high = forecast(c[:origin], e[:origin], ahead=e[origin : origin + horizon]).T
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
    return c, np.maximum(e, 1.0)


def _season(c: np.ndarray, e: np.ndarray) -> tuple[np.ndarray, dict]:
    """Factor of each month of the year from the first on, drawn towards 1 by as much as one usual month counts."""
    usual = e * c.sum() / e.sum()
    position = np.arange(len(c)) % 12
    seen = np.bincount(position, c, 12)
    due = np.bincount(position, usual, 12)
    weight = max(usual.mean(), 1.0) * (1.0 if len(c) >= LEAST_MONTHS else 4.0)
    return (seen + weight) / (due + weight), {"due": due, "weight": weight}


def _design(months: int) -> np.ndarray:
    """Time, and the months of the year."""
    t = np.arange(months)
    return np.column_stack([t - t.mean(), np.eye(12)[t % 12]])


def _fit(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
    """t of the slope, autocorrelation of the residuals, slope and its error, of each row."""
    beta = y @ np.linalg.pinv(x).T
    rest = y - beta @ x.T
    squares = np.maximum((rest**2).sum(axis=1), 1e-24)
    error = np.sqrt(squares / (len(x) - x.shape[1]) * np.linalg.inv(x.T @ x)[0, 0])
    lagged = (rest[:, 1:] * rest[:, :-1]).sum(axis=1) / squares
    return beta[:, 0] / error, lagged, beta[:, 0], error


def _noise(rho: float, months: int, rows: int, rng: np.random.Generator) -> np.ndarray:
    e = rng.standard_normal((rows, months))
    e[:, 0] /= np.sqrt(1 - rho**2)
    for i in range(1, months):
        e[:, i] += rho * e[:, i - 1]
    return e


@lru_cache(maxsize=64)
def _null(months: int, repetitions: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """t and residual autocorrelation without a trend, for each autocorrelation of the grid (grid x repetitions)."""
    rng = np.random.default_rng(seed)
    x = _design(months)
    found = [_fit(_noise(rho, months, repetitions, rng), x)[:2] for rho in GRID]
    return np.array([t for t, _ in found]), np.array([r for _, r in found])


def _between(draws: np.ndarray, rho: float) -> np.ndarray:
    """Sorted draws at an autocorrelation between those of the grid."""
    ordered = np.sort(draws, axis=1)
    place = float(np.clip((rho - GRID[0]) / (GRID[1] - GRID[0]), 0, len(GRID) - 1))
    lower = min(int(place), len(GRID) - 2)
    return ordered[lower] + (place - lower) * (ordered[lower + 1] - ordered[lower])


def _ratio(mean: float, slope: float) -> float:
    """Change of the rate over the year in the middle, from the slope of its root."""
    low, high = max(mean - 6 * slope, 1e-9), max(mean + 6 * slope, 0.0)
    return (high / low) ** 2 - 1


def _steps(y: np.ndarray) -> np.ndarray:
    """Squared t of a step at each place, the months of the year taken out; rows x places."""
    months = y.shape[1]
    place = np.arange(LEAST_SIDE, months - LEAST_SIDE + 1)
    step = (np.arange(months)[None, :] >= place[:, None]).astype(float)
    season = np.eye(12)[np.arange(months) % 12]
    keep = np.eye(months) - season @ np.linalg.pinv(season)
    rest, step = y @ keep, step @ keep
    explained = (rest @ step.T) ** 2 / np.maximum((step**2).sum(axis=1), 1e-12)
    whole = np.maximum((rest**2).sum(axis=1, keepdims=True), 1e-24)
    return explained / np.maximum(whole - explained, 1e-12 * whole) * (months - 13)
