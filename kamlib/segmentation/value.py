"""What an account is worth: sales, profit, profit after the cost of serving it; of one account or of its group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import dropwhile

import numpy as np
import pandas as pd

from kamlib.given import as_day
from kamlib.panel import Panel, check_panel
from kamlib.segmentation.abc import ABC_SHARES, abc
from kamlib.segmentation.xyz import months_at_risk


def lifetime_values(panel: Panel, *, measure: str = "sales") -> pd.Series:
    """Sales or profit of an account's whole history up to `as_of`, in cents, by customer_id.

    The whole history of the *ledger*: what an account bought before its first day is in no book.

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> lines = pd.DataFrame({"customer_id": ["a", "a"], "cents": [5, 7], "date": ["2020-01-05", "2024-01-05"]})
    >>> panel = build_panel(lines.assign(date=pd.to_datetime(lines["date"])), as_of="2024-01-31")
    >>> lifetime_values(panel).to_dict()
    {'a': 12}
    """
    check_panel(panel, "lifetime_values(panel)")
    return panel.monthly.groupby("customer_id")[f"{measure}_cents"].sum().astype("int64")


def served_profit(panel: Panel, accounts: pd.DataFrame, *, value: pd.Series) -> pd.DataFrame:
    """Profit less what it cost to serve the account in the window.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    accounts : pandas.DataFrame
        The table `accounts` of the book: customer_id, cost_to_serve (money per year), and since where it is known. The
        last cost known at `as_of` counts.
    value : pandas.Series
        Profit of the window in cents, by customer_id.

    Returns
    -------
    pandas.DataFrame
        Indexed like `value`: profit, cost (cents; a twelfth of the yearly cost for each month of the window since the
        account's first line, whole cents), served (profit less cost), known (whether a cost is known: where not, it
        counts as nothing).

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> lines = pd.DataFrame({"customer_id": ["a"], "cents": [50_000], "date": pd.to_datetime(["2024-05-05"])})
    >>> accounts = pd.DataFrame({"customer_id": ["a"], "cost_to_serve": [600.0]})
    >>> panel = build_panel(lines, as_of="2024-06-30", months=12)
    >>> served_profit(panel, accounts, value=pd.Series({"a": 30_000}))[["cost", "served"]].values.tolist()
    [[10000, 20000]]
    """
    check_panel(panel, "served_profit(panel, accounts)")
    yearly = known_at(accounts, panel.as_of, "cost_to_serve").reindex(value.index)
    months = months_at_risk(panel).reindex(value.index).clip(upper=panel.months)
    cost = (yearly.astype("float64").fillna(0) * 100 * months / 12).round().astype("int64")
    columns = {"profit": value, "cost": cost, "served": value - cost, "known": yearly.notna()}
    return pd.DataFrame(columns).rename_axis("customer_id")


def known_at(accounts: pd.DataFrame, as_of, column: str) -> pd.Series:
    """The last value of a column known at a day, by customer_id; an undated row counts as known before all others."""
    if column not in accounts:
        return pd.Series(dtype="float64", index=pd.Index([], dtype="str", name="customer_id"))
    table = accounts.dropna(subset=[column])
    if "since" in table:
        table = table[table["since"].isna() | (table["since"] <= pd.Timestamp(as_day(as_of)))]
        table = table.sort_values("since", kind="stable", na_position="first")
    return table.drop_duplicates("customer_id", keep="last").set_index("customer_id")[column]


def whale_curve(values: pd.Series) -> pd.DataFrame:
    """Profit added up from the best account to the worst: a curve that rises above 100 % and falls back to it.

    Parameters
    ----------
    values : pandas.Series
        Profit by customer_id, cents.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the largest value first (ties by customer_id): value, together (sum so far), accounts
        (share of accounts so far), share (`together` over the total; missing where the total is not positive).

    References
    ----------
    Kaplan and Narayanan (2001), "Measuring and managing customer profitability", J. Cost Management 15(5):5-15.

    Examples
    --------
    >>> whale_curve(pd.Series({"a": 90, "b": 30, "c": -20}))["share"].tolist()
    [0.9, 1.2, 1.0]
    """
    table = values.rename("value").rename_axis("customer_id").reset_index()
    table = table.sort_values(["value", "customer_id"], ascending=[False, True]).set_index("customer_id")
    table["together"] = table["value"].cumsum()
    table["accounts"] = np.arange(1, len(table) + 1) / max(len(table), 1)
    total = table["value"].sum()
    table["share"] = table["together"] / total if total > 0 else np.nan
    return table


def groups(accounts: pd.DataFrame, customers: pd.Index, *, as_of) -> pd.Series:
    """The head of each account's corporate group, as the book's `parent_id` has it at `as_of`.

    Parameters
    ----------
    accounts : pandas.DataFrame
        The table `accounts` of the book: customer_id, parent_id, and since where it is known.
    customers : pandas.Index
        The accounts wanted.
    as_of : datetime.date

    Returns
    -------
    pandas.Series
        Head by customer_id. An account without a parent is its own head. A parent that buys nothing itself, or is
        in no table, is still the head of those that name it. Where parents run in a circle, the smallest customer_id
        of the circle is the head.

    Examples
    --------
    >>> parents = pd.DataFrame({"customer_id": ["a", "b", "x", "y"], "parent_id": ["b", "head", "y", "x"]})
    >>> groups(parents, pd.Index(["a", "b", "c", "x", "y"]), as_of="2024-01-31").to_dict()
    {'a': 'head', 'b': 'head', 'c': 'c', 'x': 'x', 'y': 'x'}
    """
    parent = known_at(accounts, as_of, "parent_id").to_dict()
    heads: dict[str, str] = {}
    for customer in customers:
        path = {customer: None}  # in order
        last = customer
        while last not in heads and (up := parent.get(last, last)) not in path:
            path[up] = None
            last = up
        # the chain ends at a known head, or in a circle that begins at the last one's parent
        head = heads[last] if last in heads else min(dropwhile(parent.get(last, last).__ne__, path))
        heads.update(dict.fromkeys(path, head))
    return pd.Series([heads[c] for c in customers], index=customers, dtype="str", name="head")


def by_group(values: pd.Series, heads: pd.Series) -> pd.Series:
    """Values added up by the head of the group, by customer_id of the head.

    Examples
    --------
    >>> by_group(pd.Series({"a": 1, "b": 2, "c": 4}), pd.Series({"a": "a", "b": "a", "c": "c"})).to_dict()
    {'a': 3, 'c': 4}
    """
    return values.groupby(heads.reindex(values.index)).sum().rename_axis("customer_id")


def group_classes(values: pd.Series, heads: pd.Series, *, shares: Sequence[float] = ABC_SHARES) -> pd.DataFrame:
    """Groups of more than one account, and what they are together and one by one.

    Parameters
    ----------
    values : pandas.Series
        Money by customer_id.
    heads : pandas.Series
        From `groups`.
    shares : sequence of two floats
        As in `kamlib.segmentation.abc`.

    Returns
    -------
    pandas.DataFrame
        Indexed by head, the largest value first (ties by head): accounts, value, abc (class of the group among groups),
        alone (the best class that one of its accounts has among accounts).

    Examples
    --------
    >>> values = pd.Series({"a": 45, "b": 25, "c": 20, "d": 10})
    >>> heads = pd.Series({"a": "a", "b": "b", "c": "b", "d": "d"})
    >>> group_classes(values, heads, shares=(0.4, 0.8)).values.tolist()
    [[2, 45, 'B', 'B']]
    """
    table = abc(by_group(values, heads), shares=shares)[["value", "abc"]]
    of = heads.reindex(values.index)
    table.insert(0, "accounts", of.value_counts().reindex(table.index))
    table["alone"] = abc(values, shares=shares)["abc"].groupby(of).min().reindex(table.index)
    return table[table["accounts"] > 1]
