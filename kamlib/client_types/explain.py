"""Types explained: what sets each apart, a tree that says nearly the same, and the accounts most alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from kamlib.client_types.features import FEATURES
from kamlib.client_types.symmetric import FARTHEST, Scale, symmetric
from kamlib.tables import CLIENT_TYPES

DEPTH = 4
LEAST_LEAF = 5  # accounts


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
    shaped = symmetric(features)
    scale = Scale.of(shaped.to_numpy())
    shaped = ((shaped - scale.centre) / scale.spread).clip(-FARTHEST, FARTHEST)
    table = (shaped.groupby(np.asarray(kinds)).mean() - shaped.mean()).T
    return table[[t for t in CLIENT_TYPES if t in table]].rename_axis("feature")


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
        One row a leaf, the largest first: rule (questions in words), type, accounts, same (share of them that have the
        type).
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
            " and ".join(paths[leaf]) or "any",
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
