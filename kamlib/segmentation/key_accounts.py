"""Key accounts by a rule fixed beforehand, how far the list can be trusted, and the 30-55 % claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.panel import Panel, check_panel
from kamlib.segmentation.windows import month_matrix
from kamlib.stats import expected_totals, interval

KEY_SHARE = 0.01
CLAIM = (0.30, 0.55)  # "key accounts together make 30-55 % of sales"
BREADWINNER_SHARE = 0.10
CLAIM_MONTHS = 12
NEAR = 10  # accounts below a tenth of the line are not followed one by one
MOST_CELLS = 10_000_000  # drawn account by account at most; beyond, those far from the line are drawn as one sum
LISTED_FROM = 0.05  # probability from which an account off the list is shown beside it


@dataclass(frozen=True)
class KeyAccounts:
    """The key accounts of a panel.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by customer_id, the accounts on the list and those with a probability of 5 % or more to belong
        there, the largest first: value (cents of the window), share (of the window), expected, low, high (mean
        and 95 % interval of the share in an average year), probability (that the expected share reaches the
        line), key (whether the share of the window does). What cannot be told is missing.
    share : float
        Share of the window's *sales* that the accounts on the list hold together; NaN where nothing was sold.
    expected, low, high : float
        Mean and 95 % interval of the share of sales that all accounts above the line hold in an average year; NaN
        where it cannot be told.
    measure : str
        `profit` or `sales`.
    line : float
        The share that makes a key account.
    largest : float
        Share of the window that the largest account holds, on the list or not; NaN where nothing was sold.
    """

    table: pd.DataFrame
    share: float
    expected: float
    low: float
    high: float
    measure: str
    line: float
    largest: float = float("nan")

    @property
    def listed(self) -> pd.DataFrame:
        """The accounts on the list: those that reach the line in the window."""
        return self.table[self.table["key"]]


def measure_of(panel: Panel) -> str:
    """`profit` where the ledger knows it for every line, else `sales`."""
    check_panel(panel, "measure_of(panel)")
    return "profit" if panel.has_profit else "sales"


def window_values(panel: Panel, *, measure: str = "sales") -> pd.Series:
    """Sales or profit of the window in cents, by customer_id, of accounts with a line in the window.

    Accounts that were silent for the whole window are nobody's C: they are left to the room on churn.
    """
    check_panel(panel, "window_values(panel)")
    table = panel.accounts[panel.accounts["lines"] > 0]
    return table[f"{measure}_cents"].astype("int64")


def window_months(panel: Panel, customers: pd.Index, *, column: str) -> pd.DataFrame:
    """Money by account and month of the window, missing before the account's first line.

    A month that the window cuts is left whole here: months are compared with one another.
    """
    accounts = panel.accounts.index
    rows = slice(None) if customers.equals(pd.Index(accounts)) else pd.Index(accounts).get_indexer(customers)
    money = month_matrix(panel, column=column)
    money = money.loc[:, money.columns >= pd.Timestamp(panel.start).replace(day=1)]
    there = money.columns.to_numpy("datetime64[M]") >= panel.accounts["first_line"].to_numpy("datetime64[M]")[:, None]
    return pd.DataFrame(np.where(there, money, np.nan)[rows], index=customers, columns=money.columns)


def key_accounts(panel: Panel, *, line: float = KEY_SHARE, repetitions: int = 1000, seed: int = 1) -> KeyAccounts:
    """Accounts that hold at least `line` of the window's profit (sales, where there is no profit), and how surely.

    The base is the money of all identified customers with a positive total, so that a customer in the red
    does not raise everybody's share.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    line : float
        Share that makes a key account. 1 %: fixed beforehand (design rule 1), not tuned to the claim.
    repetitions, seed : int
        Draws behind intervals and probabilities.

    Returns
    -------
    KeyAccounts

    Notes
    -----
    The list is what the ledger says of the window. Interval and probability speak of an average year, see
    `kamlib.stats.expected`; their coverage by simulation is in `benchmarks/coverage_key_share.md`.
    """
    check_panel(panel, "key_accounts(panel)")
    measure = measure_of(panel)
    value = window_values(panel, measure=measure)
    share = shares_of(value)
    table = pd.DataFrame({"value": value, "share": share, "key": share >= line})
    near = np.flatnonzero(share >= line / NEAR)
    drawn, together = _share_draws(panel, value, near, measure, line, repetitions, seed)
    table[["expected", "low", "high", "probability"]] = np.nan
    if len(drawn):
        facts = [drawn.mean(axis=0), *np.quantile(drawn, [0.025, 0.975], axis=0), (drawn >= line).mean(axis=0)]
        table.iloc[near, -4:] = np.array(facts).T
    low, high = interval(together)
    sales = shares_of(window_values(panel, measure="sales"))
    held = float(sales[share >= line].sum()) if value.gt(0).any() else float("nan")
    expected = float(together.mean()) if len(together) else float("nan")
    largest = float(share.max()) if value.gt(0).any() else float("nan")
    return KeyAccounts(_listing(table), held, expected, low, high, measure, line, largest)


def _share_draws(panel, value, near, measure, line, repetitions, seed) -> tuple[np.ndarray, np.ndarray]:
    """Draws of the expected share of the accounts near the line, and of the sales of all accounts above it.

    Sales and profit of an account are drawn with the same luck: a good year is good for both.
    """
    purchases = panel.accounts.loc[value.index, "purchase_days"].to_numpy()
    known, sales = (
        expected_totals(window_months(panel, value.index, column=f"{m}_cents").to_numpy(), purchases)
        for m in (measure, "sales")
    )
    if known is None or sales is None:
        return np.empty((0, len(near))), np.empty(0)
    if len(value) * repetitions > MOST_CELLS:
        (totals, all_), (sold, all_sold) = (which.followed(near, repetitions, seed) for which in (known, sales))
        shares = totals / all_[:, None]
        return shares, np.where(shares >= line, sold, 0).sum(axis=1) / all_sold
    drawn, together = [], []
    for totals, sold in zip(known.draws(repetitions, seed), sales.draws(repetitions, seed), strict=True):
        shares = totals / totals.sum(axis=1, keepdims=True)
        drawn.append(shares[:, near])
        together.append(np.where(shares >= line, sold, 0).sum(axis=1) / sold.sum(axis=1))
    return np.concatenate(drawn), np.concatenate(together)


def _listing(table: pd.DataFrame) -> pd.DataFrame:
    table = table[table["key"] | (table["probability"] >= LISTED_FROM)].reset_index()
    table = table.sort_values(["value", "customer_id"], ascending=[False, True]).set_index("customer_id")
    return table[["value", "share", "expected", "low", "high", "probability", "key"]]


def shares_of(value: pd.Series) -> pd.Series:
    """Share of the sum of positive values; 0 for values that are not positive.

    Examples
    --------
    >>> shares_of(pd.Series([3, 1, -5])).tolist()
    [0.75, 0.25, 0.0]
    """
    positive = value.clip(lower=0).astype("float64")
    return positive / positive.sum() if positive.sum() > 0 else positive


def claim_verdict(keys: KeyAccounts, *, months: int, claim: Sequence[float] = CLAIM) -> str:
    """`supported`, `not supported` or `cannot tell`, for the claim that key accounts make 30-55 % of sales.

    Supported where the whole interval lies within the claim, not supported where it lies wholly outside,
    otherwise, and with less than twelve months or no key account to speak of, it cannot be told.
    """
    if months < CLAIM_MONTHS or not np.isfinite(keys.low) or not keys.high:
        return "cannot tell"
    if keys.low >= claim[0] and keys.high <= claim[1]:
        return "supported"
    return "not supported" if keys.high < claim[0] or keys.low > claim[1] else "cannot tell"


def sensitivity(
    panel: Panel,
    *,
    lines: Sequence[float] = (0.005, 0.01, 0.02),
    windows: Sequence[int] = (6, 12, 24),
    line: float = KEY_SHARE,
) -> pd.DataFrame:
    """How the list changes with the line, the window, the measure and the treatment of returns, one at a time.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    lines : sequence of float
    windows : sequence of int
        Calendar months that end with `as_of`'s, the last perhaps partial; those longer than the ledger are left out.
    line : float
        The line where another thing is varied.

    Returns
    -------
    pandas.DataFrame
        varied (`as reported`, `line`, `window`, `measure`, `returns`), setting, accounts, share, joined, left
        (against the list as reported).
    """
    check_panel(panel, "sensitivity(panel)")
    measure = f"{measure_of(panel)}_cents"
    value = panel.accounts[measure].astype("int64")
    reported = _listed(value, line)
    rows = [("as reported", f"{_percent(line)}, {panel.months} months, net", value, line)]
    rows += [("line", _percent(other), value, other) for other in lines if other != line]
    rows += [("window", f"{w} months", _summed(panel, measure, w), line) for w in _possible(panel, windows)]
    if measure != "sales_cents":
        rows.append(("measure", "by sales", panel.accounts["sales_cents"], line))
    returns = "before returns" if measure == "sales_cents" else "by sales, before returns"
    rows.append(("returns", returns, panel.accounts["gross_cents"], line))
    table = []
    for varied, setting, values, at in rows:
        listed = _listed(values, at)
        share = float(shares_of(values).reindex(sorted(listed)).sum())
        table.append((varied, setting, len(listed), share, len(listed - reported), len(reported - listed)))
    return pd.DataFrame(table, columns=["varied", "setting", "accounts", "share", "joined", "left"])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _listed(value: pd.Series, line: float) -> set[str]:
    share = shares_of(value)
    return set(share.index[share >= line])


def _possible(panel: Panel, windows: Sequence[int]) -> list[int]:
    first, last = pd.Timestamp(panel.first_day), pd.Timestamp(panel.as_of)
    held = (last.year - first.year) * 12 + last.month - first.month + 1
    return [w for w in windows if w <= held and w != panel.months]


def _summed(panel: Panel, column: str, months: int) -> pd.Series:
    since = pd.Timestamp(panel.as_of).replace(day=1) - pd.DateOffset(months=months - 1)
    inside = panel.monthly[panel.monthly["month"] >= since]
    return inside.groupby("customer_id")[column].sum().astype("int64")
