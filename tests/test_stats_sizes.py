"""Draws of all accounts' sizes together."""

from __future__ import annotations

import numpy as np
import pytest

from kamlib.stats import expected_totals
from kamlib.stats.sizes import size_draws


def lumpy(rng, accounts=60, purchases=12):
    return rng.gamma(1, 100, (accounts, 12)) * np.exp(rng.normal(size=(accounts, 1))), np.full(accounts, purchases)


def drawn(months, purchases, repetitions=500, seed=1):
    return np.concatenate(list(size_draws(months, purchases, repetitions=repetitions, seed=seed)))


def test_like_expected_totals_where_purchases_are_many():
    """With many purchases the two models are one: log(1 + phi / n) is phi / n."""
    months, _ = lumpy(np.random.default_rng(2))
    purchases = np.full(60, 400)
    known = expected_totals(months * 1.0, purchases)
    rows = np.log(drawn(months, purchases, 2000))
    assert np.allclose(rows.mean(axis=0), known.mean, atol=0.03)
    assert np.allclose(rows.std(axis=0).mean(), known.sd.mean(), rtol=0.15)


def test_depends_on_the_seed_only():
    months, purchases = lumpy(np.random.default_rng(3))
    assert (drawn(months, purchases) == drawn(months, purchases)).all()
    assert (drawn(months, purchases) != drawn(months, purchases, seed=2)).any()


def test_scale_moves_every_draw_by_as_much():
    months, purchases = lumpy(np.random.default_rng(4))
    assert np.allclose(drawn(1000 * months, purchases), 1000 * drawn(months, purchases))


def test_many_accounts_are_drawn_in_parts(monkeypatch):
    months, purchases = lumpy(np.random.default_rng(5), accounts=300)
    monkeypatch.setattr("kamlib.stats.sizes.CHUNK_CELLS", 900)
    parts = list(size_draws(months, purchases, repetitions=100, seed=1))
    assert sum(map(len, parts)) == 100 and max(map(len, parts)) == 3


def test_one_cancelled_fortune_does_not_speak_for_all():
    """Its relative variance would be in the thousands: bought 1,000 in one month, sent 995 back in the next."""
    months, purchases = lumpy(np.random.default_rng(6))
    months[0] = [1] * 10 + [1000, -995]
    wild = np.log(drawn(months, purchases)).std(axis=0)[1:].mean()
    calm = np.log(drawn(months[1:], purchases[1:])).std(axis=0).mean()
    assert wild < 1.15 * calm


def test_too_few_accounts_give_nothing():
    months, purchases = lumpy(np.random.default_rng(7), accounts=4)
    assert list(size_draws(months, purchases, repetitions=100, seed=1)) == []


def test_accounts_in_the_red_are_refused():
    months, purchases = lumpy(np.random.default_rng(8))
    months[3] = 0
    with pytest.raises(ValueError, match="not positive"):
        drawn(months, purchases)
