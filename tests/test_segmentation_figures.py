"""What the figures of 02_segmentation draw."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.segmentation import SEGMENTS, abc, segments, whale_curve
from kamlib.segmentation.figures import (
    confidence_figure,
    curve_figure,
    reliability_figure,
    segments_figure,
    whale_figure,
)
from kamlib.stats.calibration import reliability


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_whale_begins_at_nothing_and_marks_its_top():
    ax = whale_figure({"profit": whale_curve(pd.Series({"a": 9000, "b": 3000, "c": -2000}))})
    assert ax.lines[0].get_ydata().tolist() == [0, 9000, 12000, 10000]
    assert ax.collections[0].get_offsets().tolist() == [[pytest.approx(2 / 3), 12000]]


def test_the_curve_of_three_accounts_is_filled_from_nothing_to_all():
    ax = curve_figure(abc(pd.Series({"a": 60, "b": 30, "c": 10})))
    spans = [path.get_extents().get_points()[:, 0].tolist() for c in ax.collections for path in c.get_paths()]
    assert np.allclose(spans, [[0, 2 / 3], [2 / 3, 1]])
    assert [text.get_text() for text in ax.texts[:2]] == ["A\n2", "B\n1"]


def test_confidence_falls_within_each_class():
    sure = pd.DataFrame({"abc": list("AABC"), "confidence": [0.6, 0.9, 0.5, np.nan]})
    ax = confidence_figure(sure)
    drawn = {line.get_label(): line.get_ydata().tolist() for line in ax.lines if not line.get_label().startswith("_")}
    assert drawn == {"A, 2 accounts": [0.9, 0.6], "B, 1 account": [0.5]}


def test_reliability_draws_only_bins_that_hold_something():
    ax = reliability_figure(reliability([0.05, 0.95, 0.95], [False, True, True]))
    assert ax.collections[1].get_offsets().tolist() == [[0.05, 0], [0.95, 1]]
    assert [t.get_text() for t in ax.texts] == ["1", "2"]


def test_segments_are_in_order_with_their_numbers():
    table = pd.DataFrame({"segment": ["champions", "champions", "asleep"], "money": [600, 300, 100]})
    ax = segments_figure(segments(table))
    assert [t.get_text() for t in ax.get_yticklabels()] == list(SEGMENTS)
    assert [t.get_text() for t in ax.texts] == ["2", *["0"] * 8, "1"]
    assert ax.collections[0].get_offsets()[0].tolist() == [0.9, 9]
