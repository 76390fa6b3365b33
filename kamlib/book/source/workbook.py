"""An Excel or OpenDocument workbook -> a part for each sheet that holds anything."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError, NoTable
from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.names import candidates
from kamlib.book.source.header import columns_without_header, header_row, refuse_headerless, title_note
from kamlib.book.source.part import (
    Part,
    cell,
    cells_of,
    checked_headers,
    file_digest,
    first_line,
    keep,
    refuse_unclear_names,
)
from kamlib.book.source.twins import settle_twins, told_apart
from kamlib.book.source.which import the_one, which_table
from kamlib.book.source.workbook_size import refuse_oversized
from kamlib.tables import TABLES


def read_excel(con: duckdb.DuckDBPyConnection, number: int, file: Path, table: str, names: ColumnNames) -> list[Part]:
    """Sheets named as tables are those; the others are parts of the ledger if they have one header, or not read."""
    chosen = names.options.table if table == "ledger" else ""
    sheets, hidden = _sheets(file, chosen)
    filled = {n: rows for n, rows in sheets.items() if any(map(_filled, rows))}
    if hidden and not any(_has_table(rows, table, names) for rows in filled.values()):
        every, _ = _sheets(file, chosen, every=True)  # a dashboard is shown, and what it is made from is not
        kept = {n: rows for n, rows in every.items() if n in hidden and _has_table(rows, table, names)}
        filled, hidden = (kept, [n for n in hidden if n not in kept]) if kept else (filled, hidden)
    if not filled:
        raise NoTable(f"{file.name}: every sheet is empty.")
    of, passed_over = _tables_of(file, filled, table, names)
    digest, parts = file_digest(file), []
    for name, table in of.items():
        where = f"{file.name}, sheet {name!r}"
        parts.append(_sheet(con, number + len(parts), where, table, filled[name], digest, names))
    for left, why in ((passed_over, "for what they hold"), (hidden, "since they are hidden")):
        if left:
            shown = ", ".join(map(repr, left[:5])) + (f" and {len(left) - 5} more" if left[5:] else "")
            parts[0].notes.append(f"{file.name}: sheets not read, {why}: {shown}.")
    return parts


def _has_table(rows: list[list], table: str, names: ColumnNames) -> bool:
    """Whether a header of the table is recognised in a sheet."""
    return header_row(rows, table, names)[1]


def _sheets(file: Path, chosen: str, *, every: bool = False) -> tuple[dict[str, list[list]], list[str]]:
    """Rows of each sheet; and the names of hidden ones, often an older copy, unless they are called as a table is."""
    from python_calamine import SheetVisibleEnum, load_workbook

    refuse_oversized(file)
    try:
        workbook = load_workbook(io.BytesIO(file.read_bytes()))  # a name can end in .xls, and the file be no such one
        of = {
            s.name: every or s.visible == SheetVisibleEnum.Visible or s.name.lower() in TABLES or s.name == chosen
            for s in workbook.sheets_metadata
        }
        shown = [n for n, visible in of.items() if visible] or list(of)
        rows = {n: workbook.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in shown}
        return rows, [n for n in of if n not in rows]
    except Exception as error:  # a broken file meets it in many ways
        said = first_line(error)
    except BaseException as error:  # a panic of its library is no Exception
        if type(error).__name__ != "PanicException":
            raise
        said = first_line(error)
    raise NoTable(f"{file.name}: not readable as a workbook: {said}. Open it in Excel and save it anew.")


def _tables_of(file: Path, filled: dict[str, list[list]], table: str, names: ColumnNames) -> tuple[dict, list[str]]:
    """Table of each sheet that is read, and the sheets that are not."""
    of = {n: n.lower() for n in filled if n.lower() in TABLES}
    if table == "ledger" and names.options.table:
        what = "sheets that hold anything"
        chosen = the_one(names.options.table, list(filled), f"{file.name}: there is no sheet", what)
        of = {n: t for n, t in of.items() if t != table} | {chosen: table}
        return {n: of[n] for n in filled if n in of}, [n for n in filled if n not in of]
    others = [n for n in filled if n not in of]
    headers: dict[str, list[str]] = {}
    below: dict[str, int] = {}
    for name in others:
        at, recognised = header_row(filled[name], table, names)
        if recognised:
            below[name] = at
            headers[name] = sorted(cell(c).strip() for c in filled[name][at] if cell(c).strip())
    if "ledger" in of.values() or (table in of.values() and headers):
        refuse_unclear_names([*of, *headers], f"The workbook {file.name}", "sheets")
    lines = _of_the_same_orders(filled, below) if len({tuple(h) for h in headers.values()}) > 1 else ""
    if lines:
        headers = {lines: headers[lines]}
    if len({tuple(h) for h in headers.values()}) > 1:
        raise which_table(
            f"{file.name}: the sheets {', '.join(map(repr, list(headers)[:5]))} could each be the {table}, but their "
            f"columns differ. Say which, call it {table!r}, or give all its parts the same header.",
            list(headers),
        )
    if not headers and table not in of.values():
        headers = {_likeliest(filled, others, table, names): []} if others else {}  # the reader will say what it lacks
    _refuse_twins(file, {n: filled[n] for n in headers})
    of |= dict.fromkeys(headers, table)
    return {n: of[n] for n in filled if n in of}, [n for n in others if n not in headers]


def _likeliest(filled: dict[str, list[list]], sheets: list[str], table: str, names: ColumnNames) -> str:
    """Of sheets of which none has every column, that in which the most of them are recognised; of several, the first.

    A list of addresses beside the sales is then not what is asked about.
    """

    def found(name: str) -> int:
        row = filled[name][header_row(filled[name], table, names)[0]]
        there = candidates([cell(c).strip() for c in row], TABLES[table], {})
        return sum(c in there for c in TABLES[table].names)

    return max(sheets, key=found)


def _of_the_same_orders(filled: dict[str, list[list]], header: dict[str, int]) -> str:
    """Of sheets that all hold the same orders, once in lines and once in sums, that with the most rows; or empty."""
    orders: dict[str, set[str]] = {}
    for name, at in header.items():
        named = [cell(c).strip() for c in filled[name][at]]
        hits = candidates(named, TABLES["ledger"], {}).get("order_id")
        if not hits:
            return ""
        column = [row[hits[0][1]] for row in filled[name][at + 1 :] if len(row) > hits[0][1]]
        orders[name] = {cell(c).strip() for c in column} - {""}
    # A total below has a word in that column.
    most = max(orders, key=lambda n: len(filled[n]))
    alike = all(len(ids ^ orders[most]) <= 1 for ids in orders.values()) and len(orders[most]) > 1
    several = all(len(filled[n]) < len(filled[most]) for n in orders if n != most)
    return most if alike and several else ""


def _refuse_twins(file: Path, sheets: dict[str, list[list]]) -> None:
    for first, second in itertools.combinations(sheets, 2):
        if sheets[first] == sheets[second]:
            raise BookError(f"{file.name}: the sheets {first!r} and {second!r} are the same. Remove one of them.")


def _filled(row: list) -> bool:
    return any(cell != "" for cell in row)


def _sheet(con, number: int, where: str, table: str, rows: list[list], digest: str, names: ColumnNames) -> Part:
    above, headers, twins = _header(where, table, rows, names)
    last = max(i for i, row in enumerate(rows) if _filled(row))
    part = Part(table, where, f"raw_{number}", headers, digest=digest, first=above + 2, sheet=True)
    part.notes += title_note(where, rows[: max(above, 0)])
    part.above = " ".join(cell(c) for row in rows[: max(above, 0)] for c in row)
    columns = ([row[i] for row in rows[above + 1 : last + 1]] for i in range(len(headers)))
    keep(con, part, pa.table({f"c{i}": _column(c) for i, c in enumerate(columns)}))
    settle_twins(con, part, twins)
    return part


def _header(where: str, table: str, rows: list[list], names: ColumnNames) -> tuple[int, list[str], list]:
    """Row of the header, the names in it, and which had one name; row -1 where it has none."""
    if table == "ledger" and not names.options.header:
        return -1, checked_headers(columns_without_header(rows, names.options.columns, where), where), []
    above, recognised = header_row(rows, table, names)
    if not recognised:
        refuse_headerless(rows, where)
    if not _filled(rows[above]):
        above = next(i for i, row in enumerate(rows) if _filled(row))
    headers, twins = told_apart([cell(c) for c in rows[above]])
    return above, checked_headers(headers, where), twins


def _column(cells: list) -> pa.Array:
    """Numbers and dates that a spreadsheet holds as such stay so: only text is open to reading in two ways."""
    kinds = {type(c) for c in cells if c != ""}
    filled = [None if c == "" else c for c in cells]
    if kinds and kinds <= {int, float}:
        return pa.array([None if c is None else float(c) for c in filled], pa.float64())
    if kinds and kinds <= {dt.date, dt.datetime}:
        days = [dt.datetime(c.year, c.month, c.day) if type(c) is dt.date else c for c in filled]
        return pa.array(days, pa.timestamp("us"))
    written = cells_of(filled)
    return pa.array([None if c is None else written(c) for c in filled], pa.string())
