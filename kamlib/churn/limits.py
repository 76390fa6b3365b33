"""How long a silence may be: what to allow each account so that the whole book has the stated rate of false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.stats.rhythm import HISTORY, SHORTEST, Course, Posterior, Rhythm, history

CALIBRATED_ON = 3_000  # silences of each length of history, at even steps
CHECKED_AT = 0.02  # false alarms per account-month: enough of them to be counted in one book
STEADY = 10.0  # alarms as expected that are mixed in, so that small books keep to the model
COARSE = np.r_[0.0, np.exp(np.linspace(np.log(0.7), np.log(60.0), 9))]  # silences in expected gaps


def known(rhythm: Rhythm, rows: pd.DataFrame) -> Posterior:
    """What is known when each silence begins, from the sums of the gaps before it."""
    sums = rows["n"], rows["total"], rows["log_total"]
    return rhythm.posterior(*sums, pace=rows["pace"].to_numpy(), count=rows["count"])


def evenly(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, at even steps."""
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)] if len(rows) else rows


def scales(gaps: pd.DataFrame, room: np.ndarray, rhythm: Rhythm, rates: tuple[float, ...]) -> dict[float, np.ndarray]:
    """By rate and length of history, what to ask of each gap so that the book as long as it is has `rate` false alarms.

    A limit that lies beyond the end of the book raises no alarm, but the silence below it is living time: without
    this, slow and young accounts would have far fewer alarms than stated.

    Parameters
    ----------
    gaps : pandas.DataFrame
        One row a silence: n, total, log_total, pace, count, silence, last.
    room : numpy.ndarray
        Business days from the beginning of each silence to the end of the book.
    rhythm : Rhythm
    rates : tuple of float
    """
    group = history(gaps["count"])
    found = {rate: np.full(len(HISTORY) + 1, rate) for rate in rates}
    for g in range(len(HISTORY) + 1):
        rows = evenly(np.flatnonzero((group == g) & (gaps["count"] > 0).to_numpy()), CALIBRATED_ON)
        if len(rows):
            own = gaps.iloc[rows]
            at = known(rhythm, own)
            course, silence = at.course(), own["silence"].clip(lower=SHORTEST).to_numpy()
            there = 1 - np.where(own["last"], at.gone(silence), at.absent(silence))
            months = course.months_seen(room[rows]).sum()
            checked = at.allowed(_scale(at, course, room[rows], CHECKED_AT * months))
            # Alarms in silences of accounts that stayed, over those the model expects: its last error is taken out.
            seen = there[at.exceeded(silence) <= checked].sum() + STEADY
            error = seen / (_expected(course, checked, room[rows]) + STEADY)
            for rate in rates:
                found[rate][g] = _scale(at, course, room[rows], rate * months) / error
    return found


def _scale(at: Posterior, course: Course, room: np.ndarray, wanted: float) -> float:
    """What to ask of each gap to have so many false alarms in all."""
    low, high = np.log(1e-6), np.log(2.0)
    for _ in range(24):
        middle = (low + high) / 2
        few = _expected(course, at.allowed(np.exp(middle)), room) < wanted
        low, high = (middle, high) if few else (low, middle)
    return float(np.exp(high))


def _expected(course: Course, allowed: np.ndarray, room: np.ndarray) -> float:
    limit = course.limit(allowed)
    return float((allowed * np.exp(-course.hazard * limit))[limit <= room].sum())
