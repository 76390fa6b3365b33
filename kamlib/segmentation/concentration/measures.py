r"""How much of the money a few accounts hold: Lorenz curve, Gini, HHI, the share of the largest.

Everywhere the base is the accounts with a positive value. An account at nought or in the red neither
counts nor raises the share of others, so that adding such an account changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

LARGEST = (1, 5, 10, 20)  # ours: the account one knows by name, a table's first lines, a manager's book


def lorenz(values: pd.Series) -> pd.DataFrame:
    """The Lorenz curve: what the smallest accounts hold together.

    Parameters
    ----------
    values : pandas.Series
        Money by account, any one unit.

    Returns
    -------
    pandas.DataFrame
        accounts, share (both cumulative shares, from 0 to 1): n + 1 rows, from (0, 0) to (1, 1). Without a positive
        value only the first.

    References
    ----------
    Lorenz (1905), "Methods of measuring the concentration of wealth", Publ. Am. Stat. Assoc. 9:209-219.

    Examples
    --------
    >>> lorenz(pd.Series([1, 3]))["share"].tolist()
    [0.0, 0.25, 1.0]
    """
    x = np.sort(_positive(values))
    upto = np.concatenate([[0.0], np.cumsum(x)])
    share = upto / upto[-1] if len(x) else upto
    return pd.DataFrame({"accounts": np.arange(len(upto)) / max(len(x), 1), "share": share})


def gini(values: pd.Series | np.ndarray) -> float:
    r"""Gini coefficient: 0 where all accounts are alike, towards 1 where one holds everything.

    Parameters
    ----------
    values : pandas.Series or numpy.ndarray
        Money by account, any one unit.

    Returns
    -------
    float
        :math:`\sum_i (2i - n - 1) x_{(i)} / (n \sum x)`, twice the area between Lorenz curve and diagonal. With n
        accounts it is at most :math:`(n - 1) / n`. NaN without a positive value.

    References
    ----------
    Gini (1912), Variabilita e mutabilita; the form by ranks: Damgaard and Weiner (2000), Ecology 81:1139-1142.

    Examples
    --------
    >>> gini(np.array([1, 3])), gini(np.array([5, 5, 0, -2]))
    (0.25, 0.0)
    """
    x = _positive(values)
    return float(row_measures(x[None, :], largest=())["gini"][0]) if len(x) else float("nan")


def hhi(values: pd.Series | np.ndarray) -> float:
    """Herfindahl-Hirschman index: the sum of squared shares, 1 / n to 1; NaN without a positive value.

    Its inverse is an effective number of accounts: as many alike accounts would have the same index.

    References
    ----------
    Hirschman (1964), "The paternity of an index", Am. Econ. Rev. 54:761. Authorities write it times 10,000.

    Examples
    --------
    >>> hhi(np.array([1, 3]))
    0.625
    """
    x = _positive(values)
    return float(np.square(x / x.sum()).sum()) if len(x) else float("nan")


def top_share(values: pd.Series | np.ndarray, n: int) -> float:
    """Share of the n largest accounts; 1 where there are no more than n, NaN without a positive value.

    Examples
    --------
    >>> top_share(np.array([1, 3, 6]), 2)
    0.9
    """
    x = np.sort(_positive(values))
    return float(x[max(len(x) - n, 0) :].sum() / x.sum()) if len(x) else float("nan")


def concentration(values: pd.Series | np.ndarray, *, largest: Sequence[int] = LARGEST) -> pd.Series:
    """All measures of one set of accounts.

    Parameters
    ----------
    values : pandas.Series or numpy.ndarray
        Money by account, any one unit.
    largest : sequence of int
        Numbers of accounts whose share is told.

    Returns
    -------
    pandas.Series
        gini, hhi, effective_accounts (1 / hhi), top_1, top_5 ...: NaN without a positive value.

    Examples
    --------
    >>> concentration(np.array([6, 3, 1]), largest=[1]).round(3).to_dict()
    {'gini': 0.333, 'hhi': 0.46, 'effective_accounts': 2.174, 'top_1': 0.6}
    """
    x = _positive(values)
    if not len(x):
        return pd.Series(float("nan"), index=measure_names(largest))
    return pd.Series({k: float(v[0]) for k, v in row_measures(x[None, :], largest=largest).items()})


def measure_names(largest: Sequence[int] = LARGEST) -> list[str]:
    """Names of the measures, in order."""
    return ["gini", "hhi", "effective_accounts", *(f"top_{n}" for n in largest)]


def said(table: pd.DataFrame, *, accounts: int) -> pd.DataFrame:
    """A table by measure with the measures in words, without shares of as many accounts as there are, or more.

    Examples
    --------
    >>> said(pd.DataFrame({"window": [0.4, 0.6, 1.0]}, index=["gini", "top_1", "top_5"]), accounts=3).index.tolist()
    ['Gini coefficient', 'Share of the largest account']
    """
    words = {
        "gini": "Gini coefficient", "hhi": "Herfindahl-Hirschman index", "effective_accounts": "Effective accounts",
        "top_1": "Share of the largest account",
    }  # fmt: skip
    top = {name: int(name.removeprefix("top_")) for name in table.index if name.startswith("top_")}
    words = {name: f"Share of the {n} largest" for name, n in top.items()} | words
    kept = [name for name in table.index if top.get(name, 0) < max(accounts, 2)]
    return table.loc[kept].rename(index=words).rename_axis("measure")


def row_measures(rows: np.ndarray, *, largest: Sequence[int] = LARGEST) -> dict[str, np.ndarray]:
    """The measures of many sets of accounts at once, such as draws.

    Parameters
    ----------
    rows : numpy.ndarray of shape (sets, accounts)
        Not negative, and not all zero in a row. Zeros count as accounts here.
    largest : sequence of int

    Returns
    -------
    dict of numpy.ndarray of shape (sets,)
    """
    x = np.sort(np.asarray(rows, dtype="float64"), axis=1)
    n = x.shape[1]
    total = x.sum(axis=1)
    rank = 2 * np.arange(1, n + 1) - n - 1
    # Not below nought by a rounding error where all are alike.
    found = {"gini": np.maximum(x @ rank / (n * total), 0.0), "hhi": np.einsum("ij,ij->i", x, x) / total**2}
    found["effective_accounts"] = 1 / found["hhi"]
    return found | {f"top_{k}": x[:, max(n - k, 0) :].sum(axis=1) / total for k in largest}


def _positive(values: pd.Series | np.ndarray) -> np.ndarray:
    x = np.asarray(values, dtype="float64")
    return x[x > 0]
