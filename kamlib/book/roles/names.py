"""Foreign column names -> ours, once, where a book is opened."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from kamlib.book.errors import BookError
from kamlib.book.roles.synonyms import of_column, plain
from kamlib.tables import Table


def recognise(headers: Sequence[str], table: Table, mapping: Mapping[str, str], where: str) -> dict[str, int]:
    """Find our columns among foreign headers.

    A mapping wins over our own name, and our own name over a synonym.

    Parameters
    ----------
    headers : sequence of str
        As in the source.
    table : Table
        The contract to fill.
    mapping : mapping of str to str
        Our name -> foreign name, from the user.
    where : str
        What to call the source in a message.

    Returns
    -------
    dict of str to int
        Our name -> position in `headers`, in the order of the contract.

    Raises
    ------
    BookError
        A mapped header is not there, two headers mean the same, or a required one is missing.

    Examples
    --------
    >>> from kamlib.tables import TABLES
    >>> recognise(["Invoice", "Customer ID", "InvoiceDate", "Revenue"], TABLES["ledger"], {}, "x.csv")
    {'customer_id': 1, 'date': 2, 'amount': 3, 'order_id': 0}
    """
    found = {}
    for column in table.names:
        position = _position(column, headers, table, mapping, where)
        if position is not None:
            found[column] = position
    missing = [c for c in table.required if c not in found]
    if table.name == "ledger" and "amount" in missing and {"quantity", "unit_price"} <= set(found):
        missing.remove("amount")
    if missing:
        raise BookError(_missing(missing, headers, table, where))
    return found


def recognisable(headers: Sequence[str], table: Table, mapping: Mapping[str, str]) -> bool:
    """Whether every required column has a candidate among these cells: then they are the header."""
    headers = [str(h).strip() for h in headers]
    there = {c for c in table.names if positions(c, headers, table, mapping) or mapping.get(c) in headers}
    factors = table.name == "ledger" and {"quantity", "unit_price"} <= there
    return all(c in there or (c == "amount" and factors) for c in table.required)


def _position(column, headers, table, mapping, where) -> int | None:
    if column in mapping:
        if not mapping[column]:  # switched off
            return None
        if mapping[column] not in headers:
            near = difflib.get_close_matches(mapping[column], headers, n=1)
            raise BookError(
                f"{where}: the mapping takes {column} from {mapping[column]!r}, and there is no such column."
                + (f" Did you mean {near[0]!r}?" if near else f" There is: {_list(headers)}.")
            )
        return list(headers).index(mapping[column])
    hits = positions(column, headers, table, mapping)
    if len(hits) > 1:
        both = _list([headers[i] for i in hits])
        raise BookError(
            f"{where}: {both} could each be {column}. Say which in a mapping file:\n"
            f'[{table.name}]\n{column} = "{headers[hits[0]]}"'
        )
    return hits[0] if hits else None


def positions(column: str, headers: Sequence[str], table: Table, mapping: Mapping[str, str]) -> list[int]:
    """Headers that can be this column: by our own name, or else by another of its names."""
    taken = set(mapping.values())
    for names in ((plain(column),), of_column(table.name, column)):
        hits = [i for i, h in enumerate(headers) if plain(h) in names and h not in taken]
        if hits:
            return hits
    return []


def _missing(missing: list[str], headers: Sequence[str], table: Table, where: str) -> str:
    lines = "\n".join(f'{c} = "..."   # {table[c].meaning}' for c in missing)
    return (
        f"{where}: no column for {', '.join(missing)} of the table {table.name}. The file has: {_list(headers)}.\n"
        f"Say which column it is in a mapping file and pass it with --mapping:\n[{table.name}]\n{lines}"
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(repr(str(n)[:60]) for n in names[:30])
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "")
