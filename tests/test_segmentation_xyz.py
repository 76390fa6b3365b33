"""XYZ and the cells: months that count, labels, sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.panel import build_panel
from kamlib.segmentation import abc, cells, xyz
from kamlib.segmentation.cells import PLAYBOOK, borders
from kamlib.segmentation.xyz import common_season


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
    by_sales = abc(panel.accounts["sales_cents"])
    table = cells(by_sales, xyz(panel))
    assert table["accounts"].sum() == 3 and table["value"].sum() == panel.accounts["sales_cents"].sum()
    assert table.loc["AX", "accounts"] == 1 and table.loc["B?", "accounts"] == 1
    assert table.index.tolist() == [a + x for a in "ABC" for x in "XYZ?"] and set(PLAYBOOK) == set(table.index)


def test_cells_know_their_profit_and_who_sits_on_a_border():
    panel = panel_of({"x": [f"2024-{m:02d}" for m in range(1, 13)], "new": ["2024-12"]})
    sales = panel.accounts["sales_cents"]
    border = pd.DataFrame(index=pd.Index(["x"], name="customer_id"))
    table = cells(abc(sales), xyz(panel), profit=sales // 4, border=border)
    assert table["profit"].sum() == (sales // 4).sum()
    assert table["on_border"].sum() == 1 == table.loc["AX", "on_border"]


def test_regularity_by_eye():
    """Every 30 days: X. Bursts of four days in a row, once a year: Z. Two gaps: nothing to say."""
    start = pd.Timestamp("2022-01-15")
    at = {"x": range(0, 900, 30), "z": [d + k for d in (0, 365, 730) for k in range(4)], "few": (0, 40, 80)}
    rows = [(k, start + pd.Timedelta(days=d), 100) for k, when in at.items() for d in when]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    table = xyz(panel, by="regularity")
    assert table["xyz"].to_dict() == {"x": "X", "z": "Z", "few": "?"}
    assert table["gaps"].to_dict() == {"x": 29, "z": 11, "few": 2}


def test_regular_from_two_on_and_in_bursts_below_one():
    """Shapes of 2.2, 1.2 and 0.4: X, Y and Z; an account on a line has the better label."""
    gaps = {"x": [10, 20, 30, 60] * 4, "y": [6, 20, 40, 80] * 4, "z": [1, 5, 40, 150] * 3}
    rows = [
        (k, pd.Timestamp("2022-01-15") + pd.Timedelta(days=sum(between[:n])), 100)
        for k, between in gaps.items() for n in range(len(between) + 1)
    ]  # fmt: skip
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    table = xyz(panel, by="regularity")
    assert table["regularity"].round(1).to_dict() == {"x": 2.2, "y": 1.2, "z": 0.4}
    assert table["xyz"].to_dict() == {"x": "X", "y": "Y", "z": "Z"}
    on_the_line = xyz(panel, by="regularity", shapes=tuple(table.loc[["x", "y"], "regularity"]))
    assert on_the_line["xyz"].to_dict() == {"x": "X", "y": "Y", "z": "Z"}


def test_five_gaps_are_enough_for_regularity():
    rows = [(k, pd.Timestamp("2024-01-15") + pd.Timedelta(days=30 * n), 100)
            for k, gaps in {"four": 4, "five": 5}.items() for n in range(gaps + 1)]  # fmt: skip
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    assert xyz(panel, by="regularity")["xyz"].to_dict() == {"five": "X", "four": "?"}


def test_variation_by_eye():
    """k buys 100 in each of 12 months but 400 in the last: mean 125, sd 86.6; silent months count as nought."""
    months = [f"2024-{m:02d}" for m in range(1, 13)]
    rows = [("old", "2022-01-15", 100)] + [("k", f"{m}-10", 400 if m.endswith("12") else 100) for m in months]
    rows += [("z", "2023-06-10", 5), ("z", "2024-03-10", 900), ("new", "2024-10-10", 50)]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    table = xyz(panel, by="variation")
    assert table.loc["k", "variation"] == pytest.approx(np.std([100] * 11 + [400], ddof=1) / 125)
    assert table["xyz"].to_dict() == {"k": "Y", "z": "Z", "new": "?", "old": "Z"}


def test_a_common_season_is_no_variation():
    """Thirty accounts that all buy four times as much in December are steady."""
    months = pd.date_range("2023-01-10", periods=24, freq="MS")
    rows = [(f"k{i:02}", m, (i + 1) * (400 if m.month == 12 else 100)) for i in range(30) for m in months]
    panel = build_panel(pd.DataFrame(rows, columns=["customer_id", "date", "cents"]), as_of="2024-12-31")
    assert common_season(panel).iloc[-1] == pytest.approx(4 * common_season(panel).iloc[0])
    assert xyz(panel, by="variation")["variation"].max() < 1e-6


def test_an_unknown_way_of_sorting_is_refused():
    with pytest.raises(ValueError, match="frequency, regularity or variation"):
        xyz(panel_of({}), by="volume")
    with pytest.raises(ValueError, match="shapes takes two lines"):
        xyz(panel_of({}), by="regularity", shapes=(1, 2))


BOUGHT = st.dictionaries(
    st.sampled_from(["k1", "k2", "k3"]), st.sets(st.integers(1, 12), min_size=1, max_size=12), min_size=1, max_size=3
)


@settings(max_examples=8, deadline=None)
@given(BOUGHT, st.integers(13, 60), st.sampled_from(["frequency", "regularity", "variation"]))
def test_months_before_the_first_order_change_no_xyz(bought, months, by):
    """A longer window, all of whose further months lie before anybody's first line."""
    rows = [(k, f"2024-{m:02d}-10", 100 * m) for k, when in bought.items() for m in when]
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    one, longer = (xyz(build_panel(lines, as_of="2024-12-31", months=m), by=by) for m in (12, months))
    pd.testing.assert_frame_equal(one, longer)


@settings(max_examples=8, deadline=None)
@given(BOUGHT, st.integers(2, 1000), st.integers(0, 99), st.sampled_from(["frequency", "variation"]))
def test_scaling_and_permuting_change_no_xyz(bought, factor, seed, by):
    rows = [(k, f"2024-{m:02d}-10", 100 * m) for k, when in bought.items() for m in when]
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    other = lines.assign(cents=lines["cents"] * factor).iloc[np.random.default_rng(seed).permutation(len(lines))]
    one, two = (xyz(build_panel(frame, as_of="2024-12-31"), by=by) for frame in (lines, other))
    assert one["xyz"].equals(two["xyz"])


def test_accounts_on_a_border():
    values = abc(pd.Series({"a": 700, "b": 120, "c": 115, "d": 65, "e": 0}))
    told = pd.DataFrame({"abc": values["abc"], "confidence": [0.99, 0.5, 0.9, 0.9, 1.0], "likely": list("AABCC")})
    told = told.assign(xyz=list("XXYZZ"), xyz_confidence=[0.9, 0.5, 0.6, 0.9, float("nan")])
    assert borders(values, told)["border"].to_dict() == {"b": "both", "c": "frequency"}


def test_borders_by_distance_where_confidence_cannot_be_told():
    values = abc(pd.Series({"a": 700, "b": 120, "c": 115, "d": 65, "e": 0}))
    told = pd.DataFrame(float("nan"), values.index, ["confidence", "xyz_confidence"]).assign(
        abc=values["abc"], likely=values["abc"], xyz="?"
    )
    assert borders(values, told).index.tolist() == ["b", "c", "d"]
