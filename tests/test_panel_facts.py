"""Facts of lines by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import polars as pl
import pytest

from kamlib.panel import line_facts


@pytest.mark.parametrize("engine", [pd.DataFrame, pl.DataFrame])
def test_line_facts_by_hand(engine):
    day = [dt.datetime(2024, *d) for d in ((1, 5), (2, 1), (3, 9), (2, 2), (2, 2))]  # the third after as_of
    lines = {
        "customer_id": ["a", "a", "a", "b", None], "date": day, "cents": [900, 450, 800, -100, 500],
        "quantity": [1.0, 1.0, 1.0, -1.0, 1.0], "list_price": [10.0, 5.0, None, 1.0, 5.0],
        "category": ["pens", "mugs", "cups", "pens", "pens"], "kind": ["goods", "sample", "goods", "goods", "goods"],
    }  # fmt: skip
    facts = line_facts(engine(lines), as_of="2024-02-29", start="2024-02-01").set_index("customer_id")
    assert facts.loc["a"].to_dict() == {"categories": 2, "list_cents": 500, "paid_cents": 450, "samples": 1}
    assert facts.loc["b"].to_dict() == {"categories": 0, "list_cents": 0, "paid_cents": 0, "samples": 0}
