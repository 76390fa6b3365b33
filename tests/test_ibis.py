"""The panel in a warehouse, by Ibis: the same integers as on DuckDB. Run by `make test-ibis`, which installs Ibis."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.book import open_book
from kamlib.panel import build_panel, purchase_days

ibis = pytest.importorskip("ibis", reason="Ibis is not installed: make test-ibis")


def table(frame, tmp_path):
    return ibis.sqlite.connect(tmp_path / "warehouse.db").create_table("ledger", frame)


def test_the_hand_typed_ledger_with_a_window_that_divides_a_month(ledger, tmp_path):
    there, here = (build_panel(frame, as_of="2024-03-20") for frame in (table(ledger, tmp_path), ledger))
    for name in ("monthly", "accounts", "gaps"):
        pd.testing.assert_frame_equal(getattr(there, name), getattr(here, name))


def test_purchase_days(ledger, tmp_path):
    there, here = (purchase_days(frame, as_of="2024-03-31") for frame in (table(ledger, tmp_path), ledger))
    pd.testing.assert_frame_equal(there, here)


def test_nothing_is_left_behind(ledger, tmp_path):
    lines = table(ledger, tmp_path)
    build_panel(lines, as_of="2024-03-31")
    assert lines.get_backend().list_tables() == ["ledger"]


def test_a_table_is_a_book(tmp_path):
    sales = pd.DataFrame({"customer": ["a", "b"], "date": ["2024-01-13", "2024-01-14"], "amount": [10.5, -2.25]})
    book = open_book({"ledger": table(sales, tmp_path)})
    assert book.ledger.aggregate("sum(cents)::BIGINT").fetchall()[0][0] == 825
