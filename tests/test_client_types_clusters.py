import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from kamlib.client_types import AccountClusters, chosen_number, cluster_numbers
from kamlib.client_types.clusters import METHODS
from kamlib.settings import CLUSTERINGS, SettingsError, load_settings


@parametrize_with_checks([AccountClusters("gaussian"), AccountClusters("kmeans")])
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def three():
    draw = np.random.default_rng(3)
    centres = np.array([[0, 0], [6, 0], [0, 6]])
    return np.repeat(centres, [50, 30, 20], axis=0) + draw.normal(0, 0.7, (100, 2)), np.repeat([0, 1, 2], [50, 30, 20])


@pytest.mark.parametrize("method", METHODS)
def test_three_heaps_are_found_numbered_by_size_whatever_their_order(method, three):
    X, truth = three
    found = AccountClusters(method, 3).fit(X)
    assert found.labels_.tolist() == truth.tolist()
    order = np.random.default_rng(4).permutation(len(X))
    assert AccountClusters(method, 3).fit(X[order]).labels_.tolist() == truth[order].tolist()
    assert found.predict_proba(X).sum(axis=1) == pytest.approx(1)
    assert found.distance([[50.0, 50.0]])[0] > 100


@pytest.mark.parametrize("method", METHODS)
def test_stability_picks_the_number_that_is_there(method, three):
    numbers = cluster_numbers(three[0], method=method)
    assert chosen_number(numbers)[0] == 3
    row = numbers.set_index("clusters").loc[3]
    assert row["stability"] > 0.95
    assert row["silhouette"] == numbers["silhouette"].max()
    assert adjusted_rand_score(AccountClusters(method, 3).fit(three[0]).labels_, three[1]) == 1


def test_one_heap_has_no_stable_division_beyond_chance():
    heap = np.random.default_rng(5).normal(size=(200, 5))
    assert cluster_numbers(heap, method="kmeans").set_index("clusters")["silhouette"].max() < 0.25


def test_few_accounts_are_not_divided():
    assert chosen_number(cluster_numbers(np.zeros((3, 2)))) == (1, False)
    assert chosen_number(pd.DataFrame({"clusters": [2, 3], "stability": [0.2, 0.4], "silhouette": [0.5, 0.1]})) == (
        3,
        False,
    )


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="none of: gaussian, kmeans"):
        AccountClusters("ward").fit([[0.0], [1.0]])


def test_settings_know_the_methods():
    assert set(CLUSTERINGS) == set(METHODS)
    with pytest.raises(SettingsError, match="none of kmeans, gaussian"):
        load_settings(assignments=["clustering=ward"])
