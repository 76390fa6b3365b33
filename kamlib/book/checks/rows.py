"""Raw parts -> checked tables. What cannot be used is set aside, counted and listed; never dropped in silence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from kamlib.book.checks.size import too_large_amounts
from kamlib.book.checks.sold import Sold, only_sold
from kamlib.book.errors import BookError
from kamlib.book.mapping import ColumnNames
from kamlib.book.options import Options
from kamlib.book.roles.decide import roles_of
from kamlib.book.roles.total_words import TOTAL_ALONE, TOTAL_END, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values import cells
from kamlib.book.values.columns import Columns
from kamlib.tables import TABLES, Column, Table

LISTED = 1000  # rows set aside that are listed one by one, for each cause; all are counted
MOST_SET_ASIDE = 0.05  # a larger part of unreadable rows means that the file was misread
# Nothing is amiss where there are many.
NOT_LINES = ("blank row", "row of totals", "group line", "header again", "below the table")
MOST_NAMED = 40  # columns that are listed as not used
OURS = ("cents", "profit_cents", "profit_estimated", "left_out", "_row", "rowid")  # names that the ledger has itself
OUTSIDE = "outside its limits"
MOST_BELOW = 5  # rows below the last line: how many records there were, when and by whom it was made
FORGIVEN = 10  # rows from which on a single unreadable one is none the less only that

FAR = 20  # from 0: where ids are counted from there, the next is near

# What tills and shops call a customer who is none: everybody together would be the largest account.
ANYBODY = (
    "consumidor", "consumidor final", "cliente final", "walk in", "walk-in customer", "walk in customer", "walk-in",
    "walkin customer", "cash customer", "cash sale", "cash sales", "counter sale", "guest", "guest customer",
    "anonymous",
    "laufkundschaft", "barverkauf", "barkunde", "diverse kunden", "client de passage", "client comptoir",
    "client divers", "cliente contado", "cliente mostrador", "público en general", "publico en general",
    "público general", "cliente generico", "cliente genérico", "cliente varios", "consommateur final",
    "cliente occasionale", "klient detaliczny", "розничный покупатель", "частное лицо", "散客", "零售客户", "现金客户",
    "khách lẻ", "perakende müşteri", "عميل نقدي", "زبون نقدي",
    "ventas de mostrador", "venta de mostrador", "ventas mostrador", "venta mostrador", "cliente de mostrador",
    "clientes mostrador", "clientes varios", "ventas al público", "ventas al publico", "venta al publico",
    "cliente ocasional", "cliente anonimo", "cliente anónimo", "cliente balcão", "cliente balcao", "venda balcão",
    "venda balcao", "cliente avulso", "cliente padrão", "consumidor não identificado", "consumidor nao identificado",
    "cliente não identificado", "cliente nao identificado", "vente comptoir", "ventes comptoir", "clients divers",
    "client anonyme", "client particulier", "clienti vari", "cliente al banco", "vendita al banco", "losse klant",
    "balieklant", "baliekunde", "diverse klanten", "anonymer kunde", "gastkunde", "thekenverkauf",
    "klient indywidualny", "klient anonimowy", "anonymní zákazník", "anonymny zakaznik", "nakit müşteri",
    "peşin müşteri", "muhtelif müşteri", "muhtelif müşteriler", "nihai tüketici", "розничный клиент",
    "частный покупатель", "физическое лицо", "гость", "pelanggan umum", "pelanggan tunai", "khách vãng lai",
    "khách hàng lẻ", "一般客户", "一般客戶", "散客户", "零售顾客", "門市客", "現金客戶", "一般顧客", "非会員",
    "일반고객", "일반 고객", "비회원", "ลูกค้าทั่วไป", "ลูกค้าเงินสด", "مشتری متفرقه", "عميل عام", "πελάτης λιανικής",
    "lakossági vevő",
    "walkin", "walk-in guest", "walk-in customers", "walk in customers", "cash customers", "retail customer",
    "one-time customer", "one time customer", "miscellaneous customer", "sundry customer", "anonymous customer",
    "unknown customer", "unknown", "no customer", "unbekannt", "inconnu", "desconocido", "desconhecido", "sconosciuto",
    "неизвестно", "неизвестный", "未知", "不明",
)  # fmt: skip
# Behind these stands, where anything does, of which salesman, branch or occasion: `Cash customer, Ali`. Behind the
# others only what a dash, a colon or a bracket sets apart, since they can begin a firm's name: `Walk-in - Fair`.
ANYBODY_OF = (
    "consumidor final", "walk-in customer", "walk in customer", "walkin customer", "cash customer", "cliente mostrador",
    "público en general", "publico en general", "розничный покупатель", "khách lẻ", "عميل نقدي", "زبون نقدي",
)  # fmt: skip
MOST_NUMBERS = 3  # ids that such a name may have: of more, each is somebody's
MOST_TILLS = 12  # different names with more behind; of more, it is the people that differ

PROBLEMS = ["table", "file", "line", "column", "cause", "value", "treatment"]


@dataclass
class Checked:
    """A part after checking: the SQL table of its clean rows, and all that was noted on the way."""

    relation: str
    recognised: list[tuple[str, str, str, str]]  # table, file, our name, foreign name
    problems: pd.DataFrame  # PROBLEMS, and n: how many rows the cause had in all
    rows_read: int
    rows_set_aside: int
    currencies: dict[str, int]  # signs and codes written into the amounts
    not_sold: pd.DataFrame  # NOT_SOLD: lines left out or paid back, by state
    amounts: str  # what the amounts are


def check_part(con: duckdb.DuckDBPyConnection, part: Part, names: ColumnNames) -> Checked:
    """Give a part the columns and types of its table.

    A row whose required value is missing or unreadable is set aside. Any other value that is unreadable
    or outside its limits is emptied, and the row stays.

    Raises
    ------
    BookError
        Columns missing, dates or numbers that can be read in two ways, no row left, or more than
        5 % of the rows unreadable (from ten rows on, a single one is set aside).
    """
    table = TABLES[part.table]
    roles = roles_of(con, part, names)
    found = roles.found
    extra = [i for i, h in enumerate(part.headers) if h and i not in found.values()] if table.name == "ledger" else []
    source = Columns(con, part, table, found, names, extra)
    parsed, kept = f"parsed_{part.relation}", f"clean_{part.relation}"
    con.execute(f"CREATE TABLE {parsed} AS SELECT {source.select()} FROM {source.cells}")
    source.refuse_two_currencies()
    part.notes += too_large_amounts(con, part, source, f"parsed_{part.relation}")
    currencies = source.currencies()
    con.execute(f"DROP TABLE {source.cells}")
    sold = Sold()
    if table.name == "ledger":
        part.notes += _nobody(con, part, found) + _anybody(con, part, parsed)
        part.notes += _guests(con, part, parsed) + _addresses(con, part, parsed)
        sold = only_sold(con, part, parsed, roles, names.options)
        con.execute(f"DELETE FROM {parsed} WHERE left_out IS NOT NULL")
        part.notes += sold.notes
    part.notes += _not_used(part, roles.unused)
    problems = _problems(con, part, table, found, parsed, names.options)
    columns = ", ".join([*(cells.quoted(c) for c in table.names), *_extras(part, table, extra)])
    columns += ", _row" if table.name == "ledger" else ""  # its days are judged once all parts are there
    unusable = " OR ".join(_unusable(table)) or "false"
    con.execute(f"CREATE TABLE {kept} AS SELECT {columns} FROM {parsed} WHERE NOT ({unusable})")
    total = _count(con, part.relation) + len(part.ragged) + sum(a.n for a in part.aside)
    aside = total - _count(con, kept)
    con.execute(f"DROP TABLE {parsed}; DROP TABLE {part.relation}")
    if sold.left_out and total == sold.left_out:
        states = ", ".join(repr(s[:40]) for s in sold.table["state"][:5])
        raise BookError(
            f"{part.where}: all {total:,} lines are left out by their state ({states}): none is a sale. If some are, "
            "say so in a mapping file: [options] sold = [...], or not_sold = [...]."
        )
    _refuse_if_misread(part, total - sold.left_out, aside - sold.left_out, problems, found)
    known = [(table.name, part.where, ours, part.headers[i]) for ours, i in found.items()]
    return Checked(kept, known, problems, total, aside, currencies, sold.table, roles.amount.says)


def _extras(part: Part, table: Table, extra: Sequence[int]) -> list[str]:
    """SQL: columns that are none of ours, under their own names."""
    taken, named = {*map(str.casefold, table.names), *OURS}, []
    for i in extra:
        name = part.headers[i]
        while name.casefold() in taken:
            name += " (as it stands)"
        taken.add(name.casefold())
        named.append(f"x{i} AS {cells.quoted(name)}")
    return named


def _not_used(part: Part, unused: Sequence[int]) -> list[str]:
    if not unused:
        return []
    names = [part.headers[i] for i in unused]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return [f"{part.where}: columns not used: {', '.join(repr(n[:60]) for n in names[:MOST_NAMED])}{more}."]


def _count(con, relation: str) -> int:
    return con.execute(f"SELECT count(*) FROM {relation}").fetchone()[0]


def _nobody(con, part: Part, found: dict[str, int]) -> list[str]:
    """What stands in the column of customers and was taken for "none"."""
    texts = f"SELECT CAST(c{found['customer_id']} AS VARCHAR) AS r, count(*) AS n FROM {part.relation} GROUP BY r"
    rows = con.execute(
        f"SELECT r, n FROM ({texts}) WHERE {cells.taken_for_empty('r')} ORDER BY 2 DESC, 1 LIMIT 5"
    ).fetchall()
    return [f"{part.where}: {n:,} lines with the customer {r!r} are taken as having none." for r, n in rows]


def _anybody(con, part: Part, parsed: str) -> list[str]:
    """Names under which tills book whoever has no account: the lines stay, of nobody; each name is told."""
    # The quick test first: that of patterns is of those alone that begin like one of the words.
    begins = " OR ".join(f"starts_with(w, {cells.literal(k)})" for k in sorted({w[:4] for w in ANYBODY}))
    words = ", ".join(map(cells.literal, ANYBODY))
    names = f"SELECT DISTINCT customer_id AS c, lower(trim(customer_id)) AS w FROM {parsed}"
    con.execute(
        f"CREATE TEMP TABLE anybody AS WITH n AS MATERIALIZED (SELECT * FROM ({names}) WHERE {begins})"
        f" SELECT c, w IN ({words}) AS whole FROM n WHERE whole OR regexp_full_match(w, {cells.literal(_with_more())})"
    )
    if con.execute("SELECT count(*) FROM anybody WHERE NOT whole").fetchone()[0] > MOST_TILLS:
        con.execute("DELETE FROM anybody WHERE NOT whole")
    rows = con.execute(
        f"SELECT c, count(*) FROM anybody JOIN {parsed} ON customer_id = c GROUP BY c ORDER BY 2 DESC, 1"
    ).fetchall()
    if rows:
        con.execute(f"UPDATE {parsed} SET customer_id = NULL, customer_name = NULL FROM anybody WHERE customer_id = c")
    con.execute("DROP TABLE anybody")
    return [
        f"{part.where}: {n:,} lines of {who!r} are of whoever has no account: they have no customer."
        for who, n in [*rows, *_anybody_by_name(con, parsed)]
    ]


def _anybody_by_name(con, parsed: str) -> list[tuple[str, int]]:
    """The same where it is the name beside the customer's number that says so."""
    words = ", ".join(map(cells.literal, ANYBODY))
    who = (
        f"SELECT customer_name AS c, count(*) AS n FROM {parsed} WHERE customer_id IS NOT NULL"
        f" AND lower(trim(customer_name)) IN ({words}) GROUP BY c"
        f" HAVING count(DISTINCT customer_id) <= {MOST_NUMBERS} AND NOT bool_or(contains(customer_id, '@'))"
    )
    rows = con.execute(f"{who} ORDER BY n DESC, c").fetchall()
    for name, _ in rows:
        con.execute(f"UPDATE {parsed} SET customer_id = NULL, customer_name = NULL WHERE customer_name = ?", [name])
    return rows


def _with_more() -> str:
    """What such a name with more behind it is, as DuckDB's regular expression."""
    every, begin = ("|".join(map(re.escape, words)) for words in (ANYBODY, ANYBODY_OF))
    return rf"({every})(\s*[:–—(/].*|\s+-\s.*)|({begin})[\s,:-].*"


def _guests(con, part: Part, parsed: str) -> list[str]:
    """The number 0 among numbers of customers that begin far above it: shops write it for whoever has no account."""
    number = "try_cast(customer_id AS BIGINT)"
    n, words, least = con.execute(
        f"SELECT count(*) FILTER ({number} = 0), count(*) FILTER (customer_id IS NOT NULL AND {number} IS NULL),"
        f" min({number}) FILTER ({number} <> 0) FROM {parsed}"
    ).fetchone()
    if not n or words or least is None or least < FAR:
        return []
    con.execute(f"UPDATE {parsed} SET customer_id = NULL, customer_name = NULL WHERE {number} = 0")
    return [f"{part.where}: {n:,} lines of the customer 0 are of whoever has no account: they have no customer."]


def _addresses(con, part: Part, parsed: str) -> list[str]:
    """E-mail addresses that differ only by case are one customer."""
    if not con.execute(f"SELECT bool_or(contains(customer_id, '@')) FROM {parsed}").fetchone()[0]:
        return []
    n, mails, ids, folded = con.execute(
        "SELECT count(customer_id), count(*) FILTER (contains(customer_id, '@')), count(DISTINCT customer_id),"
        f" count(DISTINCT lower(customer_id)) FROM {parsed}"
    ).fetchone()
    if folded == ids or 2 * mails < n:
        return []
    con.execute(f"UPDATE {parsed} SET customer_id = lower(customer_id)")
    return [
        f"{part.where}: {ids - folded:,} e-mail addresses that differ from others only by case are the same customer."
    ]


def _unusable(table: Table) -> list[str]:
    required = [c for c in table.required if not (table.name == "ledger" and c == "customer_id")]
    return [f"{cells.quoted(c)} IS NULL" for c in required]


def _problems(con, part: Part, table: Table, found: dict[str, int], parsed: str, options: Options) -> pd.DataFrame:
    limits_of = {c.name: _outside(table, c, options) for c in table.columns}
    unusable, seen = " OR ".join(_unusable(table)) or "false", _to_look_at(con, table, parsed, limits_of)
    texts = [cells.trimmed(f"CAST(c{i} AS VARCHAR)") for i in range(len(part.headers))]
    blank = " AND ".join(f"nullif({cell}, '') IS NULL" for cell in texts)
    row = f"concat_ws(' ', {', '.join(texts)})"
    # CASE: looked at in the few rows that cannot be used, not in all.
    below = f"concat_ws(chr(10), {', '.join(texts)})"
    begins, alone = (cells.literal(f"(?mi){r}") for r in (TOTAL_ROW, TOTAL_ALONE))
    says = f"regexp_matches({row}, {begins}) OR regexp_matches({below}, {alone})"
    if table.name == "ledger":  # Ann Total: a subtotal below the lines of a customer
        says += f" OR coalesce(regexp_matches(p.customer_id, {cells.literal(f'(?i){TOTAL_END}')}), false)"
    total = f"(CASE WHEN {unusable} THEN {says} ELSE false END)"
    foot = _below(con, table, parsed)
    frames = [_ragged(part), *_taken_out(part)]
    if any(table[c].required for c in seen if (table.name, c) != ("ledger", "customer_id")):
        frames.append(_listing(con, part, parsed, "", "''", f"({unusable}) AND {blank}", "blank row", True))
        frames.append(_listing(con, part, parsed, "", row, total, "row of totals", True))
        below_all = f"{foot} AND NOT ({blank}) AND NOT {total}"
        frames.append(_listing(con, part, parsed, "", row, below_all, "below the table", True))
    total = f"({total} OR {foot})"
    for column in map(table.__getitem__, seen):
        source, name = _raw(column.name, found, table), cells.quoted(column.name)
        if source is None or (table.name == "ledger" and column.name == "customer_id"):
            continue
        filled = f"{cells.text(source, name=column.kind == 'text')} IS NOT NULL"
        wrong = [(f"{name} IS NULL AND {filled}", "unreadable")]
        if column.required:
            wrong = [
                (f"{name} IS NULL AND NOT ({filled}) AND NOT ({blank}) AND NOT {total}", "empty"),
                (f"{name} IS NULL AND {filled} AND NOT {total}", "unreadable"),
            ]
        limits = limits_of[column.name]
        if limits:
            cause = "implausible date" if column.kind == "date" else "none of its words" if column.values else OUTSIDE
            wrong.append((f"{name} IS NOT NULL AND ({limits})", cause))
        for bad, cause in wrong:
            frames.append(_listing(con, part, parsed, column.name, source, bad, cause, column.required))
        if limits:
            con.execute(f"UPDATE {parsed} SET {name} = NULL WHERE {limits}")
    if table.name == "ledger" and "line_id" in found:
        frames.append(
            _listing(con, part, parsed, "line_id", _raw("line_id", found, table), _seen(parsed), "seen before", None)
        )
    frames = _counted_together([f for f in frames if len(f)])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*PROBLEMS, "n"])


def _below(con, table: Table, parsed: str) -> str:
    """SQL: whether a row of a ledger stands below its last amount, and has no customer; a day it may have."""
    if table.name != "ledger":
        return "false"
    last, end = con.execute(f"SELECT max(_row) FILTER (amount IS NOT NULL), max(_row) FROM {parsed}").fetchone()
    few = last is not None and end - last <= 2 * MOST_BELOW
    found = f"(p._row > {last} AND p.customer_id IS NULL)"
    n = con.execute(f"SELECT count(*) FROM {parsed} p WHERE {found}").fetchone()[0] if few else 0
    return found if 0 < n <= MOST_BELOW else "false"


def _seen(parsed: str) -> str:
    """SQL: whether a line's id stands on an earlier line of the same order; a file may count anew in each order."""
    again = f"SELECT line_id, order_id FROM {parsed} WHERE line_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
    ranked = (
        "SELECT _row, row_number() OVER (PARTITION BY line_id, order_id ORDER BY _row) AS k"
        f" FROM {parsed} WHERE (line_id, coalesce(order_id, '')) IN"
        f" (SELECT (line_id, coalesce(order_id, '')) FROM ({again}))"
    )
    return f"p._row IN (SELECT _row FROM ({ranked}) WHERE k > 1)"


def _to_look_at(con, table: Table, parsed: str, limits: dict[str, str]) -> list[str]:
    """Columns with anything that is empty or outside its limits, found in one pass."""
    tests = ([f"{cells.quoted(c.name)} IS NULL", *filter(None, [limits[c.name]])] for c in table.columns)
    tests = (f"bool_or({' OR '.join(t)})" for t in tests)
    row = con.execute(f"SELECT {', '.join(tests)} FROM {parsed}").fetchone()
    return [c.name for c, hit in zip(table.columns, row, strict=True) if hit]


def _raw(column: str, found: dict[str, int], table: Table) -> str | None:
    """SQL: what the source holds, as text; of an amount that is a product, both factors."""
    if column in found:
        return f"CAST(c{found[column]} AS VARCHAR)"
    if table.name == "ledger" and column == "amount":
        q, p = (cells.trimmed(f"coalesce(CAST(c{found[c]} AS VARCHAR), '')") for c in ("quantity", "unit_price"))
        return f"(CASE WHEN {q} || {p} <> '' THEN {q} || ' x ' || {p} END)"
    return None


def _outside(table: Table, column: Column, options: Options) -> str:
    """SQL: whether a value cannot be right."""
    name, tests = cells.quoted(column.name), []
    if table.name == "ledger" and column.kind == "date":
        return f"{name} < DATE '{options.earliest_date}' OR {name} > DATE '{options.latest_date}'"
    scale = 100 if column.kind == "money" else 1
    if column.low is not None:
        tests.append(f"{name} < {column.low * scale}")
    if column.high is not None:
        tests.append(f"{name} > {column.high * scale}")
    if column.values:
        tests.append(f"{name} NOT IN ({', '.join(cells.literal(v) for v in column.values)})")
    return " OR ".join(tests)


def _listing(
    con, part: Part, parsed: str, column: str, raw: str, bad: str, cause: str, fatal: bool | None
) -> pd.DataFrame:
    """Rows with a problem; `fatal`: it sets the row aside, or (None) does nothing at all."""
    rows = con.execute(
        f"SELECT p._row, left(coalesce({raw}, ''), 200), count(*) OVER ()"
        f" FROM {parsed} p JOIN {part.relation} r ON p._row = r.rowid WHERE {bad} ORDER BY p._row LIMIT {LISTED}"
    ).fetchall()
    lines = part.lines([row for row, _, _ in rows])
    treatment = {True: "row set aside", False: "value emptied", None: "kept"}[fatal]
    listed = [(part.table, part.where, lines[row], column, cause, value, treatment, n) for row, value, n in rows]
    return pd.DataFrame(listed, columns=[*PROBLEMS, "n"])


def _ragged(part: Part) -> pd.DataFrame:
    n, width = len(part.ragged), len(part.headers)
    rows = [
        (part.table, part.where, line, "", f"not {width} columns", shown, "row set aside", n)
        for line, shown in part.ragged[:LISTED]
    ]
    return pd.DataFrame(rows, columns=[*PROBLEMS, "n"])


def _counted_together(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Rows that are no lines are found in two places, and are one cause."""
    n: Counter[str] = Counter()
    for frame in frames:
        n[frame["cause"].iloc[0]] += int(frame["n"].iloc[0])
    return [f.assign(n=n[c]) if (c := f["cause"].iloc[0]) in NOT_LINES else f for f in frames]


def _taken_out(part: Part) -> list[pd.DataFrame]:
    """Rows that were no lines to begin with."""
    return [
        pd.DataFrame(
            [(part.table, part.where, line, "", a.cause, shown, "row set aside", a.n) for line, shown in a.rows],
            columns=[*PROBLEMS, "n"],
        )
        for a in part.aside
    ]


def _refuse_if_misread(part: Part, total: int, aside: int, problems: pd.DataFrame, found: dict[str, int]) -> None:
    fatal = problems[problems["treatment"] == "row set aside"]
    blank = fatal["cause"].isin(NOT_LINES)
    blanks = int(fatal.loc[blank].groupby("cause")["n"].max().sum())
    if total == blanks:
        raise BookError(f"{part.where}: only a header and no rows. Fill it, or move it away.")
    rows = total - blanks
    if aside - blanks <= max(MOST_SET_ASIDE * rows, rows >= FORGIVEN):
        return
    fatal = fatal[~blank]
    worst = fatal[fatal["n"] == fatal["n"].max()]
    first = worst.iloc[0]
    worst = worst[(worst["column"] == first["column"]) & (worst["cause"] == first["cause"])].iloc[:3]
    examples = "; ".join(f"line {r.line}: {r.value[:80]!r}" for r in worst.itertuples())
    advice = "Name the right column in a mapping file (--mapping)" if first["column"] else "Save the file anew"
    if first["cause"] == "implausible date":
        advice = "If they are right, set earliest_date or latest_date under [options] in a mapping file (--mapping)"
    if first["cause"] == "none of its words":
        column = TABLES[part.table][first["column"]]
        words = f'{column.name} = {{ "{first["value"][:40]}" = "{column.values[-1]}" }}'
        advice = (
            f"Its words are {', '.join(column.values)}. Say which of them the file's words mean, in a mapping file or "
            f"a format: [values.{part.table}] {words}"
        )
    raise BookError(
        f"{part.where}: in {first['n']:,} of {total:,} rows {_what(first, part, found)} ({examples}). More than "
        f"{MOST_SET_ASIDE:.0%} of the rows cannot be used, so the file has probably been misread. {advice}, or mend "
        "these lines."
    )


def _what(problem: pd.Series, part: Part, found: dict[str, int]) -> str:
    ours = problem["column"]
    if not ours:
        return f"there are {problem['cause']}"
    factors = [ours] if ours in found else ["quantity", "unit_price"]
    headers = " x ".join(repr(part.headers[found[f]]) for f in factors)
    is_ = "holds an" if problem["cause"].startswith("implausible") else "is"
    return f"the column {headers}, taken as {ours}, {is_} {problem['cause']}"
