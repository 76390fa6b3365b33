"""The nine cells of ABC by XYZ, and what to do in each."""

from __future__ import annotations

import pandas as pd

from kamlib.tables import ABC, XYZ, XYZ_UNKNOWN

# Ours: the article asks for a strategy per account and gives none per cell.
PLAYBOOK = {
    "AX": "Protect: yearly agreement, second contact on both sides, a review each quarter.",
    "AY": "Make it routine: agree on a delivery rhythm and call when an order is due.",
    "AZ": "Find out why it is lumpy: projects, or a rival's share? Plan stock order by order.",
    "BX": "Grow: it buys often and little; show it the categories it buys elsewhere.",
    "BY": "Watch: bundle its orders; one visit per half-year.",
    "BZ": "Ask once what would make it buy more often; otherwise serve on demand.",
    "CX": "Serve cheaply: web shop, standing orders, a minimum order value.",
    "CY": "Serve cheaply; let it come to you.",
    "CZ": "No active effort; a mailing at most.",
    "A?": "Young and large: a personal contact in its first months decides.",
    "B?": "Young: welcome it, and look again when it has six months of history.",
    "C?": "Young and small: look again when it has six months of history.",
}


def cells(
    abc_table: pd.DataFrame,
    xyz_table: pd.DataFrame,
    *,
    profit: pd.Series | None = None,
    border: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Accounts and value in each cell of ABC by XYZ.

    Parameters
    ----------
    abc_table, xyz_table : pandas.DataFrame
        From `abc` and `xyz`, for the same accounts.
    profit : pandas.Series, optional
        Profit of the window in cents, by customer_id.
    border : pandas.DataFrame, optional
        From `borders`.

    Returns
    -------
    pandas.DataFrame
        Indexed by cell (`AX` ... `C?`), all twelve in order: accounts, value (sums to that of `abc_table`), share (of
        positive value), profit (where given), on_border (accounts of the cell on a border, where given), to_do.
    """
    names = [a + x for a in ABC for x in (*XYZ, XYZ_UNKNOWN)]
    cell = pd.Categorical(abc_table["abc"] + xyz_table["xyz"].reindex(abc_table.index), names)
    groups = abc_table.groupby(cell, observed=False)
    table = groups.agg(accounts=("value", "size"), value=("value", "sum"), share=("share", "sum"))
    if profit is not None:
        table["profit"] = profit.reindex(abc_table.index).fillna(0).astype("int64").groupby(cell, observed=False).sum()
    if border is not None:
        on_border = pd.Series(abc_table.index.isin(border.index), abc_table.index)
        table["on_border"] = on_border.groupby(cell, observed=False).sum().astype("int64")
    return table.assign(to_do=pd.Series(PLAYBOOK)).rename_axis("cell")


SURE = 2 / 3  # below, an account sits on a border
NEAR = 0.10  # share of its value that separates an account from a line, where confidence cannot be told


def borders(
    abc_table: pd.DataFrame, confidence: pd.DataFrame, *, sure: float = SURE, near: float = NEAR
) -> pd.DataFrame:
    """Accounts that might as well stand in the next cell, the most valuable first.

    Parameters
    ----------
    abc_table : pandas.DataFrame
        From `abc`.
    confidence : pandas.DataFrame
        From `class_confidence`, for the same accounts.
    sure : float
        An account whose own class, or own frequency class, is less probable sits on a border. Two thirds: then
        the other classes together have half its probability or more.
    near : float
        Where confidence cannot be told: an account within so much of a line, as a share of its value.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id: value, abc, confidence, likely, xyz, xyz_confidence, border (`value`, `frequency` or
        `both`).
    """
    table = abc_table[["value", "base"]].join(confidence[["abc", "confidence", "likely", "xyz", "xyz_confidence"]])
    by_value = (table["confidence"] < sure) | (table["confidence"].isna() & table["base"] & _near(abc_table, near))
    by_frequency = table["xyz_confidence"] < sure
    table["border"] = by_value.map({True: "value", False: "frequency"}).where(by_value != by_frequency, "both")
    return table[by_value | by_frequency].drop(columns="base")


def _near(abc_table: pd.DataFrame, near: float) -> pd.Series:
    """Whether a change of an account's value by a tenth would carry it over a line, the line left where it is."""
    close = pd.Series(False, abc_table.index)
    for upper in ABC[:2]:
        least = abc_table.loc[(abc_table["abc"] <= upper) & abc_table["base"], "value"].min()
        close |= (abc_table["value"] / least - 1).abs() <= near
    return close
