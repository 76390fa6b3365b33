r"""Why an account's money changed: how often it bought, how much at a time, at what price, what it sent back, at what
margin. The parts sum to the change, to the cent.

Gross sales are a product, orders times size of an order, or, where units are known, orders times units of an order
times price of a unit. Each factor's part is its Shapley value: its contribution averaged over all orders in which the
factors could have changed (Shapley 1953; Sun 1998, "Accounting for changes in energy consumption", Energy Econ.
20:85-100). With two factors that is the familiar

.. math::

    \Delta(fv) = \Delta f \, \bar v + \Delta v \, \bar f

Returns are added as they are. Profit is net sales times margin, divided in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from kamlib.given import by_account

FREQUENCY, SIZE, VOLUME, PRICE = "frequency", "order_size", "volume", "price_mix"
RETURNS, CAME, MARGIN = "returns", "came_or_went", "margin"
CAUSES = {
    CAME: "came or went", FREQUENCY: "frequency", SIZE: "size of orders", VOLUME: "units an order",
    PRICE: "price and mix", RETURNS: "returns", MARGIN: "margin",
}  # fmt: skip
"""In words, in the order in which they are shown."""


def change_reasons(
    before: pd.DataFrame, after: pd.DataFrame, *, units: tuple[pd.Series, pd.Series] | None = None, profit: bool = False
) -> pd.DataFrame:
    """The change of each account's money between two periods, divided into its causes.

    Parameters
    ----------
    before, after : pandas.DataFrame
        `accounts` of two panels: customer_id, sales_cents, gross_cents, returns_cents, orders, and profit_cents.
        Accounts of one of them only have nothing in the other.
    units : two pandas.Series, optional
        Units of the lines with positive sales by customer_id, before and after (`known_units`). Accounts
        for which either is missing or not positive are divided without them.
    profit : bool
        Divide the change of profit instead of that of sales; it must be known for every account.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the largest change first (ties by customer_id): before, after, change, then the causes,
        all integer cents, which sum to change: came_or_went (no order in one of the periods: its gross sales as a
        whole), frequency (number of orders), order_size (where units are not known), volume (units of an order),
        price_mix (of a unit: prices and mix of products together), returns, margin (with `profit`); and main, the
        largest of the causes in the direction of the change, `none` where nothing changed.

    Raises
    ------
    ValueError
        Profit asked for and not known.

    Examples
    --------
    >>> cents = dict(returns_cents=0, profit_cents=pd.NA)
    >>> a = pd.Index(["a"], name="customer_id")
    >>> then = pd.DataFrame({"sales_cents": 1000, "gross_cents": 1000, "orders": 10, **cents}, index=a)
    >>> now = pd.DataFrame({"sales_cents": 1200, "gross_cents": 1200, "orders": 8, **cents}, index=a)
    >>> change_reasons(then, now)[["change", "frequency", "order_size", "main"]].values.tolist()
    [[200, -250, 450, 'order_size']]
    """
    columns = ["sales_cents", "gross_cents", "returns_cents", "orders", *(["profit_cents"] if profit else [])]
    then, now = by_account(before, "before")[columns], by_account(after, "after")[columns]
    if profit and (then["profit_cents"].isna().any() or now["profit_cents"].isna().any()):
        raise ValueError("profit is not known for every account: ask for the change of sales")
    index = then.index.union(now.index).rename("customer_id")
    then, now = (f.reindex(index, fill_value=0).astype("int64") for f in (then, now))
    parts = _gross_parts(then, now, units)
    parts[RETURNS] = (now["returns_cents"] - then["returns_cents"]).astype("float64")
    money = "profit_cents" if profit else "sales_cents"
    if profit:
        parts = _profit_parts(parts, then, now)
    change = now[money] - then[money]
    table = pd.DataFrame({"before": then[money], "after": now[money], "change": change})
    table = table.join(_whole_cents(parts, change))
    table["main"] = _main(table[parts.columns], change)
    size = table["change"].abs().rename("size")
    return table.join(size).sort_values(["size", "customer_id"], ascending=[False, True]).drop(columns="size")


def cause_totals(sales: pd.DataFrame, profit: pd.DataFrame | None = None) -> pd.DataFrame:
    """What each cause did to all accounts together.

    Parameters
    ----------
    sales, profit : pandas.DataFrame
        From `change_reasons`, of sales and of profit.

    Returns
    -------
    pandas.DataFrame
        Indexed by cause in words (`CAUSES`), those that did something: sales, profit (where given; cents, which sum to
        the change of all accounts), accounts (of which it is the main cause of the change of sales).

    Examples
    --------
    >>> a = pd.Index(["a"], name="customer_id")
    >>> two = [pd.DataFrame({"sales_cents": s, "gross_cents": s, "returns_cents": 0, "orders": n}, index=a)
    ...     for s, n in ((1000, 10), (1200, 8))]
    >>> cause_totals(change_reasons(*two))["sales"].to_dict()
    {'frequency': -250, 'size of orders': 450}
    """
    table = pd.DataFrame({"sales": sales[[c for c in CAUSES if c in sales]].sum()})
    if profit is not None:
        of_profit = profit[[c for c in CAUSES if c in profit]].sum()
        table = table.reindex([c for c in CAUSES if c in table.index or c in of_profit.index]).assign(profit=of_profit)
    table["accounts"] = sales["main"].value_counts().reindex(table.index)
    table = table.fillna(0).astype("int64")
    return table[(table != 0).any(axis=1)].rename(index=CAUSES).rename_axis("cause")


def known_units(totals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Units of accounts for which every sale tells them, before and after, as `change_reasons` takes them.

    Parameters
    ----------
    totals : pandas.DataFrame
        `kamlib.panel.quantity_totals` by customer_id.

    Examples
    --------
    >>> totals = pd.DataFrame({"customer_id": ["a", "b"], "gross_cents_before": [10, 9], "gross_cents_after": [8, 7],
    ...     "gross_counted_cents_before": [10, 4], "gross_counted_cents_after": [8, 7],
    ...     "gross_units_before": [5.0, 2.0], "gross_units_after": [4.0, 3.0]})
    >>> [units.tolist() for units in known_units(totals)]
    [[5.0, nan], [4.0, 3.0]]
    """
    table = totals.set_index("customer_id")
    all_told = {p: table[f"gross_counted_cents_{p}"] == table[f"gross_cents_{p}"] for p in ("before", "after")}
    before, after = (table[f"gross_units_{p}"].where(told) for p, told in all_told.items())
    return before, after


def product_change(before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Shapley values of the factors of a product that changed; they sum to the change of the product.

    Parameters
    ----------
    before, after : sequence of arrays
        Values of each factor, all of one shape.

    Examples
    --------
    >>> product_change([np.array([10.0]), np.array([100.0])], [np.array([8.0]), np.array([150.0])])
    [array([-250.]), array([450.])]
    """
    k = len(before)
    found = []
    for i in range(k):
        others, total = [j for j in range(k) if j != i], 0.0
        for n in range(k):
            weight = factorial(n) * factorial(k - n - 1) / factorial(k)
            for moved in combinations(others, n):
                rest = np.prod([after[j] if j in moved else before[j] for j in others], axis=0) if others else 1.0
                total = total + weight * rest * (after[i] - before[i])
        found.append(total)
    return found


def _gross_parts(then: pd.DataFrame, now: pd.DataFrame, units: tuple[pd.Series, pd.Series] | None) -> pd.DataFrame:
    """Parts of the change of gross sales, as fractions of a cent."""
    names = [CAME, FREQUENCY, SIZE, *([VOLUME, PRICE] if units else [])]
    parts = pd.DataFrame(0.0, then.index, names)
    both = (then["orders"] > 0) & (now["orders"] > 0)
    parts.loc[~both, CAME] = (now["gross_cents"] - then["gross_cents"])[~both].astype("float64")
    counted = pd.Series(False, then.index)
    if units:
        quantity = [u.reindex(then.index).astype("float64") for u in units]
        counted = both & (quantity[0] > 0) & (quantity[1] > 0)
        sides = [_factors(f[counted], q[counted]) for f, q in zip((then, now), quantity, strict=True)]
        parts.loc[counted, [FREQUENCY, VOLUME, PRICE]] = np.column_stack(product_change(*sides))
    plain = both & ~counted
    sides = [_factors(f[plain]) for f in (then, now)]
    parts.loc[plain, [FREQUENCY, SIZE]] = np.column_stack(product_change(*sides))
    return parts


def _factors(frame: pd.DataFrame, units: pd.Series | None = None) -> list[np.ndarray]:
    orders, gross = frame["orders"].to_numpy("float64"), frame["gross_cents"].to_numpy("float64")
    if units is None:
        return [orders, gross / orders]
    counted = units.to_numpy()
    return [orders, counted / orders, gross / counted]


def _profit_parts(parts: pd.DataFrame, then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Parts of profit: those of sales at the mean margin, and the change of the margin at mean sales.

    Where net sales of a period are nought or less there is no margin, and the whole change is came_or_went.
    """
    sold, earned = ([f[c].to_numpy("float64") for f in (then, now)] for c in ("sales_cents", "profit_cents"))
    told = (sold[0] > 0) & (sold[1] > 0)
    rate = [np.divide(e, s, out=np.zeros_like(e), where=told) for e, s in zip(earned, sold, strict=True)]
    scaled = parts.mul(np.where(told, (rate[0] + rate[1]) / 2, 0.0), axis=0)
    scaled[MARGIN] = np.where(told, (rate[1] - rate[0]) * (sold[0] + sold[1]) / 2, 0.0)
    scaled[CAME] += np.where(told, 0.0, earned[1] - earned[0])
    return scaled


def _whole_cents(parts: pd.DataFrame, change: pd.Series) -> pd.DataFrame:
    """Rounded to cents; what rounding leaves over goes to the largest part, so that the sum holds."""
    whole = parts.round().astype("int64")
    table = whole.to_numpy().copy()
    largest = np.abs(table).argmax(axis=1)
    table[np.arange(len(table)), largest] += change.to_numpy() - table.sum(axis=1)
    return pd.DataFrame(table, parts.index, parts.columns)


def _main(parts: pd.DataFrame, change: pd.Series) -> pd.Series:
    signed = parts.mul(np.sign(change), axis=0)
    return signed.idxmax(axis=1).where(change != 0, "none").astype("str") if len(parts) else pd.Series(dtype="str")
