"""What the values of each column of a raw table look like, whatever it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from kamlib.book.source.part import Part
from kamlib.book.values.months import fold, month_words

LOOKED_AT = 2000  # rows, from the first
_WORDS = re.compile(r"[^\W\d_]{3,}")

# A year and a month alone are one: the price 2000.0 is none.
_DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T].*)?"
    r"|(1[34]|19|20|21|25)\d\d([-/年](0?[1-9]|1[0-2])月?|\.(0[1-9]|1[0-2]))([ T].*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([ T,].*)?"
    r"|\d{1,2}[ .\-/]*(de )?[^\W\d_]{3,12}\.?[ ,.\-/]*(de )?(\d{4}|\d{2})([ T,].*)?"
    r"|[^\W\d_]{3,12}\.?[ .\-/]*\d{1,2}(st|nd|rd|th)?[ ,.\-/]+\d{4}([ T,].*)?"
    r"|[^\W\d_]{3,12}[- ]\d{2,4}|(19[89]|20\d)\d(0[1-9]|1[0-2])([0-2]\d|3[01])?"
    r"|\d{4}-?[QWM]\d{1,2}|[QW]\d{1,2}[- ]?\d{4}"
    # Of other calendars: of the Republic of China, Japan's eras, Persian months.
    r"|(民國|民国)?1[0-4]\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?|(令和|平成|[RH])\.?(\d{1,2}|元)[-/.年]\d{1,2}[-/.月]\d{1,2}日?"
)
_NUMBER = re.compile(
    r"[^\w\s().,+\-'’]{0,3} ?(?:[A-Z]{0,3}|Rp|Rs|kr|руб|zł)\.?\$? ?[(+\-−]?[^\w\s(]?\d[\d.,'’٫٬\s\u00a0\u202f]*\)?-? ?"
    r"([^\w\s]|[A-Z]{3}|kr|zł|Kč)?"
)
_MOMENT = re.compile(r"(1\d{9}|1\d{12}|[2-5]\d{4})(\.\d+)?")
_DECIMALS = re.compile(r"[.,]\d{1,2}\D{0,4}$")


@dataclass(frozen=True)
class Look:
    """What the filled cells of a column are, as shares of those looked at.

    Attributes
    ----------
    filled : float
        Share of the rows that have one.
    distinct : float
        Different values for each filled cell: 1 where none comes twice.
    dates, numbers, decimals : float
        Shares of filled cells that read as a date, as a number, as a number with one or two decimals.
    values : int
        How many different values there are.
    moments : float
        Share that are seconds or milliseconds since 1970, or a spreadsheet's day numbers.
    """

    filled: float
    distinct: float
    dates: float
    numbers: float
    decimals: float
    values: int
    moments: float = 0.0

    @property
    def in_words(self) -> str:
        """For the reason of a guess."""
        if self.dates >= 0.8:
            return "its values are dates"
        if self.numbers >= 0.8:
            return "its values are amounts" if self.decimals > 0 else "its values are whole numbers"
        if self.values and self.distinct < 1:
            return f"{self.values:,} different values, repeated"
        return "no value comes twice" if self.values else "it is empty"


def looks(con: duckdb.DuckDBPyConnection, part: Part) -> list[Look]:
    """What each column of a part looks like, from its first 2,000 rows."""
    cells = ", ".join(f"CAST(c{i} AS VARCHAR) AS c{i}" for i in range(len(part.headers)))
    sample = con.execute(f"SELECT {cells} FROM {part.relation} LIMIT {LOOKED_AT}").fetchnumpy()
    return [look(sample[f"c{i}"].tolist()) for i in range(len(part.headers))]


def _is_date(cell: str) -> bool:
    """Whether a cell has the form of a date, and of the words in it one is a month: `CUS-001` is none."""
    words = _WORDS.findall(cell) if _DATE.fullmatch(cell) else None
    return words is not None and (not words or any(fold(w) in month_words() for w in words))


def _decimals(values: set[str]) -> set[str]:
    """Those with decimals; none where each only ends with .0, as whole numbers of a workbook do."""
    found = {v for v in values if _DECIMALS.search(v)}
    return found if any(not v.endswith(".0") for v in found) else set()


def look(cells: list[str | None]) -> Look:
    """What these cells look like.

    Examples
    --------
    >>> look(["2024-01-05", "5 Jan 2024"]).dates, look(["1.234,50", "-7", "n"]).numbers, look(["a", "a", ""]).values
    (1.0, 0.6666666666666666, 1)
    """
    filled = [c.strip() for c in cells if c is not None and c.strip()]
    if not filled:
        return Look(0.0, 0.0, 0.0, 0.0, 0.0, 0)
    values = set(filled)
    kinds = (_is_date, _NUMBER.fullmatch, _decimals(values).__contains__, _MOMENT.fullmatch)
    share = {v: [bool(is_(v)) for is_ in kinds] for v in values}
    dates, numbers, decimals, moments = (sum(share[c][k] for c in filled) / len(filled) for k in range(len(kinds)))
    return Look(len(filled) / len(cells), len(values) / len(filled), dates, numbers, decimals, len(values), moments)
