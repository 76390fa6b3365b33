"""Rank tests of trend against published figures."""

from pathlib import Path

import numpy as np
import pytest

from kamlib.stats.trend import hamed_rao, mann_kendall, seasonal_mann_kendall, seasonal_slope, theil_sen

RAIN = np.loadtxt(Path(__file__).parent / "reference" / "bogra_rainfall.txt").ravel()
CLOSED = RAIN[np.isfinite(RAIN)]  # pyMannKendall's tests were published when it still closed gaps in time


def test_mann_kendall_of_gilbert():
    """Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring, example on page 212: Z = 3.1."""
    x = [20, 20, 20, 20, 15, 20, 20, 30, 27, 26, 23, 35, 25, 28, 70, 26, 24, 34, 32, 23, 50, 30]
    assert mann_kendall(x).z == pytest.approx(3.1, abs=0.05)


# What pyMannKendall publishes for this series (tests/test_pymannkendall.py of its repository, commit 2541218).
def test_mann_kendall_as_published():
    found = mann_kendall(RAIN)
    assert (found.s, found.var_s) == pytest.approx((-1959, 4889800.333333333))
    assert (found.z, found.p) == pytest.approx((-0.8854562842589916, 0.37591058740506833))
    assert found.tau == pytest.approx(-0.03153167653875869)


def test_hamed_rao_as_published():
    found = hamed_rao(CLOSED)
    assert (found.var_s, found.z) == pytest.approx((257403.38678462413, -3.859273515045842))
    assert found.p == pytest.approx(0.00011372459883540742)
    three = hamed_rao(CLOSED, lags=3)
    assert (three.var_s, three.p) == pytest.approx((14226812.425138814, 0.603684460662274))


def test_seasonal_as_published():
    found = seasonal_mann_kendall(RAIN)
    assert (found.s, found.var_s) == pytest.approx((-399, 34702.333333333336))
    assert (found.z, found.p) == pytest.approx((-2.136504114534638, 0.03263834596177739))
    assert found.tau == pytest.approx(-0.0794979079497908)


def test_theil_sen_as_published():
    assert theil_sen(CLOSED).slope == pytest.approx(-0.0064516129032258064)


def test_slopes_keep_gaps_in_time():
    """pyMannKendall 1.4.3, run on this file."""
    assert theil_sen(RAIN).slope == pytest.approx(-0.006369426751592357)
    assert seasonal_slope(RAIN) == pytest.approx(-0.08695652173913043)


def test_theil_sen_interval():
    slope = theil_sen([9, 15, 19, 20, 45, 55, 78])
    assert slope.low < slope.slope < slope.high


@pytest.mark.parametrize("test", [mann_kendall, hamed_rao, seasonal_mann_kendall])
@pytest.mark.parametrize("values", [[], [1], [1, 2], [5] * 30, [np.nan] * 4])
def test_too_little_to_say(test, values):
    assert not test(values).p < 0.05


def test_a_trend_turned_round_turns_the_sign():
    x = np.random.default_rng(1).normal(size=30) + np.arange(30) / 10
    for test in (mann_kendall, hamed_rao, seasonal_mann_kendall):
        assert test(x).z == pytest.approx(-test(-x).z)
