"""DuckDB and SQLite: nothing of the file runs, one name in two schemas asks, damage is refused in words."""

from __future__ import annotations

import sqlite3

import duckdb
import pytest

from kamlib.book import BookError, open_book

LEDGER = "customer VARCHAR, date VARCHAR, amount DOUBLE"
ROWS = "VALUES ('a', '2024-01-05', 10.5), ('b', '2024-01-06', -2.25)"


def sqlite(path, *statements):
    con = sqlite3.connect(path)
    for statement in statements or (f"CREATE TABLE ledger ({LEDGER})", f"INSERT INTO ledger {ROWS}"):
        con.execute(statement)
    con.commit()
    con.close()
    return path


def duck(path, *statements):
    con = duckdb.connect(str(path))
    for statement in statements:
        con.execute(statement)
    con.close()
    return path


def cents(book):
    return book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0]


def refusal(path, **more):
    with pytest.raises(BookError) as refused:
        open_book(path, **more)
    return str(refused.value)


def test_generated_columns_are_not_run(tmp_path):
    file, calls = tmp_path / "x.sqlite", []
    con = sqlite3.connect(file)
    con.create_function("boom", 1, calls.append, deterministic=True)  # no other connection has it
    stored, computed = "amount REAL AS (n * 1.5) STORED", "g TEXT AS (boom(customer)) VIRTUAL"
    con.execute(f"CREATE TABLE ledger (customer TEXT, date TEXT, n REAL, {stored}, {computed})")
    con.execute("INSERT INTO ledger (customer, date, n) VALUES ('a', '2024-01-05', 7)")
    con.commit()
    con.close()
    book = open_book(file)
    assert cents(book) == 1050
    assert any("columns that the database computes are not read: 'g'" in n for n in book.notes)
    table = "CREATE TABLE ledger (customer VARCHAR, date DATE, amount DOUBLE DEFAULT 10.5, g AS (upper(customer)))"
    insert = "INSERT INTO ledger (customer, date) VALUES ('a', DATE '2024-01-05')"
    book = open_book(duck(tmp_path / "x.duckdb", "CREATE MACRO m(x) AS x + 1", table, insert))
    assert cents(book) == 1050 and "g" not in book.ledger.columns  # a column with a default is stored
    assert any("columns that the database computes are not read: 'g'" in n for n in book.notes)


def test_views_and_virtual_tables_are_no_ledger(tmp_path):
    view = sqlite(tmp_path / "v.sqlite", "CREATE VIEW ledger AS SELECT 1 AS customer")
    assert "holds no table (a view or a virtual table is not read)" in refusal(view)
    virtual = sqlite(tmp_path / "f.sqlite", "CREATE VIRTUAL TABLE ledger USING fts5(customer, date, amount)")
    assert "holds no table (a view or a virtual table is not read)" in refusal(virtual)
    view = duck(tmp_path / "v.duckdb", "CREATE VIEW ledger AS SELECT 1 AS customer")
    assert "holds no table (a view is not read)" in refusal(view)


def test_what_stands_beside_the_ledger_does_nothing(tmp_path):
    file = sqlite(
        tmp_path / "x.db", f"CREATE TABLE ledger ({LEDGER})", "CREATE TABLE seen (n)",
        "CREATE INDEX i ON ledger (upper(customer)) WHERE amount > 0",
        "CREATE TRIGGER t AFTER INSERT ON ledger BEGIN INSERT INTO seen VALUES (1); END",
        f"INSERT INTO ledger {ROWS}",
    )  # fmt: skip
    before = file.read_bytes()
    assert cents(open_book(file)) == 825
    assert file.read_bytes() == before


def test_one_name_in_two_schemas_asks(tmp_path):
    file = duck(
        tmp_path / "x.duckdb", "CREATE SCHEMA old",
        f"CREATE TABLE ledger ({LEDGER})", f"CREATE TABLE old.ledger ({LEDGER})",
        f"INSERT INTO ledger {ROWS}", "INSERT INTO old.ledger VALUES ('z', '2020-01-01', 1)",
        "CREATE TABLE accounts AS SELECT 'a' customer_id, 'New' AS name",
        "CREATE TABLE old.accounts AS SELECT 'z' customer_id, 'Old' AS name",
    )  # fmt: skip
    for mapping in (None, {"options": {"table": "ledger"}}):
        said = refusal(file, mapping=mapping)
        assert '[options]\ntable = "main.ledger"\n# or table = "old.ledger"' in said
    book = open_book(file, mapping={"options": {"table": "old.ledger"}})
    assert cents(book) == 100
    assert book.tables["accounts"]["name"].tolist() == ["Old"]  # of the same schema
    assert any("not read, for their names" in n and "'main.ledger'" in n for n in book.notes)


@pytest.mark.parametrize("make", [sqlite, duck])
def test_which_of_several_tables(tmp_path, make):
    made = [f"CREATE TABLE {t} ({LEDGER})" for t in ("Jan", "Feb")] + [f"INSERT INTO Feb {ROWS}"]
    file = make(tmp_path / "x.db", *made)
    assert '[options]\ntable = "' in refusal(file)
    assert cents(open_book(file, mapping={"options": {"table": "feb"}})) == 825
    assert cents(open_book(file, mapping={"options": {"table": "main.Feb"}})) == 825
    said = refusal(file, mapping={"options": {"table": "Mar"}})
    assert "there is no table 'Mar', which the option table names" in said


def test_wide_and_mixed_columns_of_sqlite(tmp_path):
    wide = ", ".join(f"x{i}" for i in range(700))
    file = sqlite(
        tmp_path / "x.db", f"CREATE TABLE ledger (customer, date, amount, {wide})",
        f"INSERT INTO ledger (customer, date, amount) VALUES ({2**60 + 1}, '2024-01-05', 1), (2.5, '2024-01-05', 2)",
    )  # fmt: skip
    book = open_book(file)
    assert sorted(c for (c,) in book.ledger.project("customer_id").fetchall()) == [str(2**60 + 1), "2.5"]


def test_names_that_are_sql(tmp_path):
    evil = 'led"ger; DROP TABLE x --'
    name = '"' + evil.replace('"', '""') + '"'
    made = f'CREATE TABLE {name} (customer, date, amount, "a""b")'
    file = sqlite(tmp_path / "x.db", made, f"INSERT INTO {name} VALUES ('a', '2024-01-05', 1, 2)")
    assert cents(open_book(file)) == 100


def test_damaged(tmp_path):
    file = sqlite(tmp_path / "x.db")
    raw = file.read_bytes()
    for broken in (raw[:600], raw[:100] + b"\xff" * 400 + raw[500:], raw[:4096] + b"\xff" * 4096):
        file.write_bytes(broken)
        assert "x.db" in refusal(file)
    file = duck(tmp_path / "x.duckdb", f"CREATE TABLE ledger ({LEDGER})", f"INSERT INTO ledger {ROWS}")
    raw = file.read_bytes()
    for broken in (raw[:12288] + b"\xff" * (len(raw) - 12288), raw[:9000]):
        file.write_bytes(broken)
        assert "x.duckdb" in refusal(file)


def test_moments_of_duckdb_are_days_in_utc(tmp_path):
    file = duck(
        tmp_path / "x.duckdb", "CREATE TABLE ledger (customer VARCHAR, date TIMESTAMPTZ, amount DOUBLE)",
        "INSERT INTO ledger VALUES ('a', '2024-01-05 23:30:00-05', 1)",
    )  # fmt: skip
    book = open_book(file)
    assert book.ledger.project("date::VARCHAR").fetchall() == [("2024-01-06",)]
    assert any("the days of 'date' are days in UTC" in n for n in book.notes)
