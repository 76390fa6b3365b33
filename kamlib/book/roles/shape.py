"""Files whose shape is not "one row a line": months as columns, groups, blank cells below the first, rows of totals."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from kamlib.book.mapping import ColumnNames
from kamlib.book.roles.continued import carried_customers, filled_in
from kamlib.book.roles.grouped import ungrouped
from kamlib.book.roles.look import Look
from kamlib.book.roles.total_rows import hint, without_totals
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
    look = Look(con, part, names)
    turned = unpivoted(look)
    if turned is not None:
        return turned
    seen = _first_look(look)
    if any(seen.blank.values()) or seen.totals:
        part = ungrouped(look, totals=seen.totals > 0) or part
        look = Look(con, part, names)
    if seen.totals:
        part = without_totals(look)
        look = Look(con, part, names)
    if any(seen.blank.values()):
        part = filled_in(look, seen.blank)
        part = carried_customers(Look(con, part, names), seen.blank)
    return part


@dataclass(frozen=True)
class Seen:
    """What the first look found."""

    blank: dict[int, int]
    totals: int


def _first_look(look: Look) -> Seen:
    """How many cells of each column that may be told once are blank, and how many rows may be totals: one pass."""
    columns = look.of(*TOLD_ONCE)
    tests = [f"count(*) FILTER ({look.blank(i)})" for i in columns]
    row = look.con.execute(
        f"SELECT {', '.join([f'count(*) FILTER ({hint(look)})', *tests])} FROM {look.part.relation}"
    ).fetchone()
    return Seen(dict(zip(columns, row[1:], strict=True)), row[0])
