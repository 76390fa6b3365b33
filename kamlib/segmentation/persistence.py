r"""Will the class be the same next period? What became of accounts alike, on this ledger's own past.

At each past month-end *t* an account has a trailing total :math:`v`. Its oldest months will have left the window after
the period ahead; in their place comes, for want of better, what the account's total would give at the common season:
:math:`v' = v - \text{oldest} + v \cdot S`, *S* the share of all sales that fell into the oldest months. What in fact
came is measured as :math:`e = \log(v_{t+h} / L_{t+h}) - \log(v' / L_t)`, *L* the line of A, and kept by how often and
how lately the account had bought. An account of today is given the *e* of all past accounts of its kind: the share of
them that would keep it within its lines is the probability that its class persists. There is no model to believe in;
what it says is tried on the ledger's past, at each month-end with what was known by then, against the simplest rule
(how often accounts of the class kept it), which is used where it does better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.given import check_shares
from kamlib.panel import Panel, check_panel
from kamlib.segmentation.abc import ABC_SHARES
from kamlib.segmentation.windows import complete_months, month_matrix
from kamlib.stats.calibration import brier, expected_calibration_error, reliability
from kamlib.tables import ABC

AHEAD = 3  # months: a quarter, the shortest period in which a class by twelve months can do more than flicker
ENOUGH = 100  # accounts whose next class is known, to say anything
KIND_ENOUGH = 30  # of a kind; a smaller one is judged by all
TRIED = ENOUGH  # predictions that have come due, to say how good they were
OFTEN = (1, 2, 4, 7)  # active months of the window: up to 1, 2, 4, 7, more
LATELY = (0, 2)  # whole months since that of the last purchase: none, up to 2, more
LEAVING = (0.0, 0.5, 1 - 1e-9)  # of the value, what will have left the window: nothing, up to half, more, all
OUT = len(ABC)  # no line in the window any more
NEXT = [*(f"next_{label}" for label in ABC), "next_out"]


@dataclass(frozen=True)
class Persistence:
    """Whether classes last.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by customer_id, accounts with a line in the window that ends with the last complete month: abc, stays
        (probability of the same class `ahead` months on), next_A, next_B, next_C, next_out (of each; out: no line in
        the window any more). Probabilities are missing where it cannot be told.
    reliability : pandas.DataFrame
        On the ledger's past, see `kamlib.stats.calibration.reliability`; empty where it could not be tried.
    rule : str
        `accounts alike`, `class` (the simplest rule did better), or `cannot tell`.
    brier, brier_class : float
        Of both rules, on the same past predictions; NaN where they could not be tried.
    error : float
        Expected calibration error of the rule that is used.
    tried, origins : int
        Past predictions, and month-ends at which they were made.
    ahead : int
        Months.
    why : str
        What is missing where it cannot be told; empty otherwise.
    """

    table: pd.DataFrame
    reliability: pd.DataFrame
    rule: str
    brier: float
    brier_class: float
    error: float
    tried: int
    origins: int
    ahead: int
    why: str = ""


def persistence(
    panel: Panel, *, measure: str = "sales", shares: Sequence[float] = ABC_SHARES, ahead: int = AHEAD
) -> Persistence:
    """Probability that each account's class is the same some months on.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    measure : {"sales", "profit"}
    shares : sequence of two floats
        The lines of `kamlib.segmentation.abc`.
    ahead : int
        Months, 1 or more. From the window's length on, the windows share no month.

    Returns
    -------
    Persistence
        `cannot tell` where fewer than 100 accounts' next class is known: the ledger is shorter than the window
        and the period ahead together, or small. With a past that teaches but none to try it on, probabilities
        are given and `tried` is 0.

    Raises
    ------
    ValueError
        `ahead` below 1.
    """
    check_panel(panel, "persistence(panel)")
    if ahead < 1:
        raise ValueError(f"ahead must be one month or more, not {ahead}")
    states = _states(panel, measure, check_shares(shares), ahead)
    if not states:
        return _untold(pd.DataFrame(), ahead, "the ledger does not hold one whole window")
    now = states[-1]  # by place in accounts: names of a hundred thousand take longer to match than all the rest
    names = panel.accounts.index[now.index]
    known = _outcomes(states, ahead)
    if sum(len(past) for past in known.values()) < ENOUGH:
        why = f"the next class is known of fewer than {ENOUGH} accounts; it takes {panel.months} + {ahead} months"
        return _untold(now.set_axis(names), ahead, why)
    alike, simple, truth, origins = _tried(states, known, ahead)
    enough = len(truth) >= TRIED
    scores = (brier(alike, truth), brier(simple, truth)) if enough else (float("nan"),) * 2
    by_class = enough and scores[1] < scores[0]
    lessons = pd.concat(known.values())
    told = _by_class(now, lessons) if by_class else _alike(now, lessons)
    table = pd.DataFrame(told, index=names, columns=NEXT)
    table.insert(0, "stays", _own(now["code"], told))
    table.insert(0, "abc", _letters(now))
    used = simple if by_class else alike
    rule = "class" if by_class else "accounts alike"
    if not enough:
        return Persistence(table, reliability([], []).head(0), rule, *scores, float("nan"), 0, 0, ahead)
    error = expected_calibration_error(used, truth)
    return Persistence(table, reliability(used, truth), rule, *scores, error, len(truth), origins, ahead)


def _untold(now: pd.DataFrame, ahead: int, why: str) -> Persistence:
    table = pd.DataFrame(index=now.index, columns=["abc", "stays", *NEXT], dtype="float64")
    if len(now):
        table["abc"] = _letters(now)
    nothing = float("nan")
    return Persistence(table, reliability([], []).head(0), "cannot tell", nothing, nothing, nothing, 0, 0, ahead, why)


def _letters(state: pd.DataFrame) -> np.ndarray:
    return np.array(ABC)[state["code"]]


def _states(panel: Panel, measure: str, shares: tuple[float, float], ahead: int) -> list[pd.DataFrame]:
    """At each month-end that has a whole window: class, distance to both lines, and kind of each account in it."""
    whole = complete_months(panel)
    money, lines, bought = (
        month_matrix(panel, column=c)[whole].to_numpy("float64") for c in (f"{measure}_cents", "lines", "purchase_days")
    )
    windows = [slice(end - panel.months, end) for end in range(panel.months, len(whole) + 1)]
    return [_state(money[:, w], lines[:, w], bought[:, w], shares, ahead) for w in windows]


def _state(money, lines, bought, shares, ahead) -> pd.DataFrame:
    there = lines.sum(axis=1) > 0
    money, bought = money[there], bought[there] > 0
    value, oldest = money.sum(axis=1), money[:, :ahead].sum(axis=1)
    total = np.clip(value, 0, None).sum()
    season = np.clip(oldest.sum() / total, 0, 1) if total > 0 else 0.0
    label, line_a, line_b = _classes(value, shares)
    drifted = value - oldest + value * season
    silent = np.where(bought.any(axis=1), np.argmax(bought[:, ::-1], axis=1), bought.shape[1])
    leaving = np.where(lines[there][:, ahead:].sum(axis=1) > 0, oldest / np.where(value > 0, value, np.inf), 1.0)
    often, lately = np.digitize(bought.sum(axis=1), OFTEN, right=True), np.digitize(silent, LATELY, right=True)
    kind = ((np.digitize(leaving, LEAVING, right=True) * 10 + often) * 10 + lately).astype("int16")  # sorts by radix
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = {"a": np.log(value / line_a), "a_next": np.log(drifted / line_a), "b_next": np.log(drifted / line_b)}
    floor = {name: np.where(np.isfinite(at), at, -np.inf) for name, at in reach.items()}
    return pd.DataFrame({"code": label, "kind": kind, **floor}, index=np.flatnonzero(there))


def _classes(value: np.ndarray, shares: tuple[float, float]) -> tuple[np.ndarray, float, float]:
    """Classes as `abc` gives them, by place in `ABC`, and the smallest values in A and in A or B."""
    order = np.argsort(-value, kind="stable")
    positive = np.clip(value[order], 0, None)
    before = np.cumsum(positive) - positive
    total = positive.sum()
    upper = [(before < share * total) & (positive > 0) for share in shares]
    label = np.full(len(value), 2)
    label[order[upper[1]]], label[order[upper[0]]] = 1, 0
    least = [positive[inside].min() if inside.any() else np.inf for inside in upper]
    return label, least[0], least[1]


def _outcomes(states: list[pd.DataFrame], ahead: int) -> dict[int, pd.DataFrame]:
    """What became of accounts, by month-end: state, next class, and how far they came against what was foreseen."""
    outcomes = {}
    for t in range(len(states) - ahead):
        before, after = states[t], states[t + ahead].reindex(states[t].index)
        came = (after["a"] - before["a_next"]).where(np.isfinite(before["a_next"]))
        outcomes[t] = before.assign(next=after["code"].fillna(OUT).astype("int64"), came=came)
    return outcomes


def _tried(states, known, ahead) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Both rules at each past month-end, with what was known by then, and what happened."""
    alike, simple, truth, origins = [], [], [], 0
    for t, outcome in known.items():
        lessons = [known[s] for s in known if s + ahead <= t]
        if sum(map(len, lessons)) < ENOUGH:
            continue
        origins += 1
        learnt = pd.concat(lessons)
        alike.append(_own(outcome["code"], _alike(states[t], learnt)))
        simple.append(_own(outcome["code"], _by_class(states[t], learnt)))
        truth.append((outcome["next"] == outcome["code"]).to_numpy())
    joined = (np.concatenate(part) if part else np.empty(0) for part in (alike, simple, truth))
    return *joined, origins


def _own(code: pd.Series, told: np.ndarray) -> np.ndarray:
    return told[np.arange(len(told)), code.to_numpy()]


def _by_class(now: pd.DataFrame, lessons: pd.DataFrame) -> np.ndarray:
    """The simplest rule: what became of accounts of the class."""
    width = len(NEXT)
    counts = np.bincount(lessons["code"] * width + lessons["next"], minlength=len(ABC) * width).reshape(-1, width)
    rates = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return rates[now["code"].to_numpy()]


def _alike(now: pd.DataFrame, lessons: pd.DataFrame) -> np.ndarray:
    """What became of accounts of the same kind, laid on each account's own distance to the lines."""
    order = np.argsort(lessons["kind"].to_numpy(), kind="stable")
    kinds, came, left = (lessons[c].to_numpy()[order] for c in ("kind", "came", "next"))
    told = np.empty((len(now), len(NEXT)))
    for kind in np.unique(now["kind"]):
        rows = np.flatnonzero(now["kind"] == kind)
        # of too few alike: those of whose value as much will leave; of too few of these: all
        wider = ([kind, kind + 1], [kind // 100 * 100, kind // 100 * 100 + 100], [0, np.inf])
        parts = (slice(*np.searchsorted(kinds, limits)) for limits in wider)
        part = next(p for p in parts if p.stop - p.start >= KIND_ENOUGH)
        out = float((left[part] == OUT).mean())
        inside = np.sort(came[part][(left[part] != OUT) & ~np.isnan(came[part])])
        a, ab = (share_above(inside, -now[side].to_numpy()[rows]) for side in ("a_next", "b_next"))
        told[rows] = np.c_[a, np.maximum(ab - a, 0), 1 - np.maximum(ab, a), np.zeros(len(rows))] * (1 - out)
        told[rows, -1] = out
    return told


def share_above(ordered: np.ndarray, line: np.ndarray) -> np.ndarray:
    """Share of numbers, in ascending order, that reach each line; none of no numbers.

    Examples
    --------
    >>> share_above(np.array([1.0, 2.0, 3.0]), np.array([2.0, 9.0])).round(2).tolist()
    [0.67, 0.0]
    """
    if not len(ordered):
        return np.zeros(len(line))
    return 1 - np.searchsorted(ordered, line, side="left") / len(ordered)
