"""Why the probability of being alive misleads: it is held against what happened, by how often accounts had bought."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.candidates import Case, NothingToLearnError
from kamlib.stats.intervals import wilson

BOUGHT = (
    (1, 1, "once"),
    (2, 2, "twice"),
    (3, 5, "3 to 5 times"),
    (6, 11, "6 to 11 times"),
    (12, None, "12 times or more"),
)


def alive_table(case: Case, happened: pd.Series, *, model: str = "BG/NBD") -> pd.DataFrame:
    """What a purchase model said of accounts at a past day, and how many then bought, by their number of purchase days.

    Parameters
    ----------
    case : Case
        Of the past day.
    happened : pandas.Series of bool
        Index customer_id: whether the account bought nothing in the horizon that followed. Others are left out.
    model : str
        One of `kamlib.churn.candidates.MODELS`.

    Returns
    -------
    pandas.DataFrame
        Index bought (once, twice, ...): accounts, silence_days (median, of that day), alive (mean P(alive)), buys (mean
        of the same model's probability of a purchase in the horizon), bought_share (share that did buy), low, high (its
        95 % Wilson interval). Groups of nobody are left out.

    Raises
    ------
    NotConvergedError
        The model could not be fitted.
    NothingToLearnError
        Nobody of these accounts was there.

    Examples
    --------
    See `kamlib.churn.homework` for what happened.
    """
    fitted = case.model(model)
    told = pd.DataFrame({
        "purchases": case.now.histories["frequency"] + 1,
        "silence_days": case.now.features["silence_days"],
        "alive": fitted.probability_alive(*case.now.seen),
        "buys": 1 - fitted.probability_silent(case.horizon_days, *case.now.seen),
    }).join((~happened.astype(bool)).rename("came"), how="inner")  # fmt: skip
    if not len(told):
        raise NothingToLearnError("no account had bought by then.")
    rows = {name: _group(told[told["purchases"].between(low, high or np.inf)]) for low, high, name in BOUGHT}
    return (
        pd.DataFrame({name: row for name, row in rows.items() if row["accounts"]})
        .T.rename_axis("bought")
        .astype({"accounts": "int64"})
    )


def _group(rows: pd.DataFrame) -> dict[str, float]:
    low, high = wilson(rows["came"].sum(), len(rows))
    means = {name: rows[name].mean() for name in ("alive", "buys")}
    return {"accounts": len(rows), "silence_days": rows["silence_days"].median(), **means,
            "bought_share": rows["came"].mean(), "low": float(low), "high": float(high)}  # fmt: skip
