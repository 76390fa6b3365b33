"""Figures of the page on losses: what is drawn, and that its words can be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.figures import (
    alarm_figure,
    calibration_figure,
    losses_figure,
    origins_figure,
    retention_figure,
)


@pytest.mark.parametrize("months", [0, 1, 3, 13, 36])
def test_retention_names_each_month_once_and_not_too_many(months):
    index = pd.date_range("2024-06-01", periods=months, freq="MS")
    ax = retention_figure(pd.DataFrame({"net": 1.0, "gross": 0.8}, index=index))
    named = [label.get_text() for label in ax.get_xticklabels()]
    assert len(set(named)) == len(named) <= 8
    assert named[:1] == (["2024-06"] if months else [])


def test_alarms_are_drawn_from_the_top_with_their_names_and_money():
    rows = [(0.4, 0.2, 0.6, 123_400), (0.1, 0.0, 0.2, 5_000)]
    risk = pd.DataFrame(rows, columns=["probability", "low", "high", "loss_cents"], index=["a", "b"])
    ax = alarm_figure(risk, names=pd.Series({"a": "Ada $x$"}))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "Ada $x$"]
    assert [t.get_text() for t in ax.texts] == ["50", "1,234", "expected loss"]
    assert ax.get_xlim()[1] == pytest.approx(0.69)
    assert alarm_figure(risk.iloc[:0]).get_xlim() == (0, 0.1)


def test_calibration_draws_what_came_over_what_was_said():
    marked = pd.DataFrame({"probability": [0.05] * 4 + [0.95] * 2, "silent": [True, False, False, False, True, True]})
    came = calibration_figure(marked).lines[1]
    assert np.allclose(came.get_xdata(), [0.05, 0.95]) and np.allclose(came.get_ydata(), [0.25, 1.0])


def test_origins_draw_the_default_once_and_first():
    rows = [("alarm", 0.8), ("recency", 0.7), ("rhythm", 0.75)]
    scores = pd.DataFrame([
        {"origin": pd.Timestamp(day), "scope": "living", "candidate": name, "auc": area, "auc_low": 0.6,
         "auc_high": 0.9}
        for day in ("2024-01-31", "2024-02-29") for name, area in rows])  # fmt: skip
    ax = origins_figure(scores, default="alarm")
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels[0] == "alarm" and labels.count("alarm") == 1 and "recency" in labels
    assert ax.lines[0].get_ydata().tolist() == [0.8, 0.8]


def test_losses_beside_one_steady_rate():
    """Twice as many losses in months with twice as many at risk: one rate, the line at the tops of the bars."""
    index = pd.date_range("2024-01-01", periods=12, freq="MS")
    busy = pd.Series([1.0, 2.0] * 6, index=index)
    zero = pd.Series(0, index=index)
    months = pd.DataFrame(
        {
            "losses": 2 * busy,
            "at_risk": 100 * busy,
            "counted": True,
            "low": 0.0,
            "high": 0.1,
            "rate": 0.02,
            "confirmed": 2 * busy,
            "unconfirmed": zero,
            "unknown": zero,
        }
    )
    ax = losses_figure(months)
    assert ax[0].get_lines()[0].get_ydata().tolist() == pytest.approx((2 * busy).tolist())
    dots, steady = (line.get_ydata() for line in ax[1].get_lines()[:2])
    assert dots.tolist() == pytest.approx(12 * [steady[0]])
