"""The beta-geometric family: published figures, exact sums, planted parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1, roots_genlaguerre, roots_jacobi

from kamlib.churn import BetaGeoCNBD, BetaGeoNBD, ModifiedBetaGeoCNBD, ModifiedBetaGeoNBD, make_beta_geometric
from kamlib.churn.models.beta_geometric import _objective
from kamlib.churn.models.history import distinct

CDNOW = pd.read_csv(Path(__file__).parent / "reference" / "cdnow_sample.csv")
SEEN = (CDNOW["frequency"], CDNOW["recency"], CDNOW["T"])


def fitted(model, **params):
    model.params_ = params
    return model


def test_bg_nbd_of_the_cdnow_sample_as_published():
    """Fader, Hardie, Lee (2005), table 2; the customer is that of their section 5 and spreadsheet."""
    model = BetaGeoNBD().fit(*SEEN)
    assert [round(model.params_[n], 3) for n in ("r", "alpha", "a", "b")] == pytest.approx([0.243, 4.414, 0.793, 2.426])
    assert round(model.loglik_, 1) == -9582.4
    assert model.n_accounts_ == 2357
    assert model.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)


def test_mbg_nbd_of_the_cdnow_sample_as_btydplus_has_it():
    """lifetimes, tests/test_estimation.py, TestModifiedBetaGammaFitter.test_params_out_is_close_to_BTYDplus."""
    model = ModifiedBetaGeoNBD().fit(*SEEN)
    assert [round(v, 3) for v in model.params_.values()] == [0.525, 6.183, 0.891, 1.614]
    assert model.log_likelihood(*SEEN).sum() == pytest.approx(model.loglik_, rel=1e-10)


@pytest.mark.parametrize("modified", [False, True])
def test_likelihood_is_the_integral_over_rates_and_chances(modified):
    """Without a closed form: Gauss and Laguerre over the purchase rate, Gauss and Jacobi over the chance to leave.

    While it is there an account buys at a rate; after a purchase (modified: also the first) it leaves with a chance.
    """
    r, alpha, a, b = 1.3, 6.0, 0.9, 2.4
    x, last, T = np.array([0.0, 0, 1, 3, 9]), np.array([0.0, 0, 12, 20, 38]), np.array([20.0, 39, 39, 39, 40])
    nodes, mass = roots_genlaguerre(150, r - 1)
    rate, of_rate = nodes[:, None] / alpha, (mass / mass.sum())[:, None]
    nodes, mass = roots_jacobi(60, b - 1, a - 1)
    leaves, of_leaves = ((1 + nodes) / 2)[:, None], (mass / mass.sum())[:, None]
    chances = x + modified  # to leave, all taken or all but the last
    there = (of_rate * rate**x * np.exp(-rate * T)).sum(axis=0) * (of_leaves * (1 - leaves) ** chances).sum(axis=0)
    left = (of_leaves * leaves * (1 - leaves) ** np.maximum(chances - 1, 0)).sum(axis=0) * (chances > 0)
    gone = (of_rate * rate**x * np.exp(-rate * last)).sum(axis=0) * left
    model = fitted(ModifiedBetaGeoNBD() if modified else BetaGeoNBD(), r=r, alpha=alpha, a=a, b=b)
    assert model.log_likelihood(x, last, T) == pytest.approx(np.log(there + gone), abs=1e-7)


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("modified", [False, True])
def test_gradient_is_that_of_finite_differences(k, modified):
    objective = _objective(distinct(*SEEN), k=k, modified=modified)
    at = np.log([0.4, 6.0, 0.7, 2.0])
    steps = 1e-6 * np.eye(4)
    differences = [(objective(at + s)[0] - objective(at - s)[0]) / 2e-6 for s in steps]
    assert objective(at)[1] == pytest.approx(differences, rel=1e-5, abs=1e-3)


def test_likelihood_of_the_fit_is_the_sum_of_its_accounts():
    model = ModifiedBetaGeoCNBD(k=2).fit(*SEEN)
    assert model.log_likelihood(*SEEN).sum() == pytest.approx(model.loglik_, rel=1e-10)


def test_identical_rows_weigh_as_their_number():
    rows = (
        make_beta_geometric(400, r=1.0, alpha=5, a=1, b=3, T=40.0, seed=2)
        .round(0)
        .query("frequency == 0 or recency > 0")
    )
    together = distinct(rows["frequency"], rows["recency"], rows["T"])
    assert len(together) < len(rows) and together.weights.sum() == len(rows)
    weighted = BetaGeoNBD().fit(together.frequency, together.recency, together.T, together.weights)
    plain = BetaGeoNBD().fit(rows["frequency"], rows["recency"], rows["T"])
    assert weighted.loglik_ == pytest.approx(plain.loglik_, rel=1e-12)
    assert list(weighted.params_.values()) == pytest.approx(list(plain.params_.values()), rel=1e-6)


def test_expectations_are_the_closed_forms_of_the_paper():
    """Fader, Hardie, Lee (2005), eq. (9) and (10), where their hypergeometric function is harmless."""
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    model = fitted(BetaGeoNBD(), r=r, alpha=alpha, a=a, b=b)
    t = np.array([1.0, 13, 52])
    new = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))
    assert model.expected_purchases_new_customer(t) == pytest.approx(new, rel=1e-10)
    x, recent, age = np.array([0.0, 1, 7]), np.array([0.0, 12, 30]), 39.0
    z = t / (alpha + age + t)
    tail = ((alpha + age) / (alpha + age + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    alive = 1 + (x > 0) * a / (b + x - 1) * ((alpha + age) / (alpha + recent)) ** (r + x)
    assert model.expected_purchases(t, x, recent, age) == pytest.approx((a + b + x - 1) / (a - 1) * (1 - tail) / alive)


@pytest.mark.parametrize("modified", [False, True])
@pytest.mark.parametrize("k", [1, 3])
def test_forecasts_are_those_of_simulated_accounts(k, modified):
    """What the model says of the accounts it generated: alive, purchases to come, silence."""
    params = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
    made = make_beta_geometric(8_000, **params, T=24.0, k=k, modified=modified, horizon=32.0, seed=5)
    model = fitted(ModifiedBetaGeoCNBD(k=k) if modified else BetaGeoCNBD(k=k), **params)
    seen = (made["frequency"], made["recency"], made["T"])
    for forecast, truth in (
        (model.probability_alive(*seen), made["alive"]),
        (model.expected_purchases(32.0, *seen), made["future"]),
        (model.probability_silent(32.0, *seen), made["future"] == 0),
        (np.broadcast_to(model.expected_purchases_new_customer(24.0), 8_000), made["frequency"]),
    ):
        error = forecast - truth
        assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))


def test_regular_buyers_as_in_the_documentation_of_btydplus():
    """BTYDplus 1.2.0, tests/testthat/test-bg-cnbd-k.R: of 1,000 accounts with k = 3, k is found; parameters within
    10 %, purchases of the next 32 and 64 weeks and accounts alive within 5 % of the truth."""
    params = {"r": 0.85, "alpha": 1.45, "a": 0.79, "b": 2.42}
    T = np.round(np.random.default_rng(1).uniform(36, 96, 1000) / 12) * 12
    rows = make_beta_geometric(1000, **params, T=T, k=3, seed=1)
    model = BetaGeoCNBD().fit(rows["frequency"], rows["recency"], rows["T"], log_gaps=rows["log_gaps"])
    assert model.k_ == 3
    found = np.array(list(model.params_.values()))
    assert np.abs(found - list(params.values())).sum() / sum(params.values()) < 0.1
    true = fitted(BetaGeoCNBD(k=3), **params)
    for horizon in (32.0, 64.0):
        rows = make_beta_geometric(8000, **params, T=np.tile(T, 8), k=3, horizon=horizon, seed=1)
        seen = [rows[c] for c in ("frequency", "recency", "T")]
        assert true.expected_purchases(horizon, *seen).sum() == pytest.approx(rows["future"].sum(), rel=0.05)
        assert true.probability_alive(*seen).sum() == pytest.approx(rows["alive"].sum(), rel=0.05)


@pytest.mark.parametrize("k, printed", [(3, [0.76, 1.35, 0.81, 2.68]), (1, [0.56, 4.22, 0.86, 5.51])])
def test_printed_estimates_of_the_btydplus_demo_lie_within_sampling_error_of_ours(k, printed):
    """BTYDplus, demo mbg-cnbd-k.R, 1,000 accounts over 32 weeks, k = 3: the estimates it prints for k = 3, and for the
    wrong k = 1. Ours from 8,000 accounts of the same kind; the spread of 1,000 is the root of 8 times as large."""
    made = make_beta_geometric(8_000, r=0.85, alpha=1.45, a=0.79, b=2.42, T=32.0, k=3, modified=True, seed=3)
    model = ModifiedBetaGeoCNBD(k=k).fit(made["frequency"], made["recency"], made["T"])
    errors = np.array(list(model.standard_errors_.values())) / np.array(list(model.params_.values())) * np.sqrt(8)
    assert np.all(np.abs(np.log(printed) - np.log(list(model.params_.values()))) < 3 * errors)


def test_planted_parameters_lie_in_their_intervals_about_as_often_as_claimed():
    """A small version of benchmarks/purchase_models.md: 30 samples of 400, four parameters each."""
    params = {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5}
    inside = 0
    for seed in range(30):
        rows = make_beta_geometric(400, **params, T=52.0, k=2, modified=True, seed=seed)
        model = ModifiedBetaGeoCNBD(k=2).fit(rows["frequency"], rows["recency"], rows["T"])
        inside += sum(low <= params[n] <= high for n, (low, high) in model.intervals_.items())
    assert 0.88 <= inside / 120 <= 1.0


def test_long_histories_stay_finite():
    """Daily buyers over decades, in days, beside customers who bought once."""
    x, recent, age = [12_000, 5_000, 0, 3], [14_000, 9_000, 0, 20], [14_100, 14_000, 14_000, 30]
    for k in (1, 12):
        model = fitted(ModifiedBetaGeoCNBD(k=k), r=0.7, alpha=40.0 * k, a=0.5, b=30.0)
        alive, more = model.probability_alive(x, recent, age), model.expected_purchases(3650, x, recent, age)
        assert np.all(np.isfinite(model.log_likelihood(x, recent, age)))
        assert np.all((alive >= 0) & (alive <= 1)) and np.all(np.isfinite(more)) and np.all(more >= 0)
        assert alive[1] < 1e-6  # 5,000 silent days after a purchase every other day


def test_k_needs_the_gaps_or_is_given():
    with pytest.raises(ValueError, match="log_gaps"):
        BetaGeoCNBD().fit(*SEEN)
    with pytest.raises(ValueError, match="whole number"):
        BetaGeoCNBD(k=1.5)
    with pytest.raises(ValueError, match="not fitted"):
        BetaGeoNBD().probability_alive(0, 0, 1)
