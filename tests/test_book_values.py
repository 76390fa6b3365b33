"""Text -> text and numbers, in SQL."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.book.options import Options
from kamlib.book.values import cells


@pytest.fixture(scope="module")
def con():
    with duckdb.connect() as con:
        yield con


def one(con, expression, value):
    return con.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS s)", [value]).fetchone()[0]


def column(con, *written):
    con.execute("CREATE OR REPLACE TABLE written AS SELECT 0 AS _row, '' AS s LIMIT 0")
    con.executemany("INSERT INTO written VALUES (?, ?)", list(enumerate(written)))
    return "written"


@pytest.mark.parametrize("cell", ["", " ", "NaN", "n/a", "#N/A", "NULL", "None", "-", " \t\u00a0", "NaT"])
def test_ways_of_saying_nothing(con, cell):
    assert one(con, cells.text("s"), cell) is None


def test_text_loses_blanks_at_its_ends_and_nothing_else(con):
    assert one(con, cells.text("s"), "\u00a0 tea\tpot \r\n") == "tea\tpot"
    assert one(con, cells.text("s"), "ttr\\n u00a0 2f") == "ttr\\n u00a0 2f"
    assert one(con, cells.text("s"), "NA") is None
    assert one(con, cells.text("s", name=True), "NA") == "NA"  # Namibia


@pytest.mark.parametrize(
    ("written", "sign"),
    [
        (["1.234", "5.50"], "."), (["1.234", "5,50"], ","), (["1,234", "5.50"], "."), (["1.234,50"], ","),
        (["1,234.50"], "."), (["1.234.567"], ","), (["0.125"], "."), (["1234.567"], "."), (["12", "7"], "."),
        (["€ 1.234,50"], ","), (["(5,5)"], ","), (["1 234,5"], ","),
    ],
)  # fmt: skip
def test_the_column_says_what_the_decimal_sign_is(con, written, sign):
    assert cells.decimal_sign(con, column(con, *written), ["s"], Options()) == sign


def test_numbers_that_do_not_say_are_refused_with_rows_and_option(con):
    table = column(con, "12", "1.234", "-5.678")
    with pytest.raises(cells.Ambiguous, match="2 numbers") as said:
        cells.decimal_sign(con, table, ["s"], Options())
    assert said.value.rows == [(1, "1.234"), (2, "-5.678")]
    assert "decimal" in said.value.option
    assert cells.decimal_sign(con, table, ["s"], Options(decimal=",")) == ","


def test_numbers_that_say_both_are_refused(con):
    with pytest.raises(cells.Ambiguous, match="2 numbers have a decimal point and 1 a decimal comma") as said:
        cells.decimal_sign(con, column(con, "1.5", "2.5", "3,5"), ["s"], Options())
    assert said.value.rows == [(2, "3,5")]


POINT = {
    "12": "12", "-12.50": "-12.50", "+3": "3", ".5": ".5", "5.": "5.", "1,234.5": "1234.5", "1,234,567": "1234567",
    "1 234.5": "1234.5", "1\u00a0234": "1234", "1'234.50": "1234.50", "(12.5)": "-12.5", "12.5-": "-12.5",
    "$12": "12", "-$ 12": "-12", "($12.00)": "-12.00", "12 EUR": "12", "EUR -12": "-12", "£1,000.00": "1000.00",
    "1.5E-3": "1.5E-3",
    "12 50": None, "1,23": None, "12,3456": None, "1.2.3": None, "five": None, "12%": None, "--5": None, "$": None,
    ".": None, "1e": None, "10 x 5": None, "0x10": None, "inf": None, "5; DROP TABLE ledger": None,
}  # fmt: skip


@pytest.mark.parametrize("cell", POINT)
def test_numbers_with_a_decimal_point(con, cell):
    assert one(con, cells.number("s", "."), cell) == POINT[cell]


@pytest.mark.parametrize(
    ("cell", "plain"), [("1.234,50", "1234.50"), ("-0,5", "-0.5"), ("1.234", "1234"), ("12.5", None), ("1,5E3", None)]
)
def test_numbers_with_a_decimal_comma(con, cell, plain):
    assert one(con, cells.number("s", ","), cell) == plain


def test_currencies_beside_amounts_are_counted(con):
    table = column(con, "$5", "$6.00", "EUR 7", "8", "9 EUR", "10 EUR")
    assert cells.currencies(con, table, "s") == {"EUR": 3, "$": 2}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=10), min_size=20, max_size=60))
def test_cents_round_halves_away_from_zero(con, amounts):
    cents = cells.whole_cents(f"try_cast({cells.number('s', '.')} AS {cells.NUMBER})")
    table = column(con, *(f"{amount:f}" for amount in amounts))
    read = con.execute(f"SELECT {cents} FROM {table} ORDER BY _row").fetchall()
    expected = [int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for amount in amounts]
    assert [c for (c,) in read] == expected


@pytest.mark.parametrize(("amount", "cents"), [("0.005", 1), ("-0.005", -1), ("1.0049999", 100), ("-2.675", -268)])
def test_cents_by_hand(con, amount, cents):
    assert one(con, cells.whole_cents(f"try_cast({cells.number('s', '.')} AS {cells.NUMBER})"), amount) == cents


def test_what_does_not_fit_is_no_number(con):
    assert one(con, cells.whole_cents(f"try_cast({cells.number('s', '.')} AS {cells.NUMBER})"), "9" * 40) is None
