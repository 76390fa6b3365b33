"""A Parquet file -> a part."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.book.errors import NoTable
from kamlib.book.source.part import Part, checked_headers, file_digest, first_line, sql_path
from kamlib.book.source.typed import is_moment, plain, zone_note


def read_parquet(con, number: int, file: Path, table: str) -> Part:
    """The part of a Parquet file; the day of a moment is that of its own time zone, where the file names one."""
    source = f"read_parquet({sql_path(file)}, hive_partitioning=false)"
    try:
        relation = con.sql(f"SELECT * FROM {source}")
        kinds = [str(kind) for kind in relation.types]
        names, zones = _names_and_zones(file, relation.columns)
        part = Part(table, file.name, f"raw_{number}", checked_headers(names, file.name), digest=file_digest(file))
        part.first = 1
        cells = (plain(con, *column) for column in zip(relation.columns, kinds, zones, strict=True))
        renamed = ", ".join(f"{cell} AS c{i}" for i, cell in enumerate(cells))
        con.execute(f"CREATE TABLE {part.relation} AS SELECT {renamed} FROM {source}")
    except duckdb.Error as error:
        raise NoTable(f"{file.name}: not readable as Parquet: {first_line(error)}") from None
    moments = (c for c in zip(part.headers, kinds, zones, strict=True) if is_moment(c[1]))
    part.notes += [zone_note(con, file.name, header, zone) for header, _, zone in moments]
    return part


def _names_and_zones(file: Path, columns: list[str]) -> tuple[list[str], list[str]]:
    """Columns as the file calls them (DuckDB renames `Date` beside `date`), and the time zone of each."""
    try:
        schema = pq.read_schema(file)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError):  # DuckDB reads it, or says what is wrong
        return columns, ["UTC"] * len(columns)
    if len(schema) != len(columns):
        return columns, ["UTC"] * len(columns)
    return schema.names, [getattr(f.type, "tz", None) or "UTC" for f in schema]
