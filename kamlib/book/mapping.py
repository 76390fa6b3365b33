"""What the user says of a source: column names, options, rates, ids that are one customer; from a TOML file."""

from __future__ import annotations

import codecs
import datetime as dt
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from kamlib.book.errors import BookError
from kamlib.tables import TABLES

EARLIEST = dt.date(1980, 1, 1)  # older than any ledger kept by computer that we have met
SMALLEST_RATE, LARGEST_RATE = Decimal("1e-12"), Decimal("999999.999999999999")  # a DECIMAL(18, 12)
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
    amount_per_order : bool or None
        Whether the amount is the total of a whole order and stands on each of its lines; None: find out.
    discount : {"", "share", "percent", "amount", "none"}
        What a column of discounts holds where the amount is quantity x unit price; empty: find out.
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
    amount_per_order: bool | None = None
    discount: str = ""
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
    "amount_per_order": (bool, "is true or false"),
    "discount": (str, 'is "share", "percent", "amount" or "none"'),
    "minor_units": (bool, "is true or false"),
}


@dataclass(frozen=True)
class ColumnNames:
    """Column names of a source, by table; its options; rates of foreign currencies; ids that are another's.

    `dated_rates`: whether the book has a table of rates, beside those that stand here.
    """

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    options: Options = Options()
    rates: dict[str, Decimal] = field(default_factory=dict)
    same_customer: dict[str, str] = field(default_factory=dict)
    dated_rates: bool = False

    @property
    def converts(self) -> bool:
        """Whether lines are converted to one currency, so that the currency of each has to be known."""
        return bool(self.rates) or self.dated_rates


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
    sections, rates = _rates(sections, where)
    same = _same_customer(sections.pop("same_customer", {}), where)
    for name, columns in sections.items():
        known(name, TABLES, f"{where}: no table", "tables")
        if not isinstance(columns, Mapping) or not all(isinstance(v, str) for v in columns.values()):
            raise BookError(f'{where}: section [{name}] takes lines such as customer_id = "Client No".')
        for column in columns:
            known(column, TABLES[name].names, f"{where}: table {name} has no column", "columns")
    return ColumnNames({n: {o: f.strip() for o, f in c.items()} for n, c in sections.items()}, options, rates, same)


def as_dict(names: ColumnNames) -> dict[str, dict]:
    """A mapping as a dict that `load_mapping` takes; only what is not as it would be without one."""
    options = {f.name: getattr(names.options, f.name) for f in fields(Options)}
    given = {n: list(v) if isinstance(v, tuple) else v for n, v in options.items() if v != getattr(Options(), n)}
    sections = {"options": given, "rates": dict(names.rates), "same_customer": dict(names.same_customer)}
    return {n: dict(c) for n, c in names.tables.items()} | {n: s for n, s in sections.items() if s}


def _read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"), parse_float=Decimal)  # a rate as it is written
    except FileNotFoundError:
        raise BookError(f"There is no mapping file {path}.") from None
    except OSError as error:
        raise BookError(f"The mapping file {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # no TOML, no UTF-8, or a whole number of thousands of digits
        raise BookError(f"{path} is not valid TOML: {error}.") from None


def _options(given: Mapping, where: str) -> Options:
    if not isinstance(given, Mapping):
        raise BookError(f"{where}: [options] takes lines such as day_first = true. Options: {', '.join(_KINDS)}.")
    for name, value in given.items():
        known(name, _KINDS, f"{where}: no option", "options")
        kind, says = _KINDS[name]
        wrong = type(value) is not kind or (name == "decimal" and value not in (".", ","))
        wrong = wrong or (name == "year" and not 1900 <= value <= 2099)
        wrong |= name == "discount" and value not in ("share", "percent", "amount", "none")
        wrong |= name == "delimiter" and len(value) != 1
        wrong |= kind is list and not all(isinstance(v, str) for v in value)
        if wrong or (name == "encoding" and not _is_encoding(value)):
            raise BookError(f"{where}: option {name} {says}, not {_as_written(value)}.")
    return Options(**{n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})


def _as_written(value) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def _rates(sections: dict, where: str) -> tuple[dict, dict[str, Decimal]]:
    """The section [rates] taken apart: names of columns of the table `rates` stay, numbers are rates of currencies."""
    given = sections.get("rates", {})
    takes = f"{where}: [rates] takes lines such as USD = 0.92, the worth of one in the book's currency"
    if not isinstance(given, Mapping):
        raise BookError(f"{takes}.")
    columns = {c: v for c, v in given.items() if c in TABLES["rates"].names and isinstance(v, str)}
    rates: dict[str, Decimal] = {}
    for currency, value in given.items():
        if currency in columns:
            continue
        code, rate = currency.strip().upper(), _rate(value)
        if rate is None or not code:
            raise BookError(f"{takes}: a number above 0 and below a million. {currency} = {value} is none.")
        if code in rates:
            raise BookError(f"{where}: [rates] gives {code} twice. Keep one of them.")
        rates[code] = rate
    rest = {n: s for n, s in sections.items() if n != "rates"}
    return rest | ({"rates": columns} if columns else {}), rates


def _rate(value) -> Decimal | None:
    """A rate as the decimal that was written, to twelve places; None where it is no rate."""
    if type(value) not in (int, float, Decimal):
        return None
    rate = Decimal(str(value) if isinstance(value, float) else value)
    if not rate.is_finite() or not SMALLEST_RATE <= rate <= LARGEST_RATE:
        return None
    return rate.quantize(SMALLEST_RATE, ROUND_HALF_UP) if rate.as_tuple().exponent < -12 else rate


def _same_customer(given, where: str) -> dict[str, str]:
    """Ids by the id that they are merged into, without blanks around them."""
    if not isinstance(given, Mapping) or not all(isinstance(v, str) for v in given.values()):
        raise BookError(f'{where}: [same_customer] takes lines such as "K002" = "K001", both in quotation marks.')
    same: dict[str, str] = {}
    for old, new in ((k.strip(), v.strip()) for k, v in given.items()):
        if not old or not new:
            raise BookError(
                f'{where}: [same_customer] has an empty id, in "{old}" = "{new}". Give both, or remove the line.'
            )
        if same.setdefault(old, new) != new:
            raise BookError(
                f"{where}: [same_customer] merges {old!r} into {same[old]!r} and into {new!r}. Keep one of them."
            )
    return same


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
