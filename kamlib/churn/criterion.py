"""The criterion: when an account is late, and when it is lost.

An account is *late*, then *lost*, when its silence is longer than its own rhythm explains, at a false-alarm rate that
is stated: so many living accounts flagged per living account and month. Every silence is judged with the account's
gaps that lay before it, so that no later purchase moves an alarm of two years ago. What all accounts share (season,
spread of rhythms, how much to allow in a ledger of this length) is learnt from the whole ledger: as it grows, a past
alarm may be dated anew, by days in an old ledger and by weeks in a young one (`benchmarks/churn_rate.md`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.churn.limits import CALIBRATED_ON, COARSE, evenly, known, scales
from kamlib.given import as_day
from kamlib.stats.clock import Clock, business_clock
from kamlib.stats.grain import mean_log, period_ends, period_starts
from kamlib.stats.rhythm import MONTH, SHORTEST, Posterior, Rhythm, fit_rhythm, paces

LATE_RATE = 0.02  # false alarms per living account-month: one in fifty looked at in vain each month
LOST_RATE = 0.005  # one in 17 living accounts called lost within a year; most of these are back within a quarter


@dataclass(frozen=True)
class Silences:
    """Every silence of every account, judged by the gaps that lay before it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row an account and purchase day, in order of customer_id and date: customer_id, date (the silence
        begins; in a ledger of periods the last day of one), next_date (missing while it lasts), gaps
        (completed before), usual_days (expected gap, business days) and regularity (expected shape; 1 is chance, 6 and
        more clockwork), as known when it began, there (probability that the account was there in it: to its end, or to
        `as_of`), late_on and lost_on (first day on which it was late or lost; missing where it ended before), due_on
        (day on which it would have been found lost, had it gone on: to a few per cent; missing where there is no
        rhythm, or beyond what the clock can tell).
    able : pandas.Series
        By customer_id, accounts with a gap: first day on which it could have been found lost, had it stopped buying.
    rhythm : Rhythm or None
        None where there are too few gaps; then nobody is late or lost.
    gone : pandas.Series
        By customer_id, accounts with a gap: probability of having left by `as_of`, by the model.
    segments : pandas.Series
        By customer_id, every account: the segment that lends it what it has not shown yet.
    final : Posterior or None
        What is known of the same accounts when their last silence begins; None without a rhythm.
    clock : Clock
    as_of : datetime.date
    late_rate, lost_rate : float
        False alarms per living account-month.
    """

    table: pd.DataFrame
    able: pd.Series
    gone: pd.Series
    segments: pd.Series
    final: Posterior | None
    rhythm: Rhythm | None
    clock: Clock
    as_of: dt.date
    late_rate: float
    lost_rate: float


def silences(
    days: pd.DataFrame,
    *,
    as_of: dt.date,
    late_rate: float = LATE_RATE,
    lost_rate: float = LOST_RATE,
    segments: pd.Series | None = None,
) -> Silences:
    """Judge every silence of every account.

    Parameters
    ----------
    days : pandas.DataFrame
        Purchase days, from `kamlib.panel.purchase_days`. Where their `attrs["grain"]` says that each stands for a
        period, a silence begins with the end of its period and ends with the beginning of the next one, and gaps are
        as uncertain as two unknown days make them.
    as_of : datetime.date
    late_rate, lost_rate : float
        False alarms per living account-month.
    segments : pandas.Series, optional
        Segment by customer_id that was known when the account first bought: what an account has not shown yet is filled
        in from its segment, as far as segments differ. Without it, quarters by size of the first purchase.

    Returns
    -------
    Silences
        An account with a single purchase day has no rhythm of its own and is never late or lost.

    Raises
    ------
    ValueError
        Rates that are not between 0 and 1, or `late_rate` below `lost_rate`.

    Notes
    -----
    Rhythms drift: a gap counts for less the older it is. How fast it fades is what foretells the next gaps of this
    book best (`MEMORIES`); an account that buys ever less often would otherwise be called lost again and again.
    """
    if not 0 < lost_rate <= late_rate < 1:
        raise ValueError("false-alarm rates lie between 0 and 1, and late_rate is not below lost_rate")
    as_of, grain = as_day(as_of), days.attrs.get("grain", "day")
    days = days.sort_values(["customer_id", "date"]).reset_index(drop=True)
    clock = business_clock(days["date"] if len(days) else [pd.Timestamp(as_of)], as_of=as_of, grain=grain)
    starts, days = days["date"], days.assign(date=_ends(days["date"], grain, as_of))
    gaps = _gaps(days, clock, as_of, starts, grain)
    segment = _segment(days, gaps, segments)
    gaps["pace"] = _pace(gaps, segment)
    rhythm = _population(gaps)
    if rhythm is not None:
        gaps = _without_absences(gaps, rhythm)
        rhythm = _population(gaps)
    if rhythm is not None:
        gaps = _faded(gaps, _memory(gaps, rhythm))
        rhythm = _with_endings(gaps, rhythm)
    table = days[["customer_id", "date"]].assign(next_date=gaps["next_date"], gaps=gaps["count"].astype("int64"))
    table = table.assign(
        usual_days=np.nan, regularity=np.nan, there=np.nan, late_on=pd.NaT, lost_on=pd.NaT, due_on=pd.NaT
    )
    table = table.astype(dict.fromkeys(("late_on", "lost_on", "due_on"), "datetime64[s]"))
    nobody = pd.Index([], dtype="str", name="customer_id")
    could, gone = pd.Series(dtype="datetime64[s]", index=nobody), pd.Series(dtype="float64", index=nobody)
    known_last = None
    if rhythm is not None:
        room = clock.time([as_of])[0] - gaps["time"].to_numpy()
        asked = scales(gaps, room, rhythm, (late_rate, lost_rate))
        for part in np.array_split(np.flatnonzero(gaps["count"] > 0), len(gaps) // CHUNK + 1):
            _judge(table, gaps, part, rhythm, clock, asked, (late_rate, lost_rate))
        if grain != "day":
            _found_at_the_end(table, grain, as_of)
        could = table[gaps["count"] > 0].groupby("customer_id")["due_on"].min()
        final = gaps[gaps["last"] & (gaps["count"] > 0)]
        known_last = known(rhythm, final)
        gone = pd.Series(known_last.gone(final["silence"]), index=table.loc[final.index, "customer_id"])
    first = ~gaps["account"].duplicated()
    segments = pd.Series(segment[first].array, index=days.loc[first, "customer_id"])
    return Silences(table, could, gone, segments, known_last, rhythm, clock, as_of, late_rate, lost_rate)


NEAR = 0.8  # of the expected gap: more than a third of any rhythm's gaps are longer
CHUNK = 100_000  # rows at once: memory, not meaning
MEMORIES = (np.inf, 2000.0, 1400.0, 1000.0, 700.0)  # business days after which a gap counts for 1/e of a new one
LEARNT_FROM = 2_000  # accounts that say which of them foretells best
SEGMENTS = 4  # of accounts without a segment: quarters by size of the first purchase


def _ends(dates: pd.Series, grain: str, as_of: dt.date) -> pd.Series:
    """The day from which on an account is silent: of a period its last, as far as it has come."""
    if grain == "day":
        return dates
    return pd.Series(period_ends(dates, grain), index=dates.index).clip(upper=pd.Timestamp(as_of))


def _gaps(days: pd.DataFrame, clock: Clock, as_of: dt.date, starts: pd.Series, grain: str) -> pd.DataFrame:
    """For each purchase day: business time, length of the silence after it, and the gap before it."""
    account = days["customer_id"].to_numpy()
    time = clock.time(days["date"])
    first = np.r_[True, account[1:] != account[:-1]] if len(days) else np.zeros(0, dtype=bool)
    last = np.r_[first[1:], True] if len(days) else first
    begun = time if grain == "day" else clock.time(period_starts(starts, grain) - pd.Timedelta(days=1))
    after = np.where(last, clock.time([as_of])[0], np.r_[begun[1:], 0.0])
    table = pd.DataFrame({"time": time, "silence": np.maximum(after - time, 0.0), "last": last})
    table["next_date"] = starts.shift(-1).mask(last)
    table["gap"] = np.where(first, 0.0, np.maximum(np.diff(time, prepend=0.0), SHORTEST))
    # What a gap was is known to both ends of periods; what an account was silent for, from the end of one to the next.
    table["lasted"] = np.where(last, table["silence"], np.r_[table["gap"].to_numpy()[1:], 0.0])
    table["log_gap"] = _log_gap(table["gap"].to_numpy(), time - begun, first, grain)
    table["account"] = np.cumsum(first)
    return _summed(table, ~first)


def _log_gap(gap: np.ndarray, width: np.ndarray, first: np.ndarray, grain: str) -> np.ndarray:
    """Logarithm of each gap; between periods, expected over the days that they can mean."""
    safe = np.where(first, 1.0, gap)
    if grain == "day":
        return np.log(safe)
    both = np.maximum((width + np.r_[width[:1], width[:-1]]) / 2, SHORTEST)
    return np.where(first, 0.0, mean_log(safe, both))


def _summed(gaps: pd.DataFrame, counts: np.ndarray) -> pd.DataFrame:
    """The sums of the gaps before each silence, of those that count."""
    gaps["counts"] = counts
    gaps = _faded(gaps, np.inf)
    return gaps.assign(count=gaps["n"])


def _faded(gaps: pd.DataFrame, memory: float) -> pd.DataFrame:
    """The same sums with each gap counting for less the longer ago it ended."""
    counts = gaps["counts"].to_numpy()
    gap, log_gap = np.where(counts, gaps["gap"], 1.0), np.where(counts, gaps["log_gap"], 0.0)
    # Relative to the account's first purchase, so that long ledgers do not overflow.
    age = gaps["time"] - gaps.groupby("account")["time"].transform("first")
    weight = np.exp(np.minimum(age.to_numpy() / memory, 600.0))
    values = pd.DataFrame({"n": counts * weight, "total": counts * gap * weight, "log_total": log_gap * weight})
    sums = values.groupby(gaps["account"].to_numpy()).cumsum()
    return gaps.assign(**{name: sums[name].to_numpy() / weight for name in sums})


def _memory(gaps: pd.DataFrame, rhythm: Rhythm) -> float:
    """The memory with which the gaps of the book, each foretold from those before it, are likeliest."""
    some = evenly(np.arange(gaps["account"].iloc[-1]) + 1, LEARNT_FROM)
    gaps = gaps[gaps["account"].isin(some)]
    score = []
    for memory in MEMORIES:
        rows = _faded(gaps, memory)
        rows = rows[(rows["count"] > 0) & ~rows["last"]]
        rows = rows.iloc[evenly(np.arange(len(rows)), 10 * CALIBRATED_ON)]
        at, gap = known(rhythm, rows), rows["lasted"].clip(lower=SHORTEST)
        score.append((np.log(at.density(gap) + 1e-12) * (1 - at.absent(gap))).sum())
    return MEMORIES[int(np.argmax(score))]


def _segment(days: pd.DataFrame, gaps: pd.DataFrame, segments: pd.Series | None) -> pd.Series:
    """Of each silence's account; without any given, the quarter of its first purchase among all first purchases."""
    if segments is not None:
        return days["customer_id"].map(segments).fillna("not known").astype("str")
    if "cents" not in days or days.empty:
        return pd.Series("all", index=days.index, dtype="str")
    first = days.loc[~gaps["account"].duplicated(), "cents"]
    edges = np.unique(np.quantile(first, np.arange(1, SEGMENTS) / SEGMENTS))
    quarter = pd.Series(np.digitize(first, edges) + 1, index=gaps.loc[first.index, "account"])
    return "first purchase in quarter " + gaps["account"].map(quarter).astype("str")


def _pace(gaps: pd.DataFrame, segment: pd.Series) -> np.ndarray:
    """Of each silence's account, the pace of its segment."""
    final = gaps["last"].to_numpy() & (gaps["count"] > 0).to_numpy()
    if not final.any():
        return np.ones(len(gaps))
    own = gaps[final]
    found = paces(own["count"], own["total"], segment[final])
    return segment.map(found).fillna(1.0).to_numpy(dtype=float)


def _with_endings(gaps: pd.DataFrame, rhythm: Rhythm) -> Rhythm:
    own = gaps.iloc[evenly(np.flatnonzero(gaps["count"] > 0), 10 * CALIBRATED_ON)]
    return rhythm.with_endings(known(rhythm, own), own["lasted"], ~own["last"], own["count"])


def _without_absences(gaps: pd.DataFrame, rhythm: Rhythm) -> pd.DataFrame:
    """Gaps during which the account had probably left, and then came back, are no part of its rhythm."""
    usual = gaps["total"] / gaps["n"].clip(lower=1)
    rows = np.flatnonzero((gaps["n"] > 0) & ~gaps["last"] & (gaps["lasted"] > 2 * usual))
    away = np.zeros(len(gaps), dtype=bool)
    for part in np.array_split(rows, len(rows) // CHUNK + 1):
        own = gaps.iloc[part]
        away[part + 1] = known(rhythm, own).absent(own["lasted"].clip(lower=SHORTEST)) > 0.5
    return _summed(gaps, (gaps["gap"] > 0).to_numpy() & ~away)


def _population(gaps: pd.DataFrame) -> Rhythm | None:
    final = gaps[gaps["last"]]
    return fit_rhythm(final["n"], final["total"], final["log_total"], final["silence"], pace=final["pace"])


def _judge(table, gaps, part, rhythm: Rhythm, clock: Clock, asked: dict, rates: tuple[float, float]) -> None:
    """Fill in usual_days, late_on, lost_on and due_on of some rows; of the rates, the last is that of the lost."""
    own = gaps.iloc[part]
    at = known(rhythm, own)
    exceeded = np.ones(len(part))
    far = (own["silence"] > NEAR * at.mean_gap).to_numpy()  # nearer silences are never long: spares most of the work
    exceeded[far] = at.take(far).exceeded(own["silence"][far])
    there = np.ones(len(part))
    there[far] = 1 - at.take(far).absent(own["lasted"][far])
    last = own["last"].to_numpy()
    there[last] = 1 - at.take(last).gone(own["silence"][last])
    table.loc[part, "there"] = there
    place = rhythm.endings.groups(at.regularity, at.mean_gap, own["count"])[1:]
    table.loc[part, "usual_days"], table.loc[part, "regularity"] = at.mean_gap, at.regularity
    for column, rate in zip(("late_on", "lost_on"), rates, strict=True):
        allowed = at.allowed(asked[rate][place])
        if column == "lost_on":
            allowed = np.minimum(allowed, at.likelier_gone())
        flagged = exceeded <= allowed
        limit = at.take(flagged).limit(allowed[flagged])
        table.loc[part[flagged], column] = clock.date(own["time"][flagged] + limit)
    due = clock.date(own["time"] + at.course(COARSE).limit(allowed))
    table.loc[part, "due_on"] = np.where(flagged, table.loc[part, "lost_on"], due)


def _found_at_the_end(table: pd.DataFrame, grain: str, as_of: dt.date) -> None:
    """In a ledger of periods nobody is known to be silent in one before it is over."""
    for column in ("late_on", "lost_on", "due_on"):
        table[column] = period_ends(table[column], grain)
    for column in ("late_on", "lost_on"):
        table[column] = table[column].where(table[column] <= pd.Timestamp(as_of))


def living(judged: Silences) -> tuple[np.ndarray, np.ndarray]:
    """Length of each silence after a gap, in days, and the chance that the account was there in it."""
    own = judged.table[judged.table["gaps"] > 0]
    end = own["next_date"].fillna(pd.Timestamp(judged.as_of))
    there = np.where(own["next_date"].isna(), 1 - own["customer_id"].map(judged.gone).astype(float), 1.0)
    return (end - own["date"]).dt.days.to_numpy(), there


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
    days, there = living(judged)
    if judged.rhythm is None or not len(days):
        return None
    allowed = rate * float((days * there).sum()) / MONTH
    longest = np.argsort(-days, kind="stable")
    return int(days[longest][min(np.searchsorted(np.cumsum(there[longest]), allowed), len(days) - 1)]) + 1
