r"""Price, volume, mix: why a book's sales changed from one period to another, product by product, to the cent.

Over the products sold in both periods, with units :math:`q`, average prices :math:`p` and totals :math:`Q`:

.. math::

    \text{volume} = \left(\frac{Q_1}{Q_0} - 1\right) \sum p_0 q_0, \quad
    \text{mix} = \sum p_0 q_1 - \frac{Q_1}{Q_0} \sum p_0 q_0, \quad
    \text{price} = \sum (p_1 - p_0)\, q_1

The sum of the three is the change of these products' sales. Products that are new or dropped have no price to compare
and stand by themselves, and so do lines that tell no units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

EFFECTS = (
    "volume", "mix", "price", "new products", "dropped products", "not comparable", "without units",
)  # fmt: skip
MEANING = {
    "volume": "more or fewer units, at the old prices and in the old proportions",
    "mix": "dearer or cheaper products among the units",
    "price": "other prices for the same products, discounts and other customers included",
    "new products": "nothing sold in the period before",
    "dropped products": "nothing sold in the period after",
    "not comparable": "returns outweigh sales in one of the periods",
    "without units": "lines without a product, without a quantity, or with one that does not fit the money",
}


@dataclass(frozen=True)
class PriceVolumeMix:
    """Why sales changed.

    Attributes
    ----------
    effects : pandas.DataFrame
        Indexed by effect (`EFFECTS`, in order): change (integer cents), share (of the sales before; NaN where there
        were none), means. The changes sum to that of the trade of identified customers.
    products : pandas.DataFrame
        Indexed by product_id, the largest change first (ties by product_id): group (`comparable`, `new products`,
        `dropped products`, `not comparable`), before, after, change (cents of lines with units), units_before,
        units_after, quantity_cents (change of units at the old price: volume and mix together), price_cents (NaN where
        not comparable).
    before, after : int
        Sales of the two periods, cents.
    """

    effects: pd.DataFrame
    products: pd.DataFrame
    before: int
    after: int


def price_volume_mix(totals: pd.DataFrame | None, *, change: int | None = None) -> PriceVolumeMix | None:
    """Why the sales of a book changed between two periods.

    Parameters
    ----------
    totals : pandas.DataFrame or None
        `kamlib.panel.quantity_totals` by product_id; None where the ledger has no units.
    change : int, optional
        Change of the accounts' sales in the sales bridge, cents, which the effects must sum to.

    Returns
    -------
    PriceVolumeMix or None
        None without units: then the ledger lacks quantity or product_id, and with them this would be told.

    Raises
    ------
    ValueError
        The effects do not sum to `change`: the two were made of different periods or lines.

    Notes
    -----
    Volume counts units of all products alike, so it says little where some are sold by the piece and some by the
    pallet; volume and mix together do not depend on that. The figures are a census of two periods and have no interval.

    Examples
    --------
    >>> totals = pd.DataFrame({"product_id": ["p", "q"], "cents_before": [1000, 500], "cents_after": [1320, 250],
    ...     "counted_cents_before": [1000, 500], "counted_cents_after": [1320, 250],
    ...     "units_before": [10.0, 1.0], "units_after": [11.0, 0.5]})
    >>> price_volume_mix(totals).effects["change"].head(3).to_dict()
    {'volume': 68, 'mix': -218, 'price': 220}
    """
    if totals is None:
        return None
    products = _products(totals)
    effects = dict.fromkeys(EFFECTS, 0)
    effects |= _comparable(products[products["group"] == "comparable"])
    rest = products.groupby("group")["change"].sum()
    effects |= {g: int(rest.get(g, 0)) for g in EFFECTS[3:6]}
    before, after = int(totals["cents_before"].sum()), int(totals["cents_after"].sum())
    effects["without units"] = after - before - int(products["change"].sum())
    if change is not None and change != after - before:
        raise ValueError(f"price, volume and mix sum to {after - before:,} cents, the sales bridge to {change:,}")
    table = pd.DataFrame({"change": pd.Series(effects, dtype="int64")}).rename_axis("effect")
    table["share"] = table["change"] / before if before > 0 else np.nan
    return PriceVolumeMix(table.assign(means=pd.Series(MEANING)), _in_order(products), before, after)


def _products(totals: pd.DataFrame) -> pd.DataFrame:
    named = totals[totals["product_id"] != ""].set_index("product_id")
    table = named[["counted_cents_before", "counted_cents_after", "units_before", "units_after"]]
    table = table.set_axis(["before", "after", "units_before", "units_after"], axis=1)
    sold = [(table[s] > 0) & (table[f"units_{s}"] > 0) for s in ("before", "after")]
    nothing = [(table[s] == 0) & (table[f"units_{s}"] == 0) for s in ("before", "after")]
    groups = np.select([sold[0] & sold[1], *nothing], ["comparable", "new products", "dropped products"], EFFECTS[5])
    table = table.assign(change=table["after"] - table["before"], group=groups)
    table = table[~(nothing[0] & nothing[1])]
    old = table["before"] / table["units_before"].where(table["group"] == "comparable")
    table["quantity_cents"] = (old * (table["units_after"] - table["units_before"])).round()
    table["price_cents"] = table["change"] - table["quantity_cents"]
    return table


def _comparable(table: pd.DataFrame) -> dict[str, int]:
    """Volume, mix and price in whole cents; each of the last two is what the others leave."""
    if not len(table):
        return {}
    before, after = int(table["before"].sum()), int(table["after"].sum())
    volume = round(before * (table["units_after"].sum() / table["units_before"].sum() - 1))
    quantity = int(table["quantity_cents"].sum())
    return {"volume": volume, "mix": quantity - volume, "price": after - before - quantity}


def _in_order(products: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "group", "before", "after", "change", "units_before", "units_after", "quantity_cents", "price_cents",
    ]  # fmt: skip
    size = products["change"].abs().rename("size")
    ordered = products[columns].join(size).sort_values(["size", "product_id"], ascending=[False, True])
    return ordered.drop(columns="size")
