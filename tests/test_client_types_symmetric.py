import numpy as np
import pandas as pd

from kamlib.client_types.symmetric import Scale, symmetric


def test_each_form_by_hand():
    table = symmetric(
        pd.DataFrame({"headroom": [np.e], "reputation": [0.5], "tests_per_year": [9.0], "growth": [-1.0]})
    )
    assert table.iloc[0].round(9).to_dict() == {"headroom": 1, "reputation": 0, "tests_per_year": 3, "growth": -1}


def test_shares_of_nought_and_one_have_a_place():
    assert np.isfinite(symmetric(pd.DataFrame({"rival_share": [0.0, 1.0]})).to_numpy()).all()


def test_outliers_are_far_and_missing_ones_in_the_middle():
    scale = Scale.of(np.array([[0.0], [1.0], [2.0], [3.0], [4.0]]))
    assert scale.apply(np.array([[2.0], [1e9], [np.nan]])).ravel().tolist() == [0, 4, 0]


def test_a_column_without_spread_is_only_centred():
    assert Scale.of(np.array([[7.0], [7.0]])).apply(np.array([[8.0]])).tolist() == [[1.0]]
    assert Scale.of(np.array([[np.nan], [np.nan]])).apply(np.array([[np.nan]])).tolist() == [[0.0]]
