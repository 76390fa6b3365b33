"""Migration: classes by eye and equal to abc's, hysteresis, transition shares, causes that sum to the cent."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.look.style import figure
from kamlib.panel import build_panel
from kamlib.segmentation.abc import abc
from kamlib.segmentation.migration import (
    STATES,
    cause_totals,
    change_reasons,
    class_history,
    moves,
    product_change,
    steadiness,
    transition_matrix,
    transitions,
)
from kamlib.segmentation.migration.figures import flows_figure, transitions_figure
from kamlib.segmentation.migration.history import _held
from kamlib.tables import ABC


def panel_of(rows, as_of):
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    return build_panel(frame.assign(date=pd.to_datetime(frame["date"])), as_of=as_of)


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(4)
    days = pd.date_range("2022-01-01", "2024-12-31")
    size = np.exp(rng.normal(0, 1.2, 50)) * 5000
    who = rng.integers(0, 50, 3000)
    rows = pd.DataFrame({"customer_id": [f"k{i:02d}" for i in who], "date": rng.choice(days, 3000),
                         "cents": (size[who] * rng.gamma(2, 0.5, 3000) - 300).astype(int), })  # fmt: skip
    gone = rows[~((rows["customer_id"] < "k05") & (rows["date"] > "2023-03-31"))]
    young = gone[~((gone["customer_id"] > "k44") & (gone["date"] < "2023-10-01"))]
    return build_panel(young, as_of="2024-12-31")


@pytest.fixture(scope="module")
def history(panel):
    return class_history(panel)


ROWS = [
    # a: the largest until 2023-06, then small; b: grows; c: small, stops; d: comes in October
    *[("a", f"2022-{m:02d}-05", 800) for m in range(1, 13)], *[("a", f"2023-{m:02d}-05", 10) for m in range(1, 13)],
    *[("b", f"2022-{m:02d}-06", 30) for m in range(1, 13)], *[("b", f"2023-{m:02d}-06", 900) for m in range(1, 13)],
    ("c", "2022-02-07", 30), ("d", "2023-10-08", 400), ("e", "2022-11-05", -5),
]  # fmt: skip


def test_history_by_eye():
    reported = class_history(panel_of(ROWS, "2023-12-31"), step=12).reported
    assert [f"{e:%Y-%m-%d}" for e in reported] == ["2022-12-31", "2023-12-31"]
    expected = {"a": ["A", "C"], "b": ["C", "A"], "c": ["C", "inactive"], "d": ["new", "C"], "e": ["C", "inactive"]}
    assert reported.T.to_dict("list") == expected


def test_truncated_accounts_are_never_new():
    """f begins with a return: it was a customer before the ledger."""
    rows = [*ROWS, ("f", "2023-05-02", -40), ("f", "2023-06-02", 90)]
    assert class_history(panel_of(rows, "2023-12-31"), step=12).reported.loc["f"].tolist() == ["inactive", "C"]


def test_classes_are_those_of_abc(panel, history):
    for end in history.ends:
        values, reported = history.values[end], history.reported[end]
        present = reported.isin(ABC)
        assert abc(values[present])["abc"].sort_index().to_dict() == reported[present].to_dict()


def test_the_smallest_a_stands_at_its_border(history):
    end = history.ends[-1]
    a = history.values[end][history.reported[end] == "A"]
    assert history.borders.loc[end, "A"] == a.min()


def test_short_ledgers_have_no_history():
    history = class_history(panel_of(ROWS[:6], "2022-06-30"))
    assert history.ends == [] and moves(history).empty and np.isnan(steadiness(history)["removed"][0])
    assert transitions(history.reported)["share"].isna().all()


def held(codes, values, margin=0.10, periods=2, border=(100, 10)):
    codes, values = np.array([codes]), np.array([values], dtype=float)
    return _held(codes, values, np.tile(border, (codes.shape[1], 1)).astype(float), margin, periods)[0].tolist()


def test_hysteresis_by_eye():
    """Border of A: 100, of B: 10; A, B, C, inactive, new are 0 to 4."""
    assert held([1, 0, 1, 0], [99, 105, 99, 105]) == [1, 1, 1, 1]  # flickers within a tenth
    assert held([1, 0, 0], [99, 105, 105]) == [1, 1, 0]  # the second time counts
    assert held([1, 0, 1], [99, 111, 99]) == [1, 0, 0]  # beyond the margin at once; just below is no way back
    assert held([0, 2, 2], [150, 9.5, 9.5]) == [0, 1, 2]  # surely no A, not yet surely C
    assert held([1, 3, 1], [50, 0, 50]) == [1, 3, 1] and held([4, 0], [0, 101]) == [4, 0]  # facts are not held back
    assert held([1, 0, 1, 0], [99, 105, 99, 105], periods=1) == [1, 0, 1, 0]
    assert held([0, 1, 1, 2], [101, 98, 98, 9.9]) == [0, 0, 1, 1]


def test_hysteresis_takes_moves_away_and_delays_little(history):
    row = steadiness(history).iloc[0]
    assert row["held_moves"] < row["moves"] and row["held_flickers"] < row["flickers"]
    assert row["removed"] == 1 - row["held_moves"] / row["moves"] and row["delay"] <= 2


def test_steadiness_by_eye():
    end = pd.to_datetime(["2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"])
    reported = pd.DataFrame([list("BABB"), list("BAAA"), ["C", "inactive", "C", "B"]], columns=end)
    kept = pd.DataFrame([list("BBBB"), list("BBAA"), ["C", "inactive", "C", "C"]], columns=end)
    row = steadiness(type("H", (), {"reported": reported, "held": kept})).iloc[0]
    assert row[["moves", "held_moves", "flickers", "held_flickers", "lasting", "late", "delay"]].tolist() == [
        4, 1, 1, 0, 1, 1, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"margin": -0.1}, {"periods": 0}, {"shares": (0.9, 0.8)}])
def test_nonsense_is_refused(panel, wrong):
    with pytest.raises(ValueError):
        class_history(panel, **wrong)


def test_transitions_by_eye():
    classes = pd.DataFrame([list("AAB"), list("ABB"), ["new", "new", "C"], ["C", "inactive", "inactive"]])
    table = transitions(classes).set_index(["from", "to"])
    assert table.loc[("A", "A"), ["moves", "of", "accounts"]].tolist() == [1, 3, 2]
    assert table.loc[("A", "B"), "share"] == pytest.approx(2 / 3)
    assert table.loc[("new", "C"), ["moves", "of", "share"]].tolist() == [1, 1, 1]
    assert table.loc[("inactive", "inactive"), "share"] == 1 and ("new", "inactive") not in table.index
    assert table.loc[("A", "C"), "low"] == 0 and table.loc[("new", "C"), "high"] == 1
    with pytest.raises(ValueError, match="none of"):
        transitions(pd.DataFrame([["A", "D"]]))


def test_shares_sum_to_one_and_lie_in_their_intervals(history):
    table = transitions(history.reported)
    told = table[table["share"].notna()]
    assert told.groupby("from")["share"].sum().tolist() == pytest.approx([1] * told["from"].nunique())
    assert ((told["low"] <= told["share"] + 0.01) & (told["share"] <= told["high"] + 0.01)).all()
    square = transition_matrix(table)
    assert square.index.tolist() == list(STATES) and square.columns.tolist() == list(STATES[:-1])


def test_one_period_an_account_is_the_dirichlet_posterior():
    """Then the interval is that of a beta distribution with Jeffreys' prior, merged over the other states."""
    from scipy.stats import beta

    classes = pd.DataFrame([["A", "A"]] * 40 + [["A", "B"]] * 10)
    row = transitions(classes, repetitions=4_000).set_index(["from", "to"]).loc[("A", "B")]
    assert [row["low"], row["high"]] == pytest.approx(beta(10.5, 41.5).ppf([0.025, 0.975]), abs=0.012)


def test_order_of_accounts_and_money_changes_nothing(panel, history):
    shuffled = history.reported.sample(frac=1, random_state=1)
    a, b = (transitions(f).drop(columns=["low", "high"]) for f in (history.reported, shuffled))
    pd.testing.assert_frame_equal(a, b)
    monthly = panel.monthly.assign(sales_cents=panel.monthly["sales_cents"] * 100)
    scaled = class_history(type(panel)(**(vars(panel) | {"monthly": monthly})))
    pd.testing.assert_frame_equal(scaled.reported, history.reported)
    pd.testing.assert_frame_equal(scaled.held, history.held)


def accounts(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "gross_cents", "returns_cents", "orders", "profit_cents"])
    table = table.assign(sales_cents=table["gross_cents"] + table["returns_cents"])
    return table.astype({"customer_id": "str"}).set_index("customer_id")


def test_causes_by_eye():
    """10 orders of 5 units at 20 become 8 orders of 6 units at 25: 1,000 to 1,200; and 30 more come back."""
    then, now = accounts([("a", 1000, -10, 10, 99)]), accounts([("a", 1200, -40, 8, 116)])
    row = change_reasons(then, now, units=(pd.Series({"a": 50}), pd.Series({"a": 48}))).loc["a"]
    # By hand, each factor's change times the mean over orders of the others: (2 uv + 2 u'v' + uv' + u'v) / 6.
    frequency = -2 * (2 * 5 * 20 + 2 * 6 * 25 + 5 * 25 + 6 * 20) / 6
    volume = 1 * (2 * 10 * 20 + 2 * 8 * 25 + 10 * 25 + 8 * 20) / 6
    price = 5 * (2 * 10 * 5 + 2 * 8 * 6 + 10 * 6 + 8 * 5) / 6
    assert row[["frequency", "volume", "price_mix"]].tolist() == pytest.approx([frequency, volume, price], abs=1)
    assert row[["frequency", "volume", "price_mix"]].sum() == 200
    assert row["returns"] == -30 and row["change"] == 170 and row["main"] == "price_mix"


def test_profit_by_eye():
    """Sales 1,000 to 1,200 at margins of 10 and 15 %: 200 at 12.5 % and 5 points of 1,100."""
    then, now = accounts([("a", 1000, 0, 10, 100)]), accounts([("a", 1200, 0, 12, 180)])
    row = change_reasons(then, now, profit=True).loc["a"]
    assert row[["change", "frequency", "order_size", "margin", "main"]].tolist() == [80, 25, 0, 55, "margin"]


def test_causes_of_all_accounts_sum_to_the_change_of_sales_and_of_profit():
    then, now = accounts([("a", 1000, 0, 10, 100), ("b", 70, 0, 1, 9)]), accounts([("a", 1200, 0, 12, 180)])
    sales, profit = change_reasons(then, now), change_reasons(then, now, profit=True)
    table = cause_totals(sales, profit)
    assert table["sales"].sum() == 130 and table["profit"].sum() == 71 and table["accounts"].sum() == 2
    assert table.index.tolist() == ["came or went", "frequency", "margin"] and table.loc["margin", "profit"] == 55


def test_who_came_and_who_went():
    then, now = accounts([("a", 500, -20, 5, 1), ("b", 0, -7, 0, 1)]), accounts([("c", 90, 0, 1, 1)])
    table = change_reasons(then, now)
    assert table["change"].to_dict() == {"a": -480, "c": 90, "b": 7}
    assert table.loc["a", ["came_or_went", "returns", "main"]].tolist() == [-500, 20, "came_or_went"]
    assert table.loc["b", "main"] == "returns" and table.loc["c", "came_or_went"] == 90


def test_profit_that_is_not_known_is_refused():
    known, unknown = accounts([("a", 1, 0, 1, 1)]), accounts([("a", 1, 0, 1, None)])
    with pytest.raises(ValueError, match="not known"):
        change_reasons(known, unknown, profit=True)


ACCOUNT = st.tuples(
    st.integers(0, 10**10),
    st.integers(-(10**9), 0),
    st.integers(0, 500),
    st.integers(-(10**9), 10**9),
    st.integers(0, 10**6),
)
BOOKS = st.dictionaries(st.sampled_from("abcdefgh"), ACCOUNT)


@settings(max_examples=25, deadline=None)
@given(BOOKS, BOOKS, st.booleans(), st.booleans())
def test_causes_sum_to_the_cent(then, now, profit, counted):
    frames = [accounts([(k, *v[:4]) for k, v in book.items()]) for book in (then, now)]
    for frame in frames:
        frame[frame.columns[1:]] = frame[frame.columns[1:]].astype("int64")
    units = tuple(pd.Series({k: v[4] for k, v in b.items()}, dtype="int64") for b in (then, now)) if counted else None
    table = change_reasons(*frames, units=units, profit=profit)
    causes = table.drop(columns=["before", "after", "change", "main"])
    assert (causes.sum(axis=1) == table["change"]).all()
    money = "profit_cents" if profit else "sales_cents"
    assert table["change"].sum() == frames[1][money].sum() - frames[0][money].sum()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=4))
def test_factors_sum_to_the_change_of_the_product(factors):
    before, after = ([np.array([float(f[s])]) for f in factors] for s in (0, 1))
    change, most = np.prod(after) - np.prod(before), np.prod(np.maximum(before, after))
    assert sum(product_change(before, after))[0] == pytest.approx(change, abs=1e-9 * most)
    unmoved = product_change(before, before)
    assert all(p == 0 for p in unmoved)


def test_moves_with_their_causes(panel, history):
    before = build_panel_a_year_before(panel)
    reasons = change_reasons(before.accounts, panel.accounts)
    table = moves(history, reasons, back=4)
    assert (table["was"] != table["now"]).all() and (table["now"] != "new").all()
    causes = ["came_or_went", "frequency", "order_size", "returns"]
    assert (table[causes].sum(axis=1) == table["change"]).all()
    assert table["change"].abs().is_monotonic_decreasing
    with pytest.raises(ValueError, match="other windows"):
        moves(history, reasons, back=1)


def build_panel_a_year_before(panel):
    """What build_panel gives of the window a year before, from months."""
    months = panel.monthly[panel.monthly["month"].between("2023-01-01", "2023-12-31")]
    columns = ["sales_cents", "gross_cents", "returns_cents", "orders"]
    return type("P", (), {"accounts": months.groupby("customer_id")[columns].sum()})


def test_figures_draw_what_they_are_given(history):
    ax = flows_figure(history.held)
    texts = [t.get_text() for t in ax.texts]
    last = (history.held.iloc[:, -1] == "A").sum()
    assert f"A {last}" in texts and len(ax.get_xticks()) == 4
    square = transitions_figure(transitions(history.reported))
    assert any("to" in t.get_text() for t in square.texts)
    for drawn in (ax, square):
        assert figure(drawn, caption="c", alt="a").png


def test_intervals_cover():
    """A small version of benchmarks/migration.py; with 50 histories 95 % stands for 86 to 100."""
    path = Path(__file__).parents[1] / "benchmarks" / "migration.py"
    spec = importlib.util.spec_from_file_location("migration_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.TRUTH_ACCOUNTS = 40_000
    for line in module.coverage("60 accounts, eight periods, each its own", 50):
        assert float(line.split("|")[4].removesuffix(" % ")) >= 84
