"""How good a list of alarms was: area under the curve with interval, money found, false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from kamlib.stats import interval
from kamlib.stats.calibration import brier, expected_calibration_error

SHARES = (0.05, 0.10, 0.20)  # of the list, from its top, that a manager could call


def auc(score, happened) -> tuple[float, float, float]:
    """Area under the ROC curve with a 95 % interval (DeLong, DeLong, Clarke-Pearson 1988, Biometrics 44:837-845).

    Its variance is too small where few happened and almost all are on top; then that of Hanley and McNeil is taken.

    Parameters
    ----------
    score : array-like, shape (n,)
        Higher means likelier. Ties count one half.
    happened : array-like of bool, shape (n,)

    Returns
    -------
    tuple of float
        Area, low, high; NaN where all happened or none did. The interval is symmetric in the logit.

    Examples
    --------
    >>> [round(v, 2) for v in auc([1, 2, 3, 4], [False, True, False, True])]
    [0.75, 0.08, 0.98]
    """
    got, lost = _placements(score, happened)
    if not len(got) or not len(lost):
        return float("nan"), float("nan"), float("nan")
    area = float(got.mean())
    few = min(len(got), len(lost))
    inside = (area * few + 0.5) / (few + 1)  # a clean separation of a few is not a certainty
    spread = max(_se(got) ** 2 + _se(lost) ** 2, _hanley(inside, len(got), len(lost)))
    half = 1.959964 * np.sqrt(spread) / (inside * (1 - inside))
    odds = np.log(inside / (1 - inside))
    low, high = 1 / (1 + np.exp(-(odds - half))), 1 / (1 + np.exp(-(odds + half)))
    return area, min(float(low), area), max(float(high), area)


def auc_difference(score, other, happened) -> tuple[float, float, float]:
    """Area of one score less that of another on the same accounts, with a 95 % interval (DeLong et al. 1988).

    Examples
    --------
    >>> [round(v, 2) for v in auc_difference([1, 2, 3, 4, 5, 6], [6, 1, 5, 2, 4, 3], [0, 0, 1, 0, 1, 1])]
    [0.22, -0.59, 1.04]
    """
    (got, lost), (got2, lost2) = _placements(score, happened), _placements(other, happened)
    if not len(got) or not len(lost):
        return float("nan"), float("nan"), float("nan")
    apart = float(got.mean() - got2.mean())
    half = float(norm.ppf(0.975)) * np.sqrt(_se(got - got2) ** 2 + _se(lost - lost2) ** 2)
    return apart, apart - float(half), apart + float(half)


def _placements(score, happened) -> tuple[np.ndarray, np.ndarray]:
    """Of each that happened, the share of the others it is above; of each other, the share it is below."""
    score, happened = np.asarray(score, float), np.asarray(happened, bool)
    n, m = happened.sum(), (~happened).sum()
    if not n or not m:
        return np.empty(0), np.empty(0)
    ranks, own = rankdata(score), np.empty(len(score))
    own[happened], own[~happened] = rankdata(score[happened]), rankdata(score[~happened])
    return (ranks - own)[happened] / m, 1 - (ranks - own)[~happened] / n


def _hanley(area: float, n: int, m: int) -> float:
    """Variance of an area by Hanley and McNeil (1982, Radiology 143:29-36), which separation does not make nought."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    return (area * (1 - area) + (n - 1) * (q1 - area**2) + (m - 1) * (q2 - area**2)) / (n * m)


def _se(placements: np.ndarray) -> float:
    n = len(placements)
    return float(placements.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.5


def score_list(probability, cents, happened) -> dict[str, float]:
    """All scores of one list: auc with interval, brier, calibration, money found and false alarms at the top.

    Parameters
    ----------
    probability : array-like, shape (n,)
        Of falling silent. The list is ranked by expected loss, probability times cents; ties in the order given.
    cents : array-like, shape (n,)
        Money at stake.
    happened : array-like of bool, shape (n,)

    Returns
    -------
    dict
        n, auc, auc_low, auc_high, silent (share that happened), brier, calibration, level (mean probability); money_5,
        ... (share of the money lost that stood in the top 5, 10, 20 % of the list, rounded up; NaN where none was
        lost); false_alarms_5, ... (accounts there to which it did not happen).

    Examples
    --------
    >>> found = score_list([0.9, 0.8, 0.2, 0.1], [100, 100, 100, 100], [True, True, False, False])
    >>> found["auc"], round(found["brier"], 3), found["false_alarms_20"]
    (1.0, 0.025, 0)
    """
    probability, happened = np.asarray(probability, float), np.asarray(happened, bool)
    area, low, high = auc(probability, happened)
    return {"n": len(happened), "auc": area, "auc_low": low, "auc_high": high} | _top_and_level(
        probability, np.asarray(cents, float), happened
    )


def _top_and_level(probability: np.ndarray, cents: np.ndarray, happened: np.ndarray) -> dict[str, float]:
    """All scores but the area."""
    if not len(happened):
        return dict.fromkeys(("silent", "brier", "calibration", "level"), float("nan")) | {
            f"{name}_{100 * share:.0f}": empty
            for share in SHARES
            for name, empty in (("money", np.nan), ("false_alarms", 0))
        }
    found = {"silent": float(happened.mean()), "brier": brier(probability, happened)}
    found |= {"calibration": expected_calibration_error(probability, happened), "level": float(probability.mean())}
    order = np.argsort(-probability * cents, kind="stable")
    lost, stayed = np.cumsum(np.where(happened, cents, 0.0)[order]), np.cumsum(~happened[order])
    for share in SHARES:
        last = int(np.ceil(share * len(order))) - 1
        found[f"money_{100 * share:.0f}"] = float(lost[last] / lost[-1]) if lost[-1] > 0 else float("nan")
        found[f"false_alarms_{100 * share:.0f}"] = int(stayed[last])
    return found


def score_intervals(
    probability, cents, happened, *, repetitions: int = 200, seed: int = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """The scores of one list with the interval that other accounts like these would give: accounts drawn anew.

    Parameters
    ----------
    probability, cents, happened : array-like, shape (n,)
        As of `score_list`.
    repetitions, seed : int
    confidence : float

    Returns
    -------
    pandas.DataFrame
        Index score (those of `score_list` but for the area, which has an interval of its own): value, low, high.
        Percentiles of the draws, moved by what a draw is off on average: accounts that are drawn twice make a
        calibration error larger.

    Examples
    --------
    >>> found = score_intervals(np.linspace(0.1, 0.9, 50), np.ones(50), np.arange(50) > 20)
    >>> bool(found.loc["brier", "low"] < found.loc["brier", "value"] < found.loc["brier", "high"])
    True
    """
    arrays = [np.asarray(v, kind) for v, kind in ((probability, float), (cents, float), (happened, bool))]
    told = pd.Series(_top_and_level(*arrays))
    rng, n = np.random.default_rng(seed), len(arrays[0])
    rows = rng.integers(0, max(n, 1), (repetitions if n else 0, n))
    draws = pd.DataFrame([_top_and_level(*(v[row] for v in arrays)) for row in rows], columns=told.index, dtype=float)
    ends = np.array([interval(draws[name] + told[name] - draws[name].mean(), confidence=confidence) for name in draws])
    most = np.where(told.index.str.startswith("false_alarms"), np.inf, 1.0)
    ends = np.clip(ends.T, 0.0, most)
    return pd.DataFrame({"value": told.astype(float), "low": ends[0], "high": ends[1]})


def key_scope(cents: pd.Series, *, share: float = 0.3) -> np.ndarray:
    """The largest accounts that together hold a share of the money: the fewest that do.

    Examples
    --------
    >>> key_scope(pd.Series([10, 60, 30])).tolist()
    [False, True, False]
    """
    order = np.argsort(-cents.to_numpy(), kind="stable")
    held = np.cumsum(cents.to_numpy()[order])
    few = order[: int(np.searchsorted(held, share * held[-1]) + 1)] if len(order) and held[-1] > 0 else order[:0]
    return np.isin(np.arange(len(cents)), few)
