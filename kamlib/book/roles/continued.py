"""Cells that a file tells once: of an order on its first line, of a customer on the first of its lines.

They are carried down within an order only; a customer across orders only where the file is plainly grouped by
customer, or where the option `carry_customer` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from kamlib.book.errors import Question, Unsettled
from kamlib.book.roles.raw import Raw
from kamlib.book.roles.total_words import TOTAL_ALONE, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values import dates
from kamlib.book.values.cells import Ambiguous, literal

OF_AN_ORDER = (
    "date",
    "customer_id",
    "customer_name",
    "currency",
    "country",
    "manager_id",
)  # of states, see checks.sold
GOODS = ("product_id", "product_name", "quantity", "unit_price")
AT_LEAST = 0.5  # of the lines without a customer, before a file may be grouped by customer
ENOUGH_BLOCKS = 6  # sorted by date as a whole, so many are no chance


def filled_in(raw: Raw, blank: dict[int, int]) -> Part:
    """The part whose continuation lines say their order, its date, customer and state; or as it was.

    `blank`: how many cells of each column are blank.
    """
    columns = [i for c in OF_AN_ORDER for i in raw.of(c) if blank.get(i, 0) or c not in ("date", "customer_id")]
    columns = list(dict.fromkeys(i for i in columns if blank.get(i, 1)))
    orders, days, who = raw.of("order_id")[:1], raw.of("date")[:1], raw.of("customer_id") or raw.of("customer_name")
    if not columns or not days or not _any_continued(raw, columns, orders, days[0], who):
        return raw.part
    return _carried_in_orders(raw, columns, orders, days[0], who)


def _is_line(raw: Raw) -> str:
    """SQL: whether a row has a number, and does not say that it sums up."""
    numbers = [raw.cell(i) for i in raw.of("amount", "quantity", "unit_price")] or ["NULL"]
    text = [raw.cell(i) for i in raw.of("order_id", *GOODS[:2], "customer_id", "customer_name", "date")]
    says = " OR ".join(f"regexp_matches({c}, {literal(TOTAL_ALONE)}, 'i')" for c in text) or "false"
    return f"(coalesce({', '.join(numbers)}, NULL) IS NOT NULL AND NOT coalesce({says}, false))"


def _nothing_above(raw: Raw, orders: list[int], day: int, who: list[int]) -> str:
    """SQL: a line whose order, date and customer are all blank, and which says what was sold."""
    goods = " OR ".join(f"{raw.cell(i)} IS NOT NULL" for i in raw.of(*GOODS) if i not in orders + who) or "false"
    blank = " AND ".join(f"{raw.cell(i)} IS NULL" for i in [*orders, day, *who])
    row = raw.row()
    return (
        f"({blank} AND ({goods}) AND {_is_line(raw)} AND NOT regexp_matches({row}, {literal(TOTAL_ROW)}, 'i'))"
        if who else "false"
    )  # fmt: skip


def _any_continued(raw: Raw, columns: list[int], orders: list[int], day: int, who: list[int]) -> bool:
    """Whether any order has a cell on one of its lines only; one quick pass, or two."""
    relation = raw.part.relation
    quick = " AND ".join(raw.blank(i) for i in [*orders, day, *who])
    if (
        who
        and raw.con.execute(
            f"SELECT count(*) FILTER ({_nothing_above(raw, orders, day, who)}) FROM {relation} WHERE {quick}"
        ).fetchone()[0]
    ):
        return True
    if not orders:
        return False
    partly = " OR ".join(f"count(*) FILTER ({raw.blank(i)}) BETWEEN 1 AND count(*) - 1" for i in columns)
    found = f"SELECT 1 FROM {relation} WHERE c{orders[0]} IS NOT NULL GROUP BY c{orders[0]} HAVING {partly} LIMIT 1"
    return raw.con.execute(found).fetchone() is not None


def _carried_in_orders(raw: Raw, columns: list[int], orders: list[int], day: int, who: list[int]) -> Part:
    """A run is a first line of an order and those right below it, of the same order and day.

    A cell is carried down in a run that holds only one value of it.
    """
    con, part = raw.con, raw.part
    below = _nothing_above(raw, orders, day, who)
    order = raw.cell(orders[0]) if orders else "NULL::VARCHAR"
    above = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    con.execute(
        f"CREATE TABLE runs AS WITH x AS (SELECT rowid AS r, {below} AS below, {_is_line(raw)} AS line, {order} AS o,"
        f" left({raw.cell(day)}, 10) AS d FROM {part.relation}), y AS (SELECT *, CASE WHEN below THEN"
        f" last_value(CASE WHEN line AND NOT below THEN o END) OVER (ORDER BY r {above}) ELSE o END AS o2 FROM x),"
        " z AS (SELECT *, NOT below AND (o IS NULL OR o IS DISTINCT FROM lag(o2) OVER (ORDER BY r)) AS new FROM y),"
        f" w AS (SELECT *, last_value(CASE WHEN new OR d IS NOT NULL THEN r END IGNORE NULLS) OVER (ORDER BY r {above})"
        " AS said FROM z), v AS (SELECT w.*, s.d AS d2 FROM w LEFT JOIN x s ON s.r = w.said),"
        " u AS (SELECT *, new OR (d IS NOT NULL AND d <> lag(d2) OVER (ORDER BY r)) AS starts FROM v)"
        f" SELECT r, line, below, sum(starts::INT) OVER (ORDER BY r {above}) AS run FROM u"
    )
    try:
        return _filled(raw, columns, orders)
    finally:
        con.execute("DROP TABLE runs; DROP TABLE IF EXISTS runs_filled")


def _filled(raw: Raw, columns: list[int], orders: list[int]) -> Part:
    part, con, taken = raw.part, raw.con, {}
    carried = list(dict.fromkeys([*columns, *orders]))
    for i in carried:
        cell = f"CASE WHEN {raw.cell(i)} IS NOT NULL THEN p.c{i} END"
        above = f"last_value({cell} IGNORE NULLS) OVER (PARTITION BY run ORDER BY r ROWS UNBOUNDED PRECEDING)"
        one = f"min({cell}) OVER (PARTITION BY run) = max({cell}) OVER (PARTITION BY run)"
        given = "below" if i in orders else "line"
        taken[i] = f"CASE WHEN {given} AND ({cell}) IS NULL AND {one} THEN {above} END"
    shown = ", ".join(f"{e} AS t{i}" for i, e in taken.items())
    con.execute(
        f"CREATE TABLE runs_filled AS SELECT r, below, {shown} FROM runs JOIN {part.relation} p ON p.rowid = runs.r"
    )
    counts = con.execute(
        f"SELECT {', '.join(f'count(t{i})' for i in carried)}, count(*) FILTER"
        f" ({' OR '.join(f't{i} IS NOT NULL' for i in carried)}) FROM runs_filled"
    ).fetchone()
    if not counts[-1]:
        return part
    told = [f"{part.headers[i]!r} of {n:,}" for i, n in zip(carried, counts, strict=False) if n]
    new = ", ".join(f"coalesce(t{i}, p.c{i}) AS c{i}" if i in taken else f"p.c{i}" for i in range(raw.width))
    note = (
        f"{part.where}: {counts[-1]:,} lines below the first of their order take from it what is blank on them"
        f" ({', '.join(told)})."
    )
    select = f"SELECT p.rowid AS _from, {new} FROM {part.relation} p JOIN runs_filled f ON f.r = p.rowid ORDER BY f.r"
    return raw.rebuilt(select, part.headers, [note])


# --- a customer on the first of its lines only


@dataclass(frozen=True)
class Blocks:
    """What the filled cells of a column of customers raw like: each begins a block of lines."""

    lines: int
    blank: int
    blocks: int
    customers: int
    leads: bool  # the first line has one
    names_sorted: bool
    days_sorted: bool = False  # in the whole file
    within_sorted: bool = False  # in each block
    resets: int = 0  # blocks whose first day breaks the order


def carried_customers(raw: Raw, blank: dict[int, int]) -> Part:
    """The part with the customer on each line where it stands only on the first of its lines; or as it was.

    Raises
    ------
    BookError
        It may be so or not; with the option that settles it.
    """
    who, days = (raw.of("customer_id") or raw.of("customer_name"))[:1], raw.of("date")[:1]
    option = raw.names.options.carry_customer
    if option is False or not who or not days or not blank.get(who[0]):
        return raw.part
    seen = _blocks(raw, who[0], days[0], option)
    if seen is None:
        return raw.part
    if option or _plainly_grouped(seen):
        return _carried(raw, who[0], days[0])
    if seen.blank >= AT_LEAST * seen.lines and not (seen.days_sorted and seen.blocks >= ENOUGH_BLOCKS):
        raise _ask(raw, who[0], seen)
    return raw.part


def _plainly_grouped(seen: Blocks) -> bool:
    """Days that run in order within each customer and begin anew with the next."""
    if seen.days_sorted or not seen.within_sorted:
        return False
    many = seen.blank >= AT_LEAST * seen.lines
    return (many and (seen.resets >= 2 or (seen.resets == 1 and seen.names_sorted))) or (
        seen.names_sorted and seen.resets >= 3
    )


def _blocks(raw: Raw, who: int, day: int, option: bool | None) -> Blocks | None:
    """None as soon as it is clear that the blanks are customers who are not known."""
    cell, relation = raw.cell(who), raw.part.relation
    lines = f"FROM {relation} WHERE {raw.cell(day)} IS NOT NULL"
    first = raw.con.execute(f"SELECT {cell} {lines} ORDER BY rowid LIMIT 1").fetchone()
    if not first or (first[0] is None and not option):
        return None
    if not option and _customers_again(raw, who):
        return None
    n, filled, customers = raw.con.execute(f"SELECT count(*), count({cell}), count(DISTINCT {cell}) {lines}").fetchone()
    if filled == n or (not option and (customers < filled or customers < 2)):
        return None
    ordered = f"SELECT {cell} AS w, lag({cell}) OVER (ORDER BY rowid) AS before {lines} AND {cell} IS NOT NULL"
    named = raw.con.execute(f"SELECT bool_and(lower(w) >= lower(before)) FROM ({ordered})").fetchone()[0]
    days = _day_order(raw, who, day)
    return Blocks(n, n - filled, filled, customers, True, bool(named), *days)


def _customers_again(raw: Raw, who: int) -> bool:
    """Whether a customer stands on several lines, so is told on each: quick, since of the cells as they are."""
    filled = f"FROM {raw.part.relation} WHERE NOT {raw.blank(who)}"
    return raw.con.execute(f"SELECT count(DISTINCT c{who}) < count(*) {filled}").fetchone()[0]


def _day_order(raw: Raw, who: int, day: int) -> tuple[bool, bool, int]:
    """Whether days are in order in the whole file and in each block, and how many blocks break the order."""
    con, view, relation = raw.con, f"look_{raw.part.relation}", raw.part.relation
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT rowid AS _row, {raw.cell(day)} AS d, {raw.cell(who)} AS w"
        f" FROM {relation} WHERE {raw.cell(day)} IS NOT NULL"
    )
    try:
        read = "try_cast(d AS DATE)"
        if raw.types[day] == "VARCHAR":
            read = dates.date("d", dates.reading(con, view, "d", raw.names.options, sheet=raw.part.sheet))
        x = f"SELECT _row, w, {read} AS d FROM {view}"
        steps = f"SELECT w, d, lag(d) OVER (ORDER BY _row) AS b FROM ({x})"
        up, down, up_in, down_in, resets_up, resets_down = con.execute(
            "SELECT coalesce(bool_and(d >= b), true), coalesce(bool_and(d <= b), true),"
            " coalesce(bool_and(d >= b) FILTER (w IS NULL), true), coalesce(bool_and(d <= b) FILTER (w IS NULL), true),"
            f" count(*) FILTER (w IS NOT NULL AND d < b), count(*) FILTER (w IS NOT NULL AND d > b) FROM ({steps})"
        ).fetchone()
    except Ambiguous:
        return False, False, 0
    finally:
        con.execute(f"DROP VIEW {view}")
    return up or down, up_in or down_in, resets_up if up_in else resets_down


def _carried(raw: Raw, who: int, day: int) -> Part:
    """The customer, and whatever else is blank on just the same lines, carried down over lines with a day."""
    con, part = raw.con, raw.part
    is_line = f"{raw.cell(day)} IS NOT NULL"
    blank = f"{raw.cell(who)} IS NULL"
    others = [i for i in range(raw.width) if i not in (who, day)]
    tests = [f"bool_and(({raw.cell(i)} IS NULL) = ({blank})) FILTER ({is_line})" for i in others]
    same = con.execute(f"SELECT {', '.join(tests or ['true'])} FROM {part.relation}").fetchone()
    carried = [who, *(i for i, hit in zip(others, same, strict=False) if hit)]
    n = con.execute(f"SELECT count(*) FROM {part.relation} WHERE {is_line} AND {blank}").fetchone()[0]
    new = {
        i: f"CASE WHEN {is_line} AND {raw.cell(i)} IS NULL"
        f" THEN last_value(CASE WHEN {is_line} AND {raw.cell(i)} IS NOT NULL THEN c{i} END"
        f" IGNORE NULLS) OVER (ORDER BY rowid ROWS UNBOUNDED PRECEDING) ELSE c{i} END AS c{i}"
        for i in carried
    }
    shown = ", ".join(new.get(i, f"c{i}") for i in range(raw.width))
    headers = ", ".join(repr(part.headers[i]) for i in carried)
    note = (
        f"{part.where}: {n:,} lines have a blank {headers} and take it from above: the file is grouped by customer. If"
        " they are customers who are not known, say carry_customer = false under [options] in a mapping file."
    )
    return raw.rebuilt(f"SELECT rowid AS _from, {shown} FROM {part.relation} ORDER BY rowid", part.headers, [note])


def _ask(raw: Raw, who: int, seen: Blocks) -> Unsettled:
    part = raw.part
    rows = raw.con.execute(
        f"SELECT rowid FROM {part.relation} WHERE {raw.cell(who)} IS NULL ORDER BY rowid LIMIT 3"
    ).fetchall()
    lines = part.lines([r for (r,) in rows])
    at = ", ".join(str(lines[r]) for (r,) in rows)
    asks = "whether a blank customer is the one above it"
    return Unsettled(
        f"{part.where}: the column {part.headers[who]!r} is blank in {seen.blank:,} of {seen.lines:,} lines (lines {at}"
        " first), and each customer stands in it once. Is a blank one the customer above, or one who is not known?",
        [Question("options", "carry_customer", asks, [(True, "the customer above"), (False, "not known")])],
    )
