"""How long accounts stay, by group, and whether groups differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from kamlib.churn.criterion import Silences

LEAST_LOSSES = 5  # in a group, to compare it
AT_MONTHS = (3, 6, 9, 12, 18, 24)


@dataclass(frozen=True)
class Survival:
    """Staying, by group, of accounts that were there on one day.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a group and month: group, months (since the day), at_risk, staying (share), low, high (95 %).
    curves : dict of str to pandas.DataFrame
        The whole steps of each group: days, staying, low, high.
    statistic, p : float
        Log-rank test over the groups with five losses or more; NaN with fewer than two such groups.
    followed : pandas.DataFrame
        By group: accounts (not lost on the day), followed (those of them that could have been found lost by then).
    since, until : datetime.date
        The day, and the last day looked at.
    """

    table: pd.DataFrame
    curves: dict[str, pd.DataFrame]
    statistic: float
    p: float
    followed: pd.DataFrame
    since: dt.date
    until: dt.date


def kaplan_meier(days, lost, *, entry=None) -> pd.DataFrame:
    """Kaplan-Meier curve with at-risk counts.

    Parameters
    ----------
    days : array_like of shape (accounts,)
        Until the loss, or until the account was last looked at.
    lost : array_like of bool, shape (accounts,)
    entry : array_like, optional
        Day from which each was looked at (left truncation).

    Returns
    -------
    pandas.DataFrame
        One row a day with a loss: days, at_risk, lost, staying, error (Greenwood), low, high (95 %, on the scale of
        log(-log), which never leaves 0 to 1).

    Examples
    --------
    >>> kaplan_meier([1, 2, 2, 3], [1, 1, 0, 1])["staying"].round(2).tolist()
    [0.75, 0.5, 0.0]
    """
    lost = np.asarray(lost, dtype=int)
    columns = ["days", "at_risk", "lost", "staying", "error", "low", "high"]
    if not lost.any():
        return pd.DataFrame(columns=columns, dtype=float)
    found = SurvfuncRight(np.asarray(days, dtype=float), lost, entry=entry)
    table = pd.DataFrame({"days": found.surv_times, "at_risk": found.n_risk, "lost": found.n_events})
    table["staying"], table["error"] = found.surv_prob, found.surv_prob_se
    s = table["staying"].clip(1e-12, 1 - 1e-12)
    width = 1.959964 * table["error"] / np.maximum(s * -np.log(s), 1e-12)
    inside = table["staying"].between(1e-9, 1 - 1e-9)
    for name, sign in (("low", 1), ("high", -1)):
        table[name] = np.where(inside, s ** np.exp(sign * np.minimum(width, 50)), table["staying"])
    return table[columns]


def staying(judged: Silences, groups: pd.Series, *, since: dt.date) -> Survival:
    """Survival of the accounts that were there on a day, by a group that was known then.

    Parameters
    ----------
    judged : Silences
    groups : pandas.Series
        Group by customer_id as of `since`: a class of today would foretell itself. Missing: left out.
    since : datetime.date
        The day from which accounts are followed to `as_of`. Followed are those that could have been found lost by then
        and were not lost on that day. Who enters later, on the day on which it could first be found lost, is no sample
        of its group: it had just bought twice in quick succession, and many such accounts never buy again.

    Returns
    -------
    Survival
        A loss is dated `lost_on`; who returned later was lost all the same.
    """
    day, end = pd.Timestamp(since), pd.Timestamp(judged.as_of)
    lost = judged.table[judged.table["lost_on"].notna()]
    away = lost[(lost["lost_on"] <= day) & ~(lost["next_date"] <= day)]["customer_id"]
    asked = groups.dropna().astype("str").drop(away, errors="ignore")
    there = judged.able.index[judged.able <= day].intersection(asked.index)
    first = lost[lost["lost_on"] > day].groupby("customer_id")["lost_on"].min().reindex(there)
    frame = pd.DataFrame({"group": asked.reindex(there), "lost": first.notna()})
    frame["days"] = (first.fillna(end) - day).dt.days.clip(lower=1)
    curves = {g: kaplan_meier(f["days"], f["lost"]) for g, f in frame.groupby("group")}
    rows = [row for g, f in frame.groupby("group") for row in _at(g, f, curves[g], (end - day).days)]
    table = pd.DataFrame(rows, columns=["group", "months", "at_risk", "staying", "low", "high"])
    followed = pd.DataFrame({"accounts": asked.value_counts(), "followed": frame["group"].value_counts()})
    followed = followed.fillna(0).astype("int64").rename_axis("group").sort_index()
    return Survival(
        table, curves, *log_rank(frame["days"], frame["lost"], frame["group"]), followed, since, judged.as_of
    )


def log_rank(days, lost, group) -> tuple[float, float]:
    """Log-rank test that groups leave alike: chi-squared and p; NaN with fewer than two groups of five losses.

    Examples
    --------
    >>> log_rank([1, 2, 3], [1, 1, 1], ["a", "b", "a"])
    (nan, nan)
    """
    frame = pd.DataFrame({"days": np.asarray(days, float), "lost": np.asarray(lost, int), "group": np.asarray(group)})
    losses = frame.groupby("group")["lost"].sum()
    frame = frame[frame["group"].isin(losses.index[losses >= LEAST_LOSSES])]
    if frame["group"].nunique() < 2:
        return float("nan"), float("nan")
    statistic, p = survdiff(frame["days"].to_numpy(), frame["lost"].to_numpy(), frame["group"].to_numpy())
    return float(statistic), float(p)


def _at(group: str, frame: pd.DataFrame, curve: pd.DataFrame, most: int):
    """The curve at whole months."""
    for months in AT_MONTHS:
        day = months * 30.4375
        if day > most + 1:
            return
        before = curve[curve["days"] <= day]
        # Nobody lost yet: exact binomial (Clopper and Pearson 1934), not a certainty.
        at = (
            before.iloc[-1][["staying", "low", "high"]].tolist()
            if len(before)
            else [1.0, 0.025 ** (1 / len(frame)), 1.0]
        )
        yield group, months, int((frame["days"] >= min(day, most)).sum()), *at
