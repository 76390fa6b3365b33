"""The referee: every candidate asked at many past days, and held against what then happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.churn.alarm import alarm, alarm_probability, at_level
from kamlib.churn.candidates import (
    APART_DAYS,
    BEFORE_DAYS,
    CANDIDATES,
    Candidate,
    Case,
    answer,
    make_case,
)
from kamlib.churn.look import HORIZON_DAYS, silent
from kamlib.churn.scores import auc_difference, key_scope, score_list
from kamlib.stats.calibration import expected_calibration_error

SCOPES = ("all", "repeat", "key")
KEY_SHARE = 0.30  # of sales, that key accounts hold here: the lower end of the article's claim
ALL = {**CANDIDATES, "alarm": alarm_probability}
MEANS = [
    "auc", "auc_low", "auc_high", "ahead", "ahead_low", "ahead_high", "brier", "calibration", "calibration_level",
    "money_5", "money_10", "money_20", "false_alarms_5", "false_alarms_10", "false_alarms_20",
]  # fmt: skip
LEAD = 0.005  # of an area: less is no reason to change the ranking
ORIGINS = 4  # that a report looks at: two to choose by and two to score on
BASE = "recency"  # the simplest rule that anybody would use


def backtest(
    days: pd.DataFrame,
    *,
    origins: Sequence,
    horizon_days: int = HORIZON_DAYS,
    known_until=None,
    candidates: Mapping[str, Candidate] = ALL,
    key_share: float = KEY_SHARE,
    known: dict | None = None,
) -> pd.DataFrame:
    """Scores of every candidate at every origin, over all accounts, repeat buyers and key accounts.

    Parameters
    ----------
    days : pandas.DataFrame
        customer_id, date, cents of purchase days (`kamlib.panel.purchase_days`).
    origins : sequence of date
        Days of the look, inclusive. A candidate learns from purchases up to the origin and no later.
    horizon_days : int
    known_until : date, optional
        Last day of which purchases are known; the last purchase day where it is left out.
    candidates : mapping of str to callable
        A case to probabilities of silence, in the order of its accounts.
    key_share : float
        Key accounts are the fewest that hold this share of the sales of the year before the origin.
    known : dict, optional
        Cases already made (`kamlib.churn.make_case`).

    Returns
    -------
    pandas.DataFrame
        One row an origin, scope and candidate: n, silent (share that bought nothing), auc, auc_low, auc_high, ahead,
        ahead_low, ahead_high (area less that of recency), brier, calibration (expected calibration error), level (mean
        probability), calibration_level (calibration once the level is right), money_5, money_10, money_20 (share of the
        lost money in the top of the list), false_alarms_5, ... (accounts in it that bought; a list a month, so also per
        month), trouble (why there is no score). The alarm's rows have level_low, level_high.

    Raises
    ------
    ValueError
        A horizon that ends after `known_until`.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "b", "a"], "cents": [100, 300, 50],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-10-05"])})
    >>> table = backtest(days, origins=["2024-03-31"], known_until="2024-12-31")
    >>> table.query("candidate == 'recency' and scope == 'all'")["trouble"].item()
    'no account has been watched for 180 days after an earlier look.'
    """
    until = pd.Timestamp(days["date"].max() if known_until is None else known_until)
    known, rows = {} if known is None else known, []
    for origin in map(pd.Timestamp, origins):
        case = make_case(days, as_of=origin, horizon_days=horizon_days, known=known)
        happened = silent(days, case.now, horizon_days=horizon_days, known_until=until)
        rows += _judge(case, happened.to_numpy(), candidates, key_share)
    return pd.DataFrame(rows)


def past_origins(
    days: pd.DataFrame, *, as_of, horizon_days: int = HORIZON_DAYS, most: int = ORIGINS, apart_days: int = APART_DAYS
) -> list[pd.Timestamp]:
    """Days of which it is known by now what followed, the earliest first; none before the ledger has begun to teach.

    Parameters
    ----------
    days, horizon_days
        As of `backtest`.
    as_of : date
    most : int
        How many at most; the last is a horizon before `as_of`.
    apart_days : int
        Between one and the next.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> [str(d.date()) for d in past_origins(days, as_of="2024-12-31")]
    ['2024-04-05', '2024-05-05', '2024-06-04', '2024-07-04']
    """
    last = pd.Timestamp(as_of) - pd.Timedelta(days=horizon_days)
    found = [last - pd.Timedelta(days=apart_days * i) for i in reversed(range(most))]
    return [day for day in found if day >= days["date"].min() + pd.Timedelta(days=BEFORE_DAYS)]


def _judge(case: Case, happened: np.ndarray, candidates: Mapping[str, Candidate], key_share: float) -> list[dict]:
    cents = case.now.year_cents
    scopes = {
        "all": np.ones(len(cents), bool),
        "repeat": case.now.features["frequency"].to_numpy() > 0,
        "key": key_scope(cents, share=key_share),
    }
    answers, troubles = ask(case, candidates)
    rows = []
    for scope, inside in scopes.items():
        base = answers.get(BASE)
        for name in candidates:
            row = {"origin": case.now.as_of, "scope": scope, "candidate": name, "trouble": troubles.get(name, "")}
            if name in answers:
                p, y = answers[name][inside], happened[inside]
                row |= score_list(p, cents[inside], y)
                row["calibration_level"] = _calibration_level(p, y)
                if base is not None and name != BASE:
                    ahead = auc_difference(p, base[inside], y)
                    row |= dict(zip(("ahead", "ahead_low", "ahead_high"), ahead, strict=True))
                if name == "alarm" and scope == "all":
                    row |= dict(zip(("level_low", "level_high"), alarm(case).level[1:], strict=True))
            rows.append(row)
    return rows


def ask(case: Case, candidates: Mapping[str, Candidate] = ALL) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """What each candidate answers; and why, where one has no answer."""
    answers, troubles = {}, {}
    for name, candidate in candidates.items():
        said, trouble = answer(candidate, case)
        if said is None:
            troubles[name] = trouble
        else:
            answers[name] = said
    return answers, troubles


def _calibration_level(p: np.ndarray, happened: np.ndarray) -> float:
    share = float(happened.mean()) if len(happened) else 0.0
    return expected_calibration_error(at_level(p, share), happened) if 0 < share < 1 else float("nan")


def summary(table: pd.DataFrame, *, scope: str = "all") -> pd.DataFrame:
    """Scores of each candidate over the origins: means, the worst area, at how many origins it was not below recency.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `backtest`.
    scope : {"all", "repeat", "key"}

    Returns
    -------
    pandas.DataFrame
        Index candidate, best area first: origins (scored), worst_auc, not_below_recency, then means over the origins of
        auc, ahead (each with _low and _high), brier, calibration, calibration_level, money_5, ..., false_alarms_5, ...;
        verdict: "better than recency" or "worse than recency" where the interval says so at most origins with none
        against it; else "cannot tell". An interval is the mean of those of the origins, as wide as that of a single
        one: origins near one another share accounts and months, and many do not say more than one.
    """
    chosen = table[(table["scope"] == scope) & table["auc"].notna()] if "auc" in table else table.iloc[:0]
    if not len(chosen):
        return pd.DataFrame(columns=["origins", "worst_auc", "not_below_recency", *MEANS, "verdict"])
    chosen = chosen.reindex(columns=list(dict.fromkeys([*chosen.columns, *MEANS])))
    by = chosen.groupby("candidate")
    out = pd.DataFrame({"origins": by.size(), "worst_auc": by["auc"].min()})
    out["not_below_recency"] = (chosen["ahead"] >= 0).groupby(chosen["candidate"]).sum()
    out = out.join(by[MEANS].mean()).assign(verdict=[_verdict(rows) for _, rows in by])
    return out.sort_values("auc", ascending=False, kind="stable")


def _verdict(rows: pd.DataFrame) -> str:
    if rows["candidate"].iloc[0] == BASE:
        return "the rule to beat"
    better, worse = (rows["ahead_low"] > 0).sum(), (rows["ahead_high"] < 0).sum()
    if better > len(rows) / 2 and not worse:
        return "better than recency"
    return "worse than recency" if worse > len(rows) / 2 and not better else "cannot tell"


@dataclass(frozen=True)
class Trial:
    """A default that was chosen at the earlier origins, and how it fared at the later ones.

    Attributes
    ----------
    chosen : str
        The candidate; the alarm where there was nothing to choose by.
    by : tuple of pandas.Timestamp
        Origins at which it was chosen.
    scores : pandas.DataFrame
        Rows of `backtest` at the later origins.
    """

    chosen: str
    by: tuple[pd.Timestamp, ...]
    scores: pd.DataFrame


def trial(table: pd.DataFrame) -> Trial:
    """Choose at the earlier half of the origins, to score on the later.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `backtest`.

    Examples
    --------
    >>> trial(pd.DataFrame()).chosen
    'alarm'
    """
    days = sorted(table["origin"].unique()) if len(table) else []
    by = days[: len(days) // 2]
    if not by:
        return Trial("alarm", (), table)
    later = table["origin"] > by[-1]
    return Trial(choose_default(table[~later], otherwise="alarm"), tuple(map(pd.Timestamp, by)), table[later])


def choose_default(table: pd.DataFrame, *, before=None, otherwise: str = BASE) -> str:
    """The candidate to trust: that of the best mean area over all accounts, at origins that were known.

    The alarm stays unless another leads it by `LEAD`, and after it so does recency, the simplest: which of two is ahead
    by less than that changes from month to month.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `backtest`.
    before : date, optional
        Only origins before this day are looked at, so that the choice can be scored on later ones.
    otherwise : str
        Where nobody could be scored.

    Examples
    --------
    >>> choose_default(pd.DataFrame({"origin": [], "scope": [], "candidate": [], "auc": []}))
    'recency'
    """
    seen = table if before is None else table[table["origin"] < pd.Timestamp(before)]
    ranked = summary(seen) if len(seen) else seen
    if not len(ranked):
        return otherwise
    best = ranked["auc"].max()
    for name in ("alarm", BASE):
        if name in ranked.index and ranked.loc[name, "auc"] > best - LEAD:
            return name
    return str(ranked.index[0])
