"""The forms in which a date or a period is written: a pattern for each, and the SQL that reads it.

A form is looked for in the *shapes* of a column (its cells with a 9 for every digit), of which there are few; so a
pattern asks for digits, never for certain ones, and what is no date (month 13) comes out as NULL.
"""

# ruff: noqa: E501 - a form is a line
from __future__ import annotations

from dataclasses import dataclass

from kamlib.book.values.cells import literal

FIRST_SHORT_YEAR = 80  # 80 to 99 are 1980 to 1999, 00 to 79 are 2000 to 2079: no ledger is older

WORD = r"([\p{L}\p{M}॰]+(?: (?:الأول|الاول|الثاني))?)\.?"
_TIME = (
    r"(?:[T ,،]+(?:at |um |à |às |- |@ ?)?\d{1,2}(?:[:.h]\d{2}.*| ?[AaPp]\.?[Mm]\.?)"
    r"|T\d{2}(?:\d{2}(?:\d{2}(?:\.\d+)?)?)?(?:Z|[+\-]\d{2}:?\d{2})?|Z|[+\-]\d{2}:\d{2})?$"
)
_WEEKDAY = r"(?: ?[(（][\p{L}\p{M}.]{1,9}[)）])?"  # behind a date: (金), (Fri)
_OF = r"(?:of |de |del |d')?"
_YEAR = r"(?: ?г\.?| ?года?| r\.?| roku)?"  # Russian and Polish put "year" behind it
_SEP = r" ?[/.\-] ?"
_QUARTER = (
    r"(?:quartal|quarter|qtr|trimestre|trim|kwartaal|kwartał|çeyrek|квартал|кв|kuartal|kwartal|분기|四半期|季度)\.?"
)
_WEEK = r"(?:W|KW|CW|WK|week|woche|semaine|semana|settimana|hafta|неделя|tydzień|minggu|sem|S)"


@dataclass(frozen=True)
class Form:
    """One way to write a date.

    Attributes
    ----------
    name : str
    pattern : str
        A regular expression; its groups, one by one, are
    groups : str
        Y year, y year of two digits, or of four, M month, D day, W month in words, Q quarter, K week.
    grain : str
        "day", or the period that it is.
    """

    name: str
    pattern: str
    groups: str
    grain: str = "day"

    def found(self, source: str) -> str:
        """SQL: whether a cell, or a shape, is written so."""
        return f"regexp_matches({source}, {literal(self.pattern)})"

    def sql(self, source: str, words: str = "") -> str:
        """SQL: text that is written so -> DATE, of a period its first day; NULL where there is no such day.

        Parameters
        ----------
        words : str
            SQL map of the months' names that the column has, in lower case.
        """
        short, groups = "y" in self.groups, self.groups.upper()
        if set(groups) == set("YMD"):
            written = "-".join(rf"\{groups.index(g) + 1}" for g in "YMD")
            return full_year(f"regexp_replace({source}, {literal(self.pattern)}, '{written}')", short)
        part = {g: f"regexp_extract({source}, {literal(self.pattern)}, {i})" for i, g in enumerate(groups, 1)}
        if "K" in part:
            return _week(century(part["Y"], short), part["K"], part.get("D", "1"))
        month = part.get("M", "'1'")
        if "W" in part:
            month = f"{words}[lower({part['W']})]"
        if "Q" in part:
            month = f"(3 * CAST({part['Q']} AS INTEGER) - 2)"
        return full_year(f"({part['Y']} || '-' || {month} || '-' || {part.get('D', 1)})", short)


def century(year: str, short: bool) -> str:
    """SQL: a year of two digits, or four -> of four."""
    if not short:
        return year
    before = f"CASE WHEN {year} >= '{FIRST_SHORT_YEAR}' THEN '19' ELSE '20' END"
    return f"(CASE WHEN length({year}) = 2 THEN {before} || {year} ELSE {year} END)"


def full_year(text: str, short: bool) -> str:
    """SQL: year-month-day with a year of two digits, or four -> DATE."""
    if not short:
        return f"try_cast({text} AS DATE)"
    before = f"CASE WHEN {text} >= '{FIRST_SHORT_YEAR}' THEN '19' ELSE '20' END"
    return f"try_cast(CASE WHEN {text} LIKE '__-%' THEN {before} || {text} ELSE {text} END AS DATE)"


def _week(year: str, week: str, day: str) -> str:
    """SQL: the day of an ISO week; NULL where the year has no such week."""
    monday = f"date_trunc('week', try_cast({year} || '-01-04' AS DATE))::DATE + 7 * (CAST({week} AS INTEGER) - 1)"
    there = f"isoyear({monday}) = CAST({year} AS INTEGER) AND CAST({day} AS INTEGER) BETWEEN 1 AND 7"
    return f"(CASE WHEN {there} THEN {monday} + CAST({day} AS INTEGER) - 1 END)"


# In this order: the first that fits a shape has it.
DAYS = (
    Form("iso", rf"^(\d{{4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})\.?{_WEEKDAY}{_TIME}", "YMD"),
    Form("compact", r"^(\d{4})(\d{2})(\d{2})(?:\.\d|\d{6})?" + _TIME, "YMD"),
    Form("short", rf"^(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{2}}){_TIME}", "DMy"),
    Form("slashed", rf"^(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{4}})\.?{_TIME}", "DMY"),
    Form(
        "east",
        rf"^(\d{{4}}) ?[年년] ?(\d{{1,2}}) ?[月월] ?(\d{{1,2}}) ?[日일号號](?: ?\p{{L}}{{2,3}})?{_WEEKDAY}{_TIME}",
        "YMD",
    ),
    Form("week day", r"^(\d{4})-?W(\d{2})-?(\d)$", "YKD"),
)
IN_WORDS = (
    Form("day word", rf"(?i)^(\d{{1,2}})(?:st|nd|rd|th|er|[.ºª°])?[ .\-/,]*{_OF}{WORD}[ ,،.\-/]*{_OF}(\d{{4}}|\d{{2}}){_YEAR}"
         + _TIME, "DWy"),
    Form("word day", rf"(?i)^{WORD}[ .\-/]*(\d{{1,2}})(?:st|nd|rd|th|\.)?[ ,،.\-/]+(\d{{4}}|\d{{2}}){_TIME}", "WDy"),
    Form("year word day", rf"(?i)^(\d{{4}})[ ,.\-/]*{WORD}[ ,.\-/]*(\d{{1,2}}){_TIME}", "YWD"),
    Form("ctime", rf"(?i)^{WORD} +(\d{{1,2}}) \d{{1,2}}:\d{{2}}:\d{{2}}(?: [a-z]{{2,5}}| [+\-]\d{{4}})? (\d{{4}})$", "WDY"),
)  # fmt: skip
PERIODS = (
    Form("year-month", r"^(\d{4})[/.\-](\d{1,2})$", "YM", "month"),
    Form("month-year", r"^(\d{1,2})[/.\-](\d{4})$", "MY", "month"),
    Form("year M month", r"(?i)^(\d{4})[ \-]?M(\d{1,2})$", "YM", "month"),
    Form("M month year", r"(?i)^M(\d{1,2})[ \-/.](\d{4})$", "MY", "month"),
    Form("east month", r"^(\d{4}) ?[年년] ?(\d{1,2}) ?[月월](?:份)?$", "YM", "month"),
    Form("year Q", r"(?i)^(\d{4})[ \-/.]?[QTKÇ](\d)$", "YQ", "quarter"),
    Form("Q year", r"(?i)^[QTKÇ](\d)[ \-/.'’]{0,2}(\d{4}|\d{2})$", "Qy", "quarter"),
    Form("1Q year", r"(?i)^(\d)[QT][ \-/.'’]{0,2}(\d{4}|\d{2})$", "Qy", "quarter"),
    Form("quarter in words", rf"(?i)^(\d)(?:st|nd|rd|th|er|e|-?[йя]|[.ºª°])? ?{_QUARTER} ?{_OF}(\d{{4}}){_YEAR}$", "QY", "quarter"),
    Form("east quarter", rf"^(\d{{4}}) ?[年년] ?第?(\d) ?{_QUARTER}$", "YQ", "quarter"),
    Form("year week", rf"(?i)^(\d{{4}})[ \-/.]?{_WEEK}[ \-.]?(\d{{1,2}})$", "YK", "week"),
    Form("week year", rf"(?i)^{_WEEK}[ \-.]*(\d{{1,2}})[ ,\-/.]+(\d{{4}}|\d{{2}})$", "Ky", "week"),
    # "1. KW" is a week in German and a quarter in Polish: neither.
    Form("1. week year", rf"(?i)^(\d{{1,2}})\.? ?{_WEEK.replace('KW|', '')}[ ,\-/.]+(\d{{4}}|\d{{2}})$", "Ky", "week"),
    Form("east week", r"^(\d{4}) ?[年년] ?第?(\d{1,2}) ?[周週주]$", "YK", "week"),
    Form("east year", r"^(\d{4}) ?[年년]$", "Y", "year"),
)  # fmt: skip
PERIODS_IN_WORDS = (
    Form("word year", rf"(?i)^{WORD}[ ,.\-/'’]*{_OF}(\d{{4}}){_YEAR}$", "WY", "month"),
    Form("year word", rf"(?i)^(\d{{4}})[ ,.\-/]*{WORD}$", "YW", "month"),
    Form("word 'year", rf"(?i)^{WORD}[ \-/]*['’](\d{{2}})$", "Wy", "month"),
    Form("word number", rf"(?i)^{WORD}[ \-/.]*(\d{{2}})$", "Wy", "month"),
    Form("number word", rf"(?i)^(\d{{2}})[ \-/.]*{WORD}$", "yW", "month"),
)
# Numbers: read only where nearly the whole column is such.
NUMBERS = (
    Form("year", r"^(\d{4})(?:\.\d)?$", "Y", "year"),
    Form("year month", r"^(\d{4})(\d{2})(?:\.\d)?$", "YM", "month"),
    Form("day number", r"^\d{5}(?:[.,]\d+)?$", ""),
    Form("seconds", r"^\d{9,10}(?:[.,]\d+)?$", ""),
    Form("milliseconds", r"^\d{12,13}(?:[.,]\d+)?$", ""),
)
FORMS = (*NUMBERS, *DAYS, *PERIODS, *IN_WORDS, *PERIODS_IN_WORDS)
FORM = {form.name: form for form in FORMS}
