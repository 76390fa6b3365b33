"""The sales bridge: from one period's sales to another's, account by account, to the cent.

Every account stands in exactly one row, and so does every part of the ledger that is no account's trade; the
changes sum to the difference of the two totals, whatever the accounts are called. What the kinds mean:

new
    Bought in the period after and not in the one before; its first line is later than the period before, and its
    history is not truncated.
returned
    Bought in the period after, not in the one before, but was a customer already by the end of that.
new or returned
    As new, but its history is truncated: the ledger cannot say which of the two it is.
lost
    Bought in the period before and not in the one after. What that means depends on the length of the periods: after a
    year of silence it is a loss, after a month it is a month without an order.
up, down, unchanged
    Bought in both, or in neither (only returns and credit notes, or nothing); by the sign of the change.

*Bought* is a purchase day, a day whose net sales are positive, not a positive total: who sent everything back did buy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.given import by_account

NEW, RETURNED, EITHER, LOST, UP, DOWN, SAME = KINDS = (
    "new", "returned", "new or returned", "lost", "up", "down", "unchanged",
)  # fmt: skip
"""Kinds of account, in the order of a summary."""


@dataclass(frozen=True)
class Bridge:
    """Two periods, account by account; made by `bridge`.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Indexed by customer_id, every account of either period, the largest change first (ties by customer_id): kind,
        before, after, change (integer cents).
    outside : pandas.DataFrame
        Indexed by part of the ledger that is no account's trade: before, after, change (integer cents).
    """

    accounts: pd.DataFrame
    outside: pd.DataFrame

    @property
    def before(self) -> int:
        """Total of the earlier period, parts outside the accounts included, cents."""
        return int(self.accounts["before"].sum() + self.outside["before"].sum())

    @property
    def after(self) -> int:
        """Total of the later period, parts outside the accounts included, cents."""
        return int(self.accounts["after"].sum() + self.outside["after"].sum())

    @property
    def summary(self) -> pd.DataFrame:
        """One row a kind of account, in order, then one a part outside: accounts (missing for a part), before, after,
        change. The changes sum to `after` less `before`."""
        groups = self.accounts.groupby(pd.Categorical(self.accounts["kind"], KINDS), observed=False)
        rows = groups.agg(
            accounts=("change", "size"), before=("before", "sum"), after=("after", "sum"), change=("change", "sum")
        )
        rows = pd.concat([rows, self.outside.assign(accounts=pd.NA)]).rename_axis("kind")
        return rows[["accounts", "before", "after", "change"]].astype({"accounts": "Int64"})

    @property
    def net_retention(self) -> float:
        """What the accounts that bought before buy now, as a share of what they bought then; NaN without any."""
        then = self._kept
        return _ratio(then["after"].sum(), then["before"].sum())

    @property
    def gross_retention(self) -> float:
        """The same, but nobody counts for more than before: what was kept, without growth; NaN without any."""
        then = self._kept
        return _ratio(then[["before", "after"]].clip(lower=0).min(axis=1).sum(), then["before"].sum())

    @property
    def _kept(self) -> pd.DataFrame:
        """Accounts with a positive total before."""
        return self.accounts[self.accounts["before"] > 0]


def bridge(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    accounts: pd.DataFrame,
    until: dt.date,
    column: str = "sales_cents",
    outside: Mapping[str, tuple[int, int]] | None = None,
) -> Bridge:
    """The bridge from one period to a later one.

    Parameters
    ----------
    before, after : pandas.DataFrame
        One row an account, indexed by customer_id: `column` (integer cents) and purchase_days of the period. The
        `accounts` of two panels, or `period_accounts` of one. The periods may overlap.
    accounts : pandas.DataFrame
        `accounts` of the later panel: first_line and truncated of every account of the period after.
    until : datetime.date
        Last day of the period before.
    column : str
        The money that is bridged: sales_cents or profit_cents.
    outside : mapping of str to (int, int), optional
        Cents before and after of parts that are no account's trade, such as sales without a customer.

    Returns
    -------
    Bridge

    Raises
    ------
    ValueError
        Money that is not integer cents, an account that occurs twice, or one that `accounts` does not know.

    Examples
    --------
    >>> old, now, all_three = (pd.Index(list(ids), name="customer_id") for ids in ("ab", "ac", "abc"))
    >>> old = pd.DataFrame({"sales_cents": [700, 300], "purchase_days": 1}, index=old)
    >>> now = pd.DataFrame({"sales_cents": [800, 50], "purchase_days": 1}, index=now)
    >>> known = pd.DataFrame({"truncated": False,
    ...     "first_line": pd.to_datetime(["2023-01-09", "2023-05-02", "2024-03-07"])}, index=all_three)
    >>> result = bridge(old, now, accounts=known, until=dt.date(2024, 2, 29), outside={"no customer": (10, 15)})
    >>> result.accounts["kind"].to_dict()
    {'b': 'lost', 'a': 'up', 'c': 'new'}
    >>> result.before, result.after, int(result.summary["change"].sum())
    (1010, 865, -145)
    """
    then, now = (_period(by_account(f, n), column) for f, n in ((before, "before"), (after, "after")))
    both = then.add_suffix("_then").join(now.add_suffix("_now"), how="outer").fillna(0).astype("int64")
    table = pd.DataFrame({"before": both["cents_then"], "after": both["cents_now"]})
    table["change"] = table["after"] - table["before"]
    table.insert(0, "kind", _kinds(both, table["change"], accounts, until))
    size = table["change"].abs().rename("size")
    ordered = table.join(size).sort_values(["size", "customer_id"], ascending=[False, True]).drop(columns="size")
    return Bridge(ordered, _outside(outside or {}))


def period_accounts(monthly: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Totals of each account over whole calendar months, for one side of a bridge.

    Parameters
    ----------
    monthly : pandas.DataFrame
        `monthly` of a panel.
    first, last : datetime.date
        Any day of the first and of the last month.

    Returns
    -------
    pandas.DataFrame
        By customer_id: sales_cents, profit_cents (missing where a line's is), purchase_days.

    Examples
    --------
    >>> monthly = pd.DataFrame({"customer_id": ["a", "a"], "month": pd.to_datetime(["2024-01-01", "2024-02-01"]),
    ...     "sales_cents": [500, 200], "profit_cents": [50, 20], "purchase_days": [2, 1]})
    >>> period_accounts(monthly, dt.date(2024, 2, 1), dt.date(2024, 2, 29))["sales_cents"].tolist()
    [200]
    """
    since, upto = (pd.Timestamp(d).replace(day=1) for d in (first, last))
    inside = monthly[monthly["month"].between(since, upto)]
    groups = inside.groupby("customer_id", sort=True)
    sums = groups[["sales_cents", "purchase_days"]].sum()
    sums.insert(1, "profit_cents", groups["profit_cents"].sum(min_count=1))
    return sums


def _period(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Cents and purchase days by customer_id, of the accounts that have any in the period."""
    money = frame[column]
    if not pd.api.types.is_integer_dtype(money) or money.isna().any():
        raise ValueError(f"{column} must be integer cents, known for every account")
    facts = {"cents": money.astype("int64").to_numpy(), "days": frame["purchase_days"].astype("int64").to_numpy()}
    table = pd.DataFrame(facts, index=frame.index)
    return table[(table["cents"] != 0) | (table["days"] > 0)]


def _kinds(both: pd.DataFrame, change: pd.Series, accounts: pd.DataFrame, until: dt.date) -> np.ndarray:
    facts = by_account(accounts, "accounts").reindex(both.index)
    then, now = both["days_then"] > 0, both["days_now"] > 0
    came = now & ~then
    if (unknown := came & facts["first_line"].isna()).any():
        raise ValueError(f"accounts does not know {unknown[unknown].index[0]!r}: give those of the later panel")
    before = facts["first_line"] <= pd.Timestamp(until)
    truncated = facts["truncated"].fillna(False).astype(bool)
    tests = [came & before, came & truncated, came, then & ~now, change > 0, change < 0]
    return np.select(tests, [RETURNED, EITHER, NEW, LOST, UP, DOWN], SAME)


def _outside(parts: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    rows = {name: (int(then), int(now), int(now) - int(then)) for name, (then, now) in parts.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["before", "after", "change"])
    return table.astype("int64").rename_axis("part")


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole > 0 else float("nan")
