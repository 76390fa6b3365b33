"""Ids as text that is the same wherever one customer, order or article is meant.

What a program on the way has added is taken off again: the decimal of `17850.0`, invisible characters, blanks of
another kind or doubled, letters in two parts (NFD). Case and leading zeros stay, and so do tabs and line breaks. What
a program has taken away cannot be put back: ids that were shortened to `1.23457E+15`, or that are too large for a
binary fraction, may be several ids in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from kamlib.book.errors import BookError
from kamlib.book.source.part import Part
from kamlib.book.values.cells import trimmed
from kamlib.tables import Column, Table

EXACT = {"DOUBLE": 2**53, "FLOAT": 2**24}  # from here on two whole numbers can be one
EXCEL = 10**15  # Excel keeps fifteen digits of a number that is typed

# The joiners U+200C and U+200D stay: they are part of how Persian and the languages of India are written.
_INVISIBLE = r"[\x{00ad}\x{061c}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}]"
_BLANKS = r"[ \x{0085}\x{00a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"
# Three zeros could be a thousand in some countries; `007.0` keeps its zeros and so stays as it is.
_DECIMAL = r"^-?(0|[1-9]\d*)[.,](0{1,2}|0{4,})$"
_POWER = r"^-?\d([.,]\d+)?[eE]\+\d{1,3}$|^-?\d[.,]\d+[eE]\d{1,3}$"


def readings(con: duckdb.DuckDBPyConnection, part: Part, table: Table, found: dict[str, int]) -> dict[str, str]:
    """How each id column of a part is read: SQL by column (`c0`).

    An optional column whose ids are damaged is taken out of `found`, with a note.

    Raises
    ------
    BookError
        Ids of a required column (the customer's, as a rule) that are damaged.
    """
    types = {r[0]: r[1] for r in con.execute(f"DESCRIBE {part.relation}").fetchall()}
    columns = {c: f"c{i}" for c, i in found.items() if table[c].kind == "id"}
    read = {source: as_text(source, types[source]) for source in columns.values()}
    text = [source for source in columns.values() if types[source] == "VARCHAR"]
    odd = _to_rewrite(con, part, text)
    for source in odd:
        read[source] = normal(source)
        part.notes += _notes(con, part, source)
    for column, source in columns.items():
        damaged = _damaged(con, part, source, types[source]) if source in odd or source not in text else ""
        if damaged:
            _without(con, part, table[column], source, damaged)
            del found[column]
    return read


def normal(source: str) -> str:
    """SQL: an id of text as all are written."""
    return _whole(trimmed(_squeezed(source)))


def as_read(con: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> list[str]:
    """Ids from elsewhere (a mapping file), as those of a book are read.

    Examples
    --------
    >>> as_read(duckdb.connect(), ["17850.0", "ACME  Ltd", "007"])
    ['17850', 'ACME Ltd', '007']
    """
    rows = con.execute(f"SELECT {normal('i')} FROM (SELECT unnest(?::VARCHAR[]) AS i)", [list(ids)]).fetchall()
    return [i for (i,) in rows]


def same_as_read(con: duckdb.DuckDBPyConnection, same: Mapping[str, str]) -> dict[str, str]:
    """Pairs of ids of one customer from a mapping file, as those of a book are read; without pairs that are one id."""
    pairs = zip(as_read(con, same), as_read(con, same.values()), strict=True)
    return {old: new for old, new in pairs if old != new}


def _squeezed(source: str) -> str:
    whole = f"regexp_replace(nfc_normalize({source}), '{_INVISIBLE}', '', 'g')"
    return (
        f"(CASE WHEN strlen({source}) <> length({source}) OR contains({source}, '  ')"
        f" THEN regexp_replace({whole}, '{_BLANKS}', ' ', 'g') ELSE {source} END)"
    )


def _whole(source: str) -> str:
    """SQL: `17850.0` -> `17850`; and a power of ten that has all its digits."""
    return (
        f"(CASE WHEN NOT (contains({source}, '.') OR contains({source}, ',')) THEN {source}"
        f" WHEN regexp_matches({source}, '{_DECIMAL}') THEN regexp_replace({source}, '[.,]0+$', '')"
        f" WHEN {_has_all_digits(source)} THEN {_digits(source)} ELSE {source} END)"
    )


def as_text(source: str, kind: str) -> str:
    """SQL: an id that is no text in its source; 17850.0 is 17850, and midnight is a day."""
    if kind == "VARCHAR":
        return trimmed(source)
    text = f"CAST({source} AS VARCHAR)"
    if kind in EXACT or kind.startswith("DECIMAL"):
        whole = f"CAST(try_cast({source} AS HUGEINT) AS VARCHAR)"
        return f"(CASE WHEN {source} = floor({source}) THEN {whole} ELSE {text} END)"
    if kind.startswith("TIMESTAMP"):
        return f"regexp_replace({text}, ' 00:00:00(\\+00)?$', '')"
    return text


def _to_rewrite(con, part: Part, sources: list[str]) -> list[str]:
    """Columns in which anything at all may have to be rewritten: few, and this one look is quick."""
    if not sources:
        return []
    tests = (
        f"bool_or(strlen({c}) <> length({c}) OR contains({c}, '  ') OR contains({c}, '.') OR contains({c}, ','))"
        for c in sources
    )
    hits = con.execute(f"SELECT {', '.join(tests)} FROM {part.relation}").fetchone()
    return [c for c, hit in zip(sources, hits, strict=True) if hit]


def _notes(con, part: Part, source: str) -> list[str]:
    """What was rewritten, beyond the blanks at the ends."""
    plain, squeezed, whole = trimmed(source), trimmed(_squeezed(source)), normal(source)
    n, before, after, m, other = con.execute(
        f"WITH d AS MATERIALIZED (SELECT {source}, count(*) AS n FROM {part.relation} GROUP BY {source})"
        " SELECT coalesce(sum(n) FILTER (s <> w), 0)::BIGINT, min(s) FILTER (s <> w), min_by(w, s) FILTER (s <> w),"
        " coalesce(sum(n) FILTER (p <> s), 0)::BIGINT, min(s) FILTER (p <> s)"
        f" FROM (SELECT n, {plain} AS p, {squeezed} AS s, {whole} AS w FROM d)"
    ).fetchone()
    where = f"{part.where}, column {part.headers[int(source[1:])]!r}"
    notes = [f"{where}: {n:,} ids are numbers with a decimal and are read without it ({before!r} as {after!r})."]
    twins = f"{where}: {m:,} ids are read without invisible characters, doubled blanks and letters in two parts"
    return (notes if n else []) + ([f"{twins} ({other!r})."] if m else [])


def _has_all_digits(source: str) -> str:
    """SQL: whether a power of ten is exact and has as many decimals as its power: nothing was rounded off."""
    power = f"try_cast(regexp_extract({source}, '[eE]\\+?(\\d+)$', 1) AS INTEGER)"
    decimals = f"length(regexp_extract({source}, '[.,](\\d+)', 1))"
    exact = f"abs(try_cast(replace({source}, ',', '.') AS DOUBLE)) < {EXACT['DOUBLE']}"
    well = f"regexp_matches({source}, '{_POWER}') AND {power} <= 15 AND {decimals} >= {power}"
    return f"coalesce({well} AND {exact}, false)"


def _digits(source: str) -> str:
    return f"CAST(try_cast(replace({source}, ',', '.') AS HUGEINT) AS VARCHAR)"


def _damaged(con, part: Part, source: str, kind: str) -> str:
    """SQL: whether an id has lost digits; empty where none of the column has."""
    if kind == "VARCHAR":
        limit = EXCEL if part.sheet else EXACT["DOUBLE"]
        number = f"try_cast(regexp_extract({source}, '^\\s*-?(\\d{{16,}})\\.0\\s*$', 1) AS HUGEINT)"
        cell = trimmed(source)
        lost = f"(regexp_matches({cell}, '{_POWER}') AND NOT {_has_all_digits(cell)})"
        sign = f"(contains({source}, '.') OR contains({source}, ','))"
        test = f"({sign} AND ({lost} OR coalesce({number} >= {limit}, false)))"
        looked_at = f"WITH d AS MATERIALIZED (SELECT DISTINCT {source} FROM {part.relation} WHERE {sign})"  # few: quick
        return test if con.execute(f"{looked_at} SELECT bool_or({test}) FROM d").fetchone()[0] else ""
    elif kind in EXACT:
        size = f"(isfinite({source}) AND abs({source}) >= "
        test = f"{size}{EXACT[kind]})"
        if part.sheet and _ends_in_zeros(con, part, source):
            test = f"{size}{EXCEL})"
    else:
        return ""
    return test if con.execute(f"SELECT bool_or({test}) FROM {part.relation}").fetchone()[0] else ""


def _ends_in_zeros(con, part: Part, source: str) -> bool:
    """Whether all large numbers of a sheet end in a zero: then Excel cut them; a program writes sixteen digits."""
    large = f"SELECT bool_and({source} % 10 = 0) FROM {part.relation} WHERE abs({source}) BETWEEN {EXCEL} AND {2**53}"
    return con.execute(large).fetchone()[0] is not False


def _without(con, part: Part, column: Column, source: str, damaged: str) -> None:
    """Leave out an optional column of damaged ids, or refuse the file for a required one."""
    header = part.headers[int(source[1:])]
    n = con.execute(f"SELECT count(*) FROM {part.relation} WHERE {damaged}").fetchone()[0]
    rows = con.execute(
        f"SELECT rowid, CAST({source} AS VARCHAR) FROM {part.relation} WHERE {damaged} ORDER BY rowid LIMIT 3"
    ).fetchall()
    lines = part.lines([row for row, _ in rows])
    shown = "; ".join(f"line {lines[row]}: {value[:60]!r}" for row, value in rows)
    said = f"{part.where}, column {header!r}: {n:,} rows hold ids that were turned into numbers and have lost digits"
    if not column.required:
        part.notes.append(f"{said} ({shown}). It is not used as {column.name}. Save it as text at the source.")
        return
    raise BookError(
        f"{said} ({shown}). Several ids can have become one, and nothing here tells them apart. Save the column as "
        "text at the source (in Excel: format it as text before the ids come in), or name another column in a mapping "
        f'file (--mapping):\n[{part.table}]\n{column.name} = "..."'
    )
