"""The class of every account at one period's end after another, as reported and held steady."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.given import check_shares
from kamlib.panel import Panel
from kamlib.segmentation.abc import ABC_SHARES
from kamlib.segmentation.windows import trailing
from kamlib.tables import ABC

INACTIVE, NEW = "inactive", "new"
STATES = (*ABC, INACTIVE, NEW)
"""A, B, C; inactive: a customer before, no line in the window; new: not yet a customer."""
MARGIN = 0.10  # ours: beyond a border by a tenth of its value a class changes at once
PERIODS = 2  # ours: two period ends on the other side of the border are no accident


@dataclass(frozen=True)
class ClassHistory:
    """Classes at period ends.

    Attributes
    ----------
    reported : pandas.DataFrame
        Accounts by customer_id, period ends as columns, the oldest first: one of `STATES`.
    held : pandas.DataFrame
        The same with hysteresis: see `class_history`.
    values : pandas.DataFrame
        Money of the trailing windows, cents.
    borders : pandas.DataFrame
        Period ends by A, B: the smallest value of the class, cents; NaN where the class is empty.
    """

    reported: pd.DataFrame
    held: pd.DataFrame
    values: pd.DataFrame
    borders: pd.DataFrame

    @property
    def ends(self) -> list[pd.Timestamp]:
        """Period ends, the oldest first."""
        return list(self.reported.columns)


def class_history(
    panel: Panel,
    *,
    measure: str = "sales",
    months: int = 12,
    step: int = 3,
    shares: Sequence[float] = ABC_SHARES,
    margin: float = MARGIN,
    periods: int = PERIODS,
) -> ClassHistory:
    """Classes of all accounts at period ends, and the same held steady.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    measure : str
        `sales` or `profit`.
    months : int
        Length of the trailing window that makes a class, whole calendar months.
    step : int
        Months from one period end to the next, counted back from the last complete month.
    shares : sequence of two floats
        As in `kamlib.segmentation.abc`, whose classes these are.
    margin : float
        Hysteresis: a class changes at once where the value lies beyond the border by this part of the border's value.
        Default: ours, a tenth; what it does is in `benchmarks/migration.md`.
    periods : int
        It also changes at the so-manieth period end in a row on the other side. 1: no hysteresis.

    Returns
    -------
    ClassHistory
        Without columns where the ledger is shorter than the window.

    Raises
    ------
    ValueError
        A margin below 0, or periods below 1.

    Notes
    -----
    To become inactive, to return, and to begin are facts and not classes: no hysteresis holds them back, and an
    account that comes is given the class that it has. An account whose history is truncated is never new.
    """
    lines = check_shares(shares)
    if margin < 0 or periods < 1:
        raise ValueError(f"margin must be 0 or more and periods 1 or more, not {margin} and {periods}")
    values = trailing(panel, column=f"{measure}_cents", months=months, step=step)
    active = trailing(panel, column="lines", months=months, step=step).to_numpy() > 0
    codes, borders = _codes(values.to_numpy(), active, lines)
    codes = np.where(active, codes, _absent(panel, values.columns))
    held = _held(codes, values.to_numpy(), borders, margin, periods)
    words = np.array(STATES, dtype=object)
    frames = (pd.DataFrame(words[c], values.index, values.columns, dtype="str") for c in (codes, held))
    return ClassHistory(*frames, values, pd.DataFrame(borders, values.columns, list(ABC[:2])))


def _codes(values: np.ndarray, active: np.ndarray, lines: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Class as a number, and the smallest value of A and of B, at each period end: `abc` without its frame."""
    codes = np.full(values.shape, 2)
    borders = np.full((values.shape[1], 2), np.nan)
    for t in range(values.shape[1]):
        positive = np.where(active[:, t], values[:, t], 0).clip(min=0)
        # Rows are in order of customer_id, and so the order of ties is that of `abc`.
        order = np.argsort(-positive, kind="stable")
        ranked = positive[order]
        before, total = np.cumsum(ranked) - ranked, ranked.sum()
        found = np.where(before < lines[0] * total, 0, np.where(before < lines[1] * total, 1, 2))
        codes[order, t] = np.where(ranked > 0, found, 2)
        for c in range(2):
            members = ranked[(found == c) & (ranked > 0)]
            borders[t, c] = members.min() if len(members) else np.nan
    return codes, borders


def _absent(panel: Panel, ends: pd.DatetimeIndex) -> np.ndarray:
    """State of an account without a line in the window: new if its first line is still to come."""
    first = panel.accounts["first_line"].to_numpy("datetime64[s]")[:, None]
    later = (first > ends.to_numpy("datetime64[s]")) & ~panel.accounts["truncated"].to_numpy(bool)[:, None]
    return np.where(later, STATES.index(NEW), STATES.index(INACTIVE))


def _held(codes: np.ndarray, values: np.ndarray, borders: np.ndarray, margin: float, periods: int) -> np.ndarray:
    """Codes with hysteresis, one period end after another."""
    held, since = codes.copy(), np.zeros(len(codes), dtype=int)
    for t in range(1, codes.shape[1]):
        now, was = codes[:, t], held[:, t - 1]
        both = (now < len(ABC)) & (was < len(ABC))
        side = np.where(both, np.sign(now - was), 0)
        same = side == np.sign(codes[:, t - 1] - was) if t > 1 else np.zeros(len(codes), bool)
        since = np.where(side == 0, 0, np.where(same & (since > 0), since + 1, 1))
        up = np.minimum(_beyond(values[:, t], borders[t] * (1 + margin)), was)
        down = np.maximum(_beyond(values[:, t], borders[t] / (1 + margin)), was)
        kept = np.where(side < 0, up, np.where(side > 0, down, was))
        held[:, t] = np.where(both & (since < periods), kept, now)
        since = np.where(held[:, t] == now, 0, since)
    return held


def _beyond(values: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Class of values by the given smallest values of A and of B."""
    a, b = np.nan_to_num(borders, nan=np.inf)
    return np.where(values >= a, 0, np.where(values >= b, 1, 2))


def steadiness(history: ClassHistory, *, lasting: int = 3) -> pd.DataFrame:
    """What hysteresis does to this ledger: moves that it takes away, and how late lasting ones then come.

    Parameters
    ----------
    history : ClassHistory
    lasting : int
        A move between A, B and C lasts if the new class is kept for so many period ends, the first included. Moves
        too late in the ledger to tell are not counted among them.

    Returns
    -------
    pandas.DataFrame
        One row, columns: moves (between A, B and C, as reported), held_moves, removed (share of moves), flickers (moves
        undone at the next period end), held_flickers, lasting (moves that last), late (share of them that hysteresis
        shows later than reported), delay (mean over those late, periods). Shares are NaN of nothing.
    """
    reported, held = (_numbers(f) for f in (history.reported, history.held))
    moves, kept = _moves(reported), _moves(held)
    delays = np.array([_delay(held[i], t, reported[i, t]) for i, t in _lasting(reported, moves, lasting)])
    late = delays[delays > 0]
    row = {
        "moves": int(moves.sum()), "held_moves": int(kept.sum()),
        "removed": 1 - kept.sum() / moves.sum() if moves.any() else np.nan,
        "flickers": _flickers(reported, moves), "held_flickers": _flickers(held, kept), "lasting": len(delays),
        "late": len(late) / len(delays) if len(delays) else np.nan, "delay": late.mean() if len(late) else np.nan,
    }  # fmt: skip
    return pd.DataFrame([row])


def _numbers(frame: pd.DataFrame) -> np.ndarray:
    table = frame.to_numpy(dtype=object)
    return np.select([table == s for s in STATES], range(len(STATES))).astype(int)


def _moves(codes: np.ndarray) -> np.ndarray:
    """Where an account is in another of A, B, C than at the period end before; no move at the first."""
    moved = (codes[:, 1:] != codes[:, :-1]) & (codes[:, 1:] < len(ABC)) & (codes[:, :-1] < len(ABC))
    return np.pad(moved, ((0, 0), (1, 0))) if codes.shape[1] else codes.astype(bool)


def _flickers(codes: np.ndarray, moves: np.ndarray) -> int:
    back = codes[:, 2:] == codes[:, :-2]
    return int((moves[:, 1:-1] & back).sum()) if codes.shape[1] > 2 else 0


def _lasting(codes: np.ndarray, moves: np.ndarray, lasting: int) -> list[tuple[int, int]]:
    found = np.argwhere(moves[:, : max(codes.shape[1] - lasting + 1, 0)])
    return [(i, t) for i, t in found if (codes[i, t : t + lasting] == codes[i, t]).all()]


def _delay(held: np.ndarray, t: int, to: int) -> int:
    """Period ends from the move to when the held class shows it; the rest of the ledger where it never does."""
    shown = np.flatnonzero(held[t:] == to)
    return int(shown[0]) if len(shown) else len(held) - t
