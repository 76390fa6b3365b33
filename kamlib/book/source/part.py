"""A raw table as it came, before anything is known of what its columns mean."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa

from kamlib.book.errors import BookError, NoTable
from kamlib.book.values.cells import literal
from kamlib.tables import TABLES

MOST_COLUMNS = 2000  # days of three years as columns, and others beside them
DECIMAL_COMMA = re.compile(r"\d,\d")
THREE_DECIMALS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Aside:
    """Rows that are no lines, taken out of the raw table before its columns are read: why, how many, and the first."""

    cause: str
    n: int
    rows: list[tuple[int, str]]  # line and what stands there


@dataclass
class Part:
    """One raw table: columns `c0`, `c1` ... in DuckDB, in file order, and the headers they had.

    `ragged` lists the lines that could not be split into the columns of the header. `first` is the line of the
    first row: 1 where the source has no header line of its own (Parquet, frames). `sheet`: of a spreadsheet, whose
    days can be numbers. `aside` are rows that only sum up or head others. `lines_of`, where lines and rows
    do not go together one by one (a text file), finds the lines of rows. `grain`: what its dates are written as, "day"
    or a period. `scratch` keeps the folder in which an unpacked source lies, as long as the part is there. `format` is
    what the tool writes (`kamlib.book.formats.Format`), where it is known which; `above`, what stands above the header;
    `percents`, columns of discounts whose cells are percentages.
    """

    table: str
    where: str
    relation: str
    headers: list[str]
    ragged: list[tuple[int, str]] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    digest: str = ""
    first: int = 2
    sheet: bool = False
    grain: str = "day"
    lines_of: Callable[[Sequence[int]], dict[int, int]] | None = None
    scratch: object = None
    format: object = None
    above: str = ""
    percents: frozenset[int] = frozenset()

    def lines(self, rows: Sequence[int]) -> dict[int, int]:
        """Line in the source of each row of the raw table (its rowid, from 0)."""
        return self.lines_of(rows) if self.lines_of and rows else {r: r + self.first for r in rows}


def checked_headers(headers: list[str], where: str) -> list[str]:
    """Headers without blanks around them; `BookError` where there are none, or one stands twice."""
    headers = [str(h).strip() for h in headers]
    refuse_wide(len(headers), where)
    seen = sorted(h for h, n in Counter(headers).items() if h and n > 1)
    if seen:
        raise BookError(f"{where}: the header names {seen[0]!r} more than once. Rename one of the columns.")
    if not any(headers):
        raise NoTable(f"{where}: the first line holds no column names.")
    return headers


def refuse_wide(columns: int, where: str) -> None:
    """`NoTable` where there are more columns than any ledger has: each costs time, and each is looked at."""
    if columns > MOST_COLUMNS:
        raise NoTable(
            f"{where}: {columns:,} columns, and no ledger has more than {MOST_COLUMNS:,}. Are rows and columns "
            "exchanged? Save it with one line for each sale."
        )


def sql_path(file: Path) -> str:
    """A file as DuckDB takes it: exactly that one, whatever signs its name holds."""
    return literal(re.sub(r"[\[*?]", r"[\g<0>]", str(file)))


def first_line(error: Exception) -> str:
    """What another library says went wrong, without its advice."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def keep(con: duckdb.DuckDBPyConnection, part: Part, arrow: pa.Table) -> None:
    """Copy an Arrow table into DuckDB as the part's raw table."""
    con.register("incoming", arrow)
    con.execute(f"CREATE TABLE {part.relation} AS SELECT * FROM incoming")
    con.unregister("incoming")


def days_in_utc(where: str, header: str) -> str:
    """What is to be said of moments in time."""
    return f"{where}: the days of {header!r} are days in UTC."


def file_digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cell(value) -> str:
    """A cell as text, where its column is mixed; a whole number without `.0`, as ids and counts are meant."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, float) and THREE_DECIMALS.fullmatch(str(value)):
        return f"{value}0"  # 1.234 as text could be a thousand
    return str(value)


def cells_of(column: Iterable) -> Callable[[object], str]:
    """How to write the cells of a mixed column as text.

    Beside text with a decimal comma, a number is written without any decimal sign: 2.5 is `25e-1`.
    """
    comma = any(isinstance(c, str) and DECIMAL_COMMA.search(c) for c in column)
    return unsigned_cell if comma else cell


def unsigned_cell(value) -> str:
    """As `cell`, a fraction as a whole number and a power of ten."""
    if not isinstance(value, float) or not math.isfinite(value) or value.is_integer():
        return cell(value)
    sign, digits, power = Decimal(repr(value)).as_tuple()
    return f"{'-' * sign}{''.join(map(str, digits))}e{power}"


def refuse_unclear_names(names: list[str], where: str, what: str) -> None:
    """Beside a ledger of that name, no other file or sheet can be taken for a part of it."""
    others = [n for n in names if n.lower() not in TABLES]
    if others and any(n.lower() == "ledger" for n in names):
        raise BookError(
            f"{where} holds the ledger and also {', '.join(map(repr, others[:5]))}. Are these {what} parts of the "
            f"ledger, or other tables? Move them away, or rename them to a table: {', '.join(TABLES)}."
        )
