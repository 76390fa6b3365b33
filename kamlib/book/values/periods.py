"""Periods among dates: which forms are read, and whether Jan-24 is a month and its year."""

from __future__ import annotations

from kamlib.book.options import Options
from kamlib.book.values.cells import Ambiguous, literal
from kamlib.book.values.forms import FORM, NUMBERS
from kamlib.stats.grain import GRAINS

RARE = 0.05  # periods among days that are fewer are none: set aside as unreadable, and a file of more is refused
TWOFOLD = {"word number": ("false", "Jan-24"), "number word": ("true", "24-Jan")}  # year_first, if they are months


def two_readings(con, table: str, source: str, counts: dict[str, int], words: str, options: Options) -> set[str]:
    """Forms that are written as a month and a year, but are days without a year.

    Raises
    ------
    Ambiguous
        The column does not say whether Jan-24 is January 2024 or the 24th of a January.
    """
    days = set()
    for name, (year_first, like) in TWOFOLD.items():
        if not counts.get(name):
            continue
        if options.year_first is not None:
            if options.year_first != (year_first == "true"):
                days.add(name)
            continue
        rows = _rows(name, table, source, words)
        if not _years(con, rows):
            shown = con.execute(f"SELECT _row, s FROM {rows} ORDER BY _row LIMIT 3").fetchall()
            why = f"{counts[name]:,} dates can be a month and its year, or a day without a year"
            raise Ambiguous(why, shown, f"year_first = {year_first}   # {like} is January 2024")
    return days


def _rows(name: str, table: str, source: str, words: str) -> str:
    form = FORM[name]
    word, number = (f"regexp_extract({source}, {literal(form.pattern)}, {1 + form.groups.index(g)})" for g in "Wy")
    read = f"SELECT _row, {source} AS s, {words}[lower({word})] AS m, try_cast({number} AS INTEGER) AS y FROM {table}"
    return f"(SELECT * FROM ({read} WHERE {form.found(source)}) WHERE m IS NOT NULL)"


def _years(con, rows: str) -> bool:
    """Whether the numbers beside months are years: no days, or one after another and each with several months."""
    no_days, months, years, first, last = con.execute(
        "SELECT count(*) FILTER (y > 31 OR y = 0), count(DISTINCT (m, y)), count(DISTINCT y), min(y), max(y)"
        f" FROM {rows}"
    ).fetchone()
    if no_days or not months:
        return True
    return last - first + 1 == years and months >= 2 * years


def kept(
    counts: dict[str, int], filled: int, numbers: dict[str, int], days: set[str]
) -> tuple[dict[str, int], list[str]]:
    """The forms of a column that are read, with their cells, and notes.

    Parameters
    ----------
    counts : dict of str to int
        Cells by form, "" for none.
    filled : int
    numbers : dict of str to int
        Forms of numbers that are read.
    days : set of str
        From `two_readings`.
    """
    known = {f.name for f in NUMBERS} | days | {""}
    found = {n: c for n, c in counts.items() if n not in known} | numbers
    by_grain = dict.fromkeys(GRAINS, 0)
    for name, n in found.items():
        by_grain[FORM[name].grain] += n
    if sum(by_grain.values()) - by_grain["day"] < RARE * filled:
        return {n: c for n, c in found.items() if FORM[n].grain == "day"}, []
    mixed = [f"{n:,} {grain}s" for grain, n in by_grain.items() if n]
    if len(mixed) < 2:
        return found, []
    coarsest = next(g for g in reversed(GRAINS) if by_grain[g])
    return found, [f"its dates are {', '.join(mixed)}: all count as known to the {coarsest} only"]
