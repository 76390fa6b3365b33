"""Accounts that joined or left the list of key accounts, or moved between classes."""

from __future__ import annotations

import pandas as pd

from kamlib.run import Change
from kamlib.tables import ABC


def key_moves(then: pd.DataFrame | None, now: pd.DataFrame, why: pd.Series, *, measure: str) -> list[Change]:
    """Accounts that joined or left the list of key accounts.

    Parameters
    ----------
    then, now : pandas.DataFrame
        `key_accounts` of the earlier report (None where there is none) and of today, indexed by customer_id: value,
        share, probability, key.
    why : pandas.Series
        Cause by customer_id.
    measure : str
        What the list is by: profit or sales.

    Returns
    -------
    list of Change
        One an account that is on the list in one of the reports only. The probability is that its share of an *average
        year* stands on the side of the line where it stands now: below a half, the account is likelier to go back than
        to stay. The money is the change of its value.
    """
    if then is None:
        return []
    listed = [set(t.index[t["key"]]) for t in (then, now)]
    moved = sorted(listed[0] ^ listed[1])
    return [
        Change(
            "summary.key_joined" if k in listed[1] else "summary.key_left",
            f"{'Joined' if k in listed[1] else 'Left'} key accounts, by {measure}",
            _of(now, k, "share"), "share", before=_of(then, k, "share"), account=k,
            cents=_money(then, now, k), cause=str(why.get(k, "")), probability=_stands(now, k, k in listed[1]),
        )
        for k in moved
    ]  # fmt: skip


def _of(table: pd.DataFrame, customer: str, column: str) -> float | None:
    value = table[column].get(customer)
    return None if value is None or pd.isna(value) else float(value)


def _money(then: pd.DataFrame, now: pd.DataFrame, customer: str) -> int | None:
    values = [_of(t, customer, "value") for t in (then, now)]
    return None if None in values else int(values[1] - values[0])


def _stands(now: pd.DataFrame, customer: str, above: bool) -> float | None:
    """Of an account far below the line there is no row, and nothing to tell."""
    reaches = _of(now, customer, "probability")
    if reaches is None:
        return None
    return min(reaches if above else 1 - reaches, 0.999)


def class_moves(then: pd.DataFrame | None, now: pd.DataFrame, why: pd.Series, *, sure: pd.DataFrame) -> list[Change]:
    """Accounts of both windows whose class by sales is another than in the earlier report.

    Parameters
    ----------
    then, now : pandas.DataFrame
        `abc` by sales of the earlier report (None where there is none) and of today, indexed by customer_id: value
        (cents), abc.
    why : pandas.Series
        Cause by customer_id.
    sure : pandas.DataFrame
        `class_confidence` of today, indexed by customer_id: A, B, C (probabilities; missing where it cannot be told).

    Returns
    -------
    list of Change
        One an account. The probability is that the class of its *average year* is the new one or beyond: below a half
        it is likelier to go back than to stay.
    """
    if then is None:
        return []
    both = now.join(then[["value", "abc"]].add_suffix("_then"), how="inner")
    moved = both[both["abc"] != both["abc_then"]]
    return [
        Change(
            "summary.class_up" if ABC.index(row.abc) < ABC.index(row.abc_then) else "summary.class_down",
            "Class by sales", row.abc, "word", before=row.abc_then, account=row.Index,
            cents=int(row.value - row.value_then), cause=str(why.get(row.Index, "")),
            probability=_beyond(sure.loc[row.Index], row.abc, row.abc_then),
        )
        for row in moved.itertuples()
    ]  # fmt: skip


def _beyond(chances: pd.Series, to: str, of: str) -> float | None:
    """That the true class is `to`, or further from `of` still."""
    at = ABC.index(to)
    labels = ABC[: at + 1] if at < ABC.index(of) else ABC[at:]
    total = float(chances[list(labels)].sum(skipna=False))
    return None if pd.isna(total) else min(total, 0.999)
