"""Subtotals of a printed report that no word tells: rows of numbers alone, below the lines that they sum up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from kamlib.book.errors import BookError
from kamlib.book.roles.raw import Raw
from kamlib.book.roles.total_words import HINT, TOTAL_ROW
from kamlib.book.source.part import Part
from kamlib.book.values.cells import literal

NUMBERS = ("amount", "quantity", "unit_price", "list_price", "tax", "discount", "cost", "profit", "gross", "subtotal")
FEWEST = 3  # such rows, from which on it is no chance
MOSTLY = 0.95  # of them that are sums of the lines above
SEVERAL = 0.5  # and of more than one line


def without_subtotals(raw: Raw) -> Part:
    """The part without rows of numbers alone, each the sum of the dated lines right above it; or as it was.

    Taken for lines of the order above, they would count everything twice. A row that also says that it is a total
    (`Total`, in the column of customers) is set aside with them where it is such a sum, too. Where each is the sum from
    the last line with a customer on, the others of these lines are his.

    Raises
    ------
    BookError
        Most of them are such sums, and too many are not.
    """
    days, amounts = raw.of("date")[:1], raw.of("amount")
    if not days or not amounts or raw.switched_off("customer_id"):
        return raw.part
    numbers = raw.of(*NUMBERS)
    others = [i for i in range(raw.width) if i not in numbers]
    blank = " AND ".join(raw.blank(i) for i in others)
    quick = f"{blank} AND NOT {raw.blank(amounts[0])}"
    n = raw.con.execute(f"SELECT count(*) FROM {raw.part.relation} WHERE {quick}").fetchone()[0]
    amount = raw.amount() if n >= FEWEST else None
    if amount is None:
        return raw.part
    text = [raw.cell(i) for i in others]
    says = " OR ".join(
        f"(regexp_matches({c}, {literal(HINT)}) AND regexp_matches({c}, {literal(TOTAL_ROW)}, 'i'))" for c in text
    )
    filled = " + ".join(f"({c} IS NOT NULL)::INT" for c in text)
    who = raw.of("customer_id") or raw.of("customer_name")
    named = " OR ".join(f"{raw.cell(i)} IS NOT NULL" for i in who) or "false"
    rows = raw.con.execute(
        f"SELECT rowid AS r, {raw.cell(days[0])} IS NOT NULL AS line, {filled} = 0 AS bare,"
        f" {filled} = 1 AND coalesce({says}, false) AS says, {named} AS named,"
        f" try_cast(round({amount} * 100) AS BIGINT) AS cents FROM {raw.part.relation} WHERE cents IS NOT NULL"
        " ORDER BY rowid"
    ).fetchnumpy()
    rows = {name: np.asarray(column) for name, column in rows.items()}
    sums, his = _sums(rows)
    bare = rows["bare"]
    if bare.sum() < FEWEST or np.mean(sums[bare] > 1) < SEVERAL:
        return raw.part
    if np.mean(sums[bare] > 0) < MOSTLY:
        _refuse(raw, rows["r"][bare & (sums == 0)], int(bare.sum()))
    carried = _carried(rows, sums, bare & his) if np.mean(his[bare]) >= MOSTLY else {}
    taken = rows["r"][bare | (rows["says"] & (sums > 0))]
    return _made(raw, taken, rows["r"][bare & (sums == 0)], carried, who)


def _refuse(raw: Raw, others: np.ndarray, n: int) -> None:
    line = raw.part.lines([int(others[0])])[int(others[0])]
    raise BookError(
        f"{raw.part.where}: {n - len(others):,} of {n:,} rows of numbers alone are the sum of the lines above them, "
        f"and {len(others):,} are not (line {line} first). If they are subtotals, take them out of the file; if they "
        "are lines, write into each what was sold."
    )


def _sums(rows) -> tuple[np.ndarray, np.ndarray]:
    """Of each row that is no line, of how many of the dated lines right above its amount is the sum; 0: of none.

    And whether these are the lines from the last one with a customer on.
    """
    sums, his = np.zeros(len(rows["r"]), int), np.zeros(len(rows["r"]), bool)
    ends, total, lines, first, before = {0: 0}, 0, 0, None, 0
    columns = (rows[name].tolist() for name in ("line", "named", "cents"))
    for k, (line, named, cents) in enumerate(zip(*columns, strict=True)):
        if line:
            first, before = (lines, total) if named else (first, before)
            lines, total = lines + 1, total + cents
            ends[total] = lines
        elif first is not None and abs(total - before - cents) <= 1:  # each line may have been rounded by itself
            sums[k], his[k] = lines - first, True
        else:
            sums[k] = max((lines - ends[total - cents + d] for d in (0, 1, -1) if total - cents + d in ends), default=0)
    return sums, his


def _carried(rows, sums: np.ndarray, his: np.ndarray) -> dict[int, int]:
    """The row with the customer, of each line below it that is of one of his sums."""
    at, r = np.flatnonzero(rows["line"]), rows["r"]
    above = np.searchsorted(at, np.flatnonzero(his))
    return {
        int(r[at[j]]): int(r[at[end - n]])
        for end, n in zip(above.tolist(), sums[his].tolist(), strict=True)
        for j in range(end - n + 1, end)
    }


def _made(raw: Raw, taken: np.ndarray, unlike: np.ndarray, carried: dict[int, int], who: list[int]) -> Part:
    """The part without the rows that sum up, and with the customer on the lines that are his."""
    con, part = raw.con, raw.part
    sums = len(taken) - len(unlike)
    note = (
        f"{part.where}: {len(taken):,} rows without a day, of numbers alone or said to be totals, are set aside:"
        f" {sums:,} of them are the sum of lines above."
    )
    if len(unlike):
        line = part.lines([int(unlike[0])])[int(unlike[0])]
        note += f" {len(unlike):,} are not (line {line} first)."
    if carried:
        note += f" The customer on the first of these is carried down to the {len(carried):,} lines below."
    of = {"r": pa.array(list(carried), pa.int64()), "head": pa.array(list(carried.values()), pa.int64())}
    con.register("customers_above", pa.table(of))
    con.register("summing", pa.table({"_row": pa.array(taken, pa.int64())}))
    asides = raw.aside("row of totals", "SELECT _row FROM summing")
    shown = ", ".join(f"coalesce(h.c{i}, p.c{i}) AS c{i}" if i in who else f"p.c{i}" for i in range(raw.width))
    select = (
        f"SELECT p.rowid AS _from, {shown} FROM {part.relation} p LEFT JOIN customers_above a ON a.r = p.rowid"
        f" LEFT JOIN {part.relation} h ON h.rowid = a.head WHERE p.rowid NOT IN (SELECT _row FROM summing)"
        " ORDER BY p.rowid"
    )
    made = raw.rebuilt(select, part.headers, [note], asides)
    con.unregister("customers_above")
    con.unregister("summing")
    return made
