"""What 03_client_types hands on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.marks import ROLES
from kamlib.client_types.roster import disputed, type_summary
from kamlib.client_types.worth import Worth
from kamlib.run.findings import Finding
from kamlib.stats.intervals import wilson

KEYS = {"prospect": "prospects", "image-maker": "image_makers", "expert": "experts"}


def findings(
    typer,
    table: pd.DataFrame,
    numbers: pd.DataFrame,
    answers: list[Worth],
    *,
    largest: float,
    fidelity: float,
    measure: str = "profit",
) -> list[Finding]:
    """Client types in numbers.

    Parameters
    ----------
    typer : ClientTyper
    table : pandas.DataFrame
        From `roster`.
    numbers : pandas.DataFrame
        From `cluster_numbers`.
    answers : list of Worth
    largest : float
        Largest share of profit (sales) of one account.
    fidelity : float
        Of the surrogate tree, by folds of accounts that are no breadwinners; its interval is Wilson's.
    measure : str
        What the share is of: profit or sales.

    Returns
    -------
    list of Finding
        Keys begin with `client_types.`. How many accounts of a type there are is the sum of probabilities, by the rule
        (`client_types.experts`) and by the mixture (`client_types.kind_experts`), with the interval of `numbers`.
    """
    rule, kind = type_summary(table), type_summary(table, by="kind")
    told = [r for r in ROLES if rule["expected"].notna()[r]]
    known = [r for r in ROLES if typer.tellable_.loc[r, "told"]]
    stability = numbers[numbers["clusters"] == len(typer.clusters_.weights_)]
    at = stability.iloc[0] if len(stability) else pd.Series(dtype=float)

    def _at(column):
        return _none(at.get(column, np.nan))

    feeds = f"Breadwinners, with {100 * typer.share:.0f} % of {measure} or more"
    named = int((table["type"] == "breadwinner").sum())
    return [
        Finding("client_types.accounts", "Accounts, leads among them", len(table), "accounts"),
        Finding("client_types.told", "Types that the rule can tell here, besides breadwinners",
                ", ".join(told) or "none", "word"),
        Finding("client_types.kinds_told", "Kinds that the mixture can tell here", ", ".join(known) or "none", "word"),
        Finding("client_types.breadwinners", feeds, named, "accounts", n=len(table)),
        Finding("client_types.largest_share", f"Largest share of {measure} of one account", _none(largest),
                "share"),
        *(_count("", "meet the written rule", table, rule.loc[role]) for role in ROLES),
        *(_count("kind_", "are of this kind, by the mixture", table, kind.loc[role]) for role in ROLES),
        Finding("client_types.disputed", "Rule and mixture name different types for", len(disputed(table)), "accounts",
                n=len(table)),
        Finding("client_types.clusters", "Clusters", len(typer.clusters_.weights_), "clusters"),
        Finding("client_types.stability", "Their stability (adjusted Rand index)", _at("stability"), ""),
        Finding("client_types.silhouette", "Their silhouette (below 0.25: hardly apart)", _at("silhouette"), ""),
        _fidelity(table, fidelity),
        *(_worth(answer) for answer in answers),
    ]  # fmt: skip


def _fidelity(table: pd.DataFrame, fidelity: float) -> Finding:
    n = int((table["kind"] != "breadwinner").sum())
    low, high = (_none(float(end)) for end in wilson(fidelity * n, n)) if fidelity == fidelity else (None, None)
    says = "A tree of four questions says the same of (breadwinners apart)"
    return Finding("client_types.fidelity", says, _none(fidelity), "share", low, high, n if low is not None else None)


def _count(sort: str, words: str, table: pd.DataFrame, row: pd.Series) -> Finding:
    key = KEYS[row.name]
    says = f"{key.replace('_', '-').capitalize()}: {words}"
    found = (None, None, None) if row["expected"] != row["expected"] else (
        round(row["expected"]), round(row["low"]), round(row["high"])
    )  # fmt: skip
    return Finding(f"client_types.{sort}{key}", says, found[0], "accounts", *found[1:], n=len(table))


def _worth(answer: Worth) -> Finding:
    key = {"image-maker": "reference", "expert": "early_warning", "prospect": "growth"}[answer.type]
    says = f"{answer.type.capitalize()}: {answer.question[0].lower()}{answer.question[1:]} ({answer.estimand}; 1 is no)"
    values = [_none(v) for v in (answer.estimate, answer.low, answer.high)]
    return Finding(f"client_types.{key}", says, values[0], "", values[1], values[2], answer.n, answer.verdict)


def _none(value: float) -> float | None:
    return float(value) if value == value else None
