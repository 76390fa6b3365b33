"""ABC: the rules by eye, the properties for any ledger."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from kamlib.segmentation import abc, abc_limits, abc_summary, disagreement

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


def test_row_numbers_are_no_customers():
    accounts = pd.DataFrame({"customer_id": ["a", "b"], "sales_cents": [1, 2]})
    for column in (accounts["sales_cents"], accounts.query("sales_cents > 1")["sales_cents"]):
        with pytest.raises(ValueError, match=r'row numbers.*set_index\("customer_id"\)'):
            abc(column)
    assert abc(accounts.set_index("customer_id")["sales_cents"]).index.tolist() == ["b", "a"]


def test_customers_may_be_numbers_where_they_are_called_so():
    assert abc(pd.Series([1, 9], index=pd.Index([7, 8], name="customer_id"))).index.tolist() == [8, 7]


def test_summary_sums_to_the_input():
    summary = abc_summary(abc(pd.Series({"a": 90, "b": 10, "c": -5})))
    assert summary["value"].sum() == 95 and summary["accounts"].sum() == 3
    assert summary["share"].sum() == pytest.approx(1)


def test_disagreement_lists_who_changes_class():
    moved = disagreement(abc(pd.Series({"a": 85, "b": 15})), abc(pd.Series({"a": 10, "b": 90})))
    assert moved.loc["a", ["sales_class", "profit_class"]].tolist() == ["A", "B"]
    assert moved.loc["b", "difference"] == pytest.approx(0.75)


# abc-analysis 0.1.23 (Viessmann, PyPI; a port of the R package ABCanalysis) on the vector of its README, as run here.
README = pd.Series([1, 15, 25, 17, 2, 3, 5, 6, 2, 3, 22])
README_POINTS = [(0.35, 0.7651015064242273), (0.37, 0.7890618662302855), (0.45, 0.8393420817414705)]
README_A, README_B = [2, 3, 10], [1, 7]


def test_limits_are_those_of_abc_analysis():
    limits = abc_limits(README)
    for point, published in zip((limits.a, limits.b, limits.c), README_POINTS, strict=True):
        assert point == pytest.approx(published, abs=1e-9)
    assert not limits.swapped


def test_classes_by_its_limits_differ_by_the_account_that_crosses():
    """Theirs: A above the value at round(0.35 * 11) - 1. Ours: 15 begins below the line of A and belongs to A."""
    table = abc(README.rename_axis("customer_id"), shares=abc_limits(README).shares)
    ours = {label: set(table.index[table["abc"] == label]) for label in "ABC"}
    assert ours["A"] == {*README_A, 1} and ours["A"] | ours["B"] == {*README_A, *README_B}


def test_limits_of_a_uniform_distribution_are_the_analytic_ones():
    """Curve 2p - p^2: Pareto where p = 2 (1 - p)^3, slope 1 at one half, then p - 1/2 = 2 (1 - p)^3."""
    limits = abc_limits(pd.Series(np.arange(1, 20_001)))
    pareto, last = (brentq(lambda p, c=c: p - c - 2 * (1 - p) ** 3, 0, 1) for c in (0, 0.5))
    assert (limits.a[0], limits.b[0], limits.c[0]) == pytest.approx((pareto, 0.5, last), abs=0.001)
    assert limits.a[1] == pytest.approx(2 * pareto - pareto**2, abs=0.002)


def test_break_even_before_pareto_is_swapped():
    assert abc_limits(pd.Series(np.random.default_rng(1).pareto(1.2, 300))).swapped


@pytest.mark.parametrize("values", [[1, 2], [0, 0, -5]])
def test_limits_need_three_accounts_and_a_sale(values):
    with pytest.raises(ValueError, match="three accounts"):
        abc_limits(pd.Series(values))


values = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(-(10**9), 10**12), max_size=40)


@settings(deadline=None)
@given(values, st.integers(1, 1000))
def test_scaling_changes_no_class(given_values, factor):
    series = pd.Series(given_values, dtype="int64")
    assert abc(series)["abc"].tolist() == abc(series * factor)["abc"].tolist()


@settings(deadline=None)
@given(values)
def test_an_account_that_buys_nothing_changes_no_other_class(given_values):
    series = pd.Series(given_values, dtype="int64")
    with_zero = pd.concat([series, pd.Series({"nobody new": 0})])
    assert abc(with_zero)["abc"].drop("nobody new").equals(abc(series)["abc"])


@settings(deadline=None)
@given(values, st.integers(0, 99))
def test_order_changes_nothing_and_shares_sum_to_one(given_values, seed):
    series = pd.Series(given_values, dtype="int64")
    table = abc(series)
    assert abc(series.iloc[np.random.default_rng(seed).permutation(len(series))]).equals(table)
    assert table["share"].sum() == pytest.approx(1 if (series > 0).any() else 0)
    assert (np.diff(table["cum_share"]) >= -1e-12).all()


# One account with nearly everything: a cubic spline swings over and back behind it.
SWING = [1, 1, 1, 1, 1, 1013, 1420, 1829, 5645, 1, 1, 324838]
curves = st.one_of(
    st.lists(st.integers(1, 10**6), min_size=3, max_size=60),
    st.lists(st.sampled_from([0, 1, 10, 10**3, 10**6]), min_size=3, max_size=150).filter(any),
)


@settings(deadline=None)
@given(curves, st.integers(2, 100))
@example(SWING, 7)
@example([5] * 9, 3)
@example([1, 0, 0], 2)
def test_limits_are_in_order_and_do_not_depend_on_the_unit(given_values, factor):
    one, two = abc_limits(pd.Series(given_values)), abc_limits(factor * pd.Series(given_values))
    assert one.shares == pytest.approx(two.shares) and 0 <= one.shares[0] <= one.shares[1] <= 1
    assert all(left <= right for side in (0, 1) for left, right in pairwise(p[side] for p in (one.a, one.b, one.c)))


def test_the_curve_of_one_large_account_reaches_everything_and_stays_there():
    limits = abc_limits(pd.Series(SWING))
    assert limits.shares == pytest.approx((0.991, 1.0), abs=0.001) and limits.b == limits.c == (0.1, 1.0)
