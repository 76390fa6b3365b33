"""The book: a company's tables, opened from whatever they came in, named and checked once.

`open_book` is the way in. Everything after it uses the names of `kamlib.tables`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pandas as pd

from kamlib.book.checks.currency import one_currency
from kamlib.book.checks.days import grain_of, late_lines, set_far_days_aside
from kamlib.book.checks.files import compare_files
from kamlib.book.checks.profit import complete_profit, known_profit, profit_in_words, uses_profit
from kamlib.book.checks.rows import PROBLEMS, Checked, check_part
from kamlib.book.checks.same import accounts_of_names, merge_customers, suspected_duplicates
from kamlib.book.checks.size import too_large_sums
from kamlib.book.checks.sold import LEFT_OUT, NOT_SOLD
from kamlib.book.checks.totals import (
    control_totals,
    line_totals,
    month_totals,
    period_totals,
    repeated_lines,
    rows_in_words,
)
from kamlib.book.errors import BookError, NotThere, Unsettled
from kamlib.book.formats import formats_in_words, load_formats, names_for, unseen_formats
from kamlib.book.mapping import ColumnNames, load_mapping
from kamlib.book.roles.shape import reshaped
from kamlib.book.source.files import MAPPING_FILE, connect, read_parts
from kamlib.book.source.part import Part
from kamlib.given import as_day
from kamlib.tables import TABLES

__all__ = [
    "Book",
    "BookError",
    "NotThere",
    "control_totals",
    "known_profit",
    "line_totals",
    "month_totals",
    "open_book",
    "period_totals",
    "profit_in_words",
    "repeated_lines",
    "rows_in_words",
    "suspected_duplicates",
]

MONEY = {t.name: [c.name for c in t.columns if c.kind == "money"] for t in TABLES.values()}


@dataclass(frozen=True)
class Book:
    """A company's checked tables.

    Attributes
    ----------
    name : str
        Short name, safe as a folder's name.
    ledger : duckdb.DuckDBPyRelation
        One row a line: customer_id (NULL: unidentified), date, cents (net sales, integer), profit_cents
        (NULL where unknown), profit_estimated (true where it was missing and is taken at a margin, as
        `kamlib.book.checks.profit` does; NULL where there is no profit), kind (`goods` where nothing else is said),
        order_id, and the other columns of the table `ledger` that the source has.
    tables : dict of str to pandas.DataFrame
        The optional tables that are there. Money in the book's currency.
    recognised : pandas.DataFrame
        table, file, column, taken_from: which foreign column became which of ours.
    problems : pandas.DataFrame
        table, file, line, column, cause, value, treatment, n: rows set aside and values emptied, at most
        1,000 listed for each cause; n is how many there were in all.
    rows_read, rows_set_aside : int
        Of the ledger.
    notes : tuple of str
        What a reader should know of how the source was read; the formats and what the amounts are, first.
    currency : str
        Empty where nothing says.
    formats : tuple of str
        Which tools' formats (`kamlib.book.formats`) were seen, in which files, and by what.
    digest : str
        SHA-256 over the sources' content.
    grain : {"day", "week", "month", "quarter", "year"}
        What the ledger's dates are: days, or the first or last days of periods.
    amounts : tuple of str
        What the amounts are, net or gross, and how that is known; one sentence for each way of it in the source.
    not_sold : pandas.DataFrame
        file, state, treatment (`left out`, `refunded`, `turned`), lines, cents: lines that are in a state that is no
        sale (they are among `rows_set_aside`), were paid back, or are credits with a positive amount.
    """

    name: str
    ledger: duckdb.DuckDBPyRelation
    tables: dict[str, pd.DataFrame]
    recognised: pd.DataFrame
    problems: pd.DataFrame
    rows_read: int
    rows_set_aside: int
    notes: tuple[str, ...] = ()
    currency: str = ""
    digest: str = ""
    grain: str = "day"
    amounts: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    not_sold: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NOT_SOLD))
    con: duckdb.DuckDBPyConnection = field(default=None, repr=False)

    @property
    def has(self) -> tuple[str, ...]:
        """Names of the tables that are there, the ledger first."""
        return ("ledger", *self.tables)

    @property
    def has_profit(self) -> bool:
        """Whether any line says what was earned on it."""
        return bool(self.ledger.aggregate("count(profit_cents)").fetchall()[0][0])

    @property
    def rows_not_sold(self) -> int:
        """Rows left out since their state is no sale; they are among `rows_set_aside`."""
        return int(self.not_sold.loc[self.not_sold["treatment"] == LEFT_OUT, "lines"].sum())

    @property
    def uses_profit(self) -> bool:
        """Whether reports go by profit: every line of a customer's trade has one, known or, for a few, estimated."""
        return uses_profit(self.ledger)

    def named(self, frame: pd.DataFrame, *, as_of) -> pd.DataFrame:
        """A frame by customer_id with the accounts' names beside the ids, where the book knows any.

        Parameters
        ----------
        frame : pandas.DataFrame
            Indexed by customer_id.
        as_of : datetime.date
            A name counts from its `since` on; an undated one always.

        Returns
        -------
        pandas.DataFrame
            customer_id, name (only if there is one), then the frame's columns.
        """
        flat = frame.reset_index()
        names = self.names(as_of)
        if len(names):
            flat.insert(1, "name", flat["customer_id"].map(names))
        return flat

    def names(self, as_of) -> pd.Series:
        """Latest known name of each account by customer_id; empty where the book has no names.

        A table of accounts wins over the names that stand in the ledger.
        """
        as_of = as_day(as_of)
        day = f"DATE '{as_of:%Y-%m-%d}'"
        named = self.ledger.filter(f"customer_id IS NOT NULL AND customer_name IS NOT NULL AND date <= {day}")
        latest = "customer_id, max_by(customer_name, (date, customer_name)) AS name"
        written = named.aggregate(latest, "customer_id").order("customer_id").df().set_index("customer_id")["name"]
        accounts = self.tables.get("accounts", pd.DataFrame())
        if "name" not in accounts:
            return written
        if "since" in accounts:
            known = accounts["since"].isna() | (accounts["since"] <= pd.Timestamp(as_of))
            accounts = accounts[known].sort_values("since", kind="stable", na_position="first")
        told = accounts.dropna(subset=["name"]).drop_duplicates("customer_id", keep="last").set_index("customer_id")
        return told["name"].combine_first(written) if len(written) else told["name"]


def open_book(
    source,
    *,
    mapping: str | Path | Mapping | None = None,
    formats: str | Path | None = None,
    name: str | None = None,
) -> Book:
    """Open a company's book, whatever it comes in.

    Parameters
    ----------
    source : str, path, frame, or mapping of str to frame
        A CSV, Parquet, Excel, DuckDB or SQLite file that holds the ledger; a folder, where a file named as a table
        (`accounts.csv`) is that table and all others are parts of the ledger; a frame (pandas, Polars, Arrow, DuckDB)
        that is the ledger; or frames by table. (A data set by its name: `kamlib.datasets.open_source`.)
    mapping : path or mapping, optional
        TOML that names columns that are not recognised by themselves, and settles what is ambiguous. A folder's
        own `mapping.toml` is used where none is given.
    formats : path, optional
        A folder of formats (`kamlib.book.formats`), TOML files that say how a tool's export is known and read, beside
        those that come with this library.
    name : str, optional
        Short name of the book; taken from the source where not given.

    Returns
    -------
    Book

    Raises
    ------
    BookError
        With one message that says which file, column and rows, and what to do.

    Examples
    --------
    >>> lines = pd.DataFrame(
    ...     {"Client": ["k1", "k2"], "Invoice Date": ["2024-03-13", "2024-04-01"], "Sales": [10, -2.5]}
    ... )
    >>> book = open_book(lines, name="tiny")
    >>> book.ledger.project("customer_id, date::varchar AS date, cents").fetchall()
    [('k1', '2024-03-13', 1000), ('k2', '2024-04-01', -250)]
    """
    con = connect()
    names = replace(load_mapping(mapping_of(source, mapping)), formats=load_formats(formats))
    with _asked_of(source):
        parts = read_parts(con, source, names)
    if not any(p.table == "ledger" for p in parts):
        raise BookError("There is no ledger: name the file with the sales lines ledger.csv (or .parquet, .xlsx).")
    names = replace(names, dated_rates=any(p.table == "rates" for p in parts))
    with _asked_of(source):
        parts = [reshaped(con, p, names_for(p, names)) for p in parts]
        checked = {p.relation: check_part(con, p, names_for(p, names)) for p in parts}
    ledger_parts = [checked[p.relation] for p in parts if p.table == "ledger"]
    of_ledger = [(p, checked[p.relation]) for p in parts if p.table == "ledger"]
    far = set_far_days_aside(con, of_ledger, names.options)
    between = compare_files(con, of_ledger, overlap=names.options.overlap)
    grain, periods = grain_of(con, of_ledger)
    _make_ledger(con, ledger_parts)
    tables = _side_tables(con, parts, checked)
    amounts = tuple(dict.fromkeys(c.amounts for c in ledger_parts))
    seen = formats_in_words(parts)
    notes = [*seen, *(f"Amounts: {a}." for a in amounts), *(note for p in parts for note in p.notes), *between]
    notes += [*far, *periods, *late_lines(con.table("ledger"))]
    only = names.options.only_currency  # lines in others are gone, and their signs with them
    signs = Counter() if only else sum((Counter(c.currencies) for c in ledger_parts), Counter())
    dated = {checked[p.relation].relation: p.where for p in parts if p.table == "rates"}
    with _asked_of(source):
        currency, converted = one_currency(con, signs, _said_currency(parts, names) or only, names.rates, dated)
    notes += [*converted, *merge_customers(con, tables, names.same_customer), *accounts_of_names(con, tables)]
    notes += unseen_formats(parts, names.formats)
    notes += too_large_sums(con)
    notes += complete_profit(con, {ours for c in ledger_parts for _, _, ours, _ in c.recognised})
    return Book(
        name=slug(name or _name_of(source)),
        ledger=con.table("ledger"),
        tables=tables,
        recognised=_recognised(checked.values()),
        problems=_all_problems(checked.values()),
        rows_read=sum(c.rows_read for c in ledger_parts),
        rows_set_aside=sum(c.rows_set_aside for c in ledger_parts),
        notes=tuple(notes),
        currency=currency,
        grain=grain,
        digest=hashlib.sha256("".join(p.table + p.digest for p in parts).encode()).hexdigest(),
        amounts=amounts,
        formats=seen,
        not_sold=_together([c.not_sold for c in ledger_parts], NOT_SOLD),
        con=con,
    )


def _said_currency(parts: list[Part], names: ColumnNames) -> str:
    """What the mapping says, or else every format of the ledger's parts."""
    said = {names_for(p, names).options.currency for p in parts if p.table == "ledger"}
    return said.pop() if len(said) == 1 else names.options.currency


@contextmanager
def _asked_of(source) -> Iterator[None]:
    """Questions say the command for the source that the user named."""
    try:
        yield
    except Unsettled as question:
        question.source = str(source) if isinstance(source, (str, Path)) else ""
        raise


def slug(name: str) -> str:
    """A name that is safe as a folder's name on any system.

    Letters that are not Latin are left out; a few digits made from the whole name then keep two books apart.

    Examples
    --------
    >>> slug("../Übersicht: Q1 2024 .xlsx"), slug("CON"), slug("...")
    ('ubersicht-q1-2024-xlsx', 'book-con', 'book')
    >>> slug("Продажи"), slug("Закупки")
    ('book-355eef', 'book-d7d3c8')
    """
    letters = unicodedata.normalize("NFKD", name).lower()
    words = "".join(c if c.isascii() and c.isalnum() else "" if unicodedata.combining(c) else " " for c in letters)
    safe = "-".join(words.split())[:60].strip("-") or "book"
    if any(c.isalnum() and not c.isascii() for c in letters) or len(words) > 60:
        safe = f"{safe[:53]}-{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:6]}"
    device = safe in ("con", "prn", "aux", "nul") or (safe[:3] in ("com", "lpt") and safe[3:].isdigit())
    return f"book-{safe}" if device else safe


def _name_of(source) -> str:
    if not isinstance(source, (str, Path)):
        return "book"
    path = Path(source).resolve()
    return path.name if path.is_dir() else path.stem


def mapping_of(source, mapping):
    """The mapping that is given, or else the folder's own."""
    if mapping is not None or not isinstance(source, (str, Path)):
        return mapping
    own = Path(source) / MAPPING_FILE
    try:
        return own if own.is_file() else None
    except OSError:  # the reader says what is wrong with that folder
        return None


def _make_ledger(con: duckdb.DuckDBPyConnection, parts: list[Checked]) -> None:
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM {c.relation}" for c in parts)
    con.execute(
        "CREATE TABLE ledger AS SELECT * EXCLUDE (_row, amount, profit, cost, kind), amount AS cents,"
        " coalesce(profit, try_cast(amount::HUGEINT - cost AS BIGINT)) AS profit_cents,"
        " CASE WHEN profit_cents IS NOT NULL THEN false END AS profit_estimated,"
        f" coalesce(kind, 'goods') AS kind FROM ({union})"
    )
    for c in parts:
        con.execute(f"DROP TABLE {c.relation}")


def _side_tables(con, parts: list[Part], checked: dict[str, Checked]) -> dict[str, pd.DataFrame]:
    tables: dict[str, list[pd.DataFrame]] = {}
    for part in parts:
        if part.table != "ledger":
            tables.setdefault(part.table, []).append(con.table(checked[part.relation].relation).df())
    found = {n: pd.concat(tables[n], ignore_index=True) for n in TABLES if n in tables}
    return {n: f.assign(**{c: f[c] / 100 for c in MONEY[n]}).dropna(axis=1, how="all") for n, f in found.items()}


def _recognised(checked) -> pd.DataFrame:
    rows = [row for c in checked for row in c.recognised]
    return pd.DataFrame(rows, columns=["table", "file", "column", "taken_from"])


def _all_problems(checked) -> pd.DataFrame:
    return _together([c.problems for c in checked], [*PROBLEMS, "n"])


def _together(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [f for f in frames if len(f)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
