"""Folders: what is no ledger is told, what may be a month is never passed over; lines in two files; gaps."""

from __future__ import annotations

import pytest

from kamlib.book import BookError, open_book

HEADER = "customer_id,date,amount\n"


def rows(month, n=20, first=0):
    return [f"k{i},2024-{month:02}-{i % 28 + 1:02},{i}.25" for i in range(first, first + n)]


def table(*lines, header=HEADER):
    return header + "".join(f"{line}\n" for line in lines)


JAN, FEB = table(*rows(1)), table(*rows(2))


def folder(path, files):
    for name, content in files.items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path, files, **options):
    with pytest.raises(BookError) as said:
        open_book(folder(path, files), **options)
    return str(said.value)


def cents(book):
    return book.ledger.aggregate("sum(cents)").fetchall()[0][0]


# What is no ledger


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("readme.csv", "how to read this\nwell\n", "readme.csv (no column for customer_id, date, amount (it has"),
        ("products.csv", "sku,colour\n1,red\n", "products.csv (no column for customer_id, date, amount (it has 'sku'"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture.csv (is not a text file but a PNG picture"),
        ("broken.xlsx", b"nothing", "broken.xlsx (not readable as a workbook"),
        ("broken.parquet", b"nothing", "broken.parquet (not readable as Parquet"),
        ("broken.db", b"nothing", "broken.db (is neither a DuckDB nor a SQLite database"),
        ("empty.csv", b"", "empty.csv (is empty"),
        ("photos.zip", b"PK\x05\x06" + bytes(18), "photos.zip (holds no table"),
    ],
)
def test_what_is_no_ledger_is_passed_over_and_told(tmp_path, name, content, says):
    book = open_book(folder(tmp_path, {"jan.csv": JAN, "feb.csv": FEB, name: content}))
    assert book.rows_read == 40
    assert [n for n in book.notes if "Not read, as it is no ledger" in n and says in n]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "x.csv",
            "customer_id,date,euro_x\nk,2024-03-01,b\n",
            ("half or more", "has 'euro_x'", "feb.csv has 'amount'"),
        ),
        ("x.csv", "Customer ID;DATE\nk;2024-03-01\n", ("half or more", "lacks what a ledger needs (amount)")),
        ("mar.csv", "foo\nk\n", ("mar.csv is called like", "'foo'")),
        ("March.csv", b"", ("March.csv is called like", "is empty")),
        ("mars.xlsx", b"nothing", ("mars.xlsx is called like", "not readable as a workbook")),
    ],
)
def test_what_may_be_a_month_is_refused(tmp_path, name, content, says):
    said = refusal(tmp_path, {"jan.csv": JAN, "feb.csv": FEB, name: content})
    assert all(part in said for part in says)


@pytest.mark.parametrize("name", ["2024-02 Sales.csv", "2024_3_sales.csv", "2023-12-SALES.xlsx", "2024 jan sales.csv"])
def test_names_that_differ_in_digits_and_months_are_alike(tmp_path, name):
    assert "is called like 2024-01 sales.csv" in refusal(tmp_path, {"2024-01 sales.csv": JAN, name: "foo\nk\n"})


def test_other_names_are_not_alike(tmp_path):
    assert open_book(folder(tmp_path, {"sales 2024-01.csv": JAN, "stock 2024-01.csv": "foo\nk\n"})).rows_read == 20


def test_where_none_is_a_ledger_each_is_named(tmp_path):
    files = {f"{c}.csv": f"{c}1,{c}2\nx,y\n" for c in "abcdef"}
    says = refusal(tmp_path, {**files, "g.xlsx": b"nothing"})
    assert "None of the 7 files is a ledger" in says and "and 2 more" in says
    assert "a.csv: no column for customer_id, date, amount (it has 'a1', 'a2')" in says and 'amount = "..."' in says


def test_files_of_one_header_that_is_not_known_are_mapped(tmp_path):
    files = {f"{m}.csv": table(*rows(m), header="wxo,wxn,wxm\n") for m in (1, 2)}
    assert "no column for" in refusal(tmp_path, files)
    names = {"customer_id": "wxo", "date": "wxn", "amount": "wxm"}
    assert open_book(tmp_path, mapping={"ledger": names}).rows_read == 40


def test_what_is_wrong_with_a_table_is_not_passed_over(tmp_path):
    assert "accounts.csv" in refusal(tmp_path, {"jan.csv": JAN, "accounts.csv": "foo\nk\n"})


def test_a_question_about_a_file_is_not_passed_over(tmp_path):
    headerless = table(*rows(2), header="")
    assert "export.csv seems to have no header" in refusal(tmp_path, {"jan.csv": JAN, "export.csv": headerless})


def test_files_of_months_as_columns_are_parts(tmp_path):
    files = {f"{y}.csv": f"Customer,Jan-{y},Feb-{y},Mar-{y}\nk1,1,2,3\n" for y in (23, 24)}
    assert "month_columns" in refusal(tmp_path, {**files, "readme.csv": "x\ny\n"})
    (tmp_path / "24.csv").unlink()
    months = {"options": {"month_columns": ["Jan-23", "Feb-23", "Mar-23"]}}
    assert cents(open_book(tmp_path, mapping=months)) == 600


# Lines in two files


@pytest.mark.parametrize(
    "again",
    [
        table(*reversed(rows(1))),
        JAN.replace("\n", "\r\n\r\n"),
        "".join(",".join(f'"{c}"' for c in line.split(",")) + "\n" for line in JAN.splitlines()),
        JAN.replace(",", ";"),
    ],
)
def test_the_same_lines_in_another_form_are_refused(tmp_path, again):
    says = refusal(tmp_path, {"jan.csv": JAN, "x.csv": again})
    assert "jan.csv and x.csv hold the same 20 lines" in says and "195.00 would count twice" in says
    book = open_book(tmp_path, mapping={"options": {"overlap": "once"}})
    assert (book.rows_read, book.rows_set_aside, cents(book)) == (40, 20, 19500)
    assert cents(open_book(tmp_path, mapping={"options": {"overlap": "keep"}})) == 39000


def test_lines_that_stand_in_two_files_are_told_or_taken_once(tmp_path):
    files = {"a.csv": JAN, "b.csv": table(*rows(1)[-5:], *rows(2))}
    book = open_book(folder(tmp_path, files))
    told = [n for n in book.notes if "again" in n]
    assert len(told) == 1 and "5 lines of 16 Jan 2024 to 20 Jan 2024, 86.25 net" in told[0] and '"once"' in told[0]
    once = open_book(tmp_path, mapping={"options": {"overlap": "once"}})
    assert cents(book) - cents(once) == 8625
    assert (once.rows_read, once.rows_set_aside) == (45, 5)
    listed = once.problems[["file", "line", "cause", "treatment", "n"]].values.tolist()
    assert listed == [["b.csv", i, "stands in another file", "row set aside", 5] for i in range(2, 7)]
    assert any("b.csv: 5 lines, 86.25 net, stand already in a.csv" in n for n in once.notes)


def test_a_line_that_stands_twice_in_both_files_counts_twice(tmp_path):
    twice = [*rows(1, 4), *rows(1, 4)]
    book = open_book(
        folder(tmp_path, {"a.csv": table(*twice), "b.csv": table(*twice, twice[0], *rows(2))}),
        mapping={"options": {"overlap": "once"}},
    )
    assert book.rows_set_aside == 8 and book.ledger.filter("date < '2024-02-01'").aggregate("count(*)").fetchall() == [
        (9,)
    ]


def test_three_files_that_hold_a_month(tmp_path):
    files = {"a.csv": JAN, "b.csv": table(*rows(1), *rows(2)), "c.csv": table(*rows(1), *rows(2), *rows(3))}
    book = open_book(folder(tmp_path, files), mapping={"options": {"overlap": "once"}})
    assert cents(book) == 3 * 19500 and book.rows_set_aside == 20 + 40


@pytest.mark.parametrize("n", [2, 3])
def test_a_few_equal_lines_are_chance(tmp_path, n):
    files = {"a.csv": table(*rows(1, 40)), "b.csv": table(*rows(1, n), *(f"x{line}" for line in rows(1, 60)))}
    assert not [note for note in open_book(folder(tmp_path, files)).notes if "again" in note]


def test_lines_that_differ_in_any_column_are_others(tmp_path):
    named = lambda who: table(*(f"{line},{who}" for line in rows(1)), header=HEADER.strip() + ",shop\n")  # noqa: E731
    assert open_book(folder(tmp_path, {"a.csv": named("north"), "b.csv": named("south")})).rows_read == 40


# Days in no file


def test_gaps_between_files_are_told(tmp_path):
    files = {"1.csv": table("a,2024-01-31,1"), "3.csv": table("a,2024-03-01,1"), "5.csv": table("a,2024-04-20,1")}
    told = [n for n in open_book(folder(tmp_path, files)).notes if n.startswith("No line")]
    assert [n[:45] for n in told] == [
        "No line between 31 Jan 2024 (1.csv ends) and ", "No line between 1 Mar 2024 (3.csv ends) and 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "days", [("2024-01-01", "2024-02-01"), ("2024-01-31", "2024-03-02", "2024-02-15"), ("2024-01-15", "2024-02-15")]
)
def test_files_that_follow_one_another_have_no_gap(tmp_path, days):
    files = {f"{i}.csv": table(f"a,{day},1") for i, day in enumerate(days)}
    assert not [n for n in open_book(folder(tmp_path, files)).notes if n.startswith("No line")]
