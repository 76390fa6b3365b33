"""Small lines: where the points lie, gaps, lone points, and what cannot be drawn."""

import math
import re

import pandas as pd
import pytest

from kamlib.look.sparkline import blocks, numbers, svg


def drawn(values, **options):
    """The strokes of the line as lists of (x, y), and the dot at its end."""
    html = svg(values, alt="a", **options)
    path = re.search(r'd="([^"]*)"', html)
    strokes = [re.findall(r"([\d.]+) ([\d.]+)", part) for part in path[1].split("M")[1:]] if path else []
    dot = re.search(r'cx="([\d.]+)" cy="([\d.]+)"', html)
    return [[(float(x), float(y)) for x, y in s] for s in strokes], dot and (float(dot[1]), float(dot[2]))


def test_lowest_value_is_the_floor_or_nought_is():
    assert drawn([10, 20, 15]) == ([[(3, 21), (48, 3), (93, 12)]], (93, 12))
    assert drawn([10, 20], zero=True)[0] == [[(3, 12), (93, 3)]]
    assert drawn([-10, 10], zero=True)[0] == [[(3, 21), (93, 3)]]


def test_missing_values_are_gaps_and_lone_points_are_dots():
    strokes, dot = drawn([0, 1, None, 1, float("nan"), 0, 1, None])
    assert [len(s) for s in strokes] == [2, 1, 2]
    assert dot == strokes[-1][-1]
    assert "h.1" in svg([0, None, 1], alt="a")


def test_equal_values_lie_in_the_middle_and_one_value_at_the_end():
    assert drawn([7, 7])[0] == [[(3, 12), (93, 12)]]
    assert drawn([7]) == ([[(93, 12)]], (93, 12))
    assert blocks([7]) == "▅"


@pytest.mark.parametrize("values", [[], [None], [math.inf], [pd.NA, pd.NaT]])
def test_nothing_to_draw(values):
    assert "<path" not in svg(values, alt="a") and "<circle" not in svg(values, alt="a")
    assert blocks(values).strip() == ""


def test_words_are_escaped_and_there_is_no_style():
    html = svg([1, 2], alt='"><script>')
    assert 'aria-label="&quot;&gt;&lt;script&gt;"' in html and "style" not in html


def test_numbers_of_any_kind():
    assert numbers(pd.Series([1, None], dtype="Int64")) == [1.0, None]
    assert numbers([True, 2, "3", None]) == [1.0, 2.0, 3.0, None]
