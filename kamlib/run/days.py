"""Days of a report: as they are written, the end of the last complete month, and the report of one period before."""

from __future__ import annotations

import calendar
import datetime as dt

from kamlib.book import Book
from kamlib.book.checks.days import last_plausible
from kamlib.given import GivenError, as_day
from kamlib.run.errors import InputError
from kamlib.stats.grain import period_ends

COMPLETE_WITHIN = 3  # days: a last line so near its month's end completes the month


def parse_day(text: str | dt.date) -> dt.date:
    """A day written as YYYY-MM-DD: `kamlib.given.as_day`, for what is asked of a run.

    Raises
    ------
    InputError
        Not a day.

    Examples
    --------
    >>> parse_day("2011-11-30")
    datetime.date(2011, 11, 30)
    """
    try:
        return as_day(text)
    except GivenError as error:
        raise InputError(f"{error}") from None


def last_complete_month(book: Book) -> dt.date:
    """End of the last month that the ledger covers: its last line's, if that is within three days of the end.

    Shops close at weekends, so the last line of a full month can be some days before its end. A ledger that lies
    within one month, and does not complete it, ends with its last line. A date that stands for a period counts to
    the end of that. A few lines long after all others (`kamlib.book.checks.days`) do not count.
    """
    first, last, *_ = last_plausible(book.ledger)
    last = period_ends([last], book.grain)[0].date()
    end = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    if (end - last).days <= COMPLETE_WITHIN:
        return end
    before = last.replace(day=1) - dt.timedelta(days=1)
    return before if before >= first else last


def period_before(as_of: dt.date) -> dt.date:
    """The day that the report before this one is of: the end of the month before.

    Examples
    --------
    >>> period_before(dt.date(2024, 3, 31)), period_before(dt.date(2024, 3, 12))
    (datetime.date(2024, 2, 29), datetime.date(2024, 2, 29))
    """
    return as_of.replace(day=1) - dt.timedelta(days=1)
