"""From which class to which: transition shares over several periods, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.segmentation.migration.history import NEW, STATES
from kamlib.stats import interval

TO = STATES[:-1]  # nobody becomes new
PRIOR = 0.5  # Jeffreys' prior of a share: half an account for each state that could follow
MOST_DRAWN = 20_000_000


def transitions(
    classes: pd.DataFrame, *, repetitions: int = 1000, seed: int = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """How accounts move from a class to another within one period, over all periods of the ledger.

    Parameters
    ----------
    classes : pandas.DataFrame
        `reported` or `held` of a `ClassHistory`: accounts by period ends.
    repetitions, seed : int
        Draws behind the intervals.
    confidence : float

    Returns
    -------
    pandas.DataFrame
        from, to, moves (accounts and periods), of (all that were in `from`), accounts (how many different ones those
        were), share (moves / of), low, high. A row for every pair of states, the share NaN where none was in `from`.
        An account that stays new has not begun and is no row.

    Notes
    -----
    The estimand is the chance that an account in `from` at a period end is in `to` at the next, for accounts and
    periods like these. An account comes in as many periods as it has, and its moves are not independent of one another;
    the interval therefore weights whole accounts anew (Bayesian bootstrap, Rubin 1981) and adds Jeffreys' half an
    account to every state that could follow. Where each account has one period this is the Dirichlet posterior. What
    changes for all accounts from period to period is not in it. Where nobody or everybody moved, the interval reaches
    to 0 or 1 (Brown, Cai and DasGupta 2001, Stat. Sci. 16:101-133). Coverage: `benchmarks/migration.md`.

    Examples
    --------
    >>> classes = pd.DataFrame({"then": ["A", "A", "B"], "now": ["A", "B", "B"]}, index=["k1", "k2", "k3"])
    >>> table = transitions(classes).set_index(["from", "to"])
    >>> table.loc["A", "share"].to_dict()
    {'A': 0.5, 'B': 0.5, 'C': 0.0, 'inactive': 0.0}
    """
    counts = _counts(classes)
    by = counts.sum(axis=0)
    of, accounts = by.sum(axis=1), (counts.sum(axis=2) > 0).sum(axis=0)
    low, high = _intervals(counts, repetitions, seed, confidence)
    low, high = np.where((by == 0) & (of > 0)[:, None], 0.0, low), np.where((by == of[:, None]) & (by > 0), 1.0, high)
    with np.errstate(invalid="ignore"):
        share = by / of[:, None]
    rows = [
        (f, t, by[i, j], of[i], accounts[i], share[i, j], low[i, j], high[i, j])
        for i, f in enumerate(STATES) for j, t in enumerate(TO) if (f, t) != (NEW, STATES[-2])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["from", "to", "moves", "of", "accounts", "share", "low", "high"])


def transition_matrix(table: pd.DataFrame, *, column: str = "share") -> pd.DataFrame:
    """One column of `transitions` as a square: rows are where accounts were, columns where they went."""
    wide = table.pivot(index="from", columns="to", values=column)
    return wide.reindex(index=list(STATES), columns=list(TO))


def _counts(classes: pd.DataFrame) -> np.ndarray:
    """Moves of each account, by from and to: accounts, 5, 4."""
    table = classes.to_numpy(dtype=object)
    codes = np.select([table == s for s in STATES], range(len(STATES)), -1).astype(int)
    if (codes < 0).any():
        raise ValueError(f"a class is none of: {', '.join(STATES)}")
    counts = np.zeros((len(codes), len(STATES), len(TO)), dtype="int64")
    rows = np.arange(len(codes))
    for t in range(1, codes.shape[1]):
        # Who is new or comes from nowhere as inactive has not moved.
        begun = (codes[:, t] < len(TO)) & ~((codes[:, t - 1] == len(TO)) & (codes[:, t] == len(TO) - 1))
        np.add.at(counts, (rows[begun], codes[begun, t - 1], codes[begun, t]), 1)
    return counts


def _intervals(counts: np.ndarray, repetitions: int, seed: int, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    shape = counts.shape[1:]
    if not counts.any():
        return np.full(shape, np.nan), np.full(shape, np.nan)
    # Accounts that moved alike are drawn as one: a sum of weights of the same kind.
    patterns, alike = _patterns(counts.reshape(len(counts), -1))
    repetitions = max(min(repetitions, MOST_DRAWN // len(patterns)), 100)
    rng = np.random.default_rng(seed)
    drawn = rng.gamma(alike, size=(repetitions, len(alike))) @ patterns
    drawn = drawn.reshape(repetitions, *shape) + _prior(rng, repetitions)
    share = drawn / drawn.sum(axis=2, keepdims=True)
    told = counts.sum(axis=(0, 2)) > 0
    limits = np.full((2, *shape), np.nan)
    for i in np.flatnonzero(told):
        limits[:, i] = np.array([interval(share[:, i, j], confidence=confidence) for j in range(shape[1])]).T
    return limits[0], limits[1]


def _patterns(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different rows, in order, and how often each is there; a random sum stands for a row: sorting rows is slow."""
    key = np.random.default_rng(1).integers(1, 2**62, counts.shape[1]) | 1
    _, first, alike = np.unique((counts * key).sum(axis=1), return_index=True, return_counts=True)
    order = np.lexsort(counts[first].T[::-1])
    return counts[first][order], alike[order]


def _prior(rng: np.random.Generator, repetitions: int) -> np.ndarray:
    half = rng.gamma(PRIOR, size=(repetitions, len(STATES), len(TO)))
    half[:, -1, -1] = 0  # from new to inactive there is no way
    return half
