"""Months as columns: offered as a ledger of one line for each filled cell, and read so once a mapping says it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kamlib.book.errors import BookError, Question, Unsettled
from kamlib.book.roles.period_headers import Period, period
from kamlib.book.roles.raw import LEDGER, Raw, listed, money
from kamlib.book.roles.synonyms import currency_of, plain
from kamlib.book.roles.total_rows import without_totals
from kamlib.book.roles.total_words import TOTAL_ALONE, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal
from kamlib.book.values.cells import text as text_of
from kamlib.book.values.months import fold
from kamlib.stats.grain import GRAINS

FEWEST, FEWEST_WITH_CUSTOMER = 3, 2  # columns that are periods, before a table is taken for one of periods
YEAR = Question("options", "year", "the year of the first of them, such as 2024; after December comes the next year")
YEARS = {
    "year",
    "jahr",
    "annee",
    "ano",
    "anno",
    "rok",
    "god",
    "jaar",
    "yil",
    "год",
    "السنة",
    "سنة",
    "年",
    "年度",
    "tahun",
}
# Facts of the whole row: on each of its lines they would count many times.
OF_THE_ROW = tuple(
    c.name for c in LEDGER.columns if c.kind in ("money", "number", "date") or c.name in ("line_id", "order_id")
)
# Empty, a dash or zero in any currency: nothing was sold then.
ZERO = r"^[\p{Sc}\s()+\-–—.]*$|^[\p{Sc}\sA-Z()+\-–—]{0,6}0+([.,’]0*)*[\p{Sc}\s\p{L}.()+\-–—%]{0,5}$"


@dataclass(frozen=True)
class Wide:
    """The columns of a table of periods: periods by position, and columns of other measures beside them."""

    periods: dict[int, Period]
    others: dict[int, Period]


def looks_wide(headers: Sequence[str]) -> bool:
    """Whether so many headers are periods that this can only be the header of a table of periods.

    Examples
    --------
    >>> looks_wide(["Customer", "Jan-24", "Feb-24", "Mar-24"]), looks_wide(["Customer", "Date", "Sales"])
    (True, False)
    """
    return len(_found(headers).periods) >= FEWEST


def unpivoted(raw: Raw) -> Part | None:
    """The part with a line for each filled cell of its columns of periods; None where it has none.

    Raises
    ------
    BookError
        It has such columns, and no mapping says that they are to be read so; or the mapping cannot be followed.
    """
    if raw.names.options.month_columns:
        return _as_mapped(raw)
    # What has a name of ours is no month: and where all have, no words of months are loaded.
    ours = {i for hits in raw.named.values() for i in hits}
    found = _found([h if i not in ours else "" for i, h in enumerate(raw.part.headers)])
    if _plainly_wide(raw, found):
        raise _offer(raw, found)
    return None


def _found(headers: Sequence[str]) -> Wide:
    """Columns of periods, of one measure: amounts where there are several."""
    every = {i: p for i, h in enumerate(headers) if h and (p := period(h))}
    amounts = {i: p for i, p in every.items() if p.measure in ("", "amount")}
    kinds = Counter((p.rest, p.grain, p.has_year) for p in (amounts or every).values())
    best = max(kinds, key=lambda k: (kinds[k], k[0] == ""), default=None)
    chosen = {i: p for i, p in (amounts or every).items() if (p.rest, p.grain, p.has_year) == best}
    if best and not best[2] and _days_of_a_month(chosen):
        chosen = {}
    return Wide(chosen, {i: p for i, p in every.items() if i not in chosen})


def _days_of_a_month(periods: dict[int, Period]) -> bool:
    return len({p.first for p in periods.values()}) < len(periods)


def _plainly_wide(raw: Raw, found: Wide) -> bool:
    n = len(found.periods)
    if n < FEWEST_WITH_CUSTOMER or (n < FEWEST and not raw.of("customer_id", "customer_name")):
        return False
    beside = {c: [i for i in raw.of(c) if i not in found.periods] for c in ("date", "amount", "quantity", "unit_price")}
    lines = beside["date"] and (beside["amount"] or (beside["quantity"] and beside["unit_price"]))
    if not lines:
        return True
    if {"date", "amount"} <= set(raw.mapping):
        return False
    # A ledger with budgets beside it, or a table of months with a day in it? Its amounts are their sums, or not.
    sums = [_agreement(raw, list(found.periods), i) for i in beside["amount"]]
    return any(same and same >= 0.95 * (same + other) for same, other in filter(None, sums))


def _agreement(raw: Raw, months: list[int], total: int) -> tuple[int, int] | None:
    """In how many rows a column is the sum of the months, and in how many it is not."""
    read = raw.numbers([*months, total])
    if read is None:
        return None
    added = " + ".join(f"coalesce({read[i]}, 0)" for i in months)
    same = f"abs({read[total]} - ({added})) <= 0.01"
    return raw.con.execute(
        f"SELECT count(*) FILTER ({same}), count(*) FILTER (NOT {same}) FROM {raw.part.relation}"
        f" WHERE {read[total]} IS NOT NULL"
    ).fetchone()


def _offer(raw: Raw, found: Wide) -> Unsettled:
    """The refusal of a table of periods, with the mapping that reads it."""
    months = list(found.periods)
    raw = _without_totals(raw, months)
    part = raw.part
    headers = [part.headers[i] for i in months]
    grain = next(iter(found.periods.values())).grain
    if all(p.first.endswith("-01") for p in found.periods.values()) and grain == "day":
        grain = "month"  # as a spreadsheet keeps Jan-24
    said = [
        f"{part.where}: its columns {listed(headers)} are {_plural(grain)}, {len(months)} in all, and a ledger has one"
        f" line for each sale with its date and amount.{_first_rows(raw, [_customer(raw, months), *months])}"
    ]
    said += _what_it_gives(raw, months)
    said += [_of_totals(raw, months, i) for i in range(raw.width) if i not in months and _may_be_total(raw, i)]
    others = [part.headers[i] for i in found.others]
    said += [f"{listed(others)} would not be read: only amounts are." for _ in others[:1]]
    return Unsettled(" ".join(filter(None, said)), _questions(raw, found))


def _what_it_gives(raw: Raw, months: list[int]) -> list[str]:
    read = raw.numbers(months)
    if read is None:
        return []
    lines, total = raw.con.execute(
        f"SELECT {' + '.join(f'count(*) FILTER ({e} <> 0)' for e in read.values())},"
        f" {' + '.join(f'coalesce(sum({e}), 0)' for e in read.values())} FROM {raw.part.relation}"
    ).fetchone()
    return [
        f"Read as one line for each filled cell, dated the first day, it is {lines:,} lines of {money(total)} in all."
    ]


def _may_be_total(raw: Raw, i: int) -> bool:
    header = raw.part.headers[i]
    says = f"SELECT regexp_matches({literal(header)}, {literal(TOTAL_ROW)}, 'i')"
    return bool(header) and (i in raw.of("amount") or raw.con.execute(says).fetchone()[0])


def _of_totals(raw: Raw, months: list[int], i: int) -> str:
    agreed = _agreement(raw, months, i)
    header = raw.part.headers[i]
    if not agreed or not sum(agreed):
        return f"The column {header!r} is not one of them."
    same, other = agreed
    if not other:
        return f"The column {header!r} is their sum in each of {same:,} rows, and is not one of them."
    return f"The column {header!r} is not one of them: it is their sum in {same:,} rows and differs in {other:,}."


def _questions(raw: Raw, found: Wide) -> list[Question]:
    headers, who = raw.part.headers, _customer(raw, list(found.periods))
    columns = [headers[i] for i in found.periods]
    questions = [
        Question("ledger", "customer_id", "the column of customers", [(headers[who], "")], sure=True),
        Question("options", "month_columns", "columns of which each cell is a line", [(columns, "")], sure=True),
    ]
    if not next(iter(found.periods.values())).has_year and _year_column(raw) is None:
        questions.append(YEAR)
    return questions


def _plural(grain: str) -> str:
    return {"half": "half-years", "day": "days"}.get(grain, f"{grain}s")


def _first_rows(raw: Raw, columns: list[int]) -> str:
    cells = ", ".join(f"left(CAST(c{i} AS VARCHAR), 40)" for i in columns[:4])
    rows = raw.con.execute(f"SELECT rowid, {cells} FROM {raw.part.relation} ORDER BY rowid LIMIT 3").fetchall()
    lines = raw.part.lines([r[0] for r in rows])
    shown = "; ".join(f"line {lines[r[0]]}: " + ", ".join("" if c is None else c for c in r[1:]) for r in rows)
    return f" ({shown})" if shown else ""


def _customer(raw: Raw, months: Sequence[int]) -> int:
    """The column of customers: recognised, or else the first of text that is no period."""
    known = [i for i in raw.of("customer_id", "customer_name") if i not in months]
    rest = [i for i in range(raw.width) if i not in months and raw.part.headers[i]]
    text = [i for i in rest if raw.types[i] == "VARCHAR"]
    return (known or text or rest or [0])[0]


def _is_total(raw: Raw, i: int) -> str:
    return f"coalesce(regexp_matches({raw.cell(i)}, {literal(TOTAL_ALONE)}, 'i'), false)"


# --- once the mapping says so


def _as_mapped(raw: Raw) -> Part | None:
    part = raw.part
    columns, gone = _columns(raw)
    if not columns:
        return None
    for ours in ("date", "amount"):
        if raw.mapping.get(ours, ours) != ours:
            raise BookError(
                f"{part.where}: the option month_columns makes the {ours} of each line, and the mapping takes {ours}"
                f" from {raw.mapping[ours]!r}, too. Remove one of the two."
            )
    periods = _dated(raw, columns)
    read = {plain(h) for h in raw.names.options.month_columns}
    beside = [h for i, h in enumerate(part.headers) if h and i not in columns and period(h) and plain(h) not in read]
    notes = [f"{part.where}: the columns {listed(beside)} are periods, too, and are not read."] if beside else []
    notes += [f"{part.where}: month_columns names {listed(gone)}, and this file has no such column."] if gone else []
    totals = _without_totals(raw, columns)
    made = _lines(totals, periods, notes)
    made.grain = _grain(part.headers, columns)
    return made


def _grain(headers: list[str], columns: list[int]) -> str:
    """What the dates stand for; the coarsest where there are several. A half-year is not told from a quarter."""
    grains = {p.grain if p else "month" for p in (period(headers[i]) for i in columns)}
    found = ["quarter" if g == "half" else g for g in grains]
    return max(found, key=GRAINS.index)


def _columns(raw: Raw) -> tuple[list[int], list[str]]:
    """Positions of the columns that the option names, and the names that this part does not have."""
    wanted, headers = raw.names.options.month_columns, raw.part.headers
    gone = [n for n in wanted if n.strip() not in headers]
    columns = [headers.index(n.strip()) for n in wanted if n.strip() in headers]
    rest = [h for i, h in enumerate(headers) if h and i not in columns]
    if not columns and raw.of("date") and not looks_wide(headers):
        return [], []  # another file of the folder, with one row a line
    for name in gone:
        near = difflib.get_close_matches(name, rest, n=1)
        if near or not columns:
            hint = f"Did you mean {near[0]!r}?" if near else f"There is: {listed(rest, 30)}."
            raise BookError(f"{raw.part.where}: month_columns names {name!r}, and there is no such column. {hint}")
    return list(dict.fromkeys(columns)), gone


def _dated(raw: Raw, columns: list[int]) -> dict[int, str]:
    """SQL of the date of each column's lines."""
    part, found = raw.part, {}
    for i in columns:
        header = part.headers[i]
        number = header.isdigit() and header.isascii() and len(header) <= 2 and 1 <= int(header) <= 12
        found[i] = Period("month", f"-{int(header):02}-01") if number else period(header)
        if found[i] is None:
            raise BookError(
                f"{part.where}: month_columns names {header!r}, which is no month, quarter, week or year that can"
                " be read, such as Jan-24, 2024-01, Q1 2024, W05 2024 or 2024. Rename that column, or leave it out."
            )
    _refuse_two_measures(raw, found)
    if all(p.has_year for p in found.values()):
        return {i: literal(p.first) for i, p in found.items()}
    column = _year_column(raw)
    if column is not None:
        return {
            i: f"CAST(TRY_CAST({raw.cell(column)} AS DECIMAL(6, 0)) AS VARCHAR) || {literal(p.first)}"
            for i, p in found.items()
        }
    return _with_year(raw, found)


def _refuse_two_measures(raw: Raw, found: dict[int, Period]) -> None:
    first, headers = {}, raw.part.headers
    for i, p in found.items():
        twin = first.setdefault(p.first, i)
        if twin != i:
            raise BookError(
                f"{raw.part.where}: month_columns names {headers[twin]!r} and {headers[i]!r}, which are of one period:"
                " an amount and a quantity, or the like? Name only the columns of amounts."
            )
    wrong = [headers[i] for i, p in found.items() if p.measure not in ("", "amount")]
    if wrong:
        measure = next(p.measure for p in found.values() if p.measure not in ("", "amount"))
        raise BookError(
            f"{raw.part.where}: month_columns names {listed(wrong)}, which say {measure}: only columns of amounts can"
            " be read so. Name those, or rename these columns if they are amounts."
        )


def _year_column(raw: Raw) -> int | None:
    """A column of years beside months that have none."""
    for i, header in enumerate(raw.part.headers):
        if fold(header) in YEARS:
            year = f"TRY_CAST(TRY_CAST({raw.cell(i)} AS DECIMAL(12, 4)) AS INTEGER)"
            hits, all_ = raw.con.execute(
                f"SELECT count(*) FILTER ({year} BETWEEN 1980 AND 2099), count({raw.cell(i)}) FROM {raw.part.relation}"
            ).fetchone()
            if hits and hits >= 0.9 * all_:
                return i
    return None


def _with_year(raw: Raw, found: dict[int, Period]) -> dict[int, str]:
    year, bare = raw.names.options.year, [raw.part.headers[i] for i, p in found.items() if not p.has_year]
    if year is None:
        raise Unsettled(f"{raw.part.where}: the columns {listed(bare)} do not say of which year.", [YEAR])
    dates, before = {}, ""
    for i in sorted(found):  # as they stand in the file
        first = found[i].first
        year += not found[i].has_year and first < before
        before = first
        dates[i] = literal(f"{year}{first}" if not found[i].has_year else first)
    return dates


def _without_totals(raw: Raw, columns: list[int]) -> Raw:
    """Without rows that say that they are totals: in the column of customers, or in the first text if that is blank."""
    who = _customer(raw, columns)
    text = [i for i in range(raw.width) if i not in columns and raw.types[i] == "VARCHAR"]
    first = f"coalesce({', '.join([raw.cell(who), *(raw.cell(i) for i in text)])}, NULL)"
    blank = f"({raw.cell(who)} IS NULL AND coalesce(regexp_matches({first}, {literal(TOTAL_ROW)}, 'i'), false))"
    read = raw.numbers(columns)
    if read:  # before those: a total of totals must not be taken for their sum
        added = " + ".join(f"coalesce({e}, 0)" for e in read.values())
        raw = Raw(raw.con, without_totals(raw, added, who), raw.names)
    is_total = f"{_is_total(raw, who)} OR {blank}"
    aside = raw.aside("row of totals", f"SELECT rowid AS _row FROM {raw.part.relation} WHERE {is_total}")
    if not aside:
        return raw
    keep = f"SELECT rowid AS _from, * FROM {raw.part.relation} WHERE NOT ({is_total}) ORDER BY rowid"
    return Raw(raw.con, raw.rebuilt(keep, raw.part.headers, [], aside), raw.names)


def _lines(raw: Raw, dates: dict[int, str], notes: list[str]) -> Part:
    """The unpivoted part."""
    part, months = raw.part, list(dates)
    totals = [i for i in raw.of(*OF_THE_ROW) if i not in months]
    kept = [i for i in range(raw.width) if i not in months and i not in totals]
    types = {raw.types[i] for i in months}
    cells = {i: f"c{i}" if len(types) == 1 else _as_text(raw, i) for i in months}
    names = ", ".join(f"c{i} AS c{k}" for k, i in enumerate(kept))
    n = len(kept)
    text = text_of(f"CAST(c{n + 1} AS VARCHAR)")
    filled = f"{text} IS NOT NULL AND NOT regexp_matches({text}, {literal(ZERO)})"
    every = (
        f"SELECT rowid AS _from, unnest([{', '.join(map(str, range(len(months))))}]) AS _k, {names}{', ' * bool(names)}"
        f"unnest([{', '.join(dates.values())}]) AS c{n}, unnest([{', '.join(cells.values())}]) AS c{n + 1}"
        f" FROM {part.relation}"
    )
    width = raw.con.execute(f"SELECT count(*) FROM {part.relation}").fetchone()[0] * len(months)
    currencies = {currency_of(part.headers[i]) for i in months}
    amount = f"amount ({currencies.pop()})" if len(currencies) == 1 and "" not in currencies else "amount"
    made = raw.rebuilt(
        f"SELECT * EXCLUDE (_k) FROM ({every}) WHERE {filled} ORDER BY _from, _k",
        [*(part.headers[i] for i in kept), "date", amount], notes,
    )  # fmt: skip
    lines = raw.con.execute(f"SELECT count(*) FROM {part.relation}").fetchone()[0]
    shown = listed([part.headers[i] for i in months])
    made.notes.append(
        f"{part.where}: {lines:,} lines are made of the columns {shown}, each dated the first day of its period;"
        f" {width - lines:,} cells that are empty or zero make none."
    )
    left = [part.headers[i] for i in totals if part.headers[i]]
    made.notes += [
        f"{part.where}: not read, since they say something of the whole row: {listed(left)}." for _ in left[:1]
    ]
    return made


def _as_text(raw: Raw, i: int) -> str:
    """SQL: a cell as text; a fraction as a whole number and a power of ten, which no decimal comma can belie."""
    if raw.types[i] == "VARCHAR":
        return f"c{i}"
    text = f"CAST(c{i} AS VARCHAR)"
    power = f"replace({text}, '.', '') || 'e-' || (length({text}) - strpos({text}, '.'))"
    whole = f"regexp_matches({text}, '^-?\\d+(\\.0)?$')"
    fraction = f"regexp_matches({text}, '^-?\\d+\\.\\d+$')"
    return f"(CASE WHEN {whole} THEN regexp_replace({text}, '\\.0$', '') WHEN {fraction} THEN {power} ELSE {text} END)"
