"""A day that stands in three columns, year, month and day, or a month in two: put together in one."""

from __future__ import annotations

from kamlib.book.roles.looks import looks
from kamlib.book.roles.raw import Raw, listed
from kamlib.book.roles.synonyms import plain
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal
from kamlib.book.values.months import fold, month_words

NEARLY = 0.99  # of the rows with a year, how many must be a day of the calendar
MOST_MONTHS = 60  # different cells of a month: numbers and words
SMALL = 9999  # no day is written as a number up to this
DAYS = 0.95  # of the cells of another column, from which on it is the day already

# Names of the three, whole, as `plain` leaves them.
YEAR, MONTH, DAY = (
    frozenset(map(plain, names.split()))
    for names in (
        "year yr jahr année an año ano anno jaar rok yıl год السنة سنة वर्ष 年 年份 年度 연도 년도 년 tahun év ár år"
        " vuosi godina година рік έτος שנה سال ปี năm",
        "month mon monat mois mes mês mese maand miesiąc ay месяц الشهر شهر महीना माह 月 月份 월 bulan měsíc mesiac"
        " hónap luna lună månad måned kuukausi mjesec mesec месец місяць μήνας חודש ماه เดือน tháng",
        "day tag jour día dia giorno dag dzień gün день اليوم يوم दिन 日 일 hari den deň nap zi ziua päivä dan ден"
        " ημέρα μέρα יום روز วัน ngày",
    )
)


def with_days(raw: Raw) -> Part:
    """The part with a column `date` behind the others where year, month and day are columns; or as it was.

    It stays where a column of dates is there already: year, month and day are made of that one then.
    """
    part = raw.part
    at = [next((i for i, h in enumerate(part.headers) if plain(h) in names), None) for names in (YEAR, MONTH, DAY)]
    if None in at[:2] or raw.mapping.get("date") or "date" in map(plain, part.headers):
        return part
    whole_days = at[2] is not None
    if not whole_days and any(look.dates >= DAYS for look in looks(raw.con, part)):
        return part
    at = at if whole_days else at[:2]
    year, month, *day = (f"try_cast({raw.cell(i)} AS DOUBLE)" for i in at)
    months = _months(raw, at[1])
    if months is None:
        return part
    month = f"coalesce({month}, {months}[lower({raw.cell(at[1])})])" if months != "" else month
    whole = " AND ".join(f"{n} = floor({n})" for n in (year, month, *day))
    made = (
        f"CASE WHEN {whole} AND {year} BETWEEN 1900 AND 2100 THEN strftime(try_cast(printf('%04d-%02d-%02d',"
        f" {year}::INT, {month}::INT, {day[0] if day else 1}::INT) AS DATE), '{'%Y-%m-%d' if day else '%Y-%m'}') END"
    )
    years, days = raw.con.execute(f"SELECT count({raw.cell(at[0])}), count({made}) FROM {part.relation}").fetchone()
    if not years or days < NEARLY * years or _has_days(raw, at):
        return part
    names = [part.headers[i] for i in at]
    select = f"SELECT rowid AS _from, *, {made} AS c{raw.width} FROM {part.relation} ORDER BY rowid"
    note = f"{part.where}: the {'date' if day else 'month'} of a line is put together of {listed(names)}."
    return raw.rebuilt(select, [*part.headers, "date"], [note])


def _months(raw: Raw, i: int) -> str | None:
    """SQL: the number of each month that is a word; empty where all are numbers, None where one is neither."""
    cells = raw.con.execute(
        f"SELECT DISTINCT lower({raw.cell(i)}) FROM {raw.part.relation} WHERE {raw.cell(i)} IS NOT NULL"
        f" AND try_cast({raw.cell(i)} AS DOUBLE) IS NULL LIMIT {MOST_MONTHS + 1}"
    ).fetchall()
    if not cells:
        return ""
    of = {c: month_words().get(fold(c)) for (c,) in cells}
    if len(cells) > MOST_MONTHS or None in of.values():
        return None
    return f"MAP {{{', '.join(f'{literal(c)}: {m}' for c, m in of.items())}}}"


def _has_days(raw: Raw, at: list[int]) -> bool:
    """Whether another column that is named as a date holds days."""
    for i in (i for i in raw.of("date") if i not in at):
        if raw.types[i] == "DATE" or raw.types[i].startswith("TIMESTAMP"):
            return True
        number = f"try_cast({raw.cell(i)} AS DOUBLE)"  # a year, a month, a week or a quarter of a year, where small
        day = f"regexp_matches({raw.cell(i)}, '\\d') AND coalesce({number} > {SMALL}, true)"
        filled, days = raw.con.execute(
            f"SELECT count({raw.cell(i)}), count(*) FILTER ({day}) FROM {raw.part.relation}"
        ).fetchone()
        if filled and days >= DAYS * filled:
            return True
    return False
