"""The trail of evidence: which facts, against which thresholds, and what would change the answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.client_types.features import FEATURES
from kamlib.client_types.marks import MARKS, ROLES, meets
from kamlib.client_types.mixture import FULL, STATES, evidence
from kamlib.client_types.symmetric import symmetric
from kamlib.client_types.typer import ClientTyper

SPEAKS = np.log(2.0)  # a fact that makes a type twice as likely, or half, is worth a word
COLUMNS = ("customer_id", "type", "feature", "value", "threshold", "above", "met", "odds", "without")
MOST = 3  # facts in a sentence
SHORT = {
    "profit_share": "share of profit", "headroom": "budget over our sales", "rival_share": "rivals' share",
    "tender_headroom": "tenders over our sales", "growth": "growth", "industry_rank": "rank in its industry",
    "reputation": "reputation", "revenue_to_budget": "revenue over budget", "meetings_per_year": "meetings a year",
    "audits_per_year": "audits a year", "tests_per_year": "sample tests a year",
    "quality_per_year": "quality complaints a year", "opinions_per_year": "opinions a year", "score": "mean score",
    "samples_per_year": "free samples a year",
}  # fmt: skip


def trail(typer: ClientTyper, features: pd.DataFrame) -> pd.DataFrame:
    """Every fact that speaks for or against a type, account by account.

    Parameters
    ----------
    typer : ClientTyper
        Fitted.
    features : pandas.DataFrame
        From `account_features`; the accounts asked about.

    Returns
    -------
    pandas.DataFrame
        One row an account and known mark: customer_id, type (the mark's), feature, value, threshold, above, met
        (whether it reaches the threshold), odds (how many times likelier the type is than ordinary, by this fact alone;
        missing where the mixture does not use it), without (the account's kind if this fact were not known).
    """
    frame = features.reset_index(drop=True)
    seen = evidence(frame, symmetric(frame))
    log = typer.mixture_.log_prior()[seen.group]
    parts = {name: (levels, place) for name, levels, place in typer.mixture_.by_feature(seen)}
    for levels, place in parts.values():
        log = log + levels[:, place]
    blocks = [_block(typer, features, mark, parts, log) for mark in MARKS if mark.feature in features]
    if not blocks:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.concat(blocks)
    return table.sort_values(["customer_id", "type", "feature"], ignore_index=True)


def _block(typer, features, mark, parts, log) -> pd.DataFrame:
    value = features[mark.feature]
    block = pd.DataFrame(
        {"customer_id": features.index, "type": mark.type, "feature": mark.feature, "value": value.to_numpy(float)}
    )
    block["threshold"], block["above"] = mark.threshold, mark.above
    block["met"] = meets(mark, value).to_numpy()
    block["odds"], block["without"] = np.nan, typer.predict(features)
    if mark.feature in parts and typer.tellable_.loc[mark.type, "told"]:
        levels, place = parts[mark.feature]
        full = place[np.flatnonzero(_alone(mark.type))[0]]
        block["odds"] = np.exp(np.clip(levels[:, full] - levels[:, place[0]], -20, 20))
        if typer.method == "evidence":
            block["without"] = _named(typer, features, log - levels[:, place])
    return block[value.notna().to_numpy()]


def _alone(kind: str) -> np.ndarray:
    """The state in which an account plays this role in full and no other."""
    return ((np.array(ROLES) == kind) == STATES).all(axis=1)


def _named(typer, features, log) -> np.ndarray:
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    by_type = np.column_stack([chance[:, kind == FULL].sum(axis=1) for kind in range(4)])
    names = np.array(["ordinary", *ROLES], dtype=object)[by_type.argmax(axis=1)]
    share = features.get("profit_share", pd.Series(0.0, features.index))
    return np.where(share >= typer.share, "breadwinner", names)


def in_words(row: pd.Series, table: pd.DataFrame, *, share: float, measure: str = "profit") -> tuple[str, str]:
    """Why an account has its type, and what would change that, as two short texts.

    Parameters
    ----------
    row : pandas.Series
        type and profit_share of the account.
    table : pandas.DataFrame
        Its rows of `trail`.
    share : float
        Share of profit that makes a breadwinner.
    measure : str
        What the share is of: profit or sales.
    """
    kind = row["type"]
    if kind == "breadwinner":
        why = f"share of {measure} {100 * row['profit_share']:.1f} % (from {100 * share:.0f} %)"
        return why, f"a share of {measure} below {100 * share:.0f} %"
    if kind == "ordinary":
        return _ordinary(table)
    told = table[(table["type"] == kind) & (table["odds"] >= np.exp(SPEAKS))].sort_values("odds", ascending=False)
    why = "; ".join(_fact(r) for r in told.head(MOST).itertuples())
    return why or "no single fact, all of them together", _change(table, kind)


def _ordinary(table: pd.DataFrame) -> tuple[str, str]:
    if table.empty or table["odds"].isna().all():
        return "nothing is known that speaks for a type", "any fact that speaks for a type"
    near = table.groupby("type")["odds"].prod().idxmax()
    against = table[(table["type"] == near) & (table["odds"] <= np.exp(-SPEAKS))].sort_values("odds")
    why = "; ".join(_fact(r) for r in against.head(2).itertuples())
    return (f"nearest to {near}, but {why}" if why else "too little speaks for a type"), _change(table, "ordinary")


def _fact(row) -> str:
    border = "from" if row.above else "up to"
    return f"{SHORT[row.feature]} {number(row.feature, row.value)} ({border} {number(row.feature, row.threshold)})"


def number(feature: str, value: float) -> str:
    """A fact in its unit, short."""
    if feature in ("profit_share", "rival_share"):
        return f"{100 * value:.0f} %"
    text = f"{value:.0f}" if feature in ("industry_rank", "revenue_to_budget") else f"{value:.1f}"
    text = f"{value:.2f}" if feature == "reputation" else text
    return text + (" times" if feature in FEATURES and FEATURES[feature].says.endswith("times") else "")


def _change(table: pd.DataFrame, kind: str) -> str:
    turned = table[table["without"] != kind].drop_duplicates("feature")
    if turned.empty:
        return "no single fact"
    strength = np.abs(np.log(turned["odds"].fillna(1))).sort_values(ascending=False).index
    said = [f"without {SHORT[r.feature]}: {r.without}" for r in turned.loc[strength].head(2).itertuples()]
    return "; ".join(said)


def explained(
    typer: ClientTyper, features: pd.DataFrame, customers: Sequence[str], *, measure: str = "profit"
) -> pd.DataFrame:
    """`why` and `would_change` of some accounts, in words.

    Parameters
    ----------
    typer : ClientTyper
    features : pandas.DataFrame
        From `account_features`.
    customers : sequence of str
    measure : str
        What shares are of: profit or sales.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, in the order given: why, would_change, evidence (both as sentences).
    """
    chosen = features.loc[list(customers)]
    facts = {customer: rows for customer, rows in trail(typer, chosen).groupby("customer_id")} if len(chosen) else {}
    nothing = pd.DataFrame(columns=COLUMNS).astype({"odds": float})
    kinds = typer.predict(chosen) if len(chosen) else []
    share = chosen.get("profit_share", pd.Series(0.0, chosen.index))
    rows = [
        in_words(pd.Series({"type": kind, "profit_share": part}), facts.get(customer, nothing), share=typer.share,
                 measure=measure)
        for customer, kind, part in zip(chosen.index, kinds, share, strict=True)
    ]  # fmt: skip
    said = pd.DataFrame(rows, columns=["why", "would_change"], index=chosen.index)
    both = said["why"] + ". What would change it: " + said["would_change"] + "."
    said["evidence"] = both.where(said["would_change"] != "no single fact", said["why"] + ".")
    return said
