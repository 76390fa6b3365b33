import json

import pytest
from typed import book, features, panel, typer

from kamlib.client_types import (
    ClientTyper,
    FrozenError,
    drift,
    freeze,
    matched,
    needs_refit,
    settled,
    shelf,
    shelf_of,
    thaw,
)


def test_a_kept_typer_says_the_same():
    again = thaw(freeze(typer()))
    assert (again.predict(features()) == typer().predict(features())).all()
    assert again.predict_proba(features()) == pytest.approx(typer().predict_proba(features()), abs=1e-9)
    assert (again.predict_cluster(features()) == typer().predict_cluster(features())).all()
    assert again.tellable_["told"].equals(typer().tellable_["told"])
    assert freeze(again) == freeze(typer())


def test_the_same_accounts_give_the_same_bytes():
    assert freeze(ClientTyper(n_clusters=4).fit(features())) == freeze(typer())
    mixed = features().sample(frac=1, random_state=3)
    assert freeze(ClientTyper(n_clusters=4).fit(mixed)) == freeze(typer())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"form": "another"}', '{"form": "kamlib client typer 1"}', "€" * 9])
def test_what_is_no_typer_is_refused_with_what_to_do(text):
    with pytest.raises(FrozenError, match="fit a new one"):
        thaw(text)


def test_a_part_missing_is_damage():
    kept = json.loads(freeze(typer()))
    del kept["scale"]
    with pytest.raises(FrozenError, match="damaged"):
        thaw(json.dumps(kept))


def test_columns_are_matched_to_what_the_typer_knows():
    table = matched(features().drop(columns="reputation").assign(colour=1.0), typer())
    assert list(table) == list(typer().feature_names_in_)
    assert table["reputation"].isna().all()


def test_the_same_accounts_have_not_drifted():
    table = drift(typer(), features())
    assert table["distance"].max() == 0
    assert not needs_refit(table)
    assert not needs_refit(drift(typer(), features("2026-05-31")))


def test_others_have_drifted():
    other = features().assign(reputation=features()["reputation"] / 4)
    shifted = drift(typer(), other).set_index("feature")["shifted"]
    assert shifted[shifted].index.tolist() == ["reputation"]
    assert needs_refit(drift(typer(), features().drop(columns="reputation")))


def test_the_typer_of_the_period_before_is_kept_until_accounts_have_drifted():
    kept = shelf_of(typer(), panel("2026-05-31"), book())
    used, moved, anew = settled(typer(), kept, features())
    assert not anew
    assert freeze(used) == kept["json"].iloc[0] != freeze(typer())
    assert not needs_refit(moved)
    used, _, anew = settled(typer(), kept, features().drop(columns="reputation"))
    assert anew and used is typer()
    assert settled(typer(), kept.head(0), features())[2]
    other = ClientTyper(n_clusters=4, share=0.2).fit(features())
    assert settled(other, shelf(typer()), features())[0] is other
