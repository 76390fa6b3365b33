"""The zoo: ledgers as people really have them, each with what must come of it. Held by test_zoo.py.

`python tests/ledgers.py > docs/ledgers.md` writes the table for readers.
"""

# ruff: noqa: E501 - a case is a line
from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import lzma
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import formats
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa


@dataclass(frozen=True)
class Case:
    """A ledger: its file (or frame), and the net total in cents, or what the refusal must say."""

    name: str
    source: object  # bytes, or a function that gives bytes or a frame; for a folder, bytes by file name
    cents: int | None = None
    says: tuple[str, ...] = ()  # of a refusal; or of notes and causes, where it is read
    file: str = "ledger.csv"
    mapping: dict | None = field(default=None, hash=False)
    customers: int | None = None  # how many there are, where that is the point


HEADER = "customer_id,date,amount\n"
BODY = "a,2024-01-13,10.50\nb,2024-01-14,-2.25\n"
FILL = "".join(f"c{i},2024-02-{i:02},1.00\n" for i in range(1, 29))  # so that one bad line is less than 5 %


def lines(*rows, header=HEADER, fill=""):
    return (header + "".join(r + "\n" for r in rows) + fill).encode()


def sheet(hidden=(), **sheets):
    def make():
        book, sink = openpyxl.Workbook(), io.BytesIO()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
            page.sheet_state = "hidden" if name in hidden else "visible"
        book.save(sink)
        return sink.getvalue()

    return make


def parquet():
    sink = io.BytesIO()
    frame().to_parquet(sink)
    return sink.getvalue()


def frame():
    days = pd.to_datetime(["2024-01-13", "2024-01-14"])
    return pd.DataFrame({"customer": ["a", "b"], "date": days, "amount": [10.5, -2.25]})


def database(connect, *tables, amount="10.5"):
    def make():
        with tempfile.TemporaryDirectory() as folder:
            con = connect(str(Path(folder) / "x.db"))
            for table in tables:
                con.execute(f'CREATE TABLE "{table}" (customer VARCHAR, date VARCHAR, amount DOUBLE)')
                values = f"('a', '2024-01-13', {amount}), ('b', '2024-01-14', -2.25)"
                con.execute(f'INSERT INTO "{table}" VALUES {values}')
            con.commit()
            con.close()
            return (Path(folder) / "x.db").read_bytes()

    return make


def archive(files):
    def make():
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                packed.writestr(name, content() if callable(content) else content)
        return sink.getvalue()

    return make


DAY = dt.datetime(2024, 1, 13)
HEAD = ["customer", "date", "amount"]
ARABIC = "رقم العميل;التاريخ;المبلغ\nشركة النور;13/01/2024;10,50\nمؤسسة الأمل;14/01/2024;2,25-\n"
GERMAN = "Kunden-Nr.;Belegdatum;Umsatz\nMüller;13.01.2024;1.234,50\nGroß;14.01.2024;2,25-\n"
SAID = (HEADER + BODY).encode()
PRICED, COST = "customer,date,amount,currency\n", "customer,date,amount,cost\n"
POLISH = "customer;date;amount\nŁódź Śląska Spółka;13.01.2024;10,50\nWiśniewski i Dąbrowski;14.01.2024;2,25-\n"
RUSSIAN = "customer;date;amount\nИванов;13.01.2024;10,50\nПетрова;14.01.2024;2,25-\n"
TEN = lines(*(f"a{i},2024-01-{i:02},1" for i in range(1, 11)))
WIDE = b"Customer,Jan-24,Feb-24,Mar-24,Total\nC1,100,120,90,310\nC2,50,0,40,90\n"
GROUPED = b",Date,Num,Amount\nAcme,,,\n,2024-01-13,1,10\n,2024-01-14,2,5\nTotal for Acme,,,15\nBolt,,,\n,2024-02-13,3,7\nTotal for Bolt,,,7\nTOTAL,,,22\n"

CASES = (
    # files
    Case("commas", SAID, 825),
    Case("semicolons, decimal comma, German names", GERMAN.encode(), 123225),
    Case("tabs", SAID.replace(b",", b"\t"), 825),
    Case("CRLF", SAID.replace(b"\n", b"\r\n"), 825),
    Case("quoted line break", lines('"a\nb",2024-01-13,5'), 500),
    Case("UTF-8 with byte-order mark", b"\xef\xbb\xbf" + SAID, 825),
    Case("UTF-16", SAID.decode().encode("utf-16"), 825, ("read as utf-16",)),
    Case("UTF-16 without a mark", SAID.decode().encode("utf-16-le"), 825, ("no byte-order mark",)),
    Case("Windows-1252", GERMAN.encode("cp1252"), 123225, ("read as cp1252",)),
    Case("Windows-1256 (Arabic)", ARABIC.encode("cp1256"), 825, ("read as cp1256",)),
    Case("UTF-8 with a damaged byte", GERMAN.encode().replace(b"2,25-", "−2,25".encode()).replace("ß".encode(), b"\xff"), 123225,
         ("some of its bytes are not", "1 characters are none in utf-8")),
    Case("encoding by option", ARABIC.encode("cp1256"), 825, mapping={"options": {"encoding": "cp1256"}}),
    Case("blank lines", SAID.replace(b"\n", b"\n\n"), 825),
    Case("blank lines above the header", b"\n\n" + SAID, 825),
    Case("padded names in capitals", lines("a,2024-01-13,5", header=" CUSTOMER ID , DATE ,NET_SALES\n"), 500),
    Case("a title above the header", b"Sales 2024\n\n" + SAID, 825, ("above the header", "Sales 2024")),
    Case("French names", "N° client;Date facture;Montant HT\na;13/01/2024;1 234,50 €\n".encode(), 123450),
    Case("Spanish names", b"Cliente;Fecha;Importe\na;13/01/2024;1.234,50\n", 123450),
    Case("Arabic names", ARABIC.encode(), 825),
    Case("Excel", sheet(Sales=[HEAD, ["0017", DAY, 10.5], ["b", "2024-01-14", -2.25]]), 825, file="l.xlsx"),
    Case("Excel with a title", sheet(S=[["Sales"], [], HEAD, ["a", DAY, 5]]), 500, ("above the header",), "l.xlsx"),
    Case("Excel, two parts", sheet(A=[HEAD, ["a", DAY, 5]], B=[HEAD, ["a", DAY, 6]]), 1100, file="l.xlsx"),
    Case("Excel, a sheet of notes", sheet(A=[HEAD, ["a", DAY, 5]], N=[["hello"]]), 500, ("sheets not read",), "l.xlsx"),
    Case("Excel, day numbers", sheet(A=[HEAD, ["a", 45304, 5]]), 500, ("day numbers",), "l.xlsx"),
    Case("Excel, ids with leading zeros", sheet(A=[HEAD, ["007", DAY, 5], ["7", DAY, 6]]), 1100, file="l.xlsx", customers=2),
    Case("Excel, date cells and dates in words", sheet(A=[HEAD, ["a", DAY, 5], ["b", "14 Jan 2024", 6]]), 1100,
         file="l.xlsx"),
    Case("Excel, merged cells above the header",
         sheet(S=[["Customer", None, "Sales"], ["No", "Customer", "Date", "Net amount"], [1, "a", "13.01.2024", 10.5], ["x", "b", DAY, -2.25]]),
         825, ("above the header",), "l.xlsx"),
    Case("Excel, numbers beside text with a decimal comma", sheet(S=[HEAD, ["a", DAY, "1.010,50"], ["b", DAY, -2.25]]), 100825,
         file="l.xlsx"),
    Case("Excel, an older copy on a hidden sheet", sheet(hidden="B", A=[HEAD, ["a", DAY, 5]], B=[HEAD, ["a", DAY, 6]]), 500,
         ("since they are hidden",), "l.xlsx"),
    Case("a first line sep=;", b"sep=;\nKunde;Datum;Betrag\na;13.01.2024;1,50\n", 150),
    Case("a currency in the header", b"Customer;Date;Net amount (EUR)\na;13.01.2024;1,50\n", 150),
    Case("a row of totals", (GERMAN + "Summe;;1.232,25\n").encode(), 123225, ("row of totals",)),
    Case("a row of totals, in Arabic", (ARABIC + "الإجمالي;;8,25\n").encode(), 825, ("row of totals",)),
    Case("lines of delimiters", (GERMAN + ";;\n;;\n").encode(), 123225, ("blank row",)),
    Case("a delimiter at the end of each line", GERMAN.replace("\n", ";\n").encode(), 123225),
    Case("two files end to end, each with its header", lines("customer_id,date,amount", "a,2024-01-13,5", fill=FILL), 3300,
         ("unreadable",)),
    Case("packed by gzip", gzip.compress(SAID), 825, file="ledger.csv.gz"),
    Case("packed by bzip2", bz2.compress(SAID), 825, file="ledger.csv.bz2"),
    Case("packed by xz", lzma.compress(SAID), 825, file="ledger.csv.xz"),
    Case("packed by Zstandard", lambda: pa.Codec("zstd").compress(SAID, asbytes=True), 825, file="ledger.csv.zst"),
    Case("a ZIP with a table, and what a Mac adds", archive({"sales.csv": SAID, "__MACOSX/._sales.csv": b"x", "read.me": b"x"}), 825,
         file="sales.zip"),
    Case("a ZIP with a workbook", archive({"a/sales.xlsx": sheet(Sales=[HEAD, ["a", DAY, 5]])}), 500, file="sales.zip"),
    Case("a ZIP with two tables", archive({"a.csv": SAID, "b.csv": SAID}), None, ("holds 2 tables", "'b.csv'"), "sales.zip"),
    Case("a packed file, cut off", gzip.compress(SAID)[:-9], None, ("not readable as a packed file",), "ledger.csv.gz"),
    Case("a tar archive", b"x", None, ("Unpack it",), "ledger.tar"),
    Case("Windows-1250 (Polish)", POLISH.encode("cp1250"), 825, ("read as cp1250",), customers=2),
    Case("Windows-1251 (Russian)", RUSSIAN.encode("cp1251"), 825, ("read as cp1251",), customers=2),
    Case("KOI8-R (Russian)", RUSSIAN.encode("koi8_r"), 825, ("read as koi8_r",), customers=2),
    Case("Shift-JIS (Japanese)", lines("山田商店,2024-01-05,10", "鈴木商店,2024-02-05,10").decode().encode("cp932"), 2000,
         ("read as cp932",), customers=2),
    Case("a name that DOS and the Mac write otherwise", lines("x,2024-01-05,10").replace(b"x", b"M\x8fller"), None,
         ("more than one way", "M\xe8ller", "encoding =")),
    Case("no header", lines("a,2024-01-13,5", "b,2024-01-14,6", header=""), None,
         ("seems to have no header", "a | 2024-01-13 | 5", "header = false", 'columns = ["customer_id", "date", "amount"]')),
    Case("no header, by option", lines("a,2024-01-13,5", "b,2024-01-14,6", header=""), 1100,
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "amount"]}}),
    Case("blanks between the cells, no header (CDNOW)", lines(" 00001 19970101  1   11.77", " 00001 19970102 1 1.5", header=""), 1327,
         mapping={"options": {"header": False, "columns": ["customer_id", "date", "", "amount"], "delimiter": " "}}, customers=1),
    Case("column numbers above the header, an empty row below", b'"1","2","3"\ncustomer,date,sales\n,,\na,2024-01-13,5\n', 500,
         ("above the header", "blank row")),
    Case("20,000 columns", lambda: ("customer,date,amount," + ",".join(map(str, range(20_000))) + "\n").encode(), None,
         ("20,003 columns",)),
    Case("a folder with what is no ledger", {"1.csv": SAID, "readme.csv": b"read me\n", "picture.csv": b"\x89PNG\r\n\x1a\n\0"}, 825,
         ("readme.csv (no column for", "picture.csv (is not a text file"), "months"),
    Case("a folder, a month under other names", {"1.csv": SAID, "x.csv": b"customer_id,date,x\na,2024-03-01,b\n"}, None,
         ("half or more of its columns", "only 1.csv has 'amount'"), "months"),
    Case("a month saved twice, in another order", {"1.csv": SAID, "x.csv": lines("b,2024-01-14,-2.25", "a,2024-01-13,10.50", "")}, None,
         ("1.csv and x.csv hold the same 2 lines", "overlap ="), "months"),
    Case("a month that reaches into the next", {"1.csv": TEN, "2.csv": TEN + b"z,2024-02-01,1\n"}, 2100,
         ("10 lines of 1 Jan 2024 to 10 Jan 2024, 10.00 net, stand in 1.csv and again in 2.csv",), "months"),
    Case("a month that reaches into the next, once by option", {"1.csv": TEN, "2.csv": TEN + b"z,2024-02-01,1\n"}, 1100,
         ("stands in another file",), "months", {"options": {"overlap": "once"}}),
    Case("a month that is missing", {"1.csv": TEN, "3.csv": lines("a,2024-03-01,1")}, 1100, ("No line between 10 Jan 2024",), "months"),
    Case("a folder of monthly files", {"2024-01.csv": SAID, "2024-02.csv": lines("a,2024-02-13,5")}, 1325, file="months"),
    Case("a folder, each file in its own way", {"1.csv": SAID, "2.csv": GERMAN.encode(), "3.tsv": b"amount\tdate\tclient\n5\t2024-03-01\ta\n"},
         124550, file="months"),
    Case("a folder in the folder", {"1.csv": SAID, "old/2.csv": lines("a,2023-02-13,5")}, 825, ("Not read", "old/"), "months"),
    Case("a month saved twice", {"2024-01.csv": SAID, "copy.csv": SAID}, None, ("the same, byte for byte",), "months"),
    Case("Parquet", parquet, 825, file="l.parquet"),
    Case("DuckDB file", database(duckdb.connect, "sales"), 825, file="l.duckdb"),
    Case("SQLite file", database(sqlite3.connect, "ledger", "other"), 825, ("tables not read",), "l.db"),
    Case("SQLite, no ledger", database(sqlite3.connect, "x", "y"), None, ("which table is the ledger",), "l.sqlite"),
    Case("SQLite, numbers and text in one column", database(sqlite3.connect, "ledger", amount="'1.010,50'"), 100825, file="l.db"),
    Case("pandas, days as periods", lambda: frame().assign(date=lambda d: d["date"].dt.to_period("D")), 825, file=""),
    Case("pandas, sparse", lambda: frame().assign(amount=pd.arrays.SparseArray([10.5, -2.25])), 825, file=""),
    Case("pandas", frame, 825, file=""),
    Case("Polars", lambda: pl.from_pandas(frame()), 825, file=""),
    Case("Polars, lazy", lambda: pl.from_pandas(frame()).lazy(), 825, file=""),
    Case("Arrow", lambda: pa.Table.from_pandas(frame()), 825, file=""),
    Case("DuckDB relation", lambda: duckdb.from_arrow(pa.Table.from_pandas(frame())), 825, file=""),
    # values
    Case("a number that says its decimal sign by itself", lines('b,2024-01-14,"1.234,56"', fill=FILL), 126256, ("each is read as it says itself",)),
    Case("brackets, trailing minus, thousands", lines('a,2024-01-13,"(1,234.50)"', "a,2024-01-13,5.25-"), -123975),
    Case("yen and won have no decimals", lines('a,2024-01-13,"1,250원"', "b,2024-01-14,50원"), 130000),
    Case("rupees with a stroke", lines('a,2024-01-13,"Rs. 1,250.00/-"', "b,2024-01-14,Rs. 50/-"), 130000),
    Case("currency signs", lines("a,2024-01-13,US$ 5.50", "a,2024-01-13,US$6"), 1150),
    Case("thousands by blanks, no-break spaces, apostrophes",
         lines("a;2024-01-13;1 234,50", "a;2024-01-13;1\u00a0234,50", "a;2024-01-13;CHF 1’234,50", header="customer;date;amount\n"), 370350),
    Case("Unicode minus", lines("a,2024-01-13,−5.50"), -550),
    Case("Arabic-Indic digits", lines("a,١٣/٠١/٢٠٢٤,١٬٢٣٤٫٥٠"), 123450),
    Case("Persian digits", lines("a,۲۰۲۴-۰۱-۱۳,۱۲٫۵"), 1250),
    Case("n/a as amount", lines("a,2024-01-13,n/a", fill=FILL), 2800, ("empty",)),
    Case("NaN and #N/A as amount", lines("a,2024-01-13,NaN", "a,2024-01-13,#N/A", fill=FILL * 2), 5600, ("empty",)),
    Case("day-first by the column", lines("a,05/03/2024,1", "a,13/03/2024,2"), 300),
    Case("day or month first?", lines("a,05/03/2024,1"), None, ("day-first and month-first", "day_first = true")),
    Case("day first by option", lines("a,05/03/2024,1"), 100, mapping={"options": {"day_first": True}}),
    Case("thousand or 1.234?", lines("a,2024-01-13,1.234"), None, ("thousands", "decimal =")),
    Case("years of two digits", lines("a,13/01/24,1", "a,14/01/24,2"), 300, ("two digits",)),
    Case("24-01-13 or 13?", lines("a,24-01-13,1", "a,24-01-14,2"), None, ("year_first",)),
    Case("months in words", lines('a,"January 13, 2024",1', "a,14-Feb-24,2"), 300),
    Case("date-times and zones", lines("a,2024-01-13T23:30:00+02:00,1"), 100),
    Case("day numbers as text", lines("a,45304,1", "a,45305.5,2"), 300, ("day numbers",)),
    Case("months, the first of each", lines("a,2024-01-01,1", "a,2024-02-01,2", "b,2024-03-01,3"), 600, ("dates are months",)),
    Case("months, the last of each", lines("a,2024-01-31,1", "a,2024-02-29,2", "b,2024-03-31,3"), 600, ("dates are months",)),
    Case("months in numbers", lines("a,2024-01,1", "a,02/2024,2", "b,2024M03,3"), 600, ("dates are months",)),
    Case("months as whole numbers", lines("a,202401,1", "a,202402,2"), 300, ("dates are months",)),
    Case("months in words", lines("a,Jan-24,1", "a,Feb-24,2", "b,Mar-24,3"), 600, ("dates are months", "two digits")),
    Case("Jan-24: January 2024, or a 24th?", lines("a,Jan-24,1"), None, ("a day without a year", "year_first = false")),
    Case("months in Polish", lines("a,styczeń 2024,1", "a,luty 2024,2").decode().encode(), 300, ("dates are months",)),
    Case("quarters", lines("a,2024-Q1,1", "a,Q2 2024,2", "b,3Q24,3"), 600, ("dates are quarters",)),
    Case("ISO weeks", lines("a,2024-W05,1", "a,KW 6/2024,2"), 300, ("dates are weeks",)),
    Case("years", lines("a,2023,1", "a,2024,2"), 300, ("dates are years",)),
    Case("a week that is none", lines("a,2024-W53,1", *["a,2024-W05,1"] * 30), 3000, ("unreadable",)),
    Case("a file of months beside one of days", {"a.csv": lines("a,2023-11,1", "a,2023-12,2"), "b.csv": lines("a,2024-01-13,5")}, 800,
         ("not all known alike", "a.csv: months", "b.csv: days"), "months"),
    Case("Russian dates", lines("a,5 января 2024 г.,1", "a,\"пятница, 12 января 2024 г.\",2"), 300),
    Case("Chinese dates", lines("a,2024年1月5日,1", "a,2024年1月12日 星期五,2"), 300),
    Case("dates as programs print them", lines("a,Fri Jan 05 2024,1", "a,20240105T101500Z,2", "a,2024-01-05 10:00:00 -0500,4"), 700,
         ("name a time zone",)),
    Case("Unix seconds", lines("a,1704448800,1", "a,1704535200.5,2"), 300, ("Unix seconds", "days in UTC")),
    Case("Unix milliseconds as numbers", lambda: frame().assign(date=[1704448800000, 1704535200000]), 825, ("Unix milliseconds",), ""),
    Case("compact days as numbers", lambda: frame().assign(date=[20240105, 20240106]), 825, file=""),
    Case("day numbers as numbers, of no sheet", lambda: frame().assign(date=[45304, 45305]), None, ("taken as date",), ""),
    Case("Hijri dates", lines("a,1445-07-05,1", "a,1445-07-06,2"), None, ("implausible date",)),
    Case("Persian dates", lines("a,1403/01/31,1", "a,1403/12/30,2"), 300, ("Persian calendar",)),
    Case("Persian or Islamic dates, by the letters", lines("سازه پویش,۱۴۰۳/۰۱/۱۵,1", "a,3 دی 1402,2"), 300, ("Persian calendar",)),
    Case("Buddhist dates", lines("a,05/01/2567,1", "a,13/01/2567,2"), 300, ("years less 543",)),
    Case("Buddhist dates, short", lines("a,5 ม.ค. 67,1", "a,13 มี.ค. 2567,2"), 300, ("years less 543",)),
    Case("dates of the Republic of China", lines("a,113/05/06,1", "a,民國112年12月31日,2"), 300, ("years and 1911",)),
    Case("Japanese eras", lines("a,R6.1.5,1", "a,令和6年1月6日,2"), 300, ("Japanese eras",)),
    Case("infinity", lines("a,2024-01-13,inf", fill=FILL), 2800, ("unreadable",)),
    Case("year 1924", lines("a,1924-01-13,9", fill=FILL), 2800, ("implausible date",)),
    Case("year 9999", lines("a,9999-12-31,9", fill=FILL), 2800, ("implausible date",)),
    Case("old by option", lines("a,1924-01-13,9"), 900, mapping={"options": {"earliest_date": dt.date(1900, 1, 1)}}),
    # shapes
    Case("months as columns", WIDE, None, ("400.00", "month_columns")),
    Case("months as columns, by option", WIDE + b"Grand total,150,120,130,400\n", 40000, ("5 lines", "row of totals"), customers=2,
         mapping={"options": {"month_columns": ["Jan-24", "Feb-24", "Mar-24"]}}),
    Case("months without a year", WIDE.replace(b"-24", b""), None, ("year =",)),
    Case("a report grouped by customer", GROUPED, 2200, ("carried down", "2 of 2 totals"), customers=2),
    Case("a report grouped by customer, its lines of totals wrong", GROUPED.replace(b",7\nTOT", b",9\nTOT"), 2200, ("1 differ",)),
    Case("lines that go on below their order", lines("1,a,2024-01-13,Pen,10", ",,,Book,5", "2,b,2024-01-14,Pen,7", "2,,,Cup,3",
         header="order,customer,date,product,amount\n"), 2500, ("2 lines below the first",), customers=2),
    Case("the customer on the first line only", lines("a,2024-01-13,1", ",2024-02-13,2", "b,2024-01-14,4", ",2024-03-01,5"), 1200,
         ("grouped by customer",), customers=2),
    Case("the customer on the first line only?", lines("a,2024-01-13,1", ",2024-02-13,2", "b,2024-03-14,4", ",2024-04-01,5"), None,
         ("carry_customer",)),
    Case("subtotals with a day and an order", lines("a,2024-01-13,1,Pen,10", "a,2024-01-13,1,Ink,5", "a,2024-01-13,1,Subtotal,15",
         header="customer,date,order,product,amount\n"), 1500, ("row of totals",)),
    # content
    Case("no customer", lines(",2024-01-13,9"), 900),
    Case("subtotals named after their customer", lines("Ann,2024-01-13,1", "Ann,2024-01-14,2", "Ann Total,,3", "Bob,2024-01-13,5", "Bob Total,,5", "Grand Total,,8"),
         800, ("row of totals",), customers=2),
    Case("a month in two columns", lines("a,1,2024,10", "b,2,2024,20", header="cliente,mes,año,ventas\n"), 3000, ("the month of a line is put together",)),
    Case("a total after discount", lines("a,2024-01-13,20,5,15", "b,2024-01-14,30,5,25", header="customer,date,total_before_discount,discount_amount,total_after_discount\n"),
         4000),
    Case("a total below that does not say so", lines("a,2024-01-13,9", "b,2024-01-14,2", "a,2024-02-14,4", ",,15"), 1500,
         ("row of totals",), customers=2),
    Case("a remark below the table", lines("a,2024-01-13,9", "b,2024-01-14,2", "Made by the till", "* not audited"), 1100,
         ("below the table",), customers=2),
    Case("walk-in customers", lines("a,2024-01-13,9", "Consumidor Final,2024-01-14,2", "Consumidor final,2024-01-15,1"), 1200,
         ("1 lines of 'Consumidor Final' are of whoever has no account",), customers=1),
    Case("a till, by the name beside its number", lines("1,Ana,2024-01-13,5", "9,VENTAS DE MOSTRADOR,2024-01-13,7", header="cliente,nombre_cliente,fecha,importe\n"),
         1200, ("of whoever has no account",), customers=1),
    Case("names with a programmer's words", lines("3,Monday,2024-01-13,5", "4,Friday,2024-01-19,7", header="Customer Name Index,day,cache_date_achat,cache_prix_total\n"),
         1200, customers=2),
    Case("names of which one word is known", lines("3,2024-01-13,2024-02-13,5.5", "4,2024-01-19,2024-02-19,7", header="client_id,fecha_xq,fecha_venc,xq_importe\n"),
         1250, ("by a word of its name",), customers=2),
    Case("a cost and shipping, and no tax", lines("a,2024-01-13,50,3,119", "b,2024-01-14,20,2,60", "a,2024-01-15,4,1,12", header="customer,date,cost,shipping,sales\n"),
         19100, customers=2),
    Case("a cost that is the price before tax", lines("a,2024-01-13,100,19,119", "b,2024-01-14,50,9.5,59.5", "a,2024-01-15,10,1.9,11.9", header="cliente,fecha,costo,iva,total\n"),
         16000, ("with 'iva' it is 'total'",), customers=2),
    Case("addresses that differ by case", lines("A@x.example,2024-01-13,9", "a@x.example,2024-01-14,2",
         header="email,date,amount\n"), 1100, ("differ from others only by case",), customers=1),
    Case("the other dates say which is the day", lines("a,05/03/2024,9,04/04/2024", "b,06/03/2024,2,23/04/2024",
         header="customer,date,amount,due date\n"), 1100, ("day first, as 'due date' is written",)),
    Case("an order cancelled on its first line", lines("1,a,2024-01-13,9,Paid,", "1,a,2024-01-13,2,,", "2,b,2024-02-13,5,Paid,2024-02-14",
         "2,b,2024-02-13,6,,", header="order id,customer,date,amount,status,cancelled at\n"), 1100, customers=1),
    Case("an id that is new on every line", lines(*(f"CUS-{i:03},2024-01-{i % 28 + 1:02},1.00,{'ab'[i % 2]}@x.example" for i in range(40)),
         header="customer id,date,amount,email\n"), 4000, ("no value of 'customer id' comes twice",), customers=2),
    Case("a payment that is pending", lines("a,2024-01-13,9,Paid", "b,2024-01-14,2,Pending", header="customer,date,amount,payment status\n"), 900),
    Case("a state Pending", lines("a,2024-01-13,9,Paid", "b,2024-01-14,2,Pending", header="customer,date,amount,status\n"), 1100,
         ("'Pending' (1 lines) is not understood",)),
    Case("deals, of which some are won", lines("a,2024-01-13,9,Won", "b,2024-01-14,2,Engaging", "c,2024-01-15,3,Lost",
         header="account,close date,amount,deal stage\n"), 900, customers=1),
    Case("every line in a state that is no sale", lines("a,2024-01-13,9,Draft", header="customer,date,amount,status\n"), None,
         ("all 1 lines are left out by their state ('Draft')",)),
    Case("a discount beside quantity x price", lines("a,2024-01-13,2,5.00,10.00,10", "b,2024-01-14,1,7.00,7.00,0",
         header="customer,date,quantity,price,sales,discount\n"), None, ("it cannot be told what 'discount' is", "net total 17.00")),
    Case("percentages off, by their cells", lines("a,2024-01-13,2,10,10%", "b,2024-01-14,1,10,0", header="customer,date,quantity,price,discount\n"),
         2800, customers=2),
    Case("a percentage between subtotal and total", lines("a,2024-01-13,200,10%,180", "b,2024-01-14,50,25%,37.5", header="customer,date,subtotal,discount,total\n"),
         21750, ("net: 'subtotal' - 'discount' = 'total'",)),
    Case("a discount in words", lines("a,2024-01-13,2,10,member", "b,2024-01-14,1,10,none", header="customer,date,quantity,price,discount\n"),
         3000, ("named as a discount and is not used",)),
    Case("came back, yes or no", lines("a,2024-01-13,9,No,false", "b,2024-01-14,5,Yes,false", "c,2024-01-14,5,No,true", header="customer,date,amount,Returned,Test\n"),
         900, customers=2),
    Case("how many came back", lines("a,2024-01-13,9,1", "b,2024-01-14,5,0", header="customer,date,amount,returned_qty\n"),
         1400, ("'returned_qty' is not used",)),
    Case("a percentage off, by its name", lines("a,2024-01-13,2,5.00,10", "b,2024-01-14,1,7.00,0",
         header="client,date,quantite,prixUnitaire,remisePourcent\n"), 1600),
    Case("a discount and a tax in the total", lines("a,2024-01-13,2,5.00,1.00,1.80,10.80", "b,2024-01-14,1,7.00,0.00,1.40,8.40",
         "c,2024-01-15,3,2.00,0.50,1.10,6.60", header="customer,date,quantity,price,discount,tax,line total\n"), 2150),
    Case("a total that nothing explains", lines("a,2024-01-13,9.00,12.00", "b,2024-01-14,2.00,5.00",
         header="customer,date,net amount,total\n"), 1100, ("is another sum, and does not come of it",)),
    Case("rates beside amounts of unknown currency", lines("a,2024-01-13,9,1.0", "b,2024-01-14,2,1.1",
         header="customer,date,amount,exchange rate\n"), 1100, ("amounts may be in several currencies",)),
    Case("names that are paths", lines("a,2024-01-13,9", header="order_line/order_partner_id/display_name,order_line/order_id/date_order,order_line/price_subtotal\n"), 900),
    Case("zero and negative prices", lines("a,2024-01-13,2,0", "a,2024-01-13,2,-1.5",
         header="customer,date,quantity,price\n"), -300),
    Case("line id twice", lines("a,2024-01-13,1,7", "a,2024-01-13,2,7", header="customer,date,amount,line_id\n"), 300,
         ("seen before",)),
    Case("mixed currencies", lines("a,2024-01-13,1,EUR", "a,2024-01-13,2,USD", header="customer,date,amount,currency\n"),
         None, ("mixes currencies", "[rates]")),
    Case("mixed currencies, one by option", lines("a,2024-01-13,1,EUR", "a,2024-01-13,2,USD", "b,2024-01-14,5,EUR", header="customer,date,amount,currency\n"),
         600, mapping={"options": {"only_currency": "EUR"}}),
    Case("converted", lines("a,2024-01-13,1,EUR", "a,2024-01-13,2,USD", header="customer,date,amount,currency\n"), 284,
         ("converted at 0.92 EUR",), mapping={"rates": {"USD": 0.92}}),
    Case("rates by day in a table", {"ledger.csv": lines("a,2024-01-13,10,EUR", "a,2024-01-14,10,USD", "a,2024-01-20,10,USD", header=PRICED),
                                     "rates.csv": b"currency,date,rate\nUSD,2024-01-12,0.9\nUSD,2024-01-20,0.95\n"},
         2850, ("converted at 0.9 to 0.95 EUR",), "book"),
    Case("a day without a rate", {"ledger.csv": lines("a,2024-01-13,10,EUR", "a,2024-03-14,10,USD", header=PRICED),
                                  "rates.csv": b"currency,date,rate\nUSD,2024-01-12,0.9\n"},
         None, ("rates.csv", "no rate for 1 lines of the ledger", "last rate 2024-01-12", "[rates]"), "book"),
    Case("cost missing on a line of 0.5 % of sales", lines("a,2024-01-13,99.50,49.75", "a,2024-01-14,0.50,", header=COST), 10000,
         ("missing on 1 of 2 lines", "0.5 % of sales", "estimated")),
    Case("cost missing on a third of sales", lines("a,2024-01-13,20,5", "a,2024-01-14,10,", header=COST), 3000,
         ("known for 66.6 % of sales", "98 % are needed", "judged by sales")),
    Case("an amount of 23 digits", lines("a,2024-01-13,12345678901234567890.00", fill=FILL), None, ("too large", "line 2")),
    Case("NUL bytes", SAID.replace(b"a,", b"a\0,"), 825, ("NUL characters",)),
    Case("a cell of 3 MB", lines("a,2024-01-13,1," + "x" * 3_000_000, header="customer,date,amount,description\n"), 100),
    Case("ragged line", lines("a,2024-01-13", fill=FILL), 2800, ("not 3 columns",)),
    Case("ids 17850.0 and 17850", lines("17850.0,2024-01-13,1", "17850,2024-01-14,2"), 300,
         ("numbers with a decimal",), customers=1),
    Case("NFC and NFD, doubled and no-break blanks", lines("Mu\u0308 1,2024-01-13,1", "M\u00fc\u00a0 1,2024-01-14,2"), 300,
         ("letters in two parts",), customers=1),
    Case("ids shortened to 1.23457E+15", lines("1.23457E+15,2024-01-13,1", fill=FILL), None,
         ("have lost digits", "line 2: '1.23457E+15'", "as text at the source")),
    Case("order ids shortened to 1.23457E+15", lines("a,2024-01-13,1,1.23457E+15",
         header="customer_id,date,amount,order_id\n"), 100, ("not used as order_id",)),
    Case("one column twice", lines("a,2024-01-13,1,2", header="customer,date,amount,amount\n"), None, ("more than once",)),
    Case("one column twice, with the same in both", lines("a,2024-01-13,1,1", header="customer,date,amount,amount\n"), 100,
         ("stands twice",)),
    Case("two columns of one name that no sale has", lines("a,2024-01-13,1,x,y", header="customer,date,amount,Note,Note\n"),
         100, ("'Note (2)'",)),
    Case("a status and a state of one name", lines("a,2024-01-13,1,paid,Ohio", "b,2024-01-14,2,shipped,Iowa",
         header="customer,date,amount,State,State\n"), 300, ("'State (2)'",), customers=2),
    Case("a given and a family name", lines("Ana,Roy,2024-01-13,1", "Ana,Lee,2024-01-14,2", header="First Name,Last Name,date,amount\n"),
         300, ("put together of 'First Name' and 'Last Name'",), customers=2),
    Case("a buyer and a price that no name tells", lines("m1,K1,2024-01-13,1.50", "m2,K1,2024-01-14,2", "m3,K2,2024-01-15,2",
         header="Meal Id,Company Id,Date of Meal,Meal Price\n"), 550,
         ("'Company Id' is taken as the customer", "'Meal Price' is taken as the amount"), customers=2),
    Case("an amount that is smaller than the price of one", lines("Budi,2024-01-13,400000,11", "Sari,2024-01-14,55000,4",
         "Budi,2024-01-15,90000,2", header="pembeli,tanggal,harga,jumlah\n"), 480_000_000,
         ("'jumlah' is taken as the quantity",), customers=2),
    Case("a price of a piece and a quantity, cut short", lines("a,2024-01-13,2.50,2", "b,2024-01-14,3,4",
         header="Cliente,Data,Vlr Unit Prod,Qtde Fat Prod\n"), 1700,
         ("'Qtde Fat Prod' is taken as the quantity",), customers=2),
    Case("a quantity, and a cost of one or of all", lines("a,2024-01-13,2,5", header="customer,date,quantity,Cost\n"), None,
         ("no column for amount",)),
    Case("two amounts", lines("a,2024-01-13,1,2", header="customer,date,sales,revenue\n"), None, ("could each be amount",)),
    Case("empty file", b"", None, ("is empty (0 bytes)",)),
    Case("a header alone", HEADER.encode(), None, ("only a header",)),
    Case("a picture named .csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, ("a PNG picture",)),
    Case("truncated Parquet", lambda: parquet()[:-40], None, ("not readable as Parquet",), "l.parquet"),
    Case("broken xlsx", lambda: sheet(A=[HEAD, ["a", DAY, 5]])()[:900], None, ("not readable as a workbook",), "l.xlsx"),
    Case("one row", lines("a,2024-01-13,1"), 100),
    Case("one customer, one month", lines("a,2024-01-13,1", "a,2024-01-14,2"), 300, customers=1),
    Case("a line of years to come", lines("a,2031-01-13,1", fill=FILL), 2800, ("far from all other days", "latest_date = 2031-01-13")),
    Case("a line of years to come, by option", lines("a,2031-01-13,1", fill=FILL), 2900,
         mapping={"options": {"latest_date": dt.date(2031, 12, 31)}}),
    Case("a line of years before", lines("a,1994-01-13,1", fill=FILL), 2800, ("far from all other days", "earliest_date = 1994-01-13")),
    Case("a line two months after all others", lines("a,2024-04-28,1", fill=FILL), 2900, ("long after all others", "2024-02-28")),
    Case("three lines, years apart", lines("a,2012-01-13,1", "b,2019-02-01,1", "c,2024-02-01,1"), 300),
    Case("all zero", lines("a,2024-01-13,0", "b,2024-01-13,0"), 0),
    Case("all negative", lines("a,2024-01-13,-1", "b,2024-01-13,-2"), -300),
)  # fmt: skip


def page() -> str:
    """The cases as a page of Markdown."""
    rows = [f"| {c.name} | {_comes(c)} |" for c in CASES]
    return "\n".join(
        [
            "# Ledgers that are read, and what comes of each", "",
            "Every row is a test (`tests/test_zoo.py`): where a ledger is read, its net total is exact, and what stands in",
            "quotation marks is said in a note or listed among the problems; where it is refused, the message says so.", "",
            "| ledger | what comes of it |", "|---|---|", *rows, "",
            "## Formats: what tools export", "",
            "Known by their headers, read as the file in `kamlib/book/formats/` says; each row is a test on invented rows",
            "(`tests/formats/`). `kam check` says which was seen, and why.", "",
            formats.page(), "",
            (formats.FOLDER / "README.md").read_text("utf-8"),
            "### All options", "", formats.options_page(), "",
            "Made by `python tests/ledgers.py > docs/ledgers.md`.", "",
        ]
    )  # fmt: skip


def _comes(case: Case) -> str:
    said = ", ".join(f'"{s}"' for s in case.says)
    how = " (with an option of the mapping)" if case.mapping else ""
    if case.cents is None:
        return f"refused: {said}"
    who = f", {case.customers} customer{'s' * (case.customers > 1)}" if case.customers else ""
    return f"read{how}, net {case.cents / 100:,.2f}{who}" + (f"; {said}" if said else "")


if __name__ == "__main__":
    print(page(), end="")
