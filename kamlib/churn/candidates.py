"""All that claim to know who falls silent: rules, purchase models, machine learning. Each gives a probability."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from kamlib.churn.look import HORIZON_DAYS, PLAIN, Look, look, silent
from kamlib.churn.models import BetaGeoNBD, ModifiedBetaGeoCNBD, ModifiedBetaGeoNBD, NotConvergedError, ParetoNBD
from kamlib.churn.models.purchase_model import PurchaseModel
from kamlib.given import as_timestamp
from kamlib.stats.rhythm import Rhythm, fit_rhythm

WINDOW_DAYS = 90  # of the fixed rule: a quarter without a purchase, as many firms have it
APART_DAYS = 30  # between one lesson and the next
LEVELS = 6  # past looks, half a horizon apart, at which the level is held against what came
LESSONS = 6  # half a year of monthly lessons: more are older, and closer to one another than they look
BEFORE_DAYS = 75  # of ledger before the first lesson: less shows too few accounts twice
FEW = 10  # accounts of each outcome, or that bought twice, without which nothing is learnt
MODELS: dict[str, type[PurchaseModel]] = {
    "BG/NBD": BetaGeoNBD,
    "MBG/NBD": ModifiedBetaGeoNBD,
    "MBG/CNBD-k": ModifiedBetaGeoCNBD,
    "Pareto/NBD": ParetoNBD,
}


class NothingToLearnError(ValueError):
    """The past is too short, or too few accounts fell silent or stayed. The message says which."""


Said = TypeVar("Said")


def answer(ask: Callable[..., Said], *args, **options) -> tuple[Said | None, str]:
    """What something says that can be at a loss: its answer and no words, or no answer and why there is none.

    Parameters
    ----------
    ask : callable
        Such as `kamlib.churn.alarm`: it raises `NothingToLearnError` or `NotConvergedError` where it cannot tell.
    *args, **options
        Handed to it.

    Examples
    --------
    >>> def ask(n):
    ...     if n < 10:
    ...         raise NothingToLearnError(f"{n} accounts are too few.")
    ...     return 2 * n
    >>> answer(ask, 12), answer(ask, 3)
    ((24, ''), (None, '3 accounts are too few.'))
    """
    try:
        return ask(*args, **options), ""
    except (NothingToLearnError, NotConvergedError) as error:
        return None, str(error)


@dataclass(frozen=True)
class Lesson:
    """A look in the past, and which of its accounts bought nothing in the horizon that followed."""

    look: Look
    silent: pd.Series


@dataclass
class Case:
    """One question: who of these accounts falls silent? With what may be used to answer it, all of it past.

    Attributes
    ----------
    now : Look
    lessons : tuple of Lesson
        Latest first. Every lesson's horizon ends by `now.as_of`.
    horizon_days : int
    earlier : tuple of (Case, pandas.Series)
        Looks half a horizon apart, the latest first, without lessons of their own, and which of their accounts fell
        silent: what a level said then can be held against that.
    """

    now: Look
    lessons: tuple[Lesson, ...]
    horizon_days: int = HORIZON_DAYS
    earlier: tuple[tuple[Case, pd.Series], ...] = ()
    said: dict[str, Any] = field(default_factory=dict, repr=False)  # what was computed once for all who ask
    models: dict[str, PurchaseModel | NotConvergedError] = field(default_factory=dict, repr=False)  # fitted to `now`

    def model(self, name: str) -> PurchaseModel:
        """A purchase model fitted to `now`, fitted once.

        Raises
        ------
        NotConvergedError
            As at the first attempt.
        """
        if name not in self.models:
            self.models[name] = self._fit(name)
        found = self.models[name]
        if isinstance(found, NotConvergedError):
            raise found
        return found

    @cached_property
    def rhythm(self) -> Rhythm | None:
        """The rhythm of all accounts until `now`; None where too few bought twice."""
        return fit_rhythm(*_gaps(self.now))

    def _fit(self, name: str) -> PurchaseModel | NotConvergedError:
        again = int((self.now.histories["frequency"] > 0).sum())
        if again < FEW:
            return NotConvergedError(
                f"accounts that had bought twice by {self.now.as_of.date()}: {again}; it takes {FEW}."
            )
        extra = {"log_gaps": self.now.histories["log_gaps"]} if "CNBD" in name else {}
        try:
            return MODELS[name]().fit(*self.now.seen, **extra)
        except NotConvergedError as error:
            return error

    def learnt(self) -> tuple[pd.DataFrame, np.ndarray]:
        """Features and outcomes of all lessons, one below the other.

        Raises
        ------
        NothingToLearnError
        """
        if not self.lessons:
            raise NothingToLearnError(
                f"no account has been watched for {self.horizon_days} days after an earlier look."
            )
        outcome = np.concatenate([x.silent.to_numpy() for x in self.lessons])
        if min(outcome.sum(), (~outcome).sum()) < FEW:
            raise NothingToLearnError(
                f"{outcome.sum()} of {len(outcome)} past accounts fell silent: too few to learn from."
            )
        return pd.concat([x.look.features for x in self.lessons]), outcome


def make_case(
    days: pd.DataFrame, *, as_of, horizon_days: int = HORIZON_DAYS, lessons: int = LESSONS, known: dict | None = None
) -> Case:
    """The question at a day, with its lessons.

    Parameters
    ----------
    days : pandas.DataFrame
        customer_id, date, cents of purchase days (`kamlib.panel.purchase_days`); rows after `as_of` are not read.
    as_of : date
    horizon_days : int
    lessons : int
        At most so many, `APART_DAYS` apart, the latest `horizon_days` before `as_of`.
    known : dict, optional
        Looks and cases that were made before, from the same `days`: they are used with all that was fitted to them, and
        new ones are put in.

    Examples
    --------
    >>> days = pd.DataFrame({"customer_id": ["a", "b", "a"], "cents": [100, 300, 50],
    ...     "date": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-10-05"])})
    >>> case = make_case(days, as_of="2024-12-31")
    >>> [str(x.look.as_of.date()) for x in case.lessons]
    ['2024-07-04', '2024-06-04', '2024-05-05', '2024-04-05']
    """
    as_of, known = as_timestamp(as_of), {} if known is None else known
    question = as_of, horizon_days, lessons
    if question in known:
        return known[question]
    past = days[days["date"] <= as_of]
    begin = past["date"].min() + pd.Timedelta(days=BEFORE_DAYS)

    def at(day: pd.Timestamp) -> Look:
        if day not in known:
            known[day] = look(past, as_of=day)
        return known[day]

    def back(most: int, apart: float) -> list[tuple[Look, pd.Series]]:
        at_days = [as_of - pd.Timedelta(days=horizon_days + int(apart * i)) for i in range(most)]
        looks = [at(day) for day in at_days if day >= begin]
        return [(x, silent(past, x, horizon_days=horizon_days, known_until=as_of)) for x in looks]

    def bare(x: Look) -> Case:
        return Case(x, (), horizon_days, models=known.setdefault((x.as_of, "models"), {}))

    taught = tuple(Lesson(*pair) for pair in back(lessons, APART_DAYS))
    earlier = tuple((bare(x), outcome) for x, outcome in back(LEVELS, horizon_days / 2))
    known[question] = replace(bare(at(as_of)), lessons=taught, earlier=earlier)
    return known[question]


Candidate = Callable[[Case], np.ndarray]


def recency(case: Case) -> np.ndarray:
    """Days of silence alone."""
    return _by(case, ["log_silence"])


def over_own_gap(case: Case) -> np.ndarray:
    """Silence over the mean gap of the account's own."""
    return _by(case, ["log_over_gap"])


def fixed_window(case: Case) -> np.ndarray:
    """Lost when silent for `WINDOW_DAYS`: the share of each kind that fell silent before."""
    features, outcome = case.learnt()
    late, now = features["silence_days"] > WINDOW_DAYS, case.now.features["silence_days"] > WINDOW_DAYS
    shares = [(outcome[late == side].sum() + 0.5) / ((late == side).sum() + 1) for side in (False, True)]
    return np.where(now, shares[1], shares[0])


def boosting(case: Case) -> np.ndarray:
    """scikit-learn's gradient boosting, as it comes, on frequency, silence, age and mean purchase."""
    features, outcome = case.learnt()
    plain = list(PLAIN)
    fitted = HistGradientBoostingClassifier(random_state=0).fit(features[plain], outcome)
    return fitted.predict_proba(case.now.features[plain])[:, 1]


def gone(name: str) -> Candidate:
    """A model's probability of having dropped out: what P(alive) says."""
    return lambda case: 1 - case.model(name).probability_alive(*case.now.seen)


def expected(name: str) -> Candidate:
    """A model's expected purchases, read as a Poisson mean: the probability of none."""
    return lambda case: np.exp(-case.model(name).expected_purchases(case.horizon_days, *case.now.seen))


def none_to_come(name: str) -> Candidate:
    """A model's probability of no purchase in the horizon."""
    return lambda case: case.model(name).probability_silent(case.horizon_days, *case.now.seen)


def rhythm(case: Case) -> np.ndarray:
    """The account's own rhythm: gone already, or there with a gap that outlasts the horizon."""
    if case.rhythm is None:
        raise NothingToLearnError("too few accounts bought twice to learn a rhythm.")
    return rhythm_silent(case.rhythm, case.now, case.horizon_days)


def rhythm_silent(known: Rhythm, seen: Look, horizon_days: int) -> np.ndarray:
    """Probability of no purchase in the horizon after a look, by a rhythm (calendar days)."""
    n, total, log_total, silence = _gaps(seen)
    account = known.posterior(n, total, log_total)
    gone_already = account.gone(silence)
    longer = account.exceeded(silence + horizon_days) / np.maximum(account.exceeded(silence), 1e-300)
    return np.clip(gone_already + (1 - gone_already) * longer, 0, 1)


def _gaps(seen: Look) -> tuple[np.ndarray, ...]:
    columns = [seen.histories[c].to_numpy() for c in ("frequency", "recency", "log_gaps")]
    return *columns, np.maximum(seen.features["silence_days"].to_numpy(), 0.5)


def _by(case: Case, columns: Sequence[str]) -> np.ndarray:
    features, outcome = case.learnt()
    fitted = LogisticRegression(C=100.0).fit(features[list(columns)], outcome)
    return fitted.predict_proba(case.now.features[list(columns)])[:, 1]


CANDIDATES: dict[str, Candidate] = {
    "recency": recency,
    "silence over own gap": over_own_gap,
    "fixed window": fixed_window,
    "rhythm": rhythm,
    "gradient boosting": boosting,
    **{f"{m}: P(alive)": gone(m) for m in MODELS},
    **{f"{m}: expected purchases": expected(m) for m in MODELS},
    **{f"{m}: P(no purchase)": none_to_come(m) for m in MODELS},
}
