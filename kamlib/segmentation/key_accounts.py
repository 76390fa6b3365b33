"""Key accounts by a rule fixed beforehand, how far the list can be trusted, and the 30-55 % claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.panel import Panel
from kamlib.stats import interval, resampled_totals

KEY_SHARE = 0.01
CLAIM = (0.30, 0.55)  # "key accounts together make 30-55 % of sales"
BREADWINNER_SHARE = 0.10
CLAIM_MONTHS = 12


@dataclass(frozen=True)
class KeyAccounts:
    """The key accounts of a panel.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by customer_id, all accounts whose share reached the line in at least one resample in
        twenty, the largest first: value (cents), share, low, high (95 % interval of the share), stability
        (in what part of the resamples it reached the line), key (whether it does in the ledger).
    share : float
        Share of all key accounts together; NaN where nothing was sold.
    low, high : float
        95 % interval of that share.
    measure : str
        `profit` or `sales`.
    line : float
        The share that makes a key account.
    """

    table: pd.DataFrame
    share: float
    low: float
    high: float
    measure: str
    line: float

    @property
    def listed(self) -> pd.DataFrame:
        """The accounts on the list: those that reach the line in the ledger."""
        return self.table[self.table["key"]]


def measure_of(panel: Panel) -> str:
    """`profit` where the ledger knows it for every line, else `sales`."""
    return "profit" if panel.has_profit else "sales"


def window_values(panel: Panel, *, measure: str = "sales") -> pd.Series:
    """Sales or profit of the window in cents, by customer_id, of accounts with a line in the window.

    Accounts that were silent for the whole window are nobody's C: they are left to the room on churn.
    """
    table = panel.accounts[panel.accounts["lines"] > 0]
    return table.set_index("customer_id")[f"{measure}_cents"].astype("int64")


def window_months(panel: Panel, *, column: str) -> pd.DataFrame:
    """Money by account and month of the window, missing before the account's first line.

    A month that the window cuts is left whole here: the resampling wants months as they are.
    """
    dense = panel.dense(panel.accounts["customer_id"].tolist(), column=column)
    return dense.loc[:, dense.columns >= pd.Timestamp(panel.start).replace(day=1)].astype("float64")


def key_accounts(panel: Panel, *, line: float = KEY_SHARE, repetitions: int = 1000, seed: int = 1) -> KeyAccounts:
    """Accounts that hold at least `line` of the window's profit (sales, where there is no profit).

    The base is the money of all identified customers with a positive total, so that a customer in the red
    does not raise everybody's share.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    line : float
        Share that makes a key account. 1 %: fixed beforehand (design rule 1), not tuned to the claim.
    repetitions, seed : int
        Of the resampling of each account's months.

    Returns
    -------
    KeyAccounts

    Notes
    -----
    Stability is a plain resampling figure. It is too sure of itself near the line, as all of its kind are;
    it ranks accounts by how firmly they are on the list and is not a calibrated probability.
    """
    measure = measure_of(panel)
    value = panel.accounts.set_index("customer_id")[f"{measure}_cents"].astype("int64")
    share = shares_of(value)
    draws = resampled_totals(
        window_months(panel, column=f"{measure}_cents").to_numpy(), repetitions=repetitions, seed=seed
    )
    drawn = np.maximum(draws, 0)
    total = drawn.sum(axis=1, keepdims=True)
    drawn = np.divide(drawn, total, out=np.zeros_like(drawn), where=total > 0)
    reached = drawn >= line
    table = pd.DataFrame({"value": value, "share": share, "stability": reached.mean(axis=0)})
    table["low"], table["high"] = np.quantile(drawn, [0.025, 0.975], axis=0)
    table["key"] = share >= line
    table = table[table["key"] | (table["stability"] >= 0.05)].reset_index()
    table = table.sort_values(["value", "customer_id"], ascending=[False, True]).set_index("customer_id")
    low, high = interval(np.where(reached, drawn, 0).sum(axis=1))
    together = float(share[share >= line].sum()) if value.gt(0).any() else float("nan")
    return KeyAccounts(table[["value", "share", "low", "high", "stability", "key"]], together, low, high, measure, line)


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
    if months < CLAIM_MONTHS or not np.isfinite(keys.low):
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
    """How the list changes with the line, the window and the treatment of returns, one at a time.

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
        varied (`as reported`, `line`, `window`, `returns`), setting, accounts, share, joined, left (against the
        list as reported).
    """
    measure = f"{measure_of(panel)}_cents"
    value = panel.accounts.set_index("customer_id")[measure].astype("int64")
    reported = _listed(value, line)
    rows = [("as reported", f"{line:.1%}, {panel.months} months, net", value, line)]
    rows += [("line", f"{other:.1%}", value, other) for other in lines if other != line]
    rows += [("window", f"{w} months", _summed(panel, measure, w), line) for w in _possible(panel, windows)]
    if measure == "sales_cents":
        gross = panel.accounts.set_index("customer_id")["gross_cents"]
        rows.append(("returns", "before returns", gross, line))
    table = []
    for varied, setting, values, at in rows:
        listed = _listed(values, at)
        share = float(shares_of(values).reindex(sorted(listed)).sum())
        table.append((varied, setting, len(listed), share, len(listed - reported), len(reported - listed)))
    return pd.DataFrame(table, columns=["varied", "setting", "accounts", "share", "joined", "left"])


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
