"""Intervals by leaving accounts out: by hand, properties, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from kamlib.stats.jackknife import ratio_interval


def ratio(sums):
    return sums[:, 0] / sums[:, 1]


def test_two_accounts_by_hand():
    low, high = ratio_interval(np.array([[4.0, 1.0], [1.0, 1.0]]), ratio)
    away = t.ppf(0.975, 2) * np.sqrt(0.5 * 2 * (np.log(4) / 2) ** 2)
    assert (low, high) == pytest.approx((2.5 * np.exp(-away), 2.5 * np.exp(away)))


def test_accounts_all_alike_leave_no_doubt():
    assert ratio_interval(np.full((9, 2), [3.0, 2.0]), ratio) == pytest.approx((1.5, 1.5))


def test_units_and_order_change_nothing():
    rows = np.random.default_rng(1).gamma(2, size=(30, 2))
    whole = ratio_interval(rows, ratio)
    assert ratio_interval(rows[::-1], ratio) == pytest.approx(whole)
    assert ratio_interval(rows * 100, ratio) == pytest.approx(whole)
    upside_down = ratio_interval(rows[:, ::-1], ratio)
    assert upside_down == pytest.approx((1 / whole[1], 1 / whole[0]))


def test_a_ratio_that_hangs_on_one_account_cannot_be_told():
    assert np.isnan(ratio_interval(np.array([[1.0, 1.0], [1.0, 0.0], [2.0, 0.0]]), ratio)).all()


def test_one_account_that_decides_widens_it():
    rows = np.random.default_rng(2).gamma(4, size=(40, 2))
    alone = np.vstack([rows[1:], rows[:1] * [40, 10]])
    spread = [np.log(high / low) for low, high in (ratio_interval(r, ratio) for r in (rows, alone))]
    assert spread[1] > 2 * spread[0]


def test_it_covers():
    """A small version of benchmarks/type_worth.py: two sides of accounts, lognormal sales, no difference."""
    draw, held = np.random.default_rng(3), 0
    side = np.arange(60) < 20
    for _ in range(400):
        money = np.exp(draw.normal(9, 1, (60, 1)) + draw.normal(0, 0.5, (60, 2)))
        rows = np.column_stack([money * ~side[:, None], money * side[:, None]])
        low, high = ratio_interval(rows, lambda s: s[:, 2] / s[:, 3] / (s[:, 0] / s[:, 1]), sides=side)
        held += low <= 1 <= high
    assert held / 400 == pytest.approx(0.955, abs=0.03)
