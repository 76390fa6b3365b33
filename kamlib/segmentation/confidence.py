r"""How far to trust a class: the probability that an account truly belongs there.

*Truly* means the class of its expected value at `as_of`: what it would buy in the mean of years like this one, the same
accounts of the same age in the same season. A year's total is that and luck. How much luck is in it follows from
how regularly and how evenly the account buys (`kamlib.stats.luck`); expected totals of all accounts are then drawn
together by empirical Bayes (`kamlib.stats.expected`) and each draw is classified anew, lines and all. The simpler way,
resampling an account's own orders, takes lucky years for true ones: see `benchmarks/class_confidence.md`.

For the frequency classes the same is done with rates. An account buys at rate :math:`\lambda` with gamma gaps of shape
*k*; its expected share of months with a purchase is, for a stationary renewal process and month *m* of season
:math:`s_m`, the mean of :math:`1 - \lambda s_m \int_1^\infty S(x)\,dx`, and it has a gamma posterior whose prior is
fitted to all accounts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import gammaincc
from scipy.stats import gamma

from kamlib.panel import Panel
from kamlib.segmentation.abc import ABC_SHARES, abc, check_shares
from kamlib.segmentation.key_accounts import window_values
from kamlib.segmentation.xyz import XYZ_MIN_MONTHS, XYZ_SHARES, check_frequencies, common_season, months_at_risk, xyz
from kamlib.stats.expected import shrunk_totals
from kamlib.stats.luck import luck, total_variance
from kamlib.tables import ABC, XYZ, XYZ_UNKNOWN

LEAST_ACCOUNTS = 10  # with a positive total: fewer say too little of how accounts differ
SHAPES = np.geomspace(0.3, 30, 24)
RATES = np.geomspace(0.005, 60, 240)  # purchases a month
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
    value = window_values(panel, measure=measure)
    table = pd.DataFrame(index=abc(value, shares=shares).index, columns=COLUMNS, dtype="float64")
    table["abc"] = abc(value, shares=shares)["abc"]
    table["xyz"] = xyz(panel, shares=frequencies, min_months=min_months)["xyz"].reindex(table.index)
    table["likely"] = table["abc"]
    column = "cents" if measure == "sales" else "profit_cents"
    known = luck(days, since=panel.start, column=column) if len(days) else None
    if known is None or (value > 0).sum() < LEAST_ACCOUNTS:
        return table
    purchases = panel.accounts.set_index("customer_id")["purchase_days"].reindex(value.index)
    by_class = class_probabilities(
        value, total_variance(known, purchases), shares=shares, repetitions=repetitions, seed=seed
    )
    table[list(ABC)] = by_class.reindex(table.index)
    table["confidence"] = _own(table, "abc", ABC)
    best = table[list(ABC)].idxmax(axis=1)
    table["likely"] = best.where(table[list(ABC)].max(axis=1) > table["confidence"], table["abc"])
    by_frequency = frequency_probabilities(panel, known, shares=frequencies).reindex(table.index)
    table[list(XYZ)] = by_frequency.where(table["xyz"] != XYZ_UNKNOWN)
    table["xyz_confidence"] = _own(table, "xyz", XYZ)
    return table


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
    a, b = check_shares(shares)
    known = shrunk_totals(value.to_numpy(), variance)
    counts = sum(_counted(drawn, a, b) for drawn in known.draws(repetitions, seed))
    return pd.DataFrame(counts.T / repetitions, columns=list(ABC), index=value.index)


def _counted(drawn: np.ndarray, a: float, b: float) -> np.ndarray:
    """How often each account is A, B and C: the account that crosses a line is the last of the upper class."""
    drawn = drawn.astype("float32")  # sorts four times as fast; a line moves by less than a ten-millionth
    ordered = -np.sort(-drawn, axis=1)
    upto = np.cumsum(ordered, axis=1, dtype="float64")
    rows = np.arange(len(drawn))[:, None]
    places = [(upto < share * upto[:, -1:]).sum(axis=1, keepdims=True) for share in (a, b)]
    lines = [ordered[rows, np.minimum(place, drawn.shape[1] - 1)] for place in places]
    is_a, is_b = drawn >= lines[0], drawn >= lines[1]
    is_b &= ~is_a & (drawn > 0)
    is_a &= drawn > 0
    return np.array([is_a.sum(axis=0), is_b.sum(axis=0), (~is_a & ~is_b).sum(axis=0)])


def frequency_probabilities(panel: Panel, known: pd.DataFrame, *, shares: Sequence[float] = XYZ_SHARES) -> pd.DataFrame:
    """Probability that an account's expected share of months with a purchase lies in X, Y, Z.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    known : pandas.DataFrame
        From `kamlib.stats.luck.luck`.
    shares : sequence of two floats
        The lines of `xyz`.
    """
    purchases = panel.accounts.set_index("customer_id")["purchase_days"]
    months, shape = months_at_risk(panel), known["shape"].reindex(purchases.index).fillna(known["shape"].median())
    season = common_season(panel, column="purchase_days")
    lines = rate_lines(shape.clip(SHAPES[0], SHAPES[-1]).to_numpy(), season.to_numpy(), check_frequencies(shares))
    prior, per = _population(purchases.to_numpy(), months.to_numpy(), shape.to_numpy())
    weight = shape.clip(upper=SHAPES[-1]).to_numpy()
    above = [gamma.sf(line, prior + weight * purchases, scale=1 / (per + weight * months)) for line in lines]
    columns = {"X": above[0], "Y": above[1] - above[0], "Z": 1 - above[1]}
    return pd.DataFrame(columns, index=purchases.index)


def rate_lines(shape: np.ndarray, season: np.ndarray, shares: Sequence[float]) -> list[np.ndarray]:
    """Rates (purchases a month) at which the expected share of months with a purchase reaches each line, by shape."""
    grid = np.array([expected_frequency(RATES, k, season) for k in SHAPES])
    at = [np.array([np.interp(share, row, RATES) for row in grid]) for share in shares]
    return [np.exp(np.interp(np.log(shape), np.log(SHAPES), np.log(line))) for line in at]


def expected_frequency(rate: np.ndarray, shape: float, season: np.ndarray) -> np.ndarray:
    """Expected share of months with a purchase, of accounts that buy `rate` times a month at gaps of a gamma shape.

    Examples
    --------
    >>> expected_frequency(np.array([1.0]), 1.0, np.ones(12)).round(4).tolist()  # chance: 1 - exp(-1)
    [0.6321]
    """
    scaled = np.multiply.outer(rate, season)
    x = shape * scaled  # a month, in units of the gamma distribution's scale
    silent = gammaincc(shape + 1, x) - scaled * gammaincc(shape, x)
    return (1 - silent).mean(axis=-1)


def _population(purchases: np.ndarray, months: np.ndarray, shape: np.ndarray) -> tuple[float, float]:
    """Shape and rate of the gamma distribution of rates over accounts, by moments."""
    rate = purchases / months
    mean = purchases.sum() / months.sum()
    noise = mean / (np.minimum(shape, SHAPES[-1]) * months)
    between = max(float(np.mean((rate - mean) ** 2 - noise)), 0.05 * mean**2)
    return mean**2 / between, mean / between
