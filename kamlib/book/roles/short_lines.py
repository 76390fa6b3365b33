"""Lines of a text file with fewer cells than the header, put back where they head or sum up a group."""

from __future__ import annotations

import csv
from dataclasses import replace

import pyarrow as pa

from kamlib.book.roles.raw import Raw
from kamlib.book.roles.total_words import TOTAL_END, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal

DELIMITERS = (",", ";", "\t", "|")
MOST_CELLS = 3  # of a line that names a customer


def with_short_lines(raw: Raw) -> Part:
    """The part with its short lines as rows, where no line has a customer of its own; or as it was."""
    part = raw.part
    if not part.ragged or not raw.of("date") or _has_customers(raw):
        return part
    split = [(line, cells_of_line(shown, raw.width)) for line, shown in part.ragged]
    short = [(line, cells) for line, cells in split if cells and _heads_or_sums(raw, cells)]
    if not short:
        return part
    back = {line for line, _ in short}
    made = _put_back(raw, short)
    return replace(made, ragged=[r for r in part.ragged if r[0] not in back])


def _has_customers(raw: Raw) -> bool:
    named = " OR ".join(f"NOT {raw.blank(i)}" for i in raw.of("customer_id", "customer_name"))
    return bool(named) and raw.con.execute(f"SELECT bool_or({named}) FROM {raw.part.relation}").fetchone()[0]


def cells_of_line(shown: str, width: int) -> list[str]:
    """The cells of a line that is too short; none where it is too long."""
    rows = [next(csv.reader([shown], delimiter=d), []) for d in DELIMITERS]
    best = max(rows, key=len)
    return best if len(best) < width else []


def _heads_or_sums(raw: Raw, cells: list[str]) -> bool:
    filled = [c.strip() for c in cells if c.strip()]
    if not filled or len(cells) <= MOST_CELLS:
        return bool(filled)
    says = " OR ".join(f"regexp_matches($1, {literal(p)}, 'i')" for p in (TOTAL_ROW, TOTAL_END))
    return raw.con.execute(f"SELECT {says}", [filled[0]]).fetchone()[0]


def _put_back(raw: Raw, short: list[tuple[int, list[str]]]) -> Part:
    con, part = raw.con, raw.part
    n = con.execute(f"SELECT count(*) FROM {part.relation}").fetchall()[0][0]
    lines = part.lines(range(n)) if n else {}
    of_rows = {"r": pa.array(range(n)), "line": pa.array([lines[r] for r in range(n)], pa.int64())}
    con.register("row_lines", pa.table(of_rows))
    # An amount stands at the end, so the last cell of a line of totals goes under the last column.
    rows = [_padded(cells, raw) for _, cells in short]
    columns = {f"c{i}": pa.array([row[i] for row in rows], pa.string()) for i in range(raw.width)}
    places = {
        "r": pa.array([-k - 1 for k in range(len(short))]),
        "line": pa.array([line for line, _ in short], pa.int64()),
    }
    con.register("short_lines", pa.table(places | columns))
    shown = ", ".join(f"c{i}" for i in range(raw.width))
    select = (
        f"SELECT r AS _from, {shown} FROM (SELECT l.r, l.line, p.*"
        f" FROM {part.relation} p JOIN row_lines l ON l.r = p.rowid"
        f" UNION ALL SELECT r, line, {shown} FROM short_lines) ORDER BY line"
    )
    note = (
        f"{part.where}: {len(short):,} lines with fewer cells than the header are read as heads and totals of groups."
    )
    made = raw.rebuilt(select, part.headers, [note], added=[line for line, _ in short])
    con.unregister("row_lines")
    con.unregister("short_lines")
    return made


def _padded(cells: list[str], raw: Raw) -> list[str | None]:
    """The cells under the columns of the header; an amount behind a text goes where amounts stand."""
    row: list[str | None] = [c.strip() or None for c in cells] + [None] * (raw.width - len(cells))
    amounts, last = raw.of("amount"), len(cells) - 1
    if amounts and last > 0 and row[last] and any(c.isdigit() for c in row[last]) and amounts[0] > last:
        row[amounts[0]], row[last] = row[last], None
    return row
