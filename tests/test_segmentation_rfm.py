"""RFM: a published table, rules that share nothing and leave nothing out, cut points that stay."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.panel import build_panel
from kamlib.segmentation.rfm import (
    ADVICE,
    SEGMENTS,
    Cuts,
    read_cuts,
    rfm,
    rfm_cuts,
    rfm_measures,
    segment_of,
    segments,
)

# R package rfm 0.2.2 (Hebbali 2020): README, first ten of 995 customers as of 2006-12-31, and the thresholds of its
# reference page of rfm_table_order. https://rfm.rsquaredacademy.com
PUBLISHED_CUTS = Cuts((115, 181, 297, 482), (4, 5, 6, 8), (256, 382, 506, 665))
PUBLISHED = pd.DataFrame(
    [
        ("Abbey O'Reilly DVM", 205, 6, 472, "343"), ("Add Senger", 140, 3, 340, "412"),
        ("Aden Lesch Sr.", 194, 4, 405, "323"), ("Admiral Senger", 132, 5, 448, "433"),
        ("Agness O'Keefe", 90, 9, 843, "555"), ("Aileen Barton", 84, 9, 763, "555"),
        ("Ailene Hermann", 281, 8, 699, "355"), ("Aiyanna Bruen PhD", 246, 4, 157, "321"),
        ("Ala Schmidt DDS", 349, 3, 363, "212"), ("Alannah Borer", 619, 4, 196, "121"),
    ],
    columns=["customer_id", "recency_days", "frequency", "money", "score"],
).set_index("customer_id")  # fmt: skip


def test_the_published_scores():
    assert rfm(PUBLISHED.drop(columns="score"), PUBLISHED_CUTS)["score"].to_dict() == PUBLISHED["score"].to_dict()


def test_rules_are_disjoint_and_complete():
    """All 125 combinations of scores: each in one box of one segment."""
    for scores in product(range(1, 6), repeat=3):
        inside = [
            name for name, boxes in SEGMENTS.items() for box in boxes
            if all(low <= s <= high for s, (low, high) in zip(scores, box, strict=True))
        ]  # fmt: skip
        assert len(inside) == 1, scores
        assert segment_of(*([s] for s in scores)).tolist() == inside
    assert set(ADVICE) == set(SEGMENTS)


def test_segments_are_of_scores_from_one_to_five():
    bounds = [bound for boxes in SEGMENTS.values() for box in boxes for bound in box]
    assert all(1 <= low <= high <= 5 for low, high in bounds)
    assert segment_of([4, 3, 4, 4], [4, 4, 3, 4], [4, 4, 4, 3]).tolist() == [
        "champions", "cooling", "large, seldom", "loyal, small",
    ]  # fmt: skip


def test_measures_by_eye(ledger):
    table = rfm_measures(build_panel(ledger, as_of="2024-03-31"))
    assert table.loc["anna"].tolist() == [81, 2, 135_00]
    assert table.loc["bert"].tolist() == [58, 1, 25_00]
    assert np.isnan(table.loc["cora", "recency_days"]) and table.loc["cora", "frequency"] == 0


def test_who_never_bought_is_last_in_recency(ledger):
    table = rfm_measures(build_panel(ledger, as_of="2024-03-31"))
    assert rfm(table, Cuts((9, 30, 60, 90), (1, 2, 3, 4), (1, 2, 3, 4))).loc["cora", "score"] == "111"


def test_quintiles_where_nothing_ties():
    table = pd.DataFrame({name: np.arange(1, 101) for name in ("recency_days", "frequency", "money")})
    scored = rfm(table, rfm_cuts(table))
    for score in "rfm":
        assert scored[score].value_counts().tolist() == [20] * 5
    assert scored["r"].iloc[0] == 5 and scored["m"].iloc[0] == 1


def test_the_smallest_is_score_one_however_many_share_it():
    table = pd.DataFrame({"recency_days": [1] * 90 + [2] * 10, "frequency": [1] * 90 + [2] * 10, "money": [7] * 100})
    scored = rfm(table, rfm_cuts(table))
    assert scored["f"].iloc[0] == 1 and scored["f"].iloc[-1] == 5
    assert scored["r"].iloc[0] == 5 and set(scored["m"]) == {1}


def test_cut_points_stay_and_are_read_back(tmp_path):
    table = pd.DataFrame({name: np.arange(1, 101) ** 2 for name in ("recency_days", "frequency", "money")})
    cuts = rfm_cuts(table)
    cuts.frame().sample(frac=1, random_state=1).to_parquet(tmp_path / "rfm_cuts.parquet")
    again = read_cuts(pd.read_parquet(tmp_path / "rfm_cuts.parquet"))
    assert again == cuts
    richer = table.assign(money=table["money"] * 2)  # a good year lifts scores instead of moving the cut points
    assert rfm(richer, again)["m"].mean() > rfm(table, cuts)["m"].mean()


def test_segments_hold_all_money():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({name: rng.integers(-5, 100, 300) for name in ("recency_days", "frequency", "money")})
    summary = segments(rfm(table, rfm_cuts(table)))
    assert summary["accounts"].sum() == 300 and summary["value"].sum() == table["money"].sum()
    assert summary["share"].sum() == pytest.approx(1) and summary.index.tolist() == list(SEGMENTS)


@pytest.mark.parametrize("cuts", [((2, 1), (1, 2), (1, 2)), ((1, 2), (1, 2), (1, 2, 3))])
def test_cut_points_out_of_order_are_refused(cuts):
    with pytest.raises(ValueError, match="must ascend"):
        Cuts(*cuts)


def test_no_account_has_no_cut_points():
    with pytest.raises(ValueError, match="an account"):
        rfm_cuts(PUBLISHED.head(0))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 800), st.integers(0, 50), st.integers(-500, 10**6)), min_size=1, max_size=30),
       st.integers(1, 1000))  # fmt: skip
def test_scaling_money_changes_no_score(rows, factor):
    table = pd.DataFrame(rows, columns=["recency_days", "frequency", "money"])
    scaled = table.assign(money=table["money"] * factor)
    assert rfm(table, rfm_cuts(table))["score"].tolist() == rfm(scaled, rfm_cuts(scaled))["score"].tolist()
