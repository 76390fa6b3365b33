"""XYZ: how often, how regularly or how evenly an account buys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.given import check_frequencies
from kamlib.panel import Panel, check_panel
from kamlib.segmentation.windows import window_matrix
from kamlib.stats.gamma import gamma_shape
from kamlib.stats.grain import regularity_shows
from kamlib.tables import XYZ, XYZ_UNKNOWN

XYZ_SHARES = (0.75, 0.25)
XYZ_SHAPES = (2.0, 1.0)
XYZ_VARIATIONS = (0.5, 1.0)
XYZ_MIN_MONTHS = 6
XYZ_MIN_GAPS = 5
SEASON_ACCOUNTS = 20
SEASON_LEAST = 0.2


def xyz(
    panel: Panel,
    *,
    by: str = "frequency",
    shares: Sequence[float] = XYZ_SHARES,
    shapes: Sequence[float] = XYZ_SHAPES,
    variations: Sequence[float] = XYZ_VARIATIONS,
    min_months: int = XYZ_MIN_MONTHS,
    min_gaps: int = XYZ_MIN_GAPS,
) -> pd.DataFrame:
    """Classes X, Y, Z: how often, how regularly or how evenly an account buys.

    Only months since the account's first line count, so that a young account is not called irregular for
    months in which it was no customer. With too little history its label is "?", not Z; so it is by regularity where
    the ledger's dates are periods and the account's mean gap is below three of them.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    by : {"frequency", "regularity", "variation"}
        `frequency`: share of an account's months with a purchase. `regularity`: shape *k* of its gaps, see
        `kamlib.stats.gamma`, less its bias, over the whole history. `variation`: coefficient of variation of its
        monthly net sales in the window, each month over the common season.
    shares : sequence of two floats
        `frequency`: X from the first on, Y from the second on. The article names frequent, regular and irregular
        buyers and gives no figures; ours are three months in four, and one in four (once a quarter).
    shapes : sequence of two floats
        `regularity`: X from the first on, Y from the second on. 2 is the regular buyer of Chatfield and Goodhardt
        (1973), J. Marketing Research 10:428-435; 1 is chance, and below it purchases come in bursts.
    variations : sequence of two floats
        `variation`: X up to the first, Y up to the second. 0.5 and 1: usual in stock-keeping, for example Scholz-Reiter
        et al. (2012), Int. J. Productivity and Performance Management 61:445-451.
    min_months : int
        Months needed for a label by frequency or variation. Six: with fewer, one month more or less moves the share by
        over 1/6.
    min_gaps : int
        Gaps needed for a label by regularity. Five: below, the interval of *k* spans a factor of ten.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, sorted; `xyz` and what it rests on. `frequency`: active_months, months (of the window,
        since the first line; a month begun counts), frequency (their ratio). `regularity`: gaps, regularity, low, high
        (95 % interval). `variation`: months, variation (missing, and Z, where the account sold nothing in the mean).

    Raises
    ------
    ValueError
        An unknown `by`, or lines out of order.

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> dates = pd.date_range("2024-01-05", periods=12, freq="MS")
    >>> lines = pd.DataFrame({"customer_id": "a", "cents": 100, "date": dates})
    >>> panel = build_panel(lines, as_of="2025-01-31")
    >>> [xyz(panel, by=by)["xyz"].item() for by in ("frequency", "regularity", "variation")]
    ['X', 'X', 'X']
    """
    check_panel(panel, "xyz(panel)")
    if by == "frequency":
        return _by_frequency(panel, check_frequencies(shares), min_months)
    if by == "regularity":
        return _by_regularity(panel, _ordered(shapes, "shapes", largest_first=True), min_gaps)
    if by == "variation":
        return _by_variation(panel, _ordered(variations, "variations", largest_first=False), min_months)
    raise ValueError(f"by={by!r}: accounts are sorted by frequency, regularity or variation")


def _by_frequency(panel: Panel, lines: tuple[float, float], min_months: int) -> pd.DataFrame:
    accounts = panel.accounts
    months = months_at_risk(panel)
    frequency = accounts["active_months"] / months
    labels = _labels(months < min_months, frequency >= lines[0], frequency >= lines[1])
    return pd.DataFrame(
        {"active_months": accounts["active_months"], "months": months, "frequency": frequency, "xyz": labels}
    )


def _by_regularity(panel: Panel, lines: tuple[float, float], min_gaps: int) -> pd.DataFrame:
    gaps = panel.gaps.set_index("customer_id")
    fitted = gamma_shape(gaps["n"], gaps["sum_days"], gaps["sum_log_micro"] / 1e6)
    fitted = fitted.reindex(panel.accounts.index)
    fitted.loc[~regularity_shows(fitted["mean"], panel.grain), ["corrected", "shape_low", "shape_high"]] = np.nan
    n, k = fitted["n"].fillna(0).astype("int64"), fitted["corrected"]
    labels = _labels((n < min_gaps) | (k.isna() & (panel.grain != "day")), k >= lines[0], k >= lines[1])
    columns = {"gaps": n, "regularity": k, "low": fitted["shape_low"], "high": fitted["shape_high"], "xyz": labels}
    return pd.DataFrame(columns)


def _by_variation(panel: Panel, lines: tuple[float, float], min_months: int) -> pd.DataFrame:
    months = months_at_risk(panel)
    level = window_matrix(panel) / common_season(panel).to_numpy()
    mean = level.sum(axis=1) / months
    # months without a line are noughts: they are in `months` and add nothing to the sums
    variance = ((level**2).sum(axis=1) - months * mean**2).clip(lower=0) / (months - 1).clip(lower=1)
    variation = (np.sqrt(variance) / mean).where((mean > 0) & (months > 1))
    labels = _labels(months < min_months, variation <= lines[0], variation <= lines[1])
    return pd.DataFrame({"months": months, "variation": variation, "xyz": labels})


def _labels(unknown: pd.Series, x: pd.Series, y: pd.Series) -> np.ndarray:
    return np.select([unknown, x, y], [XYZ_UNKNOWN, XYZ[0], XYZ[1]], XYZ[2])


def common_season(panel: Panel, *, column: str = "sales_cents") -> pd.Series:
    """What each month of the window is to all accounts alike: 1 is an average month.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    column : str
        Of `monthly`.

    Returns
    -------
    pandas.Series
        By month. Each account that was there for the whole window says which share of its own total fell into the
        month, weighted by its purchase days, so that no large account is the season. All 1 where fewer than
        20 accounts can say, or where a month would be below a fifth of the average: one cannot divide by it.
    """
    money = window_matrix(panel, column=column)
    days, total = window_matrix(panel, column="purchase_days").sum(axis=1).to_numpy(), money.sum(axis=1).to_numpy()
    there = (panel.accounts["first_line"] < money.columns[0] + pd.offsets.MonthBegin(1)).to_numpy()
    there = there & (total > 0) & (days > 0)
    if there.sum() < SEASON_ACCOUNTS:
        return pd.Series(1.0, index=money.columns)
    season = pd.Series((days[there] / total[there]) @ money.to_numpy()[there], index=money.columns)
    season = season / season.mean()
    return season if season.min() >= SEASON_LEAST else pd.Series(1.0, index=money.columns)


def _ordered(lines: Sequence[float], name: str, *, largest_first: bool) -> tuple[float, float]:
    """Two positive lines in order, or a ValueError."""
    first, second = (float(line) for line in lines) if len(lines) == 2 else (0.0, 0.0)
    if not (first > second > 0 if largest_first else 0 < first < second):
        example = (2, 1) if largest_first else (0.5, 1)
        raise ValueError(f"{name} takes two lines, that of X first, such as {example}, not {list(lines)}")
    return first, second


def months_at_risk(panel: Panel) -> pd.Series:
    """Calendar months of the window since each account's first line, by customer_id.

    A window that begins within a month touches one calendar month more than its length; its purchases count
    there too, and so does that month.
    """
    first = panel.accounts["first_line"].clip(lower=pd.Timestamp(panel.start))
    last = pd.Timestamp(panel.as_of)
    return (last.year * 12 + last.month - (first.dt.year * 12 + first.dt.month) + 1).rename("months")
