"""Which column is the net amount of a line, by its name and by what the columns say of one another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from kamlib.book.mapping import EVIDENCE
from kamlib.book.options import Options
from kamlib.book.roles.made_of import rank_of_parts
from kamlib.book.roles.names import mapped
from kamlib.book.roles.rivals import PRODUCT, refuse_discount, refuse_order, refuse_rivals, refuse_tax
from kamlib.book.roles.sums import AGREE, CENT, FEWEST_ORDERS, Sums
from kamlib.book.roles.synonyms import rank
from kamlib.book.source.part import Part

NET_BY_NAME, GENERIC, TOTAL = 1, 2, 3  # ranks of the names of an amount; -1 is the user's word, 0 our own
OF_ORDER = re.compile(r"order|invoice|basket|cart|bestell|auftrag|rechnung|commande|facture|pedido|ordine|zamow", re.I)
NEAR = 0.0005  # of an amount, by which sums of columns that were rounded apart may differ
FEWEST_LINES, NEARLY = 3, 0.02  # with tax, from which on its part of the price says something; and how steady it is
MOSTLY = 0.8  # share of orders whose totals say what a discount is
SOME, HARDLY, MANY_ORDERS = 0.3, 0.05, 30  # and the same of many orders, and of what they do not say
RATES = np.array([*np.arange(0.5, 30.5, 0.5), 7.7, 8.1, 19.6])  # of taxes, in percent
LESS = ("share", "percent", "amount")  # what a column of discounts can hold, of each line
OF_ORDERS = ("subtotal", "gross", "tax", "shipping", "refund")  # what totals_per_order is about
ROLES = ("subtotal", "gross", "tax", "shipping", "discount", "fee", "refund", "quantity", "unit_price")


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
    discount : str
        Of quantity x unit price: `share`, `percent` or `amount` is what the column of discounts holds; empty: nothing.
    subtotal, total : int or None
        Columns of an order's sum, before and with tax and shipping, that stand beside amounts of lines.
    tax_inside : bool
        Whether that subtotal contains the order's tax.
    tax_on_shipping : bool
        Whether that tax is of shipping as well, so that a part of it is not in the subtotal.
    discount_of_order : int or None
        The column of what is taken off a whole order, where that subtotal is before it.
    refund_of_order : bool
        Whether a refund is of a whole order, not of the line that it stands on.
    says : str
        What the amounts are, net or gross, and how that is known.
    """

    column: int | None = None
    less: tuple[str, ...] = ()
    of_order: str = ""
    discount: str = ""
    subtotal: int | None = None
    total: int | None = None
    tax_inside: bool = False
    tax_on_shipping: bool = False
    discount_of_order: int | None = None
    refund_of_order: bool = False
    says: str = ""


@dataclass(frozen=True)
class MoneyColumns:
    """Positions of the columns that bear on the amount: amounts with their ranks, best first; others by role.

    `others` are more columns of numbers, which can say what the decimal sign is; `nameless`, those of no role, which
    can add up with the others.
    """

    amounts: Sequence[tuple[int, int]]
    of: Mapping[str, int]
    order: int | None = None
    others: Sequence[int] = ()
    nameless: Sequence[int] = ()

    @property
    def has_product(self) -> bool:
        """Whether quantity and unit price are both there."""
        return {"quantity", "unit_price"} <= self.of.keys()

    @property
    def all(self) -> list[int]:
        """Every one, once."""
        return list(dict.fromkeys([*(i for _, i in self.amounts), *(self.of[r] for r in ROLES if r in self.of)]))


def evidence_columns(
    headers: Sequence[str], taken: set[int], mapping: Mapping[str, str], where: str = ""
) -> dict[str, int]:
    """Columns that are none of ours, but say what the amounts are (`EVIDENCE`): as mapped, or by their names."""
    there = {r: mapped(r, mapping[r], headers, where) for r in EVIDENCE if mapping.get(r)}
    taken = {*taken, *there.values()}
    for role in (r for r in EVIDENCE if r not in mapping):
        named = ((rank("ledger", role, h), i) for i, h in enumerate(headers) if i not in taken)
        hits = sorted((r, i) for r, i in named if r is not None)
        if hits:
            there[role] = hits[0][1]
            taken.add(hits[0][1])
    return there


def amount_of(
    con: duckdb.DuckDBPyConnection, part: Part, columns: MoneyColumns, options: Options, *, given: bool = False
) -> Amount | None:
    """How the net amount of a line is made; None where there is no candidate.

    Parameters
    ----------
    columns : MoneyColumns
    given : bool
        Whether the user has named the amount: it is the only candidate then.

    Raises
    ------
    kamlib.book.errors.Unsettled
        Two columns can be it, their totals differ, and nothing decides; or it may contain a tax or a discount.
    """
    named = bool(columns.amounts) or {"subtotal", "gross"} & columns.of.keys()
    if not named and not columns.has_product:
        return None
    beside = any(rank_of_parts("amount", part.headers[i]) for i in columns.nameless)
    if not named and not beside and not {"discount", "refund", "tax"} & columns.of.keys():
        return Amount(says=f"{PRODUCT}; no column says whether tax is in the prices")
    sums = Sums(con, part, columns.all, columns.order, options, columns.others)
    decision = _Decision(con, part, columns, options, sums)
    found = decision.given() if given else decision.found()
    return replace(found, refund_of_order=decision.is_of_order("refund"))


class _Decision:
    """The steps from candidates to the one."""

    def __init__(self, con, part: Part, columns: MoneyColumns, options: Options, sums: Sums):
        self.con, self.part, self.columns, self.options, self.sums = con, part, columns, options, sums
        self.of, self.n, self.why = columns.of, sums.numbers, ""
        self.said = "as its format says" if part.format is not None else "as the mapping says"
        self.product = self.near = None
        self.after_fees: set[int] = set()
        self.unread: dict[int, np.ndarray] | None = None
        if columns.has_product:
            self.product, self.near = sums.product(self.of["quantity"], self.of["unit_price"])
        self.rank = {i: r for r, i in columns.amounts}
        for role, named in (("subtotal", NET_BY_NAME), ("gross", TOTAL)):
            if role in self.of:
                self.rank.setdefault(self.of[role], named)
        self.of_order = {i: self._of_order(i) for i in columns.all}

    def _of_order(self, column: int) -> str:
        """Where its values do not say whether a column stands for orders, its name does, or it is asked for."""
        if self.options.totals_per_order is not None and column in {self.of.get(r) for r in OF_ORDERS}:
            return "each" if self.options.totals_per_order else ""
        others = [self.n[i] for i in self.rank if i != column]
        lines = others if self.product is None else [self.product, *others]
        others += [self._plus(n, extras) for n in lines for extras in self._extras()]
        found = self.sums.of_order(column, self.product, others)
        if found not in ("perhaps", "likely"):
            return found
        if self.options.amount_per_order is not None:
            return "each" if self.options.amount_per_order else ""
        if found == "likely" and self.rank.get(column, 0) >= TOTAL:
            return "each"
        return "each" if OF_ORDER.search(self.part.headers[column]) else "perhaps"

    def is_of_order(self, role: str) -> bool:
        """Whether the column of a role stands for whole orders."""
        return bool(self.of_order.get(self.of.get(role)))

    def given(self) -> Amount:
        """The user's column; what it contains, and whether it is an order's, only where the user says so."""
        column = self.columns.amounts[0][1]
        each, said = self.of_order[column] == "each", self.options.amount_per_order
        if each and said is None:
            self.part.notes.append(
                f"{self.part.where}: {self.name(column)} is the same on all lines of an order. If it is the order's "
                "total, set amount_per_order = true under [options]: it then counts once."
            )
        less = self._contained() if self.options.tax_included else ()
        way = self.options.discount if "discount" in self.of else ""
        off = f"; less {self.name(self.of['discount'])} ({way})" if way in LESS else ""
        made = self._amount(column, self.said + off, less, "each" if said else "")
        return replace(
            made,
            discount=way if off else "",
            discount_of_order=self.of["discount"] if way == "order" else made.discount_of_order,
        )

    def found(self) -> Amount:
        """The column that the evidence leaves."""
        if not self.rank:
            return self._from_product("")
        filled = {i: r for i, r in self.rank.items() if not np.isnan(self.n[i]).all()}
        if not filled and self.product is None:  # nothing to read: the reader will say so
            return self._amount(min(self.rank, key=self.rank.get), "")
        self.rank = filled  # a column that is empty is none of the amounts, where there is another one
        if not filled:
            return self._from_product("")
        unclear = [i for i in self.rank if self.of_order[i] == "perhaps" and self.rank[i] >= GENERIC]
        self.of_order = {i: "" if o == "perhaps" else o for i, o in self.of_order.items()}
        lines = [i for i in self.rank if not self.of_order[i]]
        if unclear and self.product is None and len(lines) == len(unclear):
            refuse_order(self.con, self.part, self.columns, self.options, unclear[0])
        if self.options.amount_per_order or not lines:
            return self._from_orders()
        if discounted := self._total_after_discount(lines) or self._total_of_product(lines):
            return discounted
        left = self._without_gross(lines)
        if not left:
            return self._amount(None, self.why)
        best = self._without_discount(min(left, key=lambda i: (self.rank[i], self.columns.all.index(i))), left)
        self._refuse_rivals(best, left)
        if net := self._net_beside(best):
            return net
        self._refuse_discount_beside(best)
        self._tell_gap(best, lines)
        return self._less_discount(self._without_tax(best), best)

    # What the columns say of one another.

    def _extras(self) -> list[tuple[str, ...]]:
        """Tax and shipping, each and both, whichever are there and not nothing."""
        there = [r for r in ("tax", "shipping") if r in self.of and np.nansum(np.abs(self.n[self.of[r]])) > 0]
        return [c for k in range(1, len(there) + 1) for c in itertools.combinations(there, k)]

    def _plus(self, numbers: np.ndarray, extras: tuple[str, ...]) -> np.ndarray:
        return numbers + sum(np.nan_to_num(self.n[self.of[r]]) for r in extras)

    def _there(self, *roles: str) -> np.ndarray | None:
        """Rows on which any of these columns is not nothing; None of no columns."""
        return np.any([np.nan_to_num(self.n[self.of[r]]) != 0 for r in roles], axis=0) if roles else None

    def _without_gross(self, lines: list[int]) -> list[int]:
        """Candidates of which neither another one nor quantity x price is the net."""
        gross = set()
        for extras, total in itertools.product(self._extras(), lines):
            added = " + ".join(self.name(self.of[r]) for r in extras)
            for net in (i for i in lines if i != total):
                if self.sums.agree(self._plus(self.n[net], extras), self.n[total], where=self._there(*extras)):
                    gross.add(total)
                    self.why = f"net: {self.name(net)} + {added} = {self.name(total)}"
            if self.product is not None and self.sums.agree(
                self._plus(self.product, extras), self.n[total], within=self.near + 0.01, where=self._there(*extras)
            ):
                gross.add(total)
                self.why = self.why or f"net: {PRODUCT} + {added} = {self.name(total)}"
        after_fees = {i for i in lines for other in lines if i != other and self._is_paid_out(i, other)}
        self.after_fees = after_fees
        if after_fees:
            self.why = f"before {self.name(self.of['fee'])}, which is the seller's own"
            lines = [i for i in lines if i not in after_fees]
        named_so = {self.of["gross"]} & set(lines) if "gross" in self.of and not after_fees else set()
        return [i for i in lines if i not in gross | named_so] or [i for i in lines if i not in gross]

    def _total_after_discount(self, lines: list[int]) -> Amount | None:
        """Where a net less its discount, and tax, is the total: the total without the tax."""
        if "discount" not in self.of or not np.nansum(np.abs(self.n[self.of["discount"]])):
            return None
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]]))
        for extras in [(), *self._extras()]:
            for net, total in itertools.permutations(lines, 2):
                ways = (off, self.n[net] * off / 100, self.n[net] * off)  # money, a percentage, a share
                if any(
                    self.sums.agree(self._plus(self.n[net] - w, extras), self.n[total], where=off > 0) for w in ways
                ):
                    names = "".join(f" + {self.name(self.of[r])}" for r in extras)
                    less = f"{self.name(net)} - {self.name(self.of['discount'])}{names} = {self.name(total)}"
                    return self._amount(total, f"net: {less}", extras)
        return None

    def _total_of_product(self, lines: list[int]) -> Amount | None:
        """Where quantity x price less a discount, and tax, is the total: the total without the tax."""
        if self.product is None or "discount" not in self.of:
            return None
        for total, (way, net), extras in itertools.product(lines, self._discounts().items(), self._extras()):
            given, within = self._there("discount"), self.near + 0.01
            both = self.sums.agree(self._plus(self.product, extras), self.n[total], within=within, where=given)
            if not both and self.sums.agree(self._plus(net, extras), self.n[total], within=within, where=given):
                names = "".join(f" + {self.name(self.of[r])}" for r in extras)
                less = f"{PRODUCT} - {self.name(self.of['discount'])} ({way}){names} = {self.name(total)}"
                return self._amount(total, f"net: {less}", extras)
        return None

    def _beside(self) -> dict[int, np.ndarray]:
        """Numbers of the columns of no role that are not nothing."""
        if self.unread is None:
            read = self.sums.beside(self.columns.nameless)
            self.unread = {i: n for i, n in read.items() if np.nansum(np.abs(n)) > 0}
        return self.unread

    def _net_beside(self, best: int) -> Amount | None:
        """The amount without its tax, where that stands in a column of no role and both are the amount.

        A column named as a cost, which with the tax is the amount, is the net itself, and no cost of the seller's.
        """
        if self.rank[best] <= NET_BY_NAME or self.why or not self._extras():
            return None
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]])) if "discount" in self.of else None
        for extras, (i, net) in itertools.product(self._extras(), self._beside().items()):
            if "tax" not in extras or self.sums.agree(net, self.n[best]):
                continue
            added = " + ".join(self.name(self.of[r]) for r in extras)
            if self.sums.agree(self._plus(net, extras), self.n[best]):
                return self._amount(best, f"net: {self.name(i)} + {added} = {self.name(best)}", extras)
            if off is not None and self.sums.agree(self._plus(net - off, extras), self.n[best]):
                less = f"{self.name(i)} - {self.name(self.of['discount'])}"
                return self._amount(best, f"net: {less} + {added} = {self.name(best)}", extras)
        if "tax" not in self.of:
            return None
        within = 2 * CENT + NEAR * np.nan_to_num(np.abs(self.n[best]))  # each may have been rounded by its piece
        for i, net in self.sums.beside(self.columns.others).items():
            with_tax = self._plus(net, ("tax",))
            apart = not self.sums.agree(net, self.n[best], within=within, where=self._there("tax"))
            if apart and self.sums.agree(with_tax, self.n[best], within=within, where=self._there("tax")):
                return self._amount(i, f"net: with {self.name(self.of['tax'])} it is {self.name(best)}")
        return None

    def _is_off(self, best: int | None) -> bool:
        """Whether a discount leads from another price or amount to the one that is chosen, or to quantity x price."""
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]]))
        given = off > 0
        several = self.n[self.of["quantity"]]
        after = self.n[best] if best is not None else self.product
        # A price after a discount is often rounded to whole units, and a percentage to a tenth.
        within = CENT + 0.5 * np.abs(several) + 0.001 * np.nan_to_num(np.abs(after))
        others = [*self._beside().values(), *self.sums.beside(self.columns.others).values()]
        for before in (n * times for n in others for times in (1, several)):
            for made in (before - off, before * (1 - off / 100), before * (1 - off)):
                both = given & ~np.isnan(made) & ~np.isnan(after)
                apart = both & (np.abs(before - made) > 4 * within)  # of others, to fit says nothing
                says = apart.sum() >= max(FEWEST_LINES, 0.5 * both.sum())
                if says and self.sums.agree(made[both], after[both], within=within[both]):
                    return True
        return False

    def _without_discount(self, best: int, left: list[int]) -> int:
        """Of two that differ by the discount, the one without it."""
        less = [i for i in left if i != best and not self._same(i, best) and self._less("discount", best, i)]
        return less[0] if less else best

    def _less(self, role: str, before: int, after: int) -> bool:
        """Whether two differ by the column of a role, a discount or a fee."""
        if role not in self.of or not np.nansum(np.abs(self.n[self.of[role]])):
            return False
        off = np.nan_to_num(self.n[self.of[role]])
        return any(
            self.sums.agree(self.n[before] + sign * off, self.n[after], where=off != 0) for sign in (1, -1)
        ) and (np.nansum(np.abs(self.n[after])) < np.nansum(np.abs(self.n[before])))

    def _is_paid_out(self, after: int, before: int) -> bool:
        """Whether one is the other without fees, and without the shipping and refunds that stand beside these."""
        if self._less("fee", before, after):
            return True
        roles = [r for r in ("fee", "shipping", "refund") if r in self.of]
        if "fee" not in roles or not np.nansum(np.abs(self.n[self.of["fee"]])):
            return False
        off = sum(np.abs(np.nan_to_num(self.n[self.of[r]])) for r in roles)
        fees = self._there("fee")
        return self.sums.agree(self.n[before] - off, self.n[after], where=fees)

    def _same(self, one: int, other: int) -> bool:
        return self.sums.agree(self.n[one], self.n[other])

    def _product_differs(self, i: int) -> bool:
        return self.product is not None and not self.sums.agree(self.product, self.n[i], within=self.near)

    def _discounted(self, i: int) -> bool:
        """Whether a discount, in money or as a part, leads from quantity x price to the amount."""
        return any(self.sums.agree(w, self.n[i], within=self.near + 0.01) for w in self._discounts().values())

    def _discounts(self) -> dict[str, np.ndarray]:
        if "discount" not in self.of:
            return {}
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]]))
        ways = {"share": self.product * (1 - off), "percent": self.product * (1 - off / 100)}
        return ways | {"amount": self.product - off}

    def _marked_up(self, i: int) -> bool:
        """Whether an amount is quantity x price times a constant: a tax in it, or cents."""
        if self.product is None:
            return False
        there = np.abs(self.product) > 1
        ratio = (self.n[i][there] / self.product[there])[~np.isnan(self.n[i][there])]
        return len(ratio) >= 3 and np.ptp(ratio) < 0.01 * ratio.mean() and ratio.mean() > 1.01

    def _refuse_rivals(self, best: int, left: list[int]) -> None:
        """Two that could each be it, with different totals."""
        rivals = [i for i in left if i != best and not self._same(i, best) and not self._less("discount", i, best)]
        if self.rank[best] <= NET_BY_NAME:
            rivals = [i for i in rivals if self.rank[i] == self.rank[best]]
        unlike = self._product_differs(best) and not self._discounted(best)
        doubtful = self.rank[best] >= TOTAL or (self.rank[best] > 0 and self._marked_up(best))
        if rivals or (unlike and doubtful):
            refuse_rivals(self.con, self.part, self.columns, self.options, [best, *rivals], product=unlike)

    def _refuse_discount_beside(self, best: int) -> None:
        """An amount that is quantity x price to the cent, and a discount beside it: whether it comes off is asked."""
        if self.options.discount or self.product is None or self.rank[best] < GENERIC or "discount" not in self.of:
            return
        off = self.n[self.of["discount"]]
        off = off[~np.isnan(off)]
        if not off.any() or self.is_of_order("discount") or self._product_differs(best) or self._is_off(best):
            return
        if not self._by_orders():
            refuse_discount(self.con, self.part, self.columns, self.options, self._ways(off))

    def _tell_gap(self, best: int, lines: list[int]) -> None:
        """A total that stands beside the net and is not explained by tax, shipping and discount is told."""
        totals = [i for i in lines if i not in {best, *self.after_fees} and self.rank[i] >= TOTAL]
        totals = [i for i in totals if not self._same(i, best)]
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]])) if "discount" in self.of else 0
        nets = (self.n[best], self.n[best] - off)
        for total in totals:
            if any(self.sums.agree(self._plus(n, way), self.n[total]) for n in nets for way in [(), *self._extras()]):
                continue
            both = ~np.isnan(self.n[best]) & ~np.isnan(self.n[total])
            net, gross = (float(self.n[i][both].sum()) for i in (best, total))
            beside = " + ".join(self.name(self.of[r]) for r in ("tax", "shipping", "discount") if r in self.of)
            self.part.notes.append(
                f"{self.part.where}: {self.name(best)} is taken ({net:,.2f}); {self.name(total)} ({gross:,.2f}) is "
                f"another sum, and does not come of it by {beside or 'any column that was recognised'}."
            )

    def _by_orders(self) -> str:
        """What a discount of the lines is, by the totals of the orders that have one; empty where these are silent."""
        totals = [i for i in self.rank if self.of_order[i]]
        off = np.nan_to_num(self.n[self.of["discount"]])
        if not totals or self.product is None:
            return ""
        total = self.n[totals[0]]
        here = (self.sums.order_sum(np.abs(off)) > 0) & ~np.isnan(total)
        made = {w: self.sums.order_sum(n)[here] for w, n in {**self._discounts(), "none": self.product}.items()}
        fits = {w: float(np.mean(np.abs(n - total[here]) <= CENT)) if here.any() else 0.0 for w, n in made.items()}
        best = max(fits, key=fits.get)
        others = [f for w, f in fits.items() if w != best]
        # Of many orders, charges that no column names may stand in most totals: to hit the others is no chance either.
        least, most = (MOSTLY, 1 - MOSTLY) if here.sum() < MANY_ORDERS else (SOME, HARDLY)
        return best if here.sum() >= FEWEST_ORDERS and fits[best] >= least and max(others) <= most else ""

    def _less_discount(self, made: Amount, best: int) -> Amount:
        """With the discount that the user, or the totals of orders, say is still in an amount of quantity x price."""
        way = self.options.discount
        if not way and "discount" in self.of and self.rank[best] >= GENERIC and self.product is not None:
            way = "" if self._product_differs(best) else self._by_orders()
        if way not in LESS or "discount" not in self.of or self.product is None or self._product_differs(best):
            return made
        return replace(made, discount=way, says=f"{made.says}; less {self.name(self.of['discount'])} ({way})")

    # What remains.

    def _without_tax(self, best: int) -> Amount:
        """The chosen column, without the tax that it contains."""
        if self.why:
            return self._amount(best, self.why)
        if self.rank[best] == NET_BY_NAME:
            return self._amount(best, "net, by its name")
        if best == self.of.get("gross"):
            less = self._contained()
            return self._amount(best, "" if less else "with tax, by its name; no column says how much", less)
        if not self._extras() or "tax" not in self.of:
            return self._amount(best, "no column says whether tax is in it")
        if self.product is not None and not self._product_differs(best):
            return self._amount(best, f"{PRODUCT}, without {self.name(self.of['tax'])}")
        less = self._told_extras(best)
        return self._amount(best, self.why or "as the mapping says", less)

    def _told_extras(self, best: int) -> tuple[str, ...]:
        """What a column contains by the user's word; asked for where there is none."""
        if self.options.tax_included is None and self.rank[best] > 0:
            inside = self._inside_by_rate(best)
            if inside is not None:
                return ("tax",) if inside else ()
            refuse_tax(self.con, self.part, self.columns, self.options, best, self._contained())
        return self._contained() if self.options.tax_included else ()

    def _inside_by_rate(self, best: int) -> bool | None:
        """Whether tax is in an amount, by its part of it: 15.966 % are 19 % of the rest; None: neither is round."""
        if "shipping" in self.of and np.nansum(np.abs(self.n[self.of["shipping"]])) > 0:
            return None
        tax, amount = np.abs(self.n[self.of["tax"]]), np.abs(self.n[best])
        there = (tax > 0) & (amount - tax >= 100)  # of less, a rounded tax can be of many rates
        if there.sum() < FEWEST_LINES:
            return None
        rest = {True: amount[there] - tax[there], False: amount[there]}
        fits = {}
        for inside, base in rest.items():
            rate = 100 * tax[there] / base
            near = np.abs(rate[:, None] - RATES).min(axis=1)
            fits[inside] = float(np.mean(near <= 0.6 / base + 1e-6))
        for inside in (True, False):
            if fits[inside] >= AGREE and fits[not inside] <= 0.5:
                tax = self.name(self.of["tax"])
                self.why = f"{tax} is a round part of the rest, so in it" if inside else f"{tax} is on top of it"
                return inside
        return None

    def _contained(self) -> tuple[str, ...]:
        return tuple(r for r in ("tax", "shipping") if r in self.of)

    def _from_product(self, says: str) -> Amount:
        """Quantity x unit price, less a discount where a column has one; or the price, where it is of all pieces."""
        if (total := self._total_with_more()) is not None:
            return total
        if self._price_of_all():
            return self._amount(self.of["unit_price"], f"of all pieces: {self.name(self.of['tax'])} is a part of it")
        if "discount" not in self.of or not np.nansum(np.abs(self.n[self.of["discount"]])) or "subtotal" in self.of:
            return self._amount(None, says or "no column says whether tax is in the prices")
        if not self.options.discount and self._is_off(None):
            return self._amount(None, f"{self.name(self.of['discount'])} has come off the price already")
        off = self.n[self.of["discount"]]
        off, header = off[~np.isnan(off)], self.part.headers[self.of["discount"]]
        way = self.options.discount
        if not way and self.of["discount"] in self.part.percents:
            way = "percent"
        if not way and rank("ledger", "discount", header) == 2:
            way = "percent" if off.max() > 1 else "share"
        way = way or self._by_orders()
        if not way and off.min() >= 0 and off.max() < 1 and (off != off.round()).any():
            way = "share"
        if not way:
            refuse_discount(self.con, self.part, self.columns, self.options, self._ways(off))
        told = "" if way == "none" else f"less {header!r} ({way})"
        return replace(self._amount(None, told), discount="" if way == "none" else way)

    def _total_with_more(self) -> Amount | None:
        """A total of no listed name that is quantity x price on most lines, and more on the others: of an option."""
        for i, total in self._beside().items():
            both = ~np.isnan(total) & ~np.isnan(self.product)
            same = np.abs(total - self.product)[both] <= CENT
            more = bool(both.any()) and not same.all() and (total >= self.product - CENT)[both].all()
            most = more and same.mean() >= MOSTLY and same.sum() >= FEWEST_LINES
            if most and rank_of_parts("amount", self.part.headers[i]):
                self.part.notes.append(
                    f"{self.part.where}: {self.name(i)} is taken as the amount: it is {PRODUCT} on {same.sum():,} "
                    f"of {same.size:,} lines and more on the others."
                )
                return self._amount(i, f"{PRODUCT}, and more on some lines")
        return None

    def _ways(self, off: np.ndarray) -> list[str]:
        """What a column with these values can hold."""
        return [w for w in self._discounts() if w == "amount" or off.max() <= {"percent": 100, "share": 1}[w]]

    def _price_of_all(self) -> bool:
        """Whether the tax of a line is one part of its price, and not of quantity x price: the price is the line's."""
        if "tax" not in self.of or self.is_of_order("tax"):
            return False
        tax, price, quantity = (self.n[self.of[r]] for r in ("tax", "unit_price", "quantity"))
        there = (np.abs(price) > 1) & (np.abs(tax) > 0) & (np.abs(quantity) > 0)
        if there.sum() < FEWEST_LINES or np.all(quantity[there] == quantity[there][0]):
            return False
        of_price, of_product = (tax[there] / base[there] for base in (price, self.product))
        steady = [np.ptp(part) <= NEARLY * np.abs(part).mean() for part in (of_price, of_product)]
        return bool(steady[0] and not steady[1])

    def _from_orders(self) -> Amount:
        """Only totals of orders are there: the lines' own product, or the order's total once."""
        if self.product is not None:
            total = max(self.rank, key=lambda i: (self.rank[i], i))
            return self._from_product(f"{PRODUCT}; {self.name(total)} is the total of a whole order")
        column = self.of.get("subtotal", min(self.rank, key=lambda i: (self.rank[i], i)))
        says = f"{self.name(column)} is the total of a whole order and counts once"
        less: tuple[str, ...] = ()
        if column == self.of.get("gross"):
            less = self._contained()
        elif self.rank[column] != NET_BY_NAME and "tax" in self.of and self._extras():
            less = self._told_extras(column)
            says += f"; {self.why}" if self.why else ""
        return self._amount(column, says, less, self.of_order[column] or "each")

    def _amount(self, column: int | None, says: str, less: tuple[str, ...] = (), of_order: str = "") -> Amount:
        """With the sentence that says what it is, and the order's own sums beside it."""
        if less:
            says += f"{'; ' if says else ''}{' and '.join(self.name(self.of[r]) for r in less)} taken out"
        what = PRODUCT if column is None else self.name(column)
        told = says if says.startswith(what) else "; ".join(filter(None, [what, says]))
        totals = [i for i in self.rank if self.of_order[i] and i != self.of.get("subtotal")]
        total = max(totals, key=lambda i: (self.rank[i], i), default=None)
        subtotal = self.of.get("subtotal") if self.is_of_order("subtotal") and not of_order else None
        inside = subtotal is not None and total is not None and self._tax_inside(subtotal, total)
        told += f"; {self.name(self.of['tax'])} is in the prices and is taken out" if inside else ""
        off = self.of["discount"] if subtotal is not None and self._before_discount(subtotal, total) else None
        told += f"; {self.name(off)} of the order comes off" if off is not None else ""
        shipped = inside and self._tax_on_shipping(subtotal, total)
        return Amount(column, less, of_order, "", subtotal, total, inside, shipped, off, says=told)

    def _tax_on_shipping(self, subtotal: int, total: int) -> bool:
        """Whether the tax of orders with shipping is the usual part of the total rather than of the subtotal."""
        if "shipping" not in self.of:
            return False
        tax, shipping = self.n[self.of["tax"]], np.nan_to_num(self.n[self.of["shipping"]])
        there = (tax > 0) & (self.n[total] > 0) & (self.n[subtotal] > 0)
        with_it, without = there & (shipping > 0), there & (shipping == 0)
        if not with_it.any() or without.sum() < FEWEST_LINES:
            return False
        parts = tax[without] / self.n[total][without]
        usual = np.median(parts)
        if np.mean(np.abs(parts - usual) <= 0.001) < 0.9:  # of many rates, what is usual says nothing of one order
            return False
        of_all, of_goods = (np.abs(tax[with_it] / self.n[i][with_it] - usual) for i in (total, subtotal))
        return bool(np.mean(of_all < of_goods) > 0.5)

    def _before_discount(self, subtotal: int, total: int | None) -> bool:
        """Whether an order's discount is still in its subtotal: as is said, or as the total shows."""
        if self.options.discount or "discount" not in self.of or total is None:
            return self.options.discount == "order" and "discount" in self.of
        off = np.abs(np.nan_to_num(self.n[self.of["discount"]]))
        ways = [(), *self._extras()]
        given = off > 0
        holds = lambda n: any(self.sums.agree(self._plus(n, way), self.n[total], where=given) for way in ways)  # noqa: E731
        return bool(off.any()) and not holds(self.n[subtotal]) and holds(self.n[subtotal] - off)

    def _tax_inside(self, subtotal: int, total: int) -> bool:
        """Whether an order's tax is in its subtotal: then nothing, or shipping alone, leads to the total."""
        if "tax" not in self.of or not self._extras():
            return False
        ways = [(), ("shipping",)] if "shipping" in self.of else [()]
        with_tax = [("tax", *w) for w in ways]
        taxed = self._there("tax")
        holds = lambda extras: self.sums.agree(self._plus(self.n[subtotal], extras), self.n[total], where=taxed)  # noqa: E731
        return any(map(holds, ways)) and not any(map(holds, with_tax))

    def name(self, i: int) -> str:
        """A column as a message names it."""
        return repr(self.part.headers[i])
