"""Foreign column names -> ours, once, where a book is opened."""

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
from kamlib.book.synonyms import of_column, plain
from kamlib.tables import TABLES, Table

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
    """

    decimal: str = ""
    day_first: bool | None = None
    year_first: bool | None = None
    currency: str = ""
    encoding: str = ""
    excel_1904: bool = False
    earliest_date: dt.date = EARLIEST
    latest_date: dt.date = LATEST


_KINDS = {
    "decimal": (str, 'is "." or ","'),
    "day_first": (bool, "is true or false"),
    "year_first": (bool, "is true or false"),
    "currency": (str, 'is a code like "EUR"'),
    "encoding": (str, 'is the name of an encoding, like "cp1256" or "utf-16"'),
    "excel_1904": (bool, "is true or false"),
    "earliest_date": (dt.date, "is a day, without quotation marks, like 1980-01-01"),
    "latest_date": (dt.date, "is a day, without quotation marks, like 2030-12-31"),
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
        _known(name, TABLES, f"{where}: no table", "tables")
        if not isinstance(columns, Mapping) or not all(isinstance(v, str) for v in columns.values()):
            raise BookError(f'{where}: section [{name}] takes lines such as customer_id = "Client No".')
        for column in columns:
            _known(column, TABLES[name].names, f"{where}: table {name} has no column", "columns")
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
        _known(name, _KINDS, f"{where}: no option", "options")
        kind, says = _KINDS[name]
        wrong = type(value) is not kind or (name == "decimal" and value not in (".", ","))
        if wrong or (name == "encoding" and not _is_encoding(value)):
            raise BookError(f"{where}: option {name} {says}, not {value!r}.")
    return Options(**given)


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


def _known(name: str, known: Sequence[str] | Mapping, complaint: str, what: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" The {what} are: {', '.join(known)}."
        raise BookError(f"{complaint} {name!r}.{hint}")


def recognise(headers: Sequence[str], table: Table, mapping: Mapping[str, str], where: str) -> dict[str, int]:
    """Find our columns among foreign headers.

    A mapping wins over our own name, and our own name over a synonym.

    Parameters
    ----------
    headers : sequence of str
        As in the source.
    table : Table
        The contract to fill.
    mapping : mapping of str to str
        Our name -> foreign name, from the user.
    where : str
        What to call the source in a message.

    Returns
    -------
    dict of str to int
        Our name -> position in `headers`, in the order of the contract.

    Raises
    ------
    BookError
        A mapped header is not there, two headers mean the same, or a required one is missing.

    Examples
    --------
    >>> recognise(["Invoice", "Customer ID", "InvoiceDate", "Revenue"], TABLES["ledger"], {}, "x.csv")
    {'customer_id': 1, 'date': 2, 'amount': 3, 'order_id': 0}
    """
    found = {}
    for column in table.names:
        position = _position(column, headers, table, mapping, where)
        if position is not None:
            found[column] = position
    missing = [c for c in table.required if c not in found]
    if table.name == "ledger" and "amount" in missing and {"quantity", "unit_price"} <= set(found):
        missing.remove("amount")
    if missing:
        raise BookError(_missing(missing, headers, table, where))
    return found


def recognisable(headers: Sequence[str], table: Table, mapping: Mapping[str, str]) -> bool:
    """Whether every required column has a candidate among these cells: then they are the header."""
    headers = [str(h).strip() for h in headers]
    there = {c for c in table.names if positions(c, headers, table, mapping) or mapping.get(c) in headers}
    factors = table.name == "ledger" and {"quantity", "unit_price"} <= there
    return all(c in there or (c == "amount" and factors) for c in table.required)


def _position(column, headers, table, mapping, where) -> int | None:
    if column in mapping:
        if mapping[column] not in headers:
            near = difflib.get_close_matches(mapping[column], headers, n=1)
            raise BookError(
                f"{where}: the mapping takes {column} from {mapping[column]!r}, and there is no such column."
                + (f" Did you mean {near[0]!r}?" if near else f" There is: {_list(headers)}.")
            )
        return list(headers).index(mapping[column])
    hits = positions(column, headers, table, mapping)
    if len(hits) > 1:
        both = _list([headers[i] for i in hits])
        raise BookError(
            f"{where}: {both} could each be {column}. Say which in a mapping file:\n"
            f'[{table.name}]\n{column} = "{headers[hits[0]]}"'
        )
    return hits[0] if hits else None


def positions(column: str, headers: Sequence[str], table: Table, mapping: Mapping[str, str]) -> list[int]:
    """Headers that can be this column: by our own name, or else by another of its names."""
    taken = set(mapping.values())
    for names in ((plain(column),), of_column(table.name, column)):
        hits = [i for i, h in enumerate(headers) if plain(h) in names and h not in taken]
        if hits:
            return hits
    return []


def _missing(missing: list[str], headers: Sequence[str], table: Table, where: str) -> str:
    lines = "\n".join(f'{c} = "..."   # {table[c].meaning}' for c in missing)
    return (
        f"{where}: no column for {', '.join(missing)} of the table {table.name}. The file has: {_list(headers)}.\n"
        f"Say which column it is in a mapping file and pass it with --mapping:\n[{table.name}]\n{lines}"
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(repr(str(n)[:60]) for n in names[:30])
    return shown + (f" and {len(names) - 30} more" if len(names) > 30 else "")
