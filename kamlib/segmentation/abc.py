"""ABC: which few accounts make most of the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline

from kamlib.given import GivenError, check_shares, short
from kamlib.tables import ABC

ABC_SHARES = (0.80, 0.95)
ROUNDING = 1e-9  # of a share: what the unit of money may change in a curve, many times over


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
        Shares out of order, a customer_id that occurs twice, or an index of row numbers.

    Examples
    --------
    >>> abc(pd.Series({"k1": 70, "k2": 15, "k3": 10, "k4": 5, "k5": -3}))["abc"].to_dict()
    {'k1': 'A', 'k2': 'A', 'k3': 'B', 'k4': 'C', 'k5': 'C'}
    """
    a, b = check_shares(shares)
    _check_customers(values)
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


def _check_customers(values: pd.Series) -> None:
    """Row numbers are no customers: a column of a frame, taken as it is, brings them along."""
    if not isinstance(values, pd.Series):
        raise GivenError(f"abc takes values by customer_id, not {short(values)}: abc(window_values(panel)).")
    index = values.index
    if len(index) and pd.api.types.is_integer_dtype(index) and index.name != "customer_id":
        raise ValueError(
            f"abc takes values by customer_id, and the index holds row numbers ({index[0]} ...): "
            'accounts.set_index("customer_id")["sales_cents"], or window_values(panel)'
        )


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


@dataclass(frozen=True)
class Limits:
    """Lines of an ABC analysis that the curve itself suggests, each a point (share of accounts, share of value).

    Attributes
    ----------
    a : tuple of float
        Where A ends.
    b : tuple of float
        The point that the next is measured from.
    c : tuple of float
        Where B ends and C begins.
    swapped : bool
        Whether the break-even point came before the Pareto point, so that they changed places.
    """

    a: tuple[float, float]
    b: tuple[float, float]
    c: tuple[float, float]
    swapped: bool

    @property
    def shares(self) -> tuple[float, float]:
        """The two lines as `abc` takes them."""
        return self.a[1], self.c[1]


def abc_limits(values: pd.Series) -> Limits:
    """Where A and B end, computed from the curve instead of chosen.

    The curve shows the share of the value against the share of accounts, the largest first. Three points of it: the
    *Pareto* point, nearest to (0, 1), all value with no accounts; the *break-even* point, where an account more brings
    the average value (slope 1); the first of the two ends A. The *submarginal* point, nearest to (x of the second, 1),
    ends B.

    Parameters
    ----------
    values : pandas.Series
        Value by customer_id; what is not positive counts as nought, as in the published method.

    Returns
    -------
    Limits

    Raises
    ------
    ValueError
        Fewer than three accounts, or none with a positive value.

    Notes
    -----
    Ultsch and Loetsch (2015), "Computed ABC analysis for rational selection of most informative variables in
    multivariate data", PLoS ONE 10(6): e0129767. As in their R package: cubic spline through the curve, at steps of 1 %
    up to 100 accounts, of 0.1 % above; once the spline has reached all of the value it stays there. Where it swings
    back before (behind one account that holds nearly everything) ours stays at its highest too: a curve of shares
    never falls. So the three points are in order for every curve, and they agree with the package wherever its curve
    rises throughout. Of points that differ by less than a billionth the first is the nearest, the last breaks even. A
    curve that is nearly straight (all accounts alike) has its first point at nothing, and `abc` refuses such lines, as
    it refuses two that are one. Their rule and ours differ by at most the one account that crosses a line: with us it
    belongs to the upper class.

    Examples
    --------
    >>> limits = abc_limits(pd.Series([1, 15, 25, 17, 2, 3, 5, 6, 2, 3, 22]))
    >>> limits.a[0], limits.c[0], [round(share, 3) for share in limits.shares]
    (0.35, 0.45, [0.765, 0.839])
    """
    value = np.sort(np.clip(values.to_numpy(dtype="float64"), 0, None))[::-1]
    if len(value) < 3 or value.sum() <= 0:
        raise ValueError("limits take three accounts or more, one of them with a positive value")
    steps = 101 if len(value) < 101 else 1001
    x, effort = np.arange(len(value) + 1) / len(value), np.linspace(0, 1, steps)
    curve = CubicSpline(x, np.r_[0, np.cumsum(value) / value.sum()])
    gained = np.maximum.accumulate(np.clip(curve(effort), 0, 1))
    slope = CubicSpline(effort, gained).derivative()(effort)
    pareto, break_even = _nearest(effort, gained, 0.0), int(_least(np.abs(slope - 1))[-1])
    first, second = sorted((pareto, break_even))
    end = _nearest(effort, gained, effort[second])
    points = [(float(round(effort[i], 3)), float(gained[i])) for i in (first, second, end)]
    return Limits(*points, swapped=break_even < pareto)


def _nearest(effort: np.ndarray, gained: np.ndarray, at: float) -> int:
    """The first point of the curve that is nearest to (at, 1)."""
    return int(_least((effort - at) ** 2 + (1 - gained) ** 2)[0])


def _least(values: np.ndarray) -> np.ndarray:
    """Places of the least value and of those that rounding may have set apart from it."""
    return np.flatnonzero(values <= values.min() + ROUNDING)
