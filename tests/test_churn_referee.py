"""Look, scores, candidates, alarm and referee: on hand-typed purchases, and on a generated book."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from kamlib.churn import (
    BetaGeoNBD,
    alarm,
    alarm_list,
    answer,
    backtest,
    choose_default,
    homework,
    loss_outcome,
    make_beta_geometric,
    make_case,
    past_origins,
    score_intervals,
    summary,
    told,
    trial,
)
from kamlib.churn.alarm import DRIFT, DRIFT_WEIGHT, LEARNT, at_level, independent, level_drift, season
from kamlib.churn.candidates import CANDIDATES, NothingToLearnError, recency
from kamlib.churn.look import look, silent
from kamlib.churn.referee import SCOPES
from kamlib.churn.risk import reasons
from kamlib.churn.scores import auc, auc_difference, key_scope, score_list

TYPED = pd.DataFrame(
    [
        ("a", "2024-01-01", 100),
        ("a", "2024-01-11", 300),
        ("b", "2024-01-05", 50),
        ("b", "2024-03-01", 70),
        ("c", "2024-02-20", 9),
    ],
    columns=["customer_id", "date", "cents"],
).assign(date=lambda d: pd.to_datetime(d["date"]))


def generated_days(accounts: int = 250, seed: int = 1) -> pd.DataFrame:
    """Purchase days over two years: regular buyers, who join over the first year and leave by a planted chance."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(accounts):
        day, gap, leaves = rng.uniform(0, 365), rng.gamma(2, 20) + 5, rng.beta(1, 8)
        while day < 800:
            rows.append(
                (f"k{i:04}", pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(day)), int(rng.lognormal(9, 1)) + 1)
            )
            if rng.random() < leaves:
                break
            day += 1 + rng.gamma(2, gap / 2)
    days = pd.DataFrame(rows, columns=["customer_id", "date", "cents"])
    return days.groupby(["customer_id", "date"], as_index=False)["cents"].sum()


DAYS = generated_days()
KNOWN = {}  # cases of these days, fitted once for all tests


def case_of(day: str):
    return make_case(DAYS, as_of=day, known=KNOWN)


def test_a_look_reads_nothing_after_its_day():
    seen = look(TYPED, as_of="2024-01-31")
    assert seen.histories.index.tolist() == ["a", "b"]
    assert seen.features["silence_days"].tolist() == [20, 26]
    assert seen.year_cents.tolist() == [400, 50]
    changed = TYPED.assign(cents=np.where(TYPED["date"] > "2024-01-31", 10**6, TYPED["cents"]))
    pd.testing.assert_frame_equal(look(changed, as_of="2024-01-31").features, seen.features)


def test_silence_is_not_told_before_the_horizon_has_passed():
    seen = look(TYPED, as_of="2024-01-31")
    assert silent(TYPED, seen, horizon_days=40, known_until="2024-03-31").tolist() == [True, False]
    with pytest.raises(ValueError, match="not known"):
        silent(TYPED, seen, horizon_days=90, known_until="2024-03-31")


def test_lessons_end_before_the_question():
    case = case_of("2024-06-30")
    assert all(x.look.as_of + pd.Timedelta(days=180) <= case.now.as_of for x in case.lessons)
    future = DAYS.assign(cents=np.where(DAYS["date"] > "2024-06-30", 1, DAYS["cents"]))
    assert alarm(make_case(future, as_of="2024-06-30")).probability.equals(alarm(case).probability)


def test_area_is_sklearns_with_ties_too():
    rng = np.random.default_rng(0)
    score, happened = rng.integers(0, 9, 400), rng.random(400) < 0.4
    area, low, high = auc(score, happened)
    assert area == pytest.approx(roc_auc_score(happened, score)) and low < area < high
    assert np.isnan(auc([1, 2], [True, True])[0])


def test_area_interval_covers():
    """True area of two unit normals one apart: Phi(1 / sqrt 2) = 0.760. A small version: 200 samples of 60."""
    rng = np.random.default_rng(2)
    inside = differs = 0
    for _ in range(200):
        happened = np.arange(60) < 25
        score, other = rng.normal(happened, 1), rng.normal(happened, 1)
        _, low, high = auc(score, happened)
        inside += low <= 0.7602 <= high
        _, low, high = auc_difference(score, other, happened)
        differs += low > 0 or high < 0
    assert inside / 200 > 0.9 and differs / 200 < 0.1


def test_money_is_found_at_the_top_of_a_list_ranked_by_expected_loss():
    p, cents = [0.9, 0.5, 0.4, 0.1, *[0.0] * 6], [10, 1000, 100, 5, *[1] * 6]
    found = score_list(p, cents, [True, False, True, True, *[False] * 6])
    assert (found["false_alarms_5"], found["money_5"]) == (1, 0.0)
    assert (found["false_alarms_20"], found["money_20"]) == (1, pytest.approx(100 / 115))
    assert found["silent"] == 0.3


def test_key_scope_is_the_fewest_that_hold_the_share():
    assert key_scope(pd.Series([10, 20, 30, 40]), share=0.6).tolist() == [False, False, True, True]
    assert not key_scope(pd.Series([0, 0])).any() and not len(key_scope(pd.Series([], dtype=float)))


def test_level_moves_and_ranking_stays():
    p = np.array([0.2, 0.7, 0.4])
    moved = at_level(p, 0.6)
    assert moved.mean() == pytest.approx(0.6) and np.argsort(moved).tolist() == np.argsort(p).tolist()


def test_drift_is_that_of_the_same_level_at_earlier_looks():
    assert level_drift(make_case(DAYS, as_of="2023-06-30")) == (DRIFT, DRIFT_WEIGHT)  # none is known yet
    case = case_of("2024-12-31")
    off, degrees = level_drift(case)
    apart = [(case.now.as_of - then.now.as_of).days for then, _ in case.earlier]
    assert apart == [180, 270, 360, 450, 540, 630] and off > 0
    # At the two earliest the model found no maximum; of the others neighbours share half a horizon.
    assert degrees == pytest.approx(DRIFT_WEIGHT + 16 / (4 + 2 * 3 * 0.25))
    assert independent([then.now.as_of for then, _ in case.earlier[::2]], 180) == 3


def test_a_level_that_was_far_off_has_a_wide_interval():
    case = case_of("2024-12-31")
    wrong = tuple((then, ~came) for then, came in case.earlier)
    assert level_drift(dataclasses.replace(case, earlier=wrong))[0] > 2 * level_drift(case)[0]


def test_season_needs_a_year():
    by_day = DAYS.groupby("date").size()
    assert season(by_day[by_day.index < "2023-06-01"], "2023-05-31", 180) == 1.0
    assert season(by_day, "2024-06-30", 400) == 1.0


def test_referee_scores_every_candidate_and_shows_the_losers():
    table = backtest(DAYS, origins=["2024-06-30", "2024-07-04"], known_until="2025-03-01", known=KNOWN)
    assert set(table["candidate"]) == {*CANDIDATES, LEARNT, "alarm"} and set(table["scope"]) == set(SCOPES)
    ranked = summary(table, scope="all")
    assert ranked.loc["alarm", "auc"] > ranked.loc["recency", "auc"]
    assert ranked.loc["BG/NBD: P(alive)", "auc"] < ranked.loc["BG/NBD: P(no purchase)", "auc"]
    alarms = table.query("candidate == 'alarm' and scope == 'all'")
    assert ((alarms["level_low"] <= alarms["silent"]) & (alarms["silent"] <= alarms["level_high"])).all()
    living = table[(table["scope"] == "living") & (table["candidate"] == "alarm")]
    assert (living["n"] < alarms["n"].to_numpy()).all() and (living["silent"] < alarms["silent"].to_numpy()).all()
    assert summary(table).loc["alarm", "ahead"] > 0
    assert (ranked["auc_low"] <= ranked["auc"]).all() and (ranked["auc"] <= ranked["auc_high"]).all()
    assert choose_default(table, before="2024-01-01") == "alarm"
    tried = trial(table)
    assert tried.by == (pd.Timestamp("2024-06-30"),) and set(tried.scores["origin"]) == {pd.Timestamp("2024-07-04")}
    assert tried.chosen == choose_default(table, before="2024-07-01")


def test_alarm_list_is_ranked_by_money_and_says_why():
    case = case_of("2024-12-31")
    listed = alarm_list(case, alarm(case))
    assert listed["loss_cents"].is_monotonic_decreasing
    assert (listed["low"] <= listed["probability"]).all() and (listed["probability"] <= listed["high"]).all()
    assert listed["reasons"].str.match("silent for |bought on the day itself").all()
    few = alarm_list(case, alarm(case), customers=["k0001", "nobody"])
    assert few.index.tolist() == ["k0001"] and alarm_list(case, None).empty


def test_what_may_be_lost_is_what_can_happen():
    case = case_of("2024-12-31")
    said = alarm(case)
    everybody, one = said.probability.index, [said.probability.sort_values().index[len(said.probability) // 2]]
    expected, low, high = loss_outcome(case, said, everybody)
    assert low < expected < high and expected == pytest.approx(alarm_list(case, said)["loss_cents"].sum(), rel=0.01)
    assert loss_outcome(case, said, one)[1] in (0, loss_outcome(case, said, one)[2])  # all or nothing
    assert loss_outcome(case, said, []) == (0, 0, 0)


def test_reasons_are_words_and_the_season_is_none():
    dates = ["2024-01-01", "2024-01-11", "2024-01-21", "2024-12-30", "2024-12-31", "2024-02-01", "2024-12-01"]
    days = pd.DataFrame({"customer_id": [*"aaabcdd"], "cents": 100, "date": pd.to_datetime(dates)})
    assert reasons(make_case(days, as_of="2024-12-31")).to_dict() == {
        "a": "silent for 345 days, 34.5 times its gap of 10; sales of the half year −100 %, of all accounts +3 %",
        "b": "silent for 1 day, never bought a second time",
        "c": "bought on the day itself, never bought a second time",
        "d": "silent for 30 days, 0.1 times its gap of 304",
    }
    days["cents"] = days["cents"].where(days["date"] < "2024-06-01", 30)
    fewer = days[~days["customer_id"].isin(["b", "c"])]
    assert "half year" not in reasons(make_case(fewer, as_of="2024-12-31"))["d"]


def test_homework_is_marked_with_what_happened():
    marked = homework(DAYS, as_of="2024-12-31", known=KNOWN)
    then = case_of("2024-07-04")
    assert marked["silent"].sort_index().equals(silent(DAYS, then.now, known_until="2024-12-31").sort_index())
    assert (marked.loc[marked["silent"], "since_cents"] == 0).all() and (marked["since_cents"] > 0).any()


def test_homework_begins_the_day_after_the_alarm_and_ends_on_the_last_day():
    """The alarm is of 2024-07-04: a purchase on that day came before it, one on 2024-12-31 has come since."""
    typed = pd.DataFrame(
        [("that day", "2024-07-04", 100), ("last day", "2024-12-31", 30), ("later", "2025-01-01", 5)],
        columns=["customer_id", "date", "cents"],
    )
    others = DAYS[DAYS["date"] >= "2023-10-01"]
    days = pd.concat([others, typed.assign(date="2024-05-01", cents=70), typed], ignore_index=True)
    marked = homework(days.assign(date=pd.to_datetime(days["date"])), as_of="2024-12-31")
    told_of = marked.loc[["that day", "last day", "later"], ["silent", "since_cents"]]
    assert told_of.to_numpy().tolist() == [[True, 0], [False, 30], [True, 0]]


def test_a_first_purchase_on_the_day_of_the_alarm_was_known_then():
    first = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2024-07-04"]), "cents": [100]})
    with pytest.raises(NothingToLearnError, match="no account had bought by 2024-07-04, 180 days ago"):
        homework(first.assign(date=pd.Timestamp("2024-07-05")), as_of="2024-12-31")
    with pytest.raises(NothingToLearnError, match=r"^(?!no account had bought)"):
        homework(first, as_of="2024-12-31")


def leads(**of):
    """Scores of one day: each candidate's lead over the alarm, with a half-width of 0.02."""
    told = {"origin": pd.Timestamp("2024-01-31"), "scope": "living", "auc": 0.7, "auc_low": 0.6, "auc_high": 0.8}
    rows = [told | {"candidate": "alarm"}]
    rows += [told | {"candidate": n, "over": v, "over_low": v - 0.02, "over_high": v + 0.02} for n, v in of.items()]
    return pd.DataFrame(rows)


def test_the_alarm_is_left_only_for_a_sure_lead_among_all_that_might_lead():
    assert choose_default(leads(rhythm=0.019)) == "alarm"
    assert choose_default(leads(rhythm=0.021)) == "rhythm"
    many = dict.fromkeys("abcdefghij", -0.1)
    assert choose_default(leads(rhythm=0.021, **many)) == "alarm"
    assert choose_default(leads(rhythm=0.03, **many)) == "rhythm"


def test_a_ranking_that_may_be_a_coin_is_not_shown():
    table = leads(rhythm=-0.1)
    assert trial(table).tells and told(trial(table), "the alarm", "") == ("the alarm", "")
    coin = trial(table.assign(auc_low=0.49))
    said, why = told(coin, "the alarm", "")
    assert said is None and "70 % of cases (95 %: 49 to 80)" in why
    assert "too young" in told(trial(table.iloc[:0]), "the alarm", "")[1]


def test_list_is_ranked_by_whom_the_referee_trusts_at_the_level_of_the_alarm():
    case = case_of("2024-12-31")
    by_rhythm = alarm(case, ranked_by="rhythm")
    order = np.argsort(CANDIDATES["rhythm"](case), kind="stable")
    assert (np.diff(by_rhythm.probability.to_numpy()[order]) >= -1e-9).all()
    assert by_rhythm.level[0] == pytest.approx(alarm(case).level[0]) and by_rhythm.judges == ("rhythm",)


def test_origins_are_days_of_which_the_outcome_is_known():
    found = past_origins(DAYS, as_of="2024-12-31", horizon_days=90, most=3)
    assert str(found[-1].date()) == "2024-10-02" and len(found) == 3
    assert {(b - a).days for a, b in itertools.pairwise(found)} == {90}
    assert past_origins(DAYS, as_of=DAYS["date"].min() + pd.Timedelta(days=200)) == []


def test_a_case_is_made_and_asked_once():
    case = case_of("2024-12-31")
    assert case_of("2024-12-31") is case and alarm(case) is alarm(case)
    assert make_case(DAYS, as_of="2024-12-31", horizon_days=90, known=KNOWN) is not case


def test_intervals_of_scores_hold_them():
    rng = np.random.default_rng(4)
    p = rng.random(150)
    found = score_intervals(p, rng.lognormal(8, 1, 150), rng.random(150) < p, repetitions=60)
    assert (found["low"] <= found["value"]).all() and (found["value"] <= found["high"]).all()
    assert found.loc["money_10", "high"] <= 1 and found.loc["false_alarms_10", "high"] > 1
    assert score_intervals([], [], [], repetitions=5)["low"].isna().all()


def test_an_empty_ledger_gives_an_empty_list():
    nobody = DAYS.iloc[:0]
    case = make_case(nobody, as_of="2024-12-31")
    said, why = answer(alarm, case)
    assert said is None and why
    assert alarm_list(case, said).empty and past_origins(nobody, as_of="2024-12-31") == []
    assert answer(homework, nobody, as_of="2024-12-31")[0] is None


def test_three_customers_give_no_score_and_no_error():
    table = backtest(TYPED, origins=["2024-03-31"], known_until="2024-12-31")
    assert table["trouble"].ne("").all() and summary(table).empty and choose_default(table) == "alarm"
    assert trial(table).chosen == trial(table.iloc[:0]).chosen == "alarm"


def test_candidates_have_the_ranking_they_are_named_after():
    case = case_of("2024-06-30")
    assert roc_auc_score(case.now.features["silence_days"] > 60, recency(case)) == pytest.approx(1)


def test_generated_accounts_are_ranked_by_the_model_that_made_them():
    """Where BG/NBD is the truth, its probability of no purchase is calibrated."""
    rows = make_beta_geometric(4000, r=1.2, alpha=40, a=0.8, b=2.5, T=300.0, horizon=180.0, seed=7)
    model = BetaGeoNBD().fit(rows["frequency"], rows["recency"], rows["T"])
    found = score_list(
        model.probability_silent(180, rows["frequency"], rows["recency"], rows["T"]), np.ones(4000), rows["future"] == 0
    )
    assert found["calibration"] < 0.03 and found["auc"] > 0.75
