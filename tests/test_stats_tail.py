"""The tabled chance of a long gap against the exact one."""

import numpy as np
import pytest
from scipy.special import betaincc

from kamlib.stats.rhythm import SHAPES
from kamlib.stats.tail import longer


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(1)
    place = rng.integers(0, len(SHAPES), 50_000)
    size = 0.5 + SHAPES[place] * np.exp(rng.uniform(-1, 7, len(place)))
    ratio = np.exp(rng.uniform(-3, 3, len(place))) * SHAPES[place] / size
    return place, size, ratio


def test_chances_are_within_a_per_cent(drawn):
    place, size, ratio = drawn
    exact = betaincc(SHAPES[place], size, ratio / (1 + ratio))
    worst = np.abs(longer(SHAPES, *drawn) / exact - 1)[exact > 1e-6]
    assert worst.max() < 0.01


def test_longer_silences_are_rarer(drawn):
    place, size, ratio = drawn
    assert (longer(SHAPES, place, size, ratio * 1.1) <= longer(SHAPES, place, size, ratio)).all()


def test_ends():
    place, size = np.array([0, 3, 6]), np.array([2.0, 2.0, 1e9])
    assert longer(SHAPES, place, size, np.zeros(3)).tolist() == [1, 1, 1]
    assert (longer(SHAPES, place, size, np.full(3, 1e6)) < 0.05).all()
    chances = longer(SHAPES, np.arange(len(SHAPES)), np.full(len(SHAPES), 2.0), np.full(len(SHAPES), 1e-9))
    assert ((chances > 0.9) & (chances <= 1)).all()
