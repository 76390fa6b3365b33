"""Rows of totals that raw like lines: they carry a day, a customer or an order, and sum up the lines above them.

A row is one only if it says so in a cell of its own, and its amount is that sum: a product may be called "Total".
"""

from __future__ import annotations

from kamlib.book.roles.raw import Raw, listed
from kamlib.book.roles.total_words import HINT, TOTAL_ALONE, TOTAL_END, TOTAL_OF, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal

SAYING = ("order_id", "line_id", "product_id", "product_name", "category", "customer_id", "customer_name")
MOSTLY = 0.95  # of the rows that say the same, so many must be sums


def says_total(raw: Raw) -> bool:
    """Whether any row may say that it is a total. Of each text only one copy is looked at, and that is quick."""
    return any(_column_says(raw, i) for i in _saying(raw))


def _column_says(raw: Raw, i: int) -> bool:
    texts = f"SELECT DISTINCT c{i} FROM {raw.part.relation}"
    hinted = f"SELECT c{i} FROM ({texts}) WHERE regexp_matches(c{i}, {literal(HINT)})"
    if not raw.con.execute(f"{hinted} LIMIT 1").fetchone():
        return False
    # Materialised, or the engine tries the long expressions first, on every text.
    query = f"WITH h AS MATERIALIZED ({hinted}) SELECT c{i} FROM h WHERE {_says(raw.cell(i))} LIMIT 1"
    return raw.con.execute(query).fetchone() is not None


def without_totals(raw: Raw, amount: str = "", saying: int | None = None) -> Part:
    """The part without rows of totals, or as it was.

    `amount` and `saying` are given for a table of periods: the sum of a row, and the column of customers; a total may
    then bear the name of any group. The sum may be that of the order, of the customer, of the lines since the last such
    row, or of all above.
    """
    columns = _saying(raw) if saying is None else [saying]
    wide, amount = bool(amount), amount or _dated_amount(raw)
    if amount is None or not columns:
        return raw.part
    _candidates(raw, amount, columns)
    rows = raw.con.execute("SELECT count(*) FROM total_says").fetchone()[0]
    part = raw.part
    if rows:
        _judge(raw, amount, "true" if wide else _named())
        part = _taken_out(raw)
    raw.con.execute("DROP TABLE total_says; DROP TABLE IF EXISTS total_rows")
    return part


def _dated_amount(raw: Raw) -> str | None:
    """SQL: the amount of a row with a day. One without is no line: the check finds those that sum up."""
    amount, days = raw.amount(), raw.of("date")
    return f"(CASE WHEN {raw.cell(days[0])} IS NOT NULL THEN {amount} END)" if amount and days else None


def _saying(raw: Raw) -> list[int]:
    nameless = [i for i, h in enumerate(raw.part.headers) if not h]
    return [i for i in (*raw.of(*SAYING), *nameless) if raw.types[i] == "VARCHAR"]


def _candidates(raw: Raw, amount: str, columns: list[int]) -> None:
    """Table total_says: rows with an amount of which a cell begins or ends with words of totals."""
    said = ", ".join(f"CASE WHEN {_says(raw.cell(i))} THEN {raw.cell(i)} END" for i in columns)
    filled = raw.filled()
    hint = f"regexp_matches(concat_ws(' ', {', '.join(f'c{i}' for i in columns)}), {literal(HINT)})"
    raw.con.execute(
        "CREATE TABLE total_says AS"
        f" WITH h AS MATERIALIZED (SELECT rowid AS r, * FROM {raw.part.relation} WHERE {hint}),"
        f" s AS MATERIALIZED (SELECT r, coalesce({said}, NULL) AS said, {filled} AS filled, * EXCLUDE (r) FROM h)"
        f" SELECT *, {amount} AS a FROM s WHERE said IS NOT NULL"
    )
    raw.con.execute("DELETE FROM total_says WHERE a IS NULL")


def _says(cell: str) -> str:
    return " OR ".join(f"regexp_matches({cell}, {literal(p)}, 'i')" for p in (TOTAL_ROW, TOTAL_END))


def _first(raw: Raw, column: str) -> str:
    found = raw.of(column)
    return raw.cell(found[0]) if found else "NULL"


def _judge(raw: Raw, amount: str, named: str) -> None:
    """Table total_rows: each candidate, and of how many lines above it is the sum (0: of none)."""
    con = raw.con
    order, who, name = (_first(raw, c) for c in ("order_id", "customer_id", "customer_name"))
    con.execute(
        "CREATE TABLE total_lines AS SELECT * FROM"
        f" (SELECT rowid AS r, {amount} AS a, {order} AS o, {who} AS w, {name} AS n"
        f" FROM {raw.part.relation}) ANTI JOIN total_says USING (r) WHERE a IS NOT NULL"
    )
    con.execute(
        f"CREATE TABLE total_near AS SELECT s.r, said, filled, s.a, {order} AS o, {who} AS w,"
        " l.o AS last_o, l.w AS last_w, l.n AS last_n FROM total_says s"
        " ASOF LEFT JOIN total_lines l ON s.r > l.r"
    )
    own = f"regexp_replace(regexp_replace(said, {literal(TOTAL_OF)}, '', 'i'), {literal(TOTAL_END)}, '', 'i')"
    alone = f"regexp_matches(said, {literal(TOTAL_ALONE)}, 'i')"
    sums = (
        "b AS (SELECT s.r, sum(l.a) AS s, count(*) AS n FROM total_lines l ASOF JOIN total_near s ON l.r <= s.r"
        " GROUP BY 1),"
        " c AS (SELECT r, coalesce(s, 0) AS s_b, coalesce(n, 0) AS n_b FROM total_near LEFT JOIN b USING (r)),"
        " every AS (SELECT *, sum(s_b) OVER (ORDER BY r) AS s_all, sum(n_b) OVER (ORDER BY r) AS n_all FROM c)"
    )
    for k in "ow":
        sums += (
            f", {k}s AS (SELECT s.r, sum(l.a) AS s_{k}, count(*) AS n_{k} FROM total_near s"
            f" JOIN total_lines l ON l.{k} = s.{k} AND l.r < s.r GROUP BY 1)"
        )
    con.execute(
        f"CREATE TABLE total_rows AS WITH {sums}, judged AS (SELECT *, {alone} AS alone,"
        f" nullif(lower({own}), lower(said)) AS own FROM total_near JOIN every USING (r)"
        " LEFT JOIN os USING (r) LEFT JOIN ws USING (r))"
        f" SELECT r AS _row, said, filled, CASE WHEN alone THEN lower(said) ELSE '' END AS kind, {_matches()} AS n"
        f" FROM judged WHERE alone OR {named}"
    )
    con.execute("DROP TABLE total_lines; DROP TABLE total_near")


def _named() -> str:
    """SQL: whether what follows the word is what the line above calls its order or customer."""
    return "(" + " OR ".join(f"own = lower(last_{c})" for c in "own") + ")"


def _matches() -> str:
    """SQL: of how many lines above the row's amount is the sum, the most of them; 0 where it is none.

    Each line may have been rounded by itself.
    """
    near = "abs(a - s_{k}) <= least(n_{k} * 0.01, greatest(0.01, abs(a) * 0.001)) - 0.005"
    cases = (
        f"CASE WHEN a <> 0 AND ({near.format(k=k)} OR a = s_{k}) THEN n_{k} ELSE 0 END" for k in ("all", "b", "o", "w")
    )
    return f"greatest({', '.join(cases)})"


def _taken_out(raw: Raw) -> Part:
    """A sum of one line only counts beside greater ones, since two lines may well be equal."""
    con, part = raw.con, raw.part
    kinds = con.execute(
        "SELECT kind, count(*), count(*) FILTER (n > 0), max(n), min(_row), min(said) FROM total_rows GROUP BY kind"
        " ORDER BY 5"
    ).fetchall()
    sums = [k for k, rows, hits, most, *_ in kinds if hits >= MOSTLY * rows and (most > 1 or _emptier(raw, k))]
    notes = []
    for kind, rows, hits, _, first, said in kinds:
        if kind and kind not in sums and hits < rows:
            line = part.lines([first])[first]
            notes.append(
                f"{part.where}: {rows:,} rows say {said!r} (line {line} first) and are kept as lines: their amounts are"
                " not all sums of lines above."
            )
    if not sums:
        part.notes += notes
        return part
    chosen = f"SELECT _row FROM total_rows WHERE n > 0 AND kind IN ({', '.join(map(literal, sums))})"
    aside = raw.aside("row of totals", chosen)
    words = [
        r[0]
        for r in con.execute(f"SELECT said FROM total_rows WHERE _row IN ({chosen}) ORDER BY _row LIMIT 3").fetchall()
    ]
    notes.insert(
        0, f"{part.where}: {aside[0].n:,} rows of totals with a day or a customer are set aside ({listed(words)}): "
        "each says so, and its amount is the sum of lines above.",
    )  # fmt: skip
    keep = f"SELECT rowid AS _from, * FROM {part.relation} WHERE rowid NOT IN ({chosen}) ORDER BY rowid"
    return raw.rebuilt(keep, part.headers, notes, aside)


def _emptier(raw: Raw, kind: str) -> bool:
    """Whether all rows of this kind have fewer cells filled than the row above."""
    filled = raw.filled()
    return (
        raw.con.execute(
            f"SELECT bool_and(t.filled < {filled}) FROM total_rows t JOIN {raw.part.relation} p ON p.rowid = t._row - 1"
            f" WHERE t.kind = {literal(kind)}"
        ).fetchone()[0]
        is True
    )
