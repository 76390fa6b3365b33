"""RFM: how recently, how often and for how much an account buys, with cut points that stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.panel import Panel, check_panel

BINS = 5
MEASURES = ("recency_days", "frequency", "money")

# Ours. Boxes of scores (recency, frequency, money; both ends count) that share no point and leave none out, as a test
# proves.
SEGMENTS = {
    "champions": [((4, 5), (4, 5), (4, 5))],
    "loyal, small": [((4, 5), (4, 5), (1, 3))],
    "large, seldom": [((4, 5), (1, 3), (4, 5))],
    "promising": [((4, 5), (2, 3), (1, 3))],
    "once, lately": [((4, 5), (1, 1), (1, 3))],
    "cooling": [((3, 3), (3, 5), (1, 5)), ((3, 3), (1, 2), (4, 5))],
    "about to sleep": [((3, 3), (1, 2), (1, 3))],
    "must not lose": [((1, 2), (4, 5), (4, 5))],
    "at risk": [((1, 2), (4, 5), (1, 3)), ((1, 2), (1, 3), (4, 5))],
    "asleep": [((1, 2), (1, 3), (1, 3))],
}
ADVICE = {
    "champions": "Thank them, ask them first; a review each quarter.",
    "loyal, small": "They come often: show them what others of their kind buy.",
    "large, seldom": "Plan the next order with them before they need it.",
    "promising": "A second category, an agreed rhythm.",
    "once, lately": "A call after the first delivery decides.",
    "cooling": "Call this month and ask what has changed.",
    "about to sleep": "A reminder with a reason to order.",
    "must not lose": "Visit, by somebody who can decide.",
    "at risk": "Call; find out whether a rival delivers now.",
    "asleep": "A mailing; no visit.",
}


@dataclass(frozen=True)
class Cuts:
    """Where scores begin: an account at a cut point has the higher number, of days too.

    Attributes
    ----------
    recency_days, frequency, money : tuple of float
        Ascending, one fewer than scores. Fewer days since the last purchase are the better score.
    """

    recency_days: tuple[float, ...]
    frequency: tuple[float, ...]
    money: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in MEASURES:
            cuts = getattr(self, name)
            if len(cuts) != len(self.recency_days) or list(cuts) != sorted(cuts):
                raise ValueError(f"cut points of {name} must ascend, as many as of the others, not {list(cuts)}")

    def frame(self) -> pd.DataFrame:
        """One row a measure and cut point, as a run stores them: measure, score (that begins there), at."""
        rows = [(name, k + 2, float(at)) for name in MEASURES for k, at in enumerate(getattr(self, name))]
        return pd.DataFrame(rows, columns=["measure", "score", "at"])


def read_cuts(frame: pd.DataFrame) -> Cuts:
    """Cut points from what `Cuts.frame` made of them, in whatever order its rows have come back.

    Examples
    --------
    >>> cuts = Cuts((30.0, 90.0), (2.0, 6.0), (100.0, 900.0))
    >>> read_cuts(cuts.frame()) == cuts
    True
    """
    ordered = frame.sort_values(["measure", "score"]).groupby("measure")["at"]
    return Cuts(**{name: tuple(ordered.get_group(name)) for name in MEASURES})


def rfm_measures(panel: Panel) -> pd.DataFrame:
    """Recency, frequency and money of accounts with a line in the window.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, sorted: recency_days (from the last purchase to `as_of`; missing for an account that
        never bought), frequency (purchase days of the window), money (net sales of the window, cents).
    """
    check_panel(panel, "rfm_measures(panel)")
    table = panel.accounts[panel.accounts["lines"] > 0]
    days = (pd.Timestamp(panel.as_of) - table["last_purchase"]).dt.days
    columns = {"recency_days": days, "frequency": table["purchase_days"], "money": table["sales_cents"]}
    return pd.DataFrame(columns)


def rfm_cuts(measures: pd.DataFrame, *, bins: int = BINS) -> Cuts:
    """Cut points that put equal numbers of accounts into each score, as far as ties let them.

    Parameters
    ----------
    measures : pandas.DataFrame
        From `rfm_measures`. Fitted once and kept: scores of the next period are then comparable with these.
    bins : int
        Scores, 2 or more. Five is usual since Hughes (1994), *Strategic Database Marketing*.

    Returns
    -------
    Cuts
        Quantiles of the values of accounts that bought in the window. Where so many accounts share the smallest value
        that a cut would fall on it (half of them bought once), the cut moves to the next value: the smallest is always
        score 1.

    Raises
    ------
    ValueError
        Fewer than two bins, or no account.

    Examples
    --------
    >>> table = pd.DataFrame({"recency_days": [3, 9, 40, 200], "frequency": [1, 1, 1, 7], "money": [10, 20, 30, 40]})
    >>> rfm_cuts(table, bins=2)
    Cuts(recency_days=(40.0,), frequency=(7.0,), money=(30.0,))
    """
    if bins < 2 or measures.empty:
        raise ValueError("cut points take two scores or more, and an account")
    bought = measures[measures["frequency"] > 0]
    bought = bought if len(bought) else measures
    return Cuts(*(_quantiles(bought[name].dropna().to_numpy(), bins) for name in MEASURES))


def _quantiles(values: np.ndarray, bins: int) -> tuple[float, ...]:
    if not len(values):
        return (float("inf"),) * (bins - 1)
    at = np.quantile(values, np.arange(1, bins) / bins, method="higher").astype("float64")
    above = values[values > values.min()]
    return tuple(float(x) for x in np.maximum(at, above.min() if len(above) else np.inf))


def rfm(measures: pd.DataFrame, cuts: Cuts) -> pd.DataFrame:
    """Scores and segment of each account.

    Parameters
    ----------
    measures : pandas.DataFrame
        From `rfm_measures`.
    cuts : Cuts
        Those of the first period, see `rfm_cuts`.

    Returns
    -------
    pandas.DataFrame
        Indexed like `measures`, with its columns and r, f, m (1 to 5; 5 is best; an account that never bought has
        r = 1), score (text, `r`, `f` and `m` in a row), segment (see `SEGMENTS`; missing unless there are five scores).

    Examples
    --------
    >>> table = pd.DataFrame({"recency_days": [3.0, 90.0], "frequency": [9, 1], "money": [900, 10]}, index=["a", "b"])
    >>> cuts = Cuts((15, 30, 60, 90), (2, 3, 5, 9), (20, 50, 100, 500))
    >>> rfm(table, cuts)[["score", "segment"]].values.tolist()
    [['555', 'champions'], ['111', 'asleep']]
    """
    highest = len(cuts.money) + 1
    past = np.searchsorted(cuts.recency_days, measures["recency_days"].fillna(np.inf), side="right")
    scores = {"r": highest - past}
    for short, name in (("f", "frequency"), ("m", "money")):
        scores[short] = 1 + np.searchsorted(getattr(cuts, name), measures[name], side="right")
    table = measures.assign(**scores)
    table["score"] = table["r"].astype(str) + table["f"].astype(str) + table["m"].astype(str)
    table["segment"] = segment_of(table["r"], table["f"], table["m"]) if highest == BINS else None
    return table


def segment_of(r: Sequence[int], f: Sequence[int], m: Sequence[int]) -> np.ndarray:
    """Names of the segments of scores from 1 to 5.

    Examples
    --------
    >>> segment_of([5, 1], [5, 5], [5, 5]).tolist()
    ['champions', 'must not lose']
    """
    names = np.full((BINS, BINS, BINS), "", dtype=object)
    for name, boxes in SEGMENTS.items():
        for box in boxes:
            names[tuple(slice(low - 1, high) for low, high in box)] = name
    return names[np.asarray(r, int) - 1, np.asarray(f, int) - 1, np.asarray(m, int) - 1]


def segments(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts and money of each segment, and what to do.

    Parameters
    ----------
    table : pandas.DataFrame
        From `rfm`.

    Returns
    -------
    pandas.DataFrame
        Indexed by segment, all ten: accounts, value (sums to the money of `table`), share (of positive money), to_do.
    """
    groups = table.groupby(pd.Categorical(table["segment"], list(SEGMENTS)), observed=False)
    positive = table["money"].clip(lower=0)
    summary = groups.agg(accounts=("money", "size"), value=("money", "sum"))
    shares = positive.groupby(pd.Categorical(table["segment"], list(SEGMENTS)), observed=False).sum()
    summary["share"] = shares / positive.sum() if positive.sum() else 0.0
    return summary.assign(to_do=pd.Series(ADVICE)).rename_axis("segment")
