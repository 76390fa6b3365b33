"""Key accounts with their evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress

from kamlib.panel import build_panel
from kamlib.segmentation import key_accounts
from kamlib.segmentation.key_evidence import account_trends, key_evidence, slopes


@pytest.fixture(scope="module")
def panel():
    """s buys 100 on each 5th of 24 months, g each 10th and grows, b came in the last half year; 20 small ones."""
    months = pd.date_range("2023-01-01", periods=24, freq="MS")
    rows = [("s", d + pd.Timedelta(days=4), 100_00) for d in months]
    rows += [("g", d + pd.Timedelta(days=9), 50_00 + 5_00 * i) for i, d in enumerate(months)]
    rows += [("b", d, 200_00) for d in pd.date_range("2024-08-01", periods=5, freq="MS")]
    rows += [(f"z{i:02d}", d, 50 + 10 * i) for i in range(20) for d in months + pd.Timedelta(days=2)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    return build_panel(frame, as_of="2024-12-31")


def test_evidence_by_eye(panel):
    keys = key_accounts(panel, line=0.2)
    sure = pd.DataFrame({"abc": ["A"], "confidence": [0.97]}, index=["s"])
    named = pd.Series({"z03": "image-maker", "s": "expert", "nobody": "prospect"})
    table = key_evidence(panel, keys, confidence=sure, named=named)
    assert table.index.tolist() == ["g", "s", "b", "z03"]
    s = table.loc["s"]
    assert (s["abc"], s["confidence"], s["silent_days"]) == ("A", 0.97, 26) and 30 < s["gap_days"] < 31
    assert s["rule"].startswith("28.6 % of sales") and s["rule"].endswith("the line is 20.0 %; expert")
    assert all(part in s["evidence"] for part in ("class A, confidence 97 %", "steadily", "no sure trend"))
    assert table.loc["z03", "rule"] == "image-maker" and 0 < table.loc["z03", "share"] < 0.01
    assert "growing" in table.loc["g", "evidence"] and table.loc["b", "evidence"].endswith("too young for a trend")


def test_without_more_it_is_the_list(panel):
    keys = key_accounts(panel)
    table = key_evidence(panel, keys)
    assert table.index.tolist() == keys.listed.index.tolist() and table["confidence"].isna().all()


def test_slopes_are_those_of_scipy():
    rng = np.random.default_rng(1)
    values = rng.gamma(2, 50, (5, 24))
    table = slopes(values)
    for row, found in zip(values, table.itertuples(), strict=True):
        line = linregress(np.arange(24), row)
        assert found.trend == pytest.approx(12 * line.slope / row.mean())
        away = 2.0738730679040147 * line.stderr  # Student's t with 22 degrees of freedom, 97.5 %
        assert found.trend_high == pytest.approx(12 * (line.slope + away) / row.mean())


def test_months_before_an_account_count_for_nothing():
    row = np.concatenate([np.full(6, np.nan), np.linspace(5, 9, 18)])
    assert slopes(row[None])["trend"][0] == pytest.approx(slopes(row[None, 6:])["trend"][0])


def test_no_trend_without_a_year_or_without_money():
    assert slopes(np.full((1, 11), 5.0))["trend"].isna().all() and slopes(np.zeros((1, 24)))["trend"].isna().all()


def test_a_common_season_is_no_trend():
    """Everybody sells threefold in December; the trend of who does nothing else is nought."""
    months = pd.date_range("2023-01-01", periods=24, freq="MS")
    rows = [(k, d, 100_00 * (3 if d.month == 12 else 1)) for k in "abcdef" for d in months]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    trend = account_trends(panel, ["a"]).loc["a"]
    assert trend["trend"] == pytest.approx(0, abs=0.02) and trend["trend_months"] == 24


def test_three_customers_of_a_day():
    rows = [(k, "2024-01-05", 100) for k in "abc"]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-01-31")
    table = key_evidence(panel, key_accounts(panel))
    assert len(table) == 3 and (table["evidence"] == "too young for a trend").all()


def test_trend_covers():
    """A small version of benchmarks/key_trend.py."""
    rng = np.random.default_rng(2)
    n = rng.poisson(1.0, (600, 24))
    found = slopes(rng.gamma(np.maximum(2.0 * n, 1e-9)) * (n > 0))
    assert 0.92 <= ((found["trend_low"] <= 0) & (found["trend_high"] >= 0)).mean() <= 0.98
