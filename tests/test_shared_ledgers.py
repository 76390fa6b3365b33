"""Ledgers that were once refused, misread or misjudged: each is read with its total, or refused as it should be."""

# ruff: noqa: E501 - a row of a ledger is a line
from __future__ import annotations

import dataclasses
import io
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from judge import Kind, all_said, judge, sheet, written

from kamlib.book import BookError, open_book
from kamlib.cli import app
from kamlib.run import last_complete_month

NUMERIC = [[1, "2024-01-05", "AA", 10.5], [2, "2024-02-06", "BB", 20.0], [3, "2024-03-07", "AA", 30.25]]
NUMERIC_HEAD = ["Row ID", "Order Date", "Customer ID", "Sales"]
NUMERIC_RIGHT = {"cents": 6075, "lines": 3, "by": {"AA": 4075, "BB": 2000}, "days": ("2024-01-05", "2024-03-07")}


def numeric_parquet() -> bytes:
    sink = io.BytesIO()
    frame = pd.DataFrame(NUMERIC, columns=NUMERIC_HEAD)
    frame.assign(**{"Order Date": pd.to_datetime(frame["Order Date"])}).to_parquet(sink)
    return sink.getvalue()


NUMERIC_CSV = "Row ID,Order Date,Customer ID,Sales\n1,2024-01-05,AA,10.5\n2,2024-02-06,BB,20.0\n3,2024-03-07,AA,30.25\n"
ORDER_TOTAL = """order_id,order_date,customer_id,product,quantity,unit_price,total
1001,2024-01-05,C1,Pen,2,10.00,50.00
1001,2024-01-05,C1,Book,1,20.00,50.00
1001,2024-01-05,C1,Cup,1,10.00,50.00
1002,2024-02-13,C2,Pen,1,10.00,10.00
1003,2024-03-20,C1,Book,3,20.00,80.00
1003,2024-03-20,C1,Cup,2,10.00,80.00
"""
SHOPIFY = """Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at,Refunded Amount
#1001,ann@example.com,paid,2024-01-05 10:00:00 -0500,USD,40.00,5.00,3.20,48.20,2024-01-05 10:00:00 -0500,2,Pen,10.00,,0.00
#1001,ann@example.com,,,,,,,,2024-01-05 10:00:00 -0500,1,Book,20.00,,
#1002,bob@example.com,refunded,2024-02-13 11:00:00 -0500,USD,10.00,5.00,0.80,15.80,2024-02-13 11:00:00 -0500,1,Pen,10.00,,15.80
#1003,ann@example.com,voided,,USD,80.00,0.00,6.40,86.40,2024-03-20 12:00:00 -0400,3,Book,20.00,2024-03-20 13:00:00 -0400,0.00
#1003,ann@example.com,,,,,,,,2024-03-20 12:00:00 -0400,2,Cup,10.00,,
"""
TOTAL_INCL_TAX = """Invoice ID,Invoice Date,Customer ID,Subtotal,Tax,Total
1,2024-01-15,C1,100.00,19.00,119.00
2,2024-02-16,C2,200.00,38.00,238.00
3,2024-03-17,C1,50.00,9.50,59.50
"""
STATUS = """Order ID,Order Date,Status,Customer ID,Amount
1,2024-01-15,Shipped,C1,100.00
2,2024-02-16,Cancelled,C2,900.00
3,2024-03-17,Shipped,C1,50.00
4,2024-03-18,Quotation,C3,5000.00
"""
MONTHLY = (
    "Customer,Date,Sales\nC1,2024-01-01,100\nC1,2024-02-01,110\nC2,2024-02-01,50\nC2,2024-03-01,60\nC1,2024-03-01,120\n"
)
WIDE = "Customer,Region,Jan-24,Feb-24,Mar-24,Total\nC1,North,100,120,90,310\nC2,South,50,0,40,90\n"
NAME_AND_ID = """Customer ID,Customer Name,Order Date,Sales
C1,Acme Ltd,2024-01-15,100
C2,Bolt & Sons,2024-02-16,50
C1,Acme Ltd,2024-03-17,75
"""
XERO = """*ContactName,EmailAddress,*InvoiceNumber,*InvoiceDate,*DueDate,InventoryItemCode,Description,*Quantity,*UnitAmount,*AccountCode,*TaxType,Currency
Acme Corp,,INV-1,15/01/2024,30/01/2024,A1,Labour,2,150.00,200,GST on Income,AUD
Bolt Ltd,,INV-2,20/02/2024,05/03/2024,A2,Parts,1,99.50,200,GST on Income,AUD
"""
USER_ID = """date,order_id,product_id,product,price,quantity,revenue,user_id
2024-03-08 04:47,ORD001,P1409,Phone,4899.0,3,14697.0,U4
2024-03-14 01:01,ORD002,P9935,Phone,4899.0,1,4899.0,U10
2024-03-20 00:35,ORD003,P4582,Phone,4899.0,2,9798.0,U4
"""
PORTUGUESE = """Data;Nota Fiscal;Cliente;Produto;Quantidade;Valor Unitário;Valor Total
05/01/2024;1001;C1;Caneta;2;R$ 1.010,50;R$ 2.021,00
15/02/2024;1002;C2;Livro;1;R$ 50,00;R$ 50,00
20/03/2024;1003;C1;Livro;3;R$ 50,00;R$ 150,00
"""
SAP = """Billing Document;Billing Date;Sold-to party;Net Value;Tax Amount;Document Currency
90000001;20240105;0000010001;1.500,00;285,00;EUR
90000002;20240215;0000010002;200,00-;38,00-;EUR
"""
WOO = """Order ID,Order Date,Order Status,Customer User,Billing Email,Order Total,Order Subtotal,Item Name,Item Quantity,Item Total
11,2024-01-05,wc-completed,7,ann@example.com,48.40,40.00,Pen,2,20.00
11,2024-01-05,wc-completed,7,ann@example.com,48.40,40.00,Book,1,20.00
12,2024-02-13,wc-refunded,8,bob@example.com,12.10,10.00,Pen,1,10.00
"""
MAPPED = """Name,Email,Created at,Total,Lineitem quantity,Lineitem price
#1,ann@example.com,2024-01-05,48.20,2,10.00
#1,ann@example.com,2024-01-05,48.20,1,20.00
#2,bob@example.com,2024-02-13,15.80,1,10.00
"""
MAPPING = {"ledger": {"customer_id": "Email", "date": "Created at", "quantity": "Lineitem quantity", "unit_price": "Lineitem price"}}  # fmt: skip
INDIAN = 'customer_id,date,amount\nC1,2024-01-06,"1,23,456.50"\nC2,2024-02-15,"2,000.00"\n'
FLOAT_IDS = "customer_id,date,amount\n17850.0,2024-01-06,10\n17850,2024-02-06,15\n"
SHIFT_JIS = "customer_id,date,amount\n山田商店,2024-01-05,10\n鈴木商店,2024-02-05,10\n"
TWO_HEADERS = (
    '"1","2","3","4"\nOrderDate,OrderNumber,CustomerKey,Sales\n,,,\n1/1/2015,SO1,14657,10.5\n1/15/2015,SO2,29255,20\n'
)
COST_MISSING = "customer_id,date,amount,cost\nA,2024-01-05,100.00,60.00\nB,2024-02-06,50.00,45.00\nA,2024-03-07,100.00,60.00\nB,2024-03-08,50.00,\n"

SHARED = (
    Kind("numeric_line_id.csv", NUMERIC_CSV, **NUMERIC_RIGHT),
    Kind("numeric_line_id.xlsx", sheet(NUMERIC_HEAD, *NUMERIC), **NUMERIC_RIGHT, file="numeric_line_id.xlsx"),
    Kind("numeric_line_id.parquet", numeric_parquet, **NUMERIC_RIGHT, file="numeric_line_id.parquet"),
    Kind("order_total_repeated", ORDER_TOTAL, 14000, {"C1": 13000, "C2": 1000}, 6, ("2024-01-05", "2024-03-20"),
         told=("total",), refusable=("total", "unit_price", r"140\.00", r"320\.00"), pasted=(14000,)),
    Kind("shopify", SHOPIFY, 4000, {"ann@example.com": 4000, "bob@example.com": 0}, None, ("2024-01-05", "2024-02-13"),
         currency="USD", left_out=8000, refunded=1000, told=("void", "refund")),
    Kind("total_incl_tax", TOTAL_INCL_TAX, 35000, {"C1": 15000, "C2": 20000}, 3, ("2024-01-15", "2024-03-17")),
    Kind("status_cancelled", STATUS, 15000, {"C1": 15000}, 2, ("2024-01-15", "2024-03-17"),
         left_out=590000, told=("cancelled", "quotation")),
    Kind("date_first_of_month", MONTHLY, 44000, {"C1": 33000, "C2": 11000}, 5, ("2024-01-01", "2024-03-01")),
    # The months only: neither the total column nor the cell that is nought adds anything.
    Kind("wide", WIDE, says=("month_columns", "Jan-24", r"400\.00"), pasted=(40000,)),
    # A cell of nought may be a line or none.
    Kind("wide, mapped", WIDE, 40000, {"C1": 31000, "C2": 9000}, None, ("2024-01-01", "2024-03-01"),
         mapping={"options": {"month_columns": ["Jan-24", "Feb-24", "Mar-24"]}}),
    Kind("name_and_id", NAME_AND_ID, 22500, {"C1": 17500, "C2": 5000}, 3, ("2024-01-15", "2024-03-17"),
         {"C1": "Acme Ltd", "C2": "Bolt & Sons"}),
    Kind("xero", XERO, 39950, {"Acme Corp": 30000, "Bolt Ltd": 9950}, 2, ("2024-01-15", "2024-02-20"), currency="AUD"),
    Kind("user_id_revenue", USER_ID, 2939400, {"U4": 2449500, "U10": 489900}, 3, ("2024-03-08", "2024-03-20")),
    Kind("portuguese", PORTUGUESE, 222100, {"C1": 217100, "C2": 5000}, 3, ("2024-01-05", "2024-03-20")),
    Kind("sap", SAP, 130000, {"0000010001": 150000, "0000010002": -20000}, 2, ("2024-01-05", "2024-02-15"), currency="EUR"),
    Kind("woocommerce", WOO, 4000, {"7": 4000, "8": 0}, None, ("2024-01-05", "2024-02-13"), refunded=1000, told=("refund",)),
    Kind("mapped_qty_price_ignored", MAPPED, 5000, {"ann@example.com": 4000, "bob@example.com": 1000}, 3,
         ("2024-01-05", "2024-02-13"), told=("Total",), mapping=MAPPING),
    Kind("indian_grouping", INDIAN, 12545650, {"C1": 12345650, "C2": 200000}, 2, ("2024-01-06", "2024-02-15")),
    Kind("float_ids", FLOAT_IDS, 2500, {"17850": 2500}, 2, ("2024-01-06", "2024-02-06")),
    Kind("float_ids in a folder", {"jan.csv": "customer_id,date,amount\n17850.0,2024-01-06,10\n",
         "feb.csv": "customer_id,date,amount\n17850,2024-02-06,15\n"}, 2500, {"17850": 2500}, 2, file="sales"),
    Kind("shift_jis_ids", SHIFT_JIS.encode("shift_jis"), 2000, {"山田商店": 1000, "鈴木商店": 1000}, 2,
         ("2024-01-05", "2024-02-05"), refusable=("encoding =",)),
    Kind("two_header_rows", TWO_HEADERS, 3050, {"14657": 1050, "29255": 2000}, 2, ("2015-01-01", "2015-01-15")),
    Kind("cost_missing_on_one_line", COST_MISSING, 30000, {"A": 20000, "B": 10000}, 4, ("2024-01-05", "2024-03-08"),
         told=("cost",)),
)  # fmt: skip


@pytest.mark.parametrize("kind", SHARED, ids=lambda k: k.name)
def test_what_comes_of_it(kind, tmp_path):
    judge(kind, tmp_path)


FOLDER = Path(os.environ.get("KAMLIB_DATA", "nowhere")).parent / "ledgers"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared ledgers are not there")
@pytest.mark.parametrize("kind", [k for k in SHARED if not k.mapping], ids=lambda k: k.name)
def test_the_shared_file_itself(kind, tmp_path):
    """The copies above must not drift from the files."""
    path = FOLDER / (kind.name if "." in kind.name else f"{kind.name}.csv")
    if not path.exists():
        pytest.skip("not among the shared files")
    judge(dataclasses.replace(kind, source=path.read_bytes(), file=path.name), tmp_path)


def kind_of(name: str) -> Kind:
    return next(k for k in SHARED if k.name == name)


def test_an_order_keeps_its_number(tmp_path):
    book = open_book(written(kind_of("shopify"), tmp_path))
    orders = {o for (o,) in book.ledger.project("order_id").fetchall()}
    assert {"#1001", "#1002"} <= orders <= {"#1001", "#1002", "#1003"}


def test_a_file_of_months_is_told_to_be_monthly_and_its_last_month_counts(tmp_path):
    book = open_book(written(kind_of("date_first_of_month"), tmp_path))
    assert f"{last_complete_month(book)}" == "2024-03-31"
    assert re.search("month", all_said(book), re.IGNORECASE)


def test_the_mapping_file_is_read_as_the_mapping(tmp_path):
    path = written(kind_of("mapped_qty_price_ignored"), tmp_path)
    lines = "\n".join(f'{ours} = "{theirs}"' for ours, theirs in MAPPING["ledger"].items())
    (tmp_path / "mapping.toml").write_text(f"[ledger]\n{lines}\n")
    book = open_book(path, mapping=tmp_path / "mapping.toml")
    assert book.ledger.aggregate("sum(cents)::BIGINT").fetchall() == [(5000,)]


CHECKS = (  # what `kam check` must show of each
    ("name_and_id", ("Acme Ltd", r"225\.00")),
    ("status_cancelled", (r"150\.00", "cancelled.*900", "quotation.*5,000")),
    ("shopify", (r"40\.00", "void.*80", r"refund.*10\.00")),
    ("woocommerce", (r"40\.00", r"refund.*10\.00")),
    ("total_incl_tax", (r"350\.00", r"\bnet\b")),
    ("cost_missing_on_one_line", ("cost", "margin|sales")),  # and what follows from it
    ("date_first_of_month", ("2024-03-31", r"440\.00")),
)


@pytest.mark.parametrize(("name", "shown"), CHECKS, ids=lambda v: v if isinstance(v, str) else "")
def test_check_shows_it(name, shown, tmp_path, capsys):
    path = written(kind_of(name), tmp_path)
    try:
        app(["check", str(path)], standalone_mode=False)
    except BookError as refused:
        pytest.fail(f"refused: {refused}")
    page = capsys.readouterr().out
    for words in shown:
        assert re.search(words, page, re.IGNORECASE), f"{words!r} is not shown:\n{page}"
