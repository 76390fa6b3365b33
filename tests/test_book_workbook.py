"""Workbooks: of a size that can be read, which sheet is the ledger, what is not read."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from kamlib.book import BookError, open_book
from kamlib.book.source import workbook_size
from kamlib.book.source.workbook_size import refuse_oversized

ROWS = [["customer", "date", "amount"], ["a", "2024-01-05", 10.5], ["b", "2024-01-06", -2.25]]
SHEET = "xl/worksheets/sheet1.xml"


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (sheets or {"S": ROWS}).items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def changed(path, change, name=SHEET):
    """The workbook with the XML of a sheet changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            text = old.read(entry).decode()
            new.writestr(entry, change(text) if entry == name else text)
    path.write_bytes(sink.getvalue())
    return path


def with_cell(path, address, cell="<v>1</v>"):
    row = "".join(c for c in address if c.isdigit())
    more = f"<row r='{row}'><c r='{address}'>{cell}</c></row></sheetData>"
    return changed(workbook(path), lambda xml: xml.replace("</sheetData>", more))


def cents(book):
    return book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0]


def refusal(path, **more):
    with pytest.raises(BookError) as refused:
        open_book(path, **more)
    return str(refused.value)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("XFD1048576", "row 1,048,576 and column 16,384, a grid of 17,179,869,184 cells"),
        ("XFD3", "row 3 and column 16,384"),
        ("CV1048576", "row 1,048,576 and column 100"),
        ("ZZZZ4000000000", "row 4,000,000,000"),
    ],
)
def test_a_cell_far_off_is_refused_before_the_grid_is_made(tmp_path, address, says):
    said = refusal(with_cell(tmp_path / "x.xlsx", address))
    assert says in said and "Delete the rows below and the columns right of the table" in said


def test_other_ways_of_writing_a_cell_far_off(tmp_path):
    """Addresses with other blanks, in a namespace of a prefix, or none at all: what cannot be told is tried apart."""
    far = with_cell(tmp_path / "x.xlsx", "XFD1048576")
    for change in (
        lambda xml: xml.replace("<c r='XFD", "<c\n  r = 'XFD"),
        lambda xml: xml.replace("<c r='XFD1048576'", "<c").replace("r='1048576'", "r='4294967295'"),
    ):
        changed(far, change)
        try:
            open_book(far)
        except BookError as refused:
            assert "x.xlsx" in str(refused)


def test_an_empty_cell_far_off_does_no_harm(tmp_path):
    assert cents(open_book(with_cell(tmp_path / "x.xlsx", "XFD1048576", cell=""))) == 825


def test_cells_without_an_address(tmp_path):
    import re

    file = changed(workbook(tmp_path / "x.xlsx"), lambda xml: re.sub(r' r="[A-Z]*\d+"', "", xml))
    assert cents(open_book(file)) == 825


def test_an_ordinary_workbook_is_not_tried_in_another_process(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_size, "_tried", lambda *_: pytest.fail("tried"))
    refuse_oversized(workbook(tmp_path / "x.xlsx"))


def test_an_archive_that_unpacks_to_far_more_than_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_size, "BOMB", (1 << 20, 300))
    file = changed(
        workbook(tmp_path / "x.xlsx"), lambda xml: xml.replace("<sheetData>", " " * 4_000_000 + "<sheetData>")
    )
    assert "unpacks to more than" in refusal(file)
    monkeypatch.setattr(workbook_size, "BOMB", (1 << 40, 300))
    monkeypatch.setattr(workbook_size, "INFLATED", 1 << 20)
    assert "unpacks to more than" in refusal(file)


def test_entities_are_not_expanded(tmp_path):
    laugh = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def change(xml):
        return xml.replace("<worksheet", f"{laugh}<worksheet", 1).replace("<v>10.5</v>", "<v>&b;</v>")

    assert "x.xlsx" in refusal(changed(workbook(tmp_path / "x.xlsx"), change))


def test_the_option_says_which_sheet_is_the_ledger(tmp_path):
    other = [["client", "day", "sales", "x"], ["z", "2024-01-05", 1, 2]]
    file = workbook(tmp_path / "x.xlsx", Sales=ROWS, Old=other, accounts=[["customer_id", "name"], ["a", "Anna"]])
    assert '[options]\ntable = "Sales"\n# or table = "Old"' in refusal(file)
    book = open_book(file, mapping={"options": {"table": "Sales"}})
    assert cents(book) == 825 and book.tables["accounts"]["name"].tolist() == ["Anna"]
    assert any("sheets not read" in n and "'Old'" in n for n in book.notes)
    assert cents(open_book(file, mapping={"options": {"table": "old"}})) == 100
    said = refusal(file, mapping={"options": {"table": "Sale"}})
    assert "there is no sheet 'Sale', which the option table names. The sheets that hold anything are: 'Sales'" in said


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".ods", ".xlsx"])
def test_no_workbook_at_all(tmp_path, suffix):
    for raw in (b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 2000, b"text"):
        (tmp_path / f"x{suffix}").write_bytes(raw)
        assert f"x{suffix}" in refusal(tmp_path / f"x{suffix}")
