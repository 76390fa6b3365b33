"""Where in a table the header stands: a title, a date or empty rows may be above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kamlib.book.roles.names import recognisable
from kamlib.book.source.part import cell
from kamlib.tables import Table

LOOKED_AT = 20  # rows


def header_row(rows: Sequence[Sequence], table: Table, mapping: Mapping[str, str]) -> tuple[int, bool]:
    """Position of the header among the first rows, and whether it was recognised.

    It is the first of the first 20 rows in which every required column is recognised. Where there is none, it is
    the first row with more than one cell filled, for the sake of the message.

    Examples
    --------
    >>> from kamlib.tables import TABLES
    >>> header_row([["Sales 2024"], [], ["Kunde", "Datum", "Betrag"]], TABLES["ledger"], {})
    (2, True)
    """
    rows = [[cell(c).strip() for c in row] for row in rows[:LOOKED_AT]]
    for i, row in enumerate(rows):
        if recognisable(row, table, mapping):
            return i, True
    for least in (2, 1):
        for i, row in enumerate(rows):
            if sum(map(bool, row)) >= least:
                return i, False
    return 0, False


def title_note(where: str, above: Sequence[Sequence]) -> list[str]:
    """What stands above the header, to be told."""
    said = " ".join(cell(c).strip() for row in above for c in row if cell(c).strip())
    return [f"{where}: what stands above the header is not read: {said[:80]!r}."] if said else []
