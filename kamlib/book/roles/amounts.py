"""Which column is the net amount of a line, by its name and by what the columns say of one another."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from kamlib.book.errors import Question, Unsettled
from kamlib.book.mapping import Options
from kamlib.book.roles.question import first_rows
from kamlib.book.roles.sums import Sums, as_numbers, total_of
from kamlib.book.roles.synonyms import rank
from kamlib.book.source.part import Part

NET_BY_NAME, GENERIC, TOTAL = 1, 2, 3  # ranks of the names of an amount; -1 is the user's word, 0 our own
PRODUCT = "quantity x unit price"


@dataclass(frozen=True)
class Amount:
    """How the net amount of a line is made.

    Attributes
    ----------
    column : int or None
        Position of the column; None: quantity x unit price.
    less : tuple of str
        Of `tax` and `shipping`, those that the column contains and that are taken out.
    of_order : str
        `each` where the column is the order's and stands on each of its lines, `first` where it stands on one only;
        empty where it is the line's.
    subtotal, total : int or None
        Columns of the order's sum without and with tax and shipping.
    says : str
        What the amounts are, net or gross, and how that is known.
    """

    column: int | None = None
    less: tuple[str, ...] = ()
    of_order: str = ""
    subtotal: int | None = None
    total: int | None = None
    says: str = ""


@dataclass(frozen=True)
class Columns:
    """Positions of the columns that bear on the amount, by their names; the amounts with their ranks, best first."""

    amounts: Sequence[tuple[int, int]] = ()
    subtotal: int | None = None
    gross: int | None = None
    tax: int | None = None
    shipping: int | None = None
    discount: int | None = None
    quantity: int | None = None
    unit_price: int | None = None
    order: int | None = None
    others: Sequence[int] = ()  # more columns of numbers, which can say what the decimal sign is

    @property
    def has_product(self) -> bool:
        """Whether quantity and unit price are both there."""
        return self.quantity is not None and self.unit_price is not None

    @property
    def all(self) -> list[int]:
        """Every numeric one, once."""
        alone = (self.subtotal, self.gross, self.tax, self.shipping, self.discount, self.quantity, self.unit_price)
        return list(dict.fromkeys([*(i for _, i in self.amounts), *(i for i in alone if i is not None)]))


def evidence_columns(headers: Sequence[str], found: Mapping[str, int]) -> dict[str, int]:
    """Columns that are none of the ledger's, but say what its amounts are: subtotal, gross, discount."""
    taken, there = set(found.values()), {}
    for role in ("subtotal", "gross", "discount"):
        named = ((rank("ledger", role, h), i) for i, h in enumerate(headers) if i not in taken)
        hits = sorted((r, i) for r, i in named if r is not None)
        if hits:
            there[role] = hits[0][1]
            taken.add(hits[0][1])
    return there


def amount_of(
    con: duckdb.DuckDBPyConnection, part: Part, columns: Columns, options: Options, given: bool
) -> Amount | None:
    """How the net amount of a line is made; None where there is no candidate.

    Parameters
    ----------
    columns : Columns
    given : bool
        Whether the user has named the amount (it is the only candidate then).

    Raises
    ------
    Unsettled
        Two columns can be it, their totals differ, and nothing decides.
    """
    if not columns.amounts and columns.subtotal is None and columns.gross is None:
        return _product(columns) if columns.has_product else None
    sums = Sums(con, part, columns.all, columns.order, options, columns.others)
    decision = _Decision(con, part, columns, options, sums)
    return decision.given() if given else decision.found()


def _product(columns: Columns) -> Amount:
    return Amount(None, says=f"{PRODUCT}; no column says whether tax is in the prices")


class _Decision:
    """The steps from candidates to the one."""

    def __init__(self, con, part: Part, columns: Columns, options: Options, sums: Sums):
        self.con, self.part, self.of, self.options, self.sums = con, part, columns, options, sums
        self.n = sums.numbers
        self.product = self.near = None
        if columns.has_product:
            self.product, self.near = sums.product(columns.quantity, columns.unit_price)
        self.rank = {i: r for r, i in columns.amounts}
        alone = [(NET_BY_NAME, columns.subtotal), (TOTAL, columns.gross)]
        self.rank |= {i: r for r, i in alone if i is not None and i not in self.rank}
        self.of_order = {i: sums.of_order(i, self._lines(i)) for i in columns.all}

    def _lines(self, column: int) -> list[np.ndarray]:
        """What a column could be the sum of, over the lines of an order."""
        others = [self.n[i] for i in self.rank if i != column]
        return others if self.product is None else [self.product, *others]

    def given(self) -> Amount:
        """The user's column; what it contains only where the user says so."""
        column = self.of.amounts[0][1]
        where = self.of_order[column]
        if where == "each" and not self.options.amount_per_order:
            if self.options.amount_per_order is None:
                self.part.notes.append(
                    f"{self.part.where}: {self._name(column)} is the same on all lines of an order. If it is the order's"
                    " total, set amount_per_order = true under [options]: it then counts once."
                )
            where = ""
        less = self._contained() if self.options.tax_included else ()
        return self._amount(column, less, where if where == "each" else "", "as the mapping says")

    def found(self) -> Amount:
        """The column that the evidence leaves."""
        lines = [i for i in self.rank if not self.of_order[i]]
        if all(np.isnan(self.n[i]).all() for i in self.rank):  # nothing to read: the reader will say so
            return self._amount(min(self.rank, key=self.rank.get), (), "", "")
        if not lines:
            return self._from_orders()
        left = self._without_gross(lines)
        if self.product is not None and self._gross_of_product(left):
            left = [i for i in left if not self._more_than_product(i)]
        if not left:
            return self._amount(None, (), "", self.why)
        best = min(left, key=lambda i: (self.rank[i], self.of.all.index(i)))
        best = self._after_discount(best, left)
        self._refuse_rivals(best, left)
        return self._tax_of(best)

    # What the columns say of one another.

    why = ""

    def _extras(self) -> list[tuple[str, ...]]:
        """Tax and shipping, each and both, whichever are there."""
        there = [r for r in ("tax", "shipping") if getattr(self.of, r) is not None]
        return [c for k in range(1, len(there) + 1) for c in itertools.combinations(there, k)]

    def _plus(self, numbers, extras: tuple[str, ...]):
        return numbers + sum(np.nan_to_num(self.n[getattr(self.of, r)]) for r in extras)

    def _matters(self, extras: tuple[str, ...]) -> bool:
        return any(np.nansum(np.abs(self.n[getattr(self.of, r)])) > 0 for r in extras)

    def _without_gross(self, lines: list[int]) -> list[int]:
        """Candidates of which no other is the net."""
        gross = set()
        for net, total in itertools.permutations(lines, 2):
            for extras in self._extras():
                if self._matters(extras) and self.sums.agree(self._plus(self.n[net], extras), self.n[total]):
                    gross.add(total)
                    names = " + ".join(self._name(i) for i in (net, *(getattr(self.of, r) for r in extras)))
                    self.why = f"net: {names} = {self._name(total)}"
        if self.of.gross in lines and len(lines) > len(gross | {self.of.gross}):
            gross.add(self.of.gross)
        return [i for i in lines if i not in gross]

    def _gross_of_product(self, lines: list[int]) -> bool:
        return any(self._more_than_product(i) for i in lines)

    def _more_than_product(self, i: int) -> bool:
        """Whether a candidate is quantity x price and tax or shipping."""
        for extras in self._extras():
            if self._matters(extras) and self.sums.agree(
                self._plus(self.product, extras), self.n[i], within=self.near + 0.01
            ):
                names = " + ".join(self._name(getattr(self.of, r)) for r in extras)
                self.why = f"net: {PRODUCT} + {names} = {self._name(i)}"
                return True
        return False

    def _after_discount(self, best: int, left: list[int]) -> int:
        """Of two that differ by the discount, the one without it."""
        if self.of.discount is None:
            return best
        for i in left:
            for sign in (1, -1):
                if self.sums.agree(self.n[i] + sign * self.n[self.of.discount], self.n[best]) and self._same(i, best) < 1:
                                return i if np.nansum(np.abs(self.n[i])) < np.nansum(np.abs(self.n[best])) else best
        return best

    def _same(self, one: int, other: int) -> bool:
        return self.sums.agree(self.n[one], self.n[other])

    def _refuse_rivals(self, best: int, left: list[int]) -> None:
        """Two that could each be it, with different totals."""
        rivals = [i for i in left if not self._same(i, best) and not self._explained(i, best)]
        if self.rank[best] <= NET_BY_NAME:
            rivals = [i for i in rivals if self.rank[i] == self.rank[best]]
        if rivals:
            self._refuse([best, *rivals], self._product_differs(best))
        if self.rank[best] >= TOTAL and self._product_differs(best) and not self._discounted(best):
            self._refuse([best], True)

    def _explained(self, i: int, best: int) -> bool:
        return i == self.of.gross or (self._after_discount(best, [i, best]) == best and self.of.discount is not None and (
            self.sums.agree(self.n[i] - abs(self.n[self.of.discount]), self.n[best])
        ))

    def _product_differs(self, i: int) -> bool:
        return self.product is not None and not self.sums.agree(self.product, self.n[i], within=self.near)

    def _discounted(self, i: int) -> bool:
        """Whether a discount, in money or as a part, leads from quantity x price to the amount."""
        if self.of.discount is None:
            return False
        off, near = abs(self.n[self.of.discount]), self.near + 0.01
        ways = (self.product - off, self.product * (1 - off), self.product * (1 - off / 100))
        return any(self.sums.agree(w, self.n[i], within=near) for w in ways)

    # What remains.

    def _tax_of(self, best: int) -> Amount:
        """The chosen column, without the tax that it contains."""
        if self.why and "net" in self.why:
            return self._amount(best, (), "", self.why)
        if self.rank[best] == NET_BY_NAME:
            return self._amount(best, (), "", "net, by its name")
        if best == self.of.gross:
            less = self._contained()
            return self._amount(best, less, "", "" if less else "with tax, by its name; no column says how much")
        if self.of.tax is None or not self._matters(("tax",)):
            return self._amount(best, (), "", "")
        if self.product is not None and not self._product_differs(best):
            return self._amount(best, (), "", f"{PRODUCT}, without {self._name(self.of.tax)}")
        if self.options.tax_included is None and self.rank[best] > 0:
            self._refuse_tax(best)
        less = self._contained() if self.options.tax_included else ()
        return self._amount(best, less, "", "as the mapping says")

    def _contained(self) -> tuple[str, ...]:
        return tuple(r for r in ("tax", "shipping") if getattr(self.of, r) is not None)

    def _from_orders(self) -> Amount:
        """Only totals of orders are there: the lines' own product, or the order's total once."""
        order_total = max(self.rank, key=lambda i: (self.rank[i], i))
        subtotal = self.of.subtotal
        if self.product is not None:
            says = f"{PRODUCT}; {self._name(order_total)} is the total of a whole order"
            return self._amount(None, (), "", says)
        column = subtotal if subtotal is not None else min(self.rank, key=lambda i: (self.rank[i], i))
        less = () if column == subtotal or self.rank[column] == NET_BY_NAME else self._order_extras(column)
        says = f"{self._name(column)} is the total of a whole order and counts once"
        return self._amount(column, less, self.of_order[column], says)

    def _order_extras(self, column: int) -> tuple[str, ...]:
        if self.of.tax is None or not self._matters(("tax",)):
            return ()
        if self.options.tax_included is None and column != self.of.gross:
            self._refuse_tax(column)
        return self._contained() if self.options.tax_included or column == self.of.gross else ()

    def _amount(self, column: int | None, less: tuple[str, ...], of_order: str, says: str) -> Amount:
        """With the sentence that says what it is."""
        if less:
            out = " and ".join(self._name(getattr(self.of, r)) for r in less)
            says = "; ".join(filter(None, [says, f"{out} taken out"]))
        what = PRODUCT if column is None else self._name(column)
        told = says if says.startswith(what) else f"{what}, {says}" if says else what
        if not says or says == "as the mapping says":
            told += "; no column says whether tax is in it" if self.of.tax is None and not less else ""
        totals = [i for i in self.rank if self.of_order[i] and i != self.of.subtotal]
        total = max(totals, key=lambda i: (self.rank[i], i), default=None)
        subtotal = self.of.subtotal if self.of.subtotal is not None and self.of_order[self.of.subtotal] else None
        return Amount(column, less, of_order, subtotal, total, told)

    def _name(self, i: int) -> str:
        return repr(self.part.headers[i])

    # Refusals: all candidates, the total that each would give, and the line that takes it.

    def _refuse(self, columns: list[int], product: bool) -> None:
        read = as_numbers(self.con, self.part, self.of.all, self.options, self.of.others)
        choices = [(self.part.headers[i], f"net total {self._total(read[i])}") for i in columns]
        named = [f"{self._name(i)} ({why})" for i, (_, why) in zip(columns, choices, strict=True)]
        if product:
            made = f"{_decimal(read[self.of.quantity], 8)} * {_decimal(read[self.of.unit_price], 10)}"
            choices.append(("", f"{PRODUCT}: net total {self._total(made)}"))
            factors = " x ".join(self._name(i) for i in (self.of.quantity, self.of.unit_price))
            named.append(f"{factors} (net total {self._total(made)})")
        raise Unsettled(
            f"{self.part.where}: {' and '.join(named)} could each be amount, and nothing in the file decides.",
            [Question("ledger", "amount", "net sales of a line", choices)],
            first_rows(self.con, self.part),
        )

    def _refuse_tax(self, column: int) -> None:
        read = as_numbers(self.con, self.part, self.of.all, self.options, self.of.others)
        extras = [getattr(self.of, r) for r in self._contained()]
        parts = [f"try_cast({read[i]} AS DECIMAL(30, 10))" for i in (column, *extras)]
        with_ = self._total(read[column])
        without = self._total(" - ".join([parts[0], *(f"coalesce({p}, 0)" for p in parts[1:])]))
        names = " and ".join(map(self._name, extras))
        choices = [(True, f"net total {without}"), (False, f"net total {with_}")]
        raise Unsettled(
            f"{self.part.where}: it cannot be told whether {self._name(column)} contains {names}.",
            [Question("options", "tax_included", f"whether {self._name(column)} contains {names}", choices)],
            first_rows(self.con, self.part),
        )

    def _total(self, expression: str) -> str:
        return total_of(self.con, self.part, expression)


def _decimal(expression: str, places: int) -> str:
    return f"try_cast({expression} AS DECIMAL(18, {places}))"

