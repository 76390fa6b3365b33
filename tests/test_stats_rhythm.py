"""What accounts learn from each other: the pace of a segment, and what an account with one gap leans on."""

import dataclasses

import numpy as np
import pytest

from kamlib.stats.rhythm import LONGEST, fit_rhythm, paces


def drawn(seed=1, accounts=300, gaps=8):
    """Accounts of two segments: gaps of a month in one, of a quarter in the other, give or take."""
    rng = np.random.default_rng(seed)
    segment = np.repeat(["fast", "slow"], accounts // 2)
    mean = np.where(segment == "fast", 30, 90) * np.exp(0.3 * rng.normal(size=accounts))
    gap = rng.gamma(2, mean[:, None] / 2, (accounts, gaps))
    return segment, np.full(accounts, gaps), gap.sum(axis=1), np.log(gap).sum(axis=1), rng.uniform(0, 30, accounts)


def test_paces_of_segments_are_learnt():
    segment, n, total, *_ = drawn()
    found = paces(n, total, segment)
    assert found["slow"] / found["fast"] == pytest.approx(3, rel=0.1)


def test_alike_segments_have_one_pace():
    _, n, total, *_ = drawn()
    found = paces(n, total, np.random.default_rng(2).integers(0, 5, len(n)))
    assert all(0.9 < pace < 1.1 for pace in found.values())


def test_an_account_with_one_gap_leans_on_its_segment():
    segment, n, total, log_total, silence = drawn()
    found = paces(n, total, segment)
    known = fit_rhythm(n, total, log_total, silence, pace=np.array([found[s] for s in segment]))
    both = known.posterior([1, 1], [50.0, 50.0], [np.log(50)] * 2, pace=[found["fast"], found["slow"]])
    assert 30 < both.mean_gap[0] < 50 < both.mean_gap[1] < 90


def test_a_long_history_stands_on_its_own():
    _, n, total, log_total, silence = drawn()
    known = fit_rhythm(n, total, log_total, silence)
    both = known.posterior([200, 200], [10_000.0] * 2, [200 * np.log(45)] * 2, pace=[0.5, 2.0])
    assert both.mean_gap == pytest.approx([50, 50], rel=0.03)


def test_a_silence_that_is_never_unlikely_enough_has_a_limit():
    """Of 592 public accounts 45 exceed a million days with 2 %: doubling until it were 0.3 % never came to an end."""
    _, n, total, log_total, silence = drawn()
    known = fit_rhythm(n, total, log_total, silence).posterior(n[:3], total[:3], log_total[:3])
    never = dataclasses.replace(known, endings=np.zeros_like(known.endings))
    assert never.limit(np.full(3, 0.003)) == pytest.approx(LONGEST)
    assert (known.limit(np.full(3, 0.003)) < 10 * known.mean_gap).all()
