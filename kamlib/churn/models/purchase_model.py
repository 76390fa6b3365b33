"""What every purchase model offers; each adds its likelihood and its expectation."""

from __future__ import annotations

import numpy as np

from kamlib.churn.models.history import Histories, checked, distinct
from kamlib.churn.models.optimum import Optimum, maximise


class PurchaseModel:
    """A model of buying until an unseen end, for customers without contracts. Fit it, then ask it.

    Attributes
    ----------
    params_ : dict of str to float
        Estimates, by name. Rates are per unit of the time that was given.
    standard_errors_ : dict of str to float
        Of the estimates: observed information, delta method.
    intervals_ : dict of str to tuple
        95 % intervals, symmetric in the logarithm of the parameter.
    loglik_ : float
        Total log-likelihood, of all accounts.
    n_accounts_ : float
        Sum of the weights.
    """

    names: tuple[str, ...] = ()

    def fit(self, frequency, recency, T, weights=None):
        """Maximum likelihood.

        Parameters
        ----------
        frequency : array-like of int
            Purchases after the first.
        recency : array-like
            Time from the first purchase to the last, in any unit; 0 where frequency is.
        T : array-like
            Time from the first purchase to the day of the look, in the same unit.
        weights : array-like, optional
            Accounts with this history: 1 each.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Not histories; the message names the row.
        NotConvergedError
            No maximum inside. The model is then as before the fit.
        """
        rows = distinct(frequency, recency, T, weights)
        return self._keep(rows, self._maximum(rows))

    def _maximum(self, rows: Histories) -> Optimum:
        part = rows.part()
        rough = self._objective(part) if part is not None else None
        share = part.weights.sum() / rows.weights.sum() if part is not None else 1.0
        return maximise(self._objective(rows), self._starts(rows), part=rough, share=share)

    def _keep(self, rows: Histories, found: Optimum):
        values, errors = np.exp(found.log_params), found.standard_errors
        spread = np.exp(1.959963985 * np.sqrt(np.diag(found.covariance)))
        self.params_ = dict(zip(self.names, values.tolist(), strict=True))
        self.standard_errors_ = dict(zip(self.names, errors.tolist(), strict=True))
        limits = zip((values / spread).tolist(), (values * spread).tolist(), strict=True)
        self.intervals_ = dict(zip(self.names, limits, strict=True))
        self.loglik_, self.n_accounts_ = found.loglik, float(rows.weights.sum())
        return self

    def _params(self) -> tuple[float, ...]:
        if not hasattr(self, "params_"):
            raise ValueError(f"{type(self).__name__} is not fitted: call fit(frequency, recency, T) first.")
        return tuple(self.params_[n] for n in self.names)

    def probability_alive(self, frequency, recency, T) -> np.ndarray:
        """Probability that the account has not dropped out by T.

        Of little use as a ranking on its own: without a purchase after the first, BG/NBD says 1 whatever the silence.
        """
        return self._alive(*checked(frequency, recency, T)[:3])

    def probability_silent(self, t, frequency, recency, T) -> np.ndarray:
        """Probability of no purchase in the `t` after T: dropped out, or alive and not buying.

        It is the likelihood of the same purchases seen until T + t, over that until T; so for every model of this kind.
        """
        x, recent, age, _ = checked(frequency, recency, T)
        longer = age + _not_negative(t)
        return np.exp(np.minimum(self._log_likelihood(x, recent, longer) - self._log_likelihood(x, recent, age), 0.0))

    def log_likelihood(self, frequency, recency, T) -> np.ndarray:
        """Of each account, at the estimates."""
        return self._log_likelihood(*checked(frequency, recency, T)[:3])

    def expected_purchases(self, t, frequency, recency, T) -> np.ndarray:
        """Purchases to be expected in the `t` after T, given the history."""
        return self._expected(_not_negative(t), *checked(frequency, recency, T)[:3])

    def expected_purchases_new_customer(self, t) -> np.ndarray:
        """Purchases after the first to be expected in the `t` after it, of an account not yet known."""
        t = np.atleast_1d(_not_negative(t))
        nothing = np.zeros_like(t)
        return self._expected(t, nothing, nothing, nothing)

    # What a model itself has to say; `beta_geometric.py` and `pareto.py` do.

    def _starts(self, rows: Histories) -> np.ndarray:
        raise NotImplementedError

    def _objective(self, rows: Histories):
        raise NotImplementedError

    def _log_likelihood(self, x, recency, T) -> np.ndarray:
        raise NotImplementedError

    def _alive(self, x, recency, T) -> np.ndarray:
        raise NotImplementedError

    def _expected(self, t, x, recency, T) -> np.ndarray:
        raise NotImplementedError


def _not_negative(t) -> np.ndarray:
    t = np.asarray(t, dtype=float)
    if not np.all(t >= 0):
        raise ValueError("t is a time of 0 or more, in the unit of T.")
    return t


def typical_gap(rows: Histories) -> float:
    """Mean time per purchase after the first, of all accounts together: what a search begins with."""
    return float((rows.weights * rows.T).sum() / max((rows.weights * rows.frequency).sum(), 1.0))
