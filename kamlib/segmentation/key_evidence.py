"""Key accounts with their evidence: what put each on the list, and what else is known of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

from kamlib.panel import Panel
from kamlib.segmentation.forward import LEFT, left_of
from kamlib.segmentation.key_accounts import KeyAccounts
from kamlib.segmentation.windows import complete_months, month_matrix
from kamlib.stats.family import LEVEL, holm
from kamlib.stats.gamma import gamma_shape
from kamlib.stats.grain import period_ends, regularity_shows

TREND_MONTHS = 24  # two of each month of the year, so that a season is no trend
LEAST_MONTHS = 12  # below a year a trend cannot be told from a season
REGULAR, BURSTS = 2.0, 1.0  # shape of gaps: from two, clearly steadier than chance (1); below one, in bursts


def key_evidence(
    panel: Panel,
    keys: KeyAccounts,
    *,
    confidence: pd.DataFrame | None = None,
    ahead: pd.DataFrame | None = None,
    named: pd.Series | None = None,
    trend_months: int = TREND_MONTHS,
) -> pd.DataFrame:
    """One list of key accounts, with the rule that put each there and the evidence.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    keys : KeyAccounts
        From `key_accounts` of the same panel.
    confidence : pandas.DataFrame, optional
        From `class_confidence`; its abc and confidence are shown.
    ahead : pandas.DataFrame, optional
        From `forward_confidence`: whether the account has probably left, and its class in the next window.
    named : pandas.Series, optional
        Accounts that other evidence names (a client type), by customer_id: the reason in words. They join the list.
    trend_months : int
        Whole months of own sales behind the trend.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the largest value first (ties by customer_id): value, share, low, high, probability
        (as in `KeyAccounts.table`; missing for an account that only other evidence names and that is far below the
        line), abc, confidence (missing without `confidence`), left, forward (missing without `ahead`), gap_days (mean
        days between purchases), regularity (shape of the gaps, less its bias), regularity_low, regularity_high,
        silent_days (since the last purchase), trend (per year, as a share of its mean month), trend_low, trend_high
        (95 %, of this account by itself), trend_months, trend_p (corrected for the number of accounts listed, Holm: a
        trend is told below 0.05), rule, evidence (a sentence).
    """
    listed = keys.listed[["value", "share", "low", "high", "probability"]]
    extra = pd.Index([]) if named is None else named.index.difference(listed.index)
    table = pd.concat([listed, _values(panel, keys, extra)]).rename_axis("customer_id")
    table[["abc", "confidence"]] = [pd.NA, np.nan]
    if confidence is not None:
        table[["abc", "confidence"]] = confidence[["abc", "confidence"]].reindex(table.index)
    table["left"], table["forward"] = False, np.nan
    if ahead is not None:
        table["left"] = left_of(ahead).reindex(table.index, fill_value=False)
        table["forward"] = ahead["forward"].reindex(table.index)
    column = f"{keys.measure}_cents"
    table = table.join(_rhythm(panel, table.index)).join(
        account_trends(panel, table.index.tolist(), column=column, months=trend_months)
    )
    table["trend_p"] = holm(_p(table))
    table["rule"] = [_rule(row, keys, named) for row in table.itertuples()]
    table["evidence"] = [_sentence(row) for row in table.itertuples()]
    ordered = table.reset_index().sort_values(["value", "customer_id"], ascending=[False, True])
    return ordered.set_index("customer_id")


def _p(trends: pd.DataFrame) -> np.ndarray:
    """p-value of each trend by itself, from its Student interval."""
    freedom = np.maximum(trends["trend_months"].to_numpy(dtype=float) - 2, 1)
    error = (trends["trend_high"] - trends["trend_low"]).to_numpy(dtype=float) / 2 / student.ppf(0.975, freedom)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 2 * student.sf(np.abs(trends["trend"].to_numpy(dtype=float)) / error, freedom)


def account_trends(
    panel: Panel, customers: list[str], *, column: str = "sales_cents", months: int = TREND_MONTHS
) -> pd.DataFrame:
    """Slope of accounts' own monthly money.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    customers : list of str
    column : str
        Of `panel.monthly`.
    months : int
        Whole calendar months at most; of an account, those since the month after its first line.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id: trend (change per year as a share of the mean month), trend_low, trend_high (95 %),
        trend_months. Missing with fewer than twelve months, or a mean month that is not positive.

    Notes
    -----
    Least squares on months of which the common season is taken out (each calendar month's mean of the whole ledger,
    where two years of it are there), with Student's interval; coverage in `benchmarks/key_trend.md`. It describes these
    months and forecasts nothing.
    """
    whole = complete_months(panel)[-months:]
    money = month_matrix(panel, column=column)
    values = money.loc[customers, whole].to_numpy("float64") / _season(money, whole)
    first = panel.accounts["first_line"].reindex(customers).to_numpy("datetime64[M]")
    # The first month is cut by the first line; an account is there for the whole of the next.
    truncated = panel.accounts["truncated"].reindex(customers).to_numpy(bool)
    begun = (whole.to_numpy("datetime64[M]") > first[:, None]) | truncated[:, None]
    found = slopes(np.where(begun, values, np.nan))
    return found.set_index(pd.Index(customers, name="customer_id"))


def slopes(values: np.ndarray) -> pd.DataFrame:
    """Yearly change of rows of months, as a share of their mean: trend, trend_low, trend_high, trend_months.

    Parameters
    ----------
    values : numpy.ndarray of shape (accounts, months)
        NaN where an account was not yet there.

    Examples
    --------
    >>> slopes(np.array([[100.0 + i for i in range(13)]])).round(2).values.tolist()
    [[0.11, 0.11, 0.11, 13.0]]
    """
    known = np.isfinite(values)
    n = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        time = np.where(known, np.arange(values.shape[1]), np.nan)
        x = np.where(known, time - np.nansum(time, axis=1, keepdims=True) / n[:, None], 0.0)
        mean = np.where(known, values, 0.0).sum(axis=1) / n
        y = np.where(known, values - mean[:, None], 0.0)
        square = (x**2).sum(axis=1)
        slope = (x * y).sum(axis=1) / square
        left = np.maximum(((y - slope[:, None] * x) ** 2).sum(axis=1), 0)
        away = student.ppf(0.975, np.maximum(n - 2, 1)) * np.sqrt(left / (n - 2) / square)
        table = np.array([slope, slope - away, slope + away]) * 12 / mean
    table[:, (n < LEAST_MONTHS) | ~(mean > 0)] = np.nan
    return pd.DataFrame(dict(zip(["trend", "trend_low", "trend_high"], table, strict=True)) | {"trend_months": n})


def _season(money: pd.DataFrame, whole: pd.DatetimeIndex) -> np.ndarray:
    """The common season of the months, mean 1; all 1 where the ledger has less than two years or a month is not sold.

    The level of a whole year is taken out first, so that growth of the book is no season.
    """
    total = money[whole].sum(axis=0).astype("float64")
    level = total.rolling(12, center=True, min_periods=12).mean()
    level = level.bfill().ffill()
    relative = (total / level).groupby(total.index.month).transform("mean")
    if len(whole) < 24 or not (relative > 0).all():
        return np.ones(len(whole))
    return (relative / relative.mean()).to_numpy()


def _values(panel: Panel, keys: KeyAccounts, customers: pd.Index) -> pd.DataFrame:
    """Value and share of accounts that are not on the list by their own money; of those near the line more is known."""
    value = panel.accounts[f"{keys.measure}_cents"].astype("int64")
    base = value.clip(lower=0).sum()
    known = customers.intersection(value.index)
    table = pd.DataFrame({"value": value.reindex(known), "share": value.reindex(known).clip(lower=0) / max(base, 1)})
    return table.join(keys.table[["low", "high", "probability"]])


def _rhythm(panel: Panel, customers: pd.Index) -> pd.DataFrame:
    gaps = panel.gaps.set_index("customer_id").reindex(customers)
    n = gaps["n"].fillna(0).astype("int64")
    shape = gamma_shape(n, gaps["sum_days"].fillna(0), gaps["sum_log_micro"].fillna(0) / 1e6)
    shape.loc[~regularity_shows(shape["mean"], panel.grain), ["corrected", "shape_low", "shape_high"]] = np.nan
    last = panel.accounts["last_purchase"].reindex(customers)
    if panel.grain != "day":
        last = pd.Series(period_ends(last, panel.grain), index=last.index).clip(upper=pd.Timestamp(panel.as_of))
    return pd.DataFrame(
        {
            "gap_days": shape["mean"], "regularity": shape["corrected"], "regularity_low": shape["shape_low"],
            "regularity_high": shape["shape_high"], "silent_days": (pd.Timestamp(panel.as_of) - last).dt.days,
        }
    )  # fmt: skip


def _rule(row, keys: KeyAccounts, named: pd.Series | None) -> str:
    rules = []
    if row.share >= keys.line:
        rules.append(f"{_percent(row.share)} of {keys.measure}, the line is {_percent(keys.line)}")
    if named is not None and row.Index in named.index:
        rules.append(str(named[row.Index]))
    return "; ".join(rules)


def _sentence(row) -> str:
    parts = []
    if not pd.isna(row.probability):
        parts.append(f"in an average year {_percent(row.low)} to {_percent(row.high)}")
    if not pd.isna(row.confidence):
        parts.append(_class(row))
    if not pd.isna(row.gap_days):
        silent = f"silent for {row.silent_days:.0f}" if row.silent_days else "bought on the last day"
        parts.append(f"buys every {row.gap_days:.0f} days{_steadiness(row)}, {silent}")
    parts.append(_trend(row))
    return "; ".join(parts)


def _class(row) -> str:
    """The class with its state; how sure it is, and how probable in the next window."""
    says = f"class {row.abc}, {LEFT}" if row.left else f"class {row.abc}, confidence {_sure(row.confidence)}"
    return says if pd.isna(row.forward) else f"{says}, in the next window {_sure(row.forward)}"


def _steadiness(row) -> str:
    if row.regularity_low >= REGULAR or (pd.isna(row.regularity_low) and row.regularity > REGULAR):
        return ", steadily"
    return ", in bursts" if row.regularity_high < BURSTS else ""


def _trend(row) -> str:
    if pd.isna(row.trend):
        return "too young for a trend" if row.trend_months < LEAST_MONTHS else "no trend to speak of"
    if not row.trend_p < LEVEL:
        return "no sure trend"
    return f"{'growing' if row.trend > 0 else 'shrinking'} ({_percent(row.trend, 0)} a year)"


def _percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %".replace("-", "−")


def _sure(probability: float) -> str:
    return "over 99 %" if probability > 0.99 else _percent(probability, 0)
