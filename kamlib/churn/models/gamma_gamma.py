"""Gamma-gamma: what an account spends on a purchase, apart from how often it buys.

References
----------
Fader, Hardie (2013), "The gamma-gamma model of monetary value", note 025: eq. (1a) the likelihood, (5) the conditional
mean.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, psi

from kamlib.churn.models.optimum import maximise


class GammaGamma:
    """Spend per purchase of an account with mean z over x purchases: z ~ Gamma(p x, nu x), nu ~ Gamma(q, v).

    It takes spend to be independent of frequency: look at their correlation first.

    Attributes
    ----------
    params_, standard_errors_, intervals_, loglik_, n_accounts_
        As of `kamlib.churn.models.purchase_model.PurchaseModel`; the parameters are `p`, `q`, `v`.

    Examples
    --------
    >>> model = GammaGamma()
    >>> model.params_ = {"p": 6.25, "q": 3.74, "v": 15.44}  # CDNOW, as published
    >>> model.expected_spend([0, 2], [0, 22.35]).round(2)
    array([35.22, 24.66])
    """

    names = ("p", "q", "v")

    def fit(self, frequency, monetary_value, weights=None):
        """Maximum likelihood, from the accounts with a frequency above 0.

        Parameters
        ----------
        frequency : array-like of int
            Purchases that the mean is taken over. Accounts with 0 say nothing and are left out.
        monetary_value : array-like
            Mean spend on them, above 0, in any unit.
        weights : array-like, optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A mean that is not above 0 where frequency is.
        NotConvergedError
        """
        x, z, w = _rows(frequency, monetary_value, weights)
        scale = float(np.average(z, weights=w))
        found = maximise(_objective(x, z / scale, w), np.array([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]))
        unit = np.array([1.0, 1.0, scale])
        values, errors = np.exp(found.log_params) * unit, found.standard_errors * unit
        spread = np.exp(1.959963985 * np.sqrt(np.diag(found.covariance)))
        self.params_ = dict(zip(self.names, values.tolist(), strict=True))
        self.standard_errors_ = dict(zip(self.names, errors.tolist(), strict=True))
        limits = zip((values / spread).tolist(), (values * spread).tolist(), strict=True)
        self.intervals_ = dict(zip(self.names, limits, strict=True))
        self.loglik_, self.n_accounts_ = found.loglik - w.sum() * np.log(scale), float(w.sum())
        return self

    def expected_spend(self, frequency, monetary_value) -> np.ndarray:
        """Mean spend per purchase to be expected: the account's own, drawn towards the mean of all (eq. 5).

        Parameters
        ----------
        frequency, monetary_value : array-like
            `monetary_value` is not read where frequency is 0: that is an account not yet known.

        Returns
        -------
        numpy.ndarray
            Infinite where the parameters give no finite mean (p x + q of 1 or less).
        """
        p, q, v = (self.params_[n] for n in self.names)
        x, z = np.broadcast_arrays(np.asarray(frequency, float), np.asarray(monetary_value, float))
        spent = np.where(x > 0, x * z, 0.0)
        below = p * x + q - 1
        return np.where(below > 0, p * (v + spent) / np.where(below > 0, below, 1.0), np.inf)


def _rows(frequency, monetary_value, weights):
    x, z = np.asarray(frequency, float), np.asarray(monetary_value, float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, float)
    if not x.shape == z.shape == w.shape:
        raise ValueError(
            f"frequency, monetary_value and weights are of different lengths: {x.size}, {z.size}, {w.size}."
        )
    used = x > 0
    wrong = used & ~(np.isfinite(z) & (z > 0))
    if wrong.any():
        first = np.flatnonzero(wrong)[0]
        raise ValueError(
            f"monetary_value is not above 0 in {wrong.sum():,} rows with purchases, first in row {first}: {z[first]}."
        )
    if not used.any():
        raise ValueError("no account has a frequency above 0: there is no spend to learn from.")
    return x[used], z[used], w[used]


def _objective(x, z, w):
    """Eq. (1a), its sum over accounts, and the gradient by the logarithms of p, q, v."""
    log_x, log_z, spent = np.log(x), np.log(z), x * z

    def objective(log_params):
        """The total log-likelihood, and its gradient by the logarithms of the parameters."""
        p, q, v = params = np.exp(log_params)
        log_all = np.log(v + spent)
        value = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        value = value + (p * x - 1) * log_z + p * x * log_x - (p * x + q) * log_all
        by_p = x * (psi(p * x + q) - psi(p * x) + log_z + log_x - log_all)
        by_q = psi(p * x + q) - psi(q) + np.log(v) - log_all
        by_v = q / v - (p * x + q) / (v + spent)
        return float(w @ value), np.array([w @ by_p, w @ by_q, w @ by_v]) * params

    return objective
