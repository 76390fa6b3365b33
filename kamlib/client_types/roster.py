"""The roster: every account with its type by the written rule and its kind by the mixture, and how sure each is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.marks import ROLES
from kamlib.client_types.rules import SHIFT
from kamlib.client_types.told import Told, numbers
from kamlib.client_types.typer import KIND_SHIFT, ClientTyper, by_mixture
from kamlib.given import by_account
from kamlib.look import Col
from kamlib.panel import Panel, check_panel
from kamlib.tables import CLIENT_TYPES

ALSO = 0.5  # probability from which a further role is named
SURE = 0.9  # probability from which a type makes a key account
KIND = ("kind", "kind_probability", "kind_said")


def roster(ruled: Told, typer: ClientTyper, features: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Types of all accounts, by the written rule and by the mixture. Saved as the frame `client_types`.

    Parameters
    ----------
    ruled : Told
        From `by_rule`, of these features.
    typer : ClientTyper
        Fitted on these features or on an earlier period's.
    features : pandas.DataFrame
        From `account_features`.
    panel : kamlib.panel.Panel

    Returns
    -------
    pandas.DataFrame
        One row an account, by customer_id, in order of value: value_cents (profit of the window; sales, where there is
        no profit; 0 without a line in the window). By the rule: type (of `kamlib.tables.CLIENT_TYPES`); probability
        (of what is said; missing where nothing can be told); said (`ordinary or expert` where experts cannot be told);
        p_prospect, p_image_maker, p_expert (that it meets the rule, it may meet several; missing where that cannot be
        told). By the mixture, in the same way: kind,
        kind_probability, kind_said, like_prospect, like_image_maker, like_expert; roles (further ones it plays, in part
        or in full, with a probability of one half and more, joined by "; "). Beside: cluster (numbered by size),
        cluster_type (the type that the cluster was matched to); agrees (whether rule, mixture and cluster name one
        type); facts (how many facts speak for or against a type).
    """
    check_panel(panel, "roster(ruled, typer, features, panel)")
    mixed = by_mixture(typer, features)
    out = pd.DataFrame({"value_cents": _values(panel, features.index)}, index=features.index.rename("customer_id"))
    for told, names, short in ((ruled, ("type", "probability", "said"), "p"), (mixed, KIND, "like")):
        for name, column in zip(names, (told.named, told.probability, told.said), strict=True):
            out[name] = column.to_numpy()
        out[columns_of(short)] = told.roles.to_numpy()
    out["roles"] = _further(typer.predict_roles(features), mixed.named.to_numpy())
    out["cluster"] = typer.predict_cluster(features)
    of = np.array(typer.cluster_types_, dtype=object)[out["cluster"]]
    out["cluster_type"] = np.where(out["type"] == "breadwinner", "breadwinner", of)
    out["agrees"] = (out["type"] == out["kind"]) & (out["type"] == out["cluster_type"])
    speaks = [n for n in typer.mixture_.sources if n in features]
    out["facts"] = features[speaks].notna().sum(axis=1).to_numpy()
    out = out.sort_values(["value_cents", "customer_id"], ascending=[False, True])
    return out.astype({c: "str" for c in ("type", "said", "kind", "kind_said", "roles", "cluster_type")})


def columns_of(short: str) -> list[str]:
    """Columns of the probabilities of the roles: by the rule (p) or the mixture (like).

    Examples
    --------
    >>> columns_of("p")
    ['p_prospect', 'p_image_maker', 'p_expert']
    """
    return [f"{short}_{role.replace('-', '_')}" for role in ROLES]


def _values(panel: Panel, index: pd.Index) -> np.ndarray:
    column = "profit_cents" if panel.has_profit else "sales_cents"
    value = panel.accounts[column].reindex(index)
    return value.fillna(0).astype("int64").to_numpy()


def _further(played: pd.DataFrame, kinds: np.ndarray) -> list[str]:
    likely = played.to_numpy() >= ALSO
    return [
        "; ".join(np.array(ROLES)[row & (np.array(ROLES) != kind)]) for row, kind in zip(likely, kinds, strict=True)
    ]


def type_summary(table: pd.DataFrame, *, by: str = "type", seed: int = 1) -> pd.DataFrame:
    """Accounts, money and number of each type.

    Parameters
    ----------
    table : pandas.DataFrame
        From `roster`.
    by : {"type", "kind"}
        By the written rule, or by the mixture.
    seed : int

    Returns
    -------
    pandas.DataFrame
        Indexed by type, all five in order: accounts (so named), value_cents (sums to that of the table), share (of the
        sum of positive values), expected (how many there are by the sum of probabilities, by the rule each account in
        all types that it meets; missing where it cannot be told, and of ordinary ones), low, high (95 % interval, see
        `numbers`; breadwinners are counted).
    """
    groups = table.groupby(pd.Categorical(table[by], CLIENT_TYPES), observed=False)
    out = groups.agg(accounts=(by, "size"), value_cents=("value_cents", "sum"))
    positive = table["value_cents"].clip(lower=0)
    sums = positive.groupby(pd.Categorical(table[by], CLIENT_TYPES), observed=False).sum()
    out["share"] = sums / positive.sum() if positive.sum() > 0 else 0.0
    short, shift = ("p", SHIFT) if by == "type" else ("like", KIND_SHIFT)
    told = numbers(table[columns_of(short)].set_axis(list(ROLES), axis=1), shift=shift, seed=seed)
    bread = float(out.loc["breadwinner", "accounts"])
    out = out.join(told)
    out.loc["breadwinner", ["expected", "low", "high"]] = bread
    return out.rename_axis("type")


def largest(table: pd.DataFrame, most: int = 25) -> pd.DataFrame:
    """The first accounts of a roster; three will do where nothing can be told of any."""
    return table.head(most if table.loc[table["type"] != "breadwinner", "probability"].notna().any() else 3)


def type_columns(frame: pd.DataFrame, measure: str = "value") -> dict[str, Col]:
    """How a reader sees a roster by the rule: type, probability, the facts that decide, and the kind beside it."""
    wanted = {
        "customer_id": Col("Account"), "name": Col("Name"), "value_cents": Col(measure.capitalize(), "money"),
        "said": Col("Type by the rule", "label"), "probability": Col("Probability", "share", decimals=0),
        "why": Col("Facts, and where the rule draws the line", "prose"), "kind_said": Col("Kind", "label"),
        "kind_probability": Col("Probability of the kind", "share", decimals=0),
    }  # fmt: skip
    return {name: col for name, col in wanted.items() if name in frame}


def kind_columns(frame: pd.DataFrame, measure: str = "value") -> dict[str, Col]:
    """How a reader sees a roster by the mixture: kind, probability, further roles, evidence."""
    wanted = {
        "customer_id": Col("Account"), "name": Col("Name"), "value_cents": Col(measure.capitalize(), "money"),
        "kind_said": Col("Kind", "label"), "kind_probability": Col("Probability", "share", decimals=0),
        "roles": Col("Also", "prose"), "evidence": Col("Evidence", "prose"),
    }  # fmt: skip
    return {name: col for name, col in wanted.items() if name in frame}


def disputed(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts that rule and mixture give different types, the largest first.

    Returns
    -------
    pandas.DataFrame
        By customer_id: value_cents, said, probability, kind_said, kind_probability. An account that one of the two
        cannot tell is not among them, if it may be what the other says.
    """
    columns = ["value_cents", "said", "probability", "kind_said", "kind_probability"]
    return table.loc[_differ(table), columns]


def _differ(table: pd.DataFrame) -> pd.Series:
    pairs = zip(table["said"].str.split(" or "), table["kind_said"].str.split(" or "), strict=True)
    return pd.Series([not set(a) & set(b) for a, b in pairs], table.index, dtype=bool)


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
        By customer_id, such as `expert (97 % sure)`; `expert (by the rule)` where all its facts are known.

    Examples
    --------
    >>> table = pd.DataFrame({"type": ["expert", "expert", "ordinary"], "probability": [0.97, 0.6, 0.99]},
    ...     index=pd.Index(["a", "b", "c"], name="customer_id"))
    >>> named(table).tolist() == ["expert (97 % sure)"]
    True
    """
    table = by_account(table, "table")
    rows = table[table["type"].isin(ROLES) & (table["probability"] >= least)]
    sure = ["by the rule" if p == 1 else f"{100 * p:.0f} % sure" for p in rows["probability"]]
    words = [f"{kind} ({how})" for kind, how in zip(rows["type"], sure, strict=True)]
    return pd.Series(words, index=rows.index, dtype="str")
