"""The referee: every candidate asked at many past days, and held against what then happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from kamlib.churn.alarm import RANKINGS, alarm, alarm_probability, at_level
from kamlib.churn.candidates import BEFORE_DAYS, Candidate, Case, answer, make_case
from kamlib.churn.look import HORIZON_DAYS, silent
from kamlib.churn.scores import auc_difference, key_scope, score_list
from kamlib.given import as_timestamp
from kamlib.stats.calibration import expected_calibration_error

SCOPES = ("living", "all", "repeat", "key")
LIVING_DAYS = 90  # who bought within so many days of a look: over all, the long dead decide, whom anybody can rank
KEY_SHARE = 0.30  # of sales, that key accounts hold here: the lower end of the article's claim
ALL = {**RANKINGS, "alarm": alarm_probability}
MEANS = [
    "auc", "auc_low", "auc_high", "ahead", "ahead_low", "ahead_high", "over", "over_low", "over_high", "brier",
    "calibration", "calibration_level",
    "money_5", "money_10", "money_20", "false_alarms_5", "false_alarms_10", "false_alarms_20",
]  # fmt: skip
LEVEL = 0.05  # at which a lead over the alarm must be sure to leave it, over all that might lead it
ORIGINS = 4  # that a report looks at, a horizon apart: the last to score on, the others to choose by
BASE = "recency"  # the simplest rule that anybody would use
DEFAULT = "alarm"  # what is asked unless something is surely better


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
    """Scores of every candidate at every origin, over the living, all accounts, repeat buyers and key accounts.

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
        One row an origin, scope and candidate (living: who bought in the `LIVING_DAYS` before the look): n, silent
        (share that bought nothing), auc, auc_low, auc_high, ahead, ahead_low, ahead_high (area less that of recency),
        over, over_low, over_high (less that of the alarm), brier, calibration (expected calibration error), level (mean
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
    days: pd.DataFrame, *, as_of, horizon_days: int = HORIZON_DAYS, most: int = ORIGINS
) -> list[pd.Timestamp]:
    """Days a horizon apart of which it is known by now what followed, the earliest first.

    None lies before the ledger has begun to teach. No two share a day of what followed.

    Parameters
    ----------
    days, horizon_days
        As of `backtest`.
    as_of : date
    most : int
        How many at most; the last is a horizon before `as_of`.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> [str(d.date()) for d in past_origins(days, as_of="2024-12-31")]
    ['2024-07-04']
    """
    last = as_timestamp(as_of) - pd.Timedelta(days=horizon_days)
    found = [last - pd.Timedelta(days=horizon_days * i) for i in reversed(range(most))]
    return [day for day in found if day >= days["date"].min() + pd.Timedelta(days=BEFORE_DAYS)]


def _judge(case: Case, happened: np.ndarray, candidates: Mapping[str, Candidate], key_share: float) -> list[dict]:
    cents = case.now.year_cents
    scopes = {
        "living": (case.now.features["silence_days"] <= LIVING_DAYS).to_numpy(),
        "all": np.ones(len(cents), bool),
        "repeat": case.now.features["frequency"].to_numpy() > 0,
        "key": key_scope(cents, share=key_share),
    }
    answers, troubles = ask(case, candidates)
    rows = []
    for scope, inside in scopes.items():
        for name in candidates:
            row = {"origin": case.now.as_of, "scope": scope, "candidate": name, "trouble": troubles.get(name, "")}
            if name in answers:
                p, y = answers[name][inside], happened[inside]
                row |= score_list(p, cents[inside], y)
                row["calibration_level"] = _calibration_level(p, y)
                for column, other in (("ahead", BASE), ("over", DEFAULT)):
                    if other in answers and name != other:
                        apart = auc_difference(p, answers[other][inside], y)
                        row |= dict(zip((column, f"{column}_low", f"{column}_high"), apart, strict=True))
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


def summary(table: pd.DataFrame, *, scope: str = "living") -> pd.DataFrame:
    """Scores of each candidate over the origins: means, the worst area, at how many origins it was not below recency.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `backtest`.
    scope : {"living", "all", "repeat", "key"}

    Returns
    -------
    pandas.DataFrame
        Index candidate, best area first: origins (scored), worst_auc, not_below_recency, then means over the origins of
        auc, ahead, over (each with _low and _high), brier, calibration, calibration_level, money_5, ...,
        false_alarms_5, ...; verdict: "better than recency" or "worse than recency" where the interval says so at most
        origins with none against it; else "cannot tell". An interval is the mean of those of the origins, as wide as
        that of a single one: the same accounts are asked at each; were they wholly alike, many would say no more.
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
    """A default that was chosen at the earlier origins, and how it fared at the last.

    Attributes
    ----------
    chosen : str
        The candidate; the alarm where there was nothing to choose by, or nothing that was surely better.
    by : tuple of pandas.Timestamp
        Origins at which it was chosen.
    scores : pandas.DataFrame
        Rows of `backtest` at the last origin.
    """

    chosen: str
    by: tuple[pd.Timestamp, ...]
    scores: pd.DataFrame

    @property
    def tells(self) -> bool:
        """Whether it ranked the living better than a coin, as sure as 95 %."""
        means = summary(self.scores)
        return self.chosen in means.index and bool(means.loc[self.chosen, "auc_low"] > 0.5)


def trial(table: pd.DataFrame) -> Trial:
    """Choose at all origins but the last, to score once on that.

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
    if not days:
        return Trial(DEFAULT, (), table)
    last = table["origin"] == days[-1]
    return Trial(choose_default(table[~last]), tuple(map(pd.Timestamp, days[:-1])), table[last])


def choose_default(table: pd.DataFrame, *, before=None) -> str:
    """The candidate to trust: the alarm, unless another surely led it among the living, at origins that were known.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `backtest`.
    before : date, optional
        Only origins before this day are looked at, so that the choice can be scored on later ones.

    Returns
    -------
    str
        The candidate whose paired lead over the alarm has the highest lower end, if that is above nought; the intervals
        are those of `summary`, widened for the number of candidates (Bonferroni).

    Examples
    --------
    >>> choose_default(pd.DataFrame({"origin": [], "scope": [], "candidate": [], "auc": []}))
    'alarm'
    """
    seen = table if before is None else table[table["origin"] < pd.Timestamp(before)]
    ranked = summary(seen).dropna(subset=["over"]) if len(seen) else seen
    if not len(ranked):
        return DEFAULT
    wider = norm.isf(LEVEL / 2 / len(ranked)) / norm.isf(LEVEL / 2)
    low = ranked["over"] - wider * (ranked["over"] - ranked["over_low"])
    return str(low.idxmax()) if low.max() > 0 else DEFAULT
