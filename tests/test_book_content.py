"""Currencies, customers under two ids, line ids that stand twice: counted, said, and settled by a mapping."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.book import BookError, open_book, suspected_duplicates
from kamlib.datasets import PROJECT, open_source


def ledger(**columns):
    return {"ledger": pd.DataFrame({"customer_id": ["a", "b"], "date": "2024-01-05", "amount": [10, 20], **columns})}


def cents(book):
    return [c for (c,) in book.ledger.project("cents").fetchall()]


@pytest.mark.parametrize(
    ("columns", "mapping", "expected"),
    [
        ({"currency": ["EUR", "usd"]}, {"rates": {"USD": 0.92}}, [1000, 1840]),
        ({"amount": ["EUR 10", "USD 20.55"]}, {"rates": {"USD": 0.92}}, [1000, 1891]),
        ({"amount": ["€10", "$20"]}, {"rates": {"$": 0.5}, "options": {"currency": "EUR"}}, None),
        ({"amount": ["10", "$20"]}, {"rates": {"$": 0.5}, "options": {"currency": "EUR"}}, [1000, 1000]),
        ({"currency": ["EUR", None]}, {"rates": {"USD": 0.92}}, [1000, 2000]),
    ],
)
def test_rates_convert_each_line(columns, mapping, expected):
    if expected is None:
        with pytest.raises(BookError, match="No rate for €"):
            open_book(ledger(**columns), mapping=mapping)
        return
    book = open_book(ledger(**columns), mapping=mapping)
    assert cents(book) == expected and book.currency == "EUR"
    assert any("converted" in n for n in book.notes) == (expected != [1000, 2000])


def test_rates_that_are_none_are_refused():
    for rates in ({"USD": "x"}, {"USD": 0}, {"USD": float("inf")}, 3):
        with pytest.raises(BookError, match=r"\[rates\] takes lines such as"):
            open_book(ledger(), mapping={"rates": rates})
    with pytest.raises(BookError, match="No rate for GBP"):
        open_book(ledger(currency=["EUR", "GBP"]), mapping={"rates": {"USD": 1.1}, "options": {"currency": "EUR"}})


def test_line_ids_that_stand_twice_are_counted_listed_and_kept():
    book = open_book(ledger(line_id=["7", "7"]))
    assert book.rows_set_aside == 0 and len(cents(book)) == 2
    assert book.problems[["line", "cause", "value", "treatment", "n"]].values.tolist() == [
        [2, "seen before", "7", "kept", 1]
    ]
    assert open_book(ledger(line_id=["1", "1"], order_id=["x", "y"])).problems.empty


def test_suspected_duplicates_of_the_sample_are_found():
    pairs = suspected_duplicates(open_source("sample"))
    same = pairs[pairs["evidence"].str.startswith("the same name but for case")]
    found = {frozenset(p) for p in same[["customer_id", "other_id"]].values.tolist()}
    planted = pd.read_csv(PROJECT / "data/sample/truth/duplicates.csv")
    planted = {frozenset(p) for p in planted[["customer_id", "true_id"]].values.tolist()}
    assert planted <= found and len(found) <= 2 * len(planted)  # a few names occur twice by chance


def test_suspects_among_many_accounts():  # not all are compared with all
    n = 30_000
    accounts = pd.DataFrame(
        {"customer_id": [f"C{i:06}" for i in range(n)], "name": [f"Firm {i % 29_990} Ltd" for i in range(n)]}
    )
    book = open_book(ledger() | {"accounts": accounts})
    assert len(suspected_duplicates(book)) == 10


def test_customers_are_merged_by_the_mapping_in_every_table():
    accounts = pd.DataFrame({"customer_id": ["a", "b", "c"], "name": ["A", "B", "C"], "parent_id": [None, None, "b"]})
    book = open_book(ledger() | {"accounts": accounts}, mapping={"same_customer": {"b": "a"}})
    assert book.ledger.project("customer_id").distinct().fetchall() == [("a",)] and cents(book) == [1000, 2000]
    assert book.tables["accounts"][["customer_id", "parent_id"]].values.tolist()[1] == ["c", "a"]
    assert book.tables["accounts"]["name"].tolist() == ["A", "C"]
    assert any("1 ids are merged" in n and "1 lines" in n for n in book.notes)


def test_a_circle_of_customers_is_refused():
    with pytest.raises(BookError, match="goes in a circle"):
        open_book(ledger(), mapping={"same_customer": {"a": "b", "b": "a"}})


def test_an_amount_and_a_column_of_different_currencies_are_refused():
    lines = ledger(amount=["EUR 10", "USD 20"], currency=["EUR", "EUR"])
    with pytest.raises(BookError, match=r"in 1 rows the amount names another currency .*'USD 20' in EUR"):
        open_book(lines, mapping={"rates": {"USD": 0.92}, "options": {"currency": "EUR"}})
