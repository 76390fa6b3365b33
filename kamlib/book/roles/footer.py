"""What stands below a table: blank lines, remarks of the tool or of who made the file, a total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from kamlib.book.roles.raw import Raw
from kamlib.book.roles.short_lines import cells_of_line
from kamlib.book.source.part import Aside, Part

TAIL = 60  # rows from the end that are looked at
FEWEST = 3  # rows, of which a sum is no chance
NEARLY = Decimal("0.00001")  # lines that are rounded make a little less or more
BLANK, REMARK = "blank row", "below the table"


def without_footer(raw: Raw) -> Part:
    """The part without rows at its end that have at most one filled cell; each is listed as set aside.

    Such a row within a table can head a group, and stays. A single cell that is a number stays, too.
    """
    con, part = raw.con, raw.part
    n = con.execute(f"SELECT coalesce(max(rowid), -1) + 1 FROM {part.relation}").fetchone()[0]
    tail = con.execute(f"SELECT rowid, * FROM {part.relation} WHERE rowid >= {n - TAIL} ORDER BY rowid DESC")
    below = []
    while row := tail.fetchone():
        filled = [str(c).strip() for c in row[1:] if c is not None and str(c).strip()]
        if not _is_remark(filled):
            break
        below.append((row[0], next(iter(filled), "")))
    if not below and not part.ragged:  # to find lines in a text file is to read it once more
        return part
    last = part.lines([n - 1 - len(below)]).get(n - 1 - len(below), 0) if n > len(below) else 0
    ragged, dropped = [], []
    for line, text in part.ragged:
        cells = [c.strip() for c in cells_of_line(text, raw.width) if c.strip()]
        is_below = line > last and _is_remark(cells) and len(cells_of_line(text, raw.width)) > 0
        (dropped if is_below else ragged).append((line, text))
    if not below and not dropped:
        return part
    lines = part.lines([row for row, _ in below])
    found = sorted([(lines[row], text) for row, text in below] + dropped)
    if below:
        con.execute(f"DELETE FROM {part.relation} WHERE rowid IN ({', '.join(str(row) for row, _ in below)})")
    of = {REMARK: [f for f in found if f[1].strip(",;\t| ")], BLANK: [f for f in found if not f[1].strip(",;\t| ")]}
    asides = [Aside(cause, len(rows), rows) for cause, rows in of.items() if rows]
    return replace(part, ragged=ragged, aside=[*part.aside, *asides])


def without_last_total(raw: Raw) -> Part:
    """The part without a last row of no day and no customer that is the sum of all others: a total without a word."""
    con, part = raw.con, raw.part
    who, days = raw.of("customer_id", "customer_name"), raw.of("date")
    if not who or not days or raw.switched_off("customer_id"):
        return part
    last = con.execute(f"SELECT max(rowid), count(*) FROM {part.relation}").fetchone()
    blank = " AND ".join(raw.blank(i) for i in (*who, *days))
    row = f"{part.relation} WHERE rowid = {last[0]} AND {blank}"
    if last[1] <= FEWEST or not con.execute(f"SELECT count(*) FROM {row}").fetchone()[0]:
        return part
    amount = raw.amount()
    if amount is None:
        return part
    own, others = con.execute(
        f"SELECT sum({amount}) FILTER (rowid = {last[0]}), sum({amount}) FILTER (rowid <> {last[0]})"
        f" FROM {part.relation}"
    ).fetchone()
    if not own or others is None or abs(own - others) > NEARLY * abs(own):
        return part
    aside = raw.aside("row of totals", f"SELECT {last[0]} AS _row")
    con.execute(f"DELETE FROM {part.relation} WHERE rowid = {last[0]}")
    return replace(part, aside=[*part.aside, *aside])


def _is_remark(filled: list[str]) -> bool:
    return len(filled) <= 1 and not any(_is_amount(c) for c in filled)


def _is_amount(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and sum(map(str.isalpha, cell)) <= 3
