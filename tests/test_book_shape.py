"""Files whose shape is not "one row a line": months as columns, groups, cells told once, rows of totals."""

# ruff: noqa: E501 - a ledger is a line
from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.book import BookError, open_book
from kamlib.book.errors import Unsettled
from kamlib.book.roles.period_headers import period
from kamlib.book.skeleton import mapping_text


@pytest.fixture
def opened(tmp_path):
    def open_text(*lines, name="l.csv", **options):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return open_book(path, mapping={"options": options} if options else None)

    return open_text


def lines_of(book):
    columns = "customer_id, date::VARCHAR AS day, cents, order_id"
    return book.ledger.project(columns).order("day, cents").fetchall()


def total(book):
    return book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0]


def asked(opened, *lines, **options):
    with pytest.raises(Unsettled) as question:
        opened(*lines, **options)
    return question.value


WIDE = ("Customer,Region,Jan-24,Feb-24,Mar-24,Total", "C1,North,100,120,90,310", "C2,South,50,0,40,90")
MONTHS = ["Jan-24", "Feb-24", "Mar-24"]


# --- periods


@pytest.mark.parametrize(
    ("header", "grain", "first"),
    [
        ("Jan-24", "month", "2024-01-01"), ("March 2024", "month", "2024-03-01"), ("2024-03", "month", "2024-03-01"),
        ("03/2024", "month", "2024-03-01"), ("202403", "month", "2024-03-01"), ("März 24", "month", "2024-03-01"),
        ("Q3 2024", "quarter", "2024-07-01"), ("2024-Q3", "quarter", "2024-07-01"), ("3Q24", "quarter", "2024-07-01"),
        ("2021", "year", "2021-01-01"), ("FY2023", "year", "2023-01-01"), ("KW05 2024", "week", "2024-01-29"),
        ("2021-W01", "week", "2021-01-04"), ("2024年3月", "month", "2024-03-01"), ("Mar", "month", "-03-01"),
        ("2024-03-01 00:00:00", "day", "2024-03-01"), ("31/12/2024", "day", "31/12/2024"),
    ],
)  # fmt: skip
def test_a_header_that_is_a_period(header, grain, first):
    assert (period(header).grain, period(header).first) == (grain, first)


@pytest.mark.parametrize(
    "header", ["", "Region", "Address 1", "Line 2", "Total", "2024-13", "9999", "W54 2024", "Q1", "Item 2024"]
)
def test_a_header_that_is_none(header):
    assert period(header) is None


@given(st.text(max_size=70))
@settings(max_examples=300, deadline=None)
def test_any_header_is_a_period_or_none(header):
    found = period(header)
    assert found is None or found.first


# --- months as columns


def test_months_as_columns_are_offered_with_the_total_they_would_give(opened):
    question = asked(opened, *WIDE)
    said = str(question)
    assert "5 lines of 400.00" in said and "line 2: C1, 100, 120, 90" in said
    assert "'Total' is their sum in each of 2 rows, and is not one of them" in said
    assert 'customer_id = "Customer"' in said and 'month_columns = ["Jan-24", "Feb-24", "Mar-24"]' in said


def test_what_is_offered_reads_the_file(opened, tmp_path):
    question = asked(opened, *WIDE)
    answers = {}
    for q in question.questions:
        answers.setdefault(q.section, {})[q.key] = q.choices[0][0]
    book = open_book(tmp_path / "l.csv", mapping=answers)
    assert total(book) == 40000 and len(lines_of(book)) == 5
    assert lines_of(book)[0] == ("C2", "2024-01-01", 5000, None)
    text = mapping_text(tmp_path / "l.csv", refused=question)
    (tmp_path / "m.toml").write_text(text, "utf-8")
    assert total(open_book(tmp_path / "l.csv", mapping=tmp_path / "m.toml")) == 40000


def test_a_total_that_is_not_the_sum_is_told(opened):
    assert "is their sum in 1 rows and differs in 1" in str(asked(opened, *WIDE[:2], "C2,South,50,0,40,91"))


def test_what_could_not_be_read_is_told_with_its_line(opened):
    body = [f"C{i},North,1,1,1,3" for i in range(3, 25)]
    book = opened(*WIDE, *body, "C9,North,1,x,1,2", month_columns=MONTHS)
    row = book.problems.iloc[0]
    assert (row["line"], row["cause"], row["value"]) == (26, "unreadable", "x")
    assert any("1 cells that are empty or zero make none" in n for n in book.notes)


def test_rows_of_totals_are_no_customers(opened):
    rows = ("A,1,2", "B,3,4", "Total North,4,6", "C,5,5", "D,1,1", "Total South,6,6", "Grand total,10,12")
    book = opened("Customer,Jan-24,Feb-24", *rows, month_columns=["Jan-24", "Feb-24"])
    assert total(book) == 2200 and book.rows_set_aside == 3
    assert book.problems["line"].tolist() == [8, 4, 7] or sorted(book.problems["line"]) == [4, 7, 8]


def test_a_customer_may_be_called_total(opened):
    rows = ("A,1,2", "B,3,4", "Total Energies,9,9")
    assert total(opened("Customer,Jan-24,Feb-24", *rows, month_columns=["Jan-24", "Feb-24"])) == 2800


def test_months_without_a_year_ask_for_it_and_run_over_its_turn(opened):
    rows = ("Customer,Nov,Dec,Jan", "A,1,2,3", "B,4,5,6")
    assert 'year = "..."' in str(asked(opened, *rows))
    months = ["Nov", "Dec", "Jan"]
    assert [q.key for q in asked(opened, *rows, month_columns=months).questions] == ["year"]
    book = opened(*rows, month_columns=months, year=2023)
    assert {d for _, d, *_ in lines_of(book)} == {"2023-11-01", "2023-12-01", "2024-01-01"}


def test_a_column_of_years_beside_months(opened):
    rows = ("Customer,Year,Jan,Feb,Mar", "A,2023,1,2,3", "A,2024,4,5,6")
    book = opened(*rows, month_columns=["Jan", "Feb", "Mar"])
    assert total(book) == 2100 and lines_of(book)[-1] == ("A", "2024-03-01", 600, None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"month_columns": ["Jan-24", "Feb24"]}, "Did you mean 'Feb-24'"),
        ({"month_columns": ["Jan-24", "Region"]}, "no month, quarter, week or year"),
        ({"month_columns": ["Jan-24", "Jan-24 Qty"]}, "of one period"),
        ({"month_columns": ["Jan-24 Qty", "Feb-24 Qty"]}, "which say quantity"),
    ],
)
def test_a_mapping_that_cannot_be_followed(opened, options, says):
    with pytest.raises(BookError, match=says):
        opened("Customer,Region,Jan-24,Feb-24,Jan-24 Qty,Feb-24 Qty", "A,N,1,2,3,4", **options)


def test_quantities_beside_the_amounts_are_not_read_and_that_is_told(opened):
    book = opened("Customer,Jan-24,Feb-24,Jan-24 Qty", "A,1,2,3", month_columns=["Jan-24", "Feb-24"])
    assert total(book) == 300 and any("'Jan-24 Qty' are periods, too, and are not read" in n for n in book.notes)


def test_a_ledger_with_budgets_beside_it_stays_one(opened):
    book = opened("customer,date,amount,2023,2024,2025", "a,2024-01-13,10.50,1,2,3", "b,2024-01-14,2,4,5,6")
    assert total(book) == 1250


def test_numbers_of_a_sheet_beside_text_with_a_decimal_comma():
    frame = pd.DataFrame({"Kunde": ["a", "b"], "Jan-24": [1.25, 2.0], "Feb-24": ["1.000,50", None]})
    book = open_book({"ledger": frame}, mapping={"options": {"month_columns": ["Jan-24", "Feb-24"]}})
    assert total(book) == 125 + 200 + 100050


# --- groups

GROUPED = (
    ",Date,Num,Product,Amount",
    "Acme Ltd,,,,", ",2024-01-13,1,Pen,10", ",2024-01-14,2,Book,5", "Total for Acme Ltd,,,,15",
    "Bolt,,,,", ",2024-02-13,3,Pen,7", "Total for Bolt,,,,8",
    "TOTAL,,,,22",
)  # fmt: skip


def test_customers_that_head_their_lines_are_carried_down(opened):
    book = opened(*GROUPED)
    assert [r[:3] for r in lines_of(book)] == [
        ("Acme Ltd", "2024-01-13", 1000), ("Acme Ltd", "2024-01-14", 500), ("Bolt", "2024-02-13", 700),
    ]  # fmt: skip
    assert (book.rows_read, book.rows_set_aside) == (8, 5)
    listed = book.problems.groupby("cause")["line"].agg(list).to_dict()
    assert listed == {"group line": [2, 6], "row of totals": [5, 8, 9]}
    assert any("1 of 2 totals" in n and "line 8, 'Bolt': 8.00, its lines 7.00" in n for n in book.notes)


@pytest.mark.parametrize(
    ("lines", "customers"),
    [
        (("Date,Num,Amount", "Acme,,", "13/01/2024,1,10", "Total Acme,,10", "Bolt,,", "14/01/2024,2,5", "Total Bolt,,5"),
         {("Acme", None), ("Bolt", None)}),
        (("Datum;Beleg;Betrag", "Kunde: 1001 Acme;;", "13.01.2024;1;10,00", "Summe;;10,00", "Kunde: 1002 Bolt;;",
          "14.01.2024;2;5,00", "Summe;;5,00", "Gesamtsumme;;15,00"), {("1001", "Acme"), ("1002", "Bolt")}),
        (("Date,Num,Amount", "Customer: Acme", "2024-01-13,1,10", "Total for Acme,10", "Customer: Bolt", "2024-01-14,2,5"),
         {("Acme", None), ("Bolt", None)}),
        (("Customer,City,Date,Amount", "Acme,Rome,,", ",,2024-01-13,10", "Bolt,Bonn,,", ",,2024-01-14,5"),
         {("Acme", None), ("Bolt", None)}),
        ((",Date,Amount", "Acme,,", ",2024-01-13,3", "Acme:Branch,,", ",2024-01-14,7", "Total for Acme:Branch,,7",
          "Total for Acme,,10", "Bolt,,", ",2024-01-14,5", "Total for Bolt,,5"),
         {("Acme", None), ("Acme:Branch", None), ("Bolt", None)}),
        (("Date,Num,Amount", "Acme,,", "2024-01-13,1,10", "Date,Num,Amount", "Bolt,,", "2024-01-14,2,5"),
         {("Acme", None), ("Bolt", None)}),
    ],
)  # fmt: skip
def test_where_the_name_may_stand(opened, lines, customers):
    book = opened(*lines)
    assert total(book) == 1500
    found = book.ledger.project("customer_id, customer_name").distinct().fetchall()
    assert {i for i, _ in found} == {i for i, _ in customers}
    assert {n for _, n in customers} == {None} or set(found) == customers


def test_a_report_in_a_workbook(tmp_path):
    book, sink = openpyxl.Workbook(), io.BytesIO()
    day = dt.datetime(2024, 1, 13)
    rows = [["Sales by Customer"], [], [None, "Date", "Num", "Amount", "Balance"], ["Acme"], [None, day, 1, 10.5, 10.5],
            ["Total for Acme", None, None, 10.5], ["Bolt"], [None, day, 2, 5, 5], ["Total for Bolt", None, None, 5]]  # fmt: skip
    for row in rows:
        book.active.append(row)
    book.save(sink)
    (tmp_path / "l.xlsx").write_bytes(sink.getvalue())
    assert [r[0] for r in lines_of(open_book(tmp_path / "l.xlsx"))] == ["Bolt", "Acme"]


def test_a_single_line_of_text_names_no_customer(opened):
    with pytest.raises(BookError, match="customer_id"):
        opened("Date,Num,Amount", "All amounts in thousands,,", "2024-01-13,1,10")


# --- cells told once

ORDERS = "order,date,customer,product,quantity,amount"


def test_lines_below_the_first_of_an_order_take_what_is_blank(opened):
    book = opened(
        ORDERS, "1,2024-01-13,a,Pen,1,10", ",,,Book,1,5", "2,2024-01-14,b,Pen,1,7", "2,,,Cup,1,3", "3,2024-01-15,,Pen,1,1",
        ",,,Total,,26",
    )  # fmt: skip
    assert lines_of(book) == [
        ("a", "2024-01-13", 500, "1"), ("a", "2024-01-13", 1000, "1"), ("b", "2024-01-14", 300, "2"),
        ("b", "2024-01-14", 700, "2"), (None, "2024-01-15", 100, "3"),
    ]  # fmt: skip
    assert any("2 lines below the first of their order" in n for n in book.notes)


def test_nothing_is_carried_into_another_order(opened):
    book = opened(
        ORDERS, "1,2024-01-13,a,Pen,1,10", "2,2024-01-13,,Pen,1,5", "1,2024-02-13,,Pen,1,7", "1,2024-02-13,,Cup,1,7"
    )
    assert [r[0] for r in lines_of(book)] == [None, "a", None, None]


def test_an_order_of_two_customers_is_no_order(opened):
    book = opened(ORDERS, "1,2024-01-13,a,Pen,1,10", "1,2024-01-13,b,Pen,1,5", "1,2024-01-13,,Pen,1,7")
    assert [r[0] for r in lines_of(book)] == ["b", None, "a"]


MERGED = ("customer,date,amount", "Acme,2024-01-13,1", ",2024-02-13,2", ",2024-03-13,3", "Bolt,2024-01-14,4", ",2024-03-01,5",
          "Cup,2024-01-02,6", ",2024-05-02,7")  # fmt: skip


def test_a_customer_told_once_is_carried_down_where_days_begin_anew(opened):
    book = opened(*MERGED)
    who = dict(book.ledger.aggregate("customer_id, sum(cents)::BIGINT").fetchall())
    assert who == {"Acme": 600, "Bolt": 900, "Cup": 1300}
    assert any("4 lines have a blank 'customer'" in n and "carry_customer = false" in n for n in book.notes)
    assert opened(*MERGED, carry_customer=False).ledger.aggregate("count(customer_id)").fetchall() == [(3,)]


def test_where_it_is_not_plain_it_is_asked(opened):
    rows = (
        "customer,date,amount",
        "Acme,2024-01-13,1",
        ",2024-02-13,2",
        ",2024-03-13,3",
        "Bolt,2024-04-14,4",
        ",2024-05-01,5",
    )
    said = str(asked(opened, *rows))
    assert "blank in 3 of 5 lines (lines 3, 4, 6 first)" in said and "carry_customer = true" in said
    assert opened(*rows, carry_customer=True).ledger.aggregate("count(customer_id)").fetchall() == [(5,)]


def test_customers_who_are_not_known_stay_so(opened):
    rows = [f"{'a' if i % 4 == 0 else ''},2024-01-{i + 1:02},{i}" for i in range(28)]
    assert opened("customer,date,amount", *rows).ledger.aggregate("count(customer_id)").fetchall() == [(7,)]
    once = [f"{f'c{i}' if i % 4 == 0 else ''},2024-01-{i + 1:02},{i}" for i in range(28)]  # one run of days
    assert opened("customer,date,amount", *once).ledger.aggregate("count(customer_id)").fetchall() == [(7,)]


# --- rows of totals


def test_totals_that_carry_a_day_or_an_order_are_set_aside(opened):
    book = opened(
        "customer,date,invoice,product,amount", "a,2024-01-13,1,Pen,10", "a,2024-01-13,1,Book,5", "a,2024-01-13,1,Subtotal,15",
        "b,2024-02-14,2,Pen,7", "b,2024-02-14,2,Subtotal,7", ",2024-12-31,,Total,22",
    )  # fmt: skip
    assert total(book) == 2200
    assert book.problems["line"].tolist() == [4, 6, 7] and set(book.problems["cause"]) == {"row of totals"}


def test_a_word_alone_does_not_make_a_total(opened):
    book = opened(
        "customer,date,invoice,product,amount", "a,2024-01-13,1,Pen,10", "a,2024-01-13,1,Total Repair,10",
        "b,2024-01-14,2,Total,10", "b,2024-01-15,3,Total,8", "b,2024-01-15,3,Pen,8",
    )  # fmt: skip
    assert total(book) == 4600 and any("2 rows say 'Total' (line 4 first) and are kept" in n for n in book.notes)


def test_a_total_named_by_its_customer(opened):
    book = opened("customer,date,amount", "a,2024-01-13,10", "a,2024-01-14,1", "a Total,2024-01-31,11", "c,2024-02-13,10",
                  "c,2024-02-13,1", "c Total,2024-02-28,11")  # fmt: skip
    assert total(book) == 2200 and book.rows_set_aside == 2


@pytest.mark.parametrize(
    ("columns", "grain"),
    [(["Q1 2024", "Q2 2024"], "quarter"), (["2023", "2024"], "year"), (["W01 2024", "W02 2024"], "week")],
)
def test_the_dates_stand_for_whole_periods(opened, columns, grain):
    book = opened(f"Customer,{','.join(columns)}", "A,1,2", month_columns=columns)
    assert book.grain == grain and lines_of(book)[0][1] in ("2024-01-01", "2023-01-01")


def test_a_file_without_a_column_of_numbers_is_refused_in_words(tmp_path):
    path = tmp_path / "l.csv"  # found by the fuzz: its name for the amounts was damaged
    path.write_bytes(b"Kunde\tD(atum\tUm\tt\nK8\t13.01.2024\next\nK8\t13.01.2024\n988,79\titem 0\n")
    with pytest.raises(BookError, match="no column for amount"):
        open_book(path)
