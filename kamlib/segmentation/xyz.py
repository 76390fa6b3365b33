"""XYZ: how often an account buys - frequent, regular, irregular."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.panel import Panel
from kamlib.tables import XYZ, XYZ_UNKNOWN

XYZ_SHARES = (0.75, 0.25)
XYZ_MIN_MONTHS = 6


def xyz(panel: Panel, *, shares: Sequence[float] = XYZ_SHARES, min_months: int = XYZ_MIN_MONTHS) -> pd.DataFrame:
    """Classes X, Y, Z by purchase frequency: the share of an account's months with a purchase.

    Only months since the account's first line count, so that a young account is not called irregular for
    months in which it was no customer. With fewer than `min_months` of them its label is "?", not Z.

    Parameters
    ----------
    panel : kamlib.panel.Panel
    shares : sequence of two floats
        X from the first on, Y from the second on. The article names frequent, regular and irregular buyers and
        gives no figures; ours are three months in four, and one in four (once a quarter).
    min_months : int
        Months needed for a label. Six: with fewer, one month more or less moves the share by over 1/6.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, sorted: active_months, months (of the window, since the first line; a month
        begun counts), frequency (their ratio), xyz.

    Raises
    ------
    ValueError
        Shares out of order.

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> dates = pd.date_range("2024-01-05", periods=12, freq="MS")
    >>> lines = pd.DataFrame({"customer_id": "a", "cents": 100, "date": dates})
    >>> xyz(build_panel(lines, as_of="2025-01-31"))["xyz"].to_dict()
    {'a': 'X'}
    """
    x, y = check_frequencies(shares)
    accounts = panel.accounts.set_index("customer_id")
    months = months_at_risk(panel)
    frequency = accounts["active_months"] / months
    labels = np.select([months < min_months, frequency >= x, frequency >= y], [XYZ_UNKNOWN, XYZ[0], XYZ[1]], XYZ[2])
    return pd.DataFrame(
        {"active_months": accounts["active_months"], "months": months, "frequency": frequency, "xyz": labels}
    )


def check_frequencies(shares: Sequence[float]) -> tuple[float, float]:
    """The two lines of an XYZ analysis, or a ValueError that says what is wrong with them."""
    if len(shares) != 2 or not 1 >= shares[0] > shares[1] > 0:
        raise ValueError(f"xyz_shares takes two shares, the larger first, such as [0.75, 0.25], not {list(shares)}")
    return float(shares[0]), float(shares[1])


def months_at_risk(panel: Panel) -> pd.Series:
    """Calendar months of the window since each account's first line, by customer_id.

    A window that begins within a month touches one calendar month more than its length; its purchases count
    there too, and so does that month.
    """
    first = panel.accounts.set_index("customer_id")["first_line"].clip(lower=pd.Timestamp(panel.start))
    last = pd.Timestamp(panel.as_of)
    return (last.year * 12 + last.month - (first.dt.year * 12 + first.dt.month) + 1).rename("months")
