"""Customers merged by a mapping: unknown ids are refused or told."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.book import BookError, open_book

LINES = pd.DataFrame({"customer": ["K001", "K002", "K003"], "date": "2024-01-05", "amount": [10, 20, 40]})


def merged(same, **tables):
    return open_book({"ledger": LINES, **tables}, mapping={"same_customer": same})


def ids(book):
    return book.ledger.aggregate("customer_id, sum(cents)::BIGINT", "customer_id").order("customer_id").fetchall()


def test_blanks_around_ids_do_not_count():
    assert ids(merged({" K002 ": "K001 "})) == [("K001", 3000), ("K003", 4000)]


def test_a_chain_ends_where_it_ends():
    book = merged({"K001": "K002", "K002": "K003"})
    assert ids(book) == [("K003", 7000)] and any("2 lines" in n for n in book.notes)


@pytest.mark.parametrize("same", [{"K002": ""}, {"": "K001"}, {"K002": "  "}])
def test_an_empty_id_is_refused(same):
    with pytest.raises(BookError, match="has an empty id"):
        merged(same)


def test_an_id_to_keep_that_nobody_has_is_refused():
    with pytest.raises(BookError) as refused:
        merged({"K002": "K01", "K003": "K01"})
    assert "merges 2 ids into one that no line and no account has" in str(refused.value)
    assert '"K002" = "K01" (did you mean \'K001\'?)' in str(refused.value)


def test_an_id_that_only_the_accounts_have_is_one_to_keep():
    accounts = pd.DataFrame({"customer_id": ["K009"], "name": ["Nine"]})
    assert ids(merged({"K001": "K009"}, accounts=accounts))[-1] == ("K009", 1000)


def test_an_id_that_nobody_has_is_told():
    book = merged({"K002": "K001", "K0003": "K001"})
    assert ids(book) == [("K001", 3000), ("K003", 4000)]
    assert any("merges 1 ids that no line and no account has: 'K0003' (did you mean 'K003'?)" in n for n in book.notes)


def test_one_id_into_two_is_refused():
    with pytest.raises(BookError, match="merges 'K002' into 'K001' and into 'K003'"):
        merged({"K002": "K001", "K002 ": "K003"})
