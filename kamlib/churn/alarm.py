"""The alarm: for each account the probability of no purchase in the horizon, the loss to be expected, and why.

Two judges are heard, with equal weight (the mean of their logits): the account's own rhythm, and a purchase model of
regular buyers (MBG/CNBD-k). Both are fixed beforehand and learn from no outcome, so that a ledger of a year has an
alarm like one of ten. Judges that do learn from past outcomes are candidates beside them (`learnt`); it is left only
for one that was surely ahead on this ledger's past (`kamlib.churn.choose_default`).

How many fall silent in all, the *level*, drifts with the season and the age of the ledger. It is that of the purchase
model, with its horizon as long as the same months of last year were busy. Its interval comes from how far the same
level was off at earlier looks.
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

from kamlib.churn.candidates import CANDIDATES, Case, NothingToLearnError, answer, rhythm_silent
from kamlib.churn.look import YEAR_DAYS, Look
from kamlib.given import as_timestamp

DRIFT = 0.24  # logits that a level is off, before any has been seen: 50 % meant, 44 to 56 % come
DRIFT_WEIGHT = 7  # past levels that this is worth
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
    drift : tuple of float
        Logits by which the level may be off (standard deviation), and degrees of freedom of that.
    """

    probability: pd.Series
    low: pd.Series
    high: pd.Series
    level: tuple[float, float, float]
    judges: tuple[str, ...]
    drift: tuple[float, float] = (0.0, 1.0)


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
    voices = _voices(case) if ranked_by == "alarm" else {ranked_by: RANKINGS[ranked_by](case)}
    odds = np.mean([_logit(p) for p in voices.values()], axis=0)
    odds = _logit(at_level(expit(odds), _level(case, expit(odds).mean())))
    off, degrees = level_drift(case)
    half = float(student.ppf(0.975, degrees)) * np.hypot(off, _by_chance(expit(odds)))
    index = case.now.histories.index
    low, middle, high = (pd.Series(expit(odds + shift), index=index) for shift in (-half, 0.0, half))
    return Alarm(middle, low, high, (middle.mean(), low.mean(), high.mean()), tuple(voices), (off, degrees))


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
    as_of = as_timestamp(as_of)
    ago = (as_of - by_day.index).days
    year = (ago >= 0) & (ago < YEAR_DAYS)
    if horizon_days >= YEAR_DAYS or not len(ago) or ago.max() < YEAR_DAYS - 7:
        return 1.0
    same = year & (ago >= YEAR_DAYS - horizon_days)
    share = by_day[same].sum() / by_day[year].sum() * YEAR_DAYS / horizon_days
    return float(np.clip(share, 0.5, 2.0))


def _voices(case: Case) -> dict[str, np.ndarray]:
    """The two judges, or the one of them that has an answer."""
    said = {name: answer(CANDIDATES[name], case) for name in VOICES}
    if not any(p is not None for p, _ in said.values()):
        raise NothingToLearnError(" ".join(dict.fromkeys(why for _, why in said.values())))
    return {name: p for name, (p, _) in said.items() if p is not None}


VOICES = ("rhythm", "MBG/CNBD-k: P(no purchase)")


def learnt(case: Case) -> np.ndarray:
    """Judges that learn from what became of accounts before: logistic regression and boosting, beside BG/NBD.

    They are told what the rhythm and the purchase models say of an account, and its `kamlib.churn.look.Look`.

    Raises
    ------
    NothingToLearnError
        As of `Case.learnt`.
    """
    taught = case.learnt()
    models = {name: answer(case.model, name)[0] for name in ("BG/NBD", "MBG/CNBD-k")}
    own = [name for name, model in models.items() if model is not None] + ["rhythm"] * (case.rhythm is not None)
    lessons, now = pd.concat([judged(x.look, case, own) for x in case.lessons]), judged(case.now, case, own)
    boosted = HistGradientBoostingClassifier(
        learning_rate=0.04, max_iter=150, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5.0, random_state=0
    )
    straight = make_pipeline(StandardScaler(), LogisticRegression(C=LOGISTIC_C, max_iter=500))
    said = [m.fit(lessons, taught[1]).predict_proba(now)[:, 1] for m in (straight, boosted)]
    if models["BG/NBD"] is not None:
        said.append(models["BG/NBD"].probability_silent(case.horizon_days, *case.now.seen))
    return expit(np.mean([_logit(p) for p in said], axis=0))


LEARNT = "judges that learn"
RANKINGS = {**CANDIDATES, LEARNT: learnt}


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


def level_drift(case: Case) -> tuple[float, float]:
    r"""By how many logits the level may be off, and the degrees of freedom of that.

    Parameters
    ----------
    case : Case

    Returns
    -------
    tuple of float
        Standard deviation :math:`\sqrt{(\nu_0 s_0^2 + n e^2) / (\nu_0 + n)}` and :math:`\nu_0 + n`: :math:`e^2` is the
        mean squared error, in logits, of the same level at `case.earlier`, less what chance alone makes of the outcome;
        :math:`s_0` (`DRIFT`) that of other ledgers, worth :math:`\nu_0` (`DRIFT_WEIGHT`) looks. Looks whose horizons
        overlap count for less: see `independent`.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-01-05"]), "cents": [100]})
    >>> from kamlib.churn import make_case
    >>> level_drift(make_case(days, as_of="2024-02-28"))
    (0.24, 7)
    """
    asked, errors = [], []
    for then, came in case.earlier:
        meant, share = _level(then, float("nan")), float(came.mean())
        if 0 < share < 1 and 0 < meant < 1:
            asked.append(then.now.as_of)
            errors.append((logit(share) - logit(meant)) ** 2 - 1 / (len(came) * share * (1 - share)))
    if not errors:
        return DRIFT, DRIFT_WEIGHT
    n = independent(asked, case.horizon_days)
    off = max(float(np.mean(errors)), 0.0)
    return float(np.sqrt((DRIFT_WEIGHT * DRIFT**2 + n * off) / (DRIFT_WEIGHT + n))), DRIFT_WEIGHT + n


def independent(asked, horizon_days: int) -> float:
    r"""For how many looks some count whose horizons overlap: :math:`m^2 / \sum \rho^2`, with the share in common.

    Examples
    --------
    >>> round(independent(pd.to_datetime(["2024-01-01", "2024-03-31", "2024-06-29"]), 180), 2)
    2.25
    """
    day = pd.DatetimeIndex(asked).to_numpy()
    apart = np.abs(day[:, None] - day) / np.timedelta64(1, "D")
    return float(len(day) ** 2 / (np.clip(1 - apart / horizon_days, 0, None) ** 2).sum())


def _by_chance(probability: np.ndarray) -> float:
    """Logits by which a share of accounts that fall silent independently differs from their probabilities' mean."""
    share = probability.mean()
    spread = np.sqrt((probability * (1 - probability)).sum()) / len(probability)
    return float(spread / max(share * (1 - share), 1e-9))


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
