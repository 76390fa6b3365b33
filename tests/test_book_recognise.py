"""Foreign column names -> ours, and the mapping that helps; the names themselves are in test_book_words.py."""

from __future__ import annotations

import pytest

from kamlib.book import BookError, open_book
from kamlib.book.mapping import load_mapping
from kamlib.book.roles.names import candidates, missing, recognisable
from kamlib.tables import TABLES

LEDGER = TABLES["ledger"]


def found(*headers, mapping=None):
    return {ours: headers[hits[0][1]] for ours, hits in candidates(headers, LEDGER, mapping or {}, "x.csv").items()}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("Invoice", "Customer ID", "InvoiceDate", "Revenue"),
         {"order_id": "Invoice", "customer_id": "Customer ID", "date": "InvoiceDate", "amount": "Revenue"}),
        (("Client No.", "POSTING_DATE", "Net Sales"),
         {"customer_id": "Client No.", "date": "POSTING_DATE", "amount": "Net Sales"}),
        (("customer #", "date", "Quantity", "Price", "StockCode", "Description"),
         {"customer_id": "customer #", "date": "date", "quantity": "Quantity", "unit_price": "Price",
          "product_id": "StockCode", "product_name": "Description"}),
        (("KUNDEN-NR.", "Belegdatum", "Umsatz (netto)"),
         {"customer_id": "KUNDEN-NR.", "date": "Belegdatum", "amount": "Umsatz (netto)"}),
        (("N° Client", "Date de facture", "Chiffre d’affaires", "Qté"),
         {"customer_id": "N° Client", "date": "Date de facture", "amount": "Chiffre d’affaires", "quantity": "Qté"}),
        (("código cliente", "FECHA", "Importe"),
         {"customer_id": "código cliente", "date": "FECHA", "amount": "Importe"}),
        (("رقم العميل", "تاريخ الفاتورة", "الايرادات", "رقم الفاتورة"),
         {"customer_id": "رقم العميل", "date": "تاريخ الفاتورة", "amount": "الايرادات", "order_id": "رقم الفاتورة"}),
        (("Afnemer", "Dag", "Omzet"), {"customer_id": "Afnemer", "date": "Dag", "amount": "Omzet"}),
    ],
)  # fmt: skip
def test_common_names_are_recognised(headers, expected):
    assert found(*headers) == expected
    assert recognisable(headers, "ledger", load_mapping(None))


def test_our_own_name_wins_over_a_synonym():
    assert found("Client", "customer_id", "date", "sales", "amount")["amount"] == "amount"


def test_a_better_name_wins_over_a_worse_one():
    names = candidates(["Kunde", "Kunden-Nr.", "Datum", "Rechnungsdatum", "Gesamtbetrag", "Nettobetrag"], LEDGER, {})
    assert [names[role][0][1] for role in ("customer_id", "date", "amount")] == [1, 3, 5]


def test_a_margin_in_percent_is_no_profit():
    assert "profit" not in found("customer", "date", "amount", "Margin %")
    assert found("customer", "date", "amount", "Margin")["profit"] == "Margin"


def test_the_mapping_wins_over_every_name():
    assert found("Customer", "Date", "Sales", "amount", mapping={"amount": "Sales"})["amount"] == "Sales"
    assert "amount" not in found("Customer", "Date", "amount", mapping={"amount": ""})


def test_quantity_without_a_price_makes_no_amount():
    assert missing(found("customer", "date", "quantity"), LEDGER) == ["amount"]
    assert not missing(found("customer", "date", "quantity", "price"), LEDGER)


def refused(tmp_path, text):
    """What is said of a file that is not read."""
    (tmp_path / "x.csv").write_text(text, "utf-8")
    with pytest.raises(BookError) as said:
        open_book(tmp_path / "x.csv")
    return str(said.value)


def test_two_columns_for_one_are_refused_with_the_lines_that_settle_it(tmp_path):
    said = refused(
        tmp_path,
        "Customer,Date,Sales,Revenue\na,2024-01-05,10.50,11.00\nb,2024-02-05,20.50,20.00\na,2024-03-05,30.25,35.25\n",
    )
    assert all(
        part in said for part in ("x.csv", "'Sales'", "'Revenue'", "61.25", "66.25", '[ledger]\namount = "Sales"')
    )


def test_a_missing_column_is_named_with_what_is_there_and_what_to_write(tmp_path):
    said = refused(
        tmp_path,
        "Who,When,Tags,How much,Or\na,2024-01-05,x,10.50,1.5\nb,2024-02-05,y,20.50,2.5\na,2024-03-05,x,30.25,3.5\n",
    )
    for part in ("x.csv", "customer_id, amount", "'Who', 'When', 'Tags'", "--mapping", '[ledger]\ncustomer_id = "Who"'):
        assert part in said
    assert 'date = "Tags"' not in said


def test_a_mapping_by_file_and_by_dict_say_the_same(tmp_path):
    file = tmp_path / "names.toml"
    file.write_text('\ufeff[ledger]\namount = " Umsatz "\n[options]\ndecimal = ","\nday_first = true\n', "utf-8")
    same = {"ledger": {"amount": "Umsatz"}, "options": {"decimal": ",", "day_first": True}}
    assert load_mapping(file) == load_mapping(str(file)) == load_mapping(same)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"ledgr": {}}, "Did you mean 'ledger'?"),
        ({"ledger": {"custmer_id": "X"}}, "Did you mean 'customer_id'?"),
        ({"ledger": {"zzz": "X"}}, "The columns are: customer_id, date"),
        ({"ledger": {"amount": 3}}, r"\[ledger\] takes lines such as"),
        ({"ledger": "amount"}, r"\[ledger\] takes lines such as"),
        ({"options": {"decimel": "."}}, "Did you mean 'decimal'?"),
        ({"options": {"decimal": ";"}}, 'option decimal is "." or ",", not \';\''),
        ({"options": {"day_first": "yes"}}, "option day_first is true or false, not 'yes'"),
        ({"options": "day_first"}, r"\[options\] takes lines such as day_first = true"),
    ],
)
def test_a_wrong_mapping_is_refused(mapping, says):
    with pytest.raises(BookError, match=says):
        load_mapping(mapping)


def test_a_mapping_file_that_cannot_be_used(tmp_path):
    with pytest.raises(BookError, match=r"There is no mapping file .*gone\.toml"):
        load_mapping(tmp_path / "gone.toml")
    with pytest.raises(BookError, match="cannot be read"):
        load_mapping(tmp_path)
    for content in (b"[ledger\n", b"amount = \xff\n"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(BookError, match=r"bad\.toml is not valid TOML"):
            load_mapping(tmp_path / "bad.toml")


def test_a_mapped_column_that_is_not_there():
    with pytest.raises(BookError, match=r"x\.csv: the mapping takes amount from 'Umsaz'.*Did you mean 'Umsatz'\?"):
        found("customer", "date", "Umsatz", mapping={"amount": "Umsaz"})


def test_a_column_that_the_user_names_twice_is_both(tmp_path):
    (tmp_path / "l.csv").write_text("f1,f2,f5,f6\nk,2024-01-13,4,2.50\n", "utf-8")
    names = {"customer_id": "f1", "date": "f2", "quantity": "f5", "unit_price": "f6", "amount": "f5"}
    book = open_book(tmp_path / "l.csv", mapping={"ledger": names})
    assert book.ledger.aggregate("sum(cents)::BIGINT, sum(quantity)").fetchall() == [(400, 4.0)]
