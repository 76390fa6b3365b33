"""Columns of one name: passed over where they hold the same, numbered where no sale has such a column, else refused."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.mapping import EVIDENCE
from kamlib.book.roles.synonyms import rank
from kamlib.book.source.part import Part
from kamlib.tables import TABLES

# Which of two such columns is meant changes no sale: neither its day, its amount nor its customer.
HARMLESS = ("line_id", "product_id", "product_name", "category", "manager_id", "promised_date", "delivered_date",
            "country", "list_price", "cost", "profit", "customer_name")  # fmt: skip
MATTER = tuple(r for r in (*TABLES["ledger"].names, *EVIDENCE) if r not in HARMLESS)


def told_apart(headers: Sequence[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """Headers of which none stands twice, the later ones numbered, and the positions that had one name.

    Examples
    --------
    >>> told_apart(["Date", "Note", "Note", ""])
    (['Date', 'Note', 'Note (2)', ''], [(1, 2)])
    """
    made: list[str] = []
    twins = []
    for i, name in enumerate(str(h).strip() for h in headers):
        first = made.index(name) if name and name in made else i
        earlier = sum(1 for a, _ in twins if a == first)
        twins += [(first, i)] if first != i else []
        made.append(f"{name} ({earlier + 2})" if first != i else name)
    return made, twins


def settle_twins(con: duckdb.DuckDBPyConnection, part: Part, twins: Sequence[tuple[int, int]]) -> None:
    """Pass over the second of two columns that hold the same, and tell of others.

    Raises
    ------
    BookError
        They differ, and the name is one of a sale's: which of them counts, nothing says.
    """
    for first, second in twins:
        header = part.headers[first]
        differ = f"CAST(c{first} AS VARCHAR) IS DISTINCT FROM CAST(c{second} AS VARCHAR)"
        if not con.execute(f"SELECT count(*) FROM {part.relation} WHERE {differ}").fetchone()[0]:
            part.notes.append(f"{part.where}: {header!r} stands twice in the header, with the same below it.")
            part.headers[second] = ""
        elif any(rank("ledger", role, header) is not None for role in MATTER):
            raise BookError(f"{part.where}: the header names {header!r} more than once. Rename one of the columns.")
        else:
            again = part.headers[second]
            part.notes.append(f"{part.where}: {header!r} stands twice in the header; the later one is {again!r} here.")
