"""Files, folders and frames -> raw parts: nothing lost, nothing twice, every line number that of the file."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.source.files import connect, read_parts

HEADERS = ["customer_id", "date", "amount", "product_name"]
ROWS = [
    ["0017", "2024-01-05", "12.50", "tea, green"],
    ["0018", "2024-01-06", "-2.50", 'say "hi"'],
    ["0017", "2024-01-07", "100.00", "two\nlines"],
    ["", "2024-01-08", "7.00", "Grüße €"],
]
EXPECTED = [
    ("0017", dt.date(2024, 1, 5), 1250, "tea, green"),
    ("0018", dt.date(2024, 1, 6), -250, 'say "hi"'),
    ("0017", dt.date(2024, 1, 7), 10000, "two\nlines"),
    (None, dt.date(2024, 1, 8), 700, "Grüße €"),
]


def text(delimiter=",", end="\n", rows=ROWS, headers=HEADERS):
    quote = lambda cell: '"' + cell.replace('"', '""') + '"'  # noqa: E731
    return "".join(delimiter.join(map(quote, row)) + end for row in [headers, *rows])


def content(book):
    rows = book.ledger.project("customer_id, date, cents, product_name").fetchall()
    return [(*r[:3], r[3] and r[3].replace("\r\n", "\n")) for r in rows]


def write(path, said, encoding="utf-8"):
    path.write_bytes(said.encode(encoding))
    return path


def refusal(source, **options):
    with pytest.raises(BookError) as said:
        open_book(source, **options)
    return str(said.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_of_any_delimiter_and_line_end(tmp_path, delimiter, end):
    assert content(open_book(write(tmp_path / "l.csv", text(delimiter, end)))) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_of_any_encoding(tmp_path, encoding):
    book = open_book(write(tmp_path / "l.txt", text(), encoding))
    assert content(book) == EXPECTED
    assert any(f"read as {encoding}" in n for n in book.notes) == (encoding in ("utf-16", "cp1252"))


def test_mixed_line_ends(tmp_path):
    said = text(end="\r\n") + text(rows=[["0019", "2024-01-09", "1.00", "x"]]).split("\n", 1)[1]
    said += "0020,2024-01-09,2,y\r\n"
    assert content(open_book(write(tmp_path / "l.csv", said)))[4:] == [
        ("0019", dt.date(2024, 1, 9), 100, "x"), ("0020", dt.date(2024, 1, 9), 200, "y"),
    ]  # fmt: skip


def test_bytes_that_are_no_characters_are_counted_and_said(tmp_path):
    (tmp_path / "l.csv").write_bytes(text().encode("cp1252").replace(b"tea", b"t\x81a"))
    assert any("1 characters" in note for note in open_book(tmp_path / "l.csv").notes)


def test_a_byte_that_is_no_character_in_the_header(tmp_path):
    (tmp_path / "l.csv").write_bytes(b"customer_id,date,amount,\x81\xe9\na,2024-01-05,1,x\n")
    assert open_book(tmp_path / "l.csv").rows_read == 1


def test_the_last_line_needs_no_end_and_empty_lines_are_no_rows(tmp_path):
    assert (
        open_book(write(tmp_path / "l.csv", "customer_id,date,amount\n\na,2024-01-05,1\n\n\nb,2024-01-05,2")).rows_read
        == 2
    )


def plain(n, first=0):
    return "".join(f"c{i},2024-01-05,{i}.25\n" for i in range(first, first + n))


def test_lines_of_the_wrong_width_are_set_aside_under_their_own_number(tmp_path):
    said = (
        "customer_id,date,amount\n"
        + plain(30)
        + "x,2024-01-05\n\n"
        + plain(30)
        + 'a,"2024\n-01-05",1\n'
        + plain(30)
        + "only\n"
    )
    book = open_book(write(tmp_path / "l.csv", said + plain(5)))
    assert book.rows_read == 98 and book.rows_set_aside == 3
    assert book.problems[["line", "cause", "value", "n"]].values.tolist() == [
        [32, "not 3 columns", "x,2024-01-05", 2],
        [96, "not 3 columns", "only", 2],
        [64, "unreadable", "2024\n-01-05", 1],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_line_numbers_after_quoted_line_breaks_empty_and_ragged_lines(tmp_path, end, encoding):
    lines = ["customer_id,date,amount,product_name", *[f'a,2024-01-05,1,"two{end}lines"'] * 40, "", "ragged",
             *("a,2024-01-05,1,x" for _ in range(20)), "a,soon,1,x", "a,2024-01-05,much,x"]  # fmt: skip
    book = open_book(write(tmp_path / "l.csv", end.join(lines) + end, encoding))
    # header 1, forty rows of two lines 2-81, an empty line 82, the ragged one 83, twenty rows 84-103
    assert book.problems.set_index("value")["line"].to_dict() == {"ragged": 83, "soon": 104, "much": 105}


def test_a_quotation_mark_that_is_never_closed_swallows_nothing_in_silence(tmp_path):
    said = "customer_id,date,amount\n" + plain(50) + 'x,2024-01-05,"5\n' + plain(5000)
    says = refusal(write(tmp_path / "l.csv", said))
    assert all(part in says for part in ("l.csv, line 52", "quotation mark", '""'))


def test_a_wrongly_closed_quotation_mark_costs_its_own_line_only(tmp_path):
    book = open_book(
        write(tmp_path / "l.csv", "customer_id,date,amount\n" + plain(50) + 'x,"2024"-01-05,5\n' + plain(50))
    )
    assert (book.rows_read, book.rows_set_aside) == (101, 1)
    assert book.problems.loc[0, "line"] == 52


def test_every_row_short_is_refused(tmp_path):
    says = refusal(write(tmp_path / "l.csv", "customer_id,date,amount\n" + "a;2024-01-05;1\n" * 9))
    assert all(
        part in says for part in ("l.csv", "9 of 9", "not 3 columns", "line 2: 'a;2024-01-05;1'", "line 4", "mend")
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "l.csv is empty (0 bytes)"),
        (b"\xef\xbb\xbf", "l.csv: the first line holds no column names"),
        (b"\n\n", "l.csv: the first line holds no column names"),
        (b"customer_id,date,amount\n", "l.csv: only a header and no rows"),
        (b"customer_id,date,amount\n,,\n , ,\n", "l.csv: only a header and no rows"),
        (b"customer_id,date,amount,amount\na,2024-01-05,1,2\n", "l.csv: the header names 'amount' more than once"),
        (b"PK\x03\x04\0\0\0\0", "l.csv is not a text file"),
    ],
)
def test_what_is_no_table_of_text_is_refused(tmp_path, content, says):
    (tmp_path / "l.csv").write_bytes(content)
    assert says in refusal(tmp_path / "l.csv")


def test_exactly_the_file_that_is_named_is_read(tmp_path):
    for name, customer in [("l[1].csv", "right"), ("l1.csv", "wrong")]:
        write(tmp_path / name, f"customer_id,date,amount\n{customer},2024-01-05,1\n")
        pd.read_csv(tmp_path / name).to_parquet(tmp_path / name.replace("csv", "parquet"))
    for suffix in ("csv", "parquet"):
        assert open_book(tmp_path / f"l[1].{suffix}").ledger.project("customer_id").fetchall() == [("right",)]


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such file names")
@pytest.mark.parametrize(
    "name", ["*.csv", "q?.csv", "it's.csv", '"); DROP TABLE ledger; --.csv', "=1+1.csv", "a\nb.csv", "year=2024.csv"]
)
def test_hostile_file_names_are_names(tmp_path, name):
    write(tmp_path / "other.csv", "customer_id,date,amount\nwrong,2024-01-05,1\n")
    book = open_book(write(tmp_path / name, "customer_id,date,amount\nright,2024-01-05,1\n"))
    assert book.ledger.project("customer_id").fetchall() == [("right",)]
    assert book.recognised["file"].unique().tolist() == [name]
    assert set(book.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


# Parquet and frames ------------------------------------------------------------------------------------------------


def frame():
    return pd.DataFrame(
        {"customer_id": ["a", "b", None], "date": [dt.datetime(2024, 1, d, 23 * (d == 6)) for d in (5, 6, 7)],
         "amount": [0.1 + 0.2, -2.675, 1e6], "product_name": ["x", None, "="]}
    )  # fmt: skip


FRAME = [
    ("a", dt.date(2024, 1, 5), 30, "x"),
    ("b", dt.date(2024, 1, 6), -268, None),
    (None, dt.date(2024, 1, 7), 10**8, "="),
]


def test_parquet(tmp_path):
    frame().to_parquet(tmp_path / "l.parquet")
    assert content(open_book(tmp_path / "l.parquet")) == FRAME
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing")
    assert "bad.parquet: not readable as Parquet" in refusal(tmp_path / "bad.parquet")


@pytest.mark.parametrize("kind", ["pandas", "polars", "lazy", "arrow", "duckdb"])
def test_frames_of_every_kind(kind):
    made = {
        "pandas": frame, "polars": lambda: pl.from_pandas(frame()), "lazy": lambda: pl.from_pandas(frame()).lazy(),
        "arrow": lambda: pa.Table.from_pandas(frame()),
        "duckdb": lambda: duckdb.from_arrow(pa.Table.from_pandas(frame())),
    }[kind]()  # fmt: skip
    assert content(open_book({"ledger": made})) == FRAME


def test_frames_with_ids_of_mixed_types_categories_and_zones():
    made = pd.DataFrame(
        {"customer_id": [17850, "A1", None, 12.0], "amount": pd.Categorical(["1.5", "2", "3", "4"]),
         "date": pd.to_datetime(["2024-01-05 00:30"] * 4).tz_localize("Europe/Berlin"), 5: range(4)}
    )  # fmt: skip
    book = open_book({"ledger": made})
    rows = book.ledger.project("customer_id, date, cents").fetchall()
    day = dt.date(2024, 1, 5)  # by the clock of Berlin, though in UTC it is the day before
    assert rows == [("17850", day, 150), ("A1", day, 200), (None, day, 300), ("12", day, 400)]


def test_whole_numbers_as_days_and_ids():
    made = pd.DataFrame({"customer_id": [17850.0, None, 2.0**52], "date": [20240105] * 3, "amount": [1, 2, 3]})
    assert open_book({"ledger": made}).ledger.project("customer_id, date").fetchall() == [
        ("17850", dt.date(2024, 1, 5)), (None, dt.date(2024, 1, 5)), ("4503599627370496", dt.date(2024, 1, 5)),
    ]  # fmt: skip


def test_lines_of_a_frame_count_from_one():
    made = pd.DataFrame({"customer_id": ["a"] * 40, "date": ["2024-01-05"] * 39 + ["soon"], "amount": 1})
    assert open_book({"ledger": made}).problems["line"].tolist() == [40]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({}, "There is no ledger"),
        ({"accounts": frame()}, "There is no ledger"),
        ({"ledgr": frame()}, "the frame 'ledgr': there is no such table"),
        ({"ledger": [1, 2]}, "the frame 'ledger': not a frame of pandas, Polars, Arrow or DuckDB"),
        ({"ledger": frame().set_axis(["date", "date", "amount", "x"], axis=1)}, "names 'date' more than once"),
        ({"ledger": frame().iloc[:0]}, "only a header and no rows"),
        (None, "not a frame of pandas, Polars, Arrow or DuckDB"),
        ("nowhere.csv", "There is no file or folder nowhere.csv"),
    ],
)
def test_sources_that_are_none_are_refused(source, says):
    assert says in refusal(source)


# Workbooks ---------------------------------------------------------------------------------------------------------


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for i, row in enumerate(rows, start=1):
            for j, cell in enumerate(row, start=1):
                sheet.cell(i, j).value = cell
                if isinstance(cell, str):
                    sheet.cell(i, j).data_type = "s"  # "=1+1" is text here
    book.save(path)
    return path


def test_a_workbook_with_text_ids_and_date_cells(tmp_path):
    rows = [HEADERS, ["0017", dt.datetime(2024, 1, 5), 12.5, "=1+1"], [18, dt.date(2024, 1, 6), -2.675, None]]
    assert content(open_book(workbook(tmp_path / "l.xlsx", Sales=rows))) == [
        ("0017", dt.date(2024, 1, 5), 1250, "=1+1"), ("18", dt.date(2024, 1, 6), -268, None),
    ]  # fmt: skip


def test_numbers_of_a_workbook_are_not_open_to_two_readings(tmp_path):
    rows = [HEADERS, ["a", dt.date(2024, 1, 5), 1.234], ["b", dt.date(2024, 1, 5), 5.678]]
    path = workbook(tmp_path / "l.xlsx", Sales=rows)
    assert [r[2] for r in content(open_book(path))] == [123, 568]
    assert [r[2] for r in content(open_book(path, mapping={"options": {"decimal": ","}}))] == [123, 568]


def test_numbers_and_text_in_one_column_of_a_workbook(tmp_path):
    rows = [HEADERS, ["a", dt.date(2024, 1, 5), 1.234], ["b", dt.date(2024, 1, 5), "1.234,50"]]
    assert [r[2] for r in content(open_book(workbook(tmp_path / "l.xlsx", Sales=rows)))] == [123, 1234_50]
    rows = [HEADERS, ["a", dt.date(2024, 1, 5), "1,234.50"], ["b", dt.date(2024, 1, 5), "1.234,50"]]
    says = refusal(workbook(tmp_path / "m.xlsx", Sales=rows))
    assert "m.xlsx, sheet 'Sales'" in says and "decimal" in says


def test_empty_rows_of_a_workbook_shift_no_line_number(tmp_path):
    body = [["a", dt.date(2024, 1, 5), 1]] * 30
    rows = [[], [], HEADERS, *body, [], ["b", "soon", 1], *body, []]
    book = open_book(workbook(tmp_path / "l.xlsx", Sales=rows))
    assert book.problems[["line", "cause"]].values.tolist() == [[34, "blank row"], [35, "unreadable"]]
    assert (book.rows_read, book.rows_set_aside) == (62, 2)


def test_sheets_are_parts_of_the_ledger_or_tables_by_name(tmp_path):
    row = ["a", dt.date(2024, 1, 5), 1]
    book = open_book(
        workbook(
            tmp_path / "l.xlsx",
            Jan=[HEADERS, row],
            Feb=[HEADERS, ["b", *row[1:]]],
            Empty=[],
            Accounts=[["customer_id", "name"], ["a", "Anna"]],
        )
    )
    assert book.rows_read == 2 and book.tables["accounts"]["name"].tolist() == ["Anna"]


def test_a_sheet_beside_the_ledger_that_holds_none_is_not_read_and_said(tmp_path):
    path = workbook(tmp_path / "l.xlsx", Ledger=[HEADERS, ["a", dt.date(2024, 1, 5), 1]], Notes=[["read me"]])
    book = open_book(path)
    assert book.rows_read == 1 and any("not read" in n and "'Notes'" in n for n in book.notes)


@pytest.mark.parametrize(
    ("sheets", "says"),
    [
        ({"Ledger": 1, "Old": 2}, "'Old'"),  # a part of the ledger, or last year's?
        ({"Jan": 1, "Jan (2)": 1}, "are the same"),
        ({"Jan": 1, "Pivot": 0}, "their columns differ"),
    ],
)
def test_sheets_that_could_count_twice_are_refused(tmp_path, sheets, says):
    rows = {1: [HEADERS, ["a", dt.date(2024, 1, 5), 1]], 2: [HEADERS, ["b", dt.date(2024, 1, 5), 1]],
            0: [["customer", "date", "sales"], ["a", dt.date(2024, 1, 5), 1]]}  # fmt: skip
    assert says in refusal(workbook(tmp_path / "l.xlsx", **{n: rows[i] for n, i in sheets.items()}))


def test_workbooks_that_are_none(tmp_path):
    write(tmp_path / "l.xlsx", "not a workbook")
    assert "l.xlsx: not readable as a workbook" in refusal(tmp_path / "l.xlsx")
    assert "every sheet is empty" in refusal(workbook(tmp_path / "e.xlsx", A=[]))


@pytest.mark.parametrize("name", ["it's", '");DROP TABLE ledger;--', "=1+1"])
def test_hostile_sheet_names_are_names(tmp_path, name):
    book = open_book(workbook(tmp_path / "l.xlsx", **{name: [HEADERS, ["a", dt.date(2024, 1, 5), 1]]}))
    assert book.recognised["file"].unique().tolist() == [f"l.xlsx, sheet {name!r}"]


# Folders -----------------------------------------------------------------------------------------------------------

LEDGER = "customer_id,date,amount\na,2024-01-05,1\n"


def test_a_folder_with_a_ledger_and_tables(tmp_path):
    write(tmp_path / "ledger.csv", LEDGER)
    write(tmp_path / "Accounts.csv", "customer_id,name\na,Anna\n")
    write(tmp_path / ".hidden.csv", "x")
    write(tmp_path / "notes.json", "{}")
    book = open_book(tmp_path)
    assert book.has == ("ledger", "accounts") and book.rows_read == 1
    assert any("notes.json" in note for note in book.notes)  # not read, and said


def test_a_folder_of_monthly_files_with_its_mapping(tmp_path):
    for month in ("01", "02", "03"):
        write(tmp_path / f"2024-{month}.csv", f"Kunde;Datum;Umsatz\na;13.{month}.2024;1.234,50\n")
    write(tmp_path / "mapping.toml", '[ledger]\ncustomer_id = "Kunde"\ndate = "Datum"\namount = "Umsatz"\n')
    book = open_book(tmp_path)
    assert book.ledger.project("date, cents").fetchall() == [(dt.date(2024, m, 13), 123450) for m in (1, 2, 3)]
    assert book.recognised["file"].unique().tolist() == ["2024-01.csv", "2024-02.csv", "2024-03.csv"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"ledger.csv": LEDGER, "sales2.csv": LEDGER + "b,2024-01-05,1\n"}, ("'sales2'", "parts of the ledger")),
        ({"jan.csv": LEDGER, "Jan.txt": LEDGER}, ("Jan.txt", "jan.csv", "count twice")),
        ({"jan.csv": LEDGER, "jan (1).csv": LEDGER}, ("jan.csv", "jan (1).csv", "the same, byte for byte")),
        ({"accounts.csv": "customer_id\na\n"}, ("There is no ledger",)),
        ({"readme.md": "x"}, ("holds no .csv",)),
        ({}, ("holds no .csv",)),
    ],
)  # fmt: skip
def test_folders_that_are_refused(tmp_path, files, says):
    for name, said in files.items():
        write(tmp_path / name, said)
    said = refusal(tmp_path)
    assert all(part in said for part in says)


def test_a_file_of_another_kind(tmp_path):
    assert "cannot read files of this kind" in refusal(write(tmp_path / "l.json", "{}"))


def test_what_is_neither_file_nor_folder(tmp_path):
    (tmp_path / "l.csv").symlink_to(tmp_path / "gone")
    assert "neither a file nor a folder" in refusal(tmp_path / "l.csv")
    assert "link to a file that is not there" in refusal(tmp_path)
    assert "neither a file nor a folder" in refusal(os.devnull)
    assert "cannot be opened" in refusal("x" * 5000)


def test_a_folder_says_what_it_holds_instead(tmp_path):
    (tmp_path / "2024").mkdir()
    write(tmp_path / "jan.7z", "")
    says = refusal(tmp_path)
    assert "jan.7z: files packed so" in says and "2024: folders in it" in says


def test_a_database_that_another_program_holds(tmp_path):
    path = str(tmp_path / "l.duckdb")
    hold = f"import duckdb; con = duckdb.connect({path!r}); con.execute('CREATE TABLE t (a INT)'); print(flush=True)"
    other = subprocess.Popen([sys.executable, "-c", hold + "; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    says = refusal(path)
    other.communicate(b"\n")
    assert "l.duckdb is open elsewhere" in says


@pytest.mark.skipif(os.name == "nt" or not os.getuid(), reason="root may read everything")
def test_a_folder_that_may_not_be_read(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0)
    says = refusal(folder)
    folder.chmod(0o700)
    assert "permission denied" in says


@pytest.mark.skipif(os.name == "nt" or not os.getuid(), reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    write(tmp_path / "l.csv", LEDGER).chmod(0)
    assert "permission denied" in refusal(tmp_path / "l.csv")


def test_nothing_is_fetched_and_days_do_not_depend_on_the_machine():
    con = connect()
    settings = "autoinstall_known_extensions", "autoload_known_extensions", "TimeZone"
    assert [con.execute(f"SELECT current_setting('{s}')").fetchone()[0] for s in settings] == [False, False, "UTC"]


def test_a_part_keeps_the_headers_of_its_source(tmp_path):
    part = read_parts(connect(), write(tmp_path / "l.csv", ' "Customer ID" ,"a ""b""",=1+1\n1,2,3\n'))[0]
    assert part.headers == ["Customer ID", 'a "b"', "=1+1"]
