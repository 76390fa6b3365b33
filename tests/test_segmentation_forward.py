"""Classes with their state, and in the next window: what must hold, by hand and in small."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.panel import build_panel, purchase_days
from kamlib.segmentation import abc, class_confidence, forward, forward_confidence, has_probably_left, with_state

AS_OF = "2024-12-31"


def ledger(accounts=60, seed=1):
    """Two years of months; the sales of an account are steady, and the first is the largest."""
    rng = np.random.default_rng(seed)
    size = 10_000 * np.exp(np.sort(rng.normal(0, 1.3, accounts))[::-1])
    days = pd.date_range("2023-01-10", periods=24, freq="MS") + pd.Timedelta(days=9)
    rows = [(f"k{i:03d}", d, int(size[i] * rng.gamma(4, 0.25)) + 1) for i in range(accounts) for d in days]
    return pd.DataFrame(rows, columns=["customer_id", "date", "cents"])


def states_of(panel, gone=0.02, **state):
    """Everybody active and there, but those that are named."""
    accounts = panel.accounts
    table = pd.DataFrame({"state": "active", "gone": gone, "last_purchase": accounts["last_purchase"]})
    for name, (what, chance) in state.items():
        table.loc[name, ["state", "gone"]] = [what, chance]
    return table


def told(lines, states=None, **options):
    panel, days = build_panel(lines, as_of=AS_OF), purchase_days(lines, as_of=AS_OF)
    return forward_confidence(panel, days, states_of(panel) if states is None else states(panel), **options)


@pytest.fixture(scope="module")
def table():
    return told(ledger(), lambda panel: states_of(panel, k000=("lost", 0.988), k001=("late", 0.3), k002=("late", 0.7)))


def test_an_account_that_is_lost_is_shown_so_and_is_not_surely_a(table):
    lines = ledger()
    sure = class_confidence(build_panel(lines, as_of=AS_OF), purchase_days(lines, as_of=AS_OF))
    assert sure.loc["k000", "confidence"] > 0.99 and table.loc["k000", "forward"] < 0.2
    assert table.loc[["k000", "k001", "k002"], "shown"].tolist() == [
        "A, has probably left", "A", "A, has probably left",
    ]  # fmt: skip
    assert table.loc["k003", "forward"] > 0.85 and (table["shown"].iloc[3:] == table["abc"].iloc[3:]).all()


def test_probabilities_sum_to_one_and_stand_under_the_own_class(table):
    assert np.allclose(table[["forward_A", "forward_B", "forward_C"]].sum(axis=1), 1)
    assert all(row["forward"] == row[f"forward_{row['abc']}"] for _, row in table.iterrows())


def test_the_order_is_that_of_abc_and_a_seed_is_a_seed(table):
    lines = ledger()
    value = build_panel(lines, as_of=AS_OF).accounts["sales_cents"]
    assert table.index.tolist() == abc(value)["abc"].index.tolist()
    pd.testing.assert_frame_equal(told(lines, seed=3, repetitions=50), told(lines, seed=3, repetitions=50))


def test_the_more_have_left_the_less_probable(table):
    near, far = (told(ledger(), lambda panel, p=p: states_of(panel, gone=p)) for p in (0.02, 0.5))
    a = near["abc"] == "A"
    assert (near.loc[a, "forward_A"] > far.loc[a, "forward_A"]).all()


def test_very_many_accounts_are_told_by_lines_from_fewer_draws(monkeypatch):
    lines = ledger(accounts=150)
    drawn = told(lines, repetitions=2000)
    monkeypatch.setattr(forward, "MOST_CELLS", 150 * 400)
    summed = told(lines, repetitions=2000)
    columns = ["forward_A", "forward_B", "forward_C"]
    assert np.abs(drawn[columns] - summed[columns]).to_numpy().max() < 0.06


@pytest.mark.parametrize("states", [lambda panel: states_of(panel, gone=np.nan), lambda panel: None])
def test_without_a_rhythm_or_the_page_on_losses_nothing_is_told(states):
    table = told(ledger(), states)
    assert table["forward"].isna().all() and (table["shown"] == table["abc"]).all()


def test_a_ledger_of_one_window_is_told_with_what_is_usual():
    lines = ledger()
    young = lines[lines["date"] >= "2024-01-01"]
    assert told(young)["forward"].between(0, 1).all()


def test_states_in_words():
    states = pd.DataFrame(
        {"state": ["lost", "late", "late", "too young"], "gone": [0.6, 0.6, 0.4, np.nan]}, list("abcd")
    )
    assert has_probably_left(states).tolist() == [True, True, False, False]
    label = pd.Series("B", index=list("abx"))
    assert with_state(label, states).tolist() == ["B, has probably left", "B, has probably left", "B"]
    assert with_state(label, None).equals(label)


def test_growth_and_drift_are_found_beyond_luck():
    rng = np.random.default_rng(1)
    level = rng.normal(10, 1, (3000, 1)) + np.cumsum(0.1 + rng.normal(0, 0.3, (3000, 2)), axis=1)
    seen = level + rng.normal(0, 0.2, level.shape)
    growth, drift = forward._changes(seen[:, ::-1], np.full(seen.shape, 0.04))
    assert growth == pytest.approx([0.1], abs=0.03) and np.sqrt(drift) == pytest.approx(0.3, abs=0.03)


def test_windows_before_make_the_level_surer_and_a_break_is_a_new_start():
    value, luck = pd.Series([np.e, np.e**9]), np.array([0.04, 0.04])
    past = forward._Past(np.array([[1.2], [1.2]]), np.full((2, 1), 0.04), 0.04)
    level, spread = forward._level(value, luck, past)
    assert np.log(level) == pytest.approx([1.2 + 0.08 / 0.12 * (1 - 1.2), 9]) and spread == pytest.approx(
        [0.08 / 3, 0.04]
    )


@pytest.mark.acceptance
def test_small_version_of_the_benchmark(monkeypatch):
    """benchmarks/class_forward.py has hundreds of companies and twelve mechanisms; here are six of one."""
    folder = Path(__file__).parents[1] / "benchmarks"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("class_forward", folder / "class_forward.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "class_forward", module)
    spec.loader.exec_module(module)
    told = pd.concat([module.company("gamma", seed) for seed in range(1, 7)])
    a = told[told["a"]]
    named = a[(a["forward"] >= forward.AHEAD_SURE) & ~a["left"]]
    assert named["right"].mean() >= 0.88 and len(named) >= 0.8 * (a["now"] >= 0.9).sum()
    assert a.loc[a["left"], "right"].mean() < 0.5 < a["right"].mean()
