"""A DuckDB file: its base tables and stored columns, attached read-only."""

from __future__ import annotations

from pathlib import Path

import duckdb

from kamlib.book.source.part import Part
from kamlib.book.source.typed import is_moment, plain, zone_note
from kamlib.book.values.cells import literal, quoted

NAME = "source_file"


class DuckFile:
    """A DuckDB file, attached to our own connection while it is read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, file: Path):
        self.con, self.file = con, file
        self.kinds: dict[str, str] = {}

    def __enter__(self) -> DuckFile:
        self.con.execute(f"ATTACH {literal(str(self.file))} AS {NAME} (READ_ONLY)")
        return self

    def __exit__(self, *error) -> None:
        self.con.execute(f"DETACH {NAME}")

    def tables(self) -> list[tuple[str, str]]:
        """Schema and name of each base table."""
        return self.con.execute(
            f"SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = '{NAME}' AND NOT internal"
            " ORDER BY schema_name, table_name"
        ).fetchall()

    def passed_over(self) -> str:
        """What else it holds that could be taken for a table."""
        views = f"SELECT count(*) FROM duckdb_views() WHERE database_name = '{NAME}' AND NOT internal"
        return " (a view is not read)" if self.con.execute(views).fetchone()[0] else ""

    def columns(self, schema: str, table: str) -> tuple[list[str], list[str]]:
        """Names of the columns that are stored, and of those that are not."""
        rows = self.con.execute(
            f"SELECT column_name, data_type, column_default FROM duckdb_columns() WHERE database_name = '{NAME}'"
            f" AND schema_name = {literal(schema)} AND table_name = {literal(table)} ORDER BY column_index"
        ).fetchall()
        self.kinds = {name: kind for name, kind, _ in rows}
        # An expression is that of a default, whose column is stored, or of a generated column, which is not.
        stored = self._stored(schema, table) if any(e is not None for *_, e in rows) else set()
        generated = [name for name, _, expression in rows if expression is not None and name not in stored]
        return [name for name, *_ in rows if name not in generated], generated

    def _stored(self, schema: str, table: str) -> set[str]:
        name = ".".join(map(quoted, (NAME, schema, table)))
        rows = self.con.execute(f"SELECT DISTINCT column_name FROM pragma_storage_info({literal(name)})").fetchall()
        return {column for (column,) in rows}

    def copy(self, part: Part, schema: str, table: str, columns: list[str]) -> None:
        """Copy these columns into the part's raw table."""
        cells = ", ".join(f"{plain(self.con, c, self.kinds[c])} AS c{i}" for i, c in enumerate(columns))
        place = ".".join(map(quoted, (NAME, schema, table)))
        self.con.execute(f"CREATE TABLE {part.relation} AS SELECT {cells} FROM {place}")
        moments = [c for c in columns if is_moment(self.kinds[c])]  # they have no zone of their own
        part.notes += [zone_note(self.con, part.where, c, "UTC") for c in moments]
