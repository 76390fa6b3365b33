"""A DuckDB or SQLite file -> a part for each table named as one of ours, or its only table as the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError, NoTable
from kamlib.book.source.part import Part, cell, checked_headers, days_in_utc, file_digest, first_line, unsigned_cell
from kamlib.book.values.cells import literal, quoted
from kamlib.tables import TABLES

CHUNK = 100_000  # rows
IN_USE = ("could not set lock", "already attached", "database is locked", "being used by another process")


def read_database(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str) -> list[Part]:
    """Base tables only: a view can read anything else on the machine, so it is not run."""
    with file.open("rb") as stream:
        start = stream.read(16)
    if start.startswith(b"SQLite format 3\0"):
        read = _read_sqlite
    elif start[8:12] == b"DUCK":
        read = _read_duckdb
    else:
        raise NoTable(f"{file.name} is neither a DuckDB nor a SQLite database. Export its tables as CSV or Parquet.")
    try:
        return read(con, number, file, table)
    except (duckdb.Error, sqlite3.Error, OverflowError) as error:
        if any(sign in str(error).lower() for sign in IN_USE):
            raise BookError(
                f"{file.name} is open elsewhere, which keeps others out. Close it there, or read a copy."
            ) from None
        raise NoTable(f"{file.name}: not readable as a database: {first_line(error)}") from None


def _read_duckdb(con, number: int, file: Path, table: str) -> list[Part]:
    con.execute(f"ATTACH {literal(str(file))} AS source_file (READ_ONLY)")
    try:
        found = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source_file' AND NOT internal"
            " ORDER BY schema_name, table_name"
        ).fetchall()
        places = {name: f"source_file.{quoted(schema)}.{quoted(name)}" for schema, name in found}
        parts = _parts(number, file, table, list(places))
        for part, name in parts:
            columns = con.execute(f"DESCRIBE {places[name]}").fetchall()
            part.headers = checked_headers([c[0] for c in columns], part.where)
            part.notes += [days_in_utc(part.where, c[0]) for c in columns if c[1] == "TIMESTAMP WITH TIME ZONE"]
            cells = ", ".join(f"{_plain_type(c[0], c[1])} AS c{i}" for i, c in enumerate(columns))
            con.execute(f"CREATE TABLE {part.relation} AS SELECT {cells} FROM {places[name]}")
    finally:
        con.execute("DETACH source_file")
    return [part for part, _ in parts]


def _plain_type(name: str, kind: str) -> str:
    """SQL: categories, lists and the like as text."""
    plain = kind.startswith(("DECIMAL", "TIMESTAMP", "DATE")) or kind in _NUMBERS
    return quoted(name) if plain else f"CAST({quoted(name)} AS VARCHAR)"


_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "FLOAT", "DOUBLE", "VARCHAR",
)  # fmt: skip


def _read_sqlite(con, number: int, file: Path, table: str) -> list[Part]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
        source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        names = source.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
        parts = _parts(number, file, table, [n for (n,) in names])
        for part, name in parts:
            rows = source.execute(f"SELECT * FROM {quoted(name)}")
            part.headers = checked_headers([c[0] for c in rows.description], part.where)
            _copy(con, part, rows, *_types(source, name, [c[0] for c in rows.description]))
    return [part for part, _ in parts]


def _types(source: sqlite3.Connection, name: str, columns: list[str]) -> tuple[list[pa.DataType], list[bool]]:
    """A column of numbers only stays one; SQLite itself lets every cell be what it likes. And: has it commas?"""
    tests = ", ".join(
        f"total(typeof({c}) IN ('text', 'blob')), total(typeof({c}) = 'real'), total({c} GLOB '*[0-9],[0-9]*')"
        for c in map(quoted, columns)
    )
    row = source.execute(f"SELECT {tests} FROM {quoted(name)}").fetchone()
    kinds = zip(row[::3], row[1::3], strict=True)
    return [pa.string() if text else pa.float64() if real else pa.int64() for text, real in kinds], row[2::3]


def _copy(con, part: Part, rows: sqlite3.Cursor, types: list[pa.DataType], commas: list[bool]) -> None:
    schema = pa.schema([(f"c{i}", t) for i, t in enumerate(types)])
    con.register("incoming", schema.empty_table())
    con.execute(f"CREATE TABLE {part.relation} AS SELECT * FROM incoming")
    while chunk := rows.fetchmany(CHUNK):
        cells = (
            [_text(v, unsigned_cell if comma else cell) for v in c] if t == pa.string() else c
            for c, t, comma in zip(zip(*chunk, strict=True), types, commas, strict=True)
        )
        con.register("incoming", pa.table([pa.array(c, t) for c, t in zip(cells, types, strict=True)], schema=schema))
        con.execute(f"INSERT INTO {part.relation} SELECT * FROM incoming")
    con.unregister("incoming")


def _text(value, written: Callable[[object], str]) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else written(value)


def _parts(number: int, file: Path, table: str, names: list[str]) -> list[tuple[Part, str]]:
    """A part, without its rows yet, for each table that is read."""
    ours = [n for n in names if n.lower() in TABLES]
    if not ours and len(names) == 1:
        ours = names
    if not ours:
        shown = f"it holds {', '.join(map(repr, names[:10]))}" if names else "it holds no table"
        raise BookError(f"{file.name}: which table is the {table}? {shown}. Call it {table!r} (a view is not read).")
    digest, parts = file_digest(file), []
    for i, name in enumerate(ours):
        of = name.lower() if name.lower() in TABLES else table
        where = f"{file.name}, table {name!r}"
        parts.append((Part(of, where, f"raw_{number + i}", [], digest=digest, first=1), name))
    others = [n for n in names if n not in ours]
    if others:
        parts[0][0].notes.append(f"{file.name}: tables not read, for their names: {', '.join(map(repr, others[:5]))}.")
    return parts
