"""Money that does not fit: amounts and sums are cents in 64 bits, in every engine, and none may run over."""

from __future__ import annotations

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.source.part import Part
from kamlib.book.values.columns import Columns
from kamlib.money import money

MOST_CENTS = 2**63 - 1
_MEND = "Is that a number of another kind, or typed with too many digits? Mend it, or give amounts in thousands."


def too_large_amounts(con: duckdb.DuckDBPyConnection, part: Part, source: Columns, parsed: str) -> list[str]:
    """Amounts of a part that are numbers, and larger than cents can be: notes on those that are emptied for it.

    Raises
    ------
    BookError
        Where it is the amount of a line: to set aside the largest lines of a ledger would change its total.
    """
    columns = [c.name for c in source.table.columns if c.kind == "money" and source.size(c.name)]
    if not columns:
        return []
    empty = ", ".join(f"count(*) - count({c})" for c in columns)
    counts = con.execute(f"SELECT {empty} FROM {parsed}").fetchall()[0]
    notes = []
    for column in (c for c, n in zip(columns, counts, strict=True) if n):
        too_large = f"{source.size(column)} BETWEEN {MOST_CENTS / 100} AND 1e300"  # beyond is infinity
        rows = con.execute(
            f"SELECT _row, {source.shown(column)}, count(*) OVER () FROM {source.cells} JOIN {parsed} USING (_row)"
            f" WHERE {column} IS NULL AND {too_large} ORDER BY _row LIMIT 3"
        ).fetchall()
        if not rows:
            continue
        lines = part.lines([row for row, *_ in rows])
        shown = "; ".join(f"line {lines[row]}: {value[:60]!r}" for row, value, _ in rows)
        said = f"{part.where}: {rows[0][2]:,} values of {column} are too large ({shown}): more than {money(MOST_CENTS)}"
        if source.table[column].required:
            raise BookError(f"{said}. {_MEND}")
        notes.append(f"{said}, and are emptied.")
    return notes


def too_large_sums(con: duckdb.DuckDBPyConnection) -> list[str]:
    """See that sums of the table `ledger` fit; a note where those of profit do not, which is emptied then.

    Raises
    ------
    BookError
        Where sums of the amounts would not fit, naming the largest lines, since it is a few that are wrong.
    """
    columns = {"cents": "amounts", "profit_cents": "profits"}
    sizes = ", ".join(f"coalesce(sum(abs({c}::HUGEINT)), 0)" for c in columns)
    notes = []
    sums = con.execute(f"SELECT {sizes} FROM ledger").fetchall()[0]
    for (column, what), size in zip(columns.items(), sums, strict=True):
        if size <= MOST_CENTS:
            continue
        rows = con.execute(
            f"SELECT customer_id, date, {column}, count({column}) OVER () FROM ledger"
            f" ORDER BY abs({column}::HUGEINT) DESC NULLS LAST, date, customer_id LIMIT 3"
        ).fetchall()
        shown = "; ".join(f"{str(c or 'no customer')[:40]!r} on {day}: {money(cents)}" for c, day, cents, _ in rows)
        said = (
            f"The {what} of the ledger's {rows[0][3]:,} lines come to {money(size)}, signs left aside, and totals hold"
            f" no more than {money(MOST_CENTS)}. The largest are {shown}."
        )
        if column == "cents":
            raise BookError(f"{said} {_MEND}")
        con.execute("UPDATE ledger SET profit_cents = NULL, profit_estimated = NULL")
        notes.append(f"{said} So profit is not used, and accounts are judged by sales.")
    return notes
