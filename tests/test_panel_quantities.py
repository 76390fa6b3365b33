"""Quantities by eye, and in sum those of the panel."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from engines import engines

from kamlib.panel import build_panel, quantity_totals

AS_OF = "2024-03-31"
YEARS = {"before": (dt.date(2023, 1, 1), dt.date(2023, 12, 31)), "after": (dt.date(2024, 1, 1), dt.date(2024, 3, 31))}


@pytest.fixture
def panel(ledger):
    return build_panel(ledger, as_of=AS_OF)


def with_products(ledger):
    products = ["p", "p", "q", "q", None, "p", "p", "p", "r", "r", "q", "q", "q"]
    quantity = [10, 5.0005, 7, 3, 1, -2, 1, 4, 9, -9, None, 1, 1e30]
    return ledger.assign(product_id=pd.array(products, dtype="str"), quantity=quantity)


def test_quantities_by_eye(ledger):
    table = quantity_totals(with_products(ledger), by="product_id", **YEARS).set_index("product_id")
    p, q, nothing = table.loc["p"], table.loc["q"], table.loc[""]
    # anna's first two orders; bert's return of 15.00 has a quantity above zero, which no return has
    assert (p["cents_before"], p["counted_cents_before"]) == (135_00, 150_00)
    assert p["units_before"] == 15.001  # 5.0005: halves go up
    assert (p["cents_after"], p["units_after"], p["gross_units_after"]) == (20_00, 2, 4)
    assert (q["cents_before"], q["counted_cents_before"], q["cents_after"], q["units_after"]) == (60_00, 0, 100_00, 10)
    assert (nothing["cents_after"], nothing["counted_cents_after"]) == (5_00, 0)


def test_quantities_sum_to_the_panel(ledger, panel):
    window = (panel.start, panel.as_of)
    for by in ("product_id", "customer_id"):
        table = quantity_totals(with_products(ledger), by=by, before=YEARS["before"], after=window)
        assert table["cents_after"].sum() == panel.accounts["sales_cents"].sum()
        assert table["gross_cents_after"].sum() == panel.accounts["gross_cents"].sum()


def test_quantities_are_the_same_on_every_engine(ledger):
    first, *others = (quantity_totals(f, by="product_id", **YEARS) for f in engines(with_products(ledger)))
    for other in others:
        pd.testing.assert_frame_equal(first, other)


def test_without_quantity_there_are_none(ledger):
    assert quantity_totals(ledger, by="customer_id", **YEARS) is None
    assert quantity_totals(ledger.assign(quantity=1), by="product_id", **YEARS) is None
