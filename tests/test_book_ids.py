"""Ids: one customer is one id, however a program on the way has written it; damaged ids are told."""

from __future__ import annotations

import datetime as dt
import decimal
import unicodedata

import duckdb
import pandas as pd
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.values.ids import as_read

NFD = unicodedata.normalize("NFD", "Müller")


def ids(*written):
    return as_read(duckdb.connect(), written)


def book_of(tmp_path, *customers, name="l.csv", column="customer_id", **more):
    rows = "".join(f'"{c}",2024-01-{i % 28 + 1:02},1\n' for i, c in enumerate(customers))
    (tmp_path / name).write_text(f"{column},date,amount\n{rows}", "utf-8")
    return open_book(tmp_path / name, **more)


def customers(book):
    return [c for (c,) in book.ledger.project("customer_id").distinct().order("customer_id").fetchall()]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("17850.0", "17850"), ("17850.00", "17850"), ("17850,0", "17850"), ("-3.0", "-3"), ("0.0", "0"),
        ("17850.000000", "17850"), ("1.234567890123456E+15", "1234567890123456"), ("1,5E+01", "15"),
        (NFD, "Müller"), ("ACME\u00a0Ltd", "ACME Ltd"), ("ACME  Ltd", "ACME Ltd"), ("AC\u200bME", "ACME"),
        ("\ufeffK1", "K1"), ("K1\u3000 2", "K1 2"), (" K1 ", "K1"),
    ],
)  # fmt: skip
def test_what_a_program_added_is_taken_off(written, read):
    assert ids(written) == [read]


@pytest.mark.parametrize(
    "written",
    [
        "007",
        "007.0",
        "1.234",
        "17.000",
        "1,000",
        "1.10",
        "10.5",
        "K1.0",
        "v2.0",
        "ab",
        "AB",
        "a\tb",
        "12E4",
        "e\u200dx",
    ],
)
def test_what_may_be_meant_stays(written):
    assert ids(written) == [written]


def test_one_customer_in_one_file_and_across_files(tmp_path):
    book = book_of(tmp_path, "17850.0", "17850")
    assert customers(book) == ["17850"]
    assert any("1 ids are numbers with a decimal" in n and "'17850.0' as '17850'" in n for n in book.notes)
    folder = tmp_path / "years"
    folder.mkdir()
    book_of(folder, "17850.0", "007", NFD, name="2023.csv")
    book_of(folder, "17850", "007", "Müller", "K  1", name="2024.csv")
    pd.DataFrame({"customer_id": [17850.0], "date": ["2024-01-09"], "amount": [1]}).to_parquet(folder / "x.parquet")
    assert customers(open_book(folder)) == ["007", "17850", "K 1", "Müller"]


def test_side_tables_and_mapped_pairs_meet_the_ledger():
    lines = pd.DataFrame({"customer_id": ["17850.0", NFD, "K1"], "date": "2024-01-05", "amount": 1})
    accounts = pd.DataFrame({"customer_id": [17850, 2], "name": ["One", "Two"], "parent_id": ["Müller", None]})
    same = {"K1": f"{NFD} ", "17850": "17850.0"}
    book = open_book({"ledger": lines, "accounts": accounts}, mapping={"same_customer": same})
    assert customers(book) == ["17850", "Müller"]
    assert book.tables["accounts"]["customer_id"].tolist() == ["17850", "2"]
    assert book.tables["accounts"]["parent_id"].tolist()[0] == "Müller"


@pytest.mark.parametrize(
    "written", ["1.23457E+15", "1,23457E+15", "1.2e+03", "9.007199254740993E15", "98765432109876543.0"]
)
def test_customers_that_lost_digits_refuse_the_file(tmp_path, written):
    with pytest.raises(BookError) as refused:
        book_of(tmp_path, "a", written, *["b"] * 40, written)
    said = str(refused.value)
    assert "l.csv, column 'customer_id': 2 rows" in said and f"line 3: '{written}'; line 44" in said
    assert "as text at the source" in said and "[ledger]" in said


def test_an_optional_id_that_lost_digits_is_not_used():
    frame = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": "2024-01-05", "amount": 1, "order_id": ["1.5E+15", "2"], "line_id": 2.0**60}
    )
    book = open_book(frame)
    assert book.ledger.project("customer_id, order_id, line_id").fetchall() == [("a", None, None), ("b", None, None)]
    said = [n for n in book.notes if "have lost digits" in n]
    assert "'order_id': 1 rows" in said[0] + said[1] and "is not used as line_id" in said[0] + said[1]
    assert not {"order_id", "line_id"} & set(book.recognised["column"])


@pytest.mark.parametrize(("kind", "limit"), [("float64", 2**53), ("float32", 2**24)])
def test_binary_fractions_from_where_two_numbers_are_one(kind, limit):
    def frame(number):
        return pd.DataFrame({"customer_id": pd.Series([number], dtype=kind), "date": "2024-01-05", "amount": 1})

    assert customers(open_book(frame(limit // 2))) == [str(limit // 2)]
    with pytest.raises(BookError, match="have lost digits"):
        open_book(frame(limit))


def test_sixteen_digits_of_a_sheet(tmp_path):
    """Excel keeps fifteen digits and writes zeros; a program can write sixteen."""

    def made(*numbers):
        pd.DataFrame({"customer_id": numbers, "date": "2024-01-05", "amount": 1}).to_excel(tmp_path / "x.xlsx")
        return open_book(tmp_path / "x.xlsx")

    assert customers(made(1234567890123456, 12)) == ["12", "1234567890123456"]
    with pytest.raises(BookError, match="have lost digits"):
        made(1234567890123450, 12)
    with pytest.raises(BookError, match="have lost digits"):
        made(1234567890123456789, "K1")


TYPES = {
    "BIGINT": "i", "UTINYINT": "i", "HUGEINT": "i", "DOUBLE": "i", "FLOAT": "i", "DECIMAL(18, 3)": "i",
    "BOOLEAN": "i = 1", "DATE": "DATE '2024-01-05' + i", "TIMESTAMP": "DATE '2024-01-05' + i",
    "TIMESTAMP_NS": "DATE '2024-01-05' + i", "TIMESTAMPTZ": "DATE '2024-01-05' + i", "TIME": "TIME '10:00:00'",
    "INTERVAL": "INTERVAL 3 DAYS", "BLOB": "'ab'::BLOB", "VARCHAR[]": "['a']", "STRUCT(a INTEGER)": "{'a': i}",
    "UUID": "'eeccb8c5-9943-b2bb-bb5e-222f4e14b687'",
}  # fmt: skip


@pytest.mark.parametrize("column", ["customer_id", "line_id", "order_id", "product_id"])
@pytest.mark.parametrize("kind", TYPES)
def test_ids_of_any_type(kind, column):
    made = {"customer_id": "'k'", "date": "DATE '2024-01-05'", "amount": "i + 0.25"}
    made[column] = f"({TYPES[kind]})::{kind}"
    lines = ", ".join(f"{v} AS {c}" for c, v in made.items())
    book = open_book(duckdb.sql(f"SELECT {lines} FROM (SELECT unnest([1, 2, 3]::INTEGER[]) AS i)"))
    assert book.ledger.aggregate(f'sum(cents)::BIGINT, count("{column}")').fetchall() == [(675, 3)]


def test_how_typed_ids_are_written():
    day = dt.date(2024, 1, 5)
    made = {
        "customer_id": [decimal.Decimal("17850.000"), decimal.Decimal("2.500")], "line_id": [True, False],
        "order_id": pd.to_datetime(["2024-01-05 00:00", "2024-01-05 10:30"]), "product_id": [day, day],
    }  # fmt: skip
    book = open_book(pd.DataFrame(made | {"date": "2024-01-05", "amount": 1}))
    assert book.ledger.project("customer_id, line_id, order_id, product_id").fetchall() == [
        ("17850", "true", "2024-01-05", "2024-01-05"), ("2.500", "false", "2024-01-05 10:30:00", "2024-01-05"),
    ]  # fmt: skip
