"""Text -> dates, in SQL: days and periods in every form and language, and what is none."""

# ruff: noqa: E501 - a case is a line

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import duckdb
import pytest
from babel import Locale

from kamlib.book.options import Options
from kamlib.book.values import cells, dates
from kamlib.book.values.months import LOCALES, WIDE


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        yield con


def column(con, *written):
    con.execute("CREATE OR REPLACE TABLE written AS SELECT 0 AS _row, '' AS s LIMIT 0")
    con.executemany("INSERT INTO written VALUES (?, ?)", list(enumerate(written)))
    return "written"


def read(con, *written, sheet=False, typed=False, **options):
    found = dates.reading(con, column(con, *written), "s", Options(**options), sheet=sheet, typed=typed)
    days = con.execute(f"SELECT {dates.date('s', found)}::VARCHAR FROM written ORDER BY _row").fetchall()
    return [d for (d,) in days], found


DAYS = {
    "2024-03-05": "2024-03-05", "2024/3/5": "2024-03-05", "2024.03.05": "2024-03-05", "20240305": "2024-03-05",
    "2024-03-05T23:59:59Z": "2024-03-05", "2024-03-05 08:26": "2024-03-05", "13/03/2024": "2024-03-13",
    "13.3.2024": "2024-03-13", "13-03-2024 8:26": "2024-03-13", "13 Mar 2024": "2024-03-13", "13-Mar-2024": "2024-03-13",
    "29.02.2024": "2024-02-29", "2024. 1. 5.": "2024-01-05", "20240305.0": "2024-03-05", "20240305101500": "2024-03-05",
    "2024-W05-3": "2024-01-31",
    # not dates: a number, a day that is none, a span, a code
    "2024123": None, "20.0": None, "30.02.2024": None, "2024-13-01": None, "2024-W05-8": None, "2024-W54": None,
    "2021-W53": None, "2024-Q5": None, "2024-13": None, "202413": None, "2024.1": None,
    "2024-03-05 to 2024-03-09": None, "2024-03-05x": None, "soon": None, "13 apples 24": None, "2024/25": None, "1. KW 2024": None,
    # years of two digits; months in words
    "13/03/24": "2024-03-13", "31.12.80": "1980-12-31", "1.1.79": "2079-01-01", "13-Mar-24": "2024-03-13",
    "March 5, 2024": "2024-03-05", "5th of": None, "Sept. 5th, 2024": "2024-09-05", "5. März 2024": "2024-03-05",
    "5 août 2024": "2024-08-05", "5 de enero de 2024": "2024-01-05", "5 أغسطس 2024": "2024-08-05",
    "5 Mar 2024 10:30": "2024-03-05", "5 января 2024 г.": "2024-01-05", "5 de março de 2024": "2024-03-05",
    "2024-Jan-05": "2024-01-05", "5 تشرين الثاني 2024": "2024-11-05", "1er janvier 2024": "2024-01-01",
    # East Asia
    "2024年1月5日": "2024-01-05", "2024年1月5日 星期五": "2024-01-05", "2024/1/5(金)": "2024-01-05",
    "2024년 1월 5일": "2024-01-05",
    # with a time, a weekday, a zone
    "2024-01-05 10:00:00 -0500": "2024-01-05", "Fri Jan 05 2024": "2024-01-05", "Friday, January 5, 2024": "2024-01-05",
    "05-JAN-2024 10:22:00 PM": "2024-01-05", "20240105T101500Z": "2024-01-05", "Jan 5, 2024, 10:15 AM": "2024-01-05",
    "Jan 5, 2024 at 10:15 AM": "2024-01-05", "Wed Oct 10 20:19:24 +0000 2018": "2018-10-10",
    "Fri, 05 Jan 2024 10:15:00 GMT": "2024-01-05", "mar. 5 mars 2024": "2024-03-05", "mar 5, 2024": "2024-03-05",
    "sexta-feira, 5 de janeiro de 2024": "2024-01-05", "Mi., 31.01.2024": "2024-01-31",
    # other calendars: set aside, or so far away that they are implausible; never read as ours
    "1445-07-05": "1445-07-05", "2567-01-05": "2567-01-05", "R6.1.5": None, "R6.12.25": None, "令和6年1月5日": None,
    "5 ม.ค. 2567": None, "5 محرم 1446": None, "1445/07/05 هـ": None, "平成31/04/30": None, "民國113年1月5日": None,
    # since 1970
    "1704448800": "2024-01-05", "1704448800000": "2024-01-05", "1704448800.5": "2024-01-05", "1704448799,9": "2024-01-05",
    "315532800": "1980-01-01", "999999999999": "2001-09-09", "4102444800": None, "9999999999999": None,
}  # fmt: skip


@pytest.mark.parametrize("cell", DAYS)
def test_days(con, cell):
    days, found = read(con, cell)
    assert days == [DAYS[cell]]
    if DAYS[cell]:
        assert found.grain == "day"


PERIODS = {
    "month": "2024-01 01/2024 1.2024 202401 202401.0 2024M01 2024-M1 Jan|2024 January|2024 Jan-2024 2024|Jan Jan'24 janv.|2024 "
    "2024年1月 2024년|1월 январь|2024|г. Ocak|2024 enero|de|2024 يناير|2024 Jan-2024",
    "quarter": "2024-Q1 2024Q1 Q1|2024 Q1/24 1Q24 1Q2024 T1|2024 1.|Quartal|2024 1er|trimestre|2024 2024年第1季度 Q1'24",
    "week": "2024-W01 2024W01 KW|1/2024 KW01/2024 1.|Woche|2024 W01|2024 Week|1,|2024 CW1/24 2024-KW01 semaine|1|2024",
    "year": "2024 2024.0 2024年",
}


@pytest.mark.parametrize(
    ("grain", "cell"), [(g, c.replace("|", " ")) for g, said in PERIODS.items() for c in said.split()]
)
def test_the_first_day_of_a_period_stands_for_it(con, grain, cell):
    days, found = read(con, cell)
    assert (days, found.grain) == (["2024-01-01"], grain)


def test_weeks_are_those_of_iso_8601(con):
    days, _ = read(con, "2024-W05", "2020-W53", "2021-W01", "2016-W01")
    assert days == ["2024-01-29", "2020-12-28", "2021-01-04", "2016-01-04"]


@pytest.mark.parametrize("code", LOCALES)
def test_every_name_of_a_month_in_thirty_one_languages(con, code):
    locale, said = Locale.parse(code), {}
    for use in ("format", "stand-alone"):
        for width in ("wide",) if code in WIDE else ("wide", "abbreviated"):
            said |= {f"{d} {name} 2024": f"2024-{m:02}-{d:02}" for d, (m, name) in
                     zip(range(13, 25), locale.months[use][width].items(), strict=True)}  # fmt: skip
    said = {cell: day for cell, day in said.items() if not any(map(str.isdecimal, cell.split(" ")[1]))}
    assert read(con, *said)[0] == list(said.values())


def test_babel_is_loaded_for_words_only():
    code = (
        "import sys, duckdb; from kamlib.book.values import dates; from kamlib.book.options import Options\n"
        "con = duckdb.connect(); con.execute('CREATE TABLE t (_row INT, s VARCHAR)')\n"
        "def read(cell):\n"
        "    con.execute('DELETE FROM t'); con.execute('INSERT INTO t VALUES (0, ?)', [cell])\n"
        "    dates.reading(con, 't', 's', Options(), sheet=False)\n"
        "read('2024-01-05T10:00:00Z'); read('13/01/2024 10:00 PM'); read('KW 5/2024'); assert 'babel' not in sys.modules\n"
        "read('5 Jan 2024'); assert 'babel' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_column_says_whether_jan_24_is_a_year(con):
    assert read(con, "Jan-24", "Feb-24")[0] == ["2024-01-01", "2024-02-01"]
    assert read(con, "Nov-23", "Dec-23", "Jan-24", "Feb-24")[0][1:3] == ["2023-12-01", "2024-01-01"]
    assert read(con, "Jan-99")[0] == ["1999-01-01"]
    assert read(con, "Jan-24", year_first=False)[0] == ["2024-01-01"]
    assert read(con, "24-Jan", year_first=True)[0] == ["2024-01-01"]
    assert read(con, "Jan-24", year_first=True)[0] == [None]  # a day without a year


@pytest.mark.parametrize(
    ("written", "option"),
    [(["Jan-24"], "year_first = false"), (["24-Jan"], "year_first = true"), (["Dec-23", "Jan-24"], "year_first = false"),
     ([f"Jan-{d:02}" for d in range(1, 32)], "year_first = false")],
)  # fmt: skip
def test_a_column_that_does_not_say_whether_it_is_a_year_is_refused(con, written, option):
    with pytest.raises(cells.Ambiguous, match="a month and its year, or a day without a year") as said:
        read(con, *written)
    assert said.value.option.startswith(option)
    assert said.value.rows[0] == (0, written[0])


def test_numbers_are_dates_only_where_nearly_all_are(con):
    for number in ("2024", "202401", "45364", "1704448800"):
        days, found = read(con, number, *["2024-01-13"] * 9)
        assert days[0] is None and found.grain == "day"
        assert read(con, *[number] * 19, "soon")[0][0] is not None
    assert read(con, "45364", "2024-01-13", sheet=True)[0][0] == "2024-03-13"


def test_day_numbers_as_numbers_are_those_of_a_sheet(con):
    assert read(con, "45364", typed=True)[0] == [None]
    assert read(con, "45364", typed=True, sheet=True)[0] == ["2024-03-13"]
    assert read(con, "20240313", typed=True)[0] == ["2024-03-13"]


def test_a_few_months_among_days_are_none_and_more_make_all_of_them_months(con):
    days, found = read(con, "2024-01", *["2024-02-03"] * 30)
    assert days[0] is None and found.grain == "day"
    days, found = read(con, "2024-01", "2024-02-03", "Q1 2024")
    assert days == ["2024-01-01", "2024-02-03", "2024-01-01"] and found.grain == "quarter"
    assert "1 days, 1 months, 1 quarters" in found.notes[0]


@pytest.mark.parametrize(
    ("cell", "says"),
    [("2024-01-13T23:30:00+02:00", "time zone"), ("2024-01-13 23:30 UTC", "time zone"), ("2024-01-13T23:30Z", "time zone"),
     ("2024-01-13 23:30:00 -0500", "time zone"), ("2024-01-13+01:00", "time zone"), ("1705188600", "in UTC"),
     ("1705188600000", "in UTC"), ("13/01/24", "two digits"), ("1Q24", "two digits"), ("45304", "1900 system")],
)  # fmt: skip
def test_what_a_reader_should_know_is_said(con, cell, says):
    (note,) = read(con, cell)[1].notes
    assert says in note


@pytest.mark.parametrize("cell", ["2024-01-13 23:30:00", "13 Jan 2024", "Jan 13, 2024 10:15 PM", "2024-01-13"])
def test_nothing_is_said_where_nothing_is_assumed(con, cell):
    assert read(con, cell)[1].notes == ()


def test_month_first(con):
    assert read(con, "12/1/2010 8:26", "12/13/2010 8:26")[0] == ["2010-12-01", "2010-12-13"]


def test_the_column_says_which_comes_first(con):
    assert dates.day_first(con, column(con, "05/03/2024", "13/03/2024"), "s", Options()) is True
    assert dates.day_first(con, column(con, "05/03/2024", "03/13/2024"), "s", Options()) is False
    assert dates.day_first(con, column(con, "2024-03-05", "03/03/2024"), "s", Options()) is True


def test_a_column_that_does_not_say_is_refused_with_rows_and_option(con):
    table = column(con, "03/03/2024", "05/03/2024", "06/03/2024")
    with pytest.raises(cells.Ambiguous) as said:
        dates.day_first(con, table, "s", Options())
    assert "all 2 dates" in said.value.why
    assert said.value.rows == [(1, "05/03/2024"), (2, "06/03/2024")]
    assert "day_first" in said.value.option
    assert dates.day_first(con, table, "s", Options(day_first=False)) is False


def test_a_column_that_says_both_is_refused_with_the_rarer_ones(con):
    table = column(con, "13/03/2024", "14/03/2024", "03/15/2024")
    with pytest.raises(cells.Ambiguous, match="2 dates can only be day-first and 1 only month-first") as said:
        dates.day_first(con, table, "s", Options())
    assert said.value.rows == [(2, "03/15/2024")]


def test_the_days_are_real(con):
    """By another way: what Python's own calendar says."""
    days = [dt.date(2023, 12, 25) + dt.timedelta(days=i) for i in range(20)]
    assert read(con, *[f"{d:%G-W%V-%u}" for d in days])[0] == [str(d) for d in days]
