"""Figures of the page on losses: what is drawn, and that its words can be read."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.churn.figures import retention_figure


@pytest.mark.parametrize("months", [0, 1, 3, 13, 36])
def test_retention_names_each_month_once_and_not_too_many(months):
    index = pd.date_range("2024-06-01", periods=months, freq="MS")
    ax = retention_figure(pd.DataFrame({"net": 1.0, "gross": 0.8}, index=index))
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert len(set(named)) == len(named) <= 15
    assert named[:1] == (["2024-06"] if months else [])
