"""Cox's regression on intervals, fast enough to be repeated for each imputation."""

from __future__ import annotations

import numpy as np
import pandas as pd

STEPS = 40  # of Newton's method; seven are usual
ENOUGH = 1e-9  # step at which it stops
NEAR_ZERO = 1e-9  # added to the information: a driver that says nothing gets an error without end, not a crash


def cox(rows: pd.DataFrame, drivers: list[str]) -> tuple[pd.DataFrame, np.ndarray]:
    """Coefficients (log hazard ratios) and their covariance.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row an interval of an account: start, stop, event (whether it ended with one), and the drivers, which stand
        for the whole interval. An account is at risk after `start` and at `stop`.
    drivers : list of str

    Returns
    -------
    found : pandas.DataFrame
        Indexed by driver: beta, error.
    covariance : numpy.ndarray of shape (drivers, drivers)

    Notes
    -----
    Partial likelihood (Cox 1972, JRSS B 34:187-220) by Newton's method, ties by Efron (1977, JASA 72:557-565). Sums
    over those at risk are differences of running sums: of all whose interval ends at or after a loss, less those whose
    interval had not begun.

    Examples
    --------
    >>> rows = pd.DataFrame({"start": 0, "stop": [1, 2, 3, 4], "event": True, "x": [1.0, 0, 1, 0]})
    >>> cox(rows, ["x"])[0]["beta"].round(2).tolist()
    [0.94]
    """
    x = rows[drivers].to_numpy(dtype=float)
    x = x - x.mean(axis=0)
    at = _Risk(rows["start"].to_numpy(float), rows["stop"].to_numpy(float), rows["event"].to_numpy(bool))
    beta, best = np.zeros(len(drivers)), -np.inf
    step = np.zeros(len(drivers))
    for _ in range(STEPS):
        value, slope, information = at.likelihood(x, beta)
        while value < best - 1e-9 and np.abs(step).max() > ENOUGH:
            step = step / 2
            beta = beta - step
            value, slope, information = at.likelihood(x, beta)
        best = value
        step = np.linalg.solve(information + NEAR_ZERO * np.eye(len(beta)), slope)
        step = np.clip(step, -2, 2)
        if np.abs(step).max() < ENOUGH:
            break
        beta = beta + step
    covariance = np.linalg.inv(information + NEAR_ZERO * np.eye(len(beta)))
    error = np.sqrt(np.maximum(np.diag(covariance), 0))
    return pd.DataFrame({"beta": beta, "error": error}, index=drivers), covariance


class _Risk:
    """Who was at risk at each loss; ties share theirs out (Efron)."""

    def __init__(self, start: np.ndarray, stop: np.ndarray, event: np.ndarray):
        self.lost = np.flatnonzero(event)
        self.lost = self.lost[np.argsort(stop[self.lost], kind="stable")]
        times, self.tie, size = np.unique(stop[self.lost], return_inverse=True, return_counts=True)
        self.part = (np.arange(len(self.lost)) - (np.cumsum(size) - size)[self.tie]) / size[self.tie]
        self.by_stop, self.by_start = np.argsort(stop), np.argsort(start)
        self.ended = np.searchsorted(stop[self.by_stop], times, side="left")  # before the loss
        self.begun = np.searchsorted(start[self.by_start], times, side="left")

    def likelihood(self, x: np.ndarray, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Log partial likelihood, its slope and information."""
        risk = x @ beta
        most = risk.max()
        weight = np.exp(risk - most)
        n, k = x.shape
        products = (x[:, :, None] * x[:, None, :]).reshape(n, k * k)
        terms = np.column_stack([np.ones(n), x, products]) * weight[:, None]
        total = self._at_risk(terms)[self.tie]
        tied = np.zeros((self.tie.max() + 1, terms.shape[1]))
        np.add.at(tied, self.tie, terms[self.lost])
        total = total - self.part[:, None] * tied[self.tie]
        mean = total[:, 1 : k + 1] / total[:, :1]
        square = (total[:, k + 1 :] / total[:, :1]).sum(axis=0).reshape(k, k)
        value = (risk[self.lost] - most).sum() - np.log(total[:, 0]).sum()
        return float(value), (x[self.lost] - mean).sum(axis=0), square - mean.T @ mean

    def _at_risk(self, terms: np.ndarray) -> np.ndarray:
        """Sum over intervals that have begun before each time less those that have ended before it."""
        begun, ended = (np.cumsum(terms[order], axis=0) for order in (self.by_start, self.by_stop))
        zero = np.zeros((1, terms.shape[1]))
        return np.vstack([zero, begun])[self.begun] - np.vstack([zero, ended])[self.ended]
