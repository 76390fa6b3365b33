"""Monthly counts: the verdict keeps its size, sees what is there, and says when it cannot tell."""

import numpy as np
import pytest

from kamlib.stats.monthly import LABELS, change_point, forecast, past_coverage, trend_verdict

SEASON = np.array([0.74, 0.76, 0.92, 0.80, 0.92, 0.90, 0.86, 0.88, 1.25, 1.42, 1.74, 1.08])


def series(rng, *, months=36, mean=12.0, rho=0.0, sd=0.3, per_year=0.0):
    noise = rng.normal(0, sd, months)
    for i in range(1, months):
        noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * noise[i]
    years = (np.arange(months) - months / 2) / 12
    return rng.poisson(mean * SEASON[np.arange(months) % 12] * np.exp(noise + per_year * years))


@pytest.mark.parametrize("rho", [0.0, 0.4])
def test_size(rho):
    """A small version of benchmarks/churn_trend.py: 300 series; 5 % of them is 15, 7 % and three errors is 35."""
    rng = np.random.default_rng(11)
    found = [trend_verdict(series(rng, rho=rho), repetitions=1000).label for _ in range(300)]
    assert found.count("rising") + found.count("falling") <= 35


def test_power():
    rng = np.random.default_rng(12)
    found = [trend_verdict(series(rng, per_year=0.5), repetitions=1000).label for _ in range(50)]
    assert found.count("rising") >= 40


def test_what_the_verdict_gives():
    verdict = trend_verdict(series(np.random.default_rng(5), per_year=-0.6, sd=0.1))
    assert verdict.label == "falling"
    assert -1 < verdict.low < verdict.per_year < verdict.high < 0
    assert verdict.label in LABELS and verdict.months == 36


@pytest.mark.parametrize("counts", [[], [3] * 23, [0] * 60, [0, 1] * 15])
def test_too_short_or_too_few(counts):
    assert trend_verdict(counts).label == "cannot tell"
    assert change_point(counts).position == -1


def test_more_accounts_are_no_trend():
    at_risk = np.linspace(100, 400, 48)
    counts = np.random.default_rng(4).poisson(0.03 * at_risk)
    assert trend_verdict(counts).label == "rising"
    assert trend_verdict(counts, at_risk).label == "no evidence either way"


def test_the_same_series_gives_the_same_verdict():
    counts = series(np.random.default_rng(6))
    assert trend_verdict(counts) == trend_verdict(counts)


def test_a_break_is_found_and_noise_is_none():
    rng = np.random.default_rng(7)
    counts = np.concatenate([rng.poisson(6, 20), rng.poisson(18, 20)])
    found = change_point(counts)
    assert abs(found.position - 20) <= 1 and found.p < 0.01 and found.after > 2 * found.before
    clear = [change_point(series(rng, rho=0.3)).p < 0.05 for _ in range(60)]
    assert sum(clear) <= 9


def test_forecast_covers():
    rng = np.random.default_rng(8)
    inside, total = np.sum([past_coverage(series(rng, sd=0.1)) for _ in range(30)], axis=0)
    assert inside / total > 0.88
    ahead = forecast(series(rng))
    assert ahead.shape == (3, 3) and (ahead[:, 1] <= ahead[:, 0]).all() and (ahead[:, 0] <= ahead[:, 2]).all()


def test_forecast_of_nothing():
    assert np.isnan(forecast([1] * 11)).all()
    assert (forecast([0] * 24)[:, 1] == 0).all()


def test_holes_are_refused():
    with pytest.raises(ValueError, match="without holes"):
        trend_verdict([1, np.nan])
    with pytest.raises(ValueError, match="at risk"):
        trend_verdict([1, 2], [3])


def test_months_with_nobody_at_risk_are_no_observations():
    """A public ledger: 16 months with one account at risk or more; counting all was "falling, p = .004"."""
    rows = (
        "0 0 0.13 0 5.9 0 20.2 0 62.0 6 133.9 9 50.1 2 35.7 2 15.0 1 43.3 1 25.9 0 42.8 2 44.1 4 86.9 5 69.0 "
        "6 276.9 18 304.8 22 133.4 7 "
    )
    at_risk, counts = np.array([float(v) for v in rows.split()]).reshape(-1, 2).T
    found = trend_verdict(counts, at_risk)
    assert (found.label, found.months) == ("cannot tell", 16)
    years = [0, 30] * 24
    assert trend_verdict([0, 2] * 24, years).months == 24
