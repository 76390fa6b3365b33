"""What a mapping file can settle about the values of a source: the section [options]."""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from kamlib.book.errors import BookError

EARLIEST = dt.date(1980, 1, 1)  # older than any ledger kept by computer that we have met
LATEST = dt.date(2099, 12, 31)  # fixed, not counted from today: the same ledger gives the same report on any day


@dataclass(frozen=True)
class Options:
    """What a mapping file can settle about the values of a source.

    Attributes
    ----------
    decimal : {"", ".", ","}
        Decimal sign of numbers written as text; empty: find out from the columns.
    day_first : bool or None
        Whether 05/03/2024 is the 5th of March; None: find out from the column.
    year_first : bool or None
        Whether 24-01-05 is of 2024; None: only where the column can be read in no other way.
    currency : str
        Currency of the book where no column says so.
    only_currency : str
        Of a ledger in several currencies, the one whose lines are sales here; those in another one are left out.
    encoding : str
        Encoding of text files, as Python calls it; empty: find out from the content.
    day_month : bool
        Whether dates are a day and a month without a year, such as 0503 or 503 for the 5th of March: the first on or
        after the day that stands above the header (20240101), or in the year of the option `year`.
    excel_1904 : bool
        Whether day numbers count from 1904, as on old Macintoshes.
    earliest_date, latest_date : datetime.date
        A ledger's date outside them is implausible. By default 1980 to 2099.
    header : bool
        False: a text file or sheet begins with its first row of values; `columns` then names them.
    columns : tuple of str
        Names of the columns, from the left, of a file without a header; "" for one that has none.
    delimiter : str
        Of text files; empty: find out. A blank stands for any number of blanks.
    table : str
        Which sheet of a workbook, or table (or `schema.table`) of a database, is the ledger; empty: by its name.
    month_columns : tuple of str
        Columns that are months (quarters, years, days): each filled cell becomes a line of that period.
    year : int or None
        Year of the first of `month_columns` where they are months without one; a later January begins the next year.
        With `day_month`, that of the dates.
    carry_customer : bool or None
        Whether a blank customer is the one above it (a report grouped by customer); None: only where that is plain.
    not_sold, refunded : tuple of str or None
        States of a line that mean that nothing was sold, or that it was paid back, beside the documented words
        (`kamlib.book.roles.states`); an empty list: without these.
    sold : tuple of str or None
        The only states of a line that mean a sale: lines in any other, but a refunded or credited one, are left out.
    credit : tuple of str or None
        States of lines that take money off a customer's sales, whether it is written with a minus or not.
    not_sold_if_negative, not_sold_if_positive : tuple of str or None
        States of lines that are left out where they have that sign: money that went the other way, as what a firm
        paid by the means by which it is paid, and got back.
    customer_pattern : str
        A regular expression that a whole customer id fits; lines of others (a bookkeeper's accounts) are left out.
    tax_included : bool or None
        Whether the amounts contain the column `tax`; None: find out from the columns.
    overlap : {"", "once", "keep"}
        Lines that stand in two files of a ledger: taken from the first only, or from both; empty: from both, and told.
    amount_per_order : bool or None
        Whether the amount is the total of a whole order and stands on each of its lines; None: find out.
    totals_per_order : bool or None
        Whether the columns subtotal, gross, tax, shipping, refund are of whole orders, and stand on the first or on
        each of their lines; None: find out.
    discount : {"", "share", "percent", "amount", "order", "none"}
        What a column of discounts holds where the amount is quantity x unit price, or where it is mapped and before
        them; `order`: what comes off a whole
        order, and is still in its subtotal; empty: find out.
    minor_units : bool or None
        Whether amounts are in cents; None: only where the column's name says so.
    """

    decimal: str = ""
    day_first: bool | None = None
    year_first: bool | None = None
    currency: str = ""
    only_currency: str = ""
    encoding: str = ""
    day_month: bool = False
    excel_1904: bool = False
    earliest_date: dt.date = EARLIEST
    latest_date: dt.date = LATEST
    header: bool = True
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    table: str = ""
    month_columns: tuple[str, ...] = ()
    year: int | None = None
    carry_customer: bool | None = None
    not_sold: tuple[str, ...] | None = None
    refunded: tuple[str, ...] | None = None
    sold: tuple[str, ...] | None = None
    credit: tuple[str, ...] | None = None
    not_sold_if_negative: tuple[str, ...] | None = None
    not_sold_if_positive: tuple[str, ...] | None = None
    customer_pattern: str = ""
    tax_included: bool | None = None
    overlap: str = ""
    amount_per_order: bool | None = None
    totals_per_order: bool | None = None
    discount: str = ""
    minor_units: bool | None = None


_KINDS = {
    "decimal": (str, 'is "." or ","'),
    "day_first": (bool, "is true or false"),
    "year_first": (bool, "is true or false"),
    "currency": (str, 'is a code like "EUR"'),
    "only_currency": (str, 'is a code like "EUR", or a sign as it stands in the file'),
    "encoding": (str, 'is the name of an encoding, like "cp1256" or "utf-16"'),
    "day_month": (bool, "is true or false"),
    "excel_1904": (bool, "is true or false"),
    "earliest_date": (dt.date, "is a day, without quotation marks, like 1980-01-01"),
    "latest_date": (dt.date, "is a day, without quotation marks, like 2030-12-31"),
    "header": (bool, "is true or false"),
    "columns": (list, 'is a list of names like ["customer_id", "date", "", "amount"]'),
    "delimiter": (str, 'is one character, like ";", "\\t" or " "'),
    "table": (str, 'is the name of a sheet or a table, like "Sales" or "main.sales"'),
    "month_columns": (list, 'is a list of column names like ["Jan-24", "Feb-24"]'),
    "year": (int, "is a year, without quotation marks, like 2024"),
    "carry_customer": (bool, "is true or false"),
    "not_sold": (list, 'is a list of states like ["cancelled", "draft"]'),
    "refunded": (list, 'is a list of states like ["refunded"]'),
    "sold": (list, 'is a list of states like ["Closed Won"]'),
    "credit": (list, 'is a list of states like ["Credit Memo"]'),
    "not_sold_if_negative": (list, 'is a list of states like ["Payment"]'),
    "not_sold_if_positive": (list, 'is a list of states like ["Refund"]'),
    "customer_pattern": (str, "is a regular expression, like '1[0-9]{4}'"),
    "tax_included": (bool, "is true or false"),
    "overlap": (str, 'is "once" or "keep"'),
    "amount_per_order": (bool, "is true or false"),
    "totals_per_order": (bool, "is true or false"),
    "discount": (str, 'is "share", "percent", "amount", "order" or "none"'),
    "minor_units": (bool, "is true or false"),
}


def options_of(given: Mapping, where: str) -> Options:
    """The options of a section [options]; `where` is what a message calls the mapping.

    Raises
    ------
    BookError
        There is no such option, or its value is not of its kind; with what it takes.

    Examples
    --------
    >>> options_of({"decimal": ",", "not_sold": ["parked"]}, "the mapping").not_sold
    ('parked',)
    """
    if not isinstance(given, Mapping):
        raise BookError(f"{where}: [options] takes lines such as day_first = true. Options: {', '.join(_KINDS)}.")
    for name, value in given.items():
        known(name, _KINDS, f"{where}: no option", "options")
        kind, says = _KINDS[name]
        wrong = type(value) is not kind or (name == "decimal" and value not in (".", ","))
        wrong = wrong or (name == "year" and not 1900 <= value <= 2099)
        wrong |= name == "discount" and value not in ("share", "percent", "amount", "order", "none")
        wrong |= name == "delimiter" and len(value) != 1
        wrong |= name == "overlap" and value not in ("once", "keep")
        wrong |= kind is list and not all(isinstance(v, str) for v in value)
        wrong |= name == "customer_pattern" and not _is_pattern(value)
        wrong |= kind is list and not wrong and not all(map(_is_state, value))
        if wrong or (name == "encoding" and not _is_encoding(value)):
            raise BookError(f"{where}: option {name} {says}, not {_as_written(value)}.")
    return Options(**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})


def _as_written(value) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _is_encoding(name: str) -> bool:
    try:
        return not name or "".encode(codecs.lookup(name).name) is not None
    except (LookupError, ValueError):  # also what turns bytes into bytes, such as base64
        return False


def is_stroked(text: str) -> bool:
    """Whether a state is a pattern, between two strokes: `/8[0-9]{3}/`."""
    return len(text) > 2 and text[0] == text[-1] == "/"


def _is_state(text: str) -> bool:
    """Whether a text can stand in a list: between two strokes, only a regular expression."""
    try:
        return not is_stroked(text) or bool(re.compile(text[1:-1]))
    except re.error:
        return False


def _is_pattern(value) -> bool:
    """Whether the database that will use it takes it."""
    try:
        return isinstance(value, str) and bool(duckdb.sql("SELECT regexp_matches('', $p)", params={"p": value}))
    except duckdb.Error:
        return False


def known(name: str, known: Sequence[str] | Mapping, complaint: str, what: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" The {what} are: {', '.join(known)}."
        raise BookError(f"{complaint} {name!r}.{hint}")
