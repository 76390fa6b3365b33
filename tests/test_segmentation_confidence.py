"""Class confidence: what must hold, who is sure and who is not, and that 90 % means 90 %."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import abc, class_confidence, confidence
from kamlib.segmentation.confidence import class_probabilities, dispersion
from kamlib.stats.calibration import reliability


def ledger(accounts=60, seed=1, scale=1):
    rng = np.random.default_rng(seed)
    size, rate = np.exp(rng.normal(0, 1.3, accounts)) * 10_000, rng.uniform(0.15, 0.95, accounts)
    days = pd.date_range("2023-01-10", periods=24, freq="MS")
    rows = [(f"k{i:03d}", d, int(size[i] * rng.gamma(2, 0.5)) + 1) for i in range(accounts) for d in days
            if rng.random() < rate[i]]  # fmt: skip
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    return lines.assign(cents=lines["cents"] * scale)


def benchmark():
    path = Path(__file__).parents[1] / "benchmarks" / "class_confidence.py"
    spec = importlib.util.spec_from_file_location("class_confidence_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sure(lines, **options):
    as_of = "2024-12-31"
    return class_confidence(build_panel(lines, as_of=as_of), purchase_days(lines, as_of=as_of), **options)


@pytest.fixture(scope="module")
def table():
    return sure(ledger())


def test_probabilities_sum_to_one_and_stand_under_the_own_class(table):
    assert np.allclose(table[["A", "B", "C"]].sum(axis=1), 1)
    told = table[table["xyz"] != "?"]
    assert np.allclose(told[["X", "Y", "Z"]].sum(axis=1), 1)
    assert all(row["confidence"] == row[row["abc"]] for _, row in table.iterrows())
    assert all(row["xyz_confidence"] == row[row["xyz"]] for _, row in told.iterrows())


def test_it_is_in_the_order_of_abc(table):
    lines = ledger()
    value = build_panel(lines, as_of="2024-12-31").accounts["sales_cents"]
    assert table.index.tolist() == abc(value[table.index]).index.tolist()


def test_the_largest_is_sure_and_some_at_the_line_are_not(table):
    assert table["confidence"].iloc[0] > 0.99 and table["confidence"].min() < 0.7


def test_scaling_money_and_permuting_lines_change_nothing(table):
    pd.testing.assert_frame_equal(sure(ledger(scale=64)), table)
    pd.testing.assert_frame_equal(sure(ledger().sample(frac=1, random_state=1)), table)


def test_same_seed_same_numbers_other_seed_nearly_so(table):
    other = sure(ledger(), seed=2)
    assert 0 < (other["A"] - table["A"]).abs().max() < 0.1


def test_an_account_in_the_red_is_c_for_sure():
    red = pd.DataFrame({"customer_id": ["red"], "date": [pd.Timestamp("2024-05-05")], "cents": [-5]})
    assert sure(pd.concat([ledger(), red])).loc["red", ["abc", "confidence"]].tolist() == ["C", 1]


def test_the_young_have_no_frequency_to_be_sure_of():
    young = pd.DataFrame({"customer_id": ["new"], "date": [pd.Timestamp("2024-11-05")], "cents": [500]})
    row = sure(pd.concat([ledger(), young])).loc["new"]
    assert row["xyz"] == "?" and np.isnan(row["xyz_confidence"]) and row["confidence"] > 0


def test_three_customers_cannot_be_told():
    few = pd.DataFrame({"customer_id": list("abc"), "date": pd.Timestamp("2024-05-05"), "cents": [5, 3, 1]})
    told = sure(few)
    assert told["abc"].tolist() == ["A", "A", "B"] and told[["A", "B", "C", "confidence"]].isna().all(axis=None)


def test_no_luck_no_doubt():
    value = pd.Series({f"k{i}": 100 / (i + 1) for i in range(30)})
    told = class_probabilities(value, np.zeros(30), shares=(0.8, 0.95), repetitions=20)
    assert (told.idxmax(axis=1) == abc(value)["abc"].reindex(told.index)).all() and (told.max(axis=1) == 1).all()


def test_truth_of_the_benchmark_is_that_of_poisson_and_of_simulation():
    module, rng = benchmark(), np.random.default_rng(1)
    assert module.expected_frequency(np.array([0.3, 2.0]), 1.0) == pytest.approx(1 - np.exp([-0.3, -2.0]))
    at = np.cumsum(rng.gamma(4, 1.4 / 4, (4000, 40)), axis=1)
    months = [((at > m) & (at <= m + 1)).any(axis=1).mean() for m in range(10, 22)]
    assert module.expected_frequency(1 / 1.4, 4.0) == pytest.approx(np.mean(months), abs=0.01)


def test_regular_buyers_say_more_with_the_same_months():
    """One month bought, one not, in turn: the next quarter is as good as known. Chance: it is not."""
    every = [pd.date_range(f"2023-0{1 + i}-10", "2024-12-31", freq="2MS") for i in range(2)]
    even = [(f"k{i:02}", d) for i in range(30) for d in every[i % 2]]
    rng = np.random.default_rng(1)
    months = pd.date_range("2023-01-10", periods=24, freq="MS")
    chance = [(f"k{i:02}", d) for i in range(30) for d in months if d == months[0] or rng.random() < 0.5]
    spread = []
    for rows in (even, chance):
        lines = pd.DataFrame(rows, columns=["customer_id", "date"]).assign(cents=100)
        lines.loc[len(lines)] = ["old", pd.Timestamp("2022-01-05"), 1]
        spread.append(dispersion(build_panel(lines, as_of="2024-12-31")))
    assert spread[0] < 0.6 < 0.8 < spread[1] < 1.3


def test_nine_of_ten_given_ninety_are_right():
    """A small version of benchmarks/class_confidence.py, where 2,000 companies a cell say 87 to 93."""
    module = benchmark()
    told = pd.concat([module.one("typical: 150 accounts", r) for r in range(40)])
    near = told[told["confidence"].between(0.85, 0.95)]
    assert near["right"].mean() == pytest.approx(0.9, abs=0.04)
    table = reliability(told["confidence"], told["right"])
    assert (table["predicted"] - table["observed"]).abs()[table["n"] > 100].max() < 0.08
    resampled = told[told["resampled"].between(0.85, 0.95)]
    assert resampled["right"].mean() < near["right"].mean()  # why it is not the default


def test_of_very_many_accounts_lines_from_few_draws_say_the_same(monkeypatch):
    rng = np.random.default_rng(7)
    value = pd.Series(np.exp(rng.normal(8, 1.4, 3000)), index=[f"k{i:04}" for i in range(3000)]).round()
    value.iloc[:5], variance = 0.0, rng.uniform(0.02, 0.3, 3000)
    one = class_probabilities(value, variance, shares=(0.8, 0.95), repetitions=400)
    monkeypatch.setattr(confidence, "MOST_CELLS", 100_000)
    other = class_probabilities(value, variance, shares=(0.8, 0.95), repetitions=400)
    assert np.allclose(other.sum(axis=1), 1) and other.iloc[:5].eq([0, 0, 1]).all(axis=None)
    assert (one - other).abs().max(axis=None) < 0.1 and (one - other).abs().mean(axis=None) < 0.01


def test_frequency_is_as_sure_as_it_says():
    module = benchmark()
    told = pd.concat([module.one_frequency("typical: 150 accounts", r) for r in range(8)])
    table = reliability(told["confidence"], told["right"], edges=(0, 0.6, 0.8, 0.95, 1))
    assert (table["predicted"] - table["observed"]).abs().max() < 0.08
