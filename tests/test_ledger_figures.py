"""The rooms' figures: what is drawn, not its pixels; returns by eye."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kamlib.ledger import returns
from kamlib.ledger.figures import customers_figure, months_figure
from kamlib.look.style import COLOURS
from kamlib.panel import build_panel
from kamlib.segmentation import abc, cells, key_accounts, xyz
from kamlib.segmentation.figures import cells_figure, claim_figure, curve_figure, key_accounts_figure


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def months():
    return pd.DataFrame(
        {
            "month": pd.date_range("2024-01-01", periods=3, freq="MS"), "customers": [4, 5, 2],
            "identified_cents": [1000, 2000, 500], "no_customer_cents": [100, 0, 50], "partial": [False, False, True],
        }
    )  # fmt: skip


def test_months_are_stacked_and_partial_ones_hatched(months):
    ax = months_figure(months, currency="EUR")
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == [1000, 2000, 500, 100, 0, 50]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, False, True] * 2
    assert "EUR" in ax.get_ylabel()


def test_customers_by_month(months):
    ax = customers_figure(months)
    assert ax.lines[0].get_ydata().tolist() == [4, 5, 2] and ax.lines[1].get_ydata().tolist() == [2]


def test_the_curve_names_each_class_with_its_accounts():
    ax = curve_figure(abc(pd.Series({"a": 80, "b": 15, "c": 3, "d": 2})))
    assert [t.get_text() for t in ax.texts][:3] == ["A\n1", "B\n1", "C\n2"]
    assert ax.lines[0].get_ydata().tolist() == [0, 0.8, 0.95, 0.98, 1]


def test_cells_are_drawn_with_accounts_and_share(ledger):
    panel = build_panel(ledger, as_of="2024-03-31")
    table = cells(abc(panel.accounts["sales_cents"]), xyz(panel))
    ax = cells_figure(table)
    assert ax.texts[1].get_text() == f"{table.loc['AY', 'accounts']}\n{100 * table.loc['AY', 'share']:.1f} %"
    assert len(ax.texts) == 12


def test_key_accounts_largest_on_top_with_names(ledger):
    keys = key_accounts(build_panel(ledger, as_of="2024-03-31"))
    ax = key_accounts_figure(keys, names=pd.Series({"anna": "Anna $ Ltd"}))
    assert [t.get_text() for t in ax.get_yticklabels()][-1] == "Anna $ Ltd"
    drawn = ax.collections[1].get_facecolor()[0].tolist()
    assert drawn == pytest.approx(list(plt.matplotlib.colors.to_rgba(COLOURS["accent"])))


def test_claim_figure_shows_the_window_even_where_the_year_cannot_be_told(ledger):
    keys = key_accounts(build_panel(ledger, as_of="2024-03-31"))
    ax = claim_figure(keys)
    assert ax.get_xlim() == (0, 0.8) or ax.get_xlim()[1] >= keys.share


def test_returns_by_eye(ledger):
    table = returns(build_panel(ledger, as_of="2024-03-31"))
    assert table.index.tolist() == ["cora", "anna"] or table.index.tolist() == ["cora", "anna", "bert"]
    assert table.loc["anna", "rate"] == pytest.approx(20 / 155)
    assert table.loc["cora", ["gross_cents", "returns_cents", "net_cents"]].tolist() == [900_00, -900_00, 0]
