"""Profit that is missing on a few lines: taken at the margin of the others where these make nearly all sales, and said.

Judged once, on the whole ledger, by the lines that reports take profit from: trade of known customers. So a report of
an earlier day goes by the same margins. Other lines (of nobody, fees) stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from kamlib.book.checks.size import too_large_sums
from kamlib.book.values.cells import kinds_in_sql
from kamlib.given import as_day
from kamlib.money import money
from kamlib.tables import NOT_TRADE

# Share of sales whose profit must be known: were the margin of the other 2 % wrong by half, profit would be by 1 %.
ENOUGH = (98, 100)
_KINDS = kinds_in_sql(NOT_TRADE)
_TRADE = f"customer_id IS NOT NULL AND kind NOT IN ({_KINDS})"


@dataclass(frozen=True)
class Known:
    """For how much of the trade of known customers profit is known. Sales are absolute: a return counts like a sale."""

    lines: int
    all_lines: int
    sales: int  # cents, of these lines
    all_sales: int
    profit: int  # cents
    net: int  # net sales of the lines with profit, cents

    @property
    def some(self) -> bool:
        """Whether profit is known on some lines, and not on others."""
        return 0 < self.lines < self.all_lines

    @property
    def enough(self) -> bool:
        """Whether the lines with profit make 98 % of sales, and their margin is one that can be."""
        return self.sales * ENOUGH[1] >= self.all_sales * ENOUGH[0] and is_margin(self.profit, self.net)


def is_margin(profit: int, sales: int) -> bool:
    """Whether profit over sales is a margin to go by: of sales above zero, and no more than these either way.

    Returns can leave next to nothing of an account's sales, and its ratio then says nothing of its margin.
    """
    return sales > 0 and abs(profit) <= sales


def known_profit(ledger: duckdb.DuckDBPyRelation) -> Known:
    """For how much of the whole ledger's trade of known customers profit is known, estimates left aside."""
    known = "profit_cents IS NOT NULL AND profit_estimated IS NOT TRUE"
    size = "abs(cents::HUGEINT)"
    counts = f"count(*) FILTER ({known}), count(*)"
    sums = [f"sum({size}) FILTER ({known})", f"sum({size})"]
    sums += [f"sum({c}) FILTER ({known})" for c in ("profit_cents", "cents")]
    filled = ", ".join(f"coalesce({s}, 0)" for s in sums)
    return Known(*map(int, ledger.filter(_TRADE).aggregate(f"{counts}, {filled}").fetchall()[0]))


def uses_profit(ledger: duckdb.DuckDBPyRelation) -> bool:
    """Whether every line of trade of a known customer has a profit, known or estimated: no report uses it else."""
    return bool(ledger.filter(_TRADE).aggregate("bool_and(profit_cents IS NOT NULL)").fetchall()[0][0])


def complete_profit(con: duckdb.DuckDBPyConnection, given: Iterable[str]) -> list[str]:
    """Fill the gaps of profit in the table `ledger` where the rule allows it; notes on what was done, and why.

    A gap takes the margin of its account (profit over net sales of the lines that have both), or that of the whole book
    where the account has none, rounded to the cent, halves away from zero; `profit_estimated` is then true.

    Parameters
    ----------
    given : iterable of str
        Columns that the ledger has, to say which one has gaps.
    """
    known = known_profit(con.table("ledger"))
    if not known.some:
        return []
    what = " or ".join(c for c in ("profit", "cost") if c in set(given)) or "profit"
    if not known.enough:
        return [_not_used(con, known, what)]
    cents = _estimate(con, known)
    missing = known.all_lines - known.lines
    return [
        f"The {what} is missing on {missing:,} of {known.all_lines:,} lines of customers, which make"
        f" {_percent(known.all_sales - known.sales, known.all_sales)} of sales ({_examples(con, 'profit_estimated')})."
        " Their profit is estimated: at the margin of the account's other lines, or of the book's where it has none;"
        f" {money(cents)} in all.",
        *too_large_sums(con),
    ]


def _estimate(con, known: Known) -> int:
    """Fill the gaps; the sum of what was filled in, cents."""
    margins = (
        "SELECT customer_id AS id, sum(profit_cents) AS profit, sum(cents) AS sales FROM ledger"
        f" WHERE {_TRADE} AND profit_cents IS NOT NULL GROUP BY 1 HAVING sum(cents) > 0"
        " AND abs(sum(profit_cents)) <= sum(cents)"  # as `is_margin`
    )
    profit, sales = f"coalesce(m.profit, {known.profit})", f"coalesce(m.sales, {known.net})"
    # Whole numbers all the way: as a float the margin would move a cent here and there.
    size = f"(2 * abs(cents::HUGEINT) * abs({profit}) + {sales}) // (2 * {sales})"
    con.execute(
        "UPDATE ledger SET profit_cents = gaps.filled, profit_estimated = true FROM"
        f" (SELECT l.rowid AS line, CAST(sign(cents) * sign({profit}) * {size} AS BIGINT) AS filled"
        f" FROM ledger l LEFT JOIN ({margins}) m ON l.customer_id = m.id WHERE {_TRADE} AND profit_cents IS NULL) gaps"
        " WHERE ledger.rowid = gaps.line"
    )
    return int(con.execute("SELECT coalesce(sum(profit_cents), 0) FROM ledger WHERE profit_estimated").fetchall()[0][0])


def _not_used(con, known: Known, what: str) -> str:
    least = f"{100 * ENOUGH[0] // ENOUGH[1]} %"
    head = (
        f"The {what} is known for {_percent(known.sales, known.all_sales)} of sales"
        f" ({known.lines:,} of {known.all_lines:,} lines of customers)"
    )
    why = f"{least} are needed"
    if known.sales * ENOUGH[1] >= known.all_sales * ENOUGH[0]:
        why = f"these sales net to {money(known.net)} and their profit to {money(known.profit)}, which is no margin"
    return (
        f"{head}; {why}. So profit is not used, and accounts are judged by sales. Missing are, for example,"
        f" {_examples(con, f'profit_cents IS NULL AND {_TRADE}')}."
    )


def _examples(con, test: str) -> str:
    """The three largest lines of a kind."""
    rows = con.execute(
        f"SELECT customer_id, date, cents FROM ledger WHERE {test}"
        " ORDER BY abs(cents::HUGEINT) DESC, date, customer_id, cents LIMIT 3"
    ).fetchall()
    return "; ".join(f"{str(c)[:40]!r} on {day}: {money(cents)}" for c, day, cents in rows)


def _percent(part: int, whole: int) -> str:
    """A share for a reader, cut and not rounded: what is short of 98 % never looks like it."""
    tenths = 1000 * part // max(whole, 1)
    return f"{tenths / 10:g} %" if tenths or not part else "less than 0.1 %"


def profit_totals(book, *, as_of: dt.date, leave_out: Sequence[str] = NOT_TRADE) -> dict[str, int]:
    """How the profit of the analysed lines (trade of known customers up to `as_of`) is known.

    Parameters
    ----------
    book : kamlib.book.Book
    as_of : datetime.date
    leave_out : sequence of str
        Kinds of line that are not a customer's trade.

    Returns
    -------
    dict
        For each of `known`, `estimated` and `missing`: `profit_*_lines`, and `profit_*_sales_cents`, their sales in
        absolute cents; for the first two also `profit_*_cents`.

    Examples
    --------
    >>> import pandas as pd
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": "a", "date": "2024-03-13", "amount": [99, 1], "profit": [33, None]})
    >>> totals = profit_totals(open_book({"ledger": lines}), as_of=dt.date(2024, 12, 31))
    >>> totals["profit_known_cents"], totals["profit_estimated_cents"], totals["profit_estimated_sales_cents"]
    (3300, 33, 100)
    """
    as_of, kinds = as_day(as_of), kinds_in_sql(leave_out)
    lines = book.ledger.filter(f"customer_id IS NOT NULL AND kind NOT IN ({kinds}) AND date <= DATE '{as_of:%Y-%m-%d}'")
    tests = {
        "known": "profit_cents IS NOT NULL AND profit_estimated IS NOT TRUE",
        "estimated": "profit_cents IS NOT NULL AND profit_estimated",
        "missing": "profit_cents IS NULL",
    }
    sums = {}
    for name, test in tests.items():
        sums[f"profit_{name}_lines"] = f"count(*) FILTER ({test})"
        sums[f"profit_{name}_sales_cents"] = f"coalesce(sum(abs(cents::HUGEINT)) FILTER ({test}), 0)"
        if name != "missing":
            sums[f"profit_{name}_cents"] = f"coalesce(sum(profit_cents) FILTER ({test}), 0)"
    return dict(zip(sums, map(int, lines.aggregate(", ".join(sums.values())).fetchall()[0]), strict=True))


def profit_in_words(book, totals: Mapping) -> str:
    """A line on how profit is known, for `kam check` and the page on the ledger.

    Parameters
    ----------
    book : kamlib.book.Book
    totals : mapping
        From `profit_totals` or `kamlib.book.control_totals`.

    Examples
    --------
    >>> import pandas as pd
    >>> from kamlib.book import open_book
    >>> lines = pd.DataFrame({"customer": "a", "date": "2024-03-13", "amount": [99, 1], "profit": [33, None]})
    >>> book = open_book({"ledger": lines}, mapping={"options": {"currency": "EUR"}})
    >>> profit_in_words(book, profit_totals(book, as_of=dt.date(2024, 12, 31)))
    'Profit 33.33 EUR: 33.00 known, 0.33 estimated, on 1 of 2 lines of customers, which make 1 % of sales.'
    """
    lines = {p: totals[f"profit_{p}_lines"] for p in ("known", "estimated", "missing")}
    sales = {p: totals[f"profit_{p}_sales_cents"] for p in lines}
    whole = known_profit(book.ledger)
    if not whole.lines:
        return "Profit is not known: no line of a customer says what it cost, or what was earned on it."
    if lines["missing"] or not book.uses_profit:
        share, of = _percent(whole.sales, whole.all_sales), f"{whole.lines:,} of {whole.all_lines:,} lines of customers"
        return f"Profit is not used: in the whole ledger, it is known for {share} of sales ({of})."
    known, estimated = totals["profit_known_cents"], totals["profit_estimated_cents"]
    unit = f" {book.currency}" if book.currency else ""
    if not lines["estimated"]:
        return f"Profit {money(known)}{unit}, known for all {lines['known']:,} lines of customers."
    return (
        f"Profit {money(known + estimated)}{unit}: {money(known)} known, {money(estimated)} estimated, on"
        f" {lines['estimated']:,} of {sum(lines.values()):,} lines of customers, which make"
        f" {_percent(sales['estimated'], sum(sales.values()))} of sales."
    )
