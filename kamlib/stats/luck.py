r"""How much of an account's total is luck: its relative variance over years like this one.

A total is *n* purchases of uneven value at uneven gaps. With *k* the regularity of its gaps (the shape of a gamma
distribution) and *c* the coefficient of variation of its purchases,

.. math::

    \frac{\operatorname{Var}(v)}{v^2} \approx \frac{1}{n k} + \frac{1 - 1/k^2}{6 n^2} + \frac{c^2}{n}

(the first two terms: a stationary renewal process, Cox 1962, *Renewal Theory*, section 4.5). Regularity is taken from
*adjacent* gaps, :math:`m = g_1 / (g_1 + g_2)`, whose variance is :math:`1 / (4 (2k + 1))` (Wheat and Morrison 1990,
J. Marketing Research 27:87-93): a season, a trend, or an account that left leaves them alone, where the spread of all
gaps, or of months, takes each of these for luck. Both parts are drawn towards those of all accounts, by how few pairs
and purchases an account has.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

PRIOR_PAIRS = 10  # pairs, purchases of all accounts that weigh as much as those of one
ENOUGH = 20  # pairs of gaps, and purchases beyond the first, of all accounts together
LEAST_SHAPE = 0.3


def luck(days: pd.DataFrame, *, since, column: str = "cents") -> pd.DataFrame | None:
    """Regularity and unevenness of each account's purchases.

    Parameters
    ----------
    days : pandas.DataFrame
        Purchase days in order of customer_id and date, see `kamlib.panel.purchase_days`: customer_id, date, `column`.
    since : datetime.date
        First day of the window: values count from here on, gaps over the whole history.
    column : str
        What a purchase is worth.

    Returns
    -------
    pandas.DataFrame or None
        By customer_id: shape (k), uneven (c squared). None where all accounts together have fewer than 20 pairs of
        gaps, or of purchases: it cannot be told.

    Examples
    --------
    >>> dates = pd.date_range("2024-01-01", periods=60, freq="7D")
    >>> days = pd.DataFrame({"customer_id": "a", "date": dates, "cents": [100, 100, 130] * 20})
    >>> luck(days, since="2024-01-01").round(2).to_dict("records")
    [{'shape': inf, 'uneven': 0.02}]
    """
    names = days["customer_id"].array
    new = np.r_[True, np.asarray(names[1:] != names[:-1], bool)][: len(days)]
    account = np.cumsum(new) - 1  # by place: names of a hundred thousand take longer to match than all the rest
    pairs, n_pairs = _pairs(days, account)
    inside = (days["date"] >= pd.Timestamp(since)).to_numpy()
    values, n_values = _unevenness(days.loc[inside, column], account[inside])
    if n_pairs.sum() < ENOUGH or n_values.sum() < ENOUGH:
        return None
    spread, uneven = _drawn(pairs, n_pairs, new.sum()), _drawn(values, n_values, new.sum())
    with np.errstate(divide="ignore"):
        shape = (1 / (4 * spread) - 1) / 2
    table = pd.DataFrame({"shape": np.maximum(shape, LEAST_SHAPE), "uneven": uneven})
    return table.set_index(pd.Index(names[new], name="customer_id"))


def total_variance(known: pd.DataFrame, purchases: pd.Series) -> np.ndarray:
    """Relative variance of each account's total, see the module.

    Parameters
    ----------
    known : pandas.DataFrame
        From `luck`; an account that is not in it (it never bought) is given the mean of the others.
    purchases : pandas.Series
        Purchase days in the window, by customer_id; none counts as one.

    Examples
    --------
    >>> known = pd.DataFrame({"shape": [1.0], "uneven": [0.5]}, index=["a"])
    >>> total_variance(known, pd.Series({"a": 10})).round(3).tolist()
    [0.15]
    """
    facts = known.reindex(purchases.index).fillna(known.replace(np.inf, np.nan).mean())
    n, irregular = purchases.clip(lower=1).to_numpy(), 1 / facts["shape"].to_numpy()
    return irregular / n + np.maximum(1 - irregular**2, 0) / (6 * n**2) + facts["uneven"].to_numpy() / n


def _pairs(days: pd.DataFrame, account: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """Mean squared distance of g1 / (g1 + g2) from one half, over pairs that share no gap, and their number."""
    place = np.arange(len(days)) - np.searchsorted(account, np.arange(len(days) and account[-1] + 1))[account]
    day = days["date"].to_numpy().astype("datetime64[D]").astype("int64")
    third = np.flatnonzero((place >= 2) & (place % 2 == 0))
    first, second = day[third - 1] - day[third - 2], day[third] - day[third - 1]
    apart = pd.Series((first / (first + second) - 0.5) ** 2)
    groups = apart.groupby(account[third])
    return groups.mean(), groups.size()


def _unevenness(worth: pd.Series, account: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """Variance over squared mean of what purchases are worth, and its degrees of freedom."""
    groups = worth.astype("float64").groupby(account)
    table = groups.agg(["size", "mean", "var"])
    table = table[(table["size"] > 1) & (table["mean"] > 0)]
    return table["var"] / table["mean"] ** 2, table["size"] - 1


def _drawn(figure: pd.Series, n: pd.Series, accounts: int) -> pd.Series:
    """Each account's figure, drawn towards that of all by how little it rests on."""
    pooled = float((figure * n).sum() / n.sum())
    figure, n = (of.reindex(range(accounts)).fillna(0) for of in (figure, n))
    return (figure * n + pooled * PRIOR_PAIRS) / (n + PRIOR_PAIRS)
