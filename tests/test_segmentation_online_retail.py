"""Segmentation of Online Retail II: classes counted by a way that shares no code with kamlib."""

from __future__ import annotations

import os

import pytest

from kamlib.datasets import open_source
from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import abc, class_confidence, persistence, window_values

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(
        not os.environ.get("KAMLIB_DATA"),
        reason="KAMLIB_DATA is not set: it names the folder that holds online_retail_ii/",
    ),
]
AS_OF = "2011-11-30"


@pytest.fixture(scope="module")
def book():
    return open_source("online-retail-ii")


@pytest.fixture(scope="module")
def panel(book):
    return build_panel(book, as_of=AS_OF)


def test_class_counts_are_those_of_ten_lines_of_pandas(book, panel):
    """From the checked lines on: what a line is worth, and whose, is tested in test_online_retail.py."""
    lines = book.ledger.select("customer_id, kind, date, cents").df()
    not_trade = ["fee", "bad debt", "adjustment", "donation", "test"]
    lines = lines[lines["customer_id"].notna() & ~lines["kind"].isin(not_trade)]
    inside = lines[(lines["date"] >= "2010-12-01") & (lines["date"] <= AS_OF)]
    sales = inside.groupby("customer_id")["cents"].sum().sort_values(ascending=False)
    positive = sales[sales > 0]
    share_before = (positive.cumsum() - positive) / positive.sum()
    a, b = (share_before < 0.8).sum(), (share_before < 0.95).sum()
    counts = {"A": int(a), "B": int(b - a), "C": int(len(sales) - b)}
    assert abc(window_values(panel))["abc"].value_counts().to_dict() == counts == {"A": 1176, "B": 1448, "C": 1707}


def test_persistence_beats_the_simplest_rule(panel):
    told = persistence(panel)
    assert told.rule == "accounts alike" and told.brier < 0.6 * told.brier_class
    assert told.error < 0.05 and told.tried > 30_000


def test_confidence_tells_every_account(book, panel):
    told = class_confidence(panel, purchase_days(book, as_of=AS_OF), repetitions=200)
    assert told["confidence"].notna().all() and told.loc["14646", "confidence"] > 0.99
    assert told["confidence"].mean() == pytest.approx(0.67, abs=0.02)
