r"""The same class in the next window: what an account is expected to buy, whether it is still there, and for how long.

`kamlib.segmentation.confidence` says which class an account's expected total of *this* window gives it. The next one
differs in four things, each drawn with it:

1. **Gone or not.** An account has left by `as_of` with the probability that its silence says (`gone`, from the page on
   losses). One with a single purchase has no rhythm: it buys again as often as such accounts did on this ledger's past.
2. **Leaving.** Who is there leaves at a rate :math:`h`, learnt from this ledger by size of account: those gone over the
   years lived, drawn towards the rate of all, and that towards what is usual. Who leaves after a share of the window
   has bought that share.
3. **Level and drift.** Rates change: :math:`\log \mu_{t+1} = \log \mu_t + N(0, \delta^2)`. What two windows of one
   account differ by is drift and the luck of both; the luck is known (`kamlib.stats.luck`), the rest is
   :math:`\delta^2`. So the windows before say something of the level too, the less the longer ago (a local level
   model, filtered: Harvey 1989, section 4.1), and what an account bought is known better than from one window.
4. **The lines.** Next window's are those of all who will buy then: those who stay, and as many new accounts as the
   window brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr

from kamlib.panel import Panel, check_panel
from kamlib.segmentation.abc import ABC_SHARES, abc
from kamlib.segmentation.confidence import (
    LEAST_LINES,
    MOST_CELLS,
    class_lines,
    classes_drawn,
    expected_of,
)
from kamlib.segmentation.windows import month_matrix
from kamlib.stats.expected import shrunk_totals
from kamlib.tables import ABC

YEAR = 365.25
LEAVING, LEAVING_YEARS = 0.15, 20.0  # a year (Gupta and Zeithaml 2006: 75-90 % stay), and account-years it weighs
RETURNS = 0.2  # of those gone, a year: as in `kamlib.stats.rhythm`
DRIFT, DRIFT_ACCOUNTS = 0.04, 20.0  # variance of log rates from year to year, and accounts it weighs
SIZES = (0.5, 0.8)  # of accounts by sales a year while there: half, the next three tenths, the largest fifth
WINDOWS = 3  # before this one, that say something of the level
APART = 2.5  # standard deviations between two windows beyond which the older says nothing of the level
MOST_CHANGE = 1.5  # of a log rate: one account that grew tenfold does not speak for all
ONCE = 2.0  # accounts with one purchase that a coin weighs, where it is asked how many bought again
EXPOSURE = 0.5  # an account younger than half the window is taken at twice what it bought, and not at more
SHARES = (np.arange(8) + 0.5) / 8  # of the window, where leavers' chances are summed instead of drawn
AHEAD_SURE = 0.85  # of those given as much or more nine in ten come true: benchmarks/class_forward.md
LEFT = "has probably left"
LOST, LATE = "lost", "late"
COLUMNS = ["abc", "shown", "gone", "forward", *(f"forward_{label}" for label in ABC)]


@dataclass(frozen=True)
class Next:
    """What stands between this window's expected totals and the next one's.

    Attributes
    ----------
    gone : numpy.ndarray of shape (accounts,)
        Probability of having left by `as_of`.
    full : numpy.ndarray of shape (accounts,)
        Share of the window for which the account was there: its total is divided by it.
    leaving : numpy.ndarray of shape (accounts,)
        Rate per window.
    drift : float
        Standard deviation of log rates from one window to the next.
    new : numpy.ndarray of bool, shape (accounts,)
        Came in this window: as many are expected to come in the next.
    returns : float
        Chance that who has left is back within the window.
    """

    gone: np.ndarray
    full: np.ndarray
    leaving: np.ndarray
    drift: float
    new: np.ndarray
    returns: float

    def there(self, rng, rows: int) -> np.ndarray:
        """Draws of the share of the next window for which each account is there."""
        size = (rows, len(self.gone))
        stays = np.minimum(rng.exponential(size=size) / self.leaving, 1.0)
        back = np.where(rng.random(size) < self.returns, rng.random(size), 0.0)
        return np.where(rng.random(size) < self.gone, back, stays)


def has_probably_left(states: pd.DataFrame) -> pd.Series:
    """Whether the page on losses calls an account lost, or late and likelier gone than not.

    Parameters
    ----------
    states : pandas.DataFrame
        From `kamlib.churn.account_states`: by customer_id, state and gone.
    """
    return (states["state"] == LOST) | ((states["state"] == LATE) & (states["gone"] > 0.5))


def left_of(ahead: pd.DataFrame) -> pd.Series:
    """Which accounts of a table of `forward_confidence` are shown as having probably left."""
    return ahead["shown"] != ahead["abc"]


def with_state(label: pd.Series, states: pd.DataFrame | None) -> pd.Series:
    """Classes as they are shown: the letter, and of who has probably left that it has.

    Parameters
    ----------
    label : pandas.Series
        Class by customer_id.
    states : pandas.DataFrame or None
        From `kamlib.churn.account_states`; without it, letters alone.

    Examples
    --------
    >>> states = pd.DataFrame({"state": ["lost", "late", "active"], "gone": [0.9, 0.4, 0.1]}, index=list("abc"))
    >>> with_state(pd.Series("A", index=list("abc")), states).tolist()
    ['A, has probably left', 'A', 'A']
    """
    if states is None:
        return label
    left = has_probably_left(states).reindex(label.index, fill_value=False)
    return label.where(~left, label + f", {LEFT}")


def forward_confidence(
    panel: Panel,
    days: pd.DataFrame,
    states: pd.DataFrame | None,
    *,
    measure: str = "sales",
    shares: Sequence[float] = ABC_SHARES,
    repetitions: int = 1000,
    seed: int = 1,
) -> pd.DataFrame:
    """Probability that each account is A, B or C in the next window, by what it is expected to buy then.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    days : pandas.DataFrame
        Its purchase days.
    states : pandas.DataFrame or None
        From `kamlib.churn.account_states`: by customer_id, state and gone. None where the page on losses is no part of
        the report: then nothing is told.
    measure, shares, repetitions, seed
        As in `class_confidence`.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id in the order of `abc`: abc, shown (`A, has probably left` where it has), gone, forward
        (probability of the same class in the next window), forward_A, forward_B, forward_C. Probabilities are missing
        where those of `class_confidence` are, and where the ledger has no rhythm by which to say who is still there.

    Notes
    -----
    *The next window* is as long as this one and begins the day after `as_of`. A class of it is that of what the account
    is expected to buy in it, given how long it is there: leaving counts, the luck of single orders does not. Held
    against what came on companies of several mechanisms in `benchmarks/class_forward.md`.
    """
    check_panel(panel, "forward_confidence(panel, days, states)")
    value, known, variance = expected_of(panel, days, measure=measure)
    order = abc(value, shares=shares)
    table = pd.DataFrame(index=order.index, columns=COLUMNS, dtype="float64")
    table["abc"], table["shown"] = order["abc"], with_state(order["abc"], states)
    if states is not None:
        table["gone"] = states["gone"].reindex(order.index)
    if known is None or table["gone"].isna().all():
        return table
    past = _past(panel, states, value, variance, measure)
    next_ = _next(panel, states, value, past.drift)
    known = shrunk_totals(*_level(value, variance, past))
    chances = _chances(known, next_, shares, repetitions, seed)
    told = pd.DataFrame(chances.T, columns=COLUMNS[4:], index=value.index).reindex(table.index)
    table[COLUMNS[4:]] = told
    table["forward"] = told.to_numpy()[np.arange(len(table)), pd.Index(ABC).get_indexer(table["abc"])]
    return table


def _chances(known, next_: Next, shares: Sequence[float], repetitions: int, seed: int) -> np.ndarray:
    """Chance of each account to be A, B, C; by draws, or by lines from fewer draws where accounts are very many."""
    rng, n = np.random.default_rng([seed, 2]), len(next_.gone)
    many = n * repetitions > MOST_CELLS
    rows = max(MOST_CELLS // n, LEAST_LINES) if many else repetitions
    counts, lines = np.zeros((3, n)), []
    for drawn in known.draws(rows, seed):
        grown = drawn / next_.full * np.exp(next_.drift * rng.standard_normal(drawn.shape))
        here = grown * next_.there(rng, len(drawn))
        everybody = np.hstack([here, drawn[:, next_.new]])
        if many:
            lines += list(zip(*class_lines(everybody, shares), strict=True))
        else:
            counts += classes_drawn(everybody, shares)[:, :n]
    return _summed(known, next_, lines) if many else counts / rows


def _summed(known, next_: Next, lines: list) -> np.ndarray:
    """The chances, given lines that no account moves: who is there for a share of the window has that share."""
    mean, sd = known.mean - np.log(next_.full), np.sqrt(known.sd**2 + next_.drift**2)
    parts = [(np.exp(-next_.leaving) * (1 - next_.gone), 1.0)]
    edges = np.exp(-next_.leaving * np.linspace(0, 1, len(SHARES) + 1)[:, None])
    for share, left in zip(SHARES, -np.diff(edges, axis=0), strict=True):
        parts.append((left * (1 - next_.gone) + next_.returns / len(SHARES) * next_.gone, share))
    above = [np.zeros(len(mean)) for _ in ABC[:2]]
    for pair in lines:
        for total, line in zip(above, pair, strict=True):
            for weight, share in parts:
                total += weight * ndtr((mean + np.log(share) - np.log(line)) / sd)
    a, b = (np.nan_to_num(total / len(lines)) for total in above)
    return np.array([a, b - a, 1 - b])


def _next(panel: Panel, states: pd.DataFrame, value: pd.Series, drift: float) -> Next:
    accounts = panel.accounts
    own = accounts.reindex(value.index)
    end, start = pd.Timestamp(panel.as_of), pd.Timestamp(panel.start)
    length = (end - start).days + 1
    known = ~own["truncated"].astype(bool) & (own["first_line"] >= start)
    seen = np.where(known, (end - own["first_line"]).dt.days + 1, length) / length
    gone = states["gone"].reindex(value.index)
    gone = gone.fillna(1 - _again(panel, accounts, length)).to_numpy(dtype=float)
    window = length / YEAR
    return Next(
        gone, np.clip(seen, EXPOSURE, 1.0), _leaving(states, accounts, value, end) * window, np.sqrt(drift),
        known.to_numpy(), 1 - np.exp(-RETURNS * window),
    )  # fmt: skip


def _leaving(states: pd.DataFrame, accounts: pd.DataFrame, value: pd.Series, end: pd.Timestamp) -> np.ndarray:
    """Leavings per account-year of each account: of those of its size, drawn towards all, and these to a prior."""
    told = states[states["gone"].notna()]
    facts = accounts.reindex(told.index)
    bought = (told["last_purchase"] - facts["first_line"]).dt.days.clip(lower=0)
    lived = (bought + (end - told["last_purchase"]).dt.days * (1 - told["gone"])) / YEAR
    of_all = (told["gone"].sum() + LEAVING * LEAVING_YEARS) / (lived.sum() + LEAVING_YEARS)
    rate = facts["history_sales_cents"] / np.maximum(bought / YEAR, EXPOSURE)
    edges = np.quantile(rate, SIZES) if len(rate) else np.zeros(len(SIZES))
    size = np.digitize(rate, edges)
    gone = np.bincount(size, told["gone"], len(edges) + 1) + of_all * LEAVING_YEARS
    found = gone / (np.bincount(size, lived, len(edges) + 1) + LEAVING_YEARS)
    own = pd.Series(rate, told.index).reindex(value.index).fillna(value)
    return found[np.digitize(own, edges)]


def _again(panel: Panel, accounts: pd.DataFrame, length: int) -> float:
    """Share of accounts with a single purchase one window before that bought again since; a coin where none were."""
    monthly = panel.monthly[panel.monthly["purchase_days"] > 0]
    before = monthly["month"] < pd.Timestamp(panel.start)
    once = monthly[before].groupby("customer_id")["purchase_days"].sum()
    recent = monthly[before & (monthly["month"] >= pd.Timestamp(panel.start) - pd.Timedelta(days=length))]
    once = once[(once == 1) & once.index.isin(recent["customer_id"])].index
    back = pd.Index(monthly.loc[~before, "customer_id"].unique())
    return float((once.isin(back).sum() + ONCE / 2) / (len(once) + ONCE))


@dataclass(frozen=True)
class _Past:
    """Windows before this one, the nearest first: accounts x windows, NaN where an account was not there for all of it.

    `log` is the total, brought to this window's level of all accounts, `luck` its relative variance; `drift` is the
    variance of log rates from one window to the next.
    """

    log: np.ndarray
    luck: np.ndarray
    drift: float


def _past(panel: Panel, states: pd.DataFrame, value: pd.Series, variance: np.ndarray, measure: str) -> _Past:
    begin, n = pd.Timestamp(panel.start).replace(day=1), panel.months
    starts = [begin - pd.DateOffset(months=n * back) for back in range(1, WINDOWS + 1)]
    starts = [start for start in starts if panel.holds(start.date())]
    nothing = np.full((len(value), 0), np.nan)
    if not starts:
        return _Past(nothing, nothing, DRIFT)
    money, bought = (month_matrix(panel, column=c).reindex(value.index) for c in (f"{measure}_cents", "purchase_days"))
    accounts = panel.accounts.reindex(value.index)
    inside = [(money.columns >= start) & (money.columns < start + pd.DateOffset(months=n)) for start in starts]
    total, days = (np.column_stack([of.loc[:, i].sum(axis=1) for i in inside]) for of in (money, bought))
    old = np.column_stack([accounts["truncated"].astype(bool) | (accounts["first_line"] < start) for start in starts])
    there = old & (total > 0) & (days > 0)
    log = np.where(there, np.log(np.where(there, total, 1)), np.nan)
    now = accounts["purchase_days"].clip(lower=1).to_numpy()
    luck = np.where(there, (variance * now)[:, None] / np.maximum(days, 1), np.nan)
    here = (states["state"].reindex(value.index) == "active").to_numpy() & (value > 0).to_numpy()
    latest = np.where(here, np.log(value.clip(lower=1)), np.nan)
    growth, drift = _changes(np.column_stack([latest, log]), np.column_stack([variance, luck]))
    return _Past(log + np.cumsum(growth), luck, drift)


def _changes(log: np.ndarray, luck: np.ndarray) -> tuple[np.ndarray, float]:
    """Growth of all from each window to the next later one, and the variance of each account's beyond luck."""
    change, noise = log[:, :-1] - log[:, 1:], luck[:, :-1] + luck[:, 1:]
    known = np.isfinite(change)
    weight = np.where(known, 1 / (noise + 2 * DRIFT) ** 2, 0.0)
    change, noise = np.where(known, change, 0.0), np.where(known, noise, 0.0)
    growth = (weight * change).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    spread = np.clip((change - growth) ** 2, 0, MOST_CHANGE**2) - noise
    n = weight.sum() ** 2 / max((weight**2).sum(), 1e-9)
    found = max((weight * spread).sum() / max(weight.sum(), 1e-9), 0.0)
    return growth, float((n * found + DRIFT * DRIFT_ACCOUNTS) / (n + DRIFT_ACCOUNTS))


def _level(value: pd.Series, variance: np.ndarray, past: _Past) -> tuple[np.ndarray, np.ndarray]:
    """Each account's total of this window, made surer by the windows before; and how uncertain it then is."""
    mean, spread = np.full(len(value), np.nan), np.full(len(value), np.inf)
    for log, luck in zip(past.log.T[::-1], past.luck.T[::-1], strict=True):  # the oldest first
        mean, spread = _updated(mean, spread, log, luck)
        spread = spread + past.drift
    log = np.log(value.where(value > 0)).to_numpy()
    mean, spread = _updated(mean, spread, log, variance)
    return np.nan_to_num(np.exp(np.where(value > 0, mean, np.nan))), np.where(np.isfinite(spread), spread, variance)


def _updated(mean, spread, log, luck):
    """What was known and what is seen now; what does not fit together is a new start."""
    apart = np.abs(log - mean) > APART * np.sqrt(spread + luck)
    fresh = np.isnan(mean) | apart
    with np.errstate(invalid="ignore"):
        trust = spread / (spread + luck)
        both = mean + trust * (log - mean), trust * luck
    seen = np.isfinite(log)
    return (
        np.where(seen, np.where(fresh, log, both[0]), mean), np.where(seen, np.where(fresh, luck, both[1]), spread),
    )  # fmt: skip
