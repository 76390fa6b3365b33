"""Dates of other calendars as Gregorian ones: Persian, Buddhist, the Republic of China's and Japan's eras.

A column is taken as one of another calendar only where nearly all of its cells can be nothing else: no ledger is of
the year 2567, and 31 days have the first six months of the Persian year, none of the Islamic one, whose years are of
the same size. The Islamic calendar is not read: its months begin where the moon was seen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

import duckdb
import pandas as pd

NEARLY = 0.95  # of a column's filled cells, from which on it is of another calendar
SAMPLE = 2000  # cells that are looked at first: most columns have nothing of the kind
PERSIAN_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip
THAI_MONTHS = "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค".split()  # short, without full stops
PERSIAN_LETTERS = "پچژگیک"  # that Arabic has not, or writes otherwise
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}  # the year before their first
_REST = r"(?P<rest>[T ,،].*)?"
_SEP = r"[/.\-]"
_PERSIAN = (
    re.compile(rf"(?P<y>1[34]\d\d){_SEP}(?P<m>\d{{1,2}}){_SEP}(?P<d>\d{{1,2}}){_REST}"),
    re.compile(rf"(?P<d>\d{{1,2}}){_SEP}(?P<m>\d{{1,2}}){_SEP}(?P<y>1[34]\d\d){_REST}"),
    re.compile(r"(?P<y>1[34]\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?P<rest>)"),
    re.compile(rf"(?P<d>\d{{1,2}})\s(?P<w>{'|'.join(PERSIAN_MONTHS)})(?: ?ماه)?,?\s(?P<y>1[34]\d\d){_REST}"),
)
_BUDDHIST = re.compile(r"(?<![\d.])(?P<y>2[56]\d\d)(?!\d)")
_THAI = re.compile(
    rf"(?P<d>\d{{1,2}}) ?(?P<w>[\u0e00-\u0e7f]+(?:\.[\u0e00-\u0e7f]+)?)\.? ?(?P<y>2[56]\d\d|[4-9]\d){_REST}"
)
_CHINA = "(?:中華民國|民國|民国)? ?"
_REPUBLIC = (
    re.compile(rf"{_CHINA}(?P<y>0[7-9]\d|1[0-4]\d){_SEP}(?P<m>\d{{1,2}}){_SEP}(?P<d>\d{{1,2}}){_REST}"),
    re.compile(rf"{_CHINA}(?P<y>\d{{2,3}}) ?年 ?(?P<m>\d{{1,2}}) ?月 ?(?P<d>\d{{1,2}}) ?日{_REST}"),
    re.compile(r"(?P<y>0[7-9]\d|1[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?P<rest>)"),
)
_ERA = re.compile(
    rf"(?P<e>{'|'.join(ERAS)})\.? ?(?P<y>\d{{1,2}}|元)[年/.\-] ?(?P<m>\d{{1,2}})[月/.\-] ?(?P<d>\d{{1,2}})日?{_REST}"
)


def persian(year: int, month: int, day: int) -> dt.date:
    """A day of the Persian calendar, by the rule of 33 years (right from 1800 to 2250).

    Raises
    ------
    ValueError
        There is no such day.

    Examples
    --------
    >>> persian(1403, 1, 1), persian(1403, 12, 30), persian(1404, 1, 1)
    (datetime.date(2024, 3, 20), datetime.date(2025, 3, 20), datetime.date(2025, 3, 21))
    """
    if not (1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        raise ValueError("no such day")
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    found = dt.date.fromordinal(_new_year(year) + before + day - 1)
    if found.toordinal() >= _new_year(year + 1):
        raise ValueError("no such day")
    return found


def _new_year(year: int) -> int:
    y = year + 1595
    return 365 * y + y // 33 * 8 + (y % 33 + 3) // 4 - 356_032


def to_gregorian(con: duckdb.DuckDBPyConnection, table: str, source: str, *, letters: Callable[[], bool]) -> str:
    """Write the dates of a column of text anew, where they are of another calendar.

    Parameters
    ----------
    table, source : str
        The table, which is changed, and its column.
    letters : callable
        Whether the file has letters that only Persian has; asked where the days leave it open.

    Returns
    -------
    str
        The calendar; empty where nothing was changed.

    Examples
    --------
    >>> con = duckdb.connect()
    >>> _ = con.execute("CREATE TABLE t AS SELECT unnest(['1403/01/31', '1403/02/01 10:00']) AS c0")
    >>> to_gregorian(con, "t", "c0", letters=lambda: False), con.execute("SELECT c0 FROM t").fetchall()
    ('Persian calendar', [('2024-04-19',), ('2024-04-20 10:00',)])
    """
    first = con.execute(f"SELECT {source} FROM {table} WHERE {source} IS NOT NULL LIMIT {SAMPLE}").fetchall()
    if not first or not _calendar([(c, 1) for (c,) in first], lambda: True):
        return ""
    cells = con.execute(f"SELECT {source}, count(*) FROM {table} WHERE {source} IS NOT NULL GROUP BY 1").fetchall()
    name, read = _calendar(cells, letters) or ("", None)
    if not name:
        return ""
    made = pd.DataFrame([(c, read(c)) for c, _ in cells], columns=["old", "new"]).dropna()
    con.register("other_calendar", made.astype("str"))
    con.execute(f"UPDATE {table} SET {source} = o.new FROM other_calendar o WHERE {source} = o.old")
    con.unregister("other_calendar")
    return name


def _calendar(cells: Sequence[tuple[str, int]], letters: Callable[[], bool]) -> tuple[str, Callable] | None:
    every = sum(n for _, n in cells)
    for name, read in READERS.items():
        if sum(n for c, n in cells if read(c)) < NEARLY * every:
            continue
        if name == PERSIAN and not (any(map(_is_31st, (c for c, _ in cells))) or letters()):
            return None
        return name, read
    return None


def _is_31st(text: str) -> bool:
    found = _match(_PERSIAN, text)
    return bool(found) and int(found["d"]) == 31


def _match(patterns: Sequence[re.Pattern], text: str) -> re.Match | None:
    return next((m for p in patterns if (m := p.fullmatch(text))), None)


def _of_persian(text: str) -> str | None:
    found = _match(_PERSIAN, text)
    if not found:
        return None
    named = found.groupdict()
    month = PERSIAN_MONTHS.index(named["w"]) + 1 if named.get("w") else int(named["m"])
    try:
        return f"{persian(int(named['y']), month, int(named['d']))}{named['rest'] or ''}"
    except ValueError:
        return None


def _of_buddhist(text: str) -> str | None:
    named = _THAI.fullmatch(text)
    if named and named["w"].replace(".", "") in THAI_MONTHS:
        year = int(named["y"]) + (0 if len(named["y"]) == 4 else 2500) - 543
        month = THAI_MONTHS.index(named["w"].replace(".", "")) + 1
        return f"{year}-{month:02}-{int(named['d']):02}{named['rest'] or ''}"
    written, n = _BUDDHIST.subn(lambda m: str(int(m["y"]) - 543), text)
    return written if n == 1 and len(text) > 7 else None


def _of_republic(text: str) -> str | None:
    found = _match(_REPUBLIC, text)
    return _ymd(1911 + int(found["y"]), found) if found else None


def _of_era(text: str) -> str | None:
    found = _ERA.fullmatch(text)
    return _ymd(ERAS[found["e"]] + (1 if found["y"] == "元" else int(found["y"])), found) if found else None


def _ymd(year: int, found: re.Match) -> str | None:
    try:
        return f"{dt.date(year, int(found['m']), int(found['d']))}{found['rest'] or ''}"
    except ValueError:
        return None


PERSIAN = "Persian calendar"
READERS = {
    PERSIAN: _of_persian,
    "Buddhist calendar (years less 543)": _of_buddhist,
    "calendar of the Republic of China (years and 1911)": _of_republic,
    "Japanese eras": _of_era,
}
