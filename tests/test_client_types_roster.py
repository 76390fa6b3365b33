import numpy as np
from typed import book, features, panel, ruled, table, typer

from kamlib.client_types import (
    FEATURES,
    ClientTyper,
    by_rule,
    changes,
    disputed,
    explained,
    fact_noise,
    named,
    roster,
    rule_reasons,
    trail,
    type_summary,
)
from kamlib.client_types.changes import changes_table
from kamlib.tables import CLIENT_TYPES


def test_every_account_is_there_once_in_order_of_money_and_the_money_is_all_there():
    assert sorted(table().index) == list(features().index)
    assert table()["value_cents"].is_monotonic_decreasing
    assert table()["value_cents"].sum() == panel().accounts["profit_cents"].sum()
    assert type_summary(table())["value_cents"].sum() == table()["value_cents"].sum()
    assert type_summary(table())["accounts"].sum() == len(table())


def test_types_overlap():
    further = table()[table()["roles"] != ""]
    assert len(further)
    assert not any(kind in roles.split("; ") for kind, roles in zip(further["kind"], further["roles"], strict=True))


def test_what_cannot_be_told_is_missing():
    left = features()[[c for c in features() if FEATURES[c].table == "ledger"]]
    blind = roster(by_rule(left), ClientTyper(n_clusters=2).fit(left), left, panel())
    assert blind[["p_image_maker", "p_expert", "like_image_maker", "like_expert"]].isna().mean().min() > 0.99
    assert blind[["p_prospect", "like_prospect"]].fillna(0).lt(1e-9).all().all()  # none of the old, open of the new
    assert blind.loc[blind["type"] == "ordinary", ["probability", "kind_probability"]].isna().all().all()
    assert set(blind["said"]) == {
        "breadwinner", "ordinary or image-maker or expert", "ordinary or prospect or image-maker or expert"
    }  # fmt: skip
    assert type_summary(blind).loc["expert", "expected"] != type_summary(blind).loc["expert", "expected"]


def test_disputes_are_ranked_by_money():
    table_ = disputed(table())
    assert (table_["said"] != table_["kind_said"]).all()
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
    first = table().reset_index().groupby("kind")["customer_id"].first()
    said = explained(typer(), features(), first)
    assert said.index.tolist() == first.tolist()
    assert said["why"].str.len().gt(10).all()
    assert said["would_change"].str.len().gt(5).all()
    assert "share of profit" in said.loc[first["breadwinner"], "why"]
    assert explained(typer(), features(), []).empty


def test_the_rule_gives_its_facts_and_its_lines():
    said = rule_reasons(features(), ruled())
    of = table().loc[features().index, "type"]
    assert said[of == "image-maker"].str.contains(r"^rank.* (?:\(up to 3\)|not known); reputation .*", regex=True).all()
    assert said[of == "prospect"].str.startswith("new; budget over our sales").all()
    assert "share of sales" in rule_reasons(features(), ruled(), measure="sales")[of == "breadwinner"].iloc[0]
    near = said[of == "ordinary"].str.contains("not known")
    assert near.any() and not near.all()


def test_what_would_have_to_be_known_is_named():
    left = features().drop(columns=["audits_per_year", "tests_per_year"])
    said = rule_reasons(left, by_rule(left))
    assert "not known: audits and sample tests a year" in set(said)
    assert "meets no rule" not in set(said)


def test_numbers_of_types_have_intervals():
    for by in ("type", "kind"):
        rows = type_summary(table(), by=by)
        told = rows.loc[["prospect", "image-maker", "expert"]]
        assert ((told["low"] <= told["expected"]) & (told["expected"] <= told["high"])).all()
        assert np.isnan(rows.loc["ordinary", "expected"])


def test_who_joins_the_key_accounts_is_nearly_sure():
    words = named(table())
    rows = table().loc[words.index]
    assert (rows["probability"] >= 0.9).all() and set(words[rows["probability"] == 1].str.split(" ").str[1]) == {"(by"}


def line_changes(then, now):
    noise = fact_noise(book(), "2026-06-30")
    return changes(by_rule(then, noise=noise), by_rule(now, noise=noise), then, now)


def test_a_type_changes_because_the_account_changed():
    now, then = features(), features("2026-05-31")
    values = table()["value_cents"]
    lines = line_changes(then, now)
    assert lines and all(c.value in CLIENT_TYPES and c.before in CLIENT_TYPES and c.value != c.before for c in lines)
    assert all(0 <= c.probability <= 1 and c.cents is None and c.cause for c in lines)
    noise = fact_noise(book(), "2026-06-30")
    was, is_ = by_rule(then, noise=noise).named, by_rule(now, noise=noise).named
    assert all(was[c.account] == c.before and is_[c.account] == c.value for c in lines)
    shown = changes_table(lines, values)
    assert shown["value_cents"].tolist() == sorted(values[[c.account for c in lines]], reverse=True)
    assert line_changes(now, now) == []
    assert line_changes(then.drop(columns="reputation"), now) == []


def test_the_cause_names_the_fact_that_moved():
    then, now = features().iloc[:80], features().iloc[:80].copy()
    plain = by_rule(then).named == "ordinary"
    account = then.index[plain & then["industry_rank"].gt(8)][0]
    now.loc[account, ["industry_rank", "reputation"]] = [1, 0.95]
    (line,) = [c for c in line_changes(then, now) if c.account == account]
    assert line.value == "image-maker"
    assert "rank in its industry" in line.cause and "reputation" in line.cause


def test_chance_alone_changes_no_type():
    """Another draw of what is not known names another type; what is known has not changed."""
    seen = features().assign(reputation=np.where(np.arange(len(features())) % 2, np.nan, features()["reputation"]))
    one, two = (by_rule(seen, draws=3, seed=s) for s in (1, 2))
    assert (one.named != two.named).any()
    assert changes(one, two, seen, seen) == []
