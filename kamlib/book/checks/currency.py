"""The one currency of a book: from its columns, the signs beside its amounts, the mapping; or converted to it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.values.cells import literal


def one_currency(
    con: duckdb.DuckDBPyConnection, signs: Counter[str], given: str, rates: dict[str, Decimal]
) -> tuple[str, list[str]]:
    """The currency of the table `ledger`, which is converted first where there are rates; and notes on that.

    Raises
    ------
    BookError
        More than one currency, and no rate for it.
    """
    notes = _convert(con, given.upper(), rates) if rates else []
    columns = con.execute(
        "SELECT upper(currency), count(*) FROM ledger WHERE currency IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    signs = Counter() if rates else signs
    for found in (columns, signs.most_common()):
        if len(found) > 1:
            shown = ", ".join(f"{c} ({n:,} lines)" for c, n in found[:5])
            raise BookError(
                f"The ledger mixes currencies: {shown}. Convert it to one currency first, or give rates in a mapping "
                f'file (--mapping):\n[options]\ncurrency = "{found[0][0]}"\n[rates]\n"{found[1][0]}" = 1.0   # '
                f"{found[0][0]} for one {found[1][0]}"
            )
    says = [columns[0][0]] if columns else []
    says += [c for c in signs if c.isalpha()]  # a sign does not say whose dollars they are
    says += [given.upper()] if given else []
    if len(set(says)) > 1:
        raise BookError(
            f"The ledger is in {says[0]}, says its own content, but also in {says[-1]}. Give the one currency of its "
            "amounts, or convert them."
        )
    return (says[0] if says else ""), notes


def _convert(con: duckdb.DuckDBPyConnection, given: str, rates: dict[str, Decimal]) -> list[str]:
    """Every line in the book's currency, its cents rounded; a line that names none is in it already."""
    found = con.execute(
        "SELECT upper(currency), count(*), sum(cents)::BIGINT FROM ledger WHERE currency IS NOT NULL GROUP BY 1"
        " ORDER BY 2 DESC, 1"
    ).fetchall()
    unrated = [c for c, *_ in found if c not in rates]
    base = given or (unrated[0] if len(unrated) == 1 else "") or next((c for c, r in rates.items() if r == 1), "")
    if not base:
        raise BookError('Rates, to which currency? Say it in the mapping file:\n[options]\ncurrency = "EUR"')
    missing = [c for c in unrated if c != base]
    if missing:
        raise BookError(f'No rate for {", ".join(missing)}. Add it to the mapping file:\n[rates]\n"{missing[0]}" = 1.0')
    notes = []
    for currency, lines, cents in found:
        if currency == base:
            continue
        rate = f"CAST({literal(str(rates[currency]))} AS DECIMAL(18, 10))"
        money = ", ".join(
            f"{c} = CAST(round(CAST({c} AS DECIMAL(18, 0)) * {rate}) AS BIGINT)" for c in ("cents", "profit_cents")
        )
        con.execute(
            f"UPDATE ledger SET {money}, unit_price = unit_price * {rate}::DOUBLE,"
            f" list_price = list_price * {rate}::DOUBLE"
            f" WHERE upper(currency) = {literal(currency)}"
        )
        notes.append(
            f"{lines:,} lines in {currency} (net {cents / 100:,.2f}) are converted at {rates[currency]} {base}, each "
            "rounded to the cent."
        )
    con.execute(f"UPDATE ledger SET currency = {literal(base)}")
    return notes
