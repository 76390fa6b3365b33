"""Columns of one name: passed over where they hold the same, numbered where no sale has such a column, else refused."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.mapping import EVIDENCE
from kamlib.book.options import Options
from kamlib.book.roles.states import MOST_STATES, UNKNOWN, treatment
from kamlib.book.roles.synonyms import rank
from kamlib.book.source.part import Part
from kamlib.tables import TABLES

# Which of two such columns is meant changes no sale: neither its day, its amount nor its customer.
HARMLESS = ("line_id", "product_id", "product_name", "category", "manager_id", "promised_date", "delivered_date",
            "country", "list_price", "cost", "profit", "customer_name")  # fmt: skip
# Of these a better name passes the others over.
ONE_NAME = ("customer_id", "customer_name", "date", "order_id")
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
            continue
        roles = [r for r in MATTER if rank("ledger", r, header) is not None]
        if roles and not _not_needed(part, roles, {first, second}):
            meant = _meant(con, part, roles, first, second)
            if meant is None:
                raise BookError(f"{part.where}: the header names {header!r} more than once. Rename one of the columns.")
            if meant == second:
                part.headers[first], part.headers[second] = part.headers[second], header
        again = part.headers[first if part.headers[second] == header else second]
        part.notes.append(f"{part.where}: {header!r} stands twice in the header; the other one is {again!r} here.")


def _not_needed(part: Part, roles: Sequence[str], both: set[int]) -> bool:
    """Whether another column has a better name for each role that a name can have."""
    if not set(roles) <= set(ONE_NAME):
        return False
    others = [h for i, h in enumerate(part.headers) if h and i not in both]
    header = part.headers[min(both)]
    better = lambda role: any(  # noqa: E731
        k is not None and k < rank("ledger", role, header) for k in (rank("ledger", role, h) for h in others)
    )
    return all(map(better, roles))


def _meant(con, part: Part, roles: Sequence[str], first: int, second: int) -> int | None:
    """Which of two is the one: it is filled and the other is empty; of states, it has nearly all such words."""
    asked = {i: f"SELECT DISTINCT trim(CAST(c{i} AS VARCHAR)) FROM {part.relation}" for i in (first, second)}
    cells = {i: {v for (v,) in con.execute(query).fetchall()} for i, query in asked.items()}
    filled = [i for i, values in cells.items() if values - {None, ""}]
    if len(filled) == 1:
        return filled[0]
    if set(roles) != {"state"}:
        return None
    said = {i: sum(treatment(v, Options()) != UNKNOWN for v in list(cells[i])[:MOST_STATES] if v) for i in filled}
    more, less = sorted(filled, key=said.get, reverse=True)
    return more if said[more] > 1 and said[more] > 2 * said[less] else None
