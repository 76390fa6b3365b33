import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from typed import END, book, features, truth, typer

from kamlib.client_types import FEATURES, ClientTyper, account_features, match_clusters, rule_types
from kamlib.panel import build_panel
from kamlib.stats.calibration import expected_calibration_error
from kamlib.tables import CLIENT_TYPES

# `predict` gives words, and these checks compare what it gives as numbers.
WORDS = (
    "check_estimators_pickle", "check_methods_sample_order_invariance", "check_methods_subset_invariance",
    "check_fit_idempotent",
)  # fmt: skip


@parametrize_with_checks(
    [ClientTyper(), ClientTyper("kmeans")],
    expected_failed_checks=lambda _: dict.fromkeys(WORDS, "types are words"),
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def macro_f1(found):
    y = truth()
    return f1_score(y, pd.Series(found, features().index).reindex(y.index), labels=CLIENT_TYPES, average="macro")


def test_types_are_told_without_labels():
    """A small version of benchmarks/client_types.py, 20 companies: 0.84 there, the rule 0.77."""
    assert macro_f1(typer().predict(features())) > 0.74
    other = account_features(build_panel(book(41_001), as_of=END), book(41_001))
    kinds = np.r_[typer().predict(features()), ClientTyper(n_clusters=4).fit(other).predict(other)]
    ruled = np.r_[rule_types(features()), rule_types(other)]
    y = np.r_[truth().reindex(features().index), truth(41_001).reindex(other.index)].astype(str)
    mixture, rule = (f1_score(y, found, labels=CLIENT_TYPES, average="macro") for found in (kinds, ruled))
    assert mixture > rule


def test_probabilities_hold_what_they_promise():
    y = truth()
    chance = pd.DataFrame(typer().predict_proba(features()), features().index, CLIENT_TYPES).reindex(y.index)
    assert chance.sum(axis=1).to_numpy() == pytest.approx(1)
    right = chance.idxmax(axis=1) == y
    assert expected_calibration_error(chance.max(axis=1), right) < 0.10  # 240 accounts: 0.05 is chance


def test_rows_shuffled_and_customers_renamed_give_the_same_types():
    mixed = features().sample(frac=1, random_state=2)
    renamed = mixed.set_axis([f"z{i}" for i in range(len(mixed))])
    again = ClientTyper(n_clusters=4).fit(renamed)
    assert (again.predict(renamed) == typer().predict(mixed)).all()
    assert np.array_equal(again.predict_proba(renamed), typer().predict_proba(mixed))
    assert (again.predict_cluster(renamed) == typer().predict_cluster(mixed)).all()


def test_a_breadwinner_is_told_by_its_share_alone():
    table = pd.DataFrame({"profit_share": [0.1, 0.0999, 0.8]})
    assert ClientTyper(n_clusters=2).fit(table).predict(table).tolist() == ["breadwinner", "ordinary", "breadwinner"]
    assert ClientTyper(n_clusters=2, share=0.2).fit(table).predict(table).tolist().count("breadwinner") == 1


@pytest.mark.parametrize(
    ("gone", "cannot"),
    [(("interactions", "feedback", "incidents"), ["expert"]), (("accounts",), ["image-maker"])],
)
def test_what_the_tables_cannot_tell_is_said_and_not_guessed(gone, cannot):
    left = features()[[c for c in features() if FEATURES[c].table not in gone]]
    blind = ClientTyper(n_clusters=4).fit(left)
    assert blind.tellable_.index[~blind.tellable_["told"]].tolist() == cannot
    assert not set(cannot) & set(blind.predict(left))
    assert blind.predict_roles(left)[cannot].isna().all().all()


def test_a_ledger_alone_tells_breadwinners_only():
    left = features()[[c for c in features() if FEATURES[c].table == "ledger"]]
    blind = ClientTyper(n_clusters=3).fit(left)
    assert not blind.tellable_["told"].any()
    assert set(blind.predict(left)) <= {"breadwinner", "ordinary"}


def test_clusters_become_types_by_assignment():
    scores = pd.DataFrame({"expert": [0.9, 0.8, 0.7, 0.1], "prospect": [0.2, 0.1, 0.9, 0.0]})
    assert match_clusters(np.array([0, 0, 1, 2]), scores) == ["expert", "prospect", "ordinary"]
    assert match_clusters(np.array([0, 1, 0, 1]), scores * 0) == ["ordinary", "ordinary"]


def test_an_account_that_fits_no_cluster_is_ordinary():
    model = ClientTyper("kmeans", n_clusters=5).fit(features())
    odd = (
        features()
        .iloc[[0]]
        .assign(**dict.fromkeys(features(), np.nan))
        .assign(
            profit_share=0.0, industry_rank=1e9, reputation=0.999, audits_per_year=99, tests_per_year=99, headroom=1e9
        )
    )
    assert model.predict(odd).tolist() == ["ordinary"]


def test_what_clusters_are_made_of_has_names():
    assert typer().get_feature_names_out().tolist() == typer().columns_
    assert typer().transform(features()).shape == (len(features()), len(typer().columns_))


def test_three_accounts_are_enough_to_answer():
    few = features().iloc[:3]
    assert set(ClientTyper().fit(few).predict(few)) <= set(CLIENT_TYPES)


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="none of: evidence, gaussian, kmeans"):
        ClientTyper("magic").fit(features())
