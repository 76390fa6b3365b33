"""Headers that are periods: `Jan-24`, `2024-01`, `Q1 2024`, `FY2023`, `KW05 2024`; and what else they say."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from kamlib.book.roles.synonyms import CODES, of_column, plain
from kamlib.book.values.forms import FIRST_SHORT_YEAR
from kamlib.book.values.months import fold, month_words

SIGNS = {
    "quarter": "q qtr quarter quartal trimestre trim t kwartal kwartaal квартал quý 季度 季 第 四半期 분기".split(),
    "week": "w wk week kw woche semaine semana settimana tydzien hafta неделя 周 週".split(),
    "half": "h half halbjahr hj semestre sem semester".split(),
    "month": "m month monat mois mes 月 월".split(),
    "year": "fy cy year jahr annee ano anno exercice gj rok год 年 년".split(),
}
MEASURES = ("amount", "quantity", "profit", "cost", "unit_price", "tax", "list_price")
_LITTLE = "sum of summe von somme de suma somma di".split()  # a pivot table's "Sum of Jan-24"
_CODES = CODES.split("|")
_SPLIT = re.compile(r"[\s\-/.,_'’()\[\]:|]+|(?<=\d)(?=\D)|(?<=\D)(?=\d)")
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T]\d\d:\d\d(:\d\d)?(\.\d+)?")


@dataclass(frozen=True)
class Period:
    """What a header says of time.

    Attributes
    ----------
    grain : str
        day, week, month, quarter, half or year.
    first : str
        Its first day as text; of a month without a year only `-03-01`; of a day the header's own text, where the
        order of day and month is open.
    measure : str
        Our column that the rest of the header names; empty where nothing else stands there.
    rest : str
        That rest, as `plain` leaves it.
    """

    grain: str
    first: str
    measure: str = ""
    rest: str = ""

    @property
    def has_year(self) -> bool:
        """Whether the header says of which year."""
        return not self.first.startswith("-")


def period(header: str) -> Period | None:
    """The period that a header names, or None.

    Examples
    --------
    >>> [period(h).first for h in ("Jan-24", "2024-02", "03/2024", "202404", "Q2 2024", "FY2023", "W05 2024", "März")]
    ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-04-01', '2023-01-01', '2024-01-29', '-03-01']
    >>> period("Qty Jan-24").measure, period("Region"), period("Margin call")
    ('quantity', None, None)
    """
    header = str(header).strip()
    if len(header) > 60 or not (any(c.isdigit() for c in header) or fold(header) in month_words()):
        return None
    stamp = _STAMP.fullmatch(header)  # a date cell of a spreadsheet
    if stamp:
        return _day(*map(int, stamp.groups()[:3]), header)
    tokens = [t for t in _SPLIT.split(fold(header)) if t]
    numbers = [t for t in tokens if t.isdigit() and t.isascii()]
    words = [t for t in tokens if t not in numbers]
    if any(w in month_words() for w in words):
        return _month_in_words(words, numbers, header)
    for sign, read in _READERS:
        rest = _without(words, sign)
        found = read(numbers, header) if rest is not None else None
        if found and rest:
            return _measured(found, rest)
        if found:
            return found
    return None


@cache
def _measures() -> dict[str, str]:
    names = {plain(name): column for column in MEASURES for name in of_column("ledger", column)}
    return names | {plain(column): column for column in MEASURES}


def _measured(found: Period, rest: list[str]) -> Period | None:
    """A period whose header says more: only what names one of our columns, as in `Sales 2024`, is understood."""
    said = plain(" ".join(w for w in rest if w not in _LITTLE and w.upper() not in _CODES))
    measure = _measures().get(said, "") if said else "amount"
    return Period(found.grain, found.first, measure, said) if measure else None


def _without(words: list[str], sign: str) -> list[str] | None:
    """The words without the one that says which grain it is; None where none does."""
    if not sign:
        return words
    at = next((i for i, w in enumerate(words) if w in SIGNS[sign]), None)
    if at is None:
        return None
    return [w for w in words[:at] + words[at + 1 :] if w not in SIGNS["year"][-2:] + SIGNS[sign]]


def _year(text: str) -> int | None:
    number = int(text)
    if len(text) == 4 and 1980 <= number <= 2099:
        return number
    if len(text) == 2:
        return number + (1900 if number >= FIRST_SHORT_YEAR else 2000)
    return None


def _year_and(numbers: list[str], low: int, high: int) -> tuple[int, int] | None:
    """A year, and a number within its limits; the year is the longer one, else the last."""
    if len(numbers) != 2:
        return None
    small, long = sorted(numbers, key=len)
    if len(small) == len(long):
        small, long = numbers
    year = _year(long)
    return (year, int(small)) if year and len(small) <= 2 and low <= int(small) <= high else None


def _quarter(numbers, header) -> Period | None:
    found = _year_and(numbers, 1, 4)
    return Period("quarter", f"{found[0]}-{found[1] * 3 - 2:02}-01") if found else None


def _half(numbers, header) -> Period | None:
    found = _year_and(numbers, 1, 2)
    return Period("half", f"{found[0]}-{found[1] * 6 - 5:02}-01") if found else None


def _week(numbers, header) -> Period | None:
    found = _year_and(numbers, 1, 53)
    try:
        return Period("week", dt.date.fromisocalendar(*found, 1).isoformat()) if found else None
    except ValueError:  # a week 53 that this year does not have
        return None


def _month(numbers, header) -> Period | None:
    found = _year_and(numbers, 1, 12)
    if len(numbers) == 1 and len(numbers[0]) <= 2 and 1 <= int(numbers[0]) <= 12:
        return Period("month", f"-{int(numbers[0]):02}-01")
    return Period("month", f"{found[0]}-{found[1]:02}-01") if found else None


def _fiscal(numbers, header) -> Period | None:
    year = _year(numbers[0]) if len(numbers) == 1 else None
    return Period("year", f"{year}-01-01") if year else None


def _numbers(numbers, header) -> Period | None:
    """Numbers alone: a year, a month or a day."""
    sizes = [len(n) for n in numbers]
    if sizes == [4]:
        return _fiscal(numbers, header)
    if sizes == [6]:
        numbers = [numbers[0][:4], numbers[0][4:]]
    if sizes == [8]:
        numbers = [numbers[0][:4], numbers[0][4:6], numbers[0][6:]]
    if len(numbers) == 2 and max(map(len, numbers)) == 4:
        return _month(numbers, header)
    if len(numbers) == 3 and len(numbers[0]) == 4:
        return _day(*map(int, numbers), header)
    if len(numbers) == 3 and len(numbers[2]) == 4 and _year(numbers[2]) and max(map(int, numbers[:2])) <= 31:
        return Period("day", header)
    return None


_READERS = (
    ("quarter", _quarter), ("week", _week), ("half", _half), ("month", _month), ("year", _fiscal), ("", _numbers),
)  # fmt: skip


def _day(year: int, month: int, day: int, header: str) -> Period | None:
    try:
        return Period("day", dt.date(year, month, day).isoformat()) if 1980 <= year <= 2099 else None
    except ValueError:
        return None


def _month_in_words(words: list[str], numbers: list[str], header: str) -> Period | None:
    at = next(i for i, w in enumerate(words) if w in month_words())
    month, rest = month_words()[words[at]], [w for i, w in enumerate(words) if i != at and w not in ("de", "of")]
    if not numbers:
        found = Period("month", f"-{month:02}-01")
    elif len(numbers) == 1 and _year(numbers[0]):
        found = Period("month", f"{_year(numbers[0])}-{month:02}-01")
    elif len(numbers) == 2 and _year_and(numbers, 1, 31) and not rest:
        found = Period("day", header)
    else:
        return None
    return _measured(found, rest) if rest else found
