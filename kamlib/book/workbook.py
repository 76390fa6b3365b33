"""An Excel or OpenDocument workbook -> a part for each sheet that holds anything."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError
from kamlib.book.part import Part, cell, checked_headers, file_digest, keep, refuse_unclear_names
from kamlib.tables import TABLES


def read_excel(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str) -> list[Part]:
    """Every sheet as a part; one whose name is a table's is that table."""
    from python_calamine import CalamineError, load_workbook

    try:
        workbook = load_workbook(str(file))
        sheets = {n: workbook.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in workbook.sheet_names}
    except (CalamineError, ValueError, OSError) as error:
        raise BookError(f"{file.name}: not readable as a workbook: {error}.") from None
    digest, parts = file_digest(file), []
    filled = {n: rows for n, rows in sheets.items() if any(map(_filled, rows))}
    if not filled:
        raise BookError(f"{file.name}: every sheet is empty.")
    refuse_unclear_names(list(filled), f"The workbook {file.name}", "sheets")
    for name, rows in filled.items():
        of = name.lower() if name.lower() in TABLES else table
        parts.append(_sheet(con, number + len(parts), f"{file.name}, sheet {name!r}", of, rows, digest))
    return parts


def _filled(row: list) -> bool:
    return any(cell != "" for cell in row)


def _sheet(con, number: int, where: str, table: str, rows: list[list], digest: str) -> Part:
    above = next(i for i, row in enumerate(rows) if _filled(row))
    last = max(i for i, row in enumerate(rows) if _filled(row))
    headers = checked_headers([cell(c) for c in rows[above]], where)
    part = Part(table, where, f"raw_{number}", headers, digest=digest, first=above + 2, sheet=True)
    columns = ([row[i] for row in rows[above + 1 : last + 1]] for i in range(len(headers)))
    keep(con, part, pa.table({f"c{i}": _column(c) for i, c in enumerate(columns)}))
    return part


def _column(cells: list) -> pa.Array:
    """Numbers and dates that a spreadsheet holds as such stay so: only text is open to reading in two ways."""
    kinds = {type(c) for c in cells if c != ""}
    filled = [None if c == "" else c for c in cells]
    if kinds and kinds <= {int, float}:
        return pa.array([None if c is None else float(c) for c in filled], pa.float64())
    if kinds and kinds <= {dt.date, dt.datetime}:
        days = [dt.datetime(c.year, c.month, c.day) if type(c) is dt.date else c for c in filled]
        return pa.array(days, pa.timestamp("us"))
    return pa.array([None if c is None else cell(c) for c in filled], pa.string())
