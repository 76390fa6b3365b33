"""Pareto/NBD: published figures, its integral against others, planted parameters."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

from kamlib.churn import ParetoNBD, make_pareto
from kamlib.churn.models.history import distinct
from kamlib.churn.models.pareto import _alive_and_dead, _objective

CDNOW = pd.read_csv(Path(__file__).parent / "reference" / "cdnow_sample.csv")
SEEN = (CDNOW["frequency"], CDNOW["recency"], CDNOW["T"])
PLANTED = {"r": 0.55, "alpha": 10.6, "s": 0.6, "beta": 11.7}


def test_cdnow_sample_as_published():
    """Fader, Hardie, Lee (2005), table 2."""
    model = ParetoNBD().fit(*SEEN)
    assert [round(v, 3) for v in model.params_.values()] == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=0.0015)
    assert round(model.loglik_, 1) == -9595.0
    assert model.log_likelihood(*SEEN).sum() == pytest.approx(model.loglik_, rel=1e-10)


def test_gradient_is_that_of_finite_differences():
    objective = _objective(distinct(*SEEN))
    for at in (np.log([0.4, 6.0, 0.7, 20.0]), np.log([1.4, 30.0, 1.0, 2.0])):
        differences = [(objective(at + s)[0] - objective(at - s)[0]) / 2e-6 for s in 1e-6 * np.eye(4)]
        assert objective(at)[1] == pytest.approx(differences, rel=1e-5, abs=1e-3)


@pytest.mark.parametrize(
    "params", [(0.5, 10.0, 0.6, 12.0), (0.5, 300.0, 0.3, 0.5), (2.0, 0.5, 3.0, 400.0), (1, 7, 1, 7)]
)
def test_dead_term_is_the_integral(params):
    r, alpha, s, beta = params
    rows = np.array([[0, 0, 39], [0, 0, 4000], [3, 10, 10.001], [40, 300, 390], [200, 300, 4000.0]])
    x, recent, age = rows.T
    _, dead, _ = _alive_and_dead(params, x, recent, age, False)
    for xi, ti, Ti, got in zip(x, recent, age, dead, strict=True):

        def fall(y, c=r + xi, ti=ti):
            return s * np.exp(-c * np.log1p((y - ti) / (alpha + ti)) - (s + 1) * np.log1p((y - ti) / (beta + ti)))

        cuts = ti + (Ti - ti) * np.geomspace(1e-6, 1, 40)
        total = sum(quad(fall, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in zip([ti, *cuts[:-1]], cuts, strict=True))
        expected = np.log(total) - (r + xi) * np.log(alpha + ti) - (s + 1) * np.log(beta + ti)
        assert got == pytest.approx(expected, abs=1e-8)


def test_no_silence_means_alive():
    model = ParetoNBD()
    model.params_ = PLANTED
    now, later = model.probability_alive([3, 3], [20, 20], [20, 200])
    assert now == 1.0 and later < 0.05


def test_expected_purchases_has_no_hole_at_s_of_one():
    model, beside = ParetoNBD(), ParetoNBD()
    model.params_, beside.params_ = PLANTED | {"s": 1.0}, PLANTED | {"s": 1.0 + 1e-9}
    assert model.expected_purchases(39, 2, 30, 39) == pytest.approx(beside.expected_purchases(39, 2, 30, 39), rel=1e-6)


def test_forecasts_are_those_of_simulated_accounts():
    made = make_pareto(8_000, **PLANTED, T=39.0, horizon=39.0, seed=4)
    model = ParetoNBD()
    model.params_ = PLANTED
    seen = (made["frequency"], made["recency"], made["T"])
    for forecast, truth in (
        (model.probability_alive(*seen), made["alive"]),
        (model.expected_purchases(39.0, *seen), made["future"]),
        (model.probability_silent(39.0, *seen), made["future"] == 0),
        (np.broadcast_to(model.expected_purchases_new_customer(39.0), 8_000), made["frequency"]),
    ):
        error = forecast - truth
        assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))


def test_planted_parameters_lie_in_their_intervals():
    made = make_pareto(4000, **PLANTED, T=78.0, seed=6)
    model = ParetoNBD().fit(made["frequency"], made["recency"], made["T"])
    wide = {n: (v * (v / high) ** 0.6, v * (high / v) ** 1.6) for n, v, (_, high) in
            zip(model.params_, model.params_.values(), model.intervals_.values(), strict=True)}  # fmt: skip
    assert all(low / 1.5 <= PLANTED[n] <= high for n, (low, high) in wide.items())


def test_long_histories_stay_finite():
    model = ParetoNBD()
    model.params_ = PLANTED
    x, recent, age = [12_000, 5_000, 0, 3], [14_000, 9_000, 0, 20], [14_100, 14_000, 14_000, 30]
    alive, more = model.probability_alive(x, recent, age), model.expected_purchases(3650, x, recent, age)
    assert np.all(np.isfinite(model.log_likelihood(x, recent, age)))
    assert np.all((alive >= 0) & (alive <= 1)) and np.all(np.isfinite(more)) and alive[1] < 1e-6
