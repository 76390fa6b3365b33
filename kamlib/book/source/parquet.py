"""A Parquet file -> a part."""

from __future__ import annotations

from pathlib import Path

import duckdb

from kamlib.book.errors import NoTable
from kamlib.book.source.part import Part, checked_headers, days_in_utc, file_digest, first_line, sql_path
from kamlib.book.values.cells import quoted


def read_parquet(con, number: int, file: Path, table: str) -> Part:
    source = f"read_parquet({sql_path(file)}, hive_partitioning=false)"
    try:
        relation = con.sql(f"SELECT * FROM {source}")
        headers = checked_headers(relation.columns, file.name)
        part = Part(table, file.name, f"raw_{number}", headers, digest=file_digest(file), first=1)
        renamed = ", ".join(f"{quoted(c)} AS c{i}" for i, c in enumerate(relation.columns))
        con.execute(f"CREATE TABLE {part.relation} AS SELECT {renamed} FROM {source}")
    except duckdb.Error as error:
        raise NoTable(f"{file.name}: not readable as Parquet: {first_line(error)}") from None
    zoned = [h for h, t in zip(headers, relation.types, strict=True) if str(t) == "TIMESTAMP WITH TIME ZONE"]
    part.notes += [days_in_utc(file.name, h) for h in zoned]
    return part
