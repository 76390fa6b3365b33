"""A DuckDB or SQLite file -> a part for each table named as one of ours, or its only table as the ledger.

Nothing of the file runs: base tables are read, and of them the columns that are stored. Views, macros, triggers,
virtual tables and generated columns could do anything, and are left alone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError, NoTable
from kamlib.book.source.database_duckdb import DuckFile
from kamlib.book.source.database_sqlite import SqliteFile
from kamlib.book.source.part import Part, checked_headers, file_digest, first_line
from kamlib.book.source.which import the_one, which_table
from kamlib.tables import TABLES

IN_USE = ("could not set lock", "already attached", "database is locked", "being used by another process")


@dataclass(frozen=True)
class _Place:
    """A table of the file; `label` is how a message and the option `table` call it."""

    schema: str
    name: str
    label: str


def read_database(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str, chosen: str = "") -> list[Part]:
    """The parts of a database.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    number : int
        Of the first part.
    file : path
    table : str
        What it holds where the names of its tables say nothing.
    chosen : str
        The option `table`: the table, or `schema.table`, that is the ledger.

    Raises
    ------
    BookError
        No database, damaged, open elsewhere, or nothing says which table is the ledger.
    """
    with file.open("rb") as stream:
        start = stream.read(16)
    if start.startswith(b"SQLite format 3\0"):
        kind = SqliteFile
    elif start[8:12] == b"DUCK":
        kind = DuckFile
    else:
        raise NoTable(f"{file.name} is neither a DuckDB nor a SQLite database. Export its tables as CSV or Parquet.")
    try:
        with kind(con, file) as source:
            return _read(source, number, file, table, chosen if table == "ledger" else "")
    except (duckdb.Error, sqlite3.Error, pa.ArrowException, OverflowError, UnicodeError, MemoryError) as error:
        if any(sign in str(error).lower() for sign in IN_USE):
            raise BookError(
                f"{file.name} is open elsewhere, which keeps others out. Close it there, or read a copy."
            ) from None
        raise NoTable(
            f"{file.name}: not readable as a database, perhaps damaged: {first_line(error)}. Export its tables as CSV."
        ) from None


def _read(source, number: int, file: Path, table: str, chosen: str) -> list[Part]:
    places = _places(source.tables())
    of = _tables_of(file, table, places, chosen, source.passed_over())
    digest, parts = file_digest(file), []
    for place, name in of.items():
        where = f"{file.name}, table {place.label!r}"
        part = Part(name, where, f"raw_{number + len(parts)}", [], digest=digest, first=1)
        columns, generated = source.columns(place.schema, place.name)
        part.headers = checked_headers(columns, part.where)
        if generated:
            part.notes.append(f"{part.where}: columns that the database computes are not read: {_shown(generated)}.")
        source.copy(part, place.schema, place.name, columns)
        parts.append(part)
    others = [p.label for p in places if p not in of]
    if others:
        parts[0].notes.append(f"{file.name}: tables not read, for their names: {_shown(others)}.")
    return parts


def _places(found: Sequence[tuple[str, str]]) -> list[_Place]:
    times = Counter(name.lower() for _, name in found)
    return [_Place(s, n, f"{s}.{n}" if times[n.lower()] > 1 else n) for s, n in found]


def _tables_of(file: Path, table: str, places: list[_Place], chosen: str, passed_over: str) -> dict[_Place, str]:
    """Our table for each place that is read."""
    if not places:
        raise BookError(f"{file.name}: which table is the {table}? It holds no table{passed_over}.")
    ledger = [_chosen(file, places, chosen)] if chosen else [p for p in places if p.name.lower() == table]
    if len(ledger) > 1:
        what = ", ".join(repr(p.label) for p in ledger)
        raise which_table(f"{file.name}: the tables {what} could each be the {table}.", [p.label for p in ledger])
    ours = [p for p in places if p.name.lower() in TABLES and p not in ledger and p.name.lower() != table]
    if not ledger and not ours:
        if len(places) > 1:
            shown = _shown([p.label for p in places])
            said = f"{file.name}: which table is the {table}? It holds {shown}{passed_over}."
            raise which_table(f"{said} Say which, or call it {table!r}.", [p.label for p in places])
        ledger = places
    of = dict.fromkeys(ledger, table)
    beside = ledger[0].schema if ledger else ""
    for place in sorted(ours, key=lambda p: p.schema != beside):  # of two, the one that stands beside the ledger
        if place.name.lower() not in of.values():
            of[place] = place.name.lower()
    return {p: of[p] for p in places if p in of}


def _chosen(file: Path, places: list[_Place], chosen: str) -> _Place:
    labels = {p.label: p for p in places} | {f"{p.schema}.{p.name}": p for p in places if p.schema}
    same = [p for p in places if p.name == chosen]
    if chosen not in labels and len(same) > 1:
        raise which_table(f"{file.name}: {chosen!r} stands in several schemas.", [p.label for p in same])
    return labels[the_one(chosen, list(labels), f"{file.name}: there is no table", "tables")]


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(n[:60]) for n in names[:10]) + (f" and {len(names) - 10} more" if names[10:] else "")
