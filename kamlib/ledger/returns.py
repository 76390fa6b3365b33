"""Returns and credit notes: who sends back how much."""

from __future__ import annotations

import pandas as pd

from kamlib.panel import Panel, check_panel


def returns(panel: Panel) -> pd.DataFrame:
    """Returns of each account in the window, the largest first.

    Parameters
    ----------
    panel : kamlib.panel.Panel

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, accounts with a return only: gross_cents, returns_cents (negative), net_cents,
        rate (returns over gross sales, 0 to 1 and more; missing where nothing was sold in the window).

    Examples
    --------
    >>> from kamlib.panel import build_panel
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"], "cents": [1000, -250, 70],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-01-09", "2024-02-04"])})
    >>> returns(build_panel(lines, as_of="2024-02-29")).loc["a", "rate"]
    np.float64(0.25)
    """
    check_panel(panel, "returns(panel)")
    accounts = panel.accounts[panel.accounts["returns_cents"] < 0]
    table = accounts[["gross_cents", "returns_cents"]].assign(net_cents=accounts["sales_cents"])
    table["rate"] = -table["returns_cents"] / table["gross_cents"].where(table["gross_cents"] > 0)
    return table.sort_values(["returns_cents", "customer_id"])
