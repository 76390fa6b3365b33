"""How long a silence may be: what to allow each account so that the whole book has the stated rate of false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.stats.rhythm import SHORTEST, Course, Posterior, Rhythm

CALIBRATED_ON = 3_000  # silences of each usual gap and length of history, at even steps
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
    """By rate, usual gap and length of history, what to ask of each gap so that the book has `rate` false alarms.

    A limit that lies beyond the end of the book raises no alarm, but the silence below it is living time: without
    this, slow and young accounts would have far fewer alarms than stated. What the limits then let through among
    silences of accounts that stayed is counted at each rate itself, and the error that is left is taken out; that of
    a group is drawn towards the whole book's.

    Parameters
    ----------
    gaps : pandas.DataFrame
        One row a silence: n, total, log_total, pace, count, silence, last.
    room : numpy.ndarray
        Business days from the beginning of each silence to the end of the book.
    rhythm : Rhythm
    rates : tuple of float

    Returns
    -------
    dict of float to numpy.ndarray of shape (3, 3)
    """
    some = evenly(np.flatnonzero(gaps["count"] > 0), 9 * CALIBRATED_ON)
    own, room = gaps.iloc[some], room[some]
    at = known(rhythm, own)
    _, *place = rhythm.endings.groups(at.regularity, at.mean_gap, own["count"])
    course, silence = at.course(), own["silence"].clip(lower=SHORTEST).to_numpy()
    there = 1 - np.where(own["last"], at.gone(silence), at.absent(own["lasted"].clip(lower=SHORTEST)))
    exceeded, months = at.exceeded(silence), course.months_seen(room)
    found = {rate: np.full((3, 3), rate) for rate in rates}
    for rate in rates:
        seen, due = np.zeros((3, 3)), np.zeros((3, 3))
        for group in np.unique(np.column_stack(place), axis=0):
            rows = np.flatnonzero((np.column_stack(place) == group).all(axis=1))
            part, line, longest = at.take(rows), course.take(rows), room[rows]
            asked = _scale(part, line, longest, rate * months[rows].sum())
            allowed = part.allowed(asked)
            found[rate][tuple(group)] = asked
            seen[tuple(group)] = there[rows][exceeded[rows] <= allowed].sum()
            due[tuple(group)] = _expected(line, allowed, longest)
        whole = (seen.sum() + STEADY) / (due.sum() + STEADY)
        found[rate] = found[rate] / ((seen + STEADY * whole) / (due + STEADY))
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
