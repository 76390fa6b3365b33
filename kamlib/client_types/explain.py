"""Types explained: what sets each apart, a tree that says nearly the same, and the accounts most alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from kamlib.client_types.features import FEATURES
from kamlib.client_types.symmetric import FARTHEST, Scale, symmetric
from kamlib.tables import CLIENT_TYPES

DEPTH = 4
LEAST_LEAF = 5  # accounts
TRAIT = 0.5  # spreads from the mean of all accounts, below which a feature is not worth a word


def profiles(features: pd.DataFrame, kinds: np.ndarray) -> pd.DataFrame:
    """How far the typical account of each type lies from the typical account, feature by feature.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    kinds : numpy.ndarray
        Type of each account.

    Returns
    -------
    pandas.DataFrame
        Indexed by feature, a column for each type that has accounts: mean of the symmetric feature less the mean of
        all accounts, in spreads of all accounts; missing where it is known of no account of the type.
    """
    shaped = _in_spreads(features)
    table = (shaped.groupby(np.asarray(kinds)).mean() - shaped.mean()).T
    return table[[t for t in CLIENT_TYPES if t in table]].rename_axis("feature")


def _in_spreads(features: pd.DataFrame) -> pd.DataFrame:
    """Features on one scale, symmetric, outliers drawn in."""
    shaped = symmetric(features)
    scale = Scale.of(shaped.to_numpy())
    return ((shaped - scale.centre) / scale.spread).clip(-FARTHEST, FARTHEST)


def surrogate(features: pd.DataFrame, kinds: np.ndarray, *, depth: int = DEPTH) -> tuple[pd.DataFrame, float]:
    """A shallow tree that imitates the types, as a list of rules, and how often it says the same.

    Breadwinners are left out: their rule is their share.

    Parameters
    ----------
    features : pandas.DataFrame
    kinds : numpy.ndarray
    depth : int
        Questions asked of an account at most.

    Returns
    -------
    table : pandas.DataFrame
        One row a leaf, the largest first: rule (questions in words, all of which must hold), type, accounts, same
        (share of them that have the type).
    fidelity : float
        Share of accounts to which the tree gives the type they have, measured on accounts it was not grown on (five
        folds); NaN for fewer than 20 accounts or a single type.
    """
    kinds = np.asarray(kinds, dtype=str)
    features, kinds = features[kinds != "breadwinner"], kinds[kinds != "breadwinner"]
    usable = features[[c for c in features if features[c].nunique() > 1]]
    if len(kinds) < 4 * LEAST_LEAF or len(set(kinds)) < 2 or usable.empty:
        return pd.DataFrame(columns=["rule", "type", "accounts", "same"]), float("nan")
    order = np.lexsort(np.nan_to_num(usable.to_numpy().T[::-1], nan=-1e300))
    usable, kinds = usable.iloc[order], kinds[order]
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=LEAST_LEAF, random_state=0)
    again = cross_val_predict(tree, usable.to_numpy(), kinds, cv=KFold(5, shuffle=True, random_state=0))
    tree.fit(usable.to_numpy(), kinds)
    return _leaves(tree, list(usable), usable.to_numpy(), kinds), float((again == kinds).mean())


def _leaves(tree, names: list[str], values: np.ndarray, kinds: np.ndarray) -> pd.DataFrame:
    at, found = tree.apply(values), tree.predict(values)
    paths = dict(_paths(tree.tree_, names, 0, ()))
    rows = [
        (
            "; ".join(paths[leaf]) or "any",
            found[at == leaf][0],
            int((at == leaf).sum()),
            (kinds[at == leaf] == found[at == leaf]).mean(),
        )
        for leaf in np.unique(at)
    ]
    table = pd.DataFrame(rows, columns=["rule", "type", "accounts", "same"])
    return table.sort_values(["accounts", "rule"], ascending=[False, True], ignore_index=True)


def _paths(tree, names: list[str], node: int, so_far: tuple[str, ...]):
    left, right = tree.children_left[node], tree.children_right[node]
    if left < 0:
        yield node, so_far
        return
    name = names[tree.feature[node]]
    words, limit = _called(name), f"{tree.threshold[node]:.3g}"
    unknown = tree.missing_go_to_left[node]
    yield from _paths(tree, names, left, (*so_far, f"{words} ≤ {limit}{' or unknown' if unknown else ''}"))
    yield from _paths(tree, names, right, (*so_far, f"{words} > {limit}{'' if unknown else ' or unknown'}"))


def _called(name: str) -> str:
    return name.replace("_", " ") if name in FEATURES else name


def cluster_traits(features: pd.DataFrame, clusters: np.ndarray, *, most: int = 3) -> pd.Series:
    """What sets each cluster apart, in words: the features whose mean lies farthest from that of all accounts.

    Parameters
    ----------
    features : pandas.DataFrame
        From `account_features`.
    clusters : numpy.ndarray
        Cluster of each account.
    most : int
        Features named, of those at least `TRAIT` spreads away.

    Returns
    -------
    pandas.Series
        By cluster.
    """
    shaped = _in_spreads(features)
    apart = shaped.groupby(np.asarray(clusters)).mean() - shaped.mean()
    return apart.apply(lambda row: _traits(row, most), axis=1)


def _traits(row: pd.Series, most: int) -> str:
    row = row.dropna()
    far = row[row.abs() >= TRAIT].sort_values(key=lambda v: -v.abs(), kind="stable").head(most)
    words = (f"{_called(name)} {by:+.1f}".replace("-", "−") for name, by in far.items())
    return "; ".join(words) or "nothing by much"


def neighbours(typer, features: pd.DataFrame, customers: Sequence[str], *, most: int = 3) -> pd.DataFrame:
    """The accounts most like some accounts, see `nearest`.

    Returns
    -------
    pandas.DataFrame
        customer_id, type, neighbour, neighbour_type, distance; `most` rows for each account, in the order given.
    """
    kinds = pd.Series(typer.predict(features), features.index)
    parts = [
        nearest(typer, features, customer, most=most)
        .rename(columns={"type": "neighbour_type"})
        .rename_axis("neighbour")
        .reset_index()
        .assign(customer_id=customer, type=kinds[customer])
        for customer in customers
    ]
    columns = ["customer_id", "type", "neighbour", "neighbour_type", "distance"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def nearest(typer, features: pd.DataFrame, customer: str, *, most: int = 5) -> pd.DataFrame:
    """The accounts most like one account, by the features that speak for types.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the nearest first (ties by customer_id): type, distance (root mean square, in spreads).

    Raises
    ------
    KeyError
        There is no such account.
    """
    if customer not in features.index:
        raise KeyError(f"there is no account {customer!r}")
    X = typer.transform(features)
    apart = np.sqrt(((X - X[features.index.get_loc(customer)]) ** 2).mean(axis=1))
    table = pd.DataFrame({"type": typer.predict(features), "distance": apart}, index=features.index)
    table = table.drop(index=customer).sort_values("distance", kind="stable")
    return table.head(most)
