"""Where the money went: the sales bridge between two reports, and the month beside others."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.book import Book, period_totals
from kamlib.panel import Panel, check_panel
from kamlib.run import RunError
from kamlib.stats.bridge import Bridge, bridge
from kamlib.tables import NOT_TRADE

OUTSIDE = ("no customer", "not trade")


def sales_bridge(book: Book, before: Panel, after: Panel, *, leave_out: Sequence[str] = NOT_TRADE) -> Bridge:
    """Net sales of the window of an earlier report against that of today's, both by today's ledger.

    The windows are of equal length, and overlap: where both end with a month and last a year, the change is that
    month's sales less those of the same month a year before, to the cent. Accounts are *lost* here when the whole
    window has passed without a purchase. A window that the ledger does not hold whole is not of equal length, and is
    not compared: `kamlib.summary.compare` asks for that first.

    Parameters
    ----------
    book : kamlib.book.Book
    before, after : kamlib.panel.Panel
        Of the earlier day and of today, made with the same options.
    leave_out : sequence of str
        Kinds of line that are not a customer's trade, as for the panels.

    Returns
    -------
    kamlib.stats.bridge.Bridge
        Its parts outside the accounts are sales without a customer and lines that are not trade, so that it sums to
        the ledger's net of the two windows.

    Raises
    ------
    kamlib.run.RunError
        It does not sum to the ledger.

    Examples
    --------
    >>> from kamlib.book import open_book
    >>> from kamlib.panel import build_panel
    >>> lines = pd.DataFrame({"customer": ["a", "b", None], "date": ["2024-01-13", "2024-02-14", "2024-02-20"],
    ...     "amount": [5, 7, 9]})
    >>> book = open_book({"ledger": lines})
    >>> old, new = (build_panel(book, as_of=day, months=1) for day in ("2024-01-31", "2024-02-29"))
    >>> found = sales_bridge(book, old, new)
    >>> found.before, found.after, found.summary["change"][["lost", "no customer"]].tolist()
    (500, 1600, [-500, 900])
    """
    for panel in (before, after):
        check_panel(panel, "sales_bridge(book, before, after)")
    sides = [period_totals(book, first=p.start, last=p.as_of, leave_out=leave_out) for p in (before, after)]
    outside = {part: (sides[0][part], sides[1][part]) for part in OUTSIDE}
    found = bridge(before.accounts, after.accounts, accounts=after.accounts, until=before.as_of, outside=outside)
    check_bridge(found, sides[0], sides[1])
    return found


def check_bridge(found: Bridge, before: dict[str, int], after: dict[str, int]) -> list[dict]:
    """A bridge against the ledger's totals of both periods (`kamlib.book.period_totals`).

    Returns
    -------
    list of dict
        what, value, expected: one for each sum, integer cents.

    Raises
    ------
    kamlib.run.RunError
        If any two differ.
    """
    net_before, net_after = sum(before.values()), sum(after.values())
    sums = [
        ("bridge, accounts before", int(found.accounts["before"].sum()), before["analysed"]),
        ("bridge, accounts after", int(found.accounts["after"].sum()), after["analysed"]),
        ("bridge, before", found.before, net_before),
        ("bridge, after", found.after, net_after),
        ("bridge, changes", int(found.summary["change"].sum()), net_after - net_before),
    ]
    wrong = [f"{what}: {got:,} instead of {want:,}" for what, got, want in sums if got != want]
    if wrong:
        raise RunError("The sales bridge does not sum to the ledger (integer cents): " + "; ".join(wrong) + ".")
    return [{"what": what, "value": got, "expected": want} for what, got, want in sums]


def months_beside(book: Book, panel: Panel, *, leave_out: Sequence[str] = NOT_TRADE) -> pd.DataFrame:
    """The month of the report, the month before and the same month of the year before.

    Where the day of the report cuts its month, the others are cut on the same day. Of the months before, only those
    that the ledger holds from their first day are there: the others could not be compared.

    Returns
    -------
    pandas.DataFrame
        month (this month, month before, same month year before), period (text), cents (net sales of known customers),
        no_customer_cents, not_trade_cents, held (whether the ledger holds it from its first day).
    """
    check_panel(panel, "months_beside(book, panel)")
    end = pd.Timestamp(panel.as_of)
    rows = []
    for label, back in (("this month", 0), ("month before", 1), ("same month, year before", 12)):
        month = end.to_period("M") - back
        last = month.end_time.normalize() if not panel.last_month_partial else min(
            month.start_time + pd.Timedelta(days=end.day - 1), month.end_time.normalize()
        )  # fmt: skip
        first = month.start_time.date()
        held = panel.holds(first)
        if back and not held:
            continue
        sums = period_totals(book, first=first, last=last.date(), leave_out=leave_out)
        period = f"{first:%B %Y}" if not panel.last_month_partial else f"{first.day} to {last:%d %B %Y}"
        rows.append((label, period, sums["analysed"], sums["no customer"], sums["not trade"], held))
    columns = ["month", "period", "cents", "no_customer_cents", "not_trade_cents", "held"]
    return pd.DataFrame(rows, columns=columns)
