"""What each account belongs to at a day: an industry, a region, a manager."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kamlib.given import as_day

UNASSIGNED = "(none known)"


def account_facts(book, column: str, *, as_of: dt.date) -> pd.Series:
    """A fact of the table `accounts` as it was known at a day.

    Parameters
    ----------
    book : kamlib.book.Book
    column : str
        Such as `industry`, `region`, `country`.
    as_of : datetime.date
        Of several rows of an account, the latest whose `since` is not after it counts; an undated row comes first.

    Returns
    -------
    pandas.Series
        By customer_id; empty where the book does not have the column.
    """
    table = book.tables.get("accounts", pd.DataFrame())
    if column not in table:
        return pd.Series(dtype="str", name=column)
    if "since" in table:
        known = table["since"].isna() | (table["since"] <= pd.Timestamp(as_day(as_of)))
        table = table[known].sort_values("since", kind="stable", na_position="first")
    table = table.dropna(subset=[column]).drop_duplicates("customer_id", keep="last")
    return table.set_index("customer_id")[column].sort_index()


def assigned_managers(book, *, as_of: dt.date) -> pd.Series:
    """The manager of each account at a day, from the table `assignments`.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : datetime.date
        An assignment counts from its first to its last day. Where several do, the one that began last; ties by
        manager_id.

    Returns
    -------
    pandas.Series
        manager_id by customer_id; empty without the table.
    """
    table = book.tables.get("assignments", pd.DataFrame())
    if not {"customer_id", "manager_id", "from"} <= set(table):
        return pd.Series(dtype="str", name="manager_id")
    day = pd.Timestamp(as_day(as_of))
    until = table["to"] if "to" in table else pd.Series(pd.NaT, index=table.index)
    table = table[(table["from"] <= day) & (until.isna() | (until >= day))].sort_values(["from", "manager_id"])
    return table.drop_duplicates("customer_id", keep="last").set_index("customer_id")["manager_id"].sort_index()
