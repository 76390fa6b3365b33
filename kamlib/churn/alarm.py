"""The alarm: for each account the probability of no purchase in the horizon, the loss to be expected, and why.

Several judges are asked, each taught on the past only: a logistic regression on what the rhythm and the purchase models
say of an account, gradient boosting on the same, and BG/NBD itself. Their logits are averaged: that ranks the accounts.

How many fall silent in all, the *level*, drifts with the season and the age of the ledger. Past outcomes come from
another season and from younger accounts, so the level is taken from the regular purchase model, with its horizon as
long as the same months of last year were busy. It has an interval of its own, from how far levels have been off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import t as student
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kamlib.churn.candidates import CANDIDATES, Case, Lesson, NothingToLearnError, answer, rhythm_silent
from kamlib.churn.look import YEAR_DAYS, Look

DRIFT = 0.35  # logits that a level is off, before any has been seen: 50 % meant, 41 to 59 % come
DRIFT_WEIGHT = 3  # past levels that this is worth
LOGISTIC_C = 0.05  # ridge of the logistic judge, on standardised columns


@dataclass(frozen=True)
class Alarm:
    """What the alarm says of a case.

    Attributes
    ----------
    probability : pandas.Series
        Index customer_id: of no purchase in the horizon.
    low, high : pandas.Series
        The same if the level is as low, or as high, as its 95 % interval allows.
    level : tuple of float
        Share of accounts to fall silent: expected, low, high.
    judges : tuple of str
        Who was heard.
    """

    probability: pd.Series
    low: pd.Series
    high: pd.Series
    level: tuple[float, float, float]
    judges: tuple[str, ...]


def alarm(case: Case, *, ranked_by: str = "alarm") -> Alarm:
    """The alarm of a case.

    Parameters
    ----------
    case : Case
    ranked_by : str
        The candidate that puts the accounts in order: the alarm's own judges, or the one that the referee trusts more
        on this ledger (`kamlib.churn.choose_default`). The level is the alarm's in any case.

    Returns
    -------
    Alarm

    Raises
    ------
    NothingToLearnError, NotConvergedError
        No lesson, and no purchase model that converged; or that candidate has no answer.

    Examples
    --------
    See `kamlib.churn.backtest`, which asks it at many days.
    """
    if ranked_by not in case.said:
        case.said[ranked_by] = _alarm(case, ranked_by)
    return case.said[ranked_by]


def _alarm(case: Case, ranked_by: str) -> Alarm:
    voices = _voices(case) if ranked_by == "alarm" else {ranked_by: CANDIDATES[ranked_by](case)}
    if not voices:
        raise NothingToLearnError("the past is too short for a lesson, and no purchase model converged.")
    odds = np.mean([_logit(p) for p in voices.values()], axis=0)
    odds = _logit(at_level(expit(odds), _level(case, expit(odds).mean())))
    off, degrees = level_drift(case.lessons, case.horizon_days)
    half = float(student.ppf(0.975, degrees)) * off
    index = case.now.histories.index
    low, middle, high = (pd.Series(expit(odds + shift), index=index) for shift in (-half, 0.0, half))
    return Alarm(middle, low, high, (middle.mean(), low.mean(), high.mean()), tuple(voices))


def alarm_probability(case: Case) -> np.ndarray:
    """The alarm as a candidate among others."""
    return alarm(case).probability.to_numpy()


def _level(case: Case, otherwise: float) -> float:
    """Share to fall silent: of the regular purchase model, else of BG/NBD, in the season's time; else `otherwise`."""
    busy = season(case.now.by_day, case.now.as_of, case.horizon_days)
    for name in ("MBG/CNBD-k", "BG/NBD"):
        model, _ = answer(case.model, name)
        if model is not None:
            return float(model.probability_silent(busy * case.horizon_days, *case.now.seen).mean())
    return float(otherwise)


def season(by_day: pd.Series, as_of, horizon_days: int) -> float:
    """How busy the months to come were last year, over that year's average: 1 where the ledger is younger than a year.

    Parameters
    ----------
    by_day : pandas.Series
        Purchases (accounts that bought) by day.
    as_of : date
    horizon_days : int
        Beyond a year the season evens out: 1.

    Examples
    --------
    >>> by_day = pd.Series(1, pd.date_range("2023-01-01", "2023-12-31"))
    >>> by_day["2023-01-01":"2023-06-29"] = 3
    >>> round(season(by_day, "2023-12-31", 180), 2)
    1.51
    """
    as_of = pd.Timestamp(as_of)
    ago = (as_of - by_day.index).days
    year = (ago >= 0) & (ago < YEAR_DAYS)
    if horizon_days >= YEAR_DAYS or not len(ago) or ago.max() < YEAR_DAYS - 7:
        return 1.0
    same = year & (ago >= YEAR_DAYS - horizon_days)
    share = by_day[same].sum() / by_day[year].sum() * YEAR_DAYS / horizon_days
    return float(np.clip(share, 0.5, 2.0))


def _voices(case: Case) -> dict[str, np.ndarray]:
    models = {name: answer(case.model, name)[0] for name in ("BG/NBD", "MBG/CNBD-k")}
    models = {name: m for name, m in models.items() if m is not None}
    own = {n: m.probability_silent(case.horizon_days, *case.now.seen) for n, m in models.items()}
    if case.rhythm is not None:
        own["rhythm"] = rhythm_silent(case.rhythm, case.now, case.horizon_days)
    taught, _ = answer(case.learnt)
    if taught is None:
        return own
    lessons, now = pd.concat([judged(x.look, case, own) for x in case.lessons]), judged(case.now, case, own)
    boosted = HistGradientBoostingClassifier(
        learning_rate=0.04, max_iter=150, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0, random_state=0
    )
    straight = make_pipeline(StandardScaler(), LogisticRegression(C=LOGISTIC_C, max_iter=500))
    learnt = {"logistic": straight, "boosting": boosted}
    said = {n: m.fit(lessons, taught[1]).predict_proba(now)[:, 1] for n, m in learnt.items()}
    # BG/NBD speaks for itself as well; the regular model and the rhythm are heard through the two that learn.
    return said | {n: p for n, p in own.items() if n == "BG/NBD"}


def judged(seen: Look, case: Case, models) -> pd.DataFrame:
    """Features of a look with what the purchase models, fitted now, say of it."""
    said = {}
    for name in models:
        if name == "rhythm":
            said[name] = _logit(rhythm_silent(case.rhythm, seen, case.horizon_days))
            continue
        model = case.model(name)
        said[f"{name} silent"] = _logit(model.probability_silent(case.horizon_days, *seen.seen))
        said[f"{name} expected"] = np.log(model.expected_purchases(case.horizon_days, *seen.seen) + 1e-3)
    return pd.concat([seen.features, pd.DataFrame(said, index=seen.features.index)], axis=1)


def level_drift(lessons: tuple[Lesson, ...], horizon_days: int) -> tuple[float, float]:
    """By how many logits a level taught by one lesson was off in a later one, and its degrees of freedom.

    Lessons a horizon apart are compared: a plain logistic regression of the earlier says the level of the later. It
    is added to `DRIFT`, taken as `DRIFT_WEIGHT` earlier findings.

    Examples
    --------
    >>> level_drift((), 180)
    (0.35, 3)
    """
    columns = ["log_silence", "log_frequency", "log_age"]
    seen = []
    for later in lessons:
        before = [x for x in lessons if (later.look.as_of - x.look.as_of).days >= horizon_days]
        if before and 0 < before[0].silent.mean() < 1 and 0 < later.silent.mean() < 1:
            fitted = LogisticRegression(C=1.0).fit(before[0].look.features[columns], before[0].silent)
            meant = fitted.predict_proba(later.look.features[columns])[:, 1].mean()
            seen.append(float(logit(later.silent.mean()) - logit(meant)))
    total = DRIFT_WEIGHT + len(seen)
    return float(np.sqrt((DRIFT_WEIGHT * DRIFT**2 + np.sum(np.square(seen))) / total)), total


def at_level(probability, share: float) -> np.ndarray:
    """Probabilities moved by one number of logits so that their mean is `share`: the ranking stays.

    Examples
    --------
    >>> at_level([0.2, 0.5, 0.8], 0.6).round(2)
    array([0.3 , 0.63, 0.87])
    """
    odds = _logit(probability)
    if not 0 < share < 1:
        return np.full(len(odds), float(share))
    return expit(odds + brentq(lambda shift: expit(odds + shift).mean() - share, -40, 40))


def _logit(p) -> np.ndarray:
    return logit(np.clip(np.asarray(p, float), 1e-4, 1 - 1e-4))
