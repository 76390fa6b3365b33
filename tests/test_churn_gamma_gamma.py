"""Gamma-gamma: published figures, planted parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import GammaGamma

CDNOW = pd.read_csv(Path(__file__).parent / "reference" / "cdnow_sample.csv")


def test_cdnow_sample_as_published():
    """Fader, Hardie (2013), note 025, section 4: 946 customers, p 6.25, q 3.74, gamma 15.44."""
    model = GammaGamma().fit(CDNOW["frequency"], CDNOW["spend"])
    assert model.n_accounts_ == 946
    assert list(model.params_.values()) == pytest.approx([6.25, 3.74, 15.44], abs=0.011)
    assert model.expected_spend([0, 2], [0, 22.35]) == pytest.approx([35.2, 24.65], abs=0.06)


def test_planted_parameters_are_recovered_and_the_unit_does_not_matter():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 12, 6000)
    rate = rng.gamma(4.0, 1 / 20.0, 6000)
    z = np.where(x > 0, rng.gamma(5.0 * np.maximum(x, 1), 1.0) / rate / np.maximum(x, 1), 0.0)
    model, cents = GammaGamma().fit(x, z), GammaGamma().fit(x, 100 * z)
    for name, planted in (("p", 5.0), ("q", 4.0), ("v", 20.0)):
        assert abs(model.params_[name] - planted) < 4 * model.standard_errors_[name]
    assert cents.params_["v"] == pytest.approx(100 * model.params_["v"], rel=1e-4)


def test_spend_must_be_above_zero_where_there_are_purchases():
    with pytest.raises(ValueError, match="1 rows with purchases, first in row 1"):
        GammaGamma().fit([0, 2, 1], [0, -5, 3])
    with pytest.raises(ValueError, match="no account has a frequency above 0"):
        GammaGamma().fit([0, 0], [0, 0])
