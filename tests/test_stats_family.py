"""Holm's correction by hand, and that one lucky claim of twenty is not told."""

from __future__ import annotations

import numpy as np
import pytest

from kamlib.stats.family import LEVEL, holm


def test_by_hand():
    """Three of four p-values: 3 x 0.01, then 2 x 0.02, then at least as much."""
    assert holm([0.02, np.nan, 0.03, 0.01]) == pytest.approx([0.04, np.nan, 0.04, 0.03], nan_ok=True)
    assert holm([]).tolist() == [] and np.isnan(holm([np.nan])).all()


def test_one_lucky_claim_of_twenty_is_not_told():
    claims = np.linspace(0.02, 0.98, 20)
    assert (claims < LEVEL).any() and not (holm(claims) < LEVEL).any()
    assert (holm([0.002, *claims[1:]]) < LEVEL).sum() == 1
