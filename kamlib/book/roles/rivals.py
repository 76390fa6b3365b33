"""The questions about amounts: every candidate with the total that it would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from kamlib.book.errors import Question, Unsettled
from kamlib.book.roles.question import first_rows
from kamlib.book.roles.sums import as_numbers, total_of

PRODUCT = "quantity x unit price"


def refuse_rivals(con, part, columns, options, rivals: Sequence[int], *, product: bool) -> NoReturn:
    """Several columns, or one and quantity x unit price, could each be the amount."""
    read = as_numbers(con, part, columns.all, options, columns.others)
    choices: list[tuple[object, str]] = []
    for i in rivals:
        choices.append((part.headers[i], f"net total {total_of(con, part, read[i])}"))
    named = [f"{value!r} ({why})" for value, why in choices]
    if product:
        made = total_of(con, part, _product(columns, read))
        choices.append(("", f"{PRODUCT}: net total {made}"))
        factors = " x ".join(repr(part.headers[columns.of[r]]) for r in ("quantity", "unit_price"))
        named.append(f"{factors} (net total {made})")
    _ask(con, part, f"{' and '.join(named)} could each be amount, and nothing in the file decides.",
         Question("ledger", "amount", "the column of net sales", choices))  # fmt: skip


def refuse_order(con, part, columns, options, column: int) -> NoReturn:
    """It cannot be told whether a column is the total of a whole order, or the amount of each of its lines."""
    read = as_numbers(con, part, columns.all, options, columns.others)[column]
    once = f"(CASE WHEN rowid IN (SELECT min(rowid) FROM {part.relation} GROUP BY c{columns.order}) THEN {read} END)"
    asks = f"whether {part.headers[column]!r} is the total of a whole order, which counts once"
    choices = [(True, f"net total {total_of(con, part, once)}"), (False, f"net total {total_of(con, part, read)}")]
    _ask(con, part, f"it is the same on all lines of an order, and it cannot be told {asks}.",
         Question("options", "amount_per_order", asks, choices))  # fmt: skip


def refuse_tax(con, part, columns, options, column: int, extras: Sequence[str]) -> NoReturn:
    """It cannot be told whether a column contains tax."""
    read = as_numbers(con, part, columns.all, options, columns.others)
    parts = [f"try_cast({read[i]} AS DECIMAL(30, 10))" for i in (column, *(columns.of[r] for r in extras))]
    without = total_of(con, part, " - ".join([parts[0], *(f"coalesce({p}, 0)" for p in parts[1:])]))
    names = " and ".join(repr(part.headers[columns.of[r]]) for r in extras)
    asks = f"whether {part.headers[column]!r} contains {names}"
    choices = [(True, f"net total {without}"), (False, f"net total {total_of(con, part, read[column])}")]
    _ask(con, part, f"it cannot be told {asks}.", Question("options", "tax_included", asks, choices))


def refuse_discount(con, part, columns, options, ways: Sequence[str]) -> NoReturn:
    """It cannot be told what a column of discounts holds."""
    read = as_numbers(con, part, columns.all, options, columns.others)
    off = f"coalesce(abs(try_cast({read[columns.of['discount']]} AS DECIMAL(18, 6))), 0)"
    gross, header = _product(columns, read), part.headers[columns.of["discount"]]
    made = {
        "share": f"({gross})::DOUBLE * (1 - {off})",
        "percent": f"({gross})::DOUBLE * (1 - {off} / 100)",
        "amount": f"({gross})::DOUBLE - {off}",
        "none": gross,
    }
    choices = [(way, f"net total {total_of(con, part, made[way])}") for way in (*ways, "none")]
    asks = f"what {header!r} is: a share of the line, a percentage, an amount of money, or not to be taken off"
    _ask(con, part, f"the amount is {PRODUCT}, and it cannot be told {asks}.",
         Question("options", "discount", asks, choices))  # fmt: skip


def _product(columns, read: dict[int, str]) -> str:
    quantity, price = (read[columns.of[r]] for r in ("quantity", "unit_price"))
    return f"try_cast({quantity} AS DECIMAL(18, 8)) * try_cast({price} AS DECIMAL(18, 10))"


def _ask(con, part, why: str, question: Question) -> NoReturn:
    raise Unsettled(f"{part.where}: {why}", [question], first_rows(con, part))
