"""Foreign column names -> ours, and the mapping that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from kamlib.book import BookError
from kamlib.book.mapping import load_mapping
from kamlib.book.roles.names import recognise
from kamlib.book.roles.synonyms import SYNONYMS, of_column, plain, synonyms_page
from kamlib.tables import TABLES

LEDGER = TABLES["ledger"]


def found(*headers, mapping=None):
    names = recognise(list(headers), LEDGER, mapping or {}, "x.csv")
    return {ours: headers[i] for ours, i in names.items()}


def test_no_foreign_name_means_two_of_ours():
    names = [n for column in LEDGER.names for n in {plain(column), *of_column("ledger", column)}]
    assert len(names) == len(set(names)), {n for n in names if names.count(n) > 1}
    assert all(set(columns) <= set(LEDGER.names) for columns in SYNONYMS.values())


def test_the_page_of_synonyms_is_the_list():
    page = Path(__file__).parent.parent / "docs" / "synonyms.md"
    assert page.read_text("utf-8") == synonyms_page(), "python -m kamlib.book.roles.synonyms > docs/synonyms.md"


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
    ],
)  # fmt: skip
def test_common_names_are_recognised(headers, expected):
    assert found(*headers) == expected


def test_our_own_name_wins_over_a_synonym():
    assert found("Client", "customer_id", "date", "sales", "amount")["amount"] == "amount"


def test_a_margin_in_percent_is_no_profit():
    assert "profit" not in found("customer", "date", "amount", "Margin %")
    assert found("customer", "date", "amount", "Margin")["profit"] == "Margin"


def test_two_columns_for_one_are_refused_with_the_lines_that_settle_it():
    with pytest.raises(BookError) as said:
        found("Customer", "Date", "Sales", "Revenue")
    assert all(part in str(said.value) for part in ("x.csv", "'Sales'", "'Revenue'", '[ledger]\namount = "Sales"'))
    assert found("Customer", "Date", "Sales", "Revenue", mapping={"amount": "Revenue"})["amount"] == "Revenue"


def test_a_missing_column_is_named_with_what_is_there_and_what_to_write():
    with pytest.raises(BookError) as said:
        found("Afnemer", "Dag", "Omzet")
    for part in (
        "x.csv",
        "customer_id, date, amount",
        "'Afnemer', 'Dag', 'Omzet'",
        "--mapping",
        "[ledger]\ncustomer_id",
    ):
        assert part in str(said.value)


def test_quantity_without_a_price_makes_no_amount():
    with pytest.raises(BookError, match="no column for amount"):
        found("customer", "date", "quantity")


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
