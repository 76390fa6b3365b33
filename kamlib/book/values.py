"""Text -> dates and numbers, as DuckDB expressions; the whole column settles what one value cannot.

Amounts go through exact decimals, never through binary fractions, so that a line's cents are
the same on every machine.
"""

from __future__ import annotations

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.recognise import Options

EMPTY = ("", "nan", "n/a", "#n/a", "na", "null", "none", "nat", "-")

# \d{1,2}, \d{1,2}, \d{4} with one separator; a time of day may follow.
_SLASHED = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[T ,].*)?$"
_ISO = r"^(\d{4})[/.\-]?(\d{1,2})[/.\-]?(\d{1,2})(?:[T ,].*)?$"
_NUMBER_NOISE = r"[\s\x{00a0}\x{202f}'$£€¥]|^[A-Z]{3}\b|\b[A-Z]{3}$"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def text(source: str) -> str:
    """SQL: trimmed text; NULL where the cell is empty in one of the usual ways."""
    empty = ", ".join(literal(e) for e in EMPTY)
    return f"(CASE WHEN lower(trim({source})) NOT IN ({empty}) THEN trim({source}) END)"


def date(source: str, day_first: bool) -> str:
    """SQL: text -> DATE, NULL where it is none."""
    day, month = (1, 2) if day_first else (2, 1)
    s = text(source)
    slashed = _date_of(s, _SLASHED, 3, month, day)
    iso = _date_of(s, _ISO, 1, 2, 3)
    named = f"try_cast(coalesce(try_strptime({s}, '%d %b %Y'), try_strptime({s}, '%d-%b-%Y')) AS DATE)"
    return f"coalesce({iso}, {slashed}, {named})"


def _date_of(source: str, pattern: str, year: int, month: int, day: int) -> str:
    parts = [f"regexp_extract({source}, '{pattern}', {g})" for g in (year, month, day)]
    return f"try_cast({parts[0]} || '-' || lpad({parts[1]}, 2, '0') || '-' || lpad({parts[2]}, 2, '0') AS DATE)"


def day_first(con: duckdb.DuckDBPyConnection, table: str, source: str, options: Options, where: str) -> bool:
    """Whether dates like 05/03/2024 are day-first in this column, from the column as a whole.

    Raises
    ------
    BookError
        Every such date can be read both ways, or some only one way and some only the other.
    """
    if options.day_first is not None:
        return options.day_first
    a, b = (f"try_cast(regexp_extract({text(source)}, '{_SLASHED}', {g}) AS INTEGER)" for g in (1, 2))
    day, month, both, example = con.execute(
        f"SELECT count(*) FILTER (a > 12 AND b <= 12), count(*) FILTER (b > 12 AND a <= 12),"
        f" count(*) FILTER (a <= 12 AND b <= 12 AND a <> b), min(s) FILTER (a <= 12 AND b <= 12 AND a <> b)"
        f" FROM (SELECT {a} AS a, {b} AS b, {source} AS s FROM {table})"
    ).fetchone()
    if (day and month) or (both and not day and not month):
        why = (
            f"{day:,} dates can only be day-first and {month:,} only month-first"
            if day
            else f"all {both:,} dates like {example!r} can be read day-first and month-first"
        )
        raise BookError(f"{where}: {why}. Settle it with a mapping file:\n[options]\nday_first = true   # or false")
    return not month


def decimal_sign(con: duckdb.DuckDBPyConnection, table: str, sources: list[str], options: Options, where: str) -> str:
    """The decimal sign of a file's numbers, from all its text columns that hold numbers.

    `1.234` alone can be a thousand or one and a bit: it says nothing, and a file that holds only
    such numbers is refused.
    """
    if options.decimal or not sources:
        return options.decimal or "."
    point = comma = unclear = 0
    example = ""
    for source in sources:
        s = f"regexp_replace({text(source)}, '{_NUMBER_NOISE.replace(chr(39), chr(39) * 2)}', '', 'g')"
        s = f"regexp_replace({s}, '[()+\\-]', '', 'g')"
        row = con.execute(
            f"SELECT count(*) FILTER ({_evidence('.', ',')}), count(*) FILTER ({_evidence(',', '.')}),"
            f" count(*) FILTER ({_UNCLEAR}), min(s) FILTER ({_UNCLEAR}) FROM (SELECT {s} AS s FROM {table})"
        ).fetchone()
        point, comma, unclear, example = point + row[0], comma + row[1], unclear + row[2], row[3] or example
    if (point and comma) or (unclear and not point and not comma):
        why = (
            f"{point:,} numbers have a decimal point and {comma:,} a decimal comma"
            if point
            else f"numbers like {example!r} ({unclear:,}) can be read in two ways"
        )
        raise BookError(f'{where}: {why}. Settle it with a mapping file:\n[options]\ndecimal = "."   # or ","')
    return "," if comma else "."


_UNCLEAR = r"regexp_matches(s, '^[1-9]\d{0,2}[.,]\d{3}$')"


def _evidence(sign: str, other: str) -> str:
    d, t = (f"\\{c}" for c in (sign, other))
    grouped = rf"^\d{{1,3}}({t}\d{{3}})+{d}\d+$|^\d{{1,3}}({t}\d{{3}}){{2,}}$"
    single = rf"^\d*{d}(\d{{1,2}}|\d{{4,}})$|^(0|\d{{4,}}){d}\d+$"
    return f"regexp_matches(s, '{grouped}|{single}')"


def number(source: str, decimal: str) -> str:
    """SQL: text -> DECIMAL(24, 6), NULL where it is none.

    Reads currency signs and codes, thousands separators, brackets and a trailing minus for
    negatives, and the exponent that spreadsheets write.
    """
    d, t = (r"\.", ",") if decimal == "." else (",", r"\.")
    s = f"regexp_replace({text(source)}, '{_NUMBER_NOISE.replace(chr(39), chr(39) * 2)}', '', 'g')"
    sign = f"(CASE WHEN regexp_matches({s}, '^-|-$|^\\(.*\\)$') THEN -1 ELSE 1 END)"
    digits = f"regexp_replace({s}, '^[+-]|-$|^\\(|\\)$', '', 'g')"
    well = f"regexp_matches({digits}, '^(\\d{{1,3}}({t}\\d{{3}})+|\\d+)?({d}\\d*)?$') AND {digits} <> '{decimal}'"
    bare = f"replace(regexp_replace({digits}, '{t}', '', 'g'), ',', '.')"
    small = f"try_cast({s} AS DOUBLE)" if decimal == "." else "NULL"
    return (
        f"(CASE WHEN {well} THEN try_cast({sign} * try_cast({bare} AS DECIMAL(24, 6)) AS DECIMAL(24, 6))"
        f" WHEN regexp_matches({s}, '^-?\\d+(\\.\\d+)?[eE][+-]?\\d+$') THEN try_cast({small} AS DECIMAL(24, 6)) END)"
    )


def whole_cents(expression: str) -> str:
    """SQL: a decimal amount -> integer cents, halves away from zero."""
    return f"try_cast(round(({expression}) * 100, 0) AS BIGINT)"
