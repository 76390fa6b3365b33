r"""How far to trust a class: the probability that an account truly belongs there.

*Truly* means the class of its expected value at `as_of`: what it would buy in the mean of years like this one, the same
accounts of the same age in the same season. A year's total is that and luck. How much luck is in it follows from
how regularly and how evenly the account buys (`kamlib.stats.luck`); expected totals of all accounts are then drawn
together by empirical Bayes (`kamlib.stats.expected`) and each draw is classified anew, lines and all. The simpler way,
resampling an account's own orders, takes lucky years for true ones: see `benchmarks/class_confidence.md`.

The frequency classes go by the expected share of months with a purchase, see `frequency_probabilities`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtr
from scipy.stats import beta

from kamlib.given import check_frequencies, check_shares
from kamlib.panel import Panel, check_panel
from kamlib.segmentation.abc import ABC_SHARES, abc
from kamlib.segmentation.key_accounts import window_values
from kamlib.segmentation.windows import window_matrix
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, months_at_risk, xyz
from kamlib.stats.expected import Expected, shrunk_totals
from kamlib.stats.luck import luck, total_variance
from kamlib.tables import ABC, XYZ, XYZ_UNKNOWN

LEAST_ACCOUNTS = 10  # with a positive total: fewer say too little of how accounts differ
MOST_CELLS = 10_000_000  # totals drawn at most; beyond, lines from fewer draws and each account's chance by its normal
LEAST_LINES = 50  # draws of the lines
MOST_MONTHS = 10_000  # of a window
BLOCK = 3  # months
LEAST_SPREAD = 0.2
COLUMNS = ["abc", "confidence", "likely", *ABC, "xyz", "xyz_confidence", *XYZ]


def class_confidence(
    panel: Panel,
    days: pd.DataFrame,
    *,
    measure: str = "sales",
    shares: Sequence[float] = ABC_SHARES,
    frequencies: Sequence[float] = XYZ_SHARES,
    min_months: int = XYZ_MIN_MONTHS,
    repetitions: int = 1000,
    seed: int = 1,
) -> pd.DataFrame:
    """Probability that each account truly is A, B or C; X, Y or Z.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    days : pandas.DataFrame
        Its purchase days, `Run.days` or `kamlib.panel.purchase_days`.
    measure : {"sales", "profit"}
    shares : sequence of two floats
        The lines of `abc`.
    frequencies : sequence of two floats
        The lines of `xyz` by frequency.
    min_months : int
        As in `xyz`: an account with fewer has no X, Y or Z to be sure of.
    repetitions, seed : int
        Draws behind A, B and C.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id in the order of `abc`: abc (its class in the window), confidence (probability that this
        is its true class), likely (the most probable class; its own where there is a tie), A, B, C (probabilities,
        which sum to 1), xyz, xyz_confidence, X, Y, Z. An account whose total is not positive is C by rule, and
        surely. Where it cannot be told all probabilities are missing: fewer than ten accounts with a positive total,
        or too few purchases to learn how regular they are.

    Examples
    --------
    >>> from kamlib.panel import build_panel, purchase_days
    >>> rng = np.random.default_rng(1)
    >>> rows = [(f"k{i:02}", d, int(rng.gamma(4, 1000 * 1.25**i))) for i in range(20)
    ...     for d in pd.date_range("2024-01-10", periods=12, freq="MS")]
    >>> lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    >>> sure = class_confidence(build_panel(lines, as_of="2025-01-31"), purchase_days(lines, as_of="2025-01-31"))
    >>> sure.loc[["k19", "k00"], ["abc", "confidence"]].round(2).values.tolist()
    [['A', 1.0], ['C', 1.0]]
    """
    check_panel(panel, "class_confidence(panel, days)")
    value = window_values(panel, measure=measure)
    table = pd.DataFrame(index=abc(value, shares=shares).index, columns=COLUMNS, dtype="float64")
    table["abc"] = abc(value, shares=shares)["abc"]
    table["xyz"] = xyz(panel, shares=frequencies, min_months=min_months)["xyz"].reindex(table.index)
    table["likely"] = table["abc"]
    variance = _variance(panel, days, value, measure)
    if variance is None:
        return table
    by_class = class_probabilities(value, variance, shares=shares, repetitions=repetitions, seed=seed)
    table[list(ABC)] = by_class.reindex(table.index)
    table["confidence"] = _own(table, "abc", ABC)
    best = table[list(ABC)].idxmax(axis=1)
    table["likely"] = best.where(table[list(ABC)].max(axis=1) > table["confidence"], table["abc"])
    by_frequency = frequency_probabilities(panel, shares=frequencies).reindex(table.index)
    table[list(XYZ)] = by_frequency.where(table["xyz"] != XYZ_UNKNOWN)
    table["xyz_confidence"] = _own(table, "xyz", XYZ)
    return table


def _variance(panel: Panel, days: pd.DataFrame, value: pd.Series, measure: str) -> np.ndarray | None:
    """How much luck is in each total; None where it cannot be told."""
    column = "cents" if measure == "sales" else "profit_cents"
    known = luck(days, since=panel.start, column=column) if len(days) else None
    if known is None or (value > 0).sum() < LEAST_ACCOUNTS:
        return None
    purchases = panel.accounts["purchase_days"].reindex(value.index)
    return total_variance(known, purchases)


def expected_of(
    panel: Panel, days: pd.DataFrame, *, measure: str = "sales"
) -> tuple[pd.Series, Expected | None, np.ndarray | None]:
    """Totals of the window by customer_id, what is known of the expected ones, and the luck that was in them.

    Parameters
    ----------
    panel, days, measure
        As in `class_confidence`.

    Returns
    -------
    value : pandas.Series
    known : kamlib.stats.expected.Expected or None
        None where it cannot be told.
    variance : numpy.ndarray or None
        Relative, of each total.
    """
    value = window_values(panel, measure=measure)
    variance = _variance(panel, days, value, measure)
    return value, None if variance is None else shrunk_totals(value.to_numpy(), variance), variance


def _own(table: pd.DataFrame, label: str, labels: Sequence[str]) -> np.ndarray:
    """The probability that stands under an account's own label; missing where the label is none of these."""
    at = pd.Index(labels).get_indexer(table[label])
    return np.where(at >= 0, table[list(labels)].to_numpy()[np.arange(len(table)), at], np.nan)


def class_probabilities(
    value: pd.Series, variance: np.ndarray, *, shares: Sequence[float], repetitions: int = 1000, seed: int = 1
) -> pd.DataFrame:
    """Share of draws of all accounts' expected totals in which an account is A, B, C.

    Parameters
    ----------
    value : pandas.Series
        Totals by customer_id.
    variance : numpy.ndarray
        Their relative variances, see `kamlib.stats.luck.total_variance`.
    shares, repetitions, seed
        As in `class_confidence`.
    """
    check_shares(shares)
    known = shrunk_totals(value.to_numpy(), variance)
    if len(value) * repetitions > MOST_CELLS:
        chances = _above_lines(known, shares, max(MOST_CELLS // len(value), LEAST_LINES), seed)
    else:
        chances = sum(classes_drawn(drawn, shares) for drawn in known.draws(repetitions, seed)) / repetitions
    return pd.DataFrame(chances.T, columns=list(ABC), index=value.index)


def classes_drawn(drawn: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """How often each account is A, B and C: the account that crosses a line is the last of the upper class."""
    drawn = drawn.astype("float32")  # sorts four times as fast; a line moves by less than a ten-millionth
    line_a, line_b = class_lines(drawn, shares)
    is_a, is_b = drawn >= line_a[:, None], drawn >= line_b[:, None]
    is_b &= ~is_a & (drawn > 0)
    is_a &= drawn > 0
    return np.array([is_a.sum(axis=0), is_b.sum(axis=0), (~is_a & ~is_b).sum(axis=0)])


def class_lines(drawn: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    """The smallest total in A, and in A or B, of each draw."""
    ordered = -np.sort(-drawn, axis=1)
    upto = np.cumsum(ordered, axis=1, dtype="float64")
    places = [(upto < share * upto[:, -1:]).sum(axis=1) for share in shares]
    return [ordered[np.arange(len(drawn)), np.minimum(place, drawn.shape[1] - 1)] for place in places]


def _above_lines(known: Expected, shares: Sequence[float], repetitions: int, seed: int) -> np.ndarray:
    """The same where accounts are so many that none moves a line: lines from few draws, each account's chance exact."""
    drawn = (class_lines(chunk.astype("float32"), shares) for chunk in known.draws(repetitions, seed))
    a, b = (np.zeros(len(known.mean)) for _ in ABC[:2])
    for line_a, line_b in (pair for chunk in drawn for pair in zip(*chunk, strict=True)):
        a += ndtr((known.mean - np.log(line_a)) / known.sd)
        b += ndtr((known.mean - np.log(line_b)) / known.sd)
    a, b = (np.nan_to_num(sums / repetitions) for sums in (a, b))
    return np.array([a, b - a, 1 - b])


def frequency_probabilities(panel: Panel, *, shares: Sequence[float] = XYZ_SHARES) -> pd.DataFrame:
    """Probability that an account's expected share of months with a purchase lies in X, Y, Z.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    shares : sequence of two floats
        The lines of `xyz`.

    Returns
    -------
    pandas.DataFrame
        By customer_id: X, Y, Z.

    Notes
    -----
    Months with a purchase are counted like successes, but regular buyers spread them more evenly than chance would, and
    a success says more of them. How much more is the dispersion of all accounts' counts by quarter of the window
    against binomial ones; an account's months count for so many more. The prior is a beta distribution fitted to all
    accounts by moments.
    """
    x, y = check_frequencies(shares)
    active = panel.accounts["active_months"]
    months = months_at_risk(panel)
    spread = dispersion(panel)
    alpha, beta_ = _population(active.to_numpy() / months.to_numpy(), months.to_numpy() / spread)
    # of accounts with the same counts once: the function is dear, and there are few different counts
    kinds, place = np.unique(active.to_numpy() * MOST_MONTHS + months.to_numpy(), return_inverse=True)
    a, n = kinds // MOST_MONTHS / spread, kinds % MOST_MONTHS / spread
    above = [beta.sf(line, alpha + a, beta_ + n - a)[place] for line in (x, y)]
    return pd.DataFrame({"X": above[0], "Y": above[1] - above[0], "Z": 1 - above[1]}, index=active.index)


def dispersion(panel: Panel) -> float:
    """Variance of accounts' active months by quarter of the window, over that of chance; 1 where it cannot be told.

    Only accounts that were there for the whole window and bought in some of its months, not in all, can say. Never
    below 0.2: what is pooled over accounts is not known better.
    """
    counts = _active_quarters(panel)
    n = BLOCK * counts.shape[1]
    total = counts.sum(axis=1)
    counts, total = counts[(total > 0) & (total < n)], total[(total > 0) & (total < n)]
    if counts.shape[1] < 2 or len(counts) < LEAST_ACCOUNTS:
        return 1.0
    chance = BLOCK * total * (n - total) / (n * (n - 1))
    season = counts.mean(axis=0) - counts.mean()
    spread = (counts - counts.mean(axis=1, keepdims=True) - season).var(axis=1, ddof=1)
    return float(np.clip(spread.sum() / chance.sum(), LEAST_SPREAD, 1 / LEAST_SPREAD))


def _active_quarters(panel: Panel) -> np.ndarray:
    """Active months in each three months of the window, of accounts that were there from its start."""
    first = pd.Timestamp(panel.start).replace(day=1)
    there = (panel.accounts["first_line"] < first + pd.offsets.MonthBegin(1)).to_numpy()
    bought = window_matrix(panel, column="purchase_days").to_numpy()[there] > 0
    quarters = panel.months // BLOCK
    return bought[:, : BLOCK * quarters].reshape(len(bought), quarters, BLOCK).sum(axis=2).astype("float64")


def _population(share: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """Parameters of the beta distribution of accounts' shares, by moments; never wider than a uniform one's half."""
    mean = float(np.clip(np.average(share, weights=n), 0.01, 0.99))
    noise = float(np.mean(mean * (1 - mean) / n))
    between = max(float(np.mean((share - mean) ** 2)) - noise, 0.02 * mean * (1 - mean))
    # the noise shrinks with what lies between accounts: E[p (1 - p)] = mean (1 - mean) - between
    between = max(float(np.mean((share - mean) ** 2)) - (mean * (1 - mean) - between) * float(np.mean(1 / n)), between)
    size = max(mean * (1 - mean) / between - 1, 0.3)
    return mean * size, (1 - mean) * size
