"""Raw parts -> checked tables. What cannot be used is set aside, counted and listed; never dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pandas as pd

from kamlib.book import values
from kamlib.book.errors import BookError
from kamlib.book.read import Part
from kamlib.book.recognise import ColumnNames, recognise
from kamlib.tables import TABLES, Column, Table

LISTED = 1000  # rows set aside that are listed one by one, for each cause; all are counted
MOST_SET_ASIDE = 0.05  # a larger part of unreadable rows means that the file was misread

SQL_TYPE = {
    "id": "VARCHAR", "text": "VARCHAR", "date": "DATE", "money": "BIGINT", "number": "DOUBLE", "whole": "BIGINT",
    "share": "DOUBLE", "flag": "BOOLEAN",
}  # fmt: skip
PROBLEMS = ["table", "file", "line", "column", "cause", "value", "treatment"]


@dataclass
class Checked:
    """A part after checking: the SQL table of its clean rows, and all that was noted on the way."""

    relation: str
    recognised: list[tuple[str, str, str, str]]  # table, file, our name, foreign name
    problems: pd.DataFrame  # PROBLEMS, and n: how many rows the cause had in all
    rows_read: int
    rows_set_aside: int


def check_part(con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames) -> Checked:
    """Give a part the columns and types of its table.

    A row whose required value is missing or unreadable is set aside. Any other value that is unreadable
    or outside its limits is emptied, and the row stays.

    Raises
    ------
    BookError
        Columns missing, dates or numbers that can be read in two ways, no row left, or more than
        5 % of the rows unreadable.
    """
    table = TABLES[part.table]
    found = recognise(part.headers, table, names.tables.get(part.table, {}), part.where)
    parsed = _parse(con, part, table, found, names)
    problems = _problems(con, part, table, found, parsed)
    bad = " OR ".join(_unusable(table)) or "false"
    columns = ", ".join(values.quoted(c) for c in table.names)
    con.execute(f"CREATE TABLE clean_{part.relation} AS SELECT {columns} FROM {parsed} WHERE NOT ({bad})")
    total = _count(con, part.relation) + len(part.ragged)
    kept = _count(con, f"clean_{part.relation}")
    con.execute(f"DROP TABLE {parsed}; DROP TABLE {part.relation}")
    _refuse_if_misread(part, total, kept, problems)
    known = [(table.name, part.where, ours, part.headers[i]) for ours, i in found.items()]
    return Checked(f"clean_{part.relation}", known, problems, total, total - kept)


def _count(con, relation: str) -> int:
    return con.execute(f"SELECT count(*) FROM {relation}").fetchone()[0]


def _parse(con, part: Part, table: Table, found: dict[str, int], names: ColumnNames) -> str:
    types = {r[0]: r[1] for r in con.execute(f"DESCRIBE {part.relation}").fetchall()}
    as_text = {c: f"c{i}" for c, i in found.items() if types[f"c{i}"] == "VARCHAR"}
    numeric = [s for c, s in as_text.items() if table[c].kind in ("money", "number", "whole", "share")]
    decimal = values.decimal_sign(con, part.relation, numeric, names.options, part.where)
    select = ["rowid AS _row"]
    for column in table.columns:
        if column.name not in found:
            select.append(f"NULL::{SQL_TYPE[column.kind]} AS {values.quoted(column.name)}")
            continue
        source = f"c{found[column.name]}"
        typed = _typed(con, part, column, source, types[source], decimal, names)
        select.append(f"{typed} AS {values.quoted(column.name)}")
    if table.name == "ledger":
        select = _ledger_money(select, found, part, types, decimal)
    con.execute(f"CREATE TABLE parsed_{part.relation} AS SELECT {', '.join(select)} FROM {part.relation}")
    return f"parsed_{part.relation}"


def _typed(con, part: Part, column: Column, source: str, sql_type: str, decimal: str, names: ColumnNames) -> str:
    is_text = sql_type == "VARCHAR"
    if column.kind in ("id", "text"):
        return values.text(source) if is_text else values.text(_id_of(source, sql_type))
    if column.kind == "date":
        if not is_text:
            return f"try_cast({source} AS DATE)"
        where = f"{part.where}, column {part.headers[int(source[1:])]!r}"
        return values.date(source, values.day_first(con, part.relation, source, names.options, where))
    if column.kind == "flag":
        yes, no = "('true', 'yes', 'y', '1', 't')", "('false', 'no', 'n', '0', 'f')"
        s = f"lower(CAST({source} AS VARCHAR))"
        return f"(CASE WHEN {s} IN {yes} THEN true WHEN {s} IN {no} THEN false END)"
    number = _number(source, sql_type, decimal)
    if column.kind == "money":
        return values.whole_cents(number)
    return f"CAST({number} AS {SQL_TYPE[column.kind]})"


def _number(source: str, sql_type: str, decimal: str) -> str:
    return values.number(source, decimal) if sql_type == "VARCHAR" else f"try_cast({source} AS DECIMAL(24, 6))"


def _id_of(source: str, sql_type: str) -> str:
    """Ids that a spreadsheet or pandas turned into 17850.0 are 17850."""
    if sql_type in ("DOUBLE", "FLOAT"):
        whole = f"CAST(try_cast({source} AS BIGINT) AS VARCHAR)"
        return f"(CASE WHEN {source} = floor({source}) THEN {whole} ELSE CAST({source} AS VARCHAR) END)"
    return f"CAST({source} AS VARCHAR)"


def _ledger_money(select: list[str], found: dict[str, int], part: Part, types: dict, decimal: str) -> list[str]:
    def number(column):
        source = f"c{found[column]}"
        return _number(source, types[source], decimal)

    if "amount" not in found:
        # Exact: DECIMAL(24, 6) as (18, 4) x (18, 6) fits in 36 digits.
        product = (
            f"try_cast({number('quantity')} AS DECIMAL(18, 4)) * try_cast({number('unit_price')} AS DECIMAL(18, 6))"
        )
        select = [s for s in select if not s.endswith('AS "amount"')]
        select.append(f'{values.whole_cents(product)} AS "amount"')
    return select


def _unusable(table: Table) -> list[str]:
    required = [c for c in table.required if not (table.name == "ledger" and c == "customer_id")]
    return [f"{values.quoted(c)} IS NULL" for c in required]


def _problems(con, part: Part, table: Table, found: dict[str, int], parsed: str) -> pd.DataFrame:
    frames = [_ragged(part)]
    for column in table.columns:
        source = _source_of(column.name, found, table)
        if source is None or (table.name == "ledger" and column.name == "customer_id"):
            continue
        name, raw = values.quoted(column.name), f"CAST({source} AS VARCHAR)"
        filled = f"{values.text(raw)} IS NOT NULL" if column.kind != "money" or "||" not in source else "true"
        limits = _outside(column)
        if column.required:
            frames.append(_listing(con, part, parsed, column, raw, f"{name} IS NULL AND NOT ({filled})", "empty", True))
        bad = f"{name} IS NULL AND {filled}"
        frames.append(_listing(con, part, parsed, column, raw, bad, "unreadable", column.required))
        if limits:
            bad = f"{name} IS NOT NULL AND ({limits})"
            frames.append(_listing(con, part, parsed, column, raw, bad, "outside its limits", column.required))
            con.execute(f"UPDATE {parsed} SET {name} = NULL WHERE {limits}")
    frames = [f for f in frames if len(f)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*PROBLEMS, "n"])


def _source_of(column: str, found: dict[str, int], table: Table) -> str | None:
    if column in found:
        return f"c{found[column]}"
    if table.name == "ledger" and column == "amount":
        q, p = (f"coalesce(CAST(c{found[c]} AS VARCHAR), '')" for c in ("quantity", "unit_price"))
        return f"({q} || ' x ' || {p})"
    return None


def _outside(column: Column) -> str:
    name, tests = values.quoted(column.name), []
    scale = 100 if column.kind == "money" else 1
    if column.low is not None:
        tests.append(f"{name} < {column.low * scale}")
    if column.high is not None:
        tests.append(f"{name} > {column.high * scale}")
    if column.values:
        tests.append(f"{name} NOT IN ({', '.join(values.literal(v) for v in column.values)})")
    return " OR ".join(tests)


def _listing(con, part: Part, parsed: str, column: Column, raw: str, bad: str, cause: str, fatal: bool) -> pd.DataFrame:
    rows = con.execute(
        f"SELECT p._row, left({raw}, 200), count(*) OVER () FROM {parsed} p JOIN {part.relation} r ON p._row = r.rowid"
        f" WHERE {bad} ORDER BY p._row LIMIT {LISTED}"
    ).fetchall()
    treatment = "row set aside" if fatal else "value emptied"
    listed = [
        (part.table, part.where, _line(part, row), column.name, cause, value, treatment, n) for row, value, n in rows
    ]
    return pd.DataFrame(listed, columns=[*PROBLEMS, "n"])


def _line(part: Part, row: int) -> int:
    """Line in the file (header is 1) of the row-th row kept, counting ragged lines passed over."""
    line = row + 2
    for ragged, _ in part.ragged:
        if ragged > line:
            break
        line += 1
    return line


def _ragged(part: Part) -> pd.DataFrame:
    n, width = len(part.ragged), len(part.headers)
    rows = [
        (part.table, part.where, line, "", f"not {width} columns", shown, "row set aside", n)
        for line, shown in part.ragged[:LISTED]
    ]
    return pd.DataFrame(rows, columns=[*PROBLEMS, "n"])


def _refuse_if_misread(part: Part, total: int, kept: int, problems: pd.DataFrame) -> None:
    if total == 0:
        raise BookError(f"{part.where}: only a header and no rows.")
    if total - kept <= MOST_SET_ASIDE * total and kept:
        return
    fatal = problems[problems["treatment"] == "row set aside"]
    worst = fatal[fatal["n"] == fatal["n"].max()].iloc[:3]
    first = worst.iloc[0]
    what = f"the column {part_header(first)} is {first['cause']}" if first["column"] else f"there are {first['cause']}"
    examples = "; ".join(f"line {r.line}: {r.value!r}" for r in worst.itertuples())
    raise BookError(
        f"{part.where}: in {first['n']:,} of {total:,} rows {what} ({examples}). That is more than "
        f"{MOST_SET_ASIDE:.0%}, so the file has probably been misread. Name the right column in a mapping file "
        "(--mapping), or mend the file."
    )


def part_header(problem: pd.Series) -> str:
    """What to call the column of a problem."""
    return f"for {problem['column']}"
