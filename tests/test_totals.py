"""Control totals: every line in exactly one part, and the parts sum to the whole."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.book import control_totals, line_totals, month_totals, open_book, repeated_lines, rows_in_words
from kamlib.tables import LINE_KINDS, NOT_TRADE

# customer, day, amount, kind, line
LINES = [
    ("a", "2024-01-05", 10.00, "goods", "1"),
    ("a", "2024-01-05", 10.00, None, "2"),  # repeats the first: no kind is goods
    ("a", "2024-01-31", -2.50, "goods", "3"),
    (None, "2024-01-31", 7.00, "goods", "4"),
    ("b", "2024-03-01", 100.00, "goods", "5"),  # no line in February
    ("b", "2024-03-02", 1.00, "fee", "6"),
    (None, "2024-03-02", -4.00, "fee", "7"),  # not trade, before it is without a customer
    ("c", "2024-03-09", 5.00, "carriage", "8"),
    ("c", "2024-03-10", 9.00, "goods", "9"),  # after as_of
    (None, "2024-03-10", 1.00, "fee", "10"),  # after as_of, before all else
]
AS_OF = dt.date(2024, 3, 9)


def book_of(lines):
    frame = pd.DataFrame(lines, columns=["customer_id", "date", "amount", "kind", "line_id"])
    return open_book({"ledger": frame.astype({"customer_id": "str", "kind": "str"})})


@pytest.fixture(scope="module")
def book():
    return book_of(LINES)


def test_every_line_is_in_one_part(book):
    table = line_totals(book, as_of=AS_OF)
    assert table[["part", "kind", "lines", "cents", "return_lines", "return_cents"]].values.tolist() == [
        ["analysed", "carriage", 1, 500, 0, 0],
        ["analysed", "goods", 4, 11750, 1, -250],
        ["no customer", "goods", 1, 700, 0, 0],
        ["not trade", "fee", 2, -300, 1, -400],
        ["after as_of", "fee", 1, 100, 0, 0],
        ["after as_of", "goods", 1, 900, 0, 0],
    ]


def test_control_totals_by_hand(book):
    assert control_totals(book, as_of=AS_OF) == {
        "as_of": "2024-03-09", "rows_read": 10, "rows_set_aside": 0, "lines": 10, "net_cents": 13650,
        "lines_to_as_of": 8, "net_cents_to_as_of": 12650,
        "identified_lines_to_as_of": 6, "identified_cents_to_as_of": 12350,
        "analysed_lines": 5, "analysed_cents": 12250, "no_customer_lines": 1, "no_customer_cents": 700,
        "not_trade_lines": 2, "not_trade_cents": -300, "after_as_of_lines": 2, "after_as_of_cents": 1000,
        "profit_known_lines": 0, "profit_known_cents": 0, "profit_known_sales_cents": 0,
        "profit_estimated_lines": 0, "profit_estimated_cents": 0, "profit_estimated_sales_cents": 0,
        "profit_missing_lines": 5, "profit_missing_sales_cents": 12750,
    }  # fmt: skip


def test_what_is_left_out_is_a_setting(book):
    totals = control_totals(book, as_of=AS_OF, leave_out=[])
    assert (totals["not_trade_lines"], totals["analysed_cents"], totals["no_customer_cents"]) == (0, 12350, 300)
    with pytest.raises(ValueError, match="is no kind of line; the kinds are goods"):
        control_totals(book, as_of=AS_OF, leave_out=["'; DROP TABLE ledger; --"])


def test_months_by_hand(book):
    table = month_totals(book, as_of=AS_OF)
    assert table["month"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"]
    columns = ["lines", "days", "customers", "identified_cents", "no_customer_cents", "returns_cents", "partial"]
    assert table[columns].values.tolist() == [
        [4, 2, 1, 1750, 700, -250, True],  # begins on the 5th
        [0, 0, 0, 0, 0, 0, False],
        [2, 2, 2, 10500, 0, 0, True],  # as_of is the 9th
    ]


def test_a_whole_month_is_not_partial(book):
    lines = [("a", "2024-01-03", 1, None, "1"), ("a", "2024-02-27", 1, None, "2")]
    assert not month_totals(book_of(lines), as_of=dt.date(2024, 2, 29))["partial"].any()
    assert month_totals(book_of(lines), as_of=dt.date(2024, 2, 28))["partial"].tolist() == [False, True]


def test_months_after_the_end_of_the_ledger_are_partial():
    lines = [("a", "2024-01-02", 1, None, "1"), ("a", "2024-02-09", 1, None, "2")]
    table = month_totals(book_of(lines), as_of=dt.date(2024, 3, 31))
    assert table["partial"].tolist() == [False, True, True] and table["lines"].tolist() == [1, 1, 0]


def test_months_of_nothing(book):
    table = month_totals(book, as_of=dt.date(2023, 12, 31))
    assert len(table) == 0 and list(table) == list(month_totals(book, as_of=AS_OF))
    totals = control_totals(book, as_of=dt.date(2023, 12, 31))
    assert (totals["lines_to_as_of"], totals["analysed_cents"], totals["after_as_of_lines"]) == (0, 0, 10)


def test_repeated_lines(book):
    assert repeated_lines(book, as_of=AS_OF) == (1, 1000)
    assert repeated_lines(book, as_of=dt.date(2024, 1, 4)) == (0, 0)
    three = [("a", "2024-01-05", -1.5, None, str(i)) for i in range(3)] + [(None, "2024-01-05", 2, None, "x")] * 2
    assert repeated_lines(book_of(three), as_of=AS_OF) == (3, -100)


day = st.dates(dt.date(2023, 11, 1), dt.date(2024, 4, 30))
line = st.tuples(
    st.sampled_from(["a", "b", None]), day, st.integers(-(10**9), 10**9), st.sampled_from([None, *LINE_KINDS])
)


@settings(max_examples=16, deadline=None)
@given(st.lists(line, min_size=1, max_size=60), day)
def test_all_sums_reconcile(lines, as_of):
    made = book_of([(c, f"{d}", cents / 100, kind, f"{i}") for i, (c, d, cents, kind) in enumerate(lines)])
    totals = control_totals(made, as_of=as_of)
    before = [(c, cents, kind) for c, d, cents, kind in lines if d <= as_of]
    assert totals["net_cents"] == sum(cents for _, _, cents, _ in lines)
    assert totals["net_cents_to_as_of"] == sum(cents for _, cents, _ in before)
    assert totals["identified_cents_to_as_of"] == sum(cents for c, cents, _ in before if c)
    assert totals["analysed_cents"] == sum(cents for c, cents, k in before if c and k not in NOT_TRADE)
    for unit in ("lines", "cents"):
        parts = [totals[f"{p}_{unit}"] for p in ("analysed", "no_customer", "not_trade")]
        whole = "lines" if unit == "lines" else "net_cents"
        assert sum(parts) == totals[f"{whole}_to_as_of"]
        assert totals[f"{whole}_to_as_of"] + totals[f"after_as_of_{unit}"] == totals[whole]
    assert totals["rows_read"] == totals["rows_set_aside"] + totals["lines"] == len(lines)
    months = month_totals(made, as_of=as_of)
    trade = totals["analysed_cents"] + totals["no_customer_cents"]
    assert months["identified_cents"].sum() + months["no_customer_cents"].sum() == trade
    assert months["month"].is_monotonic_increasing and months["month"].is_unique


def test_rows_in_words_add_up():
    lines = pd.DataFrame({"customer": "a", "date": "2024-01-05", "amount": [*range(1, 40), "x"]})
    assert rows_in_words(open_book({"ledger": lines.astype(str)})) == "40 rows were read: 1 set aside, 39 lines."
    states = lines.assign(status=["Cancelled"] * 2 + ["Complete"] * 38).astype(str)
    book = open_book({"ledger": states})
    assert rows_in_words(book) == "40 rows were read: 1 set aside, 2 left out by their state, 37 lines."
    assert book.rows_not_sold == 2


def test_columns_that_nobody_knows_do_not_get_in_the_way():
    """The names that our own sums go by, as columns of the file."""
    names = "n part lines month line filled code day id profit_sum sales old new rowid".split()
    lines = pd.DataFrame({"customer": ["a", "b", "b"], "date": "2024-01-05", "amount": [990, 9, 9]})
    lines = lines.assign(cost=[660, "", ""], currency=["EUR", "USD", "USD"], **dict.fromkeys(names, "0")).astype(str)
    mapping = {"rates": {"USD": 0.5}, "same_customer": {"b": "a"}}
    book = open_book({"ledger": lines}, mapping=mapping)
    sums = book.ledger.project("customer_id, cents, profit_cents").fetchall()
    assert sums == [("a", 99000, 33000), ("a", 450, 150), ("a", 450, 150)]
    assert repeated_lines(book, as_of=AS_OF) == (1, 450)
    assert line_totals(book, as_of=AS_OF)["cents"].tolist() == [99900]
    assert month_totals(book, as_of=dt.date(2024, 1, 31))["identified_cents"].tolist() == [99900]
    assert control_totals(book, as_of=AS_OF)["profit_estimated_cents"] == 300
