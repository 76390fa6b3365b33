"""Lines for the page of what changed: accounts lost, late and back since the report before."""

from __future__ import annotations

import pandas as pd

from kamlib.run.findings import Change

GRAVE = {"active": 0, "late": 1, "lost": 2}
SORTS = {
    "lost": ("churn.lost", "Lost: silent for longer than its rhythm explains"),
    "late": ("churn.late", "Late: silent for unusually long"),
    "active": ("churn.returned", "Bought again after a silence: its first order since"),
}
WITHDRAWN = ("churn.withdrawn", "Called late or lost too soon: no order since, but a longer silence is usual now")


def changes(
    then: pd.DataFrame, now: pd.DataFrame, *, days: pd.DataFrame, causes: pd.Series | None = None
) -> list[Change]:
    """Accounts whose state is another one.

    Parameters
    ----------
    then, now : pandas.DataFrame
        From `account_states`, of the earlier report and of today.
    days : pandas.DataFrame
        Purchase days: customer_id, date, cents (`kamlib.panel.purchase_days`).
    causes : pandas.Series, optional
        Last incident by customer_id.

    Returns
    -------
    list of Change
        `churn.lost`, `churn.late`: a state has no money of its own; at stake is what the account bought in the year up
        to its last purchase, and the probability is the model's that it has left. `churn.returned`: its money is the
        first order since, which is counted. `churn.withdrawn`: a state that is less grave than it was, without a
        purchase in between; what became known since of the rhythms of all accounts has changed the judgement.
    """
    both = now.join(then[["state", "last_purchase"]].add_suffix("_then"), how="inner")
    both = both[both["state"].isin(SORTS) & both["state_then"].isin(SORTS)]
    moved = both[both["state"] != both["state_then"]]
    if moved.empty:
        return []
    orders = _first_orders(moved, days)
    return [_change(row, orders, "" if causes is None else causes.get(row.Index, "")) for row in moved.itertuples()]


def _first_orders(moved: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """The first purchase day of each account after the last one that the earlier report knew."""
    rows = days[days["customer_id"].isin(moved.index)]
    since = rows[rows["date"] > rows["customer_id"].map(moved["last_purchase_then"])]
    return since.sort_values("date", kind="stable").groupby("customer_id").first()


def _change(row, orders: pd.DataFrame, cause: str) -> Change:
    known = {"before": row.state_then, "account": row.Index,
             "stake_cents": None if pd.isna(row.stake_cents) else int(row.stake_cents)}  # fmt: skip
    left = None if pd.isna(row.gone) else float(row.gone)
    bought, better = row.Index in orders.index, GRAVE[row.state] < GRAVE[row.state_then]
    silence = f"silent for {row.silent_days:,} days"
    if better and not bought:
        stays = None if left is None else min(1 - left, 0.999)
        return Change(*WITHDRAWN, row.state, "word", cause=silence, probability=stays, **known)
    key, says = SORTS[row.state]
    if row.state == "active":
        order = orders.loc[row.Index]
        gap = (order["date"] - row.last_purchase_then).days
        why = f"ordered on {order['date']:%Y-%m-%d}, {gap:,} days after the last"
        return Change(key, says, row.state, "word", cents=int(order["cents"]), cause=why, probability=1, **known)
    why = silence if not cause or pd.isna(cause) else f"{silence}; last incident: {cause}"
    return Change(key, says, row.state, "word", cause=why, probability=None if left is None else min(left, 0.999),
                  **known)  # fmt: skip
