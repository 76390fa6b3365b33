"""What of a ledger's lines was sold: states, refunds, tax, totals of orders. Applied to the table of typed lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import pandas as pd

from kamlib.book.errors import BookError
from kamlib.book.options import Options
from kamlib.book.roles import states
from kamlib.book.roles.decide import Roles
from kamlib.book.roles.sums import as_numbers
from kamlib.book.source.part import Part
from kamlib.book.values import cells
from kamlib.money import money

NOT_SOLD = ["file", "state", "treatment", "lines", "cents"]
MOST_RAISED = 0.1  # of the orders, whose lines make less than the subtotal: beyond, lines are missing from the file
LEFT_OUT, REFUNDED, TURNED = "left out", "refunded", "turned"


@dataclass
class Sold:
    """What was left out, paid back or turned, and what is to be told of it."""

    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NOT_SOLD))
    notes: list[str] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """Lines that are no sale."""
        return int(self.table.loc[self.table["treatment"] == LEFT_OUT, "lines"].sum())


def only_sold(con: duckdb.DuckDBPyConnection, part: Part, parsed: str, roles: Roles, options: Options) -> Sold:
    """Make the amounts of a table of typed lines what was sold, net.

    In this order: a discount comes off; an order's total counts once; tax and shipping that the amount contains are
    taken out; lines are fitted to their order's subtotal; lines in a state that is no sale are marked in the column
    `left_out`; those of a credit note are turned to negative; refunds are taken off the lines of their order.

    Parameters
    ----------
    parsed : str
        Table with `_row` and the ledger's columns; changed.

    Returns
    -------
    Sold
    """
    sold, amount = Sold(), roles.amount
    con.execute(f"ALTER TABLE {parsed} ADD COLUMN left_out VARCHAR")
    if amount.discount:
        _discount(con, part, parsed, roles, options)
    if amount.of_order:
        _once_an_order(con, parsed, amount.less)
    if amount.less:
        less = "".join(f" - coalesce({c}, 0)" for c in amount.less)
        con.execute(f"UPDATE {parsed} SET amount = amount{less} WHERE amount IS NOT NULL")
    if amount.subtotal is not None and amount.column is None:
        sold.notes += _fit_to_orders(con, part, parsed, roles, options)
    elif amount.discount_of_order is not None:
        sold.notes += _off_orders(con, part, parsed, amount.discount_of_order, options)
    if options.only_currency:
        _other_currencies(con, parsed, options.only_currency)
    if options.customer_pattern:
        _other_accounts(con, parsed, options.customer_pattern)
    for position, kind in roles.states:
        _apply_states(con, part, parsed, position, kind, options, sold, roles)
    if "refund" in roles.found:
        _take_off_refunds(con, part, parsed, roles, options, sold)
    if "amount" in roles.found and {"quantity", "unit_price"} <= roles.found.keys() and not amount.of_order:
        sold.notes += _differs(con, part, parsed)
    _count_left_out(con, part, parsed, sold)
    return sold


# Amounts.

ORDER = "coalesce(p.order_id, 'row ' || p._row)"  # SQL: the order of a line p, or itself where it names none


def _raw(con, part: Part, columns, options: Options) -> dict[int, str]:
    """SQL: numbers of columns of the raw part r."""
    read = as_numbers(con, part, list(columns), options)
    return {i: e.replace(f"c{i}", f"r.c{i}") for i, e in read.items()}


def _discount(con, part, parsed: str, roles: Roles, options: Options) -> None:
    """Quantity x unit price less what a column says is taken off."""
    position = roles.beside["discount"]
    off = f"coalesce(abs(try_cast({_raw(con, part, [position], options)[position]} AS DOUBLE)), 0)"
    # Of a product before it is rounded: to round twice is a cent too many here and there.
    whole = "p.amount" if roles.amount.column is not None else "(p.quantity * p.unit_price * 100)"
    less = {"share": f"{whole} * (1 - {off})", "percent": f"{whole} * (1 - {off} / 100)",
            "amount": f"{whole} - {off} * 100"}[roles.amount.discount]  # fmt: skip
    con.execute(
        f"UPDATE {parsed} SET amount = n.a FROM (SELECT p._row, CAST(round(round({less}, 6), 0) AS BIGINT) AS a"
        f" FROM {parsed} p JOIN {part.relation} r ON r.rowid = p._row) n"
        f" WHERE n._row = {parsed}._row AND amount IS NOT NULL"
    )


def _once_an_order(con, parsed: str, less: tuple[str, ...]) -> None:
    """The order's total, and its tax, on its first line; nothing on the others."""
    columns = ("amount", *less)
    totals = ", ".join(f"max({c}) AS {c}" for c in columns)
    con.execute(f"CREATE TEMP TABLE once AS SELECT min(_row) AS f, {totals} FROM {parsed} p GROUP BY {ORDER}")
    first = ", ".join(f"{c} = o.{c}" for c in columns)
    con.execute(f"UPDATE {parsed} SET {first} FROM once o WHERE _row = o.f")
    others = ", ".join(f"{c} = 0" for c in columns)
    con.execute(f"UPDATE {parsed} SET {others} WHERE _row NOT IN (SELECT f FROM once); DROP TABLE once")


def _fit_to_orders(con, part, parsed: str, roles: Roles, options: Options) -> list[str]:
    """Lines that make another sum than their order's subtotal, in proportion: discounts, tax in prices, edited orders.

    Where the lines of many orders make less, lines are missing from the file rather than worth more: they are kept.
    """
    amount = roles.amount
    subtotal = _raw(con, part, [amount.subtotal], options)[amount.subtotal]
    cents = f"max(try_cast({subtotal} AS {cells.NUMBER}) * 100)"
    if amount.discount_of_order is not None:
        less = _raw(con, part, [amount.discount_of_order], options)[amount.discount_of_order]
        cents += f" - coalesce(max(abs(try_cast({less} AS {cells.NUMBER}) * 100)), 0)"
    tax = "coalesce(max(p.tax), 0)" if amount.tax_inside else "0"
    if amount.tax_on_shipping:  # what of it is the goods' is as large a part as they are of goods and shipping
        tax += f" * coalesce({cents} / nullif({cents} + coalesce(max(p.shipping), 0), 0), 1)"
    con.execute(
        f"CREATE TEMP TABLE shares AS SELECT {ORDER} AS k, sum(p.amount)::BIGINT AS amount,"
        f" CAST(sum(p.amount) - (round({cents}, 0) - {tax}) AS BIGINT) AS off, count(*) AS lines"
        f" FROM {parsed} p JOIN {part.relation} r ON r.rowid = p._row GROUP BY k"
        f" HAVING {cents} IS NOT NULL AND sum(p.amount) > 0"
    )
    orders = con.execute("SELECT count(*) FROM shares").fetchone()[0]
    con.execute("DELETE FROM shares WHERE abs(off) <= lines")
    n, off, more, added = con.execute(
        "SELECT count(*) FILTER (off > 0), coalesce(sum(off) FILTER (off > 0), 0)::BIGINT, count(*) FILTER (off < 0),"
        " coalesce(-sum(off) FILTER (off < 0), 0)::BIGINT FROM shares"
    ).fetchone()
    raised = more <= MOST_RAISED * orders
    if not raised:
        con.execute("DELETE FROM shares WHERE off < 0")
    _share_out(con, parsed)
    header, notes = part.headers[amount.subtotal], []
    why = "tax and discounts" if amount.tax_inside else "discounts"
    if n:
        notes.append(f"{part.where}: lines of {n:,} orders are fitted to {header!r}; {money(off)} of {why} comes off.")
    if more:
        what = f"fitted to it, {money(added)} more" if raised else "kept, since lines may not be in the file"
        notes.append(f"{part.where}: the lines of {more:,} orders make less than {header!r}; they are {what}.")
    return notes


def _off_orders(con, part, parsed: str, discount: int, options: Options) -> list[str]:
    """What a column says is taken off a whole order, off its lines in proportion."""
    off = f"round(max(abs(try_cast({_raw(con, part, [discount], options)[discount]} AS {cells.NUMBER}) * 100)), 0)"
    con.execute(
        f"CREATE TEMP TABLE shares AS SELECT {ORDER} AS k, sum(p.amount)::BIGINT AS amount,"
        f" CAST({off} AS BIGINT) AS off FROM {parsed} p JOIN {part.relation} r ON r.rowid = p._row"
        " GROUP BY k HAVING off > 0 AND sum(p.amount) > 0"
    )
    n, cents = con.execute("SELECT count(*), coalesce(sum(off), 0)::BIGINT FROM shares").fetchone()
    _share_out(con, parsed)
    header = part.headers[discount]
    return [f"{part.where}: {header!r} of {n:,} orders, {money(cents)} in all, comes off their lines."] if n else []


def _share_out(con, parsed: str, key: str = ORDER) -> None:
    """Take `off` of each order in the table `shares` off its lines; by running sums: the parts are the whole."""
    con.execute(
        "CREATE TEMP TABLE parts AS SELECT _row, off * upto // amount - off * (upto - line) // amount AS part FROM ("
        " SELECT p._row, p.amount::HUGEINT AS line, s.off::HUGEINT AS off, s.amount::HUGEINT AS amount,"
        " sum(p.amount) OVER (PARTITION BY s.k ORDER BY p._row) AS upto"
        f" FROM {parsed} p JOIN shares s ON s.k = {key} WHERE p.left_out IS NULL AND p.amount IS NOT NULL)"
    )
    con.execute(f"UPDATE {parsed} SET amount = amount - q.part FROM parts q WHERE q._row = {parsed}._row")
    con.execute("DROP TABLE shares; DROP TABLE parts")


def _other_currencies(con, parsed: str, only: str) -> None:
    """Lines in another currency than the one that is asked for, and those that name none beside it."""
    con.execute(
        f"UPDATE {parsed} SET left_out = coalesce('currency ' || currency, 'no currency')"
        f" WHERE upper(trim(currency)) IS DISTINCT FROM {cells.literal(only.strip().upper())}"
    )


def _other_accounts(con, parsed: str, pattern: str) -> None:
    """Lines whose customer is none, as a bookkeeper's other accounts are."""
    con.execute(
        f"UPDATE {parsed} SET left_out = 'no customer by its id'"
        f" WHERE customer_id IS NOT NULL AND NOT regexp_full_match(customer_id, {cells.literal(pattern)})"
    )


# States.


def _apply_states(con, part, parsed, position, kind, options, sold: Sold, roles: Roles) -> None:
    """What one column says of the lines; a blank is what the order's first filled one says."""
    header, cell = part.headers[position], cells.text(f"CAST(c{position} AS VARCHAR)")
    found = con.execute(
        f"SELECT {cell} AS v, count(*) FROM {part.relation} WHERE v IS NOT NULL GROUP BY v"
        f" ORDER BY 2 DESC, 1 LIMIT {states.MOST_STATES + 1}"
    ).fetchall()
    says = {"flag": states.flag_treatment, "refunded": states.refund_treatment}
    of = {v: says[kind](v) if kind in says else states.treatment(v, options) for v, _ in found}
    if options.sold is None:
        of = states.without_payments(of) if kind == "type" else of
        of = states.by_column(header, of) if kind == "status" else of
    if not _is_state(part, header, kind, dict(found), of, sold):
        return
    if kind == "flag" and len(found) > states.MOST_STATES:  # days of cancelling: every one is
        con.execute(f"CREATE TEMP TABLE said AS SELECT rowid AS _row, 'cancelled' AS v, '{states.NOT_SOLD}' AS t"
                    f" FROM {part.relation} WHERE {cell} IS NOT NULL")  # fmt: skip
    else:
        con.register("treatments", pd.DataFrame({"v": list(of), "t": list(of.values())}, dtype="str"))
        con.execute(
            f"CREATE TEMP TABLE said AS SELECT r.rowid AS _row, t.v, t.t FROM {part.relation} r"
            f" JOIN treatments t ON {cell} = t.v"
        )
        con.unregister("treatments")
    if "order_id" in roles.found and kind in ("status", "flag"):
        status = [i for i, k in roles.states if k == "status"]
        blank = [cell] if kind == "status" else [cells.text(f"CAST(c{i} AS VARCHAR)") for i in (position, *status)]
        if kind == "status" or status:
            _carry_states(con, part, parsed, blank)
    _leave_out_by_sign(con, parsed, of, options)
    _turn_credits(con, part, parsed, header, kind, sold)
    what = cells.literal(repr(header)) if kind == "flag" else "s.v"  # a flag can hold as many days as lines
    con.execute(
        f"UPDATE {parsed} SET left_out = {what} FROM said s"
        f" WHERE s._row = {parsed}._row AND s.t = '{states.NOT_SOLD}' AND left_out IS NULL"
    )
    if kind in ("status", "refunded"):
        _pay_back(con, part, parsed, sold)
        _tell_partly(part, header, dict(found), of, sold, "refund" in roles.found)
    con.execute("DROP TABLE said")


def _is_state(part, header, kind, n: dict[str, int], of: dict[str, str], sold: Sold) -> bool:
    """Whether a column says what became of its lines; a status that was not understood is told."""
    known = [v for v, what in of.items() if what != states.UNKNOWN]
    if kind == "flag":
        return bool(n)
    many = len(n) > states.MOST_STATES
    if kind == "type":
        return (
            not many
            and any(of[v] in (states.NOT_SOLD, states.CREDIT, states.REFUNDED) for v in known)
            and (sum(n[v] for v in known) >= 0.5 * sum(n.values()))
        )
    unknown = [] if many or len(n) == 1 else [v for v in n if v not in known]  # one for all says nothing
    place = states.is_place(header)
    if unknown and not (place and not known):
        shown = ", ".join(f"{v[:40]!r} ({n[v]:,} lines)" for v in unknown[:5])
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        sold.notes.append(
            f"{part.where}, column {header!r}: {shown}{more} is not understood, and counts as sold. If it is no sale, "
            f"name it in a mapping file: [options] not_sold = [{', '.join(f'{v[:40]!r}' for v in unknown[:3])}]."
        )
    elif many and not place:
        sold.notes.append(
            f"{part.where}, column {header!r}: more than {states.MOST_STATES} different values, not taken as states of "
            "lines: all of them count as sold."
        )
    return bool(known) and not many


def _tell_partly(part, header, n: dict[str, int], of: dict[str, str], sold: Sold, known: bool) -> None:
    """Lines that were paid back in part, where no column says how much."""
    partly = [v for v, what in of.items() if what == states.PARTLY]
    if partly and not known:
        sold.notes.append(
            f"{part.where}, column {header!r}: {sum(n[v] for v in partly):,} lines are {partly[0][:40]!r}, and no "
            "column says how much was paid back: they count in full."
        )


def _leave_out_by_sign(con, parsed: str, of: dict[str, str], options: Options) -> None:
    """Lines by which money went the other way, in states in which the sign says so."""
    for given, test in ((options.not_sold_if_negative, "< 0"), (options.not_sold_if_positive, "> 0")):
        named = [cells.literal(v) for v in of if given and states.is_one_of(v, given)]
        if named:
            con.execute(
                f"UPDATE {parsed} SET left_out = s.v || ', {'paid' if test == '< 0' else 'got back'}' FROM said s"
                f" WHERE s._row = {parsed}._row AND s.v IN ({', '.join(named)}) AND amount {test}"
            )


def _carry_states(con, part, parsed: str, blank: list[str]) -> None:
    """A blank state is that of its order's first line that has one; a blank flag where no status stands there either.

    `blank`: SQL of the cells that have to be empty.
    """
    con.execute(
        f"INSERT INTO said SELECT p._row, o.v, o.t FROM {parsed} p JOIN {part.relation} r ON r.rowid = p._row"
        f" JOIN (SELECT order_id, arg_min(v, q._row) AS v, arg_min(t, q._row) AS t FROM said JOIN {parsed} q"
        f" ON q._row = said._row WHERE order_id IS NOT NULL GROUP BY order_id) o ON o.order_id = p.order_id"
        f" WHERE {' AND '.join(f'{cell} IS NULL' for cell in blank)}"
    )


def _turn_credits(con, part, parsed: str, header: str, kind: str, sold: Sold) -> None:
    """Credit notes whose amounts are positive are turned; a file that writes some so and some so is refused."""
    credit = f"t = '{states.CREDIT}'" + (f" OR t = '{states.REFUNDED}'" if kind == "type" else "")
    rows = con.execute(
        f"SELECT v, count(*), coalesce(sum(amount), 0)::HUGEINT, count(*) FILTER (amount > 0),"
        f" count(*) FILTER (amount < 0) FROM {parsed} JOIN said USING (_row)"
        f" WHERE ({credit}) AND amount IS NOT NULL AND left_out IS NULL GROUP BY v ORDER BY v"
    ).fetchall()
    above, below = sum(r[3] for r in rows), sum(r[4] for r in rows)
    if above and below:
        raise BookError(
            f"{part.where}, column {header!r}: of the lines that are credits ({', '.join(repr(r[0]) for r in rows)}) "
            f"{above:,} have a positive amount and {below:,} a negative one. Give all of them one sign in the source."
        )
    if above:
        con.execute(
            f"UPDATE {parsed} SET amount = -amount, profit = -profit, cost = -cost, quantity = -quantity FROM said s"
            f" WHERE s._row = {parsed}._row AND ({credit}) AND amount > 0"
        )
        for v, _, cents, n, _ in rows:
            if n:
                _add(sold, part, v, TURNED, n, -int(cents))
                sold.notes.append(
                    f"{part.where}: {n:,} lines are credits by {header!r} ({v!r}) with positive amounts; they are "
                    f"taken off: {money(-int(cents))}."
                )


def _pay_back(con, part, parsed: str, sold: Sold) -> None:
    """Sold and paid back, by the state: nothing remains, unless a column or a negative line of the order says more.

    What a credit note reversed is taken off by that, an order of its own, where the file has such notes.
    """
    again = f"SELECT order_id FROM {parsed} WHERE order_id IS NOT NULL AND (amount < 0 OR refund <> 0)"
    test = (
        f"s.t = '{states.REFUNDED}' AND amount > 0 AND left_out IS NULL"
        f" AND (order_id IS NULL OR order_id NOT IN ({again}))"
    )
    values = con.execute(f"SELECT DISTINCT v FROM said WHERE t = '{states.REFUNDED}'").fetchall()
    reversed_ = [cells.literal(v) for (v,) in values if states.is_reversed(v)]
    notes = f"SELECT 1 FROM {parsed} WHERE amount < 0 AND left_out IS NULL LIMIT 1"
    if reversed_ and con.execute(notes).fetchone():
        test += f" AND s.v NOT IN ({', '.join(reversed_)})"
    rows = con.execute(
        f"SELECT s.v, count(*), sum(amount)::BIGINT FROM {parsed} JOIN said s USING (_row) WHERE {test}"
        " GROUP BY s.v ORDER BY s.v"
    ).fetchall()
    for v, n, cents in rows:
        _add(sold, part, v, REFUNDED, n, cents)
    if rows:
        con.execute(
            f"UPDATE {parsed} SET amount = 0, profit = profit - amount, quantity = 0 FROM said s"
            f" WHERE s._row = {parsed}._row AND {test}"
        )


# Refunds in a column of their own.


def _take_off_refunds(con, part, parsed: str, roles: Roles, options: Options, sold: Sold) -> None:
    """What was paid back of an order, without its tax and shipping, off its lines in proportion; exact in all."""
    net = _net_share(con, part, roles, options)
    key = ORDER if roles.amount.refund_of_order else "'row ' || p._row"
    con.execute(
        f"CREATE TEMP TABLE back AS SELECT {key} AS k, max(abs(p.refund)) AS refund, sum(p.amount)::BIGINT AS amount,"
        f" max({net}) AS net FROM {parsed} p JOIN {part.relation} r ON r.rowid = p._row WHERE p.left_out IS NULL"
        f" GROUP BY k HAVING max(abs(p.refund)) > 0 AND sum(p.amount) > 0"
    )
    con.execute(
        # What remains is rounded, once: sale and refund rounded apart are a cent off where both end in half a cent.
        "CREATE TEMP TABLE shares AS SELECT k, amount, amount - CAST(round(round(amount"
        " - CAST(refund AS DECIMAL(18, 0)) * coalesce(net, 1), 6)) AS BIGINT) AS off FROM back; DROP TABLE back"
    )
    over = con.execute("SELECT count(*) FROM shares WHERE off > amount + 1").fetchone()[0]
    con.execute("UPDATE shares SET off = least(off, amount)")
    n, cents = con.execute("SELECT count(*), coalesce(sum(off), 0)::BIGINT FROM shares").fetchone()
    _share_out(con, parsed, key)
    if n:
        _add(sold, part, repr(part.headers[roles.found["refund"]]), REFUNDED, n, cents)
        without = " without tax and shipping," if net != NO_SHARE else ""
        more = f" Of {over:,} of them more was paid back than was sold; they end at zero." if over else ""
        what = "orders" if roles.amount.refund_of_order else "lines"
        sold.notes.append(
            f"{part.where}: refunds of {n:,} {what},{without} {money(cents)} in all, are taken off their lines "
            f"on the day of the order.{more}"
        )


NO_SHARE = "NULL::DOUBLE"


def _net_share(con, part, roles: Roles, options: Options) -> str:
    """SQL: the part of an order's total that is net of tax and shipping; NULL where no columns say it."""
    if roles.amount.less:  # what they were taken out of is the total
        whole = " + ".join(["p.amount", *(f"coalesce(p.{c}, 0)" for c in roles.amount.less)])
        return f"CASE WHEN {whole} > 0 THEN least(p.amount / ({whole}), 1) END"
    subtotal, total = roles.amount.subtotal, roles.amount.total
    if subtotal is None or total is None:
        return NO_SHARE
    read = _raw(con, part, [subtotal, total], options)
    n, t = (f"try_cast({read[i]} AS DOUBLE)" for i in (subtotal, total))
    tax = "coalesce(p.tax, 0) / 100" if roles.amount.tax_inside else "0"
    return f"CASE WHEN {t} > 0 THEN least(({n} - {tax}) / {t}, 1) END"


# What is told.


def _differs(con, part, parsed: str) -> list[str]:
    """How many lines have another amount than quantity x unit price, and the totals of both."""
    product = "quantity * unit_price"
    n, lines, net, made = con.execute(
        f"SELECT count(*) FILTER (abs(amount / 100 - {product}) > 0.0051 * greatest(abs(quantity), 1) + 0.0051),"
        f" count(*), sum(amount)::HUGEINT, sum(round({product}::DECIMAL(38, 4) * 100))::HUGEINT FROM {parsed}"
        f" WHERE amount IS NOT NULL AND isfinite({product}) AND abs({product}) < 1e30"
    ).fetchone()
    if not n:
        return []
    return [
        f"{part.where}: on {n:,} of {lines:,} lines the amount is not quantity x unit price (net {money(int(net))} "
        f"against {money(int(made))}); the amount is taken."
    ]


def _count_left_out(con, part, parsed: str, sold: Sold) -> None:
    rows = con.execute(
        f"SELECT left_out, count(*), coalesce(sum(amount), 0)::HUGEINT FROM {parsed} WHERE left_out IS NOT NULL"
        " GROUP BY left_out ORDER BY 2 DESC, 1"
    ).fetchall()
    for state, n, cents in rows:
        _add(sold, part, state, LEFT_OUT, n, int(cents))


def _add(sold: Sold, part, state: str, treatment: str, lines: int, cents: int) -> None:
    row = pd.DataFrame([(part.where, state, treatment, lines, cents)], columns=NOT_SOLD)
    sold.table = row if sold.table.empty else pd.concat([sold.table, row], ignore_index=True)
