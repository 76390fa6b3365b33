"""ABC: the rules by eye, the properties for any ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.segmentation import abc, abc_summary, disagreement

# The example of the R/Python ABC packages: ten values, the three largest make over 80 %.
TEN = pd.Series([8, 6, 3, 2, 1, 100, 50, 20, 5, 5], index=[f"k{i}" for i in range(10)])


def test_classes_by_eye():
    assert abc(TEN)["abc"].to_dict() == {
        "k5": "A", "k6": "A", "k7": "A", "k0": "B", "k1": "B", "k8": "B", "k9": "B", "k2": "C", "k3": "C", "k4": "C",
    }  # fmt: skip


def test_the_account_that_crosses_a_line_belongs_to_the_upper_class():
    assert abc(pd.Series({"a": 79, "b": 16, "c": 5}))["abc"].tolist() == ["A", "A", "C"]


def test_an_account_that_begins_on_the_line_is_below_it():
    assert abc(pd.Series({"a": 80, "b": 15, "c": 5}))["abc"].tolist() == ["A", "B", "C"]


def test_ties_break_by_customer_id():
    table = abc(pd.Series({"z": 10, "m": 10, "a": 10}), shares=(0.3, 0.6))
    assert table.index.tolist() == ["a", "m", "z"] and table["abc"].tolist() == ["A", "B", "C"]


def test_zero_and_negative_values_are_c_and_outside_the_base():
    table = abc(pd.Series({"a": 100, "b": 0, "c": -900}))
    assert table["share"].tolist() == [1, 0, 0]
    assert table["abc"].tolist() == ["A", "C", "C"] and table["base"].tolist() == [True, False, False]


def test_nobody_bought():
    table = abc(pd.Series({"a": 0, "b": -1}))
    assert table["abc"].tolist() == ["C", "C"] and table["share"].sum() == 0
    assert abc(pd.Series(dtype="int64"))["abc"].tolist() == []


@pytest.mark.parametrize("shares", [(0.95, 0.8), (0, 0.5), (0.5, 1.1), (0.8,), (0.8, 0.8)])
def test_shares_out_of_order_are_refused(shares):
    with pytest.raises(ValueError, match="abc_shares takes two shares in order"):
        abc(TEN, shares=shares)


def test_an_id_twice_is_refused():
    with pytest.raises(ValueError, match="'k1' occurs more than once"):
        abc(pd.Series([1, 2], index=["k1", "k1"]))


def test_summary_sums_to_the_input():
    summary = abc_summary(abc(pd.Series({"a": 90, "b": 10, "c": -5})))
    assert summary["value"].sum() == 95 and summary["accounts"].sum() == 3
    assert summary["share"].sum() == pytest.approx(1)


def test_disagreement_lists_who_changes_class():
    moved = disagreement(abc(pd.Series({"a": 85, "b": 15})), abc(pd.Series({"a": 10, "b": 90})))
    assert moved.loc["a", ["sales_class", "profit_class"]].tolist() == ["A", "B"]
    assert moved.loc["b", "difference"] == pytest.approx(0.75)


values = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(-(10**9), 10**12), max_size=40)


@given(values, st.integers(1, 1000))
def test_scaling_changes_no_class(given_values, factor):
    series = pd.Series(given_values, dtype="int64")
    assert abc(series)["abc"].tolist() == abc(series * factor)["abc"].tolist()


@given(values)
def test_an_account_that_buys_nothing_changes_no_other_class(given_values):
    series = pd.Series(given_values, dtype="int64")
    with_zero = pd.concat([series, pd.Series({"nobody new": 0})])
    assert abc(with_zero)["abc"].drop("nobody new").equals(abc(series)["abc"])


@given(values, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_shares_sum_to_one(given_values, random):
    series = pd.Series(given_values, dtype="int64")
    table = abc(series)
    pd.testing.assert_frame_equal(abc(series.iloc[random.sample(range(len(series)), len(series))]), table)
    assert table["share"].sum() == pytest.approx(1 if (series > 0).any() else 0)
    assert (np.diff(table["cum_share"]) >= -1e-12).all()
