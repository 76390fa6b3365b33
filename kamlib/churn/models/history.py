"""What the purchase models know of an account: how often, how recently, and for how long it has been watched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.given import as_timestamp

PART = 2_500  # rows with which a search begins where there are more than twice as many


@dataclass(frozen=True)
class Histories:
    """Distinct (frequency, recency, T) with the number of accounts that have them.

    Attributes
    ----------
    frequency : numpy.ndarray of float, shape (n,)
        Purchases after the first.
    recency : numpy.ndarray, shape (n,)
        Time from the first purchase to the last; 0 where there is one purchase.
    T : numpy.ndarray, shape (n,)
        Time from the first purchase to the day of the look, in the same unit.
    weights : numpy.ndarray, shape (n,)
        Accounts with this history.
    """

    frequency: np.ndarray
    recency: np.ndarray
    T: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.frequency)

    def part(self) -> Histories | None:
        """Every so-manieth row, about 2,500; None where there are not many more than that."""
        if len(self) <= 2 * PART:
            return None
        rows = slice(None, None, len(self) // PART)
        return Histories(self.frequency[rows], self.recency[rows], self.T[rows], self.weights[rows])


def checked(frequency, recency, T, weights=None) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The arrays as float, of one length, if they can be histories.

    Parameters
    ----------
    frequency, recency, T, weights : array-like or number
        Broadcast against one another; `weights` is 1 where left out.

    Raises
    ------
    ValueError
        What is wrong, in how many rows, and the first three of them.

    Examples
    --------
    >>> checked([0, 2], [0, 30], 40)[2]
    array([40., 40.])
    >>> checked([0, 2], [0, 50], 40)
    Traceback (most recent call last):
    ...
    ValueError: recency is more than T in 1 of 2 rows, first in row 1: frequency 2, recency 50, T 40.
    """
    ones = 1.0 if weights is None else weights
    arrays = [np.asarray(v, dtype=float) for v in (frequency, recency, T, ones)]
    try:
        x, t, age, w = (np.atleast_1d(v) for v in np.broadcast_arrays(*arrays))
    except ValueError:
        sizes = ", ".join(str(v.size) for v in arrays)
        raise ValueError(f"frequency, recency, T and weights are of different lengths: {sizes}.") from None
    faults = (
        ("a value is missing or infinite", ~np.isfinite(x + t + age + w)),
        ("frequency is not a whole number of 0 or more", (x < 0) | (x != np.round(x))),
        ("recency is less than 0", t < 0),
        ("recency is more than T", t > age),
        ("recency is not 0 though frequency is", (x == 0) & (t != 0)),
        ("recency is 0 though frequency is not", (x > 0) & (t == 0)),
        ("weights is not above 0", w <= 0),
    )
    for what, wrong in faults:
        if wrong.any():
            raise ValueError(_complaint(what, wrong, x, t, age))
    return x, t, age, w


def _complaint(what: str, wrong: np.ndarray, x, t, age) -> str:
    first = np.flatnonzero(wrong)[0]
    row = f"frequency {x[first]:g}, recency {t[first]:g}, T {age[first]:g}"
    return f"{what} in {wrong.sum():,} of {len(wrong):,} rows, first in row {first}: {row}."


def distinct(frequency, recency, T, weights=None) -> Histories:
    """Accounts with the same history put together, sorted.

    Examples
    --------
    >>> distinct([1, 0, 1], [30, 0, 30], [40, 40, 40]).weights
    array([1., 2.])
    """
    x, t, age, w = checked(frequency, recency, T, weights)
    order = np.lexsort((age, t, x))
    x, t, age = x[order], t[order], age[order]
    new = np.r_[True, (x[1:] != x[:-1]) | (t[1:] != t[:-1]) | (age[1:] != age[:-1])]
    if new.all():
        return Histories(x, t, age, w[order])
    return Histories(x[new], t[new], age[new], np.add.reduceat(w[order], np.flatnonzero(new)))


def histories(days: pd.DataFrame, *, as_of) -> pd.DataFrame:
    """Frequency, recency and T of each account from its purchase days.

    Parameters
    ----------
    days : pandas.DataFrame
        One row an account and purchase day: customer_id, date, cents (`kamlib.panel.purchase_days`).
    as_of : date
        Day of the look, inclusive; later rows are not read.

    Returns
    -------
    pandas.DataFrame
        Index customer_id, sorted; frequency, recency and T in days; log_gaps, the sum of the logarithms of the gaps in
        days; mean_cents of the purchase days after the first (missing where there are none), sales_cents of all.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "a", "b"], "cents": [100, 300, 50],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-01-05"])})
    >>> histories(days, as_of="2024-01-31")[["frequency", "recency", "T", "mean_cents"]].values.tolist()
    [[1.0, 10.0, 30.0, 300.0], [0.0, 0.0, 26.0, nan]]
    """
    as_of = as_timestamp(as_of)
    past = days[days["date"] <= as_of].sort_values(["customer_id", "date"], kind="stable")
    gap = past.groupby("customer_id")["date"].diff().dt.days
    again = past.assign(log_gap=np.log(gap.astype(float)), again_cents=past["cents"].where(gap.notna()))
    by = again.groupby("customer_id", sort=True)
    first, last = by["date"].min(), by["date"].max()
    return pd.DataFrame(
        {
            "frequency": by.size().astype(float) - 1,
            "recency": (last - first).dt.days.astype(float),
            "T": (as_of - first).dt.days.astype(float),
            "log_gaps": by["log_gap"].sum(),
            "mean_cents": by["again_cents"].mean(),
            "sales_cents": by["cents"].sum(),
        }
    )
