import importlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from typed import book, features, hand_features, ruled

from kamlib.client_types import MARKS, ROLES, RULE, Rule, by_rule, fact_noise, rule_met, rule_types
from kamlib.settings import Settings, load_settings
from kamlib.stats.calibration import expected_calibration_error

FOUR = pd.DataFrame(
    {
        "profit_share": [0.12, 0.01, 0.01, 0.0],
        "new": [0.0, 1.0, 0.0, 1.0],
        "headroom": [1.0, 4.0, 4.0, None],
        "rival_share": [0.1, 0.7, 0.7, None],
        "industry_rank": [9.0, 9.0, 1.0, None],
        "reputation": [0.2, 0.2, 0.9, None],
    },
    index=["large", "young", "old", "unknown"],
)


def test_rules_by_hand():
    assert rule_types(FOUR).to_dict() == {
        "large": "breadwinner", "young": "prospect", "old": "image-maker", "unknown": "ordinary",
    }  # fmt: skip


def test_only_who_is_new_is_a_prospect():
    assert rule_met(FOUR)["prospect"].to_dict()["old"] == 0


def test_one_known_condition_does_not_settle_but_one_that_fails_does():
    known = pd.DataFrame({"industry_rank": [1.0, 9.0, np.nan], "reputation": [np.nan, np.nan, 0.2]})
    assert rule_met(known)["image-maker"].tolist()[1:] == [0, 0]
    assert np.isnan(rule_met(known)["image-maker"][0])
    assert rule_types(FOUR[["headroom"]]).eq("ordinary").all()


def test_thresholds_are_settings_with_the_same_defaults():
    names = ["breadwinner_share", "prospect_headroom", "image_rank", "image_reputation", "expert_checks"]
    assert Rule(*(getattr(Settings(), n) for n in names)) == RULE
    lines = {(m.type, m.feature): m.threshold for m in MARKS}
    assert all(lines.get((kind, f), at) == at for kind, parts in RULE.conditions.items() for f, at, _ in parts)
    stricter = load_settings(assignments=["image_reputation=0.95"])
    assert rule_types(FOUR, Rule(reputation=stricter.image_reputation))["old"] == "ordinary"


def test_known_and_exact_facts_give_certainty():
    facts = features()[rule_met(features()).notna().all(axis=1)]
    told = by_rule(facts)
    assert set(np.unique(told.chance.to_numpy())) == {0.0, 1.0}
    assert (told.named == rule_types(facts)).all()
    assert told.roles.notna().all().all()
    assert (told.roles == rule_met(facts)[list(ROLES)]).all().all()


def test_what_is_not_known_is_as_frequent_as_among_accounts_alike():
    """A reputation goes with the rank: of leaders nine in ten are known, of others one in ten."""
    draw = np.random.default_rng(1)
    rank = np.repeat([1.0, 30.0], 200)
    known = draw.random(400) < np.where(rank == 1, 0.9, 0.1)
    table = pd.DataFrame({"industry_rank": rank, "reputation": np.where(known, 0.8, 0.3)})
    hidden = np.arange(400) % 4 == 0
    told = by_rule(table.assign(reputation=table["reputation"].mask(hidden)))
    assert told.chance.loc[hidden & (rank == 1), "image-maker"].mean() == pytest.approx(0.9, abs=0.05)
    assert (told.chance.loc[rank == 30, "image-maker"] == 0).all()


def test_probabilities_of_hidden_facts_hold_what_they_promise():
    """A small version of benchmarks/client_types.py: facts that were known are hidden, and told again."""
    full = features()[rule_met(features()).notna().all(axis=1)]
    draw = np.random.default_rng(2)
    seen = full.copy()
    for name in ("headroom", "industry_rank", "reputation"):
        seen[name] = full[name].mask(draw.random(len(full)) < 0.4)
    told, truth = by_rule(seen), rule_types(full)
    unsure = told.probability < 1
    assert expected_calibration_error(told.probability[unsure], (told.named == truth)[unsure]) < 0.15
    assert told.chance[list(ROLES)].sum().sum() == pytest.approx(truth.isin(ROLES).sum(), rel=0.15)
    right = [(found == truth).mean() for found in (told.named, rule_types(seen))]
    assert right[0] >= right[1]


def test_a_company_of_another_mechanism(monkeypatch):
    """A small version of benchmarks/client_types.py: facts noted with noise, one in five not at all."""
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
    questions = importlib.import_module("type_questions")
    full, seen, noise, _ = questions.case("rule, facts noted with noise", 30_100, None)
    told, truth = by_rule(seen, noise=noise), rule_types(full)
    by_chance, plain = (f1_score(truth, found, average="macro") for found in (told.named, rule_types(seen)))
    assert by_chance > plain - 0.02
    assert told.roles.sum().sum() == pytest.approx(rule_met(full)[list(ROLES)].sum().sum(), rel=0.15)
    assert expected_calibration_error(told.probability, told.named == truth) < 0.05
    assert 0.2 < noise["reputation"] < 0.6  # 0.4 was drawn


def test_names_and_order_of_accounts_do_not_matter():
    mixed = features().sample(frac=1, random_state=4)
    again = by_rule(mixed.set_axis([f"z{i}" for i in range(len(mixed))]), noise=fact_noise(book(), "2026-06-30"))
    assert np.array_equal(again.chance, ruled().chance.reindex(mixed.index))


def test_what_no_table_tells_is_open_and_not_ordinary():
    left = features().drop(columns=["audits_per_year", "tests_per_year"])
    told = by_rule(left)
    assert told.roles["expert"].isna().all()
    assert set(told.said[told.named == "ordinary"]) == {"ordinary or expert"}
    assert (told.said[told.named == "prospect"] == "prospect").all()  # what comes after it is no matter
    alone = by_rule(features()[["profit_share", "new"]])
    first = by_rule(features().drop(columns="headroom"))
    assert "expert or prospect" in set(first.said[features()["new"] == 1])  # a prospect is named before an expert
    old = features()["new"] == 0
    assert alone.roles.loc[old, "prospect"].eq(0).all()  # what fails by one known condition is no prospect
    assert alone.probability[alone.named == "ordinary"].isna().all()


def test_noise_is_how_far_two_notes_differ():
    def noted(first, second):
        rows = [(f"k{i}", v, d) for i, pair in enumerate(zip(first, second, strict=True))
                for v, d in zip(pair, ("2024-01-01", "2024-06-01"), strict=True)]  # fmt: skip
        table = pd.DataFrame(rows, columns=["customer_id", "reputation", "since"])
        return type("B", (), {"tables": {"accounts": table.assign(since=pd.to_datetime(table["since"]))},
                              "ledger": book().ledger})()  # fmt: skip

    draw = np.random.default_rng(3)
    one, two = (1 / (1 + np.exp(-draw.normal(0, 0.4, 400))) for _ in range(2))
    assert fact_noise(noted(one, two), "2026-06-30")["reputation"] == pytest.approx(0.4, rel=0.15)
    assert fact_noise(noted(one, one), "2026-06-30")["reputation"] == 0  # a row repeated is no second look
    assert fact_noise(noted(one[:5], two[:5]), "2026-06-30")["reputation"] == 0  # five pairs are too few


def test_near_the_line_a_vague_fact_is_vague():
    table = pd.DataFrame({"industry_rank": 1.0, "reputation": np.linspace(0.05, 0.95, 91)})
    chance = by_rule(table, noise=pd.Series({"reputation": 0.4})).chance["image-maker"]
    assert chance.iloc[0] < 0.05 and chance.iloc[-1] > 0.95
    assert 0.2 < chance.iloc[60] < 0.8  # noted as 0.65


def test_few_accounts_and_none():
    assert len(by_rule(features().head(0)).named) == 0
    assert by_rule(hand_features()).named.tolist() == ["breadwinner", "ordinary", "ordinary"]


def test_every_role_has_marks_that_point_one_way():
    assert {m.type for m in MARKS} == set(ROLES)
    assert all(m.above == (m.effect > 0) for m in MARKS)
