"""How much of a total is luck: regularity from adjacent gaps, by eye and by simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.stats.luck import luck, total_variance


def days_of(shape, uneven=0.0, *, accounts=200, seed=1, season=1.0):
    """Purchase days of accounts that buy every month or so for three years."""
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.gamma(shape, 300 / shape, (accounts, 40)), axis=1)  # in tenths of a day: no gap of nought
    at = np.where(at > 6000, 6000 + (at - 6000) / season, at)
    value = np.exp(rng.normal(0, np.sqrt(np.log1p(uneven)), at.shape)) * 1000
    frame = pd.DataFrame({"customer_id": np.repeat([f"k{i:03}" for i in range(accounts)], 40)})
    frame["date"] = np.datetime64("1900-01-01") + at.ravel().astype("timedelta64[D]")
    return frame.assign(cents=value.ravel())


@pytest.mark.parametrize("shape", [0.7, 1.0, 3.0])
def test_regularity_is_found(shape):
    assert luck(days_of(shape), since="1900-01-01")["shape"].median() == pytest.approx(shape, rel=0.15)


def test_a_season_is_no_luck():
    """Twice as quick from one day on: the spread of all gaps would say 1.9 instead of 3."""
    assert luck(days_of(3.0, season=2), since="1900-01-01")["shape"].median() == pytest.approx(3, rel=0.15)


def test_unevenness_is_found():
    assert luck(days_of(1, 0.5), since="1900-01-01")["uneven"].mean() == pytest.approx(0.5, rel=0.1)


def test_the_variance_is_that_of_simulated_totals():
    rng = np.random.default_rng(3)
    for k in (1.0, 4.0):
        at = np.cumsum(rng.gamma(k, 1 / k, (20_000, 60)), axis=1)
        bought = (at > 20) & (at <= 32)
        totals = (bought * np.exp(rng.normal(0, 0.5, at.shape))).sum(axis=1)
        known = pd.DataFrame({"shape": [k], "uneven": [np.expm1(0.25)]}, index=["a"])
        said = total_variance(known, pd.Series({"a": 12})).item()
        assert said == pytest.approx(totals.var() / totals.mean() ** 2, rel=0.05)


def test_too_little_cannot_be_told():
    few = days_of(1).groupby("customer_id").head(2)
    assert luck(few, since="1900-01-01") is None
    assert luck(days_of(1).head(0), since="1900-01-01") is None


def test_who_never_bought_gets_what_others_have():
    known = luck(days_of(2), since="1900-01-01")
    assert np.isfinite(total_variance(known, pd.Series({"nobody": 0, "k001": 12}))).all()
