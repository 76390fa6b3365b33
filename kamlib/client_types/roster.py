"""The roster: every account with its type, how sure that is, what else it is, and what rule and cluster say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.marks import ROLES
from kamlib.client_types.rules import rule_types
from kamlib.client_types.typer import ClientTyper
from kamlib.panel import Panel
from kamlib.show import Col
from kamlib.tables import CLIENT_TYPES

ALSO = 0.5  # probability from which a further role is named
SURE = 0.9  # probability from which a type makes a key account


def roster(typer: ClientTyper, features: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Types of all accounts. Saved as the frame `client_types`, for other notebooks.

    Parameters
    ----------
    typer : ClientTyper
        Fitted on these features or on an earlier period's.
    features : pandas.DataFrame
        From `account_features`.
    panel : kamlib.panel.Panel

    Returns
    -------
    pandas.DataFrame
        One row an account, in order of value: customer_id; value_cents (profit of the window; sales, where there is
        no profit; 0 without a line in the window); type (the primary one, of `kamlib.tables.CLIENT_TYPES`);
        probability (of that type; missing for ordinary accounts where no other
        type can be told); roles (further ones it plays, in part or in full, with a probability of one half
        and more, joined by "; "); p_prospect, p_image_maker, p_expert (probability of the type; missing where
        this ledger cannot tell it); rule_type (by the article's rules alone); cluster (numbered by size), cluster_type
        (the type that the cluster was matched to); agrees (whether all three name one type); facts (how many facts
        speak for or against a type).
    """
    chance = typer.predict_proba(features)
    kinds = typer.predict(features)
    out = pd.DataFrame({"customer_id": features.index, "value_cents": _values(panel, features.index)})
    out["type"], out["probability"] = kinds, chance.max(axis=1)
    if not typer.tellable_["told"].any():
        out.loc[out["type"] == "ordinary", "probability"] = np.nan
    out["roles"] = _further(typer.predict_roles(features), kinds)
    for role in ROLES:
        told = typer.tellable_.loc[role, "told"]
        out[f"p_{role.replace('-', '_')}"] = chance[:, list(typer.classes_).index(role)] if told else np.nan
    out["rule_type"] = rule_types(features).to_numpy()
    out["cluster"] = typer.predict_cluster(features)
    of = np.array(typer.cluster_types_, dtype=object)[out["cluster"]]
    out["cluster_type"] = np.where(out["type"] == "breadwinner", "breadwinner", of)
    out["agrees"] = (out["type"] == out["rule_type"]) & (out["type"] == out["cluster_type"])
    speaks = [n for n in typer.mixture_.sources if n in features]
    out["facts"] = features[speaks].notna().sum(axis=1).to_numpy()
    out = out.sort_values(["value_cents", "customer_id"], ascending=[False, True], ignore_index=True)
    return out.astype({c: "str" for c in ("customer_id", "type", "roles", "rule_type", "cluster_type")})


def _values(panel: Panel, index: pd.Index) -> np.ndarray:
    column = "profit_cents" if panel.has_profit else "sales_cents"
    value = panel.accounts.set_index("customer_id")[column].reindex(index)
    return value.fillna(0).astype("int64").to_numpy()


def _further(played: pd.DataFrame, kinds: np.ndarray) -> list[str]:
    likely = played.to_numpy() >= ALSO
    return [
        "; ".join(np.array(ROLES)[row & (np.array(ROLES) != kind)]) for row, kind in zip(likely, kinds, strict=True)
    ]


def type_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts, money and certainty of each type.

    Parameters
    ----------
    table : pandas.DataFrame
        From `roster`.

    Returns
    -------
    pandas.DataFrame
        Indexed by type, all five in order: accounts, value_cents (sums to that of the table), share (of the sum of
        positive values), expected (sum of probabilities: how many there are, seen over all accounts; missing where it
        cannot be told), probability (mean, of those so named).
    """
    groups = table.groupby(pd.Categorical(table["type"], CLIENT_TYPES), observed=False)
    out = groups.agg(accounts=("type", "size"), value_cents=("value_cents", "sum"), probability=("probability", "mean"))
    positive = table["value_cents"].clip(lower=0)
    sums = positive.groupby(pd.Categorical(table["type"], CLIENT_TYPES), observed=False).sum()
    out.insert(2, "share", sums / positive.sum() if positive.sum() > 0 else 0.0)
    expected = [table[f"p_{r.replace('-', '_')}"].sum(min_count=1) for r in ROLES]
    bread = float((table["type"] == "breadwinner").sum())
    rest = len(table) - bread - np.nansum(expected)
    out.insert(3, "expected", [bread, *expected, rest])
    return out.rename_axis("type")


def largest(table: pd.DataFrame, most: int = 25) -> pd.DataFrame:
    """The first accounts of a roster; three will do where nothing can be told of any."""
    return table.head(most if table["probability"].notna().any() else 3)


def shown_columns(frame: pd.DataFrame, measure: str = "value") -> dict[str, Col]:
    """How the columns of a roster with its evidence are shown to a reader."""
    wanted = {
        "customer_id": Col("Account"), "name": Col("Name"), "value_cents": Col(measure.capitalize(), "money"),
        "type": Col("Type", "label"), "probability": Col("Probability", "share", decimals=0),
        "roles": Col("Also", "prose"), "evidence": Col("Evidence", "prose"),
        "rule_type": Col("By the rule", "label"), "cluster_type": Col("By its cluster", "label"),
    }  # fmt: skip
    return {name: col for name, col in wanted.items() if name in frame}


def disputed(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts on which evidence, rule and cluster disagree, the largest first.

    Returns
    -------
    pandas.DataFrame
        customer_id, value_cents, type, probability, rule_type, cluster_type.
    """
    columns = ["customer_id", "value_cents", "type", "probability", "rule_type", "cluster_type"]
    return table.loc[table["type"] != table["rule_type"], columns].reset_index(drop=True)


def named(table: pd.DataFrame, *, least: float = SURE) -> pd.Series:
    """Accounts that their type makes key accounts, whatever they buy: the reason in words.

    Parameters
    ----------
    table : pandas.DataFrame
        From `roster`.
    least : float
        Probability of a prospect, image-maker or expert from which it joins the list. Nine in ten: ours.

    Returns
    -------
    pandas.Series
        By customer_id, such as `expert (97 % sure)`.

    Examples
    --------
    >>> table = pd.DataFrame({"customer_id": ["a", "b", "c"], "type": ["expert", "expert", "ordinary"],
    ...     "probability": [0.97, 0.6, 0.99]})
    >>> named(table).tolist() == ["expert (97 % sure)"]
    True
    """
    rows = table[table["type"].isin(ROLES) & (table["probability"] >= least)]
    words = [f"{kind} ({100 * p:.0f} % sure)" for kind, p in zip(rows["type"], rows["probability"], strict=True)]
    return pd.Series(words, index=pd.Index(rows["customer_id"], name="customer_id"), dtype="str")
