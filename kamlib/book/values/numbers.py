"""Numbers that are dates: a year, a year and month, day numbers of a spreadsheet, Unix seconds and milliseconds.

A number says little of itself, so it is a date only where nearly the whole column is of one such form.
"""

from __future__ import annotations

import duckdb

from kamlib.book.options import EARLIEST, LATEST
from kamlib.book.values.forms import FORM, NUMBERS

MOSTLY = 0.95  # a column of numbers is one of day numbers if so many of its cells are
DAY = 86_400  # seconds
_RANGES = {  # 1980-01-01 to 2099-12-31
    "year": (EARLIEST.year, LATEST.year + 1),
    "year month": (100 * EARLIEST.year, 100 * LATEST.year + 100),
    "day number": (29_221, 73_051),
    "seconds": (315_532_800, 4_102_444_800),
    "milliseconds": (315_532_800_000, 4_102_444_800_000),
}


def numbers_that_are_dates(
    con: duckdb.DuckDBPyConnection, table: str, source: str, counts: dict[str, int], *, sheet: bool, typed: bool
) -> dict[str, int]:
    """Forms of numbers that are read, and how many cells are such.

    Parameters
    ----------
    counts : dict of str to int
        Cells by form.
    sheet, typed : bool
        As of `kamlib.book.values.dates.reading`.
    """
    there = [f for f in NUMBERS if f.name in counts and not (f.name == "day number" and typed and not sheet)]
    if not there:
        return {}
    tests = ", ".join(f"count(*) FILTER ({f.found(source)} AND {_plausible(f.name, source)})" for f in there)
    plausible = con.execute(f"SELECT {tests} FROM {table}").fetchone()
    most = MOSTLY * sum(counts.values())
    named = {f.name: n for f, n in zip(there, plausible, strict=True) if n}
    return {name: n for name, n in named.items() if n >= most or (name == "day number" and sheet)}


def number_date(name: str, source: str, epoch: str) -> str:
    """SQL: a day number, or seconds or milliseconds since 1970 -> DATE (in UTC)."""
    number, days = _number(source), {"seconds": DAY, "milliseconds": 1000 * DAY}.get(name)
    if not days:
        return f"(DATE '{epoch}' + CAST(floor({number}) AS INTEGER))"
    return f"(DATE '1970-01-01' + CAST(floor({number} / {days}) AS INTEGER))"


def _plausible(name: str, source: str) -> str:
    low, high = _RANGES[name]
    test = f"{_number(source)} >= {low} AND {_number(source)} < {high}"
    if name in ("year", "year month"):  # 2024.0 is a year, 2024.1 none
        test += f" AND {_number(source)} = floor({_number(source)}) AND {FORM[name].sql(source)} IS NOT NULL"
    return test


def _number(source: str) -> str:
    return f"try_cast(replace({source}, ',', '.') AS DOUBLE)"
