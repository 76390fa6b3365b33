"""Text -> dates, as DuckDB expressions; the whole column settles what one value cannot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from kamlib.book.options import Options
from kamlib.book.values import periods, spoken
from kamlib.book.values.cells import Ambiguous, literal
from kamlib.book.values.forms import FORM, FORMS, IN_WORDS, PERIODS_IN_WORDS, Form
from kamlib.book.values.numbers import number_date, numbers_that_are_dates
from kamlib.stats.grain import GRAINS

SHAPES = 20_000  # a column of dates has a few; text without end is no reason to look at every cell for every form
SHORT, SLASHED = FORM["short"].pattern, FORM["slashed"].pattern
EITHER = SLASHED.replace(r"(\d{4})", r"(\d{4}|\d{2})")
_CLOCK = r"(?::\d{2}|T\d{4}).*"
_ZONE = (
    rf"{_CLOCK}(?:Z|[+\-]\d{{1,2}}(?::?\d{{2}})?|\b(?:UTC|GMT|MSK|[A-Z]{{1,4}}T)\b.*)$"
    r"|^[\d\-]+(?:Z|[+\-]\d{2}:\d{2})$"
)
_COMPACT = re.compile(r"\b(?:19[89]|20[0-9])\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b")
MOSTLY = 0.9  # of a column's filled cells, from which on it is one of dates
_SETTLE = "day_first = true   # or false"


@dataclass(frozen=True)
class Reading:
    """How the dates of a column are read, and what a reader should know of it.

    Attributes
    ----------
    forms : tuple of Form
        Those that occur and are read, in the order in which they are tried.
    words : str
        SQL map of the months' names that occur.
    weekdays : str
        Pattern of the weekdays that stand before dates; empty where none do.
    epoch : str
        Day 0 of a spreadsheet's day numbers.
    grain : str
        The coarsest of the forms: "day", or the period that the dates are.
    notes : tuple of str
    """

    forms: tuple[Form, ...] = ()
    words: str = ""
    weekdays: str = ""
    epoch: str = "1899-12-30"
    grain: str = "day"
    notes: tuple[str, ...] = ()


def reading(
    con: duckdb.DuckDBPyConnection, table: str, source: str, options: Options, *, sheet: bool, typed: bool = False
) -> Reading:
    """Find out how a column's dates are read.

    Parameters
    ----------
    sheet : bool
        Whether the column is of a spreadsheet: there a number among dates is a day's number; elsewhere only where
        the whole column is such.
    typed : bool
        Whether the source holds numbers as such. Outside of a spreadsheet they are no day numbers then.

    Raises
    ------
    Ambiguous

    Examples
    --------
    >>> con = duckdb.connect()
    >>> _ = con.execute("CREATE TABLE t AS SELECT 0 AS _row, 'Q3 2024' AS s")
    >>> read = reading(con, "t", "s", Options(), sheet=False)
    >>> read.grain, str(con.execute(f"SELECT {date('s', read)} FROM t").fetchone()[0])
    ('quarter', '2024-07-01')
    """
    _shapes(con, table, source)
    words = spoken.words(con, "date_shapes")
    months, weekdays = spoken.months(words), spoken.weekdays(con, "date_shapes", words)
    said = _said(source, weekdays)
    counts = _counts(con, _said("s", weekdays), months)
    filled = sum(counts.values())
    numbers = numbers_that_are_dates(con, table, source, counts, sheet=sheet, typed=typed)
    unsure = periods.two_readings(con, table, said, counts, months, options)
    kept, notes = periods.kept(counts, filled, numbers, unsure)
    if kept.get("short") or kept.get("slashed"):
        year_first = "short" in kept and _year_first(con, table, said, options)
        first = True if year_first else day_first(con, table, said, options)
    else:
        year_first, first = False, True
    notes += _notes(con, table, source, _said("s", weekdays), kept, options)
    forms = tuple(_in_order(f, first, year_first) for f in FORMS if f.name in kept)
    grain = max((f.grain for f in forms), key=GRAINS.index, default="day")
    epoch = "1904-01-01" if options.excel_1904 else "1899-12-30"
    return Reading(forms, months, weekdays, epoch, grain, tuple(notes))


def date(source: str, read: Reading) -> str:
    """SQL: text -> DATE, NULL where it is none."""
    said = _said(source, read.weekdays)
    cases = [
        (form.found(said), form.sql(said, read.words) if form.groups else number_date(form.name, source, read.epoch))
        for form in read.forms
    ]
    return "(CASE " + " ".join(f"WHEN {test} THEN {day}" for test, day in cases) + " END)" if cases else "NULL::DATE"


def _shapes(con, table: str, source: str) -> None:
    """The table `date_shapes`: how the cells look with a 9 for each digit (`s`), and how many do (`n`)."""
    shape = f"translate({source}, '0123456789', '9999999999')"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE date_shapes AS SELECT {shape} AS s, count(*) AS n FROM {table}"
        f" WHERE {source} IS NOT NULL GROUP BY 1 ORDER BY n DESC, s LIMIT {SHAPES}"
    )


def _said(source: str, weekdays: str) -> str:
    """SQL: a cell without the weekday before it."""
    return rf"regexp_replace({source}, {literal(weekdays)}, '\1\2')" if weekdays else source


def _counts(con, shape: str, months: str) -> dict[str, int]:
    """Cells by the first form that they fit; under "" those that fit none."""
    forms = [f for f in FORMS if months or f not in (*IN_WORDS, *PERIODS_IN_WORDS)]
    first = " ".join(f"WHEN {f.found(shape)} THEN {literal(f.name)}" for f in forms)
    rows = con.execute(f"SELECT CASE {first} ELSE '' END AS form, sum(n)::BIGINT FROM date_shapes GROUP BY form")
    return dict(rows.fetchall())


def _in_order(form: Form, day_first: bool, year_first: bool) -> Form:
    """A form of numbers alone, its parts in the order that the column has."""
    if form.name == "short" and year_first:
        return replace(form, groups="yMD")
    if form.name in ("short", "slashed") and not day_first:
        return replace(form, groups=form.groups.replace("DM", "MD"))
    return form


def _notes(con, table: str, source: str, shape: str, kept: dict[str, int], options: Options) -> list[str]:
    notes = []
    if short := _short_years(con, shape, kept):
        notes.append(f"{short:,} dates have years of two digits: 80 to 99 are taken as 19xx, 00 to 79 as 20xx")
    if "day number" in kept:
        system = "1904" if options.excel_1904 else "1900"
        notes.append(f"{kept['day number']:,} dates are day numbers of a spreadsheet, in the {system} system")
    for unit in ("seconds", "milliseconds"):
        if unit in kept:
            notes.append(f"{kept[unit]:,} dates are Unix {unit}; their days are days in UTC")
    zoned = con.execute(f"SELECT sum(n)::BIGINT FROM date_shapes WHERE regexp_matches(s, {literal(_ZONE)})").fetchone()
    if zoned[0]:
        one = f"SELECT {source} FROM {table} WHERE regexp_matches({source}, {literal(_ZONE)}) ORDER BY _row LIMIT 1"
        cell = con.execute(one).fetchone()[0]
        notes.append(f"{zoned[0]:,} dates name a time zone ({cell[:60]!r}); the day is taken as it is written")
    return notes


def _short_years(con, shape: str, kept: dict[str, int]) -> int:
    found = 0
    for form in (f for f in FORMS if f.name in kept and "y" in f.groups):
        year = f"regexp_extract({shape}, {literal(form.pattern)}, {form.groups.index('y') + 1})"
        test = f"{form.found(shape)} AND length({year}) = 2"
        found += con.execute(f"SELECT coalesce(sum(n), 0)::BIGINT FROM date_shapes WHERE {test}").fetchone()[0]
    return found


def _year_first(con, table: str, source: str, options: Options) -> bool:
    """Whether 24-01-05 is of 2024: only where a mapping says so, or the column can be read in no other way."""
    if options.year_first is not None:
        return options.year_first
    a, c = (f"try_cast(regexp_extract({source}, '{SHORT}', {g}) AS INTEGER)" for g in (1, 3))
    read = f"(SELECT _row, {source} AS s, {a} AS a, {c} AS c FROM {table} WHERE regexp_matches({source}, '{SHORT}'))"
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
    a, b = (f"try_cast(regexp_extract({source}, '{EITHER}', {g}) AS INTEGER)" for g in (1, 2))
    read = f"(SELECT _row, {source} AS s, {a} AS a, {b} AS b FROM {table} WHERE regexp_matches({source}, '{EITHER}'))"
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


def day_and_month(source: str, above: str, year: int | None) -> str | None:
    """SQL: text such as 0503 or 503 -> DATE, without a year; None where nothing says the year.

    It is the first such day on or after the first day that stands above the header (20240101), or that of `year`.

    Examples
    --------
    >>> day = day_and_month("'503'", "EXTF 700 20240701 4", None)
    >>> duckdb.sql(f"SELECT {day}").fetchall()[0][0].isoformat()
    '2025-03-05'
    """
    begin = _COMPACT.search(above)
    if year is None and begin is None:
        return None
    first = begin[0] if year is None else f"{year}0101"
    digits = f"lpad(regexp_replace({source}, '[.\\s]|\\.0$', '', 'g'), 4, '0')"
    day = f"right({digits}, 2) || left({digits}, 2)"
    of_year = f"({first[:4]} + ({day} < '{first[4:]}')::INT)"
    text = f"{of_year}::VARCHAR || '-' || left({day}, 2) || '-' || right({day}, 2)"
    return f"(CASE WHEN regexp_matches({digits}, '^\\d{{4}}$') THEN try_cast({text} AS DATE) END)"


def day_first_beside(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> tuple[bool, str] | None:
    """What other columns of dates of a file say where one can be read both ways: a tool writes all of them alike.

    Returns
    -------
    (bool, str) or None
        Whether the day stands first, and the column that says so; None where none does, or they disagree.
    """
    said = {}
    for column in columns:
        a, b = (f"try_cast(regexp_extract({column}, '{EITHER}', {g}) AS INTEGER)" for g in (1, 2))
        filled, dates, day, month = con.execute(
            f"SELECT count(nullif(trim({column}), '')), count(*) FILTER (regexp_matches({column}, '{EITHER}')),"
            f" count(*) FILTER ({a} > 12 AND {b} <= 12), count(*) FILTER ({b} > 12 AND {a} <= 12) FROM {table}"
        ).fetchone()
        if dates and dates >= MOSTLY * filled and bool(day) != bool(month):
            said[column] = bool(day)
    return (*set(said.values()), next(iter(said))) if len(set(said.values())) == 1 else None


def _three(con: duckdb.DuckDBPyConnection, read: str, where: str) -> list[tuple[int, str]]:
    return con.execute(f"SELECT _row, s FROM {read} WHERE {where} ORDER BY _row LIMIT 3").fetchall()
