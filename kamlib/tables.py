"""The contract: every table and column of a book, every frame of a panel, and the labels.

This is the one place where a column's name, kind, unit and meaning stand. The reader
(`kamlib.book`), the sample generator (`kamlib.datasets`) and the data dictionary are made
from it, so none of them can drift from the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "date", "money", "rate", "number", "whole", "share", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
    kind : {"id", "text", "date", "money", "rate", "number", "whole", "share", "flag"}
        `id` is text that identifies; `money` is in the book's one currency, two decimals; `rate` is what money is
        multiplied by, a decimal of up to twelve places;
        `share` is a number from 0 to 1; `whole` an integer; `flag` true or false.
    meaning : str
        What it says, with its unit.
    required : bool
    low, high : float or None
        Inclusive limits of what a valid value can be.
    values : tuple of str
        The only values allowed, where there is such a list.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: what one row is, its columns, and what it adds to a report."""

    name: str
    row: str
    adds: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(c.name for c in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that must be there."""
        return tuple(c.name for c in self.columns if c.required)

    def __getitem__(self, name: str) -> Column:
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(f"table {self.name!r} has no column {name!r}")


# Labels. They keep their meaning from one period to the next.
ABC = ("A", "B", "C")
XYZ = ("X", "Y", "Z")
XYZ_UNKNOWN = "?"  # too little history to say; not the same as irregular
CLIENT_TYPES = ("breadwinner", "prospect", "image-maker", "expert", "ordinary")

# What a ledger line can be. `goods` when nothing says otherwise.
LINE_KINDS = (
    "goods", "carriage", "service", "manual", "discount", "sample",
    "voucher", "fee", "bad debt", "adjustment", "donation", "test",
)  # fmt: skip
# Lines that are not a customer's trade: the firm's own costs and bookkeeping.
NOT_TRADE = ("fee", "bad debt", "adjustment", "donation", "test")

_customer = Column("customer_id", "id", "the account, as in the ledger", True)
_since = Column("since", "date", "date from which this was known; undated facts predict nothing past")


def _skill(name: str) -> Column:
    return Column(name, "number", "skill, 0 (none) to 5 (master)", low=0, high=5)


_ledger = Table(
    "ledger",
    "one invoice line",
    "everything: without it there is no report",
    (
        _customer,
        Column("date", "date", "day of the invoice", True),
        Column("amount", "money", "net sales of the line; negative is a return or a credit note", True),
        Column("line_id", "id", "identifies the line"),
        Column("order_id", "id", "invoice or order number"),
        Column("kind", "text", "what the line is; goods when empty", values=LINE_KINDS),
        Column("profit", "money", "gross profit of the line"),
        Column("cost", "money", "cost of goods of the line; profit is then amount less cost"),
        Column("quantity", "number", "units; negative on a return"),
        Column("unit_price", "number", "price of one unit; with quantity it gives amount where that is missing"),
        Column("list_price", "number", "price of one unit before any discount", low=0),
        Column("product_id", "id", "article or stock code"),
        Column("product_name", "text", "description of the article"),
        Column("category", "text", "product group"),
        Column("manager_id", "id", "account manager who made the sale"),
        Column("promised_date", "date", "delivery promised for"),
        Column("delivered_date", "date", "delivery made on"),
        Column("country", "text", "country of the customer"),
        Column("currency", "text", "currency of amount; one for the whole book"),
        Column("customer_name", "text", "name of the customer; a table of accounts wins"),
        Column("state", "text", "what became of the line, such as cancelled; says whether it was a sale"),
        Column("tax", "money", "tax on the line, or of its order; taken out of amount where amount contains it"),
        Column("shipping", "money", "carriage billed with the order; taken out where amount contains it"),
        Column("refund", "money", "what was paid back, positive; taken off the lines of its order"),
    ),
)

_others = (
    Table(
        "accounts",
        "one account (since a date)",
        "names, industries and regions; corporate groups; cost to serve; plans",
        (
            _customer,
            Column("name", "text", "name"),
            Column("description", "text", "what the account does"),
            Column("industry", "text", "industry"),
            Column("region", "text", "region"),
            Column("country", "text", "country"),
            Column("language", "text", "language of correspondence"),
            Column("employees", "whole", "number of employees", low=0),
            Column("founded", "whole", "year of foundation", low=1000, high=2200),
            Column("annual_revenue", "money", "revenue of the account, per year", low=0),
            Column("annual_budget", "money", "what it can spend on our category, per year", low=0),
            Column("industry_rank", "whole", "rank in its industry or region; 1 is the leader", low=1),
            Column("reputation", "share", "how well known its name is, 0 to 1", low=0, high=1),
            Column("parent_id", "id", "customer_id of the head of its corporate group"),
            Column("status", "text", "customer, lead or former", values=("customer", "lead", "former")),
            Column("cost_to_serve", "money", "cost of serving the account, per year", low=0),
            Column("target", "money", "sales planned, per year", low=0),
            _since,
        ),
    ),
    Table(
        "contacts",
        "one person at an account",
        "who decides there, and how they feel about us",
        (
            _customer,
            Column("contact_id", "id", "the person"),
            Column("name", "text", "name"),
            Column("title", "text", "job title"),
            Column(
                "role",
                "text",
                "part in the decision",
                values=("decides", "influences", "uses", "guards", "signs"),
            ),
            Column("authority", "share", "power over the decision, 0 to 1", low=0, high=1),
            Column("attitude", "number", "towards us, -1 (against) to 1 (for)", low=-1, high=1),
            Column("last_contact", "date", "last time we spoke"),
            _since,
        ),
    ),
    Table(
        "tenders",
        "one tender or quotation",
        "wins and losses with their reasons",
        (
            _customer,
            Column("date", "date", "day of the decision, or of the offer while open", True),
            Column("value", "money", "value of the tender", low=0),
            Column("outcome", "text", "won, lost or open", True, values=("won", "lost", "open")),
            Column("reason", "text", "why it was won or lost"),
            Column("competitor", "text", "who else bid, or won"),
        ),
    ),
    Table(
        "incidents",
        "one thing that went wrong",
        "the causes of losses: lateness, conflicts, quality, broken promises",
        (
            _customer,
            Column("date", "date", "day it happened", True),
            Column("kind", "text", "what went wrong", True, values=("late", "conflict", "quality", "promise", "other")),
            Column("severity", "whole", "1 (small) to 3 (grave)", low=1, high=3),
            Column("resolved_date", "date", "day it was put right"),
        ),
    ),
    Table(
        "feedback",
        "one answer of an account to the question how we do",
        "opinions, and whether they were answered",
        (
            _customer,
            Column("date", "date", "day of the answer", True),
            Column("score", "number", "0 (bad) to 10 (excellent)", low=0, high=10),
            Column("topic", "text", "what it is about"),
            Column("answered_date", "date", "day we replied"),
        ),
    ),
    Table(
        "interactions",
        "one contact between us and an account",
        "neglect, preparation, the experts' audits and sample tests",
        (
            _customer,
            Column("date", "date", "day", True),
            Column(
                "kind",
                "text",
                "what it was",
                values=("meeting", "call", "message", "audit", "sample test", "dossier update"),
            ),
            Column("manager_id", "id", "our side"),
            Column("contact_id", "id", "their side"),
            Column("prepared", "flag", "prepared beforehand"),
        ),
    ),
    Table(
        "payments",
        "one invoice and its payment",
        "solvency and payment habits",
        (
            _customer,
            Column("invoice_date", "date", "day of the invoice", True),
            Column("due_date", "date", "due on"),
            Column("paid_date", "date", "paid on; empty while open"),
            Column("amount", "money", "amount of the invoice"),
        ),
    ),
    Table(
        "rivals",
        "one competitor at one account (since a date)",
        "share of wallet: prospects, and accounts at risk",
        (
            _customer,
            Column("competitor", "text", "the competitor", True),
            Column("share", "share", "its share of what the account spends on our category, 0 to 1", low=0, high=1),
            _since,
        ),
    ),
    Table(
        "managers",
        "one account manager",
        "what the managers contribute",
        (
            Column("manager_id", "id", "the manager", True),
            Column("name", "text", "name"),
            Column("hired", "date", "hired on"),
            Column("capacity", "whole", "accounts that can be looked after at once", low=0),
            *(
                _skill(s)
                for s in (
                    "product",
                    "selling",
                    "customer_business",
                    "communication",
                    "analysis",
                    "languages",
                    "forecasting",
                )
            ),
            _since,
        ),
    ),
    Table(
        "assignments",
        "one account looked after by one manager for a time",
        "handovers, and whose account it was when",
        (
            _customer,
            Column("manager_id", "id", "the manager", True),
            Column("from", "date", "first day", True),
            Column("to", "date", "last day; empty while it lasts"),
        ),
    ),
    Table(
        "tasks",
        "one task of a manager for an account",
        "promises kept and broken",
        (
            _customer,
            Column("manager_id", "id", "who was to do it"),
            Column("what", "text", "the task"),
            Column("due", "date", "due on"),
            Column("done", "date", "done on; empty while open"),
        ),
    ),
    Table(
        "offers",
        "one offer made to an account, or held back for comparison",
        "which offers win accounts back",
        (
            _customer,
            Column("date", "date", "day", True),
            Column("campaign", "id", "the campaign", True),
            Column("arm", "text", "treated or held out", values=("treated", "held out")),
            Column("kind", "text", "what was offered", values=("discount", "gift", "special", "programme")),
            Column("cost", "money", "cost of the offer", low=0),
        ),
    ),
    Table(
        "rates",
        "one currency on one day",
        "lines in other currencies, converted at the rate of their day, or the last before it (31 days at most)",
        (
            Column("currency", "text", "the other currency, as the ledger calls it", True),
            Column("date", "date", "day of the rate", True),
            Column("rate", "rate", "worth of one unit in the book's currency, below a million", True, low=1e-12),
        ),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in (_ledger, *_others)}
"""Every table a book can hold, by name. Only the ledger is required."""


# Frames of a panel (kamlib.panel). Money is integer cents there.
PANEL: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            "monthly",
            "one account in one calendar month in which something happened",
            "who bought how much when",
            (
                _customer,
                Column("month", "date", "first day of the month"),
                Column("sales_cents", "whole", "net sales, cents"),
                Column("gross_cents", "whole", "sales before returns, cents", low=0),
                Column("returns_cents", "whole", "returns and credit notes, cents, zero or negative", high=0),
                Column("profit_cents", "whole", "gross profit, cents; empty where the ledger has none"),
                Column("lines", "whole", "ledger lines", low=1),
                Column("orders", "whole", "orders whose net is positive, on purchase days", low=0),
                Column("purchase_days", "whole", "days whose net sales are positive", low=0),
            ),
        ),
        Table(
            "accounts",
            "one account with a line on or before as_of",
            "totals of the window, dates of the whole history",
            (
                _customer,
                Column("first_line", "date", "first line of any sort: customer at the latest since then"),
                Column("first_purchase", "date", "first purchase day; empty if there is none"),
                Column("last_purchase", "date", "last purchase day; empty if there is none"),
                Column("truncated", "flag", "history may begin before the ledger does: never called new"),
                Column("history_sales_cents", "whole", "net sales of the whole history, cents"),
                Column("history_purchase_days", "whole", "purchase days of the whole history", low=0),
                Column("sales_cents", "whole", "net sales in the window, cents"),
                Column("gross_cents", "whole", "sales before returns in the window, cents", low=0),
                Column("returns_cents", "whole", "returns in the window, cents, zero or negative", high=0),
                Column("profit_cents", "whole", "gross profit in the window, cents; empty where unknown"),
                Column("lines", "whole", "lines in the window", low=0),
                Column("orders", "whole", "orders in the window", low=0),
                Column("purchase_days", "whole", "purchase days in the window", low=0),
                Column("active_months", "whole", "months of the window with a purchase day", low=0),
            ),
        ),
        Table(
            "gaps",
            "one account with at least two purchase days",
            "sufficient statistics of the gaps between purchase days, whole history",
            (
                _customer,
                Column("n", "whole", "number of gaps", low=1),
                Column("sum_days", "whole", "sum of gaps, days"),
                Column("sum_days2", "whole", "sum of squared gaps, days squared"),
                Column("sum_log_micro", "whole", "sum of round(ln(gap) * 1e6)"),
            ),
        ),
    )
}
