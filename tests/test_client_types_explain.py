import numpy as np
import pandas as pd
import pytest
from typed import features, typer

from kamlib.client_types.explain import cluster_traits, nearest, neighbours, profiles, surrogate
from kamlib.tables import CLIENT_TYPES


def test_profiles_by_hand():
    table = profiles(pd.DataFrame({"growth": [0.0, 1.0, 2.0, 3.0]}), np.array(["ordinary"] * 3 + ["expert"]))
    spread = 1.5 / 1.349
    assert table.loc["growth", "expert"] == pytest.approx((3 - 1.5) / spread)
    assert table.columns.tolist() == ["expert", "ordinary"]


def test_image_makers_stand_out_by_their_name():
    table = profiles(features(), typer().predict(features()))
    assert table["image-maker"].abs().nlargest(2).index.sort_values().tolist() == ["industry_rank", "reputation"]
    assert set(table) <= set(CLIENT_TYPES)


def test_a_tree_says_nearly_the_same():
    leaves, fidelity = surrogate(features(), typer().predict(features()))
    breadwinners = (typer().predict(features()) == "breadwinner").sum()
    assert leaves["accounts"].sum() == len(features()) - breadwinners
    assert 0.6 < fidelity < 1
    assert leaves["rule"].str.count(" and ").max() <= 3
    mixed = features().sample(frac=1, random_state=1)
    again, same = surrogate(mixed, typer().predict(mixed))
    assert same == fidelity and again.equals(leaves)


def test_few_or_one_sort_of_accounts_need_no_tree():
    leaves, fidelity = surrogate(features().iloc[:10], np.array(["ordinary"] * 10))
    assert leaves.empty and np.isnan(fidelity)


def test_the_nearest_are_near():
    found = nearest(typer(), features(), features().index[3], most=4)
    assert len(found) == 4 and found["distance"].is_monotonic_increasing
    assert features().index[3] not in found.index
    with pytest.raises(KeyError, match="no account"):
        nearest(typer(), features(), "nobody")


def test_clusters_are_told_by_what_lies_farthest():
    table = pd.DataFrame({"yearly_sales": [1.0, 2, 3, 1000, 2000, 3000], "score": [5.0, 6, 5, 6, 5, 6]})
    told = cluster_traits(table, np.array([0, 0, 0, 1, 1, 1]), most=1)
    assert told[0].startswith("yearly sales −") and told[1].startswith("yearly sales +")
    assert cluster_traits(table.assign(yearly_sales=1.0, score=5.0), np.zeros(6)).tolist() == ["nothing by much"]


def test_neighbours_are_the_nearest_of_each():
    chosen = list(features().index[:2])
    table = neighbours(typer(), features(), chosen, most=2)
    assert table["customer_id"].tolist() == [chosen[0]] * 2 + [chosen[1]] * 2
    assert table["neighbour"].head(2).tolist() == nearest(typer(), features(), chosen[0], most=2).index.tolist()
    assert neighbours(typer(), features(), []).empty
