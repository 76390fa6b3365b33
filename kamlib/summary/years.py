"""The year to date, the last fiscal year and the window, each against the same days a year before."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence

import pandas as pd

from kamlib.book import Book, period_totals
from kamlib.panel import Panel, check_panel
from kamlib.summary.chance import chance_of
from kamlib.summary.windows import YEAR, span_words
from kamlib.tables import NOT_TRADE

COLUMNS = [
    "key", "what", "days", "cents", "held", "then", "then_cents", "change", "share", "difference", "low", "high",
    "verdict",
]  # fmt: skip
JANUARY = 1
Span = tuple[dt.date, dt.date]


def years_beside(
    book: Book,
    panel: Panel,
    days: pd.DataFrame,
    *,
    leave_out: Sequence[str] = NOT_TRADE,
    fiscal_year_start: int = JANUARY,
) -> pd.DataFrame:
    """Net sales of known customers in the month, the year to date, the window and the last fiscal year.

    Parameters
    ----------
    book : kamlib.book.Book
    panel : kamlib.panel.Panel
    days : pandas.DataFrame
        Purchase days up to `panel.as_of` (`kamlib.panel.purchase_days`).
    leave_out : sequence of str
        Kinds of line that are not a customer's trade, as for the panel.
    fiscal_year_start : int
        Month in which the fiscal year begins, 1 to 12.

    Returns
    -------
    pandas.DataFrame
        One row a stretch: key (`month`, `year_to_date`, `last_months`, `fiscal_year`: the last that is over before the
        present one), what, days (text), cents, held (whether the ledger holds it from its first day); then (text),
        then_cents, change (cents), share (of then_cents): against the same days a year before, missing where the
        ledger does not hold both. difference, low, high (cents) and verdict are those of `kamlib.summary.chance`.
        A window or a fiscal year that is not held has no row.

    Notes
    -----
    Sales are a census. The interval speaks of what the same accounts buy on average in the two stretches, as for the
    bridge. Where `as_of` cuts its month, the year before is cut on the same day. A window of more than a year is set
    against the days as many whole years before as it takes to share none with it.

    Raises
    ------
    ValueError
        `fiscal_year_start` is no month.
    """
    check_panel(panel, "years_beside(book, panel, days)")
    if fiscal_year_start not in range(1, YEAR + 1):
        raise ValueError(f"fiscal_year_start must be a month, 1 to {YEAR}, not {fiscal_year_start}")
    kind = "year" if fiscal_year_start == JANUARY else "fiscal year"
    begin = fiscal_year(panel.as_of, fiscal_year_start)
    before = (fiscal_year(begin - dt.timedelta(days=1), fiscal_year_start), begin - dt.timedelta(days=1))
    rows = [
        ("month", "This month", (panel.as_of.replace(day=1), panel.as_of), 1),
        ("year_to_date", f"{kind.capitalize()} to date", (begin, panel.as_of), 1),
        ("last_months", f"Last {panel.months} months" if panel.months > 1 else "Last month", (panel.start, panel.as_of),
         -(-panel.months // YEAR)),
        ("fiscal_year", f"Last whole {kind}", before, 1),
    ]  # fmt: skip
    told = []
    for key, what, span, back in rows:
        held = panel.holds(span[0])
        if held or key in ("month", "year_to_date"):
            told.append((key, what, *_beside(book, panel, days, span, back, leave_out)))
    table = pd.DataFrame(told, columns=COLUMNS)
    kinds = dict.fromkeys(("then_cents", "change"), "Int64") | dict.fromkeys(("share", "low", "high"), "float64")
    return table.astype(kinds | {"difference": "Int64"})


def _beside(book: Book, panel: Panel, days: pd.DataFrame, span: Span, back: int, leave_out: Sequence[str]) -> tuple:
    def net(of: Span) -> int:
        return period_totals(book, first=of[0], last=of[1], leave_out=leave_out)["analysed"]

    cents, held, then = net(span), panel.holds(span[0]), a_year_before(span, back)
    shown = span_words(span[0] if held else max(span[0], panel.first_day), span[1])
    if not panel.holds(then[0]):
        return shown, cents, held, None, pd.NA, pd.NA, None, pd.NA, None, None, None
    old, luck = net(then), chance_of(days, then, span)
    low, high = luck.interval if luck.probability is not None else (None, None)
    share = (cents - old) / old if old > 0 else None
    return shown, cents, held, span_words(*then), old, cents - old, share, luck.difference, low, high, luck.verdict


def fiscal_year(day: dt.date, start: int) -> dt.date:
    """First day of the fiscal year that a day belongs to.

    Examples
    --------
    >>> fiscal_year(dt.date(2026, 6, 30), 7), fiscal_year(dt.date(2026, 7, 1), 7)
    (datetime.date(2025, 7, 1), datetime.date(2026, 7, 1))
    """
    return dt.date(day.year - (day.month < start), start, 1)


def a_year_before(span: Span, years: int = 1) -> Span:
    """The same days a year before: a month's last day becomes that month's last day.

    Examples
    --------
    >>> a_year_before((dt.date(2024, 2, 1), dt.date(2024, 2, 29)))
    (datetime.date(2023, 2, 1), datetime.date(2023, 2, 28))
    """
    first, last = ((d.year - years, d.month, d.day) for d in span)
    days = calendar.monthrange(*last[:2])[1]
    ends = (span[1] + dt.timedelta(days=1)).day == 1
    first_day = min(first[2], calendar.monthrange(*first[:2])[1])
    day = dt.date(*last[:2], days if ends else min(last[2], days))
    return dt.date(*first[:2], first_day), min(day, span[0] - dt.timedelta(days=1))  # 28 February of a leap year
