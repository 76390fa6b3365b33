import numpy as np
import pandas as pd
import pytest
from typed import book, features, hand_features, panel

from kamlib.book import open_book
from kamlib.client_types import FEATURES, account_features
from kamlib.panel import build_panel
from kamlib.tables import TABLES


def test_hand_typed_facts_give_the_features_one_works_out_by_eye():
    table = hand_features()
    k1, k2, k3 = (table.loc[k] for k in ("k1", "k2", "k3"))
    assert k1["profit_share"] == pytest.approx(2700 / 2850)
    assert k1["headroom"] == pytest.approx(10_800 / (2700 / (356 / 365.25)))  # the budget known since September
    assert (k1["industry_rank"], k2["industry_rank"]) == (2, 8)
    assert k1["discount"] == pytest.approx(0.1)  # 2,700 paid for 3,000 at list price
    assert k2["return_share"] == 0.5
    assert k1["audits_per_year"] * k1["years_known"] == pytest.approx(2)
    assert np.isnan(k2["headroom"])
    assert (k3["lead"], k3["new"], k3["profit_share"]) == (1, 1, 0)
    assert np.isnan(k3["tenure_years"])


def test_nothing_after_as_of_is_known():
    early = hand_features(as_of="2024-08-31")
    assert early.loc["k1", "headroom"] == pytest.approx(5400 / (900 / (8 / 12)), rel=0.05)
    assert early.loc["k2", "audits_per_year"] == hand_features().loc["k2", "audits_per_year"] == 0
    assert "k3" not in hand_features(as_of="2024-02-28").index


@pytest.mark.parametrize(
    "table", ["accounts", "rivals", "tenders", "interactions", "incidents", "feedback", "payments"]
)
def test_a_missing_table_leaves_its_features_out(table):
    full = book()
    left = {n: t for n, t in full.tables.items() if n != table}
    less = account_features(panel(), type("Less", (), {"tables": left, "ledger": full.ledger})())
    assert not [c for c in less if FEATURES[c].table == table]
    assert [c for c in features() if FEATURES[c].table == table]


def test_an_empty_column_is_no_feature():
    lines = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-02-01"], "amount": [1.0, 2.0]})
    tiny = open_book({"ledger": lines.assign(category=None, list_price=None)}, name="tiny")
    table = account_features(build_panel(tiny, as_of="2024-02-29"), tiny)
    assert not {"categories", "discount"} & set(table)


def test_an_undated_fact_says_nothing_of_the_past():
    lines = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-03-31"], "amount": [1.0, 2.0]})
    facts = pd.DataFrame({"customer_id": ["a"], "industry_rank": [2]})
    undated = open_book({"ledger": lines, "accounts": facts}, name="undated")
    now, then = (account_features(build_panel(undated, as_of=d), undated) for d in ("2024-03-31", "2024-02-29"))
    assert now.loc["a", "industry_rank"] == 2
    assert "industry_rank" not in then


def test_names_of_customers_do_not_matter_and_all_is_finite():
    table = features()
    assert not np.isinf(table.to_numpy()).any()
    assert table.index.is_monotonic_increasing
    assert table["profit_share"].sum() == pytest.approx(1)


def test_every_feature_is_documented_and_comes_from_a_table_of_the_contract():
    assert set(features()) <= set(FEATURES)
    assert {f.table for f in FEATURES.values()} <= set(TABLES)
    assert all(f.says and f.form in ("level", "log", "logit", "rate") for f in FEATURES.values())
