"""The maximum of a log-likelihood over positive parameters, with what it takes to trust it.

The search runs in logarithms of the parameters, so that all stay positive. It begins on a part of the rows, where it
costs little, and ends on all of them with Newton steps; the curvature there gives the standard errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

LIMIT = 14.0  # of a log-parameter: beyond e^14 a likelihood is flat, and its maximum at infinity
GAIN = 1e-7  # log-likelihood that another Newton step may still promise at a maximum
STEP = 1e-4  # of the differences of the gradient that make the curvature
ROUNDS = 40


class NotConvergedError(RuntimeError):
    """A fit has no maximum inside the parameters' range. The message says what was seen and what to do."""


@dataclass(frozen=True)
class Optimum:
    """Where a log-likelihood is greatest.

    Attributes
    ----------
    log_params : numpy.ndarray, shape (p,)
    loglik : float
        Total log-likelihood there.
    covariance : numpy.ndarray, shape (p, p)
        Of the log-parameters: the inverse of the observed information.
    """

    log_params: np.ndarray
    loglik: float
    covariance: np.ndarray

    @property
    def standard_errors(self) -> np.ndarray:
        """Of the parameters themselves, by the delta method: parameter times standard error of its logarithm."""
        return np.exp(self.log_params) * np.sqrt(np.diag(self.covariance))


Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]  # log-parameters -> log-likelihood and its gradient


def maximise(objective: Objective, starts: np.ndarray, *, part: Objective | None = None, share: float = 1.0) -> Optimum:
    """The greatest of the maxima found from several starts.

    Parameters
    ----------
    objective : callable
        Log-parameters to (log-likelihood, gradient by the log-parameters).
    starts : numpy.ndarray, shape (s, p)
        Log-parameters to begin from. A start after the first is used only if those before it ended at a limit.
    part : callable, optional
        The same on a part of the rows, where there are so many that the search is worth beginning there.
    share : float
        Weight of that part among all.

    Returns
    -------
    Optimum

    Raises
    ------
    NotConvergedError
        No inner maximum: a parameter runs to zero or infinity, or the likelihood is flat.

    Examples
    --------
    Three gaps of 1, 2 and 6 days, exponential: the rate is 3 / 9, its standard error that over the root of 3.

    >>> found = maximise(lambda p: (3 * p[0] - 9 * np.exp(p[0]), 3 - 9 * np.exp(p)), np.array([[0.0]]))
    >>> np.exp(found.log_params).round(6), found.standard_errors.round(4)
    (array([0.333333]), array([0.1925]))
    """
    rough = part or objective
    at = _search(rough, np.atleast_2d(starts))
    curvature = _curvature(rough, at) / (share if part else 1.0)
    return _newton(objective, at, curvature)


def _search(objective: Objective, starts: np.ndarray) -> np.ndarray:
    """Quasi-Newton from one start after another, until one ends inside."""
    best, best_value = starts[0], -np.inf
    for start in starts:
        scale = 1.0 / max(1.0, abs(objective(start)[0]))

        def loss(at, scale=scale):
            value, gradient = objective(at)
            return -value * scale, -gradient * scale

        bounds = [(-LIMIT, LIMIT)] * starts.shape[1]
        options = {"maxiter": 500, "ftol": 1e-11, "gtol": 1e-8}
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        if -found.fun / scale > best_value:
            best, best_value = found.x, -found.fun / scale
        if np.all(np.abs(found.x) < LIMIT - 1):
            break
    return best


def _curvature(objective: Objective, at: np.ndarray) -> np.ndarray:
    """Minus the second derivatives: central differences of the gradient, made symmetric."""
    steps = STEP * np.eye(len(at))
    rows = [(objective(at - s)[1] - objective(at + s)[1]) / (2 * STEP) for s in steps]
    return (np.array(rows) + np.array(rows).T) / 2


def _newton(objective: Objective, at: np.ndarray, curvature: np.ndarray) -> Optimum:
    """Newton steps with an old curvature while they gain; at the end the curvature is taken afresh and checked."""
    value, gradient = objective(at)
    fresh = False
    for _ in range(ROUNDS):
        step = _uphill(curvature, gradient)
        if gradient @ step / 2 < GAIN:
            if fresh:
                return _checked(at, value, curvature)
            curvature, fresh = _curvature(objective, at), True
            continue
        moved = _moved(objective, at, value, step)
        if moved is None:
            if fresh:
                break
            curvature, fresh = _curvature(objective, at), True
            continue
        (at, value, gradient), fresh = moved, False
    raise NotConvergedError(_complaint(at, "the search came to no end"))


def _uphill(curvature: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """The Newton step, turned uphill where the likelihood is not concave, and no longer than 2 in any parameter."""
    values, vectors = np.linalg.eigh(curvature)
    floor = max(1e-9 * np.abs(values).max(), 1e-12)
    step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor))
    return step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))


def _moved(objective: Objective, at: np.ndarray, value: float, step: np.ndarray):
    """The first point along the step that gains; None if there is none."""
    for half in range(12):
        there = np.clip(at + step / 2**half, -LIMIT, LIMIT)
        found, gradient = objective(there)
        if found > value:
            return there, found, gradient
    return None


def _checked(at: np.ndarray, value: float, curvature: np.ndarray) -> Optimum:
    values = np.linalg.eigvalsh(curvature)
    if np.any(np.abs(at) > LIMIT - 1):
        raise NotConvergedError(_complaint(at, "a parameter runs to zero or infinity"))
    if values[0] <= 1e-10 * max(values[-1], 1.0):
        raise NotConvergedError(_complaint(at, "the likelihood is flat in some direction"))
    return Optimum(at, float(value), np.linalg.inv(curvature))


def _complaint(at: np.ndarray, what: str) -> str:
    params = ", ".join(f"{p:.3g}" for p in np.exp(at))
    return (
        f"The fit did not converge: {what} (parameters {params}). Use more accounts, or a model with fewer parameters."
    )
