"""XYZ and the cells: months that count, labels, sums."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.panel import build_panel
from kamlib.segmentation import abc, cells, xyz
from kamlib.segmentation.cells import PLAYBOOK


def panel_of(bought, *, as_of="2024-12-31", months=12, first="2022-01-15"):
    """A panel in which `old` buys on the first day of the ledger and the others in the months given."""
    rows = [("old", first, 100)] + [(k, f"{m}-10", 100) for k, when in bought.items() for m in when]
    return build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of=as_of, months=months)


def test_labels_by_eye():
    every = [f"2024-{m:02d}" for m in range(1, 13)]
    table = xyz(panel_of({"x": ["2022-05", *every[:9]], "y": ["2022-05", *every[:3]], "z": ["2022-05", *every[:2]]}))
    assert table["xyz"].to_dict() == {"old": "Z", "x": "X", "y": "Y", "z": "Z"}
    assert table.loc["y", ["active_months", "months", "frequency"]].tolist() == [3, 12, 0.25]


def test_months_before_the_first_line_do_not_count():
    table = xyz(panel_of({"new": ["2024-06", "2024-08", "2024-10"]}))
    assert table.loc["new", "months"] == 7 and table.loc["new", "xyz"] == "Y"


def test_too_little_history_has_its_own_label():
    table = xyz(panel_of({"new": ["2024-08", "2024-09", "2024-10"]}))
    assert table.loc["new", ["months", "xyz"]].tolist() == [5, "?"]
    assert xyz(panel_of({"new": ["2024-08"]}), min_months=5).loc["new", "xyz"] == "Z"


def test_silent_months_after_the_last_purchase_count():
    assert xyz(panel_of({"gone": ["2023-01", "2024-01"]})).loc["gone", "frequency"] == pytest.approx(1 / 12)


@pytest.mark.parametrize("shares", [(0.25, 0.75), (1.2, 0.5), (0.5, 0), (0.5,)])
def test_shares_out_of_order_are_refused(shares):
    with pytest.raises(ValueError, match="xyz_shares takes two shares, the larger first"):
        xyz(panel_of({}), shares=shares)


def test_cells_hold_every_account_and_all_the_money():
    panel = panel_of({"x": [f"2024-{m:02d}" for m in range(1, 13)], "new": ["2024-12"]})
    by_sales = abc(panel.accounts.set_index("customer_id")["sales_cents"])
    table = cells(by_sales, xyz(panel))
    assert table["accounts"].sum() == 3 and table["value"].sum() == panel.accounts["sales_cents"].sum()
    assert table.loc["AX", "accounts"] == 1 and table.loc["B?", "accounts"] == 1
    assert table.index.tolist() == [a + x for a in "ABC" for x in "XYZ?"] and set(PLAYBOOK) == set(table.index)
