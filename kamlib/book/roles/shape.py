"""Files whose shape is not "one row a line": months as columns, groups, blank cells below the first, rows of totals."""

from __future__ import annotations

import duckdb

from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.continued import carried_customers, filled_in
from kamlib.book.roles.day_parts import with_days
from kamlib.book.roles.footer import without_footer, without_last_total
from kamlib.book.roles.grouped import ungrouped
from kamlib.book.roles.name_parts import with_names
from kamlib.book.roles.raw import Raw
from kamlib.book.roles.short_lines import with_short_lines
from kamlib.book.roles.subtotals import without_subtotals
from kamlib.book.roles.total_rows import says_total, without_totals
from kamlib.book.roles.wide import unpivoted
from kamlib.book.source.part import Part

# If none of these has a blank cell, every row of a file stands for itself.
TOLD_ONCE = ("date", "customer_id", "customer_name", "order_id", "amount", "quantity", "state", "currency")


def reshaped(con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames) -> Part:
    """Give a part of the ledger one row a line, where it has another shape.

    An ordinary file is looked at once, quickly, and stays as it is. What is carried down, taken out or turned is
    counted in the part's notes and in what it has set aside.

    Raises
    ------
    BookError
        The shape can be meant in two ways; with the option that settles it.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"Customer": ["a", "b"], "Jan-24": [10, 20], "Feb-24": [5, 0], "Mar-24": [1, 2]})
    >>> months = {"options": {"month_columns": ["Jan-24", "Feb-24", "Mar-24"]}}
    >>> open_book({"ledger": wide}, mapping=months).ledger.aggregate("sum(cents)::BIGINT, count(*)").fetchall()
    [(3800, 5)]
    """
    if part.table != "ledger":
        return part
    raw = Raw(con, with_days(Raw(con, part, names)), names)
    raw = Raw(con, with_names(raw), names)
    turned = unpivoted(raw)
    if turned is not None:
        return turned
    raw = Raw(con, without_footer(raw), names)
    raw = Raw(con, without_last_total(raw), names)
    part = with_short_lines(raw)
    raw = Raw(con, part, names)
    blank, totals = _blank_cells(raw), says_total(raw)
    if any(blank.values()):
        part = ungrouped(raw, totals=totals) or part
        raw = Raw(con, part, names)
    if totals:
        part = without_totals(raw)
        raw = Raw(con, part, names)
    if any(blank.values()):
        raw = Raw(con, without_subtotals(raw), names)
        part = filled_in(raw, blank)
        part = carried_customers(Raw(con, part, names), blank)
    return part


def _blank_cells(raw: Raw) -> dict[int, int]:
    """How many cells of each column that may be told once are blank: one quick pass."""
    columns = raw.of(*TOLD_ONCE)
    tests = ", ".join(["count(*)", *(f"count(*) FILTER ({raw.blank(i)})" for i in columns)])
    row = raw.con.execute(f"SELECT {tests} FROM {raw.part.relation}").fetchone()
    return dict(zip(columns, row[1:], strict=True))
