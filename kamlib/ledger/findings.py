"""What 01_ledger hands on: how much of the ledger a report can speak for."""

from __future__ import annotations

from kamlib.book import Book, known_profit, repeated_lines, suspected_duplicates
from kamlib.panel import Panel, check_panel
from kamlib.run import Finding


def findings(book: Book, panel: Panel, totals: dict) -> list[Finding]:
    """The ledger in numbers, up to `as_of`.

    Parameters
    ----------
    book : kamlib.book.Book
    panel : kamlib.panel.Panel
    totals : dict
        From `kamlib.book.control_totals`.

    Returns
    -------
    list of Finding
        Keys begin with `ledger.`. They are counts of what is there, a census: none has an interval.
    """
    check_panel(panel, "findings(book, panel, totals)")
    money = f"money {book.currency}".strip()
    accounts = panel.accounts
    trade = totals["analysed_cents"] + totals["no_customer_cents"]
    repeated, repeated_cents = repeated_lines(book, as_of=panel.as_of)
    gross, back = int(accounts["gross_cents"].sum()), -int(accounts["returns_cents"].sum())
    bought = int((accounts["lines"] > 0).sum())
    return [
        Finding("ledger.first_day", "First day of the ledger", f"{panel.first_day}", "day"),
        Finding("ledger.last_day", "Last day with a line that counts", f"{panel.last_day}", "day"),
        Finding("ledger.lines", "Lines up to the day of the report", totals["lines_to_as_of"], "lines"),
        Finding(
            "ledger.set_aside", "Rows that could not be read and were set aside",
            totals["rows_set_aside"] - book.rows_not_sold, "rows",
        ),
        Finding("ledger.not_sold", "Rows left out, since their state is no sale", book.rows_not_sold, "rows"),
        Finding("ledger.net", "Net total of these lines", totals["net_cents_to_as_of"], money),
        Finding("ledger.analysed", "Net total that is analysed: a customer's trade", totals["analysed_cents"], money),
        Finding(
            "ledger.no_customer_share", "Share of trade that names no customer",
            totals["no_customer_cents"] / trade if trade else None, "share", n=totals["no_customer_lines"],
        ),
        Finding("ledger.not_trade", "Net total of lines that are not trade", totals["not_trade_cents"], money),
        Finding("ledger.customers", "Customers in the ledger", len(accounts), "accounts"),
        Finding("ledger.window_customers", "Customers with a line in the window", bought, "accounts"),
        Finding(
            "ledger.truncated_share", "Customers whose history may begin before the ledger",
            float(accounts["truncated"].mean()), "share", n=len(accounts),
        ),
        Finding("ledger.window_sales", "Net sales of the window", int(accounts["sales_cents"].sum()), money),
        Finding(
            "ledger.returns_share", "Returns as a share of gross sales in the window",
            back / gross if gross else None, "share", n=int((accounts["returns_cents"] < 0).sum()),
        ),
        Finding("ledger.repeated", "Lines that repeat another in every column (kept)", repeated, "lines"),
        Finding("ledger.suspected", "Pairs of ids that may be one customer", len(suspected_duplicates(book)), "pairs"),
        Finding("ledger.repeated_net", "Net total of repeated lines", repeated_cents, money),
        *_profit(book, totals, money),
    ]  # fmt: skip


def _profit(book: Book, totals: dict, money: str) -> list[Finding]:
    """How profit is known; a verdict only where it is known on some lines and not on others."""
    whole = known_profit(book.ledger)
    share = whole.sales / whole.all_sales if whole.all_sales else None
    verdict = ("supported" if book.uses_profit else "not supported") if whole.some else ""
    sales = sum(totals[f"profit_{p}_sales_cents"] for p in ("known", "estimated", "missing"))
    lines = {p: totals[f"profit_{p}_lines"] for p in ("known", "estimated")}
    says = "Share of customers' sales in the whole ledger whose profit is known; from 98 % on it is used"
    return [
        Finding("ledger.profit_known_share", says, share, "share", n=whole.lines, verdict=verdict),
        Finding("ledger.profit_known", "Profit that is known", totals["profit_known_cents"], money, n=lines["known"]),
        Finding(
            "ledger.profit_estimated_share", "Customers' sales whose profit is estimated, at a margin",
            totals["profit_estimated_sales_cents"] / sales if sales else None, "share", n=lines["estimated"],
        ),
        Finding(
            "ledger.profit_estimated", "Profit that is estimated", totals["profit_estimated_cents"], money,
            n=lines["estimated"],
        ),
    ]  # fmt: skip
