"""P(alive) held against what happened."""

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import BetaGeoNBD, NothingToLearnError, alive_table, make_case


def purchases() -> pd.DataFrame:
    """Sixty accounts: a third bought once, a third twice, a third every month."""
    rng, rows = np.random.default_rng(6), []
    for i in range(60):
        first = pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(rng.integers(0, 90)))
        gaps = np.cumsum(rng.integers(10, 50, size=(0, 1, 8)[i % 3]))
        rows += [(f"k{i:02}", first + pd.Timedelta(days=int(g)), 100) for g in (0, *gaps)]
    return pd.DataFrame(rows, columns=["customer_id", "date", "cents"])


CASE = make_case(purchases(), as_of="2024-12-31")
CASE.models["BG/NBD"] = BetaGeoNBD()  # fitted to others: what is tested is the table
CASE.models["BG/NBD"].params_ = {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.4}
SILENT = pd.Series(np.arange(60) % 2 == 0, index=CASE.now.histories.index)


def test_who_bought_once_is_alive_for_certain_and_yet_unlikely_to_buy():
    table = alive_table(CASE, SILENT)
    assert table.index.tolist() == ["once", "twice", "6 to 11 times"] and table["accounts"].tolist() == [20, 20, 20]
    assert table.loc["once", "alive"] == 1.0 and table.loc["once", "buys"] < 0.9
    assert table["bought_share"].tolist() == [0.5, 0.5, 0.5]
    assert (table["low"] < 0.5).all() and (table["high"] > 0.5).all()


def test_only_those_are_looked_at_of_whom_it_is_known():
    assert alive_table(CASE, SILENT.iloc[:6])["accounts"].sum() == 6
    with pytest.raises(NothingToLearnError):
        alive_table(CASE, SILENT.iloc[:0])
