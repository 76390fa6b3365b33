"""Price, volume, mix and like for like: by eye, to the cent, tied to the sales bridge, and coverage in small."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.look.style import figure
from kamlib.panel import build_panel, day_totals, quantity_totals
from kamlib.segmentation.price_volume import EFFECTS, like_for_like, price_volume_mix, trading_days
from kamlib.segmentation.price_volume.figures import effects_figure
from kamlib.stats.bridge import bridge

COLUMNS = [
    "product_id", "cents_before", "cents_after", "counted_cents_before", "counted_cents_after",
    "units_before", "units_after",
]  # fmt: skip


def totals(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def test_by_eye():
    """Cheap at 10, dear at 100: 10 and 10 units become 8 and 16, the dear one at 110."""
    table = totals(
        ("cheap", 100_00, 80_00, 100_00, 80_00, 10, 8),
        ("dear", 1000_00, 1760_00, 1000_00, 1760_00, 10, 16),
        ("old", 7_00, 0, 7_00, 0, 1, 0),
        ("novel", 0, 30_00, 0, 30_00, 0, 3),
        ("back", 50_00, -20_00, 50_00, -20_00, 5, -2),
        ("", 9_00, 4_00, 0, 0, 0, 0),
    )
    result = price_volume_mix(table)
    volume = round(1100_00 * (24 / 20 - 1))
    assert result.effects["change"].to_dict() == {
        "volume": volume, "mix": 80_00 + 1600_00 - 1100_00 - volume, "price": 16 * 10_00, "new products": 30_00,
        "dropped products": -7_00, "not comparable": -70_00, "without units": -5_00,
    }  # fmt: skip
    assert result.products.loc["dear", ["quantity_cents", "price_cents"]].tolist() == [600_00, 160_00]
    assert result.products.index[0] == "dear" and result.products.loc[["old", "back"], "price_cents"].isna().all()
    assert (result.before, result.after) == (1166_00, 1854_00)


def test_only_prices_changed():
    table = totals(("a", 10_00, 12_00, 10_00, 12_00, 5, 5), ("b", 7_00, 6_00, 7_00, 6_00, 2, 2))
    assert price_volume_mix(table).effects["change"].head(3).tolist() == [0, 0, 1_00]


def test_nothing_comparable():
    assert price_volume_mix(totals(("", 5, 9, 0, 0, 0, 0))).effects["change"].tolist() == [0, 0, 0, 0, 0, 0, 4]
    assert price_volume_mix(None) is None


def test_another_change_than_the_bridges_is_refused():
    with pytest.raises(ValueError, match="sales bridge"):
        price_volume_mix(totals(("", 5, 9, 0, 0, 0, 0)), change=5)


CENTS, UNITS = st.integers(-(10**9), 10**11), st.integers(-(10**5), 10**7).map(lambda n: n / 1000)
PRODUCT = st.tuples(CENTS, CENTS, CENTS, CENTS, UNITS, UNITS)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(["", *"abcdefg"]), PRODUCT))
def test_effects_sum_to_the_cent(products):
    rows = [(k, *v) if k else (k, v[0], v[1], 0, 0, 0, 0) for k, v in products.items()]
    table = totals(*rows).astype({c: "int64" for c in COLUMNS[1:5]} | {c: "float64" for c in COLUMNS[5:]})
    result = price_volume_mix(table)
    assert result.effects["change"].sum() == table["cents_after"].sum() - table["cents_before"].sum()
    comparable = result.products[result.products["group"] == "comparable"]
    assert (comparable["quantity_cents"] + comparable["price_cents"] == comparable["change"]).all()
    assert tuple(result.effects.index) == EFFECTS


@pytest.fixture(scope="module")
def ledger():
    """Two years of 40 accounts on weekdays, with products, returns and holidays."""
    rng = np.random.default_rng(3)
    days = pd.bdate_range("2023-01-01", "2024-12-31")
    days = days[~((days.month == 12) & (days.day > 23))]
    n = 6000
    units, price = rng.integers(1, 20, n), rng.integers(100, 900, n)
    sign = np.where(rng.random(n) < 0.05, -1, 1)
    who = np.minimum(rng.exponential(9, n).astype(int), 39)
    frame = {"customer_id": [f"k{i:02d}" for i in who], "date": rng.choice(days, n), "cents": units * price * sign,
             "quantity": units * sign, "product_id": rng.choice([*"abcdefgh", None], n)}  # fmt: skip
    return pd.DataFrame(frame)


@pytest.fixture(scope="module")
def panels(ledger):
    return [build_panel(ledger, as_of=f"{year}-12-31") for year in (2023, 2024)]


def test_it_ties_to_the_bridge(ledger, panels):
    then, now = panels
    parts = bridge(then.accounts, now.accounts, accounts=now.accounts, until=then.as_of)
    table = quantity_totals(ledger, by="product_id", before=(then.start, then.as_of), after=(now.start, now.as_of))
    change = int(parts.accounts["change"].sum())
    assert price_volume_mix(table, change=change).effects["change"].sum() == change
    like = like_for_like(then, now, day_totals(ledger, as_of=now.as_of))
    assert like.loc["all accounts", "change"] == change
    assert (like["calendar"] + like["like_for_like"] == like["change"]).all()


def test_holidays_and_closed_weekdays_are_no_trading_days(ledger):
    days = day_totals(ledger, as_of="2024-12-31")
    count, basis = trading_days(days, dt.date(2024, 12, 1), dt.date(2024, 12, 31))
    assert (count, basis) == (16, "days with a line")  # weekdays of December 2024 up to the 23rd
    assert trading_days(days, dt.date(2024, 6, 1), dt.date(2024, 6, 2)) == (0, basis)  # a weekend


def test_few_lines_cannot_tell_a_holiday_from_a_quiet_day():
    some = pd.date_range("2024-01-01", "2024-06-30", freq="W-MON")[[0, 1, 3, 4, 7, 8, 9, 12, 25]]
    mondays = pd.DataFrame({"date": some})
    seldom = pd.DataFrame({"date": pd.to_datetime(["2024-01-01", "2024-06-30"])})
    assert trading_days(seldom, dt.date(2024, 2, 1), dt.date(2024, 2, 29)) == (29, "open weekdays")
    assert trading_days(mondays, dt.date(2024, 2, 1), dt.date(2024, 2, 29))[1] == "open weekdays"


def test_like_for_like_by_eye():
    """23 trading days and 21: two of 23 parts of January's sales are the calendar's."""
    rows = [("a", pd.Timestamp("2024-01-10"), 2300), ("a", pd.Timestamp("2024-02-12"), 3150)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    then, now = (build_panel(frame, as_of=d, months=1) for d in ("2024-01-31", "2024-02-29"))
    then = dataclasses.replace(then, first_day=then.start)
    row = like_for_like(then, now, pd.DataFrame({"date": pd.bdate_range("2024-01-01", "2024-02-29")})).iloc[0]
    assert (row["basis"], row["days_before"], row["days_after"]) == ("days with a line", 23, 21)
    assert (row["change"], row["calendar"], row["like_for_like"]) == (850, -200, 1050)
    assert row["growth_per_day"] == pytest.approx(150 / 100 - 1) and np.isnan(row["low"])


def test_nothing_sold_before():
    days = pd.to_datetime(["2023-05-02", "2024-05-06"])
    frame = pd.DataFrame({"customer_id": ["a", "b"], "date": days, "cents": [-5, 9]})
    then, now = (build_panel(frame, as_of=f"{y}-12-31") for y in (2023, 2024))
    table = like_for_like(then, now, day_totals(frame, as_of="2024-12-31"))
    assert table["growth"].isna().all() and table["change"].tolist()[0] == 14


def test_figure_draws_what_it_is_given():
    ax = effects_figure(price_volume_mix(totals(("a", 100_00, 150_00, 100_00, 150_00, 10, 12))))
    assert [round(b.get_height()) for b in ax.patches] == [100_00, 20_00, 30_00, 150_00]
    assert figure(ax, caption="c", alt="a").png


def test_interval_holds_nought_where_nothing_has_changed(monkeypatch):
    """A small version of benchmarks/like_for_like.py; with 120 companies 95 % stands for 89 to 99."""
    folder = Path(__file__).parents[1] / "benchmarks"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("like_for_like_benchmark", folder / "like_for_like.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules.pop("concentration", None)
    covered = np.mean([f for f in (module.one("small: 60 accounts", r) for r in range(120)) if f], axis=0)
    assert covered[0] >= 0.88 and covered[2] >= 0.88
