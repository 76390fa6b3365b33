"""Concentration in an average year, with intervals: now, and against a year before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from kamlib.panel import Panel
from kamlib.segmentation.concentration.measures import LARGEST, concentration, row_measures
from kamlib.segmentation.windows import complete_months, month_matrix
from kamlib.stats import interval
from kamlib.stats.sizes import size_draws

DOUBT = 0.3  # standard deviation of the error of the correction for luck, as a share of it: benchmarks/concentration.md
MOST_CELLS = 6_000_000  # numbers drawn at most: large ledgers need few draws, their measures hardly move


def expected_concentration(
    panel: Panel, *, measure: str = "sales", largest: Sequence[int] = LARGEST, repetitions: int = 1000, seed: int = 1
) -> pd.DataFrame:
    """Measures of concentration in the window and in an average year.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    measure : str
        `sales` or `profit`.
    largest : sequence of int
        Numbers of accounts whose share is told.
    repetitions, seed : int
        Draws behind the intervals; fewer where accounts are many.

    Returns
    -------
    pandas.DataFrame
        Indexed by measure (`gini`, `hhi`, `effective_accounts`, `top_1` ...): window (what was sold: a census), and
        expected, low, high (mean and 95 % interval of the measure of the accounts' expected totals); NaN where the
        ledger is too small to say.

    Notes
    -----
    The estimand is the measure over the *expected* totals, in years like this one, of the accounts that bought in the
    window. The accounts are all there are; what is uncertain is what their orders say of them. Luck makes totals more
    unequal than what stands behind them, so that the window's figure is too high, and resampled orders add the luck
    once more (`benchmarks/concentration.md`: their interval of the Gini covers next to never).
    """
    accounts = panel.accounts
    first = pd.Timestamp(panel.start).replace(day=1)
    money = month_matrix(panel, column=f"{measure}_cents")
    money = money.loc[:, money.columns >= first]
    window = concentration(accounts[f"{measure}_cents"].to_numpy("int64"), largest=largest)
    drawn = _draws(money, _tenure(panel), accounts["purchase_days"].to_numpy(), largest, repetitions, seed)
    return _with_intervals(window, drawn)


def concentration_path(
    panel: Panel,
    *,
    measure: str = "sales",
    months: int = 12,
    step: int = 1,
    largest: Sequence[int] = LARGEST,
    repetitions: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """Measures of the trailing window at each month-end that the ledger allows.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    measure : str
        `sales` or `profit`.
    months, step : int
        Length of the window and months from one month-end to the next, counted back from the last complete month.
    largest, repetitions, seed
        See `expected_concentration`.

    Returns
    -------
    pandas.DataFrame
        end (month-end), measure, window, expected, low, high. Windows that share months move together; windows a year
        apart share none. No rows where the ledger is shorter than the window.
    """
    money = month_matrix(panel, column=f"{measure}_cents")
    bought = month_matrix(panel, column="purchase_days")
    whole, tenure, parts = complete_months(panel), _tenure(panel), []
    for last in range(len(whole), months - 1, -step):
        window = whole[last - months : last]
        values = concentration(money[window].to_numpy().sum(axis=1), largest=largest)
        purchases = bought[window].to_numpy().sum(axis=1)
        drawn = _draws(money[window], tenure, purchases, largest, repetitions, seed)
        table = _with_intervals(values, drawn).reset_index()
        table.insert(0, "end", window[-1] + pd.offsets.MonthEnd(0))
        parts.insert(0, table)
    columns = ["end", "measure", "window", "expected", "low", "high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def concentration_change(
    panel: Panel,
    *,
    measure: str = "sales",
    months: int = 12,
    largest: Sequence[int] = LARGEST,
    repetitions: int = 1000,
    seed: int = 1,
) -> pd.DataFrame | None:
    """Concentration of the last whole window against that of the window before it, with which it shares no month.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    measure, months, largest, repetitions, seed
        See `concentration_path`.

    Returns
    -------
    pandas.DataFrame or None
        Indexed by measure: before, after (of the windows), difference, low, high (of the average years behind them,
        95 %), probability (that the measure has risen), and verdict: `risen`, `fallen` where the interval does not
        hold nought, else `cannot tell`. None where the ledger does not hold both windows.
    """
    whole, tenure = complete_months(panel), _tenure(panel)
    if len(whole) < 2 * months:
        return None
    money = month_matrix(panel, column=f"{measure}_cents")
    bought = month_matrix(panel, column="purchase_days")
    values, drawn = [], []
    for k, window in enumerate((whole[-2 * months : -months], whole[-months:])):
        values.append(concentration(money[window].to_numpy().sum(axis=1), largest=largest))
        purchases = bought[window].to_numpy().sum(axis=1)
        drawn.append(_draws(money[window], tenure, purchases, largest, repetitions, seed + k))
    table = pd.DataFrame({"before": values[0], "after": values[1]}).rename_axis("measure")
    table[["difference", "low", "high", "probability"]] = np.nan
    for name in table.index if all(drawn) else []:
        less = drawn[1][name] - drawn[0][name]
        table.loc[name, ["difference", "low", "high"]] = less.mean(), *interval(less)
        table.loc[name, "probability"] = (less > 0).mean()
    return table.assign(verdict=np.select([table["low"] > 0, table["high"] < 0], ["risen", "fallen"], "cannot tell"))


def _tenure(panel: Panel) -> np.ndarray:
    """First day of the month of each account's first line."""
    return panel.accounts["first_line"].to_numpy("datetime64[M]")


def measure_draws(
    months: np.ndarray, purchases: np.ndarray, *, largest: Sequence[int], repetitions: int, seed: int
) -> dict[str, np.ndarray]:
    """Draws of each measure over the accounts' expected totals, from one window.

    Parameters
    ----------
    months : numpy.ndarray of shape (accounts, months)
        Money by month; NaN before an account's first line. Accounts without a positive total are left out.
    purchases : numpy.ndarray of shape (accounts,)
        Purchase days in the window.
    largest, repetitions, seed
        See `expected_concentration`.

    Returns
    -------
    dict of numpy.ndarray
        Empty where it cannot be told.
    """
    total = np.nansum(months, axis=1)
    base = total > 0
    if not base.any():
        return {}
    repetitions = max(min(repetitions, MOST_CELLS // base.sum()), 50)
    drawn = size_draws(months[base], purchases[base], repetitions=repetitions, seed=seed)
    parts = [row_measures(rows, largest=largest) for rows in drawn]
    plain = concentration(total[base], largest=largest)
    return {k: _doubted(np.concatenate([p[k] for p in parts]), plain[k], k) for k in plain.index} if parts else {}


def _draws(money: pd.DataFrame, tenure: np.ndarray, purchases: np.ndarray, *options) -> dict[str, np.ndarray]:
    known = money.columns.to_numpy("datetime64[M]") >= tenure[:, None]
    largest, repetitions, seed = options
    months = np.where(known, money.to_numpy("float64"), np.nan)
    return measure_draws(months, purchases, largest=largest, repetitions=repetitions, seed=seed)


def _doubted(draws: np.ndarray, window: float, name: str) -> np.ndarray:
    """Draws widened by what the model may have corrected too much or too little.

    The correction is the way from the window's figure to that of the draws. The same noise, evenly spread, for every
    measure and window, so that a change is not drowned by an error that both sides share.
    """
    place = np.random.default_rng(20111130).permutation(len(draws))
    noise = DOUBT * norm.ppf((place + 0.5) / len(draws))
    widened = draws + noise * (window - draws.mean())
    return np.maximum(widened, 1.0) if name == "effective_accounts" else np.clip(widened, 0.0, 1.0)


def _with_intervals(window: pd.Series, drawn: dict[str, np.ndarray]) -> pd.DataFrame:
    table = window.rename("window").rename_axis("measure").to_frame()
    table[["expected", "low", "high"]] = np.nan
    for name, draws in drawn.items():
        table.loc[name, ["expected", "low", "high"]] = draws.mean(), *interval(draws)
    return table
