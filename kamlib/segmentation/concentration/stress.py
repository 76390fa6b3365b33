"""What is left if the largest accounts go: of all, and of each industry or manager."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.segmentation.concentration.groups import UNASSIGNED
from kamlib.segmentation.concentration.measures import hhi

LOSE = (1, 2, 3, 5, 10)


def lose_largest(sales: pd.Series, *, profit: pd.Series | None = None, k: Sequence[int] = LOSE) -> pd.DataFrame:
    """What goes with the k largest accounts, if all else stays as it was.

    Parameters
    ----------
    sales : pandas.Series
        Money of the window in cents by customer_id. The largest by sales are lost; ties go by customer_id.
    profit : pandas.Series, optional
        Of the same accounts.
    k : sequence of int
        Numbers of accounts; those beyond the number of accounts with positive sales are left out.

    Returns
    -------
    pandas.DataFrame
        accounts (lost), last (customer_id of the last of them), lost_cents, share (of the sales of all accounts with
        a positive total), left_cents (of all accounts), effective_accounts (of those left), replacements (accounts
        of median size that would make up for the loss); with profit also profit_lost_cents, margin and
        margin_left (profit over sales, before and after; NaN where sales are not positive).

    Examples
    --------
    >>> lose_largest(pd.Series({"a": 600, "b": 300, "c": 100}), k=[1, 2])[["lost_cents", "share"]].values.tolist()
    [[600.0, 0.6], [900.0, 0.9]]
    """
    order = sales.sort_index().sort_values(ascending=False, kind="stable")
    order = order[order > 0]
    rows = [_loss(order, sales, profit, n) for n in k if 0 < n <= len(order)]
    columns = ["accounts", "last", "lost_cents", "share", "left_cents", "effective_accounts", "replacements"]
    columns += [] if profit is None else ["profit_lost_cents", "margin", "margin_left"]
    return pd.DataFrame(rows, columns=columns)


def _loss(order: pd.Series, sales: pd.Series, profit: pd.Series | None, n: int) -> dict:
    lost, total = int(order.iloc[:n].sum()), int(sales.sum())
    row = {
        "accounts": n,
        "last": order.index[n - 1],
        "lost_cents": lost,
        "share": lost / float(order.sum()),
        "left_cents": total - lost,
        "effective_accounts": 1 / hhi(order.iloc[n:]),
        "replacements": lost / float(order.median()),
    }
    if profit is None:
        return row
    gone, earned = int(profit.reindex(order.index[:n]).sum()), int(profit.sum())
    after = (earned - gone, total - lost)
    return row | {"profit_lost_cents": gone, "margin": _ratio(earned, total), "margin_left": _ratio(*after)}


def concentration_by(values: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """How much each group brings, and how much of that hangs on its largest account.

    Parameters
    ----------
    values : pandas.Series
        Money of the window in cents by customer_id.
    groups : pandas.Series
        Name of the group by customer_id, such as `assigned_managers`. Accounts without one form the group
        `(none known)`.

    Returns
    -------
    pandas.DataFrame
        Indexed by group, the largest first (ties by name): accounts, cents (sums to that of `values`), share (of
        positive values), effective_accounts, largest (customer_id), largest_share (of the group's positive value:
        what the group loses with it), left_cents.

    Examples
    --------
    >>> by = concentration_by(pd.Series({"a": 60, "b": 30, "c": 10}), pd.Series({"a": "X", "b": "X"}))
    >>> by["largest_share"].round(2).to_dict()
    {'X': 0.67, '(none known)': 1.0}
    """
    table = pd.DataFrame({"cents": values, "positive": values.clip(lower=0)}).rename_axis("customer_id").reset_index()
    table["group"] = table["customer_id"].map(groups.astype("str")).astype("str").fillna(UNASSIGNED)
    table = table.sort_values(["cents", "customer_id"], ascending=[False, True])
    square = table["positive"].astype("float64") ** 2
    found = table.assign(square=square).groupby("group").agg(
        accounts=("cents", "size"), cents=("cents", "sum"), positive=("positive", "sum"), square=("square", "sum"),
        largest=("customer_id", "first"), most=("positive", "first"),
    )  # fmt: skip
    base, nothing = found["positive"].astype("float64"), found["positive"] <= 0
    found["share"] = base / base.sum() if base.sum() > 0 else 0.0
    found["effective_accounts"] = (base**2 / found["square"]).mask(nothing)
    found["largest_share"] = (found["most"] / base).mask(nothing)
    found["left_cents"] = found["cents"] - found["most"]
    found = found.reset_index().sort_values(["cents", "group"], ascending=[False, True]).set_index("group")
    columns = ["accounts", "cents", "share", "effective_accounts", "largest", "largest_share", "left_cents"]
    return found[columns]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan
