"""What the user says of a source: column names, options, rates, ids that are one customer; from a TOML file."""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kamlib.book.errors import BookError
from kamlib.tables import TABLES

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
    encoding : str
        Encoding of text files, as Python calls it; empty: find out from the content.
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
    carry_customer : bool or None
        Whether a blank customer is the one above it (a report grouped by customer); None: only where that is plain.
    not_sold, refunded : tuple of str or None
        States of a line (`kamlib.book.roles.states`) that mean that nothing was sold, or that it was paid back;
        None: the documented words.
    tax_included : bool or None
        Whether the amounts contain the column `tax`; None: find out from the columns.
    minor_units : bool or None
        Whether amounts are in cents; None: only where the column's name says so.
    """

    decimal: str = ""
    day_first: bool | None = None
    year_first: bool | None = None
    currency: str = ""
    encoding: str = ""
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
    tax_included: bool | None = None
    minor_units: bool | None = None


_KINDS = {
    "decimal": (str, 'is "." or ","'),
    "day_first": (bool, "is true or false"),
    "year_first": (bool, "is true or false"),
    "currency": (str, 'is a code like "EUR"'),
    "encoding": (str, 'is the name of an encoding, like "cp1256" or "utf-16"'),
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
    "tax_included": (bool, "is true or false"),
    "minor_units": (bool, "is true or false"),
}


@dataclass(frozen=True)
class ColumnNames:
    """Column names of a source, by table; its options; rates of foreign currencies; ids that are another's."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    options: Options = Options()
    rates: dict[str, Decimal] = field(default_factory=dict)
    same_customer: dict[str, str] = field(default_factory=dict)


def load_mapping(mapping: str | Path | Mapping | None) -> ColumnNames:
    """Read and check a mapping: a TOML file, or the same as a dict.

    Examples
    --------
    >>> load_mapping({"ledger": {"amount": "Umsatz"}, "options": {"decimal": ","}}).options.decimal
    ','
    """
    if mapping is None:
        return ColumnNames()
    where = "the mapping"
    if not isinstance(mapping, Mapping):
        where, mapping = str(mapping), _read_toml(Path(mapping))
    sections = dict(mapping)
    options = _options(sections.pop("options", {}), where)
    rates = _rates(sections.pop("rates", {}), where)
    same = sections.pop("same_customer", {})
    if not isinstance(same, Mapping) or not all(isinstance(v, str) for v in same.values()):
        raise BookError(f'{where}: [same_customer] takes lines such as "K002" = "K001", both in quotation marks.')
    for name, columns in sections.items():
        known(name, TABLES, f"{where}: no table", "tables")
        if not isinstance(columns, Mapping) or not all(isinstance(v, str) for v in columns.values()):
            raise BookError(f'{where}: section [{name}] takes lines such as customer_id = "Client No".')
        for column in columns:
            known(column, TABLES[name].names, f"{where}: table {name} has no column", "columns")
    return ColumnNames(
        {n: {o: f.strip() for o, f in c.items()} for n, c in sections.items()}, options, rates, dict(same)
    )


def _read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise BookError(f"There is no mapping file {path}.") from None
    except OSError as error:
        raise BookError(f"The mapping file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BookError(f"{path} is not valid TOML: {error}.") from None


def _options(given: Mapping, where: str) -> Options:
    if not isinstance(given, Mapping):
        raise BookError(f"{where}: [options] takes lines such as day_first = true. Options: {', '.join(_KINDS)}.")
    for name, value in given.items():
        known(name, _KINDS, f"{where}: no option", "options")
        kind, says = _KINDS[name]
        wrong = type(value) is not kind or (name == "decimal" and value not in (".", ","))
        wrong = wrong or (name == "year" and not 1900 <= value <= 2099)
        wrong |= name == "delimiter" and len(value) != 1
        wrong |= kind is list and not all(isinstance(v, str) for v in value)
        if wrong or (name == "encoding" and not _is_encoding(value)):
            raise BookError(f"{where}: option {name} {says}, not {value!r}.")
    return Options(**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})


def _rates(given: Mapping, where: str) -> dict[str, Decimal]:
    numbers = isinstance(given, Mapping) and all(type(v) in (int, float, Decimal) for v in given.values())
    if not numbers or not all(0 < v < 10**6 for v in given.values()):
        raise BookError(f"{where}: [rates] takes lines such as USD = 0.92, the worth of one in the book's currency.")
    return {c.upper(): Decimal(str(v)) for c, v in given.items()}


def _is_encoding(name: str) -> bool:
    try:
        return not name or "".encode(codecs.lookup(name).name) is not None
    except (LookupError, ValueError):  # also what turns bytes into bytes, such as base64
        return False


def known(name: str, known: Sequence[str] | Mapping, complaint: str, what: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" The {what} are: {', '.join(known)}."
        raise BookError(f"{complaint} {name!r}.{hint}")
