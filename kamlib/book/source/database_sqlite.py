"""A SQLite file: its base tables and stored columns, through a connection that may do nothing but read them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.source.part import Part, cell, unsigned_cell
from kamlib.book.values.cells import quoted

CHUNK = 100_000  # rows
LONGEST = 20_000_000  # bytes of a cell
AT_ONCE = 500  # columns looked at in one statement
EXACT = 2**53  # from here on a binary fraction may stand for several whole numbers

_VIRTUAL, _STORED = 2, 3  # kinds of generated columns, as PRAGMA table_xinfo tells them
_FUNCTIONS = ("typeof", "total", "glob")
_PRAGMAS = ("table_list", "table_xinfo")


def _authorized(action: int, first: str | None, second: str | None, *_) -> int:
    """Reading, three functions and the list of columns; nothing that a file could bring along."""
    allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    allowed |= action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS
    allowed |= action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


class SqliteFile:
    """A SQLite file, opened read-only while it is read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: Path):
        self.con, self.file, self.others = con, file, 0

    def __enter__(self) -> SqliteFile:
        self.source = sqlite3.connect(f"{self.file.resolve().as_uri()}?mode=ro", uri=True)
        self.source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        self.source.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
            self.source.execute(f"PRAGMA {pragma}")
        self.source.set_authorizer(_authorized)
        return self

    def __exit__(self, *error) -> None:
        self.source.close()

    def tables(self) -> list[tuple[str, str]]:
        """Schema (there is one) and name of each base table."""
        rows = self.source.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
        kinds = {}
        if sqlite3.sqlite_version_info >= (3, 37):
            kinds = {r[1]: r[2] for r in self.source.execute("PRAGMA table_list") if r[0] == "main"}
        names = []
        for name, kind, sql in rows:
            virtual = "virtual" in (sql or "").lower().split("table")[0]
            if kind == "table" and not virtual and kinds.get(name, "table") == "table" and name[:7] != "sqlite_":
                names.append(("main", name))
            self.others += kind == "view" or (kind == "table" and virtual)
        return names

    def passed_over(self) -> str:
        """What else it holds that could be taken for a table."""
        return " (a view or a virtual table is not read)" if self.others else ""

    def columns(self, schema: str, table: str) -> tuple[list[str], list[str]]:
        """Names of the columns that are stored, and of those that are not."""
        rows = self.source.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
        stored = [name for _, name, *_, hidden in rows if hidden in (0, _STORED)]
        return stored, [name for _, name, *_, hidden in rows if hidden == _VIRTUAL]

    def copy(self, part: Part, schema: str, table: str, columns: list[str]) -> None:
        """Copy these columns into the part's raw table."""
        types, commas = [], []
        for some in _batches(columns):
            kinds, signs = self._types(table, some)
            types, commas = types + kinds, commas + signs
        schema_ = pa.schema([(f"c{i}", t) for i, t in enumerate(types)])
        self.con.register("incoming", schema_.empty_table())
        self.con.execute(f"CREATE TABLE {part.relation} AS SELECT * FROM incoming")
        rows = self.source.execute(f"SELECT {_named(columns)} FROM {quoted(table)} AS t")
        while chunk := rows.fetchmany(CHUNK):
            cells = (
                [_text(v, unsigned_cell if comma else cell) for v in c] if t == pa.string() else c
                for c, t, comma in zip(zip(*chunk, strict=True), types, commas, strict=True)
            )
            arrays = [pa.array(c, t) for c, t in zip(cells, types, strict=True)]
            self.con.register("incoming", pa.table(arrays, schema=schema_))
            self.con.execute(f"INSERT INTO {part.relation} SELECT * FROM incoming")
        self.con.unregister("incoming")

    def _types(self, table: str, columns: list[str]) -> tuple[list[pa.DataType], list[bool]]:
        """A column of numbers only stays one; SQLite lets every cell be what it likes. And: has it commas?"""
        tests = ", ".join(
            f"total(typeof({c}) IN ('text', 'blob')), total(typeof({c}) = 'real'), total({c} GLOB '*[0-9],[0-9]*'),"
            f" total(typeof({c}) = 'integer' AND NOT {c} BETWEEN -{EXACT} AND {EXACT})"
            for c in map(_qualified, columns)
        )
        row = self.source.execute(f"SELECT {tests} FROM {quoted(table)} AS t").fetchone()
        types = []
        for text, real, large in zip(row[::4], row[1::4], row[3::4], strict=True):
            types.append(pa.string() if text or (real and large) else pa.float64() if real else pa.int64())
        return types, [bool(n) for n in row[2::4]]


def _batches(columns: list[str]):
    return (columns[i : i + AT_ONCE] for i in range(0, len(columns), AT_ONCE))


def _qualified(column: str) -> str:
    """SQL: with its table, for SQLite takes an unknown name in quotation marks for a text."""
    return f"t.{quoted(column)}"


def _named(columns: list[str]) -> str:
    return ", ".join(map(_qualified, columns))


def _text(value, written: Callable[[object], str]) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else written(value)
