"""Which headers are a name of which of our columns, best first."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence

from kamlib.book.errors import BookError
from kamlib.book.mapping import ANY_OTHER, ColumnNames
from kamlib.book.roles.made_of import rank_of_parts
from kamlib.book.roles.synonyms import rank
from kamlib.tables import TABLES, Table


def candidates(
    headers: Sequence[str], table: Table, mapping: Mapping[str, str | tuple[str, ...]], where: str = ""
) -> dict[str, list[tuple[int, int]]]:
    """Headers that can be each of our columns, by their names alone.

    Parameters
    ----------
    headers : sequence of str
        As in the source.
    table : Table
        The contract to fill.
    mapping : mapping of str to str
        Our name -> foreign name, as `ColumnNames.of` has it; an empty one switches our column off.
    where : str
        What to call the source in a message.

    Returns
    -------
    dict of str to list of (int, int)
        Our name -> rank and position of each header, best first: rank -1 is the user's word, 0 our own name, then
        the lists of `synonyms.toml`. Only columns that have any.

    Raises
    ------
    BookError
        A mapped header is not there.

    Examples
    --------
    >>> from kamlib.tables import TABLES
    >>> candidates(["Invoice", "Customer ID", "InvoiceDate", "Revenue"], TABLES["ledger"], {})
    {'customer_id': [(0, 1)], 'date': [(1, 2)], 'amount': [(2, 3)], 'order_id': [(1, 0)]}
    """
    of = {c: (named,) if isinstance(named, str) else named for c, named in mapping.items()}
    taken, found = {name for named in of.values() for name in named}, {}
    for column in table.names:
        if column in of:
            found[column] = [(-1, mapped(column, name, headers, where)) for name in of[column] if name]
        else:
            named = ((rank(table.name, column, h), i) for i, h in enumerate(headers) if h not in taken)
            found[column] = sorted((r, i) for r, i in named if r is not None)
    if table.name == "ledger":
        _take_apart(headers, found, of.keys(), taken)
    return {c: hits for c, hits in found.items() if hits}


def _take_apart(headers: Sequence[str], found: dict[str, list], told: Collection[str], taken: set[str]) -> None:
    """Of the columns that a ledger cannot lack, those without a listed name: by the words that a name is made of."""

    def add(*columns: str) -> None:
        for column in (c for c in columns if c not in told and not found[c]):
            named = ((rank_of_parts(column, h), i) for i, h in enumerate(headers) if h not in taken)
            found[column] = sorted((r, i) for r, i in named if r is not None)

    add("customer_id", "date")
    money = [rank("ledger", r, h) is not None for r in ("subtotal", "gross") for h in headers if h not in taken]
    if found["amount"] or any(money) or "amount" in told:
        return
    if not (found["quantity"] and found["unit_price"]):
        add("quantity", "unit_price")
    if not (found["quantity"] and found["unit_price"]):
        add("amount")


def recognisable(headers: Sequence[str], table: str, names: ColumnNames) -> bool:
    """Whether every required column has a candidate among these cells: then they are the header."""
    headers = [str(h).strip() for h in headers]
    there = candidates(headers, TABLES[table], names.of(table, headers, lenient=True)).keys()
    return not missing(there, TABLES[table], names.values.get(table))


def missing(there: Sequence[str], table: Table, values: Mapping[str, Mapping[str, str]] | None = None) -> list[str]:
    """Required columns that are not there; quantity and unit price make an amount, a mapping's words any word."""
    told = [c for c, words in (values or {}).items() if ANY_OTHER in words]
    lacking = [c for c in table.required if c not in there and c not in told]
    if table.name == "ledger" and "amount" in lacking and {"quantity", "unit_price"} <= set(there):
        lacking.remove("amount")
    return lacking


def mapped(column: str, header: str, headers: Sequence[str], where: str) -> int:
    """Position of the header that a mapping names; `BookError` where there is none."""
    if header in headers:
        return list(headers).index(header)
    near = difflib.get_close_matches(header, headers, n=1)
    raise BookError(
        f"{where}: the mapping takes {column} from {header!r}, and there is no such column."
        + (f" Did you mean {near[0]!r}?" if near else f" There is: {listed(headers)}.")
    )


def listed(names: Sequence[str]) -> str:
    """The first thirty names, for a message."""
    shown = ", ".join(repr(str(n)[:60]) for n in names[:30])
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "")
