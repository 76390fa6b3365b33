"""Ledgers by months: gaps are wider, silence begins with the month's end, nothing is taken for clockwork."""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.book import open_book
from kamlib.churn import account_states, silences
from kamlib.churn.look import look, silent
from kamlib.panel import build_panel, purchase_days
from kamlib.run import last_complete_month
from kamlib.run.store import load_book, load_panel, save_book, save_panel
from kamlib.segmentation import xyz
from kamlib.stats.clock import business_clock
from kamlib.stats.grain import GRAINS, WIDTH, mean_log, period_ends, period_starts, regularity_shows

spec = importlib.util.spec_from_file_location(
    "monthly_grain", Path(__file__).parent.parent / "benchmarks" / "monthly_grain.py"
)
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)


def monthly_book(every=(1, 2), months=24):
    """One account that bought in every month, one that bought in every second one."""
    firsts = pd.date_range("2022-01-01", periods=months, freq="MS")
    rows = [(f"every {k}", day, 100) for k in every for day in firsts[::k]]
    return open_book({"ledger": pd.DataFrame(rows, columns=["customer", "date", "amount"])})


@pytest.mark.parametrize("grain", GRAINS)
def test_every_day_lies_in_its_period(grain):
    days = pd.date_range("2019-12-20", "2024-03-05", freq="17D")
    starts, ends = period_starts(days, grain), period_ends(days, grain)
    assert (starts <= days).all() and (days <= ends).all()
    assert abs(((ends - starts).days + 1).to_numpy().mean() - WIDTH[grain]) < 2
    assert period_starts(ends, grain).equals(starts)


@pytest.mark.parametrize("gap", [30.0, 45.0, 90.0, 400.0])
def test_the_expected_logarithm_is_that_of_two_unknown_days(gap):
    rng = np.random.default_rng(7)
    drawn = gap + 30 * (rng.random(400_000) - rng.random(400_000))
    assert mean_log(gap, 30) == pytest.approx(np.log(drawn).mean(), abs=3e-3)
    assert drawn.var() == pytest.approx(2 * 30**2 / 12, rel=0.01)


def test_the_panel_carries_what_the_unknown_days_add():
    book = monthly_book()
    assert book.grain == "month" and last_complete_month(book) == dt.date(2023, 12, 31)
    panel, same = (build_panel(b, as_of="2023-12-31") for b in (book, book.ledger))
    assert (panel.grain, same.grain) == ("month", "day")
    assert panel.gaps["sum_days"].equals(same.gaps["sum_days"])
    more = panel.gaps["sum_days2"] - same.gaps["sum_days2"]
    assert (more / panel.gaps["n"]).to_numpy() == pytest.approx(2 * WIDTH["month"] ** 2 / 12, rel=0.01)
    lengths = np.diff(pd.date_range("2022-01-01", periods=24, freq="MS")).astype("timedelta64[D]").astype(int)
    wanted = mean_log(lengths, WIDTH["month"]).sum()
    assert panel.gaps.set_index("customer_id").loc["every 1", "sum_log_micro"] == pytest.approx(1e6 * wanted, abs=30)


def test_a_panel_of_months_comes_back(tmp_path):
    book = monthly_book()
    panel = build_panel(book, as_of="2023-12-31")
    save_book(book, tmp_path / "work")
    save_panel(panel, tmp_path)
    assert load_book(tmp_path / "work").grain == load_panel(tmp_path).grain == "month"
    assert load_panel(tmp_path).gaps.equals(panel.gaps)


def test_months_that_end_the_month_begin_with_it():
    ends = pd.date_range("2023-01-31", periods=12, freq="ME")
    book = open_book({"ledger": pd.DataFrame({"customer": "a", "date": ends, "amount": 1})})
    panel = build_panel(book, as_of=last_complete_month(book))
    assert panel.first_day == dt.date(2023, 1, 1) and panel.months_held == 12


def test_a_purchase_in_every_month_is_not_called_regular():
    book = monthly_book(every=(1, 2, 4), months=36)
    told = xyz(build_panel(book, as_of="2024-12-31"), by="regularity")
    assert told["xyz"].to_dict() == {"every 1": "?", "every 2": "?", "every 4": "X"}
    assert told["regularity"].isna().tolist() == [True, True, False]
    taken_for_days = xyz(build_panel(book.ledger, as_of="2024-12-31"), by="regularity")
    assert (taken_for_days["xyz"] == "X").all()
    assert told.loc["every 4", "regularity"] < taken_for_days.loc["every 4", "regularity"]


def test_regularity_of_days_always_shows():
    assert regularity_shows([0.1, np.nan], "day").all() and not regularity_shows(np.nan, "month")


def test_silence_begins_with_the_end_of_the_month():
    book = monthly_book(every=(1,), months=24)
    days = purchase_days(book, as_of="2023-12-31")
    assert days.attrs["grain"] == "month"
    judged = silences(days, as_of=dt.date(2023, 12, 31))
    states = account_states(judged, build_panel(book, as_of="2023-12-31"))
    assert states["silent_days"].item() == 0 and str(states["last_purchase"].item().date()) == "2023-12-31"


def test_a_look_back_does_not_know_a_month_before_its_end():
    days = purchase_days(monthly_book(every=(1,), months=24), as_of="2023-12-31")
    seen = look(days, as_of="2023-06-15")
    assert seen.histories["frequency"].item() == 16  # 2022-01 to 2023-05
    assert seen.features["silence_days"].item() == 15
    assert not silent(days, seen, horizon_days=30, known_until="2023-12-31").item()


def test_the_clock_of_months_has_no_closed_days_between_them():
    firsts = pd.date_range("2022-01-01", periods=24, freq="MS").repeat(50)
    clock = business_clock(firsts, as_of=dt.date(2023, 12, 31), grain="month")
    assert clock.closed == 0 and clock.weekday == pytest.approx(1, abs=0.02)
    assert business_clock(firsts, as_of=dt.date(2023, 12, 31)).closed > 600


@pytest.mark.parametrize(("usual", "regularity"), [(10, 1.0), (30, 1.0), (60, 3.0)])
def test_a_ledger_by_months_raises_no_more_false_alarms_than_by_days(usual, regularity):
    """`benchmarks/monthly_grain.md` has 2,000 accounts a cell."""
    days = bench.ledger(usual, regularity, accounts=300)
    by_days, by_months = (bench.false_alarms(d) for d in (days, bench.by_month(days)))
    assert by_months["late"] < 1.3 * by_days["late"] + 0.002
    assert by_months["lost"] < 1.3 * by_days["lost"] + 0.002


def test_taken_for_days_a_ledger_by_months_raises_several_times_as_many():
    months = bench.by_month(bench.ledger(10, 1.0, accounts=300))
    as_days = months.copy()
    as_days.attrs = {}
    assert bench.false_alarms(as_days)["late"] > 2 * bench.false_alarms(months)["late"]
