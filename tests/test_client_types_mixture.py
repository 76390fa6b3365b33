import json

import numpy as np
import pandas as pd
import pytest
from typed import features, truth

from kamlib.client_types.mixture import FULL, STATES, Mixture, evidence, fit_mixture
from kamlib.client_types.symmetric import symmetric


def seen(table):
    return evidence(table, symmetric(table))


def test_states_are_at_most_one_role_in_full():
    assert STATES.shape == (20, 3)
    assert np.bincount(FULL).tolist() == [8, 4, 4, 4]


def test_the_mixture_finds_what_was_planted():
    model = fit_mixture(seen(features()))
    reputation = model.sources["reputation"]
    assert reputation.effects[0] == pytest.approx(2.5, abs=0.6)  # logits, as planted
    assert model.sources["audits_per_year"].effects[0] == pytest.approx(0.8, abs=0.25)  # a year, as planted
    chance = model.posterior(seen(features()))
    assert chance.sum(axis=1) == pytest.approx(1)
    expected = chance[:, FULL == 3].sum()
    assert expected == pytest.approx((truth() == "expert").sum(), rel=0.4)


def test_each_step_of_the_estimation_gains():
    made = seen(features())
    few, many = fit_mixture(made, most=2), fit_mixture(made, most=40)
    assert many.likelihood > few.likelihood


def test_what_is_missing_says_nothing():
    table = features().copy()
    blank = table.iloc[[0]].assign(**{c: np.nan for c in table if c not in ("lead", "new")})
    model = fit_mixture(seen(table))
    prior = np.exp(model.log_prior())[seen(blank).group[0]]
    assert model.posterior(seen(blank))[0] == pytest.approx(prior / prior.sum())


def test_a_tender_does_not_repeat_what_the_budget_told():
    both = pd.DataFrame({"headroom": [2.0, np.nan], "tender_headroom": [0.5, 0.5]})
    value, _ = seen(both).values["tender_headroom"]
    assert np.isnan(value).tolist() == [True, False]


def test_nobody_plays_a_banned_role():
    model = fit_mixture(seen(features()), banned=["expert"])
    chance = model.posterior(seen(features()))
    assert chance[:, STATES[:, 2] > 0].max() < 1e-6


def test_plain_numbers_bring_it_back():
    model = fit_mixture(seen(features()), most=5)
    again = Mixture.from_dict(json.loads(json.dumps(model.as_dict())))
    assert np.array_equal(again.posterior(seen(features())), model.posterior(seen(features())))
