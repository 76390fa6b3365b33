"""The beta-geometric family: gaps of an account are Erlang-k, and after a purchase it may drop out.

An account buys at rate lambda ~ Gamma(r, alpha) and drops out after a purchase with probability p ~ Beta(a, b). BG/NBD
lets nobody drop out before the second purchase; the modified form does. With k = 1 gaps are exponential; a larger k
makes them regular. One likelihood serves all four. With c = r + k x and m = x (modified: x + 1),

    L = B(a, b + m) / B(a, b) * Gamma(c) alpha^r / Gamma(r) * (alive + dead)
    alive = (alpha + T)^-c * sum over j < k of (c)_j / j! * ((T - t_x) / (alpha + T))^j
    dead  = a / (b + m - 1) * (alpha + t_x)^-c                                           (none where m = 0)

times prod(gap^(k-1) / Gamma(k)), which no parameter touches but k.

References
----------
Fader, Hardie, Lee (2005), Marketing Science 24(2), 275-284: eq. (6) the likelihood, (9) and (10) the expectations.
Batislam, Denizel, Filiztekin (2007), IJRM 24(3), 201-209; Wagner, Hoppe (2008): the modified form.
Platzer, Reutterer (2016), Marketing Science 35(5), 779-799; Reutterer, Platzer, Schroeder (2021), IJRM 38(1), 194-215:
Erlang-k gaps. They approximate the expectation for k > 1; here it is exact, from the phases of the Erlang gap.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, gammaincinv, gammaln, psi

from kamlib.churn.models.history import Histories, distinct
from kamlib.churn.models.optimum import NotConvergedError, Optimum
from kamlib.churn.models.purchase_model import PurchaseModel, typical_gap

MAX_K = 12  # as Platzer and Reutterer search; beyond it gaps are all but clockwork
BLOCK = 1_000_000  # cells of a series summed at once


class BetaGeoNBD(PurchaseModel):
    """BG/NBD: exponential gaps, drop-out after the second purchase or later (Fader, Hardie, Lee 2005).

    Parameters `r`, `alpha` (of the purchase rate) and `a`, `b` (of the drop-out).

    Examples
    --------
    >>> model = BetaGeoNBD()
    >>> model.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}  # of the paper's table 2
    >>> model.expected_purchases(39, 2, 30.43, 38.86).round(3)  # its customer with two repeats by week 30.43
    array([1.226])
    """

    names = ("r", "alpha", "a", "b")
    modified = False
    k_ = 1

    def _starts(self, rows: Histories) -> np.ndarray:
        gap = np.log(typical_gap(rows) * self.k_)
        return np.array([[0.0, gap, 0.0, 1.0], [-1.0, gap - 1, -1.0, 1.0], [0.5, gap, 1.5, 3.0]])

    def _objective(self, rows: Histories):
        return _objective(rows, k=self.k_, modified=self.modified)

    def _log_likelihood(self, x, recency, T):
        r, alpha, a, b = self._params()
        m = x + self.modified
        alive, dead, _ = _alive_and_dead((r, alpha, a, b), x, recency, T, self.k_, self.modified)
        rate = gammaln(r + self.k_ * x) - gammaln(r) + r * np.log(alpha)
        stays = gammaln(b + m) - gammaln(a + b + m) - gammaln(b) + gammaln(a + b)
        return rate + stays + np.logaddexp(alive, dead)

    def _alive(self, x, recency, T):
        alive, dead, _ = _alive_and_dead(self._params(), x, recency, T, self.k_, self.modified)
        return expit(alive - dead)

    def _expected(self, t, x, recency, T):
        t, x, recency, T = (np.array(v) for v in np.broadcast_arrays(t, x, recency, T))
        alive = self._alive(x, recency, T)
        if t.size == 0 or t.max() == 0:
            return np.zeros(t.shape)
        return alive * _series(self._params(), t, x, recency, T, self.k_, self.modified)


class ModifiedBetaGeoNBD(BetaGeoNBD):
    """MBG/NBD: as BG/NBD, and the first purchase may be the last (Batislam et al. 2007; Wagner, Hoppe 2008).

    Examples
    --------
    >>> model = ModifiedBetaGeoNBD()
    >>> model.params_ = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}
    >>> model.probability_alive(0, 0, 38.86).round(2)  # BG/NBD would say 1
    array([0.39])
    """

    modified = True


class BetaGeoCNBD(BetaGeoNBD):
    """BG/CNBD-k: Erlang-k gaps; k is given, or chosen by likelihood (Platzer, Reutterer 2016).

    Parameters
    ----------
    k : int, optional
        Regularity: 1 is BG/NBD. Chosen from 1 to `max_k` where it is left out; the search ends at the first k that is
        less likely than the one before.
    max_k : int

    Attributes
    ----------
    k_ : int

    Examples
    --------
    >>> model = BetaGeoCNBD(k=3)
    >>> model.params_ = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
    >>> model.probability_alive([3, 3], [20, 20], [24, 40]).round(2)  # regular buyers: silence tells
    array([0.8 , 0.13])
    """

    def __init__(self, k: int | None = None, *, max_k: int = MAX_K):
        if k is not None and not (k == int(k) and k >= 1):
            raise ValueError(f"k is a whole number of 1 or more, not {k!r}.")
        self.k, self.max_k, self.k_ = k, max_k, k or 1

    def fit(self, frequency, recency, T, weights=None, *, log_gaps=None):
        """As of every purchase model; and k, where it was not given.

        Parameters
        ----------
        log_gaps : array-like, optional
            Sum of the logarithms of the account's gaps, in the unit of T: what tells one k from another. Without them
            (k given) `loglik_` leaves out what depends on k alone.
        """
        if self.k is None and log_gaps is None:
            raise ValueError("log_gaps (sum of the logarithms of an account's gaps) is needed to choose k; or give k.")
        rows = distinct(frequency, recency, T, weights)
        total = (
            None
            if log_gaps is None
            else float(np.sum(np.asarray(log_gaps, float) * (1 if weights is None else weights)))
        )
        if self.k is None:
            return self._choose(rows, total)
        self.k_ = int(self.k)
        return self._keep_k(rows, self._maximum(rows), total)

    def _keep_k(self, rows: Histories, found: Optimum, log_gaps: float | None):
        self._keep(rows, found)
        self.loglik_ += 0.0 if log_gaps is None else self._gap_constant(rows, log_gaps)
        return self

    def _gap_constant(self, rows: Histories, log_gaps: float) -> float:
        """Of the total log-likelihood: what depends on k and on no other parameter."""
        return (self.k_ - 1) * log_gaps - float((rows.weights * rows.frequency).sum()) * gammaln(self.k_)

    def _choose(self, rows: Histories, log_gaps: float):
        best, best_k, best_value, trouble = None, 1, -np.inf, None
        for k in range(1, self.max_k + 1):
            self.k_ = k
            try:
                found = self._maximum(rows)
            except NotConvergedError as error:
                trouble = error
                continue
            value = found.loglik + self._gap_constant(rows, log_gaps)
            if value < best_value:
                break
            best, best_k, best_value = found, k, value
        self.k_ = best_k
        if best is None:
            raise trouble
        return self._keep_k(rows, best, log_gaps)


class ModifiedBetaGeoCNBD(BetaGeoCNBD):
    """MBG/CNBD-k: Erlang-k gaps, and the first purchase may be the last (Platzer, Reutterer 2016).

    Examples
    --------
    >>> model = ModifiedBetaGeoCNBD(k=2)
    >>> model.params_ = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
    >>> model.expected_purchases_new_customer([26, 52]).round(2)
    array([2.89, 4.41])
    """

    modified = True


def _phases(c, u, k: int) -> np.ndarray:
    """(c)_j / j! * u^j for j < k: the weight of j phases of the open gap having passed. Shape (k, n)."""
    terms = np.ones((k, *np.shape(u)))
    for j in range(1, k):
        terms[j] = terms[j - 1] * (c + j - 1) / j * u
    return terms


def _alive_and_dead(params, x, recency, T, k: int, modified: bool):
    """Logarithms of the two terms of the likelihood, and the phases of the first."""
    r, alpha, a, b = params
    c, m = r + k * x, x + modified
    phases = _phases(c, (T - recency) / (alpha + T), k)
    alive = np.log(phases.sum(axis=0)) - c * np.log(alpha + T)
    with np.errstate(divide="ignore"):
        # Where m is 0 nobody can have dropped out: the logarithm of nothing.
        chance = np.where(m > 0, a / np.where(m > 0, b + m - 1, 1.0), 0.0)
        return alive, np.log(chance) - c * np.log(alpha + recency), phases


def _series(params, t, x, recency, T, k: int, modified: bool) -> np.ndarray:
    """Purchases to be expected of accounts alive at T: the sum over i of the probability that there is an i-th.

    Phases to come are negative binomial, so the probability that the i-th purchase comes in time is a sum; and the
    account stays for it with (b + m)_(i-1) / (a + b + m)_(i-1). All terms are positive, so nothing cancels.
    """
    r, alpha, _, _ = params
    most = gammaincinv(r + k * x + k, 1 - 1e-11) / (alpha + T) * t
    terms = np.ceil((most + 7 * np.sqrt(most) + 16) / k).astype(int)
    order = np.argsort(terms, kind="stable")
    out, begin = np.empty(len(t)), 0
    while begin < len(order):
        # Rows that need about equally many terms are summed together.
        width = min(max(BLOCK // terms[order[begin]], 1), len(order) - begin)
        end = begin + max(
            int(np.searchsorted(terms[order[begin : begin + width]], 2 * terms[order[begin]], "right")), 1
        )
        rows = order[begin:end]
        args = (t[rows], x[rows], recency[rows], T[rows])
        out[rows] = _series_block(params, *args, k, modified, int(terms[rows[-1]]))
        begin = end
    return out


def _series_block(params, t, x, recency, T, k: int, modified: bool, terms: int) -> np.ndarray:
    r, alpha, a, b = params
    c, m, i = r + k * x, x + modified, np.arange(1, terms + 1)
    phases = _phases(c, (T - recency) / (alpha + T), k)
    phases = phases / phases.sum(axis=0)
    stays = np.ones((len(t), terms))
    stays[:, 1:] = np.cumprod((b + m[:, None] + i[:-1] - 1) / (a + b + m[:, None] + i[:-1] - 1), axis=1)
    soon = t / (alpha + T + t)
    comes = sum(phases[j][:, None] * _at_least(c + j, soon, k * terms)[:, k * i - j] for j in range(k))
    return (stays * comes).sum(axis=1)


def _at_least(c, soon, most: int) -> np.ndarray:
    """Probability of n phases or more, n from 0 to `most`: one less what is likelier, right to 1e-13 of one."""
    n = np.arange(most)
    steps = np.log((c[:, None] + n) / (n + 1)) + np.log(soon)[:, None]
    first = (c * np.log1p(-soon))[:, None]
    mass = np.exp(first + np.concatenate([np.zeros((len(c), 1)), np.cumsum(steps[:, :-1], axis=1)], axis=1))
    return np.concatenate([np.ones((len(c), 1)), np.maximum(1 - np.cumsum(mass, axis=1), 0.0)], axis=1)


def _objective(rows: Histories, *, k: int, modified: bool):
    """Total log-likelihood and its gradient. What depends on the frequency alone is computed once a frequency."""
    levels, where = np.unique(rows.frequency, return_inverse=True)
    level_weight = np.bincount(where, weights=rows.weights)
    m = levels + modified
    never = -np.inf if m[0] == 0 else None  # nobody drops out before the first purchase that can be the last

    def objective(log_params: np.ndarray):
        """The total log-likelihood, and its gradient by the logarithms of the parameters."""
        r, alpha, a, b = params = np.exp(log_params)
        c, last = r + k * levels, b + m - 1
        if never is not None:
            last[0] = np.inf
        rate = gammaln(c) - gammaln(r) + r * np.log(alpha)
        stays = gammaln(b + m) - gammaln(a + b + m) - gammaln(b) + gammaln(a + b)
        with np.errstate(divide="ignore"):
            chance = np.log(a / last)
        mixed, by_r, by_alpha, gone = _mixture(alpha, rows, (c[where], chance[where]), k)
        gone_by_level = np.bincount(where, weights=gone)
        gradient = np.array([
            level_weight @ (psi(c) - psi(r) + np.log(alpha)) + by_r,
            level_weight.sum() * r / alpha + by_alpha,
            level_weight @ (psi(a + b) - psi(a + b + m)) + gone_by_level.sum() / a,
            level_weight @ (psi(b + m) - psi(a + b + m) - psi(b) + psi(a + b)) - gone_by_level @ (1 / last),
        ])  # fmt: skip
        value = level_weight @ (rate + stays) + mixed
        return (float(value), gradient * params) if np.isfinite(value) else (-1e300, np.zeros(4))

    return objective


def _mixture(alpha, rows: Histories, by_row, k: int):
    """Sum of log(alive + dead), of its slopes by r and alpha, and the weight of the dead in each row."""
    c, chance = by_row
    until_T, until_t = alpha + rows.T, alpha + rows.recency
    log_T, log_t = np.log(until_T), np.log(until_t)
    lives, by_r, by_alpha = _open_gap(c, (rows.T - rows.recency) / until_T, k)
    alive = lives - c * log_T
    odds = np.exp(np.minimum(chance - c * log_t - alive, 690.0))
    share = 1 / (1 + odds)  # alive, given the history
    gone = rows.weights * (1 - share)
    lived = rows.weights - gone
    return (
        rows.weights @ (alive + np.log1p(odds)),
        lived @ (by_r - log_T) - gone @ log_t,
        lived @ ((by_alpha - c) / until_T) - gone @ (c / until_t),
        gone,
    )


def _open_gap(c, u, k: int):
    """Logarithm of the sum of the phases, its slope by c, and by alpha times (alpha + T)."""
    if k == 1:
        return 0.0, 0.0, 0.0
    phases = _phases(c, u, k)
    total = phases.sum(axis=0)
    growth = np.cumsum([np.zeros_like(c), *(1 / (c + i) for i in range(k - 1))], axis=0)
    return np.log(total), (phases * growth).sum(axis=0) / total, -(phases * np.arange(k)[:, None]).sum(axis=0) / total
