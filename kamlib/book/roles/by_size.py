"""What the size of numbers says against their names: an amount below the price of one counts pieces.

`jumlah` is an amount in one file and a quantity in the next, as `amount` and `sales` are. What is decided so is told.
"""

from __future__ import annotations

import duckdb
import numpy as np

from kamlib.book.options import Options
from kamlib.book.roles.sums import LOOKED_AT, as_numbers
from kamlib.book.source.part import Part
from kamlib.book.values import cells

NEARLY, SOME = 0.9, 0.1  # shares of lines
MOST = 10_000  # pieces; more are money
SMALL = 0.1  # of the price of one: no discount leaves as little
FEWEST = 3  # lines that say anything


def counts(
    con: duckdb.DuckDBPyConnection, part: Part, named: dict[str, list[tuple[int, int]]], options: Options
) -> None:
    """Move what is named as an amount and counts pieces to the quantities, where no column is named as one."""
    prices = named.get("unit_price", [])
    if part.format is not None or named.get("quantity") or not prices or not named.get("amount"):
        return
    price = prices[0][1]
    for i in [i for k, i in named["amount"] if k >= 0 and i != price]:
        if not _counts_pieces(con, part, i, price, options, discount=_is_discounted(named)):
            continue
        named["amount"] = [hit for hit in named["amount"] if hit[1] != i]
        named["quantity"] = [(1, i)]
        part.notes.append(
            f"{part.where}: {part.headers[i]!r} is taken as the quantity, not as the amount: its whole numbers are "
            f"smaller than {part.headers[price]!r}, which an amount could not be. If it is money, say so in a mapping "
            "file."
        )
        return


def _is_discounted(named: dict[str, list[tuple[int, int]]]) -> bool:
    return bool(named.get("discount"))


def _counts_pieces(con, part: Part, amount: int, price: int, options: Options, *, discount: bool) -> bool:
    """Whether an amount is none beside a price: whole numbers, far below it, or now above and now below it."""
    pieces, of_one = _numbers(con, part, amount, price, options)
    if len(pieces) < FEWEST or (pieces != pieces.round()).any() or pieces.max() > MOST:
        return False
    times = pieces / of_one
    below, whole = times < 1 - 1e-9, np.abs(times - times.round()) < 1e-6
    if np.mean(below) >= NEARLY and np.median(times) < SMALL:
        return True
    return not discount and np.mean(below) >= SOME and np.mean(~below) >= SOME and np.mean(whole & ~below) < 0.5


def _numbers(con, part: Part, amount: int, price: int, options: Options) -> tuple[np.ndarray, np.ndarray]:
    """Both as numbers, on the lines on which there are both and neither is nought."""
    try:
        read = as_numbers(con, part, [amount, price], options)
    except cells.Ambiguous:
        return np.zeros(0), np.zeros(0)
    wanted = ", ".join(f"try_cast({read[i]} AS DOUBLE)" for i in (amount, price))
    rows = con.execute(f"SELECT {wanted} FROM {part.relation} LIMIT {LOOKED_AT}").fetchnumpy()
    pieces, of_one = (np.ma.filled(np.abs(v.astype(float)), np.nan) for v in rows.values())
    both = (pieces > 0) & (of_one > 0) & np.isfinite(pieces) & np.isfinite(of_one)
    return pieces[both], of_one[both]
