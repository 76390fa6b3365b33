"""What the numeric columns of a raw table say of one another: which add up to which, which stand for a whole order."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pandas as pd

from kamlib.book.options import Options
from kamlib.book.source.part import Part
from kamlib.book.values import cells

LOOKED_AT = 20_000  # rows, from the first: orders stand together
AGREE = 0.99  # share of rows on which a sum must hold to be one
CENT = 0.011  # money: each of the summed amounts may have been rounded
MANY_ORDERS = 5  # of several lines, from which on it is no chance that all lines of each have one amount
FEWEST_ORDERS = 3  # of several lines, from which on a column that is the same on all lines of each is the order's


class Sums:
    """Numbers of some columns of the first rows, and the orders they belong to.

    Parameters
    ----------
    columns : sequence of int
        Positions whose cells are read as numbers.
    order : int or None
        Position of the order's id.
    also : sequence of int
        Other columns of numbers, which can say what the decimal sign is.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        part: Part,
        columns: Sequence[int],
        order: int | None,
        options: Options,
        also: Sequence[int] = (),
    ):
        self.con, self.part, self.options = con, part, options
        self.sign = sign_of(con, part, columns, options, also)
        read = as_numbers(con, part, columns, options, also, sign=self.sign)
        wanted = ", ".join(f"try_cast({read[i]} AS DOUBLE) AS n{i}" for i in read)
        key = f"CAST(c{order} AS VARCHAR)" if order is not None else "NULL"
        rows = con.execute(f"SELECT {key} AS k, {wanted} FROM {part.relation} LIMIT {LOOKED_AT}").df()
        numbers = {i: rows[f"n{i}"].to_numpy(float) for i in read}
        # An infinity is no amount: it is not even as far from itself as a cent.
        self.numbers = {i: np.where(np.isfinite(n), n, np.nan) for i, n in numbers.items()}
        orders = rows["k"].replace("", None).ffill() if order is not None else pd.Series(np.arange(len(rows)))
        orders = orders.where(orders.notna(), pd.Series(np.arange(len(rows)), dtype=object))  # of no order: of its own
        self.order = orders.factorize()[0]
        self.several = np.bincount(self.order[self.order >= 0])[self.order] > 1 if len(rows) else np.zeros(0, bool)

    def beside(self, columns: Sequence[int]) -> dict[int, np.ndarray]:
        """Numbers of further columns on the same rows, with the decimal sign of the others."""
        if not columns:
            return {}
        read = as_numbers(self.con, self.part, columns, self.options, sign=self.sign)
        wanted = ", ".join(f"try_cast({read[i]} AS DOUBLE) AS n{i}" for i in read)
        rows = self.con.execute(f"SELECT {wanted} FROM {self.part.relation} LIMIT {LOOKED_AT}").df()
        numbers = {i: rows[f"n{i}"].to_numpy(float) for i in read}
        return {i: np.where(np.isfinite(n), n, np.nan) for i, n in numbers.items()}

    def agree(
        self,
        one: np.ndarray,
        other: np.ndarray,
        *,
        within: np.ndarray | float = CENT,
        where: np.ndarray | None = None,
    ) -> bool:
        """Whether two numbers are the same on nearly all rows that have both.

        `where`: the rows on which that says anything; it must hold on most of these as well. A discount that one line
        in a hundred has leads from either of two totals to the other on all lines but those.
        """
        both = ~np.isnan(one) & ~np.isnan(other)
        near = np.abs(one - other) <= within
        if not both.any() or np.mean(near[both]) < AGREE:
            return False
        says = both if where is None else both & where
        return bool(not says.any() or np.mean(near[says]) > 0.5)

    def product(self, quantity: int, price: int) -> tuple[np.ndarray, np.ndarray]:
        """Quantity x unit price of each row, and how far an amount may be from it, for a price rounded to the cent."""
        q, p = self.numbers[quantity], self.numbers[price]
        return q * p, 0.0051 * np.maximum(np.nan_to_num(np.abs(q)), 1) + 0.0051

    def order_sum(self, numbers: np.ndarray) -> np.ndarray:
        """The sum over an order, on each of its rows."""
        sums = np.bincount(self.order, weights=np.nan_to_num(numbers))
        return sums[self.order]

    def of_order(self, column: int, product: np.ndarray | None, others: Sequence[np.ndarray]) -> str:
        """Whether a column stands for the whole order, and where: `each` line, the `first`, or empty where it does not.

        `perhaps`: the same on each line, of too few orders to say so; `likely`: of many orders, and nothing else in
        them is a number that differs.

        It does where orders of several lines have it on one line only; or the same on each line, while it is the sum
        of the product or of another amount over the order, or varies between orders and other numbers within them.
        """
        numbers, several = self.numbers[column], self.several
        if not several.any() or (product is not None and self._rows_agree(numbers, product)):
            return ""
        groups = pd.DataFrame({"o": self.order[several], "n": numbers[several]}).groupby("o")["n"]
        filled, low, high, size = groups.count(), groups.min(), groups.max(), groups.size()
        has = filled > 0
        if not has.any():
            return ""
        if np.mean(filled[has] == 1) >= AGREE:
            return "first"
        if np.mean(((filled == size) & (high - low <= 1e-9))[has]) < AGREE:
            return ""
        for line in ([] if product is None else [product]) + list(others):
            sums = self.order_sum(line)[several]
            if self.agree(sums, numbers[several]) and not self.agree(line[several], numbers[several]):
                return "each"
        varies = any(self._varies(n) for i, n in self.numbers.items() if i != column)
        if len(set(high)) == 1:
            return ""
        if has.sum() >= FEWEST_ORDERS and varies:
            return "each"
        likely = has.sum() >= MANY_ORDERS and len(set(high)) >= MANY_ORDERS - 1
        return "likely" if likely else "perhaps" if has.sum() > 1 else ""

    def _rows_agree(self, one: np.ndarray, other: np.ndarray) -> bool:
        return self.agree(one[self.several], other[self.several])

    def _varies(self, numbers: np.ndarray) -> bool:
        """Whether a column differs within most orders of several lines."""
        groups = pd.DataFrame({"o": self.order[self.several], "n": numbers[self.several]}).groupby("o")["n"]
        return bool(np.mean(groups.nunique() > 1) > 0.5)


def as_numbers(
    con: duckdb.DuckDBPyConnection,
    part: Part,
    columns: Sequence[int],
    options: Options,
    also: Sequence[int] = (),
    *,
    sign: str = "",
) -> dict[int, str]:
    """SQL that reads each of these columns of a raw part as a number.

    Parameters
    ----------
    also : sequence of int
        Other columns of numbers, which can say what the decimal sign is.
    sign : str
        The decimal sign, where it is known.

    Raises
    ------
    kamlib.book.values.cells.Ambiguous
        It cannot be told which sign is the decimal one.
    """
    sign = sign or sign_of(con, part, columns, options, also)
    clean = _clean(con, part, columns)
    return {i: cells.number_of(f"c{i}", clean[i], sign) if i in clean else f"c{i}" for i in columns}


def _clean(con, part: Part, columns: Sequence[int]) -> dict[int, str]:
    """SQL of the cells of those columns that are text."""
    types = {r[0]: r[1] for r in con.execute(f"DESCRIBE {part.relation}").fetchall()}
    text = [i for i in dict.fromkeys(columns) if types[f"c{i}"] == "VARCHAR"]
    return {i: cells.text(cells.latin(_without_percent(f"c{i}") if i in part.percents else f"c{i}")) for i in text}


def _without_percent(source: str) -> str:
    return f"regexp_replace(trim({source}), '^% ?| ?[%٪]$', '')"


def sign_of(con, part: Part, columns: Sequence[int], options: Options, also: Sequence[int] = ()) -> str:
    """The decimal sign of columns: a point where none of them is text."""
    clean = _clean(con, part, [*columns, *also])
    return _decimal_sign(con, part, clean, options) if clean else "."


def _decimal_sign(con, part: Part, clean: dict[int, str], options: Options) -> str:
    """Of the first rows, or where these do not say it, of all."""
    looked_at = f"SELECT rowid AS _row, {', '.join(f'{e} AS c{i}' for i, e in clean.items())} FROM {part.relation}"
    names = [f"c{i}" for i in clean]
    try:
        return cells.decimal_sign(con, f"({looked_at} LIMIT {LOOKED_AT})", names, options)
    except cells.Ambiguous:
        return cells.decimal_sign(con, f"({looked_at})", names, options)


def total_of(con: duckdb.DuckDBPyConnection, part: Part, expression: str) -> str:
    """The exact sum of an SQL expression over all rows, in words."""
    total = con.execute(
        f"SELECT sum(round(try_cast({expression} AS DECIMAL(38, 10)), 2))::DECIMAL(38, 2) FROM {part.relation}"
    ).fetchone()[0]
    return "nothing" if total is None else f"{total:,.2f}"
