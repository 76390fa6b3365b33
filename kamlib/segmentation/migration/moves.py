"""Who moved, from where to where, and why."""

from __future__ import annotations

import pandas as pd

from kamlib.segmentation.migration.history import NEW, ClassHistory


def moves(history: ClassHistory, reasons: pd.DataFrame | None = None, *, back: int = 1) -> pd.DataFrame:
    """Accounts whose class at the last period end is not the one of `back` period ends before.

    Parameters
    ----------
    history : ClassHistory
    reasons : pandas.DataFrame, optional
        From `change_reasons` for the same two windows; its causes are joined.
    back : int
        Period ends. For windows that share no month: window over step.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, the largest change first (ties by customer_id): was, now, steady (whether the class held
        with hysteresis has moved too), before, after, change (cents of the windows), and the causes. Empty where the
        ledger has no such period end.

    Raises
    ------
    ValueError
        Causes that belong to other windows or another money: they do not sum to the change.
    """
    ends = history.ends
    if len(ends) <= back:
        columns = ["was", "now", "steady", "before", "after", "change"]
        return pd.DataFrame(columns=columns, index=pd.Index([], name="customer_id"))
    then, now = ends[-1 - back], ends[-1]
    table = pd.DataFrame(
        {
            "was": history.reported[then], "now": history.reported[now],
            "steady": history.held[then] != history.held[now],
            "before": history.values[then], "after": history.values[now],
        }
    )  # fmt: skip
    table = table[(table["was"] != table["now"]) & (table["now"] != NEW)]
    table["change"] = table["after"] - table["before"]
    if reasons is not None:
        if not reasons["change"].reindex(table.index, fill_value=0).eq(table["change"]).all():
            raise ValueError("these causes are of other windows or of another money than the classes")
        table = table.join(reasons.drop(columns=["before", "after", "change"]))
    size = table["change"].abs().rename("size")
    return table.join(size).sort_values(["size", "customer_id"], ascending=[False, True]).drop(columns="size")
