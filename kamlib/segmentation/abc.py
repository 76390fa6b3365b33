"""ABC: which few accounts make most of the money."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.tables import ABC

ABC_SHARES = (0.80, 0.95)


def abc(values: pd.Series, *, shares: Sequence[float] = ABC_SHARES) -> pd.DataFrame:
    """Classes A, B, C by cumulative share of a value.

    Accounts are put in order of value, the largest first. The accounts that together make up the first
    80 % are A, those up to 95 % are B, the rest C. The account that crosses a line belongs to the upper class.

    Parameters
    ----------
    values : pandas.Series
        Sales or profit by customer_id, in any one unit. Zero and negative values are C and outside the
        base of the shares: a loss does not raise the share of others.
    shares : sequence of two floats
        Where A and B end, 0 < A < B <= 1. The default, 80 % and 95 %, follows the usual practice after
        Dickie (1951), "ABC inventory analysis shoots for dollars".

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the largest value first (ties by customer_id): value, share (of the sum of
        positive values; 0 for others), cum_share, abc, base (whether the value is positive).

    Raises
    ------
    ValueError
        Shares out of order, or a customer_id that occurs twice.

    Examples
    --------
    >>> abc(pd.Series({"k1": 70, "k2": 15, "k3": 10, "k4": 5, "k5": -3}))["abc"].to_dict()
    {'k1': 'A', 'k2': 'A', 'k3': 'B', 'k4': 'C', 'k5': 'C'}
    """
    a, b = check_shares(shares)
    if values.index.has_duplicates:
        twice = values.index[values.index.duplicated()][0]
        raise ValueError(f"customer_id {twice!r} occurs more than once: add up the values of an account first")
    table = values.rename("value").rename_axis("customer_id").reset_index()
    table = table.sort_values(["value", "customer_id"], ascending=[False, True], ignore_index=True)
    table["base"] = table["value"] > 0
    positive = table["value"].where(table["base"], 0)
    total = positive.sum()
    upto = positive.cumsum()
    before = upto - positive
    # `before` decides: whoever crosses the line was still below it before.
    classes = np.select([before < a * total, before < b * total], ABC[:2], ABC[2])
    table["share"] = positive / total if total else 0.0
    table["cum_share"] = upto / total if total else 0.0
    table["abc"] = np.where(table["base"], classes, ABC[2])
    return table.set_index("customer_id")[["value", "share", "cum_share", "abc", "base"]]


def check_shares(shares: Sequence[float]) -> tuple[float, float]:
    """The two lines of an ABC analysis, or a ValueError that says what is wrong with them."""
    if len(shares) != 2 or not 0 < shares[0] < shares[1] <= 1:
        raise ValueError(f"abc_shares takes two shares in order, such as [0.8, 0.95], not {list(shares)}")
    return float(shares[0]), float(shares[1])


def abc_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts, value and share of each class.

    Parameters
    ----------
    table : pandas.DataFrame
        From `abc`.

    Returns
    -------
    pandas.DataFrame
        Indexed by class, in order A, B, C: accounts, account_share, value (all values, so that the sum is
        that of the input), share (of positive values).

    Examples
    --------
    >>> abc_summary(abc(pd.Series({"k1": 90, "k2": 10})))["accounts"].tolist()
    [1, 1, 0]
    """
    groups = table.groupby(pd.Categorical(table["abc"], ABC), observed=False)
    summary = groups.agg(accounts=("value", "size"), value=("value", "sum"), share=("share", "sum"))
    summary.insert(1, "account_share", summary["accounts"] / max(len(table), 1))
    return summary.rename_axis("abc")


def disagreement(by_sales: pd.DataFrame, by_profit: pd.DataFrame) -> pd.DataFrame:
    """Accounts whose class by sales is not their class by profit, the largest difference in share first.

    Parameters
    ----------
    by_sales, by_profit : pandas.DataFrame
        From `abc`, for the same accounts.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id: sales, sales_class, profit, profit_class, difference (share of profit less
        share of sales).
    """
    both = by_sales.merge(by_profit, left_index=True, right_index=True, suffixes=("_sales", "_profit"))
    both = both[both["abc_sales"] != both["abc_profit"]]
    table = pd.DataFrame(
        {
            "sales": both["value_sales"],
            "sales_class": both["abc_sales"],
            "profit": both["value_profit"],
            "profit_class": both["abc_profit"],
            "difference": both["share_profit"] - both["share_sales"],
        }
    )
    size = table["difference"].abs().rename("size")
    return table.join(size).sort_values(["size", "customer_id"], ascending=[False, True]).drop(columns="size")
