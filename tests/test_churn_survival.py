"""Kaplan-Meier, log-rank and Cox against published figures."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.cox import cox
from kamlib.churn.criterion import silences
from kamlib.churn.figures import survival_figure
from kamlib.churn.shown import followed_shown
from kamlib.churn.survival import _at, kaplan_meier, log_rank, staying

# Freireich and others 1963 (Blood 21:699-716), weeks of remission in leukaemia; + means still in remission.
DRUG = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
HEART = Path(__file__).parent / "reference" / "stanford_heart.csv"


def read(text):
    return [float(w.rstrip("+")) for w in text.split()], [not w.endswith("+") for w in text.split()]


@pytest.fixture(scope="module")
def freireich():
    parts = [pd.DataFrame(dict(zip(("stop", "event"), read(t), strict=True))) for t in (DRUG, PLACEBO)]
    return pd.concat(parts, keys=["6-MP", "placebo"], names=["group", None]).reset_index("group").assign(start=0.0)


def test_kaplan_meier_of_6_mp():
    """Kleinbaum and Klein, Survival Analysis (3rd ed.), table 2.2; errors as in Collett (2003), table 2.2."""
    table = kaplan_meier(*read(DRUG))
    assert table["days"].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert table["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    published = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert table["staying"].tolist() == pytest.approx(published, abs=5e-5)
    assert table["error"].tolist() == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5)
    assert (table["low"] < table["staying"]).all() and (table["staying"] < table["high"]).all()


def test_log_rank_of_freireich(freireich):
    """Kleinbaum and Klein, section 2.IV, and survdiff of R: chi-squared 16.8 (16.793), p = 4.17e-05."""
    statistic, p = log_rank(freireich["stop"], freireich["event"], freireich["group"])
    assert statistic == pytest.approx(16.793, abs=5e-4)
    assert p == pytest.approx(4.17e-05, rel=5e-3)


def test_cox_of_freireich(freireich):
    """R's coxph (survival) on the same data, Efron: 1.572 with error 0.412, hazard ratio 4.82."""
    found = cox(freireich.assign(placebo=(freireich["group"] == "placebo").astype(float)), ["placebo"])[0]
    assert found.loc["placebo"].tolist() == pytest.approx([1.572, 0.412], abs=6e-4)


def test_cox_with_drivers_that_change():
    """Stanford heart transplants, as the documentation of lifelines and R's survival give them: age 0.027 (0.014), year
    -0.146 (0.070), surgery -0.637 (0.367), transplant -0.010 (0.314)."""
    rows = pd.read_csv(HEART)
    rows.loc[rows["stop"] <= rows["start"], "stop"] += 0.1
    found = cox(rows.astype(float), ["age", "year", "surgery", "transplant"])[0]
    assert found["beta"].tolist() == pytest.approx([0.027, -0.146, -0.637, -0.010], abs=6e-4)
    assert found["error"].tolist() == pytest.approx([0.014, 0.070, 0.367, 0.314], abs=6e-4)


def test_nobody_lost():
    assert kaplan_meier([5, 6], [False, False]).empty
    assert np.isnan(log_rank([5, 6], [0, 0], ["a", "b"])).all()


def test_few_accounts_without_a_loss_are_not_certain_to_stay():
    frame = pd.DataFrame({"days": [400, 400], "lost": [False, False]})
    (*_, at_risk, staying, low, high), *_ = _at("C", frame, kaplan_meier(frame["days"], frame["lost"]), 365)
    assert (at_risk, staying, high) == (2, 1, 1)
    assert low == pytest.approx(0.025**0.5)


def test_who_could_not_be_followed_is_counted():
    """Ten buyers every ten days, ten every two hundred: a year on, the slow could not have been found lost."""
    dates = pd.date_range("2023-01-01", "2024-12-31")
    days = pd.concat(
        pd.DataFrame({"customer_id": f"{name}{i}", "date": dates[i * 3 :: step]})
        for name, step in (("fast", 10), ("slow", 200))
        for i in range(10)
    )
    days = days[~((days["customer_id"] == "fast1") & (days["date"] > "2024-03-01"))].assign(cents=100)
    judged = silences(days, as_of=dt.date(2024, 12, 31))
    groups = pd.Series({f"{name}{i}": name for name in ("fast", "slow") for i in range(10)})
    stay = staying(judged, groups, since=dt.date(2023, 12, 31))
    assert stay.followed.loc["fast"].tolist() == [10, 10]
    assert stay.followed.loc["slow", "followed"] < stay.followed.loc["slow", "accounts"] == 10
    told = followed_shown(stay).paragraphs[0]
    assert "fast **10 of 10**; slow **0 of 10**" in told and "stand for themselves" in told
    nobody = staying(judged, groups[:0], since=dt.date(2023, 12, 31))
    assert "Cannot tell" in followed_shown(nobody).paragraphs[0]
    ax = survival_figure(stay)
    assert ax.lines[0].get_xdata()[-1] == pytest.approx(12, abs=0.1)  # drawn to the last day looked at
