"""The days of a ledger as a whole: lines far from all others, and dates that are periods."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.book import control_totals, open_book
from kamlib.book.checks.days import APART, FEW, LEAST_OTHERS, core, grain_of_days
from kamlib.report.make.report import check_days
from kamlib.run import InputError, last_complete_month
from kamlib.settings import Settings

MONTH = [f"2024-02-{d:02}" for d in range(1, 29)]


def ledger(*days, name="ledger.csv", folder=None):
    text = "customer,date,amount\n" + "".join(f"c{i},{d},1.00\n" for i, d in enumerate(days))
    (folder / name).write_text(text)
    return folder / name


def said(book):
    """Notes but that on amounts, which every book has."""
    return [note for note in book.notes if not note.startswith("Amounts:")]


def lines_of(book):
    return book.ledger.aggregate("count(*)").fetchall()[0][0]


def test_one_line_of_2052_is_set_aside_with_its_line_and_net(tmp_path):
    book = open_book(ledger(*MONTH[:5], "2052-01-13", *MONTH[5:], folder=tmp_path))
    assert (lines_of(book), book.rows_read, book.rows_set_aside) == (28, 29, 1)
    (row,) = book.problems.to_dict("records")
    assert (row["table"], row["line"], row["column"]) == ("ledger", 7, "date")
    assert (row["cause"], row["value"], row["treatment"]) == ("far from all other days", "2052-01-13", "row set aside")
    (note,) = said(book)
    assert "1 lines of net 1.00" in note and "2024-02-01 to 2024-02-28" in note and "latest_date = 2052-01-13" in note
    assert last_complete_month(book) == dt.date(2024, 2, 29)
    totals = control_totals(book, as_of=dt.date(2024, 2, 29))
    assert totals["rows_read"] == totals["rows_set_aside"] + totals["lines"]


def test_lines_are_found_in_each_file_of_a_folder_and_judged_by_all_of_them(tmp_path):
    ledger(*MONTH[:14], "1999-01-01", folder=tmp_path, name="a.csv")
    ledger("2052-01-13", *MONTH[14:], folder=tmp_path, name="b.csv")
    book = open_book(tmp_path)
    found = book.problems[["file", "line", "value"]].values.tolist()
    assert found == [["a.csv", 16, "1999-01-01"], ["b.csv", 2, "2052-01-13"]]
    assert lines_of(book) == 28 and len(said(book)) == 2


def test_a_file_of_another_year_is_no_outlier(tmp_path):
    ledger(*MONTH, folder=tmp_path, name="a.csv")
    ledger(*(d.replace("2024", "2021") for d in MONTH), folder=tmp_path, name="b.csv")
    book = open_book(tmp_path)
    assert lines_of(book) == 56 and not [n for n in said(book) if "far from" in n]


@pytest.mark.parametrize("option", ["latest_date", "earliest_date"])
def test_what_the_mapping_says_is_plausible_wins(tmp_path, option):
    day = {"latest_date": "2052-01-13", "earliest_date": "1990-01-13"}[option]
    source = ledger(*MONTH, day, folder=tmp_path)
    assert lines_of(open_book(source)) == 28
    book = open_book(source, mapping={"options": {option: dt.date.fromisoformat(day)}})
    assert lines_of(book) == 29


def test_a_line_weeks_after_all_others_stays_and_does_not_move_the_day(tmp_path):
    book = open_book(ledger(*MONTH, "2024-04-28", folder=tmp_path))
    assert lines_of(book) == 29 and len(book.problems) == 0
    assert "up to 2024-02-28" in said(book)[0] and "1 lines of net 1.00" in said(book)[0]
    assert last_complete_month(book) == dt.date(2024, 2, 29)
    totals = control_totals(book, as_of=last_complete_month(book))
    assert totals["after_as_of_lines"] == 1


def test_a_line_a_month_after_moves_it(tmp_path):
    book = open_book(ledger(*MONTH, "2024-03-30", folder=tmp_path))
    assert not said(book) and last_complete_month(book) == dt.date(2024, 3, 31)


def numbers(*days):
    found, lines = np.unique(days, return_counts=True)
    return found, lines


@pytest.mark.parametrize(
    ("days", "alone"),
    [
        ([0, 800, 9000], []),  # three lines
        ([*range(9), 9000], []),  # too few others
        ([*range(10), 9000], [9000]),
        ([*range(10), 9000, 9000], []),  # two of twelve are no slip
        ([*range(200), *range(930, 1130)], []),  # two years' pause
        ([*range(0, 400, 40), 750], []),  # 390 days, and gaps of 40 are usual
        ([*range(0, 360, 30), 800], [800]),
        ([*range(10), 375], [375]),
        ([*range(10), 374], []),
        ([-9000, *range(1000), 9000, 10_000], [-9000, 9000, 10_000]),
        ([*range(1000), *range(9000, 9005)], [*range(9000, 9005)]),
        ([*range(1000), *range(9000, 9006)], []),  # over half a per cent
        ([*range(4000), *range(9000, 9011)], []),  # few of many, but a business that goes on
    ],
)
def test_who_stands_alone(days, alone):
    found, lines = numbers(*days)
    first, after = core(found, lines, apart=APART)
    assert [*found[:first], *found[after:]] == alone


@given(st.lists(st.integers(0, 30_000), min_size=1, max_size=60))
def test_what_is_left_out_is_little_and_far(days):
    found, lines = numbers(*days)
    first, after = core(found, lines, apart=APART)
    assert first < after
    for out, gap in ((lines[:first], first and found[first] - found[first - 1]),
                     (lines[after:], after < len(found) and found[after] - found[after - 1])):  # fmt: skip
        if len(out):
            assert out.sum() <= max(1, FEW * lines.sum()) and gap > APART
            assert lines[first:after].sum() >= LEAST_OTHERS


def firsts(*months, year=2024):
    return [dt.date(year, m, 1) for m in months]


def before(days):
    return [d - dt.timedelta(days=1) for d in days]


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        (firsts(1, 2), "day"), (firsts(1, 2, 3), "month"), (firsts(1, 4, 7), "month"), (firsts(1, 4, 7, 10), "quarter"),
        (firsts(1, 4, 5, 7, 10), "month"), ([*firsts(1), *firsts(1, year=2023), *firsts(1, year=2022)], "month"),
        ([dt.date(y, 1, 1) for y in range(2020, 2024)], "year"), ([*firsts(1, 2, 3), dt.date(2024, 3, 2)], "day"),
        ([], "day"),
    ],
)  # fmt: skip
def test_all_firsts_and_all_lasts_are_periods(days, grain):
    assert grain_of_days(days) == grain
    assert grain_of_days(before(days)) == grain


def test_a_ledger_of_firsts_is_of_months_and_its_last_one_counts(tmp_path):
    book = open_book(ledger("2024-01-01", "2024-02-01", "2024-03-01", folder=tmp_path))
    assert book.grain == "month" and last_complete_month(book) == dt.date(2024, 3, 31)
    assert "The dates are months: the last month counts as a whole one" in said(book)[0]


def test_a_folder_of_months_is_judged_together(tmp_path):
    for month in (1, 2, 3):
        ledger(f"2024-{month:02}-01", folder=tmp_path, name=f"{month}.csv")
    assert open_book(tmp_path).grain == "month"


def test_of_files_that_differ_the_coarsest_is_told(tmp_path):
    ledger("2024-01-01", "2024-02-01", "2024-03-01", folder=tmp_path, name="a.csv")
    ledger(*MONTH, folder=tmp_path, name="b.csv")
    ledger("Q1 2023", folder=tmp_path, name="c.csv")
    book = open_book(tmp_path)
    assert book.grain == "quarter"
    assert "a.csv: months, b.csv: days, c.csv: quarters" in book.notes[-1]


def test_days_are_days(tmp_path):
    assert open_book(ledger(*MONTH, folder=tmp_path)).grain == "day"


def test_frames_have_a_grain_too():
    frame = pd.DataFrame({"customer": "a", "date": pd.period_range("2024-01", periods=3, freq="M"), "amount": 1})
    assert open_book({"ledger": frame}).grain == "month"


def test_a_window_within_a_pause_is_refused_with_the_days_that_are_there(tmp_path):
    days = [d.replace("2024", year) for year in ("2020", "2023") for d in MONTH]
    book = open_book(ledger(*days, folder=tmp_path))
    with pytest.raises(InputError, match="no line in the 12 months up to 2022-06-30") as told:
        check_days(book, dt.date(2022, 6, 30), Settings())
    assert "from 2020-02-01 to 2023-02-28" in str(told.value) and "--as-of 2020-02-28" in str(told.value)
    check_days(book, dt.date(2023, 2, 28), Settings())
