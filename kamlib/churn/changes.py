"""Lines for the page of what changed: accounts lost, late and back since the report before."""

from __future__ import annotations

import pandas as pd

from kamlib.finding import Change

SORTS = {
    "lost": ("churn.lost", "Lost: silent for longer than its rhythm explains"),
    "late": ("churn.late", "Late: silent for unusually long"),
    "active": ("churn.returned", "Bought again after a silence"),
}


def changes(then: pd.DataFrame, now: pd.DataFrame, *, causes: pd.Series | None = None) -> list[Change]:
    """Accounts whose state is another one.

    Parameters
    ----------
    then, now : pandas.DataFrame
        From `account_states`, of the earlier report and of today.
    causes : pandas.Series, optional
        Last incident by customer_id.

    Returns
    -------
    list of Change
        Money is what was bought in the twelve months before the last purchase; the probability of a loss or a lateness
        is the model's that the account has left; a return is counted.
    """
    both = now.join(then[["state"]].add_suffix("_then"), how="inner")
    both = both[both["state"].isin(SORTS) & (both["state_then"] != "too young")]
    moved = both[both["state"] != both["state_then"]]
    return [_change(row, "" if causes is None else causes.get(row.Index, "")) for row in moved.itertuples()]


def _change(row, cause: str) -> Change:
    key, says = SORTS[row.state]
    back = row.state == "active"
    silence = f"silent for {row.silent_days:,} days"
    why = "" if back else silence if not cause or pd.isna(cause) else f"{silence}; last incident: {cause}"
    money = None if pd.isna(row.stake_cents) else int(row.stake_cents) * (1 if back else -1)
    chance = 1 if back else None if pd.isna(row.gone) else min(float(row.gone), 0.999)
    return Change(key, says, row.state, "word", before=row.state_then, account=row.Index, cents=money, cause=why,
                  probability=chance)  # fmt: skip
