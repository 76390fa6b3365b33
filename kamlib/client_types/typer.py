"""ClientTyper: from features to types, by a mixture whose axes the marks name, or by clusters matched to rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.stats import norm
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from kamlib.client_types.clusters import METHODS, AccountClusters
from kamlib.client_types.drift import quantiles
from kamlib.client_types.features import CONTEXT
from kamlib.client_types.marks import BREADWINNER_SHARE, MARKS, ROLES
from kamlib.client_types.mixture import FULL, STATES, Evidence, Mixture, evidence, fit_mixture
from kamlib.client_types.rules import rule_met
from kamlib.client_types.symmetric import Scale, symmetric
from kamlib.client_types.told import Told
from kamlib.tables import CLIENT_TYPES

ERROR = 0.25  # of the best guess between a type and ordinary, were both as frequent: above it, it cannot be told
ENOUGH = 5000  # accounts to learn from: of twice as many every second one is used, and so on
FAR = 4.0  # squared distance per feature from the nearest cluster: such an account fits nothing
MATCH = 0.15  # by how much a cluster's rule score must exceed the average to be that type
KIND_SHIFT = 0.55  # logits, sd of the error that accounts of a type share; from the seeds the mixture was developed on
FEW_MARKS = 3  # with fewer features that speak for a type, clusters are made of all features


class ClientTyper(TransformerMixin, BaseEstimator):
    """Types of accounts: breadwinner, prospect, image-maker, expert, ordinary.

    A breadwinner is told by its share of profit alone. The other types are found without labels.

    Parameters
    ----------
    method : {"evidence", "gaussian", "kmeans"}
        How types are told. `evidence` (the default, since it is the best on generated companies, see
        `benchmarks/client_types.md`): the mixture of `kamlib.client_types.mixture`. The others: clusters, each matched
        to the type whose rule it meets best (Hungarian assignment), if any.
    clustering : {"kmeans", "gaussian"}
        The clusters that stand beside the types where `method` is `evidence`.
    n_clusters : int
    share : float
        Share of profit from which an account is a breadwinner.
    error : float
        A type that even the best guess would confuse with ordinary more often, were both as frequent, is not told.
    random_state : int

    Attributes
    ----------
    classes_ : numpy.ndarray
        The five types, in the order of `predict_proba`.
    feature_names_in_ : numpy.ndarray
        Set when `X` is a frame. Features are known by their names, see `FEATURES`; in a plain array nothing speaks for
        any type, and all accounts are ordinary.
    tellable_ : pandas.DataFrame
        By role: separation (of the type from ordinary accounts, in standard deviations, at the median account), error
        (of the best guess), told.
    clusters_ : AccountClusters
    cluster_types_ : list of str
        Type that each cluster was matched to.
    labels_ : numpy.ndarray
        Cluster of each account.
    mixture_ : Mixture
    quantiles_ : dict
        Of each feature, for `kamlib.client_types.drift`.
    accounts_ : int
        How many it was fitted on.

    Examples
    --------
    >>> known = pd.DataFrame({"profit_share": [0.3, 0.01, 0.02], "tenure_years": [3.0, 2.0, 4.0]})
    >>> ClientTyper(n_clusters=2).fit(known).predict(known).tolist()
    ['breadwinner', 'ordinary', 'ordinary']
    """

    def __init__(
        self,
        method: str = "evidence",
        clustering: str = "kmeans",
        n_clusters: int = 5,
        share: float = BREADWINNER_SHARE,
        error: float = ERROR,
        random_state: int = 1,
    ) -> None:
        self.method, self.clustering, self.n_clusters = method, clustering, n_clusters
        self.share, self.error, self.random_state = share, error, random_state

    def fit(self, X, y=None):
        """Find the types; `y` is not used. Missing features are allowed, and order of rows does not matter."""
        if self.method not in ("evidence", *METHODS):
            raise ValueError(f"method {self.method!r} is none of: evidence, {', '.join(METHODS)}")
        frame = self._framed(X, reset=True)
        self.classes_ = np.array(CLIENT_TYPES)
        # Sums of floats depend on their order; in order of their values, they do not depend on that of the rows.
        ordered = frame.iloc[np.lexsort(np.nan_to_num(frame.to_numpy().T[::-1], nan=-1e300))]
        ordered = ordered.iloc[:: max(1, len(ordered) // ENOUGH)]
        shaped = symmetric(ordered)
        self.columns_ = _cluster_columns(ordered)
        self.scale_ = Scale.of(shaped.to_numpy())
        self.quantiles_, self.accounts_ = quantiles(frame), len(frame)
        self._fit_mixture(ordered, shaped)
        self._fit_clusters(ordered)
        self.labels_ = self.predict_cluster(X)
        return self

    def predict(self, X) -> np.ndarray:
        """The primary type of each account: the most probable one; ordinary where nothing speaks for a type."""
        chance = self.predict_proba(X)
        return self.classes_[self._settled(chance).argmax(axis=1)]

    def predict_proba(self, X) -> np.ndarray:
        """Probability of each type, accounts x 5, in the order of `classes_`.

        A type that is not told has 0: the probability of ordinary is then that of ordinary or of such a type, see
        `by_mixture`.
        """
        frame = self._framed(X)
        told = self._by_mixture(frame) if self.method == "evidence" else self._by_clusters(frame)
        bread = self._breadwinners(frame)
        told[bread] = 0.0
        return np.column_stack([bread.astype(float), told[:, 1:], told[:, 0]])

    def predict_roles(self, X) -> pd.DataFrame:
        """Probability that each account plays each role, be it in full or in part; missing for a role not told.

        Returns
        -------
        pandas.DataFrame
            Columns prospect, image-maker, expert; the index of `X`, if it is a frame.
        """
        frame = self._framed(X)
        chance = self._states(frame)
        played = pd.DataFrame(chance @ (STATES > 0), columns=list(ROLES), index=getattr(X, "index", None))
        played.loc[:, [r for r in ROLES if not self.tellable_.loc[r, "told"]]] = np.nan
        return played

    def predict_cluster(self, X) -> np.ndarray:
        """The cluster of each account; clusters are numbered by size."""
        return self.clusters_.predict(self._scaled(self._framed(X)))

    def transform(self, X) -> np.ndarray:
        """Features made symmetric and scaled, missing ones at the centre: accounts x `get_feature_names_out()`."""
        return self._scaled(self._framed(X))

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the features that clusters are made of."""
        check_is_fitted(self)
        return np.array(self.columns_, dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    # fitting

    def _framed(self, X, *, reset: bool = False) -> pd.DataFrame:
        if not reset:
            check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=reset)
        names = getattr(self, "feature_names_in_", [f"x{i}" for i in range(values.shape[1])])
        return pd.DataFrame(values, columns=list(names))

    def _fit_mixture(self, frame: pd.DataFrame, shaped: pd.DataFrame) -> None:
        seen = evidence(frame, shaped)
        self.mixture_ = fit_mixture(seen)
        self.tellable_ = tellable(self.mixture_, seen, error=self.error)
        banned = [r for r in ROLES if not self.tellable_.loc[r, "told"]]
        if banned:
            # What cannot be told must not soak up accounts either.
            self.mixture_ = fit_mixture(_without(seen, banned), banned=banned)

    def _fit_clusters(self, frame: pd.DataFrame) -> None:
        method = self.clustering if self.method == "evidence" else self.method
        X = self._scaled(frame)
        self.clusters_ = AccountClusters(method, self.n_clusters, self.random_state).fit(X)
        told = [r for r in ROLES if self.tellable_.loc[r, "told"]]
        number = len(self.clusters_.weights_)
        self.cluster_types_ = match_clusters(self.clusters_.labels_, rule_met(frame)[told], number=number)

    # predicting

    def _scaled(self, frame: pd.DataFrame) -> np.ndarray:
        at = [frame.columns.get_loc(c) for c in self.columns_]
        return self.scale_.apply(symmetric(frame).to_numpy())[:, at]

    def _breadwinners(self, frame: pd.DataFrame) -> np.ndarray:
        if "profit_share" not in frame:
            return np.zeros(len(frame), bool)
        return (frame["profit_share"] >= self.share).to_numpy()

    def _states(self, frame: pd.DataFrame) -> np.ndarray:
        return self.mixture_.posterior(evidence(frame, symmetric(frame)))

    def _by_mixture(self, frame: pd.DataFrame) -> np.ndarray:
        """Probability of ordinary and of each role as the first one, accounts x 4."""
        chance = self._states(frame)
        return np.column_stack([chance[:, kind == FULL].sum(axis=1) for kind in range(len(ROLES) + 1)])

    def _by_clusters(self, frame: pd.DataFrame) -> np.ndarray:
        X = self._scaled(frame)
        chance = self.clusters_.predict_proba(X)
        order = ["ordinary", *ROLES]
        of = np.array([[kind == t for t in order] for kind in self.cluster_types_], float)
        told = chance @ of
        told[self.clusters_.distance(X) > FAR] = [1.0, 0.0, 0.0, 0.0]
        return told

    def _settled(self, chance: np.ndarray) -> np.ndarray:
        """Ties go to ordinary: it stands last, and argmax takes the first."""
        return chance + 1e-12 * (self.classes_ == "ordinary")


def by_mixture(typer: ClientTyper, features: pd.DataFrame) -> Told:
    """Of which kind each account is, what a typer says with what it cannot tell.

    A type that the ledger cannot tell is open of every account, but that a breadwinner is one by its share and that
    none but new accounts are prospects.
    """
    chance = pd.DataFrame(typer.predict_proba(features), features.index, list(CLIENT_TYPES))
    named = pd.Series(typer.predict(features), features.index, dtype="str")
    able = pd.DataFrame(True, index=features.index, columns=list(ROLES))
    if "new" in features:
        able["prospect"] = features["new"] == 1
    told = typer.tellable_["told"].reindex(list(ROLES)).to_numpy(bool)
    untold = able & ~told & (named != "breadwinner").to_numpy()[:, None]
    return Told(named, chance, chance[list(ROLES)].mask(untold))


def _cluster_columns(frame: pd.DataFrame) -> list[str]:
    """Features that clusters are made of: those that speak for a type; where they are few, all of them."""
    speaks = {m.feature for m in MARKS}
    named = [c for c in frame if c in speaks and frame[c].notna().any()]
    if len(named) >= FEW_MARKS:
        return named
    free = [c for c in frame if c not in CONTEXT]
    return free or list(frame)


def standard(features: pd.DataFrame) -> np.ndarray:
    """The features that clusters are made of, symmetric and on one scale: what `cluster_numbers` takes.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.

    Returns
    -------
    numpy.ndarray of shape (accounts, features)
    """
    shaped = symmetric(features[_cluster_columns(features)]).to_numpy()
    return Scale.of(shaped).apply(shaped)


def match_clusters(labels: np.ndarray, scores: pd.DataFrame, *, number: int | None = None) -> list[str]:
    """The type of each cluster, by rule scores: an assignment problem, not a look at a picture.

    Parameters
    ----------
    labels : numpy.ndarray
        Cluster of each account, 0, 1, ...
    scores : pandas.DataFrame
        Rule scores of the same accounts, a column for each type that can be told.
    number : int, optional
        How many clusters there are; an empty one is ordinary. The largest label and one, if not given.

    Returns
    -------
    list of str
        Each type goes to at most one cluster, so that the sum of the clusters' mean scores above the average of all
        accounts is largest (Kuhn 1955); a cluster that exceeds it by less than 0.15 is ordinary.

    Examples
    --------
    >>> match_clusters(np.array([0, 0, 1]), pd.DataFrame({"expert": [0.1, 0.0, 0.9]}))
    ['ordinary', 'expert']
    """
    known = scores.fillna(0.0)
    number = number or int(labels.max()) + 1
    gain = known.groupby(labels).mean().reindex(range(number)).fillna(0.0) - known.mean()
    # A column of its own for each cluster lets it stay ordinary at no cost.
    table = np.hstack([gain.to_numpy() - MATCH, np.zeros((number, number))])
    rows, columns = linear_sum_assignment(-table)
    names = [*scores.columns, *["ordinary"] * number]
    return [names[c] for _, c in sorted(zip(rows, columns, strict=True))]


def tellable(mixture: Mixture, seen: Evidence, *, error: float = ERROR) -> pd.DataFrame:
    """Whether this ledger can tell each role at all.

    Parameters
    ----------
    mixture : Mixture
    seen : Evidence
    error : float
        Largest error of the best guess between a type and ordinary, were both as frequent.

    Returns
    -------
    pandas.DataFrame
        By role: separation (standard deviations, d, at the median account; for prospects, the median new one), error
        (the normal distribution's share beyond d / 2), told.
    """
    squares = {role: np.zeros(len(seen.group)) for role in ROLES}
    for name, source in mixture.sources.items():
        value, years = seen.values[name]
        known = ~np.isnan(value) & ~np.isnan(years)
        for position, effect in zip(source.roles, source.effects, strict=True):
            squares[ROLES[position]] += np.where(known, _square(source, effect, np.nan_to_num(years)), 0.0)
    rows = {}
    for role, square in squares.items():
        asked = square[seen.group < 2] if role == "prospect" else square
        d = float(np.sqrt(np.median(asked))) if len(asked) else 0.0
        rows[role] = (d, float(norm.cdf(-d / 2)), norm.cdf(-d / 2) <= error)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["separation", "error", "told"])


def _square(source, effect: float, years: np.ndarray) -> np.ndarray | float:
    """Squared distance between full and none, in standard deviations half way."""
    if not source.count:
        return (effect / source.spread) ** 2
    middle = years * (source.base + effect / 2)
    return (years * effect) ** 2 / np.maximum(middle + middle**2 / source.spread, 1e-12)


def _without(seen: Evidence, banned: list[str]) -> Evidence:
    """Evidence that speaks for another role than the banned ones."""
    kept = {m.feature for m in MARKS if m.type not in banned}
    return Evidence({n: v for n, v in seen.values.items() if n in kept}, seen.group)
