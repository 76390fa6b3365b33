"""What the alarm hands on: on a typed list."""

import pandas as pd
import pytest

from kamlib.churn import Trial, alarm_changes, alarm_findings, marked_findings, marked_scores, on_list
from kamlib.churn.alarm import Alarm

RISK = pd.DataFrame(
    {"probability": [0.8, 0.25, 0.1], "loss_cents": [900, 500, 10], "loss_low_cents": [700, 300, 5],
     "loss_high_cents": [950, 700, 20], "reasons": "silent for 70 days"},
    index=pd.Index(["a", "b", "c"], name="customer_id"),
)  # fmt: skip
SAID = Alarm(RISK["probability"], RISK["probability"], RISK["probability"], (0.4, 0.3, 0.5), ("logistic",))


def scores(candidate="alarm", area=0.8):
    row = {
        "origin": pd.Timestamp("2024-01-31"),
        "scope": "living",
        "candidate": candidate,
        "n": 60,
        "auc": area,
        "auc_low": area - 0.1,
        "auc_high": area + 0.1,
        "ahead": 0.05,
        "ahead_low": 0.01,
        "ahead_high": 0.1,
    }
    return Trial(candidate, (), pd.DataFrame([row]))


def test_findings_are_those_of_the_list():
    found = {f.key: f for f in alarm_findings(
        RISK, SAID, scores(), default="alarm", horizon_days=90, currency="EUR", loss=(1410, 500, 1900))}  # fmt: skip
    assert found["churn.alarm_accounts"].text == "2 accounts" and found["churn.alarm_accounts"].n == 3
    loss = found["churn.alarm_loss"]
    assert (loss.value, loss.low, loss.high, loss.unit) == (1410, 500, 1900, "money EUR") and "90 days" in loss.says
    assert found["churn.alarm_first"].text == "a"
    assert (found["churn.alarm_auc"].value, found["churn.alarm_auc"].n) == (pytest.approx(0.8), 60)
    assert found["churn.alarm_ahead"].low == pytest.approx(0.01)


def test_where_there_is_no_alarm_nothing_is_told():
    for empty in (Trial("recency", (), pd.DataFrame()), scores("recency", area=float("nan"))):
        found = alarm_findings(RISK.iloc[:0], None, empty, default="alarm", horizon_days=180)
        assert all(f.value is None for f in found)
        assert "churn.alarm_ahead" not in {f.key for f in found}  # recency is not ahead of itself
    assert [f.text for f in marked_findings(None, horizon_days=180)] == ["cannot tell"] * 2


def test_homework_counts_those_on_the_list_and_the_others():
    listed, others = marked_findings(RISK.assign(silent=[True, False, False]), horizon_days=180)
    assert (listed.value, listed.n, others.value, others.n) == (0.5, 2, 0.0, 1)
    assert listed.low < 0.5 < listed.high and others.high > 0.5


def test_a_change_is_an_account_that_came_onto_the_list():
    then = pd.DataFrame({"probability": [0.24, 0.7, 0.1]}, index=RISK.index)
    risk = RISK.assign(stake_cents=[3_000, 2_000, 1_000])
    (line,) = alarm_changes(then, risk, horizon_days=180)
    assert (line.account, line.cents, line.stake_cents) == ("a", None, 3_000)
    assert (line.cause, line.probability) == ("silent for 70 days", 0.8)
    assert alarm_changes(None, RISK, horizon_days=180) == alarm_changes(then.iloc[:0], RISK, horizon_days=180) == []
    assert on_list(RISK).index.tolist() == ["a", "b"]


def test_scores_of_few_cannot_be_told():
    marked = pd.DataFrame({"probability": [0.1] * 8 + [0.9] * 7, "year_cents": 100, "silent": [False] * 8 + [True] * 7},
                          index=[f"k{i}" for i in range(15)])  # fmt: skip
    found = {
        f.key: f
        for f in marked_scores(
            marked.assign(year_cents=marked["year_cents"].where(marked.index != "k14", 5000)), line=0.5
        )
    }
    assert found["churn.all_money_20"].value > 0.9 and found["churn.all_false_alarms_5"].value == 0
    assert found["churn.key_scores"].value is None and "silent since: 1;" in found["churn.key_scores"].says
