"""What 02_segmentation adds to the page of what changed: large accounts that buy more often, or less often, than
before. Moves between classes by value, and key accounts that came or went, are in `kamlib.segmentation.moved`.
"""

from __future__ import annotations

import pandas as pd

from kamlib.run.findings import Change
from kamlib.tables import XYZ


def changes(then: pd.DataFrame, now: pd.DataFrame, accounts: pd.DataFrame) -> list[Change]:
    """Accounts of class A whose frequency is not that of the earlier report, the largest first.

    Parameters
    ----------
    then, now : pandas.DataFrame
        From `class_confidence`, of the earlier report and of this one.
    accounts : pandas.DataFrame
        `accounts` of today's panel.

    Returns
    -------
    list of Change
        `segmentation.frequency`: an account that was A or is, with another of X, Y, Z. It has no money of its own; the
        cause is its months with a purchase. Probability that its expected frequency truly lies on this side of the line
        it crossed.
    """
    both = now.join(then[["abc", "xyz"]].add_suffix("_then"), how="inner")
    both = both.join(accounts[["active_months", "sales_cents"]])
    large = (both["abc"] == "A") | (both["abc_then"] == "A")
    known = both["xyz"].isin(XYZ) & both["xyz_then"].isin(XYZ)
    moved = both[large & known & (both["xyz"] != both["xyz_then"])].rename_axis("customer_id").reset_index()
    moved = moved.sort_values(["sales_cents", "customer_id"], ascending=[False, True])
    return [
        Change(
            "segmentation.frequency", "Purchase frequency of a large account", row.xyz, "word", before=row.xyz_then,
            account=str(row.customer_id), cause=f"it bought in {row.active_months} months of the window",
            probability=_this_side(row),
        )
        for row in moved.itertuples()
    ]  # fmt: skip


def _this_side(row) -> float | None:
    """Probability of the new frequency or one beyond it, away from the old; never quite 1."""
    up = row.xyz < row.xyz_then
    beyond = {"X": row.X, "Y": row.X + row.Y if up else row.Y + row.Z, "Z": row.Z}[row.xyz]
    return None if pd.isna(beyond) else min(float(beyond), 0.999)
