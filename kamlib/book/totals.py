"""Control totals: what every table of a report must sum back to, in integer cents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kamlib.tables import NOT_TRADE


def line_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """All lines of the ledger, by what becomes of them: every line in exactly one row.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : datetime.date
        Last day that counts.
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.

    Returns
    -------
    pandas.DataFrame
        part (`analysed`, `no customer`, `not trade`, `after as_of`), kind, lines, cents; sorted.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": ["a", None, "a"], "date": ["2024-03-13", "2024-03-14", "2025-01-01"],
    ...     "amount": [5, 7, 9]})
    >>> totals = line_totals(open_book({"ledger": lines}), as_of=dt.date(2024, 12, 31))
    >>> totals[["part", "lines", "cents"]].values.tolist()
    [['analysed', 1, 500], ['no customer', 1, 700], ['after as_of', 1, 900]]
    """
    kinds = ", ".join("'" + k.replace("'", "''") + "'" for k in leave_out) or "''"
    part = (
        f"CASE WHEN date > DATE '{as_of:%Y-%m-%d}' THEN 'after as_of' WHEN kind IN ({kinds}) THEN 'not trade'"
        " WHEN customer_id IS NULL THEN 'no customer' ELSE 'analysed' END"
    )
    rows = book.ledger.aggregate(
        f"{part} AS part, kind, count(*) AS lines, sum(cents)::BIGINT AS cents,"
        " count(*) FILTER (cents < 0) AS return_lines, coalesce(sum(cents) FILTER (cents < 0), 0)::BIGINT AS return_cents",
        f"{part}, kind",
    ).df()
    order = pd.Categorical(rows["part"], ["analysed", "no customer", "not trade", "after as_of"], ordered=True)
    rows = rows.assign(part=order).sort_values(["part", "kind"], ignore_index=True)
    return rows.assign(part=rows["part"].astype(str))


def control_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> dict[str, int | str]:
    """The totals that a run stores in its manifest, as lines and integer cents.

    Returns
    -------
    dict
        `rows_read` = `rows_set_aside` + `lines`; `lines` = `lines_to_as_of` + `lines_after_as_of`;
        `net_cents_to_as_of` = `analysed_cents` + `no_customer_cents` + `not_trade_cents`, and the same for lines.
        `identified_cents_to_as_of` is all lines with a customer, trade or not.
    """
    table = line_totals(book, as_of=as_of, leave_out=leave_out)
    day = f"DATE '{as_of:%Y-%m-%d}'"
    identified = book.ledger.aggregate(
        f"count(*) FILTER (date <= {day} AND customer_id IS NOT NULL),"
        f" coalesce(sum(cents) FILTER (date <= {day} AND customer_id IS NOT NULL), 0)::BIGINT"
    ).fetchall()[0]
    totals: dict[str, int | str] = {
        "as_of": f"{as_of:%Y-%m-%d}",
        "rows_read": book.rows_read,
        "rows_set_aside": book.rows_set_aside,
        "lines": int(table["lines"].sum()),
        "net_cents": int(table["cents"].sum()),
    }
    before = table[table["part"] != "after as_of"]
    totals |= {"lines_to_as_of": int(before["lines"].sum()), "net_cents_to_as_of": int(before["cents"].sum())}
    totals |= {"identified_lines_to_as_of": identified[0], "identified_cents_to_as_of": identified[1]}
    for part in ("analysed", "no customer", "not trade", "after as_of"):
        rows, key = table[table["part"] == part], part.replace(" ", "_")
        totals |= {f"{key}_lines": int(rows["lines"].sum()), f"{key}_cents": int(rows["cents"].sum())}
    return totals
