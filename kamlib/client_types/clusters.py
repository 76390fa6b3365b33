"""Clusters of accounts: Gaussian mixture and k-means behind one interface, and how many there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.utils.validation import check_is_fitted, validate_data

METHODS = ("gaussian", "kmeans")
STABLE = 0.75  # Hennig 2007: from 0.75 on a cluster is a stable one; we ask it of the whole division
MOST = 6  # more groups than there are types, and one: beyond that nobody can name them
SAMPLE = 1000  # accounts on which the number of clusters is chosen
LEAST_VARIANCE = 0.5  # of a scaled feature within a cluster: that nobody of ten complained is not a law


class AccountClusters(ClusterMixin, BaseEstimator):
    """Accounts put into groups that are alike, by features on one scale.

    Parameters
    ----------
    method : {"gaussian", "kmeans"}
        A Gaussian mixture with a variance of its own for each feature and cluster, or k-means.
    n_clusters : int
    random_state : int
        Seed of the starts. Rows are put in order of their values first, so their order does not matter.

    Attributes
    ----------
    weights_ : numpy.ndarray of shape (n_clusters,)
    means_, variances_ : numpy.ndarray of shape (n_clusters, n_features)
        For k-means all variances are one number: the mean squared distance to the centre, per feature.
    labels_ : numpy.ndarray of shape (n_accounts,)
        Clusters are numbered by size, the largest is 0.

    Examples
    --------
    >>> two = AccountClusters(method="kmeans", n_clusters=2).fit([[0.0], [0.1], [0.2], [5.0], [5.1]])
    >>> two.labels_.tolist()
    [0, 0, 0, 1, 1]
    """

    def __init__(self, method: str = "gaussian", n_clusters: int = 5, random_state: int = 1) -> None:
        self.method, self.n_clusters, self.random_state = method, n_clusters, random_state

    def fit(self, X, y=None):
        """Find the clusters of accounts x features, all known and on one scale."""
        if self.method not in METHODS:
            raise ValueError(f"method {self.method!r} is none of: {', '.join(METHODS)}")
        X = validate_data(self, X, dtype=np.float64)
        k = min(self.n_clusters, len(np.unique(X, axis=0)))
        ordered = X[np.lexsort(X.T[::-1])]
        method = self.method if len(X) > 1 else "kmeans"  # a mixture needs two
        sizes, weights, means, variances = _FIT[method](ordered, k, self.random_state)
        by_size = np.lexsort((*means.T[::-1], -sizes))
        self.weights_, self.means_, self.variances_ = weights[by_size], means[by_size], variances[by_size]
        self.labels_ = self._log(X).argmax(axis=1)
        return self

    def predict(self, X) -> np.ndarray:
        """The cluster of each account."""
        return self._log(self._checked(X)).argmax(axis=1)

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each cluster, accounts x clusters."""
        log = self._log(self._checked(X))
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        return chance / chance.sum(axis=1, keepdims=True)

    def distance(self, X) -> np.ndarray:
        """Squared distance to the nearest cluster in its own spreads, per feature: about 1 for an account within."""
        X = self._checked(X)
        each = [((X - m) ** 2 / v).mean(axis=1) for m, v in zip(self.means_, self.variances_, strict=True)]
        return np.min(each, axis=0)

    def bic(self, X) -> float:
        """Bayesian information criterion of the mixture, per account; the lower the better."""
        X = self._checked(X)
        log = np.logaddexp.reduce(self._log(X), axis=1).sum() - X.size * np.log(2 * np.pi) / 2
        free = len(self.weights_) - 1 + self.means_.size + (self.means_.size if self.method == "gaussian" else 1)
        return float((free * np.log(len(X)) - 2 * log) / len(X))

    def _checked(self, X) -> np.ndarray:
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False)

    def _log(self, X: np.ndarray) -> np.ndarray:
        parts = zip(self.weights_, self.means_, self.variances_, strict=True)
        each = [np.log(w) - (np.log(v) + (X - m) ** 2 / v).sum(axis=1) / 2 for w, m, v in parts]
        return np.column_stack(each)


def _gaussian(X: np.ndarray, k: int, seed: int):
    model = GaussianMixture(k, covariance_type="diag", reg_covar=LEAST_VARIANCE, random_state=seed)
    model.fit(X)
    return model.weights_, model.weights_, model.means_, model.covariances_


def _kmeans(X: np.ndarray, k: int, seed: int):
    model = KMeans(k, n_init=3, random_state=seed).fit(X)
    variance = max(model.inertia_ / X.size, 1e-9)
    # Equal weights: the nearest centre wins, as k-means has it.
    sizes = np.bincount(model.labels_, minlength=k)
    return sizes, np.full(k, 1 / k), model.cluster_centers_, np.full_like(model.cluster_centers_, variance)


_FIT = {"gaussian": _gaussian, "kmeans": _kmeans}


def cluster_numbers(
    X: np.ndarray, *, method: str = "gaussian", most: int = MOST, resamples: int = 10, seed: int = 1
) -> pd.DataFrame:
    """How stable, how separate and how likely a division into 2, 3, ... clusters is.

    Parameters
    ----------
    X : numpy.ndarray
        Accounts x features, on one scale. Above 1,000 accounts, a sample of 1,000.
    method : {"gaussian", "kmeans"}
    most : int
        Clusters at most; no more than a quarter of the accounts.
    resamples : int
        Bootstrap samples behind each stability.
    seed : int

    Returns
    -------
    pandas.DataFrame
        clusters; stability (mean adjusted Rand index between the division of all accounts and the one that a bootstrap
        sample gives them; 1 is the same, 0 is chance), low, high (its range over the samples, 5 to 95 %);
        silhouette (-1 to 1); bic (per account). Empty for fewer than eight accounts.

    Notes
    -----
    Stability under resampling after Hennig (2007), the index of Hubert and Arabie (1985).
    """
    X = np.asarray(X, float)
    X = X[np.lexsort(X.T[::-1])]
    draw = np.random.default_rng(seed)
    if len(X) > SAMPLE:
        X = X[np.sort(draw.choice(len(X), SAMPLE, replace=False))]
    columns = ["clusters", "stability", "low", "high", "silhouette", "bic"]
    top = min(most, len(X) // 4, len(np.unique(X, axis=0)) - 1)
    rows = [_stability(X, k, method, resamples, draw) for k in range(2, top + 1)]
    return pd.DataFrame(rows, columns=columns).astype({c: "int64" if c == "clusters" else "float64" for c in columns})


def _stability(X: np.ndarray, k: int, method: str, resamples: int, draw) -> tuple:
    whole = AccountClusters(method, k).fit(X)
    found = []
    for _ in range(resamples):
        again = AccountClusters(method, k).fit(X[np.sort(draw.integers(0, len(X), len(X)))])
        found.append(adjusted_rand_score(whole.labels_, again.predict(X)))
    apart = silhouette_score(X, whole.labels_) if len(np.unique(whole.labels_)) > 1 else np.nan
    return k, float(np.mean(found)), *np.quantile(found, [0.05, 0.95]).tolist(), float(apart), whole.bic(X)


def chosen_number(numbers: pd.DataFrame, *, stable: float = STABLE) -> tuple[int, bool]:
    """Of the stable numbers of clusters the one whose clusters are farthest apart; where none is, the most stable.

    Parameters
    ----------
    numbers : pandas.DataFrame
        From `cluster_numbers`.
    stable : float
        Mean adjusted Rand index from which a division is stable.

    Returns
    -------
    tuple of int and bool
        The number, and whether it is stable; (1, False) where there are too few accounts to divide.

    Examples
    --------
    >>> found = {"clusters": [2, 3, 4], "stability": [0.9, 0.8, 0.4], "silhouette": [0.3, 0.4, 0.5]}
    >>> chosen_number(pd.DataFrame(found))
    (3, True)
    """
    if numbers.empty:
        return 1, False
    firm = numbers[numbers["stability"] >= stable]
    if len(firm):
        return int(firm["clusters"][firm["silhouette"].idxmax()]), True
    return int(numbers["clusters"][numbers["stability"].idxmax()]), False
