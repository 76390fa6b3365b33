"""Which accounts have changed type since the earlier report."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.client_types.frozen import matched
from kamlib.client_types.trail import SHORT, trail
from kamlib.finding import Change

LEAST = 0.5  # times by which a fact must have changed the odds to be called the cause (log)


def changes(typer, then: pd.DataFrame, now: pd.DataFrame, *, measure: str = "profit") -> list[Change]:
    """Lines for the page of what changed: same typer on both days, so a type changes because the account did.

    Parameters
    ----------
    typer : ClientTyper
    then, now : pandas.DataFrame
        Features of the earlier day and of today, from `account_features`.
    measure : str
        What an account's share is of: profit or sales.

    Returns
    -------
    list of Change
        One for each account, known on both days, whose type is another. A type has no money of its own. `probability`
        is that of today's type, times that it was not the type before, as if the two were told independently; of a
        breadwinner it is 1, since its share is counted. Empty where the two days do not know the same features: their
        types could not be compared.
    """
    if set(then) != set(now):
        return []
    both = now.index.intersection(then.index)
    a, b = matched(then.loc[both], typer), matched(now.loc[both], typer)
    if not len(both):
        return []
    was, is_ = typer.predict(a), typer.predict(b)
    moved = np.flatnonzero(was != is_)
    if not len(moved):
        return []
    chance, before = typer.predict_proba(b.iloc[moved]), typer.predict_proba(a.iloc[moved])
    causes = _causes(typer, a.iloc[moved], b.iloc[moved], measure)
    at = [list(typer.classes_).index(kind) for kind in is_[moved]]
    return [
        Change(
            "client_types.type",
            "Type of client",
            str(is_[i]),
            "word",
            before=str(was[i]),
            account=str(both[i]),
            cause=causes.get(both[i], ""),
            probability=1.0 if "breadwinner" in (was[i], is_[i]) else float(chance[j, k] * (1 - before[j, k])),
        )
        for j, (i, k) in enumerate(zip(moved, at, strict=True))
    ]


def changes_table(lines: list[Change], values: pd.Series) -> pd.DataFrame:
    """The changes as a table, the most money first: customer_id, before, now, value_cents, cause, probability.

    Parameters
    ----------
    lines : list of Change
    values : pandas.Series
        Money of each account today, cents, by customer_id.
    """
    columns = ["customer_id", "before", "now", "value_cents", "cause", "probability"]
    rows = [(c.account, c.before, c.value, values.get(c.account, 0), c.cause, c.probability) for c in lines]
    table = pd.DataFrame(rows, columns=columns).astype({"value_cents": "int64", "probability": "float64"})
    order = table["value_cents"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _causes(typer, then: pd.DataFrame, now: pd.DataFrame, measure: str) -> dict[str, str]:
    """The fact whose odds have moved most, with its figures."""
    keys = ["customer_id", "type", "feature"]
    both = trail(typer, now).merge(trail(typer, then), on=keys, how="left", suffixes=("", "_then"))
    if both.empty:
        return {}
    both["moved"] = (np.log(both["odds"]) - np.log(both["odds_then"].fillna(1.0))).abs()
    both = both[both["moved"] >= LEAST].sort_values(["moved", *keys], ascending=[False, True, True, True])
    first = both.drop_duplicates("customer_id")
    short = SHORT | {"profit_share": f"share of {measure}"}
    return {r.customer_id: f"{short[r.feature]} {_pair(r.value_then, r.value)}" for r in first.itertuples()}


def _pair(then: float, now: float) -> str:
    return f"{now:.2f}, not known before" if np.isnan(then) else f"{then:.2f} to {now:.2f}"
