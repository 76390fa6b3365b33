"""What cannot be used is set aside, counted and listed; what was misread is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.book import BookError, open_book


def write(folder, *lines, header="customer_id,date,amount", name="l.csv"):
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


GOOD = [f"c{i},2024-01-{i:02},{i}.50" for i in range(1, 29)] * 3  # 84 rows


def refusal(source, **options):
    with pytest.raises(BookError) as said:
        open_book(source, **options)
    return str(said.value)


def test_what_is_set_aside_is_counted_and_listed_with_its_line(tmp_path):
    book = open_book(write(tmp_path, *GOOD, "a,soon,1", "a,2024-01-01,", ",2024-01-01,5", "a,,7"))
    assert (book.rows_read, book.rows_set_aside) == (88, 3)
    assert book.ledger.aggregate("count(*)").fetchall() == [(85,)]
    listed = book.problems.set_index("line")[["column", "cause", "value", "treatment", "n"]]
    assert listed.loc[86].tolist() == ["date", "unreadable", "soon", "row set aside", 1]
    assert listed.loc[89].tolist()[:2] == ["date", "empty"]
    assert listed.loc[87].tolist()[:2] == ["amount", "empty"]
    assert len(listed) == 3  # a line without a customer is a line


def test_a_row_with_two_faults_is_one_row(tmp_path):
    book = open_book(write(tmp_path, *GOOD, "a,soon,much"))
    assert book.rows_set_aside == 1 and book.problems["column"].tolist() == ["date", "amount"]


def test_another_value_that_cannot_be_read_is_emptied_and_the_row_stays(tmp_path):
    header = "customer_id,date,amount,profit,delivered_date,kind,list_price"
    rows = [f"{line},1,2024-01-05,goods,5" for line in GOOD]
    book = open_book(write(tmp_path, *rows, "a,2024-01-05,9,lots,later,Carriage,-1", header=header))
    assert book.rows_set_aside == 0
    listed = book.problems.set_index("column")[["line", "cause", "value", "treatment"]]
    assert listed.loc["profit"].tolist() == [86, "unreadable", "lots", "value emptied"]
    assert listed.loc["delivered_date"].tolist()[1] == "unreadable"
    assert listed.loc["list_price"].tolist()[1:3] == ["outside its limits", "-1"]
    assert "kind" not in listed.index  # in any case of letters
    last = book.ledger.filter("cents = 900").project("kind, profit_estimated, delivered_date, list_price").fetchall()
    assert last == [("carriage", True, None, None)]


def test_at_most_a_thousand_are_listed_and_all_counted(tmp_path):
    book = open_book(write(tmp_path, *GOOD * 300, *["a,soon,1"] * 1200))
    assert len(book.problems) == 1000 and book.problems["n"].unique().tolist() == [1200] == [book.rows_set_aside]


def test_too_many_unreadable_rows_are_refused_with_all_that_helps(tmp_path):
    says = refusal(write(tmp_path, *GOOD, *["a,2024-01-05,much"] * 6, header="customer_id,date,Umsatz"),
                   mapping={"ledger": {"amount": "Umsatz"}})  # fmt: skip
    for part in ("l.csv", "6 of 90 rows", "'Umsatz', taken as amount, is unreadable", "line 86: 'much'; line 87",
                 "line 88", "5%", "--mapping"):  # fmt: skip
        assert part in says
    assert "line 89" not in says


def test_five_percent_are_still_set_aside(tmp_path):
    assert open_book(write(tmp_path, *(GOOD * 5)[:95], *["a,2024-01-05,much"] * 5)).rows_set_aside == 5


def test_one_unreadable_row_of_ten_is_set_aside_and_two_are_not(tmp_path):
    book = open_book(write(tmp_path, *GOOD[:9], "c,soon,1.00"))
    assert (book.rows_read, book.rows_set_aside) == (10, 1)
    assert "2 of 10 rows" in refusal(write(tmp_path, *GOOD[:8], "c,soon,1.00", "d,never,2.00"))
    assert "1 of 9 rows" in refusal(write(tmp_path, *GOOD[:8], "c,soon,1.00"))


def test_rows_of_nothing_but_delimiters_are_no_sign_of_misreading(tmp_path):
    book = open_book(write(tmp_path, *GOOD, *[",,"] * 40))
    assert (book.rows_read, book.rows_set_aside) == (124, 40)
    assert book.problems["cause"].unique().tolist() == ["blank row"] and book.problems["line"].iloc[0] == 86


def test_dates_that_can_be_read_in_two_ways(tmp_path):
    path = write(tmp_path, "a,05/03/2024,1", "b,03/03/2024,1", "c,06/03/2024,1", header="customer,Invoice Date,amount")
    says = refusal(path)
    for part in (
        "l.csv",
        "'Invoice Date'",
        "all 2 dates",
        "line 2: '05/03/2024'; line 4",
        "[options]\nday_first = true",
    ):
        assert part in says
    days = [
        open_book(path, mapping={"options": {"day_first": first}}).ledger.project("date::VARCHAR").fetchall()[0][0]
        for first in (True, False)
    ]
    assert days == ["2024-03-05", "2024-05-03"]


def test_dates_that_contradict_one_another(tmp_path):
    lines = [f"a,{i}/01/2024,1" for i in range(13, 29)] * 2
    path = write(tmp_path, *lines, "b,01/30/2024,1")
    assert all(
        part in refusal(path) for part in ("32 dates", "1 only month-first", "line 34: '01/30/2024'", "day_first")
    )
    assert open_book(path, mapping={"options": {"day_first": True}}).rows_set_aside == 1


def test_numbers_that_can_be_read_in_two_ways(tmp_path):
    path = write(tmp_path, "a;2024-03-05;1.234", "b;2024-03-05;2.500", header="customer;date;amount")
    says = refusal(path)
    for part in ("l.csv", "2 numbers", "line 2: '1.234'; line 3: '2.500'", '[options]\ndecimal = "."'):
        assert part in says
    cents = [
        open_book(path, mapping={"options": {"decimal": sign}}).ledger.project("cents").fetchall()
        for sign in (".", ",")
    ]
    assert cents == [[(123,), (250,)], [(123400,), (250000,)]]


def test_the_rest_of_the_file_settles_what_a_column_cannot(tmp_path):
    path = write(tmp_path, "a;2024-03-05;1.234;0,5", header="customer;date;amount;list price")
    assert open_book(path).ledger.project("cents").fetchall() == [(123400,)]


def test_numbers_that_contradict_one_another(tmp_path):
    says = refusal(
        write(tmp_path, *(f"a;2024-03-05;{i},50" for i in range(30)), "b;2024-03-05;2.5", header="customer;date;amount")
    )
    assert all(part in says for part in ("1 numbers have a decimal point and 30 a decimal comma", "line 32: '2.5'"))


def test_whole_numbers_and_flags_are_not_bent(tmp_path):
    tables = {
        "ledger": pd.DataFrame({"customer_id": ["a"], "date": ["2024-01-05"], "amount": [1]}),
        "incidents": pd.DataFrame(
            {
                "customer_id": ["a"] * 3,
                "date": ["2024-01-05"] * 3,
                "kind": ["Late", "late", "LATE"],
                "severity": [2.5, 2, 3],
            }
        ),
        "interactions": pd.DataFrame(
            {"customer_id": ["a"] * 3, "date": ["2024-01-05"] * 3, "prepared": [1.0, 0.0, None]}
        ),
    }
    book = open_book(tables)
    assert book.tables["incidents"]["severity"].dropna().tolist() == [2, 3]
    assert book.tables["incidents"]["kind"].tolist() == ["late"] * 3
    assert book.tables["interactions"]["prepared"].tolist()[:2] == [True, False]
    assert book.problems[["table", "column", "value"]].values.tolist() == [["incidents", "severity", "2.5"]]


def test_customers_taken_for_none_are_said(tmp_path):
    book = open_book(write(tmp_path, *GOOD, "NA,2024-01-05,1", "NA,2024-01-05,1", "-,2024-01-05,1", ",2024-01-05,1"))
    assert book.ledger.filter("customer_id IS NULL").aggregate("count(*)").fetchall() == [(4,)]
    assert any("2 lines with the customer 'NA'" in note for note in book.notes)
    assert any("1 lines with the customer '-'" in note for note in book.notes)


def test_an_amount_that_is_a_product_names_both_factors(tmp_path):
    says = refusal(write(tmp_path, "a,2024-01-05,two,3.5", "b,2024-01-05,2,3.5", header="customer,date,Qty,Price"))
    assert all(part in says for part in ("'Qty' x 'Price', taken as amount", "line 2: 'two x 3.5'"))


amounts = st.lists(st.decimals(min_value=-(10**7), max_value=10**7, places=4), min_size=1, max_size=120)
quantities = st.integers(-100_000, 100_000)
prices = st.decimals(min_value=0, max_value=10**5, places=6)


def cents_of(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def net(source, mapping=None):
    return open_book(source, mapping=mapping).ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0]


@settings(max_examples=12, deadline=None)
@given(amounts)
def test_the_sum_of_cents_is_that_of_exact_decimals(tmp_path_factory, made):
    expected = sum(map(cents_of, made))
    path = write(tmp_path_factory.mktemp("exact"), *(f"a,2024-01-05,{a:f}" for a in made))
    assert net(path, {"options": {"decimal": "."}}) == expected
    frame = pd.DataFrame({"customer": "a", "date": "2024-01-05", "amount": [float(a) for a in made]})
    assert net({"ledger": frame}) == expected


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=120))
def test_quantity_by_price_is_that_of_exact_decimals(tmp_path_factory, made):
    expected = sum(cents_of(q * p) for q, p in made)
    lines = (f"a,2024-01-05,{q},{p:f}" for q, p in made)
    path = write(tmp_path_factory.mktemp("exact"), *lines, header="customer,date,quantity,price")
    assert net(path, {"options": {"decimal": "."}}) == expected
    frame = pd.DataFrame(
        {"customer": "a", "date": "2024-01-05", "quantity": [q for q, _ in made], "price": [float(p) for _, p in made]}
    )
    assert net({"ledger": frame}) == expected


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=14), st.sampled_from(",;\t|"))
def test_any_text_is_read_or_refused_and_every_row_counted(tmp_path_factory, rows, delimiter):
    quote = lambda cell: '"' + cell.replace('"', '""') + '"'  # noqa: E731
    path = write(tmp_path_factory.mktemp("any"), *(delimiter.join(map(quote, r)) for r in rows),
                 header=delimiter.join(["customer_id", "date", "amount", "product_name"]))  # fmt: skip
    try:
        book = open_book(path)
    except BookError as error:
        assert "l.csv" in str(error)
    else:
        assert book.rows_read == len(rows)
        assert book.rows_read == book.rows_set_aside + book.ledger.aggregate("count(*)").fetchall()[0][0]


HOSTILE = [
    '"); DROP TABLE ledger; --',
    "'; DELETE FROM ledger; --",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "a\r\nb",
    "<b>x</b>",
]


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_cells_and_headers_survive_as_data(tmp_path, word):
    frame = pd.DataFrame({"customer_id": [word], "date": ["2024-01-05"], "amount": [1.0], word: ["x"], "order": [word]})
    frame.to_csv(tmp_path / "l.csv", index=False, lineterminator="\n")
    mapping = {"ledger": {"product_name": word.strip()}}
    row = (
        open_book(tmp_path / "l.csv", mapping=mapping).ledger.project("customer_id, order_id, product_name").fetchall()
    )
    assert [tuple(c.replace("\r\n", "\n") for c in r) for r in row] == [(word.replace("\r\n", "\n"),) * 2 + ("x",)]


def test_the_command_ends_in_one_message_and_no_traceback(tmp_path):
    path = write(tmp_path, *GOOD, *["a,2024-01-05,[red]much"] * 60)
    ran = subprocess.run([sys.executable, "-m", "kamlib.cli", "check", str(path)], capture_output=True, text=True)
    assert ran.returncode == 2 and "Traceback" not in ran.stderr
    assert re.search(r"kam: l\.csv: in 60 of 144 rows .*'\[red\]much'", ran.stderr)
