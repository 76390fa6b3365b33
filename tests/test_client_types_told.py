import numpy as np
import pandas as pd
import pytest
from typed import features, truth

from kamlib.client_types import FEATURES, ROLES, ClientTyper, by_mixture, numbers
from kamlib.stats.calibration import expected_calibration_error


def test_certain_accounts_are_counted():
    table = numbers(pd.DataFrame({"expert": [1.0, 0.0, 0.0], "prospect": [1.0, 0.0, np.nan]}), shift=1.0)
    assert table.loc["expert"].tolist() == [1, 1, 1]
    assert table.loc["prospect"].isna().all()  # who is open may be many


def test_a_shared_error_widens_the_interval_and_an_own_one_does_not():
    chance = pd.DataFrame({"expert": np.full(400, 0.2)})
    alone, shared = (numbers(chance, shift=s).loc["expert"] for s in (0.0, 0.5))
    assert alone["high"] - alone["low"] == pytest.approx(2 * 1.96 * np.sqrt(400 * 0.2 * 0.8), rel=0.1)
    assert shared["high"] - shared["low"] > 3 * (alone["high"] - alone["low"])


def test_the_interval_covers_when_all_err_together():
    """A small version of benchmarks/client_types.py: 300 numbers whose error is the one that is allowed for."""
    draw, hits = np.random.default_rng(5), 0
    chance = draw.beta(0.5, 2, 60)
    for i in range(300):
        odds = np.log(chance / (1 - chance)) + 0.4 * draw.normal()
        true = (draw.random(60) < 1 / (1 + np.exp(-odds))).sum()
        row = numbers(pd.DataFrame({"expert": chance}), shift=0.4, draws=200, seed=i).loc["expert"]
        hits += row["low"] <= true <= row["high"]
    assert hits >= 275


def test_a_kind_that_cannot_be_told_is_open_and_calibration_counts_it_so():
    left = features()[[c for c in features() if FEATURES[c].table not in ("interactions", "feedback", "incidents")]]
    told = by_mixture(ClientTyper(n_clusters=4).fit(left), left)
    y = truth()
    said, named = told.said.reindex(y.index), told.named.reindex(y.index)
    assert set(said[named == "ordinary"]) == {"ordinary or expert"}
    assert told.roles["expert"].isna().all() or (told.named == "breadwinner").any()
    right = pd.Series([t in s.split(" or ") for t, s in zip(y, said, strict=True)], y.index)
    held = expected_calibration_error(told.probability.reindex(y.index), right)
    assert held < 0.10 < expected_calibration_error(told.probability.reindex(y.index), named == y)
    assert told.roles.loc[features()["new"] == 0, "prospect"].notna().all()
    assert list(told.roles) == list(ROLES)
