"""The criterion: when an account is late, and when it is lost.

An account is *late*, then *lost*, when its silence is longer than its own rhythm explains, at a false-alarm rate that
is stated: so many living accounts flagged per living account and month. Every silence is judged with the gaps that
lay before it and nothing later, so that an alarm of two years ago is what would have been raised then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.stats.clock import Clock, business_clock
from kamlib.stats.rhythm import HISTORY, MONTH, SHORTEST, Posterior, Rhythm, fit_rhythm, history

LATE_RATE = 0.02  # false alarms per living account-month: one in fifty looked at in vain each month
LOST_RATE = 0.005  # one in 17 living accounts called lost within a year; most of these are back within a quarter


@dataclass(frozen=True)
class Silences:
    """Every silence of every account, judged by what was known when it began.

    Attributes
    ----------
    table : pandas.DataFrame
        One row an account and purchase day, in order of customer_id and date: customer_id, date (the silence begins),
        next_date (missing while it lasts), gaps (completed before), usual_days (expected gap, business days),
        late_on and lost_on (first day on which it was late or lost; missing where it ended before).
    able : pandas.Series
        By customer_id, accounts with a gap: first day on which it could have been found lost, had it stopped buying;
        missing where that lies beyond what the clock can tell.
    rhythm : Rhythm or None
        None where there are too few gaps; then nobody is late or lost.
    gone : pandas.Series
        By customer_id, accounts with a gap: probability of having left by `as_of`, by the model.
    clock : Clock
    as_of : datetime.date
    late_rate, lost_rate : float
        False alarms per living account-month.
    """

    table: pd.DataFrame
    able: pd.Series
    gone: pd.Series
    rhythm: Rhythm | None
    clock: Clock
    as_of: dt.date
    late_rate: float
    lost_rate: float


def silences(
    days: pd.DataFrame, *, as_of: dt.date, late_rate: float = LATE_RATE, lost_rate: float = LOST_RATE
) -> Silences:
    """Judge every silence of every account.

    Parameters
    ----------
    days : pandas.DataFrame
        Purchase days, from `kamlib.panel.purchase_days`.
    as_of : datetime.date
    late_rate, lost_rate : float
        False alarms per living account-month.

    Returns
    -------
    Silences
        An account with a single purchase day has no rhythm of its own and is never late or lost.

    Raises
    ------
    ValueError
        Rates that are not between 0 and 1, or `late_rate` below `lost_rate`.
    """
    if not 0 < lost_rate <= late_rate < 1:
        raise ValueError("false-alarm rates lie between 0 and 1, and late_rate is not below lost_rate")
    days = days.sort_values(["customer_id", "date"]).reset_index(drop=True)
    clock = business_clock(days["date"], as_of=as_of)
    gaps = _gaps(days, clock, as_of)
    rhythm = _population(gaps)
    if rhythm is not None:
        gaps = _without_absences(gaps, rhythm)
        rhythm = _population(gaps)
        rhythm = rhythm and _with_tail(gaps, rhythm)
    table = days[["customer_id", "date"]].assign(next_date=gaps["next_date"], gaps=gaps["n"].astype("int64"))
    table = table.assign(usual_days=np.nan, late_on=pd.NaT, lost_on=pd.NaT)
    table = table.astype({"late_on": "datetime64[s]", "lost_on": "datetime64[s]"})
    nobody = pd.Index([], dtype="str", name="customer_id")
    able, gone = pd.Series(dtype="datetime64[s]", index=nobody), pd.Series(dtype="float64", index=nobody)
    if rhythm is not None:
        room = clock.time([as_of])[0] - gaps["time"].to_numpy()
        scales = {rate: _scales(gaps, room, rhythm, rate) for rate in (late_rate, lost_rate)}
        for part in np.array_split(np.flatnonzero(gaps["n"] > 0), len(gaps) // CHUNK + 1):
            _judge(table, gaps, part, rhythm, clock, scales, (late_rate, lost_rate))
        able = _able(table, gaps, rhythm, clock, scales[lost_rate])
        final = gaps[gaps["last"] & (gaps["n"] > 0)]
        known = rhythm.posterior(final["n"], final["total"], final["log_total"])
        gone = pd.Series(known.gone(final["silence"]), index=table.loc[final.index, "customer_id"])
    return Silences(table, able, gone, rhythm, clock, as_of, late_rate, lost_rate)


NEAR = 0.8  # of the expected gap: more than a third of any rhythm's gaps are longer
CHUNK = 100_000  # rows at once: memory, not meaning
CALIBRATED_ON = 3_000  # silences of each length of history, at even steps


def _able(table: pd.DataFrame, gaps: pd.DataFrame, rhythm: Rhythm, clock: Clock, scales: np.ndarray) -> pd.Series:
    """The earliest limit of the silences after the first, third and tenth gap: later ones do not come sooner."""
    counted = gaps["n"].diff().ne(0) | ~gaps["account"].duplicated()
    rows = gaps[counted & gaps["n"].isin([1, 3, 10])]
    known = rhythm.posterior(rows["n"], rows["total"], rows["log_total"])
    limit = rows["time"].to_numpy() + known.course().limit(known.allowed(scales[history(rows["n"])]))
    dates = pd.Series(clock.date(limit), index=table.loc[rows.index, "customer_id"])
    found = table.set_index("customer_id")["lost_on"].dropna()
    return pd.concat([dates, found]).groupby(level=0).min()


def _scales(gaps: pd.DataFrame, room: np.ndarray, rhythm: Rhythm, rate: float) -> np.ndarray:
    """By length of history, the rate to ask of each gap so that the book as long as it is has `rate` false alarms.

    A limit that lies beyond the end of the book raises no alarm, but the silence below it is living time: without
    this, slow and young accounts would have far fewer alarms than stated.
    """
    group = history(gaps["n"])
    scales = np.full(len(HISTORY) + 1, rate)
    for g in range(len(scales)):
        rows = np.flatnonzero((group == g) & (gaps["n"] > 0))
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), CALIBRATED_ON)).astype(int)] if len(rows) else rows
        if len(rows):
            own = gaps.iloc[rows]
            known = rhythm.posterior(own["n"], own["total"], own["log_total"])
            scales[g] = _scale(known, room[rows], rate) / _seen(known, own, room[rows])
    return scales


CHECKED_AT = 0.02  # false alarms per account-month: enough of them to be counted in one book
STEADY = 10.0  # alarms as expected that are mixed in, so that small books keep to the model


def _seen(known: Posterior, own: pd.DataFrame, room: np.ndarray) -> float:
    """Alarms raised in silences of accounts that stayed, over those the model expects: its last error is taken out."""
    course, silence = known.course(), own["silence"].clip(lower=SHORTEST).to_numpy()
    allowed = known.allowed(_scale(known, room, CHECKED_AT))
    limit = course.limit(allowed)
    expected = (allowed * np.exp(-known.hazard * limit))[limit <= room].sum()
    there = 1 - np.where(own["last"], known.gone(silence), known.absent(silence))
    seen = there[known.exceeded(silence) <= allowed].sum()
    return float((seen + STEADY) / (expected + STEADY))


def _scale(known: Posterior, room: np.ndarray, rate: float) -> float:
    course = known.course()
    months = course.months_seen(room).sum()
    low, high = np.log(rate) - 1, np.log(rate) + 4
    for _ in range(30):
        middle = (low + high) / 2
        allowed = known.allowed(np.exp(middle))
        limit = course.limit(allowed)
        expected = (allowed * np.exp(-known.hazard * limit))[limit <= room].sum()
        low, high = (middle, high) if expected < rate * months else (low, middle)
    return float(np.exp(high))


def _gaps(days: pd.DataFrame, clock: Clock, as_of: dt.date) -> pd.DataFrame:
    """For each purchase day: business time, length of the silence after it, and the gap before it."""
    account = days["customer_id"].to_numpy()
    time = clock.time(days["date"])
    first = np.r_[True, account[1:] != account[:-1]] if len(days) else np.zeros(0, dtype=bool)
    last = np.r_[first[1:], True] if len(days) else first
    after = np.where(last, clock.time([as_of])[0], np.r_[time[1:], 0.0])
    table = pd.DataFrame({"time": time, "silence": np.maximum(after - time, 0.0), "last": last})
    table["next_date"] = days["date"].shift(-1).mask(last)
    table["gap"] = np.where(first, 0.0, np.maximum(np.diff(time, prepend=0.0), SHORTEST))
    table["account"] = np.cumsum(first)
    return _summed(table, ~first)


def _summed(gaps: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    """The sums of the gaps before each silence, of those that count."""
    log = np.log(gaps["gap"].where(counts, 1.0))
    for name, value in (("n", counts.astype(float)), ("total", gaps["gap"].where(counts, 0.0)), ("log_total", log)):
        gaps[name] = pd.Series(value, index=gaps.index).groupby(gaps["account"]).cumsum()
    return gaps


def _with_tail(gaps: pd.DataFrame, rhythm: Rhythm) -> Rhythm:
    rows = np.flatnonzero(gaps["n"] > 0)
    own = gaps.iloc[rows[np.linspace(0, len(rows) - 1, min(len(rows), 10 * CALIBRATED_ON)).astype(int)]]
    return rhythm.with_tail(own["n"], own["total"], own["log_total"], own["silence"], ~own["last"])


def _without_absences(gaps: pd.DataFrame, rhythm: Rhythm) -> pd.DataFrame:
    """Gaps during which the account had probably left, and then came back, are no part of its rhythm."""
    usual = gaps["total"] / gaps["n"].clip(lower=1)
    rows = np.flatnonzero((gaps["n"] > 0) & ~gaps["last"] & (gaps["silence"] > 2 * usual))
    away = np.zeros(len(gaps), dtype=bool)
    for part in np.array_split(rows, len(rows) // CHUNK + 1):
        own = gaps.iloc[part]
        known = rhythm.posterior(own["n"], own["total"], own["log_total"])
        away[part + 1] = known.absent(own["silence"].clip(lower=SHORTEST)) > 0.5
    return _summed(gaps, (gaps["gap"] > 0).to_numpy() & ~away)


def _population(gaps: pd.DataFrame) -> Rhythm | None:
    final = gaps[gaps["last"]]
    return fit_rhythm(final["n"], final["total"], final["log_total"], final["silence"])


def _judge(table, gaps, part, rhythm: Rhythm, clock: Clock, scales: dict, rates: tuple[float, float]) -> None:
    """Fill in usual_days, late_on and lost_on of some rows."""
    own = gaps.iloc[part]
    known = rhythm.posterior(own["n"], own["total"], own["log_total"])
    exceeded = np.ones(len(part))
    far = (own["silence"] > NEAR * known.mean_gap).to_numpy()  # nearer silences are never long: spares most of the work
    exceeded[far] = known.take(far).exceeded(own["silence"][far])
    group = history(own["n"])
    table.loc[part, "usual_days"] = known.mean_gap
    for column, rate in zip(("late_on", "lost_on"), rates, strict=True):
        allowed = known.allowed(scales[rate][group])
        flagged = exceeded <= allowed
        limit = known.take(flagged).limit(allowed[flagged])
        table.loc[part[flagged], column] = clock.date(own["time"][flagged] + limit)


def fixed_window(judged: Silences, *, rate: float) -> int | None:
    """The plain rule beside ours: one number of days for all, with as many false alarms.

    Parameters
    ----------
    judged : Silences
    rate : float
        False alarms per living account-month.

    Returns
    -------
    int or None
        Days of silence from which on an account is flagged; None without a rhythm. Silences that a purchase ended were
        those of living accounts, so the alarms in them were false; open ones count as far as they have come, weighted
        with the chance that the account is still there.
    """
    own = judged.table[judged.table["gaps"] > 0]
    if judged.rhythm is None or own.empty:
        return None
    end = own["next_date"].fillna(pd.Timestamp(judged.as_of))
    days = (end - own["date"]).dt.days.to_numpy()
    there = np.where(own["next_date"].isna(), 1 - own["customer_id"].map(judged.gone), 1.0)
    allowed = rate * float((days * there).sum()) / MONTH
    longest = np.argsort(-days, kind="stable")
    return int(days[longest][min(np.searchsorted(np.cumsum(there[longest]), allowed), len(days) - 1)]) + 1
