"""Regularity of gaps: scipy's answer from sums alone, the edges, and what the interval claims."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from scipy.special import digamma

from kamlib.stats.gamma import SHAPE_CAP, gamma_shape


def shape_of(gaps):
    gaps = np.atleast_2d(np.asarray(gaps, dtype=float))
    return gamma_shape(np.full(len(gaps), gaps.shape[1]), gaps.sum(axis=1), np.log(gaps).sum(axis=1))


@pytest.mark.parametrize("k", [0.4, 1, 2.5, 30])
def test_scipy_finds_the_same_shape(k):
    gaps = np.random.default_rng(int(10 * k)).gamma(k, 30 / k, 40)
    assert shape_of(gaps)["shape"].item() == pytest.approx(stats.gamma.fit(gaps, floc=0)[0], rel=1e-5)


@pytest.mark.parametrize("s", [1e-4, 0.01, 0.5, 1, 20])
def test_bisection_finds_the_same_root(s):
    root = brentq(lambda k: np.log(k) - digamma(k) - s, 1e-3, 1e5)
    assert gamma_shape([10], [10.0], [-10 * s], cap=1e6)["shape"].item() == pytest.approx(root, rel=1e-8)


def test_equal_gaps_reach_the_cap_and_say_so():
    row = shape_of([30, 30, 30]).iloc[0]
    assert row["shape"] == row["corrected"] == SHAPE_CAP and row["capped"] and np.isnan(row["shape_low"])


@pytest.mark.parametrize(("n", "total", "logs"), [(0, 0, 0), (1, 30, np.log(30))])
def test_below_two_gaps_there_is_none(n, total, logs):
    row = gamma_shape([n], [total], [logs]).iloc[0]
    assert np.isnan([row["shape"], row["shape_low"], row["shape_high"], row["corrected"]]).all() and not row["capped"]


def test_it_stands_on_the_index_it_was_given():
    n = pd.Series([2, 3], index=["b", "a"])
    table = gamma_shape(n, pd.Series([40, 60], index=n.index), pd.Series([5.9, 8.9], index=n.index))
    assert table.index.tolist() == ["b", "a"] and table["n"].tolist() == [2, 3]
    assert gamma_shape([], [], []).empty


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), min_size=2, max_size=30), st.integers(2, 50))
def test_the_unit_of_time_changes_nothing(gaps, factor):
    gaps = np.array(gaps)
    assert shape_of(gaps)["shape"].item() == pytest.approx(shape_of(factor * gaps)["shape"].item(), rel=1e-4)


@pytest.mark.parametrize("k", [1, 4])
@pytest.mark.parametrize(("n", "least"), [(5, 0.92), (30, 0.935)])
def test_the_interval_covers_and_the_bias_is_gone(k, n, least):
    table = shape_of(np.random.default_rng(n).gamma(k, 30 / k, (4000, n)))
    covered = ((table["shape_low"] <= k) & (k <= table["shape_high"])).mean()
    assert least <= covered <= 0.97
    assert table["corrected"].mean() == pytest.approx(k, rel=0.12 if n == 5 else 0.03)
    assert table["shape"].mean() > 1.05 * k
