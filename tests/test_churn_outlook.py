"""The next twelve months: what is told, from what, and how often the interval holds."""

import numpy as np
import pandas as pd
import pytest

from kamlib.churn import NothingToLearnError, outlook, outlook_coverage


def monthly_buyers(accounts: int = 150, years: int = 4, seed: int = 3) -> pd.DataFrame:
    """Accounts of different size that buy every month, change by a third a year, and leave: 1 in 50 a month."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(accounts):
        size = np.exp(rng.normal(9, 1))
        for month in pd.date_range("2021-01-10", periods=12 * years, freq="MS"):
            if rng.random() < 0.02:
                break
            size *= np.exp(rng.normal(0, 0.1))
            rows.append((f"k{i:03}", month + pd.Timedelta(days=int(rng.integers(0, 27))), int(size) + 1))
    return pd.DataFrame(rows, columns=["customer_id", "date", "cents"])


DAYS = monthly_buyers()


def test_outlook_holds_as_often_as_it_claims():
    past = outlook_coverage(DAYS, as_of="2024-12-31")
    assert len(past) >= 3
    assert past["covered"].between(0.82, 0.98).all()
    assert (past["error"] < past["error_of_last"] * 1.05).all()


def test_outlook_reads_nothing_after_its_day():
    later = DAYS.assign(cents=np.where(DAYS["date"] > "2023-12-31", 10**9, DAYS["cents"]))
    pd.testing.assert_frame_equal(outlook(later, as_of="2023-12-31"), outlook(DAYS, as_of="2023-12-31"))


def test_outlook_is_ordered_and_tells_of_those_asked_for():
    said = outlook(DAYS, as_of="2023-12-31")
    assert said["last_cents"].is_monotonic_decreasing and (said["low_cents"] <= said["high_cents"]).all()
    some = outlook(DAYS, as_of="2023-12-31", customers=[said.index[3], "nobody"])
    assert some.index.tolist() == [said.index[3]] and some.iloc[0].equals(said.loc[said.index[3]])


def test_profit_is_told_by_its_own_ratio():
    days = DAYS.assign(profit_cents=DAYS["cents"] // 4)
    sales, profit = (outlook(days, as_of="2023-12-31", value=v) for v in ("cents", "profit_cents"))
    assert (profit["expected_cents"].sum() / sales["expected_cents"].sum()) == pytest.approx(0.25, abs=0.01)


def test_a_short_ledger_has_no_outlook():
    with pytest.raises(NothingToLearnError, match="40 are needed"):
        outlook(DAYS[DAYS["date"] < "2021-09-01"], as_of="2021-08-31")
    assert outlook_coverage(DAYS[DAYS["date"] < "2021-09-01"], as_of="2021-08-31").empty
