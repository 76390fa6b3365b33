"""Columns of a typed source (Parquet, a database, a frame) -> the few types that the next steps know.

Numbers, days and text stay what they are. A moment becomes what the clock of its own zone shows. All else (lists,
bytes, intervals ...) becomes text: such a column is seldom used, and must not stop a file.
"""

from __future__ import annotations

import re

import duckdb

from kamlib.book.values.cells import literal, quoted

NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "FLOAT", "DOUBLE",
)  # fmt: skip
_LIST = re.compile(r".*\[\d*\]$", re.DOTALL)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_UTC = ("UTC", "Etc/UTC", "Z", "GMT", "Etc/GMT", "")


def is_moment(kind: str) -> bool:
    """Whether a DuckDB type is a moment in time, which is another day in another zone."""
    return kind.startswith("TIMESTAMP") and ("TZ" in kind or "TIME ZONE" in kind) and not _LIST.match(kind)


def plain(con: duckdb.DuckDBPyConnection, name: str, kind: str, zone: str = "UTC") -> str:
    """SQL: a column as number, day or text.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    name, kind : str
        Of the column, and its DuckDB type.
    zone : str
        Time zone of a moment, or its offset (`+02:00`).

    Examples
    --------
    >>> plain(duckdb.connect(), "bought", "DATE"), plain(duckdb.connect(), "tags", "VARCHAR[]")
    ('"bought"', 'CAST("tags" AS VARCHAR)')
    """
    column = quoted(name)
    if is_moment(kind):
        return _local(con, f"CAST({column} AS TIMESTAMPTZ)", zone)
    if kind == "BLOB":  # text without a mark that it is, as older writers of Parquet leave it
        return f"coalesce(try(decode({column})), CAST({column} AS VARCHAR))"
    stays = kind in NUMBERS or kind == "VARCHAR" or kind.startswith(("DECIMAL", "TIMESTAMP", "DATE"))
    return column if stays and not _LIST.match(kind) else f"CAST({column} AS VARCHAR)"


def _local(con, moment: str, zone: str) -> str:
    """SQL: what a clock in that zone shows; UTC, which every connection of ours has, where the zone is not known."""
    offset = _OFFSET.fullmatch(zone)
    if offset:
        sign, hours, minutes = offset.groups()
        return f"(CAST({moment} AS TIMESTAMP) + INTERVAL ({sign}{int(hours) * 60 + int(minutes)}) MINUTE)"
    if zone in _UTC or not knows_zone(con, zone):
        return f"CAST({moment} AS TIMESTAMP)"
    return f"timezone({literal(zone)}, {moment})"


def knows_zone(con: duckdb.DuckDBPyConnection, zone: str) -> bool:
    """Whether this zone, or offset, can be told from UTC here."""
    if _OFFSET.fullmatch(zone) or zone in _UTC:
        return True
    try:
        con.execute(f"SELECT timezone({literal(zone)}, TIMESTAMPTZ '2024-01-01 00:00:00+00')").fetchone()
    except duckdb.Error:
        return False
    return True


def zone_note(con: duckdb.DuckDBPyConnection, where: str, header: str, zone: str) -> str:
    """What is to be said of a column of moments."""
    if zone in _UTC:
        return f"{where}: the days of {header!r} are days in UTC."
    if not knows_zone(con, zone):
        return f"{where}: the days of {header!r} are days in UTC, since its time zone {zone[:60]!r} is not known here."
    return f"{where}: the days of {header!r} are as they are written, days in {zone}."
