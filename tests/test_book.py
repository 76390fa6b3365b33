"""A book opened from a ledger of a dozen rows: every answer can be checked by eye."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.book import BookError, open_book
from kamlib.book import slug as slug_of
from kamlib.datasets import open_source

LEDGER = """\
Invoice;Customer ID;InvoiceDate;Quantity;Price;Description
1;anna;13.01.2024;2;10,00;tea
1;anna;13.01.2024;1;0,125;sample
2;bert;14.01.2024;-1;2,675;tea
3;;15.01.2024;4;1.000,00;web shop
4;anna;29.02.2024;10;0,50;"tea; green"
5;cora;01.03.2024;1;900,00;urn
6;cora;01.03.2024;-1;900,00;urn
7;dora;31.03.2024;3;0,333;biscuit
8;anna;01.04.2024;1;1,00;tea
8;anna;01.04.2024;1;1,00;tea
9;bert;02.04.2024;0;5,00;gift
10;emil;03.04.2024;1;-3,50;credit
"""
CENTS = [2000, 13, -268, 400000, 500, 90000, -90000, 100, 100, 100, 0, -350]


@pytest.fixture
def path(tmp_path):
    (tmp_path / "Tea & Co. 2024.csv").write_text(LEDGER, "utf-8")
    return tmp_path / "Tea & Co. 2024.csv"


def tiny(**columns):
    return {"ledger": pd.DataFrame({"customer_id": ["a", "b"], "date": "2024-01-05", "amount": [10, 20], **columns})}


def test_the_ledger_of_a_dozen_rows(path):
    book = open_book(path)
    assert book.name == "tea-co-2024" and book.has == ("ledger",)
    assert (book.rows_read, book.rows_set_aside, len(book.problems)) == (12, 0, 0)
    rows = book.ledger.project("customer_id, date, cents, order_id, kind, product_name").fetchall()
    assert [r[2] for r in rows] == CENTS
    assert rows[3] == (None, dt.date(2024, 1, 15), 400000, "3", "goods", "web shop")
    assert rows[4] == ("anna", dt.date(2024, 2, 29), 500, "4", "goods", "tea; green")


def test_what_was_recognised_is_said(path):
    said = open_book(path).recognised
    assert said["file"].unique().tolist() == ["Tea & Co. 2024.csv"] and said["table"].unique().tolist() == ["ledger"]
    assert dict(zip(said["column"], said["taken_from"], strict=True)) == {
        "customer_id": "Customer ID", "date": "InvoiceDate", "order_id": "Invoice", "quantity": "Quantity",
        "unit_price": "Price", "product_name": "Description",
    }  # fmt: skip


def test_a_data_set_by_its_name():
    book = open_source("sample")
    assert book.name == "sample" and book.rows_set_aside == 0 and "accounts" in book.has and book.has_profit


def test_profit_is_given_or_amount_less_cost():
    book = open_book(tiny(cost=[4, 5], profit=[None, 1.5]))
    assert book.ledger.project("profit_cents").fetchall() == [(600,), (150,)] and book.has_profit
    assert not open_book(tiny()).has_profit


def test_names_are_those_known_on_the_day():
    accounts = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "name": ["Old", "New", "Bee"], "since": ["2023-01-01", "2024-06-01", None]}
    )
    book = open_book(tiny() | {"accounts": accounts})
    assert book.names(dt.date(2024, 5, 31)).to_dict() == {"a": "Old", "b": "Bee"}
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "z"], name="customer_id"))
    named = book.named(frame, as_of=dt.date(2024, 6, 1))
    assert named["name"].iloc[0] == "New" and named["name"].isna().iloc[1]
    assert list(open_book(tiny()).named(frame, as_of=dt.date(2024, 6, 1))) == ["customer_id", "x"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"currency": ["EUR", "usd"]}, "EUR (1 lines), USD (1 lines)"),
        ({"amount": ["€ 1.50", "$ 2.50"]}, "$ (1 lines), € (1 lines)"),
        ({"amount": ["EUR 1.50", "2.50 USD"]}, "EUR (1 lines), USD (1 lines)"),
        ({"amount": ["EUR 1.50", "2.50"], "currency": ["USD", "USD"]}, "USD"),
    ],
)
def test_mixed_currencies_are_refused(columns, says):
    with pytest.raises(BookError, match=r"Convert it to one currency|or convert them") as said:
        open_book(tiny(**columns))
    assert says in str(said.value)


def test_mixed_currencies_of_two_files_are_refused(tmp_path):
    for name, sign in (("jan", "€"), ("feb", "$")):
        (tmp_path / f"{name}.csv").write_text(f"customer,date,amount\na,2024-01-13,{sign}1.50\n", "utf-8")
    with pytest.raises(BookError, match="mixes currencies"):
        open_book(tmp_path)


@pytest.mark.parametrize(
    ("columns", "mapping", "currency"),
    [
        ({}, None, ""), ({}, {"options": {"currency": "eur"}}, "EUR"), ({"currency": ["gbp", None]}, None, "GBP"),
        ({"amount": ["EUR 1.50", "2.50"]}, None, "EUR"), ({"amount": ["$1.50", "$2.50"]}, None, ""),
        ({"amount": ["$1.50", "$2.50"]}, {"options": {"currency": "CAD"}}, "CAD"),
    ],
)  # fmt: skip
def test_the_currency(columns, mapping, currency):
    assert open_book(tiny(**columns), mapping=mapping).currency == currency


@pytest.mark.parametrize(("header", "currency"), [("Netto EUR", "EUR"), ("Sales [USD]", "USD"), ("Umsatz in €", "")])
def test_a_currency_that_the_name_of_the_amounts_says(header, currency):
    frame = pd.DataFrame({"customer": ["a", "b"], "date": "2024-01-13", header: ["1.50", "2.50"]})
    book, rates = open_book({"ledger": frame}), {"EUR": 0.5, "USD": 0.5}
    assert (book.currency, net(book)) == (currency, 400)
    converted = open_book({"ledger": frame}, mapping={"options": {"currency": "GBP"}, "rates": rates})
    assert (converted.currency, net(converted)) == ("GBP", 200 if currency else 400)
    other = frame.assign(**{header: ["1.50 CHF", "2.50 CHF"]})
    assert open_book({"ledger": other}).currency == "CHF"  # the cells know better


def net(book):
    return book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0]


def test_a_currency_against_what_the_ledger_says_is_refused():
    with pytest.raises(BookError, match=r"GBP.*EUR"):
        open_book(tiny(currency="GBP"), mapping={"options": {"currency": "EUR"}})


def test_the_digest_follows_the_content_and_nothing_else(path, tmp_path):
    copy = tmp_path / "copy.csv"
    copy.write_bytes(path.read_bytes())
    assert open_book(path).digest == open_book(copy).digest
    copy.write_text(LEDGER.replace("10,00", "10,01"), "utf-8")
    assert open_book(path).digest != open_book(copy).digest
    assert open_book(tiny()).digest == open_book(tiny()).digest != open_book(tiny(amount=[10, 21])).digest


def test_the_name_of_a_folder_is_whole(tmp_path, monkeypatch):
    (tmp_path / "acme.2024").mkdir()
    (tmp_path / "acme.2024" / "ledger.csv").write_text(LEDGER, "utf-8")
    assert open_book(tmp_path / "acme.2024").name == "acme-2024"
    monkeypatch.chdir(tmp_path / "acme.2024")
    assert open_book(".").name == "acme-2024"


@given(st.text(max_size=90))
def test_a_slug_is_safe_and_says_itself(name):
    slug = slug_of(name)
    assert slug and len(slug) <= 66 and set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug[0] != "-" and slug[-1] != "-" and slug not in ("con", "prn", "aux", "nul", "com1", "lpt9")
    assert slug_of(slug) == slug


@pytest.mark.parametrize(
    ("name", "slug"), [("../../etc", "etc"), ("NUL", "book-nul"), ("com1", "book-com1"), ('"><script>', "script")]
)
def test_slugs_of_hostile_names(name, slug):
    assert slug_of(name) == slug


def test_books_of_other_alphabets_keep_apart():
    names = ["Продажи", "Закупки", "売上", "仕入", "x" * 61, "x" * 62]
    assert len({slug_of(n) for n in names}) == len(names)
