"""Text -> dates, as DuckDB expressions; the whole column settles what one value cannot."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from kamlib.book.mapping import Options
from kamlib.book.values.cells import Ambiguous, literal

FIRST_SHORT_YEAR = 80  # 80 to 99 are 1980 to 1999, 00 to 79 are 2000 to 2079: no ledger is older
MOSTLY = 0.95  # a column of numbers is one of day numbers if so many of its cells are

_TIME = r"(?:[T ,]+\d{1,2}[:.]\d{2}.*)?$"
_ISO = r"^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})" + _TIME
_COMPACT = r"^(\d{4})(\d{2})(\d{2})" + _TIME
_SLASHED = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})" + _TIME
_SHORT = r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2})" + _TIME
_SERIAL = r"^\d{5}([.,]\d+)?$"
_DAY_WORD = r"^(\d{1,2})(?:st|nd|rd|th|er|\.)?[ .\-/]*(?:de )?(\p{L}+)\.?[ ,.\-/]*(?:de )?(\d{4}|\d{2})" + _TIME
_WORD_DAY = r"^(\p{L}+)\.?[ .\-/]*(\d{1,2})(?:st|nd|rd|th)?[ ,.\-/]+(\d{4}|\d{2})" + _TIME
_SERIALS = (29221, 73051)  # Excel's numbers of 1980-01-01 and 2100-01-01

# By month, as DuckDB's strip_accents leaves them: English, German, French, Spanish, Arabic.
MONTHS = (
    "jan january januar janner janvier janv ene enero يناير",
    "feb february februar fevrier fevr fev febrero فبراير",
    "mar march mrz marz maerz mars marzo مارس",
    "apr april avril avr abr abril ابريل",
    "may mai mayo مايو",
    "jun june juni juin junio يونيو",
    "jul july juli juillet juil julio يوليو",
    "aug august aout ago agosto اغسطس",
    "sep sept september septembre septiembre set setiembre سبتمبر",
    "oct october okt oktober octobre octubre اكتوبر",
    "nov november novembre noviembre نوفمبر",
    "dec december dez dezember decembre dic diciembre ديسمبر",
)
_MONTHS = "MAP {" + ", ".join(f"{literal(w)}: {m}" for m, words in enumerate(MONTHS, 1) for w in words.split()) + "}"
_SETTLE = "day_first = true   # or false"


@dataclass(frozen=True)
class Reading:
    """How the dates of a column are read, and what a reader should know of it."""

    day_first: bool = True
    year_first: bool = False
    serials: bool = False
    epoch: str = "1899-12-30"
    notes: tuple[str, ...] = ()


def reading(con: duckdb.DuckDBPyConnection, table: str, source: str, options: Options, *, sheet: bool) -> Reading:
    """Find out how a column's dates are read.

    Parameters
    ----------
    sheet : bool
        Whether the column is of a spreadsheet: there a number among dates is a day's number; elsewhere only where
        the whole column is such.

    Raises
    ------
    Ambiguous
    """
    low, high = _SERIALS
    number = f"try_cast(replace({source}, ',', '.') AS DOUBLE)"
    filled, short, serial = con.execute(
        f"SELECT count({source}), count(*) FILTER (regexp_matches({source}, '{_SHORT}')),"
        f" count(*) FILTER (regexp_matches({source}, '{_SERIAL}') AND {number} >= {low} AND {number} < {high})"
        f" FROM {table}"
    ).fetchone()
    serials = serial > 0 and (sheet or serial >= MOSTLY * filled)
    notes = []
    if short:
        notes.append(f"{short:,} dates have years of two digits: 80 to 99 are taken as 19xx, 00 to 79 as 20xx")
    if serials:
        system = "1904" if options.excel_1904 else "1900"
        notes.append(f"{serial:,} dates are day numbers of a spreadsheet, in the {system} system")
    year_first = _year_first(con, table, source, options) if short else False
    first = True if year_first else day_first(con, table, source, options)
    return Reading(
        first, year_first, serials,
        "1904-01-01" if options.excel_1904 else "1899-12-30", tuple(notes),
    )  # fmt: skip


def date(source: str, read: Reading) -> str:
    """SQL: text -> DATE, NULL where it is none."""
    slashed = r"\3-\2-\1" if read.day_first else r"\3-\1-\2"
    short = r"\1-\2-\3" if read.year_first else slashed
    cases = [(_ISO, _day(source, _ISO, r"\1-\2-\3")), (_COMPACT, _day(source, _COMPACT, r"\1-\2-\3"))]
    cases += [(_SHORT, _full_year(source, _SHORT, short)), (_SLASHED, _day(source, _SLASHED, slashed))]
    if read.serials:
        days = f"CAST(floor(try_cast(replace({source}, ',', '.') AS DOUBLE)) AS INTEGER)"
        cases.append((_SERIAL, f"(DATE '{read.epoch}' + {days})"))
    for pattern, word, day in ((_DAY_WORD, 2, 1), (_WORD_DAY, 1, 2)):
        name = f"regexp_extract(strip_accents(lower({source})), '{pattern}', {word})"
        month = f"{_MONTHS}[{name}]"
        written = f"regexp_extract({source}, '{pattern}', 3) || '-' || {month} || '-' || " + (
            f"regexp_extract({source}, '{pattern}', {day})"
        )
        cases.append((pattern, _full_year(f"({written})")))
    return "(CASE " + " ".join(f"WHEN regexp_matches({source}, '{p}') THEN {e}" for p, e in cases) + " END)"


def _day(source: str, pattern: str, to: str) -> str:
    return f"try_cast(regexp_replace({source}, '{pattern}', '{to}') AS DATE)"


def _full_year(source: str, pattern: str = "", to: str = "") -> str:
    """SQL: year-month-day with a year of two digits, or four -> DATE."""
    text = f"regexp_replace({source}, '{pattern}', '{to}')" if pattern else source
    century = f"CASE WHEN regexp_matches({text}, '^[{FIRST_SHORT_YEAR // 10}-9]\\d-') THEN '19' ELSE '20' END"
    return f"try_cast(CASE WHEN regexp_matches({text}, '^\\d\\d-') THEN {century} || {text} ELSE {text} END AS DATE)"


def _year_first(con, table: str, source: str, options: Options) -> bool:
    """Whether 24-01-05 is of 2024: only where a mapping says so, or the column can be read in no other way."""
    if options.year_first is not None:
        return options.year_first
    a, c = (f"try_cast(regexp_extract({source}, '{_SHORT}', {g}) AS INTEGER)" for g in (1, 3))
    read = f"(SELECT _row, {source} AS s, {a} AS a, {c} AS c FROM {table} WHERE regexp_matches({source}, '{_SHORT}'))"
    years_first, years_last, firsts, lasts = con.execute(
        "SELECT count(*) FILTER (a > 31 OR a = 0), count(*) FILTER (c > 31 OR c = 0),"
        f" count(DISTINCT a), count(DISTINCT c) FROM {read}"
    ).fetchone()
    if years_last or (not years_first and lasts <= firsts):
        return False
    if years_first:
        return True
    # The day varies more than the year does; here the last two digits vary more.
    raise Ambiguous(
        "dates with a year of two digits, and it is not clear whether it stands first or last",
        _three(con, read, "true"), "year_first = true   # or false",
    )  # fmt: skip


def day_first(con: duckdb.DuckDBPyConnection, table: str, source: str, options: Options) -> bool:
    """Whether dates like 05/03/2024 are day-first in this column, from the column as a whole.

    Raises
    ------
    Ambiguous
        Every such date can be read both ways, or some only one way and some only the other.
    """
    if options.day_first is not None:
        return options.day_first
    a, b = (f"try_cast(regexp_extract({source}, '{_SLASHED}', {g}) AS INTEGER)" for g in (1, 2))
    read = f"(SELECT _row, {source} AS s, {a} AS a, {b} AS b FROM {table} WHERE regexp_matches({source}, '{_SLASHED}'))"
    day, month, both = con.execute(
        "SELECT count(*) FILTER (a > 12 AND b <= 12), count(*) FILTER (b > 12 AND a <= 12),"
        f" count(*) FILTER (a <= 12 AND b <= 12 AND a <> b) FROM {read}"
    ).fetchone()
    if day and month:
        rarer = "a > 12 AND b <= 12" if day < month else "b > 12 AND a <= 12"
        why = f"{day:,} dates can only be day-first and {month:,} only month-first"
        raise Ambiguous(why, _three(con, read, rarer), _SETTLE)
    if both and not day and not month:
        rows = _three(con, read, "a <= 12 AND b <= 12 AND a <> b")
        raise Ambiguous(f"all {both:,} dates can be read day-first and month-first", rows, _SETTLE)
    return not month


def _three(con: duckdb.DuckDBPyConnection, read: str, where: str) -> list[tuple[int, str]]:
    return con.execute(f"SELECT _row, s FROM {read} WHERE {where} ORDER BY _row LIMIT 3").fetchall()
