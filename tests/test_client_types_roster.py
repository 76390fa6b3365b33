import numpy as np
from typed import features, panel, table, typer

from kamlib.client_types import FEATURES, ClientTyper, changes, disputed, explained, roster, trail, type_summary
from kamlib.client_types.changes import changes_table
from kamlib.tables import CLIENT_TYPES


def test_every_account_is_there_once_in_order_of_money_and_the_money_is_all_there():
    assert sorted(table()["customer_id"]) == list(features().index)
    assert table()["value_cents"].is_monotonic_decreasing
    assert table()["value_cents"].sum() == panel().accounts["profit_cents"].sum()
    assert type_summary(table())["value_cents"].sum() == table()["value_cents"].sum()
    assert type_summary(table())["accounts"].sum() == len(table())


def test_types_overlap():
    further = table()[table()["roles"] != ""]
    assert len(further)
    assert not any(kind in roles.split("; ") for kind, roles in zip(further["type"], further["roles"], strict=True))


def test_what_cannot_be_told_is_missing():
    left = features()[[c for c in features() if FEATURES[c].table == "ledger"]]
    blind = roster(ClientTyper(n_clusters=2).fit(left), left, panel())
    assert blind[["p_prospect", "p_image_maker", "p_expert"]].isna().all().all()
    assert blind.loc[blind["type"] == "ordinary", "probability"].isna().all()
    assert type_summary(blind).loc["expert", "expected"] != type_summary(blind).loc["expert", "expected"]


def test_disputes_are_ranked_by_money():
    table_ = disputed(table())
    assert (table_["type"] != table_["rule_type"]).all()
    assert table_["value_cents"].is_monotonic_decreasing


def test_the_trail_adds_up_to_the_answer():
    """Odds of the facts times the odds before them are the odds after: nothing else is used."""
    rows = trail(typer(), features())
    assert set(rows["type"]) == {"prospect", "image-maker", "expert"}
    assert (rows["odds"] > 0).all()
    assert (
        rows["met"]
        .eq(np.where(rows["above"], rows["value"] >= rows["threshold"], rows["value"] <= rows["threshold"]))
        .all()
    )
    turned = rows[
        rows["without"]
        != rows["customer_id"].map(dict(zip(features().index, typer().predict(features()), strict=True)))
    ]
    row = turned.iloc[0]
    blank = features().loc[[row["customer_id"]]].assign(**{row["feature"]: np.nan})
    if row["feature"] != "headroom":  # without the budget, tenders speak
        assert typer().predict(blank)[0] == row["without"]


def test_every_type_is_explained_in_words():
    first = table().groupby("type")["customer_id"].first()
    said = explained(typer(), features(), first)
    assert said.index.tolist() == first.tolist()
    assert said["why"].str.len().gt(10).all()
    assert said["would_change"].str.len().gt(5).all()
    assert "share of profit" in said.loc[first["breadwinner"], "why"]
    assert explained(typer(), features(), []).empty


def test_a_type_changes_because_the_account_changed():
    now, then = features(), features("2026-05-31")
    values = table().set_index("customer_id")["value_cents"]
    lines = changes(typer(), then, now)
    both = then.index.intersection(now.index)
    differ = typer().predict(then.loc[both]) != typer().predict(now.loc[both])
    assert [c.account for c in lines] == both[differ].tolist()
    assert all(c.value in CLIENT_TYPES and c.before in CLIENT_TYPES and c.value != c.before for c in lines)
    assert all(0 <= c.probability <= 1 and c.cents is None for c in lines)
    shown = changes_table(lines, values)
    assert shown["value_cents"].tolist() == sorted(values[[c.account for c in lines]], reverse=True)
    assert changes(typer(), now, now) == []
    assert changes(typer(), then.drop(columns="reputation"), now) == []


def test_the_cause_names_the_fact_that_moved():
    then, now = features().iloc[:80], features().iloc[:80].copy()
    account = then.index[(typer().predict(then) == "ordinary") & then["industry_rank"].gt(8)][0]
    now.loc[account, ["industry_rank", "reputation"]] = [1, 0.95]
    (line,) = changes(typer(), then, now)
    assert (line.account, line.value) == (account, "image-maker")
    assert "rank in its industry" in line.cause or "reputation" in line.cause
