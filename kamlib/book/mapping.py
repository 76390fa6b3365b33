"""What is said of a source: column names, options, foreign words, rates, ids that are one customer; from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from kamlib.book.errors import BookError
from kamlib.book.options import Options, known, options_of
from kamlib.tables import TABLES

SMALLEST_RATE, LARGEST_RATE = Decimal("1e-12"), Decimal("999999.999999999999")  # a DECIMAL(18, 12)
# No columns of the ledger, but they say what its amounts are: see `kamlib.book.roles.amounts`.
EVIDENCE = {
    "subtotal": "sum of a line or an order before tax and shipping",
    "gross": "amount that contains tax, by its name",
    "discount": "money off a line or an order",
    "fee": "what a payment service or a market place keeps of it",
}
ANY_OTHER = "*"  # among foreign words: all that are not named, and empty cells
# Where the user says what the amount is, what else was said of it does not count.
OF_THE_AMOUNT = ("amount", *EVIDENCE)
ITS_OPTIONS = ("tax_included", "amount_per_order", "totals_per_order", "discount", "minor_units")


@dataclass(frozen=True)
class ColumnNames:
    """Column names of a source, by table, and what else a mapping says.

    Attributes
    ----------
    tables : dict
        Table -> our column -> name in the source. Several names are a tuple: the first that is there counts; of
        `state`, all that are there.
    options : Options
    values : dict
        Table -> our column -> foreign word -> our word, for columns that take a list of words only.
    rates : dict of str to Decimal
        Worth of one unit of a currency, in the book's.
    same_customer : dict of str to str
        Ids that are another's.
    dated_rates : bool
        Whether the book has a table of rates, beside those that stand here.
    formats : tuple of kamlib.book.formats.Format
        Formats that files are compared with.
    """

    tables: dict[str, dict[str, str | tuple[str, ...]]] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    values: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    rates: dict[str, Decimal] = field(default_factory=dict)
    same_customer: dict[str, str] = field(default_factory=dict)
    dated_rates: bool = False
    formats: tuple = ()

    @property
    def converts(self) -> bool:
        """Whether lines are converted to one currency, or those in others left out: that of each has to be known."""
        return bool(self.rates or self.options.only_currency) or self.dated_rates

    def of(self, table: str, headers: Sequence[str], *, lenient: bool = False) -> dict[str, str | tuple[str, ...]]:
        """Our column -> its name, for one table that has these headers: of several names, the one that is there.

        `lenient`: a name that is not there is left out, as one of several always is.

        Examples
        --------
        >>> names = load_mapping({"ledger": {"customer_id": ["Customer", "Email"], "amount": "Net"}})
        >>> names.of("ledger", ["Email", "Total"]), names.of("ledger", ["Email", "Total"], lenient=True)
        ({'customer_id': 'Email', 'amount': 'Net'}, {'customer_id': 'Email'})
        """
        found: dict[str, str | tuple[str, ...]] = {}
        alike = {key(h): h for h in reversed(headers)} if lenient else {}
        for column, named in self.tables.get(table, {}).items():
            every = (named,) if isinstance(named, str) else named
            meant = [n if not n or n in headers else header_like(n, alike) for n in every]
            there = tuple(dict.fromkeys(n for n in meant if n is not None))
            if isinstance(named, str) and not lenient:
                found[column] = named
            elif there:
                found[column] = there if column == "state" and len(there) > 1 else there[0]
        return found

    def over(self, other: ColumnNames, table: str, headers: Sequence[str]) -> ColumnNames:
        """These, and below them those of a format, for one table that has these headers."""
        ours, theirs = self.of(table, headers), other.of(table, headers, lenient=True)
        usual, options = Options(), {f.name: getattr(other.options, f.name) for f in fields(Options)}
        if ours.keys() & {"amount", "quantity", "unit_price"}:
            theirs = {c: n for c, n in theirs.items() if c not in OF_THE_AMOUNT}
            options = {n: v for n, v in options.items() if n not in ITS_OPTIONS}
        told = {f.name: getattr(self.options, f.name) for f in fields(Options)}
        told = {n: v for n, v in told.items() if v != getattr(usual, n)}
        values = {table: {**other.values.get(table, {}), **self.values.get(table, {})}}
        return replace(self, tables={table: {**theirs, **ours}}, options=Options(**(options | told)), values=values)


def key(header: str) -> str:
    """A header as formats compare it: capitals, a star before it, and blanks around it do not count.

    Examples
    --------
    >>> key("*Invoice  Date "), key("N\ufffdmero")
    ('invoice date', 'n?mero')
    """
    return " ".join(str(header).casefold().lstrip("\ufeff*").split()).replace("\ufffd", "?")


def header_like(name: str, headers: Mapping[str, str]) -> str | None:
    """The header, of those by their `key`, that a name means; letters that were lost in a file stand for any."""
    plain = key(name)
    if plain in headers:
        return headers[plain]
    if plain.isascii():
        return None
    lost = [k for k in headers if "?" in k and len(plain) <= len(k)]
    return next((headers[k] for k in lost if _ascii(k) == _ascii(plain)), None)


def _ascii(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c != "?")


def load_mapping(mapping: str | Path | Mapping | None) -> ColumnNames:
    """Read and check a mapping: a TOML file, or the same as a dict.

    A section [format], which makes a mapping a format (`kamlib.book.formats`), is passed over.

    Examples
    --------
    >>> load_mapping({"ledger": {"amount": "Umsatz"}, "options": {"decimal": ","}}).options.decimal
    ','
    """
    if mapping is None:
        return ColumnNames()
    where = "the mapping"
    if not isinstance(mapping, Mapping):
        where, mapping = str(mapping), read_toml(Path(mapping))
    return mapping_of_sections(mapping, where)


def mapping_of_sections(mapping: Mapping, where: str) -> ColumnNames:
    """The mapping that these sections make; `where` is what a message calls it."""
    sections = {n: s for n, s in mapping.items() if n != "format"}
    options = options_of(sections.pop("options", {}), where)
    values = _values(sections.pop("values", {}), where)
    sections, rates = _rates(sections, where)
    same = _same_customer(sections.pop("same_customer", {}), where)
    tables = {}
    for name, columns in sections.items():
        known(name, TABLES, f"{where}: no table", "tables")
        if not isinstance(columns, Mapping) or not all(map(_is_name, columns.values())):
            raise BookError(
                f'{where}: section [{name}] takes lines such as customer_id = "Client No", or, of several names the '
                'first that is there, customer_id = ["Client No", "E-mail"].'
            )
        ours = [*TABLES[name].names, *(EVIDENCE if name == "ledger" else ())]
        for column in columns:
            known(column, ours, f"{where}: table {name} has no column", "columns")
        tables[name] = {c: n.strip() if isinstance(n, str) else tuple(map(str.strip, n)) for c, n in columns.items()}
    return ColumnNames(tables, options, values, rates, same)


def _is_name(value) -> bool:
    return isinstance(value, str) or (
        isinstance(value, (list, tuple)) and bool(value) and all(isinstance(v, str) and v.strip() for v in value)
    )


def as_dict(names: ColumnNames) -> dict[str, dict]:
    """A mapping as a dict that `load_mapping` takes; only what is not as it would be without one."""
    options = {f.name: getattr(names.options, f.name) for f in fields(Options)}
    given = {n: list(v) if isinstance(v, tuple) else v for n, v in options.items() if v != getattr(Options(), n)}
    sections = {"options": given, "values": names.values, "rates": dict(names.rates)}
    sections["same_customer"] = dict(names.same_customer)
    tables = {t: {c: list(n) if isinstance(n, tuple) else n for c, n in of.items()} for t, of in names.tables.items()}
    return tables | {n: s for n, s in sections.items() if s}


def read_toml(path: Path) -> dict:
    """A TOML file; a rate stays as it is written."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        raise BookError(f"There is no mapping file {path}.") from None
    except OSError as error:
        raise BookError(f"The mapping file {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:  # no TOML, no UTF-8, or a whole number of thousands of digits
        raise BookError(f"{path} is not valid TOML: {error}.") from None


def _values(given, where: str) -> dict[str, dict[str, dict[str, str]]]:
    """The section [values]: what foreign words mean, in small letters, by table and column."""
    takes = f'{where}: [values.tenders] takes lines such as outcome = {{ "Closed Won" = "won", "*" = "open" }}'
    if not isinstance(given, Mapping):
        raise BookError(f"{takes}.")
    found: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in given.items():
        known(table, TABLES, f"{where}: no table", "tables")
        if not isinstance(columns, Mapping):
            raise BookError(f"{takes}.")
        for column, words in columns.items():
            known(column, [c.name for c in TABLES[table].columns if c.values], f"{where}: no list of words", "columns")
            if not isinstance(words, Mapping) or not all(isinstance(w, str) for w in words.values()):
                raise BookError(f"{takes}.")
            for word in words.values():
                known(word, TABLES[table][column].values, f"{where}: {table}.{column} cannot be", "words")
            plain = {" ".join(w.casefold().split()): ours for w, ours in words.items()}
            found.setdefault(table, {})[column] = plain
    return found


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
