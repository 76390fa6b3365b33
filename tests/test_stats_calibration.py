"""Calibration: tables by eye, and another library's answers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from kamlib.stats.calibration import brier, expected_calibration_error, reliability
from kamlib.stats.intervals import wilson

RNG = np.random.default_rng(3)
P = RNG.random(500)
Y = RNG.random(500) < P**2


def test_bins_by_eye():
    table = reliability([0.0, 0.05, 0.1, 0.95, 1.0, np.nan], [0, 1, 1, 1, 0, 1])
    assert table["n"].tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert table.loc[[0, 1, 9], "observed"].tolist() == [0.5, 1.0, 0.5]
    assert table.loc[2, ["predicted", "observed", "observed_low"]].isna().all()


def test_scikit_learn_says_the_same():
    table = reliability(P, Y)
    observed, predicted = calibration_curve(Y, P, n_bins=10)
    assert np.allclose(table["observed"], observed) and np.allclose(table["predicted"], predicted)
    assert brier(P, Y) == pytest.approx(brier_score_loss(Y, P))


def test_calibration_error_by_eye():
    assert expected_calibration_error([0.9, 0.9, 0.9, 0.1], [1, 0, 0, 0]) == pytest.approx(0.75 * (0.9 - 1 / 3) + 0.025)
    assert np.isnan(expected_calibration_error([], [])) and np.isnan(brier([], []))


def test_wilson_against_the_published_table():
    """Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3 (Wilson): four examples."""
    table = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)]
    for r, n, low, high in table:
        assert wilson(r, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert np.isnan(wilson(0, 0)).all()


@pytest.mark.parametrize(("p", "y"), [([0.5], [1, 0]), ([1.2], [1]), ([-0.1], [0])])
def test_what_is_no_probability_is_refused(p, y):
    with pytest.raises(ValueError, match=r"probability|one length"):
        reliability(p, y)
