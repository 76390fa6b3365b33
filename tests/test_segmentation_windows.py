"""Trailing windows: whole months only, and the last one is the panel's own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from kamlib.panel import build_panel
from kamlib.segmentation.windows import complete_months, month_matrix, places, trailing, window_matrix


def book(rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "cents"]).assign(date=lambda f: pd.to_datetime(f["date"]))


ROWS = [("a", "2023-01-02", 10), ("b", "2023-02-11", 7), ("a", "2023-03-31", 5), ("a", "2023-04-05", -2)]


def test_month_matrix_by_eye():
    table = month_matrix(build_panel(book(ROWS), as_of="2023-04-30"))
    assert table.to_numpy().tolist() == [[10, 0, 5, -2], [0, 7, 0, 0]] and table.index.tolist() == ["a", "b"]


def test_places_are_found_by_name_where_the_order_says_nothing():
    panel = build_panel(book(ROWS), as_of="2023-04-30")
    assert places(panel).tolist() == [0, 0, 0, 1]
    turned = dataclasses.replace(panel, accounts=panel.accounts.iloc[::-1])
    assert places(turned).tolist() == [1, 1, 1, 0]


def test_window_matrix_reaches_back_before_the_ledger():
    table = window_matrix(build_panel(book(ROWS), as_of="2023-04-30", months=6))
    assert table.loc["a"].tolist() == [0, 0, 10, 0, 5, -2]


def test_windows_by_eye():
    table = trailing(build_panel(book(ROWS), as_of="2023-04-30"), months=3)
    assert table.loc["a"].tolist() == [15, 3] and table.loc["b"].tolist() == [7, 7]
    assert [f"{d:%Y-%m-%d}" for d in table] == ["2023-03-31", "2023-04-30"]


def test_a_cut_month_is_no_month():
    panel = build_panel(book([("a", "2023-01-20", 1), *ROWS[1:]]), as_of="2023-04-12")
    assert [f"{m:%b}" for m in complete_months(panel)] == ["Feb", "Mar"]
    assert trailing(panel, months=3).shape == (2, 0)


def test_steps_are_counted_back_from_the_last():
    panel = build_panel(book(ROWS), as_of="2023-12-31")
    assert [d.month for d in trailing(panel, months=2, step=3)] == [3, 6, 9, 12]
    assert [d.month for d in trailing(panel, months=12, step=5)] == [12]


def test_a_window_of_one_month_is_the_month():
    panel = build_panel(book(ROWS), as_of="2023-04-30")
    assert trailing(panel, months=1).to_numpy().tolist() == month_matrix(panel).to_numpy().tolist()


@pytest.mark.parametrize("options", [{"months": 0}, {"step": 0}])
def test_nonsense_is_refused(options):
    with pytest.raises(ValueError, match="1 or more"):
        trailing(build_panel(book(ROWS), as_of="2023-04-30"), **options)


def test_the_last_window_is_the_panels():
    rng = np.random.default_rng(1)
    days = pd.date_range("2022-01-01", "2024-06-30")
    lines = pd.DataFrame(
        {"customer_id": rng.choice(list("abcdefg"), 900), "date": rng.choice(days, 900),
         "cents": rng.integers(-500, 2000, 900)}
    )  # fmt: skip
    panel = build_panel(lines, as_of="2024-06-30", months=12)
    last = trailing(panel, months=12).iloc[:, -1]
    assert last.tolist() == panel.accounts["sales_cents"].tolist()
