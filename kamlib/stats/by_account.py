"""Frames of one row an account: indexed by customer_id, everywhere."""

from __future__ import annotations

import pandas as pd


def by_account(frame: pd.DataFrame | pd.Series, name: str) -> pd.DataFrame | pd.Series:
    """The frame itself, if it has one row an account and is indexed by customer_id.

    Parameters
    ----------
    frame : pandas.DataFrame or Series
    name : str
        What the caller calls it, for the message.

    Raises
    ------
    TypeError
        It is indexed by something else.
    ValueError
        An account occurs twice.

    Examples
    --------
    >>> by_account(pd.DataFrame({"customer_id": ["a"], "sales_cents": [1]}), "before")
    Traceback (most recent call last):
    TypeError: before must be indexed by customer_id: pass before.set_index("customer_id")
    """
    if frame.index.name != "customer_id":
        here = "customer_id" in getattr(frame, "columns", ())
        hint = f'pass {name}.set_index("customer_id")' if here else f'pass {name}.rename_axis("customer_id")'
        raise TypeError(f"{name} must be indexed by customer_id: {hint}")
    if frame.index.has_duplicates:
        twice = frame.index[frame.index.duplicated()][0]
        raise ValueError(f"customer_id {twice!r} occurs more than once: add up the totals of an account first")
    return frame
